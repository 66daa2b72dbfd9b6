//! What tokens are good for, and their end (protocol 1.6).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OAuthError, Params, add_nonce};
use crate::Org;
use crate::clock::seconds;
use crate::dpop::{Expected, Refused};
use crate::grants::Access;
use crate::people::Account;
use crate::transaction::Server;

/// `userinfo`: the claims that the token's scopes allow.
pub(super) async fn userinfo(
    State(org): State<Org>,
    server: Server,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let path = format!("{}/v1/userinfo", server.base());
    guarded(&org, &method, &path, &headers, |org, access, account| {
        if !access.scopes.iter().any(|scope| scope == "openid") {
            let description = "The access token must provide access to at least one of these scopes - profile, email, address or phone";
            return refused(
                StatusCode::FORBIDDEN,
                access,
                "insufficient_scope",
                description,
            );
        }
        Json(claims(org, access, account)).into_response()
    })
}

/// How sure the resource wants to be (RFC 9470).
#[derive(Deserialize)]
pub(crate) struct StepUp {
    #[serde(default)]
    acr_values: Option<String>,
    #[serde(default)]
    max_age: Option<u64>,
}

/// `/api/me`: a resource of the app's own behind the org's tokens. In the query it can be told how sure it is to be:
/// `acr_values`, `max_age`.
pub(crate) async fn me(
    State(org): State<Org>,
    method: Method,
    headers: HeaderMap,
    Query(wanted): Query<StepUp>,
) -> Response {
    guarded(
        &org,
        &method,
        "/api/me",
        &headers,
        |org, access, account| {
            let asked = &access.granted.asked;
            let sure = wanted.acr_values.is_none() || wanted.acr_values == asked.acr_values;
            let age = org.clock().now().duration_since(access.granted.auth_time);
            let young = wanted
                .max_age
                .is_none_or(|most| age.is_ok_and(|age| age.as_secs() <= most));
            if !(sure && young) {
                let acr = wanted
                    .acr_values
                    .map(|acr| format!(", acr_values=\"{acr}\""));
                let age = wanted.max_age.map(|age| format!(", max_age=\"{age}\""));
                let challenge = format!(
                    "{} error=\"insufficient_user_authentication\", \
                 error_description=\"A different authentication level is required\"{}{}",
                    scheme(access),
                    acr.unwrap_or_default(),
                    age.unwrap_or_default()
                );
                return (
                    StatusCode::UNAUTHORIZED,
                    [(header::WWW_AUTHENTICATE, challenge)],
                )
                    .into_response();
            }
            Json(json!({"sub": account.id, "login": account.email, "name": account.name(), "scopes": access.scopes}))
            .into_response()
        },
    )
}

fn scheme(access: &Access) -> &'static str {
    match access.granted.bound_to {
        Some(_) => "DPoP",
        None => "Bearer",
    }
}

/// Answers whoever has a token that is good, and for a bound token the proof with it (RFC 6750; RFC 9449, 7).
fn guarded(
    org: &Org,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    answer: impl FnOnce(&Org, &Access, &Account) -> Response,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let sent = text("authorization").and_then(|value| value.split_once(' '));
    let now = org.clock().now();
    let mut guard = org.state();
    let state = &mut *guard;
    let found = sent.and_then(|(scheme, token)| {
        let access = state.grants.access(token.trim(), now)?.clone();
        Some((scheme, token.trim(), access))
    });
    let Some((sent_as, token, access)) = found else {
        let challenge = "Bearer error=\"invalid_token\", error_description=\"The token is missing, invalid or expired\"";
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, challenge)],
        )
            .into_response();
    };
    if !sent_as.eq_ignore_ascii_case(scheme(&access)) {
        let description = "The token is not presented as it was issued";
        return refused(
            StatusCode::UNAUTHORIZED,
            &access,
            "invalid_token",
            description,
        );
    }
    let nonce = access
        .granted
        .bound_to
        .as_ref()
        .map(|_| state.dpop.nonce(now));
    let problem = access.granted.bound_to.as_ref().and_then(|thumbprint| {
        let uri = format!("{}{path}", org.settings().origin);
        let expected = Expected {
            method: method.as_str(),
            uri: &uri,
            access_token: Some(token),
            now,
            told: org.clock().told(now),
        };
        match state
            .dpop
            .check(text("dpop").unwrap_or_default(), &expected)
        {
            Ok(of) if of == *thumbprint => None,
            Ok(_) => Some((
                "invalid_dpop_proof",
                "The proof is of another key than the token",
            )),
            Err(Refused::Nonce) => Some((
                "use_dpop_nonce",
                "Resource server requires nonce in DPoP proof",
            )),
            Err(Refused::Proof(description)) => Some(("invalid_dpop_proof", description)),
        }
    });
    let account = state.person(&access.granted.person).cloned();
    drop(guard);
    let mut response = match (problem, account) {
        (Some((error, description)), _) => {
            refused(StatusCode::UNAUTHORIZED, &access, error, description)
        }
        (None, Some(account)) => answer(org, &access, &account),
        (None, None) => refused(
            StatusCode::UNAUTHORIZED,
            &access,
            "invalid_token",
            "There is nobody of this token any more",
        ),
    };
    add_nonce(&mut response, nonce.as_deref());
    response
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

fn refused(status: StatusCode, access: &Access, error: &str, description: &str) -> Response {
    let scheme = scheme(access);
    let challenge = format!("{scheme} error=\"{error}\", error_description=\"{description}\"");
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
            "active": true, "token_type": scheme(access), "client_id": client, "scope": access.scopes.join(" "),
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
