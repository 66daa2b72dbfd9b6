//! WebCrypto. It is there on secure pages only; where it is not, every answer here is `None`.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

use super::js::object;
use crate::oauth::Key;

const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";

fn crypto() -> Option<Crypto> {
    web_sys::window()?.crypto().ok()
}

fn subtle() -> Option<SubtleCrypto> {
    let subtle = crypto()?.subtle();
    // On a page that is not secure the getter gives nothing.
    (!JsValue::from(&subtle).is_undefined()).then_some(subtle)
}

/// Whether there is any.
pub(super) fn there() -> bool {
    subtle().is_some()
}

/// SHA-256.
pub(super) async fn sha256(bytes: &[u8]) -> Option<[u8; 32]> {
    let promise = subtle()?
        .digest_with_str_and_u8_array("SHA-256", bytes)
        .ok()?;
    let digest: ArrayBuffer = JsFuture::from(promise).await.ok()?.dyn_into().ok()?;
    Uint8Array::new(&digest).to_vec().try_into().ok()
}

/// Whether an RSASSA-PKCS1-v1_5 SHA-256 signature is right. A key that cannot be read verifies nothing.
pub(super) async fn verifies(key: &Key, signed: &[u8], signature: &[u8]) -> Option<bool> {
    let subtle = subtle()?;
    let jwk = object(&[
        ("kty", "RSA"),
        ("alg", "RS256"),
        ("n", &key.n),
        ("e", &key.e),
    ])
    .unchecked_into();
    let algorithm = object(&[("name", ALGORITHM), ("hash", "SHA-256")]).unchecked_into();
    let usages = js_sys::Array::of1(&JsValue::from_str("verify"));
    let imported = match subtle.import_key_with_object("jwk", &jwk, &algorithm, false, &usages) {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    let Ok(key) = imported.and_then(|key| key.dyn_into::<CryptoKey>()) else {
        return Some(false);
    };
    let promise = subtle
        .verify_with_str_and_u8_array_and_u8_array(ALGORITHM, &key, signature, signed)
        .ok()?;
    JsFuture::from(promise).await.ok()?.as_bool()
}

/// Bytes from the cryptographic random generator.
pub(super) fn random(bytes: &mut [u8]) -> Option<()> {
    crypto()?
        .get_random_values_with_u8_array(bytes)
        .ok()
        .map(|_| ())
}
