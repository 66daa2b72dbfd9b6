//! Every recorded answer of an org becomes a page that works.

use std::env;
use std::path::{Path, PathBuf};

use crate::support::judge::{self, Verdict};
use crate::support::recording;

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

/// The recordings of a folder, or what to do where it has none.
fn recordings(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let files = recording::folder(folder);
    if files.is_empty() {
        return Err(format!(
            "There are no recordings (*.json) in {}, so nothing was judged. VESTIBULE_CORPUS=FOLDER names the folder that they \
             are in. Okta's own are public: github.com/okta/okta-signin-widget, playground/mocks/data/idp/idx.",
            folder.display()
        ));
    }
    Ok(files)
}

#[test]
fn every_recorded_answer_becomes_a_page() {
    let folder = env::var_os("VESTIBULE_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/idx-corpus"),
        PathBuf::from,
    );
    let files = recordings(&folder).unwrap_or_else(|problem| panic!("{problem}"));
    assert_eq!(table(&files), 0, "see the table above");
}

#[test]
fn where_there_is_nothing_to_judge_no_test_passes() {
    // One folder that is not there, and one without a recording in it.
    for folder in ["/nowhere/idx", concat!(env!("CARGO_MANIFEST_DIR"), "/src")] {
        let problem = recordings(Path::new(folder)).expect_err("there are none");
        assert!(
            problem.contains(folder) && problem.contains("VESTIBULE_CORPUS"),
            "{problem}"
        );
    }
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
