//! A code that is on its way to somebody: how long it lives, how often it may be guessed (protocol 5.11, 6.4, 6.5).

use std::time::{Duration, SystemTime};

use subtle::ConstantTimeEq;

use crate::authenticator::{Authenticator, Channel};
use crate::random;

/// A code and the link beside it live so long.
const LIFETIME: Duration = Duration::from_secs(5 * 60);
/// After so many wrong codes the org wants a pause, and again after as many more.
const PAUSED_AFTER: u32 = 5;
const PAUSE: Duration = Duration::from_secs(30);
/// After so many the code is dead, and only a new one helps.
const DEAD_AFTER: u32 = 10;

/// A code that was sent. The link in a mail stands for the same secret: using either ends both.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) authenticator: Authenticator,
    pub(crate) channel: Channel,
    /// The address or number, as it is.
    pub(crate) to: String,
    pub(crate) code: String,
    /// The link's token.
    pub(crate) token: String,
    /// It went to nobody, so no code is the right one.
    pub(crate) hollow: bool,
    /// The link was opened, so whoever introspects next is the tab that it opened.
    pub(crate) opened: bool,
    sent: SystemTime,
    wrong: u32,
    paused: Option<SystemTime>,
}

/// Wrong answers to what nobody sent: a code of an app, a security answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tries {
    wrong: u32,
    paused: Option<SystemTime>,
}

impl Tries {
    /// Counts an answer. `Some` if nobody may answer before so long, whether this one was right or not.
    pub(crate) fn count(&mut self, right: bool, now: SystemTime) -> Option<Duration> {
        let left = self.paused.and_then(|until| until.duration_since(now).ok());
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            return Some(left);
        }
        if right {
            *self = Self::default();
            return None;
        }
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong.is_multiple_of(PAUSED_AFTER) {
            self.paused = Some(now + PAUSE);
            return Some(PAUSE);
        }
        None
    }
}

/// What becomes of a code that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Wrong,
    /// Too many wrong ones: wait so long.
    Wait(Duration),
}

impl Challenge {
    pub(crate) fn new(
        authenticator: Authenticator,
        channel: Channel,
        to: &str,
        now: SystemTime,
    ) -> Self {
        Self {
            authenticator,
            channel,
            to: to.to_owned(),
            code: random::code(),
            token: format!("ft{}", random::token(18)),
            hollow: false,
            opened: false,
            sent: now,
            wrong: 0,
            paused: None,
        }
    }

    /// Whether the code is still worth typing, and the link worth opening.
    pub(crate) fn alive(&self, now: SystemTime) -> bool {
        now < self.sent + LIFETIME && self.wrong < DEAD_AFTER
    }

    pub(crate) fn answer(&mut self, code: &str, now: SystemTime) -> Verdict {
        if let Some(until) = self.paused
            && let Ok(left) = until.duration_since(now)
            && !left.is_zero()
        {
            return Verdict::Wait(left);
        }
        let same: bool = self.code.as_bytes().ct_eq(code.as_bytes()).into();
        if same && !self.hollow && self.alive(now) {
            return Verdict::Right;
        }
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong == PAUSED_AFTER {
            self.paused = Some(now + PAUSE);
            return Verdict::Wait(PAUSE);
        }
        Verdict::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(now: SystemTime) -> (Challenge, String, &'static str) {
        let challenge = Challenge::new(Authenticator::Email, Channel::Email, "mia@acme.test", now);
        let code = challenge.code.clone();
        (challenge, code, "000000")
    }

    #[test]
    fn five_wrong_ones_ask_for_a_pause_and_then_the_right_one_works() {
        let now = SystemTime::now();
        let (mut challenge, code, wrong) = sent(now);
        for _ in 0..4 {
            assert_eq!(challenge.answer(wrong, now), Verdict::Wrong);
        }
        assert_eq!(challenge.answer(wrong, now), Verdict::Wait(PAUSE));
        assert!(matches!(
            challenge.answer(&code, now + Duration::from_secs(29)),
            Verdict::Wait(_)
        ));
        assert_eq!(challenge.answer(&code, now + PAUSE), Verdict::Right);
    }

    #[test]
    fn ten_wrong_ones_kill_the_code() {
        let now = SystemTime::now();
        let (mut challenge, code, wrong) = sent(now);
        for _ in 0..10 {
            challenge.answer(wrong, now + PAUSE);
            challenge.paused = None;
        }
        assert!(!challenge.alive(now));
        assert_eq!(challenge.answer(&code, now), Verdict::Wrong);
    }

    #[test]
    fn an_old_code_is_a_wrong_one() {
        let now = SystemTime::now();
        let (mut challenge, code, _) = sent(now);
        assert_eq!(challenge.answer(&code, now + LIFETIME), Verdict::Wrong);
    }
}
