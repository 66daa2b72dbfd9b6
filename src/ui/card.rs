//! A page, from top to bottom.

use wasm_bindgen::JsCast as _;

use super::el::{AnyView, el, of, words};
use super::{Desk, buttons, choices, field, hidden, icon, key, password, phone, resend, summary};
use crate::leptos::*;
use crate::pages::{Card, Mark, Part, State};
use crate::text::Text;

/// A page.
pub(super) fn card(card: &Card, desk: Desk) -> AnyView {
    let icon = card.icon.map(icon::icon);
    let intro = card
        .intro
        .iter()
        .map(|words| of("p", "card__intro").text(words).any());
    of("section", "card")
        .children(icon)
        .with(
            of("h1", "card__heading")
                .set("id", "heading")
                .set("tabindex", "-1")
                .text(&card.heading),
        )
        .children(intro)
        .children(summary::messages(&card.messages))
        .children(marks(&card.marks))
        .child(summary::summary(desk))
        .child(summary::notices(desk))
        .children(body(card, desk))
        .children(buttons::links(&card.links, desk))
        .any()
}

fn body(card: &Card, desk: Desk) -> Vec<AnyView> {
    // A yes that is given by the button itself has its name and value.
    let submit = card
        .submit
        .as_deref()
        .map(|label| (label, card.given.first()));
    let parts = card.parts.iter().map(|each| part(each, desk));
    let buttons = buttons::buttons(submit, &card.others, desk);
    let again = card
        .resend
        .then(|| resend::resend(card.submit.is_some(), desk));
    if card.submit.is_none() {
        return parts.chain(buttons).chain(again).collect();
    }
    let form = of("form", "form")
        .set("id", "form")
        .flag("novalidate", true)
        .on("submit", move |event| {
            event.prevent_default();
            if let Some(form) = event.target().and_then(|form| form.dyn_into().ok()) {
                (desk.submit)(form);
            }
        })
        .on("input", move |_| desk.touch())
        .on("change", move |_| desk.touch())
        .children(parts)
        .children(buttons)
        .children(again);
    vec![form.any()]
}

/// A part of a form.
pub(super) fn part(part: &Part, desk: Desk) -> AnyView {
    match part {
        Part::Input(input) => field::field(input, None, desk),
        Part::Check {
            name,
            label,
            ticked,
        } => choices::check(name, label, *ticked, desk),
        _ => later(part, desk),
    }
}

/// The parts that the form of Sign In has not. They are of the second module, as all that only they call. Each is a function
/// of its own: a browser compiles a function when it is first called, the whole of it.
#[inline(never)]
fn later(part: &Part, desk: Desk) -> AnyView {
    match part {
        Part::Input(_) | Part::Check { .. } => super::nothing(),
        Part::NewPassword {
            input,
            rules,
            person,
            twice,
        } => password::new_password(input, rules, person, *twice, desk),
        Part::Phone { name, method } => phone::phone(name, method.as_deref(), desk),
        Part::Radios {
            name,
            legend,
            quiet,
            options,
            chosen,
            ..
        } => choices::radios(name, legend, *quiet, options, chosen.as_deref(), desk),
        Part::Select {
            name,
            label,
            required,
            options,
            chosen,
            autocomplete,
        } => choices::select(
            name,
            label,
            *required,
            options,
            chosen.as_deref(),
            autocomplete,
            desk,
        ),
        Part::Variants {
            name,
            legend,
            variants,
        } => choices::variants(name, legend, variants, desk),
        Part::Note(words) => of("p", "card__intro").text(words).any(),
        // Read out by itself: what is put into such a place once the page is there is announced.
        Part::Code(code) => {
            let (code, before) = (code.clone(), desk.touched.get_untracked());
            let drawn = move || desk.touched.get() != before;
            of("p", "read-off")
                .set("role", "status")
                .child(words(
                    move || if drawn() { code.clone() } else { String::new() },
                ))
                .any()
        }
        Part::Key(key) => key::key(key),
        Part::Image {
            source,
            alternative,
        } => of("img", "qr")
            .set("src", source)
            .set("alt", alternative)
            .any(),
        Part::Trace(trace) => of("div", "key")
            .with(of("pre", "trace").text(trace))
            .children(key::copier(Text::Copy, trace))
            .any(),
        Part::Claims(claims) => {
            let row = |(name, value): &(String, String)| {
                el("div")
                    .with(el("dt").text(name))
                    .with(el("dd").text(value))
                    .any()
            };
            of("dl", "claims").children(claims.iter().map(row)).any()
        }
        Part::Inside(at) => (desk.inside)(*at),
        // A password manager wants to know whose password it is; nobody else needs to see it.
        Part::Whose(name) => of("input", "visually-hidden")
            .set("type", "text")
            .set("name", "identifier")
            .set("autocomplete", "username")
            .flag("readonly", true)
            .set("tabindex", "-1")
            .set("aria-hidden", "true")
            .set("value", name)
            .any(),
    }
}

fn marks(marks: &[Mark]) -> Option<AnyView> {
    let line = |mark: &Mark| {
        let (state, words) = match mark.state {
            State::Done => ("done", Text::Done),
            State::Owed => ("owed", Text::Owed),
            State::OneOwed => ("owed", Text::OneOwed),
            State::Optional => ("optional", Text::Optional),
        };
        el("li")
            .set("data-state", state)
            .text(&mark.label)
            .child(hidden([" (", words.words(), ")"].concat()))
            .any()
    };
    let list = || {
        of("ol", "progress")
            .set("aria-label", Text::DoneSoFar.words())
            .children(marks.iter().map(line))
            .any()
    };
    (!marks.is_empty()).then(list)
}
