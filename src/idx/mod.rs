//! The IDX protocol, pure: values in, values out.
//!
//! It makes requests and reads responses; it sends none, reads no clock, draws no random number and knows no Leptos.
//! Reading is total: whatever an org sends becomes a [`Progress`] or a named [`Error`], and what this app does not know
//! keeps its name and still is a form that can be filled in and sent.

mod authenticator;
mod challenge;
mod error;
mod form;
mod message;
mod remediation;
mod transaction;
mod webauthn;
mod wire;

pub use authenticator::{Authenticator, Grace, Kind};
pub use challenge::{Challenge, Reach, Stop};
pub use error::Error;
pub use form::{Answer, Answers, Choice, Control, Field, Form, Hint, Variant};
pub use message::{Class, ELSEWHERE, Link, MORE, Message, PROVIDER_FAILED, UNKNOWN_USER, UNREAD};
pub use remediation::{Provider, REMEMBER, Remediation, Step};
pub(crate) use transaction::read_refusal;
pub use transaction::{App, Device, Progress, Transaction, introspect};
pub use webauthn::{Ceremony, PARTS, PATIENCE, decode, encode};

/// So many things of a kind are told apart and shown: nobody reads more, and each is compared with those before it.
pub const MOST: usize = 500;

/// The media type of an introspect request, and of IDX answers (protocol reference, 2.1).
pub const ION: &str = "application/ion+json; okta-version=1.0.0";
