//! The judge: what a page must show and send for a recorded answer.

use serde_json::Value;
use vestibule::config::Config;
use vestibule::flow::{Event, Failure, Flow, Way};
use vestibule::http::{HttpResponse, Method, launchable, navigable};
use vestibule::idx::{Answers, Form, Progress, Transaction};
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Action, Button, Card, Part, Press};
use vestibule::secret::Secret;

use super::filling::{self, Filling};
use super::recording::{self, Field, Kind, ORG, Recording, Wants, list, text};
use super::shape::conforms;

/// What the judge found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// The `step` of the page that comes up.
    pub step: String,
    /// What is wrong. Empty if nothing is.
    pub faults: Vec<String>,
    /// What is not wrong by the recording alone: a button that needs a ceremony of the browser first.
    pub notes: Vec<String>,
}

impl Verdict {
    fn fault(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !self.faults.contains(&words) {
            self.faults.push(words);
        }
    }

    fn note(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !self.notes.contains(&words) {
            self.notes.push(words);
        }
    }
}

/// The configuration of all tests.
pub(crate) fn config() -> Config {
    Config::parse(
        r#"{"issuer":"https://id.acme.test/oauth2/default","clientId":"0oa7acmespa00001d7"}"#,
        "https://app.acme.test/",
    )
    .expect("it is a whole configuration")
}

/// Judges a body as the first answer of a transaction and as the answer to a form, with a good and with a bad status.
pub(crate) fn judge(body: &str) -> Verdict {
    let recording = Recording::new(body);
    let mut verdict = Verdict::default();
    for status in [200, 400] {
        for before in [None, Some(FIRST)] {
            one(&recording, status, before, &mut verdict);
        }
    }
    verdict
}

/// The page before, where the body answers a form.
const FIRST: &str = r#"{"version":"1.0.0","stateHandle":"02.id.before","remediation":{"type":"array","value":[
    {"rel":["create-form"],"name":"identify","href":"https://id.acme.test/idp/idx/identify","method":"POST",
     "value":[{"name":"identifier","label":"Username","required":true}]}]}}"#;

/// The flow after an answer.
pub(crate) fn after(flow: &mut Flow, body: &str, status: u16) -> Option<Secret> {
    let response = HttpResponse {
        status,
        request_id: Some("reqA1b2C3".to_owned()),
        retry_after: None,
        body: Secret::new(body),
        ..HttpResponse::default()
    };
    let progress = Transaction::receive(&response).map_err(|error| Failure::Idx {
        error,
        status,
        request_id: response.request_id,
        retry_after: None,
    });
    let granted = match &progress {
        Ok(Progress::Granted(code)) => Some(code.clone()),
        _ => None,
    };
    flow.apply(Event::Answered(Way::Pressed, progress));
    granted
}

fn one(recording: &Recording, status: u16, before: Option<&str>, verdict: &mut Verdict) {
    let config = config();
    let mut flow = Flow::default();
    flow.apply(Event::Starting(Purpose::SignIn));
    if let Some(first) = before {
        after(&mut flow, first, 200);
        flow.apply(Event::Sent);
    }
    let granted = after(&mut flow, &recording.text, status);
    let kind = recording.kind();
    if kind == Kind::Grants {
        verdict.step = "granted".to_owned();
        if granted.is_none() {
            verdict.fault("the interaction code is not taken");
        }
        return;
    }
    if granted.is_some() {
        verdict.fault("an interaction code out of nowhere");
    }
    let card = pages::card(&flow, &config);
    if before.is_none() {
        verdict.step.clone_from(&card.step);
    }
    core(&flow, &card, verdict);
    match kind {
        Kind::Grants => {}
        Kind::Foreign if before.is_some() => {
            if card.step != "identify" || pages::problems(&flow).is_empty() {
                verdict.fault("a body that is no answer: the step does not stay with a problem");
            }
        }
        Kind::Foreign => {
            if card.step != "error" {
                verdict.fault(format!("step is {:?} instead of \"error\"", card.step));
            }
        }
        // A busy org is no end: the step stays, and says what the org says.
        Kind::Ends if before.is_some() && card.step == "identify" && recording.passes() => {
            said(recording, &flow, &card, None, &[], verdict);
        }
        Kind::Ends => {
            if card.step != "terminal" {
                verdict.fault(format!("step is {:?} instead of \"terminal\"", card.step));
            }
            said(recording, &flow, &card, None, &[], verdict);
            if before.is_none() {
                told(recording, &card, None, verdict);
            }
        }
        Kind::Asks => asks(recording, &mut flow, &config, before.is_none(), verdict),
    }
}

/// What holds for every page.
pub(crate) fn core(flow: &Flow, card: &Card, verdict: &mut Verdict) {
    if card.heading.trim().is_empty() {
        verdict.fault("no heading");
    }
    if card.step.trim().is_empty() {
        verdict.fault("no step");
    }
    let usable = card.submit.is_some()
        || card.others.iter().chain(&card.links).any(works)
        || flow.polling().is_some();
    if !usable {
        verdict.fault("nothing to do on the page");
    }
    for button in card.others.iter().chain(&card.links) {
        if button.label.trim().is_empty() {
            verdict.fault("a button without a label");
        }
        if !works(button) {
            verdict.fault(format!("button {:?} leads nowhere", button.label));
        }
    }
}

fn works(button: &Button) -> bool {
    match &button.press {
        Press::Leave(to) => navigable(to) || launchable(to),
        _ => true,
    }
}

fn asks(
    recording: &Recording,
    flow: &mut Flow,
    config: &Config,
    first: bool,
    verdict: &mut Verdict,
) {
    let raw = recording.remediations();
    let count = flow
        .transaction()
        .map_or(0, |transaction| transaction.remediations.len());
    if count != raw.len() {
        verdict.fault(format!("{count} remediations read of {}", raw.len()));
        return;
    }
    let place = |flow: &Flow| {
        let (transaction, shown) = flow.shown()?;
        transaction
            .remediations
            .iter()
            .position(|remediation| std::ptr::eq(remediation, shown))
    };
    let Some(start) = place(flow) else {
        verdict.fault("no remediation is shown");
        return;
    };
    let card = pages::card(flow, config);
    said(recording, flow, &card, Some(start), &[], verdict);
    if !first {
        return;
    }
    // A message is for the person who just did something: it must not wait on a page that does not come up.
    let page = bare(&words(flow, &card));
    for said in recording.said() {
        if !page.contains(&bare(said.words())) {
            verdict.fault(format!(
                "message is not on the first page: {:?}",
                said.words()
            ));
        }
    }
    // What is wrong is told on the page that it is about, and need not be on the others.
    let blamed: Vec<String> = pages::problems(flow)
        .iter()
        .map(|problem| bare(&problem.words))
        .collect();
    for at in (start..raw.len()).chain(0..start) {
        flow.apply(Event::Shown(at));
        let card = pages::card(flow, config);
        let name = text(&raw[at], "name").unwrap_or_default();
        if card.step != name {
            verdict.fault(format!("step is {:?} instead of {name:?}", card.step));
        }
        core(flow, &card, verdict);
        if at != start {
            said(recording, flow, &card, Some(at), &blamed, verdict);
        }
        told(recording, &card, Some(at), verdict);
        fields(&raw[at], name, &card, verdict);
        reachable(recording, flow, &card, at, verdict);
        actions(recording, flow, &card, name, verdict);
        sends(recording, flow, &card, at, verdict);
    }
}

/// Every word of the org's is on the page, but for what was `told` on another.
fn said(
    recording: &Recording,
    flow: &Flow,
    card: &Card,
    shown: Option<usize>,
    told: &[String],
    verdict: &mut Verdict,
) {
    let page = bare(&words(flow, card));
    for said in recording.said() {
        let words = bare(said.words());
        let general = said.at.is_none() && !told.contains(&words);
        let here = general || said.at == shown;
        if here && !page.contains(&words) {
            verdict.fault(format!("message is not on the page: {:?}", said.words()));
        }
    }
}

/// All words of a page.
pub(crate) fn words(flow: &Flow, card: &Card) -> String {
    let mut all: Vec<String> = vec![card.heading.clone()];
    all.extend(card.intro.iter().cloned());
    for message in &card.messages {
        all.push(pages::said(message));
        all.extend(message.links.iter().map(|link| link.label.clone()));
    }
    all.extend(card.marks.iter().map(|mark| mark.label.clone()));
    for part in &card.parts {
        part_words(part, &mut all);
    }
    all.extend(card.submit.clone());
    let buttons = card.others.iter().chain(&card.links);
    all.extend(buttons.map(|button| button.label.clone()));
    for problem in pages::problems(flow) {
        all.push(problem.words);
        all.extend(problem.links.into_iter().map(|link| link.label));
    }
    for notice in pages::notices(flow) {
        all.push(notice.words);
        all.extend(notice.links.into_iter().map(|link| link.label));
    }
    all.join("\n")
}

fn part_words(part: &Part, all: &mut Vec<String>) {
    match part {
        Part::Input(input) | Part::NewPassword { input, .. } => {
            all.push(input.label.clone());
            all.extend(input.hint.clone());
            all.extend(input.value.clone());
        }
        Part::Radios {
            legend: label,
            options,
            ..
        }
        | Part::Select { label, options, .. } => {
            all.push(label.clone());
            for option in options {
                all.push(option.label.clone());
                all.extend(option.detail.clone());
            }
        }
        Part::Check { label, .. } => all.push(label.clone()),
        Part::Variants {
            legend, variants, ..
        } => {
            all.push(legend.clone());
            for variant in variants {
                all.push(variant.label.clone());
                variant.parts.iter().for_each(|part| part_words(part, all));
            }
        }
        Part::Note(words) | Part::Code(words) | Part::Whose(words) => all.push(words.clone()),
        Part::Image { alternative, .. } => all.push(alternative.clone()),
        Part::Claims(claims) => {
            for (name, value) in claims {
                all.push(name.clone());
                all.push(value.clone());
            }
        }
        other => all.push(format!("{other:?}")),
    }
}

/// Letters alone: how blanks are set is the page's business.
fn bare(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a step is pointless without.
fn told(recording: &Recording, card: &Card, shown: Option<usize>, verdict: &mut Verdict) {
    let everything = format!("{card:?}");
    let mut must = |what: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            // The debug form of a text is what the page holds, with its quotes escaped.
            let escaped = format!("{value:?}");
            let escaped = escaped.trim_matches('"');
            if !everything.contains(escaped) {
                let start: String = value.chars().take(60).collect();
                verdict.fault(format!("{}: {what} is not on the page: {start}", card.step));
            }
        }
    };
    if let Some(success) = recording.object("success") {
        must("address", text(success, "href"));
    }
    if let Some(enrollment) = recording.object("deviceEnrollment") {
        must("sign-in address", text(enrollment, "signInUrl"));
        must("enrolment link", text(enrollment, "enrollmentLink"));
        must("vendor", text(enrollment, "vendor"));
    }
    let context = |holder: &str| {
        let context = recording.object(holder)?.get("contextualData")?;
        Some(context.get("value").unwrap_or(context))
    };
    let contexts = [
        context("currentAuthenticator"),
        context("currentAuthenticatorEnrollment"),
    ];
    let current = contexts.into_iter().flatten();
    let Some(at) = shown else {
        current.for_each(|context| must("code", text(context, "otp")));
        return;
    };
    let raw = &recording.remediations()[at];
    let name = text(raw, "name").unwrap_or_default();
    must(
        "custom password address",
        text(raw, "customExpiredPasswordURL"),
    );
    must(
        "custom password site",
        text(raw, "customExpiredPasswordName"),
    );
    for scope in list(raw.get("scopes")) {
        must(
            "scope",
            text(scope, "label").or_else(|| text(scope, "name")),
        );
    }
    for info in list(raw.get("requestInfo")) {
        must("request's origin", text(info, "value"));
    }
    if text(raw, "method").is_some_and(|method| method.eq_ignore_ascii_case("get")) {
        must("address", text(raw, "href"));
    }
    let polls = name == "poll" || name.ends_with("-poll");
    for context in current {
        if polls || name == "enroll-authenticator" {
            let code = context.get("qrcode").and_then(|code| text(code, "href"));
            must(
                "QR code",
                code.filter(|href| href.starts_with("data:image/")),
            );
            must("shared secret", text(context, "sharedSecret"));
        }
        if polls {
            let number = context.get("correctAnswer").map(|number| {
                number
                    .as_str()
                    .map_or_else(|| number.to_string(), str::to_owned)
            });
            must("number to choose", number.as_deref());
            let device = context.get("samedevice");
            must(
                "set-up address",
                device.and_then(|device| address(device, "setupOVUrl")),
            );
            must("set-up address", text(context, "setupNfcUrl"));
            must("address the mail went to", text(context, "email"));
            must("number the link went to", text(context, "phoneNumber"));
            let challenge = context
                .get("challenge")
                .map(|challenge| challenge.get("value").unwrap_or(challenge));
            must(
                "address of the app",
                challenge.and_then(|challenge| address(challenge, "href")),
            );
        }
    }
    if name == "device-challenge-poll" {
        let challenge = recording.object("authenticatorChallenge");
        must(
            "address of the app",
            challenge.and_then(|challenge| address(challenge, "href")),
        );
    }
}

/// A member that is a whole address. Some recordings have relative ones, which lead nowhere.
fn address<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    text(value, name).filter(|address| address.contains(':'))
}

/// The control of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// A box to tick.
    Flag,
    /// Radio buttons or a list.
    Choice,
    /// A box that is typed into unseen.
    Secret,
    /// A box that is typed into.
    Text,
}

/// The controls of a page by their names, in its order.
pub(crate) fn controls_of(card: &Card) -> Vec<(String, Control)> {
    let mut found = Vec::new();
    controls(&card.parts, &mut found);
    found
}

fn controls(parts: &[Part], found: &mut Vec<(String, Control)>) {
    for part in parts {
        match part {
            Part::Input(input) => found.push((
                input.name.clone(),
                if input.kind == "password" {
                    Control::Secret
                } else {
                    Control::Text
                },
            )),
            Part::NewPassword { input, .. } => found.push((input.name.clone(), Control::Secret)),
            Part::Phone { name, .. } => found.push((name.clone(), Control::Text)),
            Part::Radios { name, .. } | Part::Select { name, .. } => {
                found.push((name.clone(), Control::Choice));
            }
            Part::Check { name, .. } => found.push((name.clone(), Control::Flag)),
            Part::Variants { name, variants, .. } => {
                found.push((name.clone(), Control::Choice));
                variants
                    .iter()
                    .for_each(|variant| controls(&variant.parts, found));
            }
            _ => {}
        }
    }
}

/// Every visible field has its control, and no hidden one has.
fn fields(raw: &Value, name: &str, card: &Card, verdict: &mut Verdict) {
    let mut found = controls_of(card);
    let hidden = recording::hidden(raw);
    // Two buttons that each give an answer are a choice. One that the org does not show itself may have them, too.
    let answers = card.others.iter().filter_map(|button| match &button.press {
        Press::Answer(name, _) if !hidden.contains(name) => Some(name),
        _ => None,
    });
    found.extend(
        answers
            .filter(|name| card.given.iter().any(|(given, _)| given == *name))
            .map(|name| (name.clone(), Control::Choice)),
    );
    // Passwords that are managed elsewhere are not typed here (protocol reference, 4.1).
    if name.starts_with("reenroll-custom-password-expiry") {
        return;
    }
    for field in recording::wanted(raw) {
        let path = field.path();
        let fits = |control: Control| match field.wants {
            Wants::Flag => matches!(control, Control::Flag | Control::Choice),
            Wants::Choice if field.boolean => matches!(control, Control::Flag | Control::Choice),
            Wants::Choice | Wants::Forms => control == Control::Choice,
            Wants::Secret => control == Control::Secret,
            Wants::Text => matches!(control, Control::Text | Control::Choice),
        };
        let mine: Vec<Control> = found
            .iter()
            .filter(|(name, _)| *name == path)
            .map(|(_, control)| *control)
            .collect();
        // What an option's form does not require, the org asks for on a page of its own.
        let later = field.chosen
            && (!field.required && field.wants != Wants::Secret || field.wants == Wants::Choice);
        if mine.is_empty() && !later {
            verdict.fault(format!("{name}: no control for {path}"));
        }
        for control in mine.into_iter().filter(|control| !fits(*control)) {
            verdict.fault(format!(
                "{name}: {path} is a {control:?} control and has to be {:?}",
                field.wants
            ));
        }
    }
    for path in hidden {
        let wanted = recording::wanted(raw);
        if found.iter().any(|(name, _)| *name == path)
            && !wanted.iter().any(|field| field.path() == path)
        {
            verdict.fault(format!("{name}: {path} is hidden and has a control"));
        }
    }
}

/// Every other remediation can be got to.
fn reachable(recording: &Recording, flow: &Flow, card: &Card, shown: usize, verdict: &mut Verdict) {
    let raw = recording.remediations();
    let here = text(&raw[shown], "name").unwrap_or_default();
    let polled = flow.polling().map(|(form, _)| form.href.clone());
    for (at, other) in raw.iter().enumerate().filter(|(at, _)| *at != shown) {
        let name = text(other, "name").unwrap_or_default();
        let href = text(other, "href").unwrap_or_default();
        let leads = card
            .others
            .iter()
            .chain(&card.links)
            .any(|button| match &button.press {
                Press::Send(to) | Press::Show(to) => *to == at,
                // One passkey's form is as good as another that goes to the same place.
                Press::Perform(to) => text(&raw[*to], "href") == Some(href),
                Press::Leave(to) => to == href,
                _ => false,
            });
        let asked = polled.as_deref() == Some(href);
        if !leads && !asked {
            verdict.fault(format!("{here}: no way to {name}"));
        }
    }
}

/// The actions beside the remediations can be pressed.
fn actions(recording: &Recording, flow: &Flow, card: &Card, name: &str, verdict: &mut Verdict) {
    let has = |action: &str| {
        ["currentAuthenticator", "currentAuthenticatorEnrollment"]
            .iter()
            .any(|holder| {
                recording
                    .object(holder)
                    .and_then(|holder| holder.get(action))
                    .is_some_and(|action| action.get("href").is_some())
            })
    };
    let presses = |action: Action| {
        card.others
            .iter()
            .chain(&card.links)
            .any(|button| button.press == Press::Act(action))
    };
    let waits = [
        "challenge-authenticator",
        "enroll-authenticator",
        "challenge-poll",
        "enroll-poll",
    ];
    if has("resend") && waits.contains(&name) && !card.resend && !presses(Action::Resend) {
        verdict.fault(format!("{name}: no way to have it sent again"));
    }
    if has("recover")
        && ["identify", "challenge-authenticator"].contains(&name)
        && !presses(Action::Recover)
    {
        verdict.fault(format!("{name}: no way to recover"));
    }
    let polls = ["challenge-authenticator", "enroll-authenticator"].contains(&name);
    if has("poll") && polls && flow.polling().is_none() {
        verdict.fault(format!("{name}: nobody asks whether it happened elsewhere"));
    }
    let back = card.others.iter().chain(&card.links).any(|button| {
        matches!(
            button.press,
            Press::Start(_) | Press::Home | Press::Again | Press::Send(_) | Press::Show(_)
        )
    });
    if name != "identify" && !back {
        verdict.fault(format!("{name}: no way back"));
    }
}

/// What is sent has the right shape and goes to the right place.
fn sends(recording: &Recording, flow: &Flow, card: &Card, shown: usize, verdict: &mut Verdict) {
    let Some((transaction, remediation)) = flow.shown() else {
        return;
    };
    let raw = recording.remediations();
    let name = text(&raw[shown], "name").unwrap_or_default();
    let handle = transaction.handle.as_ref();
    if card.submit.is_some() {
        let mut reached = Vec::new();
        for filling in filling::ways(card) {
            match pages::check(card, &|name: &str| filling.value(name)) {
                Ok(checked) => {
                    let body = request(
                        recording,
                        &remediation.form,
                        handle,
                        &checked.answers,
                        &raw[shown],
                        verdict,
                    );
                    if let Some(body) = body {
                        given(&raw[shown], name, &filling, card, &body, verdict);
                        reached.push(body);
                    }
                }
                Err(found) => {
                    verdict.fault(format!("{name}: plausible values are refused: {found:?}"))
                }
            }
        }
        every_option(&raw[shown], name, &reached, verdict);
    } else if !recording::wanted(&raw[shown]).is_empty() && flow.polling().is_none() {
        let custom = name.starts_with("reenroll-custom-password-expiry");
        if !custom {
            verdict.fault(format!("{name}: fields and no button that sends them"));
        }
    } else if let Some((form, _)) = flow.polling().filter(|_| remediation.polls()) {
        request(
            recording,
            form,
            handle,
            &Answers::new(),
            &raw[shown],
            verdict,
        );
    }
    for button in card.others.iter().chain(&card.links) {
        if let Press::Answer(path, value) = &button.press {
            let answers = Answers::new().with(path, value);
            request(
                recording,
                &remediation.form,
                handle,
                &answers,
                &raw[shown],
                verdict,
            );
        }
        if let Press::Send(to) = button.press
            && let (Some(raw), Some(target)) = (raw.get(to), transaction.remediations.get(to))
        {
            request(
                recording,
                &target.form,
                handle,
                &Answers::new(),
                raw,
                verdict,
            );
        }
    }
    for form in [
        &transaction.resend,
        &transaction.recover,
        &transaction.cancel,
        &transaction.poll,
    ]
    .into_iter()
    .flatten()
    {
        if form.request(ORG, handle, &Answers::new()).is_err() {
            verdict.fault(format!(
                "action {} cannot be sent to {:?}",
                form.name, form.href
            ));
        }
    }
}

fn request(
    recording: &Recording,
    form: &Form,
    handle: Option<&Secret>,
    answers: &Answers,
    raw: &Value,
    verdict: &mut Verdict,
) -> Option<Value> {
    let name = text(raw, "name").unwrap_or_default();
    let request = match form.request(ORG, handle, answers) {
        Ok(request) => request,
        Err(error) => {
            verdict.fault(format!("{name}: no request: {error} ({:?})", form.href));
            return None;
        }
    };
    if request.method != Method::Post || Some(request.url.as_str()) != text(raw, "href") {
        verdict.fault(format!("{name}: sent to {}", request.url));
    }
    if text(raw, "accepts").is_some_and(|accepts| accepts != request.accept) {
        verdict.fault(format!("{name}: asks for {}", request.accept));
    }
    let body = request
        .body
        .as_ref()
        .map(Secret::expose)
        .unwrap_or_default();
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(body) else {
        verdict.fault(format!("{name}: the body is no object: {body}"));
        return None;
    };
    let sent = members.remove("stateHandle");
    if sent.as_ref().and_then(Value::as_str) != recording.handle() {
        verdict.fault(format!("{name}: stateHandle is not the newest"));
    }
    let body = Value::Object(members);
    for path in recording::owed(raw, &body) {
        verdict.note(format!("{name}: is sent without {path}"));
    }
    let mut faults = Vec::new();
    conforms(list(raw.get("value")), &body, "", &mut faults);
    for fault in faults {
        verdict.fault(format!("{name}: {fault}"));
    }
    Some(body)
}

/// What was filled in is in the body, at its place.
fn given(
    raw: &Value,
    name: &str,
    filling: &Filling,
    card: &Card,
    body: &Value,
    verdict: &mut Verdict,
) {
    let found = controls_of(card);
    let phones: Vec<&str> = card
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Phone { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    for field in recording::wanted(raw) {
        let Field { chain, chosen, .. } = &field;
        let path = field.path();
        let Some((_, control)) = found.iter().find(|(name, _)| *name == path) else {
            continue;
        };
        let sent = chain
            .iter()
            .try_fold(body, |at, name| at.get(name.as_str()));
        if *chosen && sent.is_none() {
            continue;
        }
        let typed = filling.0.get(&path).map(String::as_str);
        let right = match (field.wants, control, typed) {
            (Wants::Forms, ..) => true,
            (_, Control::Flag, typed) => sent == Some(&Value::Bool(typed.is_some())),
            (_, _, None | Some("")) => sent.is_none() || field.required,
            (_, Control::Choice, Some(typed)) => sent.is_some_and(|sent| {
                sent.as_str()
                    .map_or_else(|| sent.to_string(), str::to_owned)
                    == typed
            }),
            (_, _, Some(typed)) if phones.contains(&path.as_str()) => {
                sent.and_then(Value::as_str) == Some(typed.replace(' ', "").as_str())
            }
            (_, _, Some(typed)) => sent.and_then(Value::as_str) == Some(typed),
        };
        if !right {
            verdict.fault(format!(
                "{name}: {path} was {typed:?} and is sent as {sent:?}"
            ));
        }
    }
}

/// Each option with a form of its own can be sent.
fn every_option(raw: &Value, name: &str, sent: &[Value], verdict: &mut Verdict) {
    for field in list(raw.get("value")) {
        let path = text(field, "name").unwrap_or_default();
        for option in list(field.get("options")) {
            let Some(form) = recording::option_form(option) else {
                continue;
            };
            let fits = sent.iter().filter_map(|body| body.get(path)).any(|given| {
                let mut faults = Vec::new();
                conforms(list(Some(form)), given, "", &mut faults);
                faults.is_empty()
            });
            let label = text(option, "label").unwrap_or_default();
            if !fits {
                verdict.fault(format!("{name}: option {label:?} of {path} cannot be sent"));
                continue;
            }
            // What the option itself still asks must be choosable, be it beside it or as options of their own.
            for inner in list(Some(form)) {
                let key = text(inner, "name").unwrap_or_default();
                let due = recording::flag(inner, "required", false)
                    && recording::flag(inner, "visible", true)
                    && inner.get("value").is_none();
                for value in list(inner.get("options"))
                    .iter()
                    .filter(|_| due)
                    .filter_map(|choice| choice.get("value"))
                {
                    let sent = sent
                        .iter()
                        .filter_map(|body| body.get(path)?.get(key))
                        .any(|given| given == value);
                    if !sent {
                        verdict.fault(format!(
                            "{name}: {path}.{key} = {value} of option {label:?} cannot be sent"
                        ));
                    }
                }
            }
        }
    }
}
