//! The protocol's two ends, pure: how a transaction starts (PKCE, `interact`) and how it ends (code to tokens).

mod attempt;
mod claims;
mod error;
mod token;

pub use attempt::{Attempt, Purpose, Route, Wish};
pub use claims::{Claims, Expected, IdToken, Key, SKEW, key};
pub use error::{Refusal, Setting, TokenError};
pub use token::{Tokens, exchange, logout, revoke};
