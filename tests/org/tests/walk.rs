//! The seed's walk through registration, as raw JSON, to the tokens.

use crate::support;
use crate::support::{Browser, PASSWORD, claims};
use serde_json::{Value, json};

const MIA: &str = "mia.lenz@acme.test";

/// Profile, list, password, second list: where the ways part.
async fn to_the_second_list(browser: &Browser) -> support::Page {
    let page = browser.start().await;
    assert_eq!(page.steps(), ["identify", "select-enroll-profile"]);
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    assert_eq!(page.steps(), ["enroll-profile", "select-identify"]);
    let page = browser
        .submit(&page, "enroll-profile", support::profile(MIA))
        .await;
    assert_eq!(
        (page.steps(), page.options()),
        (
            vec!["select-authenticator-enroll".to_owned()],
            vec!["Password".to_owned()]
        )
    );
    let page = browser.choose(&page, "Password").await;
    assert_eq!(
        page.steps(),
        ["enroll-authenticator", "select-authenticator-enroll"]
    );
    assert_eq!(
        page.json()
            .pointer("/currentAuthenticator/value/settings/complexity/minLength"),
        Some(&json!(8))
    );
    let page = browser.passcode(&page, PASSWORD).await;
    assert_eq!(
        page.steps(),
        ["select-authenticator-enroll"],
        "one of the two is owed, so nothing can be skipped"
    );
    assert_eq!(page.options(), ["Email", "Phone"]);
    page
}

async fn claims_after(browser: &Browser, page: &support::Page) -> Value {
    assert!(page.is_done(), "{:#}", page.json());
    let answer = browser.tokens(page).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        (&answer.json["token_type"], &answer.json["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    claims(answer.json["id_token"].as_str().expect("an ID token"))
}

#[tokio::test]
async fn k01_email_then_skip() {
    let browser = Browser::new("seed");
    let page = to_the_second_list(&browser).await;
    let page = browser.choose(&page, "Email").await;
    assert_eq!(
        page.steps(),
        ["enroll-authenticator", "select-authenticator-enroll"]
    );
    let current = page
        .json()
        .pointer("/currentAuthenticator/value")
        .expect("what is being set up")
        .clone();
    assert_eq!(
        (&current["key"], &current["poll"]["refresh"]),
        (&json!("okta_email"), &json!(4000))
    );
    assert_eq!(current["contextualData"]["useEmailMagicLink"], true);
    assert_eq!(browser.last().to, MIA);
    let page = browser.code(&page).await;
    assert_eq!(page.steps(), ["select-authenticator-enroll", "skip"]);
    assert_eq!(page.options(), ["Phone"]);
    let page = browser.submit(&page, "skip", json!({})).await;

    let claims = claims_after(&browser, &page).await;
    assert_eq!(claims["email"], MIA);
    assert_eq!(claims["preferred_username"], MIA);
    assert_eq!(claims["name"], "Mia Lenz");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["iss"], format!("{}/oauth2/default", support::ORG));
    assert_eq!(claims["aud"], "vestibule");
    assert_eq!(claims["amr"], json!(["pwd", "email", "mfa"]));
    let people = browser.org.people();
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].authenticators, ["okta_email", "okta_password"]);
}

#[tokio::test]
async fn k02_email_then_phone_by_sms() {
    let browser = Browser::new("seed");
    let page = to_the_second_list(&browser).await;
    let page = browser.choose(&page, "Email").await;
    let page = browser.code(&page).await;
    let page = browser.choose(&page, "Phone").await;
    assert_eq!(
        page.steps(),
        [
            "authenticator-enrollment-data",
            "select-authenticator-enroll",
            "skip"
        ]
    );
    let id = page
        .json()
        .pointer("/currentAuthenticator/value/id")
        .cloned();
    let number =
        json!({"authenticator": {"id": id, "methodType": "sms", "phoneNumber": "+15551234567"}});
    let page = browser
        .submit(&page, "authenticator-enrollment-data", number)
        .await;
    assert_eq!(
        page.steps(),
        [
            "enroll-authenticator",
            "select-authenticator-enroll",
            "skip"
        ]
    );
    assert_eq!(
        page.json().pointer("/currentAuthenticator/value/methods"),
        Some(&json!([{"type": "sms"}]))
    );
    assert!(
        page.json()
            .pointer("/currentAuthenticator/value/poll")
            .is_none(),
        "there is no link in an SMS"
    );
    assert_eq!(
        (browser.last().channel, browser.last().to.as_str()),
        ("sms", "+15551234567")
    );
    let page = browser.code(&page).await;
    claims_after(&browser, &page).await;
    assert_eq!(
        browser.org.people()[0].phone.as_deref(),
        Some("+15551234567")
    );
}

#[tokio::test]
async fn k03_phone_by_voice_with_an_extension_then_skip() {
    let browser = Browser::new("seed");
    let page = to_the_second_list(&browser).await;
    let page = browser.choose(&page, "Phone").await;
    assert_eq!(
        page.steps(),
        [
            "authenticator-enrollment-data",
            "select-authenticator-enroll"
        ]
    );
    let id = page
        .json()
        .pointer("/currentAuthenticator/value/id")
        .cloned();
    let number = json!({"authenticator": {"id": id, "methodType": "voice", "phoneNumber": "+15551234567x12"}});
    let page = browser
        .submit(&page, "authenticator-enrollment-data", number)
        .await;
    assert_eq!(
        (browser.last().channel, browser.last().to.as_str()),
        ("voice", "+15551234567x12")
    );
    let page = browser.code(&page).await;
    assert_eq!(
        (page.steps().join(" "), page.options()),
        (
            "select-authenticator-enroll skip".to_owned(),
            vec!["Email".to_owned()]
        )
    );
    let page = browser.submit(&page, "skip", json!({})).await;
    claims_after(&browser, &page).await;
}

#[tokio::test]
async fn the_new_account_signs_in_by_name_and_password() {
    let browser = Browser::new("seed");
    browser.register(MIA).await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, "MIA.Lenz@acme.test", PASSWORD).await;
    assert_eq!(claims_after(&browser, &page).await["email"], MIA);
}

#[tokio::test]
async fn a_shortcut_with_the_number_lands_on_the_code_page() {
    let browser = Browser::new("seed");
    let page = to_the_second_list(&browser).await;
    let id = page.json().pointer("/authenticators/value/1/id").cloned();
    let body =
        json!({"authenticator": {"id": id, "methodType": "sms", "phoneNumber": "+15551234567"}});
    let page = browser
        .submit(&page, "select-authenticator-enroll", body)
        .await;
    assert_eq!(page.step(), "enroll-authenticator");
}

#[tokio::test]
async fn an_answer_says_its_type_and_its_number() {
    let browser = Browser::new("seed");
    let page = to_the_second_list(&browser).await;
    let page = browser.choose(&page, "Email").await;
    assert_eq!(
        page.0.headers["content-type"],
        "application/ion+json; okta-version=1.0.0"
    );
    assert!(
        page.0.headers.contains_key("x-okta-request-id") && page.0.headers.contains_key("date")
    );
}
