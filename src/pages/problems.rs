//! What is said about a page: what is wrong with it, for the summary and beside the fields, and what else is to know.

use super::bounds;
use super::card::Press;
use super::signed_in::clock;
use super::stopped::sentence;
use super::words::fill;
use crate::flow::{Denial, Failure, Flow, Phase};
use crate::idx::{Class, Control, Error, Field, Link, MORE, MOST, Message, Step, UNKNOWN_USER};
use crate::messages;
use crate::oauth::Purpose;
use crate::text::Text;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The control it is about, if it is about one.
    pub path: Option<String>,
    /// What to do about it.
    pub words: String,
    /// Where the org points to.
    pub links: Vec<Link>,
    /// What may help: the same request on another try, or to start again.
    pub again: Option<Press>,
}

/// Something to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// How grave it is.
    pub class: Class,
    /// The words.
    pub words: String,
    /// Where the org points to.
    pub links: Vec<Link>,
}

/// A message in words: ours by its key, else the org's own.
pub fn said(message: &Message) -> String {
    if message.is(MORE) {
        return bounds::more(message.counts()).unwrap_or_default();
    }
    let ours = message
        .key
        .as_deref()
        .and_then(|key| messages::sentence(key, &message.params));
    let words = ours.unwrap_or_else(|| message.text.clone());
    if !words.is_empty() {
        return words;
    }
    match message.class {
        Class::Error => Text::StoppedErrorHeading.words().to_owned(),
        _ => message.key.clone().unwrap_or_default(),
    }
}

/// What is wrong with the page, the fields first in the page's order. The same problem is listed once, and of more than
/// anybody reads the rest is counted.
pub fn problems(flow: &Flow) -> Vec<Problem> {
    let mut left_out: usize = 0;
    let mut list: Vec<Problem> = flow
        .found
        .iter()
        .map(|found| Problem {
            path: Some(found.path.clone()),
            words: found.words.clone(),
            links: Vec::new(),
            again: None,
        })
        .collect();
    // What was found before sending is newer than what the org said to the last request.
    if list.is_empty()
        && flow.failure.is_none()
        && let Some((transaction, remediation)) = flow.shown()
    {
        let mut said_there = Vec::new();
        at_fields(flow, &remediation.form.fields, None, &mut said_there);
        let wrong = said_there.into_iter();
        for (path, message) in wrong.filter(|(_, message)| message.class != Class::Info) {
            if is_left_out(message, list.len()) {
                left_out = left_out.saturating_add(message.counts());
                continue;
            }
            let problem = Problem {
                path: Some(path.to_owned()),
                words: said(message),
                links: message.links.clone(),
                again: message.is(TAKEN).then_some(Press::Start(Purpose::SignIn)),
            };
            if !list.contains(&problem) {
                list.push(problem);
            }
        }
        // Whoever has an account already wants to sign in.
        if let Some(taken) = list.iter_mut().find(|problem| problem.again.is_some())
            && let Some(at) = transaction.position(Step::SelectIdentify)
        {
            taken.again = Some(Press::Send(at));
        }
        let here = matches!(&flow.phase, Phase::Step { shown, .. } if *shown == flow.told);
        let general = transaction.messages.iter().filter(|_| here);
        for message in general
            .chain(&remediation.messages)
            .filter(|message| message.refuses())
        {
            if is_left_out(message, list.len()) {
                left_out = left_out.saturating_add(message.counts());
                continue;
            }
            let wait = transaction
                .retry_after
                .filter(|_| LIMITS.iter().any(|key| message.is(key)));
            let words = wait.map_or_else(
                || said(message),
                |seconds| fill(Text::BusyFor, &[&seconds.to_string()]),
            );
            if !list.iter().any(|problem| problem.words == words) {
                // Whoever is not known is asked for their name, so that is the field it is about.
                let path = Some("identifier".to_owned()).filter(|path| {
                    message.is(UNKNOWN_USER) && remediation.form.field(path).is_some()
                });
                list.push(Problem {
                    path,
                    words,
                    links: message.links.clone(),
                    again: None,
                });
            }
        }
    }
    list.extend(bounds::more(left_out).map(|words| Problem {
        path: None,
        words,
        links: Vec::new(),
        again: None,
    }));
    if let Some(failure) = &flow.failure {
        let refused = matches!(
            failure,
            Failure::Idx {
                error: Error::OAuth { .. } | Error::Foreign,
                ..
            }
        );
        let mut words = sentence(failure);
        let again = match failure {
            // Back from another service: all ways are open.
            Failure::Callback { description, .. } => {
                if !description.is_empty() {
                    let said = fill(Text::OrgSays, &[description]);
                    words = [words.as_str(), " ", &said].concat();
                }
                None
            }
            // Another try would end the same.
            Failure::Ceremony(Denial::Site | Denial::Unable) => None,
            _ if refused => Some(Press::Again),
            _ => Some(Press::Retry),
        };
        list.push(Problem {
            path: None,
            words,
            links: Vec::new(),
            again,
        });
    }
    list
}

/// Whether a message is one of too many, or stands for them, where a list has so many already.
fn is_left_out(message: &Message, listed: usize) -> bool {
    listed >= MOST || message.is(MORE)
}

/// Somebody has that name already (protocol reference, 6.1).
const TAKEN: &str = "registration.error.notUniqueWithinOrg";

/// Too many requests (protocol reference, 6.1).
const LIMITS: [&str; 4] = [
    "tooManyRequests",
    "oie.tooManyRequests",
    "errors.E0000150",
    "errors.E0000151",
];

/// What the org says at fields, in the page's order, each with the control to go to. A field that is not on the page as
/// long as another choice is taken has the choice.
fn at_fields<'a>(
    flow: &Flow,
    fields: &'a [Field],
    hidden: Option<&'a str>,
    list: &mut Vec<(&'a str, &'a Message)>,
) {
    for field in fields {
        let path = hidden.unwrap_or(&field.path);
        for message in &field.messages {
            let known = |(_, known): &(&str, &Message)| {
                known.text == message.text && known.key == message.key
            };
            // The same in two forms to choose from is said once.
            if hidden.is_none() || list.len() >= MOST || !list.iter().any(known) {
                list.push((path, message));
            }
        }
        match &field.control {
            Control::Group(inner) => at_fields(flow, inner, hidden, list),
            Control::Variants(variants) => {
                let chosen = flow.kept(&field.path);
                let chosen = variants
                    .iter()
                    .find(|variant| Some(variant.id.as_str()) == chosen)
                    .or(variants.first());
                for variant in chosen.into_iter().chain(variants) {
                    let here = chosen.is_some_and(|chosen| std::ptr::eq(chosen, variant));
                    let hidden = hidden.or((!here).then_some(path));
                    at_fields(flow, &variant.fields, hidden, list);
                }
            }
            _ => {}
        }
    }
}

/// What else is to know: the org's warnings and information, and our own.
pub fn notices(flow: &Flow) -> Vec<Notice> {
    let mut list: Vec<Notice> = Vec::new();
    let shown = flow.shown();
    let codes = !shown.is_some_and(|(_, shown)| shown.polls());
    let again = shown.is_some_and(|(transaction, _)| transaction.resend.is_some());
    for (told, words) in [
        (flow.slow, Text::Slow),
        (flow.resent && codes, Text::Resent),
        (flow.resent && !codes, Text::SentAgain),
        (flow.moved, Text::MovedOn),
        (flow.tries > 2 && again, Text::CodeTrouble),
        (flow.performing, Text::InBrowser),
    ] {
        if told {
            list.push(Notice {
                class: Class::Info,
                words: words.words().to_owned(),
                links: Vec::new(),
            });
        }
    }
    let clock = flow.session().and_then(|session| clock(session.ahead));
    list.extend(clock.map(|words| Notice {
        class: Class::Warning,
        words,
        links: Vec::new(),
    }));
    let general: &[Message] = match &flow.phase {
        Phase::Step { transaction, .. } if flow.failure.is_none() => &transaction.messages,
        _ => &[],
    };
    let beside = shown.map_or(&[][..], |(_, remediation)| &remediation.messages);
    let mut fields = Vec::new();
    if let Some((_, remediation)) = shown.filter(|_| flow.failure.is_none()) {
        at_fields(flow, &remediation.form.fields, None, &mut fields);
    }
    let fields = fields.into_iter().map(|(_, message)| message);
    let general = general
        .iter()
        .chain(beside)
        .filter(|message| !message.refuses());
    let mut left_out: usize = 0;
    for message in general.chain(fields.filter(|message| message.class == Class::Info)) {
        if is_left_out(message, list.len()) {
            left_out = left_out.saturating_add(message.counts());
            continue;
        }
        let notice = Notice {
            class: message.class,
            words: said(message),
            links: message.links.clone(),
        };
        if !list.contains(&notice) {
            list.push(notice);
        }
    }
    list.extend(bounds::more(left_out).map(|words| Notice {
        class: Class::Info,
        words,
        links: Vec::new(),
    }));
    list
}
