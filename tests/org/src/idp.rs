//! A second, tiny service that says who somebody is, and the way there and back (protocol 1.11, 5.6).
//!
//! `authorize` with a `request_uri` sends the browser to `/toy-idp`; a press there, or the same as JSON at `/console/idp`,
//! leads to the org's `callback`, and that to the app's redirect URI. The org takes each way back once.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Query, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::html::{self, escape};
use crate::idx::{self, Outcome, Verdict};
use crate::oauth::redirect;
use crate::people::is_email;
use crate::session::Browser;
use crate::transaction::Vouched;
use crate::{Org, hosted, random};

const MORE: &str = "Your client is configured to use the interaction code flow and user interaction is required to \
                    complete the request.";
const DENIED: &str = "The resource owner or authorization server denied the request.";

/// Browsers that are at the provider, by the `state` that the org gave them.
pub(crate) type Trips = HashMap<String, Trip>;

/// One way to the provider and back.
pub(crate) struct Trip {
    transaction: String,
    client: String,
    /// The provider's name.
    name: String,
    /// The code that the provider gave the browser, and what it stands for.
    answer: Option<(String, Verdict)>,
}

pub(crate) fn router() -> Router<Org> {
    Router::new()
        .route("/toy-idp", get(page).post(press))
        .route("/console/idp", post(answer))
        .route("/oauth2/v1/authorize/callback", get(callback))
}

/// To the provider, for a transaction of this client that offers it.
pub(crate) fn depart(org: &Org, client: &str, request_uri: &str) -> Response {
    let now = org.clock().now();
    let found = request_uri
        .strip_prefix("urn:okta:")
        .and_then(|rest| rest.split_once(':'));
    let idp = found.and_then(|(_, idp)| {
        let policy = org.settings().policy_of(client)?;
        policy.idps.iter().find(|known| known.id == idp)
    });
    let mut state = org.state();
    let transaction = found.and_then(|(trip, _)| {
        let mut open = state.transactions.values();
        open.find(|one| one.trip == trip && one.asked.client_id == client && now < one.expires)
    });
    let (Some(idp), Some(transaction)) = (idp, transaction) else {
        return unknown_trip();
    };
    let trip = Trip {
        transaction: transaction.id.clone(),
        client: client.to_owned(),
        name: idp.name.clone(),
        answer: None,
    };
    let name = random::token(24);
    state.trips.insert(name.clone(), trip);
    found_at(format!("/toy-idp?state={name}"))
}

#[derive(Deserialize)]
struct At {
    #[serde(default)]
    state: String,
}

/// The provider's page: approve as somebody known or new, deny, fail.
async fn page(State(org): State<Org>, Query(at): Query<At>) -> Response {
    let mut state = org.state();
    let Some((client, name)) = state
        .trips
        .get(&at.state)
        .filter(|trip| trip.answer.is_none())
        .map(|trip| (trip.client.clone(), trip.name.clone()))
    else {
        return unknown_trip();
    };
    let known: String = state
        .people_of(&client)
        .iter()
        .map(|account| {
            let label = format!("Go on as {} ({})", account.name(), account.email);
            form(
                &at.state,
                "approve",
                &hidden("email", &account.email),
                &label,
            )
        })
        .collect();
    let new = [
        ("email", "Email", "ivo@idp.test"),
        ("firstName", "First name", "Ivo"),
        ("lastName", "Last name", "Reed"),
    ];
    let new: String = new
        .into_iter()
        .map(|(name, label, value)| field(name, label, value))
        .collect();
    let body = format!(
        "<h1>{name}</h1>\n<p>This is another service, made up like the org. Who are you here?</p>\n{known}\
         <h2>Somebody new</h2>\n{}<h2>Or not</h2>\n{}{}",
        form(&at.state, "approve", &new, "Go on as a new person"),
        form(&at.state, "deny", "", "Deny"),
        form(&at.state, "fail", "", "Fail"),
        name = escape(&name),
    );
    let targets: Vec<&str> = org
        .settings()
        .app_origins
        .iter()
        .map(String::as_str)
        .collect();
    html::page_with_forms(StatusCode::OK, &name, &targets, &body)
}

fn form(state: &str, action: &str, fields: &str, label: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/toy-idp\">\n{}{}{fields}<p><button>{}</button></p>\n</form>\n",
        hidden("state", state),
        hidden("action", action),
        escape(label)
    )
}

fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n",
        escape(value)
    )
}

fn field(name: &str, label: &str, value: &str) -> String {
    format!(
        "<p><label>{label} <input name=\"{name}\" value=\"{}\"></label></p>\n",
        escape(value)
    )
}

/// What is pressed at the provider.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Press {
    state: String,
    action: Action,
    #[serde(default)]
    email: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Approve,
    Deny,
    Fail,
}

async fn press(State(org): State<Org>, body: Bytes) -> Response {
    match serde_urlencoded::from_bytes(&body).map_err(|error| error.to_string()) {
        Ok(pressed) => pressed_at(&org, pressed).map_or_else(refused, |location| {
            (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
        }),
        Err(problem) => refused(problem),
    }
}

fn refused(problem: String) -> Response {
    let body = format!("<h1>Bad request</h1>\n<p>{}</p>", escape(&problem));
    html::page(StatusCode::BAD_REQUEST, "Bad request", None, &body)
}

/// The same as JSON, for any test: the answer says where the browser is sent.
async fn answer(State(org): State<Org>, body: Bytes) -> Response {
    let pressed = serde_json::from_slice(&body).map_err(|error| error.to_string());
    match pressed.and_then(|pressed| pressed_at(&org, pressed)) {
        Ok(location) => Json(json!({"location": location})).into_response(),
        Err(problem) => (StatusCode::BAD_REQUEST, Json(json!({"error": problem}))).into_response(),
    }
}

/// The address of the org's callback that the press leads to.
fn pressed_at(org: &Org, pressed: Press) -> Result<String, String> {
    let mut state = org.state();
    let trip = state.trips.get_mut(&pressed.state);
    let trip = trip
        .filter(|trip| trip.answer.is_none())
        .ok_or("Nobody is waiting for this answer.")?;
    let verdict = match pressed.action {
        Action::Deny => Verdict::Denied,
        Action::Fail => Verdict::Failed,
        Action::Approve if is_email(pressed.email.trim()) => Verdict::Vouched(Vouched {
            email: pressed.email.trim().to_owned(),
            first_name: pressed.first_name.trim().to_owned(),
            last_name: pressed.last_name.trim().to_owned(),
        }),
        Action::Approve => return Err("This is no address.".to_owned()),
    };
    let code = random::token(24);
    let query = match &verdict {
        Verdict::Vouched(_) => [("state", pressed.state.as_str()), ("code", &code)],
        Verdict::Denied => [
            ("state", pressed.state.as_str()),
            ("error", "access_denied"),
        ],
        Verdict::Failed => [("state", pressed.state.as_str()), ("error", "server_error")],
    };
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    trip.answer = Some((code, verdict));
    Ok(format!(
        "{}/oauth2/v1/authorize/callback?{query}",
        org.settings().origin
    ))
}

#[derive(Deserialize)]
struct Back {
    state: String,
    code: Option<String>,
}

/// Back from the provider, once; from here to the app.
async fn callback(
    State(org): State<Org>,
    mut browser: Browser,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(back) = serde_urlencoded::from_str::<Back>(&query.unwrap_or_default()) else {
        return unknown_trip();
    };
    let mut state = org.state();
    // Only an answer ends the trip: who guesses at the address must not spoil it for the one who is under way.
    let answered = state.trips.get(&back.state).is_some_and(|trip| {
        trip.answer
            .as_ref()
            .is_some_and(|(code, verdict)| match verdict {
                Verdict::Vouched(_) => back.code.as_ref() == Some(code),
                Verdict::Denied | Verdict::Failed => back.code.is_none(),
            })
    });
    let trip = answered.then(|| state.trips.remove(&back.state)).flatten();
    let Some((transaction, (_, verdict))) =
        trip.and_then(|trip| Some((trip.transaction, trip.answer?)))
    else {
        return unknown_trip();
    };
    let Some((asked, outcome)) =
        idx::come_back(org.core(), &mut state, &mut browser, &transaction, verdict)
    else {
        return unknown_trip();
    };
    drop(state);
    let back = |parameters: &[(&str, &str)]| {
        let state = [("state", asked.state.as_str())];
        let parameters: Vec<_> = parameters.iter().copied().chain(state).collect();
        redirect(&asked.redirect_uri, &parameters)
    };
    let error = |error, description| back(&[("error", error), ("error_description", description)]);
    match outcome {
        Outcome::Code(code) => browser.with(back(&[("interaction_code", &code)])),
        Outcome::More => error("interaction_required", MORE),
        Outcome::Denied => error("access_denied", DENIED),
        Outcome::Here(handle) => hosted::show(&org, browser, &handle),
    }
}

fn found_at(location: String) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn unknown_trip() -> Response {
    let body = "<h1>This way back does not work any more</h1>\n<p>It was used already, it took too long, or it began \
                somewhere else. Go back to where you wanted to sign in and begin again.</p>";
    html::page(
        StatusCode::BAD_REQUEST,
        "This way back does not work any more",
        None,
        body,
    )
}
