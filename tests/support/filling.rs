//! A person who fills in any page with values that could be meant.

use std::collections::BTreeMap;

use vestibule::pages::{AGAIN, Card, Input, Part};
use vestibule::secret::Secret;

/// What stands in the controls of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filling(pub BTreeMap<String, String>);

impl Filling {
    /// As the control of that name gives it.
    pub(crate) fn value(&self, name: &str) -> Option<Secret> {
        self.0.get(name).map(Secret::new)
    }
}

/// All ways of filling in a page that differ in something worth checking: each choice once, all boxes ticked and none, and
/// nothing but what is asked for.
pub(crate) fn ways(card: &Card) -> Vec<Filling> {
    let mut fillings = vec![full(&card.parts, true), full(&card.parts, false)];
    let mut spare = full(&card.parts, false);
    drop_optional(&card.parts, &mut spare);
    fillings.push(spare);
    choices(&card.parts, &Filling::default(), &card.parts, &mut fillings);
    fillings
}

/// One filling with each of the alternatives of each choice, and the fields that come with it.
fn choices(parts: &[Part], under: &Filling, all: &[Part], fillings: &mut Vec<Filling>) {
    for part in parts {
        match part {
            Part::Radios { name, options, .. } | Part::Select { name, options, .. } => {
                for option in options.iter().filter(|option| !option.value.is_empty()) {
                    let mut filling = full(all, true);
                    filling.0.extend(under.0.clone());
                    filling.0.insert(name.clone(), option.value.clone());
                    fillings.push(filling);
                }
            }
            Part::Variants { name, variants, .. } => {
                for variant in variants {
                    let mut chosen = under.clone();
                    chosen.0.insert(name.clone(), variant.value.clone());
                    chosen.0.extend(full(&variant.parts, true).0);
                    let mut filling = full(all, true);
                    for other in variants {
                        filling
                            .0
                            .retain(|name, _| !full(&other.parts, true).0.contains_key(name));
                    }
                    filling.0.extend(chosen.0.clone());
                    fillings.push(filling);
                    choices(&variant.parts, &chosen, all, fillings);
                }
            }
            _ => {}
        }
    }
}

fn full(parts: &[Part], ticked: bool) -> Filling {
    let mut filling = Filling::default();
    for part in parts {
        match part {
            Part::Input(input) => {
                filling.0.insert(input.name.clone(), typed(input));
            }
            Part::NewPassword { input, rules, .. } => {
                let word = password(rules.min_length.max(input.least.unwrap_or(0)));
                filling.0.insert(input.name.clone(), word.clone());
                filling.0.insert(AGAIN.to_owned(), word);
            }
            Part::Phone { name, .. } => {
                filling.0.insert(name.clone(), "+1 415 555 2671".to_owned());
            }
            Part::Radios {
                name,
                options,
                chosen,
                ..
            }
            | Part::Select {
                name,
                options,
                chosen,
                ..
            } => {
                let first = options
                    .iter()
                    .map(|option| &option.value)
                    .find(|value| !value.is_empty());
                filling.0.extend(
                    chosen
                        .as_ref()
                        .or(first)
                        .map(|value| (name.clone(), value.clone())),
                );
            }
            Part::Check { name, .. } if ticked => {
                filling.0.insert(name.clone(), "on".to_owned());
            }
            Part::Variants { name, variants, .. } => {
                if let Some(first) = variants.first() {
                    filling.0.extend(full(&first.parts, ticked).0);
                    filling.0.insert(name.clone(), first.value.clone());
                }
            }
            _ => {}
        }
    }
    filling
}

fn drop_optional(parts: &[Part], filling: &mut Filling) {
    for part in parts {
        match part {
            Part::Input(input) if !input.required => {
                filling.0.insert(input.name.clone(), String::new());
            }
            // What is chosen to begin with can be changed and not taken back.
            Part::Radios {
                name,
                required: false,
                chosen: None,
                ..
            } => {
                filling.0.remove(name);
            }
            // A list always has a value, be it none of its options.
            Part::Select {
                name,
                required: false,
                ..
            } => {
                filling.0.insert(name.clone(), String::new());
            }
            _ => {}
        }
    }
}

fn typed(input: &Input) -> String {
    let mut word = match (input.kind, input.autocomplete) {
        _ if input.code.is_some() => "123456".to_owned(),
        ("password", _) => return password(input.least.unwrap_or(0)),
        ("email", _) | (_, "email") => "mia@acme.test".to_owned(),
        ("url", _) => "https://acme.test/mia".to_owned(),
        ("tel", _) => "+14155552671".to_owned(),
        ("date", _) => "1990-02-03".to_owned(),
        ("number", _) => "42".to_owned(),
        _ => "turnip".to_owned(),
    };
    while input.least.is_some_and(|least| word.len() < least as usize) {
        word.push('7');
    }
    if let Some(most) = input.most {
        word.truncate(most as usize);
    }
    word
}

/// Long enough, of all classes, without a repetition.
fn password(least: u32) -> String {
    let mut word = "Wq7!vTz9#Lp".to_owned();
    for letter in "XbKd2".chars().cycle() {
        if word.len() >= least as usize {
            break;
        }
        word.push(letter);
    }
    word
}
