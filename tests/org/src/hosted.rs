//! The org's own sign-in page: any page of a transaction as an HTML form, without script.
//!
//! It runs on the same steps as the app does, by the state handle (protocol 2.1), and knows no step by name. What needs
//! a script, such as a security key, cannot be done here; the other ways are on the page.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Router, response::IntoResponse};
use serde_json::{Map, Value, json};

use crate::html::{self, escape};
use crate::oauth::redirect;
use crate::session::Browser;
use crate::transaction::{Ending, Handle, Purpose, Step};
use crate::{Org, idx};

/// Where the forms go.
const PATH: &str = "/signin";
/// The hidden fields that are not the form's own: where it belongs, and which of its fields are boxes.
const FORM: &str = "_form";
const BOX: &str = "_box";

pub(crate) fn router() -> Router<Org> {
    Router::new().route(PATH, post(answer))
}

/// The page that a transaction shows.
pub(crate) fn show(org: &Org, mut browser: Browser, handle: &str) -> Response {
    let body = json!({"stateHandle": handle});
    let mut state = org.state();
    let reply = idx::answer(org.core(), &mut state, &mut browser, "introspect", &body);
    drop(state);
    browser.with(render(org, &reply))
}

/// A form of such a page was sent.
async fn answer(State(org): State<Org>, mut browser: Browser, body: Bytes) -> Response {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let Some((_, path)) = fields.iter().find(|(name, _)| name == FORM) else {
        return (StatusCode::BAD_REQUEST, "The form is not whole.").into_response();
    };
    let (mut state, body) = (org.state(), nested(&fields));
    let reply = idx::answer(org.core(), &mut state, &mut browser, path, &body);
    drop(state);
    browser.with(render(&org, &reply))
}

/// `credentials.passcode=x` as `{"credentials": {"passcode": "x"}}`. A box that is not ticked is `false`.
fn nested(fields: &[(String, String)]) -> Value {
    let boxes: Vec<&str> = fields
        .iter()
        .filter(|(name, _)| name == BOX)
        .map(|(_, value)| value.as_str())
        .collect();
    let mut body = json!({});
    for name in &boxes {
        put(&mut body, name, json!(false));
    }
    for (name, value) in fields
        .iter()
        .filter(|(name, _)| name != FORM && name != BOX)
    {
        let ticked = boxes.contains(&name.as_str());
        let value = if ticked {
            json!(value == "true")
        } else {
            json!(value)
        };
        put(&mut body, name, value);
    }
    body
}

fn put(body: &mut Value, name: &str, value: Value) {
    // The names of scopes have dots in them (protocol T36).
    let (parent, rest) = match name.split_once('.') {
        Some(split) => split,
        None => {
            body[name] = value;
            return;
        }
    };
    let inner = &mut body[parent];
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if parent == "optedScopes" {
        inner[rest] = value;
    } else {
        put(inner, rest, value);
    }
}

fn render(org: &Org, reply: &idx::Reply) -> Response {
    let handle = reply.body["stateHandle"].as_str().unwrap_or_default();
    if let Some((uri, parameters)) = done(org, handle) {
        let parameters: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        return redirect(&uri, &parameters);
    }
    let messages: String = all(&reply.body, "/messages/value")
        .map(|message| format!("<p role=\"alert\">{}</p>\n", text(message, "/message")))
        .collect();
    let about = ["currentAuthenticator", "currentAuthenticatorEnrollment"]
        .into_iter()
        .map(|member| about(&reply.body[member]["value"]))
        .collect::<String>();
    let mut forms: String = all(&reply.body, "/remediation/value").map(form).collect();
    for member in ["currentAuthenticator", "currentAuthenticatorEnrollment"] {
        for action in ["resend", "recover"] {
            let action = &reply.body[member]["value"][action];
            forms.extend(action.is_object().then(|| form(action)));
        }
    }
    forms.extend(
        reply.body["cancel"]
            .is_object()
            .then(|| form(&reply.body["cancel"])),
    );
    let body = format!("<h1>Sign in to the org</h1>\n{messages}{about}{forms}");
    let targets: Vec<&str> = org
        .settings()
        .app_origins
        .iter()
        .map(String::as_str)
        .collect();
    html::page_with_forms(reply.status, "Sign in", &targets, &body)
}

/// Where the browser goes if the transaction is at its end, and with what: the code, or that the app may not have it.
fn done(org: &Org, handle: &str) -> Option<(String, Vec<(&'static str, String)>)> {
    let now = org.clock().now();
    let state = org.state();
    // The tab that a mail's link opened, and one that the flow has left, are not where it ends.
    let transaction = state
        .transactions
        .values()
        .filter(|one| one.purpose == Purpose::Hosted)
        .find(|one| {
            matches!(
                one.knows(handle, now),
                Some(Handle::Current | Handle::Stale)
            )
        })?;
    let asked = &transaction.asked;
    let mut parameters = match &transaction.step {
        Step::Done { code } => vec![("code", code.clone())],
        Step::Ended(Ending::ConsentRefused) => vec![
            ("error", "access_denied".to_owned()),
            (
                "error_description",
                "The resource owner denied the request.".to_owned(),
            ),
        ],
        _ => return None,
    };
    parameters.push(("state", asked.state.clone()));
    // Who says so (RFC 9207, section 2).
    parameters.push(("iss", asked.server.issuer(org.settings())));
    Some((asked.redirect_uri.clone(), parameters))
}

fn all<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value, pointer: &str) -> String {
    escape(
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )
}

/// What the person has to see of the authenticator: a question, an address, a QR code.
fn about(authenticator: &Value) -> String {
    let mut shown = String::new();
    let line = |shown: &mut String, pointer: &str| {
        let said = text(authenticator, pointer);
        if !said.is_empty() {
            shown.push_str(&format!("<p>{said}</p>\n"));
        }
    };
    line(&mut shown, "/displayName");
    line(&mut shown, "/profile/question");
    line(&mut shown, "/profile/email");
    line(&mut shown, "/profile/phoneNumber");
    line(&mut shown, "/contextualData/sharedSecret");
    let picture = text(authenticator, "/contextualData/qrcode/href");
    if picture.starts_with("data:image/png;base64,") {
        shown.push_str(&format!(
            "<p><img src=\"{picture}\" alt=\"The code to be scanned\"></p>\n"
        ));
    }
    shown
}

/// One remediation or action: a form, a link where the browser is to go elsewhere, a form for each of its options.
fn form(form: &Value) -> String {
    let name = text(form, "/name");
    let href = text(form, "/href");
    if form["method"] == "GET" {
        let label = form
            .pointer("/idp/name")
            .and_then(Value::as_str)
            .map_or(name, escape);
        return format!("<p><a href=\"{href}\">{label}</a></p>\n");
    }
    let Some((_, path)) = href.split_once("/idp/idx/") else {
        return String::new();
    };
    let fields: Vec<&Value> = all(form, "/value").collect();
    if fields.iter().any(|field| needs_script(field)) {
        return "<p>This needs the app. Choose another way.</p>\n".to_owned();
    }
    let common: String = fields
        .iter()
        .filter(|field| variants(field).next().is_none())
        .map(|field| controls(field, ""))
        .collect();
    let Some(several) = fields.iter().find(|field| variants(field).next().is_some()) else {
        return whole(path, &common, &label_of(&name));
    };
    let prefix = several["name"].as_str().unwrap_or_default();
    variants(several)
        .map(|(label, inner)| {
            let own: String = inner.iter().map(|field| controls(field, prefix)).collect();
            whole(path, &format!("{own}{common}"), label)
        })
        .collect()
}

fn whole(path: &str, controls: &str, label: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{PATH}\">\n<input type=\"hidden\" name=\"{FORM}\" value=\"{path}\">\n\
         {controls}<button>{}</button>\n</form>\n",
        escape(label)
    )
}

/// The name of a step as the words on its button.
fn label_of(name: &str) -> String {
    let mut words = name.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The options of a field that each bring fields of their own.
fn variants(field: &Value) -> impl Iterator<Item = (&str, &Vec<Value>)> {
    let options = field["options"].as_array().into_iter().flatten();
    options.filter_map(|option| {
        let fields = option.pointer("/value/form/value")?.as_array()?;
        Some((option["label"].as_str().unwrap_or("Choose"), fields))
    })
}

fn needs_script(field: &Value) -> bool {
    let inner = all(field, "/form/value").chain(all(field, "/value/form/value"));
    matches!(
        field["name"].as_str(),
        Some("clientData" | "attestation" | "authenticatorData" | "signatureData")
    ) || inner.into_iter().any(needs_script)
}

/// A field and the fields inside it.
fn controls(field: &Value, prefix: &str) -> String {
    let own = field["name"].as_str().unwrap_or_default();
    let name = if prefix.is_empty() {
        own.to_owned()
    } else {
        format!("{prefix}.{own}")
    };
    let inner: Vec<&Value> = all(field, "/form/value")
        .chain(all(field, "/value/form/value"))
        .collect();
    if !inner.is_empty() {
        return inner
            .into_iter()
            .map(|field| controls(field, &name))
            .collect();
    }
    control(field, &name)
}

fn control(field: &Value, name: &str) -> String {
    let path = escape(name);
    let label = field["label"].as_str().map_or_else(|| path.clone(), escape);
    let value = field["value"].as_str().map(escape).unwrap_or_default();
    if field["mutable"] == false || (field["visible"] == false && !value.is_empty()) {
        return format!("<input type=\"hidden\" name=\"{path}\" value=\"{value}\">\n");
    }
    let options: String = all(field, "/options")
        .map(|option| {
            let value = match &option["value"] {
                Value::String(text) => escape(text),
                other => escape(&other.to_string()),
            };
            format!(
                "<option value=\"{value}\">{}</option>",
                text(option, "/label")
            )
        })
        .collect();
    let boolean = field["type"] == "boolean";
    let marked = if boolean {
        format!("<input type=\"hidden\" name=\"{BOX}\" value=\"{path}\">\n")
    } else {
        String::new()
    };
    if !options.is_empty() {
        return format!(
            "{marked}<p><label>{label}<br><select name=\"{path}\">{options}</select></label></p>\n"
        );
    }
    if boolean {
        let ticked = if field["value"] == true || field["visible"] == false {
            " checked"
        } else {
            ""
        };
        return format!(
            "{marked}<p><label><input type=\"checkbox\" name=\"{path}\" value=\"true\"{ticked}> {label}</label></p>\n"
        );
    }
    let kind = if field["secret"] == true {
        "password"
    } else {
        "text"
    };
    format!(
        "<p><label>{label}<br><input type=\"{kind}\" name=\"{path}\" value=\"{value}\"></label></p>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_names_are_nested_but_for_scopes() {
        let fields = [
            ("_form", "consent"),
            ("_box", "optedScopes.plan.read"),
            ("_box", "consent"),
            ("consent", "true"),
            ("credentials.passcode", "x"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let body = json!({"consent": true, "optedScopes": {"plan.read": false}, "credentials": {"passcode": "x"}});
        assert_eq!(nested(&fields), body);
    }
}
