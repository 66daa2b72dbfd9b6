//! Whether somebody is still there: a dialog over whatever page there is.

use std::time::Duration;

use super::el::{AnyView, live, of, words};
use super::{Desk, buttons};
use crate::browser::{place, timer};
use crate::leptos::*;
use crate::pages::{Button, Press, fill};
use crate::text::Text;

/// The dialog, while the question stands.
pub(super) fn warning(desk: Desk) -> AnyView {
    let asked = Shared::latest(move || desk.state.read().idle_until);
    live(move || match *asked.read() {
        Some(until) => vec![dialog(until, desk)],
        None => Vec::new(),
    })
}

/// Only somebody who is signed in meets it: it is of the second module.
#[inline(never)]
fn dialog(until: u64, desk: Desk) -> AnyView {
    let left = move || until.saturating_sub(timer::now()).div_ceil(1000);
    let seconds = RwSignal::new(left());
    // A dialog that is closed gives the focus back to where it was.
    on_cleanup(place::close_dialog);
    if let Ok(ticking) =
        set_interval_with_handle(move || seconds.set(left()), Duration::from_millis(500))
    {
        on_cleanup(move || ticking.clear());
    }
    let heading = of("h2", "card__heading")
        .set("id", "idle-heading")
        .text(Text::IdleHeading.words());
    // Read out once with the dialog; nobody wants to hear every second.
    let sentence = of("p", "card__intro")
        .set("id", "idle-words")
        .child(words(move || {
            fill(Text::IdleWords, &[&seconds.get().to_string()])
        }));
    let answers = [
        Button::new(Text::StaySignedIn.words(), Press::Stay).primary(),
        Button::new(Text::SignOut.words(), Press::SignOut),
    ];
    let dialog = of("dialog", "card dialog")
        .set("role", "alertdialog")
        .set("aria-labelledby", "idle-heading")
        .set("aria-describedby", "idle-words")
        // Escape closes a dialog: whoever presses it is there.
        .on("cancel", move |event| {
            event.prevent_default();
            (desk.press)(Press::Stay);
        })
        // A browser may close it without asking.
        .on("close", move |_| {
            if desk.state.read_untracked().idle_until.is_some() {
                (desk.press)(Press::Stay);
            }
        })
        .with(heading)
        .with(sentence)
        .children(buttons::buttons(None, &answers, desk))
        .element();
    let shown = dialog.clone();
    timer::later(0, move || place::open_dialog(&shown));
    AnyView::from(web_sys::Node::from(dialog))
}
