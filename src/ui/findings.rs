//! The doctor's page: what was looked at, and what is wrong with it.

use super::el::{AnyView, all, el, of};
use crate::doctor::{self, Finding, Verdict};
use crate::text::Doctor;

/// While it is being looked.
pub fn looking() -> AnyView {
    let words = of("p", "card__intro")
        .set("role", "status")
        .text(Doctor::Looking.words());
    page([words.any()])
}

/// What was found, with a button to look again.
pub fn findings(found: &[Finding], again: impl Fn() + 'static) -> AnyView {
    let summary = of("p", "card__intro")
        .set("role", "status")
        .text(doctor::summary(found));
    let list = of("div", "notices")
        .set("aria-label", Doctor::Findings.words())
        .set("role", "list")
        .children(found.iter().map(finding));
    let button = of("button", "button")
        .set("type", "button")
        .text(Doctor::LookAgain.words())
        .on("click", move |_| again());
    page([summary.any(), list.any(), button.any()])
}

fn finding(finding: &Finding) -> AnyView {
    let class = match finding.verdict {
        Verdict::InOrder => "success",
        Verdict::Wrong => "error",
        Verdict::NotKnown => "warning",
    };
    let lines = finding
        .lines()
        .into_iter()
        .map(|line| el("p").text(line).any());
    of("div", "notice")
        .set("role", "listitem")
        .set("data-class", class)
        .with(of("h2", "summary__heading").text(finding.heading()))
        .children(lines)
        .any()
}

fn page(content: impl IntoIterator<Item = AnyView>) -> AnyView {
    let heading = of("h1", "card__heading")
        .set("id", "heading")
        .set("tabindex", "-1")
        .text(Doctor::Heading.words());
    let card = of("section", "card").with(heading).children(content);
    let main = of("main", "page")
        .set("id", "main")
        .set("data-step", "doctor")
        .with(card);
    all([main.any()])
}
