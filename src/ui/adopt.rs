//! The form that stands in `index.html` before the app does: the app's own page is put together out of its elements, each
//! in its place. What was typed or filled in there stays, and so do focus and selection: a box that is moved, or whose
//! value is copied, loses them, and a password manager's entry can be read only once the person has touched the page.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, Node};

use crate::leptos::{Rndr, document};

thread_local! {
    /// Elements that stand there and nobody has asked for, in the document's order.
    static FREE: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
    static SENT: Cell<bool> = const { Cell::new(false) };
    /// Elements that were asked for, and how many of their children are in their place.
    static TAKEN: RefCell<Vec<(Element, u32)>> = const { RefCell::new(Vec::new()) };
}

/// The page that stands there, if the person sees it. One that nobody sees goes.
pub(super) fn standing() -> Option<Element> {
    let main = document().get_element_by_id("main")?;
    if main.has_attribute("hidden") {
        main.remove();
        return None;
    }
    Some(main)
}

/// Whether the person has pressed the button of the form that stands there (boot.js keeps that).
pub fn pressed() -> bool {
    let button = document().query_selector("#main:not([hidden]) [type=submit][aria-disabled]");
    button.is_ok_and(|button| button.is_some())
}

/// What was pressed is out.
pub fn sent() -> bool {
    SENT.get()
}

/// Sends what was pressed, once.
pub(super) fn send(send: impl FnOnce() -> bool) -> bool {
    let sends = !SENT.get() && pressed() && send();
    SENT.set(SENT.get() || sends);
    sends
}

/// Puts together something with what stands in an element, the element itself foremost. What is left over goes.
pub(super) fn over<T>(root: &Element, make: impl FnOnce() -> T) -> T {
    FREE.with_borrow_mut(|free| {
        free.push(root.clone());
        if let Ok(inner) = root.query_selector_all("*") {
            let inner = (0..inner.length()).filter_map(|at| inner.get(at)?.dyn_into().ok());
            free.extend(inner);
        }
    });
    let made = make();
    FREE.take();
    for (element, placed) in TAKEN.take() {
        while let Some(over) = element.child_nodes().get(placed) {
            Rndr::remove(&over);
        }
    }
    made
}

/// Changes what stands in an element. What is below something that goes then comes up gently, and not in one jump: it is
/// drawn from where it was (`style/layout.css`), unless the person wants nothing to move.
pub(super) fn gently<T>(root: &Element, change: impl FnOnce() -> T) -> T {
    let below: Vec<(HtmlElement, i32)> = root
        .query_selector_all(".buttons, .links, .links li")
        .map(|list| {
            (0..list.length())
                .filter_map(|at| list.get(at)?.dyn_into::<HtmlElement>().ok())
                .map(|element| (element.clone(), element.offset_top()))
                .collect()
        })
        .unwrap_or_default();
    let changed = change();
    for (element, before) in below {
        let way = before.saturating_sub(element.offset_top());
        if way != 0 && element.is_connected() {
            let way = [way.to_string().as_str(), "px"].concat();
            let _ = element.style().set_property("--from", &way);
        }
    }
    changed
}

/// The first element of this kind that is free: of a class, or of an id.
pub(super) fn claim(tag: &str, class: &str, id: Option<&str>) -> Option<Element> {
    let found = FREE.with_borrow_mut(|free| {
        let at = free.iter().position(|one| {
            one.local_name() == tag
                && match id {
                    Some(id) => one.id() == id,
                    // What a box holds belongs to its name.
                    None => one.class_name() == class && tag != "input",
                }
        })?;
        Some(free.remove(at))
    })?;
    TAKEN.with_borrow_mut(|taken| taken.push((found.clone(), 0)));
    Some(found)
}

/// Puts a child into its place, if the parent was standing there. A child that stands in it already is not moved.
pub(super) fn place(parent: &Node, child: &Node) -> bool {
    TAKEN.with_borrow_mut(|taken| {
        let found = taken
            .iter_mut()
            .find(|(known, _)| parent.is_same_node(Some(known)));
        let Some((_, placed)) = found else {
            return false;
        };
        let fragment = child.node_type() == Node::DOCUMENT_FRAGMENT_NODE;
        let many = if fragment {
            child.child_nodes().length()
        } else {
            1
        };
        let next = || parent.child_nodes().get(*placed);
        if within(parent, child) {
            while let Some(other) = next().filter(|other| !other.is_same_node(Some(child))) {
                Rndr::remove(&other);
            }
        } else {
            // A browser refuses only what cannot stand there, such as an element in itself.
            let _ = parent.insert_before(child, next().as_ref());
        }
        *placed = placed.saturating_add(many);
        true
    })
}

/// Whether a node is a child of that parent.
pub(super) fn within(parent: &Node, child: &Node) -> bool {
    child
        .parent_node()
        .is_some_and(|known| known.is_same_node(Some(parent)))
}
