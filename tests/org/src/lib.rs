//! A small Okta org on this machine: the IDX and OAuth endpoints, stateful and in memory.
//!
//! [`Org`] is the whole of it: [`Org::router`] answers in process, [`Org::serve`] on a port. Tests move its
//! [`Clock`], read its inbox and its journal, and arm [`Fault`]s. It shares no type with the app: a client and a
//! simulator that share types are wrong together and pass.
//!
//! A request goes through `guard`, `cors`, `journal` and `faults` to its endpoint in `idx`, `oauth`, `inbox_page` or `console`.
//! There it locks the one `state`, so requests of one transaction never overlap, and answers with the page that the
//! transaction now shows. `idx::journey` decides which page that is, by the `policy`.

mod access_code;
mod authenticator;
mod challenge;
mod clock;
mod console;
mod cors;
mod deadline;
mod dpop;
mod duo;
mod faults;
mod grants;
mod guard;
mod hosted;
mod html;
mod http;
mod idp;
mod idx;
mod inbox;
mod journal;
mod links;
mod mask;
mod message;
mod oauth;
mod okta_verify;
mod password;
mod people;
mod phone;
mod policy;
mod qr;
mod question;
mod random;
mod server;
mod session;
mod settings;
mod signer;
mod state;
mod totp;
mod transaction;
mod webauthn;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use clock::Clock;
pub use faults::{Dropped, Fault, FaultKind, TokenFault};
pub use inbox::Mail;
pub use journal::Request;
pub use people::Person;
pub use policy::{Policy, PolicyError};
pub use settings::Settings;

use people::Account;
use state::{Core, State};

/// A running org. Clones are the same org.
#[derive(Clone)]
pub struct Org {
    core: Arc<Core>,
    state: Arc<Mutex<State>>,
}

impl Org {
    /// An org in which nobody has an account.
    pub fn new(settings: Settings) -> Self {
        let core = Core {
            settings,
            signer: signer::Signer::new(),
        };
        Self {
            core: Arc::new(core),
            state: Arc::default(),
        }
    }

    /// The org as a service: for a test in process, or to be put on a port.
    pub fn router(&self) -> axum::Router {
        http::router(self)
    }

    /// The clock that the org goes by.
    pub fn clock(&self) -> Clock {
        self.core.settings.clock.clone()
    }

    /// All that was sent, oldest first.
    pub fn inbox(&self) -> Vec<Mail> {
        self.state().inbox.all(self.clock().now())
    }

    /// Everyone who has an account with the main client.
    pub fn people(&self) -> Vec<Person> {
        self.people_of(settings::CLIENT_ID)
    }

    /// Everyone who has an account with one client.
    pub(crate) fn people_of(&self, client: &str) -> Vec<Person> {
        let mut state = self.state();
        state.people_of(client).iter().map(Account::seen).collect()
    }

    /// Makes an account as an admin would: the address counts as proved where the policy knows email. `None` if the
    /// address is taken or the password is refused.
    pub fn add_person(
        &self,
        email: &str,
        first_name: &str,
        last_name: &str,
        password: Option<&str>,
    ) -> Option<Person> {
        let wanted = console::NewPerson {
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            password: password.map(str::to_owned),
            ..console::NewPerson::default()
        };
        console::add(self, wanted).ok()
    }

    /// Makes the usual people of every client, each where its policy lets them be. The README says who they are.
    pub fn add_presets(&self) {
        // Only an unknown client is refused, and none is named.
        let _ = console::add_presets(self, None);
    }

    /// Every request to the org, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.state().journal.all().to_vec()
    }

    /// How many requests of this method met this path.
    pub fn count(&self, method: &str, path: &str) -> usize {
        let state = self.state();
        state
            .journal
            .all()
            .iter()
            .filter(|request| request.method == method && request.path == path)
            .count()
    }

    /// Arms a fault for the requests to come.
    pub fn arm(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Makes ID tokens wrong from now on, or right again.
    pub fn break_tokens(&self, fault: Option<TokenFault>) {
        self.state().token_fault = fault;
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.core.settings
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // A handler that panicked has left nothing half done that the next one could not bear.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reset(&self) {
        *self.state() = State::default();
        self.core.settings.clock.reset();
        self.core.signer.reset();
    }
}
