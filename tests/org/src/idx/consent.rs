//! What a person lets the app have (protocol 4.1: `consent`, `granular-consent`).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::form::Form;
use super::journey;
use super::page::{Page, user};
use super::visit::{Answer, Visit};
use crate::message;
use crate::oauth::scope_words;
use crate::policy::Consent;
use crate::transaction::{Ending, Purpose};

/// Scopes that an app cannot do without, so that nobody is asked to leave them out.
const FIXED: [&str; 2] = ["openid", "offline_access"];

pub(crate) fn page(page: &mut Page, visit: &Visit<'_>) {
    let scopes = &visit.transaction.asked.scopes;
    let form = match visit.policy().consent {
        Some(Consent::ByScope) => {
            let fields: Vec<Value> = scopes.iter().map(|scope| opted(scope)).collect();
            Form::new("granular-consent", "consent")
                .field(json!({"name": "consent", "type": "boolean", "required": true, "visible": false}))
                .field(json!({"name": "optedScopes", "type": "object", "form": {"value": fields}}))
        }
        _ => {
            let list: Vec<Value> = scopes
                .iter()
                .filter(|scope| !FIXED.contains(&scope.as_str()))
                .map(|scope| {
                    let (label, description) = scope_words(scope);
                    json!({"name": scope, "label": label, "value": scope, "desc": description})
                })
                .collect();
            Form::new("consent", "consent").member("scopes", Value::Array(list)).field(json!({
                "name": "consent", "type": "boolean", "required": true,
                "options": [{"label": "Allow Access", "value": true}, {"label": "Don't Allow", "value": false}]
            }))
        }
    };
    page.form(form);
    user(page, visit);
    let issuer = visit.transaction.asked.server.issuer(visit.settings);
    page.object(
        "authentication",
        json!({"protocol": "OAUTH2.0", "issuer": {"uri": issuer}}),
    );
}

fn opted(scope: &str) -> Value {
    let (label, description) = scope_words(scope);
    json!({
        "name": scope, "label": label, "desc": description, "type": "boolean", "required": true, "value": true,
        "visible": !FIXED.contains(&scope), "mutable": !FIXED.contains(&scope)
    })
}

/// `consent`: yes, no, or yes to some.
pub(crate) fn answer(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(agreed) = body.get("consent").and_then(Value::as_bool) else {
        return Answer::note(StatusCode::BAD_REQUEST, "consent", message::missing());
    };
    if !agreed {
        let ending = match visit.transaction.purpose.clone() {
            Purpose::App | Purpose::Hosted => Ending::ConsentRefused,
            Purpose::Device { user_code } => {
                let user_code = user_code.unwrap_or_default();
                visit.grants.refuse_device(&user_code, visit.now);
                Ending::DeviceRefused
            }
        };
        visit.transaction.end(ending);
        return Answer::page();
    }
    if visit.policy().consent == Some(Consent::ByScope) {
        // The names have dots in them and stand flat (protocol T36).
        let opted = body.get("optedScopes");
        let left_out = |scope: &str| {
            let choice = opted.and_then(|opted| opted.get(scope));
            !FIXED.contains(&scope) && choice.and_then(Value::as_bool) == Some(false)
        };
        visit
            .transaction
            .asked
            .scopes
            .retain(|scope| !left_out(scope));
    }
    visit.transaction.consented = true;
    journey::advance(visit)
}
