//! After every story: nothing that opens a door is where it can be read.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::page::Request;
use crate::visit::Visit;

/// Members of a request's body that hold what nobody else may have.
const MEMBERS: [&str; 8] = [
    "passcode",
    "newPassword",
    "answer",
    "totp",
    "otp",
    "stateHandle",
    "interactionHandle",
    "stateToken",
];
/// The same in a form.
const FIELDS: [&str; 5] = [
    "code_verifier",
    "interaction_code",
    "code",
    "token",
    "refresh_token",
];
/// The members of what is kept of a signed-in person.
const TOKENS: [&str; 3] = ["access_token", "id_token", "refresh_token"];
/// What is shorter stands in many a text by chance.
const SHORTEST: usize = 6;

/// What was sent or is kept and opens a door, but for tokens.
fn sent(requests: &[Request]) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for request in requests {
        match serde_json::from_str(&request.body) {
            Ok(body) => members(&body, &mut secrets),
            Err(_) => {
                for (name, value) in form(&request.body) {
                    if FIELDS.contains(&name.as_str()) {
                        secrets.insert(value);
                    }
                }
            }
        }
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    secrets
}

fn members(body: &Value, secrets: &mut BTreeSet<String>) {
    match body {
        Value::Object(all) => {
            for (name, value) in all {
                match value.as_str() {
                    Some(text) if MEMBERS.contains(&name.as_str()) => {
                        secrets.insert(text.to_owned());
                    }
                    _ => members(value, secrets),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| members(value, secrets)),
        _ => {}
    }
}

fn form(body: &str) -> Vec<(String, String)> {
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let plain = |text: &str| text.replace("%2D", "-").replace("%5F", "_");
    pairs
        .map(|(name, value)| (name.to_owned(), plain(value)))
        .collect()
}

/// Nothing of it stands in the console, in an address, in the page's storage but for the tokens in their one place, or on
/// the page for developers.
pub(crate) async fn are_kept(visit: &Visit) {
    // A story may end elsewhere, or in the middle of a page that is being loaded.
    let here = visit.evaluate("location.origin").await;
    if here.as_str() != Some(visit.origin()) {
        return;
    }
    let requests = visit.requests().await;
    let storage = visit.storage().await;
    let mut tokens = BTreeSet::new();
    for (name, text) in &storage.session {
        let kept: Value = serde_json::from_str(text).unwrap_or_default();
        let found: Vec<&str> = TOKENS
            .iter()
            .filter_map(|name| kept[*name].as_str())
            .collect();
        assert!(
            found.is_empty() || name.starts_with("vestibule.tokens|"),
            "tokens are kept as {name}"
        );
        tokens.extend(found.into_iter().map(str::to_owned));
    }
    let secrets = sent(&requests);
    // A transaction keeps what brings it back: its handles, and its verifier.
    let resumable = |secret: &String| {
        requests.iter().any(|request| {
            let handle = |name| request.sent(name).is_some_and(|value| value == **secret);
            handle("/stateHandle")
                || handle("/interactionHandle")
                || handle("/stateToken")
                || form(&request.body).contains(&("code_verifier".to_owned(), secret.clone()))
        })
    };
    let lasting: Vec<&String> = secrets
        .iter()
        .filter(|secret| !resumable(secret) && !tokens.contains(*secret))
        .collect();
    let kept = storage.session.iter().chain(&storage.local);
    for (name, text) in kept.filter(|(name, _)| !name.starts_with("vestibule.tokens|")) {
        for secret in lasting.iter().copied().chain(&tokens) {
            assert!(
                !text.contains(secret.as_str()),
                "{secret:?} is kept as {name}"
            );
        }
    }
    let local = format!("{:?}", storage.local);
    assert!(!local.contains("eyJ"), "no token is shared: {local}");
    assert_eq!(storage.cookies, "", "the page sets no cookie");

    let console = visit.console().await;
    // The org's own redirects, and the links of its mails, carry a code to the page; it is gone from there at once.
    let asked = requests.iter().map(|request| request.url.clone());
    let asked =
        asked.filter(|url| !url.contains("/login/callback?") && !url.contains("/v1/logout?"));
    let asked = asked.filter(|url| !url.starts_with(visit.origin()) || url.contains("?"));
    let address = visit.address().await;
    let trace = visit.text().await;
    let debug = (visit.step().await == "debug").then_some(trace);
    let told = console.into_iter().chain([address]).chain(debug);
    let brought = |url: &String| {
        [
            "activation_token",
            "recovery_token",
            "stateToken",
            "user_code",
            "activationToken",
            "recoveryToken",
        ]
        .iter()
        .any(|name| url.contains(name))
    };
    for line in told.chain(asked.filter(|url| !brought(url))) {
        for secret in secrets.iter().chain(&tokens) {
            assert!(
                !line.contains(secret.as_str()),
                "{secret:?} stands in {line}"
            );
        }
    }
}
