//! What is tested without a browser, one file each. One program for all of them: it is linked once, and its tests run beside
//! each other whatever file they are in.
#![cfg(not(target_arch = "wasm32"))]

mod architecture;
mod beyond;
mod corpus;
mod device;
mod doctor;
mod door;
mod journeys;
mod large;
mod mutations;
mod okta_verify;
mod passkeys;
mod profile_password;
mod question;
mod remediations;
mod sessions;
mod sign_up;
mod support;
mod tokens;
mod totp;
mod trace;
mod visitor;
mod waiting;
mod ways_back;
mod ways_in;
