//! Buttons, and links that are buttons.

use wasm_bindgen::JsCast as _;
use web_sys::MouseEvent;

use super::Desk;
use super::el::{AnyView, El, el, of};
use crate::browser::place;
use crate::pages::{Button, Press};
use crate::text::Text;

/// So many other services stand on the page; those after them are one press away.
const SERVICES: usize = 6;

/// The button that sends the form, and those beside it.
pub(super) fn buttons(
    submit: Option<(&str, Option<&(String, String)>)>,
    others: &[Button],
    desk: Desk,
) -> Option<AnyView> {
    if submit.is_none() && others.is_empty() {
        return None;
    }
    let submit = submit.map(|(label, gives)| {
        let button = of("button", "button")
            .set("data-kind", "primary")
            .set("type", "submit");
        button
            .maybe("name", gives.map(|(name, _)| name.clone()))
            .maybe("value", gives.map(|(_, value)| value.clone()))
            .live("aria-disabled", move || desk.busy())
            .text(label)
            .any()
    });
    let mut shown: Vec<AnyView> = Vec::new();
    let mut more: Vec<AnyView> = Vec::new();
    let mut services = 0;
    for button in others {
        services += usize::from(button.mark.is_some());
        let kind = if button.primary {
            "primary"
        } else {
            "secondary"
        };
        let view = pressed(button, "button", desk).set("data-kind", kind).any();
        if button.mark.is_some() && services > SERVICES {
            more.push(view);
        } else {
            shown.push(view);
        }
    }
    if !more.is_empty() {
        let list = of("div", "buttons").children(more);
        let summary = of("summary", "link").text(Text::MoreWays.words());
        shown.push(of("details", "more").with(summary).with(list).any());
    }
    Some(of("div", "buttons").children(submit).children(shown).any())
}

/// Links below a form.
pub(super) fn links(list: &[Button], desk: Desk) -> Option<AnyView> {
    let items = list
        .iter()
        .map(|button| el("li").child(link(button, desk)).any());
    // About as many letters as stand side by side in the column.
    let long = list.iter().map(|button| button.label.len()).sum::<usize>() > 36;
    let nav = || {
        of("nav", "links")
            .maybe("data-long", long.then(|| "true".to_owned()))
            .set("aria-label", Text::OtherWays.words())
            .with(el("ul").children(items))
            .any()
    };
    (!list.is_empty()).then(nav)
}

/// A link: with an address where one does the same, else a button that looks like one.
pub(super) fn link(button: &Button, desk: Desk) -> AnyView {
    pressed(button, "link", desk).any()
}

fn pressed(button: &Button, class: &'static str, desk: Desk) -> El {
    let press = button.press.clone();
    let element = match (&button.address, &press) {
        (Some(path), _) => of("a", class).set("href", [place::root().as_str(), path].concat()),
        (None, Press::Answer(name, value)) => of("button", class)
            .set("type", "button")
            .set("name", name)
            .set("value", value),
        (None, _) => of("button", class).set("type", "button"),
    };
    element
        .maybe("data-mark", button.mark.clone())
        .live("aria-disabled", move || desk.busy())
        .on("click", move |event| {
            if !elsewhere(&event) {
                event.prevent_default();
                (desk.press)(press.clone());
            }
        })
        .text(&button.label)
}

/// Whether the person wants the address in another tab or window.
fn elsewhere(event: &web_sys::Event) -> bool {
    let link = event
        .current_target()
        .is_some_and(|target| target.has_type::<web_sys::HtmlAnchorElement>());
    let keys = |event: &MouseEvent| {
        event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0
    };
    link && event.dyn_ref().is_some_and(keys)
}

/// A small button that is no part of the form.
pub(super) fn aside(label: Text, press: Press, desk: Desk) -> AnyView {
    let button = of("button", "button")
        .set("data-kind", "secondary")
        .set("type", "button");
    button
        .text(label.words())
        .on("click", move |_| (desk.press)(press.clone()))
        .any()
}
