//! Addresses that are opened cold, and what a foreign link cannot do.

use browser_tests::{Config, Scene, visit};

use crate::walk::{self, ADA, Stop};

#[test]
fn each_address_opened_cold_starts_what_it_stands_for() {
    visit("cold", Scene::new(), async |visit| {
        visit.open("/register").await;
        Stop::SignUp.met(visit).await;
    });
    visit("cold-login", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.has_address("/login").await;
    });
    visit("cold-home", Scene::new(), async |visit| {
        visit.open("/").await;
        walk::is_nobody(visit).await;
        assert_eq!(visit.posts().await, []);
    });
}

#[test]
fn the_address_of_a_step_opened_cold_starts_at_sign_in() {
    for path in [
        "/select-authenticator",
        "/enroll-authenticator/okta_email",
        "/challenge-authenticator/okta_email",
    ] {
        visit(
            &format!("cold{}", path.replace('/', "-")),
            Scene::new(),
            async |visit| {
                visit.open(path).await;
                visit.at("identify", "Sign In").await;
                visit.has_address("/login").await;
            },
        );
    }
}

#[test]
fn an_address_that_is_none_has_a_page_with_a_way_back() {
    visit("unknown", Scene::new(), async |visit| {
        visit.open("/nothing/here").await;
        visit.reaches("error").await;
        visit.check().await;
        assert_eq!(visit.heading().await, "There is no such page");
        visit.press("Back to the start").await;
        walk::is_nobody(visit).await;
    });
}

/// What a mail's link might bring to an address that is none.
const TOKEN: &str = "Rec0very-Tok3n-2031";

#[test]
fn a_token_leaves_the_address_bar_at_an_address_that_is_none_too() {
    visit("unknown-token", Scene::new(), async |visit| {
        // With two slashes the path alone would be another origin.
        for path in [
            "/nothing/here",
            "//nothing",
            "//nothing/here",
            "///",
            "//index.html/",
        ] {
            visit.open(&format!("{path}?recovery_token={TOKEN}")).await;
            let step = visit.settles().await;
            let address = visit.evaluate("location.href").await.to_string();
            assert!(!address.contains(TOKEN), "{path}: {address} at {step}");
            let origin = visit.evaluate("location.origin").await;
            assert_eq!(origin.as_str(), Some(visit.origin()), "{path}");
        }
    });
    let scene = Scene::new().config(Config::with("debug", "true"));
    visit("debug-token", scene, async |visit| {
        visit.open(&format!("/debug?recovery_token={TOKEN}")).await;
        visit.reaches("debug").await;
        assert_eq!(visit.address().await, "/debug");
    });
}

#[test]
fn a_callback_that_nobody_waits_for_says_so() {
    for (name, query) in [
        ("bare", ""),
        ("foreign", "?state=foreign&interaction_code=abc"),
        (
            "foreign-both",
            "?state=foreign&interaction_code=abc&otp=123456",
        ),
        ("no-otp", "?state=foreign&otp=%3Cb%3Ecall%20us%3C%2Fb%3E"),
        ("word", "?otp=Call0800Us"),
        ("issuer", "?iss=https%3A%2F%2Fevil.example&otp=123456"),
    ] {
        visit(&format!("callback-{name}"), Scene::new(), async |visit| {
            visit.open(&format!("/login/callback{query}")).await;
            visit.reaches("error").await;
            visit.check().await;
            assert!(
                !visit.address().await.contains("code="),
                "the address bar is clean"
            );
            assert!(
                visit
                    .storage()
                    .await
                    .session
                    .values()
                    .all(|value| !value.contains("eyJ")),
                "nobody is signed in"
            );
            assert_eq!(visit.posts_to("/v1/token").await, []);
        });
    }
}

#[test]
fn no_query_changes_the_issuer() {
    visit("issuer", Scene::new(), async |visit| {
        let elsewhere = "issuer=https%3A%2F%2Felsewhere.example%2Foauth2%2Fdefault&clientId=other&client_id=other";
        visit.open(&format!("/login?{elsewhere}#{elsewhere}")).await;
        visit.at("identify", "Sign In").await;
        for request in visit.requests().await {
            let home = request.url.starts_with(visit.origin())
                || request.url.starts_with(visit.org_origin());
            assert!(home, "nothing else is asked: {}", request.url);
        }
        let interact = visit.posts_to("/v1/interact").await;
        assert_eq!(interact.len(), 1);
        assert!(
            interact[0].body.contains("client_id=vestibule"),
            "{}",
            interact[0].body
        );
    });
}

#[test]
fn an_address_changed_by_hand_does_not_change_the_step() {
    visit("by-hand", Scene::new(), async |visit| {
        walk::to(visit, Stop::SecondList).await;
        visit.open("/enroll-authenticator/phone_number").await;
        Stop::SecondList.met(visit).await;
        visit.open("/register").await;
        visit.settles().await;
        visit.check().await;
        assert!(visit.sent().is_empty(), "nothing was sent to {}", ADA.email);
    });
}
