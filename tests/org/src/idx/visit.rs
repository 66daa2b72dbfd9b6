//! What one IDX request works with, and what it comes to.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use serde_json::Value;

use crate::authenticator::{Authenticator, Channel};
use crate::challenge::Challenge;
use crate::grants::Grants;
use crate::inbox::Inbox;
use crate::links::{Kind, Links};
use crate::message::Message;
use crate::people::{Account, People};
use crate::policy::Policy;
use crate::session::{Browser, Sessions};
use crate::settings::Settings;
use crate::state::Switches;
use crate::transaction::Transaction;

/// One request of one transaction, and what of the org it may touch.
pub(crate) struct Visit<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) policy: &'a Policy,
    pub(crate) now: SystemTime,
    pub(crate) people: &'a mut People,
    pub(crate) inbox: &'a mut Inbox,
    pub(crate) grants: &'a mut Grants,
    pub(crate) links: &'a mut Links,
    pub(crate) sessions: &'a mut Sessions,
    pub(crate) browser: &'a mut Browser,
    pub(crate) switches: &'a Switches,
    pub(crate) transaction: &'a mut Transaction,
}

impl<'a> Visit<'a> {
    pub(crate) fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(crate) fn account(&self) -> Option<&Account> {
        self.transaction.account(self.people)
    }

    pub(crate) fn account_mut(&mut self) -> Option<&mut Account> {
        self.transaction.account_mut(self.people)
    }

    /// The org's time and the machine's: an app on somebody's phone goes by the latter.
    pub(crate) fn times(&self) -> [SystemTime; 2] {
        [self.now, self.settings.clock.told(self.now)]
    }

    /// Sends a code, and with a mail a link (protocol 1.11). What was sent before is worth nothing from now on.
    pub(crate) fn send(&mut self, authenticator: Authenticator, channel: Channel, to: &str) {
        let mut challenge = Challenge::new(authenticator, channel, to, self.now);
        self.transaction.drop_challenge();
        if self.transaction.stranger.is_some() || self.transaction.taken || to.is_empty() {
            challenge.hollow = true;
            if self.transaction.taken {
                self.tell_owner(to);
            }
            self.transaction.challenge = Some(challenge);
            return;
        }
        let link = (channel == Channel::Email).then(|| {
            let (origin, app) = (&self.settings.origin, &self.transaction.asked.client_id);
            format!("{origin}/email/verify/{app}?token={}", challenge.token)
        });
        self.inbox.send(
            channel,
            to,
            &challenge.code,
            link,
            self.settings.clock.told(self.now),
        );
        self.transaction.challenge = Some(challenge);
    }

    /// Sends somebody a link to a new password or a new account.
    pub(crate) fn mail_link(&mut self, kind: Kind, person: &str) {
        let Some(to) = self.people.get(person).map(|account| account.email.clone()) else {
            return;
        };
        let client = &self.transaction.asked.client_id;
        let token = self.links.add(kind, client, person, self.now);
        let at = self.settings.clock.told(self.now);
        self.inbox
            .invite(kind, &to, self.settings.link(kind, &token), at);
    }

    /// Somebody signs up with an address whose owner has an account: only the owner learns it.
    fn tell_owner(&mut self, to: &str) {
        let text = "Somebody wanted to sign up with this address. You have an account already: sign in, or ask for a new \
                    password. If it was not you, nothing has happened.";
        let at = self.settings.clock.told(self.now);
        self.inbox
            .letter(to, "You have an account already", text, None, at);
    }
}

/// What is said beside the page that the transaction now shows.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) messages: Vec<Message>,
    /// Messages at fields of the first form, each with the field's path.
    pub(crate) notes: Vec<(String, Message)>,
    /// How long to wait before the next try.
    pub(crate) wait: Option<Duration>,
}

impl Answer {
    /// The page, nothing more.
    pub(crate) fn page() -> Self {
        Self {
            status: StatusCode::OK,
            messages: Vec::new(),
            notes: Vec::new(),
            wait: None,
        }
    }

    /// The page with a message at its top.
    pub(crate) fn says(status: StatusCode, message: Message) -> Self {
        Self {
            status,
            messages: vec![message],
            ..Self::page()
        }
    }

    /// The page with messages at its fields.
    pub(crate) fn notes(status: StatusCode, notes: Vec<(String, Message)>) -> Self {
        Self {
            status,
            notes,
            ..Self::page()
        }
    }

    /// The page with one message at one field.
    pub(crate) fn note(status: StatusCode, field: &str, message: Message) -> Self {
        Self::notes(status, vec![(field.to_owned(), message)])
    }

    /// The page, and a time to wait.
    pub(crate) fn wait(wait: Duration) -> Self {
        let said = crate::message::too_many_requests();
        Self {
            wait: Some(wait),
            ..Self::says(StatusCode::TOO_MANY_REQUESTS, said)
        }
    }
}

/// The text at a path of the body, if it is there and not empty.
pub(crate) fn text<'a>(body: &'a Value, path: &str) -> Option<&'a str> {
    body.pointer(path)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}
