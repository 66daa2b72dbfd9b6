//! A new password: typed twice, its rules ticked as one types.

use super::el::{AnyView, el, live, of};
use super::{Desk, field, hidden};
use crate::browser::focus;
use crate::leptos::*;
use crate::pages::{AGAIN, Input, RuleLine, rule_lines};
use crate::password::{Rules, Verdict};
use crate::text::Text;

/// The two boxes and the rules. What is typed stays in its box; only the verdicts are looked at.
#[inline(never)]
pub(super) fn new_password(
    input: &Input,
    rules: &Rules,
    person: &[(String, String)],
    twice: bool,
    desk: Desk,
) -> AnyView {
    let id = [input.name.as_str(), "-rules"].concat();
    let ruled = !rules.list().is_empty();
    let list = {
        let (rules, person, name) = (rules.clone(), person.to_vec(), input.name.clone());
        live(move || {
            desk.touched.track();
            let typed = focus::value(&name).unwrap_or_default();
            rule_lines(&rules, &typed, &person)
                .iter()
                .map(line)
                .collect()
        })
    };
    desk.on_wipe(move || desk.touch());
    let again = twice.then(|| {
        let again = Input {
            name: AGAIN.to_owned(),
            label: Text::ReenterPassword.words().to_owned(),
            hint: None,
            value: None,
            ..input.clone()
        };
        field::field(&again, None, desk)
    });
    let rules = ruled.then(|| {
        of("div", "needs")
            .set("id", &id)
            .with(el("p").text(Text::RulesHeading.words()))
            .with(of("ul", "rules").child(list))
            .any()
    });
    of("div", "new-password")
        .child(field::field(input, ruled.then_some(id.as_str()), desk))
        .children(again)
        .children(rules)
        .any()
}

fn line(line: &RuleLine) -> AnyView {
    let (met, words) = match line.verdict {
        Verdict::Met => ("true", Text::RuleMet),
        Verdict::Unmet => ("false", Text::RuleUnmet),
        Verdict::ServerSide => ("server", Text::RuleLater),
    };
    let state = hidden([" (", words.words(), ")"].concat());
    of("li", "rule")
        .set("data-met", met)
        .with(el("span").text(&line.words).child(state))
        .any()
}
