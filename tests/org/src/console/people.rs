//! The people of the org, made and looked at.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refusal, Who, Whose, read, refusal};
use crate::authenticator::{Authenticator, Channel};
use crate::links::Kind;
use crate::okta_verify::Device;
use crate::people::{Account, is_email};
use crate::settings::CLIENT_ID;
use crate::{Org, Person, phone};

/// Somebody to be made by an admin.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPerson {
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) first_name: String,
    #[serde(default)]
    pub(crate) last_name: String,
    #[serde(default)]
    pub(crate) password: Option<String>,
    /// They are to set their account up themselves.
    #[serde(default)]
    pub(crate) staged: bool,
    /// So old their password is.
    #[serde(default)]
    pub(crate) password_age_days: u64,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    /// The name of a device with Okta Verify on it.
    #[serde(default)]
    pub(crate) device: Option<String>,
    /// Whether they may use the app; they may, if nothing is said.
    #[serde(default)]
    pub(crate) assigned: Option<bool>,
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Value>,
    /// The client whose policy they live under; the main one if none is named.
    #[serde(default)]
    pub(crate) client: Option<String>,
}

pub(super) async fn list(State(org): State<Org>, Query(whose): Query<Whose>) -> Json<Vec<Person>> {
    Json(org.people_of(&whose.client))
}

/// The code that somebody's authenticator app shows now.
pub(super) async fn totp(
    State(org): State<Org>,
    Query(who): Query<Who>,
) -> Result<Json<Value>, Refusal> {
    let mut state = org.state();
    let account = state.people_of(&who.client).named(&who.email);
    let shared = account
        .and_then(|account| account.otp.as_ref())
        .ok_or_else(|| refusal("Nobody with this address has set an authenticator app up."))?;
    Ok(Json(json!({"code": shared.code(org.clock().now())})))
}

/// The security keys and passkeys of somebody.
pub(super) async fn keys(
    State(org): State<Org>,
    Query(who): Query<Who>,
) -> Result<Json<Value>, Refusal> {
    let mut state = org.state();
    let account = state.people_of(&who.client).named(&who.email);
    let account = account.ok_or_else(nobody)?;
    let keys = account.keys.iter().map(|key| {
        json!({"id": key.id, "credentialId": key.credential_id(), "transports": key.transports,
            "signCount": key.sign_count()})
    });
    Ok(Json(keys.collect()))
}

/// Which of somebody's keys is meant; all of them if none is named.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    id: Option<String>,
}

/// Takes keys away from somebody. Their devices do not hear of it.
pub(super) async fn forget_keys(
    State(org): State<Org>,
    Query(who): Query<Who>,
    Query(which): Query<Which>,
) -> Result<StatusCode, Refusal> {
    let mut state = org.state();
    let account = state.people_of(&who.client).named_mut(&who.email);
    let account = account.ok_or_else(nobody)?;
    account
        .keys
        .retain(|key| which.id.as_ref().is_some_and(|id| *id != key.id));
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn nobody() -> Refusal {
    refusal("There is nobody with this address.")
}

pub(super) async fn add_one(
    State(org): State<Org>,
    body: Bytes,
) -> Result<(StatusCode, Json<Person>), Refusal> {
    let person = add(&org, read(&body)?)?;
    Ok((StatusCode::CREATED, Json(person)))
}

pub(crate) fn add(org: &Org, wanted: NewPerson) -> Result<Person, Refusal> {
    let now = org.clock().now();
    if !is_email(&wanted.email) {
        return Err(refusal("This is no address."));
    }
    let mut account = Account::new(&wanted.email, &wanted.first_name, &wanted.last_name, now);
    let client = wanted.client.as_deref().unwrap_or(CLIENT_ID);
    let Some(policy) = org.settings().policy_of(client) else {
        return Err(refusal(format!("There is no client \"{client}\".")));
    };
    // Somebody made by an admin counts as reachable by the address on file, where the policy knows email.
    account.email_proved = policy.knows(Authenticator::Email);
    account.email_proved &= !wanted.staged;
    account.staged = wanted.staged;
    account.device = wanted.device.map(Device::new);
    account.assigned = wanted.assigned.unwrap_or(true);
    account.groups = wanted.groups;
    account.locks_after = policy.locks_after;
    account.attributes = wanted.attributes;
    if let Some(number) = wanted.phone {
        if !phone::takes(Channel::Voice, &number) {
            return Err(refusal("This is no phone number in E.164."));
        }
        account.phone = Some(number);
    }
    if let Some(password) = wanted.password {
        account
            .set_password(&password, now)
            .map_err(|refused| refusal(format!("The password is refused: {refused:?}.")))?;
        let age = Duration::from_secs(wanted.password_age_days.saturating_mul(24 * 3600));
        account.password_since = now.checked_sub(age).unwrap_or(now);
    }
    let seen = account.seen();
    let added = org.state().people_of(client).add(account);
    added.map_err(|_| Refusal(StatusCode::CONFLICT, "The address is taken.".to_owned()))?;
    Ok(seen)
}

/// Sends somebody the link to a new password.
pub(super) async fn recover(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    mail_link(&org, Kind::Recovery, &read(&body)?)
}

/// Sends somebody who is staged the link to their account.
pub(super) async fn activate(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    mail_link(&org, Kind::Activation, &read(&body)?)
}

pub(super) fn mail_link(org: &Org, kind: Kind, who: &Who) -> Result<Json<Value>, Refusal> {
    let now = org.clock().now();
    let mut state = org.state();
    let account = state.people_of(&who.client).named(&who.email);
    let (id, email) = account
        .filter(|account| account.staged == (kind == Kind::Activation))
        .map(|account| (account.id.clone(), account.email.clone()))
        .ok_or_else(|| refusal("There is nobody with this address whom such a link would help."))?;
    let token = state.links.add(kind, &who.client, &id, now);
    let link = org.settings().link(kind, &token);
    let at = org.clock().told(now);
    state.inbox.at(now).invite(kind, &email, link.clone(), at);
    Ok(Json(json!({"token": token, "link": link})))
}
