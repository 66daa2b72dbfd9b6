//! Stories of people with a browser. One file each.

mod again;
mod harness;
mod sign_in;
mod sign_up;
mod walk;
