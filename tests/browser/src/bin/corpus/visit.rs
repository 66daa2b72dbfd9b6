//! One recording in the browser: what must be there, what must not, and what is sent.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use browser_tests::{Page, Sent};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::org::Org;
use crate::recording::{self, Field, Kind, Recording, Wants, list, text};
use crate::shape::conforms;

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(30);
/// A poll comes at least this often here, whatever the recording says: nobody waits for seconds.
const REFRESH: u64 = 500;

/// What came of a recording.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// The `data-step` of its page.
    pub step: String,
    /// What is wrong.
    pub faults: Vec<String>,
}

impl Verdict {
    /// One that says this is wrong.
    pub(crate) fn of(fault: &str) -> Self {
        Self {
            step: String::new(),
            faults: vec![fault.to_owned()],
        }
    }

    fn fault(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !self.faults.contains(&words) {
            self.faults.push(words);
        }
    }
}

/// The page as it stands.
#[derive(Debug, Deserialize)]
struct Seen {
    step: Option<String>,
    heading: String,
    busy: bool,
    text: String,
    alerts: Vec<String>,
    controls: Vec<Control>,
    actions: Vec<String>,
    submits: bool,
}

/// Something to fill in, to choose or to press that has a name.
#[derive(Debug, Deserialize)]
struct Control {
    name: String,
    kind: String,
    value: String,
    checked: bool,
    label: String,
    options: Vec<String>,
    code: bool,
}

/// Reads the page: see [`Seen`].
const SEEN: &str = r#"({
    step: look.step(), heading: look.heading(), busy: look.busy(), text: text(document.body), alerts: look.alerts(),
    controls: all("main input, main select, main textarea, main button[name]")
        .filter((one) => one.type !== "hidden" && reachable(one) && one.getAttribute("aria-hidden") !== "true")
        .map((one) => ({
            name: one.name, kind: one.localName === "input" ? one.type : one.localName, value: one.value,
            checked: one.checked === true,
            label: one.localName === "button" ? text(one) : [...one.labels].map(text).join(" "),
            options: one.localName === "select" ? [...one.options].map((option) => option.value) : [],
            code: one.inputMode === "numeric" || one.autocomplete === "one-time-code",
        })),
    actions: look.pressable().filter((one) => one.closest("main")).map((one) => text(one) || one.getAttribute("aria-label") || ""),
    submits: !!document.querySelector("main form button[type=submit]"),
})"#;

/// Judges a recording by two visits.
pub(crate) async fn judge(
    page: &Page,
    org: &Org,
    name: &str,
    body: &str,
    lines: &Cell<usize>,
) -> Verdict {
    let recording = Recording::at(body, org.origin());
    let status = name
        .strip_prefix("error-")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .filter(|status| (400..600).contains(status))
        .unwrap_or(200);
    let mut verdict = Verdict::default();
    for after_form in [false, true] {
        one(page, org, &recording, status, after_form, &mut verdict).await;
        for line in complaints(page, lines).await {
            verdict.fault(line);
        }
    }
    verdict
}

async fn one(
    page: &Page,
    org: &Org,
    recording: &Recording,
    status: u16,
    after_form: bool,
    verdict: &mut Verdict,
) {
    let said = recording.root.clone().map_or_else(
        || recording.text.clone(),
        |mut root| {
            hurry(&mut root);
            root.to_string()
        },
    );
    page.evaluate(
        "location.protocol === 'http:' && (sessionStorage.clear(), localStorage.clear())",
    )
    .await;
    org.says(status, &said, after_form);
    page.go(&format!("{}/login", page.origin())).await;
    if after_form {
        if settled(page, |seen| seen.submits && !seen.busy)
            .await
            .is_none()
        {
            verdict.fault("the first page does not come");
            return;
        }
        fill(
            page,
            &[("identifier".to_owned(), "mia@acme.test".to_owned())],
        )
        .await;
        submit(page).await;
    }
    let Some(seen) = settled(page, |seen| {
        org.told() && !seen.busy && seen.step.as_deref().is_some_and(|step| step != "loading")
    })
    .await
    else {
        verdict.fault(if org.told() {
            "blank: no page comes up"
        } else {
            "the org is not asked"
        });
        return;
    };
    let seen = drawn(page, seen).await;
    let step = seen.step.clone().unwrap_or_default();
    if !after_form {
        verdict.step.clone_from(&step);
    }
    if seen.heading.is_empty() {
        verdict.fault("the page has no heading");
    }
    if seen.actions.iter().all(String::is_empty) {
        verdict.fault("there is nothing to press");
    }
    if seen.actions.iter().any(String::is_empty) {
        verdict.fault("a button or link has no name");
    }
    let kind = recording.kind();
    let stays = after_form && step == "identify" && !seen.alerts.is_empty();
    let wanted = match kind {
        Kind::Grants => return granted(org, recording, verdict),
        Kind::Asks => recording
            .remediations()
            .iter()
            .any(|raw| text(raw, "name") == Some(&step)),
        Kind::Foreign if after_form => stays,
        Kind::Foreign => step == "error",
        Kind::Ends => step == "terminal" || recording.passes() && stays,
    };
    if !wanted {
        verdict.fault(format!("the step is {step:?}"));
        return;
    }
    for said in recording.said() {
        let there = [&said.ours, &said.theirs]
            .into_iter()
            .flatten()
            .any(|words| seen.text.contains(&bare(words)));
        if !there {
            verdict.fault(format!("message is not on the page: {:?}", said.words()));
        }
    }
    if kind == Kind::Asks {
        asks(page, org, recording, &seen, &step, after_form, verdict).await;
    }
}

fn granted(org: &Org, recording: &Recording, verdict: &mut Verdict) {
    verdict.step = "granted".to_owned();
    let form = recording
        .root
        .as_ref()
        .and_then(|root| root.get("successWithInteractionCode"));
    let code = list(form)
        .iter()
        .find(|field| text(field, "name") == Some("interaction_code"))
        .and_then(|field| text(field, "value"))
        .unwrap_or_default();
    let exchanged = org.sent().iter().any(|sent| {
        sent.path.ends_with("/v1/token") && sent.body.contains(&format!("interaction_code={code}"))
    });
    if !exchanged {
        verdict.fault("the interaction code is not exchanged");
    }
}

/// The shown remediation: its controls; and in the first visit what it sends.
async fn asks(
    page: &Page,
    org: &Org,
    recording: &Recording,
    seen: &Seen,
    step: &str,
    after_form: bool,
    verdict: &mut Verdict,
) {
    let Some(raw) = recording
        .remediations()
        .iter()
        .find(|raw| text(raw, "name") == Some(step))
    else {
        return;
    };
    // Passwords that are managed elsewhere are not typed here (protocol reference, 4.1).
    let elsewhere = raw.get("customExpiredPasswordURL").is_some();
    let fields = recording::wanted(raw);
    if !elsewhere {
        controls(&fields, seen, step, verdict);
    }
    for control in &seen.controls {
        if control.label.is_empty() {
            verdict.fault(format!("{step}: the control {} has no label", control.name));
        }
    }
    if after_form || elsewhere {
        return;
    }
    let posts = !text(raw, "method").is_some_and(|method| method.eq_ignore_ascii_case("get"));
    let polls = step == "poll" || step.ends_with("-poll");
    // What only a ceremony of the browser or of another device can fill in.
    let ceremony = !recording::owed(raw, &json!({ "consent": true })).is_empty();
    if !posts {
        return;
    }
    let mut filled = BTreeMap::new();
    if seen.submits {
        filled = fill_in(page, recording, raw, &fields).await;
        submit(page).await;
    } else if !polls {
        if !ceremony {
            verdict.fault(format!("{step}: no button sends it"));
        }
        return;
    }
    // Where nothing looks for an app on the device, the org is told that none answers, and nobody waits.
    let unmet = unmet(recording).filter(|_| polls);
    let target = unmet.unwrap_or(raw);
    let path = text(target, "href")
        .and_then(|href| href.strip_prefix(org.origin()))
        .unwrap_or_default();
    let find = |sent: Vec<Sent>| sent.into_iter().find(|sent| sent.path == path);
    let start = Instant::now();
    let sent = loop {
        match find(org.sent()) {
            Some(sent) => break sent,
            None if start.elapsed() < PATIENCE / 2 => sleep(GLANCE).await,
            None => {
                let other: Vec<String> = org.sent().into_iter().map(|sent| sent.path).collect();
                let alerts = settled(page, |_| true).await.map(|seen| seen.alerts);
                verdict.fault(format!(
                    "{step}: nothing is sent to {path}; sent is {other:?}, the page says {alerts:?}"
                ));
                return;
            }
        }
    };
    if unmet.is_some() {
        let due = json!({ "stateHandle": recording.handle(), "reason": "OV_UNREACHABLE_BY_LOOPBACK", "statusCode": null });
        if serde_json::from_str::<Value>(&sent.body).ok() != Some(due) {
            verdict.fault(format!("{step}: the org is told {}", sent.body));
        }
        return;
    }
    shape(recording, raw, &fields, &filled, &sent, step, verdict);
}

/// What takes the news that an app on the device cannot be reached, where a page cannot (protocol reference, 4.3.6).
fn unmet(recording: &Recording) -> Option<&Value> {
    [
        "authenticatorChallenge",
        "currentAuthenticator",
        "currentAuthenticatorEnrollment",
    ]
    .iter()
    .find_map(|holder| {
        let holder = recording.object(holder)?;
        let challenge = holder.pointer("/contextualData/challenge/value");
        let method = text(challenge.unwrap_or(holder), "challengeMethod")?;
        let cancel = holder.get("cancel")?;
        ["LOOPBACK", "CHROME_DTC"]
            .contains(&method)
            .then_some(cancel)
    })
}

/// Every field has its control.
fn controls(fields: &[Field], seen: &Seen, step: &str, verdict: &mut Verdict) {
    for field in fields {
        let path = field.path();
        let mine: Vec<&Control> = seen
            .controls
            .iter()
            .filter(|control| control.name == path)
            .collect();
        // What an option's form asks shows when the option is chosen; some of it the org asks on a page of its own.
        if mine.is_empty() && !field.chosen {
            verdict.fault(format!("{step}: no control is called {path}"));
        }
        for control in mine {
            let kind = control.kind.as_str();
            let choice = matches!(kind, "radio" | "select" | "button");
            let fits = match field.wants {
                Wants::Flag => kind == "checkbox" || choice,
                Wants::Choice | Wants::Forms => choice || field.boolean && kind == "checkbox",
                Wants::Secret => kind == "password",
                Wants::Text => choice || !matches!(kind, "checkbox" | "password"),
            };
            if !fits {
                verdict.fault(format!("{step}: {path} is a control of kind {kind}"));
            }
        }
    }
}

/// Chooses, ticks and types everything on the page. What was put where.
async fn fill_in(
    page: &Page,
    recording: &Recording,
    raw: &Value,
    fields: &[Field],
) -> BTreeMap<String, String> {
    let mut filled = BTreeMap::new();
    // Choices first: some bring controls of their own.
    for typing in [false, true] {
        let Some(seen) = settled(page, |_| true).await else {
            return filled;
        };
        let mut put = Vec::new();
        for control in &seen.controls {
            let name = &control.name;
            let chooses = matches!(control.kind.as_str(), "radio" | "select");
            if typing == chooses
                || filled.contains_key(name)
                || name == "country"
                || control.kind == "button"
            {
                continue;
            }
            let value = match control.kind.as_str() {
                "radio" => {
                    let chosen = seen
                        .controls
                        .iter()
                        .find(|other| other.name == *name && other.checked);
                    chosen
                        .map_or(&control.value, |chosen| &chosen.value)
                        .clone()
                }
                "select" => control
                    .options
                    .iter()
                    .find(|value| !value.is_empty())
                    .cloned()
                    .unwrap_or_default(),
                "checkbox" => "true".to_owned(),
                _ if name == "extension" => continue,
                _ => typed(control, recording, raw, fields),
            };
            filled.insert(name.clone(), value.clone());
            put.push((name.clone(), value));
        }
        fill(page, &put).await;
    }
    filled
}

fn typed(control: &Control, recording: &Recording, raw: &Value, fields: &[Field]) -> String {
    let limit = |name: &str| {
        let chain = fields
            .iter()
            .find(|field| field.path() == control.name)
            .map(|field| &field.chain)?;
        let mut within = list(raw.get("value"));
        let mut found = None;
        for part in chain {
            found = within
                .iter()
                .find(|field| text(field, "name") == Some(part));
            within = found.map_or(&[], recording::inner);
        }
        usize::try_from(found?.get(name)?.as_u64()?)
            .ok()
            .filter(|limit| *limit > 0)
    };
    let name = control
        .name
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let mut least = limit("minLength").unwrap_or(0);
    let mut word = match control.kind.as_str() {
        "password" => {
            let rules = ["currentAuthenticator", "enrollmentAuthenticator"]
                .iter()
                .find_map(|holder| {
                    recording
                        .object(holder)?
                        .pointer("/settings/complexity/minLength")?
                        .as_u64()
                });
            least = least.max(usize::try_from(rules.unwrap_or(0)).unwrap_or(0));
            "Wq7!vTz9#Lp".to_owned()
        }
        "tel" => "+14155552671".to_owned(),
        "url" => "https://acme.test/mia".to_owned(),
        "date" => "1990-02-03".to_owned(),
        "number" => "42".to_owned(),
        "email" => "mia@acme.test".to_owned(),
        _ if name.contains("email") || name == "identifier" => "mia@acme.test".to_owned(),
        _ if control.code => "123456".to_owned(),
        _ => "turnip".to_owned(),
    };
    for letter in "73915".chars().cycle() {
        if word.len() >= least {
            break;
        }
        word.push(letter);
    }
    // A limit that nothing can keep is none.
    let most = limit("maxLength").filter(|most| *most >= least);
    word.truncate(most.unwrap_or(usize::MAX));
    word
}

/// What was sent is what the form asks for, and what was filled in is in it.
fn shape(
    recording: &Recording,
    raw: &Value,
    fields: &[Field],
    filled: &BTreeMap<String, String>,
    sent: &Sent,
    step: &str,
    verdict: &mut Verdict,
) {
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(&sent.body) else {
        verdict.fault(format!("{step}: what is sent is no object: {}", sent.body));
        return;
    };
    let handle = members.remove("stateHandle");
    if handle.as_ref().and_then(Value::as_str) != recording.handle() {
        verdict.fault(format!("{step}: what is sent has not the newest handle"));
    }
    let body = Value::Object(members);
    let mut faults = Vec::new();
    conforms(list(raw.get("value")), &body, "", &mut faults);
    for field in fields.iter().filter(|field| field.wants != Wants::Forms) {
        let path = field.path();
        let Some(put) = filled.get(&path) else {
            continue;
        };
        let at = field
            .chain
            .iter()
            .try_fold(&body, |at, name| at.get(name.as_str()));
        let there = at.map(|at| at.as_str().map_or_else(|| at.to_string(), str::to_owned));
        if there.as_deref() != Some(put.as_str()) {
            faults.push(format!("{path} was filled in and is sent as {at:?}"));
        }
    }
    for fault in faults {
        verdict.fault(format!("{step}: {fault}"));
    }
}

/// Puts values into the controls of these names, and tells the page as a keyboard would.
async fn fill(page: &Page, values: &[(String, String)]) {
    let values = json!(values);
    page.evaluate(&format!(
        r#"({values}).forEach(([name, value]) => all("main input, main select, main textarea").filter((one) => one.name === name && reachable(one))
            .forEach((one) => {{
                if (one.type === "radio") {{ if (one.value === value && !one.checked) one.click(); return; }}
                if (one.type === "checkbox") {{ if (!one.checked) one.click(); return; }}
                one.value = value;
                ["input", "change"].forEach((kind) => one.dispatchEvent(new Event(kind, {{ bubbles: true }})));
            }}))"#
    ))
    .await;
    // A new password is typed twice.
    if let Some((_, value)) = values_of(&values)
        .iter()
        .find(|(name, _)| name.ends_with("passcode"))
    {
        let value = json!(value);
        page.evaluate(&format!(
            r#"all("main input").filter((one) => one.name === "confirm").forEach((one) => {{
                one.value = {value};
                ["input", "change"].forEach((kind) => one.dispatchEvent(new Event(kind, {{ bubbles: true }})));
            }})"#
        ))
        .await;
    }
}

fn values_of(values: &Value) -> Vec<(String, String)> {
    serde_json::from_value(values.clone()).unwrap_or_default()
}

async fn submit(page: &Page) {
    page.evaluate(r#"document.querySelector("main form button[type=submit]")?.click()"#)
        .await;
}

/// The page once it is as wanted; nothing if it does not become so.
async fn settled(page: &Page, wanted: impl Fn(&Seen) -> bool) -> Option<Seen> {
    let start = Instant::now();
    loop {
        if let Ok(seen) = serde_json::from_value::<Seen>(page.evaluate(SEEN).await)
            && wanted(&seen)
        {
            return Some(seen);
        }
        if start.elapsed() > PATIENCE {
            return None;
        }
        sleep(GLANCE).await;
    }
}

/// The page when it no longer changes: what is said stands in a part that is drawn a moment later.
async fn drawn(page: &Page, mut seen: Seen) -> Seen {
    for _ in 0..10 {
        sleep(GLANCE).await;
        match settled(page, |_| true).await {
            Some(now) if now.text == seen.text && !now.busy => return now,
            Some(now) => seen = now,
            None => return seen,
        }
    }
    seen
}

/// What the console says since these lines that is no status of the network.
async fn complaints(page: &Page, lines: &Cell<usize>) -> Vec<String> {
    let console = page.console().await;
    let known = lines.replace(console.len());
    console
        .into_iter()
        .skip(known)
        .filter(|line| {
            let graded = line.starts_with("SEVERE ") || line.starts_with("WARNING ");
            let network = line.contains(" network: ") && line.contains("Failed to load resource");
            // Chromium knows `integrity` on a preload and says so although nothing is wrong with it.
            graded && !network && !line.contains("`integrity` attribute is currently ignored")
        })
        .map(|line| format!("console: {line}"))
        .collect()
}

/// No poll waits for seconds.
fn hurry(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(refresh) = members.get_mut("refresh")
                && refresh.as_u64().is_some_and(|refresh| refresh > REFRESH)
            {
                *refresh = json!(REFRESH);
            }
            members.values_mut().for_each(hurry);
        }
        Value::Array(items) => items.iter_mut().for_each(hurry),
        _ => {}
    }
}

fn bare(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
