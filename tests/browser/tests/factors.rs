//! The authenticators beside password, email and phone: set up, proved, failed at.

use std::time::{SystemTime, UNIX_EPOCH};

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

const CODE: &str = "credentials.passcode";
const ANSWER: &str = "credentials.answer";
const QUESTION: &str = "What is the food you least liked as a child?";

/// Ada, who has an account, signs in with her password.
async fn comes_back(visit: &Visit) {
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
}

/// And is asked to set this up.
async fn is_asked_for(visit: &Visit, label: &str, step: &str, heading: &str) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    comes_back(visit).await;
    visit
        .at("select-authenticator-enroll", "Choose an authenticator")
        .await;
    visit.choose(label).await;
    visit.press("Next").await;
    visit.at(step, heading).await;
}

async fn signs_out_and_comes_back(visit: &Visit) {
    Stop::Home.met(visit).await;
    walk::signs_out(visit).await;
    comes_back(visit).await;
}

#[test]
fn j31_a_security_question_is_chosen_and_answered() {
    visit("j31", Scene::new().policy("question"), async |visit| {
        is_asked_for(
            visit,
            "Security Question",
            "enroll-authenticator",
            "Set up Security Question",
        )
        .await;
        assert_eq!(
            visit.value("credentials.questionKey").await,
            "disliked_food"
        );
        visit.screenshot("factors-question").await;
        visit.fill("Answer", "abc").await;
        visit.press("Submit").await;
        let errors = visit.refused("enroll-authenticator").await;
        assert_eq!(
            errors.at(ANSWER),
            "Type an answer with at least 4 characters."
        );
        assert_eq!(visit.posts_to("/idp/idx/challenge/answer").await, []);
        visit.fill("Answer", "Okta").await;
        visit.press("Submit").await;
        signs_out_and_comes_back(visit).await;
        visit
            .at("challenge-authenticator", "Security Question")
            .await;
        visit.screenshot("factors-question-asked").await;
        assert_eq!(visit.input(ANSWER).await.kind, "password");
        visit.press(&format!("Show: {QUESTION}")).await;
        assert_eq!(visit.input(ANSWER).await.kind, "text");
        visit.expect(Failure::Status(401));
        visit.fill(QUESTION, "turnips").await;
        visit.press("Submit").await;
        visit.refused("challenge-authenticator").await;
        assert_eq!(
            visit.value(ANSWER).await,
            "",
            "a refused answer does not stay"
        );
        visit.fill(QUESTION, "okta").await;
        visit.press("Submit").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn j33_a_question_of_ones_own_takes_the_place_of_the_list() {
    visit("j33", Scene::new().policy("question"), async |visit| {
        is_asked_for(
            visit,
            "Security Question",
            "enroll-authenticator",
            "Set up Security Question",
        )
        .await;
        visit.choose("Create my own security question").await;
        visit
            .until("the list gives way", async || {
                let names: Vec<String> = visit
                    .inputs()
                    .await
                    .into_iter()
                    .map(|input| input.name)
                    .collect();
                (!names.contains(&"credentials.questionKey".to_owned())
                    && names.contains(&"credentials.question".to_owned()))
                .then_some(())
            })
            .await;
        visit.check().await;
        visit.fill_name("credentials.question", "<b>Atko</b>").await;
        visit.fill("Answer", "Okta").await;
        visit.expect(Failure::Status(400));
        visit.press("Submit").await;
        let errors = visit.refused("enroll-authenticator").await;
        assert_eq!(
            errors.at("credentials.question"),
            "Leave out the signs < and >."
        );
        assert_eq!(visit.value(ANSWER).await, "", "an answer does not stay");
        visit.fill_name("credentials.question", "Atko").await;
        visit.fill("Answer", "Okta").await;
        visit.press("Submit").await;
        let posts = visit.posts_to("/idp/idx/challenge/answer").await;
        let last = posts.last().expect("an answer");
        assert_eq!(
            last.sent("/credentials"),
            Some(
                serde_json::json!({"questionKey": "custom", "question": "Atko", "answer": "Okta"})
            )
        );
        Stop::Home.met(visit).await;
    });
}

/// What an app shows that was given this key.
fn shown_by_an_app(visit: &Visit, key: &str) -> String {
    let secret = totp_rs::Secret::Encoded(key.to_owned())
        .to_bytes()
        .expect("the key is base32");
    let app = totp_rs::TOTP::new(
        totp_rs::Algorithm::SHA1,
        6,
        1,
        30,
        secret,
        None,
        String::new(),
    )
    .expect("a key that is long enough");
    let now = SystemTime::now() + visit.org_is_ahead();
    let since = now.duration_since(UNIX_EPOCH).expect("a time after 1970");
    app.generate(since.as_secs())
}

#[test]
fn j39_j40_an_authenticator_app_by_its_key() {
    visit("j39", Scene::new().policy("totp"), async |visit| {
        is_asked_for(
            visit,
            "Google Authenticator",
            "enroll-authenticator",
            "Set up Google Authenticator",
        )
        .await;
        visit.screenshot("factors-totp").await;
        let text = visit
            .evaluate("document.querySelector('.key__letters').textContent")
            .await;
        let groups = text.as_str().expect("a key").to_owned();
        assert!(groups.split(' ').all(|group| group.len() <= 4), "{groups}");
        let key = groups.replace(' ', "");
        let alternative = visit.evaluate("document.querySelector('.qr').alt").await;
        assert!(
            alternative
                .as_str()
                .is_some_and(|words| words.contains(&key))
        );
        visit.forget_announcements().await;
        visit.press("Copy the key").await;
        visit
            .until("what became of it", async || {
                visit
                    .announced()
                    .await
                    .iter()
                    .any(|words| words.contains("It is copied."))
                    .then_some(())
            })
            .await;
        let before = visit.posts_to("/idp/idx/challenge/answer").await.len();
        let code = shown_by_an_app(visit, &key);
        visit
            .fill("Enter code", &format!("{} {}", &code[..3], &code[3..]))
            .await;
        signs_out_and_comes_back(visit).await;
        assert_eq!(
            visit.posts_to("/idp/idx/challenge/answer").await.len(),
            before + 1,
            "a whole code goes out once"
        );
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        visit.expect(Failure::Status(401));
        visit.fill("Enter code", &code).await;
        let errors = visit.refused("challenge-authenticator").await;
        assert!(errors.at(CODE).contains("used already"), "{errors:?}");
        visit.later(std::time::Duration::from_secs(31));
        visit
            .fill("Enter code", &shown_by_an_app(visit, &key))
            .await;
        let held = visit.posts_to("/idp/idx/challenge/answer").await.len();
        assert_eq!(
            held,
            before + 2,
            "after an error nothing goes out by itself"
        );
        visit.press("Submit").await;
        Stop::Home.met(visit).await;
    });
}

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
        visit
            .browser_later(std::time::Duration::from_secs(31))
            .await;
        visit.later(std::time::Duration::from_secs(31));
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
        tokio::time::sleep(std::time::Duration::from_secs(9)).await;
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
            seen.elapsed() < std::time::Duration::from_secs(4),
            "before the next interval"
        );
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k19_a_temporary_code_of_the_help_desk_and_then_a_new_phone() {
    visit("k19", Scene::new().policy("help-desk"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        let given = visit
            .console_of_the_org(
                "POST",
                "help-desk/code",
                &serde_json::json!({"email": ADA.email, "minutes": 60}),
            )
            .await;
        let code = given["code"].as_str().expect("a code").to_owned();
        comes_back(visit).await;
        visit
            .until("the page for the code", async || {
                (visit.step().await == "challenge-authenticator").then_some(())
            })
            .await;
        visit.check().await;
        visit.fill_name(CODE, &code).await;
        assert_eq!(visit.value(CODE).await, code, "no sign of it is lost");
        assert_eq!(visit.posts_to("/idp/idx/challenge/answer").await, []);
        visit.press("Submit").await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        visit.choose("Phone").await;
        visit.press("Next").await;
        Stop::Number.met(visit).await;
        Stop::Number.fill(visit).await;
        visit.press("Next").await;
        Stop::PhoneCode.met(visit).await;
        // A whole code goes out by itself.
        Stop::PhoneCode.fill(visit).await;
        Stop::Home.met(visit).await;
    });
}
