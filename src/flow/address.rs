//! The guide's addresses. The org decides the step and the address follows it; an address that somebody opens says what
//! they came for.

use crate::idx::{Remediation, Step, Transaction};
use crate::oauth::Purpose;

/// What an address may ask for beside the page: how it is spelt in the query, what `interact` calls it (protocol reference,
/// 1.2), and what somebody came for who has it.
pub const WISHES: [(&str, &str, Option<Purpose>); 7] = [
    (
        "activation_token",
        "activation_token",
        Some(Purpose::SignUp),
    ),
    ("activationToken", "activation_token", Some(Purpose::SignUp)),
    ("recovery_token", "recovery_token", Some(Purpose::Recover)),
    ("recoveryToken", "recovery_token", Some(Purpose::Recover)),
    ("login_hint", "login_hint", None),
    ("acr_values", "acr_values", None),
    ("max_age", "max_age", None),
];

/// A place in this app, as its path under the app's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `/`
    Home,
    /// `/debug`, for developers
    Debug,
    /// `/login`
    Login,
    /// `/register`
    Register,
    /// `/recover`
    Recover,
    /// `/unlock`
    Unlock,
    /// `/activate`: a device's code is typed here.
    Activate,
    /// `/select-authenticator`
    SelectAuthenticator,
    /// `/enroll-authenticator/{key}`
    EnrollAuthenticator(String),
    /// `/enroll-authenticator/{key}/enrollment-data`
    EnrollmentData(String),
    /// `/challenge-authenticator/{key}`
    ChallengeAuthenticator(String),
    /// `/reset-password`
    ResetPassword,
    /// `/login/callback`
    Callback,
    /// Any other remediation, by its name: `/step/{name}`
    Step(String),
    /// A path that this app has not.
    Unknown,
}

impl Address {
    /// Reads a path under the app's root, with or without a slash at its start.
    pub fn parse(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] | ["index.html"] => Self::Home,
            ["debug"] => Self::Debug,
            ["login"] => Self::Login,
            ["register"] => Self::Register,
            ["recover"] => Self::Recover,
            ["unlock"] => Self::Unlock,
            ["activate"] => Self::Activate,
            ["select-authenticator"] => Self::SelectAuthenticator,
            ["enroll-authenticator", key] => Self::EnrollAuthenticator((*key).to_owned()),
            ["enroll-authenticator", key, "enrollment-data"] => {
                Self::EnrollmentData((*key).to_owned())
            }
            ["challenge-authenticator", key] => Self::ChallengeAuthenticator((*key).to_owned()),
            ["reset-password"] => Self::ResetPassword,
            ["login", "callback"] => Self::Callback,
            ["step", name] => Self::Step((*name).to_owned()),
            _ => Self::Unknown,
        }
    }

    /// The path under the app's root, without a slash at its start.
    pub fn path(&self) -> String {
        match self {
            Self::Home | Self::Unknown => String::new(),
            Self::Debug => "debug".to_owned(),
            Self::Login => "login".to_owned(),
            Self::Register => "register".to_owned(),
            Self::Recover => "recover".to_owned(),
            Self::Unlock => "unlock".to_owned(),
            Self::Activate => "activate".to_owned(),
            Self::SelectAuthenticator => "select-authenticator".to_owned(),
            Self::EnrollAuthenticator(key) => ["enroll-authenticator/", key].concat(),
            Self::EnrollmentData(key) => {
                ["enroll-authenticator/", key, "/enrollment-data"].concat()
            }
            Self::ChallengeAuthenticator(key) => ["challenge-authenticator/", key].concat(),
            Self::ResetPassword => "reset-password".to_owned(),
            Self::Callback => "login/callback".to_owned(),
            Self::Step(name) => ["step/", name].concat(),
        }
    }

    /// Where a remediation lives.
    pub fn of(remediation: &Remediation) -> Self {
        let key = || {
            remediation
                .about
                .as_ref()
                .map_or_else(|| "other".to_owned(), |about| segment(&about.key))
        };
        match remediation.step {
            Step::Identify => Self::Login,
            Step::EnrollProfile => Self::Register,
            Step::IdentifyRecovery => Self::Recover,
            Step::SelectAuthenticatorUnlockAccount => Self::Unlock,
            Step::UserCode => Self::Activate,
            Step::SelectAuthenticatorEnroll | Step::SelectAuthenticatorAuthenticate => {
                Self::SelectAuthenticator
            }
            Step::AuthenticatorEnrollmentData => Self::EnrollmentData(key()),
            Step::EnrollAuthenticator
            | Step::EnrollPoll
            | Step::SelectEnrollmentChannel
            | Step::EnrollmentChannelData => Self::EnrollAuthenticator(key()),
            Step::ChallengeAuthenticator
            | Step::AuthenticatorVerificationData
            | Step::ChallengePoll => Self::ChallengeAuthenticator(key()),
            Step::ResetAuthenticator
            | Step::ReenrollAuthenticator
            | Step::ReenrollAuthenticatorWarning => Self::ResetPassword,
            _ => Self::Step(segment(&remediation.form.name)),
        }
    }

    /// The remediation of a transaction that lives here: the page it is shown on.
    pub fn within(&self, transaction: &Transaction) -> Option<usize> {
        transaction
            .remediations
            .iter()
            .position(|remediation| Self::of(remediation) == *self)
    }

    /// The remediation that leads here from a transaction's current page, by nothing but a press.
    pub fn towards(&self, transaction: &Transaction) -> Option<usize> {
        let step = match self {
            Self::Login => Step::SelectIdentify,
            Self::Register => Step::SelectEnrollProfile,
            Self::Unlock => Step::UnlockAccount,
            _ => return None,
        };
        transaction.position(step)
    }

    /// What somebody came for who opens this address.
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::Register => Purpose::SignUp,
            Self::Recover => Purpose::Recover,
            Self::Unlock => Purpose::Unlock,
            _ => Purpose::SignIn,
        }
    }
}

/// A name from the wire as one part of a path.
fn segment(name: &str) -> String {
    let kept: String = name
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect();
    if kept.is_empty() {
        "other".to_owned()
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for address in [
            Address::Home,
            Address::Debug,
            Address::Login,
            Address::Register,
            Address::SelectAuthenticator,
            Address::EnrollAuthenticator("okta_email".to_owned()),
            Address::EnrollmentData("phone_number".to_owned()),
            Address::ChallengeAuthenticator("okta_email".to_owned()),
            Address::Callback,
            Address::Step("poll".to_owned()),
        ] {
            assert_eq!(Address::parse(&address.path()), address);
        }
        assert_eq!(Address::parse("/nothing/here"), Address::Unknown);
        assert_eq!(Address::parse("//login/"), Address::Login);
    }
}
