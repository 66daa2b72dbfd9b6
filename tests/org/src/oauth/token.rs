//! `token`: a code, or a refresh token, for tokens (protocol 1.4, 1.5, 1.8).

use std::time::{Duration, SystemTime};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{self, HeaderMap};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::interact::is_unreserved;
use super::{OAuthError, Params, add_nonce, device};
use crate::clock::seconds;
use crate::dpop::{DpopMode, Expected, Refused};
use crate::faults::TokenFault;
use crate::grants::{DeviceAnswer, Granted};
use crate::people::Account;
use crate::signer::{at_hash, challenge_of};
use crate::state::State as Remembered;
use crate::transaction::Server;
use crate::{Org, random};

/// The org's id, in `idp`.
const ORG_ID: &str = "00oVestibuleOrg00001";

pub(super) async fn token(
    State(org): State<Org>,
    server: Server,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let params = Params::read(&body)?;
    let client = params.client(&headers, org.settings())?;
    let origin = headers.get(header::ORIGIN);
    if origin.is_some_and(|origin| {
        !origin
            .to_str()
            .is_ok_and(|origin| org.settings().trusts(origin))
    }) {
        let description = "Browser requests to the token endpoint must be part of at least one of the app's redirect_uri(s).";
        return Err(OAuthError::new("invalid_request", description));
    }
    let bound_to = proof(&org, server, &headers)?;
    let answer = match params.get("grant_type") {
        Some(grant @ ("interaction_code" | "authorization_code")) => {
            exchange(&org, server, client, grant, bound_to, &params)
        }
        Some(device::GRANT) => device_tokens(&org, server, client, bound_to, &params),
        Some("refresh_token") => refresh(&org, server, client, bound_to, &params),
        Some(_) => Err(OAuthError::new(
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        )),
        None => Err(OAuthError::new(
            "invalid_request",
            "The token request must specify a grant_type.",
        )),
    }?;
    let mut response = answer.into_response();
    if headers.contains_key("dpop") {
        let nonce = org.state().dpop.nonce(org.clock().now());
        add_nonce(&mut response, Some(&nonce));
    }
    Ok(response)
}

/// The thumbprint of the key that the tokens are to be bound to; `None` for bearer tokens (RFC 9449, 5).
fn proof(org: &Org, server: Server, headers: &HeaderMap) -> Result<Option<String>, OAuthError> {
    let mode = org.state().switches.dpop;
    let sent = headers.get("dpop").filter(|_| mode != DpopMode::Off);
    let Some(sent) = sent else {
        return match mode {
            DpopMode::Required => Err(OAuthError::new(
                "invalid_dpop_proof",
                "The DPoP proof JWT header is missing.",
            )),
            DpopMode::Off | DpopMode::Optional => Ok(None),
        };
    };
    let uri = format!("{}{}/v1/token", org.settings().origin, server.base());
    let now = org.clock().now();
    let expected = Expected {
        method: "POST",
        uri: &uri,
        access_token: None,
        now,
        told: org.clock().told(now),
    };
    let mut state = org.state();
    let checked = state
        .dpop
        .check(sent.to_str().unwrap_or_default(), &expected);
    checked.map(Some).map_err(|refused| {
        let nonce = Some(state.dpop.nonce(now));
        let error = match refused {
            Refused::Nonce => OAuthError::new(
                "use_dpop_nonce",
                "Authorization server requires nonce in DPoP proof.",
            ),
            Refused::Proof(description) => OAuthError::new("invalid_dpop_proof", description),
        };
        OAuthError { nonce, ..error }
    })
}

/// A code is spent by the first attempt, also by one that fails.
fn exchange(
    org: &Org,
    server: Server,
    client: &str,
    grant: &str,
    bound_to: Option<String>,
    params: &Params,
) -> Result<Json<Value>, OAuthError> {
    let hosted = grant == "authorization_code";
    let invalid_grant = || {
        let description = match hosted {
            true => "The authorization code is invalid or has expired.",
            false => "The interaction code is invalid or has expired.",
        };
        OAuthError::new("invalid_grant", description)
    };
    let now = org.clock().now();
    let mut state = org.state();
    if !hosted && !state.switches.interaction_code {
        return Err(OAuthError::new(
            "unauthorized_client",
            "The client is not authorized to use the provided grant type.",
        ));
    }
    let verifier = params
        .get("code_verifier")
        .filter(|text| (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved));
    let Some(verifier) = verifier else {
        return Err(OAuthError::new(
            "invalid_request",
            "PKCE code verifier is required, with 43 to 128 characters.",
        ));
    };
    let name = if hosted { "code" } else { "interaction_code" };
    let code = params.get(name).ok_or_else(invalid_grant)?;
    let mut granted = state.grants.redeem(code, now).ok_or_else(invalid_grant)?;
    granted.bound_to = bound_to;
    if granted.hosted != hosted {
        return Err(invalid_grant());
    }
    let asked = &granted.asked;
    if asked.server != server {
        return Err(OAuthError::new(
            "invalid_request",
            "The code was issued by another authorization server.",
        ));
    }
    // An interaction code may come without the address, an authorization code may not (protocol 1.4; RFC 6749, 4.1.3).
    let redirect_uri = params.get("redirect_uri");
    if redirect_uri.is_some_and(|uri| uri != asked.redirect_uri)
        || (hosted && redirect_uri.is_none())
        || asked.client_id != client
    {
        return Err(invalid_grant());
    }
    if challenge_of(verifier) != asked.code_challenge {
        return Err(OAuthError::new(
            "invalid_grant",
            "PKCE verification failed.",
        ));
    }
    let scopes = asked.scopes.clone();
    let refreshes =
        state.switches.refresh_token && scopes.iter().any(|scope| scope == "offline_access");
    let (family, refresh_token) = state.grants.begin(code, granted.clone(), refreshes, now);
    let issue = Issue {
        family,
        granted,
        scopes,
        refresh_token,
        first: true,
        now,
    };
    issue.answer(org, &mut state).ok_or_else(invalid_grant)
}

/// A device asks whether it was let in (RFC 8628, 3.4 and 3.5).
fn device_tokens(
    org: &Org,
    server: Server,
    client: &str,
    bound_to: Option<String>,
    params: &Params,
) -> Result<Json<Value>, OAuthError> {
    let now = org.clock().now();
    let code = params.get("device_code").ok_or(OAuthError::new(
        "invalid_request",
        "The 'device_code' parameter is required.",
    ))?;
    let mut state = org.state();
    let invalid = || {
        OAuthError::new(
            "invalid_grant",
            "The device code is invalid or has expired.",
        )
    };
    let granted = match state.grants.poll_device(code, client, now) {
        DeviceAnswer::Tokens(granted) => *granted,
        DeviceAnswer::Pending => {
            return Err(OAuthError::new(
                "authorization_pending",
                "The device authorization is pending. Please try again later.",
            ));
        }
        DeviceAnswer::SlowDown => {
            return Err(OAuthError::new(
                "slow_down",
                "The device asks too often. Please wait longer.",
            ));
        }
        DeviceAnswer::Denied => {
            return Err(OAuthError::new(
                "access_denied",
                "The person did not allow access.",
            ));
        }
        DeviceAnswer::Expired => {
            return Err(OAuthError::new(
                "expired_token",
                "The device code has expired.",
            ));
        }
        DeviceAnswer::Unknown => return Err(invalid()),
    };
    if granted.asked.server != server {
        return Err(invalid());
    }
    let granted = Granted {
        bound_to,
        ..granted
    };
    let scopes = granted.asked.scopes.clone();
    let refreshes =
        state.switches.refresh_token && scopes.iter().any(|scope| scope == "offline_access");
    let (family, refresh_token) = state.grants.begin(code, granted.clone(), refreshes, now);
    let issue = Issue {
        family,
        granted,
        scopes,
        refresh_token,
        first: true,
        now,
    };
    issue.answer(org, &mut state).ok_or_else(invalid)
}

fn refresh(
    org: &Org,
    server: Server,
    client: &str,
    bound_to: Option<String>,
    params: &Params,
) -> Result<Json<Value>, OAuthError> {
    let invalid_grant =
        || OAuthError::new("invalid_grant", "The refresh token is invalid or expired.");
    let now = org.clock().now();
    let mut state = org.state();
    if !state.switches.refresh_token {
        return Err(OAuthError::new(
            "unauthorized_client",
            "The client is not authorized to use the provided grant type.",
        ));
    }
    let token = params.get("refresh_token").ok_or_else(invalid_grant)?;
    let held = state
        .grants
        .scopes_of_refresh(token)
        .ok_or_else(invalid_grant)?;
    // A public client's refresh token is good with the key that it was given to alone (RFC 9449, 5).
    if held.asked.server != server
        || held.asked.client_id != client
        || (held.bound_to.is_some() && held.bound_to != bound_to)
    {
        return Err(invalid_grant());
    }
    let scopes = match params.get("scope") {
        None => held.asked.scopes.clone(),
        Some(_) => params.scopes()?,
    };
    if scopes
        .iter()
        .any(|scope| !held.asked.scopes.contains(scope))
    {
        return Err(OAuthError::new(
            "invalid_scope",
            "The scopes may be the same or fewer, not more.",
        ));
    }
    let grace = Duration::from_secs(state.switches.grace_seconds.into());
    let renewed = state
        .grants
        .renew(token, grace, now)
        .ok_or_else(invalid_grant)?;
    let issue = Issue {
        family: renewed.family,
        granted: renewed.granted,
        scopes,
        refresh_token: Some(renewed.refresh),
        first: false,
        now,
    };
    issue.answer(org, &mut state).ok_or_else(invalid_grant)
}

/// Tokens about to be made.
struct Issue {
    family: u64,
    granted: Granted,
    scopes: Vec<String>,
    refresh_token: Option<String>,
    /// The first ID token carries the nonce, one from a refresh does not.
    first: bool,
    now: SystemTime,
}

impl Issue {
    fn answer(self, org: &Org, state: &mut Remembered) -> Option<Json<Value>> {
        let account = state.person(&self.granted.person)?.clone();
        let life = Duration::from_secs(state.switches.token_seconds.into());
        let access_token = org
            .core()
            .signer
            .sign(&self.access_claims(org, &account, life));
        let mut answer = json!({
            "token_type": if self.granted.bound_to.is_some() { "DPoP" } else { "Bearer" }, "expires_in": life.as_secs(), "access_token": access_token,
            "scope": self.scopes.join(" ")
        });
        if let Some(refresh_token) = &self.refresh_token {
            answer["refresh_token"] = json!(refresh_token);
        }
        if self.has("openid") {
            let claims = self.id_claims(org, &account, &access_token, life, state.token_fault);
            let signer = &org.core().signer;
            let id_token = match state.token_fault {
                Some(TokenFault::Signature) => signer.sign_wrong(&claims),
                _ => signer.sign(&claims),
            };
            answer["id_token"] = json!(id_token);
        }
        state.grants.add_access(
            &access_token,
            self.family,
            self.granted,
            self.scopes,
            life,
            self.now,
        );
        Some(Json(answer))
    }

    fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }

    fn access_claims(&self, org: &Org, account: &Account, life: Duration) -> Value {
        let (settings, clock) = (org.settings(), org.clock());
        let issued = clock.told(self.now);
        let audience = match self.granted.asked.server {
            Server::Org => settings.origin.clone(),
            Server::Default => "api://default".to_owned(),
        };
        let mut claims = json!({
            "ver": 1, "jti": format!("AT.{}", random::token(32)), "iss": self.granted.asked.server.issuer(settings),
            "aud": audience, "iat": seconds(issued), "exp": seconds(issued + life), "cid": self.granted.asked.client_id,
            "uid": account.id, "scp": self.scopes, "auth_time": seconds(clock.told(self.granted.auth_time)),
            "sub": account.email
        });
        if let Some(thumbprint) = &self.granted.bound_to {
            claims["cnf"] = json!({"jkt": thumbprint});
        }
        if let Some(acr) = &self.granted.asked.acr_values {
            claims["acr"] = json!(acr);
        }
        claims
    }

    fn id_claims(
        &self,
        org: &Org,
        account: &Account,
        access_token: &str,
        life: Duration,
        fault: Option<TokenFault>,
    ) -> Value {
        let (settings, clock, asked) = (org.settings(), org.clock(), &self.granted.asked);
        let issued = match fault {
            Some(TokenFault::Expired) => clock.told(self.now) - 2 * life,
            _ => clock.told(self.now),
        };
        let auth_time = clock
            .told(self.granted.auth_time)
            .min(issued + Duration::ZERO);
        let mut claims = json!({
            "sub": account.id, "ver": 1, "iss": asked.server.issuer(settings), "aud": asked.client_id,
            "iat": seconds(issued), "exp": seconds(issued + life), "jti": format!("ID.{}", random::token(32)),
            "amr": self.granted.methods, "idp": ORG_ID, "auth_time": seconds(auth_time), "at_hash": at_hash(access_token)
        });
        if let Some(nonce) = asked.nonce.as_ref().filter(|_| self.first) {
            claims["nonce"] = json!(nonce);
        }
        if let Some(acr) = &asked.acr_values {
            claims["acr"] = json!(acr);
        }
        if self.has("profile") {
            claims["name"] = json!(account.name());
            claims["preferred_username"] = json!(account.email);
        }
        if self.has("email") {
            claims["email"] = json!(account.email);
        }
        match fault {
            Some(TokenFault::Issuer) => {
                claims["iss"] = json!("https://elsewhere.example/oauth2/default")
            }
            Some(TokenFault::Audience) => claims["aud"] = json!("another-client"),
            Some(TokenFault::Nonce) => claims["nonce"] = json!(random::token(16)),
            Some(TokenFault::Signature | TokenFault::Expired) | None => {}
        }
        claims
    }
}
