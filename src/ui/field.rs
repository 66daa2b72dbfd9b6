//! A text box with its label, hint and problem.

use super::el::{AnyView, named, of, words};
use super::{Desk, described, error, form, wrong};
use crate::browser::focus;
use crate::leptos::*;
use crate::pages::{CodeKind, Input, bare};
use crate::text::Text;

/// A text box. Its name is also its id: the summary links to it. `beside` is the id of what else describes it.
pub(super) fn field(input: &Input, beside: Option<&str>, desk: Desk) -> AnyView {
    let name = &input.name;
    let secret = input.kind == "password";
    let fleeting = input.fleeting;
    if fleeting {
        let name = name.clone();
        desk.on_wipe(move || focus::fill(&name, ""));
    }
    let value = if fleeting {
        None
    } else {
        (desk.kept)(name).or_else(|| input.value.clone())
    };
    let hint_id = input
        .hint
        .as_ref()
        .map(|_| [name.as_str(), "-hint"].concat());
    let hint = input.hint.as_ref().map(|words| {
        of("p", "field__hint")
            .maybe("id", hint_id.clone())
            .text(words)
            .any()
    });
    let hints = match (&hint_id, beside) {
        (Some(hint), Some(beside)) => Some([hint.as_str(), " ", beside].concat()),
        (hint, beside) => hint.clone().or_else(|| beside.map(str::to_owned)),
    };
    let literal = input.code.is_some()
        || input.kind != "text"
        || input.autocomplete == "email"
        || input.autocomplete.starts_with("username");
    let label = if input.required {
        input.label.clone()
    } else {
        optional(&input.label)
    };
    // Several lines have what they begin with inside.
    let lines = input.kind == "textarea";
    let inside = value.clone().filter(|_| lines).unwrap_or_default();
    let control = named(
        if lines { "textarea" } else { "input" },
        if input.code.is_some() {
            "field__input code"
        } else {
            "field__input"
        },
        name,
    )
    .set("name", name)
    .maybe("type", (!lines).then(|| input.kind.to_owned()))
    .set("autocomplete", input.autocomplete)
    .maybe("inputmode", input.mode.map(str::to_owned))
    .maybe("autocapitalize", literal.then(|| "none".to_owned()))
    .maybe("spellcheck", literal.then(|| "false".to_owned()))
    .set("placeholder", " ")
    .flag("required", input.required)
    .maybe("value", value.filter(|_| !lines))
    .text(inside)
    .flag("autofocus", input.code == Some(CodeKind::Touch))
    .live("aria-invalid", wrong(name, desk))
    .live("aria-describedby", described(name, hints.as_deref(), desk));
    let control = match input.code {
        Some(kind) => control.on("input", whole(name, kind, input.whole, desk)),
        None => control,
    };
    // A label that is a sentence stands above its box.
    let long = label.len() > 40;
    of("div", "field")
        .maybe("data-long", long.then(|| "true".to_owned()))
        .with(of("label", "field__label").set("for", name).text(label))
        .with(control)
        .children(secret.then(|| reveal(input)))
        .children(hint)
        .child(error(name, desk))
        .any()
}

/// A code as it is typed or pasted: what does not count goes, and a whole one is sent by itself, once. After an error the
/// person sends it, having looked at it.
fn whole(
    name: &str,
    kind: CodeKind,
    length: Option<u32>,
    desk: Desk,
) -> impl FnMut(web_sys::Event) + 'static + use<> {
    let name = name.to_owned();
    let mut sent = None;
    move |_| {
        let typed = focus::value(&name).unwrap_or_default();
        let code = bare(&typed, kind);
        if matches!(kind, CodeKind::Digits | CodeKind::Letters) && code != typed {
            focus::fill(&name, &code);
        }
        let whole = length.is_some_and(|length| code.chars().count() == length as usize);
        let said = desk.said.read_untracked();
        let quiet = said.problems.is_empty() && sent != Some(said.times);
        if whole
            && quiet
            && !desk.state.read_untracked().busy
            && let Some(form) = form()
        {
            sent = Some(said.times);
            drop(said);
            (desk.submit)(form);
        }
    }
}

/// A label that says that the field may stay empty.
pub(super) fn optional(label: &str) -> String {
    [label, " (", Text::Optional.words(), ")"].concat()
}

/// Shows and hides what was typed.
fn reveal(input: &Input) -> AnyView {
    let label = input.label.clone();
    let password = input.autocomplete.ends_with("password");
    let open = RwSignal::new(false);
    let control = input.name.clone();
    of("button", "field__reveal")
        .set("type", "button")
        .set("aria-controls", &control)
        .live("aria-label", move || {
            let words = match (open.get(), password) {
                (true, true) => Text::HidePassword,
                (false, true) => Text::ShowPassword,
                (true, false) => Text::Hide,
                (false, false) => Text::Show,
            }
            .words();
            Some([words, ": ", &label].concat())
        })
        .on("click", move |_| {
            let show = !open.get_untracked();
            focus::retype(&control, if show { "text" } else { "password" });
            open.set(show);
        })
        .child(words(move || {
            if open.get() { Text::Hide } else { Text::Show }
                .words()
                .to_owned()
        }))
        .any()
}
