//! Telephone numbers: from what a person types or pastes to the one form that the org takes, and back to one that can be
//! read.
//!
//! This knows how numbers are dialled and how long they can be, not which of them exist: that is for the org to say.

mod country;

pub use self::country::{Country, countries, country, guess};
use self::country::{Trunk, plan};

/// Why something typed is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneProblem {
    /// Nothing is there, or only brackets and dashes.
    Empty,
    /// There are letters among the digits.
    Letters,
    /// Some digits are missing for this country.
    TooShort,
    /// There are more digits than numbers of this country have.
    TooLong,
    /// Digits that nobody can dial: a sign that does not belong there, an area code that cannot be.
    NotANumber,
    /// The extension is something else than a few digits.
    BadExtension,
}

/// A number and its extension, taken apart but not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// What stands before the extension, in plain ASCII where it was digits or signs.
    pub number: String,
    /// The digits after "ext.", "x" or "#".
    pub extension: Option<String>,
}

/// A number for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pretty {
    /// The number in groups, for example `+49 151 123 456 78`.
    pub number: String,
    /// The extension's digits; the word before them is the page's to choose.
    pub extension: Option<String>,
}

/// No number has more digits than this, its calling code included (E.164).
const LONGEST: usize = 15;
/// The fewest digits where the country says nothing else.
const SHORTEST: usize = 8;
const LONGEST_EXTENSION: usize = 15;

/// Where ten digits in a row begin, from zero to nine, in the scripts that phones are set to.
const ZEROS: [u16; 18] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50,
    0xED0, 0xF20, 0x1040, 0x17E0, 0x1810,
];

/// Takes the extension off the end of a number, if there is one: `+1 555 666 7777 ext. 12`, `…x12`, `…#12`, `…;ext=12`.
pub fn split(typed: &str) -> Typed {
    let plain: String = typed.chars().filter_map(plain).collect();
    let number = plain.trim();
    let inside = number.trim_end_matches([')', ' ']);
    let before = inside.trim_end_matches(|c: char| c.is_ascii_digit() || is_between(c));
    let extension: String = inside
        .chars()
        .skip(before.chars().count())
        .filter(char::is_ascii_digit)
        .collect();
    match without_mark(before) {
        Some(before) if !extension.is_empty() && before.contains(|c: char| c.is_ascii_digit()) => {
            Typed {
                number: before
                    .trim_end_matches([' ', ',', ';', '(', '-', '.'])
                    .to_owned(),
                extension: Some(extension),
            }
        }
        _ => Typed {
            number: number.to_owned(),
            extension: None,
        },
    }
}

/// The number as the org takes it: a plus sign and digits, then `x` and the extension if there is one.
///
/// A number without a calling code is one of `country`; a pasted one that carries its own keeps it. Spaces, brackets,
/// dashes, dots and slashes, digits of other scripts, marks that came along from a web page, `tel:`, what is dialled first
/// for a long-distance call and `(0)` are all understood. An `extension` that is not empty wins over one in `typed`.
pub fn normalise(
    typed: &str,
    country: Country,
    extension: Option<&str>,
) -> Result<String, PhoneProblem> {
    let typed = split(typed);
    let (plus, digits) = digits(&typed.number)?;
    let mut number = if plus {
        abroad(without(&digits, "00"))?
    } else if let Some(rest) = without_prefix(&digits, country.calling) {
        abroad(rest)?
    } else {
        at_home(&digits, country)?
    };
    let mut own = extension_digits(extension.unwrap_or_default())?;
    if own.is_empty() {
        own = extension_digits(typed.extension.as_deref().unwrap_or_default())?;
    }
    if !own.is_empty() {
        number.push('x');
        number.push_str(&own);
    }
    Ok(number)
}

/// A number of the org's in groups that can be read. What is no whole number, for example one with its middle hidden,
/// stays as it is.
pub fn pretty(e164: &str) -> Pretty {
    let as_it_is = || Pretty {
        number: e164.to_owned(),
        extension: None,
    };
    let (number, extension) = match e164.split_once('x') {
        Some((number, extension)) => (number, Some(extension)),
        None => (e164, None),
    };
    let Some(digits) = number.strip_prefix('+') else {
        return as_it_is();
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(digits) || !extension.is_none_or(all_digits) {
        return as_it_is();
    }
    let calling = plan(digits).map_or("", |plan| plan.calling);
    let mut rest = digits.strip_prefix(calling).unwrap_or(digits);
    let mut number = String::from("+");
    number.push_str(calling);
    // Threes, and what is left in a two, a three or a four: a digit on its own is hard to read out.
    while !rest.is_empty() {
        let group = if rest.len() > 4 { 3 } else { rest.len() };
        let (first, after) = rest.split_at_checked(group).unwrap_or((rest, ""));
        if number.len() > 1 {
            number.push(' ');
        }
        number.push_str(first);
        rest = after;
    }
    Pretty {
        number,
        extension: extension.map(str::to_owned),
    }
}

/// One character in plain ASCII lower case, if there is an equal; `None` for what cannot be seen.
fn plain(c: char) -> Option<char> {
    let code = u32::from(c);
    Some(match code {
        // Controls, zero width, directions and their isolates, variation selectors, the keycap of an emoji.
        0x00..=0x08
        | 0x0E..=0x1F
        | 0x7F..=0x84
        | 0x86..=0x9F
        | 0xAD
        | 0x61C
        | 0x180E
        | 0x200B..=0x200F => return None,
        0x202A..=0x202E | 0x2060..=0x206F | 0x20E3 | 0xFE00..=0xFE0F | 0xFEFF => return None,
        0x09..=0x0D
        | 0x85
        | 0xA0
        | 0x1680
        | 0x2000..=0x200A
        | 0x2028
        | 0x2029
        | 0x202F
        | 0x205F
        | 0x3000 => ' ',
        // Dashes, the minus sign, dots in the middle, the telephone signs.
        0x2010..=0x2015 | 0x2043 | 0x2212 | 0x30FC | 0xFE58 | 0xFE63 => '-',
        0xB7 | 0x2022 | 0x2024 | 0x2027 | 0x30FB | 0xFF65 => '.',
        0x260E | 0x260F | 0x2706 | 0x1F4DE | 0x1F4F1 => ' ',
        0x2044 | 0x2215 => '/',
        0xFE62 => '+',
        // Full width: the ASCII of East Asian keyboards.
        0xFF01..=0xFF5E => char::from_u32(code.wrapping_sub(0xFEE0))?.to_ascii_lowercase(),
        _ => ZEROS
            .iter()
            .find_map(|&zero| char::from_digit(code.checked_sub(u32::from(zero))?, 10))
            .unwrap_or_else(|| c.to_ascii_lowercase()),
    })
}

/// What may stand between the digits of a number or its extension, brackets aside.
fn is_between(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '_' | '~' | ':' | '=')
}

/// `text` without the word that announces an extension at its end.
fn without_mark(text: &str) -> Option<&str> {
    ["extension", "extn", "ext", "x", "#"]
        .into_iter()
        .find_map(|mark| text.strip_suffix(mark))
}

/// The digits of an extension that was given by itself, with or without its word. Nothing gives an empty text.
fn extension_digits(typed: &str) -> Result<String, PhoneProblem> {
    let plain: String = typed.chars().filter_map(plain).collect();
    let plain = plain.trim();
    let word = plain.trim_end_matches(|c: char| c.is_ascii_digit() || is_between(c));
    let rest = match without_mark(word) {
        Some("") => plain.strip_prefix(word).unwrap_or(plain),
        _ => plain,
    };
    let digits: String = rest.chars().filter(|c| !is_between(*c)).collect();
    let good = digits.len() <= LONGEST_EXTENSION && digits.bytes().all(|b| b.is_ascii_digit());
    let only_a_word = digits.is_empty() && !word.is_empty();
    if good && !only_a_word {
        Ok(digits)
    } else {
        Err(PhoneProblem::BadExtension)
    }
}

/// The digits of a number without its extension, and whether a plus sign stands before them.
fn digits(number: &str) -> Result<(bool, String), PhoneProblem> {
    let number = number.strip_prefix("tel").unwrap_or(number);
    let mut plus = false;
    let mut digits = String::new();
    let mut wrong = None;
    for c in number.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => plus = true,
            '(' | ')' | '[' | ']' => {}
            _ if is_between(c) => {}
            _ if c.is_ascii() && !c.is_ascii_alphabetic() => {
                wrong = wrong.or(Some(PhoneProblem::NotANumber))
            }
            _ => wrong = Some(PhoneProblem::Letters),
        }
    }
    match wrong {
        Some(problem) => Err(problem),
        None if digits.is_empty() => Err(PhoneProblem::Empty),
        None => Ok((plus, digits)),
    }
}

/// What follows the digits that are dialled before a calling code in the country that has this one.
fn without_prefix<'a>(digits: &'a str, calling: &str) -> Option<&'a str> {
    let own = match calling {
        "1" => "011",
        "61" => "0011",
        "81" => "010",
        "7" | "375" | "992" | "993" => "810",
        _ => "00",
    };
    digits
        .strip_prefix(own)
        .or_else(|| digits.strip_prefix("00"))
}

/// A number that begins with its calling code.
fn abroad(digits: &str) -> Result<String, PhoneProblem> {
    if digits.is_empty() {
        return Err(PhoneProblem::TooShort);
    }
    if digits.starts_with('0') {
        return Err(PhoneProblem::NotANumber);
    }
    if let Some(plan) = plan(digits) {
        return whole(digits.strip_prefix(plan.calling).unwrap_or(digits), plan);
    }
    // No country's: a satellite or a service that is in use all over the world.
    if digits.len() < SHORTEST {
        Err(PhoneProblem::TooShort)
    } else if digits.len() > LONGEST {
        Err(PhoneProblem::TooLong)
    } else {
        Ok(["+", digits].concat())
    }
}

/// A number as it is dialled in its own country, or one that only lacks the plus sign.
fn at_home(digits: &str, country: Country) -> Result<String, PhoneProblem> {
    let plan = plan(country.calling).unwrap_or(country);
    // In most countries a number cannot be that long, so the calling code must be in it. Where it can, nearly all are
    // shorter than this.
    let long = digits.len() > usize::from(plan.longest) || digits.len() >= 12;
    if let Some(Ok(number)) = digits
        .strip_prefix(plan.calling)
        .filter(|_| long)
        .map(|rest| whole(rest, plan))
    {
        return Ok(number);
    }
    whole(digits, plan)
}

/// Joins a calling code with a number dialled behind it, with or without what is only dialled inside the country.
fn whole(dialled: &str, plan: Country) -> Result<String, PhoneProblem> {
    let (shortest, longest) = (usize::from(plan.shortest), usize::from(plan.longest));
    let mut number = match plan.trunk {
        Trunk::Zero => dialled.trim_start_matches('0'),
        Trunk::ZeroSix => without(dialled, "06"),
        Trunk::One => dialled.trim_start_matches('1'),
        Trunk::Kept | Trunk::Eight | Trunk::Mexico => dialled,
    };
    let extra: &[&str] = match plan.trunk {
        Trunk::Eight => &["8", "0"],
        Trunk::Mexico => &["044", "045", "01", "1"],
        _ => &["0"],
    };
    while number.len() > longest {
        match extra.iter().find_map(|extra| number.strip_prefix(extra)) {
            Some(rest) => number = rest,
            None => return Err(PhoneProblem::TooLong),
        }
    }
    if number.len() < shortest {
        return Err(PhoneProblem::TooShort);
    }
    if plan.trunk == Trunk::One && !is_north_american(number.as_bytes()) {
        return Err(PhoneProblem::NotANumber);
    }
    Ok(["+", plan.calling, number].concat())
}

/// In North America neither an area code nor what follows it begins with 0 or 1. Area 555 is nobody's; films and examples
/// use it freely, so the org may judge those.
fn is_north_american(number: &[u8]) -> bool {
    let may_begin = |digit: Option<&u8>| digit.is_some_and(|digit| *digit >= b'2');
    may_begin(number.first()) && (number.starts_with(b"555") || may_begin(number.get(3)))
}

/// A text without a prefix, however often it stands there.
fn without<'a>(mut text: &'a str, prefix: &str) -> &'a str {
    while let Some(rest) = text.strip_prefix(prefix) {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn from(code: &str, typed: &str) -> Result<String, PhoneProblem> {
        normalise(typed, country(code).unwrap(), None)
    }

    #[track_caller]
    fn is(code: &str, typed: &str, expected: &str) {
        assert_eq!(from(code, typed).as_deref(), Ok(expected), "{typed}");
    }

    #[track_caller]
    fn is_not(code: &str, typed: &str, problem: PhoneProblem) {
        assert_eq!(from(code, typed), Err(problem), "{typed}");
    }

    #[test]
    fn what_stands_between_the_digits_goes() {
        for typed in [
            "5556667777",
            "555 666 7777",
            "(555) 666-7777",
            "555.666.7777",
            "555/666/7777",
            " [555] 666_7777 ",
            "1 555 666 7777",
            "1-555-666-7777",
            "+1 555 666 7777",
            "+1 (555) 666-7777",
            "(+1) 555 666 7777",
            "++1 555 666 7777",
            "+1 1 555 666 7777",
            "011 1 555 666 7777",
            "001 555 666 7777",
            "tel:+1-555-666-7777",
            "Tel.: 555 666 7777",
            "TEL: (555) 666 7777",
            "555\u{2011}666\u{2013}7777",
            "555\u{a0}666\u{202f}7777",
            "\u{202a}+1 555 666 7777\u{202c}",
            "\u{2066}555\u{200b}6667777\u{2069}",
            "\u{feff}5556667777\n",
            "\t555\r\n6667777",
            "\u{ff0b}\u{ff11} \u{ff15}\u{ff15}\u{ff15}\u{ff0d}6667777",
            "\u{665}\u{665}\u{665} \u{666}\u{666}\u{666} \u{667}\u{667}\u{667}\u{667}",
            "\u{96b}\u{96b}\u{96b} 666 7777",
            "5\u{fe0f}\u{20e3}55 666 7777",
            "\u{260e}\u{fe0f} 555 666 7777",
        ] {
            is("US", typed, "+15556667777");
        }
    }

    #[test]
    fn the_zero_for_long_distance_goes() {
        for typed in [
            "0151 12345678",
            "151 12345678",
            "(0151) 123 456 78",
            "0151/123-456-78",
            "+49 (0) 151 12345678",
            "+49(0)15112345678",
            "+49 0151 12345678",
            "+49 [0] 151 12345678",
            "0049 151 12345678",
            "0049 (0)151 12345678",
            "+0049 151 12345678",
            "49 151 12345678",
            "4915112345678",
            "(0) 151 12345678",
        ] {
            is("DE", typed, "+4915112345678");
        }
        is("GB", "07700 900123", "+447700900123");
        is("GB", "+44 (0)7700 900123", "+447700900123");
        is("FR", "06 12 34 56 78", "+33612345678");
        is("FR", "33 6 12 34 56 78", "+33612345678");
        is("AU", "0412 345 678", "+61412345678");
        is("BR", "(011) 98765-4321", "+5511987654321");
        is("DE", "0491 12345", "+4949112345");
    }

    #[test]
    fn a_zero_that_belongs_to_the_number_stays() {
        is("IT", "06 1234 5678", "+390612345678");
        is("IT", "+39 (0)6 1234 5678", "+390612345678");
        is("IT", "347 123 4567", "+393471234567");
        is("IT", "39 347 123 4567", "+393471234567");
        is("IT", "393 123 4567", "+393931234567");
        is("VA", "06 698 12345", "+390669812345");
        is("SM", "0549 886377", "+3780549886377");
        is("CI", "07 12 34 56 78", "+2250712345678");
        is("BJ", "01 95 12 34 56", "+2290195123456");
    }

    #[test]
    fn other_ways_to_begin() {
        is("RU", "8 (912) 345-67-89", "+79123456789");
        is("RU", "+7 8 912 345 67 89", "+79123456789");
        is("RU", "800 123 45 67", "+78001234567");
        is("RU", "8~10 49 151 12345678", "+4915112345678");
        is("KZ", "8 701 234 5678", "+77012345678");
        is("BY", "8 029 123-45-67", "+375291234567");
        is("LT", "8 612 34567", "+37061234567");
        is("LT", "0 612 34567", "+37061234567");
        is("HU", "06 20 123 4567", "+36201234567");
        is("HU", "+36 (06) 20 123 4567", "+36201234567");
        is("HU", "36 20 123 4567", "+36201234567");
        is("MX", "55 1234 5678", "+525512345678");
        is("MX", "+52 1 55 1234 5678", "+525512345678");
        is("MX", "044 55 1234 5678", "+525512345678");
        is("ES", "+34 (0) 612 345 678", "+34612345678");
        is("DK", "20 12 34 56", "+4520123456");
        is("NO", "412 34 567", "+4741234567");
        is("PT", "912 345 678", "+351912345678");
        is("CZ", "601 123 456", "+420601123456");
        is("PL", "601 234 567", "+48601234567");
        is("AU", "0011 49 151 12345678", "+4915112345678");
        is("JP", "010 49 151 12345678", "+4915112345678");
        is("JP", "090-1234-5678", "+819012345678");
        is("NU", "4002", "+6834002");
    }

    #[test]
    fn a_pasted_number_keeps_its_own_country() {
        is("DE", "+1 555 666 7777", "+15556667777");
        is("US", "+49 151 12345678", "+4915112345678");
        is("US", "011 49 151 12345678", "+4915112345678");
        is("FR", "0044 7700 900123", "+447700900123");
        is("US", "+800 1234 5678", "+80012345678");
        is("US", "+870 773 111 632", "+870773111632");
    }

    #[test]
    fn what_cannot_be_is_told_apart() {
        use PhoneProblem::*;
        for typed in ["", " ", "---", "()", "+", "\u{200b}", "tel:"] {
            is_not("US", typed, Empty);
        }
        for typed in [
            "incorrectnumber",
            "555 CALL NOW",
            "x12",
            "ext 5",
            "5556667777 ext",
            "555\u{e4}6667777",
            "\u{1f600}",
        ] {
            is_not("US", typed, Letters);
        }
        for typed in ["555 666 777", "1", "+1", "+49", "00", "0", "+4"] {
            is_not("US", typed, TooShort);
        }
        for typed in [
            "555 666 77778",
            "+1 555 666 7777 8",
            "+4915112345678901",
            "+8001234567890123",
        ] {
            is_not("US", typed, TooLong);
        }
        for typed in [
            "055 666 7777",
            "+1 055 666 7777",
            "212 166 7777",
            "555+6667777",
            "5556667777*",
            "a@",
            "+1,555,666,7777",
        ] {
            assert!(from("US", typed).is_err(), "{typed}");
        }
        is_not("US", "055 666 7777", NotANumber);
        is_not("US", "212 166 7777", NotANumber);
        is_not("US", "555+6667777", NotANumber);
        is_not("US", "5556667777*", NotANumber);
        is_not("US", "+0 555 666 7777", NotANumber);
        is_not("DE", "110", TooShort);
        is_not("DE", "0", TooShort);
        is_not("FR", "06 12 34 56", TooShort);
        is_not("FR", "06 12 34 56 78 9", TooLong);
        // The example in the org's own documents.
        is("US", "555 123 4567", "+15551234567");
    }

    #[test]
    fn extensions() {
        for typed in [
            "+1 555 666 7777 ext. 12",
            "+1 555 666 7777 ext 12",
            "+1 555 666 7777, Ext: 12",
            "+1 555 666 7777 extension 12",
            "+1 555 666 7777 (extn 12)",
            "(555) 666-7777x12",
            "(555) 666-7777 X 1 2",
            "555.666.7777#12",
            "555-666-7777 \u{ff58}\u{ff11}\u{ff12}",
            "tel:+1-555-666-7777;ext=12",
            "+15556667777x12",
        ] {
            is("US", typed, "+15556667777x12");
        }
        let us = country("US").unwrap();
        let with = |typed, extension| normalise(typed, us, Some(extension));
        for extension in [
            "12",
            " 1 2 ",
            "x12",
            "ext. 12",
            "#12",
            "Ext 12",
            "\u{ff11}\u{ff12}",
            "12\u{202c}",
        ] {
            assert_eq!(
                with("5556667777", extension).as_deref(),
                Ok("+15556667777x12"),
                "{extension}"
            );
            assert_eq!(
                with("5556667777x99", extension).as_deref(),
                Ok("+15556667777x12"),
                "{extension}"
            );
        }
        for nothing in ["", " ", "\u{200b}"] {
            assert_eq!(
                with("5556667777x99", nothing).as_deref(),
                Ok("+15556667777x99")
            );
            assert_eq!(with("5556667777", nothing).as_deref(), Ok("+15556667777"));
        }
        for bad in [
            "a",
            "1a",
            "x",
            "+1",
            "1*2",
            "1234567890123456",
            "12x12",
            "\u{1f600}",
        ] {
            assert_eq!(
                with("5556667777", bad),
                Err(PhoneProblem::BadExtension),
                "{bad}"
            );
        }
        is_not(
            "US",
            "5556667777x1234567890123456",
            PhoneProblem::BadExtension,
        );
        // The number comes first in the page, so its problem does too.
        assert_eq!(with("555", "a"), Err(PhoneProblem::TooShort));
    }

    #[test]
    fn the_extension_is_split_off() {
        let both = |number: &str, extension: Option<&str>| Typed {
            number: number.to_owned(),
            extension: extension.map(str::to_owned),
        };
        assert_eq!(
            split("+1 555 666 7777, ext. 12"),
            both("+1 555 666 7777", Some("12"))
        );
        assert_eq!(split("+1 (555) 666-7777"), both("+1 (555) 666-7777", None));
        assert_eq!(split("x12"), both("x12", None));
        assert_eq!(split(""), both("", None));
    }

    #[test]
    fn numbers_to_read() {
        let pretty = |e164| {
            let pretty = pretty(e164);
            (pretty.number, pretty.extension)
        };
        let plain = |number: &str| (number.to_owned(), None);
        assert_eq!(pretty("+4915112345678"), plain("+49 151 123 456 78"));
        assert_eq!(pretty("+15556667777"), plain("+1 555 666 7777"));
        assert_eq!(pretty("+33612345678"), plain("+33 612 345 678"));
        assert_eq!(pretty("+4520123456"), plain("+45 201 234 56"));
        assert_eq!(pretty("+6834002"), plain("+683 4002"));
        assert_eq!(pretty("+390612345678"), plain("+39 061 234 5678"));
        assert_eq!(pretty("+999123"), plain("+999 123"));
        assert_eq!(pretty("+1"), plain("+1"));
        assert_eq!(
            pretty("+15556667777x12"),
            ("+1 555 666 7777".to_owned(), Some("12".to_owned()))
        );
        for other in [
            "",
            "+",
            "+1 XXX-XXX-7777",
            "+1*****77",
            "5556667777",
            "+15556667777x",
            "x",
            "+\u{e9}",
            "+1x+1",
        ] {
            assert_eq!(pretty(other), plain(other));
        }
    }

    /// Marsaglia's xorshift: enough to stir a test, and the same each time.
    struct Stir(u64);

    impl Stir {
        fn next(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % below as u64) as usize
        }
    }

    #[test]
    fn whatever_comes_nothing_breaks_and_the_result_stays() {
        let all: Vec<_> = countries().collect();
        let bits: Vec<char> = "00112345678901234567890+++()[]--./ ,;:#*xextlXTEL=@\u{a0}\u{200b}\u{202a}\u{2066}\u{ff0b}\u{ff11}\
            \u{665}\u{96b}\u{e9}\u{df}\u{1f600}\u{301}\u{0}\u{10ffff}"
            .chars()
            .collect();
        let mut stir = Stir(0x9E37_79B9_7F4A_7C15);
        let mut good = 0;
        for round in 0..20_000 {
            let home = all[stir.next(all.len())];
            let mut typed = String::new();
            // In half the rounds only digits, so that many come through.
            let among = if round % 2 == 0 { bits.len() } else { 23 };
            for _ in 0..stir.next(22) {
                typed.push(bits[stir.next(among)]);
            }
            let extension: String = (0..stir.next(4)).map(|_| bits[stir.next(among)]).collect();
            pretty(&typed);
            let Ok(number) = normalise(&typed, home, Some(&extension)) else {
                continue;
            };
            good += 1;
            let (digits, extension) = number.split_once('x').unwrap_or((&number, "0"));
            assert!(
                digits.starts_with('+') && (8..=16).contains(&digits.len()),
                "{typed:?} {home:?} {number}"
            );
            assert!(
                digits[1..]
                    .bytes()
                    .chain(extension.bytes())
                    .all(|b| b.is_ascii_digit()),
                "{typed:?} {number}"
            );
            let other = all[stir.next(all.len())];
            assert_eq!(
                normalise(&number, other, None).as_ref(),
                Ok(&number),
                "{typed:?} {home:?}"
            );
            let shown = pretty(&number);
            assert_eq!(
                normalise(&shown.number, other, shown.extension.as_deref()).as_ref(),
                Ok(&number),
                "{typed:?}"
            );
        }
        assert!(good > 700, "{good}");
    }
}
