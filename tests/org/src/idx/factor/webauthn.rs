//! Security keys and passkeys on the wire (protocol 4.3.5).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::idx::form::{Form, credentials};
use crate::idx::journey;
use crate::idx::page::Page;
use crate::idx::visit::{Answer, Visit, text};
use crate::message;
use crate::people::Account;
use crate::policy::Passkeys;
use crate::transaction::{Pending, Step};
use crate::webauthn::{
    ALGORITHMS, Assertion, Creation, NewKey, Purpose, Signed, Site, bytes, person,
};

/// What browsers show as the one who asks.
const ORG: &str = "Vestibule org";

/// What a browser fills in: never shown, never typed.
fn field(parts: &[(&str, &str)]) -> Value {
    let fields = parts.iter().map(|(name, label)| {
        json!({"name": name, "label": label, "required": true, "visible": false, "hint": "webauthn"})
    });
    credentials(fields.collect())
}

pub(crate) fn enroll_field() -> Value {
    field(&[
        ("clientData", "Client Data"),
        ("attestation", "Attestation"),
        ("transports", "Transports"),
        ("clientExtensions", "Client Extensions"),
    ])
}

pub(crate) fn challenge_field(visit: &Visit<'_>) -> Value {
    let mut field = field(&[
        ("authenticatorData", "Authenticator Data"),
        ("clientData", "Client Data"),
        ("signatureData", "Signature Data"),
    ]);
    if let Some(fields) = field["form"]["value"].as_array_mut()
        && purpose(visit) == Purpose::Passkey
    {
        // Without a name it is the key that tells whose it is.
        let required = visit.account().is_none();
        fields.push(
            json!({"name": "userHandle", "label": "User Handle", "required": required,
            "visible": false, "hint": "webauthn"}),
        );
    }
    field
}

/// Where this transaction's app is.
fn site(visit: &Visit<'_>) -> Option<Site> {
    let address = &visit.transaction.asked.redirect_uri;
    Site::new(address, &visit.settings.app_origins)
}

/// What keys are for, by this policy.
fn purpose(visit: &Visit<'_>) -> Purpose {
    match visit.policy().passkeys {
        Some(_) => Purpose::Passkey,
        None => Purpose::Factor,
    }
}

/// Has a challenge ready on a first page that takes a passkey.
pub(crate) fn offer(visit: &mut Visit<'_>) {
    let first = visit.transaction.step == Step::Identify;
    let autofill = visit.policy().passkeys == Some(Passkeys::Autofill);
    if first && autofill && visit.transaction.pending.is_none() {
        begin_challenge(visit);
    }
}

/// How the first page takes a passkey, if it does. The button comes along, its form is the same.
pub(crate) fn first_page(page: &mut Page, visit: &Visit<'_>) -> Vec<Form> {
    match (visit.policy().passkeys, &visit.transaction.pending) {
        (Some(Passkeys::Autofill), Some(Pending::Key(_))) => {
            page.object("webauthnAutofillUIChallenge", challenge(visit));
            let form = |name| {
                Form::new(name, "challenge/answer/webauthn-autofillui")
                    .relates_to("webauthnAutofillUIChallenge")
                    .field(challenge_field(visit))
            };
            vec![
                form("challenge-webauthn-autofillui-authenticator"),
                form("launch-passkeys-authenticator"),
            ]
        }
        (Some(Passkeys::Button), _) => vec![Form::new(
            "launch-webauthn-authenticator",
            "authenticators/webauthn/launch",
        )],
        _ => Vec::new(),
    }
}

/// A challenge for a new key.
pub(crate) fn begin_enroll(visit: &mut Visit<'_>) {
    let creation = site(visit).and_then(|site| {
        let account = visit.account()?;
        Creation::new(&site, &account.id, purpose(visit))
    });
    visit.transaction.pending = creation.map(Pending::NewKey);
}

/// A challenge for the keys that are there.
pub(crate) fn begin_challenge(visit: &mut Visit<'_>) {
    let assertion = site(visit).and_then(|site| Assertion::new(&site, purpose(visit)));
    visit.transaction.pending = assertion.map(Pending::Key);
}

/// What a browser needs to make a key.
pub(crate) fn activation(visit: &Visit<'_>) -> Value {
    let (Some(Pending::NewKey(creation)), Some(account), Some(site)) =
        (&visit.transaction.pending, visit.account(), site(visit))
    else {
        return Value::Null;
    };
    let purpose = purpose(visit);
    let mut selection = json!({"userVerification": purpose.user_verification()});
    if purpose == Purpose::Passkey {
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
    }
    let algorithms = ALGORITHMS.map(|number| json!({"type": "public-key", "alg": number}));
    json!({"activationData": {
        "rp": {"id": site.rp_id(), "name": ORG},
        "user": {"id": account.id, "name": account.email, "displayName": account.name()},
        "challenge": creation.challenge, "pubKeyCredParams": algorithms, "attestation": "none",
        "authenticatorSelection": selection
    }})
}

/// What a browser needs to have a key sign.
pub(crate) fn challenge(visit: &Visit<'_>) -> Value {
    let (Some(Pending::Key(assertion)), Some(site)) = (&visit.transaction.pending, site(visit))
    else {
        return Value::Null;
    };
    json!({"challengeData": challenge_data(assertion, &site, purpose(visit))})
}

fn challenge_data(assertion: &Assertion, site: &Site, purpose: Purpose) -> Value {
    json!({"challenge": assertion.challenge, "rpId": site.rp_id(),
        "userVerification": purpose.user_verification()})
}

/// The keys of somebody, each an enrollment of its own. A browser has to be told their names before anything was proved.
pub(crate) fn enrollments(account: &Account) -> Vec<Value> {
    let keys = account.keys.iter().enumerate().map(|(index, key)| {
        let mut object = Authenticator::WebAuthn.object();
        object["id"] = json!(key.id);
        if index > 0 {
            let name = format!("{} {}", Authenticator::WebAuthn.name(), index + 1);
            object["displayName"] = json!(name);
        }
        object["credentialId"] = json!(key.credential_id());
        object["transports"] = json!(key.transports);
        object
    });
    keys.collect()
}

/// What a browser answers with, in base64.
fn binary(body: &Value, name: &str) -> Option<Vec<u8>> {
    text(body, &format!("/credentials/{name}")).and_then(bytes)
}

/// A member that is JSON inside a text.
fn inner<T: serde::de::DeserializeOwned + Default>(body: &Value, name: &str) -> Option<T> {
    match text(body, &format!("/credentials/{name}")) {
        Some(text) => serde_json::from_str(text).ok(),
        None => Some(T::default()),
    }
}

fn new_key(body: &Value) -> Option<NewKey> {
    Some(NewKey {
        client_data: binary(body, "clientData")?,
        attestation: binary(body, "attestation")?,
        transports: inner(body, "transports")?,
        extensions: inner(body, "clientExtensions")?,
    })
}

fn signed(body: &Value) -> Option<Signed> {
    let user_handle = match text(body, "/credentials/userHandle") {
        Some(text) => Some(bytes(text)?),
        None => None,
    };
    Some(Signed {
        client_data: binary(body, "clientData")?,
        authenticator_data: binary(body, "authenticatorData")?,
        signature: binary(body, "signatureData")?,
        user_handle,
    })
}

pub(crate) fn enroll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let pending = visit.transaction.pending.take();
    let made = match (pending, site(visit), new_key(body)) {
        (Some(Pending::NewKey(creation)), Some(site), Some(new)) => creation.finish(&site, new),
        _ => None,
    };
    let now = visit.now;
    // A key that is known already is somebody else's, or was not told apart from the new one.
    let fresh = made.filter(|made| !visit.people.knows_key(made));
    match (fresh, visit.account_mut()) {
        (Some(key), Some(account)) if !account.keys.iter().any(|known| known.is(&key)) => {
            account.keys.push(key);
            account.updated = now;
        }
        _ => {
            begin_enroll(visit);
            return Answer::says(StatusCode::BAD_REQUEST, message::key_not_made());
        }
    }
    visit.transaction.prove(Authenticator::WebAuthn, "hwk");
    journey::advance(visit)
}

/// `authenticators/webauthn/launch`: to the page for a key that knows its owner.
pub(crate) fn launch(visit: &mut Visit<'_>) -> Answer {
    begin_challenge(visit);
    visit.transaction.step = Step::Challenge {
        authenticator: Authenticator::WebAuthn,
    };
    Answer::page()
}

/// `challenge/answer/webauthn-autofillui`, and the page for a key that knows its owner: nobody typed a name.
pub(crate) fn sign_in(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let pending = visit.transaction.pending.take();
    let signed = match (pending, site(visit), signed(body)) {
        (Some(Pending::Key(assertion)), Some(site), Some(signed)) => {
            let id = signed.user_handle.as_deref().map(person);
            let owner = id.and_then(|id| visit.people.get_mut(&id));
            owner.and_then(|owner| {
                assertion
                    .is_signed_by(&site, &owner.id, &mut owner.keys, &signed)
                    .then(|| (owner.id.clone(), owner.email.clone()))
            })
        }
        _ => None,
    };
    let Some((id, email)) = signed else {
        visit.transaction.passkey_refused = true;
        if visit.transaction.step != Step::Identify {
            begin_challenge(visit);
        }
        return Answer::says(StatusCode::BAD_REQUEST, message::no_key_signed());
    };
    visit.transaction.identifier = Some(email);
    visit.transaction.person = Some(id);
    visit.transaction.prove(Authenticator::WebAuthn, "hwk");
    visit.transaction.rotate(visit.now);
    journey::advance(visit)
}

pub(crate) fn verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    if visit.account().is_none() {
        return sign_in(visit, body);
    }
    let pending = visit.transaction.pending.take();
    let right = match (pending, site(visit), signed(body), visit.account_mut()) {
        (Some(Pending::Key(assertion)), Some(site), Some(signed), Some(account)) => {
            assertion.is_signed_by(&site, &account.id, &mut account.keys, &signed)
        }
        _ => false,
    };
    if !right {
        begin_challenge(visit);
        return Answer::says(StatusCode::BAD_REQUEST, message::no_key_signed());
    }
    visit.transaction.prove(Authenticator::WebAuthn, "hwk");
    super::super::prove::verified(visit)
}
