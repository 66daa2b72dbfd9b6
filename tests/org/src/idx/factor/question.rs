//! Security questions on the wire (protocol 4.3.4).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::idx::form::credentials;
use crate::idx::journey;
use crate::idx::visit::{Answer, Visit, text};
use crate::message;
use crate::question::{CUSTOM, QUESTIONS, Refused, SecurityQuestion};

/// One of the list, or one's own.
pub(crate) fn enroll_field() -> Value {
    let list: Vec<Value> = QUESTIONS
        .into_iter()
        .map(|(key, question)| json!({"label": question, "value": key}))
        .collect();
    let answer = || json!({"name": "answer", "label": "Answer", "required": true, "minLength": crate::question::MIN_ANSWER});
    let chosen = json!([
        {"name": "questionKey", "type": "string", "label": "Choose a security question", "required": true, "options": list},
        answer()
    ]);
    let own = json!([
        {"name": "questionKey", "required": true, "value": CUSTOM, "mutable": false},
        {"name": "question", "label": "Create a security question", "required": true},
        answer()
    ]);
    json!({"name": "credentials", "type": "object", "required": true, "options": [
        {"label": "Choose a security question", "value": {"form": {"value": chosen}}},
        {"label": "Create my own security question", "value": {"form": {"value": own}}}
    ]})
}

/// The questions as `contextualData`.
pub(crate) fn context() -> Value {
    let keys: Vec<&str> = std::iter::once(CUSTOM)
        .chain(QUESTIONS.map(|(key, _)| key))
        .collect();
    let questions: Vec<Value> = QUESTIONS
        .into_iter()
        .map(|(key, question)| json!({"questionKey": key, "question": question}))
        .collect();
    json!({"questionKeys": keys, "questions": questions})
}

pub(crate) fn challenge_field(visit: &Visit<'_>) -> Value {
    let question = visit
        .account()
        .and_then(|account| account.question.as_ref());
    let key = question.map(|question| question.key.clone());
    credentials(json!([
        {"name": "questionKey", "required": true, "value": key, "mutable": false},
        {"name": "answer", "label": question.map(|question| &question.question), "required": true, "secret": true}
    ]))
}

/// Whose question it is, as `profile`.
pub(crate) fn profile(visit: &Visit<'_>) -> Value {
    match visit
        .account()
        .and_then(|account| account.question.as_ref())
    {
        Some(question) => json!({"questionKey": question.key, "question": question.question}),
        None => Value::Null,
    }
}

pub(crate) fn enroll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let key = text(body, "/credentials/questionKey");
    let own = text(body, "/credentials/question");
    let answer = text(body, "/credentials/answer");
    let mut missing = Vec::new();
    if key.is_none() {
        missing.push(("credentials.questionKey".to_owned(), message::missing()));
    }
    if answer.is_none() {
        missing.push(("credentials.answer".to_owned(), message::missing()));
    }
    let (Some(key), Some(answer)) = (key, answer) else {
        return Answer::notes(StatusCode::BAD_REQUEST, missing);
    };
    let refused = match SecurityQuestion::new(key, own, answer) {
        Ok(question) => {
            let now = visit.now;
            if let Some(account) = visit.account_mut() {
                account.question = Some(question);
                account.updated = now;
            }
            visit.transaction.prove(Authenticator::Question, "kba");
            return journey::advance(visit);
        }
        Err(refused) => refused,
    };
    let (field, said) = match refused {
        Refused::Unknown if key == CUSTOM => ("credentials.question", message::missing()),
        Refused::Unknown => ("credentials.questionKey", message::missing()),
        Refused::Tags => ("credentials.question", message::no_tags()),
        Refused::TooShort => ("credentials.answer", message::answer_too_short()),
        Refused::InQuestion => ("credentials.answer", message::answer_in_question()),
    };
    Answer::note(StatusCode::BAD_REQUEST, field, said)
}

pub(crate) fn verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Some(answer) = text(body, "/credentials/answer") else {
        return Answer::note(
            StatusCode::BAD_REQUEST,
            "credentials.answer",
            message::missing(),
        );
    };
    let right = visit
        .account()
        .and_then(|account| account.question.as_ref())
        .is_some_and(|question| question.is_answered_by(answer));
    if let Some(paused) = visit.transaction.tries.count(right, visit.now) {
        return Answer::wait(paused);
    }
    if !right {
        return Answer::note(
            StatusCode::UNAUTHORIZED,
            "credentials.answer",
            message::wrong_answer(),
        );
    }
    visit.transaction.prove(Authenticator::Question, "kba");
    super::super::prove::verified(visit)
}
