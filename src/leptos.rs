//! Leptos, as far as this app needs it: its signals, its helpers for the page, its way to put something into the page; and
//! what is built on its signals once for all types, where Leptos has code for each.
//!
//! They come from Leptos's own crates. The crate that joins these brings server functions too, and with them streams that
//! scripts could use: 4 kB that the linker must keep, for nobody.

use std::cell::{Ref, RefCell};

use reactive_graph::effect::RenderEffect;
use reactive_graph::owner::Owner;

pub use leptos_dom::helpers::{document, set_interval_with_handle, set_timeout};
pub use reactive_graph::graph::untrack;
pub use reactive_graph::owner::on_cleanup;
pub use reactive_graph::prelude::*;
pub use reactive_graph::signal::RwSignal;
pub use tachys::renderer::Rndr;

/// Makes something in the page that lives as long as the page does: its signals, and what follows them.
pub fn mount(make: impl FnOnce()) {
    // It fails only where it was done before.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new();
    owner.with(make);
    std::mem::forget(owner);
}

/// Makes something that stands nowhere, and lets go of it.
pub fn apart(make: impl FnOnce()) {
    let owner = Owner::new();
    owner.with(make);
    owner.cleanup();
}

/// Does something now, and again whenever what it read has changed, for as long as the part stands that it belongs to.
pub fn follow(then: impl FnMut() + 'static) {
    fn following(mut then: Box<dyn FnMut()>) {
        let effect = RenderEffect::new(move |_: Option<()>| then());
        on_cleanup(move || drop(effect));
    }
    following(Box::new(then));
}

/// A value that is kept as long as the page lives, which is as long as the app does.
pub fn forever<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A value that lives as long as the page. Whatever reads it while it follows changes follows this one too.
pub struct Shared<T: 'static> {
    value: &'static RefCell<T>,
    changes: RwSignal<u32>,
}

impl<T> Copy for Shared<T> {}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Shared<T> {
    /// With a value to begin with.
    pub fn new(value: T) -> Self {
        Self {
            value: forever(RefCell::new(value)),
            changes: RwSignal::new(0),
        }
    }

    /// The value, for somebody who follows it.
    pub fn read(self) -> Ref<'static, T> {
        self.changes.track();
        self.value.borrow()
    }

    /// The value as it is.
    pub fn read_untracked(self) -> Ref<'static, T> {
        self.value.borrow()
    }

    /// Changes the value.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.update_untracked(change);
        count(self.changes);
    }

    /// Changes the value, and nobody hears of it.
    pub fn update_untracked(self, change: impl FnOnce(&mut T)) {
        change(&mut self.value.borrow_mut());
    }
}

impl<T: PartialEq> Shared<T> {
    /// What `ask` says, now and whenever that is something else.
    pub fn latest(ask: impl Fn() -> T + 'static) -> Self {
        let shared = Self::new(untrack(&ask));
        follow(move || {
            let now = ask();
            let same = *shared.value.borrow() == now;
            if !same {
                shared.update(|value| *value = now);
            }
        });
        shared
    }
}

/// Whether something is so, now and whenever that changes, for as long as the part stands that it belongs to.
pub fn whether(ask: impl Fn() -> bool + 'static) -> RwSignal<bool> {
    let is = RwSignal::new(untrack(&ask));
    follow(move || {
        let now = ask();
        if is.get_untracked() != now {
            is.set(now);
        }
    });
    is
}

/// One more.
pub fn count(times: RwSignal<u32>) {
    times.update(|times| *times = times.wrapping_add(1));
}
