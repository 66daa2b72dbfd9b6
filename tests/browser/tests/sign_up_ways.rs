//! Signing up where email and password stand in one list; and where more is asked of people than their names.

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, NUMBER, Stop};

const LIST: &str = "select-authenticator-enroll";

/// At the list, which offers these.
async fn is_offered(visit: &Visit, labels: &[&str]) {
    visit.at(LIST, "Choose an authenticator").await;
    assert_eq!(visit.choice_labels().await, labels);
}

/// The list of both, email first, and the password after it; up to the phone, which may be left out.
async fn sets_up_email_and_password(visit: &Visit) {
    is_offered(visit, &["Email", "Password"]).await;
    assert!(!visit.buttons().await.contains(&"Skip".to_owned()));
    walk::takes(visit, "Email").await;
    Stop::EmailCode.met(visit).await;
    Stop::EmailCode.fill(visit).await;
    is_offered(visit, &["Password"]).await;
    walk::takes(visit, "Password").await;
    Stop::Password.met(visit).await;
    Stop::Password.answer(visit).await;
    is_offered(visit, &["Phone"]).await;
}

#[test]
fn j01_email_first_and_then_a_password_and_no_phone() {
    visit("j01", Scene::new().policy("signup"), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.answer(visit).await;
        sets_up_email_and_password(visit).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        let made = visit.person(ADA.email).expect("an account");
        assert_eq!(made.authenticators, ["okta_email", "okta_password"]);
        walk::comes_again(visit).await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn j02_j04_the_same_with_a_phone_that_was_mistyped_first() {
    visit("j02", Scene::new().policy("signup"), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.answer(visit).await;
        sets_up_email_and_password(visit).await;
        walk::takes(visit, "Phone").await;
        Stop::Number.met(visit).await;
        visit.choose("SMS").await;
        for typed in ["incorrectnumber", "+1 999 555 1234"] {
            if typed.starts_with('+') {
                visit.expect(Failure::Status(400));
            }
            visit.fill("Phone number", typed).await;
            visit.press("Next").await;
            visit
                .until("the verdict", async || {
                    let settled = !visit.is_busy().await;
                    (settled && visit.value("authenticator.phoneNumber").await == typed)
                        .then_some(())
                })
                .await;
            let errors = visit.refused("authenticator-enrollment-data").await;
            assert!(errors.says("Invalid Phone Number."), "{typed}: {errors:?}");
            let chosen = visit.choices().await.into_iter().find(|one| one.checked);
            assert_eq!(chosen.map(|one| one.label).as_deref(), Some("SMS"));
            assert!(visit.buttons().await.contains(&"Skip".to_owned()));
        }
        assert_eq!(visit.posts_to("/idp/idx/credential/enroll").await.len(), 4);
        Stop::Number.pass(visit).await;
        Stop::PhoneCode.pass(visit).await;
        let made = visit.person(ADA.email).expect("an account");
        assert_eq!(made.phone.as_deref(), Some(NUMBER));
    });
}

#[test]
fn j08_k28_what_an_org_wants_to_know_besides() {
    let scene = Scene::new().policy("custom-attribute");
    visit("j08", scene, async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        let custom = visit.input("userProfile.customAttribute").await;
        assert!(custom.required, "{custom:?}");
        visit.press("Sign Up").await;
        let errors = visit.refused("enroll-profile").await;
        let said = errors.at("userProfile.customAttribute");
        assert_eq!(said, "Enter Custom attribute.");
        for (name, kept) in [("firstName", ADA.first), ("email", ADA.email)] {
            assert_eq!(visit.value(&format!("userProfile.{name}")).await, kept);
        }
        assert_eq!(visit.posts_to("/idp/idx/enroll/new").await, []);
        visit.fill("Custom attribute", "random value").await;
        visit.press("Sign Up").await;
        sets_up_email_and_password(visit).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        let made = visit.person(ADA.email).expect("an account");
        assert_eq!(made.attributes["customAttribute"], "random value");

        // The rest is asked at the next sign-in, each with its own control.
        walk::comes_again(visit).await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit.reaches("enroll-profile").await;
        visit.check().await;
        let of = async |name: &str| {
            let input = visit.input(&format!("userProfile.{name}")).await;
            (input.kind, input.required)
        };
        assert!(of("country").await.1);
        assert_eq!(of("newsletter").await, ("checkbox".to_owned(), false));
        assert_eq!(of("birthday").await, ("date".to_owned(), false));
        assert!(!of("age").await.1);
        let button = visit
            .evaluate("document.querySelector('form button:not([type=button])').innerText")
            .await;
        let button = button.as_str().expect("a button").to_owned();
        visit.press(&button).await;
        let errors = visit.refused("enroll-profile").await;
        assert!(!errors.summary.is_empty(), "a country is a must");
        let country = visit.input("userProfile.country").await;
        if country.kind == "radio" {
            visit.choose("Austria").await;
        } else {
            visit.select("userProfile.country", "AT").await;
        }
        visit.fill_name("userProfile.age", "30").await;
        visit.press(&button).await;
        Stop::Home.met(visit).await;
        let known = visit.person(ADA.email).expect("an account").attributes;
        assert_eq!(known["country"], "AT");
        assert_eq!(
            known["newsletter"], false,
            "a box that is not ticked says no"
        );
        assert!(!known.contains_key("birthday"), "what is empty is left out");
    });
}
