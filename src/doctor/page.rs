//! The doctor's page, at `/doctor`: a program of its own, so that nobody who signs in fetches it.

use super::{Evidence, Reply};
use crate::browser::{self, exam, place, timer};
use crate::config::{Config, Problem};
use crate::text::Doctor;
use crate::ui;

/// Looks, and says what was found.
pub fn start() {
    place::title(Doctor::Heading.words());
    ui::replace(&ui::looking());
    ui::focus_heading();
    browser::spawn(async {
        let found = super::findings(&evidence().await);
        ui::replace(&ui::findings(&found, start));
        ui::focus_heading();
    });
}

async fn evidence() -> Evidence {
    let root = [place::origin(), place::root()].concat();
    let file = [root.as_str(), "config.json"].concat();
    let config = match browser::text(&file).await {
        Ok(Some(text)) => Config::parse(&text, &root),
        Ok(None) => Err(Problem::Missing),
        Err(_) => Err(Problem::Unreachable),
    };
    let site = exam::site(&root, config.as_ref().ok()).await;
    let (mut discovery, mut start) = (Reply::NotAsked, Reply::NotAsked);
    // What the page's own policy forbids is not tried.
    if let Some(config) = config
        .as_ref()
        .ok()
        .filter(|config| super::reaches(site.as_ref(), config, &root))
    {
        discovery = exam::ask(super::discovery(config)).await;
        // An org that does not answer, or not to this page, is not asked to start anything.
        if matches!(discovery, Reply::Answered { .. }) {
            start = exam::ask(super::start(config)).await;
        }
    }
    Evidence {
        file,
        config,
        now: timer::now() / 1000,
        device: Some(exam::device()),
        site,
        discovery,
        start,
        root,
    }
}
