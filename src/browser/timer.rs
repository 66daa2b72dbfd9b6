//! Time: now, and later.

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

use super::js::global;

/// So many milliseconds a browser takes at most, as a rule, to put on the screen what has just been drawn.
pub const DRAWN: u32 = 60;

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
        let id = start(milliseconds, then.as_ref())?;
        Some(Self { id, _then: then })
    }
}

fn start(milliseconds: u32, then: &JsValue) -> Option<i32> {
    let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
    web_sys::window()?
        .set_timeout_with_callback_and_timeout_and_arguments_0(then.unchecked_ref(), milliseconds)
        .ok()
}

/// Does `then` once, after that many milliseconds, whatever happens in between.
pub fn later(milliseconds: u32, then: impl FnOnce() + 'static) {
    once(milliseconds, Box::new(then));
}

#[inline(never)]
fn once(milliseconds: u32, then: Box<dyn FnOnce()>) {
    start(milliseconds, &Closure::once_into_js(then));
}

/// Does `then` when the browser has nothing else to do, or soon where it does not tell.
pub fn once_idle(then: impl FnOnce() + 'static) {
    idle(Box::new(then));
}

fn idle(then: Box<dyn FnOnce()>) {
    match global("requestIdleCallback") {
        Some(idle) => {
            let then = Closure::once_into_js(then);
            let _ = Function::from(idle).call1(&JsValue::UNDEFINED, &then);
        }
        None => once(300, then),
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
