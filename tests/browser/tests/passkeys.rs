//! Security keys and passkeys, with Chromium's virtual authenticators.

mod recorded;

use std::time::Duration;

use browser_tests::{Device, Failure, Plugged, Scene, Visit, Window, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA};

const KEY: &str = "Security Key or Biometric";

fn scene() -> Scene {
    Scene::new().policy("webauthn")
}

/// Ada has an account and no key, and has typed her name and password.
async fn comes_in(visit: &Visit) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
}

/// From the list of what to set up to the page of the key.
async fn picks_the_key(visit: &Visit) {
    visit
        .at("select-authenticator-enroll", "Choose an authenticator")
        .await;
    visit.choose(KEY).await;
    visit.press("Next").await;
    visit
        .at("enroll-authenticator", &format!("Set up {KEY}"))
        .await;
    assert_eq!(visit.address().await, "/enroll-authenticator/webauthn");
}

/// She sets a key up, and is in.
async fn sets_up(visit: &Visit, device: Device) -> Plugged {
    let device = visit.plugs_in(device).await;
    comes_in(visit).await;
    picks_the_key(visit).await;
    visit.press("Set up").await;
    visit.at("home", "Hello, Ada Byron").await;
    device
}

/// She signs out and comes back, up to the page that asks for her key.
async fn comes_back(visit: &Visit) {
    walk::signs_out(visit).await;
    walk::goes_to_sign_in(visit).await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
    // Which of her factors comes first is the org's choice.
    let step = visit.settles().await;
    if step == "select-authenticator-authenticate" {
        visit.choose(KEY).await;
        visit.press("Next").await;
    }
    visit
        .at("challenge-authenticator", &format!("Verify with {KEY}"))
        .await;
}

#[test]
fn j16_signing_up_with_a_password_and_a_key() {
    visit("j16", scene(), async |visit| {
        let device = visit.plugs_in(Device::KEY).await;
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
        assert_eq!(visit.inputs().await, [], "there is nothing to type");
        assert_eq!(visit.credentials(&device).await, [], "nothing began yet");
        visit.press("Set up").await;
        visit.at("home", "Hello, Ada Byron").await;
        assert_eq!(visit.credentials(&device).await.len(), 1);
        let answers = visit.posts_to("/idp/idx/challenge/answer").await;
        let sent = answers.last().expect("the key was sent");
        assert_eq!(
            sent.sent("/credentials/transports"),
            Some(r#"["usb"]"#.into())
        );
        comes_back(visit).await;
        visit.press("Verify").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

#[test]
fn j38_a_key_is_set_up_at_the_first_sign_in_that_asks_for_one() {
    visit("j38", scene(), async |visit| {
        let device = sets_up(visit, Device::INTERNAL).await;
        comes_back(visit).await;
        assert_eq!(
            visit.address().await,
            "/challenge-authenticator/webauthn",
            "a page of its own"
        );
        visit.press("Verify").await;
        visit.at("home", "Hello, Ada Byron").await;
        let made = visit.credentials(&device).await;
        assert!(made[0].uses > 0, "{made:?}");
    });
}

#[test]
fn j38_by_the_keyboard_alone() {
    visit("j38-keyboard", scene(), async |visit| {
        visit.plugs_in(Device::KEY).await;
        comes_in(visit).await;
        picks_the_key(visit).await;
        visit.tab_to("Set up").await;
        visit.key(browser_tests::Key::Enter).await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

#[test]
fn k14_a_dialog_that_brought_nothing_is_no_error_page() {
    visit("k14-key", scene(), async |visit| {
        let device = sets_up(visit, Device::KEY).await;
        comes_back(visit).await;
        // Another key than hers is at hand.
        let made = visit.credentials(&device).await;
        visit.forgets(&device, &made[0].id).await;
        visit.press("Verify").await;
        let errors = visit.refused("challenge-authenticator").await;
        assert!(errors.says("Nothing came from your browser"), "{errors:?}");
        assert!(visit.buttons().await.iter().any(|name| name == "Try again"));
        // She turns to another way, and comes back with her own.
        visit.press("Verify with something else").await;
        visit
            .at(
                "select-authenticator-authenticate",
                "Choose an authenticator",
            )
            .await;
        assert_eq!(visit.errors().await.summary, Vec::<String>::new());
    });
}

#[test]
fn a_forged_answer_is_refused_and_the_next_one_is_judged_anew() {
    visit("key-forged", scene(), async |visit| {
        let device = sets_up(visit, Device::KEY).await;
        comes_back(visit).await;
        visit.lies(&device, true).await;
        for _ in 0..2 {
            visit.expect(Failure::Status(400));
            visit.press("Verify").await;
            let errors = visit.refused("challenge-authenticator").await;
            assert!(errors.says("does not belong to your account"), "{errors:?}");
        }
        visit.lies(&device, false).await;
        visit.press("Verify").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

#[test]
fn a_new_key_that_was_tampered_with_is_refused_and_another_can_be_made() {
    visit("key-tampered", scene(), async |visit| {
        visit.plugs_in(Device::KEY).await;
        comes_in(visit).await;
        picks_the_key(visit).await;
        // Somebody in between changes the origin that the browser vouches for.
        visit
            .evaluate(
                r#"!(window.fetch = ((fetch) => (address, init) => {
                    const body = String(init?.body ?? "");
                    if (!body.includes("attestation")) return fetch(address, init);
                    window.fetch = fetch;
                    const sent = JSON.parse(body);
                    const data = atob(sent.credentials.clientData);
                    sent.credentials.clientData = btoa(data.replace("//localhost", "//evil.test"));
                    return fetch(address, { ...init, body: JSON.stringify(sent) });
                })(window.fetch))"#,
            )
            .await;
        visit.expect(Failure::Status(400));
        visit.press("Set up").await;
        visit.refused("enroll-authenticator").await;
        visit.press("Set up").await;
        visit.at("home", "Hello, Ada Byron").await;
    });
}

/// The pages, for people to look at.
fn look(name: &str, window: Window) {
    visit(name, scene().window(window), async |visit| {
        let device = visit.plugs_in(Device::KEY).await;
        comes_in(visit).await;
        picks_the_key(visit).await;
        visit.screenshot(&format!("{name}-set-up")).await;
        visit.press("Set up").await;
        visit.at("home", "Hello, Ada Byron").await;
        comes_back(visit).await;
        visit.screenshot(&format!("{name}-verify")).await;
        visit.touches(&device, false).await;
        visit.press("Verify").await;
        visit.reads("Your browser asks you now.").await;
        visit.check().await;
        visit.screenshot(&format!("{name}-asked")).await;
        // It is unplugged before it was touched, and another one is at hand.
        visit.unplugs(&device).await;
        visit.plugs_in(Device::KEY).await;
        visit.refused("challenge-authenticator").await;
        visit.screenshot(&format!("{name}-cancelled")).await;
    });
}

#[test]
fn the_pages_of_a_key_in_the_dark() {
    look("keys-dark", Window::WIDE.dark());
}

#[test]
fn the_pages_of_a_key_on_a_small_phone() {
    look("keys-small", Window::PHONE);
}

#[test]
fn nothing_of_a_key_is_kept_or_told() {
    visit("key-secrets", scene(), async |visit| {
        sets_up(visit, Device::KEY).await;
        comes_back(visit).await;
        visit.press("Verify").await;
        visit.at("home", "Hello, Ada Byron").await;
        let answers = visit.posts_to("/idp/idx/challenge/answer").await;
        let secrets: Vec<String> = answers
            .iter()
            .filter_map(|answer| {
                let signature = answer.sent("/credentials/signatureData")?;
                signature.as_str().map(str::to_owned)
            })
            .collect();
        assert_eq!(secrets.len(), 1);
        let kept = format!("{:?}", visit.storage().await);
        let console = visit.console().await.join("\n");
        for secret in &secrets {
            assert!(!kept.contains(secret) && !console.contains(secret));
            assert!(!visit.address().await.contains(secret));
        }
    });
}

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
