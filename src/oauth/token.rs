//! From the interaction code to tokens, and from tokens to nothing.

use super::{Attempt, Route, TokenError};
use crate::config::Config;
use crate::http::{self, HttpRequest};
use crate::json::{self, Value};
use crate::secret::Secret;

/// What the token endpoint gave.
#[derive(Clone)]
pub struct Tokens {
    /// Opens the app's resources.
    pub access: Secret,
    /// Says who signed in.
    pub id: Secret,
    /// Renews the others, where `offline_access` was asked for.
    pub refresh: Option<Secret>,
    /// What the access token is good for.
    pub scope: String,
    /// When the access token ends, by this device's clock: seconds since 1970.
    pub expires_at: u64,
}

/// The request that exchanges an attempt's code: an interaction code (protocol reference, 1.4), or an authorization code
/// where the person signed in on the org's own page (RFC 6749, section 4.1.3). The code lives 60 seconds and works once.
pub fn exchange(config: &Config, code: &Secret, attempt: &Attempt) -> HttpRequest {
    let (grant, name) = match attempt.route {
        Route::Hosted => ("authorization_code", "code"),
        _ => ("interaction_code", "interaction_code"),
    };
    HttpRequest::form(
        config.endpoint("/v1/token"),
        http::query(&[
            ("grant_type", grant),
            (name, code.expose()),
            ("client_id", &config.client_id),
            ("code_verifier", attempt.verifier.expose()),
            ("redirect_uri", &config.redirect_uri),
        ]),
    )
}

/// The request that makes a token worthless (RFC 7009, section 2.1). `hint` is `access_token` or `refresh_token`.
pub fn revoke(config: &Config, token: &Secret, hint: &str) -> HttpRequest {
    HttpRequest::form(
        config.endpoint("/v1/revoke"),
        http::query(&[
            ("token", token.expose()),
            ("token_type_hint", hint),
            ("client_id", &config.client_id),
        ]),
    )
}

/// Where the org ends its own session (OpenID Connect RP-Initiated Logout 1.0, section 2), and comes back from.
pub fn logout(config: &Config, tokens: &Tokens) -> Option<String> {
    let back = config.post_logout_redirect_uri.as_deref()?;
    let query = http::query(&[
        ("id_token_hint", tokens.id.expose()),
        ("post_logout_redirect_uri", back),
    ]);
    Some([&config.endpoint("/v1/logout"), "?", &query].concat())
}

impl Tokens {
    /// Reads the token endpoint's answer, or what was stored of it; `None` if it has no tokens. `now` is in seconds since
    /// 1970.
    ///
    /// # Errors
    /// [`TokenError`] if one of the tokens is missing, which the grant does not allow.
    pub fn read(text: &str, now: u64) -> Option<Result<Self, TokenError>> {
        let root = json::parse(text)?;
        if root.get("error").is_some() || root.get("errorCode").is_some() {
            return None;
        }
        let token = |name: &str| {
            root.text(name)
                .filter(|token| !token.is_empty())
                .map(Secret::new)
        };
        let bearer = root
            .text("token_type")
            .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let Some(access) = token("access_token").filter(|_| bearer) else {
            // An answer that speaks of no token at all is no token response.
            let speaks = ["token_type", "access_token", "id_token"]
                .iter()
                .any(|name| root.get(name).is_some());
            return speaks.then_some(Err(TokenError::NoAccessToken));
        };
        let Some(id) = token("id_token") else {
            return Some(Err(TokenError::NoIdToken));
        };
        let lifetime = root
            .get("expires_in")
            .and_then(Value::as_u64)
            .unwrap_or(3600);
        Some(Ok(Self {
            access,
            id,
            refresh: token("refresh_token"),
            scope: root.text("scope").unwrap_or_default().to_owned(),
            expires_at: root
                .get("expires_at")
                .and_then(Value::as_u64)
                .unwrap_or_else(|| now.saturating_add(lifetime)),
        }))
    }

    /// What goes into storage.
    pub fn write(&self) -> String {
        let text = |name: &str, text: &str| (name.to_owned(), Value::String(text.to_owned()));
        let mut members = vec![
            text("token_type", "Bearer"),
            text("access_token", self.access.expose()),
            text("id_token", self.id.expose()),
            text("scope", &self.scope),
            text("expires_at", &self.expires_at.to_string()),
        ];
        members.extend(
            self.refresh
                .as_ref()
                .map(|refresh| text("refresh_token", refresh.expose())),
        );
        let mut out = String::new();
        Value::Object(members).write(&mut out);
        out
    }
}
