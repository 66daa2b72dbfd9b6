//! What the tabs of one deployment tell each other.

use crate::json::{self, Value};
use crate::secret::Secret;

/// Something that a tab says, and the session that it is about.
pub struct Said {
    /// The session, as [`crate::oauth::Tokens::session`] names it.
    pub session: String,
    /// What is said.
    pub word: Word,
}

/// What a tab says.
#[derive(Clone, PartialEq, Eq)]
pub enum Word {
    /// Whether anybody has newer tokens than these, or is about to have some.
    Ask {
        /// The tab that asks.
        from: String,
        /// [`crate::oauth::Tokens::turn`] of those that it has.
        turn: u64,
    },
    /// That one may wait: newer tokens are on their way here.
    Wait {
        /// The tab that asked.
        to: String,
    },
    /// The tokens are being renewed here. If no more is heard of it, somebody else has to see to it.
    Renewing,
    /// The newer tokens, as [`crate::oauth::Tokens::write`] writes them.
    Renewed(Secret),
    /// The session is over: nothing renews it any more, unless somebody has newer tokens than these.
    Ended {
        /// [`crate::oauth::Tokens::turn`] of those that could not be renewed.
        turn: u64,
    },
    /// The person signed out, by their subject: from all sessions of this browser.
    SignedOut {
        /// `sub`
        sub: String,
    },
    /// Somebody did something here.
    Active {
        /// When: milliseconds since 1970.
        at: u64,
    },
}

impl Said {
    /// As one tab sends it.
    pub fn write(&self) -> Secret {
        let (word, rest) = match &self.word {
            Word::Ask { from, turn } => (
                "ask",
                vec![("from", from.clone()), ("turn", turn.to_string())],
            ),
            Word::Wait { to } => ("wait", vec![("to", to.clone())]),
            Word::Renewing => ("renewing", Vec::new()),
            Word::Renewed(tokens) => ("renewed", vec![("tokens", tokens.expose().to_owned())]),
            Word::Ended { turn } => ("ended", vec![("turn", turn.to_string())]),
            Word::SignedOut { sub } => ("signed-out", vec![("sub", sub.clone())]),
            Word::Active { at } => ("active", vec![("at", at.to_string())]),
        };
        let members = [("word", word.to_owned()), ("session", self.session.clone())]
            .into_iter()
            .chain(rest)
            .map(|(name, text)| (name.to_owned(), Value::String(text)));
        let mut out = String::new();
        Value::Object(members.collect()).write(&mut out);
        Secret::new(out)
    }

    /// As another tab reads it. None for what another version says and this one does not know.
    pub fn read(text: &str) -> Option<Self> {
        let root = json::parse(text)?;
        let part = |name: &str| root.text(name).map(str::to_owned);
        let number = |name: &str| root.get(name)?.as_u64();
        let word = match root.text("word")? {
            "ask" => Word::Ask {
                from: part("from")?,
                turn: number("turn")?,
            },
            "wait" => Word::Wait { to: part("to")? },
            "renewing" => Word::Renewing,
            "renewed" => Word::Renewed(Secret::new(part("tokens")?)),
            "ended" => Word::Ended {
                turn: number("turn")?,
            },
            "signed-out" => Word::SignedOut { sub: part("sub")? },
            "active" => Word::Active { at: number("at")? },
            _ => return None,
        };
        Some(Self {
            session: part("session")?,
            word,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_tab_says_another_one_hears() {
        for word in [
            Word::Ask {
                from: "a".to_owned(),
                turn: 3,
            },
            Word::Wait { to: "a".to_owned() },
            Word::Renewing,
            Word::Renewed(Secret::new(r#"{"access_token":"a"}"#)),
            Word::Ended { turn: 3 },
            Word::SignedOut {
                sub: "00u1".to_owned(),
            },
            Word::Active {
                at: 1_900_000_000_000,
            },
        ] {
            let said = Said {
                session: "s".to_owned(),
                word: word.clone(),
            };
            let heard = Said::read(said.write().expose());
            assert!(heard.is_some_and(|heard| heard.word == word && heard.session == "s"));
        }
    }

    #[test]
    fn what_nobody_understands_is_not_heard() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"word":"dance","session":"s"}"#,
            r#"{"word":"ask","session":"s","from":"a","turn":"soon"}"#,
            r#"{"word":"renewing"}"#,
        ] {
            assert!(Said::read(text).is_none(), "{text}");
        }
    }
}
