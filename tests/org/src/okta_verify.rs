//! Okta Verify: the device that somebody has it on, how it gets there, and a push to it (protocol 4.3.6).

use std::time::{Duration, SystemTime};

use rand::Rng;
use rand::rngs::OsRng;
use rand::seq::SliceRandom;
use serde::Deserialize;

use crate::qr;
use crate::random;
use crate::totp::SharedSecret;

/// A push that nobody answers ends after so long.
pub(crate) const PUSH: Duration = Duration::from_secs(5 * 60);
/// So many numbers are shown on the device, one of them the right one.
const NUMBERS: usize = 3;

/// The app on a device of somebody's.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) name: String,
    /// What its codes are made from.
    pub(crate) codes: SharedSecret,
    /// A push is sent without being asked for.
    pub(crate) auto_challenge: bool,
}

impl Device {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            codes: SharedSecret::new(),
            auto_challenge: false,
        }
    }
}

/// How the address to set it up with comes to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum SetupChannel {
    #[serde(rename = "qrcode")]
    QrCode,
    #[serde(rename = "email")]
    Email,
    #[serde(rename = "sms")]
    Sms,
    #[serde(rename = "samedevice")]
    SameDevice,
}

impl SetupChannel {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::QrCode => "qrcode",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::SameDevice => "samedevice",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::QrCode => "QR code",
            Self::Email => "Email",
            Self::Sms => "SMS",
            Self::SameDevice => "This device",
        }
    }

    /// Whether it has to be said where the address goes.
    pub(crate) fn asks_where(self) -> bool {
        matches!(self, Self::Email | Self::Sms)
    }
}

/// What a policy says about Okta Verify.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rules {
    /// The ways to set it up; the first is taken where none is named.
    pub(crate) channels: Vec<SetupChannel>,
    /// Whether a push asks for a number that stands on the page.
    pub(crate) number: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            channels: vec![SetupChannel::QrCode, SetupChannel::Email, SetupChannel::Sms],
            number: true,
        }
    }
}

/// A setting up that waits for the device to open its address.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) channel: SetupChannel,
    /// Where the address was sent, if it goes by mail or SMS.
    pub(crate) to: Option<String>,
    pub(crate) token: String,
    pub(crate) begun: SystemTime,
    /// The device that opened the address.
    pub(crate) device: Option<Device>,
    origin: String,
    /// The address as a QR code, drawn once: the page is asked for every few seconds.
    pub(crate) picture: Option<String>,
}

impl Setup {
    /// Where the address of any setting up begins, on the org.
    pub(crate) const PATH: &str = "/okta-verify/setup";

    pub(crate) fn new(channel: SetupChannel, origin: &str, now: SystemTime) -> Self {
        let mut setup = Self {
            channel,
            to: None,
            token: random::token(18),
            begun: now,
            device: None,
            origin: origin.to_owned(),
            picture: None,
        };
        if channel == SetupChannel::QrCode {
            setup.picture = qr::picture(&setup.address());
        }
        setup
    }

    /// What the device opens.
    pub(crate) fn address(&self) -> String {
        format!("{}{}?token={}", self.origin, Self::PATH, self.token)
    }

    /// Whether the address has reached somebody: it is on the page, or it was sent.
    pub(crate) fn is_out(&self) -> bool {
        self.to.is_some() || !self.channel.asks_where()
    }
}

/// A sign-in that a device was asked about.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) numbers: Option<Numbers>,
    pub(crate) sent: SystemTime,
    answer: Option<bool>,
}

/// A number on the page, to be found on the device among others.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    pub(crate) right: String,
    pub(crate) shown: Vec<String>,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Waiting,
    Approved,
    Rejected,
    Ended,
}

impl Push {
    pub(crate) fn new(number: bool, now: SystemTime) -> Self {
        Self {
            numbers: number.then(Numbers::draw),
            sent: now,
            answer: None,
        }
    }

    pub(crate) fn outcome(&self, now: SystemTime) -> Outcome {
        match self.answer {
            Some(true) => Outcome::Approved,
            Some(false) => Outcome::Rejected,
            None if now < self.sent + PUSH => Outcome::Waiting,
            None => Outcome::Ended,
        }
    }

    /// Somebody who holds the device and sees the page says yes.
    pub(crate) fn approve(&mut self) {
        self.answer = Some(true);
    }

    pub(crate) fn reject(&mut self) {
        self.answer = Some(false);
    }

    /// A wrong number counts as a no.
    pub(crate) fn pick(&mut self, number: &str) {
        let right = self
            .numbers
            .as_ref()
            .is_some_and(|numbers| numbers.right == number);
        self.answer = Some(right);
    }
}

impl Numbers {
    fn draw() -> Self {
        let mut shown: Vec<String> = Vec::new();
        while shown.len() < NUMBERS {
            let number = OsRng.gen_range(10..100).to_string();
            if !shown.contains(&number) {
                shown.push(number);
            }
        }
        let right = shown.first().cloned().unwrap_or_default();
        shown.shuffle(&mut OsRng);
        Self { right, shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_number_is_one_of_three_different_ones() {
        for _ in 0..200 {
            let mut numbers = Numbers::draw();
            assert!(numbers.shown.contains(&numbers.right));
            numbers.shown.sort();
            numbers.shown.dedup();
            assert_eq!(numbers.shown.len(), NUMBERS);
        }
    }

    #[test]
    fn a_push_is_answered_or_ends() {
        let now = SystemTime::now();
        let mut push = Push::new(true, now);
        assert_eq!(push.outcome(now), Outcome::Waiting);
        assert_eq!(push.outcome(now + PUSH), Outcome::Ended);
        push.pick("7");
        assert_eq!(push.outcome(now), Outcome::Rejected);
        let right = push.numbers.clone().expect("numbers").right;
        push.pick(&right);
        assert_eq!(push.outcome(now + PUSH), Outcome::Approved);
    }
}
