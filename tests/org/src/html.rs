//! The pages for people: what the org is, what it sent, and the link in a mail.

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::Value;

use crate::idx::{self, Leads};
use crate::message::{self, Message};
use crate::oauth::redirect;
use crate::session::Browser;
use crate::settings::CLIENT_ID;
use crate::{Mail, Org, Policy, hosted};

const STYLE: &str = include_str!("../data/org.css");
/// Nothing on these pages runs, and nothing comes from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn router() -> Router<Org> {
    Router::new()
        .route("/", get(home))
        .route(
            "/org.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }),
        )
        .route("/inbox", get(inbox))
        .route(
            "/inbox.json",
            get(|State(org): State<Org>| async move { Json(org.inbox()) }),
        )
        .route("/email/verify/{app}", get(follow_link))
}

async fn home(State(org): State<Org>) -> Response {
    let settings = org.settings();
    let apps: Vec<_> = settings
        .app_origins
        .iter()
        .map(|origin| link(&format!("{origin}/"), origin))
        .collect();
    let body = format!(
        "<h1>A small Okta org</h1>\n<p>Its policy is <strong>{policy}</strong>. It serves {apps}.</p>\n\
         <nav><ul>\n<li><a href=\"/inbox\">Inbox</a></li>\n<li><a href=\"/console\">Console</a></li>\n\
         <li><a href=\"/oauth2/default/.well-known/openid-configuration\">Discovery</a></li>\n\
         <li><a href=\"/console/people\">People</a></li>\n<li><a href=\"/console/requests\">Requests</a></li>\n</ul></nav>\n\
         <p>Everything here is made up and is forgotten when the org stops.</p>",
        policy = escape(settings.policy_of(CLIENT_ID).map_or("", Policy::name)),
        apps = apps.join(", ")
    );
    page(StatusCode::OK, "A small Okta org", None, &body)
}

async fn inbox(State(org): State<Org>) -> Response {
    let mails = org.inbox();
    let list: String = mails.iter().rev().map(article).collect();
    let none = if mails.is_empty() {
        "<p>Nothing was sent yet. This page looks again every 3 seconds.</p>"
    } else {
        ""
    };
    page(
        StatusCode::OK,
        "Inbox",
        Some(3),
        &format!("<h1>Inbox</h1>\n{none}{list}"),
    )
}

fn article(mail: &Mail) -> String {
    let kind = match mail.channel {
        "email" => "Mail",
        "sms" => "SMS",
        _ => "Call",
    };
    let link = mail
        .link
        .as_ref()
        .map(|href| format!("<p>{}</p>\n", link(href, "Open the link")))
        .unwrap_or_default();
    let code = match mail.code.as_str() {
        "" => String::new(),
        code => format!("<p class=\"code\">{}</p>\n", escape(code)),
    };
    let subject = mail
        .subject
        .as_ref()
        .map(|subject| format!("<p>{}</p>\n", escape(subject)))
        .unwrap_or_default();
    format!(
        "<article class=\"mail\" id=\"{id}\">\n<h2>{kind} to {to}</h2>\n<p class=\"when\"><time>{at}</time></p>\n{subject}\
         {code}<p>{text}</p>\n{link}</article>\n",
        id = escape(&mail.id),
        to = escape(&mail.to),
        at = escape(&mail.at),
        text = escape(&mail.text),
    )
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

/// The link in a mail leads back to the app with the code in the address (protocol 1.11); where the app wants none, the org
/// shows a page of its own, and so it does for a link that leads nowhere any more.
async fn follow_link(
    State(org): State<Org>,
    browser: Browser,
    headers: HeaderMap,
    Query(link): Query<Link>,
) -> Response {
    let now = org.clock().now();
    let mut state = org.state();
    let switches = state.switches;
    let leads = idx::find_link(&state, &link.token, now);
    let transaction = match &leads {
        Leads::On(id) => state.transactions.get_mut(id),
        Leads::Expired | Leads::Stale | Leads::Nowhere => None,
    };
    let Some(transaction) = transaction else {
        let said = leads.said();
        return own_page(
            &headers,
            StatusCode::GONE,
            &said,
            None,
            idx::terminal(&said),
        );
    };
    if let Some(challenge) = transaction
        .challenge
        .as_mut()
        .filter(|_| switches.email_callback)
    {
        challenge.opened = true;
        let code = challenge.code.clone();
        let asked = &transaction.asked;
        return redirect(
            &asked.redirect_uri,
            &[("state", &asked.state), ("otp", &code)],
        );
    }
    if switches.email_consent {
        let handle = transaction.open_aside().to_owned();
        drop(state);
        return hosted::show(&org, browser, &handle);
    }
    let code = transaction.challenge.as_ref().map(|open| open.code.clone());
    let body = idx::code_page(transaction).unwrap_or_default();
    let said = message::enter_code_in_original_tab();
    own_page(&headers, StatusCode::OK, &said, code.as_deref(), body)
}

/// A page of the org at the end of a link: for people, or as the API writes it for whoever asks for JSON.
fn own_page(
    headers: &HeaderMap,
    status: StatusCode,
    said: &Message,
    code: Option<&str>,
    body: Value,
) -> Response {
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("json")) {
        return Json(body).into_response();
    }
    let code = code.map(|code| format!("<p class=\"code\">{}</p>\n", escape(code)));
    let title = match status {
        StatusCode::OK => "Your code",
        _ => "This link does not work any more",
    };
    let body = format!(
        "<h1>{title}</h1>\n{}<p>{}</p>",
        code.unwrap_or_default(),
        escape(said.text())
    );
    page(status, title, None, &body)
}

/// A page with forms, after which the browser may be sent on to one of these origins.
pub(crate) fn page_with_forms(
    status: StatusCode,
    title: &str,
    targets: &[&str],
    body: &str,
) -> Response {
    let mut response = page(status, title, None, body);
    let policy = POLICY
        .replace(
            "form-action 'none'",
            &format!("form-action 'self' {}", targets.join(" ")),
        )
        .replace("style-src", "img-src data:; style-src");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A whole page. `refresh` is the number of seconds after which the browser looks again.
pub(crate) fn page(status: StatusCode, title: &str, refresh: Option<u32>, body: &str) -> Response {
    let refresh = refresh
        .map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n"))
        .unwrap_or_default();
    let document = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{refresh}<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/org.css\">\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n",
        title = escape(title)
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    (status, headers, document).into_response()
}

fn link(href: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escape(href), escape(text))
}

pub(crate) fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut escaped, letter| {
            match letter {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
            escaped
        })
}
