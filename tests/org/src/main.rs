//! The org on a port.
fn main() {}
