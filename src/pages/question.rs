//! A security question: chosen or made up, and answered (protocol 4.3.4).

use super::card::{Card, Choice, Icon, Input, Part};
use super::generic;
use super::words::{self, fill};
use crate::idx::{Authenticator, Remediation, Step};
use crate::text::Text;

/// The path of the answer.
pub(super) const ANSWER: &str = "credentials.answer";
const KEY: &str = "credentials.questionKey";
/// What orgs ask for where they do not say (protocol 4.3.4).
const LEAST: u32 = 4;

/// The question and its answer.
#[inline(never)]
pub(super) fn page(remediation: &Remediation) -> Card {
    let enrolling = remediation.step != Step::ChallengeAuthenticator;
    let mut card = Card::new(&remediation.form.name, Text::GenericHeading);
    card.icon = Some(Icon::Lock);
    card.parts = generic::parts(remediation);
    if let Some(about) = &remediation.about {
        card.heading = words::name(about, "");
        if enrolling {
            card.heading = fill(Text::SetUpNamed, &[&card.heading]);
            card.intro.push(Text::QuestionIntro.words().to_owned());
        }
        let parts = card.parts.iter_mut();
        parts.for_each(|part| dress(part, about, enrolling));
    }
    card.submit = Some(Text::Submit.words().to_owned());
    card
}

/// The questions that the org lists beside a form without options.
fn listed(about: &Authenticator) -> Option<Part> {
    let options = about.context.get("questions")?.items().iter();
    let options = options.filter_map(|question| {
        Some(Choice {
            value: question.text("questionKey")?.to_owned(),
            label: question.text("question")?.to_owned(),
            detail: None,
        })
    });
    Some(Part::Select {
        name: KEY.to_owned(),
        label: Text::QuestionChoose.words().to_owned(),
        required: true,
        options: options.collect(),
        chosen: None,
        autocomplete: "off",
    })
}

fn dress(part: &mut Part, about: &Authenticator, enrolling: bool) {
    if let Part::Input(input) = part
        && input.name == KEY
        && let Some(list) = listed(about)
    {
        *part = list;
    }
    match part {
        Part::Variants {
            legend, variants, ..
        } => {
            *legend = Text::QuestionLegend.words().to_owned();
            let parts = variants.iter_mut().flat_map(|variant| &mut variant.parts);
            parts.for_each(|part| dress(part, about, enrolling));
        }
        // The first question is as good as any, and the list is there to be changed.
        Part::Select {
            options, chosen, ..
        } if chosen.is_none() => {
            *chosen = options.first().map(|first| first.value.clone());
        }
        Part::Input(input) if input.name == ANSWER => answer(input, about, enrolling),
        _ => {}
    }
}

fn answer(input: &mut Input, about: &Authenticator, enrolling: bool) {
    input.fleeting = true;
    input.autocomplete = "off";
    input.required = true;
    input.missing = Text::QuestionMissing.words().to_owned();
    if enrolling {
        let least = input.least.unwrap_or(LEAST);
        input.least = Some(least);
        input.label = Text::QuestionAnswer.words().to_owned();
        input.hint = Some(fill(Text::QuestionHint, &[&least.to_string()]));
    } else if let Some(question) = &about.question {
        input.label.clone_from(question);
    }
}
