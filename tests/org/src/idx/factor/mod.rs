//! What the authenticators differ in: one file each, with how it is set up and how it is proved (protocol 4.3).
//!
//! [`super::prove`] decides which of them is meant; [`super::enroll_page`] and [`super::sign_in_page`] put what stands
//! here on their pages.

pub(crate) mod question;
pub(crate) mod totp;

use serde_json::{Value, json};

use super::visit::Visit;
use crate::authenticator::Authenticator;

/// The fields of `credentials` on the page that sets an authenticator up.
pub(crate) fn enroll_fields(authenticator: Authenticator) -> Value {
    match authenticator {
        Authenticator::Password => passcode("Enter password", true),
        Authenticator::Question => question::enroll_field(),
        _ => passcode("Enter code", false),
    }
}

/// The field `credentials` on the page that asks for a proof.
pub(crate) fn challenge_fields(visit: &Visit<'_>, authenticator: Authenticator) -> Value {
    match authenticator {
        Authenticator::Password => passcode("Password", true),
        Authenticator::Question => question::challenge_field(visit),
        _ => passcode("Enter code", false),
    }
}

fn passcode(label: &str, secret: bool) -> Value {
    let mut field = json!({"name": "passcode", "label": label});
    if secret {
        field["secret"] = json!(true);
    }
    super::form::credentials(json!([field]))
}
