//! A page of an app behind the door, on nothing but what the library gives to any: it asks the resource of `config.json`
//! and shows what that answers.

use web_sys::Node;

use crate::browser::spawn;
use crate::config::Config;
use crate::flow::Failure;
use crate::http::HttpRequest;
use crate::json::{self, Value};
use crate::leptos::{Shared, forever};
use crate::session::{Page, Session};
use crate::text::Text;
use crate::ui::{self, Outcome};

thread_local! {
    static RESOURCE: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// The pages of an app, and where a deployment names a resource and the app has no page of that path, this one.
pub(crate) fn among(config: &Config, pages: &'static [Page]) -> &'static [Page] {
    let Some(resource) = &config.resource else {
        return pages;
    };
    RESOURCE.set(resource.clone());
    let example = Page {
        path: "me",
        title: Text::ResourceHeading.words(),
        draw,
    };
    if pages.iter().any(|page| page.path == example.path) {
        return pages;
    }
    forever([pages, &[example]].concat())
}

fn draw(session: Session) -> Node {
    let outcome = Shared::new(Outcome::Waits);
    let ask = forever(move || {
        outcome.update(|outcome| *outcome = Outcome::Waits);
        spawn(async move {
            let request = HttpRequest::get(RESOURCE.with_borrow(String::clone));
            let answer = session.fetch(request).await;
            let shown = match answer {
                // The page is about to be another one.
                Err(Failure::StepUp) => return,
                Err(_) => Outcome::Failed,
                Ok(answer) => match json::parse(answer.body.expose()) {
                    Some(root) if answer.status == 200 => Outcome::Rows(rows(&root)),
                    _ => Outcome::Refused(answer.status),
                },
            };
            outcome.update(|outcome| *outcome = shown);
        });
    });
    ask();
    ui::outcome(outcome, ask)
}

fn rows(root: &Value) -> Vec<(String, String)> {
    let words = |value: &Value| match value {
        Value::Array(items) => items
            .iter()
            .map(Value::scalar)
            .collect::<Vec<_>>()
            .join(", "),
        other => other.scalar(),
    };
    let rows = root.members().iter();
    rows.map(|(name, value)| (name.clone(), words(value)))
        .collect()
}
