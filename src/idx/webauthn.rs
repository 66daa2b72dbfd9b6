//! WebAuthn: what an org asks the browser's authenticators for, and what they brought as answers (protocol reference,
//! 4.3.5).

use base64ct::{Base64UrlUnpadded, Encoding as _};

use super::{Form, wire};
use crate::json::Value;

/// So long a ceremony may take, in milliseconds: somebody may have to look for a key.
pub const PATIENCE: u32 = 180_000;

/// The parts of a result: what a browser calls them, and their paths in the body.
pub const PARTS: [(&str, &str); 5] = [
    ("clientDataJSON", "credentials.clientData"),
    ("attestationObject", "credentials.attestation"),
    ("authenticatorData", "credentials.authenticatorData"),
    ("signature", "credentials.signatureData"),
    ("userHandle", "credentials.userHandle"),
];

/// A ceremony whose result fills in a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceremony {
    /// It makes a key; else one that is there proves itself.
    pub creates: bool,
    /// The creation or request options as the org wants them, every binary member as base64 (WebAuthn, sections 5.4 and
    /// 5.5). None if the org left out what nothing can stand in for.
    pub options: Option<Value>,
}

impl Ceremony {
    /// The ceremony behind a form; none if its fields are no result of one.
    pub(super) fn read(form: &Form, raw: &Value, root: &Value) -> Option<Self> {
        let asks = |path: &str| form.field(path).is_some();
        let creates = asks("credentials.attestation");
        // Duo's answer is called `signatureData` too, and comes alone.
        let proves = asks("credentials.signatureData") && asks("credentials.clientData");
        if !creates && !proves {
            return None;
        }
        // A form whose `relatesTo` leads nowhere is about the authenticator at hand.
        let options = [
            wire::related(root, raw),
            wire::object(root.get("currentAuthenticator")),
        ]
        .into_iter()
        .flatten()
        .find_map(|holder| options(holder, creates, root));
        Some(Self { creates, options })
    }
}

/// The options for the browser: all that the org says of them, the person's keys, and how long it may take.
fn options(holder: &Value, creates: bool, root: &Value) -> Option<Value> {
    // What a passkey is picked for from the browser's own list stands there by itself, and is for no key in particular.
    let context = wire::object(holder.get("contextualData"));
    let (member, list) = if creates {
        ("activationData", "excludeCredentials")
    } else {
        ("challengeData", "allowCredentials")
    };
    let data = wire::object(context.unwrap_or(holder).get(member))?;
    decode(data.text("challenge")?)?;
    if creates {
        decode(data.get("user")?.text("id")?)?;
    }
    let keys = wire::list(root.get("authenticatorEnrollments"))
        .iter()
        .filter(|_| context.is_some())
        .filter_map(key)
        .collect();
    let mut members = data.members().to_vec();
    // A browser takes a null for a value.
    members.retain(|(_, value)| *value != Value::Null);
    members.push(member_of(list, Value::Array(keys)));
    members.push(member_of("timeout", Value::Number(f64::from(PATIENCE))));
    Some(Value::Object(members))
}

/// A key of the person's, from its enrollment.
fn key(enrollment: &Value) -> Option<Value> {
    if enrollment.text("key") != Some("webauthn") {
        return None;
    }
    let id = enrollment.text("credentialId")?;
    decode(id)?;
    let text = |text: &str| Value::String(text.to_owned());
    let mut members = vec![
        member_of("type", text("public-key")),
        member_of("id", text(id)),
    ];
    let of = |holder: &Value| match holder.get("transports")? {
        Value::String(texts) => Some(Value::Array(texts.split(',').map(text).collect())),
        list => matches!(list, Value::Array(_)).then(|| list.clone()),
    };
    let transports = of(enrollment).or_else(|| of(enrollment.get("profile")?));
    members.extend(transports.map(|all| member_of("transports", all)));
    Some(Value::Object(members))
}

fn member_of(name: &str, value: Value) -> (String, Value) {
    (name.to_owned(), value)
}

/// Bytes as ordinary base64 with padding: what is posted, although all that comes is base64url (protocol reference, T46).
pub fn encode(bytes: &[u8]) -> String {
    let mut text = Base64UrlUnpadded::encode_string(bytes)
        .replace('-', "+")
        .replace('_', "/");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// The bytes of a base64 text of either alphabet, with or without padding. As lenient as a browser about the bits that the
/// last letter has to spare: an org's user ids are read as base64, and not made by it. None if there are no bytes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    (!bytes.is_empty() && bits < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn ceremony(fields: &str, rest: &str) -> Option<Ceremony> {
        let text = [
            r#"{"remediation":{"value":[{"name":"a-step","relatesTo":["$.currentAuthenticator"],
                "value":[{"name":"credentials","form":{"value":["#,
            fields,
            r#"]}}]}]},"#,
            rest,
            "}",
        ]
        .concat();
        let root = parse(&text).expect("JSON");
        let raw = &wire::list(root.get("remediation"))[0];
        let form = Form::read(raw, &root).expect("a form");
        Ceremony::read(&form, raw, &root)
    }

    const MAKE: &str = r#"{"name":"clientData"},{"name":"attestation"}"#;
    const PROVE: &str = r#"{"name":"clientData"},{"name":"signatureData"}"#;
    const KEYS: &str = r#""authenticatorEnrollments":{"value":[
        {"key":"webauthn","credentialId":"AQI","transports":["usb","nfc"]},
        {"key":"webauthn","credentialId":"AwQ","profile":{"transports":"internal,hybrid"}},
        {"key":"webauthn","credentialId":"BQY","profile":{"transports":7}},
        {"key":"webauthn","credentialId":"not base64"},
        {"key":"webauthn"},
        {"key":"custom_app","credentialId":"BwgJ"},
        "broken"]}"#;

    fn written(value: &Value) -> String {
        let mut text = String::new();
        value.write(&mut text);
        text
    }

    #[test]
    fn a_new_key_is_none_of_those_that_are_there() {
        let made = ceremony(
            MAKE,
            &[
                r#""currentAuthenticator":{"value":{"key":"webauthn","contextualData":{"activationData":{
                "rp":{"name":"Acme","id":"acme.test"},"user":{"id":"00uMia4f7s","name":"mia"},"challenge":"zrTo0mMX",
                "pubKeyCredParams":[{"type":"public-key","alg":-7}],"attestation":"direct",
                "authenticatorSelection":{"userVerification":"preferred"},"hints":["client-device"],"extensions":null,
                "timeout":"soon","newer":[1]}}}},"#,
                KEYS,
            ]
            .concat(),
        )
        .expect("a ceremony");
        assert!(made.creates);
        let options = made.options.expect("whole");
        let get = |name: &str| options.get(name).map(written);
        assert_eq!(
            get("excludeCredentials").as_deref(),
            Some(concat!(
                r#"[{"type":"public-key","id":"AQI","transports":["usb","nfc"]},"#,
                r#"{"type":"public-key","id":"AwQ","transports":["internal","hybrid"]},"#,
                r#"{"type":"public-key","id":"BQY"}]"#
            ))
        );
        let user = options.get("user").expect("a user");
        assert_eq!(user.text("id"), Some("00uMia4f7s"));
        assert_eq!(user.text("name"), Some("mia"));
        assert_eq!(
            get("pubKeyCredParams").as_deref(),
            Some(r#"[{"type":"public-key","alg":-7}]"#)
        );
        assert_eq!(get("attestation").as_deref(), Some(r#""direct""#));
        assert_eq!(
            get("authenticatorSelection").as_deref(),
            Some(r#"{"userVerification":"preferred"}"#)
        );
        assert_eq!(get("hints").as_deref(), Some(r#"["client-device"]"#));
        assert_eq!(get("extensions"), None);
        assert_eq!(get("timeout").as_deref(), Some("180000"));
        assert_eq!(
            get("newer").as_deref(),
            Some("[1]"),
            "what is newer goes along"
        );
    }

    #[test]
    fn any_of_the_persons_keys_proves_who_they_are() {
        let asked = ceremony(
            PROVE,
            &[
                r#""currentAuthenticator":{"value":{"key":"webauthn","contextualData":{"challengeData":{
                "challenge":"qjUCU0xo","userVerification":"required","rpId":"acme.test",
                "extensions":{"appid":"https://id.acme.test"}}}}},"#,
                KEYS,
            ]
            .concat(),
        )
        .expect("a ceremony");
        assert!(!asked.creates);
        let options = asked.options.expect("whole");
        let allowed = options.get("allowCredentials").expect("a list");
        let ids: Vec<_> = allowed.items().iter().map(|key| key.text("id")).collect();
        assert_eq!(ids, [Some("AQI"), Some("AwQ"), Some("BQY")]);
        assert_eq!(options.text("rpId"), Some("acme.test"));
        assert_eq!(options.text("userVerification"), Some("required"));
        assert!(options.get("user").is_none() && options.get("rp").is_none());
    }

    #[test]
    fn a_passkey_to_pick_is_none_in_particular() {
        let text = [
            r#"{"remediation":{"value":[{"name":"challenge-webauthn-autofillui-authenticator",
                "relatesTo":["webauthnAutofillUIChallenge"],"value":[{"name":"credentials","form":{"value":["#,
            PROVE,
            r#"]}}]}]},"webauthnAutofillUIChallenge":{"value":{"challengeData":{"challenge":"S2F5YWs0Mg"}}},"#,
            KEYS,
            "}",
        ]
        .concat();
        let root = parse(&text).expect("JSON");
        let raw = &wire::list(root.get("remediation"))[0];
        let form = Form::read(raw, &root).expect("a form");
        let options = Ceremony::read(&form, raw, &root)
            .and_then(|asked| asked.options)
            .expect("whole");
        assert_eq!(
            options.get("allowCredentials"),
            Some(&Value::Array(Vec::new()))
        );
        assert_eq!(options.text("challenge"), Some("S2F5YWs0Mg"));
    }

    #[test]
    fn what_nothing_can_stand_in_for_makes_it_none() {
        let current = |data: &str| {
            [
                r#""currentAuthenticator":{"value":{"key":"webauthn","contextualData":{"#,
                data,
                "}}}",
            ]
            .concat()
        };
        for broken in [
            "",
            r#""activationData":null"#,
            r#""activationData":{"challenge":"AQID"}"#,
            r#""activationData":{"user":{"id":"AQID"}}"#,
            r#""activationData":{"challenge":"AQID","user":{"name":"mia"}}"#,
            r#""activationData":{"challenge":"","user":{"id":"AQID"}}"#,
            r#""activationData":{"challenge":"?","user":{"id":"AQID"}}"#,
            r#""activationData":{"challenge":["AQID"],"user":{"id":"AQID"}}"#,
            r#""challengeData":{"challenge":"AQID"}"#,
        ] {
            let read = ceremony(MAKE, &current(broken)).expect("a ceremony all the same");
            assert_eq!(read.options, None, "{broken}");
        }
        let bare = r#""activationData":{"challenge":"AQID","user":{"id":"AQID"}}"#;
        let read = ceremony(MAKE, &current(bare)).expect("a ceremony");
        assert!(read.options.is_some(), "for the browser to judge");
        assert!(ceremony(r#"{"name":"passcode"}"#, &current(bare)).is_none());
        let duo = ceremony(r#"{"name":"signatureData"}"#, &current(bare));
        assert!(duo.is_none(), "it is of no key");
    }

    #[test]
    fn what_is_posted_is_ordinary_base64_with_padding() {
        assert_eq!(encode(&[0xfb, 0xff, 0xbf, 0x01]), "+/+/AQ==");
        assert_eq!(encode(&[1, 2, 3]), "AQID");
        assert_eq!(encode(&[1, 2]), "AQI=");
        assert_eq!(encode(&[]), "");
    }

    #[test]
    fn base64_is_read_in_either_alphabet_and_as_leniently_as_a_browser_does() {
        assert_eq!(decode("AQI"), Some(vec![1, 2]));
        assert_eq!(decode("AQI="), Some(vec![1, 2]));
        assert_eq!(decode("-_-_AQ"), Some(vec![0xfb, 0xff, 0xbf, 1]));
        assert_eq!(decode("+/+/AQ=="), Some(vec![0xfb, 0xff, 0xbf, 1]));
        assert_eq!(decode("00uMia4f7s").map(|bytes| bytes.len()), Some(7));
        assert_eq!(
            decode("00utjm1GstPjCF9Ad0g3").map(|bytes| bytes.len()),
            Some(15)
        );
        for wrong in ["", "=", "A", "AQIDA", "A QI", "AQ!D", "ä"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
