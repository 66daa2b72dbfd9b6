//! What a person can prove to be themselves with, and its names on the wire (protocol 4.2).

use serde::Deserialize;
use serde_json::{Value, json};

/// An authenticator that this org knows. In the order of their display names: lists are shown in that order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(crate) enum Authenticator {
    #[serde(rename = "okta_email")]
    Email,
    #[serde(rename = "okta_password")]
    Password,
    #[serde(rename = "phone_number")]
    Phone,
}

impl Authenticator {
    pub(crate) const ALL: [Self; 3] = [Self::Email, Self::Password, Self::Phone];

    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.id() == id)
    }

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Email => "autEm4il0VestibuleOrg",
            Self::Password => "autPassw0rdVestibule1",
            Self::Phone => "autPh0neVestibuleOrg1",
        }
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Email => "okta_email",
            Self::Password => "okta_password",
            Self::Phone => "phone_number",
        }
    }

    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Password => "password",
            Self::Phone => "phone",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Password => "Password",
            Self::Phone => "Phone",
        }
    }

    fn methods(self) -> Value {
        match self {
            Self::Email => json!([{"type": "email"}]),
            Self::Password => json!([{"type": "password"}]),
            Self::Phone => json!([{"type": "sms"}, {"type": "voice"}]),
        }
    }

    /// Something the person has, not something they know.
    pub(crate) fn is_possession(self) -> bool {
        self != Self::Password
    }

    /// The object of protocol 3.7, as it stands in `authenticators`.
    pub(crate) fn object(self) -> Value {
        json!({"type": self.kind(), "key": self.key(), "id": self.id(), "displayName": self.name(), "methods": self.methods()})
    }

    /// Its form inside `select-authenticator-enroll` or `select-authenticator-authenticate` (protocol 3.4).
    pub(crate) fn option_fields(self, enrolling: bool) -> Value {
        let id = json!({"name": "id", "required": true, "value": self.id(), "mutable": false});
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
            Self::Email | Self::Password => {
                json!([id, {"name": "methodType", "required": false, "value": self.kind(), "mutable": false}])
            }
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
