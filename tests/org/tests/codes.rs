//! Codes, links, numbers and passwords: right, wrong, late and too often (protocol 4.3, 6.4, 6.5).

use std::time::Duration;

use crate::support;
use crate::support::{APP, Browser, PASSWORD, Page};
use axum::http::StatusCode;
use serde_json::json;

const INVALID: &str = "api.authn.error.PASSCODE_INVALID";

/// The page for the code of a mail.
async fn code_page(browser: &Browser) -> Page {
    let page = browser.sign_up("mia@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    browser.choose(&page, "Email").await
}

async fn number_page(browser: &Browser) -> Page {
    let page = browser.sign_up("mia@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    browser.choose(&page, "Phone").await
}

async fn give_number(browser: &Browser, page: &Page, method: &str, number: &str) -> Page {
    let id = page
        .json()
        .pointer("/currentAuthenticator/value/id")
        .cloned();
    let body = json!({"authenticator": {"id": id, "methodType": method, "phoneNumber": number}});
    browser
        .submit(page, "authenticator-enrollment-data", body)
        .await
}

/// A code that was never sent.
fn wrong(browser: &Browser) -> &'static str {
    if browser.org.inbox().iter().any(|mail| mail.code == "111111") {
        "222222"
    } else {
        "111111"
    }
}

#[tokio::test]
async fn a_wrong_code_is_told_at_the_field_and_the_right_one_still_works() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    for code in ["000000", wrong(&browser), "12345", "１２３４５６"] {
        let refused = browser.passcode(&page, code).await;
        assert_eq!(
            (refused.status(), refused.said_at("credentials.passcode")),
            (401, vec![INVALID.to_owned()]),
            "{code}"
        );
        assert_eq!(refused.step(), "enroll-authenticator");
        assert!(
            refused.0.headers["content-type"]
                .to_str()
                .expect("text")
                .contains("application/json")
        );
    }
    assert_eq!(
        browser.code(&page).await.steps(),
        ["select-authenticator-enroll", "skip"]
    );
}

#[tokio::test]
async fn the_fifth_wrong_code_asks_for_a_pause_of_30_seconds() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    for _ in 0..4 {
        assert_eq!(browser.passcode(&page, wrong(&browser)).await.status(), 401);
    }
    let fifth = browser.passcode(&page, wrong(&browser)).await;
    assert_eq!(
        (fifth.status(), fifth.said()),
        (429, vec!["tooManyRequests".to_owned()])
    );
    assert_eq!(fifth.step(), "enroll-authenticator", "the form is kept");
    assert_eq!(fifth.0.headers["retry-after"], "30");
    assert_eq!(
        browser.code(&page).await.status(),
        429,
        "not even the right one"
    );
    browser.org.clock().forward(Duration::from_secs(30));
    assert_eq!(browser.code(&page).await.status(), 200);
}

#[tokio::test]
async fn ten_wrong_codes_kill_it_and_only_a_new_one_helps() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    for count in 1..=10 {
        let refused = browser.passcode(&page, wrong(&browser)).await;
        assert_eq!(
            refused.status(),
            if count == 5 { 429 } else { 401 },
            "{count}"
        );
        if count == 5 {
            browser.org.clock().forward(Duration::from_secs(30));
        }
    }
    let refused = browser.code(&page).await;
    assert_eq!(
        (refused.status(), refused.said_at("credentials.passcode")),
        (401, vec![INVALID.to_owned()])
    );
    browser.submit(&page, "resend", json!({})).await;
    assert_eq!(browser.code(&page).await.status(), 200);
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    browser.org.clock().forward(Duration::from_secs(300));
    let refused = browser.code(&page).await;
    assert_eq!(
        (refused.status(), refused.said_at("credentials.passcode")),
        (401, vec![INVALID.to_owned()])
    );
}

#[tokio::test]
async fn a_resend_kills_the_old_code_and_the_third_within_a_minute_is_too_many() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    let old = browser.last().code;
    let again = browser.submit(&page, "resend", json!({})).await;
    assert_eq!(
        (again.status(), again.step()),
        (200, "enroll-authenticator".to_owned())
    );
    assert_eq!(browser.org.inbox().len(), 2);
    if old != browser.last().code {
        assert_eq!(browser.passcode(&page, &old).await.status(), 401);
    }
    assert_eq!(
        browser.submit(&page, "resend", json!({})).await.status(),
        200
    );
    browser.org.clock().forward(Duration::from_secs(20));
    let third = browser.submit(&page, "resend", json!({})).await;
    assert_eq!(
        (third.status(), third.said()),
        (429, vec!["tooManyRequests".to_owned()])
    );
    assert_eq!(third.step(), "enroll-authenticator", "the form is kept");
    let wait: u64 = third.0.headers["retry-after"]
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("seconds");
    assert!((35..=40).contains(&wait), "{wait}");
    assert_eq!(browser.org.inbox().len(), 3);
    browser.org.clock().forward(Duration::from_secs(40));
    assert_eq!(
        browser.submit(&page, "resend", json!({})).await.status(),
        200
    );
    assert_eq!(browser.code(&page).await.status(), 200);
}

#[tokio::test]
async fn a_poll_shows_the_page_until_the_step_is_done() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    let poll = browser.submit(&page, "poll", json!({})).await;
    assert_eq!((poll.status(), poll.steps()), (200, page.steps()));
    browser.code(&page).await;
    let poll = browser.submit(&page, "poll", json!({})).await;
    assert_eq!(
        (poll.status(), poll.steps()),
        (
            200,
            vec!["select-authenticator-enroll".to_owned(), "skip".to_owned()]
        )
    );
}

#[tokio::test]
async fn the_link_leads_back_to_the_app_and_the_first_tab_hears_of_it() {
    let browser = Browser::new("seed");
    let interaction = browser.interact().await;
    let page = browser.introspect(&interaction).await;
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    let page = browser
        .submit(&page, "enroll-profile", support::profile("mia@acme.test"))
        .await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let first_tab = browser.choose(&page, "Email").await;
    let mail = browser.last();
    let link = mail.link.clone().expect("a link");
    assert!(
        link.starts_with("http://localhost:8081/email/verify/vestibule?token="),
        "{link}"
    );

    let answer = browser
        .get(
            link.strip_prefix(support::ORG)
                .expect("an address of the org"),
        )
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(
        answer.headers["location"],
        format!("{APP}/login/callback?state=the-state&otp={}", mail.code)
    );
    assert_eq!(
        browser.submit(&first_tab, "poll", json!({})).await.step(),
        "enroll-authenticator",
        "opened is not used"
    );

    let second_tab = browser.introspect(&interaction).await;
    assert_eq!(second_tab.step(), "enroll-authenticator");
    let told = browser.submit(&first_tab, "poll", json!({})).await;
    assert_eq!(
        (told.status(), told.said(), told.steps().len()),
        (200, vec!["idx.transferred.to.new.tab".to_owned()], 0)
    );
    let next = browser.passcode(&second_tab, &mail.code).await;
    assert_eq!(next.steps(), ["select-authenticator-enroll", "skip"]);
    let told = browser.submit(&first_tab, "poll", json!({})).await;
    assert_eq!(told.said(), ["idx.transferred.to.new.tab"]);
    let dead = browser
        .get(
            link.strip_prefix(support::ORG)
                .expect("an address of the org"),
        )
        .await;
    assert_eq!(
        dead.status,
        StatusCode::GONE,
        "a link and its code are one secret"
    );
}

#[tokio::test]
async fn a_link_that_is_old_replaced_or_made_up_leads_nowhere() {
    let browser = Browser::new("seed");
    let page = code_page(&browser).await;
    let path = |browser: &Browser| {
        browser
            .last()
            .link
            .and_then(|link| link.strip_prefix(support::ORG).map(str::to_owned))
            .expect("a link")
    };
    let old = path(&browser);
    browser.submit(&page, "resend", json!({})).await;
    assert_eq!(browser.get(&old).await.status, StatusCode::GONE);
    let new = path(&browser);
    browser.org.clock().forward(Duration::from_secs(300));
    assert_eq!(browser.get(&new).await.status, StatusCode::GONE);
    assert_eq!(
        browser
            .get("/email/verify/vestibule?token=made-up")
            .await
            .status,
        StatusCode::GONE
    );
    assert_eq!(
        browser.get("/email/verify/vestibule").await.status,
        StatusCode::GONE
    );
}

#[tokio::test]
async fn a_number_that_is_none_is_refused_and_asked_for_again() {
    let browser = Browser::new("seed");
    let page = number_page(&browser).await;
    for (method, number) in [
        ("sms", "incorrectnumber"),
        ("sms", "+15551234567x12"),
        ("voice", "+1"),
        ("sms", "+19995551234"),
        ("sms", "5551234567"),
    ] {
        let refused = give_number(&browser, &page, method, number).await;
        assert_eq!(
            (refused.status(), refused.said()),
            (400, vec!["api.factors.error.sms.invalid_phone".to_owned()]),
            "{number}"
        );
        assert_eq!(refused.step(), "authenticator-enrollment-data", "{number}");
    }
    assert!(browser.org.inbox().is_empty());
    assert_eq!(
        give_number(&browser, &page, "sms", "+15551234567")
            .await
            .step(),
        "enroll-authenticator"
    );
}

#[tokio::test]
async fn a_number_or_a_way_left_out_is_told_at_its_field() {
    let browser = Browser::new("seed");
    let page = number_page(&browser).await;
    let missing = give_number(&browser, &page, "sms", "").await;
    assert_eq!(
        (
            missing.status(),
            missing.said_at("authenticator.phoneNumber").len()
        ),
        (400, 1)
    );
    let missing = give_number(&browser, &page, "", "+15551234567").await;
    assert_eq!(
        (
            missing.status(),
            missing.said_at("authenticator.methodType").len()
        ),
        (400, 1)
    );
    let unknown = give_number(&browser, &page, "pigeon", "+15551234567").await;
    assert_eq!(
        (
            unknown.status(),
            unknown.said_at("authenticator.methodType").len()
        ),
        (400, 1)
    );
}

#[tokio::test]
async fn a_changed_number_gets_its_own_code_and_the_other_one_is_dead() {
    let browser = Browser::new("seed");
    let page = number_page(&browser).await;
    let page = give_number(&browser, &page, "sms", "+15551234567").await;
    let first = browser.last().code;
    let page = browser.choose(&page, "Phone").await;
    assert_eq!(page.step(), "authenticator-enrollment-data");
    let page = give_number(&browser, &page, "voice", "+15557654321").await;
    if first != browser.last().code {
        assert_eq!(browser.passcode(&page, &first).await.status(), 401);
    }
    browser.code(&page).await;
    let people = browser.org.people();
    assert_eq!(
        (people.len(), people[0].phone.as_deref()),
        (1, Some("+15557654321"))
    );
}

#[tokio::test]
async fn a_password_against_the_rules_is_told_at_the_field() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("mia.lenz@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    for bad in [
        "short1A",
        "alllower2031",
        "ALLUPPER2031",
        "NoNumberHere",
        "Lenz-and-2031",
        "Mia-and-2031x",
    ] {
        let refused = browser.passcode(&page, bad).await;
        assert_eq!(refused.status(), 400, "{bad}");
        assert_eq!(
            refused.said_at("credentials.passcode"),
            ["password.passwordRequirementsNotMet"],
            "{bad}"
        );
        let said = refused
            .json()
            .pointer("/remediation/value/0/value/0/form/value/0/messages/value/0")
            .expect("a message")
            .clone();
        assert_eq!(said.pointer("/i18n/params/0"), Some(&said["message"]));
    }
    let common = browser.passcode(&page, "Password1").await;
    assert_eq!(
        (common.status(), common.said_at("credentials.passcode")),
        (400, vec!["password.common".to_owned()])
    );
    assert_eq!(browser.passcode(&page, PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_bad_number_in_the_list_is_refused_each_time() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("mia@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let id = page.json().pointer("/authenticators/value/1/id").cloned();
    let body = json!({"authenticator": {"id": id, "methodType": "sms", "phoneNumber": "+1"}});
    for _ in 0..2 {
        let refused = browser
            .submit(&page, "select-authenticator-enroll", body.clone())
            .await;
        assert_eq!(
            (refused.status(), refused.step()),
            (400, "authenticator-enrollment-data".to_owned())
        );
    }
}
