//! Security keys and passkeys: both ceremonies of WebAuthn level 3, verified by a crate (protocol 4.3.5).
//!
//! A ceremony is kept as bytes, because an answer does not say which key it is from: the same ceremony has to be held
//! against each key of a person. It is taken out of the transaction before that, so no challenge is good twice.

use std::num::NonZeroU32;

use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{
    AuthenticationVerificationOptions, DiscoverableCredentialRequestOptions,
};
use webauthn_rp::request::register::{
    AuthenticatorSelectionCriteria, CoseAlgorithmIdentifier, CoseAlgorithmIdentifiers, Extension,
    PublicKeyCredentialCreationOptions, PublicKeyCredentialUserEntity,
    RegistrationVerificationOptions, ResidentKeyRequirement, UserHandle,
};
use webauthn_rp::request::{AsciiDomain, RpId, UserVerificationRequirement};
use webauthn_rp::response::auth::DiscoverableAuthenticatorAssertion;
use webauthn_rp::response::register::{
    AuthenticatorAttestation, ClientExtensionsOutputs, CompressedPubKey,
    CredentialPropertiesOutput, DynamicState, StaticState,
};
use webauthn_rp::response::{AuthTransports, AuthenticatorAttachment, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    Registration, RegistrationServerState,
};

use crate::random;

/// A challenge is good as long as the page that it stands on, which is half an hour, in milliseconds.
const GOOD_FOR: NonZeroU32 = NonZeroU32::new(30 * 60 * 1000).unwrap();
/// The bytes of a user handle: those of an id, which is base64.
const HANDLE: usize = 15;
/// The COSE numbers of the signatures that are taken: ES256 and RS256.
pub(crate) const ALGORITHMS: [i32; 2] = [-7, -257];

type PersonHandle = UserHandle<HANDLE>;
type PublicKey = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// Where keys are used: the host that they are bound to, and the origins that may ask for them.
pub(crate) struct Site {
    rp_id: RpId,
    origins: Vec<String>,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Beside something else.
    Factor,
    /// Alone: it knows whose it is, and asks for a finger or a number.
    Passkey,
}

/// A key that somebody set up.
#[derive(Clone, Debug)]
pub(crate) struct SecurityKey {
    /// The id of the enrollment, `fwf…`.
    pub(crate) id: String,
    /// What the browser calls it.
    credential: Vec<u8>,
    /// How a browser reaches it: `internal`, `usb` and so on.
    pub(crate) transports: Vec<String>,
    public_key: Vec<u8>,
    state: DynamicState,
}

/// A key in the making.
#[derive(Clone, Debug)]
pub(crate) struct Creation {
    /// What the key has to sign, in url-safe base64.
    pub(crate) challenge: String,
    state: Vec<u8>,
}

/// A signature that is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    /// What the key has to sign, in url-safe base64.
    pub(crate) challenge: String,
    state: Vec<u8>,
}

/// A new key as a browser tells of it.
pub(crate) struct NewKey {
    pub(crate) client_data: Vec<u8>,
    pub(crate) attestation: Vec<u8>,
    pub(crate) transports: Vec<String>,
    /// What the browser made of the extensions.
    pub(crate) extensions: Value,
}

/// A signature as a browser tells of it.
pub(crate) struct Signed {
    pub(crate) client_data: Vec<u8>,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    /// Whose key it is, by what the key says.
    pub(crate) user_handle: Option<Vec<u8>>,
}

impl Site {
    /// The site of an app at this address, which may be asked from the trusted origins on its host and below.
    pub(crate) fn new(address: &str, trusted: &[String]) -> Option<Self> {
        let host = host(address)?;
        let below = format!(".{host}");
        let origins = trusted.iter().filter(|origin| {
            self::host(origin).is_some_and(|at| at == host || at.ends_with(&below))
        });
        Some(Self {
            origins: origins.cloned().collect(),
            rp_id: RpId::Domain(AsciiDomain::try_from(host).ok()?),
        })
    }

    /// The host, as browsers are told it.
    pub(crate) fn rp_id(&self) -> &str {
        self.rp_id.as_ref()
    }
}

fn host(address: &str) -> Option<String> {
    let address: Uri = address.parse().ok()?;
    address.host().map(str::to_lowercase)
}

impl Purpose {
    fn verification(self) -> UserVerificationRequirement {
        match self {
            Self::Factor => UserVerificationRequirement::Preferred,
            Self::Passkey => UserVerificationRequirement::Required,
        }
    }

    /// Whether the key makes sure of the person, as browsers are told it.
    pub(crate) fn user_verification(self) -> &'static str {
        match self {
            Self::Factor => "preferred",
            Self::Passkey => "required",
        }
    }
}

impl Creation {
    /// A key for the person with this id.
    pub(crate) fn new(site: &Site, person: &str, purpose: Purpose) -> Option<Self> {
        let handle = handle(person)?;
        let entity = PublicKeyCredentialUserEntity::from(&handle);
        let mut options = PublicKeyCredentialCreationOptions::passkey(&site.rp_id, entity, vec![]);
        options.timeout = GOOD_FOR;
        options.extensions = Extension::default();
        options.pub_key_cred_params = CoseAlgorithmIdentifiers::default()
            .remove(CoseAlgorithmIdentifier::Eddsa)
            .remove(CoseAlgorithmIdentifier::Es384);
        options.authenticator_selection = AuthenticatorSelectionCriteria {
            resident_key: match purpose {
                Purpose::Factor => ResidentKeyRequirement::Discouraged,
                Purpose::Passkey => ResidentKeyRequirement::Required,
            },
            user_verification: purpose.verification(),
            ..AuthenticatorSelectionCriteria::passkey()
        };
        let (state, told) = options.start_ceremony().ok()?;
        Some(Self {
            challenge: written(told.options().challenge.as_data()),
            state: state.encode().ok()?,
        })
    }

    /// The key, if it was made for this challenge, this site and this person.
    pub(crate) fn finish(&self, site: &Site, new: NewKey) -> Option<SecurityKey> {
        let state = RegistrationServerState::<HANDLE>::decode(&self.state).ok()?;
        let resident = new.extensions.pointer("/credProps/rk");
        let answer = Registration::new(
            AuthenticatorAttestation::new(new.client_data, new.attestation, AuthTransports::NONE),
            AuthenticatorAttachment::None,
            ClientExtensionsOutputs {
                cred_props: resident.map(|rk| CredentialPropertiesOutput { rk: rk.as_bool() }),
                prf: None,
            },
        );
        let options = RegistrationVerificationOptions::<String, String> {
            allowed_origins: &site.origins,
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let made = state.verify(&site.rp_id, &answer, &options).ok()?;
        let Ok(public_key) = made.static_state().encode();
        Some(SecurityKey {
            id: random::id("fwf"),
            credential: made.id().as_ref().to_vec(),
            transports: new.transports,
            public_key,
            state: made.dynamic_state(),
        })
    }
}

impl Assertion {
    /// A challenge for whatever keys there are.
    pub(crate) fn new(site: &Site, purpose: Purpose) -> Option<Self> {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&site.rp_id);
        options.0.timeout = GOOD_FOR;
        options.0.user_verification = purpose.verification();
        let (state, told) = options.start_ceremony().ok()?;
        Some(Self {
            challenge: written(told.options().0.challenge.as_data()),
            state: state.encode().ok()?,
        })
    }

    /// Whether one of these keys of this person signed it. That key's counter goes on.
    pub(crate) fn is_signed_by(
        &self,
        site: &Site,
        person: &str,
        keys: &mut [SecurityKey],
        signed: &Signed,
    ) -> bool {
        keys.iter_mut()
            .any(|key| self.finish(site, person, key, signed).is_some())
    }

    fn finish(
        &self,
        site: &Site,
        person: &str,
        key: &mut SecurityKey,
        signed: &Signed,
    ) -> Option<()> {
        let owner = handle(person)?;
        let claimed = match &signed.user_handle {
            Some(bytes) => PersonHandle::from(<[u8; HANDLE]>::try_from(bytes.as_slice()).ok()?),
            // A key that knows nobody is asked for by its name, so it is the owner's.
            None => owner,
        };
        let answer = DiscoverableAuthentication::new(
            CredentialId::try_from(key.credential.clone()).ok()?,
            DiscoverableAuthenticatorAssertion::new(
                signed.client_data.clone(),
                signed.authenticator_data.clone(),
                signed.signature.clone(),
                claimed,
            ),
            AuthenticatorAttachment::None,
        );
        let id = CredentialId::try_from(key.credential.as_slice()).ok()?;
        let public_key = PublicKey::decode(&key.public_key).ok()?;
        let mut known = AuthenticatedCredential::new(id, &owner, public_key, key.state).ok()?;
        let options = AuthenticationVerificationOptions::<String, String> {
            allowed_origins: &site.origins,
            error_on_unsolicited_extensions: false,
            update_uv: true,
            ..Default::default()
        };
        let state = DiscoverableAuthenticationServerState::decode(&self.state).ok()?;
        state
            .verify(&site.rp_id, &answer, &mut known, &options)
            .ok()?;
        key.state = known.dynamic_state();
        Some(())
    }
}

impl SecurityKey {
    /// What the browser calls it, in url-safe base64.
    pub(crate) fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.credential)
    }

    /// Whether this is the same key.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.credential == other.credential
    }

    /// How often it signed, by what it says.
    pub(crate) fn sign_count(&self) -> u32 {
        self.state.sign_count
    }
}

/// The bytes that stand for somebody in a key: their id, read as base64.
fn handle(person: &str) -> Option<PersonHandle> {
    let bytes = bytes(person)?;
    Some(<[u8; HANDLE]>::try_from(bytes).ok()?.into())
}

/// Whose handle this is: their id.
pub(crate) fn person(handle: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(handle)
}

/// Base64 of either alphabet, padded or not.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    engine.decode(text.replace('-', "+").replace('_', "/")).ok()
}

/// A challenge as the browser repeats it.
fn written(challenge: u128) -> String {
    URL_SAFE_NO_PAD.encode(challenge.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_bound_to_the_host_and_asked_for_from_there_and_below() {
        let trusted = [
            "https://app.acme.test",
            "https://eu.app.acme.test:8443",
            "https://acme.test",
            "https://notapp.acme.test",
        ]
        .map(str::to_owned);
        let site = Site::new("https://App.acme.test/login/callback", &trusted).expect("a site");
        assert_eq!(site.rp_id(), "app.acme.test");
        assert_eq!(site.origins, trusted[..2]);
        let local = Site::new("http://localhost:8080/login/callback", &[]).expect("a site");
        assert_eq!(local.rp_id(), "localhost");
        assert!(Site::new("no address", &[]).is_none());
    }

    #[test]
    fn somebody_is_known_again_by_their_handle() {
        let id = random::id("00u");
        let handle = handle(&id).expect("a handle");
        assert_eq!(person(handle.as_ref()), id);
    }

    #[test]
    fn both_alphabets_are_read_with_and_without_an_end() {
        for text in ["+/8=", "-_8=", "+/8", "-_8"] {
            assert_eq!(bytes(text), Some(vec![0xfb, 0xff]), "{text}");
        }
        assert_eq!(bytes("no base64!"), None);
    }

    #[test]
    fn each_challenge_is_another() {
        let site = Site::new("http://localhost:8080", &[]).expect("a site");
        let one = Assertion::new(&site, Purpose::Factor).expect("a challenge");
        let other = Assertion::new(&site, Purpose::Factor).expect("a challenge");
        assert_ne!(one.challenge, other.challenge);
        assert_eq!(bytes(&one.challenge).map(|bytes| bytes.len()), Some(16));
    }
}
