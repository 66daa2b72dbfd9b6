//! Tokens bound to a key of the client: proofs, nonces, thumbprints (RFC 9449; protocol 1.10).

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Verifier as _;
use rsa::pkcs1v15;
use rsa::{BigUint, RsaPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::clock::seconds;
use crate::random;

/// A proof may be so much older or younger than the org's time.
const SKEW: u64 = 300;
/// A nonce is replaced after so long and still taken for so long.
const NONCE_AGE: Duration = Duration::from_secs(24 * 3600);
const NONCE_TAKEN: Duration = Duration::from_secs(3 * 24 * 3600);

/// Whether the org binds tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DpopMode {
    /// Proofs are ignored, tokens are bearer tokens.
    Off,
    /// Whoever sends a proof gets a bound token.
    Optional,
    /// Nobody gets a token without a proof.
    Required,
}

/// The nonces given out and the proofs seen.
#[derive(Default)]
pub(crate) struct Dpop {
    nonces: Vec<(String, SystemTime)>,
    seen: HashMap<String, SystemTime>,
}

/// Why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has no nonce, or one that is not taken any more.
    Nonce,
    Proof(&'static str),
}

/// What a proof has to be for.
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    /// The address without query and fragment.
    pub(crate) uri: &'a str,
    /// The access token beside it, where there is one.
    pub(crate) access_token: Option<&'a str>,
    /// The org's time, and the same as it is told.
    pub(crate) now: SystemTime,
    pub(crate) told: SystemTime,
}

impl Dpop {
    /// The nonce to give out now.
    pub(crate) fn nonce(&mut self, now: SystemTime) -> String {
        self.nonces.retain(|(_, made)| now < *made + NONCE_TAKEN);
        match self.nonces.last() {
            Some((nonce, made)) if now < *made + NONCE_AGE => nonce.clone(),
            _ => {
                let nonce = random::token(16);
                self.nonces.push((nonce.clone(), now));
                nonce
            }
        }
    }

    pub(crate) fn forget_nonces(&mut self) {
        self.nonces.clear();
    }

    /// The thumbprint of the key that made a proof (RFC 9449, 4.3; RFC 7638).
    pub(crate) fn check(
        &mut self,
        proof: &str,
        expected: &Expected<'_>,
    ) -> Result<String, Refused> {
        let [header, claims, signature] = proof.split('.').collect::<Vec<_>>()[..] else {
            return Err(Refused::Proof("The proof is no JSON web token."));
        };
        let signed = format!("{header}.{claims}");
        let (Some(header), Some(claims), Ok(signature)) =
            (decoded(header), decoded(claims), BASE64.decode(signature))
        else {
            return Err(Refused::Proof("The proof is no JSON web token."));
        };
        if header["typ"] != "dpop+jwt" {
            return Err(Refused::Proof("The 'typ' of the proof must be 'dpop+jwt'."));
        }
        let jwk = &header["jwk"];
        if jwk.get("d").is_some() {
            return Err(Refused::Proof("The proof gives a private key away."));
        }
        let thumbprint = verified(&header["alg"], jwk, signed.as_bytes(), &signature).ok_or(
            Refused::Proof("The signature of the proof is not its key's."),
        )?;
        if claims["htm"] != expected.method {
            return Err(Refused::Proof("The 'htm' of the proof is not the method."));
        }
        if claims["htu"] != expected.uri {
            return Err(Refused::Proof("The 'htu' of the proof is not the address."));
        }
        let made = claims["iat"].as_u64().unwrap_or_default();
        if made.abs_diff(seconds(expected.told)) > SKEW {
            return Err(Refused::Proof("The proof is too old, or from the future."));
        }
        let hash = expected
            .access_token
            .map(|token| BASE64.encode(Sha256::digest(token)));
        if claims["ath"].as_str() != hash.as_deref() {
            return Err(Refused::Proof(
                "The 'ath' of the proof is not the access token's.",
            ));
        }
        let known = claims["nonce"].as_str().is_some_and(|nonce| {
            let alive = |(known, made): &(String, SystemTime)| {
                known == nonce && expected.now < *made + NONCE_TAKEN
            };
            self.nonces.iter().any(alive)
        });
        if !known {
            return Err(Refused::Nonce);
        }
        let Some(id) = claims["jti"].as_str().filter(|id| !id.is_empty()) else {
            return Err(Refused::Proof("The proof has no 'jti'."));
        };
        let twice = Duration::from_secs(2 * SKEW);
        self.seen.retain(|_, seen| expected.now < *seen + twice);
        if self.seen.insert(id.to_owned(), expected.now).is_some() {
            return Err(Refused::Proof("The proof was used before."));
        }
        Ok(thumbprint)
    }
}

fn decoded(part: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64.decode(part).ok()?).ok()
}

/// The key's thumbprint, if the signature is the key's.
fn verified(algorithm: &Value, jwk: &Value, signed: &[u8], signature: &[u8]) -> Option<String> {
    let member = |name: &str| jwk[name].as_str();
    let bytes = |name: &str| BASE64.decode(member(name)?).ok();
    // The members of a thumbprint stand in the order of their names (RFC 7638, 3.2).
    let canonical = match (algorithm.as_str()?, member("kty")?) {
        ("ES256", "EC") if member("crv") == Some("P-256") => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            let point = [&[4][..], &x, &y].concat();
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
            key.verify(signed, &signature).ok()?;
            json!({"crv": "P-256", "kty": "EC", "x": member("x"), "y": member("y")})
        }
        ("RS256", "RSA") => {
            let (n, e) = (bytes("n")?, bytes("e")?);
            let key =
                RsaPublicKey::new(BigUint::from_bytes_be(&n), BigUint::from_bytes_be(&e)).ok()?;
            let signature = pkcs1v15::Signature::try_from(signature).ok()?;
            pkcs1v15::VerifyingKey::<Sha256>::new(key)
                .verify(signed, &signature)
                .ok()?;
            json!({"e": member("e"), "kty": "RSA", "n": member("n")})
        }
        _ => return None,
    };
    Some(BASE64.encode(Sha256::digest(canonical.to_string())))
}
