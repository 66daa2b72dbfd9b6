//! Why a resource refuses a token, and what it wants instead: `WWW-Authenticate` (RFC 6750, section 3; RFC 9470, section 3).

use super::Asked;
use crate::secret::Secret;

/// What a resource says about a token that it does not take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// The code: `invalid_token`, `insufficient_user_authentication`, `use_dpop_nonce`. Empty where there is none.
    pub error: String,
    /// The assurance that it wants: one value, or several with blanks between them.
    pub acr_values: Option<String>,
    /// How many seconds ago the person may have proved themselves.
    pub max_age: Option<u64>,
}

impl Challenge {
    /// Reads the header. Where it names several schemes, the first one that says something counts.
    pub fn read(header: &str) -> Self {
        let mut challenge = Self::default();
        let mut rest = header;
        while let Some((before, after)) = rest.split_once('=') {
            let name = before.rsplit([' ', ',']).next().unwrap_or_default();
            let after = after.trim_start();
            let (value, left) = match after.strip_prefix('"') {
                Some(quoted) => text(quoted),
                None => {
                    let end = after.find([',', ' ']).unwrap_or(after.len());
                    let (value, left) = after.split_at_checked(end).unwrap_or_default();
                    (value.to_owned(), left)
                }
            };
            rest = left;
            match name {
                "error" if challenge.error.is_empty() => challenge.error = value,
                "acr_values" => challenge.acr_values = Some(value),
                "max_age" => challenge.max_age = value.parse().ok(),
                _ => {}
            }
        }
        challenge
    }

    /// What a start has to ask for, to meet it (RFC 9470, section 4).
    pub fn asked(&self) -> Asked {
        let age = self.max_age.map(|age| age.to_string());
        let wishes = [("acr_values", self.acr_values.clone()), ("max_age", age)].into_iter();
        Asked {
            wishes: wishes
                .filter_map(|(name, value)| Some((name, Secret::new(value?))))
                .collect(),
            step_up: true,
        }
    }

    /// The person is to prove more, or again (RFC 9470, section 3).
    pub fn wants_more(&self) -> bool {
        self.error == "insufficient_user_authentication"
    }
}

/// A quoted text up to its end, and what follows (RFC 9110, section 5.6.4).
fn text(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => value.extend(letters.next()),
            letter => value.push(letter),
        }
    }
    (value, letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_up_says_what_it_wants() {
        let header = r#"Bearer realm="a, b=\"c\"", error="insufficient_user_authentication",
            error_description="more, please", acr_values="urn:okta:loa:2fa:any phr", max_age=60"#;
        let challenge = Challenge::read(header);
        assert!(challenge.wants_more());
        assert_eq!(
            challenge.acr_values.as_deref(),
            Some("urn:okta:loa:2fa:any phr")
        );
        assert_eq!(challenge.max_age, Some(60));
    }

    #[test]
    fn anything_can_be_read() {
        for (header, error) in [
            ("", ""),
            ("Bearer", ""),
            ("DPoP error=\"use_dpop_nonce\"", "use_dpop_nonce"),
            ("Bearer error=invalid_token, scope=x", "invalid_token"),
            ("Bearer error=\"unfinished", "unfinished"),
            ("Bearer error=", ""),
            ("====", ""),
            ("Bearer max_age=\"soon\"", ""),
        ] {
            let challenge = Challenge::read(header);
            assert_eq!(challenge.error, error, "{header}");
            assert_eq!(challenge.max_age, None);
        }
    }
}
