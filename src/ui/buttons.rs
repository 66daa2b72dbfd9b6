//! Buttons, and links that are buttons.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::Desk;
use crate::browser::place;
use crate::pages::Button;

/// The button that sends the form, and those beside it.
pub(super) fn buttons(submit: Option<String>, others: &[Button], desk: Desk) -> Option<AnyView> {
    let busy = move || desk.busy.get().then_some("true");
    let submit = submit.map(|label| {
        view! { <button class="button" data-kind="primary" type="submit" aria-disabled=busy>{label}</button> }
    });
    if submit.is_none() && others.is_empty() {
        return None;
    }
    let others: Vec<_> = others.iter().map(|button| other(button, desk)).collect();
    Some(view! { <div class="buttons">{submit}{others}</div> }.into_any())
}

fn other(button: &Button, desk: Desk) -> AnyView {
    let busy = move || desk.busy.get().then_some("true");
    let kind = if button.primary { "primary" } else { "secondary" };
    let label = button.label.clone();
    match address(button) {
        Some(address) => {
            view! { <a class="button" data-kind=kind href=address aria-disabled=busy on:click=follow(button, desk)>{label}</a> }.into_any()
        }
        None => {
            let press = button.press.clone();
            view! {
                <button class="button" data-kind=kind type="button" aria-disabled=busy on:click=move |_| desk.press.run(press.clone())>
                    {label}
                </button>
            }
            .into_any()
        }
    }
}

/// Links below a form.
pub(super) fn links(list: &[Button], desk: Desk) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let items: Vec<_> = list.iter().map(|button| view! { <li>{link(button, desk)}</li> }).collect();
    Some(view! { <nav class="links" aria-label=crate::text::Text::OtherWays.words()><ul>{items}</ul></nav> }.into_any())
}

/// A link: with an address where one does the same, else a button that looks like one.
pub(super) fn link(button: &Button, desk: Desk) -> AnyView {
    let busy = move || desk.busy.get().then_some("true");
    let label = button.label.clone();
    match address(button) {
        Some(address) => view! { <a class="link" href=address aria-disabled=busy on:click=follow(button, desk)>{label}</a> }.into_any(),
        None => {
            let press = button.press.clone();
            view! {
                <button class="link" type="button" aria-disabled=busy on:click=move |_| desk.press.run(press.clone())>{label}</button>
            }
            .into_any()
        }
    }
}

fn address(button: &Button) -> Option<String> {
    button.address.as_ref().map(|path| [place::root().as_str(), path].concat())
}

/// Presses the button, unless the person wants the address in another tab.
fn follow(button: &Button, desk: Desk) -> impl FnMut(MouseEvent) + 'static + use<> {
    let press = button.press.clone();
    move |event| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
            return;
        }
        event.prevent_default();
        desk.press.run(press.clone());
    }
}
