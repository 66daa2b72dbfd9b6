//! Security questions and authenticator apps: set up, proved, failed at (protocol 4.3.4, 4.3.7).

use std::time::Duration;

use crate::support::{Browser, PASSWORD, Page, claims};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";

async fn with_mary(policy: &str) -> (Browser, Page) {
    let browser = Browser::new(policy);
    browser
        .org
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    (browser, page)
}

async fn answer(browser: &Browser, page: &Page, credentials: Value) -> Page {
    let step = page.steps()[0].clone();
    browser
        .submit(page, &step, json!({"credentials": credentials}))
        .await
}

async fn amr(browser: &Browser, page: &Page) -> Value {
    assert!(page.is_done(), "{:#}", page.json());
    let tokens = browser.tokens(page).await;
    claims(tokens.json["id_token"].as_str().expect("an ID token"))["amr"].clone()
}

#[tokio::test]
async fn a_question_is_set_up_once_and_asked_the_next_time() {
    let (browser, page) = with_mary("question").await;
    assert_eq!(page.steps(), ["select-authenticator-enroll"]);
    let page = browser.choose(&page, "Security Question").await;
    let first = "/remediation/value/0/value/0/options/0/value/form/value/0/options/0";
    assert_eq!(
        page.json().pointer(first).expect("a question")["value"],
        "disliked_food"
    );

    let short = answer(
        &browser,
        &page,
        json!({"questionKey": "disliked_food", "answer": "abc"}),
    )
    .await;
    assert_eq!(short.status(), 400);
    for option in 0..2 {
        let field = 1 + option;
        let path = format!(
            "/remediation/value/0/value/0/options/{option}/value/form/value/{field}/messages/value/0/i18n"
        );
        let said = short
            .json()
            .pointer(&path)
            .expect("a message in both options");
        assert_eq!(
            said,
            &json!({"key": "securityQuestion.answer.tooShort.arg", "params": ["4"]})
        );
    }
    let done = answer(
        &browser,
        &page,
        json!({"questionKey": "disliked_food", "answer": "Okta"}),
    )
    .await;
    assert_eq!(amr(&browser, &done).await, json!(["pwd", "kba", "mfa"]));

    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.steps()[0], "challenge-authenticator");
    let question = page
        .json()
        .pointer("/currentAuthenticatorEnrollment/value/profile/question");
    assert_eq!(
        question,
        Some(&json!("What is the food you least liked as a child?"))
    );
    let enrolled = "/currentAuthenticatorEnrollment/value/contextualData/enrolledQuestion/question";
    assert_eq!(page.json().pointer(enrolled), question);
    let wrong = answer(
        &browser,
        &page,
        json!({"questionKey": "disliked_food", "answer": "nope"}),
    )
    .await;
    assert_eq!(wrong.status(), 401);
    let done = answer(
        &browser,
        &page,
        json!({"questionKey": "disliked_food", "answer": "okta"}),
    )
    .await;
    assert!(done.is_done());
}

#[tokio::test]
async fn a_question_of_ones_own_is_asked_in_ones_own_words() {
    let (browser, page) = with_mary("question").await;
    let page = browser.choose(&page, "Security Question").await;
    let tags = json!({"questionKey": "custom", "question": "<b>Atko</b>", "answer": "Okta"});
    assert_eq!(answer(&browser, &page, tags).await.status(), 400);
    let own = json!({"questionKey": "custom", "question": "Atko", "answer": "Okta"});
    assert!(answer(&browser, &page, own).await.is_done());
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let profile = page
        .json()
        .pointer("/currentAuthenticatorEnrollment/value/profile");
    assert_eq!(
        profile,
        Some(&json!({"questionKey": "custom", "question": "Atko"}))
    );
}

#[tokio::test]
async fn five_wrong_answers_ask_for_a_pause() {
    let (browser, page) = with_mary("question").await;
    let page = browser.choose(&page, "Security Question").await;
    let right = json!({"questionKey": "disliked_food", "answer": "Okta"});
    answer(&browser, &page, right.clone()).await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let mut last = page.clone();
    for _ in 0..5 {
        last = answer(
            &browser,
            &page,
            json!({"questionKey": "disliked_food", "answer": "nope"}),
        )
        .await;
    }
    assert_eq!(last.status(), 429);
    assert_eq!(answer(&browser, &page, right.clone()).await.status(), 429);
    browser.org.clock().forward(Duration::from_secs(31));
    assert!(answer(&browser, &page, right).await.is_done());
}

#[tokio::test]
async fn an_authenticator_app_is_set_up_and_its_code_is_good_once() {
    let (browser, page) = with_mary("totp").await;
    let page = browser.choose(&page, "Google Authenticator").await;
    let context = page
        .json()
        .pointer("/currentAuthenticator/value/contextualData")
        .expect("a secret");
    let picture = context["qrcode"]["href"].as_str().expect("a picture");
    assert!(picture.starts_with("data:image/png;base64,"));
    let secret = totp_rs::Secret::Encoded(
        context["sharedSecret"]
            .as_str()
            .expect("a secret")
            .to_owned(),
    );
    let app = totp_rs::TOTP::new(
        totp_rs::Algorithm::SHA1,
        6,
        1,
        30,
        secret.to_bytes().expect("base32"),
        None,
        String::new(),
    )
    .expect("an app");
    let code = app.generate_current().expect("a code");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = answer(&browser, &page, json!({"passcode": wrong})).await;
    assert_eq!(refused.status(), 401);
    let done = answer(&browser, &page, json!({"passcode": code})).await;
    assert_eq!(amr(&browser, &done).await, json!(["pwd", "otp", "mfa"]));

    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        page.steps()[0],
        "challenge-authenticator",
        "one candidate is no list"
    );
    let used = answer(&browser, &page, json!({"passcode": code})).await;
    let said = used.json().to_string();
    assert!(
        said.contains("authfactor.challenge.soft_token.used_passcode"),
        "{said}"
    );
    browser.org.clock().forward(Duration::from_secs(60));
    let shown = browser.get(&format!("/console/totp?email={MARY}")).await;
    let next = shown.json["code"].as_str().expect("a code").to_owned();
    assert!(
        answer(&browser, &page, json!({"passcode": next}))
            .await
            .is_done()
    );
}

#[tokio::test]
async fn a_client_of_each_policy_has_people_of_its_own() {
    let (browser, _) = with_mary("seed").await;
    let made = browser
        .console(
            "people",
            json!({"email": MARY, "password": PASSWORD, "client": "totp"}),
        )
        .await;
    assert_eq!(made.status, 201);
    let other = browser
        .console(
            "people",
            json!({"email": "ann@acme.test", "client": "sead"}),
        )
        .await;
    assert_eq!(other.status, 400);
    let page = browser.start_as("totp").await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.steps(), ["select-authenticator-enroll"]);
    let nobody = browser.start_as("phone").await;
    let nobody = browser.sign_in(&nobody, MARY, PASSWORD).await;
    assert_eq!(nobody.said(), ["idx.unknown.user"]);
}
