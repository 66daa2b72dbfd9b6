//! The app: boot.js calls `start` when it is loaded.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::wasm_bindgen;

/// Puts the app into the page: [`vestibule::app::start`]. It is exported here and not there, or the doctor, which is made
/// of the same library, would have all of the app in it.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn start(asked: js_sys::Array, begun: js_sys::Function) {
    vestibule::app::start(asked, begun);
}

fn main() {}
