//! What boot.js began while the app was on its way: requests that are out already, and the chance they were made of.
//!
//! The app makes its own requests as ever. One that is the same as an early one, to the letter, takes that one's answer;
//! if it is not, the early one was for nothing, and that is all. Only the form that was pressed is sent as it stood then,
//! whatever was typed into it since.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::AbortController;

thread_local! {
    /// Each is a list, as boot.js makes it: address; body, nothing, or true for any; whether cookies went along; the answer's
    /// promise; what aborts it; and the random bytes that it was made of, if it was.
    static ASKED: RefCell<Option<Array>> = const { RefCell::new(None) };
    static BEGUN: Cell<Option<Function>> = const { Cell::new(None) };
}

/// Takes over what boot.js began. `begun` is called when the first page is drawn.
pub(super) fn take(asked: Array, begun: Function) {
    ASKED.set(Some(asked));
    BEGUN.set(Some(begun));
}

/// A request that is out already: what aborts it, and the promise of its answer.
pub(super) fn asked(
    url: &str,
    body: Option<&str>,
    cookies: bool,
) -> Option<(AbortController, Promise)> {
    let early = find(|early| {
        early.get(0).as_string().as_deref() == Some(url)
            && (early.get(1) == true || early.get(1).as_string().as_deref() == body)
            && early.get(2).as_bool() == Some(cookies)
    })?;
    Some((early.get(4).unchecked_into(), early.get(3).unchecked_into()))
}

/// The random bytes of an early request, once. They are written over where they were.
pub(super) fn random(bytes: &mut [u8]) -> Option<()> {
    ASKED.with_borrow(|asked| {
        let asked = asked.as_ref()?;
        (0..asked.length()).find_map(|at| {
            let early: Array = asked.get(at).dyn_into().ok()?;
            let seed: Uint8Array = early.get(5).dyn_into().ok()?;
            // Whoever wants another length wants something else.
            (seed.length() as usize == bytes.len()).then_some(())?;
            early.set(5, JsValue::NULL);
            seed.copy_to(bytes);
            seed.fill(0, 0, seed.length());
            Some(())
        })
    })
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
