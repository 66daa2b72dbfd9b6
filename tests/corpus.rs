//! Every recorded answer of an org becomes a page that works.

#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::path::{Path, PathBuf};
use std::{env, fs};

use support::judge::{self, Verdict};

fn recordings(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    files.sort();
    files
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            let body = fs::read(&path).ok()?;
            Some((name, String::from_utf8_lossy(&body).into_owned()))
        })
        .collect()
}

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
    let files = recordings(&folder);
    if files.is_empty() {
        println!("no recordings in {}: nothing was judged", folder.display());
        return;
    }
    assert_eq!(table(&files), 0, "see the table above");
}
