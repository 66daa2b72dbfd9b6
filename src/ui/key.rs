//! A key for an app: in groups, to be typed; whole, to be copied. And what else there is to copy.

use super::el::{AnyView, of, words};
use crate::browser::place;
use crate::leptos::*;
use crate::text::Text;

/// The key, the button that copies it, and what came of that.
#[inline(never)]
pub(super) fn key(key: &str) -> AnyView {
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    let letters = of("p", "key__letters").text(groups.join(" "));
    of("div", "key")
        .with(letters)
        .children(copier(Text::CopyKey, key))
        .any()
}

/// The button that copies a text, and what came of that.
pub(super) fn copier(label: Text, text: &str) -> [AnyView; 2] {
    let copied = RwSignal::new(None::<bool>);
    let text = text.to_owned();
    let button = of("button", "link")
        .set("type", "button")
        .text(label.words())
        .on("click", move |_| {
            copied.set(None);
            place::copy(&text, move |done| copied.set(Some(done)));
        });
    let said = of("p", "field__hint")
        .set("role", "status")
        .child(words(move || match copied.get() {
            None => String::new(),
            Some(true) => Text::Copied.words().to_owned(),
            Some(false) => Text::NotCopied.words().to_owned(),
        }));
    [button.any(), said.any()]
}
