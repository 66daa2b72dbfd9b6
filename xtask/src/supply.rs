//! What the project is made of: the fuzz target beside the workspace, and what comes from others.

use std::process::Command;

use crate::{paths, process};

/// Whether the fuzz target compiles, and with the versions that it is locked to. libFuzzer itself is left out: it is C++, and
/// what changes with the app is the target.
pub fn fuzz_target() -> Command {
    let mut cargo = Command::new(process::cargo());
    cargo
        .args(["check", "--manifest-path", "fuzz/Cargo.toml", "--locked"])
        .args(["--no-default-features", "--target-dir", "target/fuzz"])
        .current_dir(paths::root());
    cargo
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
    };

    use super::*;

    /// The packages of a lock file, each with its versions.
    fn locked(file: &str) -> BTreeMap<String, BTreeSet<String>> {
        let text = fs::read_to_string(paths::root().join(file)).expect("it is committed");
        let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for package in text.split("[[package]]").skip(1) {
            let member = |name: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default()
                    .trim_matches([' ', '=', '"'])
                    .to_owned()
            };
            packages
                .entry(member("name"))
                .or_default()
                .insert(member("version"));
        }
        packages
    }

    #[test]
    fn what_is_fuzzed_is_made_of_the_versions_that_are_released() {
        let released = locked("Cargo.lock");
        let fuzzed = locked("fuzz/Cargo.lock");
        assert!(
            fuzzed.contains_key("base64ct") && fuzzed.len() > 20,
            "{fuzzed:?}"
        );
        for (name, versions) in fuzzed {
            let Some(known) = released.get(&name) else {
                continue;
            };
            assert!(
                versions.is_subset(known),
                "{name}: {versions:?}, not {known:?}"
            );
        }
    }
}
