//! Answers that no org means to send, one after the other, in a browser that goes on living: whatever comes, there is a page
//! with something to do on it.
//!
//! `VESTIBULE_BROWSER_MUTATIONS` says how many answers are tried, `VESTIBULE_SEED` where chance begins. An answer that fails
//! is printed as it was sent.

use std::collections::BTreeSet;
use std::env;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use browser_tests::{Page, Script, scripted};
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;
use xtask::paths;

#[path = "../../support/mutation.rs"]
mod mutation;
#[path = "../../support/recording.rs"]
#[allow(dead_code, reason = "the judges have their own parts of it")]
mod recording;

use mutation::{Chance, mutated};
use recording::Recording;

/// After so long another browser takes over: the harness lets none work for ever.
const SHIFT: Duration = Duration::from_secs(150);
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The page as it stands.
#[derive(Debug, Default, Deserialize)]
struct Seen {
    step: Option<String>,
    heading: String,
    busy: bool,
    actions: usize,
    /// What leads to where no org may lead.
    astray: usize,
}

/// Reads the page: see [`Seen`].
const SEEN: &str = r#"({
    step: look.step(), heading: look.heading(), busy: look.busy(),
    actions: look.pressable().filter((one) => one.closest("main")).length,
    astray: all("[href], [src]").map((one) => one.getAttribute("href") || one.getAttribute("src"))
        .filter((to) => /^\s*(javascript|vbscript|data:text)/i.test(to)).length,
})"#;

/// Goes to an address of the app as the browser's Back and Forward do.
fn travel(path: &str) -> String {
    format!(
        r#"(history.replaceState(null, "", {}), dispatchEvent(new PopStateEvent("popstate")))"#,
        json!(path)
    )
}

fn number(name: &str, default: u64) -> u64 {
    let text = env::var(name).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What the org says next, and whether it has said it.
#[derive(Default)]
struct Next {
    body: String,
    status: u16,
    said: bool,
}

type Shared = Arc<Mutex<Next>>;

async fn org(next: Shared) -> Script {
    Script::new(move |path, _| {
        let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
        match path {
            "/oauth2/default/v1/interact" => {
                (200, json!({ "interaction_handle": "ih" }).to_string())
            }
            "/oauth2/default/v1/token" => (400, json!({ "error": "invalid_grant" }).to_string()),
            "/idp/idx/introspect" => {
                next.said = true;
                (next.status, next.body.clone())
            }
            // A poll, or what a page does by itself.
            _ => (200, next.body.clone()),
        }
    })
    .await
}

#[test]
fn whatever_an_org_sends_there_is_a_page() {
    let count = number("VESTIBULE_BROWSER_MUTATIONS", 300);
    let seed = number("VESTIBULE_SEED", 20_310_504);
    let mut at = 0;
    let mut failed = Vec::new();
    let mut steps = BTreeSet::new();
    while at < count {
        let before = at;
        let next = Shared::default();
        let scene = org(next.clone());
        scripted("spoiled", &json!({}), scene, async |page, org| {
            let seeds: Vec<String> = recording::folder(&paths::root().join("tests/fixtures"))
                .into_iter()
                .map(|(_, body)| Recording::at(&body, org.origin()).text)
                .collect();
            assert!(seeds.len() > 40, "the fixtures are there");
            page.open("/").await;
            page.reaches("home").await;
            let start = Instant::now();
            while at < count && start.elapsed() < SHIFT {
                // Each answer has a chance of its own: one that fails can be had again without those before it.
                let mut chance = Chance(seed.wrapping_add(at << 20));
                let whole: &String = chance.one(&seeds);
                let body = mutated(whole, &mut chance);
                let status = *chance.one(&[200, 200, 200, 400, 401]);
                let (step, faults) = try_one(page, &next, &body, status).await;
                steps.insert(step);
                if !faults.is_empty() {
                    println!("{at}: {faults:?}\n{body}\n");
                    failed.push(at);
                }
                at += 1;
            }
            let console = page.console().await;
            let wrong = console.iter().filter(|line| {
                line.starts_with("SEVERE") && !line.contains("Failed to load resource")
            });
            assert_eq!(wrong.collect::<Vec<_>>(), Vec::<&String>::new());
        });
        assert!(at > before, "a browser gets through at least one");
    }
    println!("{count} answers tried, which led to {} steps", steps.len());
    assert!(
        count < 200 || steps.len() > 20,
        "they all look alike: {steps:?}"
    );
    assert!(failed.is_empty(), "{failed:?}: the answers stand above");
}

/// What is wrong with the page that an answer leads to.
async fn try_one(page: &Page, next: &Shared, body: &str, status: u16) -> (String, Vec<String>) {
    page.evaluate(&travel("/")).await;
    *next.lock().unwrap_or_else(PoisonError::into_inner) = Next {
        body: body.to_owned(),
        status,
        said: false,
    };
    page.evaluate(&travel("/login")).await;
    let start = Instant::now();
    let mut seen = Seen::default();
    while start.elapsed() < PATIENCE {
        seen = serde_json::from_value(page.evaluate(SEEN).await).unwrap_or_default();
        let said = next.lock().unwrap_or_else(PoisonError::into_inner).said;
        let step = seen.step.as_deref().unwrap_or_default();
        if said && !seen.busy && !["", "home", "loading"].contains(&step) {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    let mut faults = Vec::new();
    let step = seen.step.clone().unwrap_or_default();
    if ["", "home", "loading"].contains(&step.as_str()) || seen.busy {
        faults.push(format!("no page comes up: {seen:?}"));
    }
    if seen.heading.is_empty() {
        faults.push("no heading".to_owned());
    }
    if seen.actions == 0 {
        faults.push("nothing to do".to_owned());
    }
    if seen.astray > 0 {
        faults.push("a link to a script".to_owned());
    }
    (step, faults)
}
