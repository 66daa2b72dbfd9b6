//! What a developer sees of the exchange: enough to tell what happened, and no value.

use crate::visitor::Visitor;
use crate::visitor::traced::{tells_nothing, traced, values, written};
use vestibule::http::{HttpRequest, HttpResponse, Unreachable};
use vestibule::oauth::Purpose;
use vestibule::secret::Secret;

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "Sommer-2031";

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
    assert!(values(&ada).len() > 30);
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
