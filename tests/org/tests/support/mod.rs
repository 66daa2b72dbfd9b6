//! A client that knows nothing but the wire: it posts the forms that it is given.

// Each test file is a program of its own and uses what it needs of this.
#![allow(dead_code, unreachable_pub)]

pub mod key;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use org::{Clock, Mail, Org, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

pub const ORG: &str = "http://localhost:8081";
pub const APP: &str = "http://localhost:8080";
pub const ISSUER: &str = "/oauth2/default";
pub const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";
pub const PASSWORD: &str = "Sommer-2031";
pub const SCOPE: &str = "openid profile email offline_access";

pub fn challenge() -> String {
    BASE64.encode(Sha256::digest(VERIFIER))
}

/// An org, and what a browser would do with it.
#[derive(Clone)]
pub struct Browser {
    pub org: Org,
    /// The cookies that it has, by name, if it takes any.
    cookies: Option<Arc<Mutex<BTreeMap<String, String>>>>,
}

/// An answer, whatever it is.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
    pub dropped: bool,
}

impl Browser {
    pub fn new(policy: &str) -> Self {
        let settings = Settings::new(ORG, APP)
            .policy(policy)
            .expect("a policy")
            .clock(Clock::new());
        Self {
            org: Org::new(settings),
            cookies: None,
        }
    }

    /// A browser at an org of one's own.
    pub fn of(org: Org) -> Self {
        Self { org, cookies: None }
    }

    /// A browser of its own at the same org, one that takes cookies.
    pub fn with_cookies(&self) -> Self {
        Self {
            org: self.org.clone(),
            cookies: Some(Arc::default()),
        }
    }

    /// The cookies that it has, by name.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        let jar = self.cookies.as_ref().expect("a browser that takes cookies");
        jar.lock().expect("the jar").clone()
    }

    fn bring(&self, request: &mut Request<Body>) {
        let Some(jar) = &self.cookies else { return };
        let jar = jar.lock().expect("the jar");
        let pairs: Vec<_> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let value = pairs.join("; ").parse().expect("a header");
        request.headers_mut().insert("cookie", value);
    }

    fn keep(&self, headers: &HeaderMap) {
        let Some(jar) = &self.cookies else { return };
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            let (name, rest) = cookie.split_once('=').expect("a name");
            let (value, about) = rest.split_once(';').expect("attributes");
            assert!(
                about.contains("HttpOnly") && about.contains("SameSite=Lax"),
                "{cookie}"
            );
            let mut jar = jar.lock().expect("the jar");
            match about.contains("Max-Age=0") {
                true => jar.remove(name),
                false => jar.insert(name.to_owned(), value.to_owned()),
            };
        }
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        self.bring(&mut request);
        let Ok(response) = self.org.router().oneshot(request).await;
        let dropped = response.extensions().get::<org::Dropped>().is_some();
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        assert_whole(&json);
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
            json,
            dropped,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        let request = Request::delete(path).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.raw(path, "application/json", body.to_string()).await
    }

    pub async fn raw(&self, path: &str, kind: &str, body: String) -> Answer {
        let request = Request::post(path)
            .header("content-type", kind)
            .header("origin", APP);
        self.send(request.body(Body::from(body)).expect("a request"))
            .await
    }

    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| {
            text.bytes().fold(String::new(), |mut encoded, byte| {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    encoded.push(char::from(byte));
                } else {
                    encoded.push_str(&format!("%{byte:02X}"));
                }
                encoded
            })
        };
        let body: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.raw(path, "application/x-www-form-urlencoded", body.join("&"))
            .await
    }

    pub async fn interact(&self) -> String {
        let answer = self.interact_with(&[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["interaction_handle"]
            .as_str()
            .expect("a handle")
            .to_owned()
    }

    /// The usual request; a field given here takes the place of the usual one, an empty one leaves it out.
    pub async fn interact_with(&self, changed: &[(&str, &str)]) -> Answer {
        let challenge = challenge();
        let callback = format!("{APP}/login/callback");
        let usual = [
            ("client_id", "vestibule"),
            ("scope", SCOPE),
            ("redirect_uri", &callback),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
        ];
        let mut fields: Vec<_> = usual
            .into_iter()
            .filter(|(name, _)| !changed.iter().any(|(other, _)| other == name))
            .collect();
        fields.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
        self.form(&format!("{ISSUER}/v1/interact"), &fields).await
    }

    pub async fn introspect(&self, handle: &str) -> Page {
        Page(
            self.post("/idp/idx/introspect", &json!({"interactionHandle": handle}))
                .await,
        )
    }

    /// The first page of a fresh transaction.
    pub async fn start(&self) -> Page {
        let handle = self.interact().await;
        self.introspect(&handle).await
    }

    /// The first page of a fresh transaction of another client.
    pub async fn start_as(&self, client: &str) -> Page {
        let answer = self.interact_with(&[("client_id", client)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let handle = answer.json["interaction_handle"]
            .as_str()
            .expect("a handle");
        self.introspect(handle).await
    }

    /// Makes somebody by the console: an address, and what else the console takes.
    pub async fn person(&self, email: &str, more: Value) -> Value {
        let mut wanted =
            json!({"email": email, "firstName": "Mary", "lastName": "Holm", "password": PASSWORD});
        for (name, value) in more.as_object().expect("an object") {
            wanted[name] = value.clone();
        }
        let made = self.console("people", wanted).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json
    }

    /// Tells the console something.
    pub async fn console(&self, path: &str, body: Value) -> Answer {
        self.post(&format!("/console/{path}"), &body).await
    }

    /// Posts the named form, or the action of that name, of a page.
    pub async fn submit(&self, page: &Page, name: &str, body: Value) -> Page {
        let form = page
            .form(name)
            .unwrap_or_else(|| panic!("there is no {name} in {:#}", page.json()));
        let mut body = body;
        for field in form["value"].as_array().expect("fields") {
            if field["mutable"] == false {
                body[field["name"].as_str().expect("a name")] = field["value"].clone();
            }
        }
        let path = form["href"]
            .as_str()
            .and_then(|href| href.strip_prefix(ORG))
            .expect("an address of the org")
            .to_owned();
        Page(self.post(&path, &body).await)
    }

    pub async fn choose(&self, page: &Page, label: &str) -> Page {
        let option = page.option(label);
        let id = option
            .pointer("/value/form/value/0/value")
            .cloned()
            .expect("an id");
        let form = page
            .steps()
            .iter()
            .find(|name| name.starts_with("select-authenticator"))
            .cloned()
            .expect("a list");
        self.submit(page, &form, json!({"authenticator": {"id": id}}))
            .await
    }

    pub async fn passcode(&self, page: &Page, passcode: &str) -> Page {
        self.submit(
            page,
            &page.step(),
            json!({"credentials": {"passcode": passcode}}),
        )
        .await
    }

    pub fn last(&self) -> Mail {
        self.org
            .inbox()
            .last()
            .cloned()
            .expect("something was sent")
    }

    /// Types the code that was sent last.
    pub async fn code(&self, page: &Page) -> Page {
        self.passcode(page, &self.last().code).await
    }

    /// Up to the first list of a sign-up.
    pub async fn sign_up(&self, email: &str) -> Page {
        let page = self.start().await;
        let page = self.submit(&page, "select-enroll-profile", json!({})).await;
        self.submit(&page, "enroll-profile", profile(email)).await
    }

    /// The whole of the seed's walk with email.
    pub async fn register(&self, email: &str) -> Page {
        let page = self.sign_up(email).await;
        let page = self.choose(&page, "Password").await;
        let page = self.passcode(&page, PASSWORD).await;
        let page = self.choose(&page, "Email").await;
        let page = self.code(&page).await;
        self.submit(&page, "skip", json!({})).await
    }

    pub async fn sign_in(&self, page: &Page, name: &str, password: &str) -> Page {
        self.submit(
            page,
            "identify",
            json!({"identifier": name, "credentials": {"passcode": password}}),
        )
        .await
    }

    pub async fn tokens(&self, page: &Page) -> Answer {
        self.token_with(&[("interaction_code", &page.interaction_code())])
            .await
    }

    pub async fn token_with(&self, changed: &[(&str, &str)]) -> Answer {
        let callback = format!("{APP}/login/callback");
        let usual = [
            ("grant_type", "interaction_code"),
            ("client_id", "vestibule"),
            ("code_verifier", VERIFIER),
            ("redirect_uri", callback.as_str()),
        ];
        let mut fields: Vec<_> = usual
            .into_iter()
            .filter(|(name, _)| !changed.iter().any(|(other, _)| other == name))
            .collect();
        fields.extend(changed.iter().filter(|(_, value)| !value.is_empty()));
        self.form(&format!("{ISSUER}/v1/token"), &fields).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "vestibule"),
            ("refresh_token", token),
        ];
        self.form(&format!("{ISSUER}/v1/token"), &fields).await
    }

    pub async fn userinfo(&self, access_token: &str) -> Answer {
        let request = Request::get(format!("{ISSUER}/v1/userinfo"))
            .header("authorization", format!("Bearer {access_token}"));
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }
}

impl Answer {
    /// Where it sends the browser.
    pub fn location(&self) -> String {
        let location = self
            .headers
            .get("location")
            .and_then(|value| value.to_str().ok());
        location
            .unwrap_or_else(|| panic!("{} {}", self.status, self.text))
            .to_owned()
    }

    /// A parameter of the address that it sends the browser to.
    pub fn sent(&self, name: &str) -> Option<String> {
        parameter(&self.location(), name)
    }
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("a query");
    pairs
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// What every page of a transaction has to have, and no form relates to what is not there: Okta's own client throws then.
fn assert_whole(json: &Value) {
    let Some(forms) = json.pointer("/remediation/value").and_then(Value::as_array) else {
        return;
    };
    for member in [
        "version",
        "stateHandle",
        "expiresAt",
        "intent",
        "cancel",
        "app",
    ] {
        assert!(json.get(member).is_some(), "no {member} in {json:#}");
    }
    // A redirect is an address and has no fields.
    for form in forms.iter().filter(|form| form["method"] == "POST") {
        let own = form.pointer("/relatesTo/0").cloned();
        let options = form
            .pointer("/value/0/options")
            .and_then(Value::as_array)
            .cloned();
        let of_options = options
            .into_iter()
            .flatten()
            .filter_map(|option| option.get("relatesTo").cloned());
        for path in own.into_iter().chain(of_options) {
            let path = path.as_str().expect("a path");
            // Members outside the usual ones go by their bare name.
            let bare = !path.starts_with("$.");
            let path = if bare {
                format!("$.{path}")
            } else {
                path.to_owned()
            };
            let pointer = path
                .replace("$.", "/")
                .replace(['.', '['], "/")
                .replace(']', "");
            assert!(json.pointer(&pointer).is_some(), "no {path} in {json:#}");
        }
        let handle = form["value"].as_array().and_then(|fields| fields.last());
        assert_eq!(
            handle.map(|field| &field["value"]),
            Some(&json["stateHandle"]),
            "{json:#}"
        );
    }
}

pub fn profile(email: &str) -> Value {
    json!({"userProfile": {"firstName": "Mia", "lastName": "Lenz", "email": email}})
}

/// The claims of a token, unverified.
pub fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&BASE64.decode(claims).expect("base64")).expect("JSON")
}

/// An IDX answer.
#[derive(Clone, Debug)]
pub struct Page(pub Answer);

impl Page {
    pub fn status(&self) -> u16 {
        self.0.status.as_u16()
    }

    pub fn json(&self) -> &Value {
        &self.0.json
    }

    pub fn handle(&self) -> String {
        self.json()["stateHandle"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The names of the remediations, in order.
    pub fn steps(&self) -> Vec<String> {
        let forms = self
            .json()
            .pointer("/remediation/value")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        forms
            .iter()
            .filter_map(|form| form["name"].as_str().map(str::to_owned))
            .collect()
    }

    pub fn step(&self) -> String {
        self.steps().first().cloned().unwrap_or_default()
    }

    pub fn form(&self, name: &str) -> Option<Value> {
        let forms = self
            .json()
            .pointer("/remediation/value")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let action = |member: &str| {
            self.json()
                .pointer(&format!("/{member}/value/{name}"))
                .cloned()
        };
        forms
            .into_iter()
            .find(|form| form["name"] == name)
            .or_else(|| action("currentAuthenticator"))
            .or_else(|| action("currentAuthenticatorEnrollment"))
            .or_else(|| self.json().get(name).cloned())
    }

    fn options_json(&self) -> Vec<Value> {
        let form = self
            .steps()
            .into_iter()
            .find(|name| name.starts_with("select-authenticator"))
            .and_then(|name| self.form(&name));
        form.and_then(|form| {
            form.pointer("/value/0/options")
                .and_then(Value::as_array)
                .cloned()
        })
        .unwrap_or_default()
    }

    /// The labels of what can be chosen.
    pub fn options(&self) -> Vec<String> {
        self.options_json()
            .iter()
            .filter_map(|option| option["label"].as_str().map(str::to_owned))
            .collect()
    }

    fn option(&self, label: &str) -> Value {
        self.options_json()
            .into_iter()
            .find(|option| option["label"] == label)
            .unwrap_or_else(|| panic!("no {label} in {:#}", self.json()))
    }

    /// The keys of the messages at the top.
    pub fn said(&self) -> Vec<String> {
        keys(self.json().get("messages"))
    }

    /// The keys of the messages at a field of the first form. One without a key is its text.
    pub fn said_at(&self, path: &str) -> Vec<String> {
        let mut fields = self
            .json()
            .pointer("/remediation/value/0/value")
            .cloned()
            .unwrap_or_default();
        let mut found = Value::Null;
        for name in path.split('.') {
            found = fields
                .as_array()
                .and_then(|fields| fields.iter().find(|field| field["name"] == name))
                .cloned()
                .unwrap_or_default();
            fields = found.pointer("/form/value").cloned().unwrap_or_default();
        }
        keys(found.get("messages"))
    }

    pub fn is_done(&self) -> bool {
        self.json().get("successWithInteractionCode").is_some() && self.steps().is_empty()
    }

    pub fn interaction_code(&self) -> String {
        let fields = self
            .json()
            .pointer("/successWithInteractionCode/value")
            .and_then(Value::as_array)
            .cloned();
        let fields = fields.unwrap_or_else(|| panic!("not done: {:#}", self.json()));
        let field = fields
            .iter()
            .find(|field| field["name"] == "interaction_code")
            .expect("a code");
        field["value"].as_str().expect("a code").to_owned()
    }
}

fn keys(messages: Option<&Value>) -> Vec<String> {
    let messages = messages
        .and_then(|messages| messages.get("value"))
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    messages
        .iter()
        .map(|message| {
            message
                .pointer("/i18n/key")
                .unwrap_or(&message["message"])
                .as_str()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}
