//! Security keys and passkeys: one button, and then the browser asks.

use super::card::{Button, Card, Icon, Press};
use super::words::{self, fill};
use crate::idx::{Remediation, Step, Transaction};
use crate::text::Text;

/// A key to set up, or one to prove who one is with.
#[inline(never)]
pub(super) fn page(transaction: &Transaction, remediation: &Remediation) -> Card {
    let named = |text: Text| {
        let about = remediation.about.as_ref()?;
        Some(fill(text, &[&words::name(about, "")]))
    };
    let promoted = remediation.step == Step::EnrollPromotion;
    let asked = remediation.ceremony.as_ref();
    let (general, heading, label) = match asked.is_some_and(|asked| asked.creates) {
        true if promoted => (Text::SetUpPasskey, None, Text::SetUpPasskey),
        true => (Text::SetUpPasskey, named(Text::SetUpNamed), Text::SetUp),
        false => (Text::Passkey, named(Text::VerifyNamed), Text::Verify),
    };
    let mut card = Card::new(&remediation.form.name, general);
    card.heading = heading.unwrap_or(card.heading);
    card.icon = Some(Icon::Key);
    if asked.is_none_or(|asked| asked.options.is_none()) {
        card.intro.push(Text::KeyUnable.words().to_owned());
        return card;
    }
    if promoted {
        card.intro.push(Text::PromotionIntro.words().to_owned());
    }
    card.intro.push(Text::KeyIntro.words().to_owned());
    card.others.extend(
        transaction
            .remediations
            .iter()
            .position(|other| std::ptr::eq(other, remediation))
            .map(|at| Button::new(label.words(), Press::Perform(at)).primary()),
    );
    card
}

/// Whether a passkey can be picked for this one from wherever the person is.
pub(super) fn picks(remediation: &Remediation) -> bool {
    matches!(
        remediation.step,
        Step::LaunchPasskeysAuthenticator | Step::PasskeyAutofill
    ) && remediation
        .ceremony
        .as_ref()
        .is_some_and(|asked| asked.options.is_some())
}
