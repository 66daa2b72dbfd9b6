//! Sign Up: the attributes the org asks for, in its order.

use super::card::{Card, Part};
use super::generic;
use crate::idx::{Remediation, Step};
use crate::text::Text;

/// Sign Up, and the same form when somebody who signs in owes an attribute.
pub(super) fn page(remediation: &Remediation) -> Card {
    let updates = remediation.step == Step::ProfileUpdate
        || remediation.form.href.ends_with("/enroll/update");
    let mut card = Card::new(
        &remediation.form.name,
        if updates {
            Text::GenericHeading
        } else {
            Text::SignUp
        },
    );
    card.parts = generic::parts(remediation);
    for part in &mut card.parts {
        // A password chosen with the profile is a new one.
        if let Part::Input(input) = part
            && input.kind == "password"
        {
            input.autocomplete = "new-password";
        }
    }
    card.submit = Some(
        if updates {
            Text::Continue
        } else {
            Text::SignUp
        }
        .words()
        .to_owned(),
    );
    card
}
