//! The usual people: the same few in every client, as far as its policy lets them be (scenarios, part 3).

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::people::mail_link;
use super::{Refusal, Who, read, refusal};
use crate::Org;
use crate::access_code::{AccessCode, MINUTES};
use crate::authenticator::Authenticator;
use crate::links::Kind;
use crate::okta_verify::Device;
use crate::people::Account;
use crate::policy::Policy;
use crate::question::SecurityQuestion;
use crate::totp::SharedSecret;

/// Everybody's.
const PASSWORD: &str = "Sommer-2031";
/// Nina's and, before she lost it, Tess's.
const PHONE: &str = "+15551230001";
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Whose people are to be made: every client's if none is named.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    client: Option<String>,
}

pub(super) async fn make(State(org): State<Org>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let Wanted { client } = match body.is_empty() {
        true => Wanted::default(),
        false => read(&body)?,
    };
    add(&org, client.as_deref()).map(Json)
}

/// Makes the usual people and leaves those alone who are there already. Answers with whom it made.
pub(crate) fn add(org: &Org, client: Option<&str>) -> Result<Value, Refusal> {
    let clients: Vec<&str> = match client {
        Some(one) => vec![one],
        None => org.settings().clients().collect(),
    };
    let mut made = Vec::new();
    for client in clients {
        let policy = org
            .settings()
            .policy_of(client)
            .ok_or_else(|| refusal(format!("There is no client \"{client}\".")))?;
        for account in usual(org, policy) {
            let (email, staged) = (account.email.clone(), account.staged);
            let code = account
                .access_code
                .as_ref()
                .map(|code| code.told().to_owned());
            if org.state().people_of(client).add(account).is_err() {
                continue;
            }
            let mut one = json!({"client": client, "email": email});
            if let Some(code) = code {
                one["code"] = json!(code);
            }
            if staged {
                let who = Who {
                    email,
                    client: client.to_owned(),
                };
                one["activation"] = mail_link(org, Kind::Activation, &who)?.0;
            }
            made.push(one);
        }
    }
    Ok(Value::Array(made))
}

/// The people that a policy lets be.
fn usual(org: &Org, policy: &Policy) -> Vec<Account> {
    let now = org.clock().now();
    let someone = |first: &str, last: &str| {
        let email = format!("{}@acme.test", first.to_lowercase());
        let mut account = Account::new(&email, first, last, now);
        account.locks_after = policy.locks_after;
        account.email_proved = policy.knows(Authenticator::Email);
        account
    };
    let with_password = |first: &str, last: &str| {
        let mut account = someone(first, last);
        // It is a good one for each of them, which a test says.
        let _ = account.set_password(PASSWORD, now);
        account
    };
    let mut people = Vec::new();
    if policy.knows(Authenticator::Password) {
        people.push(with_password("Mary", "Holm"));
        people.push(all_there_is(with_password("Nina", "Berg"), policy));
        let mut lotte = with_password("Lotte", "Vogt");
        lotte.lock();
        people.push(lotte);
    }
    if let Some(age) = policy.password_age {
        for (first, last, left) in [("Petra", "Kern", 0), ("Paul", "Roth", 3)] {
            let mut account = with_password(first, last);
            let old = DAY * u32::try_from(age.days.saturating_sub(left)).unwrap_or_default();
            account.password_since = now.checked_sub(old).unwrap_or(now);
            people.push(account);
        }
    }
    if policy.activation {
        let mut stella = someone("Stella", "Lind");
        stella.staged = true;
        stella.email_proved = false;
        people.push(stella);
    }
    if !policy.idps.is_empty() {
        let mut ivo = someone("Ivo", "Reed");
        ivo.from_idp = true;
        people.push(ivo);
    }
    if policy.knows(Authenticator::AccessCode) {
        let mut tess = with_password("Tess", "Wolf");
        let lifetime = Duration::from_secs(MINUTES.end() * 60);
        tess.access_code = Some(AccessCode::new(lifetime, now));
        people.push(tess);
    }
    people
}

/// Gives somebody all that the policy knows and that needs no browser to be set up.
fn all_there_is(mut account: Account, policy: &Policy) -> Account {
    account.groups = vec!["Staff".to_owned()];
    for one in Authenticator::ALL
        .into_iter()
        .filter(|one| policy.knows(*one))
    {
        match one {
            Authenticator::Duo => account.duo = true,
            Authenticator::GoogleOtp => account.otp = Some(SharedSecret::new()),
            Authenticator::Hologram => account.hologram = Some("blue whale".to_owned()),
            Authenticator::OktaVerify => account.device = Some(Device::new("Phone of Nina")),
            Authenticator::Phone => account.phone = Some(PHONE.to_owned()),
            Authenticator::Question => {
                account.question = SecurityQuestion::new("disliked_food", None, "turnips").ok();
            }
            Authenticator::AccessCode
            | Authenticator::Email
            | Authenticator::Password
            | Authenticator::WebAuthn => {}
        }
    }
    account
}
