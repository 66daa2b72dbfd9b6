//! A new version is deployed while somebody is in the middle of something: an open page goes on, a page that names files
//! which are gone loads itself again, once, and what cannot be helped is said.

use std::time::Duration;

use browser_tests::{Scene, Visit, visit};

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
