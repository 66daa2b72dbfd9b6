//! Proofs that a request comes from whoever holds the key that its token is bound to (RFC 9449; protocol reference, 1.10).

use base64ct::{Base64UrlUnpadded, Encoding as _};

use crate::http;
use crate::json::Value;
use crate::secret::Secret;

/// A public key on the curve P-256, as its parts are published (RFC 7518, section 6.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofKey {
    /// The x coordinate, base64url.
    pub x: String,
    /// The y coordinate, base64url.
    pub y: String,
}

/// What a proof is for. It is good for one request.
pub struct Proof<'a> {
    /// The key that signs it.
    pub key: &'a ProofKey,
    /// The method: `GET`, `POST`.
    pub method: &'a str,
    /// The address. Its query and fragment do not count.
    pub url: &'a str,
    /// Now, by the server's clock: seconds since 1970.
    pub now: u64,
    /// What no other proof has: from the cryptographic random generator.
    pub id: &'a [u8; 16],
    /// What the server wants to see again, once it has said so.
    pub nonce: Option<&'a str>,
    /// SHA-256 of the access token beside it, where there is one.
    pub access_digest: Option<&'a [u8; 32]>,
}

impl Proof<'_> {
    /// What is to be signed with ES256: header and claims (RFC 9449, section 4.2).
    pub fn unsigned(&self) -> String {
        let text = |name: &str, text: &str| (name.to_owned(), Value::String(text.to_owned()));
        let key = vec![
            text("kty", "EC"),
            text("crv", "P-256"),
            text("x", &self.key.x),
            text("y", &self.key.y),
        ];
        let header = Value::Object(vec![
            text("typ", "dpop+jwt"),
            text("alg", "ES256"),
            ("jwk".to_owned(), Value::Object(key)),
        ]);
        let address = self.url.split(['?', '#']).next().unwrap_or_default();
        let mut claims = vec![
            text("htm", self.method),
            text("htu", address),
            text("jti", &Base64UrlUnpadded::encode_string(self.id)),
            ("iat".to_owned(), Value::Number(self.now as f64)),
        ];
        claims.extend(self.nonce.map(|nonce| text("nonce", nonce)));
        let digest = self.access_digest;
        claims.extend(digest.map(|digest| text("ath", &Base64UrlUnpadded::encode_string(digest))));
        [encoded(&header), encoded(&Value::Object(claims))].join(".")
    }
}

/// The proof, whole: what was signed, and the signature, 64 bytes (RFC 7518, section 3.4).
pub fn signed(unsigned: &str, signature: &[u8]) -> Secret {
    let signature = Base64UrlUnpadded::encode_string(signature);
    Secret::new([unsigned, ".", &signature].concat())
}

/// What proofs for a server have to go by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// The nonce that it gave out last (RFC 9449, sections 8.2 and 9).
    pub nonce: Option<String>,
    /// By how many seconds its clock is ahead of this device's, where it has shown that.
    pub ahead: Option<i64>,
}

/// What is known of servers, each by its origin.
#[derive(Default)]
pub struct Servers(Vec<(String, Server)>);

impl Servers {
    /// What is known of the server of that address.
    pub fn of(&self, url: &str) -> Server {
        let origin = http::origin(url);
        let known = self.0.iter().find(|(known, _)| known == origin);
        known.map(|(_, server)| server.clone()).unwrap_or_default()
    }

    /// Something new is known of it.
    pub fn keep(&mut self, url: &str, server: Server) {
        let origin = http::origin(url);
        self.0.retain(|(known, _)| known != origin);
        self.0.push((origin.to_owned(), server));
    }
}

fn encoded(value: &Value) -> String {
    let mut text = String::new();
    value.write(&mut text);
    Base64UrlUnpadded::encode_string(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn decoded(part: Option<&str>) -> Value {
        let bytes = part.and_then(|part| Base64UrlUnpadded::decode_vec(part).ok());
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.and_then(|text| json::parse(&text))
            .unwrap_or(Value::Null)
    }

    #[test]
    fn a_proof_says_what_it_is_for() {
        let key = ProofKey {
            x: "xx".to_owned(),
            y: "yy".to_owned(),
        };
        let proof = Proof {
            key: &key,
            method: "POST",
            url: "https://id.acme.test/oauth2/v1/token?a=b#c",
            now: 1_900_000_000,
            id: &[7; 16],
            nonce: None,
            access_digest: None,
        };
        let unsigned = proof.unsigned();
        let mut parts = unsigned.split('.');
        let (header, claims) = (decoded(parts.next()), decoded(parts.next()));
        assert_eq!(header.text("typ"), Some("dpop+jwt"));
        assert_eq!(header.text("alg"), Some("ES256"));
        let jwk = header.get("jwk").cloned().unwrap_or(Value::Null);
        assert_eq!((jwk.text("x"), jwk.text("y")), (Some("xx"), Some("yy")));
        assert_eq!(jwk.get("d"), None);
        assert_eq!(claims.text("htm"), Some("POST"));
        assert_eq!(
            claims.text("htu"),
            Some("https://id.acme.test/oauth2/v1/token")
        );
        assert_eq!(
            claims.get("iat").and_then(Value::as_u64),
            Some(1_900_000_000)
        );
        assert_eq!((claims.get("nonce"), claims.get("ath")), (None, None));

        let with = Proof {
            nonce: Some("n"),
            access_digest: Some(&[1; 32]),
            ..proof
        };
        let unsigned = with.unsigned();
        let claims = decoded(unsigned.split('.').nth(1));
        assert_eq!(claims.text("nonce"), Some("n"));
        assert_eq!(
            claims.text("ath"),
            Some("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")
        );
        assert_eq!(signed("a.b", &[0; 3]).expose(), "a.b.AAAA");
    }

    #[test]
    fn each_server_has_its_own_nonce_and_its_own_clock() {
        let server = |nonce: &str, ahead| Server {
            nonce: Some(nonce.to_owned()),
            ahead,
        };
        let mut servers = Servers::default();
        servers.keep("https://id.acme.test/oauth2/v1/token", server("a", None));
        servers.keep("https://api.acme.test", server("b", Some(-60)));
        servers.keep("https://id.acme.test/other?x", server("c", None));
        assert_eq!(servers.of("https://id.acme.test/"), server("c", None));
        let other = servers.of("https://api.acme.test/me#x");
        assert_eq!(other, server("b", Some(-60)));
        assert_eq!(servers.of("https://elsewhere.test/me"), Server::default());
    }
}
