//! The usual people: who they are in which client, and that each of them is what they are said to be.

use crate::support::{Browser, PASSWORD, Page};
use serde_json::{Value, json};

async fn usual() -> Browser {
    let browser = Browser::new("seed");
    assert!(
        browser.org.people().is_empty(),
        "nobody is there by themselves"
    );
    browser.org.add_presets();
    browser
}

async fn names(browser: &Browser, client: &str) -> Vec<String> {
    let people = browser
        .get(&format!("/console/people?client={client}"))
        .await
        .json;
    let people = people.as_array().expect("people").clone();
    people
        .iter()
        .filter_map(|one| one["email"].as_str()?.split('@').next().map(str::to_owned))
        .collect()
}

async fn sign_in(browser: &Browser, client: &str, name: &str) -> Page {
    let page = browser.start_as(client).await;
    browser
        .sign_in(&page, &format!("{name}@acme.test"), PASSWORD)
        .await
}

#[tokio::test]
async fn each_client_has_those_whom_its_policy_lets_be() {
    let browser = usual().await;
    let usual = ["mary", "nina", "lotte"];
    for (client, more) in [
        ("vestibule", &[][..]),
        ("mfa-any", &[]),
        ("password-age", &["petra", "paul"]),
        ("activation", &["stella"]),
        ("social", &["ivo"]),
        ("help-desk", &["tess"]),
    ] {
        let expected: Vec<&str> = usual.iter().chain(more).copied().collect();
        assert_eq!(names(&browser, client).await, expected, "{client}");
    }
}

#[tokio::test]
async fn every_client_has_somebody_and_nobody_is_made_twice() {
    let browser = usual().await;
    let policy = browser.get("/console/policy").await.json;
    for client in policy["clients"].as_object().expect("clients").keys() {
        let names = names(&browser, client).await;
        assert!(names.len() >= 3, "{client}: {names:?}");
    }
    let again = browser.console("people/presets", json!({})).await;
    assert_eq!((again.status.as_u16(), again.json), (200, json!([])));
    let nowhere = browser
        .console("people/presets", json!({"client": "nowhere"}))
        .await;
    assert_eq!(nowhere.status, 400);

    browser.post("/console/reset", &json!({})).await;
    let made = browser
        .console("people/presets", json!({"client": "help-desk"}))
        .await
        .json;
    let tess = made
        .as_array()
        .and_then(|made| made.iter().find(|one| one["email"] == "tess@acme.test"))
        .expect("Tess");
    assert_eq!(tess["code"].as_str().map(str::len), Some(16));
    assert!(names(&browser, "vestibule").await.is_empty());
}

#[tokio::test]
async fn mary_signs_in_and_lotte_is_locked() {
    let browser = usual().await;
    assert!(sign_in(&browser, "vestibule", "mary").await.is_done());
    let locked = sign_in(&browser, "vestibule", "lotte").await;
    assert_eq!(locked.said(), ["errors.E0000004"]);
    browser
        .console("unlock", json!({"email": "lotte@acme.test"}))
        .await;
    assert!(sign_in(&browser, "vestibule", "lotte").await.is_done());
}

#[tokio::test]
async fn nina_has_all_there_is() {
    let browser = usual().await;
    let page = sign_in(&browser, "mfa-any", "nina").await;
    assert_eq!(
        page.options(),
        [
            "Email",
            "Google Authenticator",
            "Okta Verify",
            "Phone",
            "Security Question"
        ]
    );
    let question = browser.choose(&page, "Security Question").await;
    let answered = browser
        .submit(
            &question,
            "challenge-authenticator",
            json!({"credentials": {"questionKey": "disliked_food", "answer": "turnips"}}),
        )
        .await;
    assert_eq!(answered.status(), 200);
    let app = browser.choose(&page, "Google Authenticator").await;
    assert_eq!(app.status(), 400, "that page is past");
    let code = browser
        .get("/console/totp?email=nina@acme.test&client=mfa-any")
        .await;
    assert!(code.json["code"].is_string());
    let people = browser.get("/console/people?client=mfa-any").await.json;
    assert_eq!(people[1]["groups"], json!(["Staff"]));
}

#[tokio::test]
async fn petra_must_and_paul_may_choose_a_new_password() {
    let browser = usual().await;
    let petra = sign_in(&browser, "password-age", "petra").await;
    assert_eq!(petra.step(), "reenroll-authenticator");
    let paul = sign_in(&browser, "password-age", "paul").await;
    assert_eq!(paul.steps(), ["reenroll-authenticator-warning", "skip"]);
    let settings = paul
        .json()
        .pointer("/currentAuthenticator/value/settings/daysToExpiry");
    assert_eq!(settings, Some(&json!(3)));
}

#[tokio::test]
async fn stella_has_a_link_and_tess_a_code() {
    let browser = usual().await;
    let mail = browser.last();
    assert_eq!(mail.to, "stella@acme.test");
    assert!(mail.link.is_some());
    let tess = sign_in(&browser, "help-desk", "tess").await;
    let key = tess
        .json()
        .pointer("/currentAuthenticatorEnrollment/value/key");
    assert_eq!(key, Some(&Value::from("tac")));
}
