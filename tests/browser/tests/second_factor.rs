//! A second factor after the password: by mail, by phone, and by a browser that is known.

use std::time::Duration;

use browser_tests::{Config, Failure, Scene, Visit, visit};
use serde_json::json;

use crate::walk::{self, ADA, NUMBER, Stop};

const CODE: &str = "credentials.passcode";
const ANSWER: &str = "/idp/idx/challenge/answer";
const CHALLENGE: &str = "challenge-authenticator";

/// Signs in with the password, up to the page that asks whether a mail may go out; and lets it.
async fn waits_for_the_mail(visit: &Visit) {
    walk::signs_in(visit, ADA.email, ADA.password).await;
    visit
        .at("authenticator-verification-data", "Verify with email")
        .await;
    let before = visit.sent().len();
    visit.press("Send the code").await;
    visit.at(CHALLENGE, "Enter verification code").await;
    assert_eq!(visit.sent().len(), before + 1);
}

#[test]
fn j28_k07_wrong_codes_are_told_each_time_until_the_code_is_dead() {
    visit("j28", Scene::new().policy("mfa-email"), async |visit| {
        walk::comes_with_an_account(visit).await;
        waits_for_the_mail(visit).await;
        let code = visit.code_for(ADA.email).await;
        let wrong = walk::other_than(&code);
        for time in 1..=4 {
            visit.forget_announcements().await;
            walk::types_a_wrong_code(visit, CHALLENGE, wrong).await;
            visit
                .until("each refusal is announced", async || {
                    (!visit.announced().await.is_empty()).then_some(())
                })
                .await;
            let helped = visit.text().await.contains("Does it not work?");
            assert_eq!(helped, time >= 3, "after {time} wrong codes");
        }
        // After an error a whole code does not go out by itself.
        let sent = visit.posts_to(ANSWER).await.len();
        visit.fill("Enter code", wrong).await;
        assert_eq!(visit.posts_to(ANSWER).await.len(), sent);
        visit.expect(Failure::Status(429));
        visit.press("Submit").await;
        visit.reads("Wait 30 seconds").await;
        visit.refused(CHALLENGE).await;
        assert_eq!(visit.value(CODE).await, "");
        visit.later(Duration::from_secs(31));
        for _ in 6..=10 {
            let sent = visit.posts_to(ANSWER).await.len();
            visit.expect(Failure::Status(401));
            visit.expect(Failure::Status(429));
            visit.fill("Enter code", wrong).await;
            visit.press("Submit").await;
            visit
                .until("an answer", async || {
                    let now = visit.posts_to(ANSWER).await.len();
                    (now > sent && !visit.is_busy().await).then_some(())
                })
                .await;
            visit.refused(CHALLENGE).await;
            visit.later(Duration::from_secs(31));
        }
        // By now the right one is as wrong as any, and says no more than they do.
        walk::types_a_wrong_code(visit, CHALLENGE, &code).await;
        visit.browser_later(Duration::from_secs(31)).await;
        visit.press("Send a new code").await;
        let new = visit.next_code_for(ADA.email, &code).await;
        visit.reads("A new code is on its way.").await;
        visit.fill("Enter code", &new).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn j29_j30_the_link_of_the_mail_and_the_next_time_its_code() {
    visit("j30", Scene::new().policy("mfa-email"), async |visit| {
        walk::comes_with_an_account(visit).await;
        waits_for_the_mail(visit).await;
        let first = visit.tab().await;
        let link = visit.link_for(ADA.email).await;
        visit.opens_tab().await;
        visit.go(&link).await;
        Stop::Home.met(visit).await;
        visit.looks_at(&first).await;
        visit.at("terminal", "This went on in another tab").await;
        visit.press("Back to sign in").await;
        visit.at("identify", "Sign In").await;
        waits_for_the_mail(visit).await;
        let before = visit.posts_to(ANSWER).await.len();
        visit
            .fill("Enter code", &visit.code_for(ADA.email).await)
            .await;
        Stop::Home.met(visit).await;
        assert_eq!(
            visit.posts_to(ANSWER).await.len(),
            before + 1,
            "it goes out by itself"
        );
    });
}

#[test]
fn a_link_that_is_opened_late_says_so_and_a_new_one_works() {
    visit(
        "link-late",
        Scene::new().policy("mfa-email"),
        async |visit| {
            walk::comes_with_an_account(visit).await;
            waits_for_the_mail(visit).await;
            let (first, link) = (visit.tab().await, visit.link_for(ADA.email).await);
            let old = visit.code_for(ADA.email).await;
            visit.later(Duration::from_secs(6 * 60));
            visit.opens_tab().await;
            visit.go(&link).await;
            visit.expect(Failure::Status(410));
            visit.reads("This email link has expired").await;
            visit.looks_at(&first).await;
            visit.browser_later(Duration::from_secs(31)).await;
            visit.press("Send a new code").await;
            visit.next_code_for(ADA.email, &old).await;
            // The tabs' clocks agree again, as those of one browser do.
            visit.reload().await;
            visit.at(CHALLENGE, "Enter verification code").await;
            let link = visit.link_for(ADA.email).await;
            visit.opens_tab().await;
            visit.go(&link).await;
            Stop::Home.met(visit).await;
        },
    );
}

/// Signs in with the password, up to the page that asks which way the phone is to be used; by SMS.
async fn waits_for_the_sms(visit: &Visit) {
    walk::signs_in(visit, ADA.email, ADA.password).await;
    visit
        .at("authenticator-verification-data", "Verify with phone")
        .await;
    assert_eq!(visit.choice_labels().await, ["SMS", "Voice call"]);
    let shown = visit.text().await;
    assert!(shown.contains("7777") && !shown.contains(NUMBER), "{shown}");
    visit.choose("SMS").await;
    visit.press("Send the code").await;
    visit.at(CHALLENGE, "Enter verification code").await;
}

#[test]
fn j34_to_j37_a_phone_is_set_up_and_asked_at_the_next_sign_ins() {
    visit("j34", Scene::new().policy("phone"), async |visit| {
        walk::comes_with_an_account(visit).await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        assert_eq!(visit.choice_labels().await, ["Phone"]);
        assert!(
            !visit.buttons().await.contains(&"Skip".to_owned()),
            "it is required"
        );
        walk::takes(visit, "Phone").await;
        Stop::Number.met(visit).await;
        visit.choose("SMS").await;
        visit.fill("Phone number", "incorrectnumber").await;
        visit.press("Next").await;
        let errors = visit.refused("authenticator-enrollment-data").await;
        assert!(
            errors
                .at("authenticator.phoneNumber")
                .contains("Invalid Phone Number.")
        );
        assert_eq!(
            visit.value("authenticator.phoneNumber").await,
            "incorrectnumber"
        );
        let chosen = visit
            .choices()
            .await
            .into_iter()
            .find(|choice| choice.checked);
        assert_eq!(
            chosen.map(|choice| choice.label).as_deref(),
            Some("SMS"),
            "the way is kept"
        );
        Stop::Number.pass(visit).await;
        Stop::PhoneCode.pass(visit).await;
        let made = visit.person(ADA.email).expect("an account");
        assert_eq!(made.phone.as_deref(), Some(NUMBER));

        walk::comes_again(visit).await;
        waits_for_the_sms(visit).await;
        let code = visit.code_for(NUMBER).await;
        walk::types_a_wrong_code(visit, CHALLENGE, walk::other_than(&code)).await;
        assert_eq!(visit.input(CODE).await.autocomplete, "one-time-code");
        visit.fill("Enter code", &code).await;
        visit.press("Next").await;
        Stop::Home.met(visit).await;

        walk::comes_again(visit).await;
        waits_for_the_sms(visit).await;
        visit
            .fill("Enter code", &visit.next_code_for(NUMBER, &code).await)
            .await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k16_who_stays_signed_in_is_asked_for_one_thing_by_this_browser() {
    let scene = Scene::new()
        .policy("mfa-any")
        .config(Config::with("cookies", "true"));
    visit("k16", scene, async |visit| {
        walk::comes_with_an_account(visit).await;
        for yes in [false, true] {
            // With one way beside the password the org asks for it at once.
            if yes {
                visit.choose("Keep me signed in on this device").await;
            }
            waits_for_the_mail(visit).await;
            visit
                .fill("Enter code", &visit.code_for(ADA.email).await)
                .await;
            visit
                .at("keep-me-signed-in", "Stay signed in on this device?")
                .await;
            visit.press(if yes { "Yes" } else { "No" }).await;
            Stop::Home.met(visit).await;
            let sent = visit.posts_to("/idp/idx/keep-me-signed-in").await;
            let sent = sent.last().expect("an answer");
            assert_eq!(sent.sent("/keepMeSignedIn"), Some(json!(yes)));
            walk::signs_out(visit).await;
            visit.later(Duration::from_secs(24 * 3600));
            walk::goes_to_sign_in(visit).await;
        }
        let mails = visit.sent().len();
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
        assert_eq!(visit.sent().len(), mails, "no second factor");
        // Another browser is not this one.
        visit
            .in_another_browser("k16-elsewhere", async |there| {
                there.open("/login").await;
                there.at("identify", "Sign In").await;
                there.fill("Username", ADA.email).await;
                there.fill("Password", ADA.password).await;
                there.press("Next").await;
                there
                    .at("authenticator-verification-data", "Verify with email")
                    .await;
            })
            .await;
    });
}
