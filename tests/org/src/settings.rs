//! What an org is told at its start.

use std::collections::BTreeMap;

use crate::clock::Clock;
use crate::links::Kind;
use crate::policy::{Policy, PolicyError};

/// The client of the policy that the org was started with. Each other policy has a client of its own name.
pub(crate) const CLIENT_ID: &str = "vestibule";

/// Where the org is, who may talk to it, and by which rules.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) origin: String,
    pub(crate) app_origins: Vec<String>,
    policies: BTreeMap<String, Policy>,
    pub(crate) clock: Clock,
}

impl Settings {
    /// An org at `origin` for the app at `app_origin`, by the policy `seed` and the machine's clock.
    pub fn new(origin: impl Into<String>, app_origin: impl Into<String>) -> Self {
        Self {
            origin: bare(origin.into()),
            app_origins: vec![bare(app_origin.into())],
            policies: Policy::all()
                .map(|policy| (policy.name().to_owned(), policy))
                .collect(),
            clock: Clock::new(),
        }
        // It is one of those that come along, and a test reads each of them.
        .policy("seed")
        .expect("the policy of the seed can be read")
    }

    /// The rules of that name. An unknown name is answered with the known ones.
    pub fn policy(self, name: &str) -> Result<Self, PolicyError> {
        Ok(self.with_policy(Policy::named(name)?))
    }

    /// Rules of one's own.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policies.insert(CLIENT_ID.to_owned(), policy);
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

    /// The policy of a client; `None` for a client that the org does not know.
    pub(crate) fn policy_of(&self, client: &str) -> Option<&Policy> {
        self.policies.get(client)
    }

    /// The ids of the clients: the main one and one for each policy that comes along.
    pub(crate) fn clients(&self) -> impl Iterator<Item = &str> {
        self.policies.keys().map(String::as_str)
    }

    /// Where the app is.
    pub(crate) fn app(&self) -> &str {
        self.app_origins.first().map_or("", String::as_str)
    }

    /// Where the app is called back.
    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/login/callback", self.app())
    }

    /// Where in the app a link with this token leads.
    pub(crate) fn link(&self, kind: Kind, token: &str) -> String {
        let app = self.app_origins.first().map_or("", String::as_str);
        format!("{app}/?{}={token}", kind.parameter())
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
