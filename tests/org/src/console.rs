//! What tests and admins do to the org, as JSON under `/console/`. The README tells each.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::authenticator::{Authenticator, Channel};
use crate::faults::{Fault, TokenFault};
use crate::people::{Account, is_email};
use crate::settings::CLIENT_ID;
use crate::state::Switches;
use crate::{Org, Person, phone};

pub(crate) fn router() -> Router<Org> {
    Router::new()
        .route("/console/clock", post(forward))
        .route("/console/faults", get(faults).post(arm).delete(disarm))
        .route("/console/token-fault", post(token_fault))
        .route("/console/client", get(switches).post(switch))
        .route("/console/people", get(people).post(add_person))
        .route("/console/totp", get(totp))
        .route("/console/requests", get(requests).delete(forget_requests))
        .route("/console/policy", get(policy))
        .route("/console/reset", post(reset))
}

/// Why the console did nothing.
pub(crate) struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({"error": self.1}))).into_response()
    }
}

fn refusal(text: impl Into<String>) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, text.into())
}

/// The body as JSON, however it is declared.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| refusal(error.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Forward {
    forward_seconds: u64,
}

async fn forward(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let Forward { forward_seconds } = read(&body)?;
    org.clock().forward(Duration::from_secs(forward_seconds));
    Ok(Json(json!({"aheadSeconds": org.clock().ahead().as_secs()})))
}

async fn faults(State(org): State<Org>) -> Json<Vec<Fault>> {
    Json(org.state().faults.clone())
}

/// One fault or a list of them.
async fn arm(State(org): State<Org>, body: Bytes) -> Result<Json<Vec<Fault>>, Refusal> {
    let more: Vec<Fault> = match read(&body)? {
        many @ Value::Array(_) => serde_json::from_value(many),
        one => serde_json::from_value(one).map(|one| vec![one]),
    }
    .map_err(|error| refusal(error.to_string()))?;
    let mut state = org.state();
    state.faults.extend(more);
    Ok(Json(state.faults.clone()))
}

async fn disarm(State(org): State<Org>) -> StatusCode {
    org.state().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: Value,
}

async fn token_fault(State(org): State<Org>, body: Bytes) -> Result<StatusCode, Refusal> {
    let Kind { kind } = read(&body)?;
    let fault = match kind.as_str() {
        Some("none") => None,
        _ => Some(
            serde_json::from_value::<TokenFault>(kind)
                .map_err(|error| refusal(error.to_string()))?,
        ),
    };
    org.break_tokens(fault);
    Ok(StatusCode::NO_CONTENT)
}

async fn switches(State(org): State<Org>) -> Json<Switches> {
    Json(org.state().switches)
}

/// Sets what the body names and leaves the rest.
async fn switch(State(org): State<Org>, body: Bytes) -> Result<Json<Switches>, Refusal> {
    let wanted: BTreeMap<String, Value> = read(&body)?;
    let mut state = org.state();
    let mut all = serde_json::to_value(state.switches).unwrap_or_default();
    for (name, value) in wanted {
        all[name] = value;
    }
    state.switches = serde_json::from_value(all).map_err(|error| refusal(error.to_string()))?;
    Ok(Json(state.switches))
}

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
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Value>,
    /// The client whose policy they live under; the main one if none is named.
    #[serde(default)]
    pub(crate) client: Option<String>,
}

/// Whose people are meant.
#[derive(Deserialize)]
struct Whose {
    #[serde(default = "main_client")]
    client: String,
}

fn main_client() -> String {
    CLIENT_ID.to_owned()
}

async fn people(State(org): State<Org>, Query(whose): Query<Whose>) -> Json<Vec<Person>> {
    Json(org.people_of(&whose.client))
}

/// Somebody among the people of a client.
#[derive(Deserialize)]
struct Who {
    email: String,
    #[serde(default = "main_client")]
    client: String,
}

/// The code that somebody's authenticator app shows now.
async fn totp(State(org): State<Org>, Query(who): Query<Who>) -> Result<Json<Value>, Refusal> {
    let mut state = org.state();
    let account = state.people_of(&who.client).named(&who.email);
    let shared = account
        .and_then(|account| account.otp.as_ref())
        .ok_or_else(|| refusal("Nobody with this address has set an authenticator app up."))?;
    Ok(Json(json!({"code": shared.code(org.clock().now())})))
}

async fn add_person(
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
    }
    let seen = account.seen();
    let added = org.state().people_of(client).add(account);
    added.map_err(|_| Refusal(StatusCode::CONFLICT, "The address is taken.".to_owned()))?;
    Ok(seen)
}

async fn requests(State(org): State<Org>) -> Json<Vec<crate::Request>> {
    Json(org.requests())
}

async fn forget_requests(State(org): State<Org>) -> StatusCode {
    org.state().journal.clear();
    StatusCode::NO_CONTENT
}

async fn policy(State(org): State<Org>) -> Json<Value> {
    let policies: BTreeMap<&str, &str> = org
        .settings()
        .clients()
        .filter_map(|client| Some((client, org.settings().policy_of(client)?.name())))
        .collect();
    Json(json!({"name": policies.get(CLIENT_ID), "clients": policies}))
}

async fn reset(State(org): State<Org>) -> StatusCode {
    org.reset();
    StatusCode::NO_CONTENT
}
