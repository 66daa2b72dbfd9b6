//! Everything that must pass before a change lands. A check that fails does not keep the next ones from running, so that one
//! run tells all there is to mend.

use std::{
    env, fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Error, Result, args, paths,
    process::{self, Beside},
    results::{self, Tally, Ticks},
    supply,
    tools::{self, Browser, Small, Tools},
};

/// Runs all checks, and closes with what each came to and a line for all.
pub fn run(options: &args::Test) -> Result<()> {
    let start = Instant::now();
    let mut report = Report {
        busy: options.timings,
        ..Report::default()
    };
    // The tools first: what is missing is told before minutes are spent.
    tools::curl()?;
    components()?;
    if options.quick {
        tools::wasm_target()?;
        beside_the_app(options, &mut report)?;
        return report.close(start);
    }
    Tools::ensure(Small::Required)?;
    let browser = if options.browser {
        let browser = Browser::ensure()?;
        tools::servers()?;
        Some((browser, tools::axe()?))
    } else {
        None
    };

    // For most of its time the build keeps one processor busy: there is enough to do for the others that needs no app.
    let mut build = Command::new(env::current_exe().unwrap_or_else(|_| "xtask".into()));
    build.arg("build");
    process::say(
        "Build: cargo xtask build, beside what comes next; what it writes comes after that",
    );
    let build = Beside::start(&mut build);
    beside_the_app(options, &mut report)?;
    report.check(
        "Stories, compiled",
        cargo(&[
            "test",
            "--workspace",
            "--locked",
            "--no-run",
            "--test",
            SIZE,
            "--test",
            DIST,
            "--test",
            STORIES,
        ]),
    );
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

    process::say("Build: this is what it wrote");
    match report.beside("Build", build) {
        Some(()) => built(options, &mut report, &paths::root().join("dist"), browser),
        None => process::say("Without a build there are no tests of size and browser."),
    }
    report.close(start)
}

/// What needs no app.
fn beside_the_app(options: &args::Test, report: &mut Report) -> Result<()> {
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
    // Always the whole workspace, whatever part of it is meant: another set of packages has other features, and all that they
    // share would be compiled once for each set.
    let mut native = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    native.args(["--lib", "--bins"]);
    for program in test_programs()? {
        native.args(["--test", &program]);
    }
    native.args(&options.filter);
    report.tests("Tests", native);
    let mut documentation = cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--doc"]);
    documentation.args(&options.filter);
    report.tests("Tests in documentation", documentation);
    Ok(())
}

/// The test programs that need neither an app nor a browser, by their names.
fn test_programs() -> Result<Vec<String>> {
    let mut metadata = cargo(&["metadata", "--no-deps", "--format-version", "1", "--locked"]);
    let metadata = process::output(&mut metadata)?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap_or_default();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let programs = list(&metadata["packages"]);
    let programs = programs
        .iter()
        .flat_map(|package| list(&package["targets"]));
    let mut programs: Vec<String> = programs
        .filter(|target| target["kind"][0] == "test")
        .filter_map(|target| Some(target["name"].as_str()?.to_owned()))
        .filter(|name| !matches!(name.as_str(), SIZE | DIST | STORIES))
        .collect();
    programs.sort();
    Ok(programs)
}

/// The test program that weighs the app.
const SIZE: &str = "size";
/// The test program that looks at its files.
const DIST: &str = "dist";
/// The test program of the stories in a browser.
const STORIES: &str = "stories";

fn built(
    options: &args::Test,
    report: &mut Report,
    dist: &Path,
    browser: Option<(Browser, PathBuf)>,
) {
    let mut files = cargo(&["test", "--workspace", "--locked"]);
    files
        .args(["--test", SIZE, "--test", DIST])
        .args(["--", "--ignored", "--nocapture"])
        .env("VESTIBULE_DIST", dist);
    report.tests("Size and files", files);

    if let Some((Browser { chromium, driver }, axe)) = browser {
        let times = paths::root().join("target").join("story-times");
        let _ = fs::remove_file(&times);
        let mut tests = cargo(&["test", "--workspace", "--locked", "--test", STORIES]);
        tests
            .args(&options.filter)
            .args(["--", "--test-threads", &at_once().to_string()])
            .env("VESTIBULE_DIST", dist)
            .env("VESTIBULE_AXE", axe)
            .env("VESTIBULE_TIMES", &times)
            .env("CHROMIUM", chromium)
            .env("CHROMEDRIVER", driver);
        report.tests("Browser", tests);
        if options.timings {
            let times = fs::read_to_string(&times).unwrap_or_default();
            report.slowest = results::slowest(&times, 10);
        }
    }
}

/// How many stories are told at once: each waits for its browser, and its browser for it, so that one of them alone leaves a
/// processor idle half of the time.
fn at_once() -> usize {
    2 * thread::available_parallelism().map_or(1, NonZero::get)
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
    lines: Vec<Line>,
    total: Tally,
    /// Whether it is told how busy the processors were.
    busy: bool,
    slowest: Vec<(String, Duration)>,
}

/// What a step came to.
struct Line {
    name: &'static str,
    came_to: String,
    time: Duration,
    /// How busy the processors were meanwhile, in percent, where the system tells it.
    busy: Option<u64>,
}

/// When a step begins.
struct Begun {
    at: Instant,
    ticks: Option<Ticks>,
}

impl Begun {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            ticks: ticks(),
        }
    }

    fn busy(&self) -> Option<u64> {
        Some(ticks()?.busy_since(self.ticks?))
    }
}

fn ticks() -> Option<Ticks> {
    Ticks::read(&fs::read_to_string("/proc/stat").ok()?)
}

impl Report {
    /// The same of one command.
    fn check(&mut self, name: &'static str, mut command: Command) {
        process::say(format_args!("{name}: {}", process::typed(&command)));
        self.step(name, || process::run(&mut command));
    }

    /// A step that passes or fails as a whole. It counts only when it fails: it is no test.
    fn step(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        let begun = Begun::now();
        let result = step();
        let (time, busy) = (begun.at.elapsed(), begun.busy());
        self.passes(name, result.map(|()| time), time, busy);
    }

    /// A step that was started earlier. Its time is its own, however much of it was waited for.
    fn beside(&mut self, name: &'static str, started: Result<Beside>) -> Option<()> {
        let begun = Instant::now();
        let ended = started.and_then(Beside::wait);
        self.passes(name, ended, begun.elapsed(), None)
    }

    fn passes(
        &mut self,
        name: &'static str,
        took: Result<Duration>,
        waited: Duration,
        busy: Option<u64>,
    ) -> Option<()> {
        let (came_to, time) = match took {
            Ok(time) => ("passed", time),
            Err(problem) => {
                eprintln!("{problem}");
                self.total += Tally {
                    passed: 0,
                    failed: 1,
                };
                ("FAILED", waited)
            }
        };
        self.lines.push(Line {
            name,
            came_to: came_to.to_owned(),
            time,
            busy,
        });
        (came_to == "passed").then_some(())
    }

    /// A step that runs tests, which count one by one.
    fn tests(&mut self, name: &'static str, mut command: Command) {
        process::say(format_args!("{name}: {}", process::typed(&command)));
        let begun = Begun::now();
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
        self.lines.push(Line {
            name,
            came_to: tally.to_string(),
            time: begun.at.elapsed(),
            busy: begun.busy(),
        });
        self.total += tally;
    }

    fn close(self, start: Instant) -> Result<()> {
        println!();
        for line in &self.lines {
            let busy = line.busy.filter(|_| self.busy);
            let busy = busy.map(|busy| format!(", processors busy {busy} %"));
            println!(
                "{:<32} {} in {}{}",
                line.name,
                line.came_to,
                process::spoken(line.time),
                busy.unwrap_or_default()
            );
        }
        println!("{:<32} {}", "All", process::spoken(start.elapsed()));
        if !self.slowest.is_empty() {
            println!("\nThe slowest stories, which are told beside others:");
            for (name, time) in &self.slowest {
                println!("{:>7.1} s  {name}", time.as_secs_f64());
            }
            println!();
        }
        println!("{}", self.total);
        if self.total.failed == 0 {
            Ok(())
        } else {
            Err(Error::ChecksFailed)
        }
    }
}
