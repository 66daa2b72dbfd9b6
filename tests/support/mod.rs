//! What the corpus test stands on: a recorded answer read on its own, a person who fills in any page, and the judge.
//!
//! Nothing here uses the app's reading of a response: what a page must show and send is derived from the JSON itself.

#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod filling;
pub(crate) mod judge;
pub(crate) mod mutation;
pub(crate) mod recording;
pub(crate) mod shape;
