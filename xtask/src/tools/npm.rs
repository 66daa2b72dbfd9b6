//! What comes from npm: wasm-opt, terser, and the accessibility checker of the browser tests. `xtask/npm/` says what that is,
//! with the hash of every package: nothing else is installed, and no package runs anything while it is.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};

use super::{AXE, BINARYEN, TERSER, apt_install, cached, is_root_on_debian, working};
use crate::{Error, Result, paths, process};

const MANIFEST: &str = include_str!("../../npm/package.json");
const LOCK: &str = include_str!("../../npm/package-lock.json");

/// wasm-opt, which makes the app smaller.
pub(super) fn wasm_opt() -> Result<PathBuf> {
    let version = BINARYEN.split('.').next().unwrap_or(BINARYEN);
    working(packages()?.join(".bin/wasm-opt"), "wasm-opt", version)
}

/// terser, which makes scripts smaller.
pub(super) fn terser() -> Result<PathBuf> {
    working(packages()?.join(".bin/terser"), "terser", TERSER)
}

/// axe-core, as one script to run in a page.
pub fn axe() -> Result<PathBuf> {
    let script = packages()?.join(AXE_SCRIPT);
    if script.is_file() {
        return Ok(script);
    }
    Err(Error::WrongVersion {
        tool: "axe-core".to_owned(),
        wanted: AXE.to_owned(),
        path: script,
    })
}

/// The same, where it is installed already.
pub fn installed_axe() -> Option<PathBuf> {
    let folder = paths::tool_cache().ok()?.join(format!("npm-{}", version()));
    is_ours(&folder).ok()?;
    Some(folder.join("node_modules").join(AXE_SCRIPT)).filter(|script| script.is_file())
}

const AXE_SCRIPT: &str = "axe-core/axe.min.js";

/// The folder of all packages, which are installed if they are not there.
fn packages() -> Result<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = cached("npm", &version(), is_ours, |folder| {
        need_npm()?;
        for (name, text) in [("package.json", MANIFEST), ("package-lock.json", LOCK)] {
            let path = folder.join(name);
            fs::write(&path, text).map_err(Error::file(&path))?;
        }
        process::timed("Installing wasm-opt, terser and axe-core (once)", || {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts"])
                .args(["--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(folder);
            process::run(&mut npm)
        })
    })?;
    Ok(folder.join("node_modules"))
}

/// Other packages are another version: the lock file's hash.
fn version() -> String {
    let hash = Sha256::digest(LOCK);
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Whether a folder was filled from the lock file of this repository.
fn is_ours(folder: &Path) -> Result<()> {
    let path = folder.join("package-lock.json");
    let lock = fs::read_to_string(&path).map_err(Error::file(&path))?;
    if lock == LOCK {
        return Ok(());
    }
    Err(Error::WrongVersion {
        tool: "npm's package-lock.json".to_owned(),
        wanted: version(),
        path: folder.to_path_buf(),
    })
}

fn need_npm() -> Result<()> {
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
        what: "wasm-opt, terser and axe-core come from npm, and npm is not installed".to_owned(),
        remedy: "sudo apt-get install nodejs npm".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).expect("it is JSON")
    }

    #[test]
    fn what_is_asked_for_is_exactly_what_the_commands_know() {
        let manifest = read(MANIFEST);
        let expected = serde_json::json!({"axe-core": AXE, "binaryen": BINARYEN, "terser": TERSER});
        assert_eq!(manifest["dependencies"], expected);
        assert_eq!(read(LOCK)["packages"][""]["dependencies"], expected);
        for more in [
            "devDependencies",
            "optionalDependencies",
            "scripts",
            "overrides",
        ] {
            assert!(manifest.get(more).is_none(), "{more}");
        }
    }

    #[test]
    fn each_package_has_its_hash_and_comes_from_where_everybody_gets_it() {
        let lock = read(LOCK);
        let packages = lock["packages"].as_object().expect("an object");
        assert!(packages.len() > 10, "terser stands on others");
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            let member = |member: &str| package[member].as_str().unwrap_or_default();
            assert!(member("integrity").starts_with("sha512-"), "{name}");
            assert!(
                member("resolved").starts_with("https://registry.npmjs.org/"),
                "{name}: {}",
                member("resolved")
            );
            assert!(package.get("hasInstallScript").is_none(), "{name}");
            assert!(!member("license").is_empty(), "{name}");
        }
    }
}
