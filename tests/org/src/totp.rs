//! One-time codes of an authenticator app: RFC 6238, 30 seconds, 6 digits, SHA-1 (protocol 4.3.7).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Secret, TOTP};

/// A code stands for so long.
const STEP: u64 = 30;
/// So many steps before and after the current one are taken too, for clocks that are off.
const SKEW: u64 = 1;
const DIGITS: usize = 6;
/// The name of the org in the app.
const ISSUER: &str = "Vestibule org";

/// What the org and an authenticator app both know.
#[derive(Clone)]
pub(crate) struct SharedSecret {
    secret: Vec<u8>,
    /// The steps whose codes were taken: a code is good once.
    taken: Vec<u64>,
}

/// What becomes of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    Wrong,
    /// It was right, and was used already.
    Used,
}

impl std::fmt::Debug for SharedSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SharedSecret")
    }
}

impl SharedSecret {
    pub(crate) fn new() -> Self {
        let secret = Secret::generate_secret().to_bytes().unwrap_or_default();
        Self {
            secret,
            taken: Vec::new(),
        }
    }

    /// The secret in base32, as a person types it.
    pub(crate) fn base32(&self) -> String {
        Secret::Raw(self.secret.clone()).to_encoded().to_string()
    }

    /// The `otpauth://` address that a QR code carries.
    pub(crate) fn address(&self, login: &str) -> Option<String> {
        let issuer = Some(ISSUER.to_owned());
        let login = login.replace(':', " ");
        let secret = self.secret.clone();
        let totp = TOTP::new(Algorithm::SHA1, DIGITS, 1, STEP, secret, issuer, login).ok()?;
        Some(totp.get_url())
    }

    /// The code at a time.
    pub(crate) fn code(&self, at: SystemTime) -> String {
        self.of_step(step(at))
    }

    fn of_step(&self, step: u64) -> String {
        TOTP::new(
            Algorithm::SHA1,
            DIGITS,
            1,
            STEP,
            self.secret.clone(),
            None,
            String::new(),
        )
        .map(|totp| totp.generate(step * STEP))
        .unwrap_or_default()
    }

    /// Whether a code is right at one of these times. Both are looked at because the org's clock can be moved while an
    /// app on somebody's phone goes by the machine's.
    pub(crate) fn takes(&mut self, code: &str, times: [SystemTime; 2]) -> Verdict {
        let steps = times.into_iter().flat_map(|at| {
            let now = step(at);
            now.saturating_sub(SKEW)..=now + SKEW
        });
        let right: Vec<u64> = steps
            .filter(|step| self.of_step(*step).as_bytes().ct_eq(code.as_bytes()).into())
            .collect();
        match right.iter().find(|step| !self.taken.contains(step)) {
            Some(step) => {
                self.taken.push(*step);
                Verdict::Right
            }
            None if right.is_empty() => Verdict::Wrong,
            None => Verdict::Used,
        }
    }
}

fn step(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs()
        / STEP
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, with the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let shared = SharedSecret {
            secret: b"12345678901234567890".to_vec(),
            taken: Vec::new(),
        };
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(shared.code(UNIX_EPOCH + Duration::from_secs(seconds)), code);
        }
    }

    #[test]
    fn a_code_is_good_once_and_for_a_step_more() {
        let mut shared = SharedSecret::new();
        let now = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        let code = shared.code(now);
        let later = now + Duration::from_secs(60);
        assert_eq!(shared.takes(&code, [later, later]), Verdict::Wrong);
        assert_eq!(shared.takes(&code, [now, later]), Verdict::Right);
        assert_eq!(shared.takes(&code, [now, now]), Verdict::Used);
        let next = shared.code(now + Duration::from_secs(STEP));
        assert_eq!(shared.takes(&next, [now, now]), Verdict::Right);
    }

    #[test]
    fn the_address_carries_the_secret() {
        let shared = SharedSecret::new();
        let address = shared.address("mia@acme.test").expect("an address");
        assert!(
            address.starts_with("otpauth://totp/") && address.contains(&shared.base32()),
            "{address}"
        );
    }
}
