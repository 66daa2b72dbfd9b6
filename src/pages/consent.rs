//! Yes or no: what an app may do, whether it was you, whether to stay signed in.

use super::card::{Button, Card, Icon, Part, Press};
use super::generic;
use super::words::fill;
use crate::idx::{Control, Remediation, Step, Transaction};
use crate::text::Text;

/// The field that a step asks yes or no for, if that is what it does.
pub(super) fn asks(remediation: &Remediation) -> Option<&'static str> {
    let path = match remediation.step {
        Step::Consent
        | Step::GranularConsent
        | Step::AdminConsent
        | Step::EmailChallengeConsent => "consent",
        Step::KeepMeSignedIn => "keepMeSignedIn",
        _ => return None,
    };
    remediation.form.field(path).is_some().then_some(path)
}

/// Two buttons instead of a choice and a button.
#[inline(never)]
pub(super) fn page(transaction: &Transaction, remediation: &Remediation, path: &str) -> Card {
    let (heading, yes, no) = match remediation.step {
        Step::EmailChallengeConsent => (Text::WasItYou, Text::ItWasMe, Text::NotMe),
        Step::KeepMeSignedIn => (Text::KeepSignedIn, Text::Yes, Text::No),
        _ => (Text::ConsentHeading, Text::Allow, Text::Deny),
    };
    let mut card = Card::new(&remediation.form.name, heading);
    card.icon = Some(Icon::Lock);
    match remediation.step {
        Step::EmailChallengeConsent => card.intro.push(Text::WasItYouIntro.words().to_owned()),
        Step::KeepMeSignedIn => {}
        _ => {
            let app = transaction
                .app
                .label
                .as_deref()
                .unwrap_or(Text::ThisApp.words());
            card.intro.push(fill(Text::ConsentIntro, &[app]));
        }
    }
    let scopes = match remediation
        .form
        .field("optedScopes")
        .map(|field| &field.control)
    {
        Some(Control::Group(scopes)) => scopes.as_slice(),
        _ => &[],
    };
    // What cannot be left out is told; the rest is to tick.
    let told = if scopes.is_empty() {
        remediation.details.clone()
    } else {
        scopes
            .iter()
            .filter(|scope| scope.fixed() && scope.visible)
            .map(|scope| {
                (
                    scope.label.clone(),
                    scope.description.clone().unwrap_or_default(),
                )
            })
            .collect()
    };
    if !told.is_empty() {
        card.parts.push(Part::Claims(told));
    }
    let others = remediation
        .form
        .shown()
        .into_iter()
        .filter(|field| field.path != path);
    card.parts.extend(others.map(generic::part));
    card.given.push((path.to_owned(), "true".to_owned()));
    card.submit = Some(yes.words().to_owned());
    card.others.push(Button::new(
        no.words(),
        Press::Answer(path.to_owned(), "false".to_owned()),
    ));
    card
}
