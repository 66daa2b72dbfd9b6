//! A forgotten password: by mail, by phone, by a link, and what ends with it (protocol 5.3).

use std::time::Duration;

use crate::support::{Browser, PASSWORD, Page};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const NEW: &str = "Winter-2032";

/// Mary with a phone and a security question, as the policy `recovery` wants it.
async fn with_mary() -> Browser {
    let browser = Browser::new("recovery");
    browser
        .person(MARY, json!({"phone": "+4915112345678"}))
        .await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let page = browser.choose(&page, "Security Question").await;
    let done = answer(&browser, &page).await;
    assert!(done.is_done(), "{:#}", done.json());
    browser
}

async fn answer(browser: &Browser, page: &Page) -> Page {
    let credentials = json!({"questionKey": "disliked_food", "answer": "Okta"});
    browser
        .submit(page, &page.step(), json!({"credentials": credentials}))
        .await
}

async fn forgot(browser: &Browser, name: &str) -> Page {
    let page = browser.start().await;
    let page = browser.submit(&page, "recover", json!({})).await;
    assert_eq!(page.step(), "identify-recovery");
    browser
        .submit(&page, "identify-recovery", json!({"identifier": name}))
        .await
}

async fn reset(browser: &Browser, page: &Page, everywhere: bool) -> Page {
    assert_eq!(page.step(), "reset-authenticator", "{:#}", page.json());
    let credentials = json!({"passcode": NEW, "revokeSessions": everywhere});
    browser
        .submit(
            page,
            "reset-authenticator",
            json!({"credentials": credentials}),
        )
        .await
}

async fn link(browser: &Browser) -> Value {
    let sent = browser.console("recovery", json!({"email": MARY})).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    assert_eq!(
        browser.last().link,
        sent.json["link"].as_str().map(str::to_owned)
    );
    sent.json
}

async fn open(browser: &Browser, token: &Value) -> Page {
    let token = token.as_str().expect("a token");
    let answer = browser.interact_with(&[("recovery_token", token)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    browser
        .introspect(
            answer.json["interaction_handle"]
                .as_str()
                .expect("a handle"),
        )
        .await
}

#[tokio::test]
async fn k21_by_sms_then_the_question_then_signed_in_with_the_new_password() {
    let browser = with_mary().await;
    let page = forgot(&browser, MARY).await;
    assert_eq!(page.step(), "select-authenticator-authenticate");
    assert_eq!(page.options(), ["Email", "Phone"]);
    assert!(page.json().get("recoveryAuthenticator").is_some());
    let page = browser.choose(&page, "Phone").await;
    let sms = json!({"authenticator": {"methodType": "sms", "id": id_of(&page)}});
    let page = browser.submit(&page, &page.step(), sms).await;
    assert_eq!(page.step(), "challenge-authenticator");
    let page = browser.code(&page).await;
    assert_eq!(
        page.step(),
        "challenge-authenticator",
        "the question comes next"
    );
    let page = answer(&browser, &page).await;
    assert!(
        page.json()
            .pointer("/currentAuthenticator/value/settings/complexity")
            .is_some()
    );
    let done = reset(&browser, &page, false).await;
    assert!(done.is_done(), "{:#}", done.json());

    let page = browser.start().await;
    assert_eq!(
        browser.sign_in(&page, MARY, PASSWORD).await.status(),
        401,
        "the old password"
    );
    assert!(browser.sign_in(&page, MARY, NEW).await.is_done());
}

fn id_of(page: &Page) -> Value {
    let id = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0/value");
    id.cloned().expect("an id")
}

#[tokio::test]
async fn k21_signed_out_everywhere_means_refresh_tokens_too() {
    let browser = with_mary().await;
    let page = browser.start().await;
    let done = browser.sign_in(&page, MARY, PASSWORD).await;
    let tokens = browser.tokens(&done).await;
    let refresh = tokens.json["refresh_token"]
        .as_str()
        .expect("a refresh token")
        .to_owned();
    let link = link(&browser).await;
    let page = open(&browser, &link["token"]).await;
    let page = answer(&browser, &page).await;
    assert!(reset(&browser, &page, true).await.is_done());
    assert_eq!(browser.refresh(&refresh).await.status, 400);
}

#[tokio::test]
async fn k21_a_link_begins_past_the_name_and_works_once() {
    let browser = with_mary().await;
    let sent = link(&browser).await;
    let page = open(&browser, &sent["token"]).await;
    assert_eq!(
        page.step(),
        "challenge-authenticator",
        "the question, no name and no code"
    );
    let again = open(&browser, &sent["token"]).await;
    assert_eq!(
        again.step(),
        "challenge-authenticator",
        "opened is not used"
    );
    let page = answer(&browser, &page).await;
    assert!(reset(&browser, &page, false).await.is_done());
    dead(&open(&browser, &sent["token"]).await);
}

fn dead(page: &Page) {
    let told = (page.status(), page.steps(), page.said());
    assert_eq!(
        told,
        (
            400,
            vec![],
            vec!["idx.invalid.forgot.password.token".to_owned()]
        )
    );
}

#[tokio::test]
async fn k21_a_link_that_is_old_or_replaced_says_so_and_one_of_ones_own_making_begins_nothing() {
    let browser = with_mary().await;
    let first = link(&browser).await;
    let second = link(&browser).await;
    dead(&open(&browser, &first["token"]).await);
    browser.org.clock().forward(Duration::from_secs(3601));
    dead(&open(&browser, &second["token"]).await);
    let refused = browser
        .interact_with(&[("recovery_token", "made-up")])
        .await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json["error"]),
        (400, &json!("invalid_request"))
    );
    let activation = browser
        .interact_with(&[("activation_token", "made-up")])
        .await;
    assert_eq!(activation.json["error"], "invalid_request");
}

#[tokio::test]
async fn who_is_not_signed_in_afterwards_is_told_to() {
    let browser = with_mary().await;
    browser
        .console("client", json!({"recoverySignsIn": false}))
        .await;
    let sent = link(&browser).await;
    let page = open(&browser, &sent["token"]).await;
    let page = answer(&browser, &page).await;
    let page = reset(&browser, &page, false).await;
    assert_eq!(
        (page.status(), page.said()),
        (200, vec!["idx.recovery.completed".to_owned()])
    );
    assert!(page.steps().is_empty());
}

#[tokio::test]
async fn what_was_proved_before_counts_for_nothing_in_a_recovery() {
    let browser = Browser::new("password-optional");
    browser.person(MARY, json!({})).await;
    let page = browser.start().await;
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.submit(&page, "recover", json!({})).await;
    assert_eq!(page.step(), "authenticator-verification-data");
}

#[tokio::test]
async fn k21_new_passwords_are_judged_at_their_field() {
    let browser = with_mary().await;
    let sent = link(&browser).await;
    let page = open(&browser, &sent["token"]).await;
    let page = answer(&browser, &page).await;
    let page = browser.passcode(&page, PASSWORD).await;
    assert_eq!(page.status(), 400);
    assert_eq!(
        page.said_at("credentials.passcode"),
        ["password.passwordRequirementsNotMet"]
    );
    assert!(reset(&browser, &page, false).await.is_done());
}
