//! One of several, yes or no.

use leptos::prelude::*;

use super::{Desk, card, described, error};
use crate::browser::focus;
use crate::pages::{Option_, Variant};
use crate::text::Text;

/// Radio buttons.
pub(super) fn radios(
    name: &str,
    legend: &str,
    quiet: bool,
    options: &[Option_],
    chosen: Option<&str>,
    desk: Desk,
) -> AnyView {
    let problem = desk.problem(name);
    let kept = desk.kept.run(name.to_owned()).filter(|kept| options.iter().any(|option| option.value == *kept));
    let chosen = kept.as_deref().or(chosen);
    let list: Vec<_> = options
        .iter()
        .enumerate()
        .map(|(at, option)| radio(name, at, &option.value, &option.label, option.detail.as_deref(), chosen == Some(&option.value)))
        .collect();
    view! {
        <fieldset class="choices" aria-describedby=described(name, false, problem)>
            <legend class=if quiet { "visually-hidden" } else { "choices__legend" }>{legend.to_owned()}</legend>
            {list}
            {error(name, problem)}
        </fieldset>
    }
    .into_any()
}

fn radio(name: &str, at: usize, value: &str, label: &str, detail: Option<&str>, chosen: bool) -> AnyView {
    // The first one has the name as its id: the summary links to it.
    let id = if at == 0 { name.to_owned() } else { [name, "-", &at.to_string()].concat() };
    let detail_id = detail.map(|_| [id.as_str(), "-detail"].concat());
    let detail = detail.map(|words| view! { <p class="choice__detail" id=detail_id.clone()>{words.to_owned()}</p> });
    view! {
        <div class="choice">
            <input class="choice__input" type="radio" id=id.clone() name=name.to_owned() value=value.to_owned() checked=chosen aria-describedby=detail_id />
            <label class="choice__label" for=id>{label.to_owned()}</label>
            {detail}
        </div>
    }
    .into_any()
}

/// Radio buttons that each bring fields of their own.
pub(super) fn variants(name: &str, legend: &str, variants: &[Variant], desk: Desk) -> AnyView {
    let problem = desk.problem(name);
    let first = variants.first().map(|variant| variant.value.clone()).unwrap_or_default();
    let list: Vec<_> =
        variants.iter().enumerate().map(|(at, variant)| radio(name, at, &variant.value, &variant.label, None, at == 0)).collect();
    let chosen = {
        let name = name.to_owned();
        Memo::new(move |_| {
            desk.touched.track();
            focus::chosen(&name).unwrap_or_else(|| first.clone())
        })
    };
    let all = variants.to_vec();
    let parts = move || {
        let chosen = chosen.get();
        let variant = all.iter().find(|variant| variant.value == chosen);
        variant.map(|variant| variant.parts.iter().map(|part| card::part(part, desk)).collect::<Vec<_>>())
    };
    view! {
        <fieldset class="choices" aria-describedby=described(name, false, problem)>
            <legend class="choices__legend">{legend.to_owned()}</legend>
            {list}
            {error(name, problem)}
        </fieldset>
        {parts}
    }
    .into_any()
}

/// A list to choose from.
pub(super) fn select(
    name: &str,
    label: &str,
    required: bool,
    options: &[Option_],
    chosen: Option<&str>,
    autocomplete: &'static str,
    desk: Desk,
) -> AnyView {
    let problem = desk.problem(name);
    let kept = desk.kept.run(name.to_owned());
    let chosen = kept.as_deref().or(chosen);
    let list: Vec<_> = options
        .iter()
        .map(|option| {
            view! { <option value=option.value.clone() selected=chosen == Some(&option.value)>{option.label.clone()}</option> }
        })
        .collect();
    let words = if required { label.to_owned() } else { [label, " (", Text::Optional.words(), ")"].concat() };
    view! {
        <div class="field">
            <label class="field__label" for=name.to_owned()>{words}</label>
            <select
                class="field__input"
                id=name.to_owned()
                name=name.to_owned()
                required=required
                autocomplete=autocomplete
                aria-invalid=move || problem.read().is_some().then_some("true")
                aria-describedby=described(name, false, problem)
            >
                <option value="">{Text::ChooseOne.words()}</option>
                {list}
            </select>
            {error(name, problem)}
        </div>
    }
    .into_any()
}

/// A box to tick.
pub(super) fn check(name: &str, label: &str, ticked: bool, desk: Desk) -> AnyView {
    let problem = desk.problem(name);
    view! {
        <div class="choice">
            <input
                class="choice__input"
                type="checkbox"
                id=name.to_owned()
                name=name.to_owned()
                value="true"
                checked=ticked
                aria-invalid=move || problem.read().is_some().then_some("true")
                aria-describedby=described(name, false, problem)
            />
            <label class="choice__label" for=name.to_owned()>{label.to_owned()}</label>
        </div>
        {error(name, problem)}
    }
    .into_any()
}
