//! The console for people: the devices, the help desk, the clock and what goes wrong, on one page without a script.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::devices::{self, Asked, Filter, Pressed, PushAnswer, Scan, Seen, Waiting};
use super::help_desk::{self, Issue, Remove};
use super::people::NewPerson;
use super::{Refusal, Who, main_client, people, presets, refusal};
use crate::authenticator::Authenticator;
use crate::faults::Fault;
use crate::html::{escape, page_with_forms};
use crate::people::Account;
use crate::{Org, Policy};

#[derive(Deserialize)]
pub(super) struct At {
    #[serde(default = "main_client")]
    client: String,
    /// What was done by the press before.
    #[serde(default)]
    said: Option<String>,
}

/// The page.
pub(super) async fn show(State(org): State<Org>, Query(at): Query<At>) -> Response {
    let client = at.client.as_str();
    let Some(policy) = org.settings().policy_of(client) else {
        return refusal(format!("There is no client \"{client}\".")).into_response();
    };
    let seen = devices::all(&org, &Filter::of(client));
    let said = at
        .said
        .map(|said| format!("<p role=\"status\" class=\"said\">{}</p>\n", escape(&said)))
        .unwrap_or_default();
    let body = format!(
        "<h1>Console</h1>\n{said}{chooser}\
         <h2 id=\"devices\">Devices</h2>\n{devices}\
         <h2 id=\"people\">People</h2>\n{people}\
         <h2 id=\"org\">The org</h2>\n{rest}",
        chooser = chooser(&org, client),
        devices = devices_html(client, &seen),
        people = people_html(&org, client, policy),
        rest = org_html(&org, client),
    );
    page_with_forms(StatusCode::OK, "Console", &[], &body)
}

/// Whose people are shown.
fn chooser(org: &Org, client: &str) -> String {
    let options: String = org
        .settings()
        .clients()
        .map(|one| {
            let selected = if one == client { " selected" } else { "" };
            format!("<option{selected}>{}</option>", escape(one))
        })
        .collect();
    format!(
        "<form method=\"get\" action=\"/console\" class=\"row\">\n<label for=\"client\">People of the client</label>\n\
         <select id=\"client\" name=\"client\">{options}</select>\n<button>Look again</button>\n\
         <a href=\"/inbox\">Inbox</a>\n</form>\n"
    )
}

/// A form of one press: what it does, with what, and its button.
fn press(client: &str, action: &str, fields: &[(&str, &str)], inner: &str, button: &str) -> String {
    let hidden: String = [("client", client), ("action", action)]
        .iter()
        .chain(fields)
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                escape(value)
            )
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"/console\" class=\"row\">{hidden}{inner}<button>{}</button></form>\n",
        escape(button)
    )
}

/// A labelled input.
fn input(id: &str, name: &str, label: &str, more: &str) -> String {
    format!("<label for=\"{id}\">{label}</label><input id=\"{id}\" name=\"{name}\" {more}>")
}

fn devices_html(client: &str, seen: &devices::Devices) -> String {
    let nothing = if seen.setups.is_empty() && seen.pushes.is_empty() {
        "<p>Nothing waits for a device.</p>\n"
    } else {
        ""
    };
    let pushes: String = seen.pushes.iter().map(push_html).collect();
    let setups: String = seen.setups.iter().map(setup_html).collect();
    let devices: String = seen.devices.iter().map(device_html).collect();
    let open = press(
        client,
        "scan",
        &[],
        &input(
            "address",
            "address",
            "Address on the phone",
            "type=\"url\" required",
        ),
        "Open on a phone",
    );
    format!("{nothing}{pushes}{setups}{devices}{open}")
}

fn push_html(push: &Asked) -> String {
    let fields = |answer| [("email", push.email.as_str()), ("answer", answer)];
    let yes: String = match &push.numbers {
        Some(numbers) => numbers
            .iter()
            .map(|number| {
                let [email, answer] = fields("number");
                press(
                    &push.client,
                    "push",
                    &[email, answer, ("number", number)],
                    "",
                    number,
                )
            })
            .collect(),
        None => press(
            &push.client,
            "push",
            &fields("approve"),
            "",
            "Yes, it is me",
        ),
    };
    let no = press(
        &push.client,
        "push",
        &fields("reject"),
        "",
        "No, it is not me",
    );
    format!(
        "<article class=\"mail\">\n<h3>{device}: did you just try to sign in?</h3>\n<p>{email}{hint}</p>\n{yes}{no}</article>\n",
        device = escape(&push.device),
        email = escape(&push.email),
        hint = push
            .numbers
            .as_ref()
            .map_or("", |_| ". Press the number that the page shows."),
    )
}

fn setup_html(setup: &Waiting) -> String {
    let how = match (setup.channel, &setup.to) {
        ("email", Some(to)) => format!("A mail to {to} brought the link."),
        ("sms", Some(to)) => format!("An SMS to {to} brought the link."),
        ("samedevice", _) => "The browser is on the device.".to_owned(),
        _ => "The page shows a QR code.".to_owned(),
    };
    let button = match setup.channel {
        "qrcode" => "Scan with a phone",
        _ => "Open on a phone",
    };
    let scan = press(
        &setup.client,
        "scan",
        &[("address", &setup.address)],
        "",
        button,
    );
    format!(
        "<article class=\"mail\">\n<h3>Okta Verify for {email}</h3>\n<p>{how}</p>\n{scan}</article>\n",
        email = escape(&setup.email),
        how = escape(&how),
    )
}

fn device_html(device: &Seen) -> String {
    format!(
        "<article class=\"mail\">\n<h3>{name}</h3>\n<p>{email}</p>\n<p class=\"code\">{code}</p>\n</article>\n",
        name = escape(&device.name),
        email = escape(&device.email),
        code = escape(&device.code),
    )
}

fn people_html(org: &Org, client: &str, policy: &Policy) -> String {
    let now = org.clock().now();
    let everyone: String = {
        let mut state = org.state();
        let people = state.people_of(client);
        people
            .iter()
            .enumerate()
            .map(|(index, account)| person_html(client, policy, account, index, now))
            .collect()
    };
    let nobody = if everyone.is_empty() {
        "<p>Nobody has an account here yet.</p>\n"
    } else {
        ""
    };
    let fields = input("email", "email", "Email", "type=\"email\" required")
        + &input("first", "firstName", "First name", "")
        + &input("last", "lastName", "Last name", "")
        + &input("password", "password", "Password", "");
    format!(
        "{nobody}{everyone}<h3>Somebody new</h3>\n{new}{usual}",
        new = press(client, "person", &[], &fields, "Add"),
        usual = press(client, "presets", &[], "", "Add the usual people"),
    )
}

fn person_html(
    client: &str,
    policy: &Policy,
    account: &Account,
    index: usize,
    now: std::time::SystemTime,
) -> String {
    let email = ("email", account.email.as_str());
    let mut lines = String::new();
    let mut presses = String::new();
    if let Some(shared) = &account.otp {
        let code = shared.code(now);
        lines += &format!("<p>Authenticator app</p>\n<p class=\"code\">{code}</p>\n");
    }
    if let Some(code) = &account.access_code {
        let old = if now < code.until { "" } else { ", too old" };
        lines += &format!(
            "<p>Temporary code{old}</p>\n<p class=\"code\">{}</p>\n",
            escape(code.told())
        );
    }
    if account.locked() {
        lines += "<p>Locked.</p>\n";
        presses += &press(client, "unlock", &[email], "", "Unlock");
    }
    for one in account.authenticators() {
        if one != Authenticator::Password {
            let fields = [email, ("authenticator", one.key())];
            let button = format!("Remove {}", one.name());
            presses += &press(client, "remove", &fields, "", &button);
        }
    }
    if policy.knows(Authenticator::AccessCode) {
        let id = format!("minutes-{index}");
        let minutes = input(
            &id,
            "minutes",
            "Minutes",
            "type=\"number\" min=\"10\" max=\"720\" value=\"60\"",
        );
        presses += &press(client, "code", &[email], &minutes, "Give a temporary code");
    }
    format!(
        "<article class=\"mail\">\n<h3>{name} {email}</h3>\n{lines}{presses}</article>\n",
        name = escape(&account.name()),
        email = escape(&account.email),
    )
}

fn org_html(org: &Org, client: &str) -> String {
    let armed: String = org
        .state()
        .faults
        .iter()
        .map(|fault| {
            let kind = serde_json::to_value(fault.kind).unwrap_or_default();
            format!(
                "<li>{} at {}, {} times</li>\n",
                escape(kind.as_str().unwrap_or_default()),
                escape(&fault.path),
                fault.times
            )
        })
        .collect();
    let armed = match armed.is_empty() {
        true => "<p>Nothing goes wrong on purpose.</p>\n".to_owned(),
        false => format!(
            "<ul>\n{armed}</ul>\n{}",
            press(client, "disarm", &[], "", "Let all go right")
        ),
    };
    let kinds: String = [
        "slow",
        "500",
        "500-ion",
        "429-classic",
        "429-classic-bare",
        "429-ion",
        "empty",
        "html",
        "cut",
        "drop-before",
        "drop-after",
        "oauth",
    ]
    .map(|kind| format!("<option>{kind}</option>"))
    .concat();
    let fault = format!(
        "<label for=\"kind\">What goes wrong</label><select id=\"kind\" name=\"kind\">{kinds}</select>{}",
        input("path", "path", "Where", "value=\"/idp/idx/\" required")
    );
    let seconds = input(
        "seconds",
        "seconds",
        "Seconds",
        "type=\"number\" min=\"1\" value=\"300\" required",
    );
    format!(
        "<p>The clock is {ahead} seconds ahead.</p>\n{clock}{armed}{arm}",
        ahead = org.clock().ahead().as_secs(),
        clock = press(client, "clock", &[], &seconds, "Forward"),
        arm = press(
            client,
            "fault",
            &[],
            &fault,
            "Let the next request go wrong"
        ),
    )
}

/// A press on the page. It is answered with the page again, so that a reload presses nothing.
pub(super) async fn pressed(
    State(org): State<Org>,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let client = fields.get("client").cloned().unwrap_or_else(main_client);
    let said = match act(&org, &client, &fields) {
        Ok(said) => said,
        Err(Refusal(_, reason)) => reason,
    };
    let query =
        serde_urlencoded::to_string([("client", &client), ("said", &said)]).unwrap_or_default();
    let target = format!("/console?{query}");
    (StatusCode::SEE_OTHER, [(header::LOCATION, target)]).into_response()
}

/// Does what was pressed, by the same ways as the JSON endpoints.
fn act(org: &Org, client: &str, fields: &BTreeMap<String, String>) -> Result<String, Refusal> {
    let field = |name: &str| fields.get(name).filter(|value| !value.is_empty()).cloned();
    let needed = |name: &str| field(name).ok_or_else(|| refusal(format!("{name} is missing.")));
    let number = |name: &str| {
        needed(name)?
            .parse::<u64>()
            .map_err(|_| refusal(format!("{name} is no number.")))
    };
    let client = client.to_owned();
    match needed("action")?.as_str() {
        "scan" => {
            let scan = Scan {
                email: None,
                address: Some(needed("address")?),
                client,
                device: None,
            };
            let done = devices::set_up(org, scan)?;
            Ok(format!(
                "Okta Verify is set up for {}.",
                text(&done["email"])
            ))
        }
        "push" => {
            let answer: PushAnswer = parsed("answer", needed("answer")?)?;
            let pressed = Pressed {
                email: needed("email")?,
                client,
                answer,
                number: field("number"),
            };
            let done = devices::press(org, pressed)?;
            Ok(format!("The sign-in is {}.", text(&done["answer"])))
        }
        "code" => {
            let issue = Issue {
                email: needed("email")?,
                client,
                minutes: number("minutes")?,
            };
            let done = help_desk::issue(org, &issue)?;
            Ok(format!("The code is {}", text(&done["code"])))
        }
        "remove" => {
            let remove = Remove {
                email: needed("email")?,
                client,
                authenticator: parsed("authenticator", needed("authenticator")?)?,
            };
            help_desk::take_away(org, &remove)?;
            Ok("It is removed.".to_owned())
        }
        "unlock" => {
            let email = needed("email")?;
            help_desk::open(org, &Who { email, client })?;
            Ok("The account is open.".to_owned())
        }
        "clock" => {
            org.clock().forward(Duration::from_secs(number("seconds")?));
            Ok("It is later now.".to_owned())
        }
        "fault" => {
            let fault = json!({"path": needed("path")?, "kind": needed("kind")?});
            let fault: Fault =
                serde_json::from_value(fault).map_err(|error| refusal(error.to_string()))?;
            org.arm(fault);
            Ok("The next request there goes wrong.".to_owned())
        }
        "disarm" => {
            org.state().faults.clear();
            Ok("All goes right again.".to_owned())
        }
        "person" => {
            let new = NewPerson {
                email: needed("email")?,
                first_name: field("firstName").unwrap_or_default(),
                last_name: field("lastName").unwrap_or_default(),
                password: field("password"),
                client: Some(client),
                ..NewPerson::default()
            };
            let person = people::add(org, new)?;
            Ok(format!("{} has an account.", person.email))
        }
        "presets" => {
            let made = presets::add(org, Some(&client))?;
            let count = made.as_array().map_or(0, Vec::len);
            Ok(format!("{count} people were added."))
        }
        other => Err(refusal(format!("There is nothing called {other}."))),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn parsed<T: serde::de::DeserializeOwned>(name: &str, value: String) -> Result<T, Refusal> {
    serde_json::from_value(Value::String(value))
        .map_err(|_| refusal(format!("This {name} is not known.")))
}
