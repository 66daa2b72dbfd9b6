//! A transaction's own part: what the browser makes up before it starts, and keeps until the code is exchanged.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::Refusal;
use crate::config::Config;
use crate::http::{self, HttpRequest, HttpResponse};
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

/// A parameter of the start beside the usual ones: its name, and its value, which may open a door.
pub type Wish = (&'static str, Secret);

/// How a transaction is had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// By `interact`, on these pages.
    #[default]
    Here,
    /// By a state token that the org gave out: a device's activation. It ends at the org and brings no tokens.
    StateToken,
    /// On the org's own page, by `authorize`. It comes back with an authorization code.
    Hosted,
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
    /// How it is had.
    pub route: Route,
    /// The assurance that was asked for; the ID token must name it.
    pub acr: Option<String>,
    /// How many seconds ago the person may have proved themselves, where that was asked for; the ID token must say so.
    pub max_age: Option<u64>,
    /// Where the person was going when they were asked who they are: a path with query and fragment under the app's root.
    pub back: Option<String>,
    /// What the person typed that is no secret, by path.
    pub kept: Vec<(String, String)>,
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
            route: Route::Here,
            acr: None,
            max_age: None,
            back: None,
            kept: Vec::new(),
        }
    }

    /// A transaction that the org started itself, by its state token: a device's activation. It never ends with a code for
    /// this app, and a code that comes all the same is never exchanged. State, nonce and verifier are random here too, so
    /// that nobody can make a code that fits them (RFC 7636, section 7.1).
    pub fn of_state_token(token: Secret, random: &[u8; Self::RANDOM]) -> Self {
        Self {
            handle: Some(token),
            route: Route::StateToken,
            ..Self::new(Purpose::SignIn, random)
        }
    }

    /// Where this attempt starts (protocol reference, 1.2): the `interact` request, or with [`Route::Hosted`] the address
    /// of `authorize` as the request's own. `digest` is the SHA-256 of the verifier. Of the wishes those are left out that
    /// the configuration speaks for.
    pub fn start(&mut self, config: &Config, digest: &[u8; 32], wishes: &[Wish]) -> HttpRequest {
        let challenge = Base64UrlUnpadded::encode_string(digest);
        let mut fields = http::query(&[
            ("client_id", config.client_id.as_str()),
            ("scope", &config.scopes),
            ("redirect_uri", &config.redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", self.state.expose()),
            ("nonce", self.nonce.expose()),
        ]);
        let set = |name: &str| config.wishes.iter().any(|(known, _)| *known == name);
        let ours = config.wishes.iter();
        let ours = ours.map(|(name, value)| (*name, value.as_str()));
        let theirs = wishes.iter().filter(|(name, _)| !set(name));
        let theirs = theirs.map(|(name, value)| (*name, value.expose()));
        for (name, value) in ours.chain(theirs) {
            http::add(name, value, &mut fields);
            if name == "acr_values" {
                self.acr = Some(value.to_owned());
            }
            if name == "max_age" {
                self.max_age = value.parse().ok();
            }
        }
        if self.route == Route::Hosted {
            http::add("response_type", "code", &mut fields);
            return HttpRequest::get([&config.endpoint("/v1/authorize"), "?", &fields].concat());
        }
        HttpRequest::form(config.endpoint("/v1/interact"), fields)
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
        let route = match self.route {
            Route::Here => None,
            Route::StateToken => Some("state-token"),
            Route::Hosted => Some("hosted"),
        };
        members.extend(route.map(|route| member("route", route)));
        members.extend(self.acr.as_ref().map(|acr| member("acr", acr)));
        let age = self.max_age.map(|age| member("maxAge", &age.to_string()));
        members.extend(age);
        members.extend(self.back.as_ref().map(|back| member("back", back)));
        let kept = self.kept.iter().map(|(path, text)| member(path, text));
        members.push(("kept".to_owned(), Value::Object(kept.collect())));
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
            route: match root.text("route") {
                Some("state-token") => Route::StateToken,
                Some("hosted") => Route::Hosted,
                _ => Route::Here,
            },
            acr: root.text("acr").map(str::to_owned),
            max_age: root.get("maxAge").and_then(Value::as_u64),
            back: root.text("back").map(str::to_owned),
            kept: root
                .get("kept")
                .map_or(&[][..], Value::members)
                .iter()
                .filter_map(|(path, text)| Some((path.clone(), text.as_str()?.to_owned())))
                .collect(),
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
        attempt.acr = Some("urn:okta:loa:2fa:any".to_owned());
        attempt.max_age = Some(300);
        attempt.back = Some("orders/7?tab=open#last".to_owned());
        attempt.kept = vec![("identifier".to_owned(), "mia@acme.test".to_owned())];
        attempt.route = Route::Hosted;
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
        assert_eq!(
            (again.route, again.acr, again.kept),
            (attempt.route, attempt.acr, attempt.kept)
        );
        assert_eq!((again.max_age, again.back), (attempt.max_age, attempt.back));
        assert!(Attempt::read("{}").is_none());
        assert!(Attempt::read("nothing").is_none());
    }

    #[test]
    fn the_verifier_has_the_length_that_the_standard_asks_for() {
        let attempt = Attempt::new(Purpose::SignIn, &[255; Attempt::RANDOM]);
        assert_eq!(attempt.verifier.expose().len(), 43);
    }
}
