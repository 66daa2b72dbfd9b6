//! WebAuthn: the browser's own dialog for security keys and passkeys.

use js_sys::{Array, JSON, Object, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use super::js::{call, global, member, set, settled};
use super::timer::Timer;
use crate::flow::Denial;
use crate::idx::{Answers, Ceremony, PARTS, PATIENCE, decode, encode};
use crate::json::Value;

/// The browser's dialog for one ceremony.
#[derive(Clone)]
pub struct Dialog {
    /// `create` or `get`.
    method: &'static str,
    request: JsValue,
    abort: AbortController,
}

impl Dialog {
    /// One that is not open yet. Where it `lists`, nothing is to open: the browser offers passkeys at the field for names.
    /// None where it could not be closed again.
    pub fn new(ceremony: &Ceremony, lists: bool) -> Option<Self> {
        let abort = AbortController::new().ok()?;
        let request = Object::new().into();
        // What cannot be made sense of is left out, and the browser says so.
        if let Some(options) = ceremony.options.as_ref().and_then(options) {
            set(&request, "publicKey", &options);
        }
        set(&request, "signal", &abort.signal());
        if lists {
            set(&request, "mediation", &JsValue::from_str("conditional"));
        }
        Some(Self {
            method: if ceremony.creates { "create" } else { "get" },
            request,
            abort,
        })
    }

    /// Closes it, whether it is open or not.
    pub fn close(&self) {
        self.abort.abort();
    }

    /// Opens it and waits for the person; where it lists, for as long as nobody picks from the list.
    ///
    /// # Errors
    /// [`Denial`] says why there is no key.
    pub async fn ask(&self, lists: bool) -> Result<Answers, Denial> {
        if lists {
            let class = global("PublicKeyCredential");
            let able = asked(class, "isConditionalMediationAvailable", &[]).await?;
            if able.is_falsy() {
                return Err(Denial::Unable);
            }
        }
        // A browser ends its dialog by itself, and this one if it does not.
        let abort = self.abort.clone();
        let _end = (!lists).then(|| Timer::after(PATIENCE + 5_000, move || abort.abort()));
        let keys = global("navigator").and_then(|here| member(&here, "credentials"));
        let key = asked(keys, self.method, &[&self.request]).await?;
        answers(&key).ok_or(Denial::Unable)
    }
}

/// `PublicKeyCredentialCreationOptions` or `PublicKeyCredentialRequestOptions`.
fn options(options: &Value) -> Option<JsValue> {
    let mut text = String::new();
    options.write(&mut text);
    let options = JSON::parse(&text).ok()?;
    binary(&options, "challenge")?;
    if let Some(user) = member(&options, "user") {
        binary(&user, "id")?;
    }
    for list in ["allowCredentials", "excludeCredentials"] {
        if let Some(keys) = member(&options, list) {
            for key in Array::from(&keys).iter() {
                binary(&key, "id")?;
            }
        }
    }
    // The site of keys older than WebAuthn: the org's own, for which a browser would refuse the whole.
    if let Some(extensions) = member(&options, "extensions") {
        set(&extensions, "appid", &JsValue::UNDEFINED);
    }
    Some(options)
}

/// A text of base64 becomes its bytes.
fn binary(object: &JsValue, name: &str) -> Option<()> {
    let bytes = decode(&member(object, name)?.as_string()?)?;
    set(object, name, &Uint8Array::from(bytes.as_slice()));
    Some(())
}

/// What a method gives in the end.
async fn asked(
    of: Option<JsValue>,
    method: &str,
    arguments: &[&JsValue],
) -> Result<JsValue, Denial> {
    let given = of.and_then(|of| call(&of, method, arguments));
    settled(given.ok_or(Denial::Unable)?)
        .await
        .map_err(|exception| {
            let name = member(&exception, "name").and_then(|name| name.as_string());
            Denial::named(&name.unwrap_or_default())
        })
}

/// What a `PublicKeyCredential` holds. A form sends of it what it lists.
fn answers(key: &JsValue) -> Option<Answers> {
    let response = member(key, "response")?;
    let mut answers = Answers::new();
    for (name, path) in PARTS {
        if let Some(bytes) = member(&response, name) {
            answers = answers.with(path, encode(&Uint8Array::new(&bytes).to_vec()));
        }
    }
    for (of, method, path, none) in [
        // An older browser does not tell.
        (&response, "getTransports", "credentials.transports", "[]"),
        (
            key,
            "getClientExtensionResults",
            "credentials.clientExtensions",
            "{}",
        ),
    ] {
        let told = call(of, method, &[]).and_then(|told| JSON::stringify(&told).ok()?.as_string());
        answers = answers.with(path, told.unwrap_or_else(|| none.to_owned()));
    }
    Some(answers)
}
