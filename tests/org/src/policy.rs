//! What an org asks of people: data files in `policies/`, one an org.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::authenticator::Authenticator;
use crate::okta_verify;

/// The policies that come with the simulator.
const POLICIES: &[(&str, &str)] = &[
    ("seed", include_str!("../policies/seed.toml")),
    ("signup", include_str!("../policies/signup.toml")),
    (
        "password-only",
        include_str!("../policies/password-only.toml"),
    ),
    (
        "password-optional",
        include_str!("../policies/password-optional.toml"),
    ),
    (
        "custom-attribute",
        include_str!("../policies/custom-attribute.toml"),
    ),
    ("phone", include_str!("../policies/phone.toml")),
    ("mfa-email", include_str!("../policies/mfa-email.toml")),
    ("question", include_str!("../policies/question.toml")),
    ("totp", include_str!("../policies/totp.toml")),
    ("webauthn", include_str!("../policies/webauthn.toml")),
    ("okta-verify", include_str!("../policies/okta-verify.toml")),
    ("help-desk", include_str!("../policies/help-desk.toml")),
    ("odd", include_str!("../policies/odd.toml")),
    ("odd-factor", include_str!("../policies/odd-factor.toml")),
    ("mfa-any", include_str!("../policies/mfa-any.toml")),
    ("passkey", include_str!("../policies/passkey.toml")),
    (
        "resident-key",
        include_str!("../policies/resident-key.toml"),
    ),
    ("consent", include_str!("../policies/consent.toml")),
    (
        "consent-by-scope",
        include_str!("../policies/consent-by-scope.toml"),
    ),
    ("device-code", include_str!("../policies/device-code.toml")),
    ("social", include_str!("../policies/social.toml")),
    ("unlock", include_str!("../policies/unlock.toml")),
    ("recovery", include_str!("../policies/recovery.toml")),
    (
        "password-age",
        include_str!("../policies/password-age.toml"),
    ),
    ("brands", include_str!("../policies/brands.toml")),
    ("activation", include_str!("../policies/activation.toml")),
    ("account", include_str!("../policies/account.toml")),
    ("private", include_str!("../policies/private.toml")),
];

/// An org's rules for sign-up and sign-in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(skip)]
    pub(crate) name: String,
    /// How the app is called, and its links.
    #[serde(default)]
    pub(crate) app: App,
    /// Ask for the name alone first, then for the proofs.
    #[serde(default)]
    pub(crate) identifier_first: bool,
    /// What has to be set up before an account is one.
    pub(crate) sign_up: Assurance,
    /// What has to be proved at a plain sign-in.
    pub(crate) sign_in: Assurance,
    /// Whether people are asked what the app may have.
    #[serde(default)]
    pub(crate) consent: Option<Consent>,
    /// So many wrong passwords lock an account.
    #[serde(default = "ten")]
    pub(crate) locks_after: u32,
    /// What people can open their locked account with. Without any they cannot.
    #[serde(default)]
    pub(crate) unlock: Vec<Authenticator>,
    /// The first page has a box to remember the browser.
    #[serde(default)]
    pub(crate) remember_me: bool,
    /// After two proofs people are asked whether to remember the browser.
    #[serde(default)]
    pub(crate) keep_me_signed_in: bool,
    /// Nobody is told whether somebody has an account.
    #[serde(default)]
    pub(crate) private: bool,
    /// Whether a link in a mail may begin a new account.
    #[serde(default)]
    pub(crate) activation: bool,
    #[serde(default)]
    pub(crate) recovery: Recovery,
    #[serde(default)]
    pub(crate) password_age: Option<PasswordAge>,
    /// Whom the policy does not let in.
    #[serde(default)]
    pub(crate) denial: Option<Denial>,
    /// How Okta Verify is set up and how a device is asked.
    #[serde(default)]
    pub(crate) okta_verify: okta_verify::Rules,
    enrollment: BTreeMap<Authenticator, Enrollment>,
    /// What has to be proved at a sign-in by the people of a group, by the group's name.
    #[serde(default)]
    groups: BTreeMap<String, Assurance>,
    /// Keys that know their owner, and how the first page asks for them.
    pub(crate) passkeys: Option<Passkeys>,
    /// Something to be set up once an admin asks for it.
    pub(crate) deadline: Option<Deadline>,
    #[serde(default)]
    pub(crate) attributes: Vec<Attribute>,
    /// The identity providers beside the org.
    #[serde(default, rename = "idp")]
    pub(crate) idps: Vec<Idp>,
}

/// What the org tells about the app (protocol 3.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) label: String,
    pub(crate) logo: Option<String>,
    pub(crate) terms_of_service: Option<String>,
    pub(crate) privacy_policy: Option<String>,
    pub(crate) client_uri: Option<String>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            label: "Vestibule".to_owned(),
            logo: None,
            terms_of_service: None,
            privacy_policy: None,
            client_uri: None,
        }
    }
}

/// How somebody who forgot their password is known again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recovery {
    /// One of these first. The address on file serves even where email is no authenticator.
    pub(crate) by: Vec<Authenticator>,
    /// Then each of these that they have set up.
    #[serde(default)]
    pub(crate) then: Vec<Authenticator>,
}

impl Default for Recovery {
    fn default() -> Self {
        Self {
            by: vec![Authenticator::Email],
            then: Vec::new(),
        }
    }
}

/// How long a password lasts.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAge {
    pub(crate) days: u64,
    /// So many days before its end people are told.
    pub(crate) warn_days: u64,
}

fn ten() -> u32 {
    10
}

/// Another service that can say who somebody is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Idp {
    /// `0oa…`
    pub(crate) id: String,
    pub(crate) name: String,
    /// `OIDC`, `SAML2`, `GOOGLE` and so on (protocol 4.1).
    pub(crate) kind: String,
}

/// Whether an authenticator must be set up. One that is not named is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Enrollment {
    Required,
    Optional,
}

/// How the first page asks for a key that knows its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Passkeys {
    /// In the list of the name's field, and by a button. They are offered after a sign-in by password.
    Autofill,
    /// By a button that leads to a page of its own.
    Button,
}

/// Something that everybody has to set up, and how long it can be put off.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deadline {
    pub(crate) authenticator: Authenticator,
    /// So many sign-ins.
    pub(crate) skips: u32,
    /// So many days from the first time that they are asked.
    pub(crate) days: u64,
}

/// How people are asked what the app may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Consent {
    #[serde(rename = "plain")]
    Plain,
    /// Each scope can be left out.
    #[serde(rename = "by scope")]
    ByScope,
}

/// A group that is not let in, and what is said to them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Denial {
    pub(crate) group: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) links: Vec<DenialLink>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DenialLink {
    pub(crate) label: String,
    pub(crate) url: String,
}

/// How much proof is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Assurance {
    #[serde(rename = "password")]
    Password,
    #[serde(rename = "password and possession")]
    PasswordAndPossession,
    #[serde(rename = "password and another")]
    PasswordAndAnother,
    #[serde(rename = "any one")]
    AnyOne,
    #[serde(rename = "any two")]
    AnyTwo,
}

/// One more question about a person, beside their names and address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) asked: Asked,
    pub(crate) kind: AttributeKind,
    pub(crate) required: bool,
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
    #[serde(default)]
    pub(crate) options: Vec<Choice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Asked {
    SignUp,
    SignIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AttributeKind {
    Text,
    Select,
    Radio,
    Checkbox,
    Date,
    Number,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) value: String,
}

impl Policy {
    /// The policy of that name among those that come with the simulator.
    pub fn named(name: &str) -> Result<Self, PolicyError> {
        let (_, text) = POLICIES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| PolicyError::Unknown {
                name: name.to_owned(),
            })?;
        Self::read(name, text)
    }

    /// A policy written as the files in `policies/` are.
    pub fn read(name: &str, text: &str) -> Result<Self, PolicyError> {
        let mut policy: Self = toml::from_str(text).map_err(|error| PolicyError::Unreadable {
            name: name.to_owned(),
            reason: error.to_string(),
        })?;
        policy.name = name.to_owned();
        Ok(policy)
    }

    /// Every policy that comes with the simulator and can be read, which a test says of each.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        POLICIES
            .iter()
            .filter_map(|(name, text)| Self::read(name, text).ok())
    }

    /// The names that [`Policy::named`] knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        POLICIES.iter().map(|(name, _)| *name)
    }

    /// This policy's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What has to be proved at a sign-in by somebody of these groups: the first rule that names one of them, else the
    /// plain one.
    pub(crate) fn sign_in_of(&self, groups: &[String]) -> Assurance {
        let own = groups.iter().find_map(|group| self.groups.get(group));
        own.copied().unwrap_or(self.sign_in)
    }

    pub(crate) fn knows(&self, authenticator: Authenticator) -> bool {
        let due = self.deadline.map(|deadline| deadline.authenticator);
        self.enrollment.contains_key(&authenticator) || due == Some(authenticator)
    }

    pub(crate) fn with(&self, wanted: Enrollment) -> impl Iterator<Item = Authenticator> {
        self.enrollment
            .iter()
            .filter(move |(_, enrollment)| **enrollment == wanted)
            .map(|(known, _)| *known)
    }

    pub(crate) fn attributes(&self, asked: Asked) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.asked == asked)
    }
}

impl Assurance {
    /// Whether these proofs are enough.
    pub(crate) fn met(self, proofs: &[Authenticator]) -> bool {
        let password = proofs.contains(&Authenticator::Password);
        match self {
            Self::Password => password,
            Self::PasswordAndPossession => {
                password && proofs.iter().any(|proof| proof.is_possession())
            }
            Self::PasswordAndAnother => {
                password && proofs.iter().any(|proof| *proof != Authenticator::Password)
            }
            Self::AnyOne => !proofs.is_empty(),
            Self::AnyTwo => proofs.len() >= 2,
        }
    }

    /// What is left of it where a second proof need not be asked for.
    pub(crate) fn without_second(self) -> Self {
        match self {
            Self::AnyTwo | Self::AnyOne => Self::AnyOne,
            Self::Password | Self::PasswordAndPossession | Self::PasswordAndAnother => {
                Self::Password
            }
        }
    }

    /// Whether one more proof gets nearer to enough.
    pub(crate) fn helped_by(self, proofs: &[Authenticator], one: Authenticator) -> bool {
        let password = proofs.contains(&Authenticator::Password);
        match self {
            _ if proofs.contains(&one) || self.met(proofs) => false,
            Self::AnyOne | Self::AnyTwo => true,
            Self::Password | Self::PasswordAndPossession | Self::PasswordAndAnother
                if !password =>
            {
                one == Authenticator::Password
            }
            Self::Password => false,
            Self::PasswordAndPossession => one.is_possession(),
            Self::PasswordAndAnother => true,
        }
    }
}

/// Why there is no such policy.
#[derive(Debug)]
pub enum PolicyError {
    /// None has this name.
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// The file says something that this org does not understand.
    Unreadable {
        /// The policy's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => {
                let known: Vec<_> = Policy::names().collect();
                write!(
                    formatter,
                    "There is no policy \"{name}\". There are: {}.",
                    known.join(", ")
                )
            }
            Self::Unreadable { name, reason } => {
                write!(formatter, "The policy \"{name}\" cannot be read: {reason}")
            }
        }
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use Authenticator::{Email, Password, Phone};

    #[test]
    fn every_policy_that_comes_along_can_be_read() {
        for name in Policy::names() {
            assert!(
                Policy::named(name).is_ok_and(|policy| policy.name == name),
                "{name}"
            );
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = Policy::named("sead")
            .expect_err("no such policy")
            .to_string();
        assert!(
            error.contains("sead") && error.contains("seed") && error.contains("mfa-email"),
            "{error}"
        );
    }

    #[test]
    fn a_misspelt_member_is_no_policy() {
        assert!(
            Policy::read(
                "own",
                "sign_up = 'password'\nsing_in = 'password'\n[enrollment]\n"
            )
            .is_err()
        );
    }

    #[test]
    fn a_password_and_a_possession_are_what_the_seed_asks() {
        let rule = Assurance::PasswordAndPossession;
        assert!(
            !rule.met(&[Password]) && !rule.met(&[Email, Phone]) && rule.met(&[Password, Phone])
        );
        assert!(rule.helped_by(&[], Password) && !rule.helped_by(&[], Email));
        assert!(rule.helped_by(&[Password], Email) && !rule.helped_by(&[Password, Email], Phone));
    }
}
