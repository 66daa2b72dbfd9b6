//! A new password: typed twice, its rules ticked as one types.

use leptos::prelude::*;

use super::{Desk, field, target};
use crate::pages::{AGAIN, Input, RuleLine, rule_lines};
use crate::password::{Rules, Verdict};
use crate::text::Text;

/// The two boxes and the rules. What is typed stays in its box; only the verdicts are kept.
pub(super) fn new_password(
    input: &Input,
    rules: &Rules,
    person: &[(String, String)],
    twice: bool,
    desk: Desk,
) -> AnyView {
    let lines: RwSignal<Vec<RuleLine>> = RwSignal::new(rule_lines(rules, "", person));
    let id = [input.name.as_str(), "-rules"].concat();
    let typed = {
        let (rules, person, name) = (rules.clone(), person.to_vec(), input.name.clone());
        move |event: web_sys::Event| {
            if let Some(input) = target(&event).filter(|input| input.name() == name) {
                lines.set(rule_lines(&rules, &input.value(), &person));
            }
        }
    };
    let emptied = {
        let (rules, person) = (rules.clone(), person.to_vec());
        move || rule_lines(&rules, "", &person)
    };
    Effect::new(move |before: Option<u32>| {
        let now = desk.wipes.get();
        if before.is_some_and(|before| before != now) {
            lines.set(emptied());
        }
        now
    });
    let list = move || {
        lines
            .get()
            .into_iter()
            .map(|line| {
                let (met, words) = match line.verdict {
                    Verdict::Met => ("true", Text::RuleMet),
                    Verdict::Unmet => ("false", Text::RuleUnmet),
                    Verdict::ServerSide => ("server", Text::RuleLater),
                };
                view! { <li class="rule" data-met=met><span>{line.words}<span class="visually-hidden">" ("{words.words()}")"</span></span></li> }
            })
            .collect::<Vec<_>>()
    };
    let heading = (!lines.read_untracked().is_empty()).then(|| {
        view! { <div class="field__hint" id=id.clone()><p>{Text::RulesHeading.words()}</p><ul class="rules">{list}</ul></div> }
    });
    let extra = if heading.is_some() { field::Extra::Described(id) } else { field::Extra::None };
    let again = twice.then(|| {
        let again = Input {
            name: AGAIN.to_owned(),
            label: Text::ReenterPassword.words().to_owned(),
            hint: None,
            value: None,
            ..input.clone()
        };
        field::field(&again, desk, field::Extra::None)
    });
    view! { <div class="new-password" on:input=typed>{field::field(input, desk, extra)}{again}{heading}</div> }.into_any()
}
