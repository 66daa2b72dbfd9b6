//! Focus: to the heading of a new page, to the summary of an error, to a field.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::place::document;

/// Gives the focus to the element of that id.
pub fn to(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// Gives the focus to the first control of that name.
pub fn control(name: &str) {
    let control = document().and_then(|document| document.get_elements_by_name(name).get(0));
    if let Some(control) = control.and_then(|control| control.dyn_into::<HtmlElement>().ok()) {
        let _ = control.focus();
    }
}

/// Which radio button of that name is chosen: its value.
pub fn chosen(name: &str) -> Option<String> {
    let all = document()?.get_elements_by_name(name);
    (0..all.length()).find_map(|at| {
        let radio: HtmlInputElement = all.get(at)?.dyn_into().ok()?;
        radio.checked().then(|| radio.value())
    })
}

/// Whether the box of that name is ticked; `None` where there is none.
pub fn ticked(name: &str) -> Option<bool> {
    input(name).map(|input| input.checked())
}

/// What stands in the first control of that name.
pub fn value(name: &str) -> Option<String> {
    let control = document()?.get_elements_by_name(name).get(0)?;
    match control.dyn_into::<HtmlInputElement>() {
        Ok(input) => Some(input.value()),
        Err(other) => other
            .dyn_into::<HtmlSelectElement>()
            .ok()
            .map(|select| select.value()),
    }
}

/// Puts a text into the text box of that name.
pub fn fill(name: &str, text: &str) {
    if let Some(input) = input(name) {
        input.set_value(text);
    }
}

/// Gives the focus to the text box that asks for it, if one does, unless a control has it already: somebody was quick, or a
/// password manager was.
pub fn wanted() -> bool {
    // It is asked for itself: `:focus` matches nothing while the window is not the one in front.
    let active = document().and_then(|document| document.active_element());
    if active.is_some_and(|active| active.matches("input,select,textarea") == Ok(true)) {
        return true;
    }
    let asks = document().and_then(|document| document.query_selector("[autofocus]").ok()?);
    let asks = asks.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    asks.is_some_and(|element| element.focus().is_ok())
}

/// Gives the text box of that name another `type`.
pub fn retype(name: &str, kind: &str) {
    if let Some(input) = input(name) {
        input.set_type(kind);
    }
}

fn input(name: &str) -> Option<HtmlInputElement> {
    document()?.get_element_by_id(name)?.dyn_into().ok()
}

/// Whether nothing on the page has the focus.
pub fn lost() -> bool {
    let Some(document) = document() else {
        return false;
    };
    match (document.active_element(), document.body()) {
        (Some(active), Some(body)) => active.is_same_node(Some(&body)),
        (active, _) => active.is_none(),
    }
}
