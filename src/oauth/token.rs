//! From the interaction code to tokens, and from tokens to nothing.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::{Attempt, Route, TokenError};
use crate::config::Config;
use crate::http::{self, HttpRequest};
use crate::json::{self, Value};
use crate::secret::Secret;

/// What the token endpoint gave.
#[derive(Clone)]
pub struct Tokens {
    /// Opens the app's resources.
    pub access: Secret,
    /// Says who signed in.
    pub id: Secret,
    /// Renews the others, where `offline_access` was asked for.
    pub refresh: Option<Secret>,
    /// What the access token is good for.
    pub scope: String,
    /// When the access token ends, by this device's clock: seconds since 1970.
    pub expires_at: u64,
    /// By how many seconds the org's clock is ahead of this device's; negative if it is behind. As it was measured when the
    /// tokens came.
    pub ahead: i64,
    /// Bound to this browser's key (RFC 9449).
    pub bound: bool,
    /// Which sign-in they came of, in this browser. It opens nothing.
    pub session: String,
    /// What the tabs of that session alone know: it goes from one to the other as the browser copies a tab's storage, and no
    /// other way. By a hash of it they find each other.
    pub secret: Secret,
    /// Whether the person signed in on the org's own page, which leaves a session of the org's in this browser.
    pub hosted: bool,
    /// What the key is called that they are bound to, if they are.
    pub key: String,
    /// How often that session has had newer ones. Of two, those count that have the higher number: clocks may be set.
    pub turn: u64,
    /// When somebody was last seen to do something: milliseconds since 1970, or 0.
    pub seen: u64,
}

/// So many turns another tab may be ahead of this one. A session whose tokens live five minutes has about as many in a year;
/// a number that nobody could reach any more would make what comes after it older for ever.
pub const TURNS: u64 = 100_000;

/// The name of a session, out of bytes from the cryptographic random generator.
pub fn name_of(random: &[u8; 16]) -> String {
    Base64UrlUnpadded::encode_string(random)
}

/// The secret of a session, out of bytes from the cryptographic random generator.
pub fn secret_of(random: &[u8; 32]) -> Secret {
    Secret::new(Base64UrlUnpadded::encode_string(random))
}

/// The request that exchanges an attempt's code: an interaction code (protocol reference, 1.4), or an authorization code
/// where the person signed in on the org's own page (RFC 6749, section 4.1.3). The code lives 60 seconds and works once.
pub fn exchange(config: &Config, code: &Secret, attempt: &Attempt) -> HttpRequest {
    let (grant, name) = match attempt.route {
        Route::Hosted => ("authorization_code", "code"),
        _ => ("interaction_code", "interaction_code"),
    };
    HttpRequest::form(
        config.endpoint("/v1/token"),
        http::query(&[
            ("grant_type", grant),
            (name, code.expose()),
            ("client_id", &config.client_id),
            ("code_verifier", attempt.verifier.expose()),
            ("redirect_uri", &config.redirect_uri),
        ]),
    )
}

/// The request that renews tokens; `None` where there is nothing to renew them with (protocol reference, 1.5).
pub fn refresh(config: &Config, tokens: &Tokens) -> Option<HttpRequest> {
    let refresh = tokens.refresh.as_ref()?;
    let fields = http::query(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.expose()),
        ("client_id", &config.client_id),
        ("scope", &config.scopes),
    ]);
    Some(HttpRequest {
        // A lost answer is to be asked for again while the org still gives it (protocol reference, 1.5).
        patience: http::BRIEF,
        ..HttpRequest::form(config.endpoint("/v1/token"), fields)
    })
}

/// The request that makes a token worthless (RFC 7009, section 2.1). `hint` is `access_token` or `refresh_token`.
pub fn revoke(config: &Config, token: &Secret, hint: &str) -> HttpRequest {
    let fields = http::query(&[
        ("token", token.expose()),
        ("token_type_hint", hint),
        ("client_id", &config.client_id),
    ]);
    HttpRequest {
        // Whoever signs out is not to wait for it, and may close the page at once.
        patience: http::BRIEF,
        keepalive: true,
        ..HttpRequest::form(config.endpoint("/v1/revoke"), fields)
    }
}

/// The tokens that an answer of the token endpoint gave, believed or not, each with the hint that [`revoke`] takes: the one
/// first that brings more of the others.
pub fn given(text: &str) -> Vec<(Secret, &'static str)> {
    let Some(root) = json::parse(text) else {
        return Vec::new();
    };
    let given = |name| Some((token(&root, name)?, name));
    let names = ["refresh_token", "access_token"];
    names.into_iter().filter_map(given).collect()
}

/// Where the org ends its own session (OpenID Connect RP-Initiated Logout 1.0, section 2). The browser comes back from there
/// with `state` as it was given, where the configuration says where to; else it stays.
pub fn logout(config: &Config, id: &Secret, state: Option<&str>) -> Secret {
    let mut query = http::query(&[("id_token_hint", id.expose())]);
    if let Some(back) = config.post_logout_redirect_uri.as_deref() {
        http::add("post_logout_redirect_uri", back, &mut query);
        if let Some(state) = state {
            http::add("state", state, &mut query);
        }
    }
    Secret::new([&config.endpoint("/v1/logout"), "?", &query].concat())
}

impl Tokens {
    /// Reads the token endpoint's answer (RFC 6749, section 5.1); `None` if it has no tokens. `now` is in seconds since 1970.
    /// What this app keeps book of beside them is not in it, whatever it says by the same names.
    ///
    /// # Errors
    /// [`TokenError`] if one of the tokens is missing, which the grant does not allow, or the answer does not say of what type
    /// they are.
    pub fn read(text: &str, now: u64) -> Option<Result<Self, TokenError>> {
        Self::answer(text, now, None)
    }

    /// Reads the answer to a renewal: what it does not give stays as it is (RFC 6749, section 6).
    ///
    /// # Errors
    /// [`TokenError`] if the access token is missing, or its type.
    pub fn renewed(&self, text: &str, now: u64) -> Option<Result<Self, TokenError>> {
        Self::answer(text, now, Some(self))
    }

    fn answer(text: &str, now: u64, before: Option<&Self>) -> Option<Result<Self, TokenError>> {
        let root = json::parse(text)?;
        if root.get("error").is_some() || root.get("errorCode").is_some() {
            return None;
        }
        let Some((bound, access)) = is_bound(&root).zip(token(&root, "access_token")) else {
            // An answer that speaks of no token at all is no token response.
            let speaks = ["token_type", "access_token", "id_token"]
                .iter()
                .any(|name| root.get(name).is_some());
            return speaks.then_some(Err(TokenError::NoAccessToken));
        };
        let Some(id) = token(&root, "id_token").or_else(|| Some(before?.id.clone())) else {
            return Some(Err(TokenError::NoIdToken));
        };
        let lifetime = number(&root, "expires_in").unwrap_or(3600);
        let scope = root.text("scope");
        Some(Ok(Self {
            access,
            id,
            refresh: token(&root, "refresh_token").or_else(|| before?.refresh.clone()),
            scope: scope
                .or_else(|| Some(before?.scope.as_str()))
                .unwrap_or_default()
                .to_owned(),
            expires_at: now.saturating_add(lifetime),
            ahead: before.map_or(0, |before| before.ahead),
            bound,
            session: before.map_or_else(String::new, |before| before.session.clone()),
            secret: before.map_or_else(Secret::default, |before| before.secret.clone()),
            hosted: before.is_some_and(|before| before.hosted),
            key: before.map_or_else(String::new, |before| before.key.clone()),
            turn: before.map_or(0, |before| before.turn.saturating_add(1)),
            seen: before.map_or(0, |before| before.seen),
        }))
    }

    /// Reads what [`Tokens::write`] has written, in this version or in an earlier one; `None` unless it is whole.
    pub fn stored(text: &str) -> Option<Self> {
        let root = json::parse(text)?;
        let text = |name: &str| root.text(name).unwrap_or_default().to_owned();
        let seconds = |name: &str| i64::try_from(number(&root, name)?).ok();
        let behind = || seconds("behind").map(i64::saturating_neg);
        let access = token(&root, "access_token")?;
        let refresh = token(&root, "refresh_token");
        // An earlier version gave a session no secret. Its tabs have these tokens in common, and nobody else has them.
        let common = || refresh.clone().unwrap_or_else(|| access.clone());
        Some(Self {
            secret: token(&root, "secret").unwrap_or_else(common),
            access,
            id: token(&root, "id_token")?,
            refresh,
            scope: text("scope"),
            expires_at: number(&root, "expires_at")?,
            ahead: seconds("ahead").or_else(behind).unwrap_or_default(),
            bound: is_bound(&root)?,
            session: text("session"),
            hosted: root.text("hosted").is_some(),
            key: text("key"),
            turn: number(&root, "turn").unwrap_or_default(),
            seen: number(&root, "seen").unwrap_or_default(),
        })
    }

    /// What goes into storage.
    pub fn write(&self) -> String {
        self.written([
            text("session", &self.session),
            text("secret", self.secret.expose()),
            text("seen", &self.seen.to_string()),
        ])
    }

    /// What another tab of the session is told of newer tokens: all but what it has itself, the secret before all.
    pub fn tell(&self) -> Secret {
        Secret::new(self.written([]))
    }

    /// Reads what another tab tells, see [`Tokens::tell`], not believed yet; `None` unless they are newer than these, and not
    /// by more turns than there can have been.
    pub fn heard(&self, told: &Secret) -> Option<Self> {
        let newer = Self::stored(told.expose())?;
        let ahead = newer.turn.checked_sub(self.turn)?;
        (1..=TURNS).contains(&ahead).then_some(Self {
            session: self.session.clone(),
            secret: self.secret.clone(),
            hosted: self.hosted || newer.hosted,
            seen: self.seen,
            ..newer
        })
    }

    fn written<const MORE: usize>(&self, more: [(String, Value); MORE]) -> String {
        let ahead = if self.ahead < 0 { "behind" } else { "ahead" };
        let mut members = vec![
            text("token_type", self.scheme()),
            text("access_token", self.access.expose()),
            text("id_token", self.id.expose()),
            text("scope", &self.scope),
            text("expires_at", &self.expires_at.to_string()),
            text(ahead, &self.ahead.unsigned_abs().to_string()),
            text("key", &self.key),
            text("turn", &self.turn.to_string()),
        ];
        let refresh = self.refresh.as_ref();
        members.extend(refresh.map(|refresh| text("refresh_token", refresh.expose())));
        members.extend(self.hosted.then(|| text("hosted", "true")));
        members.extend(more);
        let mut out = String::new();
        Value::Object(members).write(&mut out);
        out
    }

    /// Those that can be made worthless at the org, each with the hint that [`revoke`] takes.
    pub fn revocable(&self) -> Vec<(Secret, &'static str)> {
        let refresh = self.refresh.clone().map(|token| (token, "refresh_token"));
        let access = (self.access.clone(), "access_token");
        refresh.into_iter().chain([access]).collect()
    }

    /// How the access token is presented (RFC 6750, section 2.1; RFC 9449, section 7.1).
    pub fn scheme(&self) -> &'static str {
        if self.bound { "DPoP" } else { "Bearer" }
    }

    /// For how many seconds the access token is still good. `now` is in seconds since 1970.
    pub fn left(&self, now: u64) -> u64 {
        self.expires_at.saturating_sub(now)
    }
}

/// Whether tokens are bound to a key, by their type; `None` for a type that this app cannot use, or none at all.
fn is_bound(root: &Value) -> Option<bool> {
    let kind = root.text("token_type")?;
    let bound = kind.eq_ignore_ascii_case("dpop");
    (bound || kind.eq_ignore_ascii_case("bearer")).then_some(bound)
}

fn text(name: &str, text: &str) -> (String, Value) {
    (name.to_owned(), Value::String(text.to_owned()))
}

fn token(root: &Value, name: &str) -> Option<Secret> {
    root.text(name)
        .filter(|token| !token.is_empty())
        .map(Secret::new)
}

fn number(root: &Value, name: &str) -> Option<u64> {
    root.get(name).and_then(Value::as_u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"token_type":"Bearer","expires_in":3600,"access_token":"a","id_token":"i","refresh_token":"r",
        "scope":"openid"}"#;

    fn read(text: &str) -> Tokens {
        match Tokens::read(text, 1000) {
            Some(Ok(tokens)) => tokens,
            other => panic!("{:?}", other.map(|tokens| tokens.map(|_| ()))),
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for ahead in [-86_400, 0, 12] {
            let tokens = Tokens {
                ahead,
                bound: ahead == 12,
                session: "s".to_owned(),
                secret: Secret::new("known to its tabs"),
                hosted: ahead == 0,
                key: "k".to_owned(),
                turn: 3,
                seen: 1_900_000_000_000,
                ..read(ANSWER)
            };
            let Some(again) = Tokens::stored(&tokens.write()) else {
                panic!("it was written whole")
            };
            assert!(again.access == tokens.access && again.id == tokens.id);
            assert!(again.refresh == tokens.refresh && again.scope == tokens.scope);
            assert_eq!(again.expires_at, 4600);
            assert_eq!((again.ahead, again.bound), (ahead, tokens.bound));
            assert_eq!((again.session, again.key), ("s".to_owned(), "k".to_owned()));
            assert!(again.secret == tokens.secret && again.hosted == tokens.hosted);
            assert_eq!((again.turn, again.seen), (3, 1_900_000_000_000));
        }
    }

    /// As a tab has them in its storage that was open while this version took the place of the one before.
    #[test]
    fn what_the_version_before_stored_is_read() {
        let stored = r#"{"token_type":"DPoP","access_token":"a","id_token":"i","scope":"openid","expires_at":"4600",
            "behind":"86400","session":"s","key":"k","turn":"3","seen":"1900000000000","refresh_token":"r"}"#;
        let Some(tokens) = Tokens::stored(stored) else {
            panic!("it is whole")
        };
        assert!(tokens.access.expose() == "a" && tokens.id.expose() == "i");
        assert!(tokens.refresh == Some(Secret::new("r")) && tokens.bound);
        assert_eq!((tokens.scope.as_str(), tokens.expires_at), ("openid", 4600));
        assert_eq!((tokens.ahead, tokens.turn), (-86_400, 3));
        assert_eq!((tokens.session.as_str(), tokens.key.as_str()), ("s", "k"));
        assert_eq!(tokens.seen, 1_900_000_000_000);
        // A copy of the tab comes to the same secret, and keeps it once the tokens are others.
        assert!(tokens.secret == Secret::new("r"));
        let answer = ANSWER.replace("\"r\"", "\"r2\"");
        let Some(Ok(renewed)) = tokens.renewed(&answer, 2000) else {
            panic!("it has an access token")
        };
        let again = Tokens::stored(&renewed.write());
        assert!(again.is_some_and(|again| again.secret == tokens.secret));
        let without = stored.replace(r#","refresh_token":"r""#, "");
        let without = Tokens::stored(&without);
        assert!(without.is_some_and(|tokens| tokens.secret == Secret::new("a")));
    }

    #[test]
    fn another_tab_is_told_no_secret_and_has_what_it_needs() {
        let mine = Tokens {
            session: "s".to_owned(),
            secret: Secret::new("known-to-its-tabs"),
            turn: 4,
            seen: 5,
            ..read(ANSWER)
        };
        let newer = Tokens {
            access: Secret::new("b"),
            refresh: Some(Secret::new("r2")),
            key: "k2".to_owned(),
            turn: 6,
            seen: u64::MAX,
            ahead: -60,
            ..mine.clone()
        };
        let told = newer.tell();
        for ours in ["known-to-its-tabs", "session", "secret", "seen"] {
            assert!(!told.expose().contains(ours), "{ours}");
        }
        let Some(heard) = mine.heard(&told) else {
            panic!("they are newer")
        };
        assert!(heard.access == newer.access && heard.refresh == newer.refresh);
        assert_eq!(
            (heard.key.as_str(), heard.turn, heard.ahead),
            ("k2", 6, -60)
        );
        assert!(heard.secret == mine.secret && heard.session == mine.session);
        assert_eq!(heard.seen, 5, "who was there is not said here");
        // Whatever else stands in it.
        let forged = told.expose().replacen(
            '{',
            r#"{"secret":"theirs","session":"theirs","seen":"9","#,
            1,
        );
        let heard = mine.heard(&Secret::new(forged));
        assert!(heard.is_some_and(|heard| heard.secret == mine.secret
            && heard.session == mine.session
            && heard.seen == 5));
    }

    #[test]
    fn a_turn_that_there_cannot_have_been_locks_nobody_out() {
        let mine = Tokens {
            turn: 4,
            ..read(ANSWER)
        };
        for (turn, taken) in [
            (0, false),
            (4, false),
            (5, true),
            (4 + TURNS, true),
            (5 + TURNS, false),
            (u64::MAX, false),
        ] {
            let told = Tokens {
                turn,
                ..mine.clone()
            }
            .tell();
            assert_eq!(mine.heard(&told).is_some(), taken, "{turn}");
        }
    }

    #[test]
    fn what_is_not_whole_is_not_stored_tokens() {
        for text in [
            "",
            "{}",
            ANSWER,
            r#"{"access_token":"a","id_token":"i","expires_at":"4600"}"#,
            r#"{"token_type":"Bearer","access_token":"","id_token":"i","expires_at":"4600"}"#,
            r#"{"token_type":"Bearer","access_token":"a","expires_at":"4600"}"#,
        ] {
            assert!(Tokens::stored(text).is_none(), "{text}");
        }
        let odd = r#"{"token_type":"Bearer","access_token":"a","id_token":"i","expires_at":"4600",
            "ahead":"18446744073709551615","turn":"-1","seen":[]}"#;
        let read = Tokens::stored(odd).map(|read| (read.ahead, read.turn, read.seen));
        assert_eq!(read, Some((0, 0, 0)));
    }

    #[test]
    fn a_renewal_keeps_what_it_is_not_given() {
        let before = Tokens {
            session: "s".to_owned(),
            ahead: -86_400,
            turn: 3,
            ..read(ANSWER)
        };
        let answer = r#"{"token_type":"Bearer","expires_in":60,"access_token":"b"}"#;
        let Some(Ok(after)) = before.renewed(answer, 2000) else {
            panic!("it has an access token")
        };
        assert_eq!(after.access.expose(), "b");
        assert!(after.id == before.id && after.refresh == before.refresh);
        assert_eq!((after.expires_at, after.session.as_str()), (2060, "s"));
        assert_eq!((after.ahead, after.turn), (-86_400, 4));
        assert_eq!((after.left(2000), after.left(3000)), (60, 0));
        let rotated = answer.replace("\"b\"", r#""b","refresh_token":"r2""#);
        let Some(Ok(after)) = before.renewed(&rotated, 2000) else {
            panic!("it has an access token")
        };
        assert!(after.refresh == Some(Secret::new("r2")));
    }

    #[test]
    fn tokens_of_a_kind_that_nobody_knows_are_none() {
        let odd = ANSWER.replace("Bearer", "mac");
        assert!(matches!(
            Tokens::read(&odd, 0),
            Some(Err(TokenError::NoAccessToken))
        ));
        assert!(read(&ANSWER.replace("Bearer", "DPoP")).bound);
    }
}
