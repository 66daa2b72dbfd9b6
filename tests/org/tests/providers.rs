//! Somebody signs in at another service: there, back, and what comes of it (protocol 1.11, 5.6).

use crate::support::{APP, Answer, Browser, ORG, PASSWORD, Page, claims};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";

async fn social() -> (Browser, String, Page) {
    let browser = Browser::new("social");
    browser.person(MARY, json!({})).await;
    let handle = browser.interact().await;
    let page = browser.introspect(&handle).await;
    (browser, handle, page)
}

/// Follows the button to the other service. The answer is the name of this way there.
async fn leave(browser: &Browser, page: &Page) -> String {
    let form = page.form("redirect-idp").expect("a button");
    assert_eq!(
        (&form["type"], &form["idp"]["name"]),
        (&json!("OIDC"), &json!("Okta OIDC IDP"))
    );
    let href = form["href"]
        .as_str()
        .and_then(|href| href.strip_prefix(ORG))
        .expect("the org's");
    let there = browser.get(href).await;
    assert_eq!(there.status, 302);
    there.sent("state").expect("a state")
}

/// Presses at the other service and follows the way back up to the app.
async fn press(browser: &Browser, state: &str, action: Value) -> Answer {
    let mut body = action;
    body["state"] = json!(state);
    let pressed = browser.console("idp", body).await;
    assert_eq!(pressed.status, 200, "{}", pressed.text);
    browser.get(back(&pressed)).await
}

fn back(pressed: &Answer) -> &str {
    let location = pressed.json["location"].as_str();
    location
        .and_then(|address| address.strip_prefix(ORG))
        .expect("the org's callback")
}

#[tokio::test]
async fn j49_somebody_known_comes_back_with_a_code() {
    let (browser, _, page) = social().await;
    assert_eq!(
        page.steps(),
        ["identify", "redirect-idp", "select-enroll-profile"]
    );
    let state = leave(&browser, &page).await;
    let home = press(
        &browser,
        &state,
        json!({"action": "approve", "email": MARY}),
    )
    .await;
    assert_eq!(home.status, 302);
    assert!(
        home.location()
            .starts_with(&format!("{APP}/login/callback?"))
    );
    assert_eq!(home.sent("state").as_deref(), Some("the-state"));
    let code = home.sent("interaction_code").expect("a code");
    let tokens = browser.token_with(&[("interaction_code", &code)]).await;
    let claims = claims(tokens.json["id_token"].as_str().expect("an ID token"));
    assert_eq!(
        (&claims["email"], &claims["nonce"]),
        (&json!(MARY), &json!("the-nonce"))
    );
}

#[tokio::test]
async fn j51_staff_prove_a_second_thing_after_they_are_back() {
    let (browser, handle, page) = social().await;
    browser
        .person("nina@acme.test", json!({"groups": ["Staff"]}))
        .await;
    let state = leave(&browser, &page).await;
    let home = press(
        &browser,
        &state,
        json!({"action": "approve", "email": "nina@acme.test"}),
    )
    .await;
    assert_eq!(home.sent("error").as_deref(), Some("interaction_required"));
    assert_eq!(home.sent("interaction_code"), None);

    let page = browser.introspect(&handle).await;
    assert_eq!(page.step(), "authenticator-verification-data");
    let page = browser
        .submit(
            &page,
            &page.step(),
            json!({"authenticator": {"methodType": "email"}}),
        )
        .await;
    let page = browser.choose(&page, "Email").await;
    let page = browser
        .submit(
            &page,
            &page.step(),
            json!({"authenticator": {"methodType": "email"}}),
        )
        .await;
    let done = browser.code(&page).await;
    let tokens = browser.tokens(&done).await;
    let claims = claims(tokens.json["id_token"].as_str().expect("an ID token"));
    assert_eq!(claims["amr"], json!(["fed", "email", "mfa"]));
}

#[tokio::test]
async fn k29_a_denial_and_a_failure_are_told_apart_and_leave_all_ways_open() {
    let (browser, handle, page) = social().await;
    let state = leave(&browser, &page).await;
    let home = press(&browser, &state, json!({"action": "deny"})).await;
    assert_eq!(home.sent("error").as_deref(), Some("access_denied"));
    let page = browser.introspect(&handle).await;
    assert_eq!(
        page.steps(),
        ["identify", "redirect-idp", "select-enroll-profile"]
    );

    let state = leave(&browser, &page).await;
    let home = press(&browser, &state, json!({"action": "fail"})).await;
    assert_eq!(home.sent("error").as_deref(), Some("interaction_required"));
    let page = browser.introspect(&handle).await;
    assert_eq!(
        (page.status(), page.steps(), page.said()),
        (
            400,
            vec![],
            vec!["idx.identity.provider.auth.error".to_owned()]
        )
    );
    let page = browser.submit(&page, "cancel", json!({})).await;
    assert!(browser.sign_in(&page, MARY, PASSWORD).await.is_done());
}

#[tokio::test]
async fn k29_a_way_back_is_taken_once_and_only_by_the_one_who_left() {
    let (browser, _, page) = social().await;
    let state = leave(&browser, &page).await;
    let mut body = json!({"action": "approve", "email": MARY});
    body["state"] = json!(state);
    let pressed = browser.console("idp", body.clone()).await;
    let foreign = format!("/oauth2/v1/authorize/callback?state={state}&code=guessed");
    assert_eq!(
        browser.get(&foreign).await.status,
        400,
        "a code of one's own making"
    );
    assert_eq!(browser.get(back(&pressed)).await.status, 302);
    assert_eq!(
        browser.get(back(&pressed)).await.status,
        400,
        "the same once more"
    );
    assert_eq!(
        browser.console("idp", body).await.status,
        400,
        "a second press there"
    );
    assert_eq!(
        browser.get(&format!("/toy-idp?state={state}")).await.status,
        400
    );
}

#[tokio::test]
async fn a_way_there_needs_an_open_transaction_of_that_client() {
    let (browser, _, page) = social().await;
    let form = page.form("redirect-idp").expect("a button");
    let href = form["href"]
        .as_str()
        .and_then(|href| href.strip_prefix(ORG))
        .expect("the org's")
        .to_owned();
    assert_eq!(
        browser
            .get(&href.replace("client_id=vestibule", "client_id=social"))
            .await
            .status,
        400
    );
    assert_eq!(
        browser
            .get(&href.replace("0oaOkta", "0oaOther"))
            .await
            .status,
        400
    );
    browser
        .org
        .clock()
        .forward(std::time::Duration::from_secs(31 * 60));
    assert_eq!(browser.get(&href).await.status, 400);
}

#[tokio::test]
async fn k29_somebody_new_is_asked_for_what_lacks_and_for_no_password() {
    let (browser, handle, page) = social().await;
    let state = leave(&browser, &page).await;
    let ivo = json!({"action": "approve", "email": "ivo@idp.test", "firstName": "Ivo"});
    let home = press(&browser, &state, ivo).await;
    assert_eq!(home.sent("error").as_deref(), Some("interaction_required"));
    let page = browser.introspect(&handle).await;
    assert_eq!(page.steps(), ["enroll-profile", "select-identify"]);
    let fields = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value")
        .expect("fields");
    assert_eq!(
        (&fields[0]["value"], &fields[1]["value"]),
        (&json!("Ivo"), &Value::Null)
    );
    let profile =
        json!({"userProfile": {"firstName": "Ivo", "lastName": "Reed", "email": "ivo@idp.test"}});
    let done = browser.submit(&page, "enroll-profile", profile).await;
    assert!(done.is_done(), "{:#}", done.json());

    let page = browser.start().await;
    let state = leave(&browser, &page).await;
    let again = press(
        &browser,
        &state,
        json!({"action": "approve", "email": "ivo@idp.test"}),
    )
    .await;
    assert!(
        again.sent("interaction_code").is_some(),
        "known from now on"
    );
}

#[tokio::test]
async fn somebody_new_whose_profile_is_whole_is_in_at_once() {
    let (browser, _, page) = social().await;
    let state = leave(&browser, &page).await;
    let ivo = json!({"action": "approve", "email": "ivo@idp.test", "firstName": "Ivo", "lastName": "Reed"});
    let home = press(&browser, &state, ivo).await;
    assert!(home.sent("interaction_code").is_some());
    assert_eq!(browser.org.people().len(), 2);
}

#[tokio::test]
async fn the_org_can_have_no_other_way_in() {
    let (browser, _, _) = social().await;
    browser.console("client", json!({"onlyIdp": true})).await;
    let page = browser.start().await;
    assert_eq!(page.steps(), ["redirect-idp"]);
}

#[tokio::test]
async fn the_other_service_has_a_page_for_people() {
    let (browser, _, page) = social().await;
    let state = leave(&browser, &page).await;
    let shown = browser.get(&format!("/toy-idp?state={state}")).await;
    assert_eq!(shown.status, 200);
    assert!(
        shown.text.contains("Go on as Mary Holm (mary@acme.test)"),
        "{}",
        shown.text
    );
    let rules = shown.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(
        rules.contains("default-src 'none'")
            && rules.contains("form-action 'self' http://localhost:8080")
    );
    let pressed = browser
        .form("/toy-idp", &[("state", &state), ("action", "deny")])
        .await;
    assert_eq!(pressed.status, 303);
    let callback = pressed.location();
    let home = browser
        .get(callback.strip_prefix(ORG).expect("the org's"))
        .await;
    assert_eq!(home.sent("error").as_deref(), Some("access_denied"));
}
