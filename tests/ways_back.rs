//! Getting back in: unlock, recovery, passwords that age, activation, and an org that tells nobody who has an account.

use std::time::Duration;

use crate::visitor::Visitor;
use serde_json::{Value, json};
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Part};

const MARY: &str = "mary@acme.test";
const PHONE: &str = "+4915112345678";
const PASSWORD: &str = "Sommer-2031";
const NEW: &str = "Engine-Nr-2-1851";

async fn with(policy: &str, more: Value) -> Visitor {
    let visitor = Visitor::of(policy);
    let mut person =
        json!({"email": MARY, "firstName": "Mary", "lastName": "Holm", "password": PASSWORD});
    if let (Value::Object(person), Value::Object(more)) = (&mut person, more) {
        person.extend(more);
    }
    console(&visitor, "people", person).await;
    visitor
}

async fn console(visitor: &Visitor, what: &str, body: Value) -> Value {
    let path = format!("/console/{what}");
    let answer = visitor
        .posts(&path, "application/json", body.to_string())
        .await;
    assert!(answer.status < 300, "{path}: {}", answer.text);
    serde_json::from_str(&answer.text).unwrap_or(Value::Null)
}

async fn signs_in(mary: &Visitor, password: &str) {
    mary.sends(&[("identifier", MARY), ("credentials.passcode", password)])
        .await;
}

async fn types_the_code(mary: &Visitor, to: &str) {
    mary.sends(&[("credentials.passcode", &mary.code_for(to))])
        .await;
}

async fn types_a_new_password(mary: &Visitor, password: &str) {
    mary.sends(&[("credentials.passcode", password), ("confirm", password)])
        .await;
}

/// The value of the method of that name, in one form with the name.
fn method(mary: &Visitor, label: &str) -> String {
    let parts = mary.page().parts;
    let found = parts.iter().find_map(|part| match part {
        Part::Radios { options, .. } => options
            .iter()
            .find(|option| option.label == label)
            .map(|option| option.value.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no {label} on {parts:?}"))
}

async fn asks_to_unlock(mary: &Visitor, label: &str) {
    mary.comes_to(Purpose::SignIn).await;
    signs_in(mary, "Wrong-1843").await;
    assert_eq!(
        mary.problems(),
        ["Authentication failed"],
        "that is all she learns"
    );
    mary.presses("Unlock account").await;
    assert_eq!(
        (mary.step().as_str(), mary.address().as_str()),
        ("select-authenticator-unlock-account", "unlock")
    );
    assert_eq!(mary.page().heading, "Unlock account");
    let method = method(mary, label);
    mary.sends(&[("identifier", MARY), ("authenticator", &method)])
        .await;
    assert_eq!(
        mary.step(),
        "challenge-authenticator",
        "{:?}",
        mary.problems()
    );
}

async fn is_unlocked(mary: &Visitor) {
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "Account unlocked!")
    );
    let said: Vec<String> = mary.page().messages.iter().map(pages::said).collect();
    assert!(
        said.join(" ").contains("unlocked!"),
        "the org's own words: {said:?}"
    );
    mary.presses("Back to sign in").await;
    signs_in(mary, PASSWORD).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn j46_a_locked_account_is_opened_by_mail() {
    let mary = with("unlock", json!({})).await;
    asks_to_unlock(&mary, "Email").await;
    types_the_code(&mary, MARY).await;
    is_unlocked(&mary).await;
}

#[tokio::test]
async fn j48_a_locked_account_is_opened_by_sms_without_a_question_of_method() {
    let mary = with("unlock", json!({"phone": PHONE})).await;
    asks_to_unlock(&mary, "Phone").await;
    types_the_code(&mary, PHONE).await;
    is_unlocked(&mary).await;
}

#[tokio::test]
async fn who_cannot_open_it_that_way_is_told() {
    let mary = with("unlock", json!({})).await;
    mary.comes_to(Purpose::Unlock).await;
    let phone = method(&mary, "Phone");
    mary.sends(&[("identifier", MARY), ("authenticator", &phone)])
        .await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "Account not unlocked")
    );
    mary.presses("Start again").await;
    assert_eq!(mary.step(), "identify");
}

#[tokio::test]
async fn k21_the_long_way_to_a_new_password() {
    let mary = with("recovery", json!({"phone": PHONE})).await;
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary, PASSWORD).await;
    mary.chooses("Security Question").await;
    mary.sends(&[
        ("credentials", "0"),
        ("credentials.questionKey", "disliked_food"),
        ("credentials.answer", "Okta"),
    ])
    .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));

    mary.comes_to(Purpose::Recover).await;
    assert_eq!(mary.step(), "identify-recovery");
    mary.sends(&[("identifier", MARY)]).await;
    assert_eq!(mary.step(), "select-authenticator-authenticate");
    assert_eq!(mary.choices(), ["Email", "Phone"]);
    mary.chooses("Phone").await;
    mary.sends(&[]).await;
    types_the_code(&mary, PHONE).await;
    mary.sends(&[("credentials.answer", "Okta")]).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("reset-authenticator", "Reset password"),
        "{:?}",
        mary.problems()
    );
    types_a_new_password(&mary, NEW).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k21_a_link_to_recover_is_used_once() {
    let mary = with("password-only", json!({})).await;
    let made = console(&mary, "recovery", json!({"email": MARY})).await;
    let link = made["link"].as_str().expect("a link");
    mary.returns(link).await;
    assert_eq!(mary.step(), "reset-authenticator");
    types_a_new_password(&mary, NEW).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    mary.returns(link).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "This link cannot be used any more")
    );
    mary.presses("Ask for a new link").await;
    assert_eq!(mary.step(), "identify-recovery");
}

#[tokio::test]
async fn k21_where_recovering_signs_nobody_in_it_ends_with_the_way_to_sign_in() {
    let mary = with("password-only", json!({})).await;
    console(&mary, "client", json!({"recoverySignsIn": false})).await;
    let made = console(&mary, "recovery", json!({"email": MARY})).await;
    mary.returns(made["link"].as_str().expect("a link")).await;
    types_a_new_password(&mary, NEW).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "Password reset")
    );
    mary.presses("Back to sign in").await;
    signs_in(&mary, NEW).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k20_an_expired_password_has_to_be_another() {
    let petra = with("password-age", json!({"passwordAgeDays": 91})).await;
    petra.comes_to(Purpose::SignIn).await;
    signs_in(&petra, PASSWORD).await;
    assert_eq!(
        (petra.step().as_str(), petra.page().heading.as_str()),
        ("reenroll-authenticator", "Your password has expired")
    );
    assert!(!petra.sees_button("Remind me later"));
    types_a_new_password(&petra, PASSWORD).await;
    assert_eq!(petra.step(), "reenroll-authenticator");
    assert!(!petra.problems().is_empty(), "the one before is refused");
    types_a_new_password(&petra, NEW).await;
    assert_eq!(petra.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k20_one_that_expires_soon_may_be_left() {
    let paul = with("password-age", json!({"passwordAgeDays": 87})).await;
    paul.comes_to(Purpose::SignIn).await;
    signs_in(&paul, PASSWORD).await;
    assert_eq!(paul.step(), "reenroll-authenticator-warning");
    assert!(
        paul.page().intro.join(" ").contains("Days left: 3"),
        "{:?}",
        paul.page().intro
    );
    paul.presses("Remind me later").await;
    assert_eq!(paul.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn j09_the_link_of_an_activation_mail_begins_where_the_form_ends() {
    let stella = Visitor::of("activation");
    let person = json!({"email": MARY, "firstName": "Stella", "lastName": "Holm", "staged": true});
    console(&stella, "people", person).await;
    let made = console(&stella, "activation", json!({"email": MARY})).await;
    let link = made["link"].as_str().expect("a link");
    stella.returns(link).await;
    assert_eq!(stella.step(), "select-authenticator-enroll");
    stella.sets_password(NEW).await;
    while stella.step() == "select-authenticator-enroll" && !stella.sees_button("Skip") {
        stella.chooses("Email").await;
        types_the_code(&stella, MARY).await;
    }
    if stella.sees_button("Skip") {
        stella.presses("Skip").await;
    }
    assert_eq!(stella.signed_in_as().as_deref(), Some(MARY));
    stella.returns(link).await;
    assert_eq!(
        (stella.step().as_str(), stella.page().heading.as_str()),
        ("terminal", "This link cannot be used")
    );
}

#[tokio::test]
async fn j09_an_activation_link_that_came_too_late_asks_for_another() {
    let stella = Visitor::of("activation");
    let person = json!({"email": MARY, "firstName": "Stella", "lastName": "Holm", "staged": true});
    console(&stella, "people", person).await;
    let made = console(&stella, "activation", json!({"email": MARY})).await;
    stella
        .org()
        .clock()
        .forward(Duration::from_secs(8 * 24 * 3600));
    stella.returns(made["link"].as_str().expect("a link")).await;
    assert_eq!(stella.step(), "request-activation-email");
    assert_eq!(
        stella.page().submit.as_deref(),
        Some("Send a new activation email")
    );
    let before = stella.messages_for(MARY);
    stella.sends(&[]).await;
    assert_eq!(
        (stella.step().as_str(), stella.page().heading.as_str()),
        ("terminal", "Check your email")
    );
    assert_eq!(stella.messages_for(MARY), before + 1);
    assert!(!stella.page().others.is_empty());
}

/// All that is said on a page, whoever is meant.
fn said(visitor: &Visitor) -> String {
    let intro = visitor.page().intro.join(" ");
    let all = [
        intro,
        visitor.problems().join(" "),
        visitor.notices().join(" "),
    ]
    .join("|");
    all.replace(MARY, "NAME")
        .replace("nobody@acme.test", "NAME")
}

#[tokio::test]
async fn k27_nobody_learns_who_has_an_account() {
    let known = with("private", json!({})).await;
    let unknown = with("private", json!({})).await;
    for purpose in [Purpose::SignIn, Purpose::Recover, Purpose::Unlock] {
        let mut pages: Vec<Vec<String>> = Vec::new();
        for (who, name) in [(&known, MARY), (&unknown, "nobody@acme.test")] {
            who.comes_to(purpose).await;
            let mut seen = vec![who.step()];
            who.sends(&[("identifier", name)]).await;
            seen.push(who.step());
            seen.push(who.choices().join(","));
            seen.push(who.page().heading);
            seen.push(said(who));
            pages.push(seen);
        }
        assert_eq!(pages[0], pages[1], "{purpose:?}");
    }
}
