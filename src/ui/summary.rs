//! What is wrong, in one place, with a link to each field; and what else is to know.

use leptos::prelude::*;

use super::{Desk, card};
use crate::browser::focus;
use crate::http;
use crate::idx::{Class, Link, Message};
use crate::pages::{Press, Problem, said};
use crate::text::Text;

/// The error summary. It takes the focus; its child is announced.
pub(super) fn summary(desk: Desk) -> impl IntoView {
    move || {
        desk.said.track();
        let problems = desk.problems.get();
        (!problems.is_empty()).then(|| {
            let again = problems.iter().any(|problem| problem.again).then(|| {
                view! {
                    <div class="buttons">
                        <button class="button" data-kind="secondary" type="button" on:click=move |_| card::again(desk)>
                            {Text::TryAgain.words()}
                        </button>
                    </div>
                }
            });
            let list: Vec<_> = problems.iter().map(item).collect();
            view! {
                <div class="summary" id="summary" tabindex="-1">
                    <div role="alert">
                        <h2 class="summary__heading">{Text::SummaryHeading.words()}</h2>
                        <ul>{list}</ul>
                    </div>
                    {again}
                </div>
            }
        })
    }
}

fn item(problem: &Problem) -> AnyView {
    let words = problem.words.clone();
    let outside = links(&problem.links);
    match problem.path.clone() {
        Some(path) => {
            let address = ["#", &path].concat();
            let to = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                focus::control(&path);
            };
            view! { <li><a href=address on:click=to>{words}</a>{outside}</li> }.into_any()
        }
        None => view! { <li>{words}{outside}</li> }.into_any(),
    }
}

/// The org's own links: to the web only, and in words.
fn links(links: &[Link]) -> Vec<AnyView> {
    links
        .iter()
        .filter(|link| http::navigable(&link.url))
        .map(|link| view! { " " <a href=link.url.clone() rel="noreferrer">{link.label.clone()}</a> }.into_any())
        .collect()
}

/// What else is to know. Announced when it comes.
pub(super) fn notices(desk: Desk) -> impl IntoView {
    let list = move || {
        desk.notices
            .get()
            .into_iter()
            .map(|notice| {
                view! { <p class="notice" data-class=class(notice.class)>{notice.words}{links(&notice.links)}</p> }
            })
            .collect::<Vec<_>>()
    };
    let stop = move || {
        desk.slow.get().then(|| {
            view! {
                <button class="link" type="button" on:click=move |_| desk.press.run(Press::Abandon)>{Text::StopWaiting.words()}</button>
            }
        })
    };
    view! { <div class="notices" role="status">{list}</div> {stop} }
}

/// What the org says where that is the page.
pub(super) fn messages(messages: &[Message]) -> Vec<AnyView> {
    messages
        .iter()
        .map(|message| {
            view! { <p class="notice" data-class=class(message.class)>{said(message)}{links(&message.links)}</p> }.into_any()
        })
        .collect()
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Error => "error",
        Class::Warning => "warning",
        Class::Info => "info",
    }
}
