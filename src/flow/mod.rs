//! The flow: what is on the screen, and how each answer moves it. Plain values; the reactive store only wraps them.

mod address;
mod callback;
mod drive;
mod failure;
mod grant;
mod phase;
#[cfg(target_arch = "wasm32")]
pub mod store;

pub use address::{Address, WISHES};
pub use callback::{Callback, Carried};
pub use drive::{
    Deed, Entered, World, activate, alone, answer, carry, enter, navigate, probe, start,
};
pub use failure::{Denial, Failure};
pub use grant::{Memory, authorized, exchange, forget_key, heard, renew, revoke};
pub use phase::{AGAIN, Ended, Event, Flow, Found, OrgSession, Phase, Session, Way};
