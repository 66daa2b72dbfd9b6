//! Elements by name, made at once.
//!
//! Leptos gives each element, with its attributes and children, a type of its own, and with it code of its own to build
//! and rebuild it. Here an element is the browser's own, an effect is what follows a change, and a part that changes is
//! made anew: one kind of each for all pages. No subtree is ever built from markup, which the page's policy would refuse.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Node};

use super::adopt;
use crate::leptos::{self, Rndr, document, follow};

/// An element that is being put together.
#[derive(Clone)]
pub(super) struct El(Element);

/// What can stand on a page: an element, words, or several of them.
pub struct AnyView(Node);

/// An element.
pub(super) fn el(tag: &'static str) -> El {
    El(adopt::claim(tag, "", None).unwrap_or_else(|| Rndr::create_element(tag, None)))
}

/// An element of a class.
pub(super) fn of(tag: &'static str, class: &'static str) -> El {
    made(tag, class, None)
}

/// An element of a class, for something that is typed in under that name, which is its id.
pub(super) fn named(tag: &'static str, class: &'static str, name: &str) -> El {
    made(tag, class, Some(name)).set("id", name)
}

/// An element of a picture.
pub(super) fn svg(tag: &'static str) -> El {
    El(Rndr::create_element(
        tag,
        Some("http://www.w3.org/2000/svg"),
    ))
}

fn made(tag: &'static str, class: &'static str, id: Option<&str>) -> El {
    let made = adopt::claim(tag, class, id).unwrap_or_else(|| Rndr::create_element(tag, None));
    El(made).set("class", class)
}

/// An element that stands in the page already.
pub(super) fn that(element: Element) -> El {
    El(element)
}

impl From<AnyView> for Node {
    fn from(view: AnyView) -> Self {
        view.0
    }
}

impl From<Node> for AnyView {
    fn from(node: Node) -> Self {
        Self(node)
    }
}

impl AnyView {
    /// Takes the place of an element.
    pub(super) fn replaces(&self, element: &Element) {
        if let Some(parent) = element.parent_node() {
            let _ = parent.replace_child(&self.0, element);
        }
    }
}

impl El {
    /// An attribute.
    pub(super) fn set(self, name: &'static str, value: impl AsRef<str>) -> Self {
        Rndr::set_attribute(&self.0, name, value.as_ref());
        self
    }

    /// An attribute, if it has a value.
    pub(super) fn maybe(self, name: &'static str, value: Option<String>) -> Self {
        attribute(&self.0, name, value);
        self
    }

    /// An attribute that is there or not.
    pub(super) fn flag(self, name: &'static str, there: bool) -> Self {
        self.maybe(name, there.then(String::new))
    }

    /// An attribute that changes.
    pub(super) fn live(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        let element = self.0.clone();
        let value: Box<dyn Fn() -> Option<String>> = Box::new(value);
        follow(move || attribute(&element, name, value()));
        self
    }

    /// What happens on an event.
    pub(super) fn on(
        self,
        event: &'static str,
        then: impl FnMut(web_sys::Event) + 'static,
    ) -> Self {
        listen(&self.0, event, Box::new(then));
        self
    }

    /// Words in it.
    pub(super) fn text(self, words: impl AsRef<str>) -> Self {
        self.child(text(words.as_ref()))
    }

    /// Another element in it.
    pub(super) fn with(self, inner: El) -> Self {
        self.child(inner.any())
    }

    /// Something in it.
    pub(super) fn child(self, child: AnyView) -> Self {
        append(&self.0, &child);
        self
    }

    /// Several things in it, or one that may be missing.
    pub(super) fn children(self, children: impl IntoIterator<Item = AnyView>) -> Self {
        children
            .into_iter()
            .for_each(|child| append(&self.0, &child));
        self
    }

    /// The element itself.
    pub(super) fn element(self) -> Element {
        self.0
    }

    /// The element as a view.
    pub(super) fn any(self) -> AnyView {
        AnyView(self.0.into())
    }
}

/// Several things, one after the other.
pub(super) fn all(list: impl IntoIterator<Item = AnyView>) -> AnyView {
    let fragment = document().create_document_fragment();
    list.into_iter().for_each(|view| append(&fragment, &view));
    AnyView(fragment.into())
}

/// A part that changes: it is made anew each time.
pub(super) fn live(part: impl Fn() -> Vec<AnyView> + 'static) -> AnyView {
    changing(Box::new(part))
}

fn changing(part: Box<dyn Fn() -> Vec<AnyView>>) -> AnyView {
    // Between these two, for as long as they stand somewhere.
    let (start, end) = (text(""), text(""));
    let whole = all([AnyView(start.0.clone()), AnyView(end.0.clone())]);
    follow(move || {
        let mut old = start.0.next_sibling();
        for view in part() {
            let Some(parent) = end.0.parent_node() else {
                continue;
            };
            // A browser refuses only what cannot stand there, such as an element in itself.
            if adopt::within(&parent, &view.0) {
                // It stays where it is, and the two come around it.
                let _ = parent.insert_before(&start.0, Some(&view.0));
                let _ = parent.insert_before(&end.0, view.0.next_sibling().as_ref());
            } else {
                let _ = parent.insert_before(&view.0, old.as_ref());
            }
        }
        while let Some(gone) = old.filter(|node| !end.0.is_same_node(Some(node))) {
            old = gone.next_sibling();
            Rndr::remove(&gone);
        }
    });
    whole
}

/// Words that change.
pub(super) fn words(words: impl Fn() -> String + 'static) -> AnyView {
    let (words, view): (Box<dyn Fn() -> String>, _) = (Box::new(words), text(""));
    let node = view.0.clone();
    follow(move || node.set_text_content(Some(&words())));
    view
}

/// Puts what is made into the page, for as long as the page lives: around what of it stands there already.
pub fn mount(page: Box<dyn FnOnce() -> Vec<AnyView>>) {
    leptos::mount(move || {
        let Some(body) = document().body() else {
            return;
        };
        let views = page();
        let mut standing = views.iter().find(|view| adopt::within(&body, &view.0));
        for view in &views {
            if standing.is_some_and(|standing| standing.0.is_same_node(Some(&view.0))) {
                standing = None;
            } else {
                let _ = body.insert_before(&view.0, standing.map(|standing| &standing.0));
            }
        }
    });
}

/// Puts what is made into the page in place of all that stands there.
pub fn replace(page: &AnyView) {
    if let Some(body) = document().body() {
        body.set_text_content(None);
        append(&body, page);
    }
}

fn text(words: &str) -> AnyView {
    AnyView(Rndr::create_text_node(words).into())
}

fn append(parent: &Node, child: &AnyView) {
    if !adopt::place(parent, &child.0) {
        // A browser refuses only what cannot stand there, such as an element in itself.
        let _ = parent.append_child(&child.0);
    }
}

fn attribute(element: &Element, name: &str, value: Option<String>) {
    match value {
        Some(value) => Rndr::set_attribute(element, name, &value),
        None => Rndr::remove_attribute(element, name),
    }
}

fn listen(element: &Element, event: &str, then: Box<dyn FnMut(web_sys::Event)>) {
    // The browser lets go of it with the element.
    let then = Closure::wrap(then).into_js_value();
    let _ = element.add_event_listener_with_callback(event, then.unchecked_ref());
}
