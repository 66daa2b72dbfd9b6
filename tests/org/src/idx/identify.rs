//! Who is it: sign-in, the registration form, the start of a recovery (protocol 5.1 to 5.3, 5.8).

use axum::http::StatusCode;
use serde_json::Value;

use super::profile_page::{Profile, read_attributes, read_profile};
use super::visit::{Answer, Visit, text};
use super::{federated, journey};
use crate::authenticator::Authenticator;
use crate::deadline;
use crate::message;
use crate::people::Account;
use crate::policy::{Asked, Enrollment};
use crate::transaction::{Ending, Step};

/// `identify`, from the first page or from the first page of a recovery.
pub(crate) fn identify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let at = visit.transaction.step.clone();
    let wants_password = at == Step::Identify && !visit.policy().identifier_first;
    let login = text(body, "/identifier")
        .map(str::trim)
        .filter(|login| !login.is_empty());
    let passcode = text(body, "/credentials/passcode");

    let mut missing = Vec::new();
    if login.is_none() {
        missing.push(("identifier".to_owned(), message::missing()));
    }
    if wants_password && passcode.is_none() {
        missing.push(("credentials.passcode".to_owned(), message::missing()));
    }
    let Some(login) = login.filter(|_| missing.is_empty()) else {
        return Answer::notes(StatusCode::BAD_REQUEST, missing);
    };
    if let Err(unknown) = name(visit, login) {
        return unknown;
    }
    if wants_password {
        let right = match (visit.account_mut(), passcode) {
            (Some(account), Some(passcode)) => account.signs_in_with(passcode),
            _ => false,
        };
        if !right {
            visit.transaction.forget_name();
            return Answer::says(StatusCode::UNAUTHORIZED, message::authentication_failed());
        }
        visit.transaction.prove(Authenticator::Password, "pwd");
    }
    visit.transaction.identifier = Some(login.to_owned());
    visit.transaction.remember = body.get("rememberMe").and_then(Value::as_bool);
    visit.transaction.rotate(visit.now);
    match at {
        Step::IdentifyRecovery => start_recovery(visit),
        Step::UnlockIdentify => {
            visit.transaction.step = Step::SelectUnlock;
            Answer::page()
        }
        _ => journey::advance(visit),
    }
}

/// Takes a name for whose transaction this is. Unknown ones are told with status 200, as a warning (protocol 5.2), or not
/// at all where nobody is to learn who has an account: then somebody made up goes the same way as anybody.
pub(crate) fn name(visit: &mut Visit<'_>, login: &str) -> Result<(), Answer> {
    visit.transaction.forget_name();
    let known = visit.people.named(login);
    if let Some(account) = known.filter(|account| !account.staged) {
        visit.transaction.person = Some(account.id.clone());
        return Ok(());
    }
    if known.is_some() && !visit.policy().private {
        if visit.transaction.step == Step::IdentifyRecovery {
            visit.transaction.end(Ending::NotActive);
            return Err(Answer::page());
        }
        let failed = message::authentication_failed();
        return Err(Answer::says(StatusCode::UNAUTHORIZED, failed));
    }
    if !visit.policy().private {
        return Err(Answer::says(StatusCode::OK, message::unknown_user(login)));
    }
    visit.transaction.stranger = Some(Account::stranger(login, visit.now));
    Ok(())
}

/// `identify/select`: back from the registration form.
pub(crate) fn select_identify(visit: &mut Visit<'_>) -> Answer {
    if visit.transaction.vouched.is_some() {
        visit.transaction.restart(visit.now);
    }
    visit.transaction.step = Step::Identify;
    Answer::page()
}

/// `enroll`: to the registration form.
pub(crate) fn select_enroll_profile(visit: &mut Visit<'_>) -> Answer {
    visit.transaction.recovering = false;
    visit.transaction.step = Step::EnrollProfile;
    Answer::page()
}

/// `enroll/new` and `enroll/update`: the registration form, or what is asked at a sign-in.
pub(crate) fn enroll_profile(visit: &mut Visit<'_>, body: &Value) -> Answer {
    match visit.transaction.step {
        Step::ProfileUpdate => update_profile(visit, body),
        _ => register(visit, body),
    }
}

fn register(visit: &mut Visit<'_>, body: &Value) -> Answer {
    if !visit.switches.registration {
        visit.transaction.step = Step::Identify;
        return Answer::says(StatusCode::BAD_REQUEST, message::registration_unavailable());
    }
    let profile = match read_profile(body, visit.policy().attributes(Asked::SignUp)) {
        Ok(profile) => profile,
        Err(problems) => return Answer::notes(StatusCode::BAD_REQUEST, problems),
    };
    let taken = visit.people.named(&profile.email).is_some();
    if taken && !visit.policy().private {
        return Answer::note(
            StatusCode::BAD_REQUEST,
            "userProfile.email",
            message::not_unique("Email"),
        );
    }
    let Profile {
        first_name,
        last_name,
        email,
        attributes,
    } = profile;
    let mut account = Account::new(&email, &first_name, &last_name, visit.now);
    account.attributes = attributes;
    account.locks_after = visit.policy().locks_after;
    if let Some(vouched) = visit.transaction.vouched.take() {
        visit.transaction.identifier = Some(email);
        federated::take_in(visit, account, &vouched);
        visit.transaction.rotate(visit.now);
        return journey::advance(visit);
    }
    visit.transaction.identifier = Some(email);
    visit.transaction.forget_name();
    visit.transaction.taken = taken;
    visit.transaction.draft = Some(account);
    visit.transaction.signing_up = true;
    visit.transaction.rotate(visit.now);

    // Email as the one required authenticator needs no list: its code page comes at once.
    let required: Vec<_> = visit.policy().with(Enrollment::Required).collect();
    if required == [Authenticator::Email] {
        journey::enroll_email(visit, false)
    } else {
        journey::advance(visit)
    }
}

fn update_profile(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(account) = visit.account() else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let questions = journey::questions(visit.policy(), account);
    let attributes = match read_attributes(body, questions.into_iter()) {
        Ok(attributes) => attributes,
        Err(problems) => return Answer::notes(StatusCode::BAD_REQUEST, problems),
    };
    let now = visit.now;
    if let Some(account) = visit.account_mut() {
        account.attributes.extend(attributes);
        account.questions_asked = true;
        account.updated = now;
    }
    journey::advance(visit)
}

/// `skip`: leaves the page that may be left.
pub(crate) fn skip(visit: &mut Visit<'_>) -> Answer {
    let due = visit.transaction.due.is_some();
    match visit.transaction.step {
        Step::ProfileUpdate => {
            if let Some(account) = visit.account_mut() {
                account.questions_asked = true;
            }
        }
        Step::Reenroll { .. } => visit.transaction.later = true,
        Step::Promote => visit.transaction.promoted = true,
        _ if due => {
            visit.transaction.postponed = true;
            let mode = visit.switches.deadline;
            if let Some(account) = visit.account_mut() {
                deadline::put_off(account, mode);
            }
        }
        _ => visit.transaction.skipped = true,
    }
    journey::advance(visit)
}

/// `recover`: somebody forgot their password.
pub(crate) fn recover(visit: &mut Visit<'_>) -> Answer {
    visit.transaction.recovering = true;
    visit.transaction.forget_proofs();
    if visit.account().is_some() {
        return start_recovery(visit);
    }
    visit.transaction.step = Step::IdentifyRecovery;
    Answer::page()
}

fn start_recovery(visit: &mut Visit<'_>) -> Answer {
    let Some(account) = visit.account() else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let candidates = journey::verifiable(visit.policy(), visit.transaction, account);
    journey::verify_one_of(visit, &candidates)
}
