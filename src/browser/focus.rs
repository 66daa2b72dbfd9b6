//! Focus: to the heading of a new page, to the summary of an error, to a field.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::place::document;

/// Gives the focus to the element of that id.
pub fn to(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
