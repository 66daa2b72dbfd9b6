//! The authorization servers: the org's own and the custom one named `default` (protocol 1).

mod authorize;
mod device;
mod discovery;
mod interact;
mod logout;
mod resource;
mod token;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::Org;
use crate::settings::Settings;
use crate::transaction::Server;

pub(crate) const SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "offline_access",
    "plan.read",
    "plan.read.all",
];

/// What a scope is called when people are asked about it, and more about it.
pub(crate) fn scope_words(scope: &str) -> (&'static str, &'static str) {
    match scope {
        "profile" => (
            "View your profile information.",
            "The app sees your name and your user name.",
        ),
        "email" => (
            "View your email address.",
            "This allows the app to view your email address.",
        ),
        "plan.read" => (
            "View your plan.",
            "This allows the app to view the plan that you are on.",
        ),
        "plan.read.all" => (
            "View all plans of your household.",
            "This allows the app to view the plans of everyone you live with.",
        ),
        "offline_access" => (
            "Keep access while you are away.",
            "The app can renew its access without asking again.",
        ),
        _ => ("Sign you in.", "The app learns that it is you."),
    }
}

pub(crate) use authorize::redirect;
pub(crate) use device::activate;
pub(crate) use resource::me;

impl Server {
    /// Where its endpoints are, under the org's origin.
    pub(crate) fn base(self) -> &'static str {
        match self {
            Self::Org => "/oauth2",
            Self::Default => "/oauth2/default",
        }
    }

    /// Its name in `iss` (protocol 1.1).
    pub(crate) fn issuer(self, settings: &Settings) -> String {
        match self {
            Self::Org => settings.origin.clone(),
            Self::Default => format!("{}/oauth2/default", settings.origin),
        }
    }

    fn well_known(self) -> &'static str {
        match self {
            Self::Org => "/.well-known",
            Self::Default => "/oauth2/default/.well-known",
        }
    }
}

pub(crate) fn router(server: Server) -> Router<Org> {
    let at = |name: &str| format!("{}/v1/{name}", server.base());
    let well_known = |name: &str| format!("{}/{name}", server.well_known());
    Router::new()
        .route(
            &at("interact"),
            post(move |org, headers, body| interact::interact(org, server, headers, body)),
        )
        .route(
            &at("device/authorize"),
            post(move |org, headers, body| device::authorize(org, server, headers, body)),
        )
        .route(
            &at("token"),
            post(move |org, headers, body| token::token(org, server, headers, body)),
        )
        .route(
            &at("userinfo"),
            get(move |org, method, headers| resource::userinfo(org, server, method, headers))
                .post(move |org, method, headers| resource::userinfo(org, server, method, headers)),
        )
        .route(&at("revoke"), post(resource::revoke))
        .route(&at("introspect"), post(resource::introspect))
        .route(&at("keys"), get(discovery::keys))
        .route(&at("logout"), get(logout::logout))
        .route(
            &at("authorize"),
            get(move |org, browser, query| authorize::authorize(org, browser, server, query)),
        )
        .route(
            &well_known("openid-configuration"),
            get(move |org| discovery::document(org, server)),
        )
        .route(
            &well_known("oauth-authorization-server"),
            get(move |org| discovery::document(org, server)),
        )
}

/// An OAuth error body (protocol 1.3).
#[derive(Debug)]
pub(crate) struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
    /// For the next proof (RFC 9449, 8).
    nonce: Option<String>,
}

impl OAuthError {
    fn new(code: &'static str, description: &'static str) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            description,
            nonce: None,
        }
    }

    fn unknown_client() -> Self {
        let description = "Invalid value for 'client_id' parameter.";
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new("invalid_client", description)
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.code, "error_description": self.description});
        let mut response = (
            self.status,
            [(header::CONTENT_TYPE, "application/json")],
            body.to_string(),
        )
            .into_response();
        add_nonce(&mut response, self.nonce.as_deref());
        response
    }
}

/// The header that tells a client which nonce to use.
fn add_nonce(response: &mut Response, nonce: Option<&str>) {
    if let Some(nonce) = nonce.and_then(|nonce| header::HeaderValue::from_str(nonce).ok()) {
        let name = header::HeaderName::from_static("dpop-nonce");
        response.headers_mut().insert(name, nonce);
    }
}

/// The parameters of a form. One that comes twice is no parameter (RFC 6749, 3.2).
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    fn read(body: &[u8]) -> Result<Self, OAuthError> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).map_err(|_| {
            OAuthError::new("invalid_request", "The request body was not well-formed.")
        })?;
        let twice = pairs
            .iter()
            .enumerate()
            .any(|(at, (name, _))| pairs.iter().skip(at + 1).any(|(other, _)| other == name));
        if twice {
            return Err(OAuthError::new(
                "invalid_request",
                "A parameter is given more than once.",
            ));
        }
        Ok(Self(pairs))
    }

    /// A parameter that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// So many seconds ago the person may have signed in.
    fn max_age(&self) -> Result<Option<u64>, OAuthError> {
        let age = self.get("max_age").map(|age| age.parse::<i32>().ok());
        match age.map(|age| age.and_then(|age| u64::try_from(age).ok())) {
            None => Ok(None),
            Some(Some(age)) => Ok(Some(age)),
            Some(None) => Err(OAuthError::new(
                "invalid_request",
                "The 'max_age' parameter is out of range.",
            )),
        }
    }

    /// Space separated scopes, all of which the org must know.
    fn scopes(&self) -> Result<Vec<String>, OAuthError> {
        let scopes: Vec<String> = self
            .get("scope")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let known =
            !scopes.is_empty() && scopes.iter().all(|scope| SCOPES.contains(&scope.as_str()));
        if known {
            Ok(scopes)
        } else {
            Err(OAuthError::new(
                "invalid_scope",
                "One or more scopes are not configured for the authorization server resource.",
            ))
        }
    }

    /// The client, named in the form or by HTTP Basic with or without the colon (protocol 1.6).
    fn client<'a>(
        &'a self,
        headers: &HeaderMap,
        settings: &'a Settings,
    ) -> Result<&'a str, OAuthError> {
        let basic = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Basic "))
            .and_then(|encoded| String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok());
        let basic = basic
            .as_deref()
            .map(|pair| pair.split_once(':').map_or(pair, |(name, _)| name));
        let named = self.get("client_id").or(basic);
        settings
            .clients()
            .find(|known| named == Some(known))
            .ok_or_else(OAuthError::unknown_client)
    }
}
