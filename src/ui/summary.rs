//! What is wrong, in one place, with a link to each field; and what else is to know.

use super::el::{AnyView, el, live, of};
use super::{Desk, buttons};
use crate::browser::focus;
use crate::http;
use crate::idx::{Class, Link, Message};
use crate::leptos::*;
use crate::pages::{Press, Problem, said};
use crate::text::Text;

/// The error summary. It takes the focus; its child is announced, and again when the same is said again.
pub(super) fn summary(desk: Desk) -> AnyView {
    live(move || {
        let said = desk.said.read();
        if said.problems.is_empty() {
            return Vec::new();
        }
        let again = said
            .problems
            .iter()
            .find_map(|problem| problem.again.clone());
        let again = again.map(|press| {
            let label = match press {
                Press::Again => Text::StartAgain,
                Press::Retry => Text::TryAgain,
                _ => Text::SignIn,
            };
            of("div", "buttons")
                .child(buttons::aside(label, press, desk))
                .any()
        });
        let alert = el("div")
            .set("role", "alert")
            .with(of("h2", "summary__heading").text(Text::SummaryHeading.words()))
            .with(el("ul").children(said.problems.iter().map(item)));
        vec![
            of("div", "summary")
                .set("id", "summary")
                .set("tabindex", "-1")
                .with(alert)
                .children(again)
                .any(),
        ]
    })
}

fn item(problem: &Problem) -> AnyView {
    let line = match problem.path.clone() {
        Some(path) => el("li").with(
            el("a")
                .set("href", ["#", &path].concat())
                .text(&problem.words)
                .on("click", move |event| {
                    event.prevent_default();
                    focus::control(&path);
                }),
        ),
        None => el("li").text(&problem.words),
    };
    line.children(links(&problem.links)).any()
}

/// The org's own links: to the web only, and in words.
fn links(links: &[Link]) -> Vec<AnyView> {
    let line = |link: &Link| {
        let anchor = el("a")
            .set("href", &link.url)
            .set("rel", "noreferrer")
            .text(&link.label);
        el("span").text(" ").with(anchor).any()
    };
    links
        .iter()
        .filter(|link| http::navigable(&link.url))
        .map(line)
        .collect()
}

/// What else is to know. Announced when it comes.
pub(super) fn notices(desk: Desk) -> AnyView {
    let list = live(move || {
        let said = desk.said.read();
        said.notices
            .iter()
            .map(|notice| one(notice.class, &notice.words, &notice.links))
            .collect()
    });
    let slow = whether(move || desk.state.read().slow);
    let stop = live(move || {
        if slow.get() {
            vec![buttons::aside(Text::StopWaiting, Press::Abandon, desk)]
        } else {
            Vec::new()
        }
    });
    of("div", "notices")
        .set("role", "status")
        .child(list)
        .child(stop)
        .any()
}

/// What the org says where that is the page.
pub(super) fn messages(messages: &[Message]) -> impl Iterator<Item = AnyView> {
    messages
        .iter()
        .map(|message| one(message.class, &said(message), &message.links))
}

fn one(class: Class, words: &str, to: &[Link]) -> AnyView {
    let class = match class {
        Class::Error => "error",
        Class::Warning => "warning",
        Class::Info => "info",
    };
    of("p", "notice")
        .set("data-class", class)
        .text(words)
        .children(links(to))
        .any()
}
