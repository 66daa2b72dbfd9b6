//! The key of the org, and JSON web tokens signed with it (protocol 1.6, 1.8).

use std::sync::{Mutex, PoisonError, RwLock};

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
static KEYS: Mutex<Vec<RsaPrivateKey>> = Mutex::new(Vec::new());
const BITS: usize = 2048;

/// Signs and knows its own signature. The last key signs; those before it are still known until they are forgotten.
pub(crate) struct Signer(RwLock<Vec<Key>>);

#[derive(Clone)]
struct Key {
    key: SigningKey<Sha256>,
    public: RsaPublicKey,
    kid: String,
}

impl Key {
    /// The key of that number: the same for every org of a process.
    fn numbered(number: usize) -> Self {
        let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        while keys.len() <= number {
            // The one way for this to fail is an operating system without random numbers: no org without them.
            keys.push(
                RsaPrivateKey::new(&mut OsRng, BITS).expect("the system gives random numbers"),
            );
        }
        let key = &keys[number];
        let public = key.to_public_key();
        let kid = BASE64.encode(Sha256::digest(public.n().to_bytes_be()));
        Self {
            key: SigningKey::new(key.clone()),
            public,
            kid,
        }
    }
}

impl Signer {
    pub(crate) fn new() -> Self {
        Self(RwLock::new(vec![Key::numbered(0)]))
    }

    /// Signs with another key from now on. With `forget` the keys before it are told to nobody any more.
    pub(crate) fn rotate(&self, forget: bool) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let last = keys.last().map(|key| key.kid.clone());
        // Two keys take turns: a test that rotates often need not wait for a new one each time.
        let next = (0..2)
            .map(Key::numbered)
            .find(|key| Some(&key.kid) != last.as_ref());
        if let Some(next) = next {
            keys.retain(|key| !forget && key.kid != next.kid);
            keys.push(next);
        }
    }

    pub(crate) fn reset(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = vec![Key::numbered(0)];
    }

    fn all(&self) -> Vec<Key> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.token(claims, |_| {})
    }

    /// A token with a signature of the right length that is nobody's.
    pub(crate) fn sign_wrong(&self, claims: &Value) -> String {
        self.token(claims, |signature| signature.reverse())
    }

    fn token(&self, claims: &Value, change: impl FnOnce(&mut [u8])) -> String {
        let keys = self.all();
        let Some(key) = keys.last() else {
            return String::new();
        };
        let header = json!({"kid": key.kid, "alg": "RS256"});
        let signed = format!(
            "{}.{}",
            BASE64.encode(header.to_string()),
            BASE64.encode(claims.to_string())
        );
        let mut signature = key.key.sign(signed.as_bytes()).to_vec();
        change(&mut signature);
        format!("{signed}.{}", BASE64.encode(signature))
    }

    /// The claims of a token that this org signed, however old it is.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = Signature::try_from(BASE64.decode(signature).ok()?.as_slice()).ok()?;
        self.all().into_iter().find(|key| {
            VerifyingKey::<Sha256>::new(key.public.clone())
                .verify(signed.as_bytes(), &signature)
                .is_ok()
        })?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }

    pub(crate) fn keys(&self) -> Value {
        let keys: Vec<Value> = self
            .all()
            .iter()
            .map(|key| {
                json!({
                    "kty": "RSA", "alg": "RS256", "kid": key.kid, "use": "sig",
                    "e": BASE64.encode(key.public.e().to_bytes_be()), "n": BASE64.encode(key.public.n().to_bytes_be())
                })
            })
            .collect();
        json!({"keys": keys})
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
    fn a_new_key_signs_and_the_old_one_is_known_until_it_is_forgotten() {
        let signer = Signer::new();
        let old = signer.sign(&json!({"sub": "mia"}));
        signer.rotate(false);
        let new = signer.sign(&json!({"sub": "mia"}));
        assert_ne!(old.split('.').next(), new.split('.').next());
        assert!(signer.verify(&old).is_some() && signer.verify(&new).is_some());
        signer.rotate(true);
        assert_eq!(signer.keys()["keys"].as_array().map(Vec::len), Some(1));
        assert!(signer.verify(&new).is_none());
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
