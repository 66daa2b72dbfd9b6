//! Somebody lost their phone: a temporary code, and a new phone (scenario K19; protocol 4.3.7).

use std::time::Duration;

use crate::support::{Browser, PASSWORD, Page, claims};
use axum::http::StatusCode;
use serde_json::{Value, json};

const TESS: &str = "tess@acme.test";
const INVALID: &str = "api.authn.error.PASSCODE_INVALID";

async fn with_tess() -> Browser {
    let browser = Browser::new("help-desk");
    let tess = json!({"email": TESS, "password": PASSWORD, "phone": "+15551234567"});
    assert_eq!(browser.console("people", tess).await.status, 201);
    browser
}

async fn code_for(browser: &Browser, minutes: u64) -> String {
    let given = browser
        .console("help-desk/code", json!({"email": TESS, "minutes": minutes}))
        .await;
    assert_eq!(given.status, 200, "{}", given.text);
    given.json["code"].as_str().expect("a code").to_owned()
}

async fn lose_phone(browser: &Browser) -> Value {
    let body = json!({"email": TESS, "authenticator": "phone_number"});
    let lost = browser.console("help-desk/remove", body).await;
    assert_eq!(lost.status, 200, "{}", lost.text);
    lost.json
}

async fn sign_in(browser: &Browser) -> Page {
    let page = browser.start().await;
    browser.sign_in(&page, TESS, PASSWORD).await
}

#[tokio::test]
async fn k19_the_code_lets_tess_in_and_she_sets_up_a_new_phone() {
    let browser = with_tess().await;
    assert_eq!(
        sign_in(&browser).await.step(),
        "authenticator-verification-data",
        "before she lost it"
    );
    let seen = lose_phone(&browser).await;
    assert_eq!(
        (&seen["phone"], &seen["authenticators"]),
        (&Value::Null, &json!(["okta_password"]))
    );
    let code = code_for(&browser, 60).await;
    assert!(code.len() == 16 && code.bytes().any(|letter| letter.is_ascii_punctuation()));

    let page = sign_in(&browser).await;
    assert_eq!(page.step(), "challenge-authenticator");
    let current = page
        .json()
        .pointer("/currentAuthenticatorEnrollment/value/key");
    assert_eq!(current, Some(&json!("tac")));
    let field = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0");
    assert_eq!(field.expect("a field")["secret"], true);
    for wrong in [
        code.to_uppercase(),
        code.to_lowercase(),
        "123456".to_owned(),
    ] {
        let refused = browser.passcode(&page, &wrong).await;
        assert_eq!(
            (refused.status(), refused.said_at("credentials.passcode")),
            (401, vec![INVALID.to_owned()]),
            "{wrong}"
        );
    }
    let page = browser.passcode(&page, &code).await;
    assert_eq!(
        (page.steps(), page.options()),
        (
            vec!["select-authenticator-enroll".to_owned()],
            vec!["Phone".to_owned()]
        )
    );
    let page = browser.choose(&page, "Phone").await;
    let id = page
        .json()
        .pointer("/currentAuthenticator/value/id")
        .cloned();
    let number =
        json!({"authenticator": {"id": id, "methodType": "sms", "phoneNumber": "+15557654321"}});
    let page = browser
        .submit(&page, "authenticator-enrollment-data", number)
        .await;
    let page = browser.code(&page).await;
    assert!(page.is_done(), "{:#}", page.json());
    let tokens = browser.tokens(&page).await;
    let told = claims(tokens.json["id_token"].as_str().expect("an ID token"));
    assert_eq!(told["amr"], json!(["pwd", "otp", "sms", "mfa"]));

    let page = sign_in(&browser).await;
    assert_eq!(page.options(), ["Temporary Access Code", "Phone"]);
    let page = browser.choose(&page, "Temporary Access Code").await;
    assert!(
        browser.passcode(&page, &code).await.is_done(),
        "it is good as often as wanted"
    );
}

#[tokio::test]
async fn k19_after_its_time_and_after_a_newer_one_a_code_is_refused() {
    let browser = with_tess().await;
    lose_phone(&browser).await;
    let first = code_for(&browser, 10).await;
    let second = code_for(&browser, 10).await;
    let page = sign_in(&browser).await;
    assert_eq!(browser.passcode(&page, &first).await.status(), 401);
    browser.org.clock().forward(Duration::from_secs(10 * 60));
    let late = browser.passcode(&page, &second).await;
    assert_eq!(late.said_at("credentials.passcode"), [INVALID]);
    let page = sign_in(&browser).await;
    assert_eq!(
        page.step(),
        "challenge-authenticator",
        "an old code opens no other way in"
    );
    let third = code_for(&browser, 12 * 60).await;
    let page = browser.passcode(&page, &third).await;
    assert_eq!(page.step(), "select-authenticator-enroll");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let browser = with_tess().await;
    lose_phone(&browser).await;
    let code = code_for(&browser, 60).await;
    let page = sign_in(&browser).await;
    for _ in 0..4 {
        browser.passcode(&page, "guessed").await;
    }
    assert_eq!(browser.passcode(&page, "guessed").await.status(), 429);
    assert_eq!(browser.passcode(&page, &code).await.status(), 429);
}

#[tokio::test]
async fn the_help_desk_refuses_what_makes_no_sense() {
    let browser = with_tess().await;
    for (path, body) in [
        ("help-desk/code", json!({"email": TESS, "minutes": 9})),
        ("help-desk/code", json!({"email": TESS, "minutes": 721})),
        ("help-desk/code", json!({"email": "nobody@acme.test"})),
        ("help-desk/code", json!({"email": TESS, "client": "phone"})),
        ("help-desk/code", json!({"email": TESS, "client": "none"})),
        (
            "help-desk/remove",
            json!({"email": TESS, "authenticator": "okta_verify"}),
        ),
        (
            "help-desk/remove",
            json!({"email": TESS, "authenticator": "okta_password"}),
        ),
        (
            "help-desk/remove",
            json!({"email": TESS, "authenticator": "pigeon"}),
        ),
        ("unlock", json!({"email": "nobody@acme.test"})),
    ] {
        let answer = browser.console(path, body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(answer.json["error"].is_string());
    }
}

#[tokio::test]
async fn a_locked_account_is_opened() {
    let browser = with_tess().await;
    let page = browser.start().await;
    for _ in 0..10 {
        browser.sign_in(&page, TESS, "wrong").await;
    }
    assert_eq!(sign_in(&browser).await.said(), ["errors.E0000004"]);
    let opened = browser.console("unlock", json!({"email": TESS})).await;
    assert_eq!(opened.json["locked"], false);
    assert_eq!(
        sign_in(&browser).await.step(),
        "authenticator-verification-data"
    );
}
