//! An org that says what it was told to say, and remembers what it was sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What an org is sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// Path and query.
    pub path: String,
    /// The body, as it came.
    pub body: String,
}

/// The org.
#[derive(Clone)]
pub(crate) struct Org {
    origin: Arc<str>,
    scene: Arc<Mutex<Scene>>,
}

/// What it says in one visit, and what happened in it.
#[derive(Default)]
struct Scene {
    status: u16,
    body: String,
    /// A plain first page comes before it.
    after_form: bool,
    told: bool,
    sent: Vec<Sent>,
}

impl Org {
    /// An org at this origin.
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            origin: origin.into(),
            scene: Arc::default(),
        }
    }

    /// Where it is.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Answers on these until the runtime ends.
    pub(crate) fn serve(&self, listeners: Vec<TcpListener>) {
        let router = Router::new().fallback(answer).with_state(self.clone());
        for listener in listeners {
            let router = router.clone();
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
    }

    /// From now on it says this.
    pub(crate) fn says(&self, status: u16, body: &str, after_form: bool) {
        *self.scene() = Scene {
            status,
            body: body.to_owned(),
            after_form,
            ..Scene::default()
        };
    }

    /// Whether it has said it.
    pub(crate) fn told(&self) -> bool {
        self.scene().told
    }

    /// What came after that.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.scene().sent.clone()
    }

    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(&self, path: &str, body: &[u8]) -> (u16, String) {
        let mut scene = self.scene();
        if path.ends_with("/v1/interact") {
            // What the page before may still have sent on its way out is nobody's.
            scene.told = false;
            scene.sent.clear();
            return (200, json!({ "interaction_handle": "ih" }).to_string());
        }
        let first = if scene.after_form {
            "/idp/idx/identify"
        } else {
            "/idp/idx/introspect"
        };
        if path == first && !scene.told {
            scene.told = true;
            return (scene.status, scene.body.clone());
        }
        if path == "/idp/idx/introspect" {
            return (200, self.first_page().to_string());
        }
        scene.sent.push(Sent {
            path: path.to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
        });
        if path.ends_with("/v1/token") {
            return (
                400,
                json!({ "error": "invalid_grant", "error_description": "spent" }).to_string(),
            );
        }
        if path.ends_with("/poll") {
            return (200, scene.body.clone());
        }
        let end = json!({
            "version": "1.0.0",
            "messages": { "type": "array", "value": [{ "message": "That is all.", "class": "INFO" }] },
        });
        (200, end.to_string())
    }

    fn first_page(&self) -> Value {
        json!({
            "version": "1.0.0",
            "stateHandle": "02.id.first",
            "intent": "LOGIN",
            "remediation": { "type": "array", "value": [{
                "rel": ["create-form"],
                "name": "identify",
                "href": format!("{}/idp/idx/identify", self.origin),
                "method": "POST",
                "value": [
                    { "name": "identifier", "label": "Username", "required": true },
                    { "name": "stateHandle", "required": true, "value": "02.id.first", "visible": false, "mutable": false },
                ],
            }]},
        })
    }
}

async fn answer(
    State(org): State<Org>,
    method: Method,
    uri: Uri,
    asked: HeaderMap,
    body: Bytes,
) -> Response {
    let (status, text) = match method {
        Method::POST => org.respond(
            uri.path_and_query().map_or("/", |path| path.as_str()),
            &body,
        ),
        Method::OPTIONS => (204, String::new()),
        _ => (404, String::new()),
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
