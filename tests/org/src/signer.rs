//! The key of the org, and JSON web tokens signed with it (protocol 1.6, 1.8).

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rand::rngs::OsRng;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::signature::{SignatureEncoding, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Made once for a process: a key takes a moment, and tests start an org each.
static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
const BITS: usize = 2048;

/// Signs and knows its own signature.
pub(crate) struct Signer {
    key: SigningKey<Sha256>,
    public: RsaPublicKey,
    kid: String,
}

impl Signer {
    pub(crate) fn new() -> Self {
        // The one way for this to fail is an operating system without random numbers: no org without them.
        let key = KEY.get_or_init(|| {
            RsaPrivateKey::new(&mut OsRng, BITS).expect("the system gives random numbers")
        });
        let public = key.to_public_key();
        let kid = BASE64.encode(Sha256::digest(public.n().to_bytes_be()));
        Self {
            key: SigningKey::new(key.clone()),
            public,
            kid,
        }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.token(claims, |_| {})
    }

    /// A token with a signature of the right length that is nobody's.
    pub(crate) fn sign_wrong(&self, claims: &Value) -> String {
        self.token(claims, |signature| signature.reverse())
    }

    fn token(&self, claims: &Value, change: impl FnOnce(&mut [u8])) -> String {
        let header = json!({"kid": self.kid, "alg": "RS256"});
        let signed = format!(
            "{}.{}",
            BASE64.encode(header.to_string()),
            BASE64.encode(claims.to_string())
        );
        let mut signature = self.key.sign(signed.as_bytes()).to_vec();
        change(&mut signature);
        format!("{signed}.{}", BASE64.encode(signature))
    }

    /// The claims of a token that this org signed, however old it is.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = Signature::try_from(BASE64.decode(signature).ok()?.as_slice()).ok()?;
        VerifyingKey::<Sha256>::new(self.public.clone())
            .verify(signed.as_bytes(), &signature)
            .ok()?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }

    pub(crate) fn keys(&self) -> Value {
        json!({"keys": [{
            "kty": "RSA", "alg": "RS256", "kid": self.kid, "use": "sig",
            "e": BASE64.encode(self.public.e().to_bytes_be()), "n": BASE64.encode(self.public.n().to_bytes_be())
        }]})
    }
}

/// Base64url of SHA-256: the challenge that belongs to a verifier (RFC 7636).
pub(crate) fn challenge_of(verifier: &str) -> String {
    BASE64.encode(Sha256::digest(verifier))
}

/// Base64url of the first half of SHA-256: how an ID token names its access token.
pub(crate) fn at_hash(access_token: &str) -> String {
    let digest = Sha256::digest(access_token);
    BASE64.encode(digest.iter().copied().take(16).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_token_is_not_ours() {
        let signer = Signer::new();
        let token = signer.sign(&json!({"sub": "mia"}));
        assert_eq!(signer.verify(&token), Some(json!({"sub": "mia"})));
        let (head, rest) = token.split_once('.').expect("three parts");
        let (_, signature) = rest.split_once('.').expect("three parts");
        let other = BASE64.encode(r#"{"sub":"tom"}"#);
        assert_eq!(signer.verify(&format!("{head}.{other}.{signature}")), None);
        assert_eq!(signer.verify("x.y.z"), None);
        assert_eq!(signer.verify(""), None);
    }

    #[test]
    fn the_challenge_is_that_of_the_rfc() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            challenge_of(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
