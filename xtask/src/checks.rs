//! Everything that must pass before a change lands. A check that fails does not keep the next ones from running, so that one
//! run tells all there is to mend.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use crate::{
    Error, Result, args, bundle, paths, process,
    results::Tally,
    supply,
    tools::{self, Browser, Small, Tools},
};

/// Runs all checks, and closes with what each came to and a line for all.
pub fn run(options: &args::Test) -> Result<()> {
    let start = Instant::now();
    let mut report = Report::default();
    // The tools first: what is missing is told before minutes are spent.
    let tools = Tools::ensure(Small::Required)?;
    tools::curl()?;
    let browser = if options.browser {
        let browser = Browser::ensure()?;
        tools::servers()?;
        Some((browser, tools::axe()?))
    } else {
        None
    };
    components()?;

    report.check("Format", cargo(&["fmt", "--all", "--check"]));
    report.check(
        "Lints",
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ]),
    );
    report.check(
        "Lints of the app in the browser",
        cargo(&[
            "clippy",
            "--package",
            "vestibule",
            "--target",
            "wasm32-unknown-unknown",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ]),
    );
    report.check("The fuzz target", supply::fuzz_target());
    report.step("What comes from others", supply::allowed);
    let mut native = cargo(&[
        "test",
        "--workspace",
        "--exclude",
        "browser-tests",
        "--locked",
        "--no-fail-fast",
    ]);
    native.args(&options.filter);
    report.tests("Tests", native);

    // What the library promises to an app is for the browser: its examples are compiled for it, and not run.
    let mut examples = cargo(&[
        "test",
        "--doc",
        "--package",
        "vestibule",
        "--target",
        "wasm32-unknown-unknown",
        "--locked",
    ]);
    examples.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "true");
    report.check("Examples of the library", examples);

    match report.step("Build", || bundle::build(&tools, "/", None)) {
        Some(dist) => built(options, &mut report, &dist, browser),
        None => process::say("Without a build there are no tests of size and browser."),
    }
    report.close(start)
}

fn built(
    options: &args::Test,
    report: &mut Report,
    dist: &Path,
    browser: Option<(Browser, PathBuf)>,
) {
    let mut size = cargo(&["test", "--package", "xtask", "--test", "size", "--locked"]);
    size.args(["--test", "dist", "--", "--ignored", "--nocapture"])
        .env("VESTIBULE_DIST", dist);
    report.tests("Size and files", size);

    if let Some((Browser { chromium, driver }, axe)) = browser {
        let mut tests = cargo(&[
            "test",
            "--package",
            "browser-tests",
            "--locked",
            "--no-fail-fast",
        ]);
        tests
            .args(&options.filter)
            .env("VESTIBULE_DIST", dist)
            .env("VESTIBULE_AXE", axe)
            .env("CHROMIUM", chromium)
            .env("CHROMEDRIVER", driver);
        report.tests("Browser", tests);
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(process::cargo());
    cargo.args(arguments).current_dir(paths::root());
    cargo
}

/// rustfmt and Clippy, which a small installation of Rust lacks.
fn components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::succeeds(&mut cargo(&[subcommand, "--version"])) {
            continue;
        }
        process::run(
            Command::new("rustup")
                .args(["component", "add", component])
                .current_dir(paths::root()),
        )
        .map_err(|_| Error::Missing {
            what: format!("This Rust has no {component}, and rustup could not add it"),
            remedy: format!("rustup component add {component}"),
        })?;
    }
    Ok(())
}

#[derive(Default)]
struct Report {
    lines: Vec<(&'static str, String)>,
    total: Tally,
}

impl Report {
    /// A step that passes or fails as a whole. It counts only when it fails: it is no test.
    fn step<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Option<T> {
        let start = Instant::now();
        let result = step();
        let time = process::spoken(start.elapsed());
        match result {
            Ok(done) => {
                self.lines.push((name, format!("passed in {time}")));
                Some(done)
            }
            Err(problem) => {
                eprintln!("{problem}");
                self.lines.push((name, format!("FAILED in {time}")));
                self.total += Tally {
                    passed: 0,
                    failed: 1,
                };
                None
            }
        }
    }

    fn check(&mut self, name: &'static str, mut command: Command) {
        process::say(format_args!("{name}: {}", process::typed(&command)));
        self.step(name, || process::run(&mut command));
    }

    /// A step that runs tests, which count one by one.
    fn tests(&mut self, name: &'static str, mut command: Command) {
        process::say(format_args!("{name}: {}", process::typed(&command)));
        let start = Instant::now();
        let mut tally = Tally::default();
        let ended = process::run_by_line(&mut command, |line| {
            println!("{line}");
            if let Some(counts) = Tally::from_line(line) {
                tally += counts;
            }
        });
        let well = ended.unwrap_or_else(|problem| {
            eprintln!("{problem}");
            false
        });
        if !well && tally.failed == 0 {
            // It did not compile, or a runner died: no test says so.
            tally.failed = 1;
        }
        self.lines.push((
            name,
            format!("{tally} in {}", process::spoken(start.elapsed())),
        ));
        self.total += tally;
    }

    fn close(self, start: Instant) -> Result<()> {
        println!();
        for (name, line) in &self.lines {
            println!("{name:<32} {line}");
        }
        println!("{:<32} {}", "All", process::spoken(start.elapsed()));
        println!("{}", self.total);
        if self.total.failed == 0 {
            Ok(())
        } else {
            Err(Error::ChecksFailed)
        }
    }
}
