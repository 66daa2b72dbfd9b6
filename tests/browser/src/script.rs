//! An org that says what a story tells it to, for what the simulated one never says.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use xtask::paths;
use xtask::serve::{Site, loopback};

use crate::page::Page;
use crate::session::Window;
use crate::stage;

/// What somebody posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Path and query.
    pub path: String,
    /// The body, as it came.
    pub body: String,
}

impl Sent {
    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What an org says to a path and a body: a status and a body.
type Says = Box<dyn FnMut(&str, &str) -> (u16, String) + Send>;

/// An org, or an app on the person's device, that says what it is told to, and remembers what it was sent.
#[derive(Clone)]
pub struct Script {
    origin: Arc<str>,
    says: Arc<Mutex<Says>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Script {
    /// One that answers on a free port of this machine until the runtime ends. It takes requests from every origin, as an
    /// org does that trusts it. A `GET` counts as one with an empty body.
    pub async fn new(says: impl FnMut(&str, &str) -> (u16, String) + Send + 'static) -> Self {
        let (origin, listeners) = listen().await;
        let script = Self {
            origin: origin.into(),
            says: Arc::new(Mutex::new(Box::new(says))),
            sent: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(script.clone());
        for listener in listeners {
            let router = router.clone();
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        script
    }

    /// Where it is.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// From now on it says this.
    pub fn says(&self, says: impl FnMut(&str, &str) -> (u16, String) + Send + 'static) {
        *self.says.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(says);
    }

    /// What it was sent so far, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Sent> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.clone()
    }

    /// Those whose path ends so.
    #[must_use]
    pub fn sent_to(&self, path: &str) -> Vec<Sent> {
        let mut sent = self.sent();
        sent.retain(|sent| sent.path.ends_with(path));
        sent
    }
}

/// Tells a story of the app in a browser, whose org is this one. `more` are members of `config.json` beside the usual ones.
///
/// # Panics
/// If the story does, or if anything of the scene cannot be set up.
pub fn scripted(
    name: &str,
    more: &Value,
    org: impl Future<Output = Script>,
    story: impl AsyncFnOnce(&Page, &Script),
) {
    stage::perform(async {
        let org = org.await;
        let (app, listeners) = listen().await;
        let mut config = json!({ "issuer": format!("{}/oauth2/default", org.origin()), "clientId": "vestibule" });
        for (member, value) in more.as_object().into_iter().flatten() {
            config[member] = value.clone();
        }
        let site = Site::new(paths::dist())
            .config(config.to_string())
            .org(org.origin());
        tokio::spawn(site.serve_until(listeners, std::future::pending()));
        let page = Page::new(&Window::WIDE, app).await;
        stage::tell(name, page, async |page: &Page| story(page, &org).await).await;
    });
}

/// A free port by both families, and its origin.
///
/// # Panics
/// If there is none.
pub async fn listen() -> (String, Vec<TcpListener>) {
    let listeners = loopback(0, "")
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let port = listeners[0]
        .local_addr()
        .expect("a listener has an address")
        .port();
    (format!("http://localhost:{port}"), listeners)
}

async fn answer(
    State(script): State<Script>,
    method: Method,
    uri: Uri,
    asked: HeaderMap,
    body: Bytes,
) -> Response {
    let (status, text) = if method == Method::OPTIONS {
        (204, String::new())
    } else {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let body = String::from_utf8_lossy(&body).into_owned();
        let said = script.says.lock().unwrap_or_else(PoisonError::into_inner)(path, &body);
        let mut sent = script.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(Sent {
            path: path.to_owned(),
            body,
        });
        said
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(
        header::CONTENT_TYPE,
        "application/ion+json; okta-version=1.0.0",
    );
    set(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    set(header::ACCESS_CONTROL_ALLOW_METHODS, "POST, GET");
    set(header::ACCESS_CONTROL_MAX_AGE, "600");
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let granted = [
        (
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            asked.get(header::ORIGIN),
        ),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, wanted),
    ];
    for (name, value) in granted {
        if let Some(value) = value {
            headers.insert(name, value.clone());
        }
    }
    response
}
