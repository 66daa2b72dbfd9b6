//! When tokens are renewed, and when again.

/// A renewal that failed is tried again after so many seconds each time; then once a minute. With the five seconds
/// that an answer is waited for, three of them lie within the half minute in which an org gives a lost answer once more
/// (protocol reference, 1.5).
const AGAIN: [u32; 4] = [1, 2, 5, 10];

/// How long before their end tokens are renewed, at the most: seconds.
const EARLY: u64 = 60;

/// After how many milliseconds tokens that are good for `left` more seconds are to be renewed: a minute before their end, or
/// when a quarter of it is left, and up to half of that earlier by `chance`, so that not all tabs come at once.
pub fn ahead(left: u64, chance: u8) -> u64 {
    let left = left.saturating_mul(1000);
    let early = (EARLY * 1000).min(left / 4);
    let scattered = early.saturating_mul(u64::from(chance)) / 512;
    left.saturating_sub(early).saturating_sub(scattered)
}

/// After how many milliseconds a renewal that has failed so many times in a row is tried again. `retry_after` is what the
/// org says, in seconds.
pub fn again(failed: u32, retry_after: Option<u32>) -> u64 {
    let nth = usize::try_from(failed.saturating_sub(1)).unwrap_or(usize::MAX);
    let usual = AGAIN.get(nth).copied().unwrap_or(60);
    u64::from(usual.max(retry_after.unwrap_or(0))) * 1000
}

/// When nobody has done anything: how long before the end one is warned. A minute, of a short while a quarter, and never
/// less than the 20 seconds that WCAG asks for (success criterion 2.2.1). Milliseconds, out of milliseconds.
pub fn warning(idle: u64) -> u64 {
    (idle / 4).clamp(20_000, 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_renewed_before_their_end() {
        assert_eq!(ahead(3600, 0), 3_540_000);
        assert_eq!(ahead(3600, 255), 3_540_000 - 29_882);
        assert_eq!(ahead(8, 0), 6_000);
        assert_eq!((ahead(0, 0), ahead(0, 255)), (0, 0));
        for left in [1, 7, 60, 240, 86_400, u64::MAX] {
            for chance in [0, 1, 255] {
                assert!(ahead(left, chance) <= left.saturating_mul(1000), "{left}");
            }
        }
    }

    #[test]
    fn a_lost_answer_is_asked_for_within_the_grace() {
        let waits: Vec<u64> = (1..=6).map(|failed| again(failed, None)).collect();
        assert_eq!(waits, [1_000, 2_000, 5_000, 10_000, 60_000, 60_000]);
        let third = waits.iter().take(3).map(|wait| wait + 5_000).sum::<u64>();
        assert!(third < 30_000, "{third}");
        assert_eq!(again(1, Some(20)), 20_000);
        assert_eq!(again(9, Some(20)), 60_000);
    }

    #[test]
    fn there_is_time_to_answer_a_warning() {
        assert_eq!(warning(60_000), 20_000);
        assert_eq!(warning(120_000), 30_000);
        assert_eq!(warning(3_600_000), 60_000);
    }
}
