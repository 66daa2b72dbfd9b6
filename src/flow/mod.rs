//! The flow: what is on the screen, and how each answer moves it. Plain values; the reactive store only wraps them.

mod address;
mod callback;
mod drive;
mod failure;
mod phase;
#[cfg(target_arch = "wasm32")]
pub mod store;

pub use address::{Address, WISHES};
pub use callback::{Callback, Carried};
pub use drive::{
    Deed, Entered, World, alone, answer, carry, enter, exchange, navigate, probe, revoke, start,
};
pub use failure::{Denial, Failure};
pub use phase::{AGAIN, Event, Flow, Found, Phase, Session, Way};
