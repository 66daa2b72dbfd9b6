//! The ID token: who signed in, and whether to believe it.

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::TokenError;
use crate::json::{self, Value};
use crate::secret::Secret;

/// How far a device's clock may be off, in seconds.
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
    /// The nonce of this attempt.
    pub nonce: &'a Secret,
    /// The assurance that was asked for: one value, or several with blanks between them.
    pub acr: Option<&'a str>,
    /// Now, in seconds since 1970.
    pub now: u64,
    /// SHA-256 of the access token.
    pub access_digest: &'a [u8; 32],
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
            claims
                .get("azp")
                .map_or(!several, |party| party.as_str() == Some(expected.client_id)),
            TokenError::Audience,
        )?;
        check(
            claims.text("nonce") == Some(expected.nonce.expose()),
            TokenError::Nonce,
        )?;
        let granted = claims.text("acr").unwrap_or_default();
        check(
            expected
                .acr
                .is_none_or(|asked| asked.split(' ').any(|asked| asked == granted)),
            TokenError::Assurance,
        )?;
        let time = |name: &str| claims.get(name).and_then(Value::as_u64);
        let until = time("exp").ok_or(TokenError::Expired)?;
        check(
            until.saturating_add(SKEW) > expected.now,
            TokenError::Expired,
        )?;
        let made = time("iat").ok_or(TokenError::Future)?;
        check(
            made <= expected.now.saturating_add(SKEW) && made <= until,
            TokenError::Future,
        )?;
        check(
            time("nbf").is_none_or(|from| from <= expected.now.saturating_add(SKEW)),
            TokenError::Future,
        )?;
        if let Some(hash) = claims.get("at_hash") {
            let half = expected.access_digest.get(..16).unwrap_or_default();
            check(
                hash.as_str() == Some(&Base64UrlUnpadded::encode_string(half)),
                TokenError::AccessTokenHash,
            )?;
        }
        check(
            claims.text("sub").is_some_and(|sub| !sub.is_empty()),
            TokenError::Malformed,
        )?;
        Ok(Claims(claims))
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
        judge_for(claims, None)
    }

    fn judge_for(claims: &str, acr: Option<&str>) -> Result<Claims, TokenError> {
        let encode = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        let token = [
            &encode(r#"{"alg":"RS256","kid":"k"}"#),
            ".",
            &encode(claims),
            ".AAAA",
        ]
        .concat();
        IdToken::parse(&Secret::new(token))?.believe(&Expected {
            issuer: "https://id.acme.test",
            client_id: "app",
            nonce: &Secret::new("n"),
            acr,
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
            ("1fa", "2fa", false),
            ("", "2fa", false),
        ] {
            let claims = GOOD.replacen('{', &format!(r#"{{"acr":"{acr}","#), 1);
            let judged = judge_for(&claims, Some(asked)).map(|_| ());
            let expected = if good {
                Ok(())
            } else {
                Err(TokenError::Assurance)
            };
            assert_eq!(judged, expected, "{acr} for {asked}");
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
                TokenError::Audience,
            ),
            (
                r#""aud":"app""#,
                r#""aud":"app","azp":"other""#,
                TokenError::Audience,
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
                TokenError::Future,
            ),
            ("AAECAw", "AAECBw", TokenError::AccessTokenHash),
            (r#""sub":"00u1","#, "", TokenError::Malformed),
        ] {
            let claims = GOOD.replace(from, to);
            assert_ne!(claims, GOOD, "{from}");
            assert_eq!(judge(&claims).map(|_| ()), Err(error), "{to}");
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
