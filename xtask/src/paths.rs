//! Where things are: the repository, what is built, and the user's cache.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Error, Result, process};

/// The root of the repository.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The built app. Tests that `cargo xtask test` starts are told by `VESTIBULE_DIST`.
pub fn dist() -> PathBuf {
    env::var_os("VESTIBULE_DIST").map_or_else(|| root().join("dist"), PathBuf::from)
}

/// Where Cargo puts what it builds for this machine.
pub fn target() -> Result<PathBuf> {
    let mut metadata = Command::new(process::cargo());
    metadata
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root());
    let text = process::output(&mut metadata)?;
    let metadata: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| Error::Unreadable {
            path: root().join("Cargo.toml"),
            wanted: "target directory".to_owned(),
        })
}

/// Where the tools live that the project installs, for every clone of this user.
pub fn tool_cache() -> Result<PathBuf> {
    let given = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    given("XDG_CACHE_HOME")
        .filter(|cache| cache.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .map(|cache| cache.join("vestibule").join("tools"))
        .ok_or_else(|| Error::Missing {
            what: "There is no home folder to install the build tools in".to_owned(),
            remedy: "export XDG_CACHE_HOME=/some/folder".to_owned(),
        })
}
