//! What the authorization servers tell about themselves (protocol 1.6, 1.7).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::SCOPES;
use crate::Org;
use crate::state::DiscoveryMode;
use crate::transaction::Server;

pub(super) async fn document(
    State(org): State<Org>,
    server: Server,
) -> Result<Json<Value>, StatusCode> {
    let settings = org.settings();
    let mode = org.state().switches.discovery;
    let issuer = match mode {
        DiscoveryMode::On => server.issuer(settings),
        DiscoveryMode::Off => return Err(StatusCode::NOT_FOUND),
        DiscoveryMode::OtherIssuer => "https://acme.okta.example/oauth2/default".to_owned(),
    };
    let base = format!("{}{}/v1", settings.origin, server.base());
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"),
        "registration_endpoint": format!("{}/oauth2/v1/clients", settings.origin),
        "jwks_uri": format!("{base}/keys"),
        "introspection_endpoint": format!("{base}/introspect"),
        "revocation_endpoint": format!("{base}/revoke"),
        "device_authorization_endpoint": format!("{base}/device/authorize"),
        "end_session_endpoint": format!("{base}/logout"),
        "response_types_supported": ["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
        "grant_types_supported": ["authorization_code", "refresh_token", super::device::GRANT],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": SCOPES,
        "token_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "claims_supported": ["iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce", "name",
            "preferred_username", "given_name", "family_name", "email", "email_verified", "locale", "zoneinfo",
            "updated_at", "at_hash", "acr"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": ["ES256", "RS256"]
    })))
}

pub(super) async fn keys(State(org): State<Org>) -> Json<Value> {
    Json(org.core().signer.keys())
}
