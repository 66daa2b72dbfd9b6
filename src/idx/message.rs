//! What the org says to the person.

use super::{MOST, wire};
use crate::json::Value;
use crate::text;

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Something was refused.
    Error,
    /// Something to mind; the step can go on.
    Warning,
    /// Something to know.
    Info,
}

/// A message of the org, at the top of a response or on one of its fields (protocol reference, 3.6).
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// How grave it is. A message without a class counts as information.
    pub class: Class,
    /// The stable name to tell it by; its text is in whatever language the org chose.
    pub key: Option<String>,
    /// What belongs into the text's gaps.
    pub params: Vec<String>,
    /// The org's own words. May be empty.
    pub text: String,
    /// Where the org points to.
    pub links: Vec<Link>,
}

/// An address with the words that name it.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The org's words; the address itself where it has none.
    pub label: String,
    /// The address.
    pub url: String,
}

/// Signing in at another service failed (protocol reference, 6.1).
pub const PROVIDER_FAILED: &str = "idx.identity.provider.auth.error";

/// The transaction goes on in another tab, and can be taken up in this one (protocol reference, 5.7).
pub const ELSEWHERE: [&str; 2] = ["idx.transferred.to.new.tab", "idx.return.to.original.tab"];

/// What was sent fits no form of the page that the transaction is at (protocol reference, 5.11).
pub const UNREAD: &str = "E0000020";

/// Nobody has that name (protocol reference, 6.1).
pub const UNKNOWN_USER: &str = "idx.unknown.user";

/// So many more messages than anybody reads were left out: the first parameter. No org sends it.
pub const MORE: &str = "vestibule.more";

impl Message {
    /// All messages under `messages` of a response, a form or a field, each once.
    pub(super) fn all(holder: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        Self::collect(holder, &mut found);
        found
    }

    /// Adds those under `messages` of one thing to what was found before. Of more than [`MOST`] the rest is counted.
    pub(super) fn collect(holder: &Value, found: &mut Vec<Self>) {
        for raw in wire::list(holder.get("messages")) {
            let message = Self::read(raw);
            if message.text.is_empty() && message.key.is_none() {
                continue;
            }
            if found.len() >= MOST {
                Self::leave_out(&message, found);
            } else if !found.contains(&message) {
                found.push(message);
            }
        }
    }

    fn leave_out(message: &Self, found: &mut Vec<Self>) {
        if found.len() == MOST {
            found.push(Self::ours(Class::Info, MORE, ""));
        }
        if let Some(rest) = found.last_mut() {
            let left_out = if rest.params.is_empty() {
                0
            } else {
                rest.counts()
            };
            rest.params = vec![left_out.saturating_add(1).to_string()];
            // What refuses does so too where nobody reads it.
            if message.refuses() {
                rest.class = Class::Error;
            }
        }
    }

    /// For how many messages it stands: one, but for that of [`MORE`].
    pub fn counts(&self) -> usize {
        let rest = self.params.first().filter(|_| self.is(MORE));
        rest.and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// Adds those of a thing and of whatever lies in it.
    pub(super) fn within(holder: &Value, found: &mut Vec<Self>) {
        Self::collect(holder, found);
        holder
            .items()
            .iter()
            .chain(holder.members().iter().map(|(_, inner)| inner))
            .for_each(|inner| Self::within(inner, found));
    }

    /// A message that the org does not send and means: a way that it does not offer, or a refusal in another form with words
    /// of its own.
    pub fn ours(class: Class, key: &str, words: &str) -> Self {
        Self {
            class,
            key: Some(key.to_owned()),
            params: Vec::new(),
            text: words.to_owned(),
            links: Vec::new(),
        }
    }

    fn read(raw: &Value) -> Self {
        let i18n = raw.get("i18n");
        let mut links: Vec<Link> = raw
            .get("links")
            .map_or(&[][..], Value::items)
            .iter()
            .filter_map(link)
            .collect();
        // What to do where a repair on the device is out of a browser's reach: a link, or a sentence.
        let fallback =
            wire::object(raw.get("deviceRemediation")).and_then(|repair| repair.get("fallback"));
        let sentence = fallback.and_then(|fallback| {
            let message = fallback.get("message")?;
            wire::text(fallback, "message")
                .or_else(|| wire::text(wire::object(Some(message))?, "message"))
        });
        links.extend(fallback.and_then(|fallback| {
            let url = wire::text(fallback, "href")?;
            Some(Link {
                label: sentence.clone().unwrap_or_else(|| url.clone()),
                url,
            })
        }));
        let own = wire::text(raw, "message").unwrap_or_default();
        let text = match sentence.filter(|sentence| !text::has(&own, sentence)) {
            Some(sentence) if own.is_empty() => sentence,
            Some(sentence) => [own.as_str(), " ", &sentence].concat(),
            None => own,
        };
        Self {
            class: match raw.text("class") {
                Some("ERROR") => Class::Error,
                Some("WARNING") => Class::Warning,
                _ => Class::Info,
            },
            key: i18n.and_then(|i18n| wire::text(i18n, "key")),
            params: i18n
                .and_then(|i18n| i18n.get("params"))
                .map_or(&[][..], Value::items)
                .iter()
                .map(Value::scalar)
                .collect(),
            text,
            links,
        }
    }

    /// Whether it stands in the way. Orgs class an unknown name as a warning or as information; it does all the same.
    pub fn refuses(&self) -> bool {
        self.class == Class::Error || self.is(UNKNOWN_USER)
    }

    /// Whether this is the message of that key.
    pub fn is(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }
}

fn link(raw: &Value) -> Option<Link> {
    let url = wire::text(raw, "url").or_else(|| wire::text(raw, "href"))?;
    Some(Link {
        label: wire::text(raw, "label").unwrap_or_else(|| url.clone()),
        url,
    })
}
