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

/// What a start asks for beside what every start of the deployment does.
#[derive(Clone, Default)]
pub struct Asked {
    /// The parameters (protocol reference, 1.2).
    pub wishes: Vec<Wish>,
    /// A resource asks for them (RFC 9470, section 4), and not an address, which anybody can write. Then they count before
    /// those of the configuration.
    pub step_up: bool,
}

impl Asked {
    /// The value of a parameter.
    pub fn wish(&self, wanted: &str) -> Option<&str> {
        let mut wishes = self.wishes.iter();
        let (_, value) = wishes.find(|(name, _)| *name == wanted)?;
        Some(value.expose())
    }

    /// Without the tokens of a mail's link: those work once, and what is left holds for every start that follows.
    pub fn lasting(&self) -> Self {
        let lasts = |(name, _): &&Wish| !TOKENS.contains(name);
        Self {
            wishes: self.wishes.iter().filter(lasts).cloned().collect(),
            step_up: self.step_up,
        }
    }

    /// Whether a mail's link asks.
    pub fn by_link(&self) -> bool {
        self.wishes.iter().any(|(name, _)| TOKENS.contains(name))
    }
}

/// The parameters that a mail's link brings. Each begins a transaction of the person whom the mail was for.
const TOKENS: [&str; 2] = ["activation_token", "recovery_token"];

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
    /// The name that the address suggested (`login_hint`).
    pub login_hint: Option<String>,
    /// A resource asked for `acr` and `max_age` (RFC 9470).
    pub step_up: bool,
    /// A mail's link began it: whose it is, is the link's to say.
    pub by_link: bool,
    /// Where the person was going when they were asked who they are: a path with query and fragment under the app's root.
    pub back: Option<String>,
    /// What the person typed that is no secret, by path.
    pub kept: Vec<(String, String)>,
    /// Since when other tabs may go on with it: milliseconds since 1970.
    pub shared: Option<u64>,
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
            login_hint: None,
            step_up: false,
            by_link: false,
            back: None,
            kept: Vec::new(),
            shared: None,
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
    /// of `authorize` as the request's own. `digest` is the SHA-256 of the verifier. An assurance of the configuration stays,
    /// whatever an address asks for; a resource may ask for another one. Of two ages the smaller counts.
    pub fn start(&mut self, config: &Config, digest: &[u8; 32], asked: &Asked) -> HttpRequest {
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
        let configured = |wanted: &str| {
            let mut wishes = config.wishes.iter();
            let (_, value) = wishes.find(|(name, _)| *name == wanted)?;
            Some(value.as_str())
        };
        let (acr, ours) = (asked.wish("acr_values"), configured("acr_values"));
        let acr = if asked.step_up {
            acr.or(ours)
        } else {
            ours.or(acr)
        };
        let ages = [configured("max_age"), asked.wish("max_age")];
        let age = |age: &Option<&str>| age.and_then(|age| age.parse().ok());
        self.acr = acr.map(str::to_owned);
        self.max_age = ages.iter().filter_map(age).min();
        self.login_hint = asked.wish("login_hint").map(str::to_owned);
        self.step_up = asked.step_up;
        self.by_link = asked.by_link();
        // What is no number is the org's to refuse.
        let age = self.max_age.map(|age| age.to_string());
        let age = age.as_deref().or(ages.into_iter().flatten().next());
        for (name, value) in [("acr_values", acr), ("max_age", age)] {
            if let Some(value) = value {
                http::add(name, value, &mut fields);
            }
        }
        for (name, value) in &asked.wishes {
            if !matches!(*name, "acr_values" | "max_age") {
                http::add(name, value.expose(), &mut fields);
            }
        }
        if self.route == Route::Hosted {
            http::add("response_type", "code", &mut fields);
            return HttpRequest::get([&config.endpoint("/v1/authorize"), "?", &fields].concat());
        }
        HttpRequest::form(config.endpoint("/v1/interact"), fields)
    }

    /// What every start that follows this one asks for too.
    pub fn asked(&self) -> Asked {
        let age = self.max_age.map(|age| age.to_string());
        let wishes = [
            ("acr_values", self.acr.clone()),
            ("max_age", age),
            ("login_hint", self.login_hint.clone()),
        ];
        let wishes = wishes.into_iter();
        Asked {
            wishes: wishes
                .filter_map(|(name, value)| Some((name, Secret::new(value?))))
                .collect(),
            step_up: self.step_up,
        }
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

    /// What other tabs need to go on with it: nothing that the person typed, and no name.
    pub fn write_for_others(&self) -> String {
        let nameless = Self {
            login_hint: None,
            kept: Vec::new(),
            ..self.clone()
        };
        nameless.write()
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
        let hint = self.login_hint.as_ref();
        members.extend(hint.map(|hint| member("loginHint", hint)));
        for (name, is) in [("stepUp", self.step_up), ("byLink", self.by_link)] {
            members.extend(is.then(|| member(name, "true")));
        }
        members.extend(self.back.as_ref().map(|back| member("back", back)));
        let shared = self.shared.map(|at| member("sharedAt", &at.to_string()));
        members.extend(shared);
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
            login_hint: root.text("loginHint").map(str::to_owned),
            step_up: root.text("stepUp") == Some("true"),
            by_link: root.text("byLink") == Some("true"),
            back: root.text("back").map(str::to_owned),
            shared: root.get("sharedAt").and_then(Value::as_u64),
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
        attempt.login_hint = Some("mia@acme.test".to_owned());
        attempt.shared = Some(1_900_000_000_000);
        (attempt.step_up, attempt.by_link) = (true, true);
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
        assert_eq!(again.login_hint, attempt.login_hint);
        assert_eq!(again.shared, attempt.shared);
        assert!(again.step_up && again.by_link);
        assert!(Attempt::read("{}").is_none());
        assert!(Attempt::read("nothing").is_none());
    }

    #[test]
    fn other_tabs_get_what_they_need_and_nothing_that_was_typed() {
        let mut attempt = Attempt::new(Purpose::Recover, &[7; Attempt::RANDOM]);
        attempt.handle = Some(Secret::new("i7Jk"));
        attempt.acr = Some("urn:okta:loa:2fa:any".to_owned());
        attempt.kept = vec![("identifier".to_owned(), "mia@acme.test".to_owned())];
        attempt.login_hint = Some("mia@acme.test".to_owned());
        let text = attempt.write_for_others();
        assert!(!text.contains("mia"), "{text}");
        let Some(other) = Attempt::read(&text) else {
            panic!("it was written whole")
        };
        assert!(other.state == attempt.state && other.nonce == attempt.nonce);
        assert!(other.verifier == attempt.verifier && other.handle == attempt.handle);
        assert_eq!((other.purpose, other.acr), (attempt.purpose, attempt.acr));
    }

    fn started(acr: &str, age: &str, asked: &[(&'static str, &str)], step_up: bool) -> Attempt {
        let config = format!(
            r#"{{"issuer":"https://id.acme.test","clientId":"x","acrValues":{acr},"maxAge":{age}}}"#
        );
        let Ok(config) = Config::parse(&config, "https://app.acme.test/") else {
            panic!("the configuration is right")
        };
        let wishes = asked.iter();
        let asked = Asked {
            wishes: wishes
                .map(|(name, value)| (*name, Secret::new(*value)))
                .collect(),
            step_up,
        };
        let mut attempt = Attempt::new(Purpose::SignIn, &[7; Attempt::RANDOM]);
        let request = attempt.start(&config, &[0; 32], &asked);
        let body = request.body.unwrap_or_default();
        let sent = |name: &str| body.expose().matches(&format!("&{name}=")).count();
        assert_eq!(sent("acr_values"), usize::from(attempt.acr.is_some()));
        assert_eq!(sent("max_age"), usize::from(attempt.max_age.is_some()));
        attempt
    }

    #[test]
    fn a_step_up_takes_nothing_away_from_the_configuration() {
        let two = r#""urn:okta:loa:2fa:any""#;
        for (acr, age, asked, step_up, expected) in [
            // A resource wants the person again, and says nothing of factors.
            (
                two,
                "null",
                &[("max_age", "60")][..],
                true,
                (Some("urn:okta:loa:2fa:any"), Some(60)),
            ),
            (
                two,
                "30",
                &[("max_age", "60")],
                true,
                (Some("urn:okta:loa:2fa:any"), Some(30)),
            ),
            (
                two,
                "90",
                &[("max_age", "60")],
                true,
                (Some("urn:okta:loa:2fa:any"), Some(60)),
            ),
            (
                two,
                "90",
                &[("acr_values", "phr")],
                true,
                (Some("phr"), Some(90)),
            ),
            // An address can ask for more, and for nothing less.
            (
                two,
                "90",
                &[("acr_values", "urn:okta:loa:1fa:any")],
                false,
                (Some("urn:okta:loa:2fa:any"), Some(90)),
            ),
            (
                two,
                "90",
                &[("max_age", "99999")],
                false,
                (Some("urn:okta:loa:2fa:any"), Some(90)),
            ),
            ("null", "90", &[("max_age", "10")], false, (None, Some(10))),
            (
                "null",
                "null",
                &[("acr_values", "phr")],
                false,
                (Some("phr"), None),
            ),
        ] {
            let attempt = started(acr, age, asked, step_up);
            assert_eq!(
                (attempt.acr.as_deref(), attempt.max_age),
                expected,
                "{acr} {age} {}",
                asked.len()
            );
            let again = attempt.asked();
            assert_eq!(again.wish("acr_values"), attempt.acr.as_deref());
            assert_eq!(again.step_up, step_up);
        }
    }

    #[test]
    fn the_token_of_a_mails_link_is_asked_with_once() {
        let asked = Asked {
            wishes: vec![
                ("recovery_token", Secret::new("t")),
                ("login_hint", Secret::new("mia@acme.test")),
            ],
            step_up: false,
        };
        assert!(asked.by_link() && !asked.lasting().by_link());
        assert_eq!(asked.lasting().wish("login_hint"), Some("mia@acme.test"));
        let attempt = started("null", "null", &[("recovery_token", "t")], false);
        assert!(attempt.by_link && attempt.asked().wishes.is_empty());
    }

    #[test]
    fn the_verifier_has_the_length_that_the_standard_asks_for() {
        let attempt = Attempt::new(Purpose::SignIn, &[255; Attempt::RANDOM]);
        assert_eq!(attempt.verifier.expose().len(), 43);
    }
}
