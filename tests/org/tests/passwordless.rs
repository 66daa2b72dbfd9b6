//! Passkeys in place of a name and a password, how people come to one, and what can be put off (protocol 4.3.5, T47).

use std::time::Duration;

use crate::support::key::{Key, tampered};
use crate::support::{Browser, PASSWORD, Page, claims};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const FAILED: &str = "authfactor.webauthn.error.assertion_validation_failure";
const AUTOFILL: &str = "challenge-webauthn-autofillui-authenticator";
const PROMOTION: &str = "enroll-authenticator-promotion";

async fn post(browser: &Browser, page: &Page, form: &str, credentials: Value) -> Page {
    browser
        .submit(page, form, json!({"credentials": credentials}))
        .await
}

/// From the first page to what comes after the password.
async fn by_password(browser: &Browser, email: &str) -> Page {
    let page = browser.start().await;
    let page = browser
        .submit(&page, "identify", json!({"identifier": email}))
        .await;
    let page = if page.options().contains(&"Password".to_owned()) {
        browser.choose(&page, "Password").await
    } else {
        page
    };
    browser.passcode(&page, PASSWORD).await
}

async fn mary(policy: &str) -> Browser {
    let browser = Browser::new(policy);
    browser.person(MARY, json!({})).await;
    browser
}

/// Mary with a passkey that was offered to her.
async fn with_passkey() -> (Browser, Key) {
    let browser = mary("passkey").await;
    let page = by_password(&browser, MARY).await;
    let mut key = Key::new(1);
    let posted = key.create(&page);
    assert!(post(&browser, &page, PROMOTION, posted).await.is_done());
    (browser, key)
}

#[tokio::test]
async fn a_passkey_is_offered_after_a_password_and_then_nothing_is_typed() {
    let browser = mary("passkey").await;
    let page = by_password(&browser, MARY).await;
    assert_eq!(page.steps(), [PROMOTION, "skip"]);
    let asked = page
        .json()
        .pointer("/currentAuthenticator/value/contextualData/activationData")
        .expect("what to make");
    assert_eq!(
        asked["authenticatorSelection"],
        json!({"userVerification": "required", "residentKey": "required", "requireResidentKey": true})
    );
    let mut key = Key::new(1);
    key.origin = "https://evil.test".to_owned();
    let posted = key.create(&page);
    let page = post(&browser, &page, PROMOTION, posted).await;
    assert_eq!((page.status(), page.step().as_str()), (400, PROMOTION));
    let mut key = Key::new(1);
    let posted = key.create(&page);
    assert!(post(&browser, &page, PROMOTION, posted).await.is_done());

    let page = browser.start().await;
    assert_eq!(
        page.steps(),
        [
            "identify",
            AUTOFILL,
            "launch-passkeys-authenticator",
            "select-enroll-profile"
        ]
    );
    for form in [AUTOFILL, "launch-passkeys-authenticator"] {
        let page = browser.start().await;
        let posted = key.sign_in(&page);
        let done = post(&browser, &page, form, posted).await;
        assert!(done.is_done());
        let tokens = browser.tokens(&done).await;
        let claims = claims(tokens.json["id_token"].as_str().expect("a token"));
        assert_eq!(
            (&claims["email"], &claims["amr"]),
            (&json!(MARY), &json!(["hwk"]))
        );
    }
}

#[tokio::test]
async fn an_offer_that_is_declined_is_not_made_again_in_the_same_sign_in() {
    let browser = mary("passkey").await;
    let page = by_password(&browser, MARY).await;
    let done = browser.submit(&page, "skip", json!({})).await;
    assert!(done.is_done());
    assert_eq!(
        browser.org.people()[0].authenticators,
        ["okta_email", "okta_password"]
    );
    // Who came by a code was not asked for a password, and is offered nothing.
    let page = browser.start().await;
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    let page = browser.choose(&page, "Email").await;
    let send = json!({"authenticator": {"id": "autEm4il0VestibuleOrg", "methodType": "email"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", send)
        .await;
    assert!(browser.code(&page).await.is_done());
}

#[tokio::test]
async fn a_second_device_gets_a_passkey_of_its_own() {
    let (browser, mut key) = with_passkey().await;
    let page = by_password(&browser, MARY).await;
    let known = page
        .json()
        .pointer("/authenticatorEnrollments/value/2/credentialId")
        .cloned();
    assert_eq!(
        known,
        Some(json!("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"))
    );
    // The device was told to leave this one out; the org does not take it twice either.
    let mut again = key.clone();
    let posted = again.create(&page);
    let page = post(&browser, &page, PROMOTION, posted).await;
    assert_eq!((page.status(), page.step().as_str()), (400, PROMOTION));
    let mut other = Key::new(2);
    let posted = other.create(&page);
    assert!(post(&browser, &page, PROMOTION, posted).await.is_done());

    for key in [&mut key, &mut other] {
        let page = browser.start().await;
        let posted = key.sign_in(&page);
        assert!(post(&browser, &page, AUTOFILL, posted).await.is_done());
    }
    // Both are named on the page that asks for one after the name, and either signs.
    let page = browser.start().await;
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    assert_eq!(
        page.options(),
        ["Email", "Password", "Security Key or Biometric"]
    );
    let page = browser.choose(&page, "Security Key or Biometric").await;
    let names: Vec<_> = (2..4)
        .map(|at| page.json()["authenticatorEnrollments"]["value"][at]["displayName"].clone())
        .collect();
    assert_eq!(
        names,
        ["Security Key or Biometric", "Security Key or Biometric 2"]
    );
    let posted = other.sign(&page);
    let form = page.step();
    assert!(post(&browser, &page, &form, posted).await.is_done());
}

#[tokio::test]
async fn a_passkey_that_is_not_taken_leads_back_to_the_name() {
    let (browser, mut key) = with_passkey().await;
    let mut page = browser.start().await;
    let good = key.sign_in(&page);
    let spoil: [fn(&mut Value); 3] = [
        |posted| posted["userHandle"] = Value::Null,
        |posted| posted["userHandle"] = json!("00u0000000000000000A"),
        |posted| posted["signatureData"] = tampered(&posted["signatureData"], 20),
    ];
    for spoil in spoil {
        let mut bad = key.sign_in(&page);
        spoil(&mut bad);
        page = post(&browser, &page, AUTOFILL, bad).await;
        assert_eq!((page.status(), page.said()), (400, vec![FAILED.to_owned()]));
        assert_eq!(
            page.steps()[..3],
            [AUTOFILL, "launch-passkeys-authenticator", "identify"]
        );
    }
    let replayed = post(&browser, &page, AUTOFILL, good).await;
    assert_eq!(replayed.said(), [FAILED]);
    key.verifies = false;
    let posted = key.sign_in(&replayed);
    let unverified = post(&browser, &replayed, AUTOFILL, posted).await;
    assert_eq!(
        unverified.said(),
        [FAILED],
        "a passkey has to make sure of the person"
    );
    key.verifies = true;
    // The name still works, and so does the passkey.
    let posted = key.sign_in(&unverified);
    assert!(
        post(&browser, &unverified, AUTOFILL, posted)
            .await
            .is_done()
    );
    let named = by_password(&browser, MARY).await;
    assert_eq!(named.step(), PROMOTION);
}

#[tokio::test]
async fn a_passkey_that_the_org_has_forgotten_is_not_taken() {
    let (browser, mut key) = with_passkey().await;
    browser.delete(&format!("/console/keys?email={MARY}")).await;
    assert_eq!(
        browser.org.people()[0].authenticators,
        ["okta_email", "okta_password"]
    );
    let page = browser.start().await;
    let posted = key.sign_in(&page);
    let page = post(&browser, &page, AUTOFILL, posted).await;
    assert_eq!((page.status(), page.said()), (400, vec![FAILED.to_owned()]));
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    assert_eq!(page.options(), ["Email", "Password"]);
    let page = browser.start().await;
    assert_eq!(page.step(), "identify", "the name is first on a fresh page");
}

#[tokio::test]
async fn a_passkey_can_be_all_that_a_new_person_has_beside_the_address() {
    let browser = Browser::new("passkey");
    let page = browser.sign_up(MARY).await;
    let page = browser.code(&page).await;
    assert_eq!(page.options(), ["Password", "Security Key or Biometric"]);
    let page = browser.choose(&page, "Security Key or Biometric").await;
    let mut key = Key::new(1);
    let posted = key.create(&page);
    let form = page.step();
    let page = post(&browser, &page, &form, posted).await;
    assert_eq!(page.options(), ["Password"]);
    assert!(browser.submit(&page, "skip", json!({})).await.is_done());
    let page = browser.start().await;
    let posted = key.sign_in(&page);
    assert!(post(&browser, &page, AUTOFILL, posted).await.is_done());
}

#[tokio::test]
async fn a_key_that_knows_its_owner_signs_in_by_a_button() {
    let browser = mary("resident-key").await;
    let page = browser.start().await;
    assert_eq!(
        page.steps(),
        [
            "identify",
            "launch-webauthn-authenticator",
            "select-enroll-profile"
        ]
    );
    let launched = browser
        .submit(&page, "launch-webauthn-authenticator", json!({}))
        .await;
    assert_eq!(launched.steps(), ["challenge-authenticator"]);
    let mut key = Key::new(1);
    let posted = key.sign_for_owner(&launched, "00u0000000000000000A");
    let refused = post(&browser, &launched, "challenge-authenticator", posted).await;
    assert_eq!(
        (refused.status(), refused.said()),
        (400, vec![FAILED.to_owned()])
    );
    assert_eq!(refused.steps(), ["challenge-authenticator"]);

    // A new person comes to such a key at sign-up.
    let page = browser.sign_up("ann@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Security Key or Biometric").await;
    let posted = key.create(&page);
    let form = page.step();
    assert!(post(&browser, &page, &form, posted).await.is_done());
    let page = browser.start().await;
    let page = browser
        .submit(&page, "launch-webauthn-authenticator", json!({}))
        .await;
    let ann = browser.org.people()[1].id.clone();
    let posted = key.sign_for_owner(&page, &ann);
    let done = post(&browser, &page, "challenge-authenticator", posted).await;
    assert!(done.is_done());
    assert_eq!(done.json()["user"]["value"]["identifier"], "ann@acme.test");
}

/// The next sign-in up to the phone that is wanted.
async fn wanted(browser: &Browser) -> Page {
    let page = by_password(browser, MARY).await;
    assert_eq!(
        page.step(),
        "select-authenticator-enroll",
        "{:#}",
        page.json()
    );
    assert_eq!(page.options(), ["Phone"]);
    page
}

fn grace(page: &Page) -> Value {
    page.json()["authenticators"]["value"][0]["gracePeriod"].clone()
}

#[tokio::test]
async fn a_phone_can_be_put_off_three_times() {
    let browser = mary("passkey").await;
    assert_eq!(
        by_password(&browser, MARY).await.step(),
        PROMOTION,
        "it is off at first"
    );
    browser
        .console("client", json!({"deadline": "skips"}))
        .await;
    for left in [3, 2, 1] {
        let page = wanted(&browser).await;
        assert_eq!(
            grace(&page),
            json!({"type": "BY_SKIP_COUNT", "remainingSkips": left})
        );
        let page = browser.submit(&page, "skip", json!({})).await;
        assert_eq!(page.step(), PROMOTION);
        assert!(browser.submit(&page, "skip", json!({})).await.is_done());
    }
    let page = wanted(&browser).await;
    assert_eq!(
        page.steps(),
        ["select-authenticator-enroll"],
        "no way around it"
    );
    assert_eq!(grace(&page)["remainingSkips"], 0);
    let page = browser.choose(&page, "Phone").await;
    let number = json!({"authenticator": {"id": "autPh0neVestibuleOrg1", "methodType": "sms",
        "phoneNumber": "+15551234567"}});
    let page = browser
        .submit(&page, "authenticator-enrollment-data", number)
        .await;
    let page = browser.code(&page).await;
    assert_eq!(page.step(), PROMOTION);
    let page = by_password(&browser, MARY).await;
    assert_eq!(page.step(), PROMOTION, "it is there now");
}

#[tokio::test]
async fn a_phone_can_be_put_off_until_a_date() {
    let browser = mary("passkey").await;
    browser.console("client", json!({"deadline": "date"})).await;
    let first = wanted(&browser).await;
    assert_eq!(grace(&first)["type"], "BY_DATE_TIME");
    let date = grace(&first)["expiry"].as_str().expect("a date").to_owned();
    for _ in 0..4 {
        let page = wanted(&browser).await;
        assert_eq!(page.steps()[1], "skip");
        let page = browser.submit(&page, "skip", json!({})).await;
        assert_eq!(page.step(), PROMOTION);
    }
    browser
        .org
        .clock()
        .forward(Duration::from_secs(6 * 24 * 3600));
    assert_eq!(wanted(&browser).await.steps().len(), 2);
    browser
        .org
        .clock()
        .forward(Duration::from_secs(24 * 3600 + 1));
    let page = wanted(&browser).await;
    assert_eq!(page.steps(), ["select-authenticator-enroll"]);
    assert!(
        date.ends_with('Z') && date.len() == "2031-01-01T00:00:00.000Z".len(),
        "{date}"
    );
    let off = browser.console("client", json!({"deadline": "off"})).await;
    assert_eq!(off.json["deadline"], "off");
    assert_eq!(by_password(&browser, MARY).await.step(), PROMOTION);
}
