//! Somebody whom an admin made sets their account up by a link (protocol 5.9, scenario J09).

use std::time::Duration;

use crate::support::{Answer, Browser, PASSWORD, Page};
use serde_json::{Value, json};

const STELLA: &str = "stella@acme.test";

async fn staged() -> (Browser, String) {
    let browser = Browser::new("activation");
    browser
        .person(STELLA, json!({"staged": true, "password": null}))
        .await;
    let sent = browser
        .console("activation", json!({"email": STELLA}))
        .await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let mail = browser.last();
    assert_eq!(
        (mail.to.as_str(), mail.link.as_deref()),
        (STELLA, sent.json["link"].as_str())
    );
    let token = sent.json["token"].as_str().expect("a token").to_owned();
    (browser, token)
}

async fn with(browser: &Browser, token: &str) -> Answer {
    browser.interact_with(&[("activation_token", token)]).await
}

async fn open(browser: &Browser, token: &str) -> Page {
    let answer = with(browser, token).await;
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
async fn j09_the_link_begins_where_the_registration_form_ends() {
    let (browser, token) = staged().await;
    let page = open(&browser, &token).await;
    assert_eq!(
        (page.step().as_str(), page.options()),
        (
            "select-authenticator-enroll",
            vec!["Email".to_owned(), "Password".to_owned()]
        )
    );
    assert!(
        page.json()
            .pointer("/user/value/id")
            .is_some_and(Value::is_string)
    );
    let page = browser.choose(&page, "Email").await;
    let page = browser.code(&page).await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    assert_eq!(page.steps(), ["select-authenticator-enroll", "skip"]);
    assert!(browser.submit(&page, "skip", json!({})).await.is_done());

    let people = browser.org.people();
    assert_eq!((people.len(), people[0].staged), (1, false));
    let page = browser.start().await;
    assert!(browser.sign_in(&page, STELLA, PASSWORD).await.is_done());
    let used = open(&browser, &token).await;
    assert_eq!(
        (used.status(), used.said()),
        (400, vec!["idx.missing.activation.token".to_owned()])
    );
}

#[tokio::test]
async fn j09_a_client_that_may_not_is_told_so_at_once() {
    let (browser, token) = staged().await;
    browser
        .console("client", json!({"activationToken": false}))
        .await;
    let refused = with(&browser, &token).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json["error"]),
        (400, &json!("invalid_request"))
    );
    let unknown = Browser::new("activation");
    assert_eq!(
        with(&unknown, &token).await.json["error"],
        "invalid_request",
        "no such token"
    );
}

#[tokio::test]
async fn a_link_that_came_too_late_can_be_asked_for_anew() {
    let (browser, token) = staged().await;
    browser
        .org
        .clock()
        .forward(Duration::from_secs(7 * 24 * 3600));
    let page = open(&browser, &token).await;
    assert_eq!(page.steps(), ["request-activation-email"]);
    assert_eq!(page.said(), ["idx.expired.activation.token"]);
    let page = browser
        .submit(&page, "request-activation-email", json!({}))
        .await;
    assert_eq!(
        (page.status(), page.said()),
        (200, vec!["idx.request.activation.email".to_owned()])
    );
    let link = browser.last().link.expect("a link");
    let (_, fresh) = link.split_once("activation_token=").expect("a token");
    assert_eq!(
        open(&browser, fresh).await.step(),
        "select-authenticator-enroll"
    );
}

#[tokio::test]
async fn who_is_staged_can_neither_sign_in_nor_forget_a_password() {
    let (browser, _) = staged().await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, STELLA, PASSWORD).await;
    assert_eq!(
        (page.status(), page.said()),
        (401, vec!["errors.E0000004".to_owned()])
    );
    let page = browser.submit(&page, "recover", json!({})).await;
    let page = browser
        .submit(&page, "identify-recovery", json!({"identifier": STELLA}))
        .await;
    assert_eq!(
        (page.status(), page.said()),
        (403, vec!["idx.reset.password.activating.user".to_owned()])
    );
}
