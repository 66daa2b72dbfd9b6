//! Okta Verify: set up by a picture, a mail or an SMS, and proved by a push or a code (journeys J13 to J15, J41 to J43,
//! K14, K22).

use std::time::Duration;

use crate::visitor::Visitor;
use serde_json::{Value, json};
use vestibule::flow::{Event, Flow, Way};
use vestibule::http::HttpResponse;
use vestibule::idx::Transaction;
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Card, CodeKind, Part};
use vestibule::secret::Secret;

const PASSWORD: &str = "Engine-No-1";
const MARY: &str = "mary@acme.test";
const ADA: &str = "ada@example.com";

async fn ada_at_the_picture() -> Visitor {
    let ada = Visitor::of("okta-verify");
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Okta Verify").await;
    assert_eq!(ada.step(), "enroll-poll");
    ada
}

async fn signs_in(mary: &Visitor) {
    mary.comes_to(Purpose::SignIn).await;
    mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
        .await;
}

async fn mary_at_the_picture() -> Visitor {
    let mary = Visitor::of("okta-verify");
    mary.org()
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    signs_in(&mary).await;
    mary.chooses("Okta Verify").await;
    assert_eq!(mary.step(), "enroll-poll");
    mary
}

/// Somebody's device takes the account, and the page hears of it.
async fn scans(of: &Visitor, email: &str) {
    of.console("POST", "/console/devices/scan", json!({"email": email}))
        .await;
    of.waits_for_a_poll().await;
}

/// Mary, whose device is set up, signs in again.
async fn mary_with_a_device() -> Visitor {
    let mary = mary_at_the_picture().await;
    scans(&mary, MARY).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    signs_in(&mary).await;
    mary
}

async fn device_shows(mary: &Visitor) -> Value {
    mary.console(
        "GET",
        &format!("/console/devices?email={MARY}"),
        Value::Null,
    )
    .await
}

fn number_on(card: &Card) -> Option<String> {
    card.parts.iter().find_map(|part| match part {
        Part::Code(number) => Some(number.clone()),
        _ => None,
    })
}

#[tokio::test]
async fn j13_a_picture_is_scanned_and_the_page_goes_on_by_itself() {
    let ada = ada_at_the_picture().await;
    let card = ada.page();
    assert_eq!(card.heading, "Set up Okta Verify");
    assert!(card.parts.iter().any(|part| matches!(
        part,
        Part::Image { source, alternative } if source.starts_with("data:image/") && !alternative.is_empty()
    )));
    assert_eq!(card.submit, None);
    ada.waits_for_a_poll().await;
    assert_eq!(ada.page(), card, "nothing happened yet");
    scans(&ada, ADA).await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
}

#[tokio::test]
async fn j14_by_a_link_in_an_sms() {
    by_sms(&ada_at_the_picture().await, ADA).await;
}

#[tokio::test]
async fn j15_by_a_link_in_a_mail() {
    by_mail(&ada_at_the_picture().await, ADA).await;
}

#[tokio::test]
async fn j41_a_picture_is_scanned_at_a_sign_in() {
    let mary = mary_at_the_picture().await;
    scans(&mary, MARY).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn j42_by_a_link_in_an_sms_at_a_sign_in() {
    by_sms(&mary_at_the_picture().await, MARY).await;
}

#[tokio::test]
async fn j43_by_a_link_in_a_mail_at_a_sign_in() {
    by_mail(&mary_at_the_picture().await, MARY).await;
}

/// The ways to set it up that the page offers beside the one that was taken.
fn channels(card: &Card) -> Vec<(String, String)> {
    let options = card.parts.iter().find_map(|part| match part {
        Part::Radios { name, options, .. } if name == "authenticator.channel" => Some(options),
        _ => None,
    });
    options
        .expect("ways to choose from")
        .iter()
        .map(|option| (option.value.clone(), option.label.clone()))
        .collect()
}

async fn by_sms(of: &Visitor, email: &str) {
    of.presses("Set it up another way").await;
    assert_eq!(of.step(), "select-enrollment-channel");
    assert!(channels(&of.page()).contains(&("sms".to_owned(), "SMS".to_owned())));
    of.sends(&[("authenticator.channel", "sms")]).await;
    assert_eq!(of.step(), "enrollment-channel-data");
    let card = of.page();
    assert!(
        matches!(&card.parts[..], [Part::Phone { name, method: None }] if name == "phoneNumber")
    );
    let before = of.org().requests().len();
    of.sends(&[("phoneNumber", "incorrectnumber")]).await;
    assert!(
        of.problems()[0].starts_with("phoneNumber: Invalid Phone Number. "),
        "{:?}",
        of.problems()
    );
    assert_eq!(of.org().requests().len(), before, "nothing went out");
    of.sends(&[("phoneNumber", "(555) 666-7777")]).await;
    let sent = of.org().requests().pop().expect("a request");
    assert_eq!(sent.path, "/idp/idx/challenge/send");
    assert_eq!(sent.json()["phoneNumber"], "+15556667777");
    assert_eq!(of.step(), "enroll-poll");
    assert!(of.page().intro.contains(
        &"We sent an SMS to +15556667777 with an Okta Verify setup link. To continue, open the link on your mobile device."
            .to_owned()
    ));
    assert_eq!(of.messages_for("+15556667777"), 1);
    of.asks_for_a_new_code().await;
    assert_eq!(of.messages_for("+15556667777"), 2);
    assert_eq!(of.notices(), ["It was sent again."]);
    scans(of, email).await;
    assert_eq!(of.signed_in_as().as_deref(), Some(email));
}

async fn by_mail(of: &Visitor, email: &str) {
    of.presses("Set it up another way").await;
    of.sends(&[("authenticator.channel", "email")]).await;
    assert_eq!(of.step(), "enrollment-channel-data");
    let card = of.page();
    let input = card.inputs().next().expect("a box for the address");
    assert_eq!(
        (input.name.as_str(), input.autocomplete),
        ("email", "email")
    );
    of.sends(&[("email", "no address")]).await;
    assert_eq!(
        of.problems(),
        ["email: 'Email' must be in the form of an email address"]
    );
    of.sends(&[("email", "other@acme.test")]).await;
    let sent = of.org().requests().pop().expect("a request");
    assert_eq!(sent.json()["email"], "other@acme.test");
    assert!(of.page().intro.contains(
        &"We sent an Email to other@acme.test with an Okta Verify setup link. To continue, open the link in your email."
            .to_owned()
    ));
    scans(of, email).await;
    assert_eq!(of.signed_in_as().as_deref(), Some(email));
}

#[tokio::test]
async fn k22_a_push_with_a_number_is_approved() {
    let mary = mary_with_a_device().await;
    assert_eq!(mary.step(), "authenticator-verification-data");
    assert_eq!(mary.page().heading, "Verify with Okta Verify");
    mary.sends(&[("authenticator.methodType", "push")]).await;
    assert_eq!(mary.step(), "challenge-poll");
    let card = mary.page();
    let number = number_on(&card).expect("a number to choose");
    assert!(
        card.intro[0].starts_with("A notification was sent to "),
        "{:?}",
        card.intro
    );
    assert!(card.resend && card.submit.is_none());
    let pushes = device_shows(&mary).await;
    assert_eq!(pushes["pushes"][0]["number"], number);
    mary.waits_for_a_poll().await;
    assert_eq!(mary.page(), card);
    mary.console(
        "POST",
        "/console/push",
        json!({"email": MARY, "answer": "number", "number": number}),
    )
    .await;
    mary.waits_for_a_poll().await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k22_a_push_is_rejected_and_sent_again() {
    let mary = mary_with_a_device().await;
    mary.sends(&[("authenticator.methodType", "push")]).await;
    mary.console(
        "POST",
        "/console/push",
        json!({"email": MARY, "answer": "reject"}),
    )
    .await;
    mary.waits_for_a_poll().await;
    assert_eq!(mary.step(), "resend");
    assert_eq!(
        mary.problems(),
        [
            "You said no to this sign-in on your phone. If that was a mistake, send the notification again."
        ]
    );
    assert_eq!(mary.page().submit.as_deref(), Some("Send it again"));
    assert!(mary.sees_button("Verify with something else"));
    mary.sends(&[]).await;
    let sent = mary.org().requests().pop().expect("a request");
    assert_eq!(sent.path, "/idp/idx/challenge");
    assert_eq!(sent.json()["authenticator"]["methodType"], "push");
    assert_eq!(mary.step(), "challenge-poll");
    let number = number_on(&mary.page()).expect("another number");
    mary.console(
        "POST",
        "/console/push",
        json!({"email": MARY, "answer": "number", "number": number}),
    )
    .await;
    mary.waits_for_a_poll().await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k22_nobody_answers_until_the_org_gives_up_and_a_code_is_typed_instead() {
    let mary = mary_with_a_device().await;
    mary.sends(&[("authenticator.methodType", "push")]).await;
    mary.org().clock().forward(Duration::from_secs(301));
    mary.waits_for_a_poll().await;
    assert_eq!(mary.step(), "resend");
    assert_eq!(mary.problems().len(), 1);
    assert!(!mary.polls(), "a page that waits for nothing asks nothing");
    mary.presses("Verify with something else").await;
    assert_eq!(
        mary.choices(),
        ["Get a push notification", "Enter a code"],
        "each way is an entry"
    );
    mary.chooses("Enter a code").await;
    let sent = mary.org().requests().pop().expect("a request");
    assert_eq!(sent.json()["authenticator"]["methodType"], "totp");
    assert_eq!(mary.step(), "challenge-authenticator");
    let card = mary.page();
    let input = card.inputs().next().expect("a box for the code");
    assert_eq!(
        (input.name.as_str(), input.code, input.whole),
        ("credentials.totp", Some(CodeKind::Digits), Some(6))
    );
    assert_eq!(card.intro, ["Enter the code that Okta Verify shows."]);
    mary.sends(&[("credentials.totp", "000000")]).await;
    assert_eq!(
        mary.problems(),
        ["credentials.totp: Invalid code. Try again."]
    );
    let shows = device_shows(&mary).await;
    let code = shows["devices"][0]["code"].as_str().expect("a code");
    mary.sends(&[("credentials.totp", code)]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

/// The page of a recorded answer.
fn page_of(body: &str) -> (Flow, Card) {
    let response = HttpResponse {
        status: 200,
        request_id: None,
        retry_after: None,
        body: Secret::new(body),
        ..HttpResponse::default()
    };
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    let progress = Transaction::receive(&response).expect("it is an answer");
    flow.apply(Event::Answered(Way::Pressed, Ok(progress)));
    let config = vestibule::config::Config::parse(
        r#"{"issuer":"https://id.acme.test/oauth2/default","clientId":"x"}"#,
        "https://app.acme.test/",
    )
    .expect("it is a configuration");
    let card = pages::card(&flow, &config);
    (flow, card)
}

fn list(known: bool) -> String {
    json!({"version": "1.0.0", "stateHandle": "02.id.one",
        "authenticators": {"type": "array", "value": [
            {"type": "app", "key": "okta_verify", "id": "autOv", "displayName": "Okta Verify", "deviceKnown": known}]},
        "remediation": {"type": "array", "value": [{
            "name": "select-authenticator-authenticate", "href": "https://id.acme.test/idp/idx/challenge",
            "method": "POST", "value": [{"name": "authenticator", "type": "object", "options": [{
                "label": "Okta Verify", "relatesTo": "$.authenticators.value[0]", "value": {"form": {"value": [
                    {"name": "id", "required": true, "value": "autOv", "mutable": false},
                    {"name": "methodType", "required": false, "options": [
                        {"label": "Use Okta FastPass", "value": "signed_nonce"},
                        {"label": "Get a push notification", "value": "push"},
                        {"label": "Enter a code", "value": "totp"}]}]}}}]}]}]}})
    .to_string()
}

#[test]
fn what_the_device_does_by_itself_comes_first_where_the_device_is_known() {
    for (known, first, last) in [
        (true, "Use Okta FastPass", "Enter a code"),
        (false, "Get a push notification", "Use Okta FastPass"),
    ] {
        let (_, card) = page_of(&list(known));
        let Some(Part::Radios { name, options, .. }) = card.parts.first() else {
            panic!("a list: {card:?}");
        };
        assert_eq!(name, "authenticator");
        let labels: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
        assert_eq!((labels[0], labels[2]), (first, last));
        assert!(
            options
                .iter()
                .all(|option| option.detail.as_deref() == Some("Okta Verify"))
        );
    }
}

#[test]
fn what_a_device_lacks_is_said_on_the_page_that_waits_for_it_and_once() {
    let body = |says: Value| {
        let mut body = json!({"version": "1.0.0", "stateHandle": "02.id.one",
            "currentAuthenticator": {"type": "object", "value": {"type": "app", "key": "okta_verify",
                "contextualData": {"selectedChannel": "qrcode",
                    "qrcode": {"href": "data:image/png;base64,AAAA", "method": "embedded"}}}},
            "remediation": {"type": "array", "value": [{"name": "enroll-poll", "refresh": 4000,
                "href": "https://id.acme.test/idp/idx/challenge/poll", "method": "POST", "value": []}]}});
        if says != Value::Null {
            body["messages"] = json!({"type": "array", "value": [says]});
        }
        body.to_string()
    };
    let lacks = json!({"message": "Your organization requires biometrics.", "class": "ERROR",
        "i18n": {"key": "oie.authenticator.app.method.push.enroll.enable.biometrics"}});
    let busy = json!({"message": "Too many requests", "class": "ERROR", "i18n": {"key": "tooManyRequests"}});
    let (mut flow, _) = page_of(&body(Value::Null));
    let mut polls = |says: &Value| {
        let response = HttpResponse {
            status: 200,
            request_id: None,
            retry_after: None,
            body: Secret::new(body(says.clone())),
            ..HttpResponse::default()
        };
        let progress = Transaction::receive(&response).expect("it is an answer");
        flow.apply(Event::Polled(progress));
        (pages::problems(&flow).len(), flow.said)
    };
    let (problems, before) = polls(&busy);
    assert_eq!(problems, 0, "too many polls are the page's business");
    let (problems, said) = polls(&lacks);
    assert_eq!((problems, said), (1, before + 1));
    assert_eq!(polls(&lacks), (1, said), "the same again is not said again");
}
