//! The people of the org.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;

use crate::access_code::AccessCode;
use crate::authenticator::Authenticator;
use crate::okta_verify::Device;
use crate::password::{self, Hashed, Owner, Refused};
use crate::question::SecurityQuestion;
use crate::random;
use crate::totp::SharedSecret;
use crate::webauthn::SecurityKey;

/// So many wrong passwords lock an account where the policy says nothing else. A locked one is answered like a wrong
/// password (protocol 6.1).
const LOCKED_AFTER: u32 = 10;

/// A person as tests and the console see them: no password in it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The user id, `00u…`.
    pub id: String,
    /// The address, which is the login too.
    pub email: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The phone in E.164, with `x` and an extension where there is one.
    pub phone: Option<String>,
    /// The keys of the authenticators set up: `okta_email`, `okta_password` and so on.
    pub authenticators: Vec<&'static str>,
    /// The groups they are in.
    pub groups: Vec<String>,
    /// What else they have told about themselves.
    pub attributes: BTreeMap<String, Value>,
    /// An admin made them, and they have not set their account up.
    pub staged: bool,
    /// Too many wrong passwords.
    pub locked: bool,
}

/// How long somebody can still put off what they have to set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grace {
    pub(crate) skips: u32,
    pub(crate) until: SystemTime,
}

/// One person, complete.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) attributes: BTreeMap<String, Value>,
    /// Whether the questions of a sign-in were asked, whatever was answered.
    pub(crate) questions_asked: bool,
    /// The address was proved, so email is an authenticator of theirs.
    pub(crate) email_proved: bool,
    pub(crate) groups: Vec<String>,
    /// An admin made them, and they have not set up what is required.
    pub(crate) staged: bool,
    /// An identity provider brought them, so no password is asked of them.
    pub(crate) from_idp: bool,
    pub(crate) phone: Option<String>,
    /// The security question and its answer.
    pub(crate) question: Option<SecurityQuestion>,
    /// The secret that an authenticator app shares.
    pub(crate) otp: Option<SharedSecret>,
    /// The security keys and passkeys, oldest first.
    pub(crate) keys: Vec<SecurityKey>,
    /// The device with Okta Verify on it.
    pub(crate) device: Option<Device>,
    /// What they proved to be themselves with last, beside the password.
    pub(crate) last_used: Option<Authenticator>,
    /// How long what is due can still be put off, once they were asked for it.
    pub(crate) grace: Option<Grace>,
    /// Duo knows them.
    pub(crate) duo: bool,
    /// What their hologram reads.
    pub(crate) hologram: Option<String>,
    /// What the help desk gave them.
    pub(crate) access_code: Option<AccessCode>,
    /// Whether they may use the app at all.
    pub(crate) assigned: bool,
    pub(crate) updated: SystemTime,
    /// So many wrong passwords lock it.
    pub(crate) locks_after: u32,
    /// Since when they have their password.
    pub(crate) password_since: SystemTime,
    passwords: Vec<Hashed>,
    wrong_passwords: u32,
}

impl Account {
    pub(crate) fn new(email: &str, first_name: &str, last_name: &str, now: SystemTime) -> Self {
        Self {
            id: random::id("00u"),
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            attributes: BTreeMap::new(),
            questions_asked: false,
            email_proved: false,
            groups: Vec::new(),
            staged: false,
            from_idp: false,
            phone: None,
            question: None,
            otp: None,
            keys: Vec::new(),
            device: None,
            last_used: None,
            grace: None,
            duo: false,
            hologram: None,
            access_code: None,
            assigned: true,
            updated: now,
            locks_after: LOCKED_AFTER,
            password_since: now,
            passwords: Vec::new(),
            wrong_passwords: 0,
        }
    }

    /// Somebody whom nobody knows, with what everybody has, and a password that nobody has.
    pub(crate) fn stranger(login: &str, now: SystemTime) -> Self {
        let secret = Hashed::new(&random::token(32));
        Self {
            email_proved: true,
            passwords: secret.into_iter().collect(),
            ..Self::new(login, "", "", now)
        }
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
            .trim()
            .to_owned()
    }

    pub(crate) fn has(&self, authenticator: Authenticator) -> bool {
        match authenticator {
            Authenticator::AccessCode => self.access_code.is_some(),
            Authenticator::Duo => self.duo,
            Authenticator::Email => self.email_proved,
            Authenticator::GoogleOtp => self.otp.is_some(),
            Authenticator::Hologram => self.hologram.is_some(),
            Authenticator::OktaVerify => self.device.is_some(),
            Authenticator::Password => !self.passwords.is_empty(),
            Authenticator::Phone => self.phone.is_some(),
            Authenticator::Question => self.question.is_some(),
            Authenticator::WebAuthn => !self.keys.is_empty(),
        }
    }

    /// Takes something that was set up away; a password cannot be. Whether there was anything to take.
    pub(crate) fn remove(&mut self, authenticator: Authenticator) -> bool {
        let had = self.has(authenticator);
        match authenticator {
            Authenticator::AccessCode => self.access_code = None,
            Authenticator::Duo => self.duo = false,
            Authenticator::Email => self.email_proved = false,
            Authenticator::GoogleOtp => self.otp = None,
            Authenticator::Hologram => self.hologram = None,
            Authenticator::OktaVerify => self.device = None,
            Authenticator::Password => return false,
            Authenticator::Phone => self.phone = None,
            Authenticator::Question => self.question = None,
            Authenticator::WebAuthn => self.keys.clear(),
        }
        had
    }

    /// What is set up, in the order of lists.
    pub(crate) fn authenticators(&self) -> Vec<Authenticator> {
        Authenticator::ALL
            .into_iter()
            .filter(|one| self.has(*one))
            .collect()
    }

    /// The id of what this person set up, which is not the authenticator's (protocol 3.7).
    pub(crate) fn enrollment_id(&self, authenticator: Authenticator) -> String {
        let prefix = authenticator.enrollment_prefix();
        format!("{prefix}{}", self.id.trim_start_matches("00u"))
    }

    /// Takes a new password if the rules allow it. A locked account opens again.
    pub(crate) fn set_password(&mut self, password: &str, now: SystemTime) -> Result<(), Refused> {
        let owner = Owner {
            login: &self.email,
            first_name: &self.first_name,
            last_name: &self.last_name,
            earlier: &self.passwords,
        };
        password::check(password, &owner)?;
        let hashed = Hashed::new(password).ok_or(Refused::Requirements)?;
        self.passwords.push(hashed);
        let superfluous = self.passwords.len().saturating_sub(password::HISTORY);
        self.passwords.drain(..superfluous);
        self.wrong_passwords = 0;
        self.password_since = now;
        self.updated = now;
        Ok(())
    }

    /// Whether this is the password, counting the wrong ones.
    pub(crate) fn signs_in_with(&mut self, password: &str) -> bool {
        let right = self
            .passwords
            .last()
            .is_some_and(|current| current.matches(password));
        if self.locked() {
            return false;
        }
        self.wrong_passwords = if right { 0 } else { self.wrong_passwords + 1 };
        right
    }

    pub(crate) fn locked(&self) -> bool {
        self.wrong_passwords >= self.locks_after
    }

    /// Locks it, as too many wrong passwords do.
    pub(crate) fn lock(&mut self) {
        self.wrong_passwords = self.locks_after;
    }

    /// Opens a locked account; the password stays.
    pub(crate) fn unlock(&mut self) {
        self.wrong_passwords = 0;
    }

    pub(crate) fn seen(&self) -> Person {
        Person {
            id: self.id.clone(),
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            phone: self.phone.clone(),
            authenticators: self
                .authenticators()
                .into_iter()
                .map(Authenticator::key)
                .collect(),
            groups: self.groups.clone(),
            attributes: self.attributes.clone(),
            staged: self.staged,
            locked: self.locked(),
        }
    }
}

/// Everyone who finished signing up, or whom an admin made.
#[derive(Default)]
pub(crate) struct People(Vec<Account>);

impl People {
    pub(crate) fn named(&self, login: &str) -> Option<&Account> {
        let login = login.trim().to_lowercase();
        self.0
            .iter()
            .find(|account| account.email.to_lowercase() == login)
    }

    pub(crate) fn named_mut(&mut self, login: &str) -> Option<&mut Account> {
        let id = self.named(login)?.id.clone();
        self.get_mut(&id)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Account> {
        self.0.iter().find(|account| account.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.0.iter_mut().find(|account| account.id == id)
    }

    /// Whether anybody has set this key up.
    pub(crate) fn knows_key(&self, key: &SecurityKey) -> bool {
        let mut keys = self.0.iter().flat_map(|account| &account.keys);
        keys.any(|known| known.is(key))
    }

    /// Takes a new person in, or one who was staged and is so no longer. Gives them back if the address is taken.
    pub(crate) fn add(&mut self, account: Account) -> Result<(), Box<Account>> {
        let staged = |known: &Account| known.id == account.id && known.staged;
        self.0.retain(|known| !staged(known));
        if self.named(&account.email).is_some() {
            return Err(Box::new(account));
        }
        self.0.push(account);
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.0.iter()
    }
}

/// Whether this could be an address: one `@`, a name before it, a host with a dot behind it.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.chars().any(|letter| {
            letter.is_whitespace() || letter.is_control() || "@<>()[],;:\\\"".contains(letter)
        })
    };
    let dotted = |part: &str| part.split('.').all(|label| !label.is_empty());
    text.len() <= 100
        && plain(name)
        && dotted(name)
        && plain(host)
        && dotted(host)
        && host.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for good in [
            "mia.lenz@acme.test",
            "a@b.co",
            "o'neil+x@sub.acme.test",
            "ü@büro.example",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "3.14e2",
            "",
            "@",
            "mia@",
            "@acme.test",
            "mia@acme",
            "mia@@acme.test",
            "mia lenz@acme.test",
            "mia@acme..test",
            "<mia@acme.test>",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn the_tenth_wrong_password_locks_and_a_new_one_opens() {
        let now = SystemTime::now();
        let mut mia = Account::new("mia@acme.test", "Mia", "Lenz", now);
        mia.set_password("Sommer-2031", now)
            .expect("a good password");
        for _ in 0..9 {
            assert!(!mia.signs_in_with("wrong"));
        }
        assert!(mia.signs_in_with("Sommer-2031"), "nine do not lock");
        for _ in 0..10 {
            mia.signs_in_with("wrong");
        }
        assert!(!mia.signs_in_with("Sommer-2031"));
        mia.set_password("Winter-2032", now)
            .expect("a good password");
        assert!(mia.signs_in_with("Winter-2032"));
    }
}
