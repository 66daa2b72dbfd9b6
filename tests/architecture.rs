//! What the architecture leaves out, which no file list can show.

use std::fs;
use std::path::Path;

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((
                path.display().to_string(),
                fs::read_to_string(&path).expect("the file can be read"),
            ));
        }
    }
}

fn of(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(folder),
        &mut found,
    );
    assert!(!found.is_empty(), "{folder} has sources");
    found
}

#[test]
fn the_protocol_does_no_io_reads_no_clock_and_knows_no_leptos() {
    let outside = [
        "leptos",
        "reactive_",
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo",
        "getrandom",
        "rand::",
        "SystemTime",
        "Instant",
        "std::fs",
        "std::net",
        "std::env",
        "std::io",
        "async ",
        "crate::browser",
        "crate::ui",
        "crate::pages",
        "crate::flow",
    ];
    for (name, text) in of("idx").into_iter().chain(of("oauth")) {
        for word in outside {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn the_pages_draw_nothing_and_send_nothing() {
    for (name, text) in of("pages") {
        for word in [
            "leptos",
            "web_sys",
            "js_sys",
            "gloo",
            "crate::browser",
            "crate::ui",
            ".send(",
        ] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn what_draws_has_no_words_of_the_protocol() {
    for (name, text) in of("ui") {
        for word in [
            "remediation",
            "stateHandle",
            "Transaction",
            "interaction",
            "crate::oauth",
            "crate::flow",
        ] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn nothing_on_outside_data_can_panic() {
    for (name, text) in of("") {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for word in [
            ".unwrap()",
            ".expect(",
            "panic!(",
            "unreachable!(",
            "todo!(",
            "unimplemented!(",
        ] {
            assert!(!code.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn every_file_of_tests_is_part_of_its_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for program in [
        "tests/main.rs",
        "tests/org/tests/main.rs",
        "tests/browser/tests/stories.rs",
    ] {
        let program = root.join(program);
        let text = fs::read_to_string(&program).expect("the file can be read");
        let folder = program.parent().expect("it lies in a folder");
        for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
            let path = entry.path();
            let is_module = path.extension().is_some_and(|ending| ending == "rs")
                || path.join("mod.rs").is_file();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let declared = format!("mod {name};");
            assert!(
                !is_module || path == program || text.lines().any(|line| line == declared),
                "{} does not run: {} does not say `{declared}`",
                path.display(),
                program.display()
            );
        }
    }
}
