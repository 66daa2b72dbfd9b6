//! Which phone numbers the org takes (protocol 4.3.3).

use crate::authenticator::Channel;

/// Well-formed numbers that begin so are refused all the same, so that a client meets the org's own verdict.
const REFUSED: &str = "+1999";

/// E.164 with 8 to 15 digits; for a call also `x` and an extension of 1 to 6.
pub(crate) fn takes(channel: Channel, number: &str) -> bool {
    let (main, extension) = number
        .split_once('x')
        .map_or((number, None), |(main, extension)| (main, Some(extension)));
    let digits = main.strip_prefix('+').unwrap_or_default();
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let extended = extension.is_none_or(|extension| {
        channel == Channel::Voice && (1..=6).contains(&extension.len()) && all_digits(extension)
    });
    (8..=15).contains(&digits.len())
        && all_digits(digits)
        && !digits.starts_with('0')
        && !main.starts_with(REFUSED)
        && extended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_international_and_extensions_are_for_calls() {
        for good in [
            "+15551234567",
            "+4915112345678",
            "+12345678",
            "+123456789012345",
        ] {
            assert!(takes(Channel::Sms, good), "{good}");
        }
        for bad in [
            "incorrectnumber",
            "",
            "+",
            "15551234567",
            "+1555",
            "+1234567890123456",
            "+05551234567",
            "+1 555 123 4567",
            "+19995551234",
            "+15551234567x12",
            "+１５５５１２３４５６７",
        ] {
            assert!(!takes(Channel::Sms, bad), "{bad}");
        }
        assert!(takes(Channel::Voice, "+15551234567x12"));
        assert!(
            !takes(Channel::Voice, "+15551234567x") && !takes(Channel::Voice, "+15551234567x1x2")
        );
    }
}
