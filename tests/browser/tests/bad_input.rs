//! What people type wrong, and what the page makes of it.

use std::time::Duration;

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, NUMBER, Stop, TYPED};

const EMAIL: &str = "userProfile.email";
const CODE: &str = "credentials.passcode";
const PHONE: &str = "authenticator.phoneNumber";

async fn nothing_sent_since(visit: &Visit, path: &str, before: usize) {
    assert_eq!(
        visit.posts_to(path).await.len(),
        before,
        "nothing goes to {path}"
    );
}

#[test]
fn an_empty_profile_is_told_field_by_field_before_anything_is_sent() {
    visit("empty-profile", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        visit.press("Sign Up").await;
        let errors = visit.refused("enroll-profile").await;
        assert_eq!(errors.at("userProfile.firstName"), "Enter your first name.");
        assert_eq!(errors.at("userProfile.lastName"), "Enter your last name.");
        assert_eq!(errors.at(EMAIL), "Enter your email address.");
        for said in [
            "Enter your first name.",
            "Enter your last name.",
            "Enter your email address.",
        ] {
            assert!(errors.says(said), "the summary says {said:?}: {errors:?}");
        }
        nothing_sent_since(visit, "/idp/idx/enroll/new", 0).await;

        // A line of the summary leads to its field.
        visit.press("Enter your last name.").await;
        visit
            .until("the focus on the field", async || {
                (visit.focused().await == "input userProfile.lastName").then_some(())
            })
            .await;
    });
}

#[test]
fn an_email_that_is_none_is_told_before_it_is_sent() {
    visit("not-an-email", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        visit.fill("Email", "3.14e2").await;
        visit.press("Sign Up").await;
        let errors = visit.refused("enroll-profile").await;
        assert!(
            errors
                .at(EMAIL)
                .contains("'Email' must be in the form of an email address"),
            "{errors:?}"
        );
        assert_eq!(visit.value("userProfile.firstName").await, ADA.first);
        assert_eq!(visit.value(EMAIL).await, "3.14e2");
        nothing_sent_since(visit, "/idp/idx/enroll/new", 0).await;
        visit.fill("Email", ADA.email).await;
        visit.press("Sign Up").await;
        Stop::FirstList.met(visit).await;
    });
}

#[test]
fn k26_an_address_that_is_taken_stays_on_the_page_with_a_way_to_sign_in() {
    visit("taken", Scene::new(), async |visit| {
        walk::makes_account(visit).await;
        walk::signs_out(visit).await;
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        visit.expect(Failure::Status(400));
        visit.press("Sign Up").await;
        let errors = visit.refused("enroll-profile").await;
        assert!(!errors.at(EMAIL).is_empty(), "{errors:?}");
        assert_eq!(visit.value("userProfile.firstName").await, ADA.first);
        assert_eq!(visit.value("userProfile.lastName").await, ADA.last);
        assert_eq!(visit.value(EMAIL).await, ADA.email);
        // The same again is said again.
        visit.expect(Failure::Status(400));
        visit.press("Sign Up").await;
        visit.refused("enroll-profile").await;
        visit.press("Back to sign in").await;
        visit.at("identify", "Sign In").await;
        assert_eq!(
            visit.value("identifier").await,
            ADA.email,
            "the address is carried over"
        );
    });
}

#[test]
fn k26_each_rule_of_the_password_is_told_and_only_the_passwords_are_emptied() {
    visit("passwords", Scene::new(), async |visit| {
        walk::to(visit, Stop::Password).await;
        let rules = visit.text().await;
        for rule in [
            "at least 8 characters",
            "a lowercase letter",
            "an uppercase letter",
            "a number",
        ] {
            assert!(
                rules.contains(rule),
                "the rule {rule:?} is listed before anything is typed: {rules}"
            );
        }

        visit.press("Submit").await;
        let errors = visit.refused("enroll-authenticator").await;
        assert!(!errors.at(CODE).is_empty(), "{errors:?}");

        for (typed, again, about) in [
            (ADA.password, "Notes-On-1844", "not the same"),
            ("short", "short", "at least 8 characters"),
            ("alllowercase1", "alllowercase1", "an uppercase letter"),
            ("Ada-Byron-1843", "Ada-Byron-1843", ""),
        ] {
            visit.fill("New password", typed).await;
            visit.fill("Re-enter new password", again).await;
            visit.expect(Failure::Status(400));
            visit.press("Submit").await;
            let errors = visit.refused("enroll-authenticator").await;
            let told: Vec<_> = errors.at.values().flatten().cloned().collect();
            assert!(
                told.iter().any(|text| text.contains(about)),
                "{typed:?} is told about {about:?}: {errors:?}"
            );
            for input in visit
                .inputs()
                .await
                .into_iter()
                .filter(|input| input.kind == "password")
            {
                assert_eq!(input.value, "", "{} is emptied", input.name);
            }
        }
        nothing_sent_of(visit, &["Notes-On-1844"]).await;

        // Well-formed, and known to everybody: the org refuses it.
        visit.fill("New password", "Password1").await;
        visit.fill("Re-enter new password", "Password1").await;
        visit.expect(Failure::Status(400));
        visit.press("Submit").await;
        let errors = visit.refused("enroll-authenticator").await;
        assert!(!errors.at(CODE).is_empty(), "{errors:?}");
        Stop::Password.pass(visit).await;
    });
}

async fn nothing_sent_of(visit: &Visit, secrets: &[&str]) {
    for request in visit.requests().await {
        for secret in secrets {
            assert!(
                !request.body.contains(secret),
                "{secret:?} was never to be sent"
            );
        }
    }
}

#[test]
fn rules_are_ticked_as_one_types() {
    visit("ticked", Scene::new(), async |visit| {
        walk::to(visit, Stop::Password).await;
        let unmet = || async { visit.text().await.matches("not met yet").count() };
        let before = unmet().await;
        assert!(
            before >= 4,
            "four rules can be checked while one types, {before} are told as unmet"
        );
        visit.fill("New password", "aaaaaaaaaa").await;
        visit
            .until("two rules fewer", async || {
                (unmet().await <= before - 2).then_some(())
            })
            .await;
        visit.fill("New password", ADA.password).await;
        visit
            .until("all rules met", async || (unmet().await == 0).then_some(()))
            .await;
        visit.check().await;
        assert_eq!(visit.posts_to("/idp/idx/challenge/answer").await, []);
    });
}

#[test]
fn a_wrong_code_is_told_each_time_and_the_right_one_still_works() {
    visit("wrong-code", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        visit.press("Submit").await;
        let errors = visit.refused("enroll-authenticator").await;
        assert_eq!(errors.at(CODE), "Enter the code.");
        nothing_sent_since(visit, "/idp/idx/challenge/answer", 1).await;
        for try_ in 1..=3 {
            visit.forget_announcements().await;
            visit.fill("Enter code", "000000").await;
            visit.expect(Failure::Status(401));
            visit.press("Submit").await;
            visit
                .until("the answer", async || {
                    (visit.posts_to("/idp/idx/challenge/answer").await.len() == 1 + try_)
                        .then_some(())
                })
                .await;
            visit
                .until("an announcement", async || {
                    (!visit.announced().await.is_empty()).then_some(())
                })
                .await;
            let errors = visit.refused("enroll-authenticator").await;
            assert!(!errors.at(CODE).is_empty(), "try {try_}: {errors:?}");
            assert_eq!(visit.value(CODE).await, "", "a refused code does not stay");
        }
        // Spaces and dashes are forgiven.
        let code = visit.code_for(ADA.email).await;
        visit
            .fill("Enter code", &format!(" {} - {} ", &code[..3], &code[3..]))
            .await;
        visit.press("Submit").await;
        Stop::ThirdList.met(visit).await;
    });
}

#[test]
fn an_expired_code_is_told_and_a_new_one_works() {
    visit("expired-code", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let old = visit.code_for(ADA.email).await;
        visit.later(Duration::from_secs(6 * 60));
        visit.expect(Failure::Status(401));
        visit.fill("Enter code", &old).await;
        let errors = visit.refused("enroll-authenticator").await;
        assert!(!errors.at(CODE).is_empty(), "{errors:?}");
        visit.browser_later(Duration::from_secs(31)).await;
        visit.later(Duration::from_secs(31));
        visit.press("Send a new code").await;
        let new = visit.next_code_for(ADA.email, &old).await;
        visit.fill("Enter code", &new).await;
        Stop::ThirdList.met(visit).await;
    });
}

#[test]
fn a_number_that_cannot_be_one_stays_and_is_told_before_it_is_sent() {
    visit("no-number", Scene::new(), async |visit| {
        walk::to(visit, Stop::Number).await;
        let before = visit.posts_to("/idp/idx/credential/enroll").await.len();
        visit.choose("SMS").await;
        visit.press("Next").await;
        let errors = visit.refused("authenticator-enrollment-data").await;
        assert_eq!(errors.at(PHONE), "Enter your phone number.");
        for typed in ["incorrectnumber", "123", "+15556667777777777"] {
            visit.fill("Phone number", typed).await;
            visit.press("Next").await;
            let errors = visit.refused("authenticator-enrollment-data").await;
            assert!(!errors.at(PHONE).is_empty(), "{typed}: {errors:?}");
            assert_eq!(visit.value(PHONE).await, typed, "the number stays");
        }
        nothing_sent_since(visit, "/idp/idx/credential/enroll", before).await;
        assert!(
            visit.buttons().await.contains(&"Skip".to_owned()),
            "Skip is still there"
        );
        visit.fill("Phone number", TYPED).await;
        visit.press("Next").await;
        Stop::PhoneCode.met(visit).await;
    });
}

#[test]
fn a_number_that_the_org_refuses_stays_too() {
    visit("refused-number", Scene::new(), async |visit| {
        walk::to(visit, Stop::Number).await;
        visit.choose("SMS").await;
        visit.fill("Phone number", REFUSED).await;
        visit.expect(Failure::Status(400));
        visit.press("Next").await;
        let errors = visit.refused("authenticator-enrollment-data").await;
        assert!(
            errors.says("Invalid Phone Number.") || !errors.at(PHONE).is_empty(),
            "{errors:?}"
        );
        assert_eq!(visit.value(PHONE).await, REFUSED);
        visit.fill("Phone number", TYPED).await;
        visit.press("Next").await;
        Stop::PhoneCode.met(visit).await;
    });
}

/// Can be dialled by its shape, and the org takes no such number.
const REFUSED: &str = "+1 999 555 1234";

#[test]
fn k09_a_mistyped_number_can_be_changed() {
    visit("k09", Scene::new(), async |visit| {
        walk::to(visit, Stop::Number).await;
        visit.choose("SMS").await;
        visit.fill("Phone number", "(555) 666-7778").await;
        visit.press("Next").await;
        Stop::PhoneCode.met(visit).await;
        let wrong = visit.code_for("+15556667778").await;
        visit.press("Change the number").await;
        Stop::ThirdList.met(visit).await;
        Stop::ThirdList.pass(visit).await;
        Stop::Number.pass(visit).await;
        if wrong != visit.code_for(NUMBER).await {
            visit.expect(Failure::Status(401));
            visit.fill("Enter code", &wrong).await;
            visit.refused("enroll-authenticator").await;
        }
        Stop::PhoneCode.pass(visit).await;
        assert_eq!(
            visit
                .person(ADA.email)
                .expect("an account")
                .phone
                .as_deref(),
            Some(NUMBER)
        );
    });
}

#[test]
fn k06_a_code_that_does_not_come_can_be_sent_anew() {
    visit("k06", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let old = visit.code_for(ADA.email).await;
        visit.reads("You can have a new code sent in").await;
        let left = seconds_left(visit).await;
        assert!((1..=30).contains(&left), "{left}");
        visit.reload().await;
        Stop::EmailCode.met(visit).await;
        visit.reads("You can have a new code sent in").await;
        assert!(
            seconds_left(visit).await <= left,
            "the countdown goes on after a reload"
        );
        visit.browser_later(Duration::from_secs(31)).await;
        visit.later(Duration::from_secs(31));
        visit.press("Send a new code").await;
        let new = visit.next_code_for(ADA.email, &old).await;
        visit.reads("A new code is on its way.").await;
        visit.check().await;
        visit.expect(Failure::Status(401));
        visit.fill("Enter code", &old).await;
        visit.refused("enroll-authenticator").await;
        visit.fill("Enter code", &new).await;
        visit.press("Submit").await;
        Stop::ThirdList.met(visit).await;
    });
}

async fn seconds_left(visit: &Visit) -> u32 {
    let text = visit.text().await;
    let after = text.split("sent in ").nth(1).unwrap_or_default();
    after
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
