//! Addresses and numbers as a page may show them (protocol 3.7).

/// `m***a@acme.test`
pub(crate) fn email(address: &str) -> String {
    let (name, host) = address.split_once('@').unwrap_or((address, ""));
    let (first, last) = (name.chars().next(), name.chars().last());
    let ends = |end: Option<char>| end.map(String::from).unwrap_or_default();
    format!("{}***{}@{host}", ends(first), ends(last))
}

/// `+1 XXX-XXX-4477`; of other countries than +1 only the last four digits.
pub(crate) fn phone(number: &str) -> String {
    let main = number.split('x').next().unwrap_or_default();
    let digits: Vec<char> = main.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    if main.starts_with("+1") {
        format!("+1 XXX-XXX-{last}")
    } else {
        format!("+XX XXX-XXX-{last}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_shown_does_not_tell_the_whole() {
        assert_eq!(super::email("mia.lenz@acme.test"), "m***z@acme.test");
        assert_eq!(super::phone("+15551234477"), "+1 XXX-XXX-4477");
        assert_eq!(super::phone("+4915112345678x12"), "+XX XXX-XXX-5678");
        assert_eq!(super::phone(""), "+XX XXX-XXX-");
    }
}
