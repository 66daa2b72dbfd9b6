//! What an org is told at its start.

use crate::clock::Clock;
use crate::policy::{Policy, PolicyError};

/// Where the org is, who may talk to it, and by which rules.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) origin: String,
    pub(crate) app_origins: Vec<String>,
    pub(crate) policy: Policy,
    pub(crate) clock: Clock,
}

impl Settings {
    /// An org at `origin` for the app at `app_origin`, by the policy `seed` and the machine's clock.
    pub fn new(origin: impl Into<String>, app_origin: impl Into<String>) -> Self {
        Self {
            origin: bare(origin.into()),
            app_origins: vec![bare(app_origin.into())],
            // It is one of those that come along, and a test reads each of them.
            policy: Policy::named("seed").expect("the policy of the seed can be read"),
            clock: Clock::new(),
        }
    }

    /// The rules of that name. An unknown name is answered with the known ones.
    pub fn policy(self, name: &str) -> Result<Self, PolicyError> {
        Ok(self.with_policy(Policy::named(name)?))
    }

    /// Rules of one's own.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// One more origin that the app may be at.
    #[must_use]
    pub fn app_origin(mut self, origin: impl Into<String>) -> Self {
        self.app_origins.push(bare(origin.into()));
        self
    }

    /// A clock that the test keeps a clone of.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    pub(crate) fn trusts(&self, origin: &str) -> bool {
        self.app_origins.iter().any(|known| known == origin)
    }

    /// Whether the app may be called back there.
    pub(crate) fn is_redirect(&self, uri: &str) -> bool {
        self.app_origins
            .iter()
            .any(|origin| uri.strip_prefix(origin.as_str()) == Some("/login/callback"))
    }

    /// Whether a browser may be sent there after it signed out.
    pub(crate) fn is_post_logout(&self, uri: &str) -> bool {
        self.app_origins
            .iter()
            .any(|origin| uri.strip_prefix(origin.as_str()) == Some("/"))
    }
}

fn bare(origin: String) -> String {
    origin.trim_end_matches('/').to_owned()
}
