//! Temporary access codes: what the help desk gives to somebody who lost their phone (protocol 4.2, `tac`).

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use rand::Rng;
use rand::rngs::OsRng;
use subtle::ConstantTimeEq;

/// For so many minutes a code may be given.
pub(crate) const MINUTES: RangeInclusive<u64> = 10..=12 * 60;
const LENGTH: usize = 16;
/// Each kind occurs in every code.
const KINDS: [&[u8]; 4] = [
    b"ABCDEFGHJKLMNPQRSTUVWXYZ",
    b"abcdefghijkmnopqrstuvwxyz",
    b"23456789",
    b"!#$%&*+-=?@^_",
];

/// A code that is as good as a phone until its time is over, used as often as wanted.
#[derive(Clone)]
pub(crate) struct AccessCode {
    code: String,
    pub(crate) until: SystemTime,
}

impl std::fmt::Debug for AccessCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AccessCode")
    }
}

impl AccessCode {
    pub(crate) fn new(lifetime: Duration, now: SystemTime) -> Self {
        Self {
            code: draw(),
            until: now + lifetime,
        }
    }

    /// The code, to be told to its person.
    pub(crate) fn told(&self) -> &str {
        &self.code
    }

    pub(crate) fn takes(&self, code: &str, now: SystemTime) -> bool {
        let same: bool = self.code.as_bytes().ct_eq(code.as_bytes()).into();
        same && now < self.until
    }
}

fn draw() -> String {
    let all = KINDS.concat();
    loop {
        let code: Vec<u8> = (0..LENGTH)
            .filter_map(|_| all.get(OsRng.gen_range(0..all.len())).copied())
            .collect();
        let has = |kind: &&[u8]| code.iter().any(|letter| kind.contains(letter));
        if KINDS.iter().all(has) {
            return code.into_iter().map(char::from).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_letters_digits_and_signs() {
        for _ in 0..200 {
            let code = draw();
            assert_eq!(code.len(), LENGTH, "{code}");
            assert!(
                code.bytes().any(|letter| letter.is_ascii_punctuation())
                    && code.bytes().any(|letter| letter.is_ascii_digit())
                    && code.bytes().any(|letter| letter.is_ascii_lowercase()),
                "{code}"
            );
        }
    }

    #[test]
    fn a_code_is_good_as_often_as_wanted_until_its_time() {
        let now = SystemTime::now();
        let code = AccessCode::new(Duration::from_secs(600), now);
        let (told, last) = (code.told().to_owned(), now + Duration::from_secs(599));
        assert!(code.takes(&told, now) && code.takes(&told, last));
        assert!(!code.takes(&told, now + Duration::from_secs(600)));
        assert!(!code.takes(&told.to_uppercase(), now) && !code.takes("", now));
    }
}
