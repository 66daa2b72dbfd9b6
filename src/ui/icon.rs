//! The pictures above a heading. They are drawn with the page: one that had to be fetched would come after it.

use super::el::{AnyView, of, svg};
use crate::pages::Icon;

/// A picture. It is of the first module, for the pages that say why the app cannot go on have one.
pub(super) fn icon(icon: Icon) -> AnyView {
    let picture = svg("svg")
        .set("viewBox", "0 0 24 24")
        .with(svg("path").set("d", strokes(icon)));
    of("div", "card__icon")
        .set("data-icon", icon.name())
        .set("aria-hidden", "true")
        .with(picture)
        .any()
}

/// The lines of a picture, on a square of 24 by 24. `style/pages.css` says how wide they are.
fn strokes(icon: Icon) -> &'static str {
    match icon {
        Icon::Key => {
            "M7.5 2a5.5 5.5 0 1 0 0 11 5.5 5.5 0 1 0 0-11zM11.5 11.5l10 10M16.4 16.4l-2.6 2.6 2.9 2.9 2.6-2.6"
        }
        Icon::Phone => {
            "M4 2.5h3.7c.5 0 .9.3 1 .8l.9 3.9c.1.4 0 .8-.3 1.1L7.4 10.2a13 13 0 0 0 6.4 6.4l1.9-1.9c.3-.3.7-.4 1.1-.3l3.9.9\
             c.5.1.8.5.8 1V20a1.5 1.5 0 0 1-1.5 1.5A17.5 17.5 0 0 1 2.5 4 1.5 1.5 0 0 1 4 2.5z"
        }
        Icon::Mail => {
            "M4.5 4.5h15a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2zM3.2 6.2l8.8 6.8 8.8-6.8"
        }
        Icon::Lock => {
            "M6.5 10.5h11a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM8 10.5V7a4 4 0 0 1 8 0v3.5\
             M12 15v2.5"
        }
        Icon::Check => "M4.5 12.5l5 5 10-11",
        Icon::Alert => "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 1 0 0-19zM12 7v6M12 16.8v.1",
        Icon::Device => {
            "M8.5 2h7a2.5 2.5 0 0 1 2.5 2.5v15a2.5 2.5 0 0 1-2.5 2.5h-7a2.5 2.5 0 0 1-2.5-2.5v-15a2.5 2.5 0 0 1 2.5-2.5z\
             M10.5 18.5h3"
        }
    }
}
