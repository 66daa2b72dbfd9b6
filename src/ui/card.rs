//! A page, from top to bottom.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

use super::{Desk, buttons, choices, field, password, phone, resend, summary};
use crate::pages::{Card, Mark, Part, Press, State};
use crate::text::Text;

/// A page.
pub fn card(card: &Card, desk: Desk) -> AnyView {
    let icon = card.icon.map(|icon| view! { <div class="card__icon" data-icon=icon.name() aria-hidden="true"></div> });
    let intro: Vec<_> = card.intro.iter().cloned().map(|words| view! { <p class="card__intro">{words}</p> }).collect();
    view! {
        <section class="card">
            {icon}
            <h1 class="card__heading" id="heading" tabindex="-1">{card.heading.clone()}</h1>
            {intro}
            {summary::messages(&card.messages)}
            {marks(&card.marks)}
            {summary::summary(desk)}
            {summary::notices(desk)}
            {body(card, desk)}
            {buttons::links(&card.links, desk)}
        </section>
    }
    .into_any()
}

fn body(card: &Card, desk: Desk) -> AnyView {
    let parts: Vec<AnyView> = card.parts.iter().map(|each| part(each, desk)).collect();
    let Some(label) = card.submit.clone() else {
        let again = card.resend.then(|| resend::resend(desk));
        return view! { {parts} {buttons::buttons(None, &card.others, desk)} {again} }.into_any();
    };
    let again = card.resend.then(|| resend::resend(desk));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(form) = event.target().and_then(|form| form.dyn_into().ok()) {
            desk.submit.run(form);
        }
    };
    let touch = move || desk.touched.update(|touched| *touched = touched.wrapping_add(1));
    view! {
        <form class="form" id="form" novalidate on:submit=submit on:input=move |_| touch() on:change=move |_| touch()>
            {parts}
            {buttons::buttons(Some(label), &card.others, desk)}
            {again}
        </form>
    }
    .into_any()
}

/// A part of a form.
pub(super) fn part(part: &Part, desk: Desk) -> AnyView {
    match part {
        Part::Input(input) => field::field(input, desk, field::Extra::None),
        Part::NewPassword { input, rules, person, twice } => password::new_password(input, rules, person, *twice, desk),
        Part::Phone { name, method } => phone::phone(name, method.clone(), desk),
        Part::Radios { name, legend, quiet, options, chosen, .. } => {
            choices::radios(name, legend, *quiet, options, chosen.as_deref(), desk)
        }
        Part::Select { name, label, required, options, chosen, autocomplete } => {
            choices::select(name, label, *required, options, chosen.as_deref(), autocomplete, desk)
        }
        Part::Check { name, label, ticked } => choices::check(name, label, *ticked, desk),
        Part::Variants { name, legend, variants } => choices::variants(name, legend, variants, desk),
        Part::Note(words) => view! { <p class="card__intro">{words.clone()}</p> }.into_any(),
        Part::Image { source, alternative } => view! { <img class="qr" src=source.clone() alt=alternative.clone() /> }.into_any(),
        Part::Claims(claims) => {
            let rows: Vec<_> = claims
                .iter()
                .map(|(name, value)| view! { <div><dt>{name.clone()}</dt><dd>{value.clone()}</dd></div> })
                .collect();
            view! { <dl class="claims">{rows}</dl> }.into_any()
        }
        // A password manager wants to know whose password it is; nobody else needs to see it.
        Part::Whose(name) => view! {
            <input class="visually-hidden" type="text" name="identifier" autocomplete="username" readonly tabindex="-1" aria-hidden="true" value=name.clone() />
        }
        .into_any(),
    }
}

fn marks(marks: &[Mark]) -> Option<AnyView> {
    if marks.is_empty() {
        return None;
    }
    let list: Vec<_> = marks
        .iter()
        .map(|mark| {
            let (state, words) = match mark.state {
                State::Done => ("done", Text::Done),
                State::Owed => ("owed", Text::Owed),
                State::OneOwed => ("owed", Text::OneOwed),
                State::Optional => ("optional", Text::Optional),
            };
            view! { <li data-state=state>{mark.label.clone()}<span class="visually-hidden">" ("{words.words()}")"</span></li> }
        })
        .collect();
    Some(view! { <ol class="progress" aria-label=Text::DoneSoFar.words()>{list}</ol> }.into_any())
}

/// "Try again": the button of before, or the form.
pub(super) fn again(desk: Desk) {
    if desk.repeats.run(()) {
        return desk.press.run(Press::Retry);
    }
    let form = web_sys::window().and_then(|window| window.document()?.get_element_by_id("form")?.dyn_into().ok());
    if let Some(form) = form {
        desk.submit.run(form);
    }
}
