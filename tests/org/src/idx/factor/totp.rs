//! An authenticator app on the wire (protocol 4.3.7).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::idx::journey;
use crate::idx::visit::{Answer, Visit, text};
use crate::message;
use crate::qr;
use crate::totp::{SharedSecret, Verdict};
use crate::transaction::Pending;

/// A secret for the app, new with each choice of this authenticator.
pub(crate) fn begin(visit: &mut Visit<'_>) {
    visit.transaction.pending = Some(Pending::Otp(SharedSecret::new()));
}

/// The secret, to be scanned and to be typed.
pub(crate) fn context(visit: &Visit<'_>) -> Value {
    let (Some(Pending::Otp(shared)), Some(account)) = (&visit.transaction.pending, visit.account())
    else {
        return Value::Null;
    };
    let picture = shared
        .address(&account.email)
        .and_then(|address| qr::picture(&address));
    json!({
        "qrcode": {"method": "embedded", "href": picture, "type": "image/png"},
        "sharedSecret": shared.base32()
    })
}

pub(crate) fn enroll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(code) = text(body, "/credentials/passcode") else {
        return missing();
    };
    let times = visit.times();
    let Some(Pending::Otp(shared)) = visit.transaction.pending.as_mut() else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let verdict = shared.takes(code, times);
    let shared = shared.clone();
    if let Some(refused) = judge(visit, verdict) {
        return refused;
    }
    let now = visit.now;
    if let Some(account) = visit.account_mut() {
        account.otp = Some(shared);
        account.updated = now;
    }
    visit.transaction.prove(Authenticator::GoogleOtp, "otp");
    journey::advance(visit)
}

pub(crate) fn verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(code) = text(body, "/credentials/passcode") else {
        return missing();
    };
    let times = visit.times();
    let shared = visit.account_mut().and_then(|account| account.otp.as_mut());
    let verdict = shared.map_or(Verdict::Wrong, |shared| shared.takes(code, times));
    if let Some(refused) = judge(visit, verdict) {
        return refused;
    }
    visit.transaction.prove(Authenticator::GoogleOtp, "otp");
    super::super::prove::verified(visit)
}

fn missing() -> Answer {
    Answer::note(
        StatusCode::BAD_REQUEST,
        "credentials.passcode",
        message::missing(),
    )
}

/// `None` if the code was right.
fn judge(visit: &mut Visit<'_>, verdict: Verdict) -> Option<Answer> {
    if let Some(paused) = visit
        .transaction
        .tries
        .count(verdict == Verdict::Right, visit.now)
    {
        return Some(Answer::wait(paused));
    }
    let said = match verdict {
        Verdict::Right => return None,
        Verdict::Wrong => message::wrong_code(),
        Verdict::Used => message::used_code(),
    };
    Some(Answer::note(
        StatusCode::UNAUTHORIZED,
        "credentials.passcode",
        said,
    ))
}
