//! Security keys and passkeys, with Chromium's virtual authenticators.

mod list;
mod recorded;

use browser_tests::{Device, Failure, Plugged, Scene, Visit, Window, visit};

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
    visit.has_address("/enroll-authenticator/webauthn").await;
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
        visit.has_address("/challenge-authenticator/webauthn").await;
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
