//! A browser with a passkey, in software: what it makes of a ceremony's options (WebAuthn, sections 6.1 and 6.5).

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use sha2::{Digest as _, Sha256};
use vestibule::idx::{Answers, Ceremony, decode, encode};
use vestibule::json::Value;

/// The person is there and was recognised.
const RECOGNISED: u8 = 0x05;
/// A new key follows.
const NEW: u8 = 0x40;

/// A passkey for the app's host.
pub struct Key {
    secret: SigningKey,
    id: Vec<u8>,
    owner: Vec<u8>,
    uses: u32,
    /// Where the page that asks seems to be.
    pub origin: String,
}

impl Key {
    /// One that nobody has yet; `seed` is its secret.
    pub fn new(seed: u8) -> Self {
        Self {
            secret: SigningKey::from_slice(&[seed; 32]).expect("a key"),
            id: vec![seed; 16],
            owner: Vec::new(),
            uses: 0,
            origin: super::APP.to_owned(),
        }
    }

    /// What the browser brings.
    pub fn performs(&mut self, ceremony: &Ceremony) -> Answers {
        let options = ceremony.options.as_ref().expect("the org asks for a key");
        let challenge = options.text("challenge").expect("a challenge");
        let kind = if ceremony.creates { "create" } else { "get" };
        let client = format!(
            r#"{{"type":"webauthn.{kind}","challenge":"{challenge}","origin":"{}","crossOrigin":false}}"#,
            self.origin
        );
        let answers = Answers::new().with("credentials.clientData", encode(client.as_bytes()));
        self.uses += 1;
        if ceremony.creates {
            let owner = options.get("user").and_then(|user| user.text("id"));
            self.owner = owner.and_then(decode).expect("somebody");
            return answers
                .with("credentials.attestation", encode(&self.attestation()))
                .with("credentials.transports", r#"["internal"]"#)
                .with(
                    "credentials.clientExtensions",
                    r#"{"credProps":{"rk":true}}"#,
                );
        }
        let allowed = options
            .get("allowCredentials")
            .map_or(&[][..], Value::items);
        let mine = |key: &Value| key.text("id").and_then(decode).as_ref() == Some(&self.id);
        assert!(
            allowed.is_empty() || allowed.iter().any(mine),
            "the org names this key"
        );
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(client)].concat();
        let signature: Signature = self.secret.sign(&signed);
        answers
            .with("credentials.authenticatorData", encode(&data))
            .with(
                "credentials.signatureData",
                encode(signature.to_der().as_bytes()),
            )
            .with("credentials.userHandle", encode(&self.owner))
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest("localhost").to_vec();
        data.push(RECOGNISED | more);
        data.extend(self.uses.to_be_bytes());
        data
    }

    /// The attestation object in CBOR, with no statement.
    fn attestation(&self) -> Vec<u8> {
        let point = self.secret.verifying_key().to_encoded_point(false);
        let mut data = self.data(NEW);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&self.id);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().expect("a point"));
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().expect("a point"));
        let length = u8::try_from(data.len()).expect("it is short");
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(length);
        object.extend(data);
        object
    }
}
