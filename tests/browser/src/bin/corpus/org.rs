//! An org that says what it was told to say, and remembers what it was sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use browser_tests::{Script, Sent};
use serde_json::{Value, json};

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
    /// An org on a port of its own, until the runtime ends.
    pub(crate) async fn new() -> Self {
        let script = Script::new(|_, _| (404, String::new())).await;
        let org = Self {
            origin: script.origin().into(),
            scene: Arc::default(),
        };
        let says = org.clone();
        script.says(move |path, body| says.respond(path, body));
        org
    }

    /// Where it is.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
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

    fn respond(&self, path: &str, body: &str) -> (u16, String) {
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
            body: body.to_owned(),
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
