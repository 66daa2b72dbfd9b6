//! A new code, after a while.

use std::time::Duration;

use super::el::{AnyView, live, of, words};
use super::{Desk, buttons};
use crate::browser::timer;
use crate::leptos::*;
use crate::pages::{Action, Button, Press, fill};
use crate::text::Text;

/// So long the button rests after a code was sent, in milliseconds (protocol reference, 6.4).
const REST: u64 = 30_000;

/// The seconds that are left, then the button.
#[inline(never)]
pub(super) fn resend(codes: bool, desk: Desk) -> AnyView {
    let (label, wait) = match codes {
        true => (Text::Resend, Text::ResendIn),
        false => (Text::SendAgain, Text::SendAgainIn),
    };
    let left = move || {
        let since = timer::now().saturating_sub(desk.state.read().sent_at.unwrap_or(0));
        REST.saturating_sub(since).div_ceil(1000)
    };
    let seconds = RwSignal::new(untrack(left));
    follow(move || seconds.set(left()));
    if let Ok(ticking) = set_interval_with_handle(
        move || seconds.set(untrack(left)),
        Duration::from_millis(500),
    ) {
        on_cleanup(move || ticking.clear());
    }
    let ready = whether(move || seconds.get() == 0);
    let waiting = move || words(move || fill(wait, &[&seconds.get().to_string()]));
    let button = Button::new(label.words(), Press::Act(Action::Resend));
    let part = live(move || {
        vec![if ready.get() {
            buttons::link(&button, desk)
        } else {
            of("p", "card__intro").child(waiting()).any()
        }]
    });
    of("div", "resend").child(part).any()
}
