//! Sign In; and its neighbours, on which a person says who they are or types a password they have.

use super::card::{Action, Button, Card, Icon, Part, Press};
use super::{generic, passkey, words};
use crate::idx::{Remediation, Step, Transaction};
use crate::oauth::Purpose;
use crate::text::Text;

/// Sign In: the fields the org asks for, and the ways out.
pub(super) fn page(transaction: &Transaction, remediation: &Remediation, purpose: Purpose) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::SignIn);
    let name_first = remediation.form.field("credentials.passcode").is_none();
    if purpose == Purpose::Recover && name_first {
        card.intro.push(Text::RecoverLater.words().to_owned());
    }
    card.parts = generic::parts(remediation);
    // The browser lists passkeys at the name where there is a challenge for one.
    if transaction
        .find(Step::PasskeyAutofill)
        .is_some_and(passkey::picks)
    {
        for part in &mut card.parts {
            if let Part::Input(input) = part
                && input.name == "identifier"
            {
                input.autocomplete = "username webauthn";
            }
        }
    }
    card.submit = Some(Text::Next.words().to_owned());
    if transaction.recover.is_some() {
        card.links.push(Button::new(
            Text::ForgotPassword.words(),
            Press::Act(Action::Recover),
        ));
    }
    for (step, label) in [
        (Step::UnlockAccount, Text::UnlockAccount),
        (Step::SelectEnrollProfile, Text::SignUp),
    ] {
        if let Some(at) = transaction.position(step) {
            card.links
                .push(Button::new(label.words(), generic::reach(transaction, at)));
        }
    }
    card
}

/// Who wants to get back in.
#[inline(never)]
pub(super) fn recovery(remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::RecoverHeading);
    card.intro.push(Text::RecoverIntro.words().to_owned());
    card.parts = generic::parts(remediation);
    card.submit = Some(Text::Next.words().to_owned());
    card
}

/// The password alone, where the org asked for the name first.
#[inline(never)]
pub(super) fn password(transaction: &Transaction, remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::VerifyPassword);
    card.icon = Some(Icon::Lock);
    card.parts
        .extend(transaction.identifier.clone().map(Part::Whose));
    card.parts
        .extend(remediation.form.shown().into_iter().map(|field| {
            if field.secret {
                Part::Input(words::input(field))
            } else {
                generic::part(field)
            }
        }));
    card.submit = Some(Text::Next.words().to_owned());
    if transaction.recover.is_some() {
        card.links.push(Button::new(
            Text::ForgotPassword.words(),
            Press::Act(Action::Recover),
        ));
    }
    card
}
