//! What came of a request of the app behind the door.

use web_sys::Node;

use super::el::{AnyView, el, live, of};
use crate::leptos::Shared;
use crate::pages::fill;
use crate::text::Text;

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is out.
    Waits,
    /// An answer: names and values.
    Rows(Vec<(String, String)>),
    /// Another status than the one that means yes.
    Refused(u16),
    /// No answer.
    Failed,
}

/// A part that follows it, with a button for another try.
pub fn outcome(outcome: Shared<Outcome>, again: &'static dyn Fn()) -> Node {
    let words = |words: String| of("p", "card__intro").text(words).any();
    let part = live(move || match &*outcome.read() {
        Outcome::Waits => vec![words(Text::Loading.words().to_owned())],
        Outcome::Rows(rows) => {
            let row = |(name, value): &(String, String)| {
                el("div")
                    .with(el("dt").text(name))
                    .with(el("dd").text(value))
                    .any()
            };
            vec![of("dl", "claims").children(rows.iter().map(row)).any()]
        }
        Outcome::Refused(status) => {
            vec![words(fill(Text::ResourceRefused, &[&status.to_string()]))]
        }
        Outcome::Failed => vec![words(Text::Offline.words().to_owned())],
    });
    let button = of("button", "button")
        .set("type", "button")
        .set("data-kind", "primary")
        .on("click", move |_| again())
        .text(Text::AskAgain.words());
    let part = of("div", "outcome").set("role", "status").child(part);
    let buttons = of("div", "buttons").with(button);
    let all: AnyView = super::el::all([part.any(), buttons.any()]);
    all.into()
}
