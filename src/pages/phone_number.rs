//! What is your phone number?

use super::card::{Card, Choice, Icon, Part};
use super::words::fill;
use crate::idx::{self, Control, Field, Remediation};
use crate::json::Value;
use crate::phone;
use crate::text::Text;

/// SMS or call, and the number.
#[inline(never)]
pub(super) fn page(remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::PhoneQuestion);
    card.icon = Some(Icon::Phone);
    card.intro.push(fill(
        Text::PhoneHint,
        &["+1\u{a0}555\u{a0}666\u{a0}7777\u{a0}(US)"],
    ));
    let shown = remediation.form.shown();
    let method = shown
        .iter()
        .find(|field| field.path.ends_with("methodType"))
        .map(|field| field.path.clone());
    for field in shown {
        let part = match &field.control {
            Control::Choice { options, .. } => methods(field, options),
            Control::Text if field.path.ends_with("phoneNumber") => Part::Phone {
                name: field.path.clone(),
                method: method.clone(),
            },
            _ => super::generic::part(field),
        };
        card.parts.push(part);
    }
    card.submit = Some(Text::Next.words().to_owned());
    card
}

/// How a code is to come: the first way is chosen to begin with, and a single one needs no question.
pub(super) fn methods(field: &Field, options: &[idx::Choice]) -> Part {
    let chosen = field
        .preset
        .as_ref()
        .or(options.first().map(|option| &option.value));
    Part::Radios {
        name: field.path.clone(),
        legend: Text::PhoneMethod.words().to_owned(),
        quiet: options.len() < 2,
        required: true,
        chosen: chosen.map(Value::scalar),
        options: options
            .iter()
            .map(|option| Choice {
                value: option.value.scalar(),
                label: method_name(&option.value, &option.label),
                detail: None,
            })
            .collect(),
    }
}

/// What a method is called.
fn method_name(value: &Value, label: &str) -> String {
    match value.as_str() {
        Some("sms") => Text::Sms.words().to_owned(),
        Some("voice") => Text::VoiceCall.words().to_owned(),
        _ => label.to_owned(),
    }
}

/// The number as it goes out, in groups, as a sentence.
pub fn shown_back(number: &str) -> String {
    let pretty = phone::pretty(number);
    match pretty.extension {
        Some(extension) => fill(Text::PhoneWillBeExtension, &[&pretty.number, &extension]),
        None => fill(Text::PhoneWillBe, &[&pretty.number]),
    }
}
