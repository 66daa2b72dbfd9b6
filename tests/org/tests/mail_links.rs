//! The link in a mail, where it does not simply lead on (protocol 5.7, scenarios K11, K12).

use std::time::Duration;

use crate::support::{Answer, Browser, ORG, PASSWORD, Page, profile};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";

/// Mary at the page for the code of her mail.
async fn waiting(switches: Value) -> (Browser, String, Page) {
    let browser = Browser::new("mfa-email");
    browser.person(MARY, json!({})).await;
    browser.console("client", switches).await;
    let handle = browser.interact().await;
    let page = browser.introspect(&handle).await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let send = json!({"authenticator": {"id": "autEm4il0VestibuleOrg", "methodType": "email"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", send)
        .await;
    assert_eq!(page.step(), "challenge-authenticator");
    (browser, handle, page)
}

fn link(browser: &Browser) -> String {
    let link = browser.last().link.expect("a link");
    link.strip_prefix(ORG).expect("the org's").to_owned()
}

/// Opens a link as a test does that reads no HTML.
async fn open(browser: &Browser, link: &str) -> Answer {
    let request = Request::get(link).header("accept", "application/ion+json; okta-version=1.0.0");
    browser
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

fn said(answer: &Answer) -> &Value {
    answer
        .json
        .pointer("/messages/value/0/i18n/key")
        .unwrap_or(&Value::Null)
}

async fn poll(browser: &Browser, page: &Page) -> Page {
    let body = json!({"stateHandle": page.handle()});
    Page(browser.post("/idp/idx/challenge/poll", &body).await)
}

/// The tab of the link, at the question.
async fn asked(browser: &Browser, handle: &str) -> Page {
    assert_eq!(browser.get(&link(browser)).await.status, 302);
    let tab = browser.introspect(handle).await;
    assert_eq!(
        (tab.steps(), &tab.json()["intent"]),
        (
            vec!["email-challenge-consent".to_owned()],
            &json!("CONSENT")
        )
    );
    tab
}

#[tokio::test]
async fn k12_yes_sends_back_to_the_first_tab_which_goes_on() {
    let (browser, handle, first) = waiting(json!({"emailConsent": true})).await;
    let tab = asked(&browser, &handle).await;
    let info = tab
        .json()
        .pointer("/remediation/value/0/requestInfo")
        .expect("who asked");
    assert_eq!(
        (&info[0]["name"], &info[0]["value"]),
        (&json!("appName"), &json!("Vestibule"))
    );
    assert_eq!(info[1]["name"], "browser");
    assert_eq!(
        poll(&browser, &first).await.step(),
        "challenge-authenticator",
        "nothing yet"
    );
    let empty = browser
        .submit(&tab, "email-challenge-consent", json!({}))
        .await;
    assert_eq!(
        (empty.status(), empty.step().as_str()),
        (400, "email-challenge-consent")
    );

    let tab = browser
        .submit(&tab, "email-challenge-consent", json!({"consent": true}))
        .await;
    assert_eq!(
        (tab.status(), tab.said()),
        (200, vec!["idx.return.to.original.tab".to_owned()])
    );
    assert!(tab.steps().is_empty() && tab.json().get("successWithInteractionCode").is_none());
    assert!(poll(&browser, &first).await.is_done());
}

#[tokio::test]
async fn k12_no_ends_both_tabs_and_nobody_is_signed_in() {
    let (browser, handle, first) = waiting(json!({"emailConsent": true})).await;
    let code = browser.last().code;
    let tab = asked(&browser, &handle).await;
    let tab = browser
        .submit(&tab, "email-challenge-consent", json!({"consent": false}))
        .await;
    assert_eq!(tab.said(), ["idx.operation.cancelled.by.user"]);
    let first = poll(&browser, &first).await;
    assert_eq!(
        (first.status(), first.said()),
        (
            200,
            vec!["idx.operation.cancelled.on.other.device".to_owned()]
        )
    );
    assert!(first.steps().is_empty());
    let body = json!({"stateHandle": first.handle(), "credentials": {"passcode": code}});
    let late = Page(browser.post("/idp/idx/challenge/answer", &body).await);
    assert_eq!(
        late.said(),
        ["idx.operation.cancelled.on.other.device"],
        "the code is dead too"
    );
}

#[tokio::test]
async fn k12_yes_after_the_codes_time_signs_nobody_in() {
    let (browser, handle, first) = waiting(json!({"emailConsent": true})).await;
    let tab = asked(&browser, &handle).await;
    browser.org.clock().forward(Duration::from_secs(301));
    let tab = browser
        .submit(&tab, "email-challenge-consent", json!({"consent": true}))
        .await;
    assert_eq!(tab.said(), ["idx.return.link.expired"]);
    assert_eq!(
        poll(&browser, &first).await.step(),
        "challenge-authenticator"
    );
}

#[tokio::test]
async fn a_sign_up_goes_on_by_consent_too() {
    let browser = Browser::new("signup");
    browser
        .console("client", json!({"emailConsent": true}))
        .await;
    let handle = browser.interact().await;
    let page = browser.introspect(&handle).await;
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    let page = browser.submit(&page, "enroll-profile", profile(MARY)).await;
    let first = browser.choose(&page, "Email").await;
    let tab = asked(&browser, &handle).await;
    browser
        .submit(&tab, "email-challenge-consent", json!({"consent": true}))
        .await;
    assert_eq!(poll(&browser, &first).await.options(), ["Password"]);
}

#[tokio::test]
async fn k11_without_a_callback_the_org_shows_the_code_and_who_asked() {
    let (browser, _, first) = waiting(json!({"emailCallback": false})).await;
    let shown = open(&browser, &link(&browser)).await;
    assert_eq!(
        (shown.status.as_u16(), said(&shown)),
        (200, &json!("idx.enter.otp.in.original.tab"))
    );
    let code = shown
        .json
        .pointer("/currentAuthenticator/value/contextualData/otp");
    assert_eq!(code, Some(&json!(browser.last().code)));
    assert!(
        shown
            .json
            .pointer("/client/value/browser")
            .is_some_and(Value::is_string)
    );
    let page = browser.get(&link(&browser)).await;
    assert!(page.status == 200 && page.text.contains(&browser.last().code));
    assert!(
        browser.code(&first).await.is_done(),
        "typed in the first tab"
    );
}

#[tokio::test]
async fn k12_without_a_callback_the_org_asks_on_its_own_page() {
    let (browser, _, first) = waiting(json!({"emailCallback": false, "emailConsent": true})).await;
    let page = browser.get(&link(&browser)).await;
    let start = "name=\"stateHandle\" value=\"";
    let (_, rest) = page.text.split_once(start).expect("a form");
    let (tab, _) = rest.split_once('"').expect("its end");
    let yes = [
        ("_form", "consent"),
        ("stateHandle", tab),
        ("_box", "consent"),
        ("consent", "true"),
    ];
    let page = browser.form("/signin", &yes).await;
    assert!(
        page.text.contains("Please return to the original tab."),
        "{}",
        page.text
    );
    assert!(poll(&browser, &first).await.is_done());
}

#[tokio::test]
async fn k12_used_replaced_old_and_unknown_links_each_say_what_they_are() {
    let (browser, _, page) = waiting(json!({})).await;
    let first = link(&browser);
    let page = browser.submit(&page, "resend", json!({})).await;
    let second = link(&browser);
    assert_eq!(
        said(&open(&browser, &first).await),
        "idx.return.stale",
        "a newer mail came"
    );
    browser.org.clock().forward(Duration::from_secs(301));
    assert_eq!(
        said(&open(&browser, &second).await),
        "idx.return.link.expired"
    );
    let page = browser.submit(&page, "resend", json!({})).await;
    let third = link(&browser);
    assert!(browser.code(&page).await.is_done());
    assert_eq!(
        said(&open(&browser, &third).await),
        "idx.return.stale",
        "used"
    );
    let unknown = open(&browser, "/email/verify/vestibule?token=ftMadeUp").await;
    assert_eq!(
        (unknown.status.as_u16(), said(&unknown)),
        (200, &json!("idx.return.error"))
    );
    let page = browser.get(&third).await;
    assert!(page.status == 410 && page.text.contains("was used"));
}

#[tokio::test]
async fn a_mail_can_be_late() {
    let (browser, _, page) = waiting(json!({"mailDelaySeconds": 60})).await;
    assert!(browser.org.inbox().is_empty());
    browser.org.clock().forward(Duration::from_secs(60));
    assert!(browser.code(&page).await.is_done());
}
