//! What tests and admins do to the org, as JSON under `/console/`. The README tells each.

mod devices;
mod help_desk;
mod page;
mod people;
mod presets;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(crate) use self::people::{NewPerson, add};
pub(crate) use self::presets::add as add_presets;
use crate::Org;
use crate::faults::{Fault, TokenFault};
use crate::okta_verify::Setup;
use crate::settings::CLIENT_ID;
use crate::state::Switches;

pub(crate) fn router() -> Router<Org> {
    Router::new()
        .route("/console/clock", post(forward))
        .route("/console/keys", post(rotate_keys))
        .route("/console/dpop-nonce", post(rotate_nonce))
        .route("/console/faults", get(faults).post(arm).delete(disarm))
        .route("/console/token-fault", post(token_fault))
        .route("/console/client", get(switches).post(switch))
        .route("/console", get(page::show).post(page::pressed))
        .route("/console/people/presets", post(presets::make))
        .route("/console/people", get(people::list).post(people::add_one))
        .route("/console/recovery", post(people::recover))
        .route("/console/activation", post(people::activate))
        .route("/console/totp", get(people::totp))
        .route(
            "/console/keys",
            get(people::keys).delete(people::forget_keys),
        )
        .route("/console/devices", get(devices::list))
        .route("/console/devices/scan", post(devices::scan))
        .route("/console/duo", post(devices::duo))
        .route("/console/help-desk/code", post(help_desk::code))
        .route("/console/help-desk/remove", post(help_desk::remove))
        .route("/console/unlock", post(help_desk::unlock))
        .route("/console/push", post(devices::push))
        .route(Setup::PATH, get(devices::opened).post(devices::set_up_here))
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
    #[serde(default)]
    forward_seconds: u64,
    /// By how much the told time is off; stays as it is where nothing is said.
    #[serde(default)]
    off_seconds: Option<i64>,
}

async fn forward(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let wanted: Forward = read(&body)?;
    org.clock()
        .forward(Duration::from_secs(wanted.forward_seconds));
    if let Some(seconds) = wanted.off_seconds {
        org.clock().tell_off_by(seconds);
    }
    Ok(Json(json!({"aheadSeconds": org.clock().ahead().as_secs()})))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rotate {
    #[serde(default)]
    forget: bool,
}

/// Another key signs from now on.
async fn rotate_keys(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let Rotate { forget } = read(&body)?;
    org.core().signer.rotate(forget);
    Ok(Json(org.core().signer.keys()))
}

/// Proofs with the nonce so far are refused from now on.
async fn rotate_nonce(State(org): State<Org>) -> StatusCode {
    org.state().dpop.forget_nonces();
    StatusCode::NO_CONTENT
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
    state.inbox.delay = Duration::from_secs(state.switches.mail_delay_seconds.into());
    Ok(Json(state.switches))
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

/// Somebody among the people of a client.
#[derive(Deserialize)]
struct Who {
    email: String,
    #[serde(default = "main_client")]
    client: String,
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
