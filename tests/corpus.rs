//! Every recorded answer of an org becomes a page that works.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::env;
use std::path::{Path, PathBuf};

use support::judge::{self, Verdict};
use support::recording;

fn table(files: &[(String, String)]) -> usize {
    let mut failed = 0;
    for (name, body) in files {
        let Verdict {
            step,
            faults,
            notes,
        } = judge::judge(body);
        for note in notes {
            println!("note  {name}  {note}");
        }
        if faults.is_empty() {
            println!("ok    {name}  {step}");
            continue;
        }
        failed += 1;
        println!("FAIL  {name}  {step}");
        for fault in faults {
            println!("        {fault}");
        }
    }
    println!("{} of {}", files.len() - failed, files.len());
    failed
}

#[test]
fn every_recorded_answer_becomes_a_page() {
    let folder = env::var_os("VESTIBULE_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/idx-corpus"),
        PathBuf::from,
    );
    let files = recording::folder(&folder);
    if files.is_empty() {
        println!("no recordings in {}: nothing was judged", folder.display());
        return;
    }
    assert_eq!(table(&files), 0, "see the table above");
}

/// What no recording has, and an org might send all the same. Written by hand; `cargo xtask corpus tests/odd` takes them to
/// Chromium.
#[test]
fn every_odd_answer_becomes_a_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd");
    let files = recording::folder(&folder);
    assert!(files.len() > 25, "they are there");
    assert_eq!(table(&files), 0, "see the table above");
}
