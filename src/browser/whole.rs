//! The second module of the app, with what only later pages need (xtask/src/split.rs). boot.js knows its file, fetches it
//! once the first works, and begins without it where the first page is the form of Sign In, and nowhere else.

use std::cell::{Cell, RefCell};

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::js::member;
use crate::http::Unreachable;

thread_local! {
    static WHOLE: Cell<bool> = const { Cell::new(false) };
    static REST: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Takes over how boot.js gets the rest. An app in one piece has none, nor has one that boot.js has made whole already.
pub(super) fn take(asked: &JsValue) {
    let rest = member(asked, "rest").and_then(|rest| rest.dyn_into().ok());
    WHOLE.set(rest.is_none());
    REST.set(rest);
}

/// Whether all of the app is there.
pub fn is_whole() -> bool {
    WHOLE.get()
}

/// Waits until all of the app is there. Whoever may be on the page while it is not waits here before anything is done that
/// the form of Sign In does without.
///
/// # Errors
/// [`Unreachable::Network`] if the rest cannot be had. Another try may do.
pub async fn whole() -> Result<(), Unreachable> {
    if is_whole() {
        return Ok(());
    }
    let rest = REST.with_borrow(|rest| rest.clone());
    let rest = rest.and_then(|rest| rest.call0(&JsValue::UNDEFINED).ok());
    let rest = rest.ok_or(Unreachable::Network)?;
    let there = JsFuture::from(Promise::resolve(&rest)).await;
    there.map_err(|_| Unreachable::Network)?;
    WHOLE.set(true);
    Ok(())
}
