//! A telephone number: its country, the number, for a call the extension, and how it will go out.

use super::choices::option;
use super::el::{AnyView, live, of, words};
use super::{Desk, described, error, field, wrong};
use crate::browser::{focus, place};
use crate::leptos::*;
use crate::pages::{COUNTRY, EXTENSION, Input, shown_back};
use crate::phone;
use crate::text::Text;

/// The number and what belongs to it.
#[inline(never)]
pub(super) fn phone(name: &str, method: Option<&str>, desk: Desk) -> AnyView {
    let method = method.map(str::to_owned);
    let voice = whether(move || {
        desk.touched.track();
        method.as_deref().and_then(focus::chosen).as_deref() == Some("voice")
    });
    let hint = [name, "-hint"].concat();
    let control = of("input", "field__input")
        .set("id", name)
        .set("name", name)
        .set("type", "tel")
        .set("autocomplete", "tel")
        .set("inputmode", "tel")
        .set("placeholder", " ")
        .flag("required", true)
        .maybe("value", (desk.kept)(name))
        .live("aria-invalid", wrong(name, desk))
        .live("aria-describedby", described(name, Some(&hint), desk));
    let number = of("div", "field")
        .with(
            of("label", "field__label")
                .set("for", name)
                .text(Text::PhoneNumber.words()),
        )
        .with(control)
        .child(error(name, desk));
    let name = name.to_owned();
    let preview = words(move || {
        desk.touched.track();
        as_it_goes_out(&name, voice.get()).unwrap_or_default()
    });
    of("div", "phone")
        .child(countries(desk))
        .with(number)
        .child(live(move || {
            if voice.get() {
                vec![extension(desk)]
            } else {
                Vec::new()
            }
        }))
        .with(
            of("p", "field__hint")
                .set("id", hint)
                .set("aria-live", "polite")
                .child(preview),
        )
        .any()
}

/// What was typed so far as the number it means, once there is enough of it.
fn as_it_goes_out(name: &str, voice: bool) -> Option<String> {
    let country = focus::value(COUNTRY).and_then(|code| phone::country(&code))?;
    let extension = focus::value(EXTENSION).filter(|typed| voice && !typed.trim().is_empty());
    let typed = focus::value(name).filter(|typed| {
        typed
            .chars()
            .filter(|letter| letter.is_ascii_digit())
            .count()
            >= 6
    })?;
    phone::normalise(&typed, country, extension.as_deref().map(str::trim))
        .ok()
        .map(|number| shown_back(&number))
}

fn extension(desk: Desk) -> AnyView {
    let input = Input {
        name: EXTENSION.to_owned(),
        label: Text::Extension.words().to_owned(),
        kind: "text",
        autocomplete: "tel-extension",
        mode: Some("numeric"),
        required: false,
        fleeting: false,
        hint: None,
        value: None,
        least: None,
        most: None,
        code: None,
        whole: None,
        missing: String::new(),
    };
    field::field(&input, None, desk)
}

/// The countries by name, each behind its code; the person's own to begin with.
fn countries(desk: Desk) -> AnyView {
    let names = place::country_names();
    let chosen = (desk.kept)(COUNTRY).unwrap_or_else(|| {
        let languages = place::languages();
        phone::guess(languages.iter().map(String::as_str))
            .code
            .to_owned()
    });
    let mut list: Vec<(String, phone::Country)> = Vec::new();
    for country in phone::countries() {
        let name = names.as_ref().map_or_else(
            || country.code.to_owned(),
            |names| place::country_name(names, country.code),
        );
        let at = list.partition_point(|(before, _)| *before < name);
        list.insert(at, (name, country));
    }
    let options = list.into_iter().map(|(name, country)| {
        option(
            country.code,
            &["+", country.calling, " ", &name].concat(),
            country.code == chosen,
        )
    });
    of("div", "field")
        .with(
            of("label", "field__label")
                .set("for", COUNTRY)
                .text(Text::CountryCode.words()),
        )
        .with(
            of("select", "field__input")
                .set("id", COUNTRY)
                .set("name", COUNTRY)
                .set("autocomplete", "off")
                .children(options),
        )
        .any()
}
