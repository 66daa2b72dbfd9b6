//! The door holds: links that anybody can send, and what a start must not lose.
#![cfg(not(target_arch = "wasm32"))]

mod visitor;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use visitor::{APP, Visitor};

const MARY: &str = "mary@acme.test";
const EVE: &str = "eve@evil.test";
const PASSWORD: &str = "Sommer-2031";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Mary in front of an org of that policy, in which Eve has an account too. The deployment signs devices in.
fn mary_of(policy: &str) -> Visitor {
    let mary = Visitor::with(
        policy,
        r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule","deviceActivation":true}"#,
    );
    for (email, first) in [(MARY, "Mary"), (EVE, "Eve")] {
        let made = mary.org().add_person(email, first, "Holm", Some(PASSWORD));
        assert!(made.is_some(), "the org takes {email}");
    }
    mary
}

/// The member `stateHandle` of an answer of the org's.
fn state_handle(answer: &str) -> String {
    let answer: Value = serde_json::from_str(answer).expect("JSON");
    answer["stateHandle"].as_str().expect("a handle").to_owned()
}

/// Eve begins a transaction of her own for the same app, with a verifier and a nonce that she knows. Its state handle.
async fn eve_begins(mary: &Visitor) -> String {
    let known = Base64UrlUnpadded::encode_string(&[0; 32]);
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(&known));
    let begin = format!(
        "client_id=vestibule&scope=openid%20email&redirect_uri={APP}/login/callback&code_challenge={challenge}\
         &code_challenge_method=S256&state=eve&nonce={known}"
    );
    let begun = mary
        .posts("/oauth2/default/v1/interact", FORM, begin)
        .await
        .text;
    let begun: Value = serde_json::from_str(&begun).expect("JSON");
    let handle = json!({"interactionHandle": begun["interaction_handle"]});
    let first = mary
        .posts("/idp/idx/introspect", JSON, handle.to_string())
        .await;
    state_handle(&first.text)
}

#[tokio::test]
async fn a_link_to_sign_a_device_in_takes_no_transaction_of_somebody_elses() {
    let mary = mary_of("mfa-any");
    let handle = eve_begins(&mary).await;
    mary.opens(&format!("/activate?stateToken={handle}")).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("error", "No device was signed in"),
        "Mary would prove herself for Eve"
    );
    assert!(
        !mary.has_something_stored(),
        "a reload would take it up after all"
    );
    // The way on is a sign-in of her own.
    mary.presses("Sign In").await;
    assert_eq!(mary.step(), "identify");
}

#[tokio::test]
async fn a_link_to_sign_a_device_in_signs_nobody_in_here() {
    let mary = mary_of("password-only");
    let handle = eve_begins(&mary).await;
    let identify = json!({"stateHandle": handle, "identifier": EVE, "credentials": {"passcode": PASSWORD}});
    let done = mary
        .posts("/idp/idx/identify", JSON, identify.to_string())
        .await;
    assert!(done.text.contains("interaction_code"), "{}", done.text);
    let handle = state_handle(&done.text);
    mary.opens(&format!("/activate?stateToken={handle}")).await;
    assert_eq!(mary.signed_in_as(), None, "Mary would work in Eve's account");
    assert_eq!(mary.page().heading, "No device was signed in");
}

#[tokio::test]
async fn where_no_device_is_to_be_signed_in_there_is_no_such_page() {
    let mary = Visitor::of("device-code");
    let there = mary.gets("/activate").await.location;
    mary.returns(&there.expect("on to the app")).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("error", "There is no such page")
    );
    assert!(mary.exchange().is_empty(), "the token went to nobody");
}

#[tokio::test]
async fn who_signs_a_device_in_is_told_what_that_means() {
    let mary = mary_of("device-code");
    let there = mary.gets("/activate").await.location;
    mary.returns(&there.expect("on to the app")).await;
    assert_eq!(mary.step(), "user-code");
    let intro = mary.page().intro.join(" ");
    assert!(
        intro.contains("A device asks to be signed in as you"),
        "{intro}"
    );
}

#[tokio::test]
async fn an_org_that_is_busy_says_nothing_of_the_link() {
    let mary = mary_of("device-code");
    let there = mary.gets("/activate").await.location;
    mary.goes_offline(true);
    mary.returns(there.as_deref().expect("on to the app")).await;
    assert_eq!(mary.step(), "error");
    assert_ne!(mary.page().heading, "No device was signed in");
    mary.goes_offline(false);
    mary.returns(there.as_deref().expect("on to the app")).await;
    assert_eq!(mary.step(), "user-code");
}
