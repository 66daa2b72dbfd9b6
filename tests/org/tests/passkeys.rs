//! Security keys and passkeys: set up, proved, and every way to cheat with one (protocol 4.3.5).

use crate::support::key::{Key, tampered};
use crate::support::{APP, Browser, PASSWORD, Page, claims};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const ANN: &str = "ann@acme.test";
const FAILED: &str = "authfactor.webauthn.error.assertion_validation_failure";

async fn post(browser: &Browser, page: &Page, credentials: Value) -> Page {
    let form = page.step();
    browser
        .submit(page, &form, json!({"credentials": credentials}))
        .await
}

/// The page on which somebody sets a key up.
async fn new_key_page(browser: &Browser, email: &str) -> Page {
    let page = browser.start().await;
    let page = browser.sign_in(&page, email, PASSWORD).await;
    browser.choose(&page, "Security Key or Biometric").await
}

/// The page that asks for a key after the password.
async fn key_page(browser: &Browser, email: &str) -> Page {
    let page = browser.start().await;
    let page = browser.sign_in(&page, email, PASSWORD).await;
    assert_eq!(page.step(), "challenge-authenticator", "{:#}", page.json());
    page
}

/// Mary with a key of hers.
async fn with_mary() -> (Browser, Key) {
    let browser = Browser::new("webauthn");
    browser.person(MARY, json!({})).await;
    let mut key = Key::new(1);
    let page = new_key_page(&browser, MARY).await;
    let posted = key.create(&page);
    assert!(post(&browser, &page, posted).await.is_done());
    (browser, key)
}

fn refused(page: &Page) {
    assert_eq!(page.status(), 400, "{:#}", page.json());
    assert_eq!(page.said(), [FAILED]);
    assert_eq!(page.step(), "challenge-authenticator", "the form stays");
}

#[tokio::test]
async fn a_key_is_set_up_at_sign_up_and_signs_in_beside_the_password() {
    let browser = Browser::new("webauthn");
    let page = browser.sign_up(MARY).await;
    assert_eq!(page.options(), ["Password", "Security Key or Biometric"]);
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Security Key or Biometric").await;
    let asked = page
        .json()
        .pointer("/currentAuthenticator/value/contextualData/activationData")
        .expect("what to make");
    assert_eq!(asked["rp"]["id"], "localhost");
    assert_eq!(asked["user"]["name"], MARY);
    let mut key = Key::new(1);
    let posted = key.create(&page);
    let done = post(&browser, &page, posted).await;
    assert!(done.is_done());
    let amr = claims(
        browser.tokens(&done).await.json["id_token"]
            .as_str()
            .expect("a token"),
    );
    assert_eq!(amr["amr"], json!(["pwd", "hwk", "mfa"]));
    assert_eq!(
        browser.org.people()[0].authenticators,
        ["okta_password", "webauthn"]
    );

    for _ in 0..2 {
        let page = key_page(&browser, MARY).await;
        let known = page
            .json()
            .pointer("/authenticatorEnrollments/value/0")
            .expect("the key");
        assert_eq!(
            known["credentialId"],
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
        );
        assert_eq!(known["transports"], json!(["internal"]));
        let posted = key.sign(&page);
        assert!(post(&browser, &page, posted).await.is_done());
    }
}

#[tokio::test]
async fn base64_of_the_other_alphabet_is_taken_too() {
    let (browser, mut key) = with_mary().await;
    let page = key_page(&browser, MARY).await;
    let mut posted = key.sign(&page);
    posted["userHandle"] = json!(browser.org.people()[0].id);
    for (_, text) in posted.as_object_mut().expect("members") {
        let bare = text
            .as_str()
            .expect("text")
            .replace('+', "-")
            .replace('/', "_");
        *text = json!(bare.trim_end_matches('='));
    }
    assert!(post(&browser, &page, posted).await.is_done());
}

#[tokio::test]
async fn a_key_of_another_page_or_site_is_refused() {
    let (browser, key) = with_mary().await;
    let page = key_page(&browser, MARY).await;
    let elsewhere = |change: fn(&mut Key)| {
        let mut other = key.clone();
        change(&mut other);
        other
    };
    let page_of = |origin: &'static str| {
        let mut other = key.clone();
        other.origin = origin.to_owned();
        other
    };
    let mut cheats = vec![
        page_of("http://localhost:9090"),
        page_of("https://localhost:8080"),
        page_of("http://evil.localhost:8080"),
        elsewhere(|key| key.rp_id = "evil.test".to_owned()),
    ];
    let mut page = page;
    for cheat in &mut cheats {
        let posted = cheat.sign(&page);
        page = post(&browser, &page, posted).await;
        refused(&page);
    }
    let mut key = key;
    let posted = key.sign(&page);
    assert!(post(&browser, &page, posted).await.is_done());
}

#[tokio::test]
async fn what_was_tampered_with_is_refused() {
    let (browser, mut key) = with_mary().await;
    let mut page = key_page(&browser, MARY).await;
    for (name, at) in [
        ("clientData", 60),
        ("authenticatorData", 33),
        ("authenticatorData", 36),
        ("signatureData", 20),
    ] {
        let mut posted = key.sign(&page);
        posted[name] = tampered(&posted[name], at);
        page = post(&browser, &page, posted).await;
        refused(&page);
    }
    for name in ["clientData", "authenticatorData", "signatureData"] {
        for broken in [json!("no base64!"), json!(""), Value::Null] {
            let mut posted = key.sign(&page);
            posted[name] = broken;
            page = post(&browser, &page, posted).await;
            refused(&page);
        }
    }
    let mut created = key.sign(&page);
    created["clientData"] = Key::new(1).create_data(&page);
    page = post(&browser, &page, created).await;
    refused(&page);
}

#[tokio::test]
async fn a_challenge_is_good_once() {
    let (browser, mut key) = with_mary().await;
    let page = key_page(&browser, MARY).await;
    let posted = key.sign(&page);
    let mut broken = posted.clone();
    broken["signatureData"] = tampered(&posted["signatureData"], 20);
    let again = post(&browser, &page, broken).await;
    refused(&again);
    refused(&post(&browser, &again, posted.clone()).await);
    // Nor is it good on another page of hers.
    let other = key_page(&browser, MARY).await;
    refused(&post(&browser, &other, posted).await);
}

#[tokio::test]
async fn a_counter_that_goes_back_is_a_copy() {
    let (browser, mut key) = with_mary().await;
    let copy = key.clone();
    let page = key_page(&browser, MARY).await;
    let posted = key.sign(&page);
    assert!(post(&browser, &page, posted).await.is_done());
    let mut copy = copy;
    let page = key_page(&browser, MARY).await;
    let posted = copy.sign(&page);
    let page = post(&browser, &page, posted).await;
    refused(&page);
    let posted = key.sign(&page);
    assert!(post(&browser, &page, posted).await.is_done());
    let keys = browser
        .get(&format!("/console/keys?email={MARY}"))
        .await
        .json;
    assert_eq!(keys[0]["signCount"], key.counter);
}

#[tokio::test]
async fn a_key_of_somebody_else_opens_nothing() {
    let (browser, mut key) = with_mary().await;
    browser.person(ANN, json!({})).await;
    let page = new_key_page(&browser, ANN).await;
    let mut stolen = key.clone();
    let posted = stolen.create(&page);
    let page = post(&browser, &page, posted).await;
    assert_eq!(
        (page.status(), page.step().as_str()),
        (400, "enroll-authenticator")
    );
    let mut anns = Key::new(2);
    let posted = anns.create(&page);
    assert!(post(&browser, &page, posted).await.is_done());

    let page = key_page(&browser, MARY).await;
    let posted = anns.sign(&page);
    let page = post(&browser, &page, posted).await;
    refused(&page);
    let mut posted = key.sign(&page);
    posted["userHandle"] = json!(browser.org.people()[1].id);
    let page = post(&browser, &page, posted).await;
    refused(&page);
    let mut unknown = Key::new(3);
    let posted = unknown.sign(&page);
    refused(&post(&browser, &page, posted).await);
}

#[tokio::test]
async fn a_new_key_is_for_this_challenge_and_this_page() {
    let browser = Browser::new("webauthn");
    browser.person(MARY, json!({})).await;
    let mut page = new_key_page(&browser, MARY).await;
    let mut key = Key::new(1);
    let first = key.create(&page);
    key.origin = "https://evil.test".to_owned();
    let elsewhere = key.create(&page);
    key.origin = APP.to_owned();
    key.rp_id = "evil.test".to_owned();
    let bound_elsewhere = key.create(&page);
    key.rp_id = "localhost".to_owned();
    let mut changed = key.create(&page);
    changed["attestation"] = tampered(&changed["attestation"], 2);
    let mut no_json = key.create(&page);
    no_json["transports"] = json!("internal");
    // The first one is right, and its challenge was used up by then.
    for posted in [elsewhere, bound_elsewhere, changed, no_json, first] {
        page = post(&browser, &page, posted).await;
        assert_eq!(
            (page.status(), page.step().as_str()),
            (400, "enroll-authenticator")
        );
    }
    let posted = key.create(&page);
    assert!(post(&browser, &page, posted).await.is_done());
}

#[tokio::test]
async fn a_key_that_vouches_for_itself_is_held_to_it() {
    let browser = Browser::new("webauthn");
    browser.person(MARY, json!({})).await;
    let page = new_key_page(&browser, MARY).await;
    let mut key = Key::new(1);
    key.attests = true;
    let mut posted = key.create(&page);
    // A bit of the signature, which begins behind 34 bytes of names.
    posted["attestation"] = tampered(&posted["attestation"], 50);
    let page = post(&browser, &page, posted).await;
    assert_eq!(
        (page.status(), page.step().as_str()),
        (400, "enroll-authenticator")
    );
    let posted = key.create(&page);
    assert!(post(&browser, &page, posted).await.is_done());
    let page = key_page(&browser, MARY).await;
    let posted = key.sign(&page);
    assert!(post(&browser, &page, posted).await.is_done());
}

#[tokio::test]
async fn among_several_proofs_the_one_used_last_is_on_top() {
    let browser = Browser::new("mfa-any");
    let page = browser.sign_up(MARY).await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Security Key or Biometric").await;
    let mut key = Key::new(1);
    let posted = key.create(&page);
    let page = post(&browser, &page, posted).await;
    let page = browser.choose(&page, "Security Question").await;
    let question = json!({"questionKey": "disliked_food", "answer": "Okta"});
    let page = post(&browser, &page, question.clone()).await;
    let page = browser.choose(&page, "Email").await;
    let page = browser.code(&page).await;
    assert!(browser.submit(&page, "skip", json!({})).await.is_done());

    let (email, word, token) = ("Email", "Security Question", "Security Key or Biometric");
    let list = async |expected: [&str; 3]| {
        let page = browser.start().await;
        let page = browser.sign_in(&page, MARY, PASSWORD).await;
        assert_eq!(page.step(), "select-authenticator-authenticate");
        assert_eq!(page.options(), expected);
        page
    };
    let page = list([email, token, word]).await;
    let page = browser.choose(&page, word).await;
    not_remembered(&browser, &post(&browser, &page, question).await).await;

    let page = list([word, email, token]).await;
    let page = browser.choose(&page, token).await;
    assert_eq!(page.options(), [word, email, token]);
    let posted = key.sign(&page);
    not_remembered(&browser, &post(&browser, &page, posted).await).await;

    // A key that was tried and failed was not used.
    let page = list([token, email, word]).await;
    let page = browser.choose(&page, email).await;
    let send = json!({"authenticator": {"id": "autEm4il0VestibuleOrg", "methodType": "email"}});
    let page = browser.submit(&page, &page.step(), send).await;
    not_remembered(&browser, &browser.code(&page).await).await;
    let page = list([email, token, word]).await;
    let page = browser.choose(&page, token).await;
    let posted = Key::new(2).sign(&page);
    refused(&post(&browser, &page, posted).await);
    list([email, token, word]).await;
}

/// This org asks after the second proof whether to remember the browser.
async fn not_remembered(browser: &Browser, page: &Page) {
    let no = json!({"keepMeSignedIn": false});
    let page = browser.submit(page, "keep-me-signed-in", no).await;
    assert!(page.is_done(), "{:#}", page.json());
}

#[tokio::test]
async fn keys_can_be_taken_away() {
    let (browser, mut key) = with_mary().await;
    let address = format!("/console/keys?email={MARY}");
    let keys = browser.get(&address).await.json;
    assert_eq!(keys[0]["transports"], json!(["internal"]));
    let page = key_page(&browser, MARY).await;
    let other = browser.delete(&format!("{address}&id=fwf0")).await;
    assert_eq!(other.status, 204);
    assert_eq!(browser.get(&address).await.json, keys);
    browser.delete(&address).await;
    assert_eq!(browser.get(&address).await.json, json!([]));
    let posted = key.sign(&page);
    assert_eq!(post(&browser, &page, posted).await.said(), [FAILED]);
    let nobody = browser.get("/console/keys?email=nobody@acme.test").await;
    assert_eq!(nobody.status, 400);
}
