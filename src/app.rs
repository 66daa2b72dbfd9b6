//! The app: configuration, the store, the page, the address.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::{self, place};
use crate::config::{Brand, Config, Problem};
use crate::flow::store::FlowStore;
use crate::pages::{self, Press};
use crate::text::Text;
use crate::ui::{self, Desk};

/// Reads `config.json` and puts the app into the page.
pub fn start() {
    spawn_local(async {
        let root = [place::origin(), place::root()].concat();
        let config = match browser::text(&[root.as_str(), "config.json"].concat()).await {
            Some(text) => Config::parse(&text, &root),
            None => Err(Problem::Missing),
        };
        match config {
            Ok(config) => mount_to_body(move || app(config)),
            Err(problem) => mount_to_body(move || unconfigured(problem)),
        }
    });
}

fn app(config: Config) -> impl IntoView {
    let brand = config.brand.clone();
    let store = FlowStore::new(config);
    let card = Memo::new(move |_| store.card());
    let desk = Desk {
        problems: Memo::new(move |_| store.with(pages::problems)),
        notices: Memo::new(move |_| store.with(pages::notices)),
        said: Memo::new(move |_| store.with(|flow| flow.said)),
        wipes: Memo::new(move |_| store.with(|flow| flow.wipes)),
        busy: Memo::new(move |_| store.with(|flow| flow.busy)),
        slow: Memo::new(move |_| store.with(|flow| flow.slow)),
        sent_at: Memo::new(move |_| store.with(|flow| flow.sent_at)),
        touched: RwSignal::new(0),
        kept: Callback::new(move |path: String| store.kept(&path)),
        press: Callback::new(move |press| store.press(press)),
        submit: Callback::new(move |form| store.submit(&ui::raw(&form))),
        repeats: Callback::new(move |()| store.repeats()),
    };
    store.open();
    place::on_travel(move || store.open());
    page(brand, card, desk)
}

fn unconfigured(problem: Problem) -> impl IntoView {
    let card = pages::unconfigured(&problem);
    let press = |press| {
        if press == Press::Reload {
            place::reload();
        }
    };
    let desk = Desk {
        problems: Memo::new(|_| Vec::new()),
        notices: Memo::new(|_| Vec::new()),
        said: Memo::new(|_| 0),
        wipes: Memo::new(|_| 0),
        busy: Memo::new(|_| false),
        slow: Memo::new(|_| false),
        sent_at: Memo::new(|_| None),
        touched: RwSignal::new(0),
        kept: Callback::new(|_| None),
        press: Callback::new(press),
        submit: Callback::new(|_| ()),
        repeats: Callback::new(|()| false),
    };
    page(Brand { name: None, logo: None }, Memo::new(move |_| card.clone()), desk)
}

fn page(brand: Brand, card: Memo<pages::Card>, desk: Desk) -> impl IntoView {
    let name = brand.name.clone();
    // The title says where one is, and that something is wrong.
    Effect::new(move || {
        let heading = card.read().heading.clone();
        let title = match &name {
            Some(name) => pages::fill(Text::TitleOf, &[&heading, name]),
            None => heading,
        };
        let prefix = if desk.problems.read().is_empty() { "" } else { Text::ErrorPrefix.words() };
        place::title(&[prefix, &title].concat());
    });
    // A new page takes the focus to its heading, an error to its summary; the same error again is one more.
    Effect::new(move |before: Option<(pages::Card, u32)>| {
        let (card, said) = (card.get(), desk.said.get());
        let wrong = !desk.problems.read_untracked().is_empty();
        if let Some((known, count)) = before {
            if wrong && count != said {
                ui::focus_summary();
            } else if known != card {
                ui::focus_heading();
            }
        } else {
            ui::focus_heading();
        }
        (card, said)
    });
    view! {
        <a class="skip-link" href="#main" on:click=move |event| { event.prevent_default(); ui::focus_heading(); }>
            {Text::SkipToContent.words()}
        </a>
        {ui::brand(brand)}
        <main class="page" id="main" data-step=move || card.read().step.clone()>
            {move || ui::card(&card.read(), desk)}
        </main>
        {move || ui::foot(card.read().request_id.as_deref())}
    }
}
