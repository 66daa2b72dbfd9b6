//! An app on the person's own device that signs in for them: found, refusing, missing, and not asked at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use browser_tests::{Failure, Page, Script, scripted};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const POLL: &str = "/idp/idx/authenticators/poll";
const STOP: &str = "/idp/idx/authenticators/poll/cancel";

/// Okta Verify, as far as a page meets it: it is there, and answers the challenge with this.
async fn okta_verify(status: u16, given: Arc<AtomicBool>) -> Script {
    Script::new(move |path, _| {
        if path == "/challenge" {
            given.store(status == 200, Ordering::SeqCst);
            (status, String::new())
        } else {
            (200, String::new())
        }
    })
    .await
}

fn port(origin: &str) -> String {
    origin.rsplit(':').next().unwrap_or_default().to_owned()
}

/// A port that nothing listens on.
async fn silent_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string()
}

fn form(origin: &str, name: &str, path: &str, fields: &Value) -> Value {
    let mut fields = fields.as_array().cloned().unwrap_or_default();
    fields.push(json!({ "name": "stateHandle", "required": true, "value": "02.id.a", "visible": false, "mutable": false }));
    json!({ "rel": ["create-form"], "name": name, "href": format!("{origin}{path}"), "method": "POST", "refresh": 800,
        "value": fields })
}

/// The org waits for the app.
fn waits(origin: &str, challenge: &Value) -> String {
    let mut challenge = challenge.clone();
    challenge["cancel"] = form(origin, "cancel-polling", STOP, &json!([]));
    json!({
        "version": "1.0.0", "stateHandle": "02.id.a",
        "remediation": { "type": "array", "value": [form(origin, "device-challenge-poll", POLL, &json!([]))] },
        "authenticatorChallenge": { "type": "object", "value": challenge },
    })
    .to_string()
}

/// The org asks for a name instead.
fn asks(origin: &str) -> String {
    let name = json!([{ "name": "identifier", "label": "Username", "required": true }]);
    json!({
        "version": "1.0.0", "stateHandle": "02.id.b",
        "remediation": { "type": "array", "value": [form(origin, "identify", "/idp/idx/identify", &name)] },
    })
    .to_string()
}

/// An org that waits until the app has the challenge, or until it is told to stop.
async fn org(challenge: Value, given: Arc<AtomicBool>) -> Script {
    let script = Script::new(|_, _| (404, String::new())).await;
    let origin = script.origin().to_owned();
    script.says(move |path, _| {
        let body = match path {
            "/oauth2/default/v1/interact" => json!({ "interaction_handle": "ih" }).to_string(),
            STOP => asks(&origin),
            POLL if given.load(Ordering::SeqCst) => asks(&origin),
            _ => waits(&origin, &challenge),
        };
        (200, body)
    });
    script
}

fn loopback(ports: &[String]) -> Value {
    json!({ "challengeMethod": "LOOPBACK", "challengeRequest": "eyJh", "domain": "http://localhost", "ports": ports,
        "probeTimeoutMillis": 3000 })
}

/// What the org was told when it was told to stop.
fn told(org: &Script) -> Vec<Value> {
    let stops = org.sent_to(STOP);
    stops
        .iter()
        .map(|sent| {
            let mut told = sent.json();
            assert_eq!(told["stateHandle"], "02.id.a");
            told.as_object_mut().map(|told| told.remove("stateHandle"));
            told
        })
        .collect()
}

/// Tells of a device on which the app answers so, behind a port where nothing is.
fn meets(name: &str, status: Option<u16>, story: impl AsyncFnOnce(&Page, &Script)) {
    let given = Arc::new(AtomicBool::new(false));
    let scene = async {
        let silent = silent_port().await;
        let mut ports = vec![silent];
        if let Some(status) = status {
            let app = okta_verify(status, given.clone()).await;
            ports.push(port(app.origin()));
        }
        org(loopback(&ports), given).await
    };
    scripted(
        name,
        &json!({ "fastpass": true }),
        scene,
        async |page, org| {
            page.open("/login").await;
            page.reaches("device-challenge-poll").await;
            // Nothing listens on the first port, and Chromium says so.
            page.expect(Failure::Network);
            story(page, org).await;
        },
    );
}

#[test]
fn the_app_gets_the_challenge_and_the_page_goes_on() {
    meets("device-found", Some(200), async |page, org| {
        page.at("identify", "Sign In").await;
        let asked: Vec<String> = page
            .requests()
            .await
            .iter()
            .filter(|request| {
                let app = request.url.ends_with("/probe") || request.url.ends_with("/challenge");
                app && request.method != "OPTIONS"
            })
            .map(|request| {
                let path = request.url.rsplit('/').next().unwrap_or_default();
                format!("{} {path} {}", request.method, request.body)
            })
            .collect();
        assert_eq!(
            asked,
            [
                "GET probe ",
                "GET probe ",
                r#"POST challenge {"challengeRequest":"eyJh"}"#
            ]
        );
        assert_eq!(told(org), Vec::<Value>::new(), "nobody stops it");
    });
}

#[test]
fn the_org_is_told_that_the_app_refused() {
    meets("device-refuses", Some(400), async |page, org| {
        page.expect(Failure::Status(400));
        page.at("identify", "Sign In").await;
        assert_eq!(
            told(org),
            [json!({ "reason": "OV_RETURNED_ERROR", "statusCode": 400 })]
        );
    });
}

#[test]
fn the_app_of_somebody_else_is_as_good_as_none() {
    meets("device-of-another", Some(503), async |page, org| {
        page.expect(Failure::Status(503));
        page.at("identify", "Sign In").await;
        assert_eq!(
            told(org),
            [json!({ "reason": "OV_UNREACHABLE_BY_LOOPBACK", "statusCode": null })]
        );
    });
}

#[test]
fn a_person_need_not_wait_for_the_app() {
    // Something listens there, and says nothing.
    let mut mute = Vec::new();
    let scene = async {
        for _ in 0..8 {
            mute.push(TcpListener::bind("127.0.0.1:0").await.expect("a port"));
        }
        let ports: Vec<String> = mute
            .iter()
            .filter_map(|mute| Some(mute.local_addr().ok()?.port().to_string()))
            .collect();
        org(loopback(&ports), Arc::default()).await
    };
    let fastpass = json!({ "fastpass": true });
    scripted("device-cancelled", &fastpass, scene, async |page, org| {
        page.open("/login").await;
        page.at(
            "device-challenge-poll",
            "Looking for Okta Verify on this device",
        )
        .await;
        page.until("a probe", async || {
            let asked = page.requests().await;
            asked
                .iter()
                .any(|request| request.url.ends_with("/probe"))
                .then_some(())
        })
        .await;
        page.press("Cancel").await;
        page.at("identify", "Sign In").await;
        assert_eq!(
            told(org),
            [json!({ "reason": "USER_CANCELED", "statusCode": null })]
        );
    });
}

#[test]
fn without_leave_no_port_is_asked() {
    let scene = async {
        let app = okta_verify(200, Arc::default()).await;
        org(loopback(&[port(app.origin())]), Arc::default()).await
    };
    scripted("device-not-asked", &json!({}), scene, async |page, org| {
        page.open("/login").await;
        page.reaches("device-challenge-poll").await;
        page.at("identify", "Sign In").await;
        assert_eq!(
            told(org),
            [json!({ "reason": "OV_UNREACHABLE_BY_LOOPBACK", "statusCode": null })]
        );
        let probes = page.requests().await;
        assert!(!probes.iter().any(|request| request.url.ends_with("/probe")));
    });
}

#[test]
fn an_org_that_waits_on_is_no_dead_end() {
    let scene = async {
        let script = org(loopback(&[]), Arc::default()).await;
        let origin = script.origin().to_owned();
        script.says(move |path, _| {
            let body = match path {
                "/oauth2/default/v1/interact" => json!({ "interaction_handle": "ih" }).to_string(),
                _ => waits(&origin, &loopback(&[])),
            };
            (200, body)
        });
        script
    };
    scripted("device-for-ever", &json!({}), scene, async |page, org| {
        page.open("/login").await;
        page.reaches("device-challenge-poll").await;
        let errors = page.refused("device-challenge-poll").await;
        assert!(
            errors.says("Okta Verify does not answer on this device."),
            "{errors:?}"
        );
        // It was told once. It goes on being asked, and what was said stays.
        let asked = org.sent_to(POLL).len();
        page.until("another poll", async || {
            (org.sent_to(POLL).len() > asked).then_some(())
        })
        .await;
        assert_eq!(told(org).len(), 1);
        assert!(page.errors().await.says("does not answer"));
        page.press("Try again").await;
        page.until("another try", async || (told(org).len() == 2).then_some(()))
            .await;
        page.press("Back to sign in").await;
    });
}

#[test]
fn a_link_is_opened_by_the_person_alone() {
    let challenge = json!({ "challengeMethod": "CUSTOM_URI", "href": "com-okta-authenticator:/deviceChallenge?x=1",
        "downloadHref": "https://apps.acme.test/ov" });
    let scene = org(challenge, Arc::default());
    scripted("device-link", &json!({}), scene, async |page, org| {
        page.open("/login").await;
        page.at(
            "device-challenge-poll",
            "Looking for Okta Verify on this device",
        )
        .await;
        let buttons = page.buttons().await;
        for button in [
            "Open the app",
            "Get Okta Verify",
            "Cancel",
            "Back to sign in",
        ] {
            assert!(
                buttons.iter().any(|known| known == button),
                "{button}: {buttons:?}"
            );
        }
        let asked = org.sent_to(POLL).len();
        page.until("a poll", async || {
            (org.sent_to(POLL).len() > asked).then_some(())
        })
        .await;
        assert_eq!(told(org), Vec::<Value>::new());
        page.press("Cancel").await;
        page.at("identify", "Sign In").await;
        assert_eq!(
            told(org),
            [json!({ "reason": "USER_CANCELED", "statusCode": null })]
        );
    });
}

#[test]
fn an_extension_of_apples_is_tried_and_done_without() {
    let verify = "/idp/idx/authenticators/sso_extension/transactions/456/verify";
    let cancel = "/idp/idx/authenticators/sso_extension/transactions/456/verify/cancel";
    let scene = async move {
        let script = Script::new(|_, _| (404, String::new())).await;
        let origin = script.origin().to_owned();
        script.says(move |path, _| {
            let page = |name: &str, href: &str| {
                json!({ "version": "1.0.0", "stateHandle": "02.id.a",
                    "remediation": { "type": "array", "value": [form(&origin, name, href, &json!([]))] } })
                .to_string()
            };
            match path {
                "/oauth2/default/v1/interact" => (200, json!({ "interaction_handle": "ih" }).to_string()),
                _ if path == verify => (401, page("cancel-transaction", cancel)),
                _ if path == cancel => (200, asks(&origin)),
                _ => (200, page("device-apple-sso-extension", verify)),
            }
        });
        script
    };
    scripted("device-apple", &json!({}), scene, async |page, org| {
        page.open("/login").await;
        page.reaches("device-apple-sso-extension").await;
        page.expect(Failure::Status(401));
        page.reaches("cancel-transaction").await;
        page.at("identify", "Sign In").await;
        assert_eq!(org.sent_to(verify).len(), 1);
        assert_eq!(org.sent_to(cancel).len(), 1);
    });
}

#[test]
fn whether_to_remember_the_browser_goes_along_to_the_app() {
    let org = async {
        let org = Script::new(|_, _| (404, String::new())).await;
        let origin = org.origin().to_owned();
        let launch = "/idp/idx/authenticators/okta-verify/launch";
        org.says(move |path, _| {
            let fields = json!([
                { "name": "identifier", "label": "Username", "required": true },
                { "name": "rememberMe", "type": "boolean", "label": "Remember this device" },
            ]);
            let ways = json!([
                form(&origin, "identify", "/idp/idx/identify", &fields),
                form(&origin, "launch-authenticator", launch, &json!([])),
            ]);
            let body = match path {
                "/oauth2/default/v1/interact" => json!({ "interaction_handle": "ih" }).to_string(),
                "/idp/idx/introspect" => json!({ "version": "1.0.0", "stateHandle": "02.id.a",
                    "remediation": { "type": "array", "value": ways } })
                .to_string(),
                _ => asks(&origin),
            };
            (200, body)
        });
        org
    };
    scripted(
        "remembered-by-the-app",
        &json!({}),
        org,
        async |page, org| {
            for (at, ticked) in [true, false].into_iter().enumerate() {
                page.open("/login").await;
                page.at("identify", "Sign In").await;
                if ticked {
                    page.choose("Keep me signed in on this device").await;
                    // A box stands as it stood after a reload, and a name that was not sent is still there.
                    page.fill("Username", "mia@acme.test").await;
                    page.reload().await;
                    page.at("identify", "Sign In").await;
                    assert_eq!(page.value("identifier").await, "mia@acme.test");
                    assert!(page.choices().await[0].checked);
                } else {
                    page.choose("Keep me signed in on this device").await;
                }
                page.press("Sign in with Okta FastPass").await;
                let sent = page
                    .until("the app to be asked", async || {
                        org.sent_to("/okta-verify/launch").get(at).cloned()
                    })
                    .await;
                let body = json!({ "stateHandle": "02.id.a", "rememberMe": ticked });
                assert_eq!(sent.json(), body, "as the box stands");
                page.settles().await;
                page.check().await;
            }
        },
    );
}
