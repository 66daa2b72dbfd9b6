//! What the help desk does for somebody who cannot get in.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::nobody;
use super::{Refusal, Who, main_client, read, refusal};
use crate::access_code::{AccessCode, MINUTES};
use crate::authenticator::Authenticator;
use crate::clock::iso;
use crate::{Org, Person};

/// A temporary code for somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issue {
    pub(super) email: String,
    #[serde(default = "main_client")]
    pub(super) client: String,
    #[serde(default = "an_hour")]
    pub(super) minutes: u64,
}

fn an_hour() -> u64 {
    60
}

pub(super) async fn code(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    issue(&org, &read(&body)?).map(Json)
}

/// Gives somebody a code; the one before it is dead.
pub(super) fn issue(org: &Org, wanted: &Issue) -> Result<Value, Refusal> {
    if !MINUTES.contains(&wanted.minutes) {
        let (least, most) = (MINUTES.start(), MINUTES.end());
        return Err(refusal(format!(
            "A code can be given for {least} to {most} minutes."
        )));
    }
    let knows = org
        .settings()
        .policy_of(&wanted.client)
        .is_some_and(|policy| policy.knows(Authenticator::AccessCode));
    if !knows {
        return Err(refusal("This client's policy knows no temporary codes."));
    }
    let now = org.clock().now();
    let code = AccessCode::new(Duration::from_secs(wanted.minutes * 60), now);
    let answer = json!({"code": code.told(), "expiresAt": iso(org.clock().told(code.until))});
    let mut state = org.state();
    let account = state.people_of(&wanted.client).named_mut(&wanted.email);
    account.ok_or_else(nobody)?.access_code = Some(code);
    Ok(answer)
}

/// What is to be taken from somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remove {
    pub(super) email: String,
    #[serde(default = "main_client")]
    pub(super) client: String,
    /// Its key on the wire: `phone_number`.
    pub(super) authenticator: Authenticator,
}

pub(super) async fn remove(State(org): State<Org>, body: Bytes) -> Result<Json<Person>, Refusal> {
    take_away(&org, &read(&body)?).map(Json)
}

/// Takes an authenticator from somebody, who is then asked to set it up anew where it is required.
pub(super) fn take_away(org: &Org, wanted: &Remove) -> Result<Person, Refusal> {
    let mut state = org.state();
    let account = state.people_of(&wanted.client).named_mut(&wanted.email);
    let account = account.ok_or_else(nobody)?;
    if account.remove(wanted.authenticator) {
        Ok(account.seen())
    } else {
        Err(refusal(
            "This person does not have it, or cannot be without.",
        ))
    }
}

pub(super) async fn unlock(State(org): State<Org>, body: Bytes) -> Result<Json<Person>, Refusal> {
    open(&org, &read(&body)?).map(Json)
}

/// Opens a locked account.
pub(super) fn open(org: &Org, who: &Who) -> Result<Person, Refusal> {
    let mut state = org.state();
    let account = state.people_of(&who.client).named_mut(&who.email);
    let account = account.ok_or_else(nobody)?;
    account.unlock();
    Ok(account.seen())
}
