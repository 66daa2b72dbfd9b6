//! A locked account is opened by its owner (protocol 5.4).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::factor;
use super::form::Form;
use super::identify;
use super::page::Page;
use super::visit::{Answer, Visit, text};
use crate::authenticator::{Authenticator, Channel};
use crate::message;
use crate::transaction::{Ending, Step};

/// The way to it, beside the first page.
pub(crate) fn offer(page: &mut Page, visit: &Visit<'_>) {
    if !visit.policy().unlock.is_empty() {
        page.form(Form::new("unlock-account", "unlock-account"));
    }
}

/// Whose account it is, where the name comes first.
pub(crate) fn identify_page(page: &mut Page, visit: &Visit<'_>) {
    page.form(
        Form::new("unlock-account", "identify").field(super::sign_in_page::identifier(visit)),
    );
}

/// Whose account it is, if that is not known, and every way that the org allows: the same for all.
pub(crate) fn select_page(page: &mut Page, visit: &Visit<'_>) {
    let ways = &visit.policy().unlock;
    let options: Vec<Value> = ways
        .iter()
        .enumerate()
        .map(|(index, one)| {
            json!({"label": one.name(), "value": {"form": {"value": one.option_fields(false)}},
                "relatesTo": format!("$.authenticators.value[{index}]")})
        })
        .collect();
    let mut form = Form::new("select-authenticator-unlock-account", "challenge");
    if visit.account().is_none() {
        form = form.field(super::sign_in_page::identifier(visit));
    }
    page.form(form.field(json!({"name": "authenticator", "type": "object", "options": options})));
    page.array(
        "authenticators",
        ways.iter().map(|one| one.object()).collect(),
    );
}

/// `unlock-account`: to the form.
pub(crate) fn begin(visit: &mut Visit<'_>) -> Answer {
    visit.transaction.unlocking = true;
    visit.transaction.forget_proofs();
    visit.transaction.forget_name();
    visit.transaction.step = if visit.policy().identifier_first {
        Step::UnlockIdentify
    } else {
        Step::SelectUnlock
    };
    Answer::page()
}

/// `challenge` from that form: the name and the way in one, and the code goes out at once.
pub(crate) fn select(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let login = text(body, "/identifier")
        .map(str::trim)
        .filter(|login| !login.is_empty());
    let chosen = text(body, "/authenticator/id").and_then(Authenticator::from_id);
    let chosen = chosen.filter(|chosen| visit.policy().unlock.contains(chosen));
    let named = visit.account().is_some();
    let mut missing = Vec::new();
    if !named && login.is_none() {
        missing.push(("identifier".to_owned(), message::missing()));
    }
    let Some(chosen) = chosen.filter(|_| missing.is_empty()) else {
        if chosen.is_none() {
            missing.push(("authenticator".to_owned(), message::missing()));
        }
        return Answer::notes(StatusCode::BAD_REQUEST, missing);
    };
    if let Some(login) = login.filter(|_| !named) {
        visit.transaction.identifier = Some(login.to_owned());
        if let Err(unknown) = identify::name(visit, login) {
            return unknown;
        }
    }
    let Some(account) = visit.account() else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let method = text(body, "/authenticator/methodType");
    let (channel, to) = match chosen {
        Authenticator::Phone => {
            // Which way is no question here: it is an SMS where nothing else is said.
            let channel = method.and_then(Channel::to_phone).unwrap_or(Channel::Sms);
            (channel, account.phone.clone())
        }
        Authenticator::Email => (Channel::Email, Some(account.email.clone())),
        _ => (Channel::Email, None),
    };
    let device = account.device.is_some();
    visit.transaction.rotate(visit.now);
    if chosen == Authenticator::OktaVerify && device {
        return factor::okta_verify::choose(visit, body, false);
    }
    match to {
        Some(to) => visit.send(chosen, channel, &to),
        // Where nobody is to learn who has an account, nobody learns either what they have set up.
        None if visit.policy().private => visit.send(chosen, channel, ""),
        None => {
            visit.transaction.end(Ending::UnlockNotPermitted);
            return Answer::page();
        }
    }
    visit.transaction.step = Step::Challenge {
        authenticator: chosen,
    };
    Answer::page()
}
