//! Pages that only wait: for a push, for an app, for another device.

use vestibule::flow::{Event, Failure, Flow, Way};
use vestibule::http::{HttpResponse, Unreachable};
use vestibule::idx::{Progress, Transaction};
use vestibule::oauth::Purpose;
use vestibule::pages::problems;
use vestibule::secret::Secret;

fn answer(handle: &str, refresh: u32) -> Progress {
    let body = include_str!("fixtures/challenge-poll.json");
    let mut value: serde_json::Value = serde_json::from_str(body).expect("the fixture is JSON");
    value["stateHandle"] = handle.into();
    for form in value["remediation"]["value"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        if form.get("refresh").is_some() {
            form["refresh"] = refresh.into();
        }
    }
    let response = HttpResponse {
        status: 200,
        request_id: None,
        retry_after: None,
        body: Secret::new(value.to_string()),
        ..HttpResponse::default()
    };
    Transaction::receive(&response).expect("the fixture is an answer")
}

fn waiting() -> Flow {
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    flow.apply(Event::Answered(Way::Pressed, Ok(answer("02.id.one", 4000))));
    flow
}

#[test]
fn the_newest_interval_and_handle_count() {
    let mut flow = waiting();
    assert_eq!(flow.polling().map(|(_, wait)| wait), Some(4000));
    let before = flow.said;
    flow.apply(Event::Polled(answer("02.id.two", 2000)));
    assert_eq!(flow.polling().map(|(_, wait)| wait), Some(2000));
    assert_eq!(flow.said, before, "nothing is said anew");
    let handle = flow
        .transaction()
        .and_then(|transaction| transaction.handle.clone());
    assert!(handle == Some(Secret::new("02.id.two")));
}

#[test]
fn an_org_that_is_away_is_told_and_forgotten_when_it_is_back() {
    let mut flow = waiting();
    flow.apply(Event::Answered(
        Way::Pressed,
        Err(Failure::Unreachable(Unreachable::Network)),
    ));
    assert_eq!(problems(&flow).len(), 1);
    assert!(flow.polling().is_some(), "it goes on asking");
    flow.apply(Event::Polled(answer("02.id.one", 4000)));
    assert_eq!(problems(&flow).len(), 0);
}
