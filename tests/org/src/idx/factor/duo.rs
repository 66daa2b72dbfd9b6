//! Duo on the wire: a signed question on the page, a signed answer back (protocol 4.3.7).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::duo::{Request, Verdict};
use crate::idx::form::credentials;
use crate::idx::visit::{Answer, Visit, text};
use crate::idx::{journey, prove};
use crate::message;
use crate::transaction::Pending;

/// A question for the service, new with each choice of this authenticator and after each refusal.
pub(crate) fn begin(visit: &mut Visit<'_>) {
    let request = visit
        .account()
        .map(|account| Request::new(&account.email, visit.now));
    visit.transaction.pending = request.map(Pending::Duo);
}

pub(crate) fn field() -> Value {
    credentials(json!([
        {"name": "signatureData", "label": "Assertion From Duo", "required": true, "visible": false}
    ]))
}

/// What a page needs to show the service's frame, as `contextualData`.
pub(crate) fn context(visit: &Visit<'_>) -> Value {
    let Some(Pending::Duo(request)) = &visit.transaction.pending else {
        return Value::Null;
    };
    let origin = &visit.settings.origin;
    let host = origin.split("://").nth(1).unwrap_or(origin);
    json!({
        "integrationType": "IFRAME", "host": host, "signedToken": request.question(),
        "script": format!("{origin}/js/sections/duo/Duo-Web-v2.6.js")
    })
}

pub(crate) fn enroll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    if let Some(refused) = judge(visit, body) {
        return refused;
    }
    let now = visit.now;
    if let Some(account) = visit.account_mut() {
        account.duo = true;
        account.updated = now;
    }
    journey::advance(visit)
}

pub(crate) fn verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    judge(visit, body).unwrap_or_else(|| prove::verified(visit))
}

/// `None` if the service said yes.
fn judge(visit: &mut Visit<'_>, body: &Value) -> Option<Answer> {
    let Some(answer) = text(body, "/credentials/signatureData") else {
        return Some(Answer::note(
            StatusCode::BAD_REQUEST,
            "credentials.signatureData",
            message::missing(),
        ));
    };
    let verdict = match &visit.transaction.pending {
        Some(Pending::Duo(request)) => request.verdict(answer, visit.now),
        _ => Verdict::Failed,
    };
    let said = match verdict {
        Verdict::Approved => {
            visit.transaction.prove(Authenticator::Duo, "swk");
            return None;
        }
        Verdict::Failed => message::duo_failed(),
        Verdict::TimedOut => message::duo_timed_out(),
    };
    begin(visit);
    Some(Answer::says(StatusCode::BAD_REQUEST, said))
}
