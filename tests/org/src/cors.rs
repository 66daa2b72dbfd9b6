//! Which pages of which origins may read the org's answers (protocol 2.5).

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::{Org, guard};

const METHODS: &str = "GET, POST, DELETE, OPTIONS";
const HEADERS: &str = "content-type, accept, accept-language, authorization, dpop, x-okta-user-agent-extended, x-device-fingerprint";
const EXPOSED: &str = "x-okta-request-id, www-authenticate, dpop-nonce, retry-after, date";

/// Answers preflights, and marks every answer to a trusted origin. Others get no CORS header at all.
pub(crate) async fn allow(State(org): State<Org>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let own = guard::is_own_page(request.uri().path());
    let trusting = !own && org.state().switches.trusted_origin;
    let trusted = origin.filter(|origin| {
        trusting
            && origin
                .to_str()
                .is_ok_and(|origin| org.settings().trusts(origin))
    });
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);

    let mut response = if preflight {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = trusted {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        fixed(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        if preflight {
            fixed(headers, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            fixed(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
            fixed(headers, header::ACCESS_CONTROL_MAX_AGE, "600");
        }
    }
    response
}

fn fixed(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
