//! Time: now, and later.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

/// Milliseconds since 1970.
pub fn now() -> u64 {
    js_sys::Date::now() as u64
}

/// Something that happens later, unless this is dropped before.
#[derive(Debug)]
pub struct Timer {
    id: i32,
    _then: Closure<dyn FnMut()>,
}

impl Timer {
    /// Does `then` once, after that many milliseconds.
    pub fn after(milliseconds: u32, then: impl FnOnce() + 'static) -> Option<Self> {
        // One kind of closure for all: each of its own is code of its own.
        let then: Box<dyn FnOnce()> = Box::new(then);
        let then = Closure::once(then);
        let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
        let id = web_sys::window()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                then.as_ref().unchecked_ref(),
                milliseconds,
            )
            .ok()?;
        Some(Self { id, _then: then })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
