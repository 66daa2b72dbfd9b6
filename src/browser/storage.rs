//! The tab's storage. A browser may deny it; then values live as long as the page.

use std::cell::RefCell;

use super::timer::{self, Timer};
use crate::secret::Secret;

/// So long a text is shared between tabs: half an hour, in milliseconds.
const SHARED: u32 = 30 * 60 * 1000;
/// What the names of shared texts begin with, of whichever deployment on this origin they are.
const SHARED_NAMES: &str = "vestibule.shared|";

/// `sessionStorage`, under names of this deployment only.
pub struct Storage {
    namespace: String,
    memory: RefCell<Vec<(String, Secret)>>,
    /// Takes away what is shared, once it is too old.
    end: RefCell<Option<Timer>>,
}

impl Storage {
    /// Storage for a deployment.
    pub fn new(namespace: String) -> Self {
        Self {
            namespace,
            memory: RefCell::new(Vec::new()),
            end: RefCell::new(None),
        }
    }

    /// What is stored under that name.
    pub fn get(&self, name: &str) -> Option<String> {
        let key = self.key(name);
        let kept = self
            .memory
            .borrow()
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, text)| text.expose().to_owned());
        kept.or_else(|| session()?.get_item(&key).ok().flatten())
    }

    /// Stores a text. What the browser does not take is kept in memory, for as long as the page lives.
    pub fn set(&self, name: &str, text: &str) {
        self.remove(name);
        let key = self.key(name);
        let stored = session().is_some_and(|session| session.set_item(&key, text).is_ok());
        if !stored {
            self.memory.borrow_mut().push((key, Secret::new(text)));
        }
    }

    /// Forgets what is stored under that name.
    pub fn remove(&self, name: &str) {
        let key = self.key(name);
        self.memory.borrow_mut().retain(|(known, _)| *known != key);
        if let Some(session) = session() {
            // Nothing can be done about a storage that does not forget.
            let _ = session.remove_item(&key);
        }
    }

    /// Shares a text with the other tabs of this browser, until half an hour after `since`: so long a link in a mail may take.
    /// Both times are in milliseconds since 1970.
    pub fn share(&self, name: &str, text: &str, since: u64, now: u64) {
        self.prune(now);
        let Some(left) = left(since, now) else {
            return;
        };
        if let Some(local) = local() {
            // Without it the link shows its code, to be typed in the first tab.
            let _ = local.set_item(
                &self.shared(name),
                &[&since.to_string(), "|", text].concat(),
            );
        }
        self.end.replace(Timer::after(left, || prune(timer::now())));
    }

    /// What another tab shared, unless it is too old.
    pub fn taken(&self, name: &str, now: u64) -> Option<String> {
        self.prune(now);
        let stored = local()?.get_item(&self.shared(name)).ok().flatten()?;
        stored.split_once('|').map(|(_, text)| text.to_owned())
    }

    /// Shares it no longer.
    pub fn unshare(&self, name: &str) {
        if let Some(local) = local() {
            let _ = local.remove_item(&self.shared(name));
        }
    }

    /// Forgets what was shared and is too old, whichever deployment on this origin it was that shared it.
    pub fn prune(&self, now: u64) {
        prune(now);
    }

    fn shared(&self, name: &str) -> String {
        [SHARED_NAMES, &self.namespace, "|", name].concat()
    }

    fn key(&self, name: &str) -> String {
        ["vestibule.", name, "|", &self.namespace].concat()
    }
}

/// For how many milliseconds something stays shared; nothing if it is no longer, or not yet: then a clock was set back.
fn left(since: u64, now: u64) -> Option<u32> {
    let age = u32::try_from(now.checked_sub(since)?).ok()?;
    SHARED.checked_sub(age).filter(|left| *left > 0)
}

fn prune(now: u64) {
    let Some(local) = local() else { return };
    let names: Vec<String> = (0..local.length().unwrap_or(0))
        .filter_map(|at| local.key(at).ok().flatten())
        .filter(|name| name.starts_with(SHARED_NAMES))
        .collect();
    for name in names {
        let stored = local.get_item(&name).ok().flatten().unwrap_or_default();
        let since = stored
            .split_once('|')
            .and_then(|(since, _)| since.parse().ok());
        if since.is_none_or(|since| left(since, now).is_none()) {
            let _ = local.remove_item(&name);
        }
    }
}

fn local() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Whether the tab's storage keeps what is put into it.
pub(super) fn keeps() -> bool {
    const PROBE: &str = "vestibule|probe";
    let Some(session) = session() else {
        return false;
    };
    let kept =
        session.set_item(PROBE, "1").is_ok() && session.get_item(PROBE).ok().flatten().is_some();
    let _ = session.remove_item(PROBE);
    kept
}

fn session() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
