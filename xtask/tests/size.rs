//! The budget of the sign-in form. It needs a built app, so `cargo xtask test` builds one and runs this by name.

use xtask::{
    paths,
    size::{BUDGET, Size},
};

#[test]
#[ignore = "needs dist/: `cargo xtask test` builds it and runs this"]
fn the_sign_in_form_is_within_its_budget() {
    let size = Size::of(&paths::dist()).unwrap_or_else(|error| panic!("{error}"));
    println!("{size}");
    assert!(
        size.total() <= BUDGET,
        "{} bytes are more than {BUDGET}",
        size.total()
    );
}
