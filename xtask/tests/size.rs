//! The budget of the sign-in form. It needs a built app, so `cargo xtask test` builds one and runs this by name.

use xtask::{
    paths,
    size::{BUDGET, BUDGET_OF_ALL, BUDGET_OF_BOOT, BUDGET_OF_DOCTOR, BUDGET_TO_FILL, Size},
};

#[test]
#[ignore = "needs dist/: `cargo xtask test` builds it and runs this"]
fn the_sign_in_form_is_within_its_budget() {
    let size = Size::of(&paths::dist()).unwrap_or_else(|error| panic!("{error}"));
    println!("{size}");
    for (what, weight, budget) in [
        (
            "what it takes to fill it in",
            size.to_fill(),
            BUDGET_TO_FILL,
        ),
        ("boot.js", size.boot(), BUDGET_OF_BOOT),
        ("the sign-in form", size.form(), BUDGET),
        ("all of it", size.total(), BUDGET_OF_ALL),
        ("the doctor", size.doctor(), BUDGET_OF_DOCTOR),
    ] {
        assert!(
            weight <= budget,
            "{what} weighs {weight} bytes, more than {budget}"
        );
    }
}
