//! Leptos, as far as this app needs it: its signals, its helpers for the page, its way to put something into the page.
//!
//! They come from Leptos's own crates. The crate that joins these brings server functions too, and with them streams that
//! scripts could use: 4 kB that the linker must keep, for nobody.

pub use leptos_dom::helpers::{document, set_interval_with_handle, set_timeout};
pub use reactive_graph::callback::{Callable, Callback};
pub use reactive_graph::computed::Memo;
pub use reactive_graph::effect::RenderEffect;
pub use reactive_graph::graph::untrack;
pub use reactive_graph::owner::{LocalStorage, Owner, StoredValue, on_cleanup};
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
