//! The app behind the door: where somebody was going, what a resource wants, and what a host page hears.

use std::time::Duration;

use browser_tests::{Config, Failure, Scene, visit};
use serde_json::{Value, json};

use crate::renewal::signs_in;
use crate::walk::{self, ADA, Stop};

const DEEP: &str = "/me?tab=two&of=5%206#last";

fn guarded(resource: &str) -> Scene {
    let resource = json!(format!("{{org}}/api/me{resource}"));
    Scene::new().config(Config::With(vec![("resource", resource)]))
}

async fn stands_at(visit: &browser_tests::Visit, address: &str) {
    visit.at("home", "What your access token opens").await;
    visit.reads(ADA.email).await;
    let here = "location.pathname + location.search + location.hash";
    assert_eq!(visit.evaluate(here).await, json!(address));
    visit.check().await;
}

/// Ada has an account, and opens an address that is for those who are signed in.
async fn wants_in(visit: &browser_tests::Visit, address: &str) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    visit.open(address).await;
    visit.at("identify", "Sign In").await;
}

#[test]
fn a_guarded_page_is_found_again_after_signing_in() {
    visit(
        "deep-link",
        guarded("").policy("password-only"),
        async |visit| {
            wants_in(visit, DEEP).await;
            visit.has_address("/login").await;
            visit.reload().await;
            visit.at("identify", "Sign In").await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            stands_at(visit, DEEP).await;
            visit.screenshot("resource").await;
            visit.reload().await;
            stands_at(visit, DEEP).await;
            // From there home, and back by the browser's own button.
            visit.press("Back to the start").await;
            Stop::Home.met(visit).await;
            visit.back().await;
            stands_at(visit, DEEP).await;
            visit.press("Sign out").await;
            walk::is_nobody(visit).await;
        },
    );
}

#[test]
fn a_guarded_page_is_found_again_after_signing_up() {
    visit("deep-link-sign-up", guarded(""), async |visit| {
        visit.open(DEEP).await;
        visit.at("identify", "Sign In").await;
        visit.press("Sign Up").await;
        for stop in Stop::ALL {
            if stop == Stop::ThirdList {
                break;
            }
            stop.met(visit).await;
            stop.answer(visit).await;
        }
        Stop::ThirdList.met(visit).await;
        visit.press("Skip").await;
        stands_at(visit, DEEP).await;
    });
}

#[test]
fn whoever_gave_up_is_brought_nowhere() {
    visit(
        "deep-link-given-up",
        guarded("").policy("password-only"),
        async |visit| {
            wants_in(visit, DEEP).await;
            visit.open("/").await;
            walk::is_nobody(visit).await;
            walk::goes_to_sign_in(visit).await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            visit.reaches("home").await;
        },
    );
}

#[test]
fn a_host_names_where_to_return_to_on_its_own_origin_only() {
    visit(
        "return-to",
        guarded("").policy("password-only"),
        async |visit| {
            let to = DEEP
                .replace('?', "%3F")
                .replace('&', "%26")
                .replace('#', "%23")
                .replace("%20", "%2520");
            wants_in(visit, &format!("/login?return_to={to}")).await;
            visit.has_address("/login").await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            stands_at(visit, DEEP).await;
            // Who is signed in goes there at once.
            visit.open("/login?return_to=me%3Fagain").await;
            stands_at(visit, "/me?again").await;
            for foreign in [
                "https://evil.example/me",
                "//evil.example/me",
                "javascript:alert(1)",
                "/\\\\evil.example",
                "/.//evil.example",
                "/%2e//evil.example",
            ] {
                visit
                    .open(&format!("/login?return_to={}", foreign.replace(':', "%3A")))
                    .await;
                Stop::Home.met(visit).await;
            }
        },
    );
}

#[test]
fn a_resource_that_wants_the_person_again_gets_them() {
    visit(
        "step-up",
        guarded("?max_age=60").policy("password-only"),
        async |visit| {
            signs_in(visit, 3600).await;
            visit.press("What your access token opens").await;
            stands_at(visit, "/me").await;
            visit.later(Duration::from_secs(120));
            visit.expect(Failure::Status(401));
            visit.press("Ask again").await;
            visit.at("identify", "Sign In").await;
            let started = visit.posts_to("/v1/interact").await;
            let asked = started
                .last()
                .is_some_and(|post| post.body.contains("max_age=60"));
            assert!(asked, "{started:?}");
            walk::signs_in(visit, ADA.email, ADA.password).await;
            stands_at(visit, "/me").await;
        },
    );
}

#[test]
fn what_cannot_be_had_is_not_asked_for_for_ever() {
    // The org gives that assurance to nobody, whatever they prove.
    let scene = guarded("?acr_values=urn:nobody").policy("password-only");
    visit("step-up-in-vain", scene, async |visit| {
        signs_in(visit, 3600).await;
        visit.expect(Failure::Status(401));
        visit.expect(Failure::Status(403));
        visit.press("What your access token opens").await;
        visit.reaches("terminal").await;
        visit.check().await;
        visit.press("Start again").await;
        visit.at("identify", "Sign In").await;
    });
}

/// What a host page may listen with.
pub(crate) const LISTENER: &str = "window.told = []; for (const name of ['step', 'error', 'signed-in', 'signed-out']) \
    document.addEventListener(`vestibule:${name}`, ({ detail }) => window.told.push([name, detail]));";

#[test]
fn a_host_page_hears_what_happens_and_no_secret() {
    visit(
        "events",
        Scene::new().policy("password-only"),
        async |visit| {
            visit.runs_first(LISTENER).await;
            walk::comes_with_an_account(visit).await;
            visit.expect(Failure::Status(401));
            walk::signs_in(visit, ADA.email, "Wrong-1843").await;
            visit.refused("identify").await;
            visit.fill("Password", ADA.password).await;
            visit.press("Next").await;
            Stop::Home.met(visit).await;
            walk::signs_out(visit).await;
            let told = visit.evaluate("window.told").await;
            let heard: Vec<(&str, &Value)> = told
                .as_array()
                .expect("a list")
                .iter()
                .map(|entry| (entry[0].as_str().unwrap_or_default(), &entry[1]))
                .collect();
            let names: Vec<&str> = heard.iter().map(|(name, _)| *name).collect();
            assert_eq!(
                names,
                ["step", "error", "signed-in", "step", "signed-out"],
                "{told}"
            );
            assert_eq!(*heard[0].1, json!({"step": "identify"}));
            assert_eq!(heard[1].1["step"], "identify");
            assert_eq!(heard[2].1["email"], ADA.email);
            assert_eq!(heard[2].1["name"], "Ada Byron");
            assert!(
                heard[2].1["sub"]
                    .as_str()
                    .is_some_and(|sub| !sub.is_empty())
            );
            assert_eq!(*heard[4].1, json!({"reason": "signed-out"}));
            let whole = told.to_string();
            assert!(
                !whole.contains("eyJ") && !whole.contains(ADA.password),
                "{whole}"
            );
        },
    );
}
