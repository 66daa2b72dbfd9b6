//! What tests and people use beside the org: the console, the faults, the inbox, the journal, CORS.

use std::time::{Duration, Instant};

use crate::support::{APP, Answer, Browser, ISSUER, PASSWORD, Page, profile};
use axum::body::Body;
use axum::http::{Method, Request};
use org::{Fault, FaultKind};
use serde_json::{Value, json};

async fn arm(browser: &Browser, fault: Value) {
    let answer = browser.post("/console/faults", &fault).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn call(browser: &Browser, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

#[tokio::test]
async fn each_fault_meets_the_next_request_to_its_path_and_no_other() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let kinds = [
        "500",
        "500-ion",
        "429-classic",
        "429-ion",
        "429-classic-bare",
        "empty",
        "html",
        "drop-before",
        "oauth",
    ];
    for kind in kinds {
        arm(
            &browser,
            json!({"path": "/idp/idx/identify", "kind": kind, "retryAfterSeconds": 20}),
        )
        .await;
        assert_eq!(
            browser.introspect("x").await.status(),
            401,
            "another path is not met"
        );
        let met = browser.sign_in(&page, "mory", PASSWORD).await;
        let (status, json, headers) = (met.status(), met.json().clone(), met.0.headers.clone());
        match kind {
            "500" => assert_eq!(
                (status, json),
                (500, json!({"message": "internal server error"}))
            ),
            "500-ion" => assert_eq!((status, met.said()), (500, vec!["E0000009".to_owned()])),
            "429-classic" => {
                assert_eq!(
                    (status, &json["errorCode"], &headers["retry-after"]),
                    (429, &json!("E0000047"), &"20".parse().expect("a value"))
                );
                assert!(headers.contains_key("x-rate-limit-reset"));
            }
            "429-classic-bare" => assert!(
                status == 429
                    && json["errorCode"] == "E0000047"
                    && !headers.contains_key("retry-after")
            ),
            "429-ion" => assert_eq!(
                (status, met.said()),
                (429, vec!["tooManyRequests".to_owned()])
            ),
            "empty" => assert_eq!((status, met.0.text.as_str()), (200, "")),
            "html" => assert!(status == 502 && met.0.text.starts_with("<!doctype html>")),
            "drop-before" => assert!(met.0.dropped),
            _ => assert_eq!((status, &json["error"]), (400, &json!("access_denied"))),
        }
        let next = browser.sign_in(&page, "mory", PASSWORD).await;
        assert_eq!(
            next.said(),
            ["idx.unknown.user"],
            "{kind} met one request only"
        );
    }
}

#[tokio::test]
async fn a_request_that_was_done_though_its_answer_was_lost_is_done_once() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let form = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    arm(&browser, json!({"path": "*", "kind": "drop-after"})).await;
    let lost = browser
        .submit(&form, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert!(lost.0.dropped);
    let again = browser
        .submit(&form, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(
        (again.status(), again.step()),
        (200, "select-authenticator-enroll".to_owned())
    );

    arm(&browser, json!({"path": "/idp/", "kind": "drop-before"})).await;
    assert!(browser.choose(&again, "Password").await.0.dropped);
    assert_eq!(browser.introspect("x").await.status(), 401);
    let still = Page(
        browser
            .post(
                "/idp/idx/introspect",
                &json!({"stateToken": again.handle()}),
            )
            .await,
    );
    assert_eq!(
        still.step(),
        "select-authenticator-enroll",
        "nothing was done"
    );
}

#[tokio::test]
async fn cut_gives_half_of_the_right_body() {
    let browser = Browser::new("seed");
    let whole = browser.get(&format!("{ISSUER}/v1/keys")).await.text;
    browser.org.arm(Fault::once("*", FaultKind::Cut));
    let half = browser.get(&format!("{ISSUER}/v1/keys")).await;
    assert_eq!(
        (half.status.as_u16(), half.text.as_str()),
        (200, &whole[..whole.len() / 2])
    );
}

#[tokio::test]
async fn slow_is_done_at_once_and_answered_late() {
    let browser = Browser::new("seed");
    arm(
        &browser,
        json!({"path": "*", "kind": "slow", "millis": 200}),
    )
    .await;
    let begun = Instant::now();
    assert_eq!(browser.interact_with(&[]).await.status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn faults_are_counted_listed_and_taken_back() {
    let browser = Browser::new("seed");
    arm(
        &browser,
        json!([{"path": "*", "kind": "500", "times": 2}, {"path": "*", "kind": "empty"}]),
    )
    .await;
    assert_eq!(browser.interact_with(&[]).await.status, 500);
    assert_eq!(
        browser
            .get("/console/faults")
            .await
            .json
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(browser.interact_with(&[]).await.status, 500);
    assert_eq!(
        browser
            .get("/console/faults")
            .await
            .json
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        call(&browser, Method::DELETE, "/console/faults", &[])
            .await
            .status,
        204
    );
    assert_eq!(browser.interact_with(&[]).await.status, 200);
    assert_eq!(
        browser
            .post("/console/faults", &json!({"path": "*", "kind": "tired"}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn the_clock_the_people_and_the_reset_are_within_reach() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let moved = browser
        .post("/console/clock", &json!({"forwardSeconds": 1800}))
        .await;
    assert_eq!(moved.json["aheadSeconds"], 1800);
    assert_eq!(
        browser.sign_in(&page, "mory", PASSWORD).await.said(),
        ["idx.session.expired"]
    );

    let mary = json!({"email": "mary@acme.test", "firstName": "Mary", "lastName": "Holm", "password": PASSWORD, "phone": "+15551234567"});
    assert_eq!(browser.post("/console/people", &mary).await.status, 201);
    assert_eq!(browser.post("/console/people", &mary).await.status, 409);
    for bad in [
        json!({"email": "mary"}),
        json!({"email": "m@acme.test", "password": "short"}),
        json!({"email": "m@acme.test", "phone": "1"}),
        json!({"mail": "m@acme.test"}),
        json!(7),
    ] {
        assert_eq!(
            browser.post("/console/people", &bad).await.status,
            400,
            "{bad}"
        );
    }
    let people = browser.get("/console/people").await;
    assert_eq!(
        people.json[0]["authenticators"],
        json!(["okta_email", "okta_password", "phone_number"])
    );
    assert!(!people.text.contains("argon2") && !people.text.contains(PASSWORD));
    let policy = browser.get("/console/policy").await.json;
    assert_eq!(policy["name"], "seed");
    assert_eq!(
        (&policy["clients"]["vestibule"], &policy["clients"]["totp"]),
        (&json!("seed"), &json!("totp"))
    );

    assert_eq!(browser.post("/console/reset", &json!({})).await.status, 204);
    assert_eq!(browser.get("/console/people").await.json, json!([]));
    assert!(browser.org.clock().ahead().is_zero() && browser.org.requests().is_empty());
    assert_eq!(
        browser
            .post("/console/clock", &json!({"forwardSeconds": -1}))
            .await
            .status,
        400
    );
    assert_eq!(
        browser
            .post("/console/client", &json!({"interactionCodes": false}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn the_journal_counts_presses() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    browser.sign_in(&page, "mory", PASSWORD).await;
    browser.get("/console/people").await;
    assert_eq!(browser.org.count("POST", "/idp/idx/identify"), 1);
    let last = browser.org.requests().last().cloned().expect("a request");
    assert_eq!(last.json()["identifier"], "mory");
    let told = browser.get("/console/requests").await;
    assert_eq!(told.json.as_array().map(Vec::len), Some(3));
    assert_eq!(
        call(&browser, Method::DELETE, "/console/requests", &[])
            .await
            .status,
        204
    );
    assert_eq!(browser.org.count("POST", "/idp/idx/identify"), 0);
}

#[tokio::test]
async fn the_inbox_is_read_by_people_and_by_tests() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("mia&'x'@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Email").await;
    let page = browser.choose(&page, "Phone").await;
    let id = page
        .json()
        .pointer("/currentAuthenticator/value/id")
        .cloned();
    browser.submit(&page, "authenticator-enrollment-data", json!({"authenticator": {"id": id, "methodType": "voice", "phoneNumber": "+15551234567"}})).await;

    let mails = browser.get("/inbox.json").await.json;
    assert_eq!(
        (&mails[0]["channel"], &mails[1]["channel"]),
        (&json!("email"), &json!("voice")),
        "oldest first"
    );
    assert!(mails[0]["link"].is_string() && mails[0]["subject"].is_string());
    assert!(mails[1]["link"].is_null() && mails[1]["subject"].is_null());
    for member in ["id", "at", "to", "text", "code"] {
        assert!(mails[0][member].is_string(), "{member}");
    }
    let html = browser.get("/inbox").await;
    assert!(
        html.headers["content-security-policy"]
            .to_str()
            .expect("text")
            .contains("default-src 'none'")
    );
    assert!(html.text.contains("mia&amp;&#39;x&#39;@acme.test") && !html.text.contains("mia&'x'"));
    let (call, mail) = (html.text.find("+15551234567"), html.text.find("mia&amp;"));
    assert!(call < mail, "newest first");
    assert!(browser.get("/").await.text.contains("href=\"/inbox\""));
    assert_eq!(
        browser.get("/org.css").await.headers["content-type"],
        "text/css; charset=utf-8"
    );
}

#[tokio::test]
async fn a_trusted_page_may_read_and_another_may_not() {
    let browser = Browser::new("seed");
    let path = "/idp/idx/introspect";
    let ask = [
        ("origin", APP),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let preflight = call(&browser, Method::OPTIONS, path, &ask).await;
    assert_eq!(preflight.status, 204);
    let header = |answer: &Answer, name: &str| {
        answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(header(&preflight, "access-control-allow-origin"), APP);
    assert_eq!(
        header(&preflight, "access-control-allow-credentials"),
        "true"
    );
    assert_eq!(
        header(&preflight, "access-control-allow-methods"),
        "GET, POST, DELETE, OPTIONS"
    );
    for name in [
        "content-type",
        "accept",
        "authorization",
        "x-okta-user-agent-extended",
        "x-device-fingerprint",
        "dpop",
        "accept-language",
    ] {
        assert!(
            header(&preflight, "access-control-allow-headers").contains(name),
            "{name}"
        );
    }
    assert_eq!(header(&preflight, "vary"), "Origin");

    let answer = browser.post(path, &json!({"interactionHandle": "x"})).await;
    assert_eq!(
        (
            answer.status.as_u16(),
            header(&answer, "access-control-allow-origin")
        ),
        (401, APP.to_owned()),
        "errors too"
    );
    for name in [
        "x-okta-request-id",
        "www-authenticate",
        "dpop-nonce",
        "retry-after",
        "date",
    ] {
        assert!(
            header(&answer, "access-control-expose-headers").contains(name),
            "{name}"
        );
    }
    for origin in [
        "http://evil.test",
        "http://localhost:8080.evil.test",
        "null",
        "http://localhost:8081",
    ] {
        let ask = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        let preflight = call(&browser, Method::OPTIONS, path, &ask).await;
        let answer = call(
            &browser,
            Method::GET,
            &format!("{ISSUER}/v1/keys"),
            &[("origin", origin)],
        )
        .await;
        for answer in [preflight, answer] {
            assert!(
                !answer
                    .headers
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control")),
                "{origin}"
            );
        }
    }
    let console = call(&browser, Method::GET, "/console/people", &[("origin", APP)]).await;
    assert!(!console.headers.contains_key("access-control-allow-origin"));
    browser.org.arm(Fault::once("*", FaultKind::TooManyClassic));
    let fault = call(
        &browser,
        Method::GET,
        &format!("{ISSUER}/v1/keys"),
        &[("origin", APP)],
    )
    .await;
    assert_eq!(
        (
            fault.status.as_u16(),
            header(&fault, "access-control-allow-origin")
        ),
        (429, APP.to_owned())
    );
}

#[tokio::test]
async fn each_setting_that_a_deployment_may_lack_is_a_refusal_of_its_own() {
    for (switch, status, code) in [
        (json!({"embedded": false}), 400, "access_denied"),
        (
            json!({"interactionCode": false}),
            400,
            "unauthorized_client",
        ),
        (json!({"redirectUri": false}), 400, "invalid_request"),
        (json!({"accessPolicy": false}), 401, "access_denied"),
        (json!({"emailScope": false}), 400, "invalid_scope"),
    ] {
        let browser = Browser::new("password-only");
        assert_eq!(browser.interact_with(&[]).await.status, 200);
        browser.console("client", switch.clone()).await;
        let answer = browser.interact_with(&[]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json["error"].as_str()),
            (status, Some(code)),
            "{switch}"
        );
    }
}

#[tokio::test]
async fn the_document_about_the_server_can_be_missing_or_of_another() {
    let browser = Browser::new("password-only");
    let document = format!("{ISSUER}/.well-known/openid-configuration");
    browser.console("client", json!({"discovery": "off"})).await;
    assert_eq!(browser.get(&document).await.status, 404);
    let other = json!({"discovery": "otherIssuer"});
    browser.console("client", other).await;
    let said = browser.get(&document).await.json;
    assert_eq!(said["issuer"], "https://acme.okta.example/oauth2/default");
}

#[tokio::test]
async fn an_origin_that_is_no_longer_trusted_gets_no_cors() {
    let browser = Browser::new("password-only");
    let document = format!("{ISSUER}/.well-known/openid-configuration");
    let allowed = async || {
        let answer = call(&browser, Method::GET, &document, &[("origin", APP)]).await;
        answer.headers.contains_key("access-control-allow-origin")
    };
    assert!(allowed().await);
    let switch = json!({"trustedOrigin": false});
    browser.console("client", switch).await;
    assert!(!allowed().await);
}

/// The pages of the simulator's own: what changes something there comes from that page, from another port of this machine, or
/// from a program that is no browser.
#[tokio::test]
async fn no_other_site_presses_anything_in_the_console() {
    let browser = Browser::new("seed");
    browser.org.add_presets();
    let people = browser.org.people().len();
    let answered = async |method: &Method, path: &str, headers: &[(&str, &str)]| {
        let answer = call(&browser, method.clone(), path, headers).await;
        assert!(
            !answer.headers.contains_key("access-control-allow-origin"),
            "{path}"
        );
        answer.status.as_u16()
    };
    let evil = [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "cross-site"), ("origin", APP)],
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ],
        &[("sec-fetch-site", "something-new")],
        // A browser that has no Sec-Fetch-Site.
        &[("origin", "http://evil.test")],
        &[("origin", "http://localhost.evil.test")],
        &[("origin", "null")],
    ];
    let changes = [
        (Method::POST, "/console/reset"),
        (Method::POST, "/console"),
        (Method::POST, "/console/people/presets"),
        (Method::DELETE, "/console/keys?email=nina@acme.test"),
        (Method::DELETE, "/console/requests"),
        (Method::POST, "/console/idp"),
        (Method::POST, "/okta-verify/setup"),
        (Method::POST, "/toy-idp"),
        (Method::POST, "/signin"),
        (Method::POST, "/inbox"),
        (Method::OPTIONS, "/console/reset"),
    ];
    for headers in evil {
        for (method, path) in &changes {
            let status = answered(method, path, headers).await;
            assert_eq!(status, 403, "{method} {path} {headers:?}");
        }
    }
    assert_eq!(browser.org.people().len(), people, "nothing was reset");
    assert_eq!(browser.org.requests().len(), 0, "nothing was asked");

    // A link from another site may lead to a page of theirs; what that site's own page would load from there may not.
    let site = ("sec-fetch-site", "cross-site");
    for (mode, dest, expected) in [
        ("navigate", "document", 200),
        ("navigate", "iframe", 403),
        ("navigate", "object", 403),
        ("no-cors", "script", 403),
        ("no-cors", "image", 403),
        ("cors", "empty", 403),
    ] {
        let headers = [site, ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)];
        for path in ["/inbox", "/inbox.json", "/console", "/console/requests"] {
            let status = answered(&Method::GET, path, &headers).await;
            assert_eq!(status, expected, "{path} {mode} {dest}");
        }
    }

    for good in [
        &[][..],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-site"), ("origin", APP)],
        &[("sec-fetch-site", "none")],
        &[("origin", APP)],
        &[("origin", "http://localhost:8081")],
        &[("origin", "http://127.0.0.1:9000")],
    ] {
        let status = answered(&Method::POST, "/console/people/presets", good).await;
        assert_eq!(status, 200, "{good:?}");
        assert_eq!(
            answered(&Method::GET, "/inbox", good).await,
            200,
            "{good:?}"
        );
    }
}

/// The app is on another origin, and under `*.localhost` even on another site.
#[tokio::test]
async fn the_api_is_open_to_the_app_whatever_its_site() {
    let browser = Browser::new("seed");
    for site in ["same-origin", "same-site", "cross-site"] {
        let headers = [("sec-fetch-site", site), ("origin", APP)];
        let path = format!("{ISSUER}/v1/keys");
        let keys = call(&browser, Method::GET, &path, &headers).await;
        let step = call(&browser, Method::POST, "/idp/idx/introspect", &headers).await;
        assert_eq!((keys.status.as_u16(), step.status.as_u16()), (200, 400));
        for answer in [keys, step] {
            assert_eq!(answer.headers["access-control-allow-origin"], APP, "{site}");
        }
    }
}
