//! A key for an app: in groups, to be typed; whole, to be copied.

use leptos::prelude::*;

use super::el::{AnyView, of, words};
use crate::browser::place;
use crate::text::Text;

/// The key, the button that copies it, and what came of that.
pub(super) fn key(key: &str) -> AnyView {
    let letters: Vec<char> = key.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    let copied = RwSignal::new(None::<bool>);
    let key = key.to_owned();
    let button = of("button", "link")
        .set("type", "button")
        .text(Text::CopyKey.words())
        .on("click", move |_| {
            copied.set(None);
            place::copy(&key, move |done| copied.set(Some(done)));
        });
    let said = of("p", "field__hint")
        .set("role", "status")
        .child(words(move || match copied.get() {
            None => String::new(),
            Some(true) => Text::Copied.words().to_owned(),
            Some(false) => Text::NotCopied.words().to_owned(),
        }));
    of("div", "key")
        .with(of("p", "key__letters").text(groups.join(" ")))
        .with(button)
        .with(said)
        .any()
}
