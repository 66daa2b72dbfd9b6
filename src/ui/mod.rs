//! What draws: any card, part by part. Knows HTML, and nothing of IDX.
//!
//! Every element has something dynamic in it (its words come from the catalogue): a subtree that is wholly static would be
//! built through `innerHTML`, which the page's policy refuses.

mod buttons;
mod card;
mod choices;
mod field;
mod password;
mod phone;
mod resend;
mod summary;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{FormData, HtmlFormElement};

use crate::browser::focus;
use crate::config::Brand;
use crate::pages::{Notice, Press, Problem, Raw, fill};
use crate::secret::Secret;
use crate::text::Text;

pub use card::card;

/// What every part of a page may need.
#[derive(Clone, Copy)]
pub struct Desk {
    /// What is wrong.
    pub problems: Memo<Vec<Problem>>,
    /// What else is to know.
    pub notices: Memo<Vec<Notice>>,
    /// Goes up whenever something is said anew.
    pub said: Memo<u32>,
    /// Goes up whenever secrets are to be emptied.
    pub wipes: Memo<u32>,
    /// A request is out.
    pub busy: Memo<bool>,
    /// It is out for long.
    pub slow: Memo<bool>,
    /// When the last code was sent: milliseconds since 1970.
    pub sent_at: Memo<Option<u64>>,
    /// Goes up whenever something is typed or chosen.
    pub touched: RwSignal<u32>,
    /// What a control begins with.
    pub kept: Callback<String, Option<String>>,
    /// Presses a button.
    pub press: Callback<Press>,
    /// Sends the form.
    pub submit: Callback<HtmlFormElement>,
    /// Whether "Try again" presses a button rather than sends the form.
    pub repeats: Callback<(), bool>,
}

impl Desk {
    /// What is wrong with the control of that name.
    fn problem(self, name: &str) -> Signal<Option<String>> {
        let name = name.to_owned();
        Signal::derive(move || {
            let problems = self.problems.read();
            let about: Vec<&str> =
                problems.iter().filter(|problem| problem.path.as_ref() == Some(&name)).map(|problem| problem.words.as_str()).collect();
            (!about.is_empty()).then(|| about.join(" "))
        })
    }
}

/// What stands in a form's controls.
pub fn raw(form: &HtmlFormElement) -> impl Raw + use<> {
    let data = FormData::new_with_form(form).ok();
    move |name: &str| data.as_ref()?.get(name).as_string().map(Secret::new)
}

/// The focus goes to the heading of the page.
pub fn focus_heading() {
    focus::to("heading");
}

/// The focus goes to the summary of what is wrong.
pub fn focus_summary() {
    focus::to("summary");
}

/// Whose front door this is.
pub fn brand(brand: Brand) -> impl IntoView {
    (brand.name.is_some() || brand.logo.is_some()).then(|| {
        let name = brand.name.clone().unwrap_or_default();
        // The name stands beside the logo; said twice it would be noise.
        let alternative = if brand.name.is_some() { String::new() } else { Text::Welcome.words().to_owned() };
        view! {
            <header class="brand">
                {brand.logo.map(|logo| view! { <img src=logo alt=alternative /> })}
                <span>{name}</span>
            </header>
        }
    })
}

/// What the people who run the org ask for.
pub fn foot(request_id: Option<&str>) -> impl IntoView + use<> {
    request_id.map(|id| {
        let words = fill(Text::RequestId, &[id]);
        view! { <footer class="foot">{words}</footer> }
    })
}

/// The ids that describe a control: its hint, then its problem.
fn described(name: &str, hint: bool, problem: Signal<Option<String>>) -> impl Fn() -> Option<String> + use<> {
    let name = name.to_owned();
    move || {
        let mut ids: Vec<String> = Vec::new();
        if hint {
            ids.push([name.as_str(), "-hint"].concat());
        }
        if problem.read().is_some() {
            ids.push([name.as_str(), "-error"].concat());
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// A control's problem, beside it.
fn error(name: &str, problem: Signal<Option<String>>) -> impl IntoView + use<> {
    let id = [name, "-error"].concat();
    move || problem.get().map(|words| view! { <p class="field__error" id=id.clone()><span>{words}</span></p> })
}

/// The input that an event came from.
fn target(event: &web_sys::Event) -> Option<web_sys::HtmlInputElement> {
    event.target()?.dyn_into().ok()
}
