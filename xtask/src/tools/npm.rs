//! What comes from the npm registry: wasm-opt, terser, and the accessibility checker of the browser tests.

use std::{path::PathBuf, process::Command};

use super::{AXE, BINARYEN, TERSER, apt_install, cached, installed, is_root_on_debian, working};
use crate::{Error, Result, process};

/// wasm-opt, which makes the app smaller.
pub(super) fn wasm_opt() -> Result<PathBuf> {
    let version = BINARYEN.split('.').next().unwrap_or(BINARYEN);
    if let Some(path) = installed("wasm-opt", version) {
        return Ok(path);
    }
    let folder = package("binaryen", BINARYEN)?;
    working(
        folder.join("node_modules/.bin/wasm-opt"),
        "wasm-opt",
        version,
    )
}

/// terser, which makes scripts smaller.
pub(super) fn terser() -> Result<PathBuf> {
    if let Some(path) = installed("terser", TERSER) {
        return Ok(path);
    }
    let folder = package("terser", TERSER)?;
    working(folder.join("node_modules/.bin/terser"), "terser", TERSER)
}

/// axe-core, as one script to run in a page.
pub fn axe() -> Result<PathBuf> {
    let script = package("axe-core", AXE)?.join("node_modules/axe-core/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    Err(Error::WrongVersion {
        tool: "axe-core".to_owned(),
        wanted: AXE.to_owned(),
        path: script,
    })
}

fn package(name: &str, version: &str) -> Result<PathBuf> {
    cached(name, version, |folder| {
        need_npm(name)?;
        process::timed(&format!("Installing {name} {version} (once)"), || {
            let mut npm = Command::new("npm");
            npm.args([
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--loglevel=error",
                "--prefix",
            ])
            .arg(folder)
            .arg(format!("{name}@{version}"))
            .current_dir(folder);
            process::run(&mut npm)
        })
    })
}

fn need_npm(package: &str) -> Result<()> {
    let there = || process::succeeds(Command::new("npm").arg("--version"));
    if there() {
        return Ok(());
    }
    if is_root_on_debian() {
        // If it fails it has said why, and the look below tells what to do.
        let _ = apt_install(&["nodejs", "npm"]);
    }
    if there() {
        return Ok(());
    }
    Err(Error::Missing {
        what: format!("{package} comes from npm, and npm is not installed"),
        remedy: "sudo apt-get install nodejs npm".to_owned(),
    })
}
