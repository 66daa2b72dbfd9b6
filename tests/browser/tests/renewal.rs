//! Tokens that are renewed, by one tab for all, whatever comes between.

use std::collections::BTreeSet;

use browser_tests::{Config, Failure, Fault, FaultKind, Scene, Tab, Visit, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA, Stop};

const TOKEN: &str = "/oauth2/default/v1/token";
/// What makes a page believe that somebody looks at it, and that nobody does.
pub(crate) const SEEN: &str =
    "Object.defineProperty(document, 'hidden', { get: () => false, configurable: true })";
const UNSEEN: &str =
    "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })";

/// A deployment that renews.
pub(crate) fn renewing() -> Scene {
    Scene::new().policy("password-only").config(Config::with(
        "scopes",
        r#""openid profile email offline_access""#,
    ))
}

/// Ada signs in, and her tokens live so long.
pub(crate) async fn signs_in(visit: &Visit, seconds: u32) {
    let switches = json!({"tokenSeconds": seconds});
    visit.console_of_the_org("POST", "client", &switches).await;
    walk::comes_with_an_account(visit).await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
    Stop::Home.met(visit).await;
}

/// Another tab with all that this one keeps, as the browser makes one for a link that opens there.
pub(crate) async fn doubles(visit: &Visit, hidden: &str) -> Tab {
    let kept = visit
        .evaluate("JSON.stringify({ ...sessionStorage })")
        .await;
    let tab = visit.opens_tab().await;
    visit.runs_first(hidden).await;
    visit.open("/").await;
    visit.reaches("home").await;
    visit
        .evaluate(&format!(
            "Object.assign(sessionStorage, JSON.parse({kept}))"
        ))
        .await;
    visit.open("/").await;
    Stop::Home.met(visit).await;
    tab
}

pub(crate) async fn kept(visit: &Visit) -> Value {
    let storage = visit.storage().await;
    let text = storage
        .session
        .iter()
        .find(|(name, _)| name.starts_with("vestibule.tokens|"))
        .map(|(_, text)| text.clone());
    serde_json::from_str(&text.unwrap_or_default()).unwrap_or_default()
}

/// The refresh tokens that were sent to be renewed, in their order.
async fn renewals(visit: &Visit) -> Vec<String> {
    let posts = visit.posts_to(TOKEN).await;
    let sent = |body: &str| {
        let mut pairs = body.split('&');
        pairs.find_map(|pair| pair.strip_prefix("refresh_token=").map(str::to_owned))
    };
    posts.iter().filter_map(|post| sent(&post.body)).collect()
}

pub(crate) async fn until_renewed(visit: &Visit, before: &Value) -> Value {
    visit
        .until_late("newer tokens", async || {
            let now = kept(visit).await;
            (now["access_token"].is_string() && now["access_token"] != before["access_token"])
                .then_some(now)
        })
        .await
}

/// Each of the tabs has these tokens, and nobody is signed out.
pub(crate) async fn all_have(visit: &Visit, tabs: &[Tab], tokens: &Value) {
    for tab in tabs {
        visit.looks_at(tab).await;
        visit
            .until("the same tokens in each tab", async || {
                (kept(visit).await["access_token"] == tokens["access_token"]).then_some(())
            })
            .await;
        assert_eq!(visit.heading().await, "Hello, Ada Byron");
    }
}

/// No refresh token was sent more than once; says how many were.
async fn none_was_sent_twice(visit: &Visit) -> usize {
    let sent = renewals(visit).await;
    let once: BTreeSet<&String> = sent.iter().collect();
    assert_eq!(once.len(), sent.len(), "{sent:?}");
    sent.len()
}

#[test]
fn five_tabs_renew_once_each_time_and_nobody_is_signed_out() {
    visit("five-tabs", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        signs_in(visit, 12).await;
        visit.evaluate(SEEN).await;
        let mut tabs = vec![visit.tab().await];
        for _ in 0..4 {
            tabs.push(doubles(visit, SEEN).await);
        }
        let mut before = kept(visit).await;
        for _ in 0..5 {
            before = until_renewed(visit, &before).await;
            all_have(visit, &tabs, &before).await;
        }
        let sent = none_was_sent_twice(visit).await;
        assert!((5..=7).contains(&sent), "{sent} renewals");
        for tab in &tabs {
            visit.looks_at(tab).await;
            Stop::Home.met(visit).await;
        }
    });
}

#[test]
fn where_there_are_no_locks_the_tabs_agree_by_themselves() {
    visit("no-locks", renewing(), async |visit| {
        let bare =
            format!("{SEEN}; Object.defineProperty(navigator, 'locks', {{ value: undefined }})");
        visit.runs_first(&bare).await;
        signs_in(visit, 12).await;
        let mut tabs = vec![visit.tab().await];
        for _ in 0..2 {
            tabs.push(doubles(visit, &bare).await);
        }
        let mut before = kept(visit).await;
        for _ in 0..2 {
            before = until_renewed(visit, &before).await;
            all_have(visit, &tabs, &before).await;
        }
        let sent = none_was_sent_twice(visit).await;
        assert!((2..=4).contains(&sent), "{sent} renewals");
    });
}

#[test]
fn a_tab_that_is_closed_in_the_middle_of_a_renewal_takes_nobody_with_it() {
    visit("closed-tab", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        signs_in(visit, 16).await;
        let first = visit.tab().await;
        // Nobody looks at the other one, so it leaves the renewal to this one.
        let other = doubles(visit, UNSEEN).await;
        visit.arm(Fault {
            millis: 10_000,
            ..Fault::once(TOKEN, FaultKind::Slow)
        });
        visit.looks_at(&first).await;
        let before = kept(visit).await;
        let asked = visit.org_was_asked(TOKEN);
        visit
            .until_late("a renewal", async || {
                (visit.org_was_asked(TOKEN) > asked).then_some(())
            })
            .await;
        visit.closes_tab(&other).await;
        // The first one's refresh token is spent, and its answer went nowhere: within the grace the org gives it again.
        let now = until_renewed(visit, &before).await;
        assert_ne!(now["refresh_token"], before["refresh_token"]);
        Stop::Home.met(visit).await;
    });
}

#[test]
fn an_answer_that_is_lost_on_the_way_is_asked_for_again() {
    visit("lost-answer", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        signs_in(visit, 12).await;
        let (before, asked) = (kept(visit).await, visit.org_was_asked(TOKEN));
        // A browser asks once more by itself where a connection broke that it had used before.
        visit.arm(Fault {
            times: 3,
            ..Fault::once(TOKEN, FaultKind::DropAfter)
        });
        visit.expect(Failure::Network);
        until_renewed(visit, &before).await;
        assert_eq!(visit.org_was_asked(TOKEN), asked + 4);
        let mut sent = renewals(visit).await;
        assert!(sent.len() > 1, "the page asked again: {sent:?}");
        sent.dedup();
        assert_eq!(sent.len(), 1, "for the same: {sent:?}");
        visit.expect(Failure::Network);
        Stop::Home.met(visit).await;
    });
}

#[test]
fn a_refresh_token_that_is_dead_ends_the_session_with_a_reason_and_no_loop() {
    visit("dead-refresh-token", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        signs_in(visit, 12).await;
        let tokens = kept(visit).await;
        let refresh = tokens["refresh_token"].as_str().expect("she has one");
        let body = format!("token={refresh}&client_id=vestibule");
        let kind = "application/x-www-form-urlencoded";
        visit
            .org_answers("POST", "/oauth2/default/v1/revoke", kind, body)
            .await;
        visit.expect(Failure::Status(400));
        visit
            .until_late("the end", async || {
                visit
                    .text()
                    .await
                    .contains("Your session is over")
                    .then_some(())
            })
            .await;
        walk::is_nobody(visit).await;
        assert_eq!(renewals(visit).await.len(), 1, "asked once");
        assert!(visit.storage().await.session.is_empty());
        visit.picture().await;
    });
}

#[test]
fn without_a_refresh_token_the_session_ends_with_its_tokens() {
    visit(
        "no-refresh-token",
        Scene::new().policy("password-only"),
        async |visit| {
            signs_in(visit, 6).await;
            visit
                .until("the end", async || {
                    visit
                        .text()
                        .await
                        .contains("Your session is over")
                        .then_some(())
                })
                .await;
            walk::is_nobody(visit).await;
            assert!(visit.storage().await.session.is_empty());
        },
    );
}

#[test]
fn tokens_that_ended_while_the_page_was_closed_are_renewed_before_it_shows() {
    visit("renewed-first", renewing(), async |visit| {
        signs_in(visit, 3600).await;
        let before = kept(visit).await;
        // The page is closed, and an hour goes by.
        let text = before.to_string();
        let past = text.replace(
            &format!("\"expires_at\":{}", before["expires_at"]),
            "\"expires_at\":\"1000\"",
        );
        assert_ne!(past, text);
        let put = format!(
            "Object.keys(sessionStorage).forEach((key) => {{ sessionStorage[key] = {} }})",
            Value::String(past)
        );
        visit.evaluate(&put).await;
        // A browser asks once more by itself where a connection broke that it had used before.
        visit.arm(Fault {
            times: 4,
            ..Fault::once(TOKEN, FaultKind::DropBefore)
        });
        visit.expect(Failure::Network);
        visit.open("/").await;
        visit.at("error", "Sign-in is not possible right now").await;
        // The page tries again by itself, and so may the person.
        visit.expect(Failure::Network);
        visit.reaches("home").await;
        Stop::Home.met(visit).await;
        let now = kept(visit).await;
        assert_ne!(now["access_token"], before["access_token"]);
    });
}
