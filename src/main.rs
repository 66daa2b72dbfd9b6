//! The app: boot.js calls [`vestibule::app::start`] when it is loaded.

#[cfg(target_arch = "wasm32")]
pub use vestibule::app;

fn main() {}
