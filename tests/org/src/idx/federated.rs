//! Somebody comes back from an identity provider (protocol 1.11, 5.6).

use super::journey;
use super::visit::Visit;
use crate::authenticator::Authenticator;
use crate::people::Account;
use crate::policy::Asked;
use crate::transaction::{Ending, Purpose, Step, Vouched};

/// What the identity provider answered.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It knows who it is.
    Vouched(Vouched),
    /// The person, or the provider, does not want to.
    Denied,
    /// It could not say.
    Failed,
}

/// What the browser takes back to the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The interaction code.
    Code(String),
    /// More is to be done in the transaction that the app has.
    More,
    Denied,
    /// The transaction is on the org's own pages, and this is its handle.
    Here(String),
}

/// Goes on with what the provider said.
pub(crate) fn arrive(visit: &mut Visit<'_>, verdict: Verdict) -> Outcome {
    let outcome = judged(visit, verdict);
    match visit.transaction.purpose {
        Purpose::App => outcome,
        Purpose::Hosted | Purpose::Device { .. } => {
            Outcome::Here(visit.transaction.handle().to_owned())
        }
    }
}

fn judged(visit: &mut Visit<'_>, verdict: Verdict) -> Outcome {
    let now = visit.now;
    let vouched = match verdict {
        Verdict::Vouched(vouched) => vouched,
        Verdict::Denied => return Outcome::Denied,
        Verdict::Failed => {
            visit.transaction.end(Ending::IdpFailed);
            visit.transaction.rotate(now);
            return Outcome::More;
        }
    };
    // What was begun here before they left counts for nothing: they may have come back as somebody else.
    visit.transaction.restart(now);
    visit.transaction.identifier = Some(vouched.email.clone());
    visit.transaction.prove(Authenticator::Password, "fed");
    let known = visit.people.named(&vouched.email);
    match known.map(|account| account.id.clone()) {
        Some(id) => visit.transaction.person = Some(id),
        None if lacks_something(visit, &vouched) => {
            visit.transaction.vouched = Some(vouched);
            visit.transaction.step = Step::EnrollProfile;
            return Outcome::More;
        }
        None => {
            let Vouched {
                email,
                first_name,
                last_name,
            } = &vouched;
            let account = Account::new(email, first_name, last_name, now);
            take_in(visit, account, &vouched);
        }
    }
    // What there is to say is on the page that the app asks for next.
    let _ = journey::advance(visit);
    match &visit.transaction.step {
        Step::Done { code } => Outcome::Code(code.clone()),
        _ => Outcome::More,
    }
}

/// Makes somebody new one of the org's people. Their password is the provider's business.
pub(crate) fn take_in(visit: &mut Visit<'_>, mut account: Account, vouched: &Vouched) -> bool {
    account.from_idp = true;
    account.email_proved =
        account.email == vouched.email && visit.policy().knows(Authenticator::Email);
    let id = account.id.clone();
    let added = visit.people.add(account).is_ok();
    if added {
        visit.transaction.person = Some(id);
    }
    added
}

fn lacks_something(visit: &Visit<'_>, vouched: &Vouched) -> bool {
    vouched.first_name.is_empty()
        || vouched.last_name.is_empty()
        || visit
            .policy()
            .attributes(Asked::SignUp)
            .any(|asked| asked.required)
}
