//! Okta Verify: set up by a picture or a link; a push with a number, a code, and what becomes of a push that nobody answers.

use std::time::Duration;

use browser_tests::{Failure, Scene, Visit, visit};

use crate::factors::{is_asked_for, signs_out_and_comes_back};
use crate::walk::{self, ADA, Stop};

/// The device plays its part.
async fn console(visit: &Visit, path: &str, body: serde_json::Value) {
    visit.console_of_the_org("POST", path, &body).await;
}

async fn is_asked_for_okta_verify(visit: &Visit) {
    is_asked_for(visit, "Okta Verify", "enroll-poll", "Set up Okta Verify").await;
}

async fn scans(visit: &Visit) {
    console(
        visit,
        "devices/scan",
        serde_json::json!({"email": ADA.email}),
    )
    .await;
    Stop::Home.met(visit).await;
}

fn okta_verify(name: &str, story: impl AsyncFnOnce(&Visit)) {
    visit(name, Scene::new().policy("okta-verify"), story);
}

/// Ada, whose device is set up, at the choice between a push and a code.
async fn has_a_device(visit: &Visit) {
    is_asked_for_okta_verify(visit).await;
    scans(visit).await;
    signs_out_and_comes_back(visit).await;
    visit
        .at("authenticator-verification-data", "Verify with Okta Verify")
        .await;
}

#[test]
fn j41_okta_verify_by_a_picture() {
    okta_verify("j41", async |visit| {
        is_asked_for_okta_verify(visit).await;
        visit.screenshot("factors-okta-verify").await;
        let alternative = visit.evaluate("document.querySelector('.qr').alt").await;
        assert!(alternative.as_str().is_some_and(|words| !words.is_empty()));
        scans(visit).await;
    });
}

#[test]
fn j42_okta_verify_by_an_sms() {
    okta_verify("j42", async |visit| {
        is_asked_for_okta_verify(visit).await;
        visit.press("Set it up another way").await;
        visit
            .at("select-enrollment-channel", "Set it up another way")
            .await;
        visit.screenshot("factors-channels").await;
        visit.choose("SMS").await;
        visit.press("Continue").await;
        visit
            .at("enrollment-channel-data", "Where should the link go?")
            .await;
        visit.fill("Phone number", "incorrectnumber").await;
        visit.press("Continue").await;
        let errors = visit.refused("enrollment-channel-data").await;
        assert!(errors.says("Invalid Phone Number."), "{errors:?}");
        visit.fill("Phone number", walk::TYPED).await;
        visit.press("Continue").await;
        visit.at("enroll-poll", "Set up Okta Verify").await;
        visit
            .reads("We sent an SMS to +15556667777 with an Okta Verify setup link. To continue, open the link on your mobile device.")
            .await;
        scans(visit).await;
    });
}

#[test]
fn j43_okta_verify_by_a_mail() {
    okta_verify("j43", async |visit| {
        is_asked_for_okta_verify(visit).await;
        visit.press("Set it up another way").await;
        visit
            .at("select-enrollment-channel", "Set it up another way")
            .await;
        visit.choose("Email").await;
        visit.press("Continue").await;
        visit
            .at("enrollment-channel-data", "Where should the link go?")
            .await;
        visit.fill("Email", ADA.email).await;
        visit.press("Continue").await;
        visit.at("enroll-poll", "Set up Okta Verify").await;
        visit
            .reads("We sent an Email to ada@example.com with an Okta Verify setup link. To continue, open the link in your email.")
            .await;
        visit.browser_later(Duration::from_secs(31)).await;
        visit.later(Duration::from_secs(31));
        visit.press("Send it again").await;
        visit.reads("It was sent again.").await;
        assert_eq!(visit.sent().len(), 2);
        scans(visit).await;
    });
}

#[test]
fn k22_a_push_shows_its_number_is_rejected_sent_again_and_approved() {
    okta_verify("k22", async |visit| {
        has_a_device(visit).await;
        visit.screenshot("factors-push-or-code").await;
        visit.choose("Get a push notification").await;
        visit.forget_announcements().await;
        visit.press("Continue").await;
        visit.at("challenge-poll", "Verify with Okta Verify").await;
        let number = || async {
            let number = visit
                .evaluate("document.querySelector('.read-off').textContent")
                .await;
            number.as_str().map(str::to_owned).unwrap_or_default()
        };
        let first = visit
            .until("the number", async || {
                Some(number().await).filter(|number| !number.is_empty())
            })
            .await;
        visit.screenshot("factors-number").await;
        visit
            .until("the number is read out", async || {
                visit
                    .announced()
                    .await
                    .iter()
                    .any(|words| words.contains(&first))
                    .then_some(())
            })
            .await;
        visit.expect(Failure::Status(400));
        console(
            visit,
            "push",
            serde_json::json!({"email": ADA.email, "answer": "reject"}),
        )
        .await;
        let errors = visit.refused("resend").await;
        assert!(errors.says("You said no"), "{errors:?}");
        visit.screenshot("factors-rejected").await;
        visit.press("Send it again").await;
        visit.at("challenge-poll", "Verify with Okta Verify").await;
        let second = visit
            .until("the next number", async || {
                Some(number().await).filter(|number| !number.is_empty())
            })
            .await;
        console(
            visit,
            "push",
            serde_json::json!({"email": ADA.email, "answer": "number", "number": second}),
        )
        .await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k22_a_code_instead_of_a_push() {
    okta_verify("k22-code", async |visit| {
        has_a_device(visit).await;
        visit.choose("Enter a code").await;
        visit.press("Continue").await;
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        let devices = visit
            .console_of_the_org("GET", "devices", &serde_json::Value::Null)
            .await;
        let code = devices["devices"][0]["code"]
            .as_str()
            .expect("a code")
            .to_owned();
        visit.fill("Enter code", &code).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k22_a_hidden_page_rests_and_goes_on_at_once_when_it_is_seen() {
    okta_verify("k22-hidden", async |visit| {
        has_a_device(visit).await;
        visit.choose("Get a push notification").await;
        visit.press("Continue").await;
        visit.at("challenge-poll", "Verify with Okta Verify").await;
        let polls = || async { visit.posts_to("/idp/idx/challenge/poll").await.len() };
        let see = async |seen: bool| {
            let script = format!(
                "Object.defineProperty(document, 'hidden', {{ configurable: true, value: {} }}), \
                 document.dispatchEvent(new Event('visibilitychange'))",
                !seen
            );
            visit.evaluate(&script).await;
        };
        see(false).await;
        // The poll that may be out is over by the time two more would have gone out.
        let before = polls().await;
        tokio::time::sleep(Duration::from_secs(9)).await;
        let during = polls().await;
        assert!(during <= before + 1, "{before} polls, then {during}");
        let number = visit
            .evaluate("document.querySelector('.read-off').textContent")
            .await;
        console(
            visit,
            "push",
            serde_json::json!({"email": ADA.email, "answer": "number", "number": number}),
        )
        .await;
        let seen = std::time::Instant::now();
        see(true).await;
        visit
            .until("a poll at once", async || {
                (polls().await > during).then_some(())
            })
            .await;
        assert!(
            seen.elapsed() < Duration::from_secs(4),
            "before the next interval"
        );
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k22_a_push_that_nobody_answers_ends_and_a_code_is_typed_instead() {
    okta_verify("k22-ignored", async |visit| {
        has_a_device(visit).await;
        visit.choose("Get a push notification").await;
        visit.press("Continue").await;
        visit.at("challenge-poll", "Verify with Okta Verify").await;
        let polls = async || visit.posts_to("/idp/idx/challenge/poll").await.len();
        visit.later(Duration::from_secs(301));
        visit.expect(Failure::Status(400));
        visit.reaches("resend").await;
        let errors = visit.refused("resend").await;
        assert!(!errors.summary.is_empty(), "it is told why: {errors:?}");
        let before = polls().await;
        visit.press("Verify with something else").await;
        visit
            .at(
                "select-authenticator-authenticate",
                "Choose an authenticator",
            )
            .await;
        assert_eq!(polls().await, before, "nothing is asked any more");
        walk::takes(visit, "Enter a code").await;
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        visit.expect(Failure::Status(401));
        let devices = visit
            .console_of_the_org("GET", "devices", &serde_json::Value::Null)
            .await;
        let code = devices["devices"][0]["code"]
            .as_str()
            .expect("a code")
            .to_owned();
        visit.fill("Enter code", walk::other_than(&code)).await;
        visit.refused("challenge-authenticator").await;
        visit.fill("Enter code", &code).await;
        visit.press("Submit").await;
        Stop::Home.met(visit).await;
    });
}
