//! Answers with more in them than anybody reads: the page of each has an end that says what is left out. What compares each
//! with each shows in how long this takes.

use serde_json::{Value, json};

use crate::support::judge;
use vestibule::flow::{Event, Flow};
use vestibule::http::HttpResponse;
use vestibule::idx::{Answers, Progress, Transaction};
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Card, Part};
use vestibule::secret::Secret;

/// So many of anything: about what an answer that the app reads has room for.
const MANY: usize = 30_000;
/// So many are shown.
const MOST: usize = 500;

/// An answer with these remediations and other members.
fn answer(remediations: Value, more: Value) -> String {
    let mut root = json!({"version": "1.0.0", "stateHandle": "02.id.large",
        "remediation": {"type": "array", "value": remediations}});
    for (name, value) in more.as_object().into_iter().flatten() {
        root[name] = value.clone();
    }
    root.to_string()
}

fn form(name: &str, fields: Value) -> Value {
    json!({"rel": ["create-form"], "name": name, "href": "https://id.acme.test/idp/idx/x", "method": "POST",
        "value": fields})
}

/// A list of so many things, each by its number.
fn many(count: usize, each: impl Fn(usize) -> Value) -> Value {
    (0..count).map(each).collect()
}

fn messages(class: &str) -> Value {
    let each = |at| json!({"message": format!("No. {at}"), "i18n": {"key": format!("k.{at}")}, "class": class});
    json!({"type": "array", "value": many(MANY, each)})
}

/// A page and what is said about it.
struct Shown {
    card: Card,
    problems: Vec<String>,
    notices: Vec<String>,
}

/// The page of an answer.
fn shown(body: &str) -> Shown {
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    judge::after(&mut flow, body, 200);
    let card = pages::card(&flow, &judge::config());
    let problems = pages::problems(&flow).into_iter().map(|one| one.words);
    let notices = pages::notices(&flow).into_iter().map(|one| one.words);
    Shown {
        card,
        problems: problems.collect(),
        notices: notices.collect(),
    }
}

fn rest() -> String {
    format!("And {} more.", MANY - MOST)
}

/// There are as many as are read, and the last word is how many more there were.
fn ends(said: &[String]) {
    assert_eq!(said.len(), MOST + 1);
    assert_eq!(said.first().map(String::as_str), Some("No. 0"));
    assert_eq!(said.last(), Some(&rest()));
}

#[test]
fn of_messages_the_rest_is_counted() {
    let identify = || form("identify", json!([{"name": "identifier"}]));
    let body = |class| answer(json!([identify()]), json!({"messages": messages(class)}));
    ends(&shown(&body("INFO")).notices);
    ends(&shown(&body("ERROR")).problems);

    let end = shown(&answer(json!([]), json!({"messages": messages("WARNING")})));
    assert_eq!(end.card.step, "terminal");
    let said: Vec<String> = end.card.messages.iter().map(pages::said).collect();
    ends(&said);

    let mut identify = identify();
    identify["value"][0]["messages"] = messages("ERROR");
    ends(&shown(&answer(json!([identify]), json!({}))).problems);
}

#[test]
fn what_refuses_does_so_where_nobody_reads_it() {
    let last = json!({"message": "No.", "i18n": {"key": "k.last"}, "class": "ERROR"});
    let mut all = messages("INFO");
    all["value"].as_array_mut().expect("a list").push(last);
    let body = answer(
        json!([form("identify", json!([{"name": "identifier"}]))]),
        json!({"messages": all}),
    );
    let more = format!("And {} more.", MANY - MOST + 1);
    assert_eq!(shown(&body).problems, [more]);
}

#[test]
fn of_fields_and_what_is_said_at_each_the_rest_is_counted() {
    let fields = many(MANY, |at| {
        let said = json!({"message": format!("No. {at}"), "class": "ERROR"});
        json!({"name": format!("f{at}"), "label": format!("F {at}"), "messages": {"type": "array", "value": [said]}})
    });
    let body = answer(json!([form("mood", fields)]), json!({}));
    let page = shown(&body);
    ends(&page.problems);
    assert_eq!(page.card.parts.len(), MOST + 1);
    assert_eq!(page.card.parts.last(), Some(&Part::Note(rest())));
    let response = HttpResponse {
        body: Secret::new(body),
        ..HttpResponse::default()
    };
    let Ok(Progress::Asked(transaction)) = Transaction::receive(&response) else {
        panic!("it asks for something")
    };
    let mut answers = Answers::new();
    for at in 0..MOST {
        answers = answers.with(format!("f{at}"), "x");
    }
    let request = transaction.remediations[0]
        .form
        .request("https://id.acme.test", None, &answers);
    assert!(request.is_ok());
}

#[test]
fn what_is_too_much_to_list_is_typed() {
    let options = many(
        50_000,
        |at| json!({"label": format!("Shade {at}"), "value": at}),
    );
    let body = |options: &Value| {
        let field =
            json!({"name": "shade", "label": "Shade", "required": true, "options": options});
        answer(json!([form("mood", json!([field]))]), json!({}))
    };
    let page = shown(&body(&options));
    let [Part::Input(input)] = &page.card.parts[..] else {
        panic!("{:?}", page.card.parts.len())
    };
    assert_eq!((input.label.as_str(), input.required), ("Shade", true));
    let hint = input.hint.as_deref().unwrap_or_default();
    assert!(hint.contains("50000"), "{hint}");

    let response = HttpResponse {
        body: Secret::new(body(&options)),
        ..HttpResponse::default()
    };
    let Ok(Progress::Asked(transaction)) = Transaction::receive(&response) else {
        panic!("it asks for something")
    };
    // As it is called, as it is sent, and as the org alone may know it.
    for (typed, sent) in [
        ("shade 44444", r#"{"shade":44444}"#),
        ("44444", r#"{"shade":44444}"#),
        ("Mauve", r#"{"shade":"Mauve"}"#),
    ] {
        let request = transaction.remediations[0].form.request(
            "https://id.acme.test",
            None,
            &Answers::new().with("shade", typed),
        );
        let body = request.ok().and_then(|request| request.body);
        assert_eq!(body.as_ref().map(Secret::expose), Some(sent), "{typed}");
    }

    let few = many(
        MOST,
        |at| json!({"label": format!("Shade {at}"), "value": at}),
    );
    let parts = shown(&body(&few)).card.parts;
    assert!(matches!(&parts[..], [Part::Select { options, .. }] if options.len() == MOST));
}

#[test]
fn of_authenticators_the_rest_is_counted() {
    let list = |options: Value| {
        let field = json!({"name": "authenticator", "type": "object", "options": options});
        form("select-authenticator-authenticate", json!([field]))
    };
    // Each twice, as where a person has two of a kind: one of them needs another id.
    let each = |at: usize| {
        let id = json!({"name": "id", "value": format!("aut{}", at / 2), "mutable": false});
        json!({"label": format!("A {at}"), "value": {"form": {"value": [id]}}})
    };
    let page = shown(&answer(json!([list(many(MANY, each))]), json!({})));
    let [Part::Radios { options, .. }, Part::Note(note)] = &page.card.parts[..] else {
        panic!("{:?}", page.card.parts.len())
    };
    assert_eq!((options.len(), note), (MOST, &rest()));
    let mut values: Vec<&str> = options.iter().map(|one| one.value.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), MOST, "each has a value of its own");

    // An app with so many ways stays one thing to choose.
    let ways = many(
        MANY,
        |at| json!({"label": format!("W {at}"), "value": format!("w{at}")}),
    );
    let app = json!({"label": "App", "relatesTo": "$.app1", "value": {"form": {"value": [
        {"name": "id", "value": "aut1", "mutable": false}, {"name": "methodType", "options": ways}]}}});
    let about = json!({"app1": {"type": "object", "value": {"key": "okta_verify", "type": "app"}}});
    let page = shown(&answer(json!([list(json!([app]))]), about));
    assert!(matches!(&page.card.parts[..], [Part::Radios { options, .. }] if options.len() == 1));
}

#[test]
fn of_what_an_app_may_do_and_of_other_ways_the_rest_is_counted() {
    let mut consent = form("consent", json!([{"name": "consent", "type": "boolean"}]));
    consent["scopes"] = many(MANY, |at| json!({"name": format!("s{at}"), "desc": "d"}));
    let page = shown(&answer(json!([consent]), json!({})));
    let [Part::Claims(rows), Part::Note(note)] = &page.card.parts[..] else {
        panic!("{:?}", page.card.parts.len())
    };
    assert_eq!((rows.len(), note), (MOST, &rest()));

    let field = json!([{"name": "mood", "label": "Mood"}]);
    let ways = 10_000;
    let forms = many(ways, |at| form(&format!("mood-{at}"), field.clone()));
    let page = shown(&answer(forms, json!({})));
    assert_eq!(page.card.links.len(), MOST);
    // The way back to the beginning was one of them.
    let note = page.card.intro.last();
    assert_eq!(note, Some(&format!("And {} more.", ways - MOST)));
}
