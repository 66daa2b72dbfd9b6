//! Everything that the org remembers.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::dpop::{Dpop, DpopMode};
use crate::faults::{Fault, TokenFault};
use crate::grants::Grants;
use crate::idp::Trips;
use crate::inbox::Inbox;
use crate::journal::Journal;
use crate::links::Links;
use crate::people::{Account, People};
use crate::session::Sessions;
use crate::settings::Settings;
use crate::signer::Signer;
use crate::transaction::Transaction;

/// What stays the same while the org runs.
pub(crate) struct Core {
    pub(crate) settings: Settings,
    pub(crate) signer: Signer,
}

/// What changes with every request.
#[derive(Default)]
pub(crate) struct State {
    /// Everyone, by the client whose policy they live under: the clients know nothing of one another.
    pub(crate) people: HashMap<String, People>,
    pub(crate) transactions: HashMap<String, Transaction>,
    /// Browsers on their way to an identity provider and back.
    pub(crate) trips: Trips,
    /// Who is signed in at the org itself.
    pub(crate) sessions: Sessions,
    /// Links to a new password and to a new account.
    pub(crate) links: Links,
    pub(crate) inbox: Inbox,
    pub(crate) grants: Grants,
    pub(crate) journal: Journal,
    pub(crate) faults: Vec<Fault>,
    pub(crate) dpop: Dpop,
    pub(crate) token_fault: Option<TokenFault>,
    pub(crate) switches: Switches,
}

impl State {
    /// Somebody by their id, whichever client they belong to.
    pub(crate) fn person(&self, id: &str) -> Option<&Account> {
        self.people.values().find_map(|people| people.get(id))
    }

    /// The people of one client.
    pub(crate) fn people_of(&mut self, client: &str) -> &mut People {
        self.people.entry(client.to_owned()).or_default()
    }
}

/// How what a policy wants by a deadline is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DeadlineMode {
    Off,
    /// It can be put off a number of times.
    Skips,
    /// It can be put off until a date.
    Date,
}

/// What an org in maintenance still does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Maintenance {
    Off,
    /// Nobody can sign in yet; the first page waits.
    Waiting,
    /// People sign in, but nothing can be set up.
    ReadOnly,
}

/// What the authorization server tells about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DiscoveryMode {
    On,
    /// There is no such document.
    Off,
    /// It names another issuer, as one behind a proxy or a domain of the customer's own does.
    OtherIssuer,
}

/// What an admin can switch while the org runs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// The grant `interaction_code` of the client.
    pub(crate) interaction_code: bool,
    /// The grant `refresh_token` of the client.
    pub(crate) refresh_token: bool,
    /// Whether the org has embedded sign-in at all.
    pub(crate) embedded: bool,
    /// Whether a rule of the server's access policy lets the client in.
    pub(crate) access_policy: bool,
    /// Whether that rule allows the scope `email`.
    pub(crate) email_scope: bool,
    /// Whether the app's redirect address is registered.
    pub(crate) redirect_uri: bool,
    /// Whether the app's origin is trusted for CORS.
    pub(crate) trusted_origin: bool,
    /// What the server's discovery document says.
    pub(crate) discovery: DiscoveryMode,
    /// Whether people may sign up.
    pub(crate) registration: bool,
    /// Whether the org keeps a session, and remembers browsers.
    pub(crate) session_cookie: bool,
    /// What is sent arrives so many seconds late.
    pub(crate) mail_delay_seconds: u32,
    /// Whether a mail's link leads to the app; else the org shows a page of its own, with the code.
    pub(crate) email_callback: bool,
    /// Whether the tab that a mail's link opens asks if that was meant.
    pub(crate) email_consent: bool,
    /// Whether the identity providers are the only way in.
    pub(crate) only_idp: bool,
    /// Whether what a policy wants by a deadline is asked for.
    pub(crate) deadline: DeadlineMode,
    /// Whether the org is in maintenance.
    pub(crate) maintenance: Maintenance,
    /// Whether a question that no client has heard of is asked at the end.
    pub(crate) odd_remediation: bool,
    /// Whether the first form has a field of a type that no client has heard of.
    pub(crate) odd_field: bool,
    /// Access tokens and ID tokens live so long.
    pub(crate) token_seconds: u32,
    /// A refresh token that was replaced still works for so long.
    pub(crate) grace_seconds: u32,
    /// Whether tokens are bound to a key of the client.
    pub(crate) dpop: DpopMode,
    /// Whether somebody with a new password is signed in at once.
    pub(crate) recovery_signs_in: bool,
    /// Whether `interact` takes an `activation_token` where the policy does.
    pub(crate) activation_token: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            interaction_code: true,
            refresh_token: true,
            embedded: true,
            access_policy: true,
            email_scope: true,
            redirect_uri: true,
            trusted_origin: true,
            discovery: DiscoveryMode::On,
            registration: true,
            session_cookie: true,
            mail_delay_seconds: 0,
            email_callback: true,
            email_consent: false,
            only_idp: false,
            deadline: DeadlineMode::Off,
            maintenance: Maintenance::Off,
            odd_remediation: false,
            odd_field: false,
            token_seconds: 3600,
            grace_seconds: 30,
            dpop: DpopMode::Optional,
            recovery_signs_in: true,
            activation_token: true,
        }
    }
}
