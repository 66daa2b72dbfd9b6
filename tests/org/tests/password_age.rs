//! Passwords that are too old, or soon will be (protocol 5.5, scenario K20).

use std::time::Duration;

use crate::support::{Browser, PASSWORD, Page};
use serde_json::json;

const NEW: &str = "Winter-2032";

async fn sign_in(days: u64) -> (Browser, Page) {
    let browser = Browser::new("password-age");
    browser
        .person("petra@acme.test", json!({"passwordAgeDays": days}))
        .await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, "petra@acme.test", PASSWORD).await;
    (browser, page)
}

#[tokio::test]
async fn k20_an_expired_password_is_replaced_and_none_of_the_last_four_comes_back() {
    let (browser, page) = sign_in(90).await;
    assert_eq!(page.steps(), ["reenroll-authenticator"]);
    let settings = page
        .json()
        .pointer("/currentAuthenticator/value/settings")
        .expect("rules");
    assert_eq!(settings["age"]["historyCount"], 4);
    let page = browser.passcode(&page, PASSWORD).await;
    assert_eq!(
        (page.status(), page.step().as_str()),
        (400, "reenroll-authenticator")
    );
    assert_eq!(
        page.said_at("credentials.passcode"),
        ["password.passwordRequirementsNotMet"]
    );
    assert!(browser.passcode(&page, NEW).await.is_done());

    let page = browser.start().await;
    assert!(
        browser
            .sign_in(&page, "petra@acme.test", NEW)
            .await
            .is_done(),
        "asked no more"
    );
}

#[tokio::test]
async fn k20_one_that_soon_expires_may_be_left_for_later() {
    let (browser, page) = sign_in(87).await;
    assert_eq!(page.steps(), ["reenroll-authenticator-warning", "skip"]);
    assert_eq!(
        (page.status(), page.said()),
        (200, vec!["idx.password.expiring.message".to_owned()])
    );
    let settings = page
        .json()
        .pointer("/currentAuthenticator/value/settings")
        .expect("rules");
    assert_eq!(settings["daysToExpiry"], 3);
    assert!(browser.submit(&page, "skip", json!({})).await.is_done());

    let page = browser.start().await;
    let page = browser.sign_in(&page, "petra@acme.test", PASSWORD).await;
    assert_eq!(
        page.step(),
        "reenroll-authenticator-warning",
        "and is told again the next time"
    );
    assert!(browser.passcode(&page, NEW).await.is_done());
}

#[tokio::test]
async fn nobody_is_bothered_before_the_last_five_days() {
    let (browser, page) = sign_in(84).await;
    assert!(page.is_done());
    browser.org.clock().forward(Duration::from_secs(24 * 3600));
    let page = browser.start().await;
    let page = browser.sign_in(&page, "petra@acme.test", PASSWORD).await;
    assert_eq!(page.step(), "reenroll-authenticator-warning");
}
