//! Somebody comes back from elsewhere to the redirect URI (protocol reference, 1.11).

use super::Failure;
use crate::oauth::{Attempt, Route};
use crate::secret::Secret;

/// What a way back means.
pub enum Callback {
    /// It belongs to this attempt of this browser.
    Ours(Box<Attempt>, Carried),
    /// A mail's link, opened where its attempt is not: the code, to be typed there.
    Code(String),
    /// It says nothing that one could go by: a reload after its parameters have gone.
    Bare,
    /// It belongs to nothing here: old, used, or somebody else's.
    Foreign,
}

/// What our own way back carries.
pub enum Carried {
    /// A code to exchange for tokens.
    Grant(Secret),
    /// The code of a mail's link, which answers the step that waits for it.
    Otp(Secret),
    /// The other service or the org said no. The ways that were open still are.
    Refusal(Failure),
    /// Nothing: the transaction goes on where it stands.
    Nothing,
}

impl Callback {
    /// Reads the parameters. `known` are the attempts of this browser; `state` alone tells which of them it is. What says that
    /// another authorization server sent it than `issuer` is nobody's here (RFC 9207, section 2.4).
    pub fn read(
        issuer: &str,
        parameter: &dyn Fn(&str) -> Option<String>,
        mut known: impl Iterator<Item = Attempt>,
    ) -> Self {
        let parameter = |name: &str| parameter(name).filter(|value| !value.is_empty());
        if parameter("iss").is_some_and(|iss| iss != issuer) {
            return Self::Foreign;
        }
        let (state, error) = (parameter("state"), parameter("error"));
        let code = parameter("interaction_code").or_else(|| parameter("code"));
        let otp = parameter("otp");
        let ours = state.as_deref().and_then(|state| {
            // What the org started by itself has no state of its own.
            known.find(|attempt| {
                attempt.route != Route::StateToken && same(state, attempt.state.expose())
            })
        });
        match (ours.map(Box::new), code, error, otp) {
            (Some(ours), Some(code), _, _) => Self::Ours(ours, Carried::Grant(Secret::new(code))),
            (Some(ours), _, Some(code), _) if code != "interaction_required" => {
                let description = parameter("error_description").unwrap_or_default();
                let failure = Failure::Callback { code, description };
                Self::Ours(ours, Carried::Refusal(failure))
            }
            // What a code is made of is the org's to say.
            (Some(ours), _, _, Some(otp)) => Self::Ours(ours, Carried::Otp(Secret::new(otp))),
            (Some(ours), ..) => Self::Ours(ours, Carried::Nothing),
            (None, None, None, Some(otp)) if like_a_code(&otp) => Self::Code(otp),
            (None, None, None, None) => Self::Bare,
            _ => Self::Foreign,
        }
    }
}

/// So many digits has a mail's code (protocol reference, 4.3.2).
const LENGTH: usize = 6;

/// Whether a parameter can be a mail's code. Anybody can send a link with one, and it is shown to the person, so it must not
/// say anything: a word is none.
fn like_a_code(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && one
            .bytes()
            .zip(other.bytes())
            .fold(0, |differ, (one, other)| differ | (one ^ other))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::Purpose;

    const ISSUER: &str = "https://id.acme.test/oauth2/default";

    /// What a way back with these parameters means, in a word; `ours` stands for the state of this browser's attempt.
    fn read(parameters: &[(&str, &str)]) -> String {
        let attempt = Attempt::new(Purpose::SignIn, &[7; Attempt::RANDOM]);
        let state = attempt.state.expose().to_owned();
        let parameter = |name: &str| {
            let (_, value) = parameters.iter().find(|(known, _)| *known == name)?;
            Some(value.replace("ours", &state))
        };
        match Callback::read(ISSUER, &parameter, std::iter::once(attempt)) {
            Callback::Ours(_, Carried::Grant(code)) => ["grant ", code.expose()].concat(),
            Callback::Ours(_, Carried::Otp(otp)) => ["otp ", otp.expose()].concat(),
            Callback::Ours(_, Carried::Refusal(_)) => "refusal".to_owned(),
            Callback::Ours(_, Carried::Nothing) => "nothing".to_owned(),
            Callback::Code(code) => ["shown ", &code].concat(),
            Callback::Bare => "bare".to_owned(),
            Callback::Foreign => "foreign".to_owned(),
        }
    }

    #[test]
    fn what_is_shown_of_a_link_that_anybody_can_make_is_six_digits_or_nothing() {
        assert_eq!(read(&[("otp", "123456")]), "shown 123456");
        for word in [
            "Call0800CallNow",
            "HELP",
            "hacked",
            "12345",
            "1234567",
            "12 456",
            "12345a",
            "１２３４５６",
            "٣٤٥",
        ] {
            assert_eq!(read(&[("otp", word)]), "foreign", "{word}");
        }
        // To one's own transaction the org says whether it is right.
        assert_eq!(
            read(&[("state", "ours"), ("otp", "a1B2c3D4")]),
            "otp a1B2c3D4"
        );
    }

    #[test]
    fn what_another_authorization_server_sent_is_nobodys() {
        let with = |iss: &str, more: (&str, &str)| read(&[("state", "ours"), ("iss", iss), more]);
        assert_eq!(with(ISSUER, ("code", "c")), "grant c");
        // The comparison is of text with text (RFC 9207, section 2.4).
        for iss in [
            "https://id.acme.test",
            "https://id.acme.test/oauth2/default/",
            "https://ID.acme.test/oauth2/default",
            "https://evil.test/oauth2/default",
            "ours",
        ] {
            for more in [("code", "c"), ("error", "access_denied"), ("otp", "123456")] {
                assert_eq!(with(iss, more), "foreign", "{iss} {more:?}");
            }
        }
        assert_eq!(
            read(&[("iss", "https://evil.test"), ("otp", "123456")]),
            "foreign"
        );
        // An org that names nobody is taken as before.
        assert_eq!(read(&[("state", "ours"), ("code", "c")]), "grant c");
        assert_eq!(with("", ("code", "c")), "grant c");
    }
}
