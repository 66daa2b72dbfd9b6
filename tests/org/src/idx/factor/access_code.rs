//! Temporary access codes on the wire: a secret passcode (protocol 4.3.7).

use axum::http::StatusCode;

use crate::authenticator::Authenticator;
use crate::idx::prove;
use crate::idx::visit::{Answer, Visit};
use crate::message;

pub(crate) fn verify(visit: &mut Visit<'_>, passcode: &str) -> Answer {
    let now = visit.now;
    let right = visit
        .account()
        .and_then(|account| account.access_code.as_ref())
        .is_some_and(|code| code.takes(passcode, now));
    if let Some(paused) = visit.transaction.tries.count(right, now) {
        return Answer::wait(paused);
    }
    if !right {
        return Answer::note(
            StatusCode::UNAUTHORIZED,
            "credentials.passcode",
            message::wrong_code(),
        );
    }
    visit.transaction.prove(Authenticator::AccessCode, "otp");
    prove::verified(visit)
}
