//! What nobody may guess: drawn from the operating system.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use rand::rngs::OsRng;

/// `bytes` random bytes in url-safe base64.
pub(crate) fn token(bytes: usize) -> String {
    let drawn: Vec<u8> = (0..bytes).map(|_| OsRng.r#gen()).collect();
    URL_SAFE_NO_PAD.encode(drawn)
}

/// An identifier as the org writes them: a prefix that tells the kind, 20 characters in all.
pub(crate) fn id(prefix: &str) -> String {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut id = prefix.to_owned();
    while id.len() < 20 {
        id.push(char::from(LETTERS[OsRng.gen_range(0..LETTERS.len())]));
    }
    id
}

/// Capitals without vowels, so that they spell no word (RFC 8628, 6.1).
pub(crate) fn letters(count: usize) -> String {
    const CONSONANTS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    let letter = |_| char::from(CONSONANTS[OsRng.gen_range(0..CONSONANTS.len())]);
    (0..count).map(letter).collect()
}

/// Six digits, never `000000`: people who try a wrong code type that one.
pub(crate) fn code() -> String {
    format!("{:06}", OsRng.gen_range(1..1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_six_digits_and_are_never_all_zero() {
        for _ in 0..1000 {
            let code = code();
            assert!(
                code.len() == 6
                    && code.bytes().all(|byte| byte.is_ascii_digit())
                    && code != "000000",
                "{code}"
            );
        }
    }
}
