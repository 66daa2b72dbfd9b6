//! An authenticator that no client has heard of: the reading on a hologram, chosen once and read off from then on.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::idx::form::credentials;
use crate::idx::visit::{Answer, Visit, text};
use crate::idx::{journey, prove};
use crate::message;

const FIELD: &str = "credentials.reading";

pub(crate) fn field() -> Value {
    credentials(json!([
        {"name": "reading", "label": "Reading on the hologram", "required": true, "minLength": 4}
    ]))
}

pub(crate) fn enroll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(reading) = reading(body) else {
        return missing();
    };
    let (reading, now) = (reading.to_owned(), visit.now);
    if let Some(account) = visit.account_mut() {
        account.hologram = Some(reading);
        account.updated = now;
    }
    visit.transaction.prove(Authenticator::Hologram, "hwk");
    journey::advance(visit)
}

pub(crate) fn verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(reading) = reading(body) else {
        return missing();
    };
    let right = visit
        .account()
        .is_some_and(|account| account.hologram.as_deref() == Some(reading));
    if let Some(paused) = visit.transaction.tries.count(right, visit.now) {
        return Answer::wait(paused);
    }
    if !right {
        return Answer::note(StatusCode::UNAUTHORIZED, FIELD, message::wrong_code());
    }
    visit.transaction.prove(Authenticator::Hologram, "hwk");
    prove::verified(visit)
}

fn reading(body: &Value) -> Option<&str> {
    text(body, "/credentials/reading").filter(|reading| reading.chars().count() >= 4)
}

fn missing() -> Answer {
    Answer::note(StatusCode::BAD_REQUEST, FIELD, message::missing())
}
