//! Any form at all: the right control for each field, and a way to every other remediation of the response.

use super::card::{Button, Card, Icon, Input, Option_, Part, Press, Variant};
use super::words::{self, fill};
use crate::http;
use crate::idx::{Control, Field, Hint, Remediation, Step, Transaction};
use crate::json::Value;
use crate::oauth::Purpose;
use crate::text::Text;

/// A page for a form that has none of its own.
pub(super) fn page(transaction: &Transaction, remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::GenericHeading);
    if let Some(name) = remediation
        .about
        .as_ref()
        .map(|about| words::name(about, about.name.as_deref().unwrap_or_default()))
    {
        card.heading = name;
        card.icon = Some(Icon::Key);
    } else if let Some(heading) = heading(remediation.step) {
        card.heading = heading.words().to_owned();
    } else if remediation.step == Step::Other {
        card.heading = humanised(&remediation.form.name);
    }
    card.parts = parts(remediation);
    if let Some(about) = &remediation.about {
        let address = about.address.clone().map(Part::Note);
        let question = about.question.clone().map(Part::Note);
        card.parts.splice(0..0, question.or(address));
    }
    if remediation.form.navigates {
        card.others.extend(
            leave(remediation).map(|press| Button::new(Text::Continue.words(), press).primary()),
        );
    } else if remediation.polls() {
        card.intro.push(Text::Waiting.words().to_owned());
    } else {
        card.submit = Some(Text::Continue.words().to_owned());
    }
    card.resend = transaction.resend.is_some();
    card
}

fn heading(step: Step) -> Option<Text> {
    match step {
        Step::SelectAuthenticatorUnlockAccount | Step::UnlockAccount => Some(Text::UnlockHeading),
        Step::Skip => Some(Text::Continue),
        _ => None,
    }
}

/// `custom-thing` as words, where there is nothing better.
fn humanised(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| {
            std::iter::once(first.to_ascii_uppercase())
                .chain(letters)
                .collect()
        })
        .unwrap_or(words)
}

/// The controls of a form, in its order.
pub(super) fn parts(remediation: &Remediation) -> Vec<Part> {
    remediation.form.shown().into_iter().map(part).collect()
}

/// The control of a field.
pub(super) fn part(field: &Field) -> Part {
    let name = field.path.clone();
    match &field.control {
        Control::Flag => Part::Check {
            label: words::label(field),
            ticked: field
                .preset
                .as_ref()
                .and_then(Value::as_bool)
                .unwrap_or(false),
            name,
        },
        Control::Choice { options, radio } => {
            let chosen = field
                .preset
                .as_ref()
                .map(Value::scalar)
                .filter(|chosen| !chosen.is_empty());
            let options = options
                .iter()
                .map(|option| Option_ {
                    value: option.value.scalar(),
                    label: option.label.clone(),
                    detail: None,
                })
                .collect();
            if *radio {
                Part::Radios {
                    name,
                    legend: words::label(field),
                    quiet: false,
                    required: field.required,
                    options,
                    chosen,
                }
            } else {
                Part::Select {
                    name,
                    label: words::label(field),
                    required: field.required,
                    options,
                    chosen,
                    autocomplete: words::input(field).autocomplete,
                }
            }
        }
        Control::Variants(variants) => choice_of_forms(field, variants),
        Control::Text | Control::Group(_) | Control::Fixed => Part::Input(text(field)),
    }
}

fn text(field: &Field) -> Input {
    let mut input = words::input(field);
    if field.hint == Some(Hint::Country) {
        input.autocomplete = "country";
    }
    input
}

/// Radio buttons; those that bring fields of their own show them when they are chosen.
fn choice_of_forms(field: &Field, variants: &[crate::idx::Variant]) -> Part {
    let label = |variant: &crate::idx::Variant| {
        variant.about.as_ref().map_or_else(
            || variant.label.clone(),
            |about| words::name(about, &variant.label),
        )
    };
    let inner: Vec<Vec<Part>> = variants
        .iter()
        .map(|variant| required(&variant.fields))
        .collect();
    if inner.iter().all(Vec::is_empty) {
        return Part::Radios {
            name: field.path.clone(),
            legend: Text::AuthenticatorLegend.words().to_owned(),
            quiet: field.path == "authenticator",
            required: true,
            options: variants
                .iter()
                .map(|variant| Option_ {
                    value: variant.id.clone(),
                    label: label(variant),
                    detail: variant
                        .about
                        .as_ref()
                        .and_then(|about| about.nickname.clone().or_else(|| about.address.clone())),
                })
                .collect(),
            chosen: variants.first().map(|variant| variant.id.clone()),
        };
    }
    Part::Variants {
        name: field.path.clone(),
        legend: words::label(field),
        variants: variants
            .iter()
            .zip(inner)
            .map(|(variant, parts)| Variant {
                value: variant.id.clone(),
                label: label(variant),
                parts,
            })
            .collect(),
    }
}

/// The fields of a variant that a person fills in now. What is not required the org asks for on a page of its own.
fn required(fields: &[Field]) -> Vec<Part> {
    fields
        .iter()
        .filter(|field| {
            field.visible && (field.mutable || matches!(field.control, Control::Group(_)))
        })
        .filter(|field| {
            field.required
                || field.secret
                || matches!(field.control, Control::Text)
                    && field.path != "authenticator.phoneNumber"
        })
        .filter(|field| !matches!(field.control, Control::Fixed))
        .map(part)
        .collect()
}

/// Buttons beside the foremost one: Skip, sending again, identity providers.
pub(super) fn beside(transaction: &Transaction, shown: &Remediation, card: &Card) -> Vec<Button> {
    let mut buttons = Vec::new();
    for (at, remediation) in transaction.remediations.iter().enumerate() {
        if std::ptr::eq(remediation, shown) || leads(card, at) {
            continue;
        }
        match remediation.step {
            Step::Skip => buttons.push(Button::new(Text::Skip.words(), Press::Send(at))),
            Step::Resend => buttons.push(Button::new(Text::Resend.words(), reach(transaction, at))),
            Step::RedirectIdp => buttons.extend(leave(remediation).map(|press| {
                let name = remediation
                    .provider
                    .as_ref()
                    .and_then(|provider| provider.name.clone());
                let kind = remediation
                    .provider
                    .as_ref()
                    .map(|provider| humanised(&provider.kind.to_ascii_lowercase()));
                Button::new(
                    fill(Text::ContinueWith, &[&name.or(kind).unwrap_or_default()]),
                    press,
                )
            })),
            _ => {}
        }
    }
    buttons
}

/// Links below: every other remediation of the response, so that none is out of reach, and a way out.
pub(super) fn ways(transaction: &Transaction, shown: &Remediation, card: &Card) -> Vec<Button> {
    let mut links: Vec<Button> = Vec::new();
    for (at, remediation) in transaction.remediations.iter().enumerate() {
        if std::ptr::eq(remediation, shown)
            || leads(card, at)
            || (remediation.form.navigates && leave(remediation).is_none())
        {
            continue;
        }
        let label = match remediation.step {
            Step::Skip | Step::Resend | Step::RedirectIdp => continue,
            Step::SelectAuthenticatorEnroll => Text::AnotherAuthenticator.words().to_owned(),
            Step::SelectAuthenticatorAuthenticate => Text::VerifyOtherwise.words().to_owned(),
            Step::SelectIdentify | Step::Identify => Text::BackToSignIn.words().to_owned(),
            Step::SelectEnrollProfile => Text::SignUp.words().to_owned(),
            Step::UnlockAccount => Text::UnlockAccount.words().to_owned(),
            // From the list back to the page it was reached from.
            _ if shown.selects() && remediation.about.is_some() => Text::GoBack.words().to_owned(),
            _ => match &remediation.about {
                Some(about) => words::name(about, about.name.as_deref().unwrap_or_default()),
                None => humanised(&remediation.form.name),
            },
        };
        links.push(Button::new(label, reach(transaction, at)));
    }
    let back = Text::BackToSignIn.words();
    if shown.step != Step::Identify
        && !links
            .iter()
            .chain(&card.links)
            .any(|link| link.label == back)
    {
        links.push(Button::new(back, Press::Start(Purpose::SignIn)));
    }
    links
}

fn leads(card: &Card, at: usize) -> bool {
    card.others
        .iter()
        .chain(&card.links)
        .any(|button| matches!(&button.press, Press::Send(to) | Press::Show(to) if *to == at))
}

fn leave(remediation: &Remediation) -> Option<Press> {
    http::navigable(&remediation.form.href).then(|| Press::Leave(remediation.form.href.clone()))
}

/// How to get to another remediation: nothing to fill in, then it is sent; else its form is shown.
pub(super) fn reach(transaction: &Transaction, at: usize) -> Press {
    let Some(remediation) = transaction.remediations.get(at) else {
        return Press::Home;
    };
    if remediation.form.navigates {
        return leave(remediation).unwrap_or(Press::Show(at));
    }
    if remediation.form.is_empty() && !remediation.polls() {
        Press::Send(at)
    } else {
        Press::Show(at)
    }
}
