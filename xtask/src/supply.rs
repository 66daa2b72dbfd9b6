//! What the project is made of: the fuzz target beside the workspace, and what comes from others.

use std::{path::Path, process::Command};

use crate::{Result, paths, process, tools};

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

/// Holds both lock files against `deny.toml`: licences, sources, wildcards and what is there twice.
///
/// # Errors
/// [`Error::Failed`](crate::Error::Failed) where something is not allowed; what it is was printed. As [`tools::deny`].
pub fn allowed() -> Result<()> {
    let deny = tools::deny()?;
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let mut command = held_against(&deny, manifest);
        process::say(process::typed(&command));
        process::run(&mut command)?;
    }
    Ok(())
}

fn held_against(deny: &Path, manifest: &str) -> Command {
    let mut command = Command::new(deny);
    command
        .args(["--manifest-path", manifest, "--config", "deny.toml"])
        .args(["--workspace", "--locked", "--color", "never", "check"])
        // The exceptions are for both together.
        .args(["--allow", "license-exception-not-encountered"])
        .current_dir(paths::root());
    if manifest == "Cargo.toml" {
        // What is no longer there twice is no longer let through.
        command.args(["--deny", "unmatched-skip", "--deny", "unmatched-skip-root"]);
        command.args(["--deny", "unnecessary-skip"]);
    } else {
        command.args([
            "--allow",
            "unmatched-skip",
            "--allow",
            "unmatched-skip-root",
        ]);
    }
    command.args(["licenses", "bans", "sources"]);
    command
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
    };

    use super::*;

    #[test]
    fn the_tool_is_asked_for_what_needs_no_net() {
        for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
            let command = held_against(Path::new("cargo-deny"), manifest);
            let words = process::typed(&command);
            assert!(words.ends_with(" licenses bans sources"), "{words}");
            assert!(
                words.contains(" --locked ") && words.contains(manifest),
                "{words}"
            );
        }
    }

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
