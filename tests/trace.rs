//! What a developer sees of the exchange: enough to tell what happened, and no value.
#![cfg(not(target_arch = "wasm32"))]

mod visitor;

use std::collections::BTreeSet;

use serde_json::Value;
use vestibule::http::{HttpRequest, HttpResponse, Unreachable};
use vestibule::oauth::Purpose;
use vestibule::secret::Secret;
use vestibule::trace;
use visitor::Visitor;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "Sommer-2031";

fn written(request: &HttpRequest, answer: Result<HttpResponse, Unreachable>) -> String {
    let mut line = trace::asked(request);
    trace::answered(&answer, 143, &mut line);
    line
}

fn traced(visitor: &Visitor) -> String {
    let lines = visitor.exchange().into_iter();
    lines
        .map(|(request, answer)| written(&request, Ok(answer)))
        .collect()
}

/// All names and all texts of a JSON value.
fn collect(value: &Value, names: &mut BTreeSet<String>, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Number(number) => {
            texts.insert(number.to_string());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names, texts)),
        Value::Object(members) => {
            for (name, inner) in members {
                names.insert(name.clone());
                if let (true, Value::String(text)) = (name == "name" || name == "key", inner) {
                    names.insert(text.clone());
                } else {
                    collect(inner, names, texts);
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Every value that went over the wire, in bodies and queries.
fn values(visitor: &Visitor) -> BTreeSet<String> {
    let (mut names, mut texts) = (BTreeSet::new(), BTreeSet::new());
    for (request, answer) in visitor.exchange() {
        let asked = request
            .body
            .as_ref()
            .map(Secret::expose)
            .unwrap_or_default();
        let query = request.url.split_once('?').map_or("", |(_, query)| query);
        for body in [asked, answer.body.expose(), query] {
            match serde_json::from_str(body) {
                Ok(value) => collect(&value, &mut names, &mut texts),
                Err(_) => texts.extend(
                    body.split('&')
                        .filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())),
                ),
            }
        }
    }
    // A short one may stand in a time or a status by chance; what opens a door is longer.
    texts.retain(|text| text.len() >= 5 && !names.contains(text));
    // What every shape is written with.
    for word in ["number", "boolean"] {
        texts.remove(word);
    }
    texts
}

fn tells_nothing(visitor: &Visitor) {
    let (trace, values) = (traced(visitor), values(visitor));
    assert!(values.len() > 30, "{values:?}");
    // A short text may be a part of a longer name: `Email` is one of `secondEmail`.
    let words: BTreeSet<&str> = trace
        .split([' ', ':', '{', '}', '[', ']', '"', '/', '\n'])
        .collect();
    for value in &values {
        let there =
            words.contains(value.as_str()) || value.len() > 12 && trace.contains(value.as_str());
        assert!(!there, "{value:?} stands in\n{trace}");
    }
}

#[tokio::test]
async fn a_whole_sign_up_leaves_no_value_in_it() {
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignUp).await;
    ada.sends(&[
        ("userProfile.firstName", "Augusta"),
        ("userProfile.lastName", "Lovelace"),
        ("userProfile.email", ADA),
    ])
    .await;
    ada.chooses("Password").await;
    ada.sends(&[("credentials.passcode", PASSWORD), ("confirm", PASSWORD)])
        .await;
    ada.chooses("Email").await;
    ada.sends(&[("credentials.passcode", "000000")]).await;
    ada.sends(&[("credentials.passcode", &ada.code_for(ADA))])
        .await;
    ada.presses("Skip").await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
    tells_nothing(&ada);
    let trace = traced(&ada);
    for told in [
        "POST /oauth2/default/v1/interact",
        "POST /idp/idx/introspect\n  sent {interactionHandle:text }",
        "POST /idp/idx/enroll/new",
        "sent {userProfile:{firstName:text lastName:text email:text } stateHandle:text }",
        "\"enroll-profile\"",
        "\"select-authenticator-enroll\"",
        "credentials:{passcode:text }",
        "api.authn.error.PASSCODE_INVALID",
        "successWithInteractionCode",
        "POST /oauth2/default/v1/token",
        "came 401",
        "access_token:text",
        "in 143 ms",
    ] {
        assert!(trace.contains(told), "{told:?} is not in\n{trace}");
    }
}

#[tokio::test]
async fn neither_does_a_sign_in_with_mistakes() {
    let ada = Visitor::of("seed");
    ada.org()
        .add_person(ADA, "Augusta", "Lovelace", Some(PASSWORD));
    ada.comes_to(Purpose::SignIn).await;
    ada.sends(&[("identifier", ADA), ("credentials.passcode", "Winter-2030")])
        .await;
    ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
        .await;
    tells_nothing(&ada);
    assert!(traced(&ada).contains("\"errors.E0000004\""));
}

#[test]
fn odd_answers_are_told_by_their_shape() {
    let asked = HttpRequest::get(
        "https://id.acme.test/idp/idx/authenticators/sso_extension/transactions/ft2FCeXuk7/verify?token=eyJh#x",
    );
    let answer = |status, body: &str| {
        Ok(HttpResponse {
            status,
            request_id: Some("req<A1>".to_owned()),
            retry_after: None,
            body: Secret::new(body),
            ..HttpResponse::default()
        })
    };
    assert_eq!(
        written(&asked, answer(502, "<html>secret</html>")),
        "GET /idp/idx/authenticators/sso_extension/transactions/*/verify\n  came 502 * 19 bytes that are no JSON\n  in 143 ms\n"
    );
    assert!(written(&asked, Err(Unreachable::TimedOut)).contains("came nothing in time"));
    // A name that is none, a name beside the steps, a key that is no message's.
    let body = r#"{"version":"1.0.0","error":"no such user mia@acme.test","user":{"name":"mia","key":"k"},
        "a secret <b>":1,"remediation":{"value":[{"name":"identify","idp":{"name":"Mia"}},
        {"name":"02.id.a~b"}]},"x":{"i18n":{"key":"errors.E0000004","params":["mia"]}}}"#;
    let line = written(&asked, answer(200, body));
    for hidden in ["mia", "Mia", "a~b", "<b>", "\"k\""] {
        assert!(!line.contains(hidden), "{hidden:?}: {line}");
    }
    assert!(
        line.contains("\"identify\"") && line.contains("\"errors.E0000004\""),
        "{line}"
    );
}
