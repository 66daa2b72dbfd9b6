//! What comes next: the order in which an org asks (protocol 5.1 to 5.3, 5.11).

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;

use super::factor;
use super::session;
use super::visit::{Answer, Visit};
use crate::authenticator::{Authenticator, Channel};
use crate::deadline;
use crate::grants::Granted;
use crate::message;
use crate::people::Account;
use crate::policy::{Asked, Assurance, Attribute, Enrollment, Passkeys, Policy, Recovery};
use crate::state::Maintenance;
use crate::transaction::{Due, Ending, Purpose, Step, Transaction};

/// What can be set up now, and whether it may be left.
pub(crate) struct Open {
    pub(crate) list: Vec<Authenticator>,
    pub(crate) skip: bool,
}

/// The open authenticators: the required ones together; then those that the policy still wants one of; then what is due
/// by a deadline; then the others, which may be left.
pub(crate) fn open(policy: &Policy, transaction: &Transaction, account: &Account) -> Option<Open> {
    let without = |wanted| {
        policy
            .with(wanted)
            .filter(|one| one.is_set_up_by_people() && !account.has(*one))
            .filter(|one| !(account.from_idp && *one == Authenticator::Password))
            .collect::<Vec<_>>()
    };
    let found = |list: Vec<Authenticator>, skip| (!list.is_empty()).then_some(Open { list, skip });

    let required = found(without(Enrollment::Required), false);
    let owed = || {
        let (rule, proofs) = assurance(policy, transaction, account);
        let helpful = without(Enrollment::Optional)
            .into_iter()
            .filter(|one| rule.helped_by(&proofs, *one));
        found(helpful.collect(), false)
    };
    let optional = || {
        let asked = (transaction.signing_up || transaction.enrolled) && !transaction.skipped;
        asked
            .then(|| without(Enrollment::Optional))
            .and_then(|list| found(list, true))
    };
    let due = transaction
        .due
        .filter(|due| !account.has(due.authenticator));
    let due = due.and_then(|due| found(vec![due.authenticator], !due.now));
    required.or_else(owed).or(due).or_else(optional)
}

/// The rule of this run and what counts for it: at sign-up what is set up, at sign-in what was proved.
fn assurance(
    policy: &Policy,
    transaction: &Transaction,
    account: &Account,
) -> (Assurance, Vec<Authenticator>) {
    if transaction.signing_up {
        let known = account
            .authenticators()
            .into_iter()
            .filter(|one| policy.knows(*one));
        return (policy.sign_up, known.collect());
    }
    let two = match transaction.asked.acr_values.as_deref() {
        Some("urn:okta:loa:2fa:any") => true,
        Some("urn:okta:loa:2fa:any:ifpossible") => {
            account
                .authenticators()
                .into_iter()
                .filter(|one| policy.knows(*one))
                .count()
                >= 2
        }
        _ => false,
    };
    let own = policy.sign_in_of(&account.groups);
    let password = transaction.asked.acr_values.as_deref() == Some("urn:okta:loa:1fa:pwd");
    let own = if transaction.remembered && !two {
        own.without_second()
    } else {
        own
    };
    let rule = match own.met(&transaction.proofs) {
        true if two => Assurance::AnyTwo,
        true if password => Assurance::Password,
        _ => own,
    };
    (rule, transaction.proofs.clone())
}

/// What this person can prove next.
pub(crate) fn verifiable(
    policy: &Policy,
    transaction: &Transaction,
    account: &Account,
) -> Vec<Authenticator> {
    if transaction.unlocking {
        return policy.unlock.clone();
    }
    if transaction.recovering {
        return recovering(policy, transaction, account);
    }
    let (rule, proofs) = assurance(policy, transaction, account);
    let enrolled = account.authenticators().into_iter();
    let mut candidates: Vec<_> = enrolled
        .filter(|one| policy.knows(*one) && rule.helped_by(&proofs, *one))
        .collect();
    // The one used last is on top. Who has proved nothing is told nothing about that.
    if !proofs.is_empty() {
        candidates.sort_by_key(|one| account.last_used != Some(*one));
    }
    candidates
}

/// What somebody who forgot their password can prove next; nothing, once that is enough.
fn recovering(policy: &Policy, transaction: &Transaction, account: &Account) -> Vec<Authenticator> {
    let proved = |one: &Authenticator| transaction.proofs.contains(one);
    let Recovery { by, then } = &policy.recovery;
    if !by.iter().any(proved) {
        // The address on file serves even where email is no authenticator. Where nobody is to learn who has an account
        // the list is everybody's.
        let open = |one: &Authenticator| {
            policy.private || *one == Authenticator::Email || account.has(*one)
        };
        return by.iter().copied().filter(open).collect();
    }
    let left = then.iter().copied();
    left.filter(|one| account.has(*one) && !proved(one))
        .collect()
}

/// The questions of a sign-in that this person has not answered.
pub(crate) fn questions<'a>(policy: &'a Policy, account: &Account) -> Vec<&'a Attribute> {
    if account.questions_asked {
        return Vec::new();
    }
    policy
        .attributes(Asked::SignIn)
        .filter(|asked| !account.attributes.contains_key(&asked.name))
        .collect()
}

/// Goes to the next page.
pub(crate) fn advance(visit: &mut Visit<'_>) -> Answer {
    visit.transaction.drop_pending();
    let person = visit.transaction.person.as_deref();
    visit.transaction.remembered =
        person.is_some_and(|person| visit.sessions.remembers(visit.browser, person, visit.now));
    let Some(account) = visit.account() else {
        visit.transaction.step = Step::Identify;
        return Answer::page();
    };
    let (policy, transaction) = (visit.policy(), &*visit.transaction);
    let (rule, proofs) = assurance(policy, transaction, account);
    let met = rule.met(&proofs);

    if !transaction.signing_up && !met {
        let candidates = verifiable(policy, transaction, account);
        if !candidates.is_empty() {
            return verify_one_of(visit, &candidates);
        }
    }
    visit.transaction.due = met.then(|| due(visit)).flatten();
    let open = visit
        .account()
        .and_then(|account| open(visit.policy(), visit.transaction, account));
    match open {
        Some(open) if !open.skip && visit.switches.maintenance == Maintenance::ReadOnly => {
            visit.transaction.end(Ending::NothingToSetUp);
            return Answer::page();
        }
        Some(open) if !open.skip => {
            visit.transaction.step = Step::SelectEnroll { skip: false };
            // What is due by a deadline is asked for alone.
            visit.transaction.enrolled |= visit.transaction.due.is_none();
            return Answer::page();
        }
        Some(_) | None if !met => return unsatisfiable(visit),
        Some(_) | None => {}
    }
    if let Err(taken) = welcome(visit) {
        return taken;
    }
    finish(visit)
}

/// Everything required is there: the optional ones, the questions, then the end.
fn finish(visit: &mut Visit<'_>) -> Answer {
    let Some(account) = visit.account() else {
        return unsatisfiable(visit);
    };
    let (policy, transaction) = (visit.policy(), &*visit.transaction);
    if !account.assigned {
        visit.transaction.restart(visit.now);
        return Answer::says(StatusCode::BAD_REQUEST, message::not_assigned());
    }
    let denied = policy.denial.as_ref();
    if denied.is_some_and(|denial| account.groups.contains(&denial.group)) {
        visit.transaction.end(Ending::Denied);
        return Answer::page();
    }
    let typed = transaction.methods.contains(&"pwd");
    match days_left(policy, account, visit.now).filter(|_| typed) {
        Some(0) => {
            visit.transaction.step = Step::Reenroll { skip: false };
            return Answer::page();
        }
        Some(_) if !transaction.later => {
            visit.transaction.step = Step::Reenroll { skip: true };
            return Answer::page();
        }
        Some(_) | None => {}
    }
    if open(policy, transaction, account).is_some() {
        visit.transaction.step = Step::SelectEnroll { skip: true };
        return Answer::page();
    }
    if !transaction.signing_up && !questions(policy, account).is_empty() {
        visit.transaction.step = Step::ProfileUpdate;
        return Answer::page();
    }
    if session::asks_to_keep(visit) {
        visit.transaction.step = Step::KeepMeSignedIn;
        return Answer::page();
    }
    if offers_passkey(policy, transaction) {
        factor::webauthn::begin_enroll(visit);
        visit.transaction.step = Step::Promote;
        return Answer::page();
    }
    if visit.switches.odd_remediation && !transaction.shaded {
        visit.transaction.step = Step::Shade;
        return Answer::page();
    }
    if policy.consent.is_some() && !transaction.consented {
        visit.transaction.step = Step::Consent;
        return Answer::page();
    }
    let person = account.id.clone();
    let auth_time = session::settle(visit, &person);
    let transaction = &*visit.transaction;
    let granted = Granted {
        asked: transaction.asked.clone(),
        person,
        methods: amr(transaction),
        auth_time,
        hosted: transaction.purpose == Purpose::Hosted,
        bound_to: None,
    };
    if let Purpose::Device { user_code } = &transaction.purpose {
        let user_code = user_code.clone().unwrap_or_default();
        let let_in = visit.grants.let_in(&user_code, granted, visit.now);
        visit.transaction.end(match let_in {
            true => Ending::DeviceActivated,
            false => Ending::DeviceUnknown,
        });
        return Answer::page();
    }
    let code = visit.grants.issue_code(granted, visit.now);
    visit.transaction.step = Step::Done { code };
    Answer::page()
}

/// How many days somebody's password still lasts, the last one begun counting as whole, once they are to be told.
pub(crate) fn days_left(policy: &Policy, account: &Account, now: SystemTime) -> Option<u64> {
    const DAY: u64 = 24 * 3600;
    let age = policy.password_age?;
    let end = account.password_since + Duration::from_secs(age.days.saturating_mul(DAY));
    let left = end.duration_since(now).unwrap_or_default().as_secs();
    let days = left.div_ceil(DAY);
    (days <= age.warn_days).then_some(days)
}

/// What has to be set up by a deadline, at a sign-in of somebody who has not put it off yet.
fn due(visit: &mut Visit<'_>) -> Option<Due> {
    if visit.transaction.signing_up || visit.transaction.postponed {
        return None;
    }
    let (mode, now) = (visit.switches.deadline, visit.now);
    let deadline = visit.policy().deadline?;
    deadline::due(deadline, mode, visit.account_mut()?, now)
}

/// Whether a passkey is offered: to those who typed a password, once.
fn offers_passkey(policy: &Policy, transaction: &Transaction) -> bool {
    let proved = |one| transaction.proofs.contains(&one);
    policy.passkeys == Some(Passkeys::Autofill)
        && !transaction.signing_up
        && !transaction.promoted
        && proved(Authenticator::Password)
        && !proved(Authenticator::WebAuthn)
}

/// How they proved to be themselves, `mfa` where two kinds were used.
fn amr(transaction: &Transaction) -> Vec<&'static str> {
    let several = transaction.proofs.len() >= 2;
    transaction
        .methods
        .iter()
        .copied()
        .chain(several.then_some("mfa"))
        .collect()
}

/// Somebody who has set up what is required becomes one of the org's people.
fn welcome(visit: &mut Visit<'_>) -> Result<(), Answer> {
    let Some(mut account) = visit.transaction.draft.take() else {
        return Ok(());
    };
    let id = account.id.clone();
    account.staged = false;
    if visit.people.add(account).is_err() {
        // The same address was finished in another transaction meanwhile.
        visit.transaction.step = Step::EnrollProfile;
        visit.transaction.signing_up = false;
        let taken = message::not_unique("Email");
        return Err(Answer::note(
            StatusCode::BAD_REQUEST,
            "userProfile.email",
            taken,
        ));
    }
    visit.transaction.person = Some(id);
    if let Some(link) = visit.transaction.link.take() {
        visit.links.spend(&link);
    }
    Ok(())
}

fn unsatisfiable(visit: &mut Visit<'_>) -> Answer {
    visit.transaction.restart(visit.now);
    Answer::says(
        StatusCode::FORBIDDEN,
        message::unsatisfiable(&visit.policy().app.label),
    )
}

/// One candidate is taken without a question, several are a list.
pub(crate) fn verify_one_of(visit: &mut Visit<'_>, candidates: &[Authenticator]) -> Answer {
    if candidates == [Authenticator::OktaVerify] {
        factor::okta_verify::ask(visit);
        return Answer::page();
    }
    if let [one] = candidates {
        factor::begin_challenge(visit, *one);
    }
    visit.transaction.step = match candidates {
        [one] if !one.asks_before_sending() => Step::Challenge {
            authenticator: *one,
        },
        [one] => Step::VerificationData {
            authenticator: *one,
        },
        _ => Step::SelectVerify,
    };
    Answer::page()
}

/// Sends a code to an address to be set up, and shows the page for it.
pub(crate) fn enroll_email(visit: &mut Visit<'_>, skip: bool) -> Answer {
    let Some(to) = visit.account().map(|account| account.email.clone()) else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    visit.send(Authenticator::Email, Channel::Email, &to);
    visit.transaction.step = Step::Enroll {
        authenticator: Authenticator::Email,
        skip,
    };
    Answer::page()
}
