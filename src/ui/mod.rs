//! What draws: any card, part by part. Knows HTML, and nothing of IDX.

mod adopt;
mod buttons;
mod card;
mod choices;
mod el;
mod field;
mod findings;
mod icon;
mod idle;
mod key;
mod outcome;
mod password;
mod phone;
mod resend;
mod summary;

use std::cell::RefCell;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, FormData, HtmlFormElement, Node};

use crate::brand::Brand;
use crate::browser::{focus, timer};
use crate::leptos::*;
use crate::pages::{self, Card, Notice, Press, Problem, Raw, fill};
use crate::secret::Secret;
use crate::text::Text;
use el::{El, all, el, live, of};

pub use adopt::{pressed, sent};
pub use el::{AnyView, mount, replace};
pub use findings::{findings, looking};
pub use outcome::{Outcome, outcome};

/// Nothing at all.
pub fn nothing() -> AnyView {
    all([])
}

/// What every part of a page may need.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The page.
    pub card: Shared<Card>,
    /// What is said about it.
    pub said: Shared<Said>,
    /// How it stands.
    pub state: Shared<State>,
    /// Goes up whenever something is typed or chosen.
    pub touched: RwSignal<u32>,
    /// The person sees the form of `index.html`, and the app has drawn nothing in its place yet.
    pub stands: RwSignal<bool>,
    /// What a control begins with.
    pub kept: &'static dyn Fn(&str) -> Option<String>,
    /// Presses a button.
    pub press: &'static dyn Fn(Press),
    /// Sends the form. `false` if it does not go out as it is.
    pub submit: &'static dyn Fn(HtmlFormElement) -> bool,
    /// Draws a page of the app behind the door.
    pub inside: &'static dyn Fn(usize) -> AnyView,
}

/// What is said about a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What else is to know.
    pub notices: Vec<Notice>,
    /// Goes up whenever something is said anew.
    pub times: u32,
}

/// How a page stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// A request is out.
    pub busy: bool,
    /// It is out for long.
    pub slow: bool,
    /// Goes up whenever secrets are to be emptied.
    pub wipes: u32,
    /// When the last code was sent: milliseconds since 1970.
    pub sent_at: Option<u64>,
    /// When somebody is signed out unless they say that they are there: milliseconds since 1970.
    pub idle_until: Option<u64>,
}

impl Desk {
    /// Of a page of which nothing changes, and nothing can be pressed.
    pub fn still(card: Card) -> Self {
        Self {
            card: Shared::new(card),
            said: Shared::new(Said::default()),
            state: Shared::new(State::default()),
            touched: RwSignal::new(0),
            stands: RwSignal::new(false),
            kept: &|_| None,
            press: &|_| (),
            submit: &|_| false,
            inside: &|_| nothing(),
        }
    }

    /// What is wrong with the control of that name.
    fn problem(self, name: &str) -> Option<String> {
        let said = self.said.read();
        let about: Vec<&str> = said
            .problems
            .iter()
            .filter(|problem| problem.path.as_deref() == Some(name))
            .map(|problem| problem.words.as_str())
            .collect();
        (!about.is_empty()).then(|| about.join(" "))
    }

    fn busy(self) -> Option<String> {
        self.state.read().busy.then(|| "true".to_owned())
    }

    /// Something was typed or chosen.
    pub(crate) fn touch(self) {
        count(self.touched);
    }

    /// Does something whenever secrets are to go.
    fn on_wipe(self, then: impl Fn() + 'static) {
        // What was sent before the page was drawn may have been refused by now.
        let now = self.state.read_untracked().wipes;
        let mut before = if adopt::sent() { 0 } else { now };
        follow(move || {
            let now = self.state.read().wipes;
            if std::mem::replace(&mut before, now) != now {
                then();
            }
        });
    }
}

/// What is out for fewer milliseconds is over before anybody misses it, and nothing is drawn for it.
const NOTICED: u32 = 100;

/// The whole page: whose door it is, the card, the way to say which request went wrong.
pub fn page(brand: &Brand, desk: Desk) -> Vec<AnyView> {
    let skip = of("a", "skip-link")
        .set("href", "#heading")
        .text(Text::SkipToContent.words())
        .on("click", |event| {
            event.prevent_default();
            focus_heading();
        });
    let standing = adopt::standing();
    let early = RefCell::new(
        standing
            .as_ref()
            .and_then(|main| main.first_element_child()),
    );
    desk.stands.set(standing.is_some());
    let turn = RwSignal::new(false);
    let main = standing.map_or_else(|| of("main", "page").set("id", "main"), el::that);
    let main = busy(main, desk)
        .live("data-step", move || Some(desk.card.read().step.clone()))
        .child(live(move || {
            let card = desk.card.read();
            let Some(form) = early.take() else {
                return vec![card::card(&card, desk)];
            };
            if card.waits() {
                // The person fills it in meanwhile. Only what is to be known comes to it.
                if let Ok(Some(place)) = form.query_selector("[role=status]") {
                    summary::notices(desk).replaces(&place);
                }
                early.replace(Some(form));
                return Vec::new();
            }
            if !asks_the_same(&card) {
                desk.stands.set(false);
                form.remove();
                return vec![card::card(&card, desk)];
            }
            // What was pressed is on its way: the page is drawn once the answer is there, or does not come for long.
            let state = *desk.state.read_untracked();
            if send_early(&card, desk) || (adopt::sent() && state.busy && !state.slow) {
                // Only while it is: a page that is drawn stays when this changes.
                drop(desk.state.read());
                early.replace(Some(form));
                return Vec::new();
            }
            // The answer was read in this task: to draw its page is one of its own.
            if !turn.get() {
                timer::later(0, move || turn.set(true));
                early.replace(Some(form));
                return Vec::new();
            }
            desk.stands.set(false);
            vec![adopt::gently(&form, || {
                adopt::over(&form, || card::card(&card, desk))
            })]
        }));
    let links: Vec<_> = brand
        .links
        .iter()
        .map(|(label, to)| el("a").set("href", to).text(label.words()).any())
        .collect();
    let links = (!links.is_empty()).then(|| {
        of("nav", "foot")
            .set("aria-label", Text::About.words())
            .children(links)
            .any()
    });
    let foot = live(move || {
        let card = desk.card.read();
        let words = card
            .request_id
            .as_deref()
            .map(|id| fill(Text::RequestId, &[id]));
        let trace = card.trace.as_ref().map(|trace| buttons::link(trace, desk));
        let says = words.is_some() || trace.is_some();
        let foot = of("footer", "foot").text(words.unwrap_or_default() + " ");
        says.then(|| foot.children(trace).any())
            .into_iter()
            .collect()
    });
    [skip.any(), header(brand), main.any(), foot]
        .into_iter()
        .chain(links)
        .chain([idle::warning(desk)])
        .collect()
}

/// A page at which something is out, and has been for a while, looks so.
fn busy(main: El, desk: Desk) -> El {
    let place = main.clone().element();
    follow(move || {
        let place = place.clone();
        if desk.state.read().busy {
            let look = move || {
                if desk.state.read_untracked().busy {
                    Rndr::set_attribute(&place, "data-busy", "");
                }
            };
            timer::later(NOTICED, look);
        } else {
            Rndr::remove_attribute(&place, "data-busy");
        }
    });
    main
}

fn header(brand: &Brand) -> AnyView {
    if brand.name.is_none() && brand.logo.is_none() {
        return all([]);
    }
    // Where the name stands beside the logo, the logo has nothing to add.
    let alternative = if brand.name.is_some() {
        ""
    } else {
        Text::Logo.words()
    };
    let logo = brand
        .logo
        .as_ref()
        .map(|logo| el("img").set("src", logo).set("alt", alternative).any());
    let name = brand.name.as_ref().map(|name| el("span").text(name).any());
    of("header", "brand").children(logo).children(name).any()
}

/// Draws a page that nobody sees, and reads its form.
#[inline(never)]
pub fn rehearse(card: &Card) {
    apart(|| {
        let drawn: Node = card::card(card, Desk::still(card.clone())).into();
        let form = drawn
            .dyn_into::<Element>()
            .ok()
            .and_then(|drawn| drawn.query_selector("form").ok()?)
            .and_then(|form| form.dyn_into().ok());
        if let Some(form) = form {
            drop(pages::check(card, &raw(&form)));
        }
    });
}

/// What stands in a form's controls.
pub fn raw(form: &HtmlFormElement) -> impl Raw + use<> {
    let data = FormData::new_with_form(form).ok();
    move |name: &str| data.as_ref()?.get(name).as_string().map(Secret::new)
}

/// The form on the page.
pub fn form() -> Option<HtmlFormElement> {
    web_sys::window()?
        .document()?
        .get_element_by_id("form")?
        .dyn_into()
        .ok()
}

/// Whether a page asks for what the form asks for that stands there.
fn asks_the_same(card: &Card) -> bool {
    card.inputs()
        .any(|input| document().get_element_by_id(&input.name).is_some())
}

/// Sends that form, once, if it was pressed and the org asks for it: whoever has filled it in does not wait for a page to be
/// drawn that they have done with. Whether it is out now.
pub fn send_early(card: &Card, desk: Desk) -> bool {
    asks_the_same(card)
        && adopt::send(|| form().is_some_and(|form| untrack(|| (desk.submit)(form))))
}

/// The focus goes to the heading of the page, or to the box that something is about to type into or is in already.
pub fn focus_heading() {
    if !focus::wanted() {
        focus::to("heading");
    }
}

/// The focus goes to the heading if it is nowhere.
pub fn rescue_focus() {
    if focus::lost() {
        focus_heading();
    }
}

/// The focus goes to the summary of what is wrong.
pub fn focus_summary() {
    focus::to("summary");
}

/// The ids that describe a control: its hint, then its problem.
fn described(
    name: &str,
    hint: Option<&str>,
    desk: Desk,
) -> impl Fn() -> Option<String> + 'static + use<> {
    let name = name.to_owned();
    let hint = hint.map(str::to_owned);
    move || {
        let wrong = desk
            .problem(&name)
            .map(|_| [name.as_str(), "-error"].concat());
        match (&hint, wrong) {
            (None, wrong) => wrong,
            (Some(hint), None) => Some(hint.clone()),
            (Some(hint), Some(wrong)) => Some([hint, " ", wrong.as_str()].concat()),
        }
    }
}

/// Whether a control has a problem.
fn wrong(name: &str, desk: Desk) -> impl Fn() -> Option<String> + 'static + use<> {
    let name = name.to_owned();
    move || desk.problem(&name).map(|_| "true".to_owned())
}

/// A control's problem, beside it.
fn error(name: &str, desk: Desk) -> AnyView {
    let name = name.to_owned();
    live(move || {
        let line = |words: String| {
            of("p", "field__error")
                .set("id", [name.as_str(), "-error"].concat())
                .with(el("span").text(words))
                .any()
        };
        desk.problem(&name).map(line).into_iter().collect()
    })
}

/// Words that are heard and not seen.
fn hidden(words: impl AsRef<str>) -> AnyView {
    of("span", "visually-hidden").text(words).any()
}
