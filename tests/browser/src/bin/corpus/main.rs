//! The app in a real Chromium, against an org that answers with recordings: `cargo xtask corpus DIR`.
//!
//! Each recording is the answer to introspect, and in a second visit the answer to a first form. What must be on the page
//! and in the request is derived from the recording itself; of the app only the sentences for the keys of messages are
//! known.

mod org;
mod visit;

#[path = "../../../../support/recording.rs"]
#[allow(dead_code, reason = "the native judge has its own part of it")]
mod recording;
#[path = "../../../../support/shape.rs"]
mod shape;

use std::cell::{Cell, RefCell};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use browser_tests::{Page, Window, listen, look_at};
use org::Org;
use serde_json::json;
use visit::Verdict;
use xtask::paths;
use xtask::serve::Site;

/// After so long another browser takes over: the harness lets none work for ever.
const SHIFT: Duration = Duration::from_secs(180);

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("Which folder are the recordings in?");
        return ExitCode::FAILURE;
    };
    let files = recording::folder(Path::new(&folder));
    if files.is_empty() {
        eprintln!("There are no recordings (*.json) in {}.", folder.display());
        return ExitCode::FAILURE;
    }
    println!("{:<9}{:<75}step", "verdict", "file");
    let next = Cell::new(0);
    let failed = Cell::new(0);
    while next.get() < files.len() {
        // What a browser dies of is the verdict on the file that it had.
        let ended = catch_unwind(AssertUnwindSafe(|| shift(&files, &next, &failed)));
        if ended.is_err() && next.get() < files.len() {
            row(
                &files[next.get()].0,
                &Verdict::of("the browser did not get through it"),
                &failed,
            );
            next.set(next.get() + 1);
        }
    }
    println!(
        "{} passed, {} failed",
        files.len() - failed.get(),
        failed.get()
    );
    if failed.get() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// As many files as one browser gets through in its time.
fn shift(files: &[(String, String)], next: &Cell<usize>, failed: &Cell<usize>) {
    let org = RefCell::new(None);
    let origin = async {
        let served = Org::new().await;
        let place = served.origin();
        let config =
            json!({ "issuer": format!("{place}/oauth2/default"), "clientId": "vestibule" });
        let site = Site::new(paths::dist())
            .config(config.to_string())
            .org(place);
        let (app, listeners) = listen().await;
        tokio::spawn(site.serve_until(listeners, std::future::pending()));
        org.replace(Some(served));
        app
    };
    let start = Instant::now();
    look_at("corpus", &Window::WIDE, origin, async |page: &Page| {
        let org = org.take().expect("it was made with the origin");
        let lines = Cell::new(0);
        while next.get() < files.len() && start.elapsed() < SHIFT {
            let (name, body) = &files[next.get()];
            let verdict = visit::judge(page, &org, name, body, &lines).await;
            row(name, &verdict, failed);
            next.set(next.get() + 1);
        }
    });
}

fn row(name: &str, verdict: &Verdict, failed: &Cell<usize>) {
    let word = if verdict.faults.is_empty() {
        "ok"
    } else {
        "FAILED"
    };
    println!("{word:<9}{name:<75}{}", verdict.step);
    for fault in &verdict.faults {
        println!("         {fault}");
    }
    if !verdict.faults.is_empty() {
        failed.set(failed.get() + 1);
    }
}
