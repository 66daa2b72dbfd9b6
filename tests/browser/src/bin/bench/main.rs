//! How long it takes until somebody can sign in, in a real Chromium, beside a page written by hand: `cargo xtask bench`.
//!
//! The page by hand (`floor/`) is the least that does the same: HTML, a style sheet, a script. It is the floor that no app
//! gets below, measured on the same machine in turns with the app, against the same org. Every visit has a browser of its
//! own, so that nothing is cached. Of each figure the median is told, and the app's by the floor's.

mod figures;

use std::cell::RefCell;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use browser_tests::{Page, Window, listen, look_at};
use org::{Org, Settings};
use serde_json::json;
use tokio::time::sleep;
use xtask::serve::Site;
use xtask::{bundle, paths};

use figures::{Samples, Sheet};

/// The org's rules: the name first, then another form, and no password to be hashed in between.
const POLICY: &str = "password-optional";
/// Somebody whom that org knows; `watch.js` types the same.
const NAME: &str = "mary@acme.test";

/// A browser that has just started has pages of its own to start. Before that is over nothing is measured.
const REST: Duration = Duration::from_secs(2);

/// A page that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Floor,
    App,
}

/// Under what it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Profile {
    name: &'static str,
    /// Bits a second, latency of each request, times that the processor is slower.
    slow: Option<(u32, Duration, u32)>,
}

const PROFILES: [Profile; 2] = [
    Profile {
        name: "no throttle",
        slow: None,
    },
    Profile {
        name: "1.6 Mbit/s, 150 ms, CPU 4x slower",
        slow: Some((1_600_000, Duration::from_millis(150), 4)),
    },
];

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let (runs, file) = (words.next(), words.next());
    let (Some(Ok(runs)), Some(file)) = (runs.map(|runs| runs.parse::<usize>()), file) else {
        eprintln!("How many runs, and to which file?");
        return ExitCode::FAILURE;
    };
    let mut sheets: Vec<Sheet> = PROFILES
        .iter()
        .map(|profile| Sheet::new(profile.name))
        .collect();
    for run in 0..runs {
        for (profile, sheet) in PROFILES.iter().zip(&mut sheets) {
            // In turns, and who comes first in turns too: a machine that gets warm or busy does so to both.
            let mut subjects = [Subject::Floor, Subject::App];
            if run % 2 == 1 {
                subjects.reverse();
            }
            for subject in subjects {
                let samples = match subject {
                    Subject::Floor => &mut sheet.floor,
                    Subject::App => &mut sheet.app,
                };
                measure(subject, *profile, samples);
            }
            eprintln!("Run {} of {runs}: {}", run + 1, profile.name);
        }
    }
    for sheet in &sheets {
        println!("{sheet}");
    }
    let report = json!({
        "runs": runs,
        "browser": browser(),
        "profiles": sheets.iter().map(Sheet::json).collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&report).unwrap_or_default() + "\n";
    if let Err(problem) = fs::write(&file, text) {
        eprintln!("{file}: {problem}.");
        return ExitCode::FAILURE;
    }
    println!("All samples are in {file}.");
    ExitCode::SUCCESS
}

/// Two visits: one of somebody who waits until the page is still, one of somebody who cannot wait.
fn measure(subject: Subject, profile: Profile, samples: &mut Samples) {
    visit(subject, profile, false, async |page, org| {
        page.says("still").await;
        let start = page.says(START).await;
        for (name, value) in start.as_object().into_iter().flatten() {
            samples.add(name, value.as_f64().unwrap_or(f64::NAN));
        }
        page.says(&format!("signIn({}), nextForm", json!(NAME)))
            .await;
        let step = page.says(&STEP.replace("{org}", org)).await;
        samples.add("step", step.as_f64().unwrap_or(f64::NAN));
    });
    visit(subject, profile, true, async |page, _| {
        let answered = page.says("nextForm.then(() => bench.answered)").await;
        samples.add("working form", answered.as_f64().unwrap_or(f64::NAN));
    });
}

/// What there is to know once the page is still. What is weighed comes from the page's own server, as it came over the wire,
/// without headers.
const START: &str = r#"(() => {
  const paint = (name) => performance.getEntriesByName(name)[0]?.startTime ?? null;
  const files = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter(({ name }) => new URL(name).origin === location.origin);
  const bytes = (kind) => files
    .filter(({ name }) => kind === "all" || kind === (/\.(css|js|wasm|svg|json)$/.exec(new URL(name).pathname)?.[1] ?? "html"))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  return {
    "bytes: HTML": bytes("html"), "bytes: CSS": bytes("css"), "bytes: JavaScript": bytes("js"),
    "bytes: WebAssembly": bytes("wasm"), "bytes: pictures": bytes("svg"), "bytes: JSON": bytes("json"),
    "bytes": bytes("all"), "requests": files.length,
    "first paint": paint("first-paint"), "first content": paint("first-contentful-paint"), "usable form": bench.usable, "start-up blocking": bench.blocking, "longest task": bench.longest,
    "long tasks": bench.tasks,
    "layout shift": bench.shift,
  };
})()"#;

/// From the press to the next form on the screen, without the time that requests to the org were out.
const STEP: &str = r#"(() => {
  const asked = performance.getEntriesByType("resource")
    .filter(({ name, startTime }) => name.startsWith("{org}/") && startTime >= bench.pressed && startTime < bench.answered)
    .map(({ startTime, responseEnd }) => [startTime, responseEnd])
    .sort(([one], [other]) => one - other);
  let [out, until] = [0, 0];
  for (const [start, end] of asked) {
    out += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return bench.answered - bench.pressed - out;
})()"#;

/// A visit by a browser that knows nothing yet.
fn visit(subject: Subject, profile: Profile, hurry: bool, story: impl AsyncFnOnce(&Page, &str)) {
    let served = RefCell::new(None);
    let origin = async {
        let (org, listeners) = listen().await;
        let (app, app_listeners) = listen().await;
        let settings = Settings::new(&org, &app)
            .policy(POLICY)
            .unwrap_or_else(|error| panic!("{error}"));
        let running = Org::new(settings);
        running.add_presets();
        for listener in listeners {
            let running = running.clone();
            tokio::spawn(async move { running.serve(listener).await });
        }
        let site = match subject {
            Subject::Floor => Site::new(floor(&org)),
            Subject::App => Site::new(paths::dist()),
        };
        let config = json!({ "issuer": format!("{org}/oauth2/default"), "clientId": "vestibule" });
        let site = site.config(config.to_string()).org(&org);
        tokio::spawn(site.serve_until(app_listeners, std::future::pending()));
        served.replace(Some(org));
        app
    };
    look_at(
        "bench",
        &Window::WIDE.moving().unwatched(),
        origin,
        async |page: &Page| {
            let org = served.take().expect("it was made with the origin");
            let watch = include_str!("watch.js");
            page.runs_first(&format!("{{ const hurry = {hurry};\n{watch} }}"))
                .await;
            if let Some((bits, latency, processor)) = profile.slow {
                page.slows_down(bits, latency, processor).await;
            }
            sleep(REST).await;
            page.open("/login").await;
            story(page, &org).await;
        },
    );
}

/// The page by hand for an org, with its compressed siblings, in a folder of its own.
fn floor(org: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("vestibule-floor-{}", std::process::id()));
    let files = [
        (
            "index.html",
            include_str!("floor/index.html").replace("{org}", org),
        ),
        ("floor.css", include_str!("floor/floor.css").to_owned()),
        ("floor.js", include_str!("floor/floor.js").to_owned()),
    ];
    let write = |folder: &Path| {
        fs::create_dir_all(folder)?;
        for (name, text) in &files {
            fs::write(folder.join(name), text)?;
            fs::write(
                folder.join(format!("{name}.br")),
                bundle::brotli(text.as_bytes()),
            )?;
        }
        Ok::<_, std::io::Error>(())
    };
    write(&folder).unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
    folder
}

/// What the browser calls itself.
fn browser() -> String {
    let program = env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
    let said = std::process::Command::new(program)
        .arg("--version")
        .output();
    said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
        .unwrap_or_default()
}
