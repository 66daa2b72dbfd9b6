//! The pages' content: what stands on each, as plain values. One file a wireframe; [`crate::flow`] in, [`Card`] out.
//!
//! Nothing here draws, so each page is a native test; `ui` draws any card without knowing which page it is.

mod bounds;
mod card;
mod check;
mod choose_authenticator;
mod consent;
#[cfg(not(target_arch = "wasm32"))]
mod first;
mod generic;
mod passkey;
mod password_rules;
mod phone_number;
mod problems;
mod question;
mod rehearsal;
mod set_password;
mod sign_in;
mod sign_up;
mod signed_in;
mod stopped;
mod verification_code;
mod words;

pub use crate::flow::AGAIN;
pub use card::{
    Action, Button, Card, Choice, CodeKind, Icon, Input, Mark, Part, Press, State, Variant,
};
pub use check::{COUNTRY, Checked, EXTENSION, Raw, bare, check, draft};
#[cfg(not(target_arch = "wasm32"))]
pub use first::first;
pub use password_rules::{RuleLine, lines as rule_lines};
pub use phone_number::shown_back;
pub use problems::{Notice, Problem, notices, problems, said};
pub use rehearsal::rehearsal;
pub use stopped::{config_problem, unconfigured};
pub use words::fill;

use crate::config::Config;
use crate::flow::{Address, Flow, Phase};
use crate::idx::{Control, Field, Hint, Kind, Remediation, Step, Transaction};
use crate::oauth::Purpose;
use crate::text::Text;

/// The page of a flow.
pub fn card(flow: &Flow, config: &Config) -> Card {
    let mut card = page(flow, config);
    bounds::shorten(&mut card);
    if config.debug && card.step != "debug" {
        card.trace = Some(Button::new(Text::Developer.words(), Press::Trace));
    }
    for button in card
        .links
        .iter_mut()
        .chain(&mut card.others)
        .chain(&mut card.trace)
    {
        button.address = address(&button.press, flow).map(|address| address.path());
    }
    card
}

fn page(flow: &Flow, config: &Config) -> Card {
    match &flow.phase {
        Phase::Loading => Card::new(card::LOADING, Text::Loading),
        Phase::Failed(failure) => stopped::failed(failure, config),
        Phase::Step { .. } => step(flow, config),
        _ => later(flow, config),
    }
}

/// Whether a page is the form of Sign In as nearly all orgs have it: then the first module of the app draws it, and reads
/// what is typed, without the second.
pub fn is_first(remediation: &Remediation) -> bool {
    let plain = |field: &&Field| match &field.control {
        Control::Text => field.hint != Some(Hint::Country) && field.path != "phoneNumber",
        Control::Flag | Control::Fixed | Control::Group(_) => true,
        Control::Choice { .. } | Control::Variants(_) => false,
    };
    remediation.step == Step::Identify && remediation.form.shown().iter().all(plain)
}

/// The pages beside those of a transaction. They are of the second module, as all that only they call.
#[inline(never)]
fn later(flow: &Flow, config: &Config) -> Card {
    match &flow.phase {
        Phase::Home(Some(session)) => signed_in::page(session),
        Phase::Home(None) => signed_in::nobody(flow, config),
        Phase::Inside { at, title, .. } => signed_in::inside(*at, title),
        Phase::Stopped(transaction) => stopped::terminal(transaction),
        Phase::Astray { .. } => stopped::astray(),
        Phase::Carried(code) => stopped::carried(code),
        Phase::Traced { trace, .. } => stopped::traced(trace),
        Phase::LinkOpened(session) => stopped::link_opened(session),
        _ => stopped::unknown(),
    }
}

fn step(flow: &Flow, config: &Config) -> Card {
    let Some((transaction, remediation)) = flow.shown() else {
        return Card::new(card::LOADING, Text::Loading);
    };
    let mut card = match remediation.step {
        Step::Identify => sign_in::page(transaction, remediation, flow.purpose),
        _ => later_step(flow, transaction, remediation),
    };
    if flow.by_link {
        card.intro.insert(0, stopped::whose(transaction));
    }
    card.others
        .extend(generic::beside(transaction, remediation, &card));
    card.links
        .extend(generic::ways(transaction, remediation, &card));
    // Where this page can do nothing, the org's own can.
    let stuck = card.submit.is_none() && card.others.is_empty() && flow.polling().is_none();
    if stuck || (config.hosted_sign_in && remediation.step == Step::Identify) {
        card.links.push(stopped::hosted(config));
    }
    card
}

/// The pages of all steps but the first. They are of the second module, as all that only they call. Each is a function of its
/// own: a browser compiles a function when it is first called, the whole of it.
#[inline(never)]
fn later_step(flow: &Flow, transaction: &Transaction, remediation: &Remediation) -> Card {
    let kind = remediation.about.as_ref().map(|about| about.kind);
    match (remediation.step, kind) {
        (Step::RedirectIdp | Step::PivIdp, _) if remediation.form.navigates => {
            generic::elsewhere(remediation)
        }
        _ if remediation.ceremony.is_some() => passkey::page(transaction, remediation),
        (Step::IdentifyRecovery, _) => sign_in::recovery(remediation),
        (Step::EnrollProfile | Step::ProfileUpdate, _) => sign_up::page(remediation),
        (Step::SelectAuthenticatorEnroll | Step::SelectAuthenticatorAuthenticate, _) => {
            choose_authenticator::page(transaction, remediation)
        }
        (Step::EnrollAuthenticator, Some(Kind::Password)) => {
            set_password::page(transaction, remediation, Text::SetPassword)
        }
        (Step::ResetAuthenticator, Some(Kind::Password)) => {
            set_password::page(transaction, remediation, Text::ResetPassword)
        }
        (Step::ReenrollAuthenticator, Some(Kind::Password)) => {
            set_password::page(transaction, remediation, Text::PasswordExpired)
        }
        (Step::ReenrollAuthenticatorWarning, Some(Kind::Password)) => {
            set_password::page(transaction, remediation, Text::PasswordExpiring)
        }
        (Step::ChallengeAuthenticator, Some(Kind::Password)) => {
            sign_in::password(transaction, remediation)
        }
        (Step::EnrollAuthenticator | Step::ChallengeAuthenticator, Some(kind))
            if verification_code::fits(remediation, kind) =>
        {
            verification_code::page(transaction, remediation, flow)
        }
        (Step::EnrollAuthenticator | Step::ChallengeAuthenticator, Some(Kind::Question)) => {
            question::page(remediation)
        }
        (Step::AuthenticatorEnrollmentData, Some(Kind::Phone)) => phone_number::page(remediation),
        (Step::AuthenticatorVerificationData, Some(Kind::Email | Kind::Phone)) => {
            verification_code::ask(remediation)
        }
        _ => match consent::asks(remediation) {
            Some(path) => consent::page(transaction, remediation, path),
            None => generic::page(transaction, remediation),
        },
    }
}

/// The ways from home to the pages of the app behind the door, each by its path and name, for somebody who is signed in.
pub fn add_doors(card: &mut Card, doors: impl Iterator<Item = (&'static str, &'static str)>) {
    for (at, (path, title)) in doors.enumerate() {
        // Whoever has somewhere to go is not here to sign out.
        for other in card.others.iter_mut().skip(at) {
            other.primary = false;
        }
        let mut door = Button::new(title, Press::Visit(path)).primary();
        door.address = Some(path.to_owned());
        card.others.insert(at.min(card.others.len()), door);
    }
}

/// The address that does the same as a press when it is opened on its own, for links that are worth opening in another tab.
fn address(press: &Press, flow: &Flow) -> Option<Address> {
    let of = |at: usize| {
        flow.transaction()
            .and_then(|transaction| transaction.remediations.get(at))
    };
    match press {
        Press::Home => Some(Address::Home),
        Press::Trace => Some(Address::Debug),
        Press::Start(Purpose::SignIn) => Some(Address::Login),
        Press::Start(Purpose::SignUp) => Some(Address::Register),
        Press::Start(Purpose::Recover) | Press::Act(Action::Recover) => Some(Address::Recover),
        Press::Start(Purpose::Unlock) => Some(Address::Unlock),
        Press::Send(at) => match of(*at)?.step {
            Step::SelectEnrollProfile => Some(Address::Register),
            Step::SelectIdentify => Some(Address::Login),
            Step::UnlockAccount => Some(Address::Unlock),
            _ => None,
        },
        _ => None,
    }
}
