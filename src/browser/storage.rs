//! The tab's storage. A browser may deny it; then values live as long as the page.

use std::cell::RefCell;

use crate::secret::Secret;

/// So long a text is shared between tabs: half an hour, in milliseconds.
const SHARED: u64 = 30 * 60 * 1000;

/// `sessionStorage`, under names of this deployment only.
pub struct Storage {
    namespace: String,
    memory: RefCell<Vec<(String, Secret)>>,
}

impl Storage {
    /// Storage for a deployment.
    pub fn new(namespace: String) -> Self {
        Self {
            namespace,
            memory: RefCell::new(Vec::new()),
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

    /// Shares a text with the other tabs of this browser, for the half hour that a link in a mail may take. `now` is in
    /// milliseconds since 1970.
    pub fn share(&self, name: &str, text: &str, now: u64) {
        self.prune(now);
        if let Some(local) = local() {
            // Without it the link shows its code, to be typed in the first tab.
            let _ = local.set_item(&self.shared(name), &[&now.to_string(), "|", text].concat());
        }
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

    /// Forgets what was shared and is too old.
    pub fn prune(&self, now: u64) {
        let Some(local) = local() else { return };
        let prefix = self.shared("");
        let names: Vec<String> = (0..local.length().unwrap_or(0))
            .filter_map(|at| local.key(at).ok().flatten())
            .filter(|name| name.starts_with(&prefix))
            .collect();
        for name in names {
            let stored = local.get_item(&name).ok().flatten().unwrap_or_default();
            let at = stored
                .split_once('|')
                .and_then(|(at, _)| at.parse::<u64>().ok());
            if at.is_none_or(|at| now.saturating_sub(at) > SHARED || at > now) {
                let _ = local.remove_item(&name);
            }
        }
    }

    fn shared(&self, name: &str) -> String {
        [self.key("shared").as_str(), "|", name].concat()
    }

    fn key(&self, name: &str) -> String {
        ["vestibule.", name, "|", &self.namespace].concat()
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
