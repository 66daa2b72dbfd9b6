//! Signing up with what is no mail and no phone: a question, an app for codes, Okta Verify.

use browser_tests::{Failure, Scene, Visit, visit};
use serde_json::json;

use crate::factors::shown_by_an_app;
use crate::walk::{self, ADA, Stop};

const LIST: &str = "select-authenticator-enroll";
const ANSWER: &str = "/idp/idx/challenge/answer";

/// Somebody signs up, with a password, up to what is to be set up beside it; that is taken.
async fn signs_up(visit: &Visit, first: &str, email: &str, both: &[&str], takes: &str) {
    visit.open("/register").await;
    visit.at("enroll-profile", "Sign Up").await;
    visit.fill("First name", first).await;
    visit.fill("Last name", ADA.last).await;
    visit.fill("Email", email).await;
    visit.press("Sign Up").await;
    visit.at(LIST, "Choose an authenticator").await;
    let mut offered = visit.choice_labels().await;
    offered.sort();
    assert_eq!(offered, both);
    walk::takes(visit, "Password").await;
    visit.at("enroll-authenticator", "Set password").await;
    Stop::Password.answer(visit).await;
    visit.at(LIST, "Choose an authenticator").await;
    assert_eq!(visit.choice_labels().await, [takes]);
    walk::takes(visit, takes).await;
}

async fn is_in(visit: &Visit, first: &str, email: &str, set_up: &str) {
    visit.at("home", &format!("Hello, {first} Byron")).await;
    let mut made = visit.person(email).expect("an account").authenticators;
    made.sort_unstable();
    let mut wanted = vec!["okta_password", set_up];
    wanted.sort_unstable();
    assert_eq!(made, wanted);
}

#[test]
fn j10_j11_a_question_of_the_list_and_one_of_ones_own() {
    visit("j10", Scene::new().policy("question"), async |visit| {
        for (first, email, own) in [("Ada", ADA.email, false), ("Eve", "eve@example.com", true)] {
            let both = ["Password", "Security Question"];
            signs_up(visit, first, email, &both, "Security Question").await;
            visit
                .at("enroll-authenticator", "Set up Security Question")
                .await;
            let chosen = visit.choices().await.into_iter().find(|one| one.checked);
            let chosen = chosen.map(|one| one.label);
            assert_eq!(chosen.as_deref(), Some("Choose a security question"));
            assert_eq!(
                visit.value("credentials.questionKey").await,
                "disliked_food"
            );
            if own {
                visit.choose("Create my own security question").await;
                visit
                    .until("a box for the question", async || {
                        let inputs = visit.inputs().await;
                        let has = |name: &str| inputs.iter().any(|input| input.name == name);
                        (has("credentials.question") && !has("credentials.questionKey"))
                            .then_some(())
                    })
                    .await;
                // A question answered with itself is nothing that only she knows.
                visit
                    .fill_name("credentials.question", "Atko and Okta")
                    .await;
                visit.fill("Answer", "Okta").await;
                visit.expect(Failure::Status(400));
                visit.press("Submit").await;
                let errors = visit.refused("enroll-authenticator").await;
                assert!(
                    errors
                        .at("credentials.answer")
                        .contains("must not be part of the question"),
                    "{errors:?}"
                );
                assert_eq!(visit.value("credentials.question").await, "Atko and Okta");
                assert_eq!(visit.value("credentials.answer").await, "");
                visit.fill_name("credentials.question", "Atko").await;
            }
            visit.fill("Answer", "Okta").await;
            visit.press("Submit").await;
            is_in(visit, first, email, "security_question").await;
            let sent = visit.posts_to(ANSWER).await.pop().expect("an answer");
            let key = if own { "custom" } else { "disliked_food" };
            assert_eq!(sent.sent("/credentials/questionKey"), Some(json!(key)));
            walk::signs_out(visit).await;
        }
    });
}

#[test]
fn j12_the_key_of_an_app_is_mistyped_and_then_typed_right() {
    visit("j12", Scene::new().policy("totp"), async |visit| {
        let both = ["Google Authenticator", "Password"];
        signs_up(visit, "Ada", ADA.email, &both, "Google Authenticator").await;
        visit
            .at("enroll-authenticator", "Set up Google Authenticator")
            .await;
        let key = visit
            .evaluate("document.querySelector('.key__letters').textContent.replaceAll(' ', '')")
            .await;
        let key = key.as_str().expect("a key").to_owned();
        let shown = visit.evaluate("document.querySelector('.qr').alt").await;
        assert!(shown.as_str().is_some_and(|words| words.contains(&key)));
        // Two letters changed places, or one was taken for another.
        let (begin, rest) = key.split_at(1);
        let mistyped = format!("{}{rest}", if begin == "A" { "B" } else { "A" });
        let wrong = shown_by_an_app(visit, &mistyped);
        assert_ne!(wrong, shown_by_an_app(visit, &key));
        walk::types_a_wrong_code(visit, "enroll-authenticator", &wrong).await;
        let again = visit
            .evaluate("document.querySelector('.key__letters').textContent.replaceAll(' ', '')")
            .await;
        assert_eq!(
            again,
            key.as_str(),
            "the key is still there, to be looked at again"
        );
        visit
            .fill("Enter code", &shown_by_an_app(visit, &key))
            .await;
        visit.press("Submit").await;
        is_in(visit, "Ada", ADA.email, "google_otp").await;
    });
}

#[test]
fn j13_j14_j15_okta_verify_by_a_picture_an_sms_or_a_mail() {
    visit("j13", Scene::new().policy("okta-verify"), async |visit| {
        let both = ["Okta Verify", "Password"];
        for (first, email, channel) in [
            ("Ada", ADA.email, ""),
            ("Eve", "eve@example.com", "SMS"),
            ("Ida", "ida@example.com", "Email"),
        ] {
            signs_up(visit, first, email, &both, "Okta Verify").await;
            visit.at("enroll-poll", "Set up Okta Verify").await;
            let alternative = visit.evaluate("document.querySelector('.qr').alt").await;
            assert!(alternative.as_str().is_some_and(|words| !words.is_empty()));
            if !channel.is_empty() {
                visit.press("Set it up another way").await;
                visit
                    .at("select-enrollment-channel", "Set it up another way")
                    .await;
                visit.choose(channel).await;
                visit.press("Continue").await;
                visit
                    .at("enrollment-channel-data", "Where should the link go?")
                    .await;
                let (label, to) = match channel {
                    "SMS" => ("Phone number", walk::TYPED),
                    _ => ("Email", "other@acme.test"),
                };
                visit.fill(label, to).await;
                visit.press("Continue").await;
                visit.at("enroll-poll", "Set up Okta Verify").await;
                let said = match channel {
                    "SMS" => {
                        "We sent an SMS to +15556667777 with an Okta Verify setup link. To continue, open the link on your mobile device."
                    }
                    _ => {
                        "We sent an Email to other@acme.test with an Okta Verify setup link. To continue, open the link in your email."
                    }
                };
                visit.reads(said).await;
            }
            let scan = json!({"email": email});
            visit
                .console_of_the_org("POST", "devices/scan", &scan)
                .await;
            is_in(visit, first, email, "okta_verify").await;
            walk::signs_out(visit).await;
        }
    });
}
