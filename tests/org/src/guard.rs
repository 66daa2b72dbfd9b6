//! Whom the org answers at all. It stands on a developer's machine, beside every site that the developer's browser has open:
//! none of them may get at it, neither by a name that leads here (DNS rebinding) nor by a form or a request that is sent here
//! (CSRF).

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Org;
use crate::okta_verify::Setup;

/// The answer to a request whose `Host` is no name of this org's; `None` to one that may go on. `port` is the one that it came
/// to (RFC 9110, section 7.4, and RFC 9112, section 3.2).
pub(crate) fn misdirected<B>(
    request: &axum::http::Request<B>,
    port: u16,
    origin: &str,
) -> Option<Response> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Some((StatusCode::BAD_REQUEST, "There has to be one host.").into_response());
    };
    let ours = |host: &str| is_ours(host, port, origin);
    // An address in the request line counts before the header.
    let line = request.uri().authority();
    if host.to_str().is_ok_and(ours) && line.is_none_or(|line| ours(line.as_str())) {
        return None;
    }
    Some((StatusCode::MISDIRECTED_REQUEST, "This is another host.").into_response())
}

/// Whether `host`, with its port, is this machine at that port, or what the org calls itself.
fn is_ours(host: &str, port: u16, origin: &str) -> bool {
    let (name, given) = match host.rsplit_once(':') {
        // The colons in an IPv6 address are not before a port.
        Some((name, given)) if !given.ends_with(']') => (name, Some(given)),
        _ => (host, None),
    };
    let is_port = |expected: u16, default: u16| match given {
        Some(given) => given == expected.to_string(),
        None => expected == default,
    };
    if is_this_machine(name) && is_port(port, 80) {
        return true;
    }
    let Some((scheme, own)) = origin.split_once("://") else {
        return false;
    };
    let default = if scheme == "https" { 443 } else { 80 };
    let (own, expected) = match own.rsplit_once(':') {
        Some((own, port)) if !port.ends_with(']') => (own, port.parse().unwrap_or(default)),
        _ => (own, default),
    };
    name.eq_ignore_ascii_case(own) && is_port(expected, default)
}

/// Whether a host's name is this machine whatever a name server says: browsers ask none for `localhost` and what is below it.
fn is_this_machine(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let below = name.strip_suffix(".localhost").is_some_and(|name| {
        let label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        name.split('.').all(label)
    });
    below || matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]")
}

/// Whether a path is of the simulator's own pages: for people and tests, not for pages of other origins.
pub(crate) fn is_own_page(path: &str) -> bool {
    let below = |folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    };
    path == "/"
        || below("/console")
        || below("/inbox")
        || matches!(path, "/toy-idp" | "/signin" | Setup::PATH)
}

/// Refuses what another site sends to the simulator's own pages. A link there may lead to one of them, and that is all. The API
/// is not meant: who may use it is said by CORS.
pub(crate) async fn same_site(State(org): State<Org>, request: Request, next: Next) -> Response {
    if is_own_page(request.uri().path()) && !is_welcome(&org, request.method(), request.headers()) {
        return (StatusCode::FORBIDDEN, "This is not for other sites.").into_response();
    }
    next.run(request).await
}

/// By `Sec-Fetch-Site` (W3C Fetch Metadata), or by `Origin` where a browser has none. A program that is no browser sends neither.
fn is_welcome(org: &Org, method: &Method, headers: &HeaderMap) -> bool {
    let value = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    match value("sec-fetch-site") {
        Some("same-origin" | "same-site" | "none") => true,
        Some(_) => {
            method == Method::GET
                && value("sec-fetch-mode") == Some("navigate")
                && value("sec-fetch-dest") == Some("document")
        }
        None => value("origin").is_none_or(|origin| {
            let settings = org.settings();
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            let name = match host.rsplit_once(':') {
                Some((name, port)) if !port.ends_with(']') => name,
                _ => host,
            };
            origin == settings.origin || settings.trusts(origin) || is_this_machine(name)
        }),
    }
}
