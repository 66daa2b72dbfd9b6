//! The built app as files. These tests need a build, and `cargo xtask test` runs them after it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use xtask::{bundle, paths};

/// What would tell of the machine that built it: the folders of the repository, of Cargo and Rust, and of the person.
fn folders() -> Vec<PathBuf> {
    let set = |name: &str| env::var_os(name).map(PathBuf::from);
    let mut folders = vec![paths::root()];
    folders.extend(
        ["CARGO_HOME", "RUSTUP_HOME", "CARGO_TARGET_DIR"]
            .iter()
            .filter_map(|name| set(name)),
    );
    folders.extend(env::home_dir());
    // A home at the root of everything is in every path.
    folders.retain(|folder| folder.components().count() > 1);
    folders
}

fn names(content: &[u8], folder: &Path) -> bool {
    let folder = folder.to_string_lossy();
    content
        .windows(folder.len())
        .any(|window| window == folder.as_bytes())
}

#[test]
#[ignore = "needs a build: `cargo xtask test`"]
fn no_file_tells_where_it_was_built() {
    let dist = paths::dist();
    let files = bundle::files(&dist).expect("the app is built");
    assert!(
        files.iter().any(|name| name.ends_with(".wasm")),
        "{files:?}"
    );
    let bom = dist.with_extension("cdx.json");
    for path in files.iter().map(|name| dist.join(name)).chain([bom]) {
        let content = fs::read(&path).expect("it is there");
        for folder in folders() {
            let path = path.display();
            assert!(!names(&content, &folder), "{path} has {}", folder.display());
        }
    }
}

#[test]
#[ignore = "needs a build: `cargo xtask test`"]
fn the_bill_of_materials_is_that_of_these_files() {
    let dist = paths::dist();
    let text = fs::read_to_string(dist.with_extension("cdx.json")).expect("it is beside the app");
    let bom: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let listed: Vec<(String, String)> = bom["metadata"]["component"]["components"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|file| {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            (text(&file["name"]), text(&file["hashes"][0]["content"]))
        })
        .collect();
    let there: Vec<(String, String)> = bundle::files(&dist)
        .expect("the app is built")
        .into_iter()
        .filter(|name| name != "config.json" && !name.ends_with("/config.json"))
        .map(|name| {
            let content = fs::read(dist.join(&name)).expect("it is there");
            let hash = Sha256::digest(content);
            let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            (name, hash)
        })
        .collect();
    assert_eq!(listed, there);
}
