//! The app: configuration, the store, the page, the address.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::HtmlFormElement;

use crate::brand::Brand;
use crate::browser::{self, place, timer};
use crate::config::{Config, Problem};
use crate::example;
use crate::flow::Ended;
use crate::flow::store::FlowStore;
use crate::leptos::*;
use crate::pages::{self, Card, Press};
use crate::session::{Page, Session};
use crate::text::Text;
use crate::ui::{self, AnyView, Desk, Said, State};

/// Reads `config.json` and puts the app into the page. `asked` are the requests that boot.js has sent already, `begun` it
/// wants to be told when the first page is drawn.
pub fn start(asked: js_sys::Array, begun: js_sys::Function) {
    start_with(asked, begun, &[]);
}

/// The same with pages of an app behind the door. A crate that builds its own `dist/` exports a function of its own under
/// the name `start` that calls this one.
///
/// ```no_run
/// use vestibule::app;
/// use vestibule::session::{Page, Session};
///
/// const PAGES: &[Page] = &[Page { path: "orders", title: "Your orders", draw: orders }];
///
/// fn orders(session: Session) -> web_sys::Node {
///     let place = vestibule::leptos::document().create_document_fragment();
///     place.set_text_content(session.claims().and_then(|claims| Some(claims.text("name")?.to_owned())).as_deref());
///     place.into()
/// }
///
/// pub fn start(asked: js_sys::Array, begun: js_sys::Function) {
///     app::start_with(asked, begun, PAGES);
/// }
/// ```
pub fn start_with(asked: js_sys::Array, begun: js_sys::Function, pages: &'static [Page]) {
    browser::take_over(asked, begun);
    browser::spawn(async move {
        let root = [place::origin(), place::root()].concat();
        let config = match browser::text(&[root.as_str(), "config.json"].concat()).await {
            Ok(Some(text)) => Config::parse(&text, &root),
            Ok(None) => Err(Problem::Missing),
            Err(_) => Err(Problem::Unreachable),
        };
        match config {
            Ok(config) => mount(move || app(config, pages)),
            Err(problem) => ui::mount(Box::new(move || unconfigured(&problem))),
        }
    });
}

#[inline(never)]
fn app(mut config: Config, pages: &'static [Page]) {
    let brand = std::mem::take(&mut config.brand);
    place::dress(&brand.look, &brand.sheets);
    let pages = example::among(&config, pages);
    let config: &'static Config = forever(config);
    let store = FlowStore::new(config, pages);
    let desk = Desk {
        card: Shared::latest(move || store.card()),
        said: Shared::latest(move || {
            store.with(|flow| Said {
                problems: pages::problems(flow),
                notices: pages::notices(flow),
                times: flow.said,
            })
        }),
        state: Shared::latest(move || {
            store.with(|flow| State {
                busy: flow.busy,
                slow: flow.slow,
                wipes: flow.wipes,
                sent_at: flow.sent_at,
                idle_until: flow.idle_until,
            })
        }),
        touched: RwSignal::new(0),
        stands: RwSignal::new(false),
        kept: forever(move |path: &str| store.kept(path)),
        press: forever(move |press| match press {
            // The last thing that did not come through was a button's, or the form's.
            Press::Retry if !store.repeats() => match ui::form() {
                Some(form) => {
                    store.submit(&ui::raw(&form));
                }
                None => store.press(Press::Retry),
            },
            press => store.press(press),
        }),
        submit: forever(move |form: HtmlFormElement| store.submit(&ui::raw(&form))),
        inside: forever(move |at: usize| {
            let page = pages.get(at);
            // What it reads is not what the whole page hangs on.
            untrack(|| page.map_or_else(ui::nothing, |page| (page.draw)(Session::of(store)).into()))
        }),
    };
    events(store, desk);
    let draw = move || ui::mount(Box::new(move || page(brand, desk)));
    let draw = Rc::new(Cell::new(Some(draw)));
    let once = move || {
        if let Some(draw) = draw.take() {
            draw();
        }
    };
    // What the org answers first is not to wait for what can wait.
    let begins_whole = browser::is_whole();
    once_answered(desk, {
        let once = once.clone();
        move || {
            // Once the page is there it sees to that itself.
            if !desk.stands.get_untracked() {
                ui::send_early(&desk.card.read_untracked(), desk);
            }
            timer::later(0, once);
            timer::once_idle(move || store.tidy());
            if !begins_whole {
                browser::spawn(async move {
                    if browser::whole().await.is_ok() {
                        timer::once_idle(move || rehearse(config, 0));
                    }
                });
            }
        }
    });
    // The start is long where the processor is slow. What is pressed meanwhile is not to wait for all of it.
    let begin = move || {
        store.open();
        place::on_travel(move || store.travelled());
        place::on_show(move || store.wake());
        place::on_leave(move || {
            store.leaving(ui::form().map(|form| ui::raw(&form)).as_ref());
        });
        // A page that comes back from the browser's memory may show somebody who has signed out since.
        place::on_return(place::reload);
        // Whoever has pressed the button already waits for nothing but the answer: the page comes when the form is out.
        timer::later(if ui::pressed() { PRESSED } else { 0 }, once);
    };
    timer::later(0, begin);
}

/// Does something once the org has answered for the first time, or is given up.
fn once_answered(desk: Desk, then: impl FnOnce() + 'static) {
    let mut then = Some(then);
    follow(move || {
        let waits = desk.card.read().waits();
        if let Some(then) = then.take_if(|_| !waits) {
            then();
        }
    });
}

/// So many milliseconds the page waits for what the org asks first, where the button is pressed already.
const PRESSED: u32 = 100;

/// What a host page may want to know, as events on its document. Nothing secret is among it.
fn events(store: FlowStore, desk: Desk) {
    let mut step = String::new();
    let mut times = 0;
    // Whoever listens may press something, so nothing is held while they are told.
    follow(move || {
        let (now, waits) = {
            let card = desk.card.read();
            (card.step.clone(), card.waits())
        };
        let (count, field) = {
            let said = desk.said.read();
            let first = said.problems.first();
            let field = first.map(|problem| problem.path.clone().unwrap_or_default());
            (said.times, field)
        };
        if now != step && !waits {
            step.clone_from(&now);
            place::tell("vestibule:step", &[("step", &now)]);
        }
        let again = std::mem::replace(&mut times, count) != count;
        if let Some(field) = field.filter(|_| again) {
            place::tell("vestibule:error", &[("step", &now), ("field", &field)]);
        }
    });
    let mut known: Option<String> = None;
    follow(move || {
        let (claims, ended) =
            store.with(|flow| (flow.session().map(|now| now.claims.clone()), flow.ended));
        if let Some(claims) = claims {
            let claim = |name| claims.text(name).unwrap_or_default();
            let sub = claim("sub").to_owned();
            if known.replace(sub.clone()) != Some(sub) {
                let detail = SIGNED_IN.map(|name| (name, claim(name)));
                place::tell("vestibule:signed-in", &detail);
            }
        } else if let Some(why) = ended
            && known.take().is_some()
        {
            let reason = match why {
                Ended::SignedOut => "signed-out",
                Ended::Elsewhere => "elsewhere",
                Ended::Lapsed => "lapsed",
                Ended::Idle => "idle",
            };
            place::tell("vestibule:signed-out", &[("reason", reason)]);
        }
    });
}

/// Page after page, while the browser has nothing else to do, and a little at a time.
#[inline(never)]
fn rehearse(config: &'static Config, number: usize) {
    if let Some(card) = pages::rehearsal(number, config) {
        timer::once_idle(move || {
            ui::rehearse(&card);
            timer::once_idle(move || rehearse(config, number.saturating_add(1)));
        });
    }
}

/// What a host page hears of who signed in.
const SIGNED_IN: [&str; 4] = ["sub", "name", "email", "preferred_username"];

fn unconfigured(problem: &Problem) -> Vec<AnyView> {
    let desk = Desk {
        press: &|press| {
            if press == Press::Reload {
                place::reload();
            }
        },
        ..Desk::still(pages::unconfigured(problem))
    };
    page(Brand::default(), desk)
}

fn page(brand: Brand, desk: Desk) -> Vec<AnyView> {
    let view = ui::page(&brand, desk);
    // The title says where one is, and that something is wrong.
    follow(move || {
        let card = desk.card.read();
        if desk.stands.get() {
            return;
        }
        let heading = card.heading.clone();
        let title = match &brand.name {
            Some(name) => pages::fill(Text::TitleOf, &[&heading, name]),
            None => heading,
        };
        let prefix = if desk.said.read().problems.is_empty() {
            ""
        } else {
            Text::ErrorPrefix.words()
        };
        place::title(&[prefix, &title].concat());
    });
    // A new page takes the focus to its heading, an error to its summary; the same error again is one more.
    let mut known: Option<Card> = None;
    let mut drawn = false;
    // What was sent before the page was drawn may have been refused by now.
    let mut before = match ui::sent() {
        true => 0,
        false => desk.said.read_untracked().times,
    };
    follow(move || {
        let (card, said) = (desk.card.read().clone(), desk.said.read());
        if desk.stands.get() {
            known = Some(card);
            return;
        }
        let first = !std::mem::replace(&mut drawn, true);
        let again = std::mem::replace(&mut before, said.times) != said.times;
        let another = known.as_ref() != Some(&card);
        // Once the page is drawn, for effects run in no order that says so; and no later: who finds a field is to keep it.
        if again && !said.problems.is_empty() {
            // Whoever presses Enter meanwhile, having typed all of a code, is not to send what was emptied.
            timer::later(0, ui::focus_summary);
        } else if another && known.as_ref().is_some_and(|known| !known.waits()) {
            timer::later(0, ui::focus_heading);
        } else {
            // What was pressed may be gone from the page. Who types already, on the first page, types on.
            timer::later(0, ui::rescue_focus);
        }
        if !card.waits() {
            timer::later(0, browser::begun);
        }
        // What is drawn now can be read then.
        if another || first {
            known = Some(card);
            timer::later(0, move || desk.touch());
        }
    });
    view
}
