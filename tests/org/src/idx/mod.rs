//! The IDX API: one transaction after another, each request one step (protocol 2 to 6).

mod consent;
mod enroll_page;
mod factor;
mod federated;
mod form;
mod identify;
mod journey;
mod links;
mod mail_link;
mod odd;
mod page;
mod profile_page;
mod prove;
mod session;
mod sign_in_page;
mod unlock;
mod user_code;
mod visit;

use axum::http::StatusCode;
use serde_json::{Value, json};

pub(crate) use self::federated::{Outcome, Verdict};
pub(crate) use self::mail_link::{Leads, code_page, find as find_link, terminal};
use self::page::Page;
use self::visit::{Answer, Visit};
use crate::links::Kind;
use crate::message;
use crate::session::Browser;
use crate::state::{Core, State};
use crate::transaction::{Advance, Asked, Ending, Handle, Step, Transaction};

pub(crate) use self::factor::okta_verify::methods as device_methods;
pub(crate) use self::user_code::plain as plain_user_code;

/// A repeated request is answered with the page that it led to for so long.
const REPEATED: std::time::Duration = std::time::Duration::from_secs(60);

/// An answer before it is HTTP.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) retry_after: Option<u64>,
}

impl Reply {
    fn bare(status: StatusCode, message: &message::Message) -> Self {
        let body =
            json!({"version": "1.0.0", "messages": message::list(std::slice::from_ref(message))});
        Self {
            status,
            body,
            retry_after: None,
        }
    }

    /// Nothing but version and message (protocol 5.10).
    fn expired() -> Self {
        Self::bare(StatusCode::UNAUTHORIZED, &message::session_expired())
    }
}

/// Answers a POST to `/idp/idx/{path}`.
pub(crate) fn answer(
    core: &Core,
    state: &mut State,
    browser: &mut Browser,
    path: &str,
    body: &Value,
) -> Reply {
    let now = core.settings.clock.now();
    state
        .transactions
        .retain(|_, transaction| now < transaction.expires);
    if path == "introspect" {
        return introspect(core, state, browser, body);
    }
    let Some(handle) = visit::text(body, "/stateHandle") else {
        return Reply::bare(StatusCode::BAD_REQUEST, &message::bad_request());
    };
    let Some((id, known)) = find(state, handle, now) else {
        return Reply::expired();
    };
    let Some(mut transaction) = state.transactions.remove(&id) else {
        return Reply::expired();
    };
    transaction.touch(now);
    let reply = with_visit(
        core,
        state,
        &mut transaction,
        browser,
        |visit| match known {
            Handle::Transferred => transferred(visit, handle),
            Handle::Stale => shown(visit, &Answer::page()),
            Handle::Aside => {
                let answer = mail_link::answer(visit, path, body);
                beside(visit, &answer)
            }
            Handle::Current => step(visit, path, body),
        },
    );
    state.transactions.insert(id, transaction);
    reply.unwrap_or_else(Reply::expired)
}

/// `introspect`, with an interaction handle or with a state handle under either of its names (protocol 2.1).
fn introspect(core: &Core, state: &mut State, browser: &mut Browser, body: &Value) -> Reply {
    let now = core.settings.clock.now();
    let interaction = visit::text(body, "/interactionHandle");
    let found = match interaction {
        Some(handle) => {
            let mut open = state.transactions.iter();
            open.find(|(_, one)| one.is_for(handle, now))
                .map(|(id, _)| (id.clone(), Handle::Current))
        }
        None => {
            match visit::text(body, "/stateToken").or_else(|| visit::text(body, "/stateHandle")) {
                Some(handle) => find(state, handle, now),
                None => return Reply::bare(StatusCode::BAD_REQUEST, &message::bad_request()),
            }
        }
    };
    let Some((id, known)) = found else {
        return Reply::expired();
    };
    let Some(mut transaction) = state.transactions.remove(&id) else {
        return Reply::expired();
    };
    transaction.touch(now);
    let reply = with_visit(core, state, &mut transaction, browser, |visit| {
        if known == Handle::Transferred {
            let handle =
                visit::text(body, "/stateToken").or_else(|| visit::text(body, "/stateHandle"));
            return transferred(visit, handle.unwrap_or_default());
        }
        if known == Handle::Aside {
            return beside(visit, &Answer::page());
        }
        let opened = visit
            .transaction
            .challenge
            .as_mut()
            .is_some_and(|challenge| std::mem::take(&mut challenge.opened));
        if opened && interaction.is_some() {
            if visit.switches.email_consent {
                visit.transaction.open_aside();
                return beside(visit, &Answer::page());
            }
            visit.transaction.transfer(visit.now);
        }
        let answer = if interaction.is_some() {
            session::take_up(visit)
        } else {
            Answer::page()
        };
        shown(visit, &answer)
    });
    state.transactions.insert(id, transaction);
    reply.unwrap_or_else(Reply::expired)
}

/// Begins a transaction with the link in a mail.
pub(crate) fn open_link(
    core: &Core,
    state: &mut State,
    transaction: &mut Transaction,
    kind: Kind,
    token: &str,
) {
    {
        // No session is asked for where a mail's link begins.
        let mut browser = Browser::default();
        with_visit(core, state, transaction, &mut browser, |visit| {
            links::open(visit, kind, token)
        });
    }
}

/// Begins a transaction on the org's own page with the session that the browser has.
pub(crate) fn take_up(
    core: &Core,
    state: &mut State,
    browser: &mut Browser,
    transaction: &mut Transaction,
) {
    with_visit(core, state, transaction, browser, |visit| {
        session::take_up(visit)
    });
}

/// Somebody is back from an identity provider. `None` if their transaction is over.
pub(crate) fn come_back(
    core: &Core,
    state: &mut State,
    browser: &mut Browser,
    id: &str,
    verdict: Verdict,
) -> Option<(Asked, Outcome)> {
    let now = core.settings.clock.now();
    let mut transaction = state.transactions.remove(id)?;
    let alive = now < transaction.expires;
    transaction.touch(now);
    let asked = transaction.asked.clone();
    let outcome = alive.then(|| {
        with_visit(core, state, &mut transaction, browser, |visit| {
            federated::arrive(visit, verdict)
        })
    });
    state.transactions.insert(id.to_owned(), transaction);
    Some((asked, outcome??))
}

fn find(state: &State, handle: &str, now: std::time::SystemTime) -> Option<(String, Handle)> {
    state
        .transactions
        .iter()
        .find_map(|(id, one)| one.knows(handle, now).map(|known| (id.clone(), known)))
}

/// Works on a transaction. `None` if its client is none of the org's.
fn with_visit<T>(
    core: &Core,
    state: &mut State,
    transaction: &mut Transaction,
    browser: &mut Browser,
    work: impl FnOnce(&mut Visit<'_>) -> T,
) -> Option<T> {
    let client = transaction.asked.client_id.clone();
    let policy = core.settings.policy_of(&client)?;
    let mut visit = Visit {
        settings: &core.settings,
        policy,
        now: core.settings.clock.now(),
        people: state.people.entry(client).or_default(),
        inbox: state.inbox.at(core.settings.clock.now()),
        grants: &mut state.grants,
        links: &mut state.links,
        sessions: &mut state.sessions,
        browser,
        switches: &state.switches,
        transaction,
    };
    Some(work(&mut visit))
}

/// One request on the current page (protocol 5.11).
fn step(visit: &mut Visit<'_>, path: &str, body: &Value) -> Reply {
    visit.transaction.passkey_refused = false;
    let written = without_handle(body);
    let offered = Page::of(visit).offers(path);
    if path == "poll" {
        // Once the maintenance is over, the page that waited for it is another.
        return shown(visit, &Answer::page());
    }
    if path == "challenge/poll" {
        let answer = factor::okta_verify::poll(visit, body);
        return shown(visit, &answer);
    }
    if repeated(visit, path, &written, offered) {
        return shown(visit, &Answer::page());
    }
    if !offered {
        return shown(
            visit,
            &Answer::says(StatusCode::BAD_REQUEST, message::bad_request()),
        );
    }
    let before = (
        visit.transaction.step.clone(),
        visit.transaction.handle().to_owned(),
    );
    let answer = match path {
        "identify" => identify::identify(visit, body),
        "identify/select" => identify::select_identify(visit),
        "enroll" => identify::select_enroll_profile(visit),
        "enroll/new" | "enroll/update" => identify::enroll_profile(visit, body),
        "credential/enroll" => prove::select_enroll(visit, body),
        "challenge" if visit.transaction.step == Step::SelectUnlock => unlock::select(visit, body),
        "challenge" => prove::select_verify(visit, body),
        "unlock-account" => unlock::begin(visit),
        "challenge/answer" => prove::answer(visit, body),
        "challenge/send" => factor::okta_verify::send(visit, body),
        "challenge/answer/webauthn-autofillui" => factor::webauthn::sign_in(visit, body),
        "authenticators/webauthn/launch" => factor::webauthn::launch(visit),
        "challenge/resend" => prove::resend(visit),
        "shade" => odd::answer(visit, body),
        "consent" => consent::answer(visit, body),
        "device/activate" => user_code::answer(visit, body),
        "request-activation" => links::send_again(visit),
        "keep-me-signed-in" => session::keep(visit, body),
        "skip" => identify::skip(visit),
        "recover" => identify::recover(visit),
        "cancel" => {
            visit.transaction.restart(visit.now);
            Answer::page()
        }
        _ => Answer::says(StatusCode::BAD_REQUEST, message::bad_request()),
    };
    let now_at = (
        visit.transaction.step.clone(),
        visit.transaction.handle().to_owned(),
    );
    if answer.status.is_success() && before != now_at {
        visit.transaction.last_advance = Some(Advance {
            path: path.to_owned(),
            body: written,
            at: visit.now,
        });
    }
    shown(visit, &answer)
}

/// Whether this request led to the current page already: its answer was lost, or it was pressed twice.
fn repeated(visit: &Visit<'_>, path: &str, written: &str, offered: bool) -> bool {
    visit.transaction.last_advance.as_ref().is_some_and(|last| {
        last.path == path
            && last.body == written
            && visit.now < last.at + REPEATED
            // A press without content, such as Skip, may be meant for the next page too.
            && (!offered || written != "{}")
    })
}

/// The body without what only says which transaction it belongs to.
fn without_handle(body: &Value) -> String {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("stateHandle");
    }
    body.to_string()
}

/// The current page with what is to be said.
fn shown(visit: &mut Visit<'_>, answer: &Answer) -> Reply {
    factor::webauthn::offer(visit);
    if let Step::Ended(ending) = visit.transaction.step {
        let (status, said) = match (ending, &visit.policy().denial) {
            (Ending::Denied, Some(denial)) => (StatusCode::FORBIDDEN, message::denied(denial)),
            _ => message::ending(ending),
        };
        let said = Answer::says(status, said);
        return Reply {
            status,
            body: Page::of(visit).json(visit, &said),
            retry_after: None,
        };
    }
    if let Step::Done { code } = &visit.transaction.step
        && !visit.grants.code_waits(code, visit.now)
    {
        return Reply::expired();
    }
    Reply {
        status: answer.status,
        body: Page::of(visit).json(visit, answer),
        retry_after: answer
            .wait
            .map(|wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)),
    }
}

/// The page of the tab beside.
fn beside(visit: &Visit<'_>, answer: &Answer) -> Reply {
    Reply {
        status: answer.status,
        body: mail_link::aside_page(visit).json(visit, answer),
        retry_after: None,
    }
}

/// The flow went on in the tab that a mail's link opened (protocol 5.7).
fn transferred(visit: &Visit<'_>, handle: &str) -> Reply {
    let said = Answer::says(StatusCode::OK, message::went_to_another_tab());
    let body = Page::blank(&visit.settings.origin, handle).json(visit, &said);
    Reply {
        status: StatusCode::OK,
        body,
        retry_after: None,
    }
}
