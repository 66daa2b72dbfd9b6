//! The forms about a person (protocol 5.1 step 3, 5.8), and what may be written in them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::form::Form;
use super::journey;
use super::page::{Page, user};
use super::visit::Visit;
use crate::message::{self, Message};
use crate::people::is_email;
use crate::policy::{Asked, Attribute, AttributeKind};

/// The longest first or last name.
const NAME: usize = 50;

/// The registration form.
pub(crate) fn enroll(page: &mut Page, visit: &Visit<'_>) {
    let mut fields = vec![
        json!({"name": "firstName", "label": "First name", "required": true, "minLength": 1, "maxLength": NAME}),
        json!({"name": "lastName", "label": "Last name", "required": true, "minLength": 1, "maxLength": NAME}),
        json!({"name": "email", "label": "Email", "required": true}),
    ];
    if let Some(vouched) = &visit.transaction.vouched {
        let known = [&vouched.first_name, &vouched.last_name, &vouched.email];
        for (field, value) in fields
            .iter_mut()
            .zip(known)
            .filter(|(_, value)| !value.is_empty())
        {
            field["value"] = json!(value);
        }
    }
    fields.extend(visit.policy().attributes(Asked::SignUp).map(field));
    page.form(
        Form::new("enroll-profile", "enroll/new")
            .field(json!({"name": "userProfile", "form": {"value": fields}})),
    );
    page.form(Form::new("select-identify", "identify/select"));
}

/// What is still to be known about somebody who signed in. If nothing of it is required it may be left.
pub(crate) fn update(page: &mut Page, visit: &Visit<'_>) {
    let Some(account) = visit.account() else {
        return;
    };
    let questions = journey::questions(visit.policy(), account);
    if questions.iter().any(|question| question.required) {
        let fields: Vec<Value> = questions.into_iter().map(field).collect();
        page.form(
            Form::new("enroll-profile", "enroll/update")
                .field(json!({"name": "userProfile", "form": {"value": fields}})),
        );
    } else {
        // Each question is a field `userProfile` of its own here (protocol T13).
        let form = questions.into_iter().fold(
            Form::new("profile-update", "enroll/new"),
            |form, question| {
                form.field(json!({"name": "userProfile", "form": {"value": [field(question)]}}))
            },
        );
        page.form(form);
        page.form(Form::new("skip", "skip"));
    }
    user(page, visit);
}

/// An attribute with how to show it (protocol 3.4, third shape).
fn field(attribute: &Attribute) -> Value {
    let options: Vec<Value> = attribute
        .options
        .iter()
        .map(|choice| json!({"label": choice.label, "value": choice.value}))
        .collect();
    let (kind, display) = match attribute.kind {
        AttributeKind::Text | AttributeKind::Number => ("string", None),
        AttributeKind::Date => (
            "string",
            Some(json!({"inputType": "text", "format": "date"})),
        ),
        AttributeKind::Select => (
            "string",
            Some(json!({"inputType": "select", "options": options})),
        ),
        AttributeKind::Radio => (
            "string",
            Some(json!({"inputType": "radio", "options": options})),
        ),
        AttributeKind::Checkbox => ("boolean", Some(json!({"inputType": "checkbox"}))),
    };
    let mut field = json!({"name": attribute.name, "type": kind, "label": attribute.label, "required": attribute.required});
    if attribute.kind == AttributeKind::Text {
        if let Some(min) = attribute.min {
            field["minLength"] = json!(min);
        }
        if let Some(max) = attribute.max {
            field["maxLength"] = json!(max);
        }
    }
    if let Some(display) = display {
        field["options"] =
            json!([{"label": "display", "value": {"type": "object", "value": display}}]);
    }
    field
}

/// What somebody wrote about themselves, or what is wrong with it, by field.
pub(crate) type Read<T> = Result<T, Vec<(String, Message)>>;

/// The registration form as it was filled in.
pub(crate) struct Profile {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) attributes: BTreeMap<String, Value>,
}

pub(crate) fn read_profile<'a>(
    body: &Value,
    attributes: impl Iterator<Item = &'a Attribute>,
) -> Read<Profile> {
    let mut problems = Vec::new();
    let mut name = |field: &str, label: &str| {
        let typed = written(body, field);
        match typed.chars().count() {
            0 => problems.push((at(field), message::missing())),
            1..=NAME => {}
            _ => problems.push((at(field), message::no_match(label))),
        }
        typed
    };
    let first_name = name("firstName", "First name");
    let last_name = name("lastName", "Last name");
    let email = written(body, "email");
    if email.is_empty() {
        problems.push((at("email"), message::missing()));
    } else if !is_email(&email) {
        problems.push((at("email"), message::no_email("Email")));
        problems.push((at("email"), message::no_match("Email")));
    }
    let attributes = read_attributes(body, attributes).unwrap_or_else(|more| {
        problems.extend(more);
        BTreeMap::new()
    });
    if problems.is_empty() {
        Ok(Profile {
            first_name,
            last_name,
            email,
            attributes,
        })
    } else {
        Err(problems)
    }
}

pub(crate) fn read_attributes<'a>(
    body: &Value,
    attributes: impl Iterator<Item = &'a Attribute>,
) -> Read<BTreeMap<String, Value>> {
    let mut problems = Vec::new();
    let mut read = BTreeMap::new();
    for attribute in attributes {
        let given = body.pointer(&format!("/userProfile/{}", attribute.name));
        let given = given.filter(|value| !value.is_null() && value.as_str() != Some(""));
        match given.map(|value| accepted(attribute, value)) {
            Some(Some(value)) => {
                read.insert(attribute.name.clone(), value);
            }
            Some(None) => problems.push((at(&attribute.name), message::no_match(&attribute.label))),
            None if attribute.required => problems.push((at(&attribute.name), message::missing())),
            None => {}
        }
    }
    if problems.is_empty() {
        Ok(read)
    } else {
        Err(problems)
    }
}

/// The value as it is kept, if it is one that the attribute takes.
fn accepted(attribute: &Attribute, value: &Value) -> Option<Value> {
    let within = |size: u64| {
        attribute.min.is_none_or(|min| size >= min) && attribute.max.is_none_or(|max| size <= max)
    };
    match attribute.kind {
        AttributeKind::Text => {
            let text = value.as_str()?.trim();
            within(u64::try_from(text.chars().count()).ok()?).then(|| json!(text))
        }
        AttributeKind::Select | AttributeKind::Radio => {
            let text = value.as_str()?;
            attribute
                .options
                .iter()
                .any(|choice| choice.value == text)
                .then(|| json!(text))
        }
        AttributeKind::Checkbox => match value {
            Value::Bool(ticked) => Some(json!(ticked)),
            Value::String(text) => text.parse::<bool>().ok().map(Value::Bool),
            _ => None,
        },
        AttributeKind::Date => value
            .as_str()
            .filter(|text| is_date(text))
            .map(|text| json!(text)),
        AttributeKind::Number => {
            let number = value
                .as_u64()
                .or_else(|| value.as_str()?.trim().parse().ok())?;
            within(number).then(|| json!(number))
        }
    }
}

/// `2031-05-04`, a day that there is.
fn is_date(text: &str) -> bool {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return false;
    }
    let mut parts = text
        .split('-')
        .map(|part| (part.len(), part.parse::<u32>().ok()));
    let (Some((4, Some(year))), Some((2, Some(month))), Some((2, Some(day))), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn written(body: &Value, field: &str) -> String {
    body.pointer(&format!("/userProfile/{field}"))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

fn at(field: &str) -> String {
    format!("userProfile.{field}")
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn only_days_that_there_are() {
        assert!(is_date("2032-02-29") && is_date("2031-12-31"));
        for bad in [
            "2031-02-29",
            "2031-13-01",
            "31-12-2031",
            "2031-1-1",
            "2031-01-00",
            "",
            "2031-01-01-01",
            "+031-01-01",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
