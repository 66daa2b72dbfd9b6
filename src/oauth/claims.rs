//! The ID token: who signed in, and whether to believe it.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::TokenError;
use crate::json::{self, Value};
use crate::secret::Secret;

/// How far the org's own clocks may be apart, and a device's from them before it is told, in seconds.
pub const SKEW: u64 = 300;

/// An ID token taken apart (RFC 7515, section 3.1), not yet believed.
pub struct IdToken {
    /// What the signature is over.
    pub signed: Secret,
    /// The signature.
    pub signature: Vec<u8>,
    /// The key it was signed with.
    pub kid: String,
    claims: Value,
}

/// A public RSA key of the org, as its parts are published (RFC 7518, section 6.3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The modulus, base64url.
    pub n: String,
    /// The exponent, base64url.
    pub e: String,
}

/// What an ID token must say to be believed.
pub struct Expected<'a> {
    /// The configured issuer, letter for letter.
    pub issuer: &'a str,
    /// This app.
    pub client_id: &'a str,
    /// What ties it to this browser.
    pub tie: Tie<'a>,
    /// Now, by the org's clock: seconds since 1970.
    pub now: u64,
    /// SHA-256 of the access token.
    pub access_digest: &'a [u8; 32],
}

/// What ties an ID token to this browser.
#[derive(Clone, Copy)]
pub enum Tie<'a> {
    /// The sign-in that was started here.
    SignIn {
        /// The nonce of this attempt.
        nonce: &'a Secret,
        /// The assurance that was asked for: one value, or several with white space between them, of which the token must
        /// name one.
        acr: Option<&'a str>,
        /// How many seconds ago the person may have proved themselves.
        max_age: Option<u64>,
    },
    /// The token whose place it takes (OpenID Connect Core 1.0, section 12.2).
    Renewal(&'a Claims),
    /// The token whose place it takes, where another tab of the session brings it: a renewal, or a newer sign-in of the same
    /// person. It has to name the access token beside it, which did not come from the org itself.
    Heard(&'a Claims),
}

/// Who signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(Value);

/// The key of that id in a JWKS document.
pub fn key(jwks: &str, kid: &str) -> Option<Key> {
    let root = json::parse(jwks)?;
    let found = root
        .get("keys")?
        .items()
        .iter()
        .find(|key| key.text("kid") == Some(kid))?;
    let usable = found.text("kty") == Some("RSA")
        && found.text("use").is_none_or(|purpose| purpose == "sig");
    usable.then_some(())?;
    Some(Key {
        n: found.text("n")?.to_owned(),
        e: found.text("e")?.to_owned(),
    })
}

/// When a token says it was made, if it is one that says so: seconds since 1970. An access token is the resource's to
/// read; here it serves as a clock alone, which was set when the answer was written.
pub fn made_at(token: &Secret) -> Option<u64> {
    let payload = part(token.expose().split('.').nth(1)?)?;
    payload.get("iat")?.as_u64()
}

impl IdToken {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] if it is no JWT, [`TokenError::Algorithm`] unless it says RS256.
    pub fn parse(token: &Secret) -> Result<Self, TokenError> {
        let (signed, signature) = token
            .expose()
            .rsplit_once('.')
            .ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        let header = part(header).ok_or(TokenError::Malformed)?;
        if header.text("alg") != Some("RS256") {
            return Err(TokenError::Algorithm);
        }
        Ok(Self {
            claims: part(payload).ok_or(TokenError::Malformed)?,
            kid: header.text("kid").unwrap_or_default().to_owned(),
            signature: Base64UrlUnpadded::decode_vec(signature)
                .map_err(|_| TokenError::Malformed)?,
            signed: Secret::new(signed),
        })
    }

    /// Believes the claims if each of them is as it must be. The signature is checked before, by whoever has the means.
    ///
    /// # Errors
    /// The first [`TokenError`] in the order of OpenID Connect Core 1.0, section 3.1.3.7.
    pub fn believe(self, expected: &Expected<'_>) -> Result<Claims, TokenError> {
        let claims = self.claims;
        let check = |holds: bool, error: TokenError| if holds { Ok(()) } else { Err(error) };
        check(
            claims.text("iss") == Some(expected.issuer),
            TokenError::Issuer,
        )?;
        let ours = |audience: &Value| audience.as_str() == Some(expected.client_id);
        let audience = claims.get("aud").ok_or(TokenError::Audience)?;
        let several = audience.items().len() > 1;
        check(
            ours(audience) || audience.items().iter().any(ours),
            TokenError::Audience,
        )?;
        check(
            claims.get("azp").map_or(!several, ours),
            TokenError::AuthorizedParty,
        )?;
        check(
            claims.text("sub").is_some_and(|sub| !sub.is_empty()),
            TokenError::Subject,
        )?;
        let time = |name: &str| claims.get(name).and_then(Value::as_u64);
        let soon = expected.now.saturating_add(SKEW);
        match expected.tie {
            Tie::SignIn {
                nonce,
                acr,
                max_age,
            } => {
                check(
                    claims.text("nonce") == Some(nonce.expose()),
                    TokenError::Nonce,
                )?;
                // A token that names no assurance has none, whatever blanks stand in what was asked for.
                let granted = |asked: &str| {
                    let granted = claims.text("acr");
                    granted.is_some_and(|acr| asked.split_whitespace().any(|asked| asked == acr))
                };
                check(acr.is_none_or(granted), TokenError::Assurance)?;
                let proved = |age: u64| {
                    time("auth_time").is_some_and(|at| {
                        at <= soon && at.saturating_add(age).saturating_add(SKEW) >= expected.now
                    })
                };
                check(max_age.is_none_or(proved), TokenError::TooLongAgo)?;
            }
            Tie::Renewal(before) => {
                let same = |name: &str| claims.get(name) == before.0.get(name);
                check(same("sub"), TokenError::Subject)?;
                // It need not say these again, but nothing else.
                let kept = |name: &str| claims.get(name).is_none() || same(name);
                check(kept("nonce"), TokenError::Nonce)?;
                check(kept("auth_time"), TokenError::TooLongAgo)?;
            }
            Tie::Heard(before) => {
                let earlier = |name: &str| before.0.get(name).and_then(Value::as_u64);
                check(
                    claims.get("sub") == before.0.get("sub"),
                    TokenError::Subject,
                )?;
                // An older one is nobody's any more.
                let made = time("iat").unwrap_or(0).saturating_add(SKEW);
                check(made >= earlier("iat").unwrap_or(0), TokenError::Expired)?;
                let proved = time("auth_time").zip(earlier("auth_time"));
                check(
                    proved.is_none_or(|(now, before)| now >= before),
                    TokenError::TooLongAgo,
                )?;
                check(claims.get("at_hash").is_some(), TokenError::AccessTokenHash)?;
            }
        }
        let until = time("exp").ok_or(TokenError::Expired)?;
        check(
            until.saturating_add(SKEW) > expected.now,
            TokenError::Expired,
        )?;
        let made = time("iat").ok_or(TokenError::Future)?;
        check(made <= soon && made <= until, TokenError::Future)?;
        let from = claims.get("nbf");
        check(
            from.is_none_or(|from| from.as_u64().is_some_and(|from| from <= soon)),
            TokenError::NotBefore,
        )?;
        if let Some(hash) = claims.get("at_hash") {
            let half = expected.access_digest.get(..16).unwrap_or_default();
            check(
                hash.as_str() == Some(&Base64UrlUnpadded::encode_string(half)),
                TokenError::AccessTokenHash,
            )?;
        }
        Ok(Claims(claims))
    }

    /// When it says it was made: seconds since 1970.
    pub fn made(&self) -> Option<u64> {
        self.claims.get("iat").and_then(Value::as_u64)
    }

    /// The claims of a token that was believed when it was stored.
    pub fn stored(token: &Secret) -> Option<Claims> {
        Self::parse(token).ok().map(|token| Claims(token.claims))
    }
}

fn part(text: &str) -> Option<Value> {
    let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
    json::parse(std::str::from_utf8(&bytes).ok()?).filter(|value| matches!(value, Value::Object(_)))
}

impl Claims {
    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name).filter(|text| !text.is_empty())
    }

    /// The texts of a claim that is a list.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .get(name)
            .map_or(&[][..], Value::items)
            .iter()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Every claim's name and value.
    pub fn all(&self) -> &[(String, Value)] {
        self.0.members()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_900_000_000;
    const GOOD: &str = r#"{"sub":"00u1","iss":"https://id.acme.test","aud":"app","nonce":"n","iat":1900000000,"exp":1900003600,
        "at_hash":"AAECAwQFBgcICQoLDA0ODw"}"#;

    fn digest() -> [u8; 32] {
        std::array::from_fn(|at| at as u8)
    }

    fn judge(claims: &str) -> Result<Claims, TokenError> {
        judge_for(claims, None, None)
    }

    fn token(claims: &str) -> Secret {
        let encode = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        let header = encode(r#"{"alg":"RS256","kid":"k"}"#);
        Secret::new([&header, ".", &encode(claims), ".AAAA"].concat())
    }

    fn judge_for(
        claims: &str,
        acr: Option<&str>,
        max_age: Option<u64>,
    ) -> Result<Claims, TokenError> {
        IdToken::parse(&token(claims))?.believe(&Expected {
            issuer: "https://id.acme.test",
            client_id: "app",
            tie: Tie::SignIn {
                nonce: &Secret::new("n"),
                acr,
                max_age,
            },
            now: NOW,
            access_digest: &digest(),
        })
    }

    #[test]
    fn a_good_token_is_believed() {
        assert_eq!(
            judge(GOOD).map(|claims| claims.text("sub").map(str::to_owned)),
            Ok(Some("00u1".to_owned()))
        );
    }

    #[test]
    fn the_assurance_is_the_one_that_was_asked_for() {
        for (acr, asked, good) in [
            ("2fa", "2fa", true),
            ("2fa", "1fa 2fa", true),
            ("2fa", "1fa\t 2fa\n", true),
            ("1fa", "2fa", false),
            ("", "2fa", false),
            // A blank more is no assurance that a token could have by saying nothing.
            ("", "2fa ", false),
            ("", " 2fa", false),
            ("", "1fa  2fa", false),
            ("", " ", false),
            ("", "", false),
        ] {
            let claims = GOOD.replacen('{', &format!(r#"{{"acr":"{acr}","#), 1);
            let judged = judge_for(&claims, Some(asked), None).map(|_| ());
            let expected = if good {
                Ok(())
            } else {
                Err(TokenError::Assurance)
            };
            assert_eq!(judged, expected, "{acr} for {asked:?}");
            let without = judge_for(GOOD, Some(asked), None).map(|_| ());
            assert_eq!(without, Err(TokenError::Assurance), "nothing for {asked:?}");
        }
    }

    #[test]
    fn each_claim_that_is_wrong_is_refused_by_its_own_name() {
        for (from, to, error) in [
            (
                "https://id.acme.test",
                "https://id.acme.test/",
                TokenError::Issuer,
            ),
            (r#""aud":"app""#, r#""aud":"other""#, TokenError::Audience),
            (
                r#""aud":"app""#,
                r#""aud":["app","other"]"#,
                TokenError::AuthorizedParty,
            ),
            (
                r#""aud":"app""#,
                r#""aud":"app","azp":"other""#,
                TokenError::AuthorizedParty,
            ),
            (r#""aud":"app","#, "", TokenError::Audience),
            (r#""nonce":"n""#, r#""nonce":"m""#, TokenError::Nonce),
            (r#""nonce":"n","#, "", TokenError::Nonce),
            ("1900003600", "1899999000", TokenError::Expired),
            (r#""exp":1900003600,"#, "", TokenError::Expired),
            (
                r#""iat":1900000000"#,
                r#""iat":1900000999"#,
                TokenError::Future,
            ),
            (
                r#""iat":1900000000"#,
                r#""iat":1900000000,"nbf":1900000999"#,
                TokenError::NotBefore,
            ),
            (
                r#""iat":1900000000"#,
                r#""iat":1900000000,"nbf":"soon""#,
                TokenError::NotBefore,
            ),
            (r#""iat":1900000000,"#, "", TokenError::Future),
            ("AAECAw", "AAECBw", TokenError::AccessTokenHash),
            (r#""sub":"00u1","#, "", TokenError::Subject),
            (r#""sub":"00u1""#, r#""sub":"""#, TokenError::Subject),
        ] {
            let claims = GOOD.replace(from, to);
            assert_ne!(claims, GOOD, "{from}");
            assert_eq!(judge(&claims).map(|_| ()), Err(error), "{to}");
        }
    }

    #[test]
    fn whoever_was_to_prove_themselves_lately_has_done_so() {
        for (at, most, good) in [
            (Some(NOW - 60), 60, true),
            (Some(NOW - 60 - SKEW), 60, true),
            (Some(NOW - 61 - SKEW), 60, false),
            (Some(NOW + SKEW + 1), 60, false),
            (None, 60, false),
        ] {
            let said = at.map(|at| format!(r#"{{"auth_time":{at},"#));
            let claims = GOOD.replacen('{', said.as_deref().unwrap_or("{"), 1);
            let judged = judge_for(&claims, None, Some(most)).map(|_| ());
            let expected = if good {
                Ok(())
            } else {
                Err(TokenError::TooLongAgo)
            };
            assert_eq!(judged, expected, "{at:?}");
        }
    }

    #[test]
    fn a_renewed_token_is_of_the_same_person_and_sign_in() {
        let before = GOOD.replacen('{', r#"{"auth_time":1899999000,"#, 1);
        let Some(before) = IdToken::stored(&token(&before)) else {
            panic!("it is a token")
        };
        let renewed = |from: &str, to: &str| {
            let claims = GOOD.replace(r#""nonce":"n","#, "").replace(from, to);
            IdToken::parse(&token(&claims))?
                .believe(&Expected {
                    issuer: "https://id.acme.test",
                    client_id: "app",
                    tie: Tie::Renewal(&before),
                    now: NOW,
                    access_digest: &digest(),
                })
                .map(|_| ())
        };
        let sub = r#""sub":"00u1""#;
        assert_eq!(renewed("", ""), Ok(()));
        for (more, expected) in [
            (r#""nonce":"n""#, Ok(())),
            (r#""auth_time":1899999000"#, Ok(())),
            (r#""nonce":"m""#, Err(TokenError::Nonce)),
            (r#""auth_time":1899999001"#, Err(TokenError::TooLongAgo)),
        ] {
            assert_eq!(renewed(sub, &[sub, ",", more].concat()), expected, "{more}");
        }
        assert_eq!(renewed("00u1", "00u2"), Err(TokenError::Subject));
    }

    #[test]
    fn a_token_that_another_tab_brings_is_of_the_same_person_and_no_older_sign_in() {
        let before = GOOD.replacen('{', r#"{"auth_time":1899999000,"#, 1);
        let Some(before) = IdToken::stored(&token(&before)) else {
            panic!("it is a token")
        };
        let heard = |from: &str, to: &str| {
            let claims = GOOD.replace(from, to);
            assert!(from.is_empty() || claims != GOOD, "{from}");
            IdToken::parse(&token(&claims))?
                .believe(&Expected {
                    issuer: "https://id.acme.test",
                    client_id: "app",
                    tie: Tie::Heard(&before),
                    now: NOW,
                    access_digest: &digest(),
                })
                .map(|_| ())
        };
        let (nonce, hash) = (r#""nonce":"n","#, r#""at_hash":"AAECAwQFBgcICQoLDA0ODw""#);
        assert_eq!(heard("", ""), Ok(()));
        assert_eq!(heard(nonce, ""), Ok(()), "a renewal");
        let again = r#""nonce":"m","auth_time":1900000000,"#;
        assert_eq!(heard(nonce, again), Ok(()), "she signed in again");
        for (from, to, error) in [
            ("00u1", "00u2", TokenError::Subject),
            (nonce, r#""auth_time":1899998999,"#, TokenError::TooLongAgo),
            ("1900000000", "1899999699", TokenError::Expired),
            (
                hash,
                r#""at_hash":"BAECAwQFBgcICQoLDA0ODw""#,
                TokenError::AccessTokenHash,
            ),
            // Nothing but this ties the access token to it.
            (hash, r#""name":"Mia""#, TokenError::AccessTokenHash),
            ("acme.test", "evil.test", TokenError::Issuer),
            (r#""aud":"app""#, r#""aud":"other""#, TokenError::Audience),
            ("1900003600", "1899999000", TokenError::Expired),
        ] {
            assert_eq!(heard(from, to), Err(error), "{to}");
        }
    }

    #[test]
    fn a_token_is_a_clock() {
        assert_eq!(made_at(&token(GOOD)), Some(NOW));
        for other in ["", "opaque", "a.b.c", "a.e30.c"] {
            assert_eq!(made_at(&Secret::new(other)), None, "{other}");
        }
    }

    #[test]
    fn only_rs256_is_read() {
        let encode = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        for (header, error) in [
            (r#"{"alg":"none"}"#, TokenError::Algorithm),
            (r#"{"alg":"HS256","kid":"k"}"#, TokenError::Algorithm),
            ("RS256", TokenError::Malformed),
        ] {
            let token = Secret::new([&encode(header), ".", &encode(GOOD), "."].concat());
            assert_eq!(IdToken::parse(&token).map(|_| ()), Err(error));
        }
        for token in ["", ".", "..", "a.b", "a.b.c"] {
            assert_eq!(
                IdToken::parse(&Secret::new(token)).map(|_| ()),
                Err(TokenError::Malformed),
                "{token}"
            );
        }
    }

    #[test]
    fn a_key_is_found_by_its_id() {
        let jwks = r#"{"keys":[{"kty":"EC","kid":"a"},{"kty":"RSA","kid":"b","use":"sig","n":"x","e":"AQAB"}]}"#;
        assert_eq!(
            key(jwks, "b"),
            Some(Key {
                n: "x".to_owned(),
                e: "AQAB".to_owned()
            })
        );
        assert_eq!(key(jwks, "a"), None);
        assert_eq!(key("", "b"), None);
    }
}
