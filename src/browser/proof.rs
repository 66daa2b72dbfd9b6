//! This browser's key pair for proofs of possession (RFC 9449). Its private half cannot leave the browser: it is made so,
//! and IndexedDB keeps it as the object that it is.

use std::cell::RefCell;

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::js::{call, global, member, object, set, settled};
use super::timer;
use crate::oauth::ProofKey;

const DATABASE: &str = "vestibule";
const STORE: &str = "keys";
/// When a pair was used last, beside its two halves: milliseconds since 1970. It is written once an hour at most.
const USED: &str = "used";
const HOUR: f64 = 3_600_000.0;
/// A pair that nobody has used for so long is of a tab that was closed: a week, after which an org renews no tokens either
/// unless it is set up to (protocol reference, 1.5).
const LONG: f64 = 7.0 * 24.0 * HOUR;

thread_local! {
    /// The pair in use, by its name. Where the browser keeps nothing, it lives as long as the page.
    static PAIR: RefCell<Option<(String, JsValue)>> = const { RefCell::new(None) };
}

/// The public half of the pair of that name.
pub(super) async fn key(name: &str) -> Option<ProofKey> {
    let public = member(&pair(name).await?, "publicKey")?;
    let form = JsValue::from_str("jwk");
    let exported = call(&subtle()?, "exportKey", &[&form, &public])?;
    let jwk = settled(exported).await.ok()?;
    let part = |name: &str| member(&jwk, name)?.as_string();
    Some(ProofKey {
        x: part("x")?,
        y: part("y")?,
    })
}

/// Signs with the private half.
pub(super) async fn sign(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let private = member(&pair(name).await?, "privateKey")?;
    let algorithm = object(&[("name", "ECDSA"), ("hash", "SHA-256")]);
    let bytes = Uint8Array::from(bytes);
    let signed = call(&subtle()?, "sign", &[&algorithm, &private, &bytes])?;
    Some(Uint8Array::new(&settled(signed).await.ok()?).to_vec())
}

/// The pair in use is looked for anew the next time.
pub fn let_go() {
    PAIR.take();
}

/// Forgets the pair of that name.
pub(super) async fn forget(name: &str) {
    if PAIR.with_borrow(|pair| pair.as_ref().is_some_and(|(known, _)| known == name)) {
        let_go();
    }
    // A browser without such a store keeps no pair either.
    let _ = stored("delete", &[&JsValue::from_str(name)]).await;
}

/// Forgets the pairs of a deployment that nobody has used for long.
pub async fn sweep(namespace: String) {
    let prefix = [&namespace, "|"].concat();
    let names = stored("getAllKeys", &[]).await;
    let names = names.and_then(|names| names.dyn_into::<Array>().ok());
    for key in names.iter().flat_map(Array::iter) {
        if key
            .as_string()
            .is_none_or(|name| !name.starts_with(&prefix))
        {
            continue;
        }
        let Some(pair) = stored("get", &[&key]).await else {
            continue;
        };
        match member(&pair, USED) {
            Some(_) if unused(&pair) > LONG => {
                let _ = stored("delete", &[&key]).await;
            }
            Some(_) => {}
            // An earlier version did not write it.
            None => touch(&pair, &key).await,
        }
    }
}

/// For how many milliseconds a pair has not been used, as far as that was written.
fn unused(pair: &JsValue) -> f64 {
    let used = member(pair, USED).and_then(|used| used.as_f64());
    used.map_or(f64::INFINITY, |used| timer::now() as f64 - used)
}

/// Writes that a pair is used now.
async fn touch(pair: &JsValue, key: &JsValue) {
    set(pair, USED, &JsValue::from_f64(timer::now() as f64));
    let _ = stored("put", &[pair, key]).await;
}

/// The pair of that name: the stored one, or a new one. Of two tabs that make one at once, the first one's counts.
async fn pair(name: &str) -> Option<JsValue> {
    let known = PAIR.with_borrow(|pair| {
        let (known, pair) = pair.as_ref()?;
        (known == name).then(|| pair.clone())
    });
    let key = JsValue::from_str(name);
    let found = match known {
        Some(known) => known,
        None => match stored("get", &[&key]).await {
            Some(found) => found,
            None => {
                let made = make().await?;
                set(&made, USED, &JsValue::from_f64(timer::now() as f64));
                let _ = stored("add", &[&made, &key]).await;
                stored("get", &[&key]).await.unwrap_or(made)
            }
        },
    };
    PAIR.set(Some((name.to_owned(), found.clone())));
    if unused(&found) > HOUR {
        touch(&found, &key).await;
    }
    Some(found)
}

async fn make() -> Option<JsValue> {
    let algorithm = object(&[("name", "ECDSA"), ("namedCurve", "P-256")]);
    let usages: JsValue = Array::of1(&JsValue::from_str("sign")).into();
    let made = call(
        &subtle()?,
        "generateKey",
        &[&algorithm, &JsValue::FALSE, &usages],
    )?;
    settled(made).await.ok()
}

/// What the store of the browser says to a request of that name.
async fn stored(method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let name = JsValue::from_str(STORE);
    let opening = call(
        &global("indexedDB")?,
        "open",
        &[&JsValue::from_str(DATABASE), &JsValue::from_f64(1.0)],
    )?;
    let make = {
        let (opening, name) = (opening.clone(), name.clone());
        Closure::<dyn FnMut()>::new(move || {
            let database = member(&opening, "result");
            database.and_then(|database| call(&database, "createObjectStore", &[&name]));
        })
    };
    set(&opening, "onupgradeneeded", make.as_ref());
    let database = result(&opening).await?;
    let mode = JsValue::from_str("readwrite");
    let answer = async {
        let transaction = call(&database, "transaction", &[&name, &mode])?;
        let store = call(&transaction, "objectStore", &[&name])?;
        result(&call(&store, method, arguments)?).await
    };
    let answer = answer.await;
    call(&database, "close", &[]);
    answer
}

/// What a request to IndexedDB brings.
async fn result(request: &JsValue) -> Option<JsValue> {
    let done = Promise::new(&mut |done, failed| {
        set(request, "onsuccess", &done);
        set(request, "onerror", &failed);
        // Another tab holds the database as it was; here there is one form of it alone.
        set(request, "onblocked", &failed);
    });
    JsFuture::from(done).await.ok()?;
    member(request, "result")
}

fn subtle() -> Option<JsValue> {
    member(&global("crypto")?, "subtle")
}
