//! Recorded responses in the browser. The runner is a program of the browser tests, which depend on this library.

use std::process::Command;

use crate::{Error, Result, paths, process, tools::Browser};

/// Runs all recordings of a folder through the built app.
pub fn run(folder: &str) -> Result<()> {
    let dist = paths::dist();
    if !dist.join("index.html").is_file() {
        return Err(Error::NotBuilt { dist });
    }
    // The runner is started elsewhere.
    let folder = std::path::absolute(folder).map_err(Error::file(folder))?;
    let Browser { chromium, driver } = Browser::ensure()?;
    let mut runner = Command::new(process::cargo());
    runner
        .args(["run", "--quiet", "--locked", "--package", "browser-tests"])
        .args(["--bin", "corpus", "--"])
        .arg(folder)
        .current_dir(paths::root())
        .env("VESTIBULE_DIST", dist)
        .env("CHROMIUM", chromium)
        .env("CHROMEDRIVER", driver);
    // Its last line says how many failed.
    process::run(&mut runner).map_err(|error| match error {
        Error::Failed { .. } => Error::ChecksFailed,
        error => error,
    })
}
