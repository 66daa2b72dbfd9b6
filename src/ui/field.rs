//! A text box with its label, hint and problem.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::{Desk, described, error};
use crate::pages::{Input, fill};
use crate::text::Text;

/// What a box has beside the usual.
pub(super) enum Extra {
    /// Nothing.
    None,
    /// The id of what else describes it.
    Described(String),
}

/// A text box. Its name is also its id: the summary links to it.
pub(super) fn field(input: &Input, desk: Desk, extra: Extra) -> AnyView {
    let node = NodeRef::<leptos::html::Input>::new();
    let secret = input.kind == "password";
    let name = input.name.clone();
    let problem = desk.problem(&name);
    let hint = input.hint.clone();
    let ids = described(&name, hint.is_some(), problem);
    let describes = move || {
        let own = ids();
        match (&extra, own) {
            (Extra::None, own) => own,
            (Extra::Described(id), None) => Some(id.clone()),
            (Extra::Described(id), Some(own)) => Some([own.as_str(), " ", id].concat()),
        }
    };
    if secret || input.code.is_some() {
        wipe(node, desk);
    }
    let value = if secret || input.code.is_some() { None } else { desk.kept.run(name.clone()).or_else(|| input.value.clone()) };
    let label = if input.required { input.label.clone() } else { optional(&input.label) };
    let class = if input.code.is_some() { "field__input code" } else { "field__input" };
    let hint = hint.map(|words| view! { <p class="field__hint" id=[name.as_str(), "-hint"].concat()>{words}</p> });
    view! {
        <div class="field">
            <label class="field__label" for=name.clone()>{label}</label>
            <input
                node_ref=node
                class=class
                id=name.clone()
                name=name.clone()
                type=input.kind
                autocomplete=input.autocomplete
                inputmode=input.mode
                autocapitalize=literal(input).then_some("none")
                spellcheck=literal(input).then_some("false")
                placeholder=" "
                required=input.required
                value=value
                aria-invalid=move || problem.read().is_some().then_some("true")
                aria-describedby=describes
            />
            {secret.then(|| reveal(node, &name))}
            {hint}
            {error(&name, problem)}
        </div>
    }
    .into_any()
}

/// What is typed letter by letter and is no word.
fn literal(input: &Input) -> bool {
    input.code.is_some() || input.kind != "text" || matches!(input.autocomplete, "username" | "email")
}

fn optional(label: &str) -> String {
    [label, " (", Text::Optional.words(), ")"].concat()
}

/// Empties the box whenever secrets are to go.
pub(super) fn wipe(node: NodeRef<leptos::html::Input>, desk: Desk) {
    Effect::new(move |before: Option<u32>| {
        let now = desk.wipes.get();
        if before.is_some_and(|before| before != now)
            && let Some(input) = node.get_untracked()
        {
            input.set_value("");
            desk.touched.update(|touched| *touched = touched.wrapping_add(1));
        }
        now
    });
}

/// Shows and hides what was typed.
fn reveal(node: NodeRef<leptos::html::Input>, name: &str) -> impl IntoView + use<> {
    let open = RwSignal::new(false);
    let toggle = move |_| {
        let show = !open.get_untracked();
        if let Some(input) = node.get_untracked() {
            let input: &HtmlInputElement = &input;
            input.set_type(if show { "text" } else { "password" });
        }
        open.set(show);
    };
    let words = move || if open.get() { Text::Hide } else { Text::Show }.words();
    let full = move || if open.get() { Text::HidePassword } else { Text::ShowPassword }.words();
    view! {
        <button class="field__reveal" type="button" aria-controls=name.to_owned() aria-label=full on:click=toggle>{words}</button>
    }
}

/// A sentence with one gap, in the page's words.
pub(super) fn sentence(text: Text, number: u64) -> String {
    fill(text, &[&number.to_string()])
}
