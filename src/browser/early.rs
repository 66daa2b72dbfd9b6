//! What boot.js began while the app was on its way: requests that are out already, and the chance they were made of.
//!
//! The app makes its own requests as ever. One that is the same as an early one, to the letter, takes that one's answer;
//! if it is not, the early one was for nothing, and that is all.

use std::cell::{Cell, RefCell};

use base64ct::{Base64UrlUnpadded, Encoding as _};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::AbortController;

/// Bytes of a SHA-256.
const DIGEST: usize = 32;

thread_local! {
    /// Each is a list, as boot.js makes it: address, body or null, whether cookies went along, the answer's promise, what aborts it, and the
    /// random bytes that it was made of, if it was.
    static ASKED: RefCell<Option<Array>> = const { RefCell::new(None) };
    static KNOWN: Cell<Option<(String, [u8; DIGEST])>> = const { Cell::new(None) };
    static BEGUN: Cell<Option<Function>> = const { Cell::new(None) };
}

/// Takes over what boot.js began. `begun` is called when the first page is drawn.
pub(super) fn take(asked: Array, begun: Function) {
    ASKED.set(Some(asked));
    BEGUN.set(Some(begun));
}

/// A request that is out already: what aborts it, and the promise of its answer and what stands in that.
pub(super) fn asked(
    url: &str,
    body: Option<&str>,
    cookies: bool,
) -> Option<(AbortController, Promise)> {
    let early = find(|early| {
        early.get(0).as_string().as_deref() == Some(url)
            && early.get(1).as_string().as_deref() == body
            && early.get(2).as_bool() == Some(cookies)
    })?;
    Some((early.get(4).unchecked_into(), early.get(3).unchecked_into()))
}

/// The random bytes of an early request, once. They are written over where they were. What comes after them is the digest of
/// the last 32 as they are sent.
pub(super) fn random(bytes: &mut [u8]) -> Option<()> {
    ASKED.with_borrow(|asked| {
        let asked = asked.as_ref()?;
        (0..asked.length()).find_map(|at| {
            let early: Array = asked.get(at).dyn_into().ok()?;
            let seed: Uint8Array = early.get(5).dyn_into().ok()?;
            // Whoever wants another length wants something else.
            let mut drawn = seed.to_vec();
            let (random, digest) = drawn.split_last_chunk_mut::<DIGEST>()?;
            (random.len() == bytes.len()).then_some(())?;
            early.set(5, JsValue::NULL);
            seed.fill(0, 0, seed.length());
            bytes.copy_from_slice(random);
            let (_, last) = random.split_last_chunk::<DIGEST>()?;
            KNOWN.set(Some((Base64UrlUnpadded::encode_string(last), *digest)));
            drawn.fill(0);
            Some(())
        })
    })
}

/// The SHA-256 of what an early request was made of, once: whoever makes the same has it at once.
pub(super) fn sha256(bytes: &[u8]) -> Option<[u8; DIGEST]> {
    KNOWN
        .take()
        .filter(|(known, _)| known.as_bytes() == bytes)
        .map(|(_, digest)| digest)
}

/// The first page is drawn: what the person pressed before is done, and what nobody asked for is forgotten.
pub(super) fn begun() {
    ASKED.set(None);
    if let Some(begun) = BEGUN.take() {
        // It is the page's own, and fails only with it.
        let _ = begun.call0(&JsValue::NULL);
    }
}

fn find(is: impl Fn(&Array) -> bool) -> Option<Array> {
    ASKED.with_borrow(|asked| {
        let asked = asked.as_ref()?;
        (0..asked.length()).find_map(|at| {
            let early: Array = asked.get(at).dyn_into().ok()?;
            is(&early).then_some(())?;
            // An answer is read once.
            asked.set(at, JsValue::NULL);
            Some(early)
        })
    })
}
