//! From what stands in the controls to answers, or to what has to be put right first.

use super::card::{Card, CodeKind, Input, Part};
use super::password_rules;
use super::question;
use super::words::fill;
use crate::flow::{AGAIN, Found};
use crate::idx::{Answer, Answers};
use crate::messages;
use crate::password::{Rules, Verdict};
use crate::phone::{self, PhoneProblem};
use crate::secret::Secret;
use crate::text::Text;

/// What stands in the controls of a form, by their names. A box that is not ticked and a choice not made have no value.
pub trait Raw {
    /// The value of the control of that name.
    fn value(&self, name: &str) -> Option<Secret>;
}

impl<F: Fn(&str) -> Option<Secret>> Raw for F {
    fn value(&self, name: &str) -> Option<Secret> {
        self(name)
    }
}

/// The answers, and of them those that are no secret, to have at hand on another page.
pub struct Checked {
    /// What is sent.
    pub answers: Answers,
    /// What may be kept.
    pub kept: Vec<(String, String)>,
}

/// Reads a page's controls. Blanks around a text do not count; nor do spaces and dashes in a code.
///
/// # Errors
/// What has to be put right, in the page's order.
pub fn check(card: &Card, raw: &impl Raw) -> Result<Checked, Vec<Found>> {
    let mut reading = Reading {
        checked: Checked {
            answers: Answers::new(),
            kept: Vec::new(),
        },
        found: Vec::new(),
    };
    card.parts.iter().for_each(|part| reading.part(part, raw));
    for (path, value) in &card.given {
        reading.answer(path, Secret::new(value.as_str()), true);
    }
    if reading.found.is_empty() {
        Ok(reading.checked)
    } else {
        Err(reading.found)
    }
}

/// What was typed and chosen so far, sent or not, that is no secret: to have it again after a reload.
pub fn draft(card: &Card, raw: &impl Raw) -> Vec<(String, String)> {
    let mut draft = Vec::new();
    so_far(&card.parts, raw, &mut draft);
    draft
}

fn so_far(parts: &[Part], raw: &impl Raw, draft: &mut Vec<(String, String)>) {
    for part in parts {
        let names = match part {
            Part::Input(input) if !input.fleeting => vec![&*input.name],
            Part::Phone { name, .. } => vec![COUNTRY, name, EXTENSION],
            Part::Radios { name, .. } | Part::Select { name, .. } | Part::Variants { name, .. } => {
                vec![&**name]
            }
            Part::Check { name, .. } => {
                let ticked = raw.value(name).is_some();
                draft.push((name.clone(), ticked.to_string()));
                continue;
            }
            _ => continue,
        };
        for name in names {
            let text = raw.value(name);
            draft.extend(text.map(|text| (name.to_owned(), text.expose().to_owned())));
        }
        if let Part::Variants { name, variants, .. } = part
            && let Some(chosen) = raw.value(name)
            && let Some(variant) = variants.iter().find(|one| one.value == chosen.expose())
        {
            so_far(&variant.parts, raw, draft);
        }
    }
}

struct Reading {
    checked: Checked,
    found: Vec<Found>,
}

impl Reading {
    fn part(&mut self, part: &Part, raw: &impl Raw) {
        match part {
            Part::Input(input) => self.input(input, raw),
            Part::NewPassword {
                input,
                rules,
                person,
                twice,
            } => {
                let typed = raw.value(&input.name).unwrap_or_default();
                let again = raw.value(AGAIN).unwrap_or_default();
                let again = twice.then_some(&again);
                self.new_password(input, rules, person, typed, again);
            }
            Part::Phone { name, method } => self.phone(name, method.as_deref(), raw),
            Part::Radios {
                name,
                legend,
                required,
                ..
            } => self.choice(name, legend, *required, raw),
            Part::Select {
                name,
                label,
                required,
                ..
            } => self.choice(name, label, *required, raw),
            Part::Check { name, .. } => {
                self.checked
                    .answers
                    .set(name.clone(), Answer::Flag(raw.value(name).is_some()));
            }
            Part::Variants {
                name,
                legend,
                variants,
            } => {
                self.choice(name, legend, true, raw);
                let chosen = raw.value(name).unwrap_or_default();
                if let Some(variant) = variants
                    .iter()
                    .find(|variant| variant.value == chosen.expose())
                {
                    variant.parts.iter().for_each(|part| self.part(part, raw));
                }
            }
            Part::Trace(_)
            | Part::Note(_)
            | Part::Code(_)
            | Part::Key(_)
            | Part::Image { .. }
            | Part::Claims(_)
            | Part::Inside(_)
            | Part::Whose(_) => {}
        }
    }

    #[inline(never)]
    fn new_password(
        &mut self,
        input: &Input,
        rules: &Rules,
        person: &[(String, String)],
        typed: Secret,
        again: Option<&Secret>,
    ) {
        if typed.is_empty() {
            self.wrong(&input.name, input.missing.clone());
            return;
        }
        let before = self.found.len();
        for line in password_rules::lines(rules, typed.expose(), person) {
            if line.verdict == Verdict::Unmet {
                self.wrong(&input.name, fill(Text::RuleFailed, &[&line.words]));
            }
        }
        if self.found.len() == before && again.is_some_and(|again| typed != *again) {
            self.wrong(AGAIN, Text::PasswordsDiffer.words().to_owned());
        }
        self.answer(&input.name, typed, true);
    }

    fn input(&mut self, input: &Input, raw: &impl Raw) {
        let value = raw.value(&input.name).unwrap_or_default();
        let secret = input.kind == "password" && input.code.is_none();
        let text = match input.code {
            _ if secret => value,
            Some(kind) => Secret::new(bare(value.expose(), kind)),
            None => Secret::new(value.expose().trim()),
        };
        let length = text.expose().chars().count();
        if length == 0 && input.required {
            self.wrong(&input.name, input.missing.clone());
        } else if length > 0 && input.autocomplete == "email" && !like_an_address(text.expose()) {
            self.wrong(&input.name, fill(Text::EmailShape, &[&input.label]));
            if input.name.starts_with("userProfile.") {
                self.wrong(&input.name, fill(Text::EmailPattern, &[&input.label]));
            }
        } else if let Some(least) = input
            .least
            .filter(|least| length > 0 && !secret && length < *least as usize)
        {
            let least = least.to_string();
            let words = fill(Text::TooShort, &[&input.label, &least]);
            let words = match input.name.as_str() {
                question::ANSWER => {
                    messages::sentence("securityQuestion.answer.tooShort.arg", &[least])
                }
                _ => None,
            }
            .unwrap_or(words);
            self.wrong(&input.name, words);
        } else if let Some(most) = input.most.filter(|most| length > *most as usize) {
            self.wrong(
                &input.name,
                fill(Text::TooLong, &[&input.label, &most.to_string()]),
            );
        }
        self.answer(&input.name, text, input.fleeting);
    }

    fn choice(&mut self, name: &str, label: &str, required: bool, raw: &impl Raw) {
        match raw.value(name).filter(|value| !value.is_empty()) {
            Some(value) => self.answer(name, value, false),
            // A list that was set back to nothing is an answer, too.
            None if !required && raw.value(name).is_some() => {
                self.answer(name, Secret::default(), false);
            }
            None if required && name == "authenticator" => {
                self.wrong(name, Text::ChooseAnAuthenticator.words().to_owned());
            }
            None if required => self.wrong(name, fill(Text::ChooseField, &[label])),
            None => {}
        }
    }

    #[inline(never)]
    fn phone(&mut self, name: &str, method: Option<&str>, raw: &impl Raw) {
        let typed = raw.value(name).unwrap_or_default();
        let voice = method
            .and_then(|method| raw.value(method))
            .is_some_and(|method| method.expose() == "voice");
        let extension = raw.value(EXTENSION).filter(|_| voice).unwrap_or_default();
        let country = raw
            .value(COUNTRY)
            .and_then(|code| phone::country(code.expose()))
            .unwrap_or_else(|| phone::guess(std::iter::empty()));
        let extension = Some(extension.expose().trim()).filter(|extension| !extension.is_empty());
        match phone::normalise(typed.expose(), country, extension) {
            Ok(number) => {
                let typed = [
                    (COUNTRY, country.code),
                    (EXTENSION, extension.unwrap_or_default()),
                ];
                self.checked
                    .kept
                    .extend(typed.map(|(name, text)| (name.to_owned(), text.to_owned())));
                self.answer(name, Secret::new(number), false);
            }
            Err(problem) => {
                // What the org says of such a number is said here too, and then what is wrong with it.
                let (path, org, text) = match problem {
                    PhoneProblem::Empty => (name, "", Text::EnterPhone),
                    PhoneProblem::Letters => (name, INVALID_PHONE, Text::PhoneLetters),
                    PhoneProblem::TooShort => (name, INVALID_PHONE, Text::PhoneShort),
                    PhoneProblem::TooLong => (name, INVALID_PHONE, Text::PhoneLong),
                    PhoneProblem::NotANumber => (name, INVALID_PHONE, Text::PhoneNone),
                    PhoneProblem::BadExtension => (EXTENSION, "", Text::PhoneExtension),
                };
                let said = messages::text(org).unwrap_or_default();
                self.wrong(
                    path,
                    [said, " ", text.words()].concat().trim_start().to_owned(),
                );
            }
        }
    }

    fn answer(&mut self, name: &str, text: Secret, secret: bool) {
        if !secret {
            self.checked
                .kept
                .push((name.to_owned(), text.expose().to_owned()));
        }
        self.checked
            .answers
            .set(name.to_owned(), Answer::Text(text));
    }

    fn wrong(&mut self, path: &str, words: String) {
        self.found.push(Found {
            path: path.to_owned(),
            words,
        });
    }
}

const INVALID_PHONE: &str = "api.factors.error.sms.invalid_phone";
/// The control of a telephone number's country. Not sent.
pub const COUNTRY: &str = "country";
/// The control of a telephone number's extension. Sent within the number.
pub const EXTENSION: &str = "extension";

/// A code without the spaces and dashes that people and messages put in; a device's with its own dash.
pub fn bare(typed: &str, kind: CodeKind) -> String {
    if matches!(kind, CodeKind::Signs | CodeKind::Touch) {
        return typed.trim().to_owned();
    }
    let mut code: String = typed
        .chars()
        .filter_map(|letter| match letter {
            '０'..='９' => char::from_u32(u32::from(letter) - 0xFEE0),
            _ => Some(letter),
        })
        .filter(|letter| {
            letter.is_ascii_alphanumeric()
                || (kind == CodeKind::Letters && letter.is_ascii_punctuation() && *letter != '-')
        })
        .collect();
    if kind == CodeKind::Device {
        if code.len() != 8 {
            return typed.trim().to_owned();
        }
        code.make_ascii_uppercase();
        code.insert(4, '-');
    }
    code
}

/// Whether it can be an email address at all. The org decides whether it is one.
fn like_an_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && !name.contains('@')
            && !text.contains(char::is_whitespace)
            && domain.split('.').count() > 1
            && domain.split('.').all(|part| !part.is_empty())
    })
}
