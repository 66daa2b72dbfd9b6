//! Where everything that the org sends arrives: mails, SMS, calls.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::authenticator::Channel;
use crate::clock::iso;
use crate::links::Kind;

/// One thing sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// `mail-1`, `mail-2` and so on.
    pub id: String,
    /// When it was sent, ISO 8601.
    pub at: String,
    /// `email`, `sms` or `voice`.
    pub channel: &'static str,
    /// The address or the number.
    pub to: String,
    /// The subject, for a mail.
    pub subject: Option<String>,
    /// What is written or said.
    pub text: String,
    /// The six digits; empty in a mail that is no code's.
    pub code: String,
    /// The link: beside a code it does the same as the code, without one it sets something up.
    pub link: Option<String>,
}

/// Everything sent since the start, oldest first.
#[derive(Default)]
pub(crate) struct Inbox {
    /// Each with the org's time from which on it is there.
    sent: Vec<(SystemTime, Mail)>,
    count: u64,
    now: Option<SystemTime>,
    /// What is sent takes so long.
    pub(crate) delay: Duration,
}

impl Inbox {
    /// So much is kept; what is older goes.
    const KEPT: usize = 500;

    pub(crate) fn send(
        &mut self,
        channel: Channel,
        to: &str,
        code: &str,
        link: Option<String>,
        at: SystemTime,
    ) {
        let (subject, text) = match (channel, &link) {
            (Channel::Email, Some(link)) => (
                Some("Your verification code".to_owned()),
                format!(
                    "Your verification code is {code}. You can also open this link: {link} Both work for 5 minutes."
                ),
            ),
            (Channel::Email, None) => (
                Some("Your verification code".to_owned()),
                format!("Your verification code is {code}. It works for 5 minutes."),
            ),
            (Channel::Sms, _) => (None, format!("Your verification code is {code}.")),
            (Channel::Voice, _) => (
                None,
                format!("Hello. Your verification code is {}.", spelled(code)),
            ),
        };
        self.put(Mail {
            id: String::new(),
            at: iso(at),
            channel: channel.method(),
            to: to.to_owned(),
            subject,
            text,
            code: code.to_owned(),
            link,
        });
    }

    /// The mail that brings a link to a new password or a new account.
    pub(crate) fn invite(&mut self, kind: Kind, to: &str, link: String, at: SystemTime) {
        let (subject, text) = match kind {
            Kind::Recovery => (
                "Choose a new password",
                format!("Open this link to choose a new password: {link} It works for an hour."),
            ),
            Kind::Activation => (
                "Activate your account",
                format!("Open this link to set your account up: {link} It works for a week."),
            ),
        };
        self.letter(to, subject, &text, Some(link), at);
    }

    /// A mail without a code.
    pub(crate) fn letter(
        &mut self,
        to: &str,
        subject: &str,
        text: &str,
        link: Option<String>,
        at: SystemTime,
    ) {
        self.put(Mail {
            id: String::new(),
            at: iso(at),
            channel: Channel::Email.method(),
            to: to.to_owned(),
            subject: Some(subject.to_owned()),
            text: text.to_owned(),
            code: String::new(),
            link,
        });
    }

    /// The address to set Okta Verify up with.
    pub(crate) fn setup(&mut self, channel: Channel, to: &str, address: &str, at: SystemTime) {
        self.put(Mail {
            id: String::new(),
            at: iso(at),
            channel: channel.method(),
            to: to.to_owned(),
            subject: (channel == Channel::Email).then(|| "Set up Okta Verify".to_owned()),
            text: format!("Open this link on the device with Okta Verify: {address}"),
            code: String::new(),
            link: Some(address.to_owned()),
        });
    }

    fn put(&mut self, mail: Mail) {
        self.count += 1;
        let mail = Mail {
            id: format!("mail-{}", self.count),
            ..mail
        };
        let there = self.now.unwrap_or(SystemTime::UNIX_EPOCH) + self.delay;
        self.sent.push((there, mail));
        let superfluous = self.sent.len().saturating_sub(Self::KEPT);
        self.sent.drain(..superfluous);
    }

    /// The org's time, by which what is sent from now on arrives.
    pub(crate) fn at(&mut self, now: SystemTime) -> &mut Self {
        self.now = Some(now);
        self
    }

    /// What has arrived.
    pub(crate) fn all(&self, now: SystemTime) -> Vec<Mail> {
        let there = self.sent.iter().filter(|(at, _)| *at <= now);
        there.map(|(_, mail)| mail.clone()).collect()
    }
}

/// As a voice says it: digit by digit.
fn spelled(code: &str) -> String {
    code.chars()
        .map(String::from)
        .collect::<Vec<_>>()
        .join(", ")
}
