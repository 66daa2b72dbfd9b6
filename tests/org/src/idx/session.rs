//! The org's session in a transaction: what it brings, what becomes of it, and whether the browser is remembered.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::form::Form;
use super::journey;
use super::page::{Page, user};
use super::visit::{Answer, Visit};
use crate::message;
use crate::transaction::Step;

/// Begins with whom the browser's session knows. What they proved counts while it is fresh enough for the app and for the
/// org; else they are asked again, and only their name is there.
pub(crate) fn take_up(visit: &mut Visit<'_>) -> Answer {
    let transaction = &*visit.transaction;
    let begun = transaction.step != Step::Identify || transaction.account(visit.people).is_some();
    if begun || transaction.alone {
        return Answer::page();
    }
    let Some(session) = visit.sessions.of(visit.browser, visit.now).cloned() else {
        return Answer::page();
    };
    let asked = &transaction.asked;
    let account = visit.people.get(&session.person);
    let Some(account) = account.filter(|_| session.client == asked.client_id) else {
        return Answer::page();
    };
    // A session of somebody else than the app speaks of is none.
    let meant = asked.login_hint.as_deref();
    if meant.is_some_and(|meant| !meant.eq_ignore_ascii_case(&account.email)) {
        return Answer::page();
    }
    visit.transaction.identifier = Some(account.email.clone());
    if !session.counts(visit.transaction.asked.max_age, visit.now) {
        return Answer::page();
    }
    visit.transaction.person = Some(session.person);
    visit.transaction.from_session = Some((session.proofs.len(), session.proved));
    visit.transaction.proofs = session.proofs;
    visit.transaction.methods = session.methods;
    visit.transaction.rotate(visit.now);
    journey::advance(visit)
}

/// At the end: the browser is signed in at the org too. The answer is when something was proved last.
pub(crate) fn settle(visit: &mut Visit<'_>, person: &str) -> std::time::SystemTime {
    let transaction = &*visit.transaction;
    let proved = match transaction.from_session {
        Some((proofs, at)) if transaction.proofs.len() <= proofs => at,
        _ => visit.now,
    };
    let remember = transaction.remember == Some(true) && visit.switches.session_cookie;
    if remember && !transaction.remembered {
        visit.sessions.remember(visit.browser, person, visit.now);
    }
    if visit.switches.session_cookie {
        let client = transaction.asked.client_id.as_str();
        let how = (&transaction.proofs[..], &transaction.methods[..]);
        visit
            .sessions
            .begin(visit.browser, client, person, how, proved, visit.now);
    }
    proved
}

/// Whether somebody who proved two things here is to be asked if this browser should be remembered.
pub(crate) fn asks_to_keep(visit: &Visit<'_>) -> bool {
    let transaction = &*visit.transaction;
    let brought = transaction.from_session.map_or(0, |(proofs, _)| proofs);
    visit.policy().keep_me_signed_in
        && !transaction.remember_asked
        && !transaction.remembered
        && !transaction.signing_up
        && transaction.proofs.len() >= 2
        && transaction.proofs.len() > brought
}

pub(crate) fn keep_page(page: &mut Page, visit: &Visit<'_>) {
    let ticked = visit.transaction.remember == Some(true);
    page.form(Form::new("keep-me-signed-in", "keep-me-signed-in").field(json!({
        "name": "keepMeSignedIn", "type": "boolean", "label": "Stay signed in", "required": true, "value": ticked,
        "mutable": true
    })));
    user(page, visit);
}

/// `keep-me-signed-in`: yes or no.
pub(crate) fn keep(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(keep) = body.get("keepMeSignedIn").and_then(Value::as_bool) else {
        return Answer::note(
            StatusCode::BAD_REQUEST,
            "keepMeSignedIn",
            message::missing(),
        );
    };
    visit.transaction.remember = Some(keep);
    visit.transaction.remember_asked = true;
    journey::advance(visit)
}
