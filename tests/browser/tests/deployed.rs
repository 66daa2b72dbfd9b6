//! A new version is deployed while somebody is in the middle of something: an open page goes on, a page that names files
//! which are gone loads itself again, once, and what cannot be helped is said.

use std::time::Duration;

use browser_tests::{Scene, Visit, visit};
use serde_json::Value;

use crate::walk::{self, Stop};

/// How often the page was asked for, with the first time.
async fn loads(visit: &Visit) -> usize {
    let page = |url: &str| {
        url.trim_start_matches(visit.origin())
            .starts_with("/register")
    };
    let requests = visit.requests().await;
    requests
        .iter()
        .filter(|request| request.method == "GET" && page(&request.url))
        .count()
}

#[test]
fn an_open_page_goes_on_and_a_reload_brings_the_step_back_in_the_new_version() {
    visit("deployed-open", Scene::new().deployed(), async |visit| {
        walk::to(visit, Stop::Password).await;
        visit.deploys();
        Stop::Password.answer(visit).await;
        Stop::SecondList.met(visit).await;
        visit.reload().await;
        Stop::SecondList.met(visit).await;
    });
}

#[test]
fn a_page_out_of_a_cache_loads_itself_again_once_and_the_step_is_kept() {
    visit("deployed-old", Scene::new().deployed(), async |visit| {
        walk::to(visit, Stop::Password).await;
        visit.deploys();
        let before = loads(visit).await;
        // With all of the old version in the browser's cache there would be nothing to mend.
        visit.forgets_its_cache().await;
        visit.is_behind_an_old_cache(1);
        visit.open("/register").await;
        visit.reads("Set password").await;
        assert_eq!(
            loads(visit).await - before,
            2,
            "the old page, then the new one"
        );
        assert_eq!(visit.step().await, Stop::Password.step());
        Stop::Password.answer(visit).await;
        visit.reaches(Stop::SecondList.step()).await;
    });
}

#[test]
fn a_page_that_stays_old_is_loaded_twice_and_not_for_ever() {
    visit("deployed-stale", Scene::new().deployed(), async |visit| {
        visit.deploys();
        visit.is_behind_an_old_cache(1_000);
        visit.open("/register").await;
        visit
            .reads("This page could not start. Load it again")
            .await;
        // Longer than a load takes: one more would have come.
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(loads(visit).await, 2);
        visit
            .reads("This page could not start. Load it again")
            .await;

        visit.is_behind_an_old_cache(0);
        visit.reload().await;
        visit.reaches("enroll-profile").await;
    });
}

#[test]
fn a_network_that_is_gone_is_no_new_version() {
    visit("deployed-offline", Scene::new().deployed(), async |visit| {
        let cut = "{ const { fetch } = window; window.fetch = (file) => \
                   String(file.url ?? file).includes('vestibule-') ? Promise.reject(new TypeError('cut')) : fetch(file); }";
        visit.runs_first(cut).await;
        visit.open("/register").await;
        visit
            .reads("This page could not start. Load it again")
            .await;
        assert_eq!(loads(visit).await, 1);
    });
}

/// The page does not start, and nothing of the file that is another has run.
async fn does_not_start(visit: &Visit, address: &str) {
    visit.open(address).await;
    visit
        .reads("This page could not start. Load it again")
        .await;
    assert_eq!(visit.evaluate("window.spoiled ?? null").await, Value::Null);
    assert!(visit.inputs().await.is_empty());
}

#[test]
fn a_file_that_is_not_the_one_that_was_built_does_not_run() {
    for (name, file, address) in [
        ("script", ("vestibule-", ".js"), "/login"),
        ("module", ("vestibule-", "_bg.wasm"), "/login"),
        ("later", ("later-", ".wasm"), "/register"),
        ("doctor", ("doctor", ".js"), "/doctor"),
        ("doctor-module", ("doctor", "_bg.wasm"), "/doctor"),
    ] {
        visit(
            &format!("spoiled-{name}"),
            Scene::new().deployed(),
            async |visit| {
                visit.spoils(file);
                does_not_start(visit, address).await;
                assert!(visit.posts_to("/introspect").await.len() <= 1);
            },
        );
    }
}

#[test]
fn the_rest_of_the_app_that_is_not_the_one_that_was_built_is_not_there() {
    visit("spoiled-rest", Scene::new().deployed(), async |visit| {
        visit.spoils(("later-", ".wasm"));
        visit.open("/login").await;
        visit.fill("Username", "ada@example.com").await;
        visit.fill("Password", "Engine-1843").await;
        visit.press("Next").await;
        visit
            .until("a sentence", async || {
                let said = visit.alerts().await.join(" ");
                said.contains("cannot be reached").then_some(())
            })
            .await;
    });
}

#[test]
fn what_helps_where_nothing_starts_has_to_be_what_was_built_too() {
    visit("spoiled-help", Scene::new().deployed(), async |visit| {
        visit.spoils(("vestibule-", "_bg.wasm"));
        does_not_start(visit, "/login").await;
        assert_eq!(
            visit.buttons().await,
            ["Go to the org's own sign-in page"],
            "it helps"
        );
        visit.spoils(("without", ".js"));
        visit.forgets_its_cache().await;
        does_not_start(visit, "/login").await;
        assert!(visit.buttons().await.is_empty(), "it does not run");
    });
}

#[test]
fn no_file_is_fetched_twice_for_being_looked_at() {
    visit("fetched-once", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        let large = "performance.getEntriesByType('resource').filter((one) => /vestibule-|later-/.test(one.name)) \
                     .filter((one) => one.transferSize > 0).map((one) => one.name)";
        visit
            .until("all of the app", async || {
                let names = visit.evaluate(large).await;
                let names: Vec<String> = serde_json::from_value(names).unwrap_or_default();
                let fetched = |part: &str| names.iter().filter(|name| name.contains(part)).count();
                assert!(
                    fetched("vestibule-") <= 2 && fetched("later-") <= 1,
                    "{names:?}"
                );
                (fetched("later-") == 1).then_some(())
            })
            .await;
        // The browser says after a few seconds what it loaded ahead for nothing.
        tokio::time::sleep(Duration::from_secs(6)).await;
        visit.check().await;
    });
}
