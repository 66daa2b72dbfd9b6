//! What the authenticators differ in: one file each, with how it is set up and how it is proved (protocol 4.3).
//!
//! [`super::prove`] decides which of them is meant; [`super::enroll_page`] and [`super::sign_in_page`] put what stands
//! here on their pages.

pub(crate) mod access_code;
pub(crate) mod duo;
pub(crate) mod hologram;
pub(crate) mod okta_verify;
pub(crate) mod question;
pub(crate) mod totp;
pub(crate) mod webauthn;

use serde_json::{Value, json};

use super::visit::Visit;
use crate::authenticator::Authenticator;

/// The fields of `credentials` on the page that sets an authenticator up.
pub(crate) fn enroll_fields(authenticator: Authenticator) -> Value {
    match authenticator {
        Authenticator::Password => passcode("Enter password", true),
        Authenticator::Duo => duo::field(),
        Authenticator::Hologram => hologram::field(),
        Authenticator::Question => question::enroll_field(),
        Authenticator::WebAuthn => webauthn::enroll_field(),
        _ => passcode("Enter code", false),
    }
}

/// The field `credentials` on the page that asks for a proof.
pub(crate) fn challenge_fields(visit: &Visit<'_>, authenticator: Authenticator) -> Value {
    match authenticator {
        Authenticator::Password => passcode("Password", true),
        Authenticator::AccessCode => passcode("Enter code", true),
        Authenticator::Duo => duo::field(),
        Authenticator::Hologram => hologram::field(),
        Authenticator::OktaVerify => okta_verify::code_field(),
        Authenticator::Question => question::challenge_field(visit),
        Authenticator::WebAuthn => webauthn::challenge_field(visit),
        _ => passcode("Enter code", false),
    }
}

/// What a page has to hand out before anybody can answer it, new with each choice of the authenticator.
pub(crate) fn begin_enroll(visit: &mut Visit<'_>, authenticator: Authenticator) {
    match authenticator {
        Authenticator::Duo => duo::begin(visit),
        Authenticator::GoogleOtp => totp::begin(visit),
        Authenticator::WebAuthn => webauthn::begin_enroll(visit),
        _ => {}
    }
}

/// The same for a proof.
pub(crate) fn begin_challenge(visit: &mut Visit<'_>, authenticator: Authenticator) {
    match authenticator {
        Authenticator::Duo => duo::begin(visit),
        Authenticator::WebAuthn => webauthn::begin_challenge(visit),
        _ => {}
    }
}

fn passcode(label: &str, secret: bool) -> Value {
    let mut field = json!({"name": "passcode", "label": label});
    if secret {
        field["secret"] = json!(true);
    }
    super::form::credentials(json!([field]))
}
