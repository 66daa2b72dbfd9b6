//! A session from its beginning to its end: clocks, storage, tabs, keys, and nobody being there.

use std::time::Duration;

use browser_tests::{Config, Failure, Fault, FaultKind, Scene, TokenFault, Visit, Window, visit};
use serde_json::{Value, json};

use crate::renewal::{doubles, kept, renewing, signs_in};
use crate::walk::{self, ADA, Stop};

fn with(members: Vec<(&'static str, Value)>) -> Scene {
    Scene::new()
        .policy("password-only")
        .config(Config::With(members))
}

#[test]
fn a_clock_that_is_a_day_off_gets_a_sentence() {
    for (name, hours, words) in [
        (
            "clock-behind",
            -24,
            "The clock of this device is about 24 hours behind.",
        ),
        (
            "clock-ahead",
            72,
            "The clock of this device is about 3 days ahead.",
        ),
    ] {
        visit(name, renewing(), async |visit| {
            let off = hours * 3_600_000_i64;
            visit
                .runs_first(&format!(
                    "{{ const now = Date.now.bind(Date); Date.now = () => now() + {off}; }}"
                ))
                .await;
            signs_in(visit, 3600).await;
            visit.reads(words).await;
            visit.check().await;
            visit.screenshot(name).await;
            visit.reload().await;
            Stop::Home.met(visit).await;
            visit.reads(words).await;
        });
    }
}

#[test]
fn signing_out_reaches_every_tab_of_that_person() {
    visit("sign-out-everywhere", renewing(), async |visit| {
        signs_in(visit, 3600).await;
        let first = visit.tab().await;
        let copy = doubles(visit, "").await;
        // A tab in which she signed in by herself.
        let own = visit.opens_tab().await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
        // And one of somebody else.
        visit.has_account("eve@example.com", "Eve", "Holm", ADA.password);
        let eve = visit.opens_tab().await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, "eve@example.com", ADA.password).await;
        visit.at("home", "Hello, Eve Holm").await;

        visit.looks_at(&first).await;
        walk::signs_out(visit).await;
        visit.reads("You are signed out.").await;
        for tab in [&copy, &own] {
            visit.looks_at(tab).await;
            visit.reads("You signed out in another tab.").await;
            visit.check().await;
            assert!(visit.storage().await.session.is_empty());
        }
        visit
            .until("all of hers to be revoked", async || {
                (visit.posts_to("/v1/revoke").await.len() == 4).then_some(())
            })
            .await;
        visit.looks_at(&eve).await;
        visit.at("home", "Hello, Eve Holm").await;
        visit.reload().await;
        visit.at("home", "Hello, Eve Holm").await;
    });
}

/// The browser was sent to the org to end its session.
async fn was_at_the_end(visit: &Visit) -> bool {
    let asked = visit.requests().await;
    asked.iter().any(|asked| asked.url.contains("/v1/logout?"))
}

#[test]
fn the_orgs_own_session_is_ended_whatever_becomes_of_the_tokens() {
    let scene = with(vec![("cookies", json!(true))]);
    visit("revocation-cut-off", scene, async |visit| {
        signs_in(visit, 3600).await;
        visit.arm(Fault {
            // A browser asks once more by itself where a connection broke that it had used before.
            times: 9,
            ..Fault::once("/oauth2/default/v1/revoke", FaultKind::DropBefore)
        });
        visit.expect(Failure::Network);
        visit.press("Sign out").await;
        walk::is_nobody(visit).await;
        visit
            .until("the org's end of the session", async || {
                was_at_the_end(visit).await.then_some(())
            })
            .await;
        walk::is_nobody(visit).await;
        // The next person at this browser is asked who they are.
        walk::goes_to_sign_in(visit).await;
    });
}

#[test]
fn where_the_org_is_not_there_the_page_says_that_its_session_may_live_on() {
    let scene = with(vec![("cookies", json!(true))]);
    visit("sign-out-offline", scene, async |visit| {
        signs_in(visit, 3600).await;
        let host = visit.org_origin().trim_start_matches("http://").to_owned();
        let end = format!("Sign out of {host}");
        visit.offline(true).await;
        visit.expect(Failure::Network);
        visit.press("Sign out").await;
        let words = format!("{host} may still know you in this browser");
        visit.reads(&words).await;
        assert_eq!(visit.heading().await, "You are signed out here.");
        assert!(visit.storage().await.session.is_empty());
        walk::is_nobody(visit).await;
        visit.screenshot("sign-out-offline").await;
        // It is not there yet: the page stays, and no page of the browser's takes its place.
        visit.expect(Failure::Network);
        visit.press(&end).await;
        visit.reads(&words).await;
        visit.offline(false).await;
        visit.press(&end).await;
        visit
            .until("the org's end of the session", async || {
                was_at_the_end(visit).await.then_some(())
            })
            .await;
        visit.expect(Failure::Network);
        walk::is_nobody(visit).await;
        walk::goes_to_sign_in(visit).await;
    });
}

#[test]
fn while_the_orgs_session_is_being_ended_nobody_is_let_in_by_it() {
    let scene = with(vec![("cookies", json!(true))]);
    visit("sign-out-slow", scene, async |visit| {
        signs_in(visit, 3600).await;
        visit.arm(Fault {
            millis: 2_000,
            times: 2,
            ..Fault::once("/oauth2/default/v1/revoke", FaultKind::Slow)
        });
        visit.press("Sign out").await;
        visit.reads("Signing you out").await;
        assert!(visit.storage().await.session.is_empty(), "here it is over");
        let buttons = visit.buttons().await;
        assert!(!buttons.iter().any(|name| name == "Sign In"), "{buttons:?}");
        visit
            .until("the org's end of the session", async || {
                was_at_the_end(visit).await.then_some(())
            })
            .await;
        walk::is_nobody(visit).await;
        walk::goes_to_sign_in(visit).await;
    });
}

#[test]
fn whoever_came_by_the_orgs_own_page_is_told_of_the_session_that_it_keeps() {
    visit("sign-out-hosted", with(Vec::new()), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        // These pages can do nothing, so they lead to the org's own, though no `config.json` asks for it.
        let without = json!({"interactionCode": false});
        visit.console_of_the_org("POST", "client", &without).await;
        visit.expect(Failure::Status(400));
        visit.open("/login").await;
        visit.reaches("error").await;
        walk::goes_to_the_orgs_page(visit).await;
        walk::signs_in_on_the_orgs_page(visit).await;
        Stop::Home.met(visit).await;
        visit.press("Sign out").await;
        visit.reads("may still know you in this browser").await;
        walk::is_nobody(visit).await;
        let host = visit.org_origin().trim_start_matches("http://").to_owned();
        visit.press(&format!("Sign out of {host}")).await;
        visit.reads("You are signed out").await;
        let there = visit.evaluate("location.origin").await;
        assert_eq!(there, json!(visit.org_origin()));
        // The org asks again who comes.
        visit.expect(Failure::Status(400));
        visit.open("/login").await;
        visit.reaches("error").await;
        walk::goes_to_the_orgs_page(visit).await;
    });
}

#[test]
fn a_page_that_may_keep_nothing_signs_in_all_the_same() {
    let window = Window {
        forgetful: true,
        ..Window::WIDE
    };
    let scene = renewing().window(window);
    visit("denied-storage", scene, async |visit| {
        signs_in(visit, 3600).await;
        let denied = visit
            .evaluate("(() => { try { return sessionStorage.length } catch (error) { return error.name } })()")
            .await;
        assert_eq!(denied, json!("SecurityError"));
        walk::signs_out(visit).await;
        visit.press("Sign In").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
        visit.reload().await;
        walk::is_nobody(visit).await;
    });
}

#[test]
fn in_memory_tokens_are_gone_with_the_page() {
    let scene = with(vec![("storage", json!("memory"))]);
    visit("memory", scene, async |visit| {
        signs_in(visit, 3600).await;
        let storage = visit.storage().await;
        assert!(storage.session.is_empty(), "{storage:?}");
        visit.reload().await;
        walk::is_nobody(visit).await;
    });
}

const STORED_KEYS: &str = "new Promise((done) => {
    const opening = indexedDB.open('vestibule');
    opening.onerror = () => done('none');
    opening.onsuccess = () => {
      const database = opening.result;
      if (!database.objectStoreNames.contains('keys')) return done([]);
      const all = database.transaction('keys').objectStore('keys').getAll();
      all.onsuccess = () => { database.close(); done(all.result.map((pair) => [pair.privateKey.extractable, pair.privateKey.algorithm.namedCurve])); };
    };
  })";

#[test]
fn tokens_bound_to_a_key_are_of_use_to_this_browser_alone() {
    let scene = with(vec![
        ("dpop", json!(true)),
        ("scopes", json!("openid profile email offline_access")),
        ("resource", json!("{org}/api/me")),
    ]);
    visit("dpop", scene, async |visit| {
        walk::comes_with_an_account(visit).await;
        // The org names its nonce by a refusal.
        visit.expect(Failure::Status(400));
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
        let tokens = kept(visit).await;
        assert_eq!(tokens["token_type"], "DPoP");
        assert_eq!(visit.evaluate(STORED_KEYS).await, json!([[false, "P-256"]]));
        visit.press("What your access token opens").await;
        visit.reads(ADA.email).await;
        visit.check().await;
        // The same key after a reload, and with a nonce that is new.
        visit
            .console_of_the_org("POST", "dpop-nonce", &json!({}))
            .await;
        visit.expect(Failure::Status(401));
        visit.reload().await;
        visit.reads(ADA.email).await;
        visit.press("Sign out").await;
        walk::is_nobody(visit).await;
        visit
            .until("the key to be gone", async || {
                (visit.evaluate(STORED_KEYS).await == json!([])).then_some(())
            })
            .await;
        // Signing in once more makes another one.
        walk::goes_to_sign_in(visit).await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
    });
}

/// What the keys are called that the browser keeps, without what tells this deployment's from others.
async fn names_of_keys(visit: &Visit) -> Vec<String> {
    let names = "new Promise((done) => {
        const opening = indexedDB.open('vestibule');
        opening.onsuccess = () => {
          const database = opening.result;
          const all = database.transaction('keys').objectStore('keys').getAllKeys();
          all.onsuccess = () => { database.close(); done(all.result); };
        };
      })";
    let names: Vec<String> =
        serde_json::from_value(visit.evaluate(names).await).expect("names of keys");
    let last = |name: &String| name.rsplit('|').next().map(str::to_owned);
    names.iter().filter_map(last).collect()
}

/// Keeps a key as tabs have left it that were closed so many days ago, or in an earlier version.
async fn has_kept_a_key(visit: &Visit, name: &str, days: Option<u32>) {
    let namespace = format!("{}/oauth2/default|vestibule", visit.org_origin());
    let used = days.map(|days| format!("used: Date.now() - {days} * 86400000"));
    let put = format!(
        "new Promise((done) => {{
            const opening = indexedDB.open('vestibule');
            opening.onsuccess = () => {{
              const database = opening.result;
              const put = database.transaction('keys', 'readwrite').objectStore('keys').put({{ {} }}, {});
              put.onsuccess = () => {{ database.close(); done(true); }};
            }};
          }})",
        used.unwrap_or_default(),
        json!(name.replace("{ours}", &namespace))
    );
    assert_eq!(visit.evaluate(&put).await, json!(true));
}

/// Ada signs in, and her tokens are bound to a key, and live so long.
async fn signs_in_with_a_key(visit: &Visit, seconds: u32) {
    let switches = json!({"tokenSeconds": seconds});
    visit.console_of_the_org("POST", "client", &switches).await;
    walk::comes_with_an_account(visit).await;
    // The org names its nonce by a refusal.
    visit.expect(Failure::Status(400));
    walk::signs_in(visit, ADA.email, ADA.password).await;
    Stop::Home.met(visit).await;
}

#[test]
fn keys_of_tabs_that_were_closed_are_removed_in_time() {
    let scene = with(vec![("dpop", json!(true))]);
    visit("dpop-keys", scene, async |visit| {
        signs_in_with_a_key(visit, 3600).await;
        let own = names_of_keys(visit).await;
        assert_eq!(own.len(), 1, "{own:?}");
        has_kept_a_key(visit, "{ours}|closed", Some(8)).await;
        has_kept_a_key(visit, "{ours}|other-tab", Some(6)).await;
        has_kept_a_key(visit, "{ours}|before", None).await;
        has_kept_a_key(visit, "another-app|theirs", Some(80)).await;
        walk::signs_out(visit).await;
        walk::goes_to_sign_in(visit).await;
        visit.expect(Failure::Status(400));
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
        let left = visit
            .until("the key of the closed tab to be gone", async || {
                let names = names_of_keys(visit).await;
                (!names.iter().any(|name| name == "closed")).then_some(names)
            })
            .await;
        for kept in ["other-tab", "before", "theirs"] {
            assert!(left.iter().any(|name| name == kept), "{kept}: {left:?}");
        }
        assert_eq!(left.len(), 4, "and the one that is in use: {left:?}");
        assert!(!left.contains(&own[0]), "{left:?}");
    });
}

#[test]
fn the_key_of_a_session_that_has_ended_by_itself_is_removed() {
    let scene = with(vec![("dpop", json!(true))]);
    visit("dpop-lapsed", scene, async |visit| {
        signs_in_with_a_key(visit, 6).await;
        visit.reads("Your session is over").await;
        visit
            .until("the key to be gone", async || {
                (visit.evaluate(STORED_KEYS).await == json!([])).then_some(())
            })
            .await;
    });
}

#[test]
fn a_sign_in_that_is_not_believed_leaves_nothing_that_opens_a_door() {
    let scene = with(vec![
        ("dpop", json!(true)),
        ("scopes", json!("openid profile email offline_access")),
    ]);
    visit("dpop-not-believed", scene, async |visit| {
        visit.arm_tokens(TokenFault::Nonce);
        walk::comes_with_an_account(visit).await;
        visit.expect(Failure::Status(400));
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit.reaches("error").await;
        visit.check().await;
        let revoked = visit.posts_to("/v1/revoke").await.len();
        assert_eq!(revoked, 2, "both tokens are worthless");
        visit
            .until("the key to be gone", async || {
                (visit.evaluate(STORED_KEYS).await == json!([])).then_some(())
            })
            .await;
    });
}

#[test]
fn whoever_signs_out_may_close_the_page_at_once() {
    visit("sign-out-and-close", renewing(), async |visit| {
        signs_in(visit, 3600).await;
        visit.arm(Fault {
            millis: 3_000,
            times: 2,
            ..Fault::once("/oauth2/default/v1/revoke", FaultKind::Slow)
        });
        let sent = visit.org_was_asked("/oauth2/default/v1/revoke");
        visit.press("Sign out").await;
        visit.go("about:blank").await;
        visit
            .until("both tokens to be revoked", async || {
                let asked = visit.org_was_asked("/oauth2/default/v1/revoke");
                (asked == sent + 2).then_some(())
            })
            .await;
        visit.open("/").await;
        walk::is_nobody(visit).await;
    });
}

#[test]
fn an_org_that_binds_no_tokens_is_told_apart() {
    visit(
        "dpop-refused",
        with(vec![("dpop", json!(true))]),
        async |visit| {
            visit
                .console_of_the_org("POST", "client", &json!({"dpop": "off"}))
                .await;
            walk::comes_with_an_account(visit).await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            visit.reaches("error").await;
            visit
                .reads("do not agree on tokens that are bound to a key")
                .await;
            visit.check().await;
            assert!(visit.storage().await.session.is_empty());
        },
    );
}

/// Nobody does anything for so long, and then a page looks at the time, as it does whenever somebody turns to it.
async fn nobody_is_there(visit: &Visit, seconds: u64) {
    visit.browser_later(Duration::from_secs(seconds)).await;
    visit
        .evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        .await;
}

#[test]
fn whoever_is_away_for_long_is_asked_and_then_signed_out() {
    visit(
        "idle",
        with(vec![("idleMinutes", json!(5))]),
        async |visit| {
            signs_in(visit, 3600).await;
            nobody_is_there(visit, 200).await;
            assert!(!visit.text().await.contains("Are you still there?"));
            nobody_is_there(visit, 60).await;
            visit.reads("Are you still there?").await;
            visit.check().await;
            visit.screenshot("idle").await;
            let focused = visit.focused_name().await;
            assert_eq!(focused.as_deref(), Some("Stay signed in"));
            visit.press("Stay signed in").await;
            visit
                .until("the page again", async || {
                    (!visit.text().await.contains("Are you still there?")).then_some(())
                })
                .await;
            Stop::Home.met(visit).await;

            nobody_is_there(visit, 250).await;
            visit.reads("Are you still there?").await;
            visit.key(browser_tests::Key::Escape).await;
            visit
                .until("the page again", async || {
                    (!visit.text().await.contains("Are you still there?")).then_some(())
                })
                .await;

            nobody_is_there(visit, 301).await;
            visit.reads("Nobody did anything here for a while.").await;
            walk::is_nobody(visit).await;
            assert!(visit.storage().await.session.is_empty());
            visit
                .until("the org to be told", async || {
                    (!visit.posts_to("/v1/revoke").await.is_empty()).then_some(())
                })
                .await;
        },
    );
}

#[test]
fn somebody_at_work_in_another_tab_is_there() {
    visit(
        "idle-tabs",
        with(vec![("idleMinutes", json!(5))]),
        async |visit| {
            signs_in(visit, 3600).await;
            let first = visit.tab().await;
            doubles(visit, "").await;
            let second = visit.tab().await;
            visit.looks_at(&first).await;
            nobody_is_there(visit, 250).await;
            visit.reads("Are you still there?").await;
            visit.looks_at(&second).await;
            visit.browser_later(Duration::from_secs(250)).await;
            visit.key(browser_tests::Key::Shift).await;
            visit.looks_at(&first).await;
            visit
                .until("the question to be gone", async || {
                    (!visit.text().await.contains("Are you still there?")).then_some(())
                })
                .await;
        },
    );
}

#[test]
fn what_a_session_shows_fits_each_window_light_and_dark() {
    for (name, window) in [
        ("session-phone", Window::PHONE),
        ("session-phone-dark", Window::PHONE.dark()),
        ("session-wide-dark", Window::WIDE.dark()),
    ] {
        let scene = with(vec![
            ("idleMinutes", json!(5)),
            ("resource", json!("{org}/api/me")),
        ]);
        visit(name, scene.window(window), async |visit| {
            signs_in(visit, 3600).await;
            visit.screenshot(&format!("{name}-home")).await;
            visit.press("What your access token opens").await;
            visit.reads(ADA.email).await;
            visit.check().await;
            visit.screenshot(&format!("{name}-resource")).await;
            nobody_is_there(visit, 260).await;
            visit.reads("Are you still there?").await;
            visit.check().await;
            visit.screenshot(&format!("{name}-idle")).await;
            visit.press("Sign out").await;
            walk::is_nobody(visit).await;
            visit.reads("You are signed out.").await;
        });
    }
}
