//! Pages of the app behind the door.

use web_sys::Node;

use super::Session;

/// A page that only somebody who is signed in sees. Whoever is not signs in first, or signs up, and comes back to where
/// they were going, with query and fragment.
#[derive(Clone, Copy)]
pub struct Page {
    /// Its path under the app's root, without a slash at either end. The empty one is what people see who have just signed
    /// in and were going nowhere else.
    pub path: &'static str,
    /// Its heading, and its name in the title and in links.
    pub title: &'static str,
    /// Makes what stands below the heading, once each time somebody comes to it. An effect or signal of Leptos that is
    /// made meanwhile goes when the page does; what is to follow a change is to be read in one.
    pub draw: fn(Session) -> Node,
}
