//! A transaction's own part: what the browser makes up before it starts, and keeps until the code is exchanged.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::Refusal;
use crate::config::Config;
use crate::http::{HttpRequest, HttpResponse};
use crate::json::{self, Value};
use crate::secret::Secret;

/// What somebody came for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    #[default]
    SignIn,
    /// To make an account.
    SignUp,
    /// To get back in with a new password.
    Recover,
    /// To have an account unlocked.
    Unlock,
}

/// The resumable part of a transaction: all that is stored of it, in this tab only.
#[derive(Clone)]
pub struct Attempt {
    /// Comes back with every callback; tells whether it is ours.
    pub state: Secret,
    /// Comes back in the ID token; tells whether it was made for this attempt.
    pub nonce: Secret,
    /// Proves, at the exchange, that this browser started (RFC 7636, section 4.1).
    pub verifier: Secret,
    /// The interaction handle, once there is one: brings the current step back after a reload.
    pub handle: Option<Secret>,
    /// What the person came for.
    pub purpose: Purpose,
    /// When a code was last sent, and for which authenticator: milliseconds since 1970.
    pub sent: Option<(String, u64)>,
}

impl Attempt {
    /// Random bytes that an attempt needs: 32 each for state, nonce and verifier.
    pub const RANDOM: usize = 96;

    /// An attempt out of bytes from the cryptographic random generator.
    pub fn new(purpose: Purpose, random: &[u8; Self::RANDOM]) -> Self {
        let mut parts = random
            .chunks(32)
            .map(|part| Secret::new(Base64UrlUnpadded::encode_string(part)));
        let mut next = || parts.next().unwrap_or_default();
        Self {
            state: next(),
            nonce: next(),
            verifier: next(),
            handle: None,
            purpose,
            sent: None,
        }
    }

    /// The `interact` request (protocol reference, 1.2). `digest` is the SHA-256 of the verifier.
    pub fn interact(&self, config: &Config, digest: &[u8; 32]) -> HttpRequest {
        HttpRequest::form(
            config.endpoint("/v1/interact"),
            &[
                ("client_id", &config.client_id),
                ("scope", &config.scopes),
                ("redirect_uri", &config.redirect_uri),
                ("code_challenge", &Base64UrlUnpadded::encode_string(digest)),
                ("code_challenge_method", "S256"),
                ("state", self.state.expose()),
                ("nonce", self.nonce.expose()),
            ],
        )
    }

    /// The interaction handle in the answer.
    ///
    /// # Errors
    /// [`Refusal`] if there is none, with the setting that is most likely wrong.
    pub fn interaction_handle(response: &HttpResponse) -> Result<Secret, Refusal> {
        json::parse(response.body.expose())
            .and_then(|root| {
                root.text("interaction_handle")
                    .filter(|handle| !handle.is_empty())
                    .map(Secret::new)
            })
            .ok_or_else(|| Refusal::read(response))
    }

    /// What goes into the tab's storage.
    pub fn write(&self) -> String {
        let purpose = match self.purpose {
            Purpose::SignIn => "sign-in",
            Purpose::SignUp => "sign-up",
            Purpose::Recover => "recover",
            Purpose::Unlock => "unlock",
        };
        let mut members = vec![
            member("state", self.state.expose()),
            member("nonce", self.nonce.expose()),
        ];
        members.push(member("verifier", self.verifier.expose()));
        members.push(member("purpose", purpose));
        members.extend(
            self.handle
                .as_ref()
                .map(|handle| member("handle", handle.expose())),
        );
        if let Some((key, at)) = &self.sent {
            members.push(member("sentFor", key));
            members.push(member("sentAt", &at.to_string()));
        }
        let mut text = String::new();
        Value::Object(members).write(&mut text);
        text
    }

    /// What came out of the tab's storage; `None` unless it is whole.
    pub fn read(text: &str) -> Option<Self> {
        let root = json::parse(text)?;
        let secret = |name: &str| {
            root.text(name)
                .filter(|text| !text.is_empty())
                .map(Secret::new)
        };
        Some(Self {
            state: secret("state")?,
            nonce: secret("nonce")?,
            verifier: secret("verifier")?,
            handle: secret("handle"),
            purpose: match root.text("purpose") {
                Some("sign-up") => Purpose::SignUp,
                Some("recover") => Purpose::Recover,
                Some("unlock") => Purpose::Unlock,
                _ => Purpose::SignIn,
            },
            sent: root
                .text("sentFor")
                .zip(root.get("sentAt").and_then(Value::as_u64))
                .map(|(key, at)| (key.to_owned(), at)),
        })
    }
}

fn member(name: &str, text: &str) -> (String, Value) {
    (name.to_owned(), Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_outlives_a_reload() {
        let mut attempt = Attempt::new(Purpose::SignUp, &[7; Attempt::RANDOM]);
        attempt.handle = Some(Secret::new("i7Jk"));
        attempt.sent = Some(("okta_email".to_owned(), 1_900_000_000_000));
        let Some(again) = Attempt::read(&attempt.write()) else {
            panic!("it was written whole")
        };
        assert!(
            again.state == attempt.state
                && again.nonce == attempt.nonce
                && again.verifier == attempt.verifier
        );
        assert!(again.handle == attempt.handle);
        assert_eq!((again.purpose, again.sent), (attempt.purpose, attempt.sent));
        assert!(Attempt::read("{}").is_none());
        assert!(Attempt::read("nothing").is_none());
    }

    #[test]
    fn the_verifier_has_the_length_that_the_standard_asks_for() {
        let attempt = Attempt::new(Purpose::SignIn, &[255; Attempt::RANDOM]);
        assert_eq!(attempt.verifier.expose().len(), 43);
    }
}
