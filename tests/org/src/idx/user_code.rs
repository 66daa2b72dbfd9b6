//! The code that a device without a keyboard shows (protocol 4.1: `user-code`; RFC 8628).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::form::Form;
use super::page::Page;
use super::visit::{Answer, Visit, text};
use crate::message;
use crate::transaction::{Ending, Purpose, Step};

pub(crate) fn page(page: &mut Page, visit: &Visit<'_>) {
    let mut field = json!({"name": "userCode", "label": "Activation Code", "required": true, "minLength": 8, "maxLength": 9});
    if let Purpose::Device {
        user_code: Some(code),
    } = &visit.transaction.purpose
    {
        field["value"] = json!(code);
    }
    page.form(Form::new("user-code", "device/activate").field(field));
}

/// `device/activate`: whose device it is will be asked next.
pub(crate) fn answer(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(typed) = text(body, "/userCode") else {
        return Answer::note(StatusCode::BAD_REQUEST, "userCode", message::missing());
    };
    let code = plain(typed);
    let asked = visit.grants.asked_by_device(&code, visit.now);
    if let Some(paused) = visit.transaction.tries.count(asked.is_some(), visit.now) {
        return Answer::wait(paused);
    }
    let Some(asked) = asked.filter(|asked| asked.client_id == visit.transaction.asked.client_id)
    else {
        if visit.grants.knew_device(&code) {
            visit.transaction.end(Ending::DeviceUnknown);
            return Answer::page();
        }
        return Answer::says(StatusCode::UNAUTHORIZED, message::wrong_code());
    };
    let own = &mut visit.transaction.asked;
    own.server = asked.server;
    own.scopes = asked.scopes;
    visit.transaction.purpose = Purpose::Device {
        user_code: Some(code),
    };
    visit.transaction.step = Step::Identify;
    visit.transaction.rotate(visit.now);
    Answer::page()
}

/// The letters alone, in capitals.
pub(crate) fn plain(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}
