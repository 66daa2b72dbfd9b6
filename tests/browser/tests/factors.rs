//! The authenticators beside password, email and phone: set up, proved, failed at.

use std::time::{SystemTime, UNIX_EPOCH};

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

const CODE: &str = "credentials.passcode";
const ANSWER: &str = "credentials.answer";
const QUESTION: &str = "What is the food you least liked as a child?";

/// Ada, who has an account, signs in with her password.
pub(crate) async fn comes_back(visit: &Visit) {
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
}

/// And is asked to set this up.
pub(crate) async fn is_asked_for(visit: &Visit, label: &str, step: &str, heading: &str) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    comes_back(visit).await;
    visit
        .at("select-authenticator-enroll", "Choose an authenticator")
        .await;
    visit.choose(label).await;
    visit.press("Next").await;
    visit.at(step, heading).await;
}

pub(crate) async fn signs_out_and_comes_back(visit: &Visit) {
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
pub(crate) fn shown_by_an_app(visit: &Visit, key: &str) -> String {
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
