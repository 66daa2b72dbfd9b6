//! Sign Up: the attributes the org asks for, in its order.

use super::card::Card;
use super::{generic, set_password};
use crate::idx::{Field, Remediation, Step};
use crate::text::Text;

/// Sign Up, and the same form when somebody who signs in owes an attribute.
#[inline(never)]
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
    // A password chosen with the profile is a new one; its policy hangs on the field above it.
    let policy = remediation
        .form
        .field("credentials")
        .and_then(|field| field.about.as_ref());
    let rules = policy
        .or(remediation.about.as_ref())
        .and_then(|about| about.rules.clone())
        .unwrap_or_default();
    let part = |field: &Field| match field.path.as_str() {
        "credentials.passcode" => set_password::new(field, rules.clone(), Vec::new()),
        _ => generic::part(field),
    };
    card.parts = remediation.form.shown().into_iter().map(part).collect();
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
