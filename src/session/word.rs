//! What the tabs of a session tell each other, and where: a channel and a lock whose names nobody else can know, and a channel
//! that every page of the origin can hear, for one word alone.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::flow::World;
use crate::json::{self, Value};
use crate::oauth::{self, TURNS};
use crate::secret::Secret;

/// What a tab says to the others of its session.
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
    /// The newer tokens, as [`crate::oauth::Tokens::tell`] writes them.
    Renewed(Secret),
    /// The session is over: nothing renews it any more, unless somebody has newer tokens than these.
    Ended {
        /// [`crate::oauth::Tokens::turn`] of those that could not be renewed.
        turn: u64,
    },
    /// The person signed out.
    SignedOut,
    /// Somebody did something here.
    Active {
        /// When: milliseconds since 1970.
        at: u64,
    },
}

impl Word {
    /// As one tab sends it.
    pub fn write(&self) -> Secret {
        let (word, rest) = match self {
            Self::Ask { from, turn } => (
                "ask",
                vec![("from", from.clone()), ("turn", turn.to_string())],
            ),
            Self::Wait { to } => ("wait", vec![("to", to.clone())]),
            Self::Renewing => ("renewing", Vec::new()),
            Self::Renewed(tokens) => ("renewed", vec![("tokens", tokens.expose().to_owned())]),
            Self::Ended { turn } => ("ended", vec![("turn", turn.to_string())]),
            Self::SignedOut => (SIGNED_OUT, Vec::new()),
            Self::Active { at } => ("active", vec![("at", at.to_string())]),
        };
        Secret::new(written(word, rest))
    }

    /// As another tab reads it, whose own tokens are of that `turn`, at that time: `now` in milliseconds since 1970. None for
    /// what another version says and this one does not know, and for a turn that there cannot have been. Nobody did anything
    /// later than now.
    pub fn read(text: &str, turn: u64, now: u64) -> Option<Self> {
        let root = json::parse(text)?;
        let part = |name: &str| root.text(name).map(str::to_owned);
        let number = |name: &str| root.get(name)?.as_u64();
        let known = |name: &str| number(name).filter(|said| *said <= turn.saturating_add(TURNS));
        Some(match root.text("word")? {
            "ask" => Self::Ask {
                from: part("from")?,
                turn: known("turn")?,
            },
            "wait" => Self::Wait { to: part("to")? },
            "renewing" => Self::Renewing,
            "renewed" => Self::Renewed(Secret::new(part("tokens")?)),
            "ended" => Self::Ended {
                turn: known("turn")?,
            },
            SIGNED_OUT => Self::SignedOut,
            "active" => Self::Active {
                at: number("at")?.min(now),
            },
            _ => return None,
        })
    }
}

const SIGNED_OUT: &str = "signed-out";

/// The name of the channel on which the tabs of a session tell each other what newer tokens they have. Nobody who has not
/// the session's secret can know it.
pub async fn channel(world: &impl World, secret: &Secret) -> Option<String> {
    named(world, "vestibule.session", secret).await
}

/// The name of the lock that the tab holds which renews. All pages of the origin can see it while it is held
/// (`navigator.locks.query()`), and it tells nothing of the secret nor of the channel.
pub async fn lock(world: &impl World, secret: &Secret) -> Option<String> {
    named(world, "vestibule.renewal", secret).await
}

async fn named(world: &impl World, what: &str, secret: &Secret) -> Option<String> {
    let digest = digest(world, &[what, secret.expose()]).await?;
    Some([what, "|", &digest].concat())
}

/// The name of the channel on which it is said who signed out, from all their sessions in this browser. Every page of the
/// origin can hear it, and speak there: the worst is that somebody is signed out.
pub fn open_channel(namespace: &str) -> String {
    ["vestibule.signed-out|", namespace].concat()
}

/// What is said there when the person of that `sub` signs out: whom it is about only those can tell who know them already,
/// and it is another text each time.
pub async fn signed_out(world: &impl World, namespace: &str, sub: &str) -> Option<String> {
    let mut salt = [0; 16];
    world.random(&mut salt).ok()?;
    let salt = oauth::name_of(&salt);
    let person = digest(world, &[SIGNED_OUT, namespace, &salt, sub]).await?;
    Some(written(
        SIGNED_OUT,
        vec![("salt", salt), ("person", person)],
    ))
}

/// Whether that was said, and of this person.
pub async fn is_signed_out(world: &impl World, namespace: &str, sub: &str, text: &str) -> bool {
    let Some(root) = json::parse(text) else {
        return false;
    };
    let said = root.text("word") == Some(SIGNED_OUT);
    let (true, Some(salt), Some(person)) = (said, root.text("salt"), root.text("person")) else {
        return false;
    };
    digest(world, &[SIGNED_OUT, namespace, salt, sub])
        .await
        .is_some_and(|digest| digest == person)
}

/// SHA-256 of parts, none of which runs into the next one.
async fn digest(world: &impl World, parts: &[&str]) -> Option<String> {
    let parts = parts.iter().map(|part| Value::String((*part).to_owned()));
    let mut text = String::new();
    Value::Array(parts.collect()).write(&mut text);
    let text = Secret::new(text);
    let digest = world.sha256(text.expose().as_bytes()).await.ok()?;
    Some(Base64UrlUnpadded::encode_string(&digest))
}

fn written(word: &str, rest: Vec<(&str, String)>) -> String {
    let members = [("word", word.to_owned())].into_iter().chain(rest);
    let members = members.map(|(name, text)| (name.to_owned(), Value::String(text)));
    let mut out = String::new();
    Value::Object(members.collect()).write(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_900_000_000_000;

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
            Word::SignedOut,
            Word::Active { at: NOW - 1 },
        ] {
            let heard = Word::read(word.write().expose(), 3, NOW);
            assert!(heard.is_some_and(|heard| heard == word));
        }
    }

    #[test]
    fn what_nobody_understands_is_not_heard() {
        for text in [
            "",
            "{}",
            "[]",
            r#"{"word":"dance"}"#,
            r#"{"word":"ask","from":"a","turn":"soon"}"#,
            r#"{"word":"renewed"}"#,
        ] {
            assert!(Word::read(text, 3, NOW).is_none(), "{text}");
        }
    }

    #[test]
    fn nobody_is_active_in_the_future_and_no_turn_is_beyond_reach() {
        for at in [NOW + 1, u64::MAX] {
            let heard = Word::read(Word::Active { at }.write().expose(), 3, NOW);
            assert!(heard.is_some_and(|heard| heard == Word::Active { at: NOW }));
        }
        for (turn, heard) in [
            (3, true),
            (3 + TURNS, true),
            (4 + TURNS, false),
            (u64::MAX, false),
        ] {
            let from = "a".to_owned();
            for word in [Word::Ended { turn }, Word::Ask { from, turn }] {
                let read = Word::read(word.write().expose(), 3, NOW);
                assert_eq!(read.is_some(), heard, "{turn}");
            }
        }
    }
}
