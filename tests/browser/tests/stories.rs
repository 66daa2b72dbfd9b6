//! Stories of people with a browser. One file each.

mod addresses;
mod again;
mod bad_input;
mod developer;
mod devices;
mod factors;
mod fields;
mod harness;
mod hosts;
mod keyboard;
mod links;
mod passkeys;
mod pictures;
mod providers;
mod recovery;
mod returns;
mod secrets;
mod setup;
mod sign_in;
mod sign_up;
mod spoiled;
mod trouble;
mod walk;
