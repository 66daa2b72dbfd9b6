//! A password that is chosen together with the profile (protocol reference, 4.3.1).

use vestibule::config::Config;
use vestibule::flow::{Event, Flow, Way};
use vestibule::http::HttpResponse;
use vestibule::idx::Transaction;
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Part};
use vestibule::secret::Secret;

const ANSWER: &str = r#"{"version":"1.0.0","stateHandle":"02.id.one","remediation":{"type":"array","value":[
  {"name":"enroll-profile","href":"https://id.acme.test/idp/idx/enroll/new","method":"POST","value":[
    {"name":"userProfile","form":{"value":[{"name":"email","label":"Email","required":true}]}},
    {"name":"credentials","relatesTo":"$.currentAuthenticator","form":{"value":[
      {"name":"passcode","label":"Password","secret":true,"required":true}]}},
    {"name":"stateHandle","value":"02.id.one","mutable":false,"visible":false}]}]},
  "currentAuthenticator":{"type":"object","value":{"type":"password","key":"okta_password","id":"aut1",
    "settings":{"complexity":{"minLength":10,"minNumber":1}}}}}"#;

#[test]
fn its_rules_are_listed_and_it_is_typed_twice() {
    let response = HttpResponse {
        status: 200,
        request_id: None,
        retry_after: None,
        body: Secret::new(ANSWER),
        ..HttpResponse::default()
    };
    let progress = Transaction::receive(&response).expect("it is an answer");
    let config = Config::parse(
        r#"{"issuer":"https://id.acme.test/oauth2/default","clientId":"x"}"#,
        "https://app.acme.test/",
    )
    .expect("it is a configuration");
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignUp));
    flow.apply(Event::Answered(Way::Pressed, Ok(progress)));
    let card = pages::card(&flow, &config);
    let rules = card.parts.iter().find_map(|part| match part {
        Part::NewPassword {
            input,
            rules,
            twice: true,
            ..
        } if input.autocomplete == "new-password" => Some(rules),
        _ => None,
    });
    assert_eq!(
        rules.map(|rules| (rules.min_length, rules.min_number)),
        Some((10, 1))
    );
    let typed = |password: &'static str, again: &'static str| {
        let raw = move |name: &str| {
            let text = match name {
                "userProfile.email" => "ada@example.com",
                "credentials.passcode" => password,
                "confirm" => again,
                _ => return None,
            };
            Some(Secret::new(text))
        };
        pages::check(&card, &raw)
            .map(|checked| checked.answers.text("credentials.passcode").to_owned())
    };
    let paths = |found: Vec<vestibule::flow::Found>| {
        found
            .into_iter()
            .map(|found| found.path)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        typed("short", "short").map_err(paths),
        Err(vec!["credentials.passcode".to_owned(); 2])
    );
    assert_eq!(
        typed("long enough 1", "long enough 2").map_err(paths),
        Err(vec!["confirm".to_owned()])
    );
    assert_eq!(
        typed("long enough 1", "long enough 1").map_err(paths),
        Ok("long enough 1".to_owned())
    );
}
