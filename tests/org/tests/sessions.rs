//! The org's session, step-up, and browsers that are remembered (protocol 2.5, scenarios J19, J60, K16).

use std::time::Duration;

use crate::support::{APP, Answer, Browser, PASSWORD, Page, claims};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const IF_POSSIBLE: &str = "urn:okta:loa:2fa:any:ifpossible";
const TWO: &str = "urn:okta:loa:2fa:any";
const HOUR: Duration = Duration::from_secs(3600);

/// Mary, signed in with her password in a browser that takes cookies.
async fn signed_in(policy: &str) -> (Browser, Page) {
    let browser = Browser::new(policy).with_cookies();
    browser
        .person(MARY, json!({"phone": "+4915112345678"}))
        .await;
    let page = browser.start().await;
    let done = browser.sign_in(&page, MARY, PASSWORD).await;
    (browser, done)
}

async fn start_with(browser: &Browser, changed: &[(&str, &str)]) -> Page {
    let answer = browser.interact_with(changed).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    browser
        .introspect(
            answer.json["interaction_handle"]
                .as_str()
                .expect("a handle"),
        )
        .await
}

async fn id_token(browser: &Browser, done: &Page) -> Value {
    let tokens = browser.tokens(done).await;
    claims(tokens.json["id_token"].as_str().expect("an ID token"))
}

async fn ends(browser: &Browser) -> Answer {
    let request = Request::delete("/api/v1/sessions/me").header("origin", APP);
    browser
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

fn asks_again(page: &Page) {
    assert_eq!(page.step(), "identify", "{:#}", page.json());
    let name = page.json().pointer("/remediation/value/0/value/0/value");
    assert_eq!(name, Some(&json!(MARY)), "the name is there");
}

#[tokio::test]
async fn who_is_signed_in_at_the_org_is_asked_for_nothing() {
    let (browser, first) = signed_in("password-only").await;
    let before = id_token(&browser, &first).await;
    let again = browser.start().await;
    assert!(again.is_done());
    let after = id_token(&browser, &again).await;
    assert_eq!(
        (&after["sub"], &after["amr"]),
        (&before["sub"], &json!(["pwd"]))
    );
    assert_eq!(
        after["auth_time"], before["auth_time"],
        "nothing was proved anew"
    );

    let other = browser.with_cookies();
    assert_eq!(other.start().await.step(), "identify", "another browser");
    let stranger = browser.start_as("signup").await;
    assert_eq!(
        stranger.step(),
        "identify",
        "another client's people are others"
    );
}

#[tokio::test]
async fn a_session_can_be_looked_at_and_ended() {
    let (browser, _) = signed_in("password-only").await;
    let shown = browser.get("/api/v1/sessions/me").await;
    assert_eq!(
        (shown.status.as_u16(), &shown.json["login"]),
        (200, &json!(MARY))
    );
    let ended = ends(&browser).await;
    assert_eq!(ended.status, 204);
    assert_eq!(ended.headers["access-control-allow-credentials"], "true");
    assert!(browser.cookies().is_empty());
    assert_eq!(browser.start().await.step(), "identify");
    assert_eq!(ends(&browser).await.status, 404);
    assert_eq!(
        browser.get("/api/v1/sessions/me").await.json["errorCode"],
        "E0000007"
    );
}

#[tokio::test]
async fn j19_signing_out_at_the_org_ends_its_session() {
    let (browser, done) = signed_in("password-only").await;
    let tokens = browser.tokens(&done).await;
    let hint = tokens.json["id_token"].as_str().expect("an ID token");
    let out =
        format!("/oauth2/default/v1/logout?id_token_hint={hint}&post_logout_redirect_uri={APP}/");
    let answer = browser.get(&out).await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (302, format!("{APP}/"))
    );
    assert_eq!(browser.start().await.step(), "identify");
}

#[tokio::test]
async fn the_switch_keeps_the_org_from_knowing_anybody() {
    let (browser, _) = signed_in("password-only").await;
    browser
        .console("client", json!({"sessionCookie": false}))
        .await;
    assert_eq!(browser.start().await.step(), "identify", "one from before");
    browser
        .console("client", json!({"sessionCookie": true}))
        .await;
    assert!(browser.start().await.is_done());
    browser
        .console("client", json!({"sessionCookie": false}))
        .await;
    let other = browser.with_cookies();
    let page = other.start().await;
    assert!(other.sign_in(&page, MARY, PASSWORD).await.is_done());
    assert!(other.cookies().is_empty());
}

#[tokio::test]
async fn a_session_two_hours_old_asks_again_with_the_name_there() {
    let (browser, _) = signed_in("password-only").await;
    browser.org.clock().forward(HOUR);
    assert!(browser.start().await.is_done());
    browser.org.clock().forward(HOUR);
    asks_again(&browser.start().await);
    browser.org.clock().forward(2 * HOUR);
    let page = browser.start().await;
    assert_eq!(
        page.json().pointer("/remediation/value/0/value/0/value"),
        None,
        "nobody is known"
    );
}

#[tokio::test]
async fn max_age_asks_again() {
    let (browser, _) = signed_in("password-only").await;
    browser.org.clock().forward(Duration::from_secs(600));
    assert!(start_with(&browser, &[("max_age", "900")]).await.is_done());
    asks_again(&start_with(&browser, &[("max_age", "600")]).await);
    let page = start_with(&browser, &[("max_age", "0")]).await;
    asks_again(&page);
    let done = browser.sign_in(&page, MARY, PASSWORD).await;
    assert!(done.is_done());
    assert!(
        start_with(&browser, &[("max_age", "60")]).await.is_done(),
        "proved anew"
    );
}

#[tokio::test]
async fn somebody_else_can_start_over() {
    let (browser, _) = signed_in("password-only").await;
    let handle = browser.interact().await;
    let page = browser.introspect(&handle).await;
    assert!(page.is_done());
    let page = browser.submit(&page, "cancel", json!({})).await;
    assert_eq!(page.step(), "identify");
    assert_eq!(
        browser.introspect(&handle).await.step(),
        "identify",
        "and stays there"
    );
    let page = start_with(&browser, &[("login_hint", "lotte@acme.test")]).await;
    assert_eq!(page.step(), "identify", "the app speaks of somebody else");
}

#[tokio::test]
async fn j60_with_a_session_only_the_second_factor_is_asked() {
    let (browser, first) = signed_in("account").await;
    assert_eq!(id_token(&browser, &first).await.get("acr"), None);
    let asked = [("acr_values", IF_POSSIBLE), ("max_age", "900")];
    let page = start_with(&browser, &asked).await;
    assert_eq!(
        page.step(),
        "authenticator-verification-data",
        "the password counts"
    );
    let id = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0/value")
        .cloned();
    let sms = json!({"authenticator": {"id": id, "methodType": "sms"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", sms)
        .await;
    let done = browser.code(&page).await;
    let token = id_token(&browser, &done).await;
    assert_eq!(
        (&token["acr"], &token["amr"]),
        (&json!(IF_POSSIBLE), &json!(["pwd", "sms", "mfa"]))
    );
    assert!(
        start_with(&browser, &asked).await.is_done(),
        "both count from now on"
    );
}

#[tokio::test]
async fn j60_without_the_session_the_password_is_asked_too() {
    let (browser, _) = signed_in("account").await;
    let other = browser.with_cookies();
    let page = start_with(&other, &[("acr_values", IF_POSSIBLE)]).await;
    assert_eq!(page.step(), "identify");
    let page = other.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.step(), "authenticator-verification-data");
}

#[tokio::test]
async fn two_factors_if_possible_are_asked_of_those_who_have_two() {
    let browser = Browser::new("password-only");
    browser.person(MARY, json!({})).await;
    let page = start_with(&browser, &[("acr_values", IF_POSSIBLE)]).await;
    let done = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(id_token(&browser, &done).await["acr"], IF_POSSIBLE);
    let page = start_with(&browser, &[("acr_values", TWO)]).await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        (page.status(), page.said()),
        (403, vec!["oie.assurance.unsatisfiable".to_owned()])
    );
}

#[tokio::test]
async fn signed_out_everywhere_means_sessions_too() {
    let (browser, _) = signed_in("password-only").await;
    let other = browser.with_cookies();
    let page = other.start().await;
    let page = other.submit(&page, "recover", json!({})).await;
    let page = other
        .submit(&page, "identify-recovery", json!({"identifier": MARY}))
        .await;
    let id = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0/value")
        .cloned();
    let mail = json!({"authenticator": {"id": id, "methodType": "email"}});
    let page = other
        .submit(&page, "authenticator-verification-data", mail)
        .await;
    let page = other.code(&page).await;
    let new = json!({"credentials": {"passcode": "Winter-2032", "revokeSessions": true}});
    assert!(
        other
            .submit(&page, "reset-authenticator", new)
            .await
            .is_done()
    );
    assert_eq!(
        browser.start().await.step(),
        "identify",
        "the other browser is out"
    );
    assert!(other.start().await.is_done(), "this one is in");
}

/// Signs Mary in with her password and a code by mail, up to what comes after.
async fn with_two(browser: &Browser, ticked: bool) -> Page {
    let page = browser.start().await;
    let body =
        json!({"identifier": MARY, "credentials": {"passcode": PASSWORD}, "rememberMe": ticked});
    let page = browser.submit(&page, "identify", body).await;
    assert_eq!(
        page.step(),
        "authenticator-verification-data",
        "{:#}",
        page.json()
    );
    let id = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0/value")
        .cloned();
    let mail = json!({"authenticator": {"id": id, "methodType": "email"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", mail)
        .await;
    browser.code(&page).await
}

async fn keep(browser: &Browser, page: &Page, yes: bool) -> Page {
    assert_eq!(page.steps(), ["keep-me-signed-in"]);
    browser
        .submit(page, "keep-me-signed-in", json!({"keepMeSignedIn": yes}))
        .await
}

/// The next day: the org's session is over.
async fn next_day(browser: &Browser) -> Page {
    browser.org.clock().forward(24 * HOUR);
    let page = browser.start().await;
    browser.sign_in(&page, MARY, PASSWORD).await
}

#[tokio::test]
async fn k16_a_browser_that_is_remembered_asks_for_one_thing_for_30_days() {
    let browser = Browser::new("mfa-any").with_cookies();
    browser.person(MARY, json!({})).await;
    let page = with_two(&browser, true).await;
    let field = page.json().pointer("/remediation/value/0/value/0/value");
    assert_eq!(
        field,
        Some(&json!(true)),
        "the box before is the answer to begin with"
    );
    assert!(keep(&browser, &page, true).await.is_done());
    assert!(next_day(&browser).await.is_done());

    let other = browser.with_cookies();
    assert_eq!(
        next_day(&other).await.step(),
        "authenticator-verification-data",
        "another browser"
    );
    browser.org.clock().forward(29 * 24 * HOUR);
    assert_eq!(
        next_day(&browser).await.step(),
        "authenticator-verification-data"
    );
}

#[tokio::test]
async fn k16_no_means_asked_again_and_so_does_a_browser_without_cookies() {
    let browser = Browser::new("mfa-any").with_cookies();
    browser.person(MARY, json!({})).await;
    let page = with_two(&browser, false).await;
    assert!(keep(&browser, &page, false).await.is_done());
    assert_eq!(
        next_day(&browser).await.step(),
        "authenticator-verification-data"
    );

    let none = Browser::new("mfa-any");
    none.person(MARY, json!({})).await;
    for _ in 0..2 {
        let page = with_two(&none, true).await;
        assert!(keep(&none, &page, true).await.is_done());
    }
}

#[tokio::test]
async fn k16_a_step_up_asks_a_remembered_browser_too() {
    let browser = Browser::new("mfa-any").with_cookies();
    browser.person(MARY, json!({})).await;
    let page = with_two(&browser, true).await;
    keep(&browser, &page, true).await;
    browser.org.clock().forward(24 * HOUR);
    let page = start_with(&browser, &[("acr_values", TWO)]).await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.step(), "authenticator-verification-data");
}
