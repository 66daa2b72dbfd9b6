//! What browsers and password managers are told about each field.

use browser_tests::{Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

/// The `autocomplete`, `inputmode` and `type` of a field.
async fn told(visit: &Visit, name: &str) -> (String, String, String) {
    let input = visit.input(name).await;
    (input.autocomplete, input.inputmode, input.kind)
}

fn same(found: (String, String, String), autocomplete: &str, inputmode: &str, kind: &str) {
    assert_eq!(
        (found.0.as_str(), found.1.as_str(), found.2.as_str()),
        (autocomplete, inputmode, kind)
    );
}

/// A field that nobody sees, for the password manager.
async fn hidden_username(visit: &Visit) -> String {
    let found = visit
        .evaluate("document.querySelector('input[autocomplete=username]')?.value ?? ''")
        .await;
    found.as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_field_says_what_it_is_for() {
    visit("fields", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.input("identifier").await.autocomplete, "username");
        same(
            told(visit, "credentials.passcode").await,
            "current-password",
            "",
            "password",
        );
        visit.press("Sign Up").await;

        Stop::SignUp.met(visit).await;
        same(
            told(visit, "userProfile.firstName").await,
            "given-name",
            "",
            "text",
        );
        same(
            told(visit, "userProfile.lastName").await,
            "family-name",
            "",
            "text",
        );
        assert_eq!(visit.input("userProfile.email").await.autocomplete, "email");
        Stop::SignUp.pass(visit).await;

        Stop::FirstList.pass(visit).await;
        let passwords: Vec<_> = visit
            .inputs()
            .await
            .into_iter()
            .filter(|input| input.kind == "password")
            .collect();
        assert_eq!(passwords.len(), 2);
        assert!(
            passwords
                .iter()
                .all(|input| input.autocomplete == "new-password"),
            "{passwords:?}"
        );
        assert_eq!(passwords[0].name, "credentials.passcode");
        assert_eq!(
            hidden_username(visit).await,
            ADA.email,
            "the password manager learns whose password it is"
        );
        Stop::Password.pass(visit).await;

        Stop::SecondList.pass(visit).await;
        same(
            told(visit, "credentials.passcode").await,
            "one-time-code",
            "numeric",
            "text",
        );
        Stop::EmailCode.pass(visit).await;

        Stop::ThirdList.pass(visit).await;
        let number = visit.input("authenticator.phoneNumber").await;
        assert!(number.autocomplete.starts_with("tel"), "{number:?}");
        assert_eq!(number.kind, "tel");
        Stop::Number.pass(visit).await;
        same(
            told(visit, "credentials.passcode").await,
            "one-time-code",
            "numeric",
            "text",
        );
    });
}

#[test]
fn a_pasted_text_lands_in_every_field() {
    visit("paste", Scene::new(), async |visit| {
        walk::to(visit, Stop::Password).await;
        for label in ["New password", "Re-enter new password"] {
            visit.paste(label, ADA.password).await;
        }
        visit.press("Submit").await;
        Stop::SecondList.met(visit).await;
        Stop::SecondList.pass(visit).await;
        visit
            .paste(
                "Enter code",
                &format!(" {}\n", visit.code_for(ADA.email).await),
            )
            .await;
        Stop::ThirdList.met(visit).await;
    });
}
