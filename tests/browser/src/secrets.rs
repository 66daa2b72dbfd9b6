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
const TOKENS: [&str; 4] = ["access_token", "id_token", "refresh_token", "secret"];
/// What the place where they are kept begins with.
const KEPT: &str = "vestibule.tokens|";
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

/// What the browser was sent to by others, with something in its query that opens a door: the org's redirects and its end of
/// a session, and the links of its mails. It is gone from the address bar at once.
const BROUGHT: [&str; 8] = [
    "/login/callback?",
    "/v1/logout?",
    "activation_token",
    "activationToken",
    "recovery_token",
    "recoveryToken",
    "stateToken",
    "user_code",
];

impl Visit {
    /// All that was sent, or came by mail or telephone, and opens a door.
    pub async fn secrets(&self) -> BTreeSet<String> {
        let mut secrets = sent(&self.requests().await);
        let codes = self.sent().into_iter().map(|mail| mail.code);
        secrets.extend(codes.filter(|code| code.len() >= SHORTEST));
        secrets
    }
}

/// Nothing of it stands in the console, in an address, in the page's storage but for the tokens in their one place, or on
/// the page for developers.
pub(crate) async fn are_kept(visit: &Visit) {
    let secrets = visit.secrets().await;
    let requests = visit.requests().await;
    let urls = requests.iter().map(|request| request.url.clone());
    let urls = urls.filter(|url| !BROUGHT.iter().any(|brought| url.contains(brought)));
    tell_nothing(visit.console().await.into_iter().chain(urls), &secrets);

    // A story may end at somebody else's page: what stands there is theirs.
    let here = visit.evaluate("location.origin").await;
    if here.as_str() != Some(visit.origin()) {
        return;
    }
    let storage = visit.storage().await;
    let mut tokens = BTreeSet::new();
    for (name, text) in &storage.session {
        let kept: Value = serde_json::from_str(text).unwrap_or_default();
        let found = TOKENS.iter().filter_map(|name| kept[*name].as_str());
        let found: Vec<String> = found.map(str::to_owned).collect();
        assert!(
            found.is_empty() || name.starts_with(KEPT),
            "tokens are kept as {name}"
        );
        tokens.extend(found);
    }
    // A transaction keeps what brings it back: its handles, and its verifier.
    let resumable = |secret: &&String| {
        requests.iter().any(|request| {
            let handle = |name| request.sent(name).is_some_and(|value| value == ***secret);
            ["/stateHandle", "/interactionHandle", "/stateToken"].map(handle) != [false; 3]
                || form(&request.body).contains(&("code_verifier".to_owned(), (*secret).clone()))
        })
    };
    let lasting = secrets.iter().filter(|secret| !resumable(secret));
    let lasting: BTreeSet<String> = lasting.chain(&tokens).cloned().collect();
    let kept = storage.session.into_iter().chain(storage.local.clone());
    let kept = kept.filter(|(name, _)| !name.starts_with(KEPT));
    tell_nothing(kept.map(|(_, text)| text), &lasting);
    let local = format!("{:?}", storage.local);
    assert!(!local.contains("eyJ"), "no token is shared: {local}");
    assert_eq!(storage.cookies, "", "the page sets no cookie");

    let debug = match visit.step().await.as_str() {
        "debug" => visit.text().await,
        _ => String::new(),
    };
    let all: BTreeSet<String> = secrets.union(&tokens).cloned().collect();
    tell_nothing([visit.address().await, debug], &all);
    tell_nothing(visit.console().await, &tokens);
}

fn tell_nothing(lines: impl IntoIterator<Item = String>, secrets: &BTreeSet<String>) {
    for line in lines {
        for secret in secrets {
            assert!(
                !line.contains(secret.as_str()),
                "{secret:?} stands in {line}"
            );
        }
    }
}
