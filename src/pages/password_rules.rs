//! The rules of a password in words, each with how the typed one stands to it.

use super::words::fill;
use crate::password::{Person, Rule, Rules, Verdict};
use crate::text::Text;

/// One rule as a line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// The rule.
    pub words: String,
    /// How the typed password stands to it.
    pub verdict: Verdict,
}

/// The list of rules for what is typed so far. `person` has the identifier under `identifier`.
pub fn lines(rules: &Rules, typed: &str, person: &[(String, String)]) -> Vec<RuleLine> {
    let identifier = person
        .iter()
        .find(|(name, _)| name == "identifier")
        .map_or("", |(_, value)| value.as_str());
    let person = Person {
        identifier,
        attributes: person,
    };
    rules
        .list()
        .into_iter()
        .map(|rule| RuleLine {
            words: words(&rule),
            verdict: rule.check(typed, &person),
        })
        .collect()
}

fn words(rule: &Rule) -> String {
    let some = |count: u32, one: Text, many: Text| match count {
        1 => one.words().to_owned(),
        count => fill(many, &[&count.to_string()]),
    };
    match rule {
        Rule::Length(count) => fill(Text::RuleLength, &[&count.to_string()]),
        Rule::MaxLength(count) => fill(Text::RuleMaxLength, &[&count.to_string()]),
        Rule::Lower(count) => some(*count, Text::RuleLower, Text::RuleLowers),
        Rule::Upper(count) => some(*count, Text::RuleUpper, Text::RuleUppers),
        Rule::Number(count) => some(*count, Text::RuleNumber, Text::RuleNumbers),
        Rule::Symbol(count) => some(*count, Text::RuleSymbol, Text::RuleSymbols),
        Rule::NotUsername => Text::RuleUsername.words().to_owned(),
        Rule::NotAttribute(name) => match name.as_str() {
            "firstName" => Text::RuleFirstName.words().to_owned(),
            "lastName" => Text::RuleLastName.words().to_owned(),
            other => fill(Text::RuleAttribute, &[other]),
        },
        Rule::Consecutive(count) => fill(Text::RuleConsecutive, &[&count.to_string()]),
        Rule::ThreeOfFour => Text::RuleThreeOfFour.words().to_owned(),
        Rule::History(count) => fill(Text::RuleHistory, &[&count.to_string()]),
        Rule::MinAge(minutes) => fill(Text::RuleMinAge, &[&minutes.to_string()]),
    }
}
