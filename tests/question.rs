//! Security questions: chosen, made up, answered (journeys J10, J11, J31 to J33, K14).

use crate::visitor::Visitor;
use vestibule::oauth::Purpose;
use vestibule::pages::{Card, Input, Part};

const ANSWER: &str = "credentials.answer";
const PASSWORD: &str = "Engine-No-1";
const MARY: &str = "mary@acme.test";

async fn to_the_question() -> Visitor {
    let ada = Visitor::of("question");
    ada.signs_up("ada@example.com").await;
    ada.sets_password(PASSWORD).await;
    assert_eq!(ada.choices(), ["Security Question"]);
    ada.chooses("Security Question").await;
    assert_eq!(ada.step(), "enroll-authenticator");
    ada
}

async fn mary_at_the_question() -> Visitor {
    let mary = Visitor::of("question");
    mary.org()
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    signs_in(&mary).await;
    mary.chooses("Security Question").await;
    mary
}

async fn signs_in(mary: &Visitor) {
    mary.comes_to(Purpose::SignIn).await;
    mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
        .await;
}

/// The ways to come to a question: each with its value and its boxes.
fn ways(card: &Card) -> Vec<(String, Vec<Part>)> {
    let variants = card.parts.iter().find_map(|part| match part {
        Part::Variants { variants, .. } => Some(variants),
        _ => None,
    });
    let variants = variants.expect("two ways to come to a question");
    variants
        .iter()
        .map(|variant| (variant.value.clone(), variant.parts.clone()))
        .collect()
}

fn answer_box(parts: &[Part]) -> &Input {
    let found = parts.iter().find_map(|part| match part {
        Part::Input(input) if input.name == ANSWER => Some(input),
        _ => None,
    });
    found.expect("a box for the answer")
}

/// Credentials as they went out last.
fn sent(of: &Visitor) -> serde_json::Value {
    let requests = of.org().requests();
    let last = requests
        .iter()
        .rev()
        .find(|request| request.path.ends_with("/challenge/answer"));
    last.expect("an answer went out").json()["credentials"].clone()
}

#[tokio::test]
async fn j10_the_first_question_of_the_list() {
    let ada = to_the_question().await;
    let ways = ways(&ada.page());
    assert_eq!(ways.len(), 2);
    let (chosen, parts) = &ways[0];
    assert_ne!(chosen, "custom", "the list comes first");
    let Some(Part::Select {
        name,
        options,
        chosen: Some(first),
        ..
    }) = parts.first()
    else {
        panic!("a list of questions: {parts:?}");
    };
    assert_eq!(name, "credentials.questionKey");
    assert!(options.len() >= 10);
    assert_eq!(
        options[0].label,
        "What is the food you least liked as a child?"
    );
    assert_eq!(*first, options[0].value);
    let answer = answer_box(parts);
    assert!(answer.fleeting && answer.hint.is_some() && answer.autocomplete == "off");
    ada.sends(&[
        ("credentials", chosen),
        ("credentials.questionKey", first),
        (ANSWER, "Okta"),
    ])
    .await;
    assert_eq!(
        sent(&ada),
        serde_json::json!({"questionKey": "disliked_food", "answer": "Okta"})
    );
    assert_eq!(ada.signed_in_as().as_deref(), Some("ada@example.com"));
    assert_eq!(ada.kept(ANSWER), None, "an answer is not kept");
}

#[tokio::test]
async fn j11_a_question_of_ones_own() {
    let ada = to_the_question().await;
    let (own, parts) = ways(&ada.page()).remove(1);
    assert_eq!(own, "custom");
    assert!(matches!(&parts[0], Part::Input(input) if input.name == "credentials.question"));
    ada.sends(&[
        ("credentials", "custom"),
        ("credentials.question", "Atko"),
        (ANSWER, "Okta"),
    ])
    .await;
    assert_eq!(
        sent(&ada),
        serde_json::json!({"questionKey": "custom", "question": "Atko", "answer": "Okta"})
    );
    assert_eq!(ada.signed_in_as().as_deref(), Some("ada@example.com"));
}

#[tokio::test]
async fn j31_j32_a_question_is_set_up_at_a_sign_in_and_asked_at_the_next() {
    let mary = mary_at_the_question().await;
    let (chosen, _) = ways(&mary.page()).remove(0);
    mary.sends(&[
        ("credentials", &chosen),
        ("credentials.questionKey", "disliked_food"),
        (ANSWER, "Okta"),
    ])
    .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));

    signs_in(&mary).await;
    assert_eq!(mary.step(), "challenge-authenticator");
    let card = mary.page();
    let answer = answer_box(&card.parts);
    assert_eq!(answer.label, "What is the food you least liked as a child?");
    assert_eq!(
        (answer.kind, answer.autocomplete),
        ("password", "off"),
        "the org wants it unseen"
    );
    mary.sends(&[(ANSWER, "turnips")]).await;
    assert_eq!(
        mary.problems(),
        ["credentials.answer: That is not the answer we have. Check the spelling and try again."]
    );
    mary.sends(&[(ANSWER, "okta")]).await;
    assert_eq!(
        sent(&mary),
        serde_json::json!({"questionKey": "disliked_food", "answer": "okta"})
    );
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn j33_a_question_of_ones_own_at_a_sign_in() {
    let mary = mary_at_the_question().await;
    mary.sends(&[
        ("credentials", "custom"),
        ("credentials.question", "Atko"),
        (ANSWER, "Okta"),
    ])
    .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    signs_in(&mary).await;
    assert_eq!(answer_box(&mary.page().parts).label, "Atko");
    mary.sends(&[(ANSWER, "Okta")]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn answers_that_give_themselves_away_are_refused_in_words() {
    let ada = to_the_question().await;
    let before = ada.org().requests().len();
    ada.sends(&[
        ("credentials", "custom"),
        ("credentials.question", "Atko"),
        (ANSWER, "abc"),
    ])
    .await;
    assert_eq!(
        ada.problems(),
        ["credentials.answer: Type an answer with at least 4 characters."]
    );
    assert_eq!(ada.org().requests().len(), before, "nothing went out");
    let refused = async |question: &str, answer: &str| {
        ada.sends(&[
            ("credentials", "custom"),
            ("credentials.question", question),
            (ANSWER, answer),
        ])
        .await;
        assert_eq!(ada.step(), "enroll-authenticator");
        ada.problems()
    };
    assert_eq!(
        refused("My cat Tom?", "my cat").await,
        ["credentials.answer: The security question answer must not be part of the question"]
    );
    assert_eq!(
        refused("<b>Cat</b>", "Thomas").await,
        ["credentials.question: Leave out the signs < and >."]
    );
    ada.sends(&[
        ("credentials", "custom"),
        ("credentials.question", "The cat"),
        (ANSWER, "Thomas"),
    ])
    .await;
    assert_eq!(ada.signed_in_as().as_deref(), Some("ada@example.com"));
}
