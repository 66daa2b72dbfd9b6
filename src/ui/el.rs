//! Elements by name.
//!
//! Leptos gives each element, with its attributes and children, a type of its own, and with it code of its own to build
//! and rebuild it. Here every element has the same type, and a part that changes is made anew. That is a third of what the
//! views weighed, and no subtree is ever built from markup, which the page's policy would refuse.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::attr::custom::custom_attribute;
use leptos::either::Either;
use leptos::ev;
use leptos::html::{ElementChild as _, custom};
use leptos::prelude::*;
use leptos::tachys::html::event::on;

/// An element that is being put together.
pub(super) struct El {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// An element.
pub(super) fn el(tag: &'static str) -> El {
    El {
        tag,
        attributes: Vec::new(),
        children: Vec::new(),
    }
}

/// An element of a class.
pub(super) fn of(tag: &'static str, class: &'static str) -> El {
    el(tag).set("class", class)
}

impl El {
    /// An attribute.
    pub(super) fn set(self, name: &'static str, value: impl Into<String>) -> Self {
        self.maybe(name, Some(value.into()))
    }

    /// An attribute, if it has a value.
    pub(super) fn maybe(mut self, name: &'static str, value: Option<String>) -> Self {
        if let Some(value) = value {
            self.attributes
                .push(custom_attribute(name, value).into_any_attr());
        }
        self
    }

    /// An attribute that is there or not.
    pub(super) fn flag(self, name: &'static str, there: bool) -> Self {
        self.maybe(name, there.then(String::new))
    }

    /// An attribute that changes.
    pub(super) fn live(
        mut self,
        name: &'static str,
        value: impl Fn() -> Option<String> + Send + 'static,
    ) -> Self {
        let value: Box<dyn FnMut() -> Option<String> + Send> = Box::new(value);
        self.attributes
            .push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// What happens on an event.
    pub(super) fn on(
        mut self,
        event: &'static str,
        then: impl FnMut(web_sys::Event) + 'static,
    ) -> Self {
        let then: Box<dyn FnMut(web_sys::Event)> = Box::new(then);
        self.attributes
            .push(on(ev::Custom::<web_sys::Event>::new(event), then).into_any_attr());
        self
    }

    /// Words in it.
    pub(super) fn text(self, words: impl Into<String>) -> Self {
        self.child(words.into().into_any())
    }

    /// Another element in it.
    pub(super) fn with(self, inner: El) -> Self {
        self.child(inner.any())
    }

    /// Something in it.
    pub(super) fn child(mut self, child: AnyView) -> Self {
        self.children.push(child);
        self
    }

    /// Several things in it, or one that may be missing.
    pub(super) fn children(mut self, children: impl IntoIterator<Item = AnyView>) -> Self {
        self.children.extend(children);
        self
    }

    /// The element as a view.
    pub(super) fn any(self) -> AnyView {
        custom(self.tag)
            .child(self.children)
            .add_any_attr(self.attributes)
            .into_any()
    }
}

/// A part that changes: it is made anew each time.
pub(super) fn live(part: impl Fn() -> Vec<AnyView> + Send + 'static) -> AnyView {
    // Two sides in turn: the same side twice would be rebuilt in place, as if it were made of the same elements.
    let side = AtomicBool::new(false);
    let part: Box<dyn FnMut() -> Either<Vec<AnyView>, Vec<AnyView>> + Send> = Box::new(move || {
        let part = part();
        if side.fetch_xor(true, Ordering::Relaxed) {
            Either::Left(part)
        } else {
            Either::Right(part)
        }
    });
    part.into_any()
}

/// Words that change.
pub(super) fn words(words: impl Fn() -> String + Send + 'static) -> AnyView {
    let words: Box<dyn FnMut() -> String + Send> = Box::new(words);
    words.into_any()
}
