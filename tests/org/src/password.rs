//! Passwords: what makes a good one here, and how one is kept (protocol 4.3.1).

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::{Value, json};

/// Passwords that too many people have, in lower case, one a line.
const COMMON: &str = include_str!("../data/common-passwords.txt");
const MIN_LENGTH: usize = 8;
/// Longer ones are refused before they cost anything.
const MAX_LENGTH: usize = 256;
/// So many of the last passwords may not come back.
pub(crate) const HISTORY: usize = 4;

/// A password as the org keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Hashed(String);

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Requirements,
    Common,
}

/// Whose password it is to be: no part of these may be in it.
pub(crate) struct Owner<'a> {
    pub(crate) login: &'a str,
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) earlier: &'a [Hashed],
}

/// The rules as the wire tells them.
pub(crate) fn settings() -> Value {
    json!({
        "complexity": {"minLength": MIN_LENGTH, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0,
            "excludeUsername": true, "excludeAttributes": ["firstName", "lastName"]},
        "age": {"minAgeMinutes": 0, "historyCount": HISTORY}
    })
}

/// The rules in words: the parameter of `password.passwordRequirementsNotMet`.
pub(crate) fn requirements() -> String {
    format!(
        "Password requirements were not met. Password requirements: at least {MIN_LENGTH} characters, a lowercase letter, \
         an uppercase letter, a number, no parts of your username, does not include your first name, does not include \
         your last name. Your password cannot be any of your last {HISTORY} passwords."
    )
}

/// Whether this password may be this person's.
pub(crate) fn check(password: &str, owner: &Owner<'_>) -> Result<(), Refused> {
    let lower = password.to_lowercase();
    let length = password.chars().count();
    let kept = (MIN_LENGTH..=MAX_LENGTH).contains(&length)
        && password.chars().any(char::is_lowercase)
        && password.chars().any(char::is_uppercase)
        && password.chars().any(|letter| letter.is_ascii_digit())
        && !login_parts(owner.login).any(|part| lower.contains(&part))
        && !names(owner).any(|name| lower.contains(&name));
    if !kept {
        return Err(Refused::Requirements);
    }
    if COMMON.lines().any(|common| common == lower) {
        return Err(Refused::Common);
    }
    let repeated = owner
        .earlier
        .iter()
        .rev()
        .take(HISTORY)
        .any(|earlier| earlier.matches(password));
    if repeated {
        Err(Refused::Requirements)
    } else {
        Ok(())
    }
}

/// The login split as Okta's own pages do it; parts under four letters do not count.
fn login_parts(login: &str) -> impl Iterator<Item = String> {
    login
        .split([',', '.', '-', '_', '#', '@'])
        .filter(|part| part.chars().count() >= 4)
        .map(str::to_lowercase)
}

/// Names under three letters are in too many words to be forbidden.
fn names(owner: &Owner<'_>) -> impl Iterator<Item = String> {
    [owner.first_name, owner.last_name]
        .into_iter()
        .filter(|name| name.chars().count() >= 3)
        .map(str::to_lowercase)
}

impl Hashed {
    /// Hashes lightly: what is kept here is made up, and tests sign in often.
    pub(crate) fn new(password: &str) -> Option<Self> {
        let salt = SaltString::generate(&mut OsRng);
        light()
            .hash_password(password.as_bytes(), &salt)
            .ok()
            .map(|hash| Self(hash.to_string()))
    }

    pub(crate) fn matches(&self, password: &str) -> bool {
        PasswordHash::new(&self.0)
            .is_ok_and(|hash| light().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

fn light() -> Argon2<'static> {
    let params = Params::new(64, 1, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(password: &str) -> Result<(), Refused> {
        let owner = Owner {
            login: "mia.lenz@acme.test",
            first_name: "Mia",
            last_name: "Lenz",
            earlier: &[],
        };
        check(password, &owner)
    }

    #[test]
    fn each_rule_refuses_alone() {
        assert_eq!(checked("Sommer-2031"), Ok(()));
        for bad in [
            "Aa1aaaa",
            "sommer-2031",
            "SOMMER-2031",
            "Sommer-Abend",
            "Xlenz2031",
            "ACMExx2031",
            "xxMIA2031a",
            "",
        ] {
            assert_eq!(checked(bad), Err(Refused::Requirements), "{bad}");
        }
        assert_eq!(checked("Password1"), Err(Refused::Common));
        assert_eq!(
            checked(&format!("Aa1{}", "x".repeat(300))),
            Err(Refused::Requirements)
        );
    }

    #[test]
    fn the_last_four_do_not_come_back_and_the_fifth_does() {
        let earlier: Vec<_> = (1..=5)
            .filter_map(|year| Hashed::new(&format!("Sommer-203{year}")))
            .collect();
        let owner = Owner {
            login: "x@y.test",
            first_name: "",
            last_name: "",
            earlier: &earlier,
        };
        assert_eq!(check("Sommer-2032", &owner), Err(Refused::Requirements));
        assert_eq!(check("Sommer-2031", &owner), Ok(()));
    }

    #[test]
    fn what_is_kept_is_not_the_password() {
        let hashed = Hashed::new("Sommer-2031").expect("hashes");
        assert!(
            hashed.matches("Sommer-2031")
                && !hashed.matches("sommer-2031")
                && !hashed.0.contains("Sommer")
        );
    }
}
