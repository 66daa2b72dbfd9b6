//! The link in a mail, where it does not simply lead on: the question whether it was you, and the pages that the org shows
//! itself (protocol 4.1 `email-challenge-consent`, 5.7).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::form::Form;
use super::page::{Page, user};
use super::prove;
use super::visit::{Answer, Visit};
use crate::authenticator::Authenticator;
use crate::message::{self, Message};
use crate::state::State;
use crate::transaction::{Agent, Ending, Transaction};

/// What a link leads to.
pub(crate) enum Leads {
    /// To this transaction.
    On(String),
    /// It is too old.
    Expired,
    /// It was used, or a newer mail took its place.
    Stale,
    Nowhere,
}

/// Where the link with this token leads now.
pub(crate) fn find(state: &State, token: &str, now: std::time::SystemTime) -> Leads {
    let mut open = state.transactions.values().filter(|one| now < one.expires);
    let found = open.find_map(|one| {
        if one.dead_links.iter().any(|dead| dead == token) {
            return Some(Leads::Stale);
        }
        let challenge = one.challenge.as_ref().filter(|open| open.token == token)?;
        Some(match challenge.alive(now) {
            true => Leads::On(one.id.clone()),
            false => Leads::Expired,
        })
    });
    found.unwrap_or(Leads::Nowhere)
}

impl Leads {
    /// What the org's page says of a link that leads nowhere.
    pub(crate) fn said(&self) -> Message {
        match self {
            Self::Expired => message::link_expired(),
            Self::Stale => message::link_stale(),
            Self::On(_) | Self::Nowhere => message::link_error(),
        }
    }
}

/// One of the org's own pages at the end of a link, as a page of the API: nothing on it is left to do.
pub(crate) fn terminal(said: &Message) -> Value {
    json!({
        "version": "1.0.0", "intent": "AUTHENTICATION", "messages": message::list(std::slice::from_ref(said))
    })
}

/// The code, to be typed where it was asked for, with who asked.
pub(crate) fn code_page(transaction: &Transaction) -> Option<Value> {
    let challenge = transaction.challenge.as_ref()?;
    let mut page = terminal(&message::enter_code_in_original_tab());
    let mut email = Authenticator::Email.object();
    email["contextualData"] = json!({"otp": challenge.code});
    page["currentAuthenticator"] = json!({"type": "object", "value": email});
    let Agent { browser, os } = &transaction.asked.agent;
    page["client"] = json!({"type": "object", "value": {"browser": browser, "os": os}});
    Some(page)
}

/// The page of the tab that the link opened, beside the one that asked for it.
pub(crate) fn aside_page(visit: &Visit<'_>) -> Page {
    let aside = visit.transaction.aside.as_ref();
    let handle = aside.map_or("", |aside| &aside.handle);
    let mut page = Page::blank(&visit.settings.origin, handle);
    page.intent = "CONSENT";
    match aside.and_then(|aside| aside.answer) {
        Some(true) => page.say(message::return_to_original_tab()),
        Some(false) => page.say(message::cancelled_by_user()),
        None => {
            let info = |name: &str, label: &str, value: &str| json!({"name": name, "type": "string", "label": label, "value": value});
            let Agent { browser, os } = &visit.transaction.asked.agent;
            let asked_by = json!([
                info("appName", "Application", &visit.policy().app.label),
                info("browser", "Browser", browser),
                info("os", "Operating system", os)
            ]);
            let choices =
                json!([{"label": "Allow", "value": true}, {"label": "Deny", "value": false}]);
            page.form(
                Form::new("email-challenge-consent", "consent")
                    .member("requestInfo", asked_by)
                    .field(json!({"name": "consent", "type": "boolean", "required": true, "options": choices})),
            );
            user(&mut page, visit);
        }
    }
    page
}

/// A request from that tab: was it you?
pub(crate) fn answer(visit: &mut Visit<'_>, path: &str, body: &Value) -> Answer {
    let open = |visit: &Visit<'_>| {
        visit
            .transaction
            .aside
            .as_ref()
            .is_some_and(|aside| aside.answer.is_none())
    };
    if path != "consent" || !open(visit) {
        return Answer::page();
    }
    let Some(agreed) = body.get("consent").and_then(Value::as_bool) else {
        return Answer::note(StatusCode::BAD_REQUEST, "consent", message::missing());
    };
    if agreed {
        // The link stands for the code: the tab that asked goes on as if it had been typed there.
        let code = visit
            .transaction
            .challenge
            .as_ref()
            .map(|open| open.code.clone());
        let typed = json!({"credentials": {"passcode": code}});
        if !prove::answer(visit, &typed).status.is_success() {
            return Answer::says(StatusCode::OK, message::link_expired());
        }
    } else {
        visit.transaction.end(Ending::CancelledElsewhere);
    }
    if let Some(aside) = visit.transaction.aside.as_mut() {
        aside.answer = Some(agreed);
    }
    Answer::page()
}
