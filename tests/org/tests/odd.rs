//! What clients rarely meet: Duo, things nobody has heard of, a policy that says no, an org in maintenance (scenario K30).

use std::time::Duration;

use crate::support::{Browser, PASSWORD, Page, claims};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";

async fn with_mary(policy: &str, more: Value) -> Browser {
    let browser = Browser::new(policy);
    let mut mary = json!({"email": MARY, "firstName": "Mary", "password": PASSWORD});
    for (name, value) in more.as_object().expect("members") {
        mary[name] = value.clone();
    }
    assert_eq!(browser.console("people", mary).await.status, 201);
    browser
}

async fn sign_in(browser: &Browser) -> Page {
    let page = browser.start().await;
    browser.sign_in(&page, MARY, PASSWORD).await
}

async fn switch(browser: &Browser, switches: Value) {
    let set = browser.console("client", switches).await;
    assert_eq!(set.status, 200, "{}", set.text);
}

async fn signature(browser: &Browser, answer: &str) -> String {
    let told = browser
        .console("duo", json!({"email": MARY, "answer": answer}))
        .await;
    told.json["signatureData"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", told.text))
        .to_owned()
}

async fn answer(browser: &Browser, page: &Page, credentials: Value) -> Page {
    browser
        .submit(page, &page.step(), json!({"credentials": credentials}))
        .await
}

#[tokio::test]
async fn k30_duo_is_set_up_and_asked_and_says_no() {
    let browser = with_mary("odd", json!({})).await;
    let page = sign_in(&browser).await;
    assert_eq!(page.options(), ["Duo Security"]);
    let page = browser.choose(&page, "Duo Security").await;
    assert_eq!(page.step(), "enroll-authenticator");
    let context = page
        .json()
        .pointer("/currentAuthenticator/value/contextualData")
        .expect("a question");
    assert_eq!(context["integrationType"], "IFRAME");
    assert_eq!(context["host"], "localhost:8081");
    let question = context["signedToken"].as_str().expect("a token").to_owned();
    assert!(question.starts_with("TX|") && question.contains(":APP|"));
    let field = page
        .json()
        .pointer("/remediation/value/0/value/0/form/value/0")
        .expect("a field");
    assert_eq!(
        (&field["name"], &field["visible"]),
        (&json!("signatureData"), &json!(false))
    );

    let no = signature(&browser, "deny").await;
    let forged = question.replace("TX|", "AUTH|");
    for bad in [no, forged] {
        let refused = answer(&browser, &page, json!({"signatureData": bad})).await;
        assert_eq!(
            (refused.status(), refused.step().as_str()),
            (400, "enroll-authenticator")
        );
        assert_eq!(
            refused.said(),
            ["oie.authenticator.duo.method.duo.verification_failed"]
        );
    }
    let yes = signature(&browser, "approve").await;
    let done = answer(&browser, &page, json!({"signatureData": yes})).await;
    let tokens = browser.tokens(&done).await;
    let told = claims(tokens.json["id_token"].as_str().expect("an ID token"));
    assert_eq!(told["amr"], json!(["pwd", "swk", "mfa"]));

    let page = sign_in(&browser).await;
    assert_eq!(page.step(), "challenge-authenticator");
    assert!(
        page.json()
            .pointer("/currentAuthenticatorEnrollment/value/contextualData/signedToken")
            .is_some()
    );
    let reused = answer(&browser, &page, json!({"signatureData": yes})).await;
    assert_eq!(reused.status(), 400, "a yes is for one question");
    let late = signature(&browser, "approve").await;
    browser.org.clock().forward(Duration::from_secs(301));
    let refused = answer(&browser, &page, json!({"signatureData": late})).await;
    assert_eq!(
        refused.said(),
        ["oie.authenticator.duo.method.duo.verification_timeout"]
    );
    let yes = signature(&browser, "approve").await;
    assert!(
        answer(&browser, &page, json!({"signatureData": yes}))
            .await
            .is_done()
    );
}

#[tokio::test]
async fn k30_an_authenticator_nobody_has_heard_of_works_by_its_form() {
    let browser = with_mary("odd-factor", json!({})).await;
    let page = sign_in(&browser).await;
    assert_eq!(page.options(), ["Hologram Reader"]);
    let page = browser.choose(&page, "Hologram Reader").await;
    let current = page.json().pointer("/currentAuthenticator/value");
    assert_eq!(current.expect("one")["key"], "hologram");
    let short = answer(&browser, &page, json!({"reading": "abc"})).await;
    assert_eq!(short.status(), 400);
    let done = answer(&browser, &page, json!({"reading": "blue whale"})).await;
    assert!(done.is_done());
    let page = sign_in(&browser).await;
    let wrong = answer(&browser, &page, json!({"reading": "red whale"})).await;
    assert_eq!(
        (wrong.status(), wrong.said_at("credentials.reading").len()),
        (401, 1)
    );
    assert!(
        answer(&browser, &page, json!({"reading": "blue whale"}))
            .await
            .is_done()
    );
}

#[tokio::test]
async fn k30_a_question_and_a_field_nobody_has_heard_of_can_be_answered() {
    let browser = with_mary("password-only", json!({})).await;
    switch(&browser, json!({"oddRemediation": true, "oddField": true})).await;
    let page = browser.start().await;
    let fields = page.form("identify").expect("a form")["value"].clone();
    let types: Vec<&Value> = fields
        .as_array()
        .expect("fields")
        .iter()
        .map(|field| &field["type"])
        .collect();
    assert!(types.contains(&&json!("slider")));
    let body = json!({"identifier": MARY, "credentials": {"passcode": PASSWORD}, "mood": 7});
    let page = browser.submit(&page, "identify", body).await;
    assert_eq!(page.steps(), ["tell-favorite-shade"]);
    let refused = browser
        .submit(&page, &page.step(), json!({"nickname": "May"}))
        .await;
    assert_eq!((refused.status(), refused.said_at("shade").len()), (400, 1));
    let told = json!({"nickname": "May", "shade": "dark", "loud": false, "tint": "#102030"});
    assert!(browser.submit(&page, &page.step(), told).await.is_done());
}

#[tokio::test]
async fn k30_a_policy_says_no_with_text_and_links() {
    let browser = with_mary("odd", json!({"groups": ["Visitors"]})).await;
    let page = sign_in(&browser).await;
    let page = browser.choose(&page, "Duo Security").await;
    let yes = signature(&browser, "approve").await;
    let page = answer(&browser, &page, json!({"signatureData": yes})).await;
    assert_eq!((page.status(), page.steps().len()), (403, 0));
    assert_eq!(page.said(), ["security.access_denied_custom_message"]);
    let links = page.json().pointer("/messages/value/0/links");
    assert_eq!(
        links.expect("links")[0],
        json!({"label": "How to be invited", "url": "https://help.acme.test/invitations"})
    );
    let again = Page(
        browser
            .post(
                "/idp/idx/introspect",
                &json!({"stateHandle": page.handle()}),
            )
            .await,
    );
    assert_eq!(again.said(), page.said(), "a reload says the same");
    let fresh = browser.submit(&page, "cancel", json!({})).await;
    assert_eq!(fresh.step(), "identify");
}

#[tokio::test]
async fn k30_somebody_without_the_app_is_back_at_the_start() {
    let browser = with_mary("password-only", json!({"assigned": false})).await;
    let page = sign_in(&browser).await;
    assert_eq!((page.status(), page.step().as_str()), (400, "identify"));
    assert_eq!(page.said(), ["idx.error.user.not.assigned.to.app"]);
}

#[tokio::test]
async fn k30_an_org_in_maintenance_lets_people_wait_and_then_in() {
    let browser = with_mary("password-only", json!({})).await;
    switch(&browser, json!({"maintenance": "waiting"})).await;
    let page = browser.start().await;
    assert_eq!(page.steps(), ["poll"]);
    assert_eq!(page.form("poll").expect("a poll")["refresh"], 2000);
    let page = browser.submit(&page, "poll", json!({})).await;
    assert_eq!(
        (page.status(), page.steps()),
        (200, vec!["poll".to_owned()])
    );
    switch(&browser, json!({"maintenance": "off"})).await;
    let page = browser.submit(&page, "poll", json!({})).await;
    assert_eq!((page.status(), page.step().as_str()), (200, "identify"));
    assert!(browser.sign_in(&page, MARY, PASSWORD).await.is_done());
}

#[tokio::test]
async fn k30_an_org_that_is_read_only_sets_nothing_up() {
    const KEY: &str = "idx.error.server.safe.mode.enrollment.unavailable";
    let browser = with_mary("phone", json!({})).await;
    switch(&browser, json!({"maintenance": "readOnly"})).await;
    let page = sign_in(&browser).await;
    assert_eq!(
        (page.status(), page.steps().len(), page.said()),
        (200, 0, vec![KEY.to_owned()])
    );

    let browser = Browser::new("signup");
    let page = browser.sign_up("mia@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Email").await;
    switch(&browser, json!({"maintenance": "readOnly"})).await;
    let page = browser.code(&page).await;
    assert_eq!(
        (page.steps(), page.said()),
        (vec!["skip".to_owned()], vec![KEY.to_owned()]),
        "the phone was optional"
    );
    assert!(browser.submit(&page, "skip", json!({})).await.is_done());
}
