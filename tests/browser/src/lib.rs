//! Journeys in a real Chromium.
//!
//! A story gets a [`Visit`]: an org of its own in this process, the built app on a port of its own, and a browser in which
//! nothing is left of another story. It says what a person does and what they meet, by roles and labels, and [`Page::at`] looks at every
//! page on the way as every page must be.
//!
//! What it needs: Chromium (`CHROMIUM`, else `chromium` on the path), ChromeDriver (`CHROMEDRIVER`, else `chromedriver`),
//! axe-core (`VESTIBULE_AXE`, else what `cargo xtask test` put into the user's cache), and the built app
//! (`VESTIBULE_DIST`, else `dist` of this repository).
//!
//! Deliberately absent: types of the app. These tests know what a person sees and what goes over the wire, and nothing else.

mod check;
mod driver;
mod keys;
mod page;
mod script;
mod secrets;
mod server;
mod session;
mod stage;
mod times;
mod visit;

pub use fantoccini::key::Key;
pub use org::{Fault, FaultKind, TokenFault};
pub use xtask::hosts::Host;

pub use crate::keys::{Credential, Device, Plugged};
pub use crate::page::{Choice, Errors, Failure, Fetched, Input, Page, Request, Storage, Tab};
pub use crate::script::{Script, Sent, listen, scripted};
pub use crate::session::Window;
pub use crate::stage::look_at;
pub use crate::visit::{Brand, Config, Rest, Scene, Visit, visit};
