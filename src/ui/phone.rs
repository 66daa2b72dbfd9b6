//! A telephone number: its country, the number, for a call the extension, and how it will go out.

use leptos::prelude::*;

use super::{Desk, described, error, field};
use crate::browser::{focus, place};
use crate::pages::{COUNTRY, EXTENSION, Input, shown_back};
use crate::phone;
use crate::text::Text;

/// The number and what belongs to it.
pub(super) fn phone(name: &str, method: Option<String>, desk: Desk) -> AnyView {
    let problem = desk.problem(name);
    let shown = [name, "-hint"].concat();
    let voice = Memo::new(move |_| {
        desk.touched.track();
        method.as_deref().and_then(focus::chosen).as_deref() == Some("voice")
    });
    let preview = {
        let name = name.to_owned();
        Memo::new(move |_| {
            desk.touched.track();
            let country = focus::value(COUNTRY).and_then(|code| phone::country(&code))?;
            let extension = focus::value(EXTENSION).filter(|typed| voice.get() && !typed.trim().is_empty());
            let typed = focus::value(&name).filter(|typed| typed.chars().filter(|letter| letter.is_numeric()).count() >= 6)?;
            phone::normalise(&typed, country, extension.as_deref().map(str::trim)).ok().map(|number| shown_back(&number))
        })
    };
    let kept = desk.kept.run(name.to_owned());
    view! {
        <div class="phone">
            {countries(kept.as_deref(), desk)}
            <div class="field">
                <label class="field__label" for=name.to_owned()>{Text::PhoneNumber.words()}</label>
                <input
                    class="field__input"
                    id=name.to_owned()
                    name=name.to_owned()
                    type="tel"
                    autocomplete="tel"
                    inputmode="tel"
                    placeholder=" "
                    required=true
                    value=kept
                    aria-invalid=move || problem.read().is_some().then_some("true")
                    aria-describedby=described(name, true, problem)
                />
                {error(name, problem)}
            </div>
            {move || voice.get().then(|| extension(desk))}
            <p class="field__hint" id=shown aria-live="polite">{move || preview.get()}</p>
        </div>
    }
    .into_any()
}

fn extension(desk: Desk) -> AnyView {
    let input = Input {
        name: EXTENSION.to_owned(),
        label: Text::Extension.words().to_owned(),
        kind: "text",
        autocomplete: "tel-extension",
        mode: Some("numeric"),
        required: false,
        hint: None,
        value: None,
        least: None,
        most: None,
        code: None,
        missing: String::new(),
    };
    field::field(&input, desk, field::Extra::None)
}

/// The countries by name, each with its code; the person's own to begin with.
fn countries(kept: Option<&str>, desk: Desk) -> AnyView {
    let names = place::country_names();
    let languages = place::languages();
    let guess = phone::guess(languages.iter().map(String::as_str));
    let before = desk.kept.run(COUNTRY.to_owned());
    // A number that was typed before is shown whole, with its own country's code; the list only serves numbers without.
    let _ = kept;
    let chosen = before.unwrap_or_else(|| guess.code.to_owned());
    let mut list: Vec<(String, phone::Country)> = phone::countries()
        .map(|country| {
            let name = names.as_ref().map_or_else(|| country.code.to_owned(), |names| place::country_name(names, country.code));
            (name, country)
        })
        .collect();
    list.sort_by(|one, other| one.0.cmp(&other.0));
    let options: Vec<_> = list
        .into_iter()
        .map(|(name, country)| {
            let words = ["+", country.calling, " ", &name].concat();
            view! { <option value=country.code selected=country.code == chosen>{words}</option> }
        })
        .collect();
    view! {
        <div class="field">
            <label class="field__label" for=COUNTRY>{Text::CountryCode.words()}</label>
            <select class="field__input" id=COUNTRY name=COUNTRY autocomplete="off">{options}</select>
        </div>
    }
    .into_any()
}
