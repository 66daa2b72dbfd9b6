//! A locked account is opened by its owner (protocol 5.4).

use crate::support::{Browser, ORG, PASSWORD, Page};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const UNLOCKED: &str = "oie.selfservice.unlock_user.success.message";

/// Mary, one wrong password later, at the form to open her account.
async fn locked() -> (Browser, String, Page) {
    let browser = Browser::new("unlock");
    browser
        .person(MARY, json!({"phone": "+4915112345678"}))
        .await;
    let handle = browser.interact().await;
    let page = browser.introspect(&handle).await;
    let wrong = browser.sign_in(&page, MARY, "Wrong-2031").await;
    assert_eq!(
        (wrong.status(), wrong.said()),
        (401, vec!["errors.E0000004".to_owned()])
    );
    assert!(browser.org.people()[0].locked);
    let right = browser.sign_in(&wrong, MARY, PASSWORD).await;
    assert_eq!(
        right.said(),
        ["errors.E0000004"],
        "a locked one is told nothing else"
    );
    let page = browser.submit(&right, "unlock-account", json!({})).await;
    (browser, handle, page)
}

/// The name and the way in one.
async fn ask(browser: &Browser, page: &Page, name: &str, way: &str) -> Page {
    let options = page.json().pointer("/remediation/value/0/value/1/options");
    let options = options.and_then(Value::as_array).expect("ways");
    let option = options
        .iter()
        .find(|option| option["label"] == way)
        .expect("a way");
    let id = option.pointer("/value/form/value/0/value").expect("an id");
    let body = json!({"identifier": name, "authenticator": {"id": id}});
    browser
        .submit(page, "select-authenticator-unlock-account", body)
        .await
}

async fn opens(browser: &Browser, page: &Page) {
    assert_eq!(
        (page.status(), page.said()),
        (200, vec![UNLOCKED.to_owned()])
    );
    assert!(page.steps().is_empty() && page.json().get("successWithInteractionCode").is_none());
    let said = page
        .json()
        .pointer("/messages/value/0/message")
        .and_then(Value::as_str);
    assert_eq!(said, Some("Your account is now unlocked!"));
    let page = browser.start().await;
    assert!(
        browser.sign_in(&page, MARY, PASSWORD).await.is_done(),
        "the old password works"
    );
}

#[tokio::test]
async fn j46_by_mail_with_the_name_and_the_way_in_one() {
    let (browser, _, page) = locked().await;
    assert_eq!(page.steps(), ["select-authenticator-unlock-account"]);
    let labels = page
        .json()
        .pointer("/remediation/value/0/value/1/options")
        .expect("ways");
    let labels: Vec<_> = labels
        .as_array()
        .expect("a list")
        .iter()
        .map(|way| &way["label"])
        .collect();
    assert_eq!(labels, ["Email", "Okta Verify", "Phone"]);
    let page = ask(&browser, &page, MARY, "Email").await;
    assert_eq!(page.step(), "challenge-authenticator");
    let wrong = browser.passcode(&page, "000000").await;
    assert_eq!(
        wrong.said_at("credentials.passcode"),
        ["api.authn.error.PASSCODE_INVALID"]
    );
    let page = browser.code(&wrong).await;
    opens(&browser, &page).await;
}

#[tokio::test]
async fn j47_by_the_mails_link() {
    let (browser, handle, page) = locked().await;
    let first = ask(&browser, &page, MARY, "Email").await;
    let link = browser.last().link.expect("a link");
    let back = browser
        .get(link.strip_prefix(ORG).expect("the org's"))
        .await;
    let code = back.sent("otp").expect("a code");
    let second = browser.introspect(&handle).await;
    let page = browser.passcode(&second, &code).await;
    opens(&browser, &page).await;
    let poll = browser.submit(&first, "poll", json!({})).await;
    assert_eq!(
        poll.said(),
        ["idx.transferred.to.new.tab"],
        "the first tab's poll ends too"
    );
}

#[tokio::test]
async fn j48_by_sms_with_no_question_of_the_method() {
    let (browser, _, page) = locked().await;
    let page = ask(&browser, &page, MARY, "Phone").await;
    assert_eq!(page.step(), "challenge-authenticator");
    assert_eq!(browser.last().channel, "sms");
    let page = browser.code(&page).await;
    opens(&browser, &page).await;
}

#[tokio::test]
async fn what_lacks_is_told_at_its_field_and_unknown_names_as_a_warning() {
    let (browser, _, page) = locked().await;
    let empty = browser.submit(&page, &page.step(), json!({})).await;
    assert_eq!(empty.status(), 400);
    assert_eq!(
        empty.said_at("identifier"),
        ["This field cannot be left blank"]
    );
    assert_eq!(
        empty.said_at("authenticator"),
        ["This field cannot be left blank"]
    );
    let unknown = ask(&browser, &empty, "mory", "Email").await;
    assert_eq!(
        (unknown.status(), unknown.said()),
        (200, vec!["idx.unknown.user".to_owned()])
    );
    assert_eq!(unknown.step(), "select-authenticator-unlock-account");
}

#[tokio::test]
async fn who_has_no_phone_cannot_open_with_one() {
    let browser = Browser::new("unlock");
    browser.person(MARY, json!({})).await;
    let page = browser.start().await;
    let page = browser.submit(&page, "unlock-account", json!({})).await;
    let page = ask(&browser, &page, MARY, "Phone").await;
    let said = "oie.selfservice.unlock_user.challenge.failed.permissions";
    assert_eq!((page.status(), page.said()), (403, vec![said.to_owned()]));
}

#[tokio::test]
async fn where_it_is_off_there_is_no_way_to_it() {
    let browser = Browser::new("password-only");
    let page = browser.start().await;
    assert!(page.form("unlock-account").is_none());
    let body = json!({"stateHandle": page.handle()});
    assert_eq!(
        browser.post("/idp/idx/unlock-account", &body).await.status,
        400
    );
}

#[tokio::test]
async fn j46_by_a_code_of_ones_device() {
    let browser = Browser::new("unlock");
    browser.person(MARY, json!({"device": "Pixel"})).await;
    let page = browser.start().await;
    browser.sign_in(&page, MARY, "Wrong-2031").await;
    let page = browser.submit(&page, "unlock-account", json!({})).await;
    let page = ask(&browser, &page, MARY, "Okta Verify").await;
    assert_eq!(
        page.step(),
        "authenticator-verification-data",
        "a push, or a code"
    );
    let id = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0/value")
        .cloned();
    let push = json!({"authenticator": {"id": id, "methodType": "push"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", push)
        .await;
    assert_eq!(page.step(), "challenge-poll");
}
