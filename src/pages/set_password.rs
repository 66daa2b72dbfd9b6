//! Set password and Reset password: two boxes, and the rules ticked as one types.

use super::card::{Card, Icon, Part};
use super::{generic, words};
use crate::idx::{Remediation, Step, Transaction};
use crate::text::Text;

/// A new password.
pub(super) fn page(transaction: &Transaction, remediation: &Remediation, heading: Text) -> Card {
    let mut card = Card::new(&remediation.form.name, heading);
    card.icon = matches!(
        remediation.step,
        Step::ReenrollAuthenticator | Step::ReenrollAuthenticatorWarning
    )
    .then_some(Icon::Lock);
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
        let mut input = words::input(field);
        input.label = Text::NewPassword.words().to_owned();
        input.autocomplete = "new-password";
        input.missing = Text::EnterNewPassword.words().to_owned();
        let mut person = transaction.names.clone();
        person.extend(
            transaction
                .identifier
                .clone()
                .map(|name| ("identifier".to_owned(), name)),
        );
        card.parts.push(Part::NewPassword {
            input,
            rules: rules.clone(),
            person,
            twice: true,
        });
    }
    card.submit = Some(Text::Submit.words().to_owned());
    card
}
