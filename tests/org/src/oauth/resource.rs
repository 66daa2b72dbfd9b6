//! What tokens are good for, and their end (protocol 1.6).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{OAuthError, Params};
use crate::Org;
use crate::clock::seconds;
use crate::grants::Access;
use crate::people::Account;

/// `userinfo`: the claims that the token's scopes allow.
pub(super) async fn userinfo(State(org): State<Org>, headers: HeaderMap) -> Response {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let state = org.state();
    let access = bearer.and_then(|token| state.grants.access(token.trim(), org.clock().now()));
    let Some((access, account)) =
        access.and_then(|access| Some((access, state.person(&access.granted.person)?)))
    else {
        return refused(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "The token is missing, invalid or expired",
        );
    };
    if !access.scopes.iter().any(|scope| scope == "openid") {
        let description = "The access token must provide access to at least one of these scopes - profile, email, address or phone";
        return refused(StatusCode::FORBIDDEN, "insufficient_scope", description);
    }
    Json(claims(&org, access, account)).into_response()
}

fn claims(org: &Org, access: &Access, account: &Account) -> Value {
    let has = |scope: &str| access.scopes.iter().any(|known| known == scope);
    let mut claims = json!({"sub": account.id});
    if has("profile") {
        claims["name"] = json!(account.name());
        claims["given_name"] = json!(account.first_name);
        claims["family_name"] = json!(account.last_name);
        claims["preferred_username"] = json!(account.email);
        claims["locale"] = json!("en_US");
        claims["zoneinfo"] = json!("America/Los_Angeles");
        claims["updated_at"] = json!(seconds(org.clock().told(account.updated)));
    }
    if has("email") {
        claims["email"] = json!(account.email);
        claims["email_verified"] = json!(account.email_proved);
    }
    claims
}

fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    let challenge = format!("Bearer error=\"{error}\", error_description=\"{description}\"");
    (status, [(header::WWW_AUTHENTICATE, challenge)]).into_response()
}

/// `revoke`: 200 and nothing in it, also for a token that nobody knows.
pub(super) async fn revoke(
    State(org): State<Org>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, OAuthError> {
    let params = Params::read(&body)?;
    params.client(&headers, org.settings())?;
    let token = params.get("token").ok_or(OAuthError::new(
        "invalid_request",
        "The 'token' parameter is required.",
    ))?;
    org.state().grants.revoke(token);
    Ok(StatusCode::OK)
}

/// `introspect` (RFC 7662).
pub(super) async fn introspect(
    State(org): State<Org>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, OAuthError> {
    let params = Params::read(&body)?;
    let client = params.client(&headers, org.settings())?;
    let token = params.get("token").ok_or(OAuthError::new(
        "invalid_request",
        "The 'token' parameter is required.",
    ))?;
    let clock = org.clock();
    let state = org.state();
    if let Some(access) = state.grants.access(token, clock.now()) {
        let login = state
            .person(&access.granted.person)
            .map(|account| account.email.as_str());
        return Ok(Json(json!({
            "active": true, "token_type": "Bearer", "client_id": client, "scope": access.scopes.join(" "),
            "sub": login, "username": login, "uid": access.granted.person,
            "iss": access.granted.asked.server.issuer(org.settings()),
            "iat": seconds(clock.told(access.issued)), "exp": seconds(clock.told(access.expires()))
        })));
    }
    if let Some(granted) = state.grants.refresh(token, clock.now()) {
        let scope = granted.asked.scopes.join(" ");
        return Ok(Json(
            json!({"active": true, "client_id": client, "scope": scope, "uid": granted.person}),
        ));
    }
    Ok(Json(json!({"active": false})))
}
