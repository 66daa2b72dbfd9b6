//! The protocol's two ends, pure: how a transaction starts (PKCE, `interact`) and how it ends (code to tokens).

mod attempt;
mod challenge;
mod claims;
mod dpop;
mod error;
mod token;

pub use attempt::{Asked, Attempt, Purpose, Route, Wish};
pub use challenge::Challenge;
pub use claims::{Claims, Expected, IdToken, Key, SKEW, Tie, key, made_at};
pub use dpop::{Proof, ProofKey, Server, Servers, signed};
pub use error::{Refusal, Setting, TokenError};
pub use token::{TURNS, Tokens, exchange, given, logout, name_of, refresh, revoke, secret_of};
