//! The registration form, addresses that are taken, and attributes of every type (protocol 5.1, 5.8).

use crate::support::{Browser, PASSWORD, Page, claims, profile};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_no_address_is_refused_in_two_messages() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("3.14e2").await;
    assert_eq!(
        (page.status(), page.step()),
        (400, "enroll-profile".to_owned())
    );
    assert_eq!(
        page.said_at("userProfile.email"),
        [
            "registration.error.invalidLoginEmail",
            "registration.error.doesNotMatchPattern"
        ]
    );
    let page = browser
        .submit(&page, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(page.step(), "select-authenticator-enroll");
}

#[tokio::test]
async fn a_taken_address_is_told_whatever_its_case() {
    let browser = Browser::new("seed");
    browser.register("Mia@Acme.test").await;
    let page = browser.sign_up("mia@ACME.test").await;
    assert_eq!(
        (page.status(), page.said_at("userProfile.email")),
        (
            400,
            vec!["registration.error.notUniqueWithinOrg".to_owned()]
        )
    );
    let params = "/remediation/value/0/value/0/form/value/2/messages/value/0/i18n/params";
    assert_eq!(page.json().pointer(params), Some(&json!(["Email"])));
}

#[tokio::test]
async fn a_sign_up_left_in_the_middle_does_not_block_its_address() {
    let browser = Browser::new("seed");
    let page = browser.sign_up("mia@acme.test").await;
    let page = browser.choose(&page, "Password").await;
    browser.passcode(&page, PASSWORD).await;
    assert!(browser.org.people().is_empty(), "not yet one of the people");
    let page = browser.start().await;
    let page = browser.sign_in(&page, "mia@acme.test", PASSWORD).await;
    assert_eq!(page.said(), ["idx.unknown.user"]);
    assert!(browser.register("mia@acme.test").await.is_done());
}

#[tokio::test]
async fn of_two_sign_ups_with_one_address_the_first_to_finish_has_it() {
    let browser = Browser::new("password-only");
    let slow = browser.sign_up("mia@acme.test").await;
    let slow = browser.choose(&slow, "Password").await;
    let quick = browser.sign_up("mia@acme.test").await;
    let quick = browser.choose(&quick, "Password").await;
    assert!(browser.passcode(&quick, PASSWORD).await.is_done());
    let slow = browser.passcode(&slow, PASSWORD).await;
    assert_eq!(
        (slow.status(), slow.said_at("userProfile.email")),
        (
            400,
            vec!["registration.error.notUniqueWithinOrg".to_owned()]
        )
    );
    assert_eq!(browser.org.people().len(), 1);
}

#[tokio::test]
async fn a_name_is_not_longer_than_fifty() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    let mut body = profile("mia@acme.test");
    body["userProfile"]["lastName"] = json!("x".repeat(51));
    let refused = browser.submit(&page, "enroll-profile", body.clone()).await;
    assert_eq!(
        (
            refused.status(),
            refused.said_at("userProfile.lastName").len()
        ),
        (400, 1)
    );
    body["userProfile"]["lastName"] = json!("ü".repeat(50));
    assert_eq!(
        browser.submit(&page, "enroll-profile", body).await.status(),
        200
    );
}

#[tokio::test]
async fn closed_registration_offers_no_form_and_says_so_to_a_late_one() {
    let browser = Browser::new("seed");
    let page = browser.start().await;
    let form = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    browser
        .post("/console/client", &json!({"registration": false}))
        .await;
    let late = browser
        .submit(&form, "enroll-profile", profile("mia@acme.test"))
        .await;
    assert_eq!(
        (late.status(), late.said(), late.steps()),
        (
            400,
            vec!["idx.error.registration.unavailable".to_owned()],
            vec!["identify".to_owned()]
        )
    );
}

/// Signs up with the attribute that is asked there.
async fn sign_up_with(browser: &Browser, value: Value) -> Page {
    let page = browser.start().await;
    let page = browser
        .submit(&page, "select-enroll-profile", json!({}))
        .await;
    let mut body = profile("mia@acme.test");
    body["userProfile"]["customAttribute"] = value;
    browser.submit(&page, "enroll-profile", body).await
}

/// At the questions of the first sign-in.
async fn questions(browser: &Browser) -> Page {
    let page = sign_up_with(browser, json!("random value")).await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.passcode(&page, PASSWORD).await;
    let page = browser.choose(&page, "Email").await;
    let page = browser.code(&page).await;
    let page = browser.submit(&page, "skip", json!({})).await;
    assert!(
        page.is_done(),
        "nothing is asked at sign-up that belongs to sign-in"
    );
    let page = browser.start().await;
    browser.sign_in(&page, "mia@acme.test", PASSWORD).await
}

#[tokio::test]
async fn an_attribute_of_the_sign_up_is_kept_and_its_limits_hold() {
    let browser = Browser::new("custom-attribute");
    for bad in [json!(""), json!("x".repeat(21)), json!(7), Value::Null] {
        let page = sign_up_with(&browser, bad.clone()).await;
        assert_eq!(
            (
                page.status(),
                page.said_at("userProfile.customAttribute").len()
            ),
            (400, 1),
            "{bad}"
        );
    }
    questions(&browser).await;
    assert_eq!(
        browser.org.people()[0].attributes["customAttribute"],
        "random value"
    );
}

#[tokio::test]
async fn the_first_sign_in_asks_for_each_type_and_then_no_more() {
    let browser = Browser::new("custom-attribute");
    let page = questions(&browser).await;
    assert_eq!(page.steps(), ["enroll-profile"]);
    let form = page.form("enroll-profile").expect("a form");
    assert!(
        form["href"]
            .as_str()
            .is_some_and(|href| href.ends_with("/idp/idx/enroll/update"))
    );
    let fields = form
        .pointer("/value/0/form/value")
        .and_then(Value::as_array)
        .cloned()
        .expect("fields");
    let shown = |name: &str| {
        fields
            .iter()
            .find(|field| field["name"] == name)
            .and_then(|field| field.pointer("/options/0/value/value/inputType"))
            .cloned()
    };
    assert_eq!(
        (shown("country"), shown("newsletter")),
        (Some(json!("select")), Some(json!("checkbox")))
    );

    let bad = json!({"userProfile": {"country": "XX", "newsletter": "perhaps", "birthday": "2031-02-30", "age": 201}});
    let refused = browser.submit(&page, "enroll-profile", bad).await;
    assert_eq!(refused.status(), 400);
    for field in ["country", "newsletter", "birthday", "age"] {
        assert_eq!(
            refused.said_at(&format!("userProfile.{field}")),
            ["registration.error.doesNotMatchPattern"],
            "{field}"
        );
    }
    let good = json!({"userProfile": {"country": "CH", "newsletter": false, "birthday": "2001-02-03", "age": "30"}});
    let done = browser.submit(&page, "enroll-profile", good).await;
    assert!(done.is_done());
    let attributes = &browser.org.people()[0].attributes;
    assert_eq!(
        (&attributes["newsletter"], &attributes["age"]),
        (&json!(false), &json!(30))
    );
    let page = browser.start().await;
    assert!(
        browser
            .sign_in(&page, "mia@acme.test", PASSWORD)
            .await
            .is_done()
    );
}

#[tokio::test]
async fn optional_questions_alone_may_be_left() {
    let browser = Browser::new("custom-attribute");
    let person = json!({"email": "mary@acme.test", "firstName": "Mary", "lastName": "Holm", "password": PASSWORD,
        "attributes": {"country": "AT"}});
    assert_eq!(browser.post("/console/people", &person).await.status, 201);
    let page = browser.start().await;
    let page = browser.sign_in(&page, "mary@acme.test", PASSWORD).await;
    assert_eq!(page.steps(), ["profile-update", "skip"]);
    let left = browser.submit(&page, "skip", json!({})).await;
    let tokens = browser.tokens(&left).await;
    assert_eq!(
        claims(tokens.json["id_token"].as_str().expect("an ID token"))["name"],
        "Mary Holm"
    );
}
