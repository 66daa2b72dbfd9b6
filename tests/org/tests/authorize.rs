//! The org's own sign-in page, and the authorization code that comes of it (RFC 6749, 4.1; RFC 7636).

use crate::support::{
    APP, Answer, Browser, ISSUER, ORG, PASSWORD, VERIFIER, challenge, claims, parameter,
};
use serde_json::json;

const MARY: &str = "mary@acme.test";

async fn with_mary(policy: &str) -> Browser {
    let browser = Browser::new(policy);
    browser
        .org
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    browser
}

async fn authorize(browser: &Browser, changed: &[(&str, &str)]) -> Answer {
    let challenge = challenge();
    let callback = format!("{APP}/login/callback");
    let usual = [
        ("client_id", "vestibule"),
        ("response_type", "code"),
        ("scope", "openid%20email"),
        ("redirect_uri", callback.as_str()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
    ];
    let kept = usual
        .into_iter()
        .filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    let query: Vec<String> = kept
        .chain(
            changed
                .iter()
                .copied()
                .filter(|(_, value)| !value.is_empty()),
        )
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    browser
        .get(&format!("{ISSUER}/v1/authorize?{}", query.join("&")))
        .await
}

/// The value of a hidden field on a page.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).expect("a hidden field");
    rest.split_once('"').expect("its end").0.to_owned()
}

async fn post(browser: &Browser, page: &Answer, form: &str, fields: &[(&str, &str)]) -> Answer {
    let handle = hidden(&page.text, "stateHandle");
    let mut all = vec![("_form", form), ("stateHandle", handle.as_str())];
    all.extend(fields);
    browser.form("/signin", &all).await
}

fn target(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.text);
    answer.headers["location"]
        .to_str()
        .expect("an address")
        .to_owned()
}

#[tokio::test]
async fn a_name_and_a_password_come_back_as_a_code_for_tokens() {
    let browser = with_mary("password-only").await;
    let page = authorize(&browser, &[]).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("a policy");
    assert!(policy.contains("default-src 'none'") && policy.contains(APP));
    assert!(page.text.contains("name=\"credentials.passcode\""));

    let wrong = [("identifier", MARY), ("credentials.passcode", "Wrong-2031")];
    let page = post(&browser, &page, "identify", &wrong).await;
    assert!(page.text.contains("Authentication failed"));
    let right = [("identifier", MARY), ("credentials.passcode", PASSWORD)];
    let back = target(&post(&browser, &page, "identify", &right).await);
    assert!(back.starts_with("http://localhost:8080/login/callback?"));
    assert_eq!(parameter(&back, "state").as_deref(), Some("the-state"));
    assert_eq!(
        parameter(&back, "iss").as_deref(),
        Some(format!("{ORG}{ISSUER}").as_str())
    );
    let code = parameter(&back, "code").expect("a code");

    let as_interaction = browser.token_with(&[("interaction_code", &code)]).await;
    assert_eq!(as_interaction.json["error"], "invalid_grant");

    let page = authorize(&browser, &[]).await;
    let back = target(&post(&browser, &page, "identify", &right).await);
    let code = back
        .split_once("code=")
        .and_then(|(_, rest)| rest.split_once('&'))
        .expect("a code")
        .0
        .to_owned();
    let tokens = browser
        .token_with(&[("grant_type", "authorization_code"), ("code", &code)])
        .await;
    let id_token = tokens.json["id_token"].as_str().expect("an ID token");
    assert_eq!(claims(id_token)["nonce"], "the-nonce");
    let again = browser
        .token_with(&[("grant_type", "authorization_code"), ("code", &code)])
        .await;
    assert_eq!(again.json["error"], "invalid_grant");
}

#[tokio::test]
async fn a_second_factor_works_without_a_script() {
    let browser = with_mary("mfa-email").await;
    let page = authorize(&browser, &[]).await;
    let right = [("identifier", MARY), ("credentials.passcode", PASSWORD)];
    let page = post(&browser, &page, "identify", &right).await;
    let id = hidden(&page.text, "authenticator.id");
    let email = [
        ("authenticator.id", id.as_str()),
        ("authenticator.methodType", "email"),
    ];
    let page = post(&browser, &page, "challenge", &email).await;
    let code = browser.last().code;
    let done = post(
        &browser,
        &page,
        "challenge/answer",
        &[("credentials.passcode", &code)],
    )
    .await;
    assert!(target(&done).contains("code="));
}

#[tokio::test]
async fn what_is_wrong_with_the_request_goes_back_but_only_to_the_client() {
    let browser = with_mary("password-only").await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "openid%20nonsense", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("acr_values", "urn:x", "access_denied"),
    ] {
        let back = target(&authorize(&browser, &[(name, value)]).await);
        assert!(
            back.contains(&format!("error={error}&")) && back.ends_with("&state=the-state"),
            "{back}"
        );
    }
    for (name, value) in [
        ("client_id", "nobody"),
        ("redirect_uri", "http://evil.example/login/callback"),
    ] {
        assert_eq!(authorize(&browser, &[(name, value)]).await.status, 400);
    }
}

#[tokio::test]
async fn a_code_needs_its_verifier_and_its_address() {
    let browser = with_mary("password-only").await;
    for changed in [
        ("redirect_uri", ""),
        ("code_verifier", "x".repeat(43).as_str()),
    ] {
        let page = authorize(&browser, &[]).await;
        let right = [("identifier", MARY), ("credentials.passcode", PASSWORD)];
        let back = target(&post(&browser, &page, "identify", &right).await);
        let code = back
            .split_once("code=")
            .and_then(|(_, rest)| rest.split_once('&'))
            .expect("a code")
            .0
            .to_owned();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            changed,
        ];
        let refused = browser.token_with(&fields).await;
        assert_eq!(refused.json["error"], json!("invalid_grant"), "{changed:?}");
    }
    assert!(VERIFIER.len() >= 43);
}

#[tokio::test]
async fn with_a_session_no_page_is_shown_unless_one_is_asked_for() {
    let browser = with_mary("password-only").await.with_cookies();
    let none = [("prompt", "none")];
    let refused = authorize(&browser, &none).await;
    assert_eq!(refused.sent("error").as_deref(), Some("login_required"));
    assert_eq!(refused.sent("state").as_deref(), Some("the-state"));

    let page = authorize(&browser, &[]).await;
    let fields = [("identifier", MARY), ("credentials.passcode", PASSWORD)];
    let back = post(&browser, &page, "identify", &fields).await;
    assert!(back.sent("code").is_some());
    assert!(
        authorize(&browser, &none).await.sent("code").is_some(),
        "silently"
    );
    assert!(authorize(&browser, &[]).await.sent("code").is_some());
    assert_eq!(
        authorize(&browser, &[("prompt", "login")]).await.status,
        200,
        "a page"
    );
    let old = authorize(&browser, &[("prompt", "none"), ("max_age", "0")]).await;
    assert_eq!(old.sent("error").as_deref(), Some("login_required"));
    let two = [("prompt", "none"), ("acr_values", "urn:okta:loa:2fa:any")];
    let unmet = authorize(&browser, &two).await;
    assert_eq!(
        unmet.sent("error").as_deref(),
        Some("unmet_authentication_requirements")
    );
}

#[tokio::test]
async fn what_has_to_be_asked_is_named_where_no_page_may_be_shown() {
    let browser = with_mary("consent").await.with_cookies();
    let page = authorize(&browser, &[]).await;
    let fields = [("identifier", MARY), ("credentials.passcode", PASSWORD)];
    let page = post(&browser, &page, "identify", &fields).await;
    let agreed = [("_box", "consent"), ("consent", "true")];
    assert!(
        post(&browser, &page, "consent", &agreed)
            .await
            .sent("code")
            .is_some()
    );
    let refused = authorize(&browser, &[("prompt", "none")]).await;
    assert_eq!(refused.sent("error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn who_refuses_the_app_goes_back_to_it_with_an_error() {
    let browser = with_mary("consent").await;
    let page = authorize(&browser, &[]).await;
    let fields = [("identifier", MARY), ("credentials.passcode", PASSWORD)];
    let page = post(&browser, &page, "identify", &fields).await;
    let back = post(
        &browser,
        &page,
        "consent",
        &[("_box", "consent"), ("consent", "false")],
    )
    .await;
    assert_eq!(back.sent("error").as_deref(), Some("access_denied"));
    assert_eq!(back.sent("state").as_deref(), Some("the-state"));
}
