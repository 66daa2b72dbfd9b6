//! The door holds: links that anybody can send, and what a start must not lose.

use crate::visitor::{APP, Visitor};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use vestibule::oauth::Purpose;

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
    let identify =
        json!({"stateHandle": handle, "identifier": EVE, "credentials": {"passcode": PASSWORD}});
    let done = mary
        .posts("/idp/idx/identify", JSON, identify.to_string())
        .await;
    assert!(done.text.contains("interaction_code"), "{}", done.text);
    let handle = state_handle(&done.text);
    mary.opens(&format!("/activate?stateToken={handle}")).await;
    assert_eq!(
        mary.signed_in_as(),
        None,
        "Mary would work in Eve's account"
    );
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

// What a start must not lose

/// The fields of the newest request of that path.
fn newest(mary: &Visitor, path: &str) -> String {
    let requests = mary.org().requests();
    let mut requests = requests.iter().rev();
    let found = requests.find(|asked| asked.path.ends_with(path));
    found
        .map(|asked| asked.body.to_string())
        .unwrap_or_default()
}

#[tokio::test]
async fn the_orgs_own_page_is_asked_for_what_the_address_asked() {
    let mary = Visitor::with(
        "password-only",
        r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule","hostedSignIn":true}"#,
    );
    mary.opens(&format!(
        "/login?acr_values=urn:okta:loa:2fa:any&max_age=60&login_hint={MARY}"
    ))
    .await;
    let url = mary.goes_to_the_orgs_page().await;
    for part in [
        "acr_values=urn%3Aokta%3Aloa%3A2fa%3Aany",
        "max_age=60",
        "login_hint=mary",
    ] {
        assert!(url.contains(part), "{part} in {url}");
    }
    let back = mary.stored_attempt().expect("an attempt is stored");
    assert_eq!(back.acr.as_deref(), Some("urn:okta:loa:2fa:any"));
    assert_eq!(
        back.max_age,
        Some(60),
        "what comes back is checked against it"
    );
}

#[tokio::test]
async fn an_assurance_that_the_org_does_not_offer_is_named() {
    let mary = Visitor::with(
        "password-only",
        r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule","acrValues":"urn:nobody"}"#,
    );
    mary.opens("/login").await;
    let page = mary.page();
    let said = page.intro.join(" ");
    assert!(
        said.contains("acrValues") && said.contains("The org says"),
        "{said}"
    );
    assert!(!said.contains("embedded"), "{said}");
    // Asked for by an address alone it is no fault of the deployment's.
    let mary = Visitor::of("password-only");
    mary.opens("/login?acr_values=urn:nobody").await;
    let page = mary.page();
    let said = page.intro.join(" ");
    assert!(
        said.contains("acr_values") && !said.contains("config.json"),
        "{said}"
    );
    assert_eq!(page.step, "terminal");
}

#[tokio::test]
async fn a_sign_in_that_starts_again_asks_for_the_same() {
    let mary = mary_of("mfa-email");
    mary.opens("/login?acr_values=urn:okta:loa:2fa:any&max_age=60")
        .await;
    let first = newest(&mary, "/interact");
    let asked = mary.stored_attempt().expect("an attempt is stored").asked();
    mary.comes_with(Purpose::SignIn, &asked).await;
    let again = newest(&mary, "/interact");
    for part in ["acr_values", "max_age"] {
        assert!(
            first.contains(part) && again.contains(part),
            "{part} in {again}"
        );
    }
}

// Whose a link is

#[tokio::test]
async fn a_link_says_whose_account_it_leads_to_on_each_page() {
    let mary = mary_of("password-only");
    let body = json!({"email": EVE}).to_string();
    let made = mary.posts("/console/recovery", JSON, body).await;
    let made: Value = serde_json::from_str(&made.text).expect("JSON");
    let token = made["token"].as_str().expect("a token");
    mary.opens(&format!("/recover?recovery_token={token}"))
        .await;
    assert_eq!(mary.step(), "reset-authenticator");
    let says = |mary: &Visitor| mary.page().intro.join(" ").contains(EVE);
    assert!(says(&mary), "{:?}", mary.page());
    mary.reloads().await;
    assert!(says(&mary), "after a reload: {:?}", mary.page());
    // A sign-in of one's own says nothing of the kind.
    mary.comes_to(Purpose::SignIn).await;
    let page = mary.page();
    assert!(!page.intro.join(" ").contains("link"), "{page:?}");
}

// The only identity provider

#[tokio::test]
async fn who_comes_back_from_the_only_provider_with_an_error_is_not_sent_there_again() {
    let mary = Visitor::of("social");
    let only = json!({"onlyIdp": true}).to_string();
    mary.posts("/console/client", JSON, only).await;
    for action in ["deny", "fail"] {
        mary.comes_to(Purpose::SignIn).await;
        let to = mary.is_sent_to().expect("the only way");
        let back = mary.at_the_service(&to, json!({"action": action})).await;
        mary.returns(&back).await;
        assert_eq!(mary.is_sent_to(), None, "it would go round and round");
        assert!(!mary.problems().is_empty(), "the error is said");
        assert!(!mary.services().is_empty(), "a press leads there again");
    }
}
