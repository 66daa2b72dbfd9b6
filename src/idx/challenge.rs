//! An app on the person's device that answers for them: how it is reached, and what the org is told if it is not.

use super::{Answers, Form, wire};
use crate::json::Value;

/// A challenge for an app on the device (protocol reference, 4.3.6, `signed_nonce`).
#[derive(Clone, Debug, PartialEq)]
pub struct Challenge {
    /// How the app is reached.
    pub reach: Reach,
    /// As it came.
    raw: Value,
    /// Tells the org that nobody waits any more.
    cancel: Option<Form>,
}

/// How an app on the device is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It listens on a port of this device.
    Loopback,
    /// A link opens it.
    Link,
    /// The browser itself answers, if an administrator manages it; a page cannot know.
    Browser,
    /// In a way that is newer than this app, or that needs nothing of the page.
    Other,
}

/// Why the org is told to wait no more (protocol reference, 4.3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// No port of this device answers.
    Unreachable,
    /// The app refused, with this status; none if its answer did not come.
    Refused(Option<u16>),
    /// The person wants another way.
    Canceled,
}

impl Challenge {
    /// The challenge of a response, before a person is known (`authenticatorChallenge`) or after.
    pub(super) fn read(root: &Value, holders: &[&Value]) -> Option<Self> {
        let method = |raw: &Value| {
            Some(match raw.text("challengeMethod")? {
                "LOOPBACK" => Reach::Loopback,
                "CUSTOM_URI" | "UNIVERSAL_LINK" | "APP_LINK" => Reach::Link,
                "CHROME_DTC" => Reach::Browser,
                _ => Reach::Other,
            })
        };
        holders.iter().find_map(|holder| {
            let context = wire::object(holder.get("contextualData"));
            let raw = context.map_or(Some(*holder), |context| {
                wire::object(context.get("challenge"))
            })?;
            let cancel = holder.get("cancel");
            Some(Self {
                reach: method(raw)?,
                raw: raw.clone(),
                cancel: cancel.and_then(|cancel| Form::read(cancel, root)),
            })
        })
    }

    /// A text in it: `challengeRequest`, `href`, `downloadHref`.
    pub fn text(&self, name: &str) -> &str {
        self.raw.text(name).unwrap_or_default()
    }

    /// How long to wait at each port, in milliseconds.
    pub fn patience(&self) -> u32 {
        let patience = self.raw.get("probeTimeoutMillis").and_then(Value::as_u32);
        patience.unwrap_or(100).clamp(10, 5_000)
    }

    /// Where an app may listen, in the order to ask in: `http://localhost:8769`. Only names that cannot mean another
    /// machine: what resolves elsewhere, as names under the vendor's domains may, could hand the challenge to anybody.
    pub fn places(&self) -> Vec<String> {
        let mut places = Vec::new();
        let domain = self.text("domain");
        if domain == "http://localhost" || domain == "http://127.0.0.1" {
            for port in self.raw.get("ports").map_or(&[][..], Value::items) {
                let port = port.as_u32().unwrap_or_default();
                if (1..=65_535).contains(&port) && places.len() < 16 {
                    places.push([domain, ":", &port.to_string()].concat());
                }
            }
        }
        places
    }

    /// What tells the org that nobody waits any more, if it takes that; [`Stop::answers`] says why.
    pub fn cancel(&self) -> Option<&Form> {
        self.cancel.as_ref()
    }
}

impl Stop {
    /// The reason as the org wants to read it.
    pub fn answers(self) -> Answers {
        let (reason, status) = match self {
            Self::Unreachable => ("OV_UNREACHABLE_BY_LOOPBACK", None),
            Self::Refused(status) => ("OV_RETURNED_ERROR", status),
            Self::Canceled => ("USER_CANCELED", None),
        };
        let status = status.map_or(Value::Null, |status| Value::Number(f64::from(status)));
        let mut answers = Answers::new();
        answers.also("reason", Value::String(reason.to_owned()));
        answers.also("statusCode", status);
        answers
    }
}
