//! What a new password must be like, as the org's policy has it, and how far one typed gets.
//!
//! The words for each rule belong to the page. Whether a password is common, or was used before, only the org can tell.

use crate::text;

/// The org's policy for new passwords. Zero, `None` and `false` mean that there is no such rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The fewest characters.
    pub min_length: u32,
    /// The most characters.
    pub max_length: Option<u32>,
    /// The fewest small letters.
    pub min_lower: u32,
    /// The fewest capital letters.
    pub min_upper: u32,
    /// The fewest digits.
    pub min_number: u32,
    /// The fewest signs that are neither letter nor digit; a space is one.
    pub min_symbol: u32,
    /// Whether parts of the user name are kept out.
    pub exclude_username: bool,
    /// Names of profile attributes whose values are kept out, for example `firstName`.
    pub exclude_attributes: Vec<String>,
    /// How often at most the same character may stand in a row.
    pub max_consecutive: Option<u32>,
    /// Whether it is Active Directory that decides: three of the four kinds of character instead of a number of each.
    pub ad: bool,
    /// How many earlier passwords cannot be used again.
    pub history: u32,
    /// How long a password must have been in use before the next, in minutes.
    pub min_age_minutes: u32,
}

/// One thing asked of a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// So many characters at least.
    Length(u32),
    /// So many characters at most.
    MaxLength(u32),
    /// So many small letters.
    Lower(u32),
    /// So many capital letters.
    Upper(u32),
    /// So many digits.
    Number(u32),
    /// So many other signs.
    Symbol(u32),
    /// Of small letters, capital letters, digits and other signs at least three kinds.
    ThreeOfFour,
    /// No part of the user name.
    NotUsername,
    /// Not the value of this profile attribute.
    NotAttribute(String),
    /// The same character so many times in a row at most.
    Consecutive(u32),
    /// None of the last so many passwords.
    History(u32),
    /// The current password is at least so many minutes old.
    MinAge(u32),
}

/// Whose password it is.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// What they sign in with.
    pub identifier: &'a str,
    /// What is known of their profile: names as in [`Rules::exclude_attributes`], with or without `userProfile.` before
    /// them, and values.
    pub attributes: &'a [(String, String)],
}

/// How a password stands to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It keeps the rule.
    Met,
    /// It does not, or there is no password yet.
    Unmet,
    /// Only the org can tell: a rule to show, not to tick.
    ServerSide,
}

impl Rules {
    /// The rules that there are, always in the same order: what to put in, what to leave out, what only the org can tell.
    pub fn list(&self) -> Vec<Rule> {
        let mut list = Vec::new();
        count(&mut list, self.min_length, Rule::Length);
        count(&mut list, self.max_length.unwrap_or(0), Rule::MaxLength);
        if self.ad {
            list.push(Rule::ThreeOfFour);
        } else {
            count(&mut list, self.min_lower, Rule::Lower);
            count(&mut list, self.min_upper, Rule::Upper);
            count(&mut list, self.min_number, Rule::Number);
            count(&mut list, self.min_symbol, Rule::Symbol);
        }
        if self.exclude_username {
            list.push(Rule::NotUsername);
        }
        for (place, name) in self.exclude_attributes.iter().enumerate() {
            let mut before = self.exclude_attributes.iter().take(place);
            if !name.is_empty() && before.all(|other| other != name) {
                list.push(Rule::NotAttribute(name.clone()));
            }
        }
        count(
            &mut list,
            self.max_consecutive.unwrap_or(0),
            Rule::Consecutive,
        );
        count(&mut list, self.history, Rule::History);
        count(&mut list, self.min_age_minutes, Rule::MinAge);
        list
    }
}

/// Adds a rule that has a number, unless it is zero.
fn count(list: &mut Vec<Rule>, number: u32, rule: fn(u32) -> Rule) {
    if number > 0 {
        list.push(rule(number));
    }
}

impl Rule {
    /// How this password stands to the rule.
    pub fn check(&self, password: &str, person: &Person<'_>) -> Verdict {
        let count = |kind: fn(char) -> bool| password.chars().filter(|c| kind(*c)).count();
        let at_least =
            |found: usize, wanted: u32| u32::try_from(found).is_ok_and(|found| found >= wanted);
        let met = match self {
            Self::History(_) | Self::MinAge(_) => return Verdict::ServerSide,
            _ if password.is_empty() => false,
            Self::Length(wanted) => at_least(password.chars().count(), *wanted),
            Self::MaxLength(most) => {
                u32::try_from(password.chars().count()).is_ok_and(|found| found <= *most)
            }
            Self::Lower(wanted) => at_least(count(is_lower), *wanted),
            Self::Upper(wanted) => at_least(count(is_upper), *wanted),
            Self::Number(wanted) => at_least(count(is_digit), *wanted),
            Self::Symbol(wanted) => at_least(count(is_symbol), *wanted),
            Self::ThreeOfFour => {
                let kinds = [is_lower, is_upper, is_digit, is_symbol];
                kinds
                    .into_iter()
                    .filter(|kind| password.contains(*kind))
                    .count()
                    >= 3
            }
            Self::NotUsername => person
                .identifier
                .split([',', '.', '-', '_', '#', '@'])
                .filter(|part| part.chars().count() >= 4)
                .all(|part| !contains(password, part)),
            Self::NotAttribute(name) => person
                .attributes
                .iter()
                .filter(|(known, value)| last(known) == last(name) && !value.trim().is_empty())
                .all(|(_, value)| !contains(password, value.trim())),
            Self::Consecutive(most) => longest_run(password) <= *most,
        };
        if met { Verdict::Met } else { Verdict::Unmet }
    }
}

/// `userProfile.firstName` and `firstName` are the same.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether a text stands in another one, in small or capital letters.
fn contains(text: &str, part: &str) -> bool {
    let fold = |text: &str| text.chars().map(lower).collect::<String>();
    text::has(&fold(text), &fold(part))
}

fn longest_run(text: &str) -> u32 {
    let (mut longest, mut run, mut before) = (0, 0_u32, None);
    for c in text.chars() {
        run = if before == Some(c) {
            run.saturating_add(1)
        } else {
            1
        };
        longest = run.max(longest);
        before = Some(c);
    }
    longest
}

/// The small letter of a capital one in the scripts of Europe; any other character itself. The standard library's table
/// for all of Unicode would weigh more than the rest of this module.
fn lower(c: char) -> char {
    let code = u32::from(c);
    let (odd, even) = (code & 1, code & 1 ^ 1);
    let on = match code {
        0x41..=0x5A | 0xC0..=0xD6 | 0xD8..=0xDE | 0x391..=0x3A1 | 0x3A3..=0x3AB | 0x410..=0x42F => {
            0x20
        }
        0x130 => return 'i',
        0x178 => return 'ÿ',
        0x1E9E => return 'ß',
        0x386 => 0x26,
        0x388..=0x38A => 0x25,
        0x38C => 0x40,
        0x38E..=0x38F => 0x3F,
        0x400..=0x40F => 0x50,
        0x531..=0x556 => 0x30,
        0x139..=0x148 | 0x179..=0x17E => odd,
        0x100..=0x137 | 0x14A..=0x177 | 0x460..=0x481 | 0x48A..=0x4BF | 0x4D0..=0x52F => even,
        0x1E00..=0x1E95 | 0x1EA0..=0x1EFF => even,
        _ => 0,
    };
    char::from_u32(code.wrapping_add(on)).unwrap_or(c)
}

fn is_upper(c: char) -> bool {
    lower(c) != c
}

/// A letter in the same ranges as [`lower`] has, and no capital.
fn is_lower(c: char) -> bool {
    let cased = matches!(u32::from(c),
        0x61..=0x7A | 0xB5 | 0xDF..=0xF6 | 0xF8..=0x17F | 0x390 | 0x3AC..=0x3CE | 0x430..=0x481 | 0x48A..=0x4BF | 0x4D0..=0x52F
        | 0x560..=0x588 | 0x1E00..=0x1E9D | 0x1E9F..=0x1EFF);
    cased && !is_upper(c)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// What can be seen and is neither letter nor digit, and the space. Beyond ASCII only what is certain.
fn is_symbol(c: char) -> bool {
    let code = u32::from(c);
    match code {
        0x20
        | 0xA0..=0xA9
        | 0xAB..=0xAC
        | 0xAE..=0xB1
        | 0xB4
        | 0xB6..=0xB8
        | 0xBB
        | 0xBF
        | 0xD7
        | 0xF7 => true,
        0x2010..=0x2027
        | 0x2030..=0x205E
        | 0x20A0..=0x20C1
        | 0x2190..=0x23FF
        | 0x2500..=0x2775
        | 0x2794..=0x2BFF => true,
        0x3001..=0x3003 | 0x3008..=0x3020 | 0x1F300..=0x1FAFF => true,
        _ => c.is_ascii_punctuation(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: Person<'_> = Person {
        identifier: "",
        attributes: &[],
    };

    fn met(rule: Rule, password: &str) -> bool {
        rule.check(password, &NOBODY) == Verdict::Met
    }

    #[test]
    fn no_rules_make_an_empty_list() {
        assert_eq!(Rules::default().list(), []);
        let zeros = Rules {
            max_length: Some(0),
            max_consecutive: Some(0),
            ..Rules::default()
        };
        assert_eq!(zeros.list(), []);
    }

    #[test]
    fn the_list_keeps_its_order() {
        let names = ["firstName", "lastName", "firstName", ""];
        let mut rules = Rules {
            min_length: 8,
            max_length: Some(72),
            min_lower: 1,
            min_upper: 2,
            min_number: 3,
            min_symbol: 4,
            exclude_username: true,
            exclude_attributes: names.map(str::to_owned).to_vec(),
            max_consecutive: Some(3),
            ad: false,
            history: 4,
            min_age_minutes: 120,
        };
        let around = |middle: &[Rule]| {
            let mut list = vec![Rule::Length(8), Rule::MaxLength(72)];
            list.extend_from_slice(middle);
            list.extend([
                Rule::NotUsername,
                Rule::NotAttribute("firstName".to_owned()),
                Rule::NotAttribute("lastName".to_owned()),
                Rule::Consecutive(3),
                Rule::History(4),
                Rule::MinAge(120),
            ]);
            list
        };
        assert_eq!(
            rules.list(),
            around(&[
                Rule::Lower(1),
                Rule::Upper(2),
                Rule::Number(3),
                Rule::Symbol(4)
            ])
        );
        rules.ad = true;
        assert_eq!(rules.list(), around(&[Rule::ThreeOfFour]));
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        assert!(met(Rule::Length(4), "ab\u{e9}\u{1f600}"));
        assert!(!met(Rule::Length(5), "ab\u{e9}\u{1f600}"));
        assert!(met(Rule::MaxLength(4), "ab\u{e9}\u{1f600}"));
        assert!(!met(Rule::MaxLength(3), "ab\u{e9}\u{1f600}"));
    }

    #[test]
    fn kinds_of_character() {
        assert!(met(Rule::Lower(2), "aXb"));
        assert!(!met(Rule::Lower(3), "aXb"));
        assert!(met(Rule::Upper(1), "\u{dc}ber"));
        assert!(met(Rule::Lower(1), "\u{fc}"));
        assert!(met(Rule::Number(2), "a1b2"));
        assert!(!met(Rule::Number(1), "\u{661}"));
        for symbol in [
            " ",
            "!",
            "_",
            "~",
            "\u{a3}",
            "\u{20ac}",
            "\u{1f600}",
            "\u{2014}",
        ] {
            assert!(met(Rule::Symbol(1), symbol), "{symbol}");
        }
        for other in [
            "a", "Z", "0", "\u{e9}", "\u{430}", "\u{4e2d}", "\u{b2}", "\n", "\u{200b}",
        ] {
            assert!(!met(Rule::Symbol(1), other), "{other:?}");
        }
        assert!(met(Rule::ThreeOfFour, "aB1"));
        assert!(met(Rule::ThreeOfFour, "a1 "));
        assert!(!met(Rule::ThreeOfFour, "aaBB"));
    }

    #[test]
    fn letters_are_as_the_standard_library_has_them() {
        let scripts = (0..0x250)
            .chain(0x386..0x3CF)
            .chain(0x400..0x530)
            .chain(0x531..0x589)
            .chain(0x1E00..0x1F00);
        for c in scripts.filter_map(char::from_u32) {
            if is_upper(c) {
                assert!(c.is_uppercase(), "{c:?}");
                assert!(c == '\u{130}' || c.to_lowercase().eq([lower(c)]), "{c:?}");
            }
            assert!(!is_lower(c) || c.is_lowercase(), "{c:?}");
            assert!(!is_symbol(c) || !c.is_alphanumeric(), "{c:?}");
        }
        for c in (0x80..=0x10FFFF)
            .filter_map(char::from_u32)
            .filter(|c| is_symbol(*c))
        {
            assert!(!c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn parts_of_the_user_name() {
        let verdict = |identifier, password| {
            Rule::NotUsername.check(
                password,
                &Person {
                    identifier,
                    ..NOBODY
                },
            )
        };
        assert_eq!(verdict("mia@acme.test", "xACMEx"), Verdict::Unmet);
        assert_eq!(verdict("mia@acme.test", "atesty"), Verdict::Unmet);
        assert_eq!(verdict("mia@acme.test", "mia12345"), Verdict::Met);
        assert_eq!(verdict("ada.love-lace_1815#x", "LACE"), Verdict::Unmet);
        assert_eq!(verdict("ada.love-lace_1815#x", "1815"), Verdict::Unmet);
        assert_eq!(verdict("J\u{d6}RG@x.de", "xj\u{f6}rgx"), Verdict::Unmet);
        assert_eq!(verdict("", "anything"), Verdict::Met);
        assert_eq!(verdict("@@..", "anything"), Verdict::Met);
    }

    #[test]
    fn values_of_the_profile() {
        let attributes = [
            ("userProfile.firstName", "Ada"),
            ("lastName", " Lovelace "),
            ("city", ""),
            ("nick", "(.*"),
        ];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let person = Person {
            identifier: "",
            attributes: &attributes,
        };
        let verdict =
            |name: &str, password| Rule::NotAttribute(name.to_owned()).check(password, &person);
        assert_eq!(verdict("firstName", "Canada12"), Verdict::Unmet);
        assert_eq!(
            verdict("userProfile.lastName", "myLOVELACE"),
            Verdict::Unmet
        );
        assert_eq!(verdict("lastName", "Canada12"), Verdict::Met);
        assert_eq!(verdict("city", "Canada12"), Verdict::Met);
        assert_eq!(verdict("unknown", "Canada12"), Verdict::Met);
        assert_eq!(verdict("nick", "Canada12"), Verdict::Met);
        assert_eq!(verdict("nick", "a(.*b"), Verdict::Unmet);
    }

    #[test]
    fn the_same_character_in_a_row() {
        assert!(met(Rule::Consecutive(3), "aaabaaa"));
        assert!(!met(Rule::Consecutive(3), "baaaa"));
        assert!(met(Rule::Consecutive(3), "aaAA"));
        assert!(!met(Rule::Consecutive(1), "\u{1f600}\u{1f600}"));
    }

    #[test]
    fn nothing_typed_meets_nothing() {
        let rules = [
            Rule::Length(1),
            Rule::MaxLength(72),
            Rule::Lower(1),
            Rule::ThreeOfFour,
            Rule::NotUsername,
            Rule::NotAttribute("firstName".to_owned()),
            Rule::Consecutive(3),
        ];
        for rule in rules {
            assert_eq!(rule.check("", &NOBODY), Verdict::Unmet, "{rule:?}");
        }
        for rule in [Rule::History(4), Rule::MinAge(60)] {
            assert_eq!(rule.check("", &NOBODY), Verdict::ServerSide);
            assert_eq!(rule.check("anything", &NOBODY), Verdict::ServerSide);
        }
    }
}
