//! Choosing, sending and answering: setting something up, and proving it (protocol 4.3, 5.1, 5.2).

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use serde_json::Value;

use super::factor;
use super::journey;
use super::visit::{Answer, Visit, text};
use crate::authenticator::{Authenticator, Channel};
use crate::challenge::Verdict;
use crate::message;
use crate::password::{self, Refused};
use crate::phone;
use crate::transaction::{Ending, Step};

/// A third code within so long is refused (protocol 6.4).
const RESEND_WINDOW: Duration = Duration::from_secs(60);
const RESENDS: usize = 2;

/// `credential/enroll`: what to set up, and for a phone which number.
pub(crate) fn select_enroll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    if visit.transaction.step == Step::Promote {
        return factor::webauthn::enroll(visit, body);
    }
    let Some(id) = text(body, "/authenticator/id") else {
        return Answer::note(StatusCode::BAD_REQUEST, "authenticator", message::missing());
    };
    let open = visit
        .account()
        .and_then(|account| journey::open(visit.policy(), visit.transaction, account));
    let chosen = open.and_then(|open| {
        let chosen = Authenticator::from_id(id).filter(|chosen| open.list.contains(chosen))?;
        Some((chosen, open.skip))
    });
    match chosen {
        Some((Authenticator::Email, skip)) => journey::enroll_email(visit, skip),
        Some((Authenticator::OktaVerify, skip)) => factor::okta_verify::begin(visit, body, skip),
        Some((Authenticator::Phone, skip)) => enroll_phone(visit, body, skip),
        Some((authenticator, skip)) => {
            visit.transaction.drop_pending();
            factor::begin_enroll(visit, authenticator);
            visit.transaction.step = Step::Enroll {
                authenticator,
                skip,
            };
            Answer::page()
        }
        None => Answer::says(StatusCode::BAD_REQUEST, message::bad_request()),
    }
}

/// With a way and a number the code goes out; with less the page asks for them.
fn enroll_phone(visit: &mut Visit<'_>, body: &Value, skip: bool) -> Answer {
    let method = text(body, "/authenticator/methodType");
    let number = text(body, "/authenticator/phoneNumber")
        .map(str::trim)
        .filter(|number| !number.is_empty());
    let asked = matches!(visit.transaction.step, Step::EnrollmentData { .. });
    visit.transaction.drop_pending();
    visit.transaction.step = Step::EnrollmentData { skip };

    let is_form = body.pointer("/authenticator/methodType").is_some()
        || body.pointer("/authenticator/phoneNumber").is_some();
    let (Some(method), Some(number)) = (method, number) else {
        let mut missing = Vec::new();
        if asked && is_form && method.is_none() {
            missing.push(("authenticator.methodType".to_owned(), message::missing()));
        }
        if asked && is_form && number.is_none() {
            missing.push(("authenticator.phoneNumber".to_owned(), message::missing()));
        }
        let status = if missing.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        return Answer::notes(status, missing);
    };
    let Some(channel) = Channel::to_phone(method) else {
        return Answer::note(
            StatusCode::BAD_REQUEST,
            "authenticator.methodType",
            message::missing(),
        );
    };
    if !phone::takes(channel, number) {
        return Answer::says(StatusCode::BAD_REQUEST, message::invalid_phone());
    }
    visit.send(Authenticator::Phone, channel, number);
    visit.transaction.step = Step::Enroll {
        authenticator: Authenticator::Phone,
        skip,
    };
    Answer::page()
}

/// `challenge`: what to verify with, and whether and how a code may be sent.
pub(crate) fn select_verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(id) = text(body, "/authenticator/id") else {
        return Answer::note(StatusCode::BAD_REQUEST, "authenticator", message::missing());
    };
    let candidates = visit
        .account()
        .map(|account| journey::verifiable(visit.policy(), visit.transaction, account))
        .unwrap_or_default();
    let Some(chosen) = Authenticator::from_id(id).filter(|chosen| candidates.contains(chosen))
    else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let method = text(body, "/authenticator/methodType");
    let asked = visit.transaction.step
        == Step::VerificationData {
            authenticator: chosen,
        };
    if chosen == Authenticator::OktaVerify {
        return factor::okta_verify::choose(visit, body, asked);
    }
    let Some((address, number)) = visit
        .account()
        .map(|account| (account.email.clone(), account.phone.clone()))
    else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let sent = match chosen {
        // The one method of email need not be named by somebody who was asked for it.
        Authenticator::Email => {
            (asked || method == Some("email")).then_some((Channel::Email, address))
        }
        Authenticator::Phone => {
            // Where nobody is to learn who has an account, a number that is not there is treated like one.
            let number = number.or_else(|| visit.policy().private.then(String::new));
            method.and_then(Channel::to_phone).zip(number)
        }
        _ => None,
    };
    visit.transaction.drop_pending();
    match sent {
        Some((channel, to)) => {
            visit.send(chosen, channel, &to);
            visit.transaction.step = Step::Challenge {
                authenticator: chosen,
            };
            Answer::page()
        }
        None if !chosen.asks_before_sending() => {
            factor::begin_challenge(visit, chosen);
            visit.transaction.step = Step::Challenge {
                authenticator: chosen,
            };
            Answer::page()
        }
        None if asked => Answer::note(
            StatusCode::BAD_REQUEST,
            "authenticator.methodType",
            message::missing(),
        ),
        None => {
            visit.transaction.step = Step::VerificationData {
                authenticator: chosen,
            };
            Answer::page()
        }
    }
}

/// `challenge/resend`: a new code the same way; the old one is dead.
pub(crate) fn resend(visit: &mut Visit<'_>) -> Answer {
    if let Some(answer) = factor::okta_verify::send_again(visit) {
        return answer;
    }
    let Some(challenge) = visit.transaction.challenge.clone() else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    if let Some(wait) = too_often(visit, challenge.channel.method()) {
        return Answer::wait(wait);
    }
    visit.send(challenge.authenticator, challenge.channel, &challenge.to);
    Answer::page()
}

/// Counts one more sending by a channel. `Some` if it is one too many before so long.
pub(crate) fn too_often(visit: &mut Visit<'_>, channel: &'static str) -> Option<Duration> {
    let now = visit.now;
    let resends = &mut visit.transaction.resends;
    resends.retain(|(_, at)| left(*at + RESEND_WINDOW, now).is_some());
    let recent: Vec<SystemTime> = resends
        .iter()
        .filter(|(by, _)| *by == channel)
        .map(|(_, at)| *at)
        .collect();
    if let [oldest, ..] = recent[..]
        && recent.len() >= RESENDS
    {
        return Some(left(oldest + RESEND_WINDOW, now).unwrap_or_default());
    }
    resends.push((channel, now));
    None
}

fn left(until: SystemTime, now: SystemTime) -> Option<Duration> {
    until
        .duration_since(now)
        .ok()
        .filter(|left| !left.is_zero())
}

/// `challenge/answer`: a password, a code, an answer.
pub(crate) fn answer(visit: &mut Visit<'_>, body: &Value) -> Answer {
    match visit.transaction.step {
        Step::Enroll { authenticator, .. } => match authenticator {
            Authenticator::Duo => factor::duo::enroll(visit, body),
            Authenticator::Hologram => factor::hologram::enroll(visit, body),
            Authenticator::Question => factor::question::enroll(visit, body),
            Authenticator::GoogleOtp => factor::totp::enroll(visit, body),
            Authenticator::WebAuthn => factor::webauthn::enroll(visit, body),
            _ => with_passcode(visit, body, enroll_passcode),
        },
        Step::Challenge { authenticator } => match authenticator {
            Authenticator::AccessCode => with_passcode(visit, body, factor::access_code::verify),
            Authenticator::Duo => factor::duo::verify(visit, body),
            Authenticator::Hologram => factor::hologram::verify(visit, body),
            Authenticator::Question => factor::question::verify(visit, body),
            Authenticator::GoogleOtp => factor::totp::verify(visit, body),
            Authenticator::WebAuthn => factor::webauthn::verify(visit, body),
            Authenticator::OktaVerify => factor::okta_verify::verify(visit, body),
            _ => with_passcode(visit, body, verify_passcode),
        },
        Step::Reenroll { .. } => with_passcode(visit, body, |visit, passcode| {
            new_password(visit, passcode).unwrap_or_else(|| journey::advance(visit))
        }),
        Step::Reset => {
            let everywhere = body
                .pointer("/credentials/revokeSessions")
                .and_then(Value::as_bool)
                == Some(true);
            with_passcode(visit, body, |visit, passcode| {
                new_password(visit, passcode).unwrap_or_else(|| recovered(visit, everywhere))
            })
        }
        _ => Answer::says(StatusCode::BAD_REQUEST, message::bad_request()),
    }
}

fn with_passcode(
    visit: &mut Visit<'_>,
    body: &Value,
    answer: impl FnOnce(&mut Visit<'_>, &str) -> Answer,
) -> Answer {
    match text(body, "/credentials/passcode") {
        Some(passcode) => answer(visit, passcode),
        None => Answer::note(
            StatusCode::BAD_REQUEST,
            "credentials.passcode",
            message::missing(),
        ),
    }
}

fn enroll_passcode(visit: &mut Visit<'_>, passcode: &str) -> Answer {
    let password = matches!(
        visit.transaction.step,
        Step::Enroll {
            authenticator: Authenticator::Password,
            ..
        }
    );
    if password {
        return new_password(visit, passcode).unwrap_or_else(|| journey::advance(visit));
    }
    match code(visit, passcode) {
        Err(refused) => refused,
        Ok((channel, to)) => enrolled(visit, channel, to),
    }
}

fn verify_passcode(visit: &mut Visit<'_>, passcode: &str) -> Answer {
    let Step::Challenge { authenticator } = visit.transaction.step else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    if authenticator == Authenticator::Password {
        let right = visit
            .account_mut()
            .is_some_and(|account| account.signs_in_with(passcode));
        if !right {
            return Answer::says(StatusCode::UNAUTHORIZED, message::incorrect_password());
        }
        visit.transaction.prove(Authenticator::Password, "pwd");
        return journey::advance(visit);
    }
    match code(visit, passcode) {
        Err(refused) => refused,
        Ok((channel, _)) => {
            visit.transaction.prove(authenticator, amr(channel));
            verified(visit)
        }
    }
}

/// Whether the code is the one that was sent; if so, how it was and where to.
fn code(visit: &mut Visit<'_>, passcode: &str) -> Result<(Channel, String), Answer> {
    let now = visit.now;
    let Some(challenge) = visit.transaction.challenge.as_mut() else {
        return Err(wrong_code());
    };
    match challenge.answer(passcode, now) {
        Verdict::Right => {
            let sent = (challenge.channel, challenge.to.clone());
            visit.transaction.drop_challenge();
            Ok(sent)
        }
        Verdict::Wrong => Err(wrong_code()),
        Verdict::Wait(wait) => Err(Answer::wait(wait)),
    }
}

fn wrong_code() -> Answer {
    Answer::note(
        StatusCode::UNAUTHORIZED,
        "credentials.passcode",
        message::wrong_code(),
    )
}

/// Takes a new password, or says why not.
fn new_password(visit: &mut Visit<'_>, passcode: &str) -> Option<Answer> {
    let now = visit.now;
    let refused = visit
        .account_mut()
        .and_then(|account| account.set_password(passcode, now).err());
    let said = match refused {
        None => {
            visit.transaction.prove(Authenticator::Password, "pwd");
            return None;
        }
        Some(Refused::Requirements) => message::password_requirements(&password::requirements()),
        Some(Refused::Common) => message::password_common(),
    };
    Some(Answer::note(
        StatusCode::BAD_REQUEST,
        "credentials.passcode",
        said,
    ))
}

/// An address or a number was proved to be theirs.
fn enrolled(visit: &mut Visit<'_>, channel: Channel, to: String) -> Answer {
    let now = visit.now;
    if let Some(account) = visit.account_mut() {
        account.updated = now;
        match channel {
            Channel::Email => account.email_proved = true,
            Channel::Sms | Channel::Voice => account.phone = Some(to),
        }
    }
    let authenticator = if channel == Channel::Email {
        Authenticator::Email
    } else {
        Authenticator::Phone
    };
    visit.transaction.prove(authenticator, amr(channel));
    journey::advance(visit)
}

/// After a proof at a sign-in the next one; in a recovery the next one or the new password; a locked account opens.
pub(crate) fn verified(visit: &mut Visit<'_>) -> Answer {
    visit.transaction.drop_pending();
    if visit.transaction.unlocking {
        if let Some(account) = visit.account_mut() {
            account.unlock();
        }
        visit.transaction.end(Ending::Unlocked);
        return Answer::page();
    }
    if visit.transaction.recovering {
        let next = visit
            .account()
            .map(|account| journey::verifiable(visit.policy(), visit.transaction, account));
        return match next {
            Some(next) if !next.is_empty() => journey::verify_one_of(visit, &next),
            _ => {
                visit.transaction.step = Step::Reset;
                Answer::page()
            }
        };
    }
    let used = visit.transaction.proofs.last().copied();
    if let Some(account) = visit.account_mut() {
        account.last_used = used;
    }
    journey::advance(visit)
}

/// The password is new: the recovery is over, and what was proved in it counts for the sign-in.
fn recovered(visit: &mut Visit<'_>, everywhere: bool) -> Answer {
    visit.transaction.recovering = false;
    if everywhere && let Some(person) = visit.transaction.person.as_deref() {
        visit.grants.end_all_of(person);
        visit.sessions.end_all_of(person);
    }
    if let Some(link) = visit.transaction.link.take() {
        visit.links.spend(&link);
    }
    if !visit.switches.recovery_signs_in {
        visit.transaction.end(Ending::Recovered);
        return Answer::page();
    }
    journey::advance(visit)
}

/// How a code came, as `amr` says it.
fn amr(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
        Channel::Voice => "tel",
    }
}
