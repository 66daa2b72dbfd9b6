//! Devices without a keyboard: their codes, and the way of a person to the page for them (RFC 8628).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{OAuthError, Params};
use crate::grants::{DEVICE, DEVICE_INTERVAL};
use crate::idx::plain_user_code;
use crate::settings::CLIENT_ID;
use crate::transaction::{Agent, Asked, Purpose, Server, Step, Transaction};
use crate::{Org, random};

/// The grant of a device (RFC 8628, 3.4).
pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// `device/authorize`: a device asks for codes (RFC 8628, 3.1).
pub(super) async fn authorize(
    State(org): State<Org>,
    server: Server,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, OAuthError> {
    let params = Params::read(&body)?;
    let client = params.client(&headers, org.settings())?;
    let asked = asked(&org, server, client, params.scopes()?);
    let codes = org.state().grants.begin_device(asked, org.clock().now());
    let (first, last) = codes.user_code.split_at(4);
    let shown = format!("{first}-{last}");
    let activate = format!("{}/activate", org.settings().origin);
    Ok(Json(json!({
        "device_code": codes.device_code, "user_code": shown, "verification_uri": activate,
        "verification_uri_complete": format!("{activate}?user_code={shown}&client_id={client}"),
        "expires_in": DEVICE.as_secs(), "interval": DEVICE_INTERVAL.as_secs()
    })))
}

/// What a device's transaction asks for: nobody calls back with a code, so most of it stays empty.
fn asked(org: &Org, server: Server, client: &str, scopes: Vec<String>) -> Asked {
    Asked {
        server,
        client_id: client.to_owned(),
        redirect_uri: org.settings().redirect_uri(),
        scopes,
        state: random::token(24),
        nonce: None,
        code_challenge: String::new(),
        acr_values: None,
        login_hint: None,
        max_age: None,
        agent: Agent::read(""),
    }
}

#[derive(Deserialize)]
pub(crate) struct Activate {
    #[serde(default)]
    user_code: String,
    #[serde(default)]
    client_id: Option<String>,
}

/// `/activate`: where a device sends its owner. The app shows the page, by the state token in its address.
pub(crate) async fn activate(State(org): State<Org>, Query(query): Query<Activate>) -> Response {
    let client = query.client_id.as_deref().unwrap_or(CLIENT_ID);
    if org.settings().policy_of(client).is_none() {
        return OAuthError::unknown_client().into_response();
    }
    let now = org.clock().now();
    let mut transaction = Transaction::new(asked(&org, Server::Default, client, Vec::new()), now);
    let user_code = Some(plain_user_code(&query.user_code)).filter(|code| !code.is_empty());
    transaction.purpose = Purpose::Device { user_code };
    transaction.step = Step::UserCode;
    let token = [("stateToken", transaction.handle())];
    let token = serde_urlencoded::to_string(token).unwrap_or_default();
    let target = format!("{}/activate?{token}", org.settings().app());
    org.state()
        .transactions
        .insert(transaction.id.clone(), transaction);
    (StatusCode::FOUND, [(header::LOCATION, target)]).into_response()
}
