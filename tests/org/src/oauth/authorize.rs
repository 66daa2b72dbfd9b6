//! `authorize`: an authorization code with PKCE, from the org's own sign-in page (RFC 6749, 4.1; RFC 7636; scenario J24).

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::interact::{ACR, is_unreserved};
use super::{OAuthError, Params};
use crate::html::{escape, page};
use crate::transaction::{Asked, Purpose, Server, Transaction};
use crate::{Org, hosted};

pub(super) async fn authorize(
    State(org): State<Org>,
    server: Server,
    RawQuery(query): RawQuery,
) -> Response {
    let params = match Params::read(query.unwrap_or_default().as_bytes()) {
        Ok(params) => params,
        Err(error) => return refused(error.description),
    };
    // Nobody is sent to an address that is not known to be the client's (RFC 6749, 4.1.2.1).
    let Ok(client) = params.client(&HeaderMap::new(), org.settings()) else {
        return refused("The 'client_id' is unknown.");
    };
    if let Some(request_uri) = params.get("request_uri") {
        return crate::idp::depart(&org, client, request_uri);
    }
    let redirect_uri = params
        .get("redirect_uri")
        .filter(|uri| org.settings().is_redirect(uri));
    let Some(redirect_uri) = redirect_uri else {
        return refused("The 'redirect_uri' is not one of the client's Login redirect URIs.");
    };
    match read(&params, server, client, redirect_uri) {
        Ok(asked) => begin(&org, asked),
        Err(error) => {
            let mut back = vec![
                ("error", error.code),
                ("error_description", error.description),
            ];
            back.extend(params.get("state").map(|state| ("state", state)));
            redirect(redirect_uri, &back)
        }
    }
}

fn read(
    params: &Params,
    server: Server,
    client: &str,
    redirect_uri: &str,
) -> Result<Asked, OAuthError> {
    let invalid = |description| OAuthError::new("invalid_request", description);
    if params.get("response_type") != Some("code") {
        let description = "The 'response_type' must be 'code'.";
        return Err(OAuthError::new("unsupported_response_type", description));
    }
    if params
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(invalid("The 'response_mode' must be 'query'."));
    }
    let challenge = params.get("code_challenge").filter(|challenge| {
        (43..=128).contains(&challenge.len()) && challenge.bytes().all(is_unreserved)
    });
    let code_challenge = challenge.ok_or(invalid("PKCE code challenge is required."))?;
    if params.get("code_challenge_method") != Some("S256") {
        return Err(invalid(
            "The value of 'code_challenge_method' must be 'S256'.",
        ));
    }
    let state = params
        .get("state")
        .ok_or(invalid("The 'state' parameter is required."))?;
    if params.get("prompt") == Some("none") {
        let description = "The client specified not to prompt, but the user is not logged in.";
        return Err(OAuthError::new("login_required", description));
    }
    let acr_values = params.get("acr_values");
    if acr_values.is_some_and(|value| !ACR.contains(&value)) {
        return Err(OAuthError::new(
            "access_denied",
            "The requested 'acr_values' is not supported.",
        ));
    }
    Ok(Asked {
        server,
        client_id: client.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scopes: params.scopes()?,
        state: state.to_owned(),
        nonce: params.get("nonce").map(str::to_owned),
        code_challenge: code_challenge.to_owned(),
        acr_values: acr_values.map(str::to_owned),
        login_hint: params.get("login_hint").map(str::to_owned),
    })
}

/// The first page of a sign-in at the org itself.
fn begin(org: &Org, asked: Asked) -> Response {
    let mut transaction = Transaction::new(asked, org.clock().now());
    transaction.purpose = Purpose::Hosted;
    let handle = transaction.handle().to_owned();
    org.state()
        .transactions
        .insert(transaction.id.clone(), transaction);
    hosted::show(org, &handle)
}

/// Back to the client.
pub(crate) fn redirect(uri: &str, parameters: &[(&str, &str)]) -> Response {
    let query = serde_urlencoded::to_string(parameters).unwrap_or_default();
    (
        StatusCode::FOUND,
        [(header::LOCATION, format!("{uri}?{query}"))],
    )
        .into_response()
}

fn refused(text: &str) -> Response {
    let body = format!("<h1>Bad request</h1>\n<p>{}</p>", escape(text));
    page(StatusCode::BAD_REQUEST, "Bad request", None, &body)
}
