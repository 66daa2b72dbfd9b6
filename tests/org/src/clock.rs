//! Time, as the org sees it: the machine's, plus what a test has moved it forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A clock that a test can move forward, so that nothing has to be waited for.
///
/// Moving it makes all that the org remembers older: codes, links, transactions, tokens. The time that the org *tells*
/// (`Date`, `iat`, `exp`, `expiresAt`) stays the machine's, so that a client whose clock nobody moved still believes it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// The machine's time.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves this clock, and every clone of it, forward.
    pub fn forward(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let moved = self
            .0
            .load(Ordering::SeqCst)
            .saturating_add(millis)
            .min(Self::FURTHEST);
        self.0.store(moved, Ordering::SeqCst);
    }

    /// How far this clock is ahead of the machine's.
    pub fn ahead(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    /// The org's time. Everything that the org remembers is dated by it.
    pub fn now(&self) -> SystemTime {
        SystemTime::now() + self.ahead()
    }

    /// A moment of the org's time as the org tells it to others.
    pub fn told(&self, moment: SystemTime) -> SystemTime {
        moment
            .checked_sub(self.ahead())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }

    pub(crate) fn reset(&self) {
        self.0.store(0, Ordering::SeqCst);
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
    fn no_distance_is_too_far() {
        let clock = Clock::new();
        clock.forward(Duration::MAX);
        clock.forward(Duration::MAX);
        assert!(clock.now() > SystemTime::now());
    }
}
