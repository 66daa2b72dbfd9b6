//! An app on the person's device answers for them, refuses, or is not there: whatever happens, the wait ends.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::support::judge;
use crate::support::recording::ORG;
use serde_json::{Value, json};
use vestibule::flow::{Deed, Event, Failure, Flow, Way, World, alone, probe};
use vestibule::http::{HttpRequest, HttpResponse, Transport, Unreachable};
use vestibule::idx::{Answers, Challenge, Form, Reach, Stop, Transaction};
use vestibule::oauth::{Key, ProofKey, Purpose};
use vestibule::pages::{self, Action, Press};
use vestibule::secret::Secret;

/// What each place of the device answers, in the order in which it is asked; no answer where it says none.
struct Device {
    answers: RefCell<Vec<(&'static str, Option<u16>)>>,
    asked: RefCell<Vec<String>>,
}

impl Device {
    fn new(answers: &[(&'static str, Option<u16>)]) -> Self {
        Self {
            answers: RefCell::new(answers.to_vec()),
            asked: RefCell::default(),
        }
    }
}

impl Transport for Device {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        let line = match &request.body {
            None => format!("GET {}", request.url),
            Some(body) => format!("POST {} {}", request.url, body.expose()),
        };
        self.asked.borrow_mut().push(line);
        let mut answers = self.answers.borrow_mut();
        let at = answers.iter().position(|(url, _)| *url == request.url);
        let status = at.and_then(|at| answers.remove(at).1);
        let status = status.ok_or(Unreachable::TimedOut)?;
        Ok(HttpResponse {
            status,
            request_id: None,
            retry_after: None,
            body: Secret::default(),
            ..HttpResponse::default()
        })
    }
}

impl World for Device {
    async fn sha256(&self, _: &[u8]) -> Result<[u8; 32], Failure> {
        Err(Failure::Insecure)
    }

    async fn verifies(&self, _: &Key, _: &[u8], _: &[u8]) -> Result<bool, Failure> {
        Err(Failure::Insecure)
    }

    fn random(&self, _: &mut [u8]) -> Result<(), Failure> {
        Err(Failure::Insecure)
    }

    async fn proof_key(&self, _: &str) -> Result<ProofKey, Failure> {
        Err(Failure::Insecure)
    }

    async fn signs(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, Failure> {
        Err(Failure::Insecure)
    }

    async fn forget_proof_key(&self, _: &str) {}

    fn now(&self) -> u64 {
        0
    }
}

/// What a future gives that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something"),
    }
}

/// A challenge before anybody is known.
fn early(challenge: &Value) -> String {
    let mut challenge = challenge.clone();
    challenge["cancel"] = action("cancel-polling", "authenticators/poll/cancel");
    json!({
        "version": "1.0.0",
        "stateHandle": "02.id.newest",
        "remediation": { "type": "array", "value": [poll("device-challenge-poll")] },
        "authenticatorChallenge": { "type": "object", "value": challenge },
    })
    .to_string()
}

/// A challenge for somebody who chose Okta Verify.
fn late(challenge: &Value) -> String {
    json!({
        "version": "1.0.0",
        "stateHandle": "02.id.newest",
        "remediation": { "type": "array", "value": [
            poll("challenge-poll"),
            { "name": "select-authenticator-authenticate", "href": format!("{ORG}/idp/idx/challenge"), "method": "POST",
              "value": [{ "name": "authenticator", "type": "object", "options": [] }] },
        ] },
        "currentAuthenticator": { "type": "object", "value": {
            "key": "okta_verify", "type": "app", "displayName": "Okta Verify",
            "contextualData": { "challenge": { "type": "object", "value": challenge } },
            "cancel": action("cancel-polling", "authenticators/poll/cancel"),
        } },
    })
    .to_string()
}

fn poll(name: &str) -> Value {
    let mut form = action(name, "authenticators/poll");
    form["refresh"] = json!(2000);
    form
}

fn action(name: &str, path: &str) -> Value {
    json!({ "rel": ["create-form"], "name": name, "href": format!("{ORG}/idp/idx/{path}"), "method": "POST",
        "value": [{ "name": "stateHandle", "required": true, "value": "02.id.old", "visible": false, "mutable": false }] })
}

fn loopback() -> Value {
    json!({ "challengeMethod": "LOOPBACK", "challengeRequest": "eyJh", "domain": "http://localhost",
        "ports": ["2000", "6511"], "probeTimeoutMillis": 250 })
}

fn shown(body: &str) -> Flow {
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    judge::after(&mut flow, body, 200);
    flow
}

fn app(flow: &Flow) -> Challenge {
    let deed = alone(flow, true).map(|(_, deed)| deed);
    assert_eq!(deed, Some(Deed::Probe), "it looks for an app");
    let transaction = flow.transaction().expect("a transaction");
    transaction.challenge.clone().expect("a challenge")
}

fn sent(flow: &Flow, form: &Form, answers: &Answers) -> (String, Value) {
    let handle = flow
        .transaction()
        .and_then(|transaction| transaction.handle.clone());
    let request = form
        .request(ORG, handle.as_ref(), answers)
        .expect("it leads to the org");
    let body = request
        .body
        .as_ref()
        .map(Secret::expose)
        .unwrap_or_default();
    (request.url, serde_json::from_str(body).expect("an object"))
}

#[test]
fn whether_to_remember_the_browser_is_told_to_the_app_on_the_device_too() {
    let flow = shown(include_str!("fixtures/launch-authenticator.json"));
    let transaction = flow.transaction().expect("a transaction");
    let pressed = |name: &str, ticked: Option<bool>| {
        let mut all = transaction.remediations.iter();
        let found = all.find(|one| one.form.name == name).expect("it is there");
        sent(&flow, &found.form, &found.along(ticked)).1["rememberMe"].clone()
    };
    for ticked in [true, false] {
        assert_eq!(pressed("launch-authenticator", Some(ticked)), ticked);
        assert_eq!(pressed("identify", Some(ticked)), Value::Null);
    }
    let without = pressed("launch-authenticator", None);
    assert_eq!(without, Value::Null, "there is no box to tick");
}

fn told(flow: &Flow, why: Stop) -> Value {
    let challenge = flow
        .transaction()
        .and_then(|transaction| transaction.challenge.clone());
    let challenge = challenge.expect("a challenge");
    let form = challenge.cancel().expect("the org can be told");
    let (url, body) = sent(flow, form, &why.answers());
    assert_eq!(url, format!("{ORG}/idp/idx/authenticators/poll/cancel"));
    body
}

#[test]
fn the_first_port_that_answers_gets_the_challenge() {
    for body in [early(&loopback()), late(&loopback())] {
        let app = app(&shown(&body));
        assert_eq!(app.patience(), 250);
        let device = Device::new(&[
            ("http://localhost:6511/probe", Some(200)),
            ("http://localhost:6511/challenge", Some(200)),
        ]);
        assert_eq!(now(probe(&device, &app)), Ok(()));
        assert_eq!(
            device.asked.into_inner(),
            [
                "GET http://localhost:2000/probe",
                "GET http://localhost:6511/probe",
                r#"POST http://localhost:6511/challenge {"challengeRequest":"eyJh"}"#,
            ]
        );
    }
}

#[test]
fn the_app_of_somebody_else_is_passed_over() {
    let app = app(&shown(&early(&loopback())));
    let device = Device::new(&[
        ("http://localhost:2000/probe", Some(200)),
        ("http://localhost:2000/challenge", Some(503)),
        ("http://localhost:6511/probe", Some(204)),
        ("http://localhost:6511/challenge", Some(200)),
    ]);
    assert_eq!(now(probe(&device, &app)), Ok(()));
}

#[test]
fn the_org_is_told_what_the_app_answers() {
    let flow = shown(&early(&loopback()));
    for (status, why) in [
        (Some(400), Stop::Refused(Some(400))),
        (None, Stop::Refused(None)),
    ] {
        let device = Device::new(&[
            ("http://localhost:2000/probe", Some(200)),
            ("http://localhost:2000/challenge", status),
        ]);
        assert_eq!(now(probe(&device, &app(&flow))), Err(why));
        assert_eq!(
            told(&flow, why),
            json!({ "stateHandle": "02.id.newest", "reason": "OV_RETURNED_ERROR", "statusCode": status })
        );
    }
}

#[test]
fn the_org_is_told_that_nothing_answers() {
    let flow = shown(&early(&loopback()));
    let why = now(probe(&Device::new(&[]), &app(&flow))).expect_err("nothing is there");
    assert_eq!(
        told(&flow, why),
        json!({ "stateHandle": "02.id.newest", "reason": "OV_UNREACHABLE_BY_LOOPBACK", "statusCode": null })
    );
}

#[test]
fn a_deployment_that_may_not_look_says_so_at_once() {
    for challenge in [
        loopback(),
        json!({ "challengeMethod": "CHROME_DTC", "href": "/idp/device/x/challenge" }),
    ] {
        let next = alone(&shown(&early(&challenge)), false).expect("it does not wait");
        assert_eq!(next.1, Deed::Report);
    }
}

#[test]
fn nothing_but_this_device_is_asked() {
    for domain in [
        "https://localhost.acme.test",
        "http://localhost.acme.test",
        "http://localhost@acme.test",
        "http://10.0.0.1",
        "https://random.authenticatorlocaldev.com",
        "",
    ] {
        let mut challenge = loopback();
        challenge["domain"] = json!(domain);
        challenge["httpsDomain"] = json!("https://random.authenticatorlocaldev.com");
        assert_eq!(
            app(&shown(&early(&challenge))).places(),
            Vec::<String>::new(),
            "{domain}"
        );
    }
    let mut challenge = loopback();
    challenge["ports"] = json!(["80@acme.test", 0, 65_536, "6511/../x", -1, 8769]);
    assert_eq!(
        app(&shown(&early(&challenge))).places(),
        ["http://localhost:8769"]
    );
}

#[test]
fn links_wait_for_the_person() {
    for method in ["CUSTOM_URI", "UNIVERSAL_LINK", "APP_LINK"] {
        let open = if method == "CUSTOM_URI" {
            "com-okta-authenticator:/deviceChallenge?x=1"
        } else {
            "https://login.acme.test/deviceChallenge?x=1"
        };
        let challenge = json!({ "challengeMethod": method, "href": open, "downloadHref": "https://apps.acme.test/ov" });
        for body in [early(&challenge), late(&challenge)] {
            let flow = shown(&body);
            assert_eq!(alone(&flow, true), None, "{method} opens nothing by itself");
            let card = pages::card(&flow, &judge::config());
            let leads = |press: Press| {
                let buttons: Vec<_> = card.others.iter().chain(&card.links).collect();
                buttons
                    .iter()
                    .filter(|button| button.press == press)
                    .count()
            };
            assert_eq!(
                leads(Press::Leave(open.to_owned())),
                1,
                "{method}: {card:?}"
            );
            assert_eq!(
                leads(Press::Leave("https://apps.acme.test/ov".to_owned())),
                1
            );
            assert_eq!(leads(Press::Act(Action::Stop)), 1);
            assert!(flow.polling().is_some(), "it goes on by itself");
        }
    }
}

#[test]
fn a_link_to_a_script_is_no_link() {
    let challenge = json!({ "challengeMethod": "CUSTOM_URI", "href": "javascript:alert(1)", "downloadHref": "data:text/html,x" });
    let flow = shown(&early(&challenge));
    let card = format!("{:?}", pages::card(&flow, &judge::config()));
    assert!(
        !card.contains("javascript:") && !card.contains("data:text"),
        "{card}"
    );
}

#[test]
fn a_person_can_stop_the_wait() {
    let flow = shown(&late(&loopback()));
    assert_eq!(
        told(&flow, Stop::Canceled),
        json!({ "stateHandle": "02.id.newest", "reason": "USER_CANCELED", "statusCode": null })
    );
}

#[test]
fn a_reason_that_the_form_lists_is_sent_once() {
    let mut body: Value = serde_json::from_str(&early(&loopback())).expect("JSON");
    let fields = body
        .pointer_mut("/authenticatorChallenge/value/cancel/value")
        .and_then(Value::as_array_mut);
    fields
        .expect("fields")
        .extend([json!({ "name": "reason" }), json!({ "name": "statusCode" })]);
    let flow = shown(&body.to_string());
    assert_eq!(
        told(&flow, Stop::Canceled),
        json!({ "stateHandle": "02.id.newest", "reason": "USER_CANCELED", "statusCode": null })
    );
}

#[test]
fn an_org_that_waits_on_for_nothing_gets_the_person_no_dead_end() {
    let body = early(&loopback());
    let mut flow = shown(&body);
    flow.apply(Event::Answered(
        Way::Reported,
        Transaction::receive(&answer(&body)).map_err(|_| Failure::NoApp),
    ));
    assert_eq!(flow.failure, Some(Failure::NoApp));
    let problems = pages::problems(&flow);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].again, Some(Press::Retry));
    // What a poll answers does not take it back.
    if let Ok(progress) = Transaction::receive(&answer(&body)) {
        flow.apply(Event::Polled(progress));
    }
    assert_eq!(pages::problems(&flow), problems);
    // Another page does.
    let other =
        late(&json!({ "challengeMethod": "CUSTOM_URI", "href": "com-okta-authenticator:/x" }));
    flow.apply(Event::Answered(
        Way::Reported,
        Transaction::receive(&answer(&other)).map_err(|_| Failure::NoApp),
    ));
    assert_eq!(flow.failure, None);
}

#[test]
fn a_second_challenge_is_another_one() {
    let first = alone(&shown(&early(&loopback())), true);
    let mut challenge = loopback();
    challenge["challengeRequest"] = json!("eyJi");
    let second = alone(&shown(&early(&challenge)), true);
    assert_ne!(first.map(|next| next.0), second.map(|next| next.0));
}

#[test]
fn an_extension_of_the_platform_is_tried_and_its_lack_told() {
    let page = |name: &str, path: &str, method: &str| {
        let mut form = action(name, path);
        form["method"] = json!(method);
        let body = json!({ "version": "1.0.0", "stateHandle": "02.id.newest", "remediation": { "value": [form] } });
        shown(&body.to_string())
    };
    for (name, path) in [
        (
            "device-apple-sso-extension",
            "authenticators/sso_extension/transactions/ft4/verify",
        ),
        (
            "cancel-transaction",
            "authenticators/sso_extension/transactions/ft4/verify/cancel",
        ),
    ] {
        let flow = page(name, path, "POST");
        assert_eq!(alone(&flow, false).map(|next| next.1), Some(Deed::Send));
        let form = flow.shown().expect("a step").1.form.clone();
        let body = json!({ "stateHandle": "02.id.newest" });
        assert_eq!(
            sent(&flow, &form, &Answers::new()),
            (format!("{ORG}/idp/idx/{path}"), body)
        );
        // A press does the same.
        assert!(pages::card(&flow, &judge::config()).submit.is_some());
    }
    // Where the browser has to go there itself, a person sends it.
    assert_eq!(
        alone(&page("device-apple-sso-extension", "x", "GET"), false),
        None
    );
}

#[test]
fn what_is_asked_of_people_is_not_done_by_itself() {
    let body = json!({ "version": "1.0.0", "remediation": { "value": [
        { "name": "cancel-transaction", "href": format!("{ORG}/x"), "method": "POST", "value": [{ "name": "why" }] },
    ] } });
    assert_eq!(alone(&shown(&body.to_string()), true), None);
    let known = json!({ "challengeMethod": "SOMETHING_NEW" });
    let flow = shown(&early(&known));
    assert!(matches!(
        flow.transaction()
            .and_then(|transaction| transaction.challenge.as_ref())
            .map(|challenge| &challenge.reach),
        Some(Reach::Other)
    ));
    assert_eq!(alone(&flow, true), None);
}

fn answer(body: &str) -> HttpResponse {
    HttpResponse {
        status: 200,
        request_id: None,
        retry_after: None,
        body: Secret::new(body),
        ..HttpResponse::default()
    }
}
