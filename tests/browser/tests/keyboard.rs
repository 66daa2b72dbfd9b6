//! The whole walk without a mouse: Tab, Enter, Space and the arrows.

use browser_tests::{Key, Scene, visit};

use crate::walk::{self, ADA, NUMBER, Stop, TYPED};

#[test]
fn somebody_signs_up_with_the_keyboard_alone() {
    visit("keyboard-walk", Scene::new(), async |visit| {
        visit.open("/").await;
        walk::is_nobody(visit).await;
        visit.tab_to("Sign Up").await;
        visit.key(Key::Enter).await;

        Stop::SignUp.met(visit).await;
        for (label, text) in [
            ("First name", ADA.first),
            ("Last name", ADA.last),
            ("Email", ADA.email),
        ] {
            visit.tab_to(label).await;
            visit.keys(text).await;
        }
        visit.key(Key::Enter).await;

        Stop::FirstList.met(visit).await;
        visit.tab_to("Password").await;
        visit.keys(" ").await;
        visit.tab_to("Next").await;
        visit.keys(" ").await;

        Stop::Password.met(visit).await;
        for label in ["New password", "Re-enter new password"] {
            visit.tab_to(label).await;
            visit.keys(ADA.password).await;
        }
        visit.tab_to("Submit").await;
        visit.key(Key::Enter).await;

        Stop::SecondList.met(visit).await;
        visit.tab_to("Email").await;
        visit.keys(" ").await;
        // Down to Phone and up again.
        visit.key(Key::Down).await;
        assert_eq!(visit.focused_name().await.as_deref(), Some("Phone"));
        visit.key(Key::Up).await;
        visit.tab_to("Next").await;
        visit.key(Key::Enter).await;

        Stop::EmailCode.met(visit).await;
        visit.tab_to("Enter code").await;
        visit.keys(&visit.code_for(ADA.email).await).await;

        Stop::ThirdList.met(visit).await;
        visit.tab_to("Phone").await;
        visit.keys(" ").await;
        visit.tab_to("Next").await;
        visit.key(Key::Enter).await;

        Stop::Number.met(visit).await;
        visit.tab_to("SMS").await;
        visit.keys(" ").await;
        visit.tab_to("Phone number").await;
        visit.keys(TYPED).await;
        visit.key(Key::Enter).await;

        Stop::PhoneCode.met(visit).await;
        visit.tab_to("Enter code").await;
        visit.keys(&visit.code_for(NUMBER).await).await;

        Stop::Home.met(visit).await;
        visit.tab_to("Sign out").await;
        visit.key(Key::Enter).await;
        walk::is_nobody(visit).await;
    });
}

#[test]
fn a_mistake_is_found_with_the_keyboard() {
    visit("keyboard-mistake", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        visit.tab_to("First name").await;
        visit.key(Key::Enter).await;
        visit.refused("enroll-profile").await;
        visit.key(Key::Tab).await;
        assert_eq!(
            visit.focused_name().await.as_deref(),
            Some("Enter your first name.")
        );
        visit.key(Key::Enter).await;
        visit
            .until("the focus on the field", async || {
                (visit.focused().await == "input userProfile.firstName").then_some(())
            })
            .await;
    });
}

/// As a password manager does it, or somebody who is quick: as soon as the field is in the document.
const QUICK: &str = r#"new MutationObserver((_, observer) => {
  const field = document.getElementById("userProfile.lastName");
  if (!field) return;
  observer.disconnect();
  field.focus();
}).observe(document, { childList: true, subtree: true });"#;

#[test]
fn who_is_in_a_field_of_a_new_page_already_stays_there() {
    visit("keyboard-quick", Scene::new(), async |visit| {
        visit.runs_first(QUICK).await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.press("Sign Up").await;
        visit.reaches("enroll-profile").await;
        // Longer than anything takes that follows the page.
        visit
            .says("new Promise((then) => setTimeout(then, 300))")
            .await;
        visit.keys("Lovelace").await;
        assert_eq!(visit.value("userProfile.lastName").await, "Lovelace");
    });
}
