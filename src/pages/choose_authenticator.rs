//! Choose an authenticator: what to set up, or what to verify with.

use super::card::{Button, Card, Icon, Mark, Press, State};
use super::words;
use crate::idx::{Control, Kind, Remediation, Step, Transaction, Variant};
use crate::text::Text;

/// Choose an authenticator, with Skip beside Next where the org sent it.
#[inline(never)]
pub(super) fn page(transaction: &Transaction, remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::ChooseAuthenticator);
    card.icon = Some(Icon::Key);
    let enrolling = remediation.step == Step::SelectAuthenticatorEnroll;
    let skippable = transaction.position(Step::Skip);
    for field in remediation.form.shown() {
        match &field.control {
            Control::Variants(variants) => {
                if enrolling {
                    card.marks = marks(transaction, variants, skippable.is_some());
                    let soon = variants.iter().any(|variant| {
                        let about = variant.about.as_ref();
                        about.is_some_and(|about| words::grace(about).is_some())
                    });
                    card.intro.extend(match skippable {
                        Some(_) if soon => Some(Text::OwedSoon.words().to_owned()),
                        _ => owed(
                            variants.len(),
                            skippable.is_some(),
                            one_suffices(transaction, variants),
                        ),
                    });
                }
                card.parts
                    .push(super::generic::choice_of_forms(field, variants));
            }
            _ => card.parts.push(super::generic::part(field)),
        }
    }
    card.submit = Some(Text::Next.words().to_owned());
    if let Some(skip) = skippable.filter(|_| enrolling) {
        card.others
            .push(Button::new(Text::Skip.words(), Press::Send(skip)).primary());
    }
    card
}

/// Whether the list stands for one thing that is owed: with a password done and only means of possession left, one of
/// them closes it (the guide's second list). What the org still wants after that it asks for in another list.
fn one_suffices(transaction: &Transaction, variants: &[Variant]) -> bool {
    let password_open = variants.iter().any(|variant| {
        variant
            .about
            .as_ref()
            .is_some_and(|about| about.kind == Kind::Password)
    });
    let password_done = transaction
        .enrolled
        .iter()
        .any(|about| about.kind == Kind::Password);
    variants.len() > 1 && password_done && !password_open
}

fn owed(count: usize, skippable: bool, one_suffices: bool) -> Option<String> {
    let text = match (skippable, count) {
        (true, _) => Text::OptionalNow,
        (false, 0 | 1) => return None,
        (false, _) if one_suffices => Text::OneOfThese,
        (false, _) => Text::AllOfThese,
    };
    Some(text.words().to_owned())
}

fn marks(transaction: &Transaction, variants: &[Variant], skippable: bool) -> Vec<Mark> {
    let open = if skippable {
        State::Optional
    } else if one_suffices(transaction, variants) {
        State::OneOwed
    } else {
        State::Owed
    };
    let done = transaction.enrolled.iter().map(|about| Mark {
        label: words::name(about, about.name.as_deref().unwrap_or_default()),
        state: State::Done,
    });
    let owed = variants.iter().map(|variant| Mark {
        label: variant.about.as_ref().map_or_else(
            || variant.label.clone(),
            |about| words::name(about, &variant.label),
        ),
        state: open,
    });
    let marks: Vec<Mark> = done.chain(owed).collect();
    // Before anything is done, the list would only repeat the choices.
    if transaction.enrolled.is_empty() {
        Vec::new()
    } else {
        marks
    }
}
