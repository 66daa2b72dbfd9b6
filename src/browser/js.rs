//! What has no type of its own here: members and methods by name.
//!
//! `web-sys` has a type for each dictionary and interface, and their glue would weigh more than all that is called by name.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A member that is there.
pub(super) fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(of, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A member of the page's global object that is there.
pub(super) fn global(name: &str) -> Option<JsValue> {
    member(&js_sys::global(), name)
}

/// Gives an object a member.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // An object that was just made takes any member.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// An object of texts.
pub(super) fn object(members: &[(&str, &str)]) -> JsValue {
    let object = Object::new().into();
    for (name, value) in members {
        set(&object, name, &JsValue::from_str(value));
    }
    object
}

/// What a method gives; nothing if there is no such method, or it fails.
pub(super) fn call(of: &JsValue, method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let method: Function = member(of, method)?.dyn_into().ok()?;
    Reflect::apply(&method, of, &list(arguments)).ok()
}

/// A new object of a class that is a member of something.
pub(super) fn new(of: &JsValue, class: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let class: Function = member(of, class)?.dyn_into().ok()?;
    Reflect::construct(&class, &list(arguments)).ok()
}

/// What a value is in the end, if it is a promise.
///
/// # Errors
/// The reason that the promise gives.
pub(super) async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value)).await
}

fn list(arguments: &[&JsValue]) -> Array {
    arguments.iter().copied().collect()
}
