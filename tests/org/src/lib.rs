//! A small Okta org on this machine.
