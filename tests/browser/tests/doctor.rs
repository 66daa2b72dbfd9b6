//! The doctor at `/doctor`: what is wrong with a deployment, how it was seen, and where it is set right. The browser sees
//! less of the org than a terminal does: an answer that it may not read is to it none at all.

use browser_tests::{Config, Failure, Scene, Visit, Window, look_at, visit};
use serde_json::{Value, json};
use xtask::paths;
use xtask::policy::Policy;
use xtask::serve::{Site, loopback};

const HEADING: &str = "How this app is set up";

/// Opens the doctor's page, which says this first, and is as every page must be.
async fn looks(visit: &Visit, says: &str) -> String {
    visit.open("/doctor").await;
    visit.reads(says).await;
    visit.at("doctor", HEADING).await;
    visit.text().await
}

/// The doctor finds one thing wrong: this one, and it says these words about it.
async fn ails(visit: &Visit, about: &str, words: &[&str]) {
    let page = looks(visit, "One thing is wrong.").await;
    let (_, finding) = page
        .split_once(&format!("Wrong: {about} "))
        .unwrap_or_else(|| panic!("{about} in {page}"));
    let usual = ["How it was seen: ", "Where it is set right: "];
    for part in usual.iter().chain(words) {
        assert!(finding.contains(part), "{part:?} in {finding}");
    }
}

#[test]
fn a_deployment_that_is_well_is_said_to_be_and_nothing_is_done_but_one_interact() {
    visit("doctor-well", Scene::new(), async |visit| {
        let page = looks(visit, "Nothing is wrong that can be seen from here.").await;
        for about in [
            "config.json",
            "Secure connection",
            "Storage",
            "Content security policy",
            "Frames",
            "An origin of its own",
            "WebAssembly",
            "The way back to this app",
            "Issuer",
            "Clock",
            "Trusted origin (CORS)",
            "Start of a sign-in",
        ] {
            assert!(
                page.contains(&format!("In order: {about}")),
                "{about} in {page}"
            );
        }
        for module in ["/vestibule-", "/later-"] {
            assert!(page.contains(module), "{module} in {page}");
        }
        let posts = visit.posts().await;
        assert_eq!(posts.len(), 1, "{posts:?}");
        assert!(posts[0].url.ends_with("/v1/interact"));
        let kept = visit.storage().await;
        assert!(kept.session.is_empty() && kept.local.is_empty(), "{kept:?}");
        visit.screenshot("doctor-well").await;

        visit.press("Look again").await;
        visit
            .until("a second look", async || {
                (visit.posts().await.len() == 2).then_some(())
            })
            .await;
        visit.reads("Nothing is wrong").await;
        visit.at("doctor", HEADING).await;
    });
}

#[test]
fn the_doctor_costs_those_nothing_who_sign_in() {
    visit("doctor-elsewhere", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        let fetched = visit.requests().await;
        assert!(
            !fetched.iter().any(|one| one.url.contains("doctor")),
            "{fetched:?}"
        );
    });
}

async fn switch(visit: &Visit, switch: Value) {
    visit.console_of_the_org("POST", "client", &switch).await;
}

/// What each switch of the org's makes the doctor say; the same in a terminal.
const FAULTS: &str = include_str!("../../support/doctor.json");

#[derive(serde::Deserialize)]
struct Fault {
    switch: Value,
    about: String,
    words: Vec<String>,
}

#[test]
fn each_setting_of_the_org_is_named_with_its_place_in_the_console() {
    visit("doctor-switches", Scene::new(), async |visit| {
        for fault in serde_json::from_str::<Vec<Fault>>(FAULTS).expect("a list of faults") {
            for status in [400, 401, 404] {
                visit.expect(Failure::Status(status));
            }
            switch(visit, fault.switch).await;
            let words: Vec<&str> = fault.words.iter().map(String::as_str).collect();
            ails(visit, &fault.about, &words).await;
            visit.console_of_the_org("POST", "reset", &json!({})).await;
        }
    });
}

#[test]
fn an_origin_that_the_org_does_not_trust_is_named_by_its_place_in_the_console() {
    visit(
        "doctor-origin",
        Scene::new().window(Window::PHONE.dark()),
        async |visit| {
            visit.expect(Failure::Cors);
            switch(visit, json!({"trustedOrigin": false})).await;
            ails(
                visit,
                "Trusted origin (CORS)",
                &["Trusted Origins", visit.origin()],
            )
            .await;
            assert!(visit.posts().await.is_empty(), "nothing is started");
            visit.screenshot("doctor-origin").await;
        },
    );
}

#[test]
fn a_clock_that_is_off_is_named() {
    visit("doctor-clock", Scene::new(), async |visit| {
        let off = json!({"offSeconds": -86_400});
        visit.console_of_the_org("POST", "clock", &off).await;
        ails(visit, "Clock", &["864", "set by the network"]).await;
    });
}

#[test]
fn an_org_that_is_not_there_is_named() {
    let config = Config::with("issuer", r#""http://localhost:9/oauth2/default""#);
    visit(
        "doctor-nobody",
        Scene::new().config(config),
        async |visit| {
            // The page's policy still names the right org.
            ails(
                visit,
                "Content security policy",
                &["connect-src", "http://localhost:9"],
            )
            .await;
        },
    );
}

#[test]
fn what_is_wrong_in_the_configuration_is_named() {
    for (name, config, about, words) in [
        (
            "client",
            Config::with("clientId", r#""0oa-unknown""#),
            "Client ID",
            "invalid_client",
        ),
        (
            "scope",
            Config::with("scopes", r#"["openid","plan.write"]"#),
            "Scopes",
            "a scope: plan.write",
        ),
        (
            "redirect",
            Config::with("redirectUri", r#""http://localhost:9/login/callback""#),
            "The way back to this app",
            "redirectUri in config.json",
        ),
        (
            "text",
            Config::text("<!doctype html>"),
            "config.json",
            "not a JSON object",
        ),
    ] {
        visit(
            &format!("doctor-{name}"),
            Scene::new().config(config),
            async |visit| {
                visit.expect(Failure::Status(401));
                visit.expect(Failure::Status(400));
                if name == "redirect" {
                    // The org does not know that address either.
                    let page = looks(visit, "2 things are wrong.").await;
                    for words in [about, words, "Wrong: Redirect URI"] {
                        assert!(page.contains(words), "{words} in {page}");
                    }
                } else {
                    ails(visit, about, &[words]).await;
                }
            },
        );
    }
}

#[test]
fn a_host_that_sends_no_headers_is_named() {
    let scene = Scene::new().without_headers();
    visit("doctor-frames", scene, async |visit| {
        ails(
            visit,
            "Frames",
            &["say of frames: nothing", "cargo xtask build --host"],
        )
        .await;
        visit.screenshot("doctor-frames").await;
    });
}

/// A deployment under another policy than ours, with an org that nobody can reach.
fn under(
    name: &str,
    change: impl Fn(String) -> String,
    story: impl AsyncFnOnce(&browser_tests::Page),
) {
    let org = "http://localhost:9";
    let config = json!({ "issuer": format!("{org}/oauth2/default"), "clientId": "vestibule" });
    let policy = change(Policy::new().org(org).to_string());
    let origin = async {
        let listeners = loopback(0, "").await.expect("a port is free");
        let port = listeners[0].local_addr().expect("it has an address").port();
        let site = Site::new(paths::dist())
            .config(config.to_string())
            .policy(policy);
        tokio::spawn(site.serve_until(listeners, std::future::pending()));
        format!("http://localhost:{port}")
    };
    look_at(name, &Window::WIDE, origin, story);
}

#[test]
fn an_org_that_does_not_answer_is_named() {
    under(
        "doctor-silent",
        |policy| policy,
        async |page| {
            page.open("/doctor").await;
            page.reads("gave no answer").await;
            let text = page.text().await;
            assert!(text.contains("Wrong: Issuer"), "{text}");
        },
    );
}

#[test]
fn a_policy_that_allows_too_much_is_named() {
    let loose =
        |policy: String| policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");
    under("doctor-loose", loose, async |page| {
        page.open("/doctor").await;
        page.reads("Wrong: Content security policy").await;
        page.reads("The policy has: 'unsafe-inline'").await;
    });
}

#[test]
fn a_browser_that_keeps_nothing_is_named() {
    visit("doctor-storage", Scene::new(), async |visit| {
        let deny = "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError'); } });";
        visit.runs_first(deny).await;
        visit.open("/doctor").await;
        visit.reads("One thing is wrong.").await;
        let text = visit.text().await;
        assert!(text.contains("Wrong: Storage"), "{text}");
    });
}
