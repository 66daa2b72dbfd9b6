//! What no client has heard of, so that each has to show a person a way on all the same (scenario K30).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::form::Form;
use super::journey;
use super::page::{Page, user};
use super::visit::{Answer, Visit, text};
use crate::message;

/// A field of an unknown type on a known form. Nobody has to fill it in.
pub(crate) fn field() -> Value {
    json!({"name": "mood", "type": "slider", "label": "How are you today?", "required": false, "minimum": 0, "maximum": 10})
}

/// An unknown question, with fields of known types and of an unknown one.
pub(crate) fn page(page: &mut Page, visit: &Visit<'_>) {
    let shades = json!([{"label": "Light", "value": "light"}, {"label": "Dark", "value": "dark"}]);
    page.form(
        Form::new("tell-favorite-shade", "shade")
            .field(json!({"name": "nickname", "label": "What should we call you?", "required": true, "maxLength": 20}))
            .field(json!({"name": "shade", "type": "string", "label": "Which shade do you like?", "required": true, "options": shades}))
            .field(json!({"name": "loud", "type": "boolean", "label": "Tell everybody"}))
            .field(json!({"name": "tint", "type": "colour", "label": "Tint"})),
    );
    user(page, visit);
}

/// `shade`: any shade is fine.
pub(crate) fn answer(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let mut missing = Vec::new();
    for field in ["nickname", "shade"] {
        if text(body, &format!("/{field}")).is_none() {
            missing.push((field.to_owned(), message::missing()));
        }
    }
    if !missing.is_empty() {
        return Answer::notes(StatusCode::BAD_REQUEST, missing);
    }
    visit.transaction.shaded = true;
    journey::advance(visit)
}
