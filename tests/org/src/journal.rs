//! What was asked of the org, so that a test can say that two quick presses sent one request.

use axum::body::{Body, to_bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::Org;

/// One request as it was received, secrets and all: nothing here is anybody's.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// `GET`, `POST` and so on.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// What stands behind the `?`.
    pub query: Option<String>,
    /// The body, where there was one.
    pub body: String,
}

impl Request {
    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Requests in the order in which they came.
#[derive(Default)]
pub(crate) struct Journal(Vec<Request>);

impl Journal {
    /// So many are kept; older ones go.
    const KEPT: usize = 5_000;

    pub(crate) fn all(&self) -> &[Request] {
        &self.0
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn write(&mut self, request: Request) {
        self.0.push(request);
        let superfluous = self.0.len().saturating_sub(Self::KEPT);
        self.0.drain(..superfluous);
    }
}

/// More than any form of the org has.
const BODY_LIMIT: usize = 1024 * 1024;

/// Writes down what the org is asked. What tests and people ask of the simulator itself is not written down.
pub(crate) async fn write(State(org): State<Org>, request: HttpRequest, next: Next) -> Response {
    let path = request.uri().path();
    let of_the_org = ["/idp/", "/oauth2/", "/.well-known/", "/email/", "/api/"];
    if !of_the_org.iter().any(|start| path.starts_with(start)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    org.state().journal.write(Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    });
    next.run(HttpRequest::from_parts(parts, Body::from(bytes)))
        .await
}
