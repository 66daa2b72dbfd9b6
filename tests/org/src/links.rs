//! Links that an admin, or the org itself, sends in a mail: to a new password, to a new account (protocol 1.2, 5.3, 5.9).

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::random;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Recovery,
    Activation,
}

impl Kind {
    /// The parameter of `interact` that takes its token.
    pub(crate) fn parameter(self) -> &'static str {
        match self {
            Self::Recovery => "recovery_token",
            Self::Activation => "activation_token",
        }
    }

    /// It works so long.
    fn lifetime(self) -> Duration {
        match self {
            Self::Recovery => Duration::from_secs(3600),
            Self::Activation => Duration::from_secs(7 * 24 * 3600),
        }
    }
}

/// One link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) kind: Kind,
    pub(crate) client: String,
    pub(crate) person: String,
    sent: SystemTime,
    used: bool,
}

impl Link {
    /// Whether it still leads where it says.
    pub(crate) fn alive(&self, now: SystemTime) -> bool {
        !self.used && now < self.sent + self.kind.lifetime()
    }

    pub(crate) fn used(&self) -> bool {
        self.used
    }
}

/// Every link that was sent, by its token.
#[derive(Default)]
pub(crate) struct Links(HashMap<String, Link>);

impl Links {
    /// The token of a new link. An older one of the same kind for the same person is dead.
    pub(crate) fn add(
        &mut self,
        kind: Kind,
        client: &str,
        person: &str,
        now: SystemTime,
    ) -> String {
        for link in self.0.values_mut() {
            link.used |= link.kind == kind && link.person == person;
        }
        let token = random::token(24);
        let link = Link {
            kind,
            client: client.to_owned(),
            person: person.to_owned(),
            sent: now,
            used: false,
        };
        self.0.insert(token.clone(), link);
        token
    }

    pub(crate) fn find(&self, kind: Kind, client: &str, token: &str) -> Option<&Link> {
        let found = self.0.get(token)?;
        (found.kind == kind && found.client == client).then_some(found)
    }

    /// What it led to is done.
    pub(crate) fn spend(&mut self, token: &str) {
        if let Some(link) = self.0.get_mut(token) {
            link.used = true;
        }
    }
}
