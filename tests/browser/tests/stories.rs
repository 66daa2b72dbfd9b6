//! Stories of people with a browser. One file each.

mod harness;
