//! A security key in software: what a browser and its authenticator do together, and what somebody dishonest would.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{APP, Page};

/// Flags of the authenticator data: present, verified, a new key follows.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const NEW_KEY: u8 = 0x40;

/// A key pair for one site, and where it thinks to be.
#[derive(Clone)]
pub struct Key {
    pub credential: Vec<u8>,
    /// Whose it is.
    pub user: Vec<u8>,
    /// The page that asks.
    pub origin: String,
    /// The site that it is bound to.
    pub rp_id: String,
    pub counter: u32,
    /// Whether it makes sure of the person.
    pub verifies: bool,
    /// Whether it vouches for itself when it is made.
    pub attests: bool,
    secret: SigningKey,
}

impl Key {
    /// A key for nobody yet; `seed` is its secret.
    pub fn new(seed: u8) -> Self {
        Self {
            credential: vec![seed; 32],
            user: Vec::new(),
            origin: APP.to_owned(),
            rp_id: "localhost".to_owned(),
            counter: 1,
            verifies: true,
            attests: false,
            secret: SigningKey::from_slice(&[seed; 32]).expect("a key"),
        }
    }

    /// What the browser posts after it made this key on a page that sets one up.
    pub fn create(&mut self, page: &Page) -> Value {
        let asked = member(
            page,
            "/currentAuthenticator/value/contextualData/activationData",
        );
        self.user = URL_SAFE_NO_PAD
            .decode(asked["user"]["id"].as_str().expect("an id"))
            .expect("base64");
        let client_data = self.client_data("webauthn.create", &asked["challenge"]);
        json!({
            "attestation": STANDARD.encode(self.attestation(&client_data)),
            "clientData": STANDARD.encode(client_data),
            "transports": "[\"internal\"]", "clientExtensions": "{\"credProps\":{\"rk\":true}}"
        })
    }

    /// What the browser posts after this key signed what a page asked for.
    pub fn sign(&mut self, page: &Page) -> Value {
        let place = "/currentAuthenticator/value/contextualData/challengeData";
        self.sign_for(member(page, place))
    }

    /// What was meant for a new key, for a page that asks for a known one.
    pub fn create_data(&self, page: &Page) -> Value {
        let place = "/currentAuthenticator/value/contextualData/challengeData/challenge";
        json!(STANDARD.encode(self.client_data("webauthn.create", &member(page, place))))
    }

    /// The same for a passkey that was picked in the list of the name's field.
    pub fn sign_in(&mut self, page: &Page) -> Value {
        let asked = member(page, "/webauthnAutofillUIChallenge/value/challengeData");
        let mut signed = self.sign_for(asked);
        signed["userHandle"] = json!(STANDARD.encode(&self.user));
        signed
    }

    /// What a key posts that says whose it is on a page of its own.
    pub fn sign_for_owner(&mut self, page: &Page, owner: &str) -> Value {
        let mut signed = self.sign(page);
        signed["userHandle"] = json!(owner);
        signed
    }

    fn sign_for(&mut self, asked: Value) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", &asked["challenge"]);
        let data = self.data(0);
        let signature = self.signature(&data, &client_data);
        json!({
            "clientData": STANDARD.encode(client_data),
            "authenticatorData": STANDARD.encode(data),
            "signatureData": STANDARD.encode(signature)
        })
    }

    fn signature(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let signed = [data, &Sha256::digest(client_data)].concat();
        let signature: Signature = self.secret.sign(&signed);
        signature.to_der().as_bytes().to_vec()
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let origin = &self.origin;
        format!(
            r#"{{"type":"{kind}","challenge":{challenge},"origin":"{origin}","crossOrigin":false}}"#
        )
        .into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        let verified = if self.verifies { VERIFIED } else { 0 };
        data.push(PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The attestation object in CBOR.
    fn attestation(&self, client_data: &[u8]) -> Vec<u8> {
        let point = self.secret.verifying_key().to_encoded_point(false);
        let mut data = self.data(NEW_KEY);
        data.extend([0; 16]);
        data.extend((self.credential.len() as u16).to_be_bytes());
        data.extend(&self.credential);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().expect("a point"));
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().expect("a point"));
        let mut object = match self.attests {
            // {"fmt": "none", "attStmt": {}, …
            false => b"\xa3\x63fmt\x64none\x67attStmt\xa0".to_vec(),
            // {"fmt": "packed", "attStmt": {"alg": -7, "sig": signature}, …
            true => {
                let signature = self.signature(&data, client_data);
                let mut object =
                    b"\xa3\x63fmt\x66packed\x67attStmt\xa2\x63alg\x26\x63sig\x58".to_vec();
                object.push(signature.len() as u8);
                object.extend(signature);
                object
            }
        };
        // … "authData": data}
        object.extend(b"\x68authData\x58");
        object.push(data.len() as u8);
        object.extend(data);
        object
    }
}

fn member(page: &Page, place: &str) -> Value {
    page.json()
        .pointer(place)
        .cloned()
        .unwrap_or_else(|| panic!("no {place} in {:#}", page.json()))
}

/// Posted bytes with one of them changed.
pub fn tampered(text: &Value, at: usize) -> Value {
    let mut bytes = STANDARD
        .decode(text.as_str().expect("text"))
        .expect("base64");
    bytes[at] ^= 1;
    json!(STANDARD.encode(bytes))
}
