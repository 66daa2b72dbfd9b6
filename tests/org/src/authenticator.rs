//! What a person can prove to be themselves with, and its names on the wire (protocol 4.2).

use serde::Deserialize;
use serde_json::{Value, json};

/// An authenticator that this org knows. In the order of their display names: lists are shown in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) enum Authenticator {
    #[serde(rename = "duo")]
    Duo,
    #[serde(rename = "okta_email")]
    Email,
    #[serde(rename = "google_otp")]
    GoogleOtp,
    #[serde(rename = "hologram")]
    Hologram,
    #[serde(rename = "okta_verify")]
    OktaVerify,
    #[serde(rename = "okta_password")]
    Password,
    #[serde(rename = "phone_number")]
    Phone,
    #[serde(rename = "webauthn")]
    WebAuthn,
    #[serde(rename = "security_question")]
    Question,
    #[serde(rename = "tac")]
    AccessCode,
}

/// How an authenticator is called.
struct Names {
    id: &'static str,
    key: &'static str,
    kind: &'static str,
    name: &'static str,
    methods: &'static [&'static str],
    /// How the ids of what people set up begin.
    enrollment: &'static str,
}

impl Authenticator {
    pub(crate) const ALL: [Self; 10] = [
        Self::Duo,
        Self::Email,
        Self::GoogleOtp,
        Self::Hologram,
        Self::OktaVerify,
        Self::Password,
        Self::Phone,
        Self::WebAuthn,
        Self::Question,
        Self::AccessCode,
    ];

    const fn names(self) -> Names {
        let (id, key, kind, name, methods, enrollment): (_, _, _, _, &[&str], _) = match self {
            Self::Duo => (
                "autDu0VestibuleOrg001",
                "duo",
                "app",
                "Duo Security",
                &["duo"],
                "dsf",
            ),
            Self::Email => (
                "autEm4il0VestibuleOrg",
                "okta_email",
                "email",
                "Email",
                &["email"],
                "eae",
            ),
            Self::GoogleOtp => (
                "autG00gle0tpVestibule",
                "google_otp",
                "app",
                "Google Authenticator",
                &["otp"],
                "uft",
            ),
            // Made up, so that clients meet one that they do not know.
            Self::Hologram => (
                "autH0l0gramVestibule1",
                "hologram",
                "hologram",
                "Hologram Reader",
                &["reading"],
                "hol",
            ),
            Self::OktaVerify => {
                let methods = &["push", "totp"];
                (
                    "autOktaVerifyVestibul",
                    "okta_verify",
                    "app",
                    "Okta Verify",
                    methods,
                    "pfd",
                )
            }
            Self::Password => (
                "autPassw0rdVestibule1",
                "okta_password",
                "password",
                "Password",
                &["password"],
                "lae",
            ),
            Self::Phone => (
                "autPh0neVestibuleOrg1",
                "phone_number",
                "phone",
                "Phone",
                &["sms", "voice"],
                "sms",
            ),
            Self::WebAuthn => {
                let name = "Security Key or Biometric";
                (
                    "autWeb4uthnVestibule1",
                    "webauthn",
                    "security_key",
                    name,
                    &["webauthn"],
                    "fwf",
                )
            }
            Self::Question => {
                let (key, methods) = ("security_question", &["security_question"]);
                (
                    "autQuesti0nVestibule1",
                    key,
                    key,
                    "Security Question",
                    methods,
                    "qae",
                )
            }
            Self::AccessCode => (
                "autTacVestibuleOrg001",
                "tac",
                "tac",
                "Temporary Access Code",
                &["tac"],
                "tac",
            ),
        };
        Names {
            id,
            key,
            kind,
            name,
            methods,
            enrollment,
        }
    }

    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.id() == id)
    }

    pub(crate) fn id(self) -> &'static str {
        self.names().id
    }

    pub(crate) fn key(self) -> &'static str {
        self.names().key
    }

    pub(crate) fn kind(self) -> &'static str {
        self.names().kind
    }

    pub(crate) fn name(self) -> &'static str {
        self.names().name
    }

    /// How the id of what somebody set up begins (protocol 3.7).
    pub(crate) fn enrollment_prefix(self) -> &'static str {
        self.names().enrollment
    }

    fn methods(self) -> Value {
        let methods = self.names().methods.iter();
        methods.map(|method| json!({"type": method})).collect()
    }

    /// Something the person has, not something they know.
    pub(crate) fn is_possession(self) -> bool {
        !matches!(self, Self::Password | Self::Question | Self::AccessCode)
    }

    /// Whether people set it up themselves. A temporary code comes from the help desk.
    pub(crate) fn is_set_up_by_people(self) -> bool {
        self != Self::AccessCode
    }

    /// Whether the person is asked before a code goes out or a device rings (scenarios, part 4, rule 4).
    pub(crate) fn asks_before_sending(self) -> bool {
        matches!(self, Self::Email | Self::Phone | Self::OktaVerify)
    }

    /// The object of protocol 3.7, as it stands in `authenticators`.
    pub(crate) fn object(self) -> Value {
        json!({"type": self.kind(), "key": self.key(), "id": self.id(), "displayName": self.name(), "methods": self.methods()})
    }

    /// Its form inside `select-authenticator-enroll` or `select-authenticator-authenticate` (protocol 3.4).
    pub(crate) fn option_fields(self, enrolling: bool) -> Value {
        let id = json!({"name": "id", "required": true, "value": self.id(), "mutable": false});
        let only = |method: &str| json!({"name": "methodType", "required": false, "value": method, "mutable": false});
        match self {
            Self::Phone => {
                let method = json!({"name": "methodType", "type": "string", "required": false, "options": phone_methods()});
                let number =
                    json!({"name": "phoneNumber", "label": "Phone number", "required": false});
                if enrolling {
                    json!([id, method, number])
                } else {
                    json!([id, method])
                }
            }
            Self::OktaVerify => {
                let method = json!({"name": "methodType", "type": "string", "required": false, "options": crate::idx::device_methods()});
                json!([id, method])
            }
            _ => match self.names().methods {
                [one] => json!([id, only(one)]),
                _ => json!([id]),
            },
        }
    }
}

/// SMS or a call, as a choice.
pub(crate) fn phone_methods() -> Value {
    json!([{"label": "SMS", "value": "sms"}, {"label": "Voice call", "value": "voice"}])
}

/// The way that a code goes to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Email,
    Sms,
    Voice,
}

impl Channel {
    /// The method's name on the wire; the inbox calls the channel so too.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Voice => "voice",
        }
    }

    /// The way to a phone that `methodType` names.
    pub(crate) fn to_phone(method: &str) -> Option<Self> {
        [Self::Sms, Self::Voice]
            .into_iter()
            .find(|channel| channel.method() == method)
    }
}
