//! The devices of the people: Okta Verify is set up on them, and they answer pushes.

use std::time::SystemTime;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Refusal, Who, main_client, read, refusal};
use crate::Org;
use crate::clock::iso;
use crate::html::{escape, page, page_with_forms};
use crate::okta_verify::{Device, Outcome, Push, Setup, SetupChannel};
use crate::state::State as Memory;
use crate::transaction::{Pending, Transaction};

/// A device that is there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    pub(super) client: String,
    pub(super) email: String,
    pub(super) name: String,
    /// What it shows now, at the org's time.
    pub(super) code: String,
    pub(super) auto_challenge: bool,
}

/// A setting up that waits for a device.
#[derive(Serialize)]
pub(super) struct Waiting {
    pub(super) client: String,
    pub(super) email: String,
    pub(super) channel: &'static str,
    pub(super) to: Option<String>,
    pub(super) address: String,
    at: String,
}

/// A push that waits for an answer.
#[derive(Serialize)]
pub(super) struct Asked {
    pub(super) client: String,
    pub(super) email: String,
    pub(super) device: String,
    /// The numbers to pick from, where there are any.
    pub(super) numbers: Option<Vec<String>>,
    /// The right one of them: it stands on the page of the sign-in.
    number: Option<String>,
    at: String,
}

/// All that a console with every device on it shows.
#[derive(Serialize)]
pub(super) struct Devices {
    pub(super) setups: Vec<Waiting>,
    pub(super) pushes: Vec<Asked>,
    pub(super) devices: Vec<Seen>,
}

/// Whose devices are meant: everybody's where nobody is named.
#[derive(Default, Deserialize)]
pub(super) struct Filter {
    client: Option<String>,
    email: Option<String>,
}

impl Filter {
    /// Everybody's of one client.
    pub(super) fn of(client: &str) -> Self {
        Self {
            client: Some(client.to_owned()),
            email: None,
        }
    }

    fn takes(&self, client: &str, email: &str) -> bool {
        self.client.as_deref().is_none_or(|wanted| wanted == client)
            && self
                .email
                .as_deref()
                .is_none_or(|wanted| same(wanted, email))
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.to_lowercase()
}

pub(super) async fn list(State(org): State<Org>, Query(filter): Query<Filter>) -> Json<Devices> {
    Json(all(&org, &filter))
}

pub(super) fn all(org: &Org, filter: &Filter) -> Devices {
    let clock = org.clock();
    let now = clock.now();
    let state = org.state();
    let told = |moment| iso(clock.told(moment));

    let mut setups = Vec::new();
    let mut pushes = Vec::new();
    for transaction in state.transactions.values() {
        let client = transaction.asked.client_id.clone();
        let Some(email) = whose(&state, transaction).filter(|email| filter.takes(&client, email))
        else {
            continue;
        };
        if let Some(setup) = waits(transaction, now) {
            setups.push((
                setup.begun,
                Waiting {
                    client,
                    email,
                    channel: setup.channel.name(),
                    to: setup.to.clone(),
                    address: setup.address(),
                    at: told(setup.begun),
                },
            ));
        } else if let Some((push, device)) = asks(&state, transaction, now) {
            pushes.push((
                push.sent,
                Asked {
                    client,
                    email,
                    device: device.to_owned(),
                    numbers: push.numbers.as_ref().map(|numbers| numbers.shown.clone()),
                    number: push.numbers.as_ref().map(|numbers| numbers.right.clone()),
                    at: told(push.sent),
                },
            ));
        }
    }
    setups.sort_by_key(|(begun, _)| *begun);
    pushes.sort_by_key(|(sent, _)| *sent);

    let mut devices = Vec::new();
    for (client, people) in &state.people {
        for account in people.iter() {
            let Some(device) = &account.device else {
                continue;
            };
            if filter.takes(client, &account.email) {
                devices.push(Seen {
                    client: client.clone(),
                    email: account.email.clone(),
                    name: device.name.clone(),
                    code: device.codes.code(now),
                    auto_challenge: device.auto_challenge,
                });
            }
        }
    }
    devices.sort_by(|one, other| (&one.client, &one.email).cmp(&(&other.client, &other.email)));
    Devices {
        setups: setups.into_iter().map(|(_, setup)| setup).collect(),
        pushes: pushes.into_iter().map(|(_, push)| push).collect(),
        devices,
    }
}

/// The address of whom a transaction is about.
fn whose(state: &Memory, transaction: &Transaction) -> Option<String> {
    match &transaction.draft {
        Some(draft) => Some(draft.email.clone()),
        None => {
            let people = state.people.get(&transaction.asked.client_id)?;
            let account = people.get(transaction.person.as_deref()?)?;
            Some(account.email.clone())
        }
    }
}

/// The setting up that a transaction waits for.
fn waits(transaction: &Transaction, now: SystemTime) -> Option<&Setup> {
    match &transaction.pending {
        Some(Pending::Setup(setup)) if now < transaction.expires => {
            (setup.is_out() && setup.device.is_none()).then_some(setup)
        }
        _ => None,
    }
}

/// The push that a transaction waits for, and the name of the device that shows it. Somebody without a device may be asked
/// too, where nobody is to learn who has one; then there is nothing to press.
fn asks<'a>(
    state: &'a Memory,
    transaction: &'a Transaction,
    now: SystemTime,
) -> Option<(&'a Push, &'a str)> {
    let Some(Pending::Push(push)) = &transaction.pending else {
        return None;
    };
    let people = state.people.get(&transaction.asked.client_id)?;
    let device = people
        .get(transaction.person.as_deref()?)?
        .device
        .as_ref()?;
    let open = now < transaction.expires && push.outcome(now) == Outcome::Waiting;
    open.then_some((push, device.name.as_str()))
}

/// The transaction of somebody's that began to wait last.
fn latest(
    state: &Memory,
    who: &Who,
    since: impl Fn(&Transaction) -> Option<SystemTime>,
) -> Option<String> {
    let of_theirs = state.transactions.values().filter(|transaction| {
        transaction.asked.client_id == who.client
            && whose(state, transaction).is_some_and(|email| same(&who.email, &email))
    });
    of_theirs
        .filter_map(|transaction| Some((since(transaction)?, &transaction.id)))
        .max_by_key(|(at, _)| *at)
        .map(|(_, id)| id.clone())
}

/// A device that scans what is on somebody's page, or opens an address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scan {
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) address: Option<String>,
    #[serde(default = "main_client")]
    pub(super) client: String,
    /// What the device is called.
    #[serde(default)]
    pub(super) device: Option<String>,
}

pub(super) async fn scan(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    set_up(&org, read(&body)?).map(Json)
}

pub(super) fn set_up(org: &Org, scan: Scan) -> Result<Value, Refusal> {
    let now = org.clock().now();
    let mut state = org.state();
    let found = match (&scan.address, scan.email) {
        (Some(address), _) => {
            let mut open = state.transactions.values();
            open.find(|transaction| {
                waits(transaction, now).is_some_and(|setup| setup.address() == address.trim())
            })
            .map(|transaction| transaction.id.clone())
        }
        (None, Some(email)) => {
            let who = Who {
                email,
                client: scan.client,
            };
            latest(&state, &who, |transaction| {
                Some(waits(transaction, now)?.begun)
            })
        }
        (None, None) => return Err(refusal("Name an email or an address.")),
    };
    let id = found.ok_or_else(|| {
        refusal(
            "Nothing waits for this device: the address is old or wrong, or nobody asked for it.",
        )
    })?;
    open_on_device(&mut state, &id, scan.device)
        .ok_or_else(|| refusal("Nothing waits for this device."))
}

fn open_on_device(state: &mut Memory, id: &str, name: Option<String>) -> Option<Value> {
    let transaction = state.transactions.get(id)?;
    let client = transaction.asked.client_id.clone();
    let email = whose(state, transaction)?;
    let name = name
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| format!("Phone of {email}"));
    let Some(Pending::Setup(setup)) = &mut state.transactions.get_mut(id)?.pending else {
        return None;
    };
    setup.device = Some(Device::new(&name));
    Some(json!({"client": client, "email": email, "device": name}))
}

/// What somebody presses on a device.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pressed {
    pub(super) email: String,
    #[serde(default = "main_client")]
    pub(super) client: String,
    pub(super) answer: PushAnswer,
    #[serde(default)]
    pub(super) number: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PushAnswer {
    /// Yes, with the number of the page where one is asked for.
    Approve,
    Reject,
    /// Yes, with this number.
    Number,
}

pub(super) async fn push(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    press(&org, read(&body)?).map(Json)
}

pub(super) fn press(org: &Org, pressed: Pressed) -> Result<Value, Refusal> {
    let now = org.clock().now();
    let mut state = org.state();
    let who = Who {
        email: pressed.email,
        client: pressed.client,
    };
    let found = latest(&state, &who, |transaction| {
        Some(asks(&state, transaction, now)?.0.sent)
    });
    let pending = found
        .and_then(|id| state.transactions.get_mut(&id))
        .and_then(|transaction| transaction.pending.as_mut());
    let Some(Pending::Push(push)) = pending else {
        return Err(refusal("No push waits for an answer of this person's."));
    };
    match (pressed.answer, pressed.number) {
        (PushAnswer::Approve, _) => push.approve(),
        (PushAnswer::Reject, _) => push.reject(),
        (PushAnswer::Number, Some(number)) => push.pick(&number),
        (PushAnswer::Number, None) => return Err(refusal("Which number?")),
    }
    let approved = push.outcome(now) == Outcome::Approved;
    Ok(json!({"answer": if approved { "approved" } else { "rejected" }}))
}

/// What Duo says about somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    email: String,
    #[serde(default = "main_client")]
    client: String,
    answer: DuoAnswer,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DuoAnswer {
    Approve,
    Deny,
}

/// What Duo's frame gives back to the page that shows it, to be sent on as `credentials.signatureData`.
pub(super) async fn duo(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let Verdict {
        email,
        client,
        answer,
    } = read(&body)?;
    let state = org.state();
    let asked = |transaction: &Transaction| match &transaction.pending {
        Some(Pending::Duo(request)) => Some(request.asked),
        _ => None,
    };
    let found = latest(&state, &Who { email, client }, asked);
    let pending = found.and_then(|id| state.transactions.get(&id)?.pending.as_ref());
    let Some(Pending::Duo(request)) = pending else {
        return Err(refusal("Duo was not asked about this person."));
    };
    let signature = match answer {
        DuoAnswer::Approve => request.approval(),
        DuoAnswer::Deny => request.denial(),
    };
    Ok(Json(json!({"signatureData": signature})))
}

#[derive(Deserialize)]
pub(super) struct Address {
    #[serde(default)]
    token: String,
}

/// The address opened in a browser. Only the device can set itself up by it, unless the browser is on that device.
pub(super) async fn opened(State(org): State<Org>, Query(at): Query<Address>) -> Response {
    let now = org.clock().now();
    let channel = {
        let state = org.state();
        let mut open = state.transactions.values();
        open.find_map(|transaction| {
            waits(transaction, now)
                .filter(|setup| setup.token == at.token)
                .map(|setup| setup.channel)
        })
    };
    match channel {
        Some(SetupChannel::SameDevice) => {
            let form = format!(
                "<h1>Set up Okta Verify</h1>\n<p>This is the device: the app would open here.</p>\n\
                 <form method=\"post\" action=\"{path}\">\n<input type=\"hidden\" name=\"token\" value=\"{token}\">\n\
                 <button>Set up</button>\n</form>",
                path = Setup::PATH,
                token = escape(&at.token)
            );
            page_with_forms(StatusCode::OK, "Set up Okta Verify", &[], &form)
        }
        Some(_) => page(
            StatusCode::OK,
            "Open this on the device",
            None,
            "<h1>Open this on the device</h1>\n<p>This link is for the device with Okta Verify, not for this browser. \
             The devices are on the <a href=\"/console\">console</a>: open the address there.</p>",
        ),
        None => gone(),
    }
}

/// The same device sets itself up.
pub(super) async fn set_up_here(State(org): State<Org>, Form(at): Form<Address>) -> Response {
    let now = org.clock().now();
    let mut state = org.state();
    let found = state.transactions.values().find(|transaction| {
        waits(transaction, now).is_some_and(|setup| {
            setup.token == at.token && setup.channel == SetupChannel::SameDevice
        })
    });
    let id = found.map(|transaction| transaction.id.clone());
    match id.and_then(|id| open_on_device(&mut state, &id, None)) {
        Some(_) => page(
            StatusCode::OK,
            "Okta Verify is set up",
            None,
            "<h1>Okta Verify is set up</h1>\n<p>Go back to where you began.</p>",
        ),
        None => gone(),
    }
}

fn gone() -> Response {
    page(
        StatusCode::GONE,
        "This address does not work any more",
        None,
        "<h1>This address does not work any more</h1>\n<p>A device was set up by it, or it was replaced. Go back to \
         where you began and ask for a new one.</p>",
    )
}
