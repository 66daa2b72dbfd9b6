//! Time, as the org sees it: the machine's, plus what a test has moved it forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A clock that a test can move forward, so that nothing has to be waited for.
///
/// Moving it makes all that the org remembers older: codes, links, transactions, tokens. The time that the org *tells*
/// (`Date`, `iat`, `exp`, `expiresAt`) stays the machine's, so that a client whose clock nobody moved still believes it.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead: Arc<AtomicU64>,
    /// Seconds by which what is told is off.
    off: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's time.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves this clock, and every clone of it, forward.
    pub fn forward(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let moved = self
            .ahead
            .load(Ordering::SeqCst)
            .saturating_add(millis)
            .min(Self::FURTHEST);
        self.ahead.store(moved, Ordering::SeqCst);
    }

    /// How far this clock is ahead of the machine's.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead.load(Ordering::SeqCst))
    }

    /// The org's time. Everything that the org remembers is dated by it.
    pub fn now(&self) -> SystemTime {
        SystemTime::now() + self.ahead()
    }

    /// A moment of the org's time as the org tells it to others.
    pub fn told(&self, moment: SystemTime) -> SystemTime {
        let off = self.off.load(Ordering::SeqCst);
        let by = Duration::from_secs(off.unsigned_abs());
        let moment = moment.checked_sub(self.ahead());
        let moment = match off {
            ..0 => moment.and_then(|moment| moment.checked_sub(by)),
            _ => moment.and_then(|moment| moment.checked_add(by)),
        };
        moment.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Lets the org tell a time that is off by so many seconds. To a client it is as if its own clock were wrong.
    pub fn tell_off_by(&self, seconds: i64) {
        let most = i64::try_from(Self::FURTHEST / 1000).unwrap_or(i64::MAX);
        self.off.store(seconds.clamp(-most, most), Ordering::SeqCst);
    }

    pub(crate) fn reset(&self) {
        self.ahead.store(0, Ordering::SeqCst);
        self.off.store(0, Ordering::SeqCst);
    }

    /// A hundred years: more would leave what a `SystemTime` holds.
    const FURTHEST: u64 = 100 * 366 * 24 * 3_600_000;
}

/// Whole seconds since 1970, as JSON web tokens count.
pub(crate) fn seconds(moment: SystemTime) -> u64 {
    moment
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// ISO 8601 with milliseconds, as `expiresAt` is written (protocol 3.1).
pub(crate) fn iso(moment: SystemTime) -> String {
    humantime::format_rfc3339_millis(moment).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together_and_what_is_told_stays() {
        let clock = Clock::new();
        let other = clock.clone();
        let before = clock.now();
        other.forward(Duration::from_secs(600));
        assert!(clock.now() >= before + Duration::from_secs(600));
        assert!(clock.told(clock.now()) < before + Duration::from_secs(60));
    }

    #[test]
    fn what_is_told_can_be_off_while_the_org_stays_right() {
        let clock = Clock::new();
        let day = Duration::from_secs(86_400);
        clock.tell_off_by(-86_400);
        let now = clock.now();
        assert_eq!(clock.told(now), now - day);
        clock.tell_off_by(86_400);
        assert_eq!(clock.told(now), now + day);
        clock.reset();
        assert_eq!(clock.told(now), now);
    }

    #[test]
    fn no_distance_is_too_far() {
        let clock = Clock::new();
        clock.forward(Duration::MAX);
        clock.forward(Duration::MAX);
        assert!(clock.now() > SystemTime::now());
    }
}
