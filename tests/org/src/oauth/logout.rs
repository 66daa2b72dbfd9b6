//! `logout`: the address that a browser is sent to at the end (protocol 1.6).

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Params;
use crate::Org;
use crate::html::page;
use crate::session::Browser;

/// Back to the app, if the ID token is one of this org's and the address is registered.
pub(super) async fn logout(
    State(org): State<Org>,
    mut browser: Browser,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(params) = Params::read(query.unwrap_or_default().as_bytes()) else {
        return bad_request("The request is not well-formed.");
    };
    let hint = params
        .get("id_token_hint")
        .and_then(|token| org.core().signer.verify(token));
    let ours = hint.is_some_and(|claims| {
        claims["aud"]
            .as_str()
            .is_some_and(|client| org.settings().policy_of(client).is_some())
    });
    if !ours {
        return bad_request("The 'id_token_hint' is missing or is no ID token of this org.");
    }
    let Some(target) = params.get("post_logout_redirect_uri") else {
        org.state().sessions.end(&mut browser);
        let body = "<h1>You are signed out</h1>";
        return browser.with(page(StatusCode::OK, "Signed out", None, body));
    };
    if !org.settings().is_post_logout(target) {
        return bad_request(
            "The 'post_logout_redirect_uri' is not one of the client's Logout redirect URIs.",
        );
    }
    let query = params
        .get("state")
        .and_then(|state| serde_urlencoded::to_string([("state", state)]).ok());
    let target = query.map_or(target.to_owned(), |query| format!("{target}?{query}"));
    org.state().sessions.end(&mut browser);
    browser.with((StatusCode::FOUND, [(header::LOCATION, target)]).into_response())
}

fn bad_request(text: &str) -> Response {
    let body = format!("<h1>Bad request</h1>\n<p>{}</p>", crate::html::escape(text));
    page(StatusCode::BAD_REQUEST, "Bad request", None, &body)
}
