//! How long it takes until somebody can sign in. The runner is a program of the browser tests, which depend on this library:
//! what speaks to a browser is theirs, and too heavy for what is compiled first in a fresh clone.

use std::process::Command;

use crate::{Error, Result, args, bundle, paths, process, tools::Browser};

/// Measures the built app beside a page written by hand.
pub fn run(options: &args::Bench) -> Result<()> {
    let dist = paths::dist();
    bundle::check(&dist)?;
    let json = match &options.json {
        // The runner is started elsewhere.
        Some(file) => std::path::absolute(file).map_err(Error::file(file))?,
        None => paths::target()?.join("bench.json"),
    };
    let Browser { chromium, driver } = Browser::ensure()?;
    let mut runner = Command::new(process::cargo());
    runner
        .args(["run", "--quiet", "--locked", "--package", "browser-tests"])
        .args(["--bin", "bench", "--", &options.runs.to_string()])
        .arg(json)
        .current_dir(paths::root())
        .env("VESTIBULE_DIST", dist)
        .env("CHROMIUM", chromium)
        .env("CHROMEDRIVER", driver);
    process::run(&mut runner)
}
