//! `authorize`: an authorization code with PKCE, from the org's own sign-in page (RFC 6749, 4.1; RFC 7636; scenario J24).

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::interact::{ACR, is_unreserved};
use super::{OAuthError, Params};
use crate::html::{escape, page};
use crate::session::Browser;
use crate::transaction::{Agent, Asked, Purpose, Server, Step, Transaction};
use crate::{Org, hosted, idx};

pub(super) async fn authorize(
    State(org): State<Org>,
    browser: Browser,
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
    let begun = read(&params, server, client, redirect_uri)
        .and_then(|asked| begin(&org, browser, asked, params.get("prompt")));
    match begun {
        Ok(response) => response,
        Err(error) => {
            let issuer = server.issuer(org.settings());
            let mut back = vec![
                ("error", error.code),
                ("error_description", error.description),
                ("iss", &issuer),
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
        max_age: params.max_age()?,
        agent: Agent::read(""),
    })
}

/// The first page of a sign-in at the org itself; none where the org's session is enough, and none where none may be.
fn begin(
    org: &Org,
    mut browser: Browser,
    asked: Asked,
    prompt: Option<&str>,
) -> Result<Response, OAuthError> {
    let (max_age, now) = (asked.max_age, org.clock().now());
    let mut transaction = Transaction::new(asked, now);
    transaction.purpose = Purpose::Hosted;
    let handle = {
        let mut state = org.state();
        let session = state.sessions.of(&browser, now);
        let known = session.is_some_and(|session| {
            session.client == transaction.asked.client_id && session.counts(max_age, now)
        });
        if prompt != Some("login") {
            idx::take_up(org.core(), &mut state, &mut browser, &mut transaction);
        }
        if prompt == Some("none") {
            silent(&transaction, known)?;
        }
        let handle = transaction.handle().to_owned();
        state
            .transactions
            .insert(transaction.id.clone(), transaction);
        handle
    };
    Ok(hosted::show(org, browser, &handle))
}

/// Whether no page is needed; else what the client is told (OpenID Connect Core, 3.1.2.6).
fn silent(transaction: &Transaction, known: bool) -> Result<(), OAuthError> {
    match transaction.step {
        Step::Done { .. } => Ok(()),
        Step::Consent => Err(OAuthError::new(
            "consent_required",
            "The client specified not to prompt, but consent is needed.",
        )),
        Step::Identify if !known => Err(OAuthError::new(
            "login_required",
            "The client specified not to prompt, but the user is not logged in.",
        )),
        // Started over: nobody can prove what the client asks for.
        Step::Identify if transaction.alone => Err(OAuthError::new(
            "unmet_authentication_requirements",
            "The user cannot meet the requested 'acr_values'.",
        )),
        _ => Err(OAuthError::new(
            "interaction_required",
            "The client specified not to prompt, but the user has to do something more.",
        )),
    }
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
