//! The journeys, each by its number (`tests/README.md` says which is where). A test asserts the steps by name, in order,
//! what the person is told, how it ends, and that nothing is left over.

mod a_sign_up;
mod b_sign_in;
mod c_name_first;
mod d_second_factor;
mod e_ways_back;
mod f_services;

use std::time::Duration;

use crate::visitor::key::Key;
use crate::visitor::{APP, Visitor};
use serde_json::{Value, json};
use vestibule::flow::Phase;
use vestibule::oauth::Purpose;
use vestibule::pages::Part;
use vestibule::secret::Secret;

const ADA: &str = "ada@example.com";
const MARY: &str = "mary@acme.test";
const PASSWORD: &str = "Sommer-2031";
const NEW: &str = "Engine-Nr-2-1851";
const PHONE: &str = "+4915112345678";
const CODE: &str = "credentials.passcode";
const INVALID: &str = "credentials.passcode: Invalid code. Try again.";

/// The way to the form of somebody new.
const UP: &str = "interact → introspect → identify → enroll-profile";
/// The way to the first page.
const IN: &str = "interact → introspect → identify";
const HOME: &str = "home";

/// Mary has an account, and a password.
fn mary(policy: &str) -> Visitor {
    let mary = Visitor::of(policy);
    let made = mary.org().add_person(MARY, "Mary", "Holm", Some(PASSWORD));
    assert!(made.is_some(), "the org takes her");
    mary
}

/// Mary, with more than that.
async fn mary_with(policy: &str, more: Value) -> Visitor {
    let mary = Visitor::of(policy);
    let mut person =
        json!({"email": MARY, "firstName": "Mary", "lastName": "Holm", "password": PASSWORD});
    if let (Value::Object(person), Value::Object(more)) = (&mut person, more) {
        person.extend(more);
    }
    console(&mary, "people", person).await;
    mary
}

/// Asks the org's console for something.
async fn console(visitor: &Visitor, what: &str, body: Value) -> Value {
    let path = format!("/console/{what}");
    let answer = visitor
        .posts(&path, "application/json", body.to_string())
        .await;
    assert!(answer.status < 300, "{path}: {}", answer.text);
    serde_json::from_str(&answer.text).unwrap_or(Value::Null)
}

/// Comes to sign in, with name and password.
async fn signs_in(who: &Visitor) {
    who.comes_to(Purpose::SignIn).await;
    who.sends(&[("identifier", MARY), (CODE, PASSWORD)]).await;
}

/// Types the code that was sent there.
async fn types_the_code(who: &Visitor, to: &str) {
    who.sends(&[(CODE, &who.code_for(to))]).await;
}

/// What the person was led through.
#[track_caller]
fn went(who: &Visitor, steps: &[&str]) {
    assert_eq!(who.trail(), steps.join(" → "));
}

fn said(who: &Visitor) -> String {
    let page = who.page();
    [vec![page.heading], page.intro].concat().join(" ")
}

/// Somebody is signed in with claims that are theirs, nothing of the transaction is left, and its code is dead.
async fn done(who: &Visitor, email: &str, name: &str) {
    assert_eq!(
        who.step(),
        HOME,
        "{:?} after {}",
        who.problems(),
        who.trail()
    );
    let claims = {
        let tab = who.tab();
        match tab.phase {
            Phase::Home(Some(session)) => session.claims,
            _ => panic!("nobody is signed in"),
        }
    };
    for (claim, value) in [
        ("email", email),
        ("preferred_username", email),
        ("name", name),
    ] {
        assert_eq!(claims.text(claim), Some(value), "{claim}");
    }
    assert!(!who.has_something_stored());
    let exchange = who.exchange();
    let (token, _) = exchange
        .iter()
        .rev()
        .find(|(request, _)| request.url.ends_with("/v1/token"))
        .expect("a code was exchanged");
    let body = token.body.as_ref().map(Secret::expose).unwrap_or_default();
    let again = who
        .posts(
            &token.url,
            "application/x-www-form-urlencoded",
            body.to_owned(),
        )
        .await;
    assert_eq!(
        again.status, 400,
        "a code is good for one exchange: {}",
        again.text
    );
}

/// What somebody has set up.
fn set_up(who: &Visitor, email: &str) -> Vec<&'static str> {
    let people = who.org().people();
    let person = people.into_iter().find(|person| person.email == email);
    let mut known = person.expect("an account").authenticators;
    known.sort_unstable();
    known
}

const KEY: &str = "Security Key or Biometric";

/// What an authenticator app shows that was given the key on the page.
fn totp_of(who: &Visitor) -> String {
    let parts = who.page().parts;
    let key = parts.iter().find_map(|part| match part {
        Part::Key(key) => Some(key.clone()),
        _ => None,
    });
    let key = totp_rs::Secret::Encoded(key.expect("a key to copy"));
    let key = key.to_bytes().expect("the key is base32");
    let app = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, key, None, String::new());
    let since = who
        .org()
        .clock()
        .now()
        .duration_since(std::time::UNIX_EPOCH);
    app.expect("a key that is long enough")
        .generate(since.expect("a time after 1970").as_secs())
}

/// The ways by a link: the channel, the field and what is typed in it, and what the page then says.
const LINKS: [(&str, &str, &str, &str); 2] = [
    (
        "sms",
        "phoneNumber",
        "+15556667777",
        "We sent an SMS to +15556667777 with an Okta Verify setup link. To continue, open the link on your mobile device.",
    ),
    (
        "email",
        "email",
        "other@acme.test",
        "We sent an Email to other@acme.test with an Okta Verify setup link. To continue, open the link in your email.",
    ),
];
const BY_LINK: [&str; 3] = [
    "select-enrollment-channel",
    "enrollment-channel-data",
    "enroll-poll",
];

/// From the picture to the page that says where the link went.
async fn takes_the_link(who: &Visitor, channel: &str, name: &str, to: &str, words: &str) {
    who.presses("Set it up another way").await;
    who.sends(&[("authenticator.channel", channel)]).await;
    who.sends(&[(name, to)]).await;
    assert!(
        who.page().intro.contains(&words.to_owned()),
        "{}",
        said(who)
    );
}
