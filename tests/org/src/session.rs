//! What the org remembers of a browser: who is signed in there, and whom it need not ask for a second proof (protocol 2.5).
//!
//! Both hang on a cookie. Everything works without them: then each transaction starts fresh.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderValue};
use axum::http::request::Parts;
use axum::response::Response;

use crate::authenticator::Authenticator;
use crate::settings::Settings;
use crate::{Org, random};

/// A session ends when it was not used for so long.
const IDLE: Duration = Duration::from_secs(2 * 3600);
/// What was proved counts for so long, then it is asked again.
const PROVED: Duration = Duration::from_secs(2 * 3600);
/// A browser that is to be remembered is so for so long.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 3600);

/// Somebody who is signed in at the org itself.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// Whose people they are of.
    pub(crate) client: String,
    pub(crate) person: String,
    pub(crate) proofs: Vec<Authenticator>,
    /// How each was proved, for `amr`.
    pub(crate) methods: Vec<&'static str>,
    /// When they proved something last.
    pub(crate) proved: SystemTime,
    used: SystemTime,
}

impl Session {
    pub(crate) fn expires(&self) -> SystemTime {
        self.used + IDLE
    }

    /// Whether what was proved still counts, for an app that allows it to be so many seconds old.
    pub(crate) fn counts(&self, max_age: Option<u64>, now: SystemTime) -> bool {
        let limit = max_age.map_or(PROVED, |age| PROVED.min(Duration::from_secs(age)));
        now < self.proved + limit
    }
}

#[derive(Default)]
pub(crate) struct Sessions {
    open: HashMap<String, Session>,
    /// By the browser's name: who is remembered there, and until when.
    devices: HashMap<String, HashMap<String, SystemTime>>,
}

impl Sessions {
    /// The session of a browser, while it lasts.
    pub(crate) fn of(&self, browser: &Browser, now: SystemTime) -> Option<&Session> {
        let session = self.open.get(browser.session.as_deref()?)?;
        (now < session.expires()).then_some(session)
    }

    /// Signs somebody in at the org: the browser's session is this from now on.
    pub(crate) fn begin(
        &mut self,
        browser: &mut Browser,
        client: &str,
        person: &str,
        (proofs, methods): (&[Authenticator], &[&'static str]),
        proved: SystemTime,
        now: SystemTime,
    ) {
        self.end(browser);
        let session = Session {
            client: client.to_owned(),
            person: person.to_owned(),
            proofs: proofs.to_vec(),
            methods: methods.to_vec(),
            proved,
            used: now,
        };
        let name = random::token(32);
        browser.set(Cookie::Session, &name, None);
        browser.session = Some(name.clone());
        self.open.insert(name, session);
    }

    /// Signs a browser out. Whether somebody was signed in there.
    pub(crate) fn end(&mut self, browser: &mut Browser) -> bool {
        let ended = browser
            .session
            .take()
            .and_then(|name| self.open.remove(&name));
        if ended.is_some() {
            browser.set(Cookie::Session, "", Some(Duration::ZERO));
        }
        ended.is_some()
    }

    /// Signs somebody out everywhere, and has no browser remember them.
    pub(crate) fn end_all_of(&mut self, person: &str) {
        self.open.retain(|_, session| session.person != person);
        for people in self.devices.values_mut() {
            people.remove(person);
        }
    }

    /// Whether this browser need not ask this person for a second proof.
    pub(crate) fn remembers(&self, browser: &Browser, person: &str, now: SystemTime) -> bool {
        let people = browser
            .device
            .as_ref()
            .and_then(|name| self.devices.get(name));
        people
            .and_then(|people| people.get(person))
            .is_some_and(|until| now < *until)
    }

    pub(crate) fn remember(&mut self, browser: &mut Browser, person: &str, now: SystemTime) {
        let known = browser
            .device
            .take()
            .filter(|name| self.devices.contains_key(name));
        let name = known.unwrap_or_else(|| random::token(32));
        browser.set(Cookie::Device, &name, Some(REMEMBERED));
        let people = self.devices.entry(name.clone()).or_default();
        people.insert(person.to_owned(), now + REMEMBERED);
        browser.device = Some(name);
    }
}

#[derive(Clone, Copy)]
enum Cookie {
    Session,
    Device,
}

/// The cookies that came with a request, and those that go back with its answer.
#[derive(Default)]
pub(crate) struct Browser {
    session: Option<String>,
    device: Option<String>,
    /// The end of each cookie's name, for a browser tells hosts apart and not ports.
    suffix: String,
    secure: bool,
    set: Vec<String>,
}

impl Browser {
    fn read(parts: &Parts, settings: &Settings) -> Self {
        let port = settings.origin.rsplit_once(':').map(|(_, port)| port);
        let port = port.filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
        let mut browser = Self {
            suffix: port.map(|port| format!("-{port}")).unwrap_or_default(),
            secure: settings.origin.starts_with("https:"),
            ..Self::default()
        };
        let sent = parts.headers.get_all(header::COOKIE);
        let pairs: Vec<(&str, &str)> = sent
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .collect();
        let value = |name: &str| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        browser.session = value(&browser.name(Cookie::Session));
        browser.device = value(&browser.name(Cookie::Device));
        browser
    }

    fn name(&self, cookie: Cookie) -> String {
        let name = match cookie {
            Cookie::Session => "sid",
            Cookie::Device => "DT",
        };
        format!("{name}{}", self.suffix)
    }

    /// No page reads it, and another site's pages do not send it along. An app at another port is of the same site.
    fn set(&mut self, cookie: Cookie, value: &str, lasts: Option<Duration>) {
        let name = self.name(cookie);
        let lasts = lasts.map(|lasts| format!("; Max-Age={}", lasts.as_secs()));
        let secure = if self.secure {
            "; Secure; SameSite=None"
        } else {
            "; SameSite=Lax"
        };
        self.set.retain(|one| !one.starts_with(&format!("{name}=")));
        let lasts = lasts.unwrap_or_default();
        self.set
            .push(format!("{name}={value}; Path=/; HttpOnly{secure}{lasts}"));
    }

    /// The answer with the cookies to be set.
    pub(crate) fn with(&self, mut response: Response) -> Response {
        for cookie in &self.set {
            if let Ok(value) = HeaderValue::from_str(cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }
}

impl FromRequestParts<Org> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, org: &Org) -> Result<Self, Infallible> {
        let on = org.state().switches.session_cookie;
        let browser = Self::read(parts, org.settings());
        Ok(if on {
            browser
        } else {
            Self {
                session: None,
                device: None,
                ..browser
            }
        })
    }
}
