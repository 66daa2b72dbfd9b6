//! Security keys and passkeys: what stands on their pages, and where a refused one leads.

use crate::support::judge;
use crate::visitor::key::Key;
use crate::visitor::{self, Visitor};
use serde_json::{Value, json};
use vestibule::flow::{Denial, Event, Failure, Flow, Way};
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Card, Part, Press};

const ENROL: &str = include_str!("fixtures/enroll-authenticator-webauthn.json");
const VERIFY: &str = include_str!("fixtures/challenge-authenticator-webauthn.json");
const PROMOTION: &str = include_str!("fixtures/enroll-authenticator-promotion.json");
const LIST: &str = include_str!("fixtures/challenge-webauthn-autofillui-authenticator.json");
const PICK: &str = include_str!("fixtures/launch-passkeys-authenticator.json");
const LAUNCH: &str = include_str!("fixtures/launch-webauthn-authenticator.json");
const CHOOSE: &str = include_str!("fixtures/select-authenticator-enroll.json");

fn begun(body: &str) -> Flow {
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    judge::after(&mut flow, body, 200);
    flow
}

fn card(flow: &Flow) -> Card {
    pages::card(flow, &judge::config())
}

fn labels(card: &Card) -> Vec<&str> {
    let buttons = card.others.iter().chain(&card.links);
    buttons.map(|button| button.label.as_str()).collect()
}

fn problems(flow: &Flow) -> Vec<(String, Option<Press>)> {
    let problems = pages::problems(flow).into_iter();
    problems
        .map(|problem| (problem.words, problem.again))
        .collect()
}

/// The browser said no.
fn denied(flow: &mut Flow, exception: &str) {
    flow.apply(Event::Performing);
    let denial = Denial::named(exception);
    let answer = Err(Failure::Ceremony(denial));
    flow.apply(Event::Answered(Way::Pressed, answer));
}

#[test]
fn a_page_of_a_key_has_one_button_and_nothing_to_type() {
    for (body, heading, button, beside) in [
        (
            ENROL,
            "Set up Security Key or Biometric",
            "Set up",
            "Choose another authenticator",
        ),
        (
            VERIFY,
            "Verify with Security Key or Biometric",
            "Verify",
            "Verify with something else",
        ),
        (PROMOTION, "Create a passkey", "Create a passkey", "Not now"),
    ] {
        let card = card(&begun(body));
        assert_eq!(card.heading, heading);
        assert!(card.parts.is_empty() && card.submit.is_none() && card.given.is_empty());
        let foremost: Vec<_> = card.others.iter().filter(|button| button.primary).collect();
        assert_eq!(foremost.len(), 1);
        assert_eq!(foremost[0].label, button);
        assert_eq!(foremost[0].press, Press::Perform(0));
        assert!(labels(&card).contains(&beside), "{:?}", labels(&card));
    }
}

#[test]
fn passkeys_are_listed_at_the_name_only_where_there_is_a_challenge_for_one() {
    let autocomplete = |body: &str| {
        let card = card(&begun(body));
        assert_eq!(card.step, "identify");
        let passkeys = labels(&card)
            .iter()
            .filter(|label| **label == "Sign in with a passkey")
            .count();
        assert_eq!(passkeys, 1, "{:?}", labels(&card));
        let mut inputs = card.inputs();
        let name = inputs.find(|input| input.name == "identifier");
        name.map(|input| input.autocomplete)
    };
    assert_eq!(autocomplete(LIST), Some("username webauthn"));
    assert_eq!(autocomplete(PICK), Some("username"));
    assert_eq!(autocomplete(LAUNCH), Some("username"));
    let broken = LIST.replace("S2F5YWs0Mg", "?");
    let card = card(&begun(&broken));
    let name = card.inputs().next().map(|input| input.autocomplete);
    assert_eq!(name, Some("username"));
}

#[test]
fn two_ways_to_pick_a_passkey_are_one_button() {
    let mut root: Value = serde_json::from_str(LIST).expect("JSON");
    let other: Value = serde_json::from_str(PICK).expect("JSON");
    let forms = root["remediation"]["value"].as_array_mut();
    forms
        .expect("an array")
        .push(other["remediation"]["value"][1].clone());
    let verdict = judge::judge(&root.to_string());
    assert!(verdict.faults.is_empty(), "{:#?}", verdict.faults);
    let card = card(&begun(&root.to_string()));
    let passkeys = labels(&card)
        .iter()
        .filter(|label| **label == "Sign in with a passkey")
        .count();
    assert_eq!(passkeys, 1, "{:?}", labels(&card));
}

#[test]
fn whatever_the_browser_says_the_page_stays_with_a_sentence() {
    for (exception, words, again) in [
        ("NotAllowedError", "it was cancelled", true),
        ("AbortError", "it took too long", true),
        ("InvalidStateError", "already set up", true),
        ("SecurityError", "another web address", false),
        ("NotSupportedError", "cannot do what", false),
        ("TypeError", "cannot do what", false),
        ("", "cannot do what", false),
    ] {
        let mut flow = begun(ENROL);
        let before = card(&flow);
        denied(&mut flow, exception);
        assert_eq!(card(&flow), before, "{exception}");
        let told = problems(&flow);
        assert_eq!(told.len(), 1, "{exception}: {told:?}");
        assert!(told[0].0.contains(words), "{exception}: {told:?}");
        assert_eq!(told[0].1.is_some(), again, "{exception}");
        assert!(!flow.performing && !flow.busy);
        // Another page of the same step knows nothing of it.
        flow.apply(Event::Shown(1));
        assert_eq!(problems(&flow), []);
    }
}

#[test]
fn while_the_browser_asks_the_page_says_so_and_rests_not() {
    let mut flow = begun(VERIFY);
    denied(&mut flow, "NotAllowedError");
    flow.apply(Event::Performing);
    assert_eq!(problems(&flow), []);
    let notices = pages::notices(&flow);
    assert!(notices[0].words.contains("Your browser asks you now"));
    assert!(!flow.busy, "every other way is open");
}

/// The first page again, with what is wrong, and the passkey's form first.
fn refused(body: &str) -> String {
    let mut root: Value = serde_json::from_str(body).expect("JSON");
    let forms = root["remediation"]["value"]
        .as_array_mut()
        .expect("an array");
    forms.reverse();
    assert_ne!(forms[0]["name"], "identify");
    root["messages"] = json!({"type": "array", "value": [{
        "message": "No.", "class": "ERROR",
        "i18n": {"key": "authfactor.webauthn.error.assertion_validation_failure"},
    }]});
    root.to_string()
}

#[test]
fn a_passkey_that_is_refused_leads_back_to_the_name_with_a_sentence() {
    for body in [LIST, PICK] {
        for known in [true, false] {
            let mut flow = if known { begun(body) } else { begun(VERIFY) };
            flow.apply(Event::Sent);
            judge::after(&mut flow, &refused(body), 400);
            assert_eq!(card(&flow).step, "identify");
            let told = problems(&flow);
            assert!(told[0].0.contains("does not belong to your account"));
        }
    }
}

#[test]
fn what_can_be_put_off_says_for_how_long() {
    let choose = |grace: Value, skip: bool| {
        let mut root: Value = serde_json::from_str(CHOOSE).expect("JSON");
        let known = root["authenticators"]["value"].as_array_mut();
        for authenticator in known.expect("an array") {
            authenticator["gracePeriod"] = grace.clone();
        }
        if skip {
            let form = json!({"name": "skip", "href": "https://id.acme.test/idp/idx/skip", "method": "POST"});
            let forms = root["remediation"]["value"].as_array_mut();
            forms.expect("an array").push(form);
        }
        let card = card(&begun(&root.to_string()));
        let details: Vec<Option<String>> = card
            .parts
            .iter()
            .flat_map(|part| match part {
                Part::Radios { options, .. } => options.clone(),
                _ => Vec::new(),
            })
            .map(|choice| choice.detail)
            .collect();
        assert!(!details.is_empty());
        (card.intro.join(" "), details[0].clone().unwrap_or_default())
    };
    let by_count = |left: u32| json!({"type": "BY_SKIP_COUNT", "remainingSkips": left});
    let (intro, detail) = choose(by_count(3), true);
    assert!(intro.contains("needed soon"), "{intro}");
    assert_eq!(detail, "You can skip this 3 more times.");
    assert_eq!(choose(by_count(1), true).1, "You can skip this once more.");
    let by_day = json!({"type": "BY_DATE_TIME", "expiry": "2031-05-04T05:00:00.000Z"});
    assert_eq!(choose(by_day, true).1, "Needed from 2031-05-04 on.");
    // The last chance, and what cannot be read.
    for none in [
        by_count(0),
        json!({"expiry": "soon"}),
        json!(7),
        json!(null),
    ] {
        let (intro, detail) = choose(none, false);
        assert!(!intro.contains("needed soon") && detail.is_empty());
    }
}

const KEY: &str = "Security Key or Biometric";
const PASSWORD: &str = "Notes-On-1843";
const ADA: &str = "ada@example.com";

/// Ada has an account and no key.
fn ada(policy: &str) -> Visitor {
    let ada = Visitor::of(policy);
    assert!(
        ada.org()
            .add_person(ADA, "Ada", "Byron", Some(PASSWORD))
            .is_some()
    );
    ada
}

async fn comes_in(ada: &Visitor) {
    ada.comes_to(Purpose::SignIn).await;
    ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
        .await;
}

#[tokio::test]
async fn j16_signing_up_with_a_password_and_a_key() {
    let ada = Visitor::of("webauthn");
    let mut key = Key::new(1);
    ada.comes_to(Purpose::SignUp).await;
    ada.sends(&[
        ("userProfile.firstName", "Ada"),
        ("userProfile.lastName", "Byron"),
        ("userProfile.email", ADA),
    ])
    .await;
    ada.chooses("Password").await;
    ada.sends(&[("credentials.passcode", PASSWORD), ("confirm", PASSWORD)])
        .await;
    ada.chooses(KEY).await;
    assert_eq!(ada.address(), "enroll-authenticator/webauthn");
    ada.performs("Set up", &mut key).await;
    assert_eq!(ada.step(), "home");
}

#[tokio::test]
async fn j38_a_key_is_set_up_at_the_first_sign_in_and_asked_for_at_the_next() {
    let ada = ada("webauthn");
    let mut key = Key::new(1);
    comes_in(&ada).await;
    ada.chooses(KEY).await;
    key.origin = "https://evil.test".to_owned();
    ada.performs("Set up", &mut key).await;
    assert_eq!(ada.step(), "enroll-authenticator", "that was not this page");
    key.origin = visitor::APP.to_owned();
    ada.performs("Set up", &mut key).await;
    assert_eq!(ada.step(), "home");
    ada.signs_out().await;
    comes_in(&ada).await;
    assert_eq!(ada.step(), "challenge-authenticator");
    let mut stranger = Key::new(1);
    stranger.origin = "https://evil.test".to_owned();
    ada.performs("Verify", &mut stranger).await;
    assert_eq!(ada.step(), "challenge-authenticator", "it stays");
    ada.performs("Verify", &mut key).await;
    assert_eq!(ada.step(), "home");
}

#[tokio::test]
async fn k13_and_k15_a_passkey_is_offered_and_then_nothing_is_typed() {
    let ada = ada("passkey");
    let mut key = Key::new(1);
    for makes in [false, true] {
        ada.comes_to(Purpose::SignIn).await;
        ada.sends(&[("identifier", ADA)]).await;
        ada.chooses("Password").await;
        ada.sends(&[("credentials.passcode", PASSWORD)]).await;
        assert_eq!(ada.step(), "enroll-authenticator-promotion");
        if makes {
            ada.performs("Create a passkey", &mut key).await;
        } else {
            ada.presses("Not now").await;
        }
        assert_eq!(ada.step(), "home");
        ada.signs_out().await;
    }
    ada.comes_to(Purpose::SignIn).await;
    ada.performs("Sign in with a passkey", &mut key).await;
    assert_eq!(ada.step(), "home");
    ada.signs_out().await;
    ada.comes_to(Purpose::SignIn).await;
    key.origin = "https://evil.test".to_owned();
    ada.performs("Sign in with a passkey", &mut key).await;
    assert_eq!(ada.step(), "identify", "the name's page, not the passkey's");
    key.origin = visitor::APP.to_owned();
    ada.performs("Sign in with a passkey", &mut key).await;
    assert_eq!(ada.step(), "home");
}
