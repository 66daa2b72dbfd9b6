//! A new code, after a while.

use std::time::Duration;

use leptos::prelude::*;

use super::{Desk, buttons, field};
use crate::browser::timer;
use crate::pages::{Action, Button, Press};
use crate::text::Text;

/// So long the button rests after a code was sent, in milliseconds (protocol reference, 6.4).
const REST: u64 = 30_000;

/// The seconds that are left, then the button.
pub(super) fn resend(desk: Desk) -> AnyView {
    let left = move || {
        let since = timer::now().saturating_sub(desk.sent_at.get().unwrap_or(0));
        REST.saturating_sub(since).div_ceil(1000)
    };
    let seconds = RwSignal::new(left());
    Effect::new(move |_| seconds.set(left()));
    let tick = move || seconds.set(left());
    if let Ok(ticking) = set_interval_with_handle(tick, Duration::from_millis(500)) {
        on_cleanup(move || ticking.clear());
    }
    let ready = Memo::new(move |_| seconds.get() == 0);
    let words = move || field::sentence(Text::ResendIn, seconds.get());
    view! {
        <div class="resend">
            {move || {
                if ready.get() {
                    let button = Button::new(Text::Resend.words(), Press::Act(Action::Resend));
                    buttons::link(&button, desk)
                } else {
                    view! { <p class="card__intro">{words}</p> }.into_any()
                }
            }}
        </div>
    }
    .into_any()
}
