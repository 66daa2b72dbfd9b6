//! What the app behind the door relies on: who is signed in, an access token that is good, and requests with it.

pub mod pace;
pub mod word;

#[cfg(target_arch = "wasm32")]
pub(crate) mod idle;
#[cfg(target_arch = "wasm32")]
pub(crate) mod keeper;
#[cfg(target_arch = "wasm32")]
mod page;

#[cfg(target_arch = "wasm32")]
pub use api::Session;
#[cfg(target_arch = "wasm32")]
pub use page::Page;

#[cfg(target_arch = "wasm32")]
mod api;
