//! Set password and Reset password: two boxes, and the rules ticked as one types.

use super::card::{Card, Icon, Input, Part};
use super::generic;
use super::words::{self, fill};
use crate::idx::{Field, Remediation, Step, Transaction};
use crate::password::Rules;
use crate::text::Text;

/// A new password.
#[inline(never)]
pub(super) fn page(transaction: &Transaction, remediation: &Remediation, heading: Text) -> Card {
    let mut card = Card::new(&remediation.form.name, heading);
    card.icon = matches!(
        remediation.step,
        Step::ReenrollAuthenticator | Step::ReenrollAuthenticatorWarning
    )
    .then_some(Icon::Lock);
    let days = remediation.about.as_ref().and_then(|about| about.days_left);
    card.intro
        .extend(days.map(|days| fill(Text::PasswordDays, &[&days.to_string()])));
    card.parts
        .extend(transaction.identifier.clone().map(Part::Whose));
    let rules = remediation
        .about
        .as_ref()
        .and_then(|about| about.rules.clone())
        .unwrap_or_default();
    for field in remediation.form.shown() {
        if !field.secret {
            card.parts.push(generic::part(field));
            continue;
        }
        let mut person = transaction.names.clone();
        person.extend(
            transaction
                .identifier
                .clone()
                .map(|name| ("identifier".to_owned(), name)),
        );
        card.parts.push(new(field, rules.clone(), person));
    }
    card.submit = Some(Text::Submit.words().to_owned());
    card
}

/// A new password, typed twice.
pub(super) fn new(field: &Field, rules: Rules, person: Vec<(String, String)>) -> Part {
    let input = Input {
        label: Text::NewPassword.words().to_owned(),
        autocomplete: "new-password",
        missing: Text::EnterNewPassword.words().to_owned(),
        ..words::input(field)
    };
    Part::NewPassword {
        input,
        rules,
        person,
        twice: true,
    }
}
