//! Reloads, second presses, stale and dead handles, requests that make no sense (protocol 2, 5.10, 5.11).

use std::time::Duration;

use crate::support::{Answer, Browser, PASSWORD, Page, profile};
use axum::http::Request;
use serde_json::{Value, json};

/// What a page says, but for the time of its end.
fn without_end(page: &Page) -> Value {
    let mut json = page.json().clone();
    json["expiresAt"] = Value::Null;
    json
}

#[tokio::test]
async fn a_reload_shows_the_same_page_and_sends_nothing() {
    let browser = Browser::new("seed");
    let interaction = browser.interact().await;
    let page = browser.introspect(&interaction).await;
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    assert_eq!(
        without_end(&browser.introspect(&interaction).await),
        without_end(&page)
    );
    let page = browser
        .submit(&page, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(
        without_end(&browser.introspect(&interaction).await),
        without_end(&page)
    );
    let page = browser.choose(&page, "Password").await;
    assert_eq!(
        without_end(&browser.introspect(&interaction).await),
        without_end(&page)
    );
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Email").await;
    let sent = browser.org.inbox().len();
    assert_eq!(
        without_end(&browser.introspect(&interaction).await),
        without_end(&page)
    );
    assert_eq!(browser.org.inbox().len(), sent);
    let page = browser.code(&page).await;
    let page = browser.submit(&page, "skip", json!({})).await;
    let again = browser.introspect(&interaction).await;
    assert_eq!(
        again.interaction_code(),
        page.interaction_code(),
        "the code waits to be taken"
    );
    assert_eq!(browser.tokens(&page).await.status, 200);
    let after = browser.introspect(&interaction).await;
    assert_eq!(
        (after.status(), after.said()),
        (401, vec!["idx.session.expired".to_owned()])
    );
}

#[tokio::test]
async fn a_state_handle_is_introspected_under_both_of_its_names() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    for name in ["stateToken", "stateHandle"] {
        let again = Page(
            browser
                .post("/idp/idx/introspect", &json!({name: page.handle()}))
                .await,
        );
        assert_eq!(again.step(), "identify", "{name}");
    }
    let nothing = Page(browser.post("/idp/idx/introspect", &json!({})).await);
    assert_eq!(
        (nothing.status(), nothing.said()),
        (400, vec!["E0000020".to_owned()])
    );
}

#[tokio::test]
async fn a_handle_is_new_after_the_profile_and_the_old_one_shows_the_current_page_for_a_minute() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let old = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    let page = browser
        .submit(&old, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_ne!(page.handle(), old.handle());

    let pressed_twice = browser
        .submit(&old, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(
        (pressed_twice.status(), without_end(&pressed_twice)),
        (200, without_end(&page))
    );

    browser.org.clock().forward(Duration::from_secs(61));
    let late = browser
        .submit(&old, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(
        (late.status(), late.said()),
        (401, vec!["idx.session.expired".to_owned()])
    );
    assert_eq!(
        browser.choose(&page, "Password").await.status(),
        200,
        "the new one is not touched by it"
    );
}

#[tokio::test]
async fn a_second_press_is_answered_by_the_page_that_the_first_led_to() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("mia@acme.test").await;
    let password = browser.choose(&page, "Password").await;
    let list = browser.passcode(&password, PASSWORD).await;
    let again = browser.passcode(&password, PASSWORD).await;
    assert_eq!(
        (again.status(), without_end(&again)),
        (200, without_end(&list))
    );

    let code = browser.choose(&list, "Email").await;
    let sent = browser.org.inbox().len();
    let again = browser.choose(&list, "Email").await;
    assert_eq!(
        (again.status(), without_end(&again)),
        (200, without_end(&code))
    );
    assert_eq!(browser.org.inbox().len(), sent, "one press, one mail");

    let rest = browser.code(&code).await;
    assert!(browser.submit(&rest, "skip", json!({})).await.is_done());
    assert!(browser.submit(&rest, "skip", json!({})).await.is_done());
}

#[tokio::test]
async fn a_form_that_is_not_on_the_page_is_answered_with_the_page() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    for path in [
        "skip",
        "challenge/answer",
        "credential/enroll",
        "enroll/new",
        "challenge/resend",
        "challenge",
        "nonsense",
        "a/b",
    ] {
        let answer = Page(
            browser
                .post(
                    &format!("/idp/idx/{path}"),
                    &json!({"stateHandle": page.handle()}),
                )
                .await,
        );
        assert_eq!(
            (answer.status(), answer.said()),
            (400, vec!["E0000020".to_owned()]),
            "{path}"
        );
        assert_eq!(answer.step(), "identify", "{path}");
        assert_eq!(
            answer.0.headers["content-type"], "application/json",
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_expired_transaction_says_so_and_nothing_else() {
    let browser = Browser::new("seed");
    let interaction = browser.interact().await;
    let page = browser.introspect(&interaction).await;
    browser.org.clock().forward(Duration::from_secs(29 * 60));
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    assert_eq!(page.status(), 200, "activity moves the end");
    browser.org.clock().forward(Duration::from_secs(30 * 60));
    let answer = browser
        .submit(&page, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(
        (answer.status(), answer.said()),
        (401, vec!["idx.session.expired".to_owned()])
    );
    assert_eq!(
        answer.json().as_object().map(|members| members.len()),
        Some(2)
    );
    assert!(
        answer.0.headers["content-type"]
            .to_str()
            .expect("text")
            .contains("application/json")
    );
    assert_eq!(browser.introspect(&interaction).await.status(), 401);
    assert_eq!(browser.introspect("made-up").await.status(), 401);
}

#[tokio::test]
async fn cancel_begins_again_with_a_new_handle() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("mia@acme.test").await;
    let fresh = browser.submit(&page, "cancel", json!({})).await;
    assert_eq!((fresh.status(), fresh.step()), (200, "identify".to_owned()));
    assert_ne!(fresh.handle(), page.handle());
    assert!(fresh.json().get("user").is_none());
    let again = browser.submit(&page, "cancel", json!({})).await;
    assert_eq!(
        again.handle(),
        fresh.handle(),
        "pressed twice, cancelled once"
    );
}

#[tokio::test]
async fn select_identify_leads_back_to_the_first_page() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    assert_eq!(
        browser
            .submit(&page, "select-identify", json!({}))
            .await
            .step(),
        "identify"
    );
}

#[tokio::test]
async fn a_missing_field_is_told_at_the_field() {
    let browser = Browser::new("seed");
    let first = browser.start().await;
    let page = browser
        .submit(&first, "identify", json!({"identifier": "  "}))
        .await;
    assert_eq!(page.status(), 400);
    assert!(
        !page.said_at("identifier").is_empty() && !page.said_at("credentials.passcode").is_empty()
    );

    let form = browser
        .submit(&first, "select-enroll-profile", json!({}))
        .await;
    let page = browser.submit(&form, "enroll-profile", json!({})).await;
    assert_eq!(page.status(), 400);
    for field in ["firstName", "lastName", "email"] {
        assert_eq!(
            page.said_at(&format!("userProfile.{field}")).len(),
            1,
            "{field}"
        );
    }
    let page = browser
        .submit(&form, "enroll-profile", profile("mia@acme.test"))
        .await;
    let page = browser
        .submit(&page, "select-authenticator-enroll", json!({}))
        .await;
    assert_eq!(
        (page.status(), page.said_at("authenticator").len()),
        (400, 1)
    );
    let page = browser.choose(&page, "Password").await;
    let page = browser
        .submit(&page, "enroll-authenticator", json!({"credentials": {}}))
        .await;
    assert_eq!(
        (page.status(), page.said_at("credentials.passcode").len()),
        (400, 1)
    );
}

#[tokio::test]
async fn values_of_the_wrong_type_are_missing_ones() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let form = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    for odd in [json!(7), json!([]), json!({}), json!(null), json!(true)] {
        let page = browser
            .submit(
                &form,
                "enroll-profile",
                json!({"userProfile": {"firstName": odd, "lastName": odd, "email": odd}}),
            )
            .await;
        assert_eq!(page.status(), 400, "{odd}");
        let page = browser
            .submit(&form, "enroll-profile", json!({"userProfile": odd}))
            .await;
        assert_eq!(page.status(), 400, "{odd}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_in_words() {
    let browser = Browser::new("seed");
    let refused = |answer: &Answer| {
        (
            answer.status.as_u16(),
            answer.json["errorCode"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    for body in ["", "{", "[]", "7", "null", "\u{0}", r#"{"stateHandle": "#] {
        let answer = browser
            .raw("/idp/idx/identify", "application/json", body.to_owned())
            .await;
        assert_eq!(refused(&answer), (400, "E0000003".to_owned()), "{body}");
    }
    let bytes = Request::post("/idp/idx/identify")
        .body(vec![0xff_u8, 0xfe].into())
        .expect("a request");
    assert_eq!(refused(&browser.send(bytes).await).0, 400);
    let form = browser
        .form("/idp/idx/identify", &[("stateHandle", "x")])
        .await;
    assert_eq!(form.status, 415);
    let ion = browser
        .raw(
            "/idp/idx/introspect",
            "application/ion+json; okta-version=1.0.0",
            "{}".to_owned(),
        )
        .await;
    assert_eq!(ion.status, 400, "read as JSON, whatever it is declared as");
    let none = Page(
        browser
            .post("/idp/idx/identify", &json!({"identifier": "mia"}))
            .await,
    );
    assert_eq!(
        (none.status(), none.said()),
        (400, vec!["E0000020".to_owned()])
    );
}

#[tokio::test]
async fn only_post_reaches_a_step() {
    let browser = Browser::new("seed");
    assert_eq!(browser.get("/idp/idx/identify").await.status, 405);
    assert_eq!(browser.get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn a_login_hint_fills_in_the_name() {
    let browser = Browser::new("seed");
    let answer = browser
        .interact_with(&[("login_hint", "mia@acme.test")])
        .await;
    let page = browser
        .introspect(
            answer.json["interaction_handle"]
                .as_str()
                .expect("a handle"),
        )
        .await;
    assert_eq!(
        page.json().pointer("/remediation/value/0/value/0/value"),
        Some(&json!("mia@acme.test"))
    );
}
