//! What is wrong with a deployment and its org. Who looks is a program of the app's own package, which knows the protocol.

use std::process::Command;

use crate::{Error, Result, args, paths, process, tools};

/// Looks at a deployment, by its `config.json`. Fails if anything is wrong.
pub fn run(options: &args::Doctor) -> Result<()> {
    tools::curl()?;
    let config = match &options.config {
        // The program is started elsewhere.
        Some(file) => std::path::absolute(file).map_err(Error::file(file))?,
        None => paths::dist().join("config.json"),
    };
    let mut doctor = Command::new(process::cargo());
    doctor
        .args(["run", "--quiet", "--locked", "--package", "vestibule"])
        .args(["--bin", "doctor", "--"])
        .arg(config)
        .args(&options.app)
        .current_dir(paths::root());
    // Its first line says how much is wrong.
    process::run(&mut doctor).map_err(|error| match error {
        Error::Failed { .. } => Error::ChecksFailed,
        error => error,
    })
}
