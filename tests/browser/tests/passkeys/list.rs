//! Passkeys: picked from the browser's list where the name is typed, offered after a password, made by a deadline.

use std::time::Duration;

use browser_tests::{Device, Failure, Plugged, Scene, Visit, visit};
use serde_json::{Value, json};

use super::{KEY, picks_the_key};
use crate::walk::{self, ADA};

fn passkey() -> Scene {
    Scene::new().policy("passkey")
}

/// Ada comes by her name and her password.
async fn comes_by_password(visit: &Visit) {
    visit.fill("Username", ADA.email).await;
    visit.press("Next").await;
    visit
        .at(
            "select-authenticator-authenticate",
            "Choose an authenticator",
        )
        .await;
    visit.choose("Password").await;
    visit.press("Next").await;
    visit
        .at("challenge-authenticator", "Enter your password")
        .await;
    visit.fill("Password", ADA.password).await;
    visit.press("Next").await;
}

/// She has an account, and is offered a passkey.
async fn is_offered(visit: &Visit) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    comes_by_password(visit).await;
    visit
        .at("enroll-authenticator-promotion", "Create a passkey")
        .await;
}

/// She makes it, and is out again.
async fn has_passkey(visit: &Visit) -> Plugged {
    let device = visit.plugs_in(Device::INTERNAL).await;
    is_offered(visit).await;
    visit.press("Create a passkey").await;
    visit.at("home", "Hello, Ada Byron").await;
    let made = visit.credentials(&device).await;
    assert!(made.len() == 1 && made[0].resident, "{made:?}");
    walk::signs_out(visit).await;
    device
}

/// How often a passkey was sent from the name's page.
async fn picked(visit: &Visit) -> usize {
    visit.posts_to("/webauthn-autofillui").await.len()
}

#[test]
fn k13_a_passkey_from_the_list_of_the_names_field() {
    visit("k13", passkey(), async |visit| {
        has_passkey(visit).await;
        // Chromium's virtual authenticator picks the one that is there.
        visit.press("Sign In").await;
        visit.at("home", "Hello, Ada Byron").await;
        let named = visit.posts_to("/idp/idx/identify").await;
        assert_eq!(named.len(), 1, "nothing was typed the second time");
        let sent = visit.posts_to("/webauthn-autofillui").await;
        assert_eq!(sent.len(), 1);
        let handle = sent[0].sent("/credentials/userHandle");
        assert!(handle.is_some_and(|handle| handle.is_string()), "{sent:?}");
    });
}

#[test]
fn k13_a_list_that_is_dismissed_says_nothing() {
    visit("k13-dismissed", passkey(), async |visit| {
        visit.plugs_in(Device::INTERNAL).await;
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        let name = visit.input("identifier").await;
        assert_eq!(name.autocomplete, "username webauthn");
        let buttons = visit.buttons().await;
        let passkeys = buttons.iter().filter(|name| name.contains("passkey"));
        assert_eq!(passkeys.count(), 1, "{buttons:?}");
        visit.screenshot("k13-sign-in").await;
        comes_by_password(visit).await;
        visit
            .at("enroll-authenticator-promotion", "Create a passkey")
            .await;
        assert_eq!(picked(visit).await, 0);
    });
}

#[test]
fn k13_a_passkey_that_the_org_knows_no_more() {
    visit("k13-deleted", passkey(), async |visit| {
        has_passkey(visit).await;
        let keys = format!("keys?email={}", ADA.email);
        visit
            .console_of_the_org("DELETE", &keys, &Value::Null)
            .await;
        visit.expect(Failure::Status(400));
        visit.press("Sign In").await;
        visit.reaches("identify").await;
        let errors = visit.refused("identify").await;
        assert!(errors.says("does not belong to your account"), "{errors:?}");
        // It is not picked again and again, and the plain way is open.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(picked(visit).await, 1);
        comes_by_password(visit).await;
        visit
            .at("enroll-authenticator-promotion", "Create a passkey")
            .await;
        visit.press("Not now").await;
        visit.at("home", "Hello, Ada Byron").await;
        assert_eq!(picked(visit).await, 1);
    });
}

#[test]
fn k13_a_browser_that_lists_no_passkeys() {
    visit("k13-no-list", passkey(), async |visit| {
        has_passkey(visit).await;
        visit
            .evaluate("delete PublicKeyCredential.isConditionalMediationAvailable")
            .await;
        walk::goes_to_sign_in(visit).await;
        assert_eq!(picked(visit).await, 0);
        visit.press("Sign in with a passkey").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

#[test]
fn k13_a_forged_passkey_leads_back_to_the_name() {
    visit("k13-forged", passkey(), async |visit| {
        let device = has_passkey(visit).await;
        visit.lies(&device, true).await;
        visit.expect(Failure::Status(400));
        visit.press("Sign In").await;
        visit.reaches("identify").await;
        visit.refused("identify").await;
        visit.lies(&device, false).await;
        visit.press("Sign in with a passkey").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

#[test]
fn k15_a_passkey_that_is_offered_can_wait() {
    visit("k15-later", passkey(), async |visit| {
        is_offered(visit).await;
        visit.screenshot("k15-offer").await;
        visit.press("Not now").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

/// To what is due, which comes before the offer of a passkey.
async fn comes_to_what_is_due(visit: &Visit) {
    visit.at("identify", "Sign In").await;
    comes_by_password(visit).await;
    visit
        .at("select-authenticator-enroll", "Choose an authenticator")
        .await;
}

#[test]
fn k15_what_is_due_is_put_off_until_it_cannot_be() {
    visit("k15-skips", passkey(), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit
            .console_of_the_org("POST", "client", &json!({ "deadline": "skips" }))
            .await;
        visit.open("/login").await;
        for said in [
            "You can skip this 3 more times.",
            "You can skip this 2 more times.",
            "You can skip this once more.",
        ] {
            comes_to_what_is_due(visit).await;
            visit.reads(said).await;
            visit.reads("This will be needed soon.").await;
            visit.press("Skip").await;
            visit.reaches("enroll-authenticator-promotion").await;
            visit.press("Not now").await;
            visit.at("home", "Hello, Ada Byron").await;
            walk::signs_out(visit).await;
            visit.press("Sign In").await;
        }
        comes_to_what_is_due(visit).await;
        let buttons = visit.buttons().await;
        assert!(!buttons.iter().any(|name| name == "Skip"), "{buttons:?}");
        assert!(!visit.text().await.contains("skip"));
    });
}

#[test]
fn k15_what_is_due_on_a_day_names_it() {
    visit("k15-date", passkey(), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit
            .console_of_the_org("POST", "client", &json!({ "deadline": "date" }))
            .await;
        visit.open("/login").await;
        comes_to_what_is_due(visit).await;
        visit.reads("Needed from 20").await;
        visit.screenshot("k15-date").await;
    });
}

#[test]
fn a_button_signs_in_with_a_key_that_knows_its_owner() {
    let scene = Scene::new().policy("resident-key");
    visit("resident-key", scene, async |visit| {
        visit.plugs_in(Device::INTERNAL).await;
        visit.open("/register").await;
        visit.at("enroll-profile", "Sign Up").await;
        walk::Stop::SignUp.fill(visit).await;
        visit.press("Sign Up").await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        visit.choose("Password").await;
        visit.press("Next").await;
        visit.at("enroll-authenticator", "Set password").await;
        walk::Stop::Password.fill(visit).await;
        visit.press("Submit").await;
        picks_the_key(visit).await;
        visit.press("Set up").await;
        visit.at("home", "Hello, Ada Byron").await;
        walk::signs_out(visit).await;
        walk::goes_to_sign_in(visit).await;
        visit.press("Sign in with a passkey").await;
        visit.reaches("challenge-authenticator").await;
        visit.check().await;
        visit.press("Verify").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

#[test]
fn a_second_device_gets_a_passkey_of_its_own() {
    visit("second-device", passkey(), async |visit| {
        let laptop = has_passkey(visit).await;
        let first = visit.credentials(&laptop).await.remove(0);
        visit.unplugs(&laptop).await;
        // The phone knows no passkey of hers, so she comes by her password and makes one there.
        let phone = visit.plugs_in(Device::INTERNAL).await;
        walk::goes_to_sign_in(visit).await;
        comes_by_password(visit).await;
        visit
            .at("enroll-authenticator-promotion", "Create a passkey")
            .await;
        visit.press("Create a passkey").await;
        visit.at("home", "Hello, Ada Byron").await;
        let second = visit.credentials(&phone).await.remove(0);
        assert_ne!(first.id, second.id);
        let keys = format!("keys?email={}", ADA.email);
        let known = visit.console_of_the_org("GET", &keys, &Value::Null).await;
        assert_eq!(known.as_array().map(Vec::len), Some(2), "{known}");
        walk::signs_out(visit).await;
        // Where she chooses the key herself, the org names both, and the one at hand does.
        visit
            .evaluate("delete PublicKeyCredential.isConditionalMediationAvailable")
            .await;
        walk::goes_to_sign_in(visit).await;
        visit.fill("Username", ADA.email).await;
        visit.press("Next").await;
        visit
            .at(
                "select-authenticator-authenticate",
                "Choose an authenticator",
            )
            .await;
        visit.choose(KEY).await;
        visit.press("Next").await;
        visit
            .at("challenge-authenticator", &format!("Verify with {KEY}"))
            .await;
        visit.press("Verify").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}
