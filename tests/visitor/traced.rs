//! What a developer would see of all that somebody did: after every journey there is no value in it.

use std::collections::BTreeSet;

use serde_json::Value;
use vestibule::http::{HttpRequest, HttpResponse, Unreachable};
use vestibule::secret::Secret;
use vestibule::trace;

use super::Visitor;

impl Drop for Visitor {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            tells_nothing(self);
        }
    }
}

pub fn written(request: &HttpRequest, answer: Result<HttpResponse, Unreachable>) -> String {
    let mut line = trace::asked(request);
    trace::answered(&answer, 143, &mut line);
    line
}

pub fn traced(visitor: &Visitor) -> String {
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
                // Which refusal it was is told, like the keys of messages.
                let told = ["name", "key", "error", "errorCode"].contains(&name.as_str());
                if let (true, Value::String(text)) = (told, inner) {
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
pub fn values(visitor: &Visitor) -> BTreeSet<String> {
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

pub fn tells_nothing(visitor: &Visitor) {
    let (trace, values) = (traced(visitor), values(visitor));
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
