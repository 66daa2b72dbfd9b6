//! One of several, yes or no.

use super::el::{AnyView, all, el, live, of};
use super::{Desk, card, described, error, field, wrong};
use crate::browser::{focus, place};
use crate::leptos::*;
use crate::pages::{Choice, Variant};
use crate::text::Text;

/// Radio buttons.
#[inline(never)]
pub(super) fn radios(
    name: &str,
    legend: &str,
    quiet: bool,
    options: &[Choice],
    chosen: Option<&str>,
    desk: Desk,
) -> AnyView {
    let kept = (desk.kept)(name).filter(|kept| options.iter().any(|option| option.value == *kept));
    let chosen = kept.as_deref().or(chosen);
    let list = options
        .iter()
        .enumerate()
        .map(|(at, option)| radio(name, at, option, chosen == Some(&option.value)));
    group(name, legend, quiet, list.collect(), desk)
}

fn group(name: &str, legend: &str, quiet: bool, list: Vec<AnyView>, desk: Desk) -> AnyView {
    of("fieldset", "choices")
        .live("aria-describedby", described(name, None, desk))
        .with(
            of(
                "legend",
                if quiet {
                    "visually-hidden"
                } else {
                    "choices__legend"
                },
            )
            .text(legend),
        )
        .children(list)
        .child(error(name, desk))
        .any()
}

fn radio(name: &str, at: usize, option: &Choice, chosen: bool) -> AnyView {
    // The first one has the name as its id: the summary links to it.
    let id = if at == 0 {
        name.to_owned()
    } else {
        [name, "-", &at.to_string()].concat()
    };
    let detail_id = option
        .detail
        .as_ref()
        .map(|_| [id.as_str(), "-detail"].concat());
    let detail = option.detail.as_ref().map(|words| {
        of("p", "choice__detail")
            .maybe("id", detail_id.clone())
            .text(words)
            .any()
    });
    of("div", "choice")
        .with(
            of("input", "choice__input")
                .set("type", "radio")
                .set("id", &id)
                .set("name", name)
                .set("value", &option.value)
                .flag("checked", chosen)
                .maybe("aria-describedby", detail_id),
        )
        .with(
            of("label", "choice__label")
                .set("for", id)
                .text(&option.label),
        )
        .children(detail)
        .any()
}

/// Radio buttons that each bring fields of their own.
#[inline(never)]
pub(super) fn variants(name: &str, legend: &str, variants: &[Variant], desk: Desk) -> AnyView {
    let kept = (desk.kept)(name);
    let kept = variants
        .iter()
        .position(|variant| Some(&variant.value) == kept.as_ref())
        .unwrap_or(0);
    let list = variants.iter().enumerate().map(|(at, variant)| {
        let option = Choice {
            value: variant.value.clone(),
            label: variant.label.clone(),
            detail: None,
        };
        radio(name, at, &option, at == kept)
    });
    let group = group(name, legend, false, list.collect(), desk);
    let control = name.to_owned();
    let values: Vec<String> = variants
        .iter()
        .map(|variant| variant.value.clone())
        .collect();
    let shown = RwSignal::new(kept);
    follow(move || {
        desk.touched.track();
        let chosen = focus::chosen(&control);
        let at = chosen.and_then(|chosen| values.iter().position(|value| *value == chosen));
        let at = at.unwrap_or(kept);
        if shown.get_untracked() != at {
            shown.set(at);
        }
    });
    let variants = variants.to_vec();
    let parts = live(move || {
        let variant = variants.get(shown.get());
        variant.map_or_else(Vec::new, |variant| {
            variant
                .parts
                .iter()
                .map(|part| card::part(part, desk))
                .collect()
        })
    });
    all([group, parts])
}

/// A list to choose from.
#[inline(never)]
pub(super) fn select(
    name: &str,
    label: &str,
    required: bool,
    options: &[Choice],
    chosen: Option<&str>,
    autocomplete: &'static str,
    desk: Desk,
) -> AnyView {
    let kept = (desk.kept)(name);
    let chosen = kept.as_deref().or(chosen);
    // A country that has no other name than its letters is called as the browser calls it.
    let names = (autocomplete == "country")
        .then(place::country_names)
        .flatten();
    let mut named: Vec<(String, &Choice)> = Vec::new();
    for option in options {
        match &names {
            Some(names) if option.label == option.value => {
                let name = place::country_name(names, &option.value);
                let at = named.partition_point(|(before, _)| *before < name);
                named.insert(at, (name, option));
            }
            _ => named.push((option.label.clone(), option)),
        }
    }
    let list = named
        .iter()
        .map(|(name, option)| self::option(&option.value, name, chosen == Some(&option.value)));
    let control = of("select", "field__input")
        .set("id", name)
        .set("name", name)
        .flag("required", required)
        .set("autocomplete", autocomplete)
        .live("aria-invalid", wrong(name, desk))
        .live("aria-describedby", described(name, None, desk))
        .child(option("", Text::ChooseOne.words(), false))
        .children(list);
    of("div", "field")
        .with(
            of("label", "field__label")
                .set("for", name)
                .text(if required {
                    label.to_owned()
                } else {
                    field::optional(label)
                }),
        )
        .with(control)
        .child(error(name, desk))
        .any()
}

/// An entry of a list.
pub(super) fn option(value: &str, label: &str, chosen: bool) -> AnyView {
    el("option")
        .set("value", value)
        .flag("selected", chosen)
        .text(label)
        .any()
}

/// A box to tick.
pub(super) fn check(name: &str, label: &str, ticked: bool, desk: Desk) -> AnyView {
    let ticked = (desk.kept)(name).map_or(ticked, |kept| kept == "true");
    let control = of("input", "choice__input")
        .set("type", "checkbox")
        .set("id", name)
        .set("name", name)
        .set("value", "true")
        .flag("checked", ticked)
        .live("aria-invalid", wrong(name, desk))
        .live("aria-describedby", described(name, None, desk));
    let line = of("div", "choice")
        .with(control)
        .with(of("label", "choice__label").set("for", name).text(label));
    all([line.any(), error(name, desk)])
}
