//! The other tabs of this deployment in the same browser: one at a time by Web Locks, and what they tell each other.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::js::{call, global, member, new, set};
use super::timer::Timer;

/// What tabs tell each other (HTML Standard, section 9.5).
pub struct Channel(JsValue);

impl Channel {
    /// Joins the tabs that have a channel of that name, until this is dropped. None where the browser has none.
    pub fn open(name: &str, mut then: Box<dyn FnMut(String)>) -> Option<Self> {
        let channel = new(
            &js_sys::global(),
            "BroadcastChannel",
            &[&JsValue::from_str(name)],
        )?;
        let then = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            if let Some(text) = member(&event, "data").and_then(|data| data.as_string()) {
                then(text);
            }
        });
        set(&channel, "onmessage", &then.into_js_value());
        Some(Self(channel))
    }

    /// Tells the others.
    pub fn say(&self, text: &str) {
        call(&self.0, "postMessage", &[&JsValue::from_str(text)]);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        call(&self.0, "close", &[]);
    }
}

/// What only one tab holds at a time, until this is dropped or the tab is closed (Web Locks API, section 2).
pub struct Lock(Function);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

impl Lock {
    /// Waits until no other tab holds the lock of that name, for at most so many milliseconds. None where the browser has no
    /// locks, or it lasts longer.
    pub async fn hold(name: &str, patience: u32) -> Option<Self> {
        let locks = member(&global("navigator")?, "locks")?;
        let abort = AbortController::new().ok()?;
        let options: JsValue = js_sys::Object::new().into();
        set(&options, "signal", &abort.signal());
        let release: Rc<RefCell<Option<Function>>> = Rc::default();
        let mut asked = None;
        let granted = Promise::new(&mut |granted, refused| {
            let release = Rc::clone(&release);
            let held = Closure::once_into_js(move |_: JsValue| -> Promise {
                // Held for as long as this promise is open.
                let held = Promise::new(&mut |done, _| {
                    release.replace(Some(done));
                });
                let _ = granted.call0(&JsValue::UNDEFINED);
                held
            });
            let name = JsValue::from_str(name);
            asked = call(&locks, "request", &[&name, &options, &held]);
            match &asked {
                // Who is told to wait no longer is told so by this one.
                Some(asked) => drop(call(asked, "catch", &[&refused])),
                None => drop(refused.call0(&JsValue::UNDEFINED)),
            }
        });
        let timer = Timer::after(patience, move || abort.abort());
        let granted = JsFuture::from(granted).await;
        drop(timer);
        granted.ok()?;
        Some(Self(release.take()?))
    }
}
