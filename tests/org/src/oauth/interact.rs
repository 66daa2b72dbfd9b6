//! `interact`: the start of an embedded flow (protocol 1.2).

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::{OAuthError, Params};
use crate::links::Kind;
use crate::transaction::{Agent, Asked, Server, Transaction};
use crate::{Org, idx};

/// Step-up values that the org understands.
pub(super) const ACR: [&str; 4] = [
    "urn:okta:loa:1fa:any",
    "urn:okta:loa:1fa:pwd",
    "urn:okta:loa:2fa:any",
    "urn:okta:loa:2fa:any:ifpossible",
];

pub(super) async fn interact(
    State(org): State<Org>,
    server: Server,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, OAuthError> {
    let params = Params::read(&body)?;
    let client_id = params.client(&HeaderMap::new(), org.settings())?.to_owned();
    let switches = org.state().switches;
    if !switches.embedded {
        let description = "The requested feature is not enabled in this environment.";
        return Err(OAuthError::new("access_denied", description));
    }
    if !switches.interaction_code {
        let description = "The client is not authorized to use the provided grant type. Configured grant types: [authorization_code].";
        return Err(OAuthError::new("unauthorized_client", description));
    }
    let invalid = |description| OAuthError::new("invalid_request", description);
    let redirect_uri = params
        .get("redirect_uri")
        .filter(|uri| switches.redirect_uri && org.settings().is_redirect(uri))
        .ok_or(invalid(
            "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
        ))?;
    let code_challenge = params
        .get("code_challenge")
        .filter(|challenge| {
            (43..=128).contains(&challenge.len()) && challenge.bytes().all(is_unreserved)
        })
        .ok_or(invalid("PKCE code challenge is required."))?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(invalid(
            "The value of 'code_challenge_method' must be 'S256'.",
        ));
    }
    let state = params.get("state").ok_or(invalid(
        "The authentication request has an invalid 'state' parameter.",
    ))?;
    if !switches.access_policy {
        let refused = OAuthError::new(
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
        );
        return Err(OAuthError {
            status: StatusCode::UNAUTHORIZED,
            ..refused
        });
    }
    let scopes = params.scopes()?;
    if !switches.email_scope && scopes.iter().any(|scope| scope == "email") {
        return Err(OAuthError::new(
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ));
    }
    let link = link(&org, &client_id, &params)?;
    let acr_values = params.get("acr_values");
    if acr_values.is_some_and(|value| !ACR.contains(&value)) {
        let refused = OAuthError::new(
            "access_denied",
            "The requested 'acr_values' is not supported.",
        );
        return Err(OAuthError {
            status: StatusCode::FORBIDDEN,
            ..refused
        });
    }
    let asked = Asked {
        server,
        client_id,
        redirect_uri: redirect_uri.to_owned(),
        scopes,
        state: state.to_owned(),
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge: code_challenge.to_owned(),
        acr_values: acr_values.map(str::to_owned),
        login_hint: params.get("login_hint").map(str::to_owned),
        max_age: params.max_age()?,
        agent: agent(&headers),
    };
    let mut transaction = Transaction::new(asked, org.clock().now());
    let answer = json!({"interaction_handle": transaction.interaction_handle()});
    let mut state = org.state();
    if let Some((kind, token)) = link {
        idx::open_link(org.core(), &mut state, &mut transaction, kind, token);
    }
    state
        .transactions
        .insert(transaction.id.clone(), transaction);
    Ok(Json(answer))
}

/// What sends a request.
pub(super) fn agent(headers: &HeaderMap) -> Agent {
    let header = headers.get(header::USER_AGENT);
    Agent::read(
        header
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
    )
}

/// The link that the transaction begins with. One that the org does not know begins nothing; one that it knows and that is
/// dead leads to a page that says so.
fn link<'a>(
    org: &Org,
    client: &str,
    params: &'a Params,
) -> Result<Option<(Kind, &'a str)>, OAuthError> {
    let invalid = |description| OAuthError::new("invalid_request", description);
    let given = [Kind::Activation, Kind::Recovery]
        .into_iter()
        .find_map(|kind| Some((kind, params.get(kind.parameter())?)));
    let Some((kind, token)) = given else {
        return Ok(None);
    };
    let state = org.state();
    let policy = org.settings().policy_of(client);
    let allowed = state.switches.activation_token && policy.is_some_and(|policy| policy.activation);
    if kind == Kind::Activation && !allowed {
        return Err(invalid(
            "The 'activation_token' parameter is not allowed for public clients.",
        ));
    }
    if state.links.find(kind, client, token).is_none() {
        return Err(invalid(match kind {
            Kind::Activation => "The activation token is invalid.",
            Kind::Recovery => "The recovery token is invalid.",
        }));
    }
    Ok(Some((kind, token)))
}

/// The alphabet of a verifier and of its challenge (RFC 7636, 4.1).
pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
