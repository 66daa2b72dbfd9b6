//! Things that go wrong on purpose: armed by a test, they meet the next requests (protocol 5.11, "Faults").

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::seconds;
use crate::{Org, message};

/// What goes wrong, where and how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// The beginning of the paths that it meets, or `*` for all of the org.
    pub path: String,
    /// What happens.
    pub kind: FaultKind,
    /// How long a slow answer takes.
    #[serde(default = "slow_millis")]
    pub millis: u64,
    /// How many requests it meets.
    #[serde(default = "once")]
    pub times: u32,
    /// What a 429 says about when to come back.
    #[serde(default)]
    pub retry_after_seconds: Option<u64>,
    /// The code of an OAuth error.
    #[serde(default)]
    pub error: Option<String>,
}

impl Fault {
    /// A fault that meets one request.
    pub fn once(path: impl Into<String>, kind: FaultKind) -> Self {
        Self {
            path: path.into(),
            kind,
            millis: slow_millis(),
            times: 1,
            retry_after_seconds: None,
            error: None,
        }
    }
}

fn slow_millis() -> u64 {
    1_000
}

fn once() -> u32 {
    1
}

/// The ways in which an answer can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultKind {
    /// The request is done at once, the answer comes late.
    #[serde(rename = "slow")]
    Slow,
    /// 500 with a bare message.
    #[serde(rename = "500")]
    ServerError,
    /// 500 as an IDX body.
    #[serde(rename = "500-ion")]
    ServerErrorIon,
    /// 429 as the classic API says it, with the time to come back.
    #[serde(rename = "429-classic")]
    TooManyClassic,
    /// 429 as an IDX body.
    #[serde(rename = "429-ion")]
    TooManyIon,
    /// 429 as the classic API says it, without any time.
    #[serde(rename = "429-classic-bare")]
    TooManyClassicBare,
    /// 200 and nothing in it.
    #[serde(rename = "empty")]
    Empty,
    /// The page of a proxy.
    #[serde(rename = "html")]
    Html,
    /// The first half of the right body.
    #[serde(rename = "cut")]
    Cut,
    /// No answer, and nothing was done.
    #[serde(rename = "drop-before")]
    DropBefore,
    /// No answer, though everything was done.
    #[serde(rename = "drop-after")]
    DropAfter,
    /// 400 as the OAuth endpoints say it.
    #[serde(rename = "oauth")]
    OAuth,
}

/// What is wrong with the ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenFault {
    /// Signed by somebody else.
    Signature,
    /// From another issuer.
    Issuer,
    /// For another client.
    Audience,
    /// Another nonce than the client's.
    Nonce,
    /// Past its end.
    Expired,
}

/// Marks an answer that is not sent: the connection closes instead. In process, look for it in the extensions.
#[derive(Clone, Copy, Debug)]
pub struct Dropped;

/// Takes the next fault for this request, if one is armed, and lets it happen.
pub(crate) async fn happen(State(org): State<Org>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let of_the_org = path != "/" && !path.starts_with("/console") && !path.starts_with("/inbox");
    let fault = (of_the_org && request.method() != Method::OPTIONS)
        .then(|| take(&org, path))
        .flatten();
    let Some(fault) = fault else {
        return next.run(request).await;
    };
    match fault.kind {
        FaultKind::Slow => {
            let response = next.run(request).await;
            tokio::time::sleep(Duration::from_millis(fault.millis)).await;
            response
        }
        FaultKind::Cut => halved(next.run(request).await).await,
        FaultKind::DropBefore => dropped(),
        FaultKind::DropAfter => {
            next.run(request).await;
            dropped()
        }
        kind => instead(kind, &fault, &org),
    }
}

fn take(org: &Org, path: &str) -> Option<Fault> {
    let faults = &mut org.state().faults;
    let at = faults.iter().position(|fault| {
        fault.times > 0 && (fault.path == "*" || path.starts_with(&fault.path))
    })?;
    let fault = faults.get_mut(at)?;
    fault.times -= 1;
    let taken = fault.clone();
    faults.retain(|fault| fault.times > 0);
    Some(taken)
}

/// The answers that need nothing of the request.
fn instead(kind: FaultKind, fault: &Fault, org: &Org) -> Response {
    let mut response = match kind {
        FaultKind::ServerErrorIon => json_answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            &ion(&message::internal_error()),
        ),
        FaultKind::TooManyClassic | FaultKind::TooManyClassicBare => {
            let body = json!({
                "errorCode": "E0000047", "errorSummary": "API call exceeded rate limit due to too many requests.",
                "errorLink": "E0000047", "errorId": crate::random::id("oae"), "errorCauses": []
            });
            json_answer(StatusCode::TOO_MANY_REQUESTS, &body)
        }
        FaultKind::TooManyIon => json_answer(
            StatusCode::TOO_MANY_REQUESTS,
            &ion(&message::too_many_requests()),
        ),
        FaultKind::Empty => StatusCode::OK.into_response(),
        FaultKind::Html => {
            let page = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>";
            (
                StatusCode::BAD_GATEWAY,
                [(header::CONTENT_TYPE, "text/html")],
                page,
            )
                .into_response()
        }
        FaultKind::OAuth => {
            let error = fault.error.as_deref().unwrap_or("access_denied");
            json_answer(
                StatusCode::BAD_REQUEST,
                &json!({"error": error, "error_description": "Armed by a test."}),
            )
        }
        _ => json_answer(
            StatusCode::INTERNAL_SERVER_ERROR,
            &json!({"message": "internal server error"}),
        ),
    };
    let until = match kind {
        FaultKind::TooManyClassic => Some(fault.retry_after_seconds.unwrap_or(20)),
        FaultKind::TooManyIon => fault.retry_after_seconds,
        _ => None,
    };
    if let Some(until) = until {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(until));
        let clock = &org.settings().clock;
        let reset = seconds(clock.told(clock.now())).saturating_add(until);
        headers.insert(
            HeaderName::from_static("x-rate-limit-reset"),
            HeaderValue::from(reset),
        );
    }
    response
}

fn ion(said: &message::Message) -> Value {
    json!({"version": "1.0.0", "messages": message::list(std::slice::from_ref(said))})
}

fn json_answer(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

fn dropped() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(Dropped);
    response
}

async fn halved(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let half = whole.slice(..whole.len() / 2);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(half))
}
