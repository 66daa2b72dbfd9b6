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
    /// Reads the parameters. `known` are the attempts of this browser; `state` alone tells which of them it is.
    pub fn read(
        parameter: &dyn Fn(&str) -> Option<String>,
        mut known: impl Iterator<Item = Attempt>,
    ) -> Self {
        let parameter = |name: &str| parameter(name).filter(|value| !value.is_empty());
        let (state, error) = (parameter("state"), parameter("error"));
        let code = parameter("interaction_code").or_else(|| parameter("code"));
        let otp = parameter("otp").filter(|otp| like_a_code(otp));
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
            (Some(ours), _, _, Some(otp)) => Self::Ours(ours, Carried::Otp(Secret::new(otp))),
            (Some(ours), ..) => Self::Ours(ours, Carried::Nothing),
            (None, None, None, Some(otp)) => Self::Code(otp),
            (None, None, None, None) => Self::Bare,
            _ => Self::Foreign,
        }
    }
}

/// Whether a parameter can be a mail's code: it is shown to the person, so it must not be a sentence.
fn like_a_code(text: &str) -> bool {
    (4..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
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
