//! The org's addresses, and what every answer has in common.

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::clock::iso;
use crate::session::Browser;
use crate::transaction::Server;
use crate::{Org, console, cors, faults, guard, hosted, html, idp, idx, journal, oauth, random};

const ION: &str = "application/ion+json; okta-version=1.0.0";

pub(crate) fn router(org: &Org) -> Router {
    Router::new()
        .route("/idp/idx/{*path}", post(idx_step))
        .merge(oauth::router(Server::Org))
        .merge(oauth::router(Server::Default))
        .route("/api/v1/sessions/me", get(session_here).delete(sign_out))
        .route("/activate", get(oauth::activate))
        .route("/api/me", get(oauth::me).post(oauth::me))
        .merge(hosted::router())
        .merge(idp::router())
        .merge(html::router())
        .merge(console::router())
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(org.clone(), faults::happen))
        .layer(middleware::from_fn_with_state(org.clone(), journal::write))
        .layer(middleware::from_fn_with_state(org.clone(), cors::allow))
        .layer(middleware::from_fn_with_state(
            org.clone(),
            guard::same_site,
        ))
        .layer(middleware::from_fn_with_state(org.clone(), stamp))
        .with_state(org.clone())
}

/// The date, and an id to speak about an answer by (protocol 2.5). Nothing of the org may be kept in a cache.
async fn stamp(State(org): State<Org>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let clock = &org.settings().clock;
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(clock.told(clock.now()))) {
        headers.insert(header::DATE, date);
    }
    if let Ok(id) = HeaderValue::from_str(&random::id("req")) {
        headers.insert(HeaderName::from_static("x-okta-request-id"), id);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache, no-store"));
    response
}

/// `POST /idp/idx/…`: JSON whatever it is declared as, but no form (protocol 2.3).
async fn idx_step(
    State(org): State<Org>,
    Path(path): Path<String>,
    headers: HeaderMap,
    mut browser: Browser,
    body: Bytes,
) -> Response {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if declared.starts_with("application/x-www-form-urlencoded")
        || declared.starts_with("multipart/")
    {
        return classic(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "E0000022",
            "The endpoint does not support the provided media type",
        );
    }
    let Ok(body @ Value::Object(_)) = serde_json::from_slice::<Value>(&body) else {
        return classic(
            StatusCode::BAD_REQUEST,
            "E0000003",
            "The request body was not well-formed.",
        );
    };
    let reply = idx::answer(org.core(), &mut org.state(), &mut browser, &path, &body);
    // An error as ion+json would be lost on Okta's own client (protocol T6).
    let kind = if reply.status.is_success() {
        ION
    } else {
        "application/json"
    };
    let mut response = (
        reply.status,
        [(header::CONTENT_TYPE, kind)],
        reply.body.to_string(),
    )
        .into_response();
    if let Some(seconds) = reply.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    browser.with(response)
}

/// The org's session of this browser.
async fn session_here(State(org): State<Org>, browser: Browser) -> Response {
    let now = org.clock().now();
    let state = org.state();
    let session = state.sessions.of(&browser, now);
    let known = session.and_then(|session| Some((session, state.person(&session.person)?)));
    let Some((session, account)) = known else {
        return no_session();
    };
    Json(json!({
        "status": "ACTIVE", "userId": account.id, "login": account.email, "amr": session.methods,
        "expiresAt": iso(org.clock().told(session.expires())),
        "lastPasswordVerification": iso(org.clock().told(session.proved))
    }))
    .into_response()
}

/// Ends the org's session of this browser.
async fn sign_out(State(org): State<Org>, mut browser: Browser) -> Response {
    match org.state().sessions.end(&mut browser) {
        true => browser.with(StatusCode::NO_CONTENT.into_response()),
        false => no_session(),
    }
}

fn no_session() -> Response {
    let summary = "Not found: Resource not found: me (Session)";
    classic(StatusCode::NOT_FOUND, "E0000007", summary)
}

/// An error in the words of the classic API (protocol 1.3).
pub(crate) fn classic(status: StatusCode, code: &str, summary: &str) -> Response {
    let body = json!({
        "errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": random::id("oae"), "errorCauses": []
    });
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}
