//! What becomes of a session after the sign-in, against the org: renewal, proofs of possession, step-up, clocks.

use std::time::Duration;

use crate::visitor::{ORG, Visitor};
use org::TokenFault;
use serde_json::{Value, json};
use vestibule::flow::{Ended, Event, Failure, Flow, OrgSession};
use vestibule::http::HttpRequest;
use vestibule::oauth::{self, Challenge, Purpose, Setting, TokenError};
use vestibule::pages::{self, Press};
use vestibule::secret::Secret;

const MARY: &str = "mary@acme.test";
const PASSWORD: &str = "Sommer-2031";

async fn signed_in(members: &str) -> Visitor {
    let mary = comes(members).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    mary
}

async fn comes(members: &str) -> Visitor {
    let mary = before(members);
    sign_in(&mary).await;
    mary
}

fn before(members: &str) -> Visitor {
    let config = format!(
        r#"{{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule",
        "scopes":"openid profile email offline_access"{members}}}"#
    );
    let mary = Visitor::with("password-only", &config);
    let made = mary.org().add_person(MARY, "Mary", "Holm", Some(PASSWORD));
    assert!(made.is_some(), "the org takes her");
    mary
}

async fn sign_in(mary: &Visitor) {
    mary.comes_to(Purpose::SignIn).await;
    mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
        .await;
}

async fn me(mary: &Visitor, query: &str) -> (u16, Value, Option<Challenge>) {
    let request = HttpRequest::get(format!("{ORG}/api/me{query}"));
    let answer = mary.fetches(request).await.expect("it answers");
    let body = serde_json::from_str(answer.body.expose()).unwrap_or_default();
    let challenge = answer.challenge.as_deref().map(Challenge::read);
    (answer.status, body, challenge)
}

fn asked_for_tokens(mary: &Visitor) -> usize {
    let exchange = mary.exchange();
    let tokens = exchange
        .iter()
        .filter(|(request, _)| request.url.ends_with("/v1/token"));
    tokens.count()
}

#[tokio::test]
async fn tokens_are_renewed_and_the_refresh_token_with_them() {
    let mary = signed_in("").await;
    let first = mary.tokens().expect("she has some");
    let claims = mary.renews().await.expect("the org renews");
    let second = mary.tokens().expect("she has some");
    assert_eq!(claims.text("preferred_username"), Some(MARY));
    assert!(first.access != second.access && first.refresh != second.refresh);
    assert_eq!(first.session, second.session, "it is the same session");
    assert_eq!(me(&mary, "").await.1["login"], MARY);

    // The answer was lost: the one before is good for a moment more, and brings what was lost.
    mary.has(first.clone());
    mary.renews().await.expect("within the grace");
    assert!(mary.tokens().expect("she has some").refresh == second.refresh);

    // After that it is somebody else's who took it: all that came of the sign-in is dead.
    mary.org().clock().forward(Duration::from_secs(31));
    mary.has(first);
    assert_eq!(mary.renews().await.map(|_| ()), Err(Failure::Lapsed));
    mary.has(second);
    assert_eq!(mary.renews().await.map(|_| ()), Err(Failure::Lapsed));
    assert_eq!(me(&mary, "").await.0, 401);
}

#[tokio::test]
async fn what_may_pass_does_not_end_a_session() {
    let mary = signed_in("").await;
    let before = mary.tokens().expect("she has some");
    mary.goes_offline(true);
    assert!(matches!(mary.renews().await, Err(Failure::Unreachable(_))));
    mary.goes_offline(false);
    let fault = json!({"path": "/oauth2/default/v1/token", "kind": "500"});
    mary.console("POST", "/console/faults", fault).await;
    assert!(matches!(mary.renews().await, Err(Failure::Exchange(_))));
    assert!(mary.tokens().is_some_and(|now| now.access == before.access));
    mary.renews().await.expect("it has passed");
}

#[tokio::test]
async fn without_offline_access_there_is_nothing_to_renew() {
    let mary = signed_in(r#","scopes":"openid profile email""#).await;
    assert!(mary.tokens().expect("she has some").refresh.is_none());
    assert_eq!(mary.renews().await.map(|_| ()), Err(Failure::Lapsed));
}

#[tokio::test]
async fn a_clock_that_is_a_day_off_is_told_and_nothing_else() {
    for (seconds, words) in [
        (-86_400, "about 24 hours behind"),
        // The answer was on its way for a second.
        (-86_399, "about 24 hours behind"),
        (2 * 86_400, "about 2 days ahead"),
        (3 * 86_400 - 1, "about 3 days ahead"),
        (-3_600, "about 60 minutes behind"),
        (400, "about 7 minutes ahead"),
    ] {
        for dpop in ["", r#","dpop":true"#] {
            let mary = before(dpop);
            mary.clock_is_off(seconds);
            sign_in(&mary).await;
            assert_eq!(mary.signed_in_as().as_deref(), Some(MARY), "{words} {dpop}");
            let notices = mary.notices().join(" ");
            assert!(notices.contains(words), "{words}: {notices}");
            mary.renews().await.expect("the org renews");
            assert_eq!(me(&mary, "").await.0, 200, "{words} {dpop}");
        }
    }
    let mary = before("");
    mary.clock_is_off(120);
    sign_in(&mary).await;
    assert_eq!(mary.notices(), Vec::<String>::new());
}

#[tokio::test]
async fn bound_tokens_are_good_with_their_key_alone() {
    let mary = signed_in(r#","dpop":true"#).await;
    let tokens = mary.tokens().expect("she has some");
    assert!(tokens.bound && tokens.scheme() == "DPoP");
    assert_eq!(asked_for_tokens(&mary), 2, "once more with the org's nonce");
    assert_eq!(me(&mary, "").await.1["login"], MARY);
    let userinfo = HttpRequest::get(format!("{ORG}/oauth2/default/v1/userinfo"));
    let answer = mary.fetches(userinfo).await.expect("it answers");
    assert_eq!(answer.status, 200);

    // The nonce is known now, until the org wants another one.
    mary.renews().await.expect("the org renews");
    assert_eq!(asked_for_tokens(&mary), 3);
    mary.console("POST", "/console/dpop-nonce", json!({})).await;
    mary.renews().await.expect("with the new nonce");
    assert_eq!(asked_for_tokens(&mary), 5);
    mary.console("POST", "/console/dpop-nonce", json!({})).await;
    assert_eq!(me(&mary, "").await.0, 200);

    // Somebody else has taken them, and has another key.
    let thief = mary.beside();
    thief.has(mary.tokens().expect("she has some"));
    assert_eq!(me(&thief, "").await.0, 401);
    assert_eq!(thief.renews().await.map(|_| ()), Err(Failure::Lapsed));
    assert_eq!(me(&mary, "").await.0, 200, "hers are still good");
}

#[tokio::test]
async fn a_sign_in_that_is_not_believed_leaves_neither_tokens_nor_a_key() {
    let mary = before(r#","dpop":true"#);
    mary.org().break_tokens(Some(TokenFault::Nonce));
    sign_in(&mary).await;
    assert_eq!(mary.failure(), Some(Failure::Token(TokenError::Nonce)));
    assert_eq!(mary.keys(), 0, "its key is gone");
    let exchange = mary.exchange();
    let revoked = exchange
        .iter()
        .filter(|(request, _)| request.url.ends_with("/v1/revoke"));
    assert_eq!(revoked.count(), 2);

    // A code that is refused brings no tokens, and leaves no key either.
    let mary = before(r#","dpop":true"#);
    let fault = json!({"path": "/oauth2/default/v1/token", "kind": "oauth", "error": "invalid_grant", "times": 2});
    mary.console("POST", "/console/faults", fault).await;
    sign_in(&mary).await;
    assert!(matches!(mary.failure(), Some(Failure::Exchange(_))));
    assert_eq!(mary.keys(), 0);

    let mary = signed_in(r#","dpop":true"#).await;
    assert_eq!(mary.keys(), 1, "one that is believed has its own");
    let tokens = mary.tokens().expect("she has some");
    mary.forgets_the_key_of(&tokens).await;
    assert_eq!(mary.keys(), 0);
}

#[tokio::test]
async fn an_org_that_binds_otherwise_than_agreed_is_named() {
    let mary = before(r#","dpop":true"#);
    mary.console("POST", "/console/client", json!({"dpop": "off"}))
        .await;
    sign_in(&mary).await;
    assert_eq!(mary.failure(), Some(Failure::Token(TokenError::Unbound)));
    let words = mary.page().intro.join(" ");
    assert!(words.contains("bound to a key (DPoP)"), "{words}");

    let mary = before("");
    mary.console("POST", "/console/client", json!({"dpop": "required"}))
        .await;
    sign_in(&mary).await;
    let Some(Failure::Exchange(refusal)) = mary.failure() else {
        panic!("{:?}", mary.failure())
    };
    assert_eq!(refusal.setting, Some(Setting::Dpop));
    let words = mary.page().intro.join(" ");
    assert!(words.contains("set dpop to true in config.json"), "{words}");
}

#[tokio::test]
async fn a_resource_says_what_it_wants_instead() {
    let mary = signed_in("").await;
    mary.org().clock().forward(Duration::from_secs(120));
    let (status, _, challenge) = me(&mary, "?max_age=60").await;
    assert_eq!(status, 401);
    let challenge = challenge.expect("it says why");
    assert!(challenge.wants_more());
    assert_eq!(challenge.max_age, Some(60));
    sign_in(&mary).await;
    assert_eq!(me(&mary, "?max_age=60").await.0, 200);
}

#[test]
fn the_page_claims_no_more_than_what_is_over() {
    let mary = before(r#","cookies":true"#);
    let page = |becomes: OrgSession| {
        let mut flow = Flow::default();
        flow.apply(Event::Ended(Ended::SignedOut));
        flow.apply(Event::OrgSession(becomes));
        pages::card(&flow, mary.config())
    };
    let ended = page(OrgSession::None);
    assert_eq!(ended.heading, "You are signed out.");
    assert!(!ended.others.is_empty() && !ended.waits());

    let ending = page(OrgSession::Ending);
    assert_eq!(ending.heading, "Signing you out");
    assert!(ending.waits() && ending.others.is_empty() && ending.links.is_empty());

    let lives = page(OrgSession::LivesOn);
    assert_eq!(lives.heading, "You are signed out here.");
    assert!(
        lives
            .intro
            .join(" ")
            .contains("localhost:8081 may still know you")
    );
    let first = lives.others.first().expect("a button");
    assert_eq!(first.label, "Sign out of localhost:8081");
    assert_eq!(first.press, Press::EndOrgSession);
    assert!(first.primary && lives.others.iter().filter(|other| other.primary).count() == 1);
    assert_eq!(lives.others.len(), 3, "or one signs in, or up");
}

#[test]
fn the_org_ends_its_session_with_or_without_a_way_back() {
    let (id, back) = (
        Secret::new("eyJ"),
        "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F",
    );
    let mary = before(r#","cookies":true"#);
    let out = oauth::logout(mary.config(), &id, Some("idle"));
    let end = format!("{ORG}/oauth2/default/v1/logout?id_token_hint=eyJ");
    assert_eq!(out.expose(), format!("{end}&{back}&state=idle"));
    let mary = before("");
    let out = oauth::logout(mary.config(), &id, Some("idle"));
    assert_eq!(out.expose(), end, "nobody comes back with a state");
}

#[tokio::test]
async fn keys_that_change_are_found_again() {
    let mary = signed_in("").await;
    mary.console("POST", "/console/keys", json!({"forget": true}))
        .await;
    mary.renews().await.expect("with the new key");
}
