//! Getting back in.

use super::*;
use vestibule::pages;

const BEFORE: &str = "authenticator-verification-data(email)";
const MAIL: &str = "challenge-authenticator(email)";
const METHODS: &str = "select-authenticator-unlock-account[Email, Okta Verify, Phone]";

#[tokio::test]
async fn j44_a_new_password_by_mail() {
    let mary = mary("password-only");
    mary.comes_to(Purpose::SignIn).await;
    mary.presses("Forgot your password?").await;
    mary.sends(&[("identifier", MARY)]).await;
    mary.sends(&[]).await;
    types_the_code(&mary, MARY).await;
    let parts = mary.page().parts;
    let rules = parts
        .iter()
        .any(|part| matches!(part, Part::NewPassword { .. }));
    assert!(rules, "the rules are told before anything is typed");
    mary.sends(&[(CODE, NEW), ("confirm", NEW)]).await;
    went(
        &mary,
        &[
            IN,
            "identify-recovery",
            BEFORE,
            MAIL,
            "reset-authenticator",
            HOME,
        ],
    );
    done(&mary, MARY, "Mary Holm").await;
    mary.signs_out().await;
    signs_in(&mary).await;
    assert_eq!(mary.problems(), ["Authentication failed"], "the old one");
    mary.sends(&[("identifier", MARY), (CODE, NEW)]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn j45_an_address_that_nobody_has() {
    let nobody = Visitor::of("password-only");
    nobody.comes_to(Purpose::SignIn).await;
    nobody.presses("Forgot your password?").await;
    nobody.sends(&[("identifier", MARY)]).await;
    went(&nobody, &[IN, "identify-recovery", "identify-recovery"]);
    assert_eq!(
        nobody.problems(),
        [format!(
            "identifier: There is no account with the Username {MARY}."
        )]
    );
    assert_eq!(nobody.kept("identifier").as_deref(), Some(MARY));
}

/// Locked by one wrong password, she asks to be let in by that method.
async fn asks_to_unlock(mary: &Visitor, label: &str) {
    mary.comes_to(Purpose::SignIn).await;
    mary.sends(&[("identifier", MARY), (CODE, "Wrong-1843")])
        .await;
    assert_eq!(mary.problems(), ["Authentication failed"]);
    mary.presses("Unlock account").await;
    let parts = mary.page().parts;
    let method = parts.iter().find_map(|part| match part {
        Part::Radios { options, .. } => options.iter().find(|option| option.label == label),
        _ => None,
    });
    let method = method.expect("that method").value.clone();
    mary.sends(&[("identifier", MARY), ("authenticator", &method)])
        .await;
}

/// The page says so, and her password works again.
async fn is_unlocked(mary: &Visitor) {
    assert_eq!(mary.page().heading, "Account unlocked!");
    let words: Vec<String> = mary.page().messages.iter().map(pages::said).collect();
    assert!(words.join(" ").contains("unlocked!"), "{words:?}");
    mary.presses("Back to sign in").await;
    mary.sends(&[("identifier", MARY), (CODE, PASSWORD)]).await;
    done(mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j46_a_locked_account_is_opened_by_a_code() {
    let mary = mary("unlock");
    asks_to_unlock(&mary, "Email").await;
    types_the_code(&mary, MARY).await;
    went(&mary, &[IN, "identify", METHODS, MAIL, "terminal"]);
    is_unlocked(&mary).await;
}

#[tokio::test]
async fn j47_a_locked_account_is_opened_by_the_link() {
    let mary = mary("unlock");
    asks_to_unlock(&mary, "Email").await;
    let first = mary.tab();
    mary.opens_the_link_for(MARY).await;
    went(
        &mary,
        &[
            IN,
            "identify",
            METHODS,
            MAIL,
            "introspect",
            MAIL,
            "terminal",
        ],
    );
    assert_eq!(mary.page().heading, "Account unlocked!");
    let second = mary.turns_to(first);
    mary.waits_for_a_poll().await;
    assert_eq!(mary.step(), "terminal", "the first tab's wait ends too");
    assert!(mary.tab().polling().is_none());
    assert!(!mary.page().others.is_empty());
    mary.turns_to(second);
    is_unlocked(&mary).await;
}

#[tokio::test]
async fn j48_a_locked_account_is_opened_by_sms_at_once() {
    let mary = mary_with("unlock", json!({"phone": PHONE})).await;
    asks_to_unlock(&mary, "Phone").await;
    types_the_code(&mary, PHONE).await;
    went(
        &mary,
        &[
            IN,
            "identify",
            METHODS,
            "challenge-authenticator(phone)",
            "terminal",
        ],
    );
    is_unlocked(&mary).await;
}
