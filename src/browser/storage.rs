//! The tab's storage. A frame may be denied it; then values live as long as the page.

use std::cell::RefCell;

/// `sessionStorage`, under names of this deployment only.
#[derive(Debug)]
pub struct Storage {
    namespace: String,
    memory: RefCell<Vec<(String, String)>>,
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
        match session() {
            Some(session) => session.get_item(&key).ok().flatten(),
            None => self
                .memory
                .borrow()
                .iter()
                .find(|(known, _)| *known == key)
                .map(|(_, text)| text.clone()),
        }
    }

    /// Stores a text.
    pub fn set(&self, name: &str, text: &str) {
        let key = self.key(name);
        let stored = session().is_some_and(|session| session.set_item(&key, text).is_ok());
        if !stored {
            let mut memory = self.memory.borrow_mut();
            memory.retain(|(known, _)| *known != key);
            memory.push((key, text.to_owned()));
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

    fn key(&self, name: &str) -> String {
        ["vestibule.", name, "|", &self.namespace].concat()
    }
}

fn session() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
