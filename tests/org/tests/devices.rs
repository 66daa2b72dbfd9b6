//! Okta Verify: set up by each way, asked by a push and by a code, and the console that plays the device (protocol 4.3.6).

use std::time::Duration;

use crate::support;
use crate::support::{Browser, PASSWORD, Page, claims};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const REJECTED: &str = "api.authn.poll.error.push_rejected";

async fn add_mary(browser: &Browser, client: &str, device: Option<&str>) {
    let mary = json!({"email": MARY, "firstName": "Mary", "password": PASSWORD, "device": device, "client": client});
    assert_eq!(browser.console("people", mary).await.status, 201);
}

/// Mary after her password, with or without a device.
async fn mary(device: Option<&str>) -> (Browser, Page) {
    let browser = Browser::new("okta-verify");
    add_mary(&browser, "vestibule", device).await;
    let page = sign_in(&browser).await;
    (browser, page)
}

async fn sign_in(browser: &Browser) -> Page {
    let page = browser.start().await;
    browser.sign_in(&page, MARY, PASSWORD).await
}

async fn channel(browser: &Browser, page: &Page, channel: &str) -> Page {
    let form = page.form("select-enrollment-channel").expect("ways");
    let id = form.pointer("/value/0/value/form/value/0/value").cloned();
    let body = json!({"authenticator": {"id": id, "channel": channel}});
    browser
        .submit(page, "select-enrollment-channel", body)
        .await
}

async fn verify_by(browser: &Browser, page: &Page, method: &str, auto: Option<bool>) -> Page {
    let form = page
        .form("authenticator-verification-data")
        .expect("a choice of methods");
    let mut authenticator = json!({"methodType": method});
    authenticator["id"] = form
        .pointer("/value/0/form/value/0/value")
        .expect("an id")
        .clone();
    if let Some(auto) = auto {
        authenticator["autoChallenge"] = json!(auto);
    }
    let body = json!({"authenticator": authenticator});
    browser
        .submit(page, "authenticator-verification-data", body)
        .await
}

async fn poll(browser: &Browser, page: &Page) -> Page {
    browser.submit(page, &page.step(), json!({})).await
}

async fn press(browser: &Browser, answer: &str) {
    let told = browser
        .console("push", json!({"email": MARY, "answer": answer}))
        .await;
    assert_eq!(told.status, 200, "{}", told.text);
}

fn context(page: &Page) -> Value {
    page.json()
        .pointer("/currentAuthenticator/value/contextualData")
        .cloned()
        .unwrap_or_default()
}

async fn amr(browser: &Browser, page: &Page) -> Value {
    assert!(page.is_done(), "{:#}", page.json());
    let tokens = browser.tokens(page).await;
    claims(tokens.json["id_token"].as_str().expect("an ID token"))["amr"].clone()
}

#[tokio::test]
async fn j13_a_sign_up_ends_when_the_device_has_scanned() {
    let browser = Browser::new("okta-verify");
    let page = browser.sign_up(MARY).await;
    assert_eq!(page.options(), ["Okta Verify", "Password"]);
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Okta Verify").await;
    assert_eq!(
        page.steps(),
        [
            "enroll-poll",
            "select-enrollment-channel",
            "select-authenticator-enroll"
        ]
    );
    assert_eq!(page.form("enroll-poll").expect("a poll")["refresh"], 4000);
    assert_eq!(context(&page)["selectedChannel"], "qrcode");
    let picture = context(&page)["qrcode"]["href"].clone();
    assert!(
        picture
            .as_str()
            .is_some_and(|href| href.starts_with("data:image/png;base64,"))
    );
    let waiting = poll(&browser, &page).await;
    assert_eq!(waiting.json()["remediation"], page.json()["remediation"]);
    assert_eq!(
        context(&waiting)["qrcode"]["href"],
        picture,
        "a poll draws no other picture"
    );
    assert!(
        browser.org.people().is_empty(),
        "nobody is one of the people yet"
    );

    let scanned = browser
        .console("devices/scan", json!({"email": MARY, "device": "Pixel"}))
        .await;
    assert_eq!(
        scanned.json,
        json!({"client": "vestibule", "email": MARY, "device": "Pixel"})
    );
    let twice = browser
        .console("devices/scan", json!({"email": MARY}))
        .await;
    assert_eq!(twice.status, 400, "an address sets up one device");
    let done = poll(&browser, &waiting).await;
    assert_eq!(amr(&browser, &done).await, json!(["pwd", "swk", "mfa"]));
    assert_eq!(
        browser.org.people()[0].authenticators,
        ["okta_verify", "okta_password"]
    );
    assert_eq!(
        poll(&browser, &waiting).await.status(),
        401,
        "the code was taken"
    );
}

#[tokio::test]
async fn j42_a_link_in_an_sms_counts_on_the_device_only() {
    let (browser, page) = mary(None).await;
    assert_eq!(page.options(), ["Okta Verify"]);
    let page = browser.choose(&page, "Okta Verify").await;
    let page = channel(&browser, &page, "sms").await;
    assert_eq!(
        page.steps(),
        [
            "enrollment-channel-data",
            "select-enrollment-channel",
            "select-authenticator-enroll"
        ]
    );
    let where_to = |number: &str| json!({"phoneNumber": number});
    let refused = browser
        .submit(&page, "enrollment-channel-data", where_to("12"))
        .await;
    assert_eq!(
        (refused.status(), refused.said()),
        (400, vec!["api.factors.error.sms.invalid_phone".to_owned()])
    );
    let page = browser
        .submit(&page, "enrollment-channel-data", where_to("+15551234567"))
        .await;
    assert_eq!(page.step(), "enroll-poll");
    assert_eq!(
        context(&page),
        json!({"selectedChannel": "sms", "phoneNumber": "+15551234567"})
    );
    let sms = browser.last();
    assert_eq!((sms.channel, sms.code.as_str()), ("sms", ""));
    let link = sms.link.expect("a link");

    let elsewhere = browser
        .get(link.strip_prefix(support::ORG).expect("the org's"))
        .await;
    assert_eq!(elsewhere.status, 200);
    assert!(elsewhere.text.contains("for the device") && !elsewhere.text.contains("<form"));
    let page = poll(&browser, &page).await;
    assert_eq!(page.step(), "enroll-poll", "a browser is no device");

    let again = browser.submit(&page, "resend", json!({})).await;
    assert_eq!(browser.last().link.as_ref(), Some(&link));
    browser.submit(&again, "resend", json!({})).await;
    assert_eq!(
        browser.submit(&again, "resend", json!({})).await.status(),
        429
    );

    let opened = browser
        .console("devices/scan", json!({"address": link}))
        .await;
    assert_eq!(opened.json["email"], MARY);
    let done = poll(&browser, &page).await;
    assert_eq!(amr(&browser, &done).await, json!(["pwd", "swk", "mfa"]));
}

#[tokio::test]
async fn j43_a_link_in_a_mail_goes_where_it_is_told() {
    let (browser, page) = mary(None).await;
    let page = browser.choose(&page, "Okta Verify").await;
    let page = channel(&browser, &page, "email").await;
    for (body, key) in [
        (json!({}), "This field cannot be left blank"),
        (
            json!({"email": "mary"}),
            "registration.error.invalidLoginEmail",
        ),
    ] {
        let refused = browser.submit(&page, "enrollment-channel-data", body).await;
        assert_eq!(
            (refused.status(), refused.said_at("email")),
            (400, vec![key.to_owned()])
        );
    }
    let page = browser
        .submit(
            &page,
            "enrollment-channel-data",
            json!({"email": "other@acme.test"}),
        )
        .await;
    assert_eq!(
        context(&page),
        json!({"selectedChannel": "email", "email": "other@acme.test"})
    );
    assert_eq!(
        (browser.last().channel, browser.last().to.as_str()),
        ("email", "other@acme.test")
    );
    let old = browser.last().link.expect("a link");
    let qr = channel(&browser, &page, "qrcode").await;
    let dead = browser
        .console("devices/scan", json!({"address": old}))
        .await;
    assert_eq!(dead.status, 400, "another way makes the link worthless");
    let page = channel(&browser, &qr, "email").await;
    assert_eq!(page.step(), "enrollment-channel-data");
    let page = browser
        .submit(&page, "enrollment-channel-data", json!({"email": MARY}))
        .await;
    let address = browser.last().link.expect("a link");
    browser
        .console("devices/scan", json!({"address": address}))
        .await;
    assert!(poll(&browser, &page).await.is_done());
}

#[tokio::test]
async fn a_browser_on_the_device_sets_it_up_itself() {
    let browser = Browser::new("mfa-any");
    let page = browser.sign_up("ann@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Okta Verify").await;
    let page = channel(&browser, &page, "samedevice").await;
    let address = context(&page)["samedevice"]["setupOVUrl"]
        .as_str()
        .and_then(|address| address.strip_prefix(support::ORG))
        .expect("an address")
        .to_owned();
    let shown = browser.get(&address).await;
    assert!(shown.text.contains("<form"), "{}", shown.text);
    let token = address.split('=').nth(1).expect("a token");
    let done = browser
        .form("/okta-verify/setup", &[("token", token)])
        .await;
    assert_eq!(done.status, 200);
    let again = browser
        .form("/okta-verify/setup", &[("token", token)])
        .await;
    assert_eq!(again.status, 410);
    let page = poll(&browser, &page).await;
    assert_eq!(
        page.steps(),
        ["select-authenticator-enroll", "skip"],
        "two are enough, the others may be left"
    );
}

#[tokio::test]
async fn k22_a_push_is_approved_with_the_number_of_the_page() {
    let (browser, page) = mary(Some("Pixel")).await;
    assert_eq!(
        page.steps(),
        [
            "authenticator-verification-data",
            "select-authenticator-authenticate"
        ]
    );
    assert_eq!(
        page.json()
            .pointer("/currentAuthenticatorEnrollment/value/profile/deviceName"),
        Some(&json!("Pixel"))
    );
    let unsaid = browser
        .submit(&page, "authenticator-verification-data", json!({}))
        .await;
    assert_eq!(unsaid.status(), 400);
    let page = verify_by(&browser, &page, "push", None).await;
    assert_eq!(
        page.steps(),
        ["challenge-poll", "select-authenticator-authenticate"]
    );
    assert_eq!(
        page.form("challenge-poll").expect("a poll")["refresh"],
        4000
    );
    let number = context(&page)["correctAnswer"]
        .as_str()
        .expect("a number")
        .to_owned();
    let shown = browser
        .get(&format!("/console/devices?email={MARY}"))
        .await
        .json;
    let numbers = shown["pushes"][0]["numbers"].as_array().expect("numbers");
    assert_eq!(numbers.len(), 3);
    assert!(numbers.contains(&json!(number)));
    let waiting = poll(&browser, &page).await;
    assert_eq!(context(&waiting)["correctAnswer"], json!(number));

    let picked = json!({"email": MARY, "answer": "number", "number": number});
    assert_eq!(
        browser.console("push", picked.clone()).await.json,
        json!({"answer": "approved"})
    );
    assert_eq!(
        browser.console("push", picked).await.status,
        400,
        "once is enough"
    );
    let done = poll(&browser, &waiting).await;
    assert_eq!(amr(&browser, &done).await, json!(["pwd", "swk", "mfa"]));
}

#[tokio::test]
async fn k22_a_no_and_a_wrong_number_end_the_push_and_it_can_be_sent_again() {
    let (browser, page) = mary(Some("Pixel")).await;
    let page = verify_by(&browser, &page, "push", None).await;
    press(&browser, "reject").await;
    let page = poll(&browser, &page).await;
    assert_eq!(
        (page.status(), page.said()),
        (400, vec![REJECTED.to_owned()])
    );
    assert_eq!(
        page.steps(),
        ["resend", "select-authenticator-authenticate"]
    );
    let again = page.form("resend").expect("once more");
    let authenticator = again
        .pointer("/value/0/value/form/value")
        .and_then(Value::as_array)
        .expect("fields");
    assert!(authenticator.iter().all(|field| field["mutable"] == false));
    let body = json!({"authenticator": {"id": authenticator[0]["value"], "methodType": authenticator[1]["value"]}});
    let page = browser.submit(&page, "resend", body.clone()).await;
    assert_eq!(page.step(), "challenge-poll");
    let right = context(&page)["correctAnswer"].clone();

    let wrong = json!({"email": MARY, "answer": "number", "number": "7"});
    assert_eq!(
        browser.console("push", wrong).await.json,
        json!({"answer": "rejected"})
    );
    let page = poll(&browser, &page).await;
    assert_eq!(page.said(), [REJECTED]);
    let page = browser.submit(&page, "resend", body).await;
    assert_eq!(page.step(), "challenge-poll", "as often as it takes");
    let shown = browser.get("/console/devices").await.json;
    assert_eq!(
        shown["pushes"].as_array().map(Vec::len),
        Some(1),
        "{right} is of the past"
    );
    press(&browser, "approve").await;
    assert!(poll(&browser, &page).await.is_done());
}

#[tokio::test]
async fn k22_a_push_that_nobody_answers_ends() {
    let (browser, page) = mary(Some("Pixel")).await;
    let page = verify_by(&browser, &page, "push", None).await;
    browser.org.clock().forward(Duration::from_secs(299));
    let page = poll(&browser, &page).await;
    assert_eq!(page.step(), "challenge-poll");
    browser.org.clock().forward(Duration::from_secs(2));
    let late = browser
        .console("push", json!({"email": MARY, "answer": "approve"}))
        .await;
    assert_eq!(late.status, 400);
    let page = poll(&browser, &page).await;
    assert_eq!((page.status(), page.step().as_str()), (400, "resend"));
    assert_eq!(
        page.said(),
        ["Nobody answered the push notification in time."]
    );
    let still = poll_by_hand(&browser, &page).await;
    assert_eq!(
        (still.status(), still.step().as_str()),
        (200, "resend"),
        "a late poll is shown where it stands"
    );
}

async fn poll_by_hand(browser: &Browser, page: &Page) -> Page {
    let body = json!({"stateHandle": page.handle()});
    Page(browser.post("/idp/idx/challenge/poll", &body).await)
}

#[tokio::test]
async fn a_waiting_push_is_sent_again_and_the_newest_counts() {
    let (browser, page) = mary(Some("Pixel")).await;
    let page = verify_by(&browser, &page, "push", None).await;
    let page = browser.submit(&page, "resend", json!({})).await;
    assert_eq!(page.step(), "challenge-poll");
    browser.submit(&page, "resend", json!({})).await;
    let third = browser.submit(&page, "resend", json!({})).await;
    assert_eq!(
        (third.status(), third.step().as_str()),
        (429, "challenge-poll")
    );
    press(&browser, "approve").await;
    assert!(poll(&browser, &page).await.is_done());
}

#[tokio::test]
async fn k22_a_device_without_a_network_shows_a_code() {
    let (browser, page) = mary(Some("Pixel")).await;
    let page = verify_by(&browser, &page, "totp", None).await;
    assert_eq!(page.step(), "challenge-authenticator");
    let device = |shown: Value| {
        shown["devices"][0]["code"]
            .as_str()
            .expect("a code")
            .to_owned()
    };
    let code = device(browser.get("/console/devices").await.json);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = |code: &str| json!({"credentials": {"totp": code}});
    for (body, status, key) in [
        (answer(wrong), 401, "api.authn.error.PASSCODE_INVALID"),
        (
            json!({"credentials": {"passcode": code}}),
            400,
            "This field cannot be left blank",
        ),
    ] {
        let refused = browser.submit(&page, &page.step(), body).await;
        assert_eq!(
            (refused.status(), refused.said_at("credentials.totp")),
            (status, vec![key.to_owned()])
        );
    }
    let done = browser.submit(&page, &page.step(), answer(&code)).await;
    assert_eq!(amr(&browser, &done).await, json!(["pwd", "otp", "mfa"]));

    let page = sign_in(&browser).await;
    let page = verify_by(&browser, &page, "totp", None).await;
    let used = browser.submit(&page, &page.step(), answer(&code)).await;
    assert_eq!(
        used.said_at("credentials.totp"),
        ["authfactor.challenge.soft_token.used_passcode"]
    );
}

#[tokio::test]
async fn auto_challenge_sends_the_next_push_by_itself_until_it_is_unticked() {
    let (browser, page) = mary(Some("Pixel")).await;
    let page = verify_by(&browser, &page, "push", Some(true)).await;
    press(&browser, "approve").await;
    assert!(poll(&browser, &page).await.is_done());

    let page = sign_in(&browser).await;
    assert_eq!(page.step(), "challenge-poll", "nobody was asked");
    let page = browser
        .submit(&page, "challenge-poll", json!({"autoChallenge": false}))
        .await;
    press(&browser, "approve").await;
    assert!(poll(&browser, &page).await.is_done());
    assert_eq!(
        sign_in(&browser).await.step(),
        "authenticator-verification-data"
    );
}

#[tokio::test]
async fn the_way_can_be_changed_between_push_and_code() {
    let (browser, page) = mary(Some("Pixel")).await;
    let page = verify_by(&browser, &page, "push", None).await;
    let option = |method: &str| {
        let id = page
            .json()
            .pointer("/currentAuthenticator/value/id")
            .cloned();
        json!({"authenticator": {"id": id, "methodType": method}})
    };
    let list = "select-authenticator-authenticate";
    let code = browser.submit(&page, list, option("totp")).await;
    assert_eq!(code.step(), "challenge-authenticator");
    let push = browser.submit(&code, list, option("push")).await;
    assert_eq!(push.step(), "challenge-poll");
    let code = browser.submit(&push, list, option("totp")).await;
    assert_eq!(code.step(), "challenge-authenticator");
    let shown = browser.get("/console/devices").await.json;
    assert_eq!(shown["pushes"], json!([]), "nobody waits for the device");
}

#[tokio::test]
async fn a_policy_may_ask_for_no_number() {
    let browser = Browser::new("okta-verify");
    add_mary(&browser, "mfa-any", Some("Pixel")).await;
    let page = browser.start_as("mfa-any").await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.options(), ["Email", "Okta Verify"]);
    let page = browser.choose(&page, "Okta Verify").await;
    let page = verify_by(&browser, &page, "push", None).await;
    assert_eq!(context(&page), Value::Null);
    let of_another = browser
        .console("push", json!({"email": MARY, "answer": "approve"}))
        .await;
    assert_eq!(of_another.status, 400, "the Mary of another client");
    let pressed = browser
        .console(
            "push",
            json!({"email": MARY, "answer": "approve", "client": "mfa-any"}),
        )
        .await;
    assert_eq!(pressed.status, 200);
    assert_eq!(poll(&browser, &page).await.step(), "keep-me-signed-in");
}
