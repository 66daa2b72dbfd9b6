//! Sign-in, second proofs, name first, and the way back in (protocol 5.2, 5.3).

use std::time::Duration;

use crate::support;
use crate::support::{Browser, PASSWORD, Page, claims};
use serde_json::json;

const MARY: &str = "mary@acme.test";

async fn with_mary(policy: &str) -> Browser {
    let browser = Browser::new(policy);
    let password = Some(PASSWORD);
    browser
        .org
        .add_person(MARY, "Mary", "Holm", password)
        .expect("a new person");
    browser
}

async fn amr(browser: &Browser, page: &Page) -> serde_json::Value {
    assert!(page.is_done(), "{:#}", page.json());
    let answer = browser.tokens(page).await;
    claims(answer.json["id_token"].as_str().expect("an ID token"))["amr"].clone()
}

#[tokio::test]
async fn an_unknown_name_is_told_as_a_warning() {
    let browser = with_mary("seed").await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, "Mory", PASSWORD).await;
    assert_eq!(
        (page.status(), page.said()),
        (200, vec!["idx.unknown.user".to_owned()])
    );
    let said = page.json().pointer("/messages/value/0").expect("a message");
    assert_eq!(
        (&said["class"], &said["message"]),
        (
            &json!("WARNING"),
            &json!("There is no account with the Username Mory.")
        )
    );
    assert_eq!(page.steps(), ["identify", "select-enroll-profile"]);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_ten_lock() {
    let browser = with_mary("seed").await;
    let page = browser.start().await;
    for _ in 0..10 {
        let page = browser.sign_in(&page, MARY, "Wrong-2031").await;
        assert_eq!(
            (page.status(), page.said()),
            (401, vec!["errors.E0000004".to_owned()])
        );
        assert_eq!(page.steps(), ["identify", "select-enroll-profile"]);
    }
    let locked = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        (locked.status(), locked.said()),
        (401, vec!["errors.E0000004".to_owned()]),
        "a locked one is told nothing else"
    );
    assert!(browser.org.people()[0].locked);
}

#[tokio::test]
async fn in_the_seed_the_password_is_enough_to_sign_in() {
    let browser = with_mary("seed").await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(amr(&browser, &page).await, json!(["pwd"]));
}

#[tokio::test]
async fn email_as_the_second_proof_asks_before_it_sends() {
    let browser = with_mary("mfa-email").await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        page.steps(),
        [
            "authenticator-verification-data",
            "select-authenticator-authenticate"
        ]
    );
    let profile = page
        .json()
        .pointer("/currentAuthenticatorEnrollment/value/profile/email");
    assert_eq!(profile, Some(&json!("m***y@acme.test")));
    assert!(browser.org.inbox().is_empty());
    let id = page.json().pointer("/authenticators/value/0/id").cloned();
    let page = browser
        .submit(
            &page,
            "authenticator-verification-data",
            json!({"authenticator": {"id": id, "methodType": "email"}}),
        )
        .await;
    assert_eq!(
        page.steps(),
        [
            "challenge-authenticator",
            "select-authenticator-authenticate"
        ]
    );
    assert!(page.form("poll").is_some() && page.form("resend").is_some());
    let wrong = browser.passcode(&page, "000000").await;
    assert_eq!(
        (wrong.status(), wrong.step()),
        (401, "challenge-authenticator".to_owned())
    );
    let page = browser.code(&page).await;
    assert_eq!(amr(&browser, &page).await, json!(["pwd", "email", "mfa"]));
}

#[tokio::test]
async fn a_phone_that_is_owed_is_set_up_at_the_sign_in_and_asked_at_the_next() {
    let browser = with_mary("phone").await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        (page.steps(), page.options()),
        (
            vec!["select-authenticator-enroll".to_owned()],
            vec!["Phone".to_owned()]
        )
    );
    let page = browser.choose(&page, "Phone").await;
    let id = page
        .json()
        .pointer("/currentAuthenticator/value/id")
        .cloned();
    let number =
        json!({"authenticator": {"id": id, "methodType": "sms", "phoneNumber": "+15551234477"}});
    let page = browser
        .submit(&page, "authenticator-enrollment-data", number)
        .await;
    let page = browser.code(&page).await;
    assert_eq!(amr(&browser, &page).await, json!(["pwd", "sms", "mfa"]));

    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.step(), "authenticator-verification-data");
    let masked = page
        .json()
        .pointer("/currentAuthenticatorEnrollment/value/profile/phoneNumber");
    assert_eq!(masked, Some(&json!("+1 XXX-XXX-4477")));
    let none = browser
        .submit(
            &page,
            "authenticator-verification-data",
            json!({"authenticator": {"id": id}}),
        )
        .await;
    assert_eq!(
        (
            none.status(),
            none.said_at("authenticator.methodType").len()
        ),
        (400, 1)
    );
    let call = json!({"authenticator": {"id": id, "methodType": "voice"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", call)
        .await;
    assert_eq!(
        (page.step(), browser.last().channel),
        ("challenge-authenticator".to_owned(), "voice")
    );
    let page = browser.code(&page).await;
    assert_eq!(amr(&browser, &page).await, json!(["pwd", "tel", "mfa"]));
}

#[tokio::test]
async fn name_first_then_a_choice_that_tells_nothing_of_the_person() {
    let browser = with_mary("password-optional").await;
    let page = browser.start().await;
    assert!(page.json().get("currentAuthenticator").is_none());
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    assert_eq!(
        (page.steps(), page.options()),
        (
            vec!["select-authenticator-authenticate".to_owned()],
            vec!["Email".to_owned(), "Password".to_owned()]
        )
    );
    let enrolled = page
        .json()
        .pointer("/authenticatorEnrollments/value/0")
        .expect("email");
    assert!(enrolled.get("id").is_none() && enrolled.get("profile").is_none());
    assert!(page.json().pointer("/user/value/id").is_none());

    let by_email = browser.choose(&page, "Email").await;
    assert_eq!(by_email.step(), "authenticator-verification-data");
    let by_password = browser.choose(&by_email, "Password").await;
    assert_eq!(by_password.step(), "challenge-authenticator");
    let wrong = browser.passcode(&by_password, "Wrong-2031").await;
    assert_eq!(
        (wrong.status(), wrong.said()),
        (401, vec!["incorrectPassword".to_owned()])
    );
    let page = browser.passcode(&by_password, PASSWORD).await;
    assert_eq!(amr(&browser, &page).await, json!(["pwd"]));
}

#[tokio::test]
async fn without_a_password_the_code_page_comes_at_once_and_a_code_signs_in() {
    let browser = Browser::new("password-optional");
    let page = browser.sign_up(MARY).await;
    assert_eq!(page.step(), "enroll-authenticator", "no list before it");
    let page = browser.code(&page).await;
    assert_eq!(
        (page.steps().join(" "), page.options()),
        (
            "select-authenticator-enroll skip".to_owned(),
            vec!["Password".to_owned()]
        )
    );
    let page = browser.submit(&page, "skip", json!({})).await;
    assert_eq!(amr(&browser, &page).await, json!(["email"]));

    let page = browser.start().await;
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    assert_eq!(
        page.step(),
        "authenticator-verification-data",
        "one candidate needs no list"
    );
    let id = page.json().pointer("/authenticators/value/0/id").cloned();
    let page = browser
        .submit(
            &page,
            "authenticator-verification-data",
            json!({"authenticator": {"id": id, "methodType": "email"}}),
        )
        .await;
    assert!(browser.code(&page).await.is_done());
}

/// Through a recovery up to the new password.
async fn to_the_new_password(browser: &Browser) -> Page {
    let page = browser.start().await;
    let page = browser.submit(&page, "recover", json!({})).await;
    assert_eq!(page.step(), "identify-recovery");
    let unknown = browser
        .submit(
            &page,
            "identify-recovery",
            json!({"identifier": "mory@acme.test"}),
        )
        .await;
    assert_eq!(
        (unknown.status(), unknown.said(), unknown.step()),
        (
            200,
            vec!["idx.unknown.user".to_owned()],
            "identify-recovery".to_owned()
        )
    );
    let page = browser
        .submit(&page, "identify-recovery", json!({"identifier": MARY}))
        .await;
    assert_eq!(page.step(), "authenticator-verification-data");
    assert!(page.json().get("recoveryAuthenticator").is_some());
    assert!(
        page.json()
            .pointer("/currentAuthenticatorEnrollment/value/profile")
            .is_none()
    );
    let id = page.json().pointer("/authenticators/value/0/id").cloned();
    let page = browser
        .submit(
            &page,
            "authenticator-verification-data",
            json!({"authenticator": {"id": id, "methodType": "email"}}),
        )
        .await;
    assert_eq!(
        (page.step(), browser.last().to.as_str()),
        ("challenge-authenticator".to_owned(), MARY)
    );
    let page = browser.code(&page).await;
    assert_eq!(page.steps(), ["reset-authenticator"]);
    page
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_way_of_the_mail() {
    for policy in ["seed", "password-only", "mfa-email"] {
        let browser = with_mary(policy).await;
        let page = browser.start().await;
        for _ in 0..10 {
            browser.sign_in(&page, MARY, "Wrong-2031").await;
        }
        let page = to_the_new_password(&browser).await;
        let bad = browser.passcode(&page, "short").await;
        assert_eq!(
            (bad.status(), bad.said_at("credentials.passcode")),
            (400, vec!["password.passwordRequirementsNotMet".to_owned()])
        );
        let old = browser.passcode(&page, PASSWORD).await;
        assert_eq!(old.status(), 400, "the last ones do not come back");
        let page = browser.passcode(&page, "Winter-2032").await;
        assert!(page.is_done(), "{policy}");

        let page = browser.start().await;
        assert_eq!(browser.sign_in(&page, MARY, PASSWORD).await.status(), 401);
        assert_eq!(
            browser.sign_in(&page, MARY, "Winter-2032").await.status(),
            200,
            "and the lock is open"
        );
    }
}

#[tokio::test]
async fn a_recovery_can_sign_out_everywhere() {
    let browser = with_mary("seed").await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let elsewhere = browser.tokens(&page).await;
    let page = to_the_new_password(&browser).await;
    let body = json!({"credentials": {"passcode": "Winter-2032", "revokeSessions": true}});
    assert!(
        browser
            .submit(&page, "reset-authenticator", body)
            .await
            .is_done()
    );
    assert_eq!(
        browser
            .refresh(elsewhere.json["refresh_token"].as_str().expect("a token"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_recovery_starts_from_the_password_page_too() {
    let browser = with_mary("password-optional").await;
    let page = browser.start().await;
    let page = browser
        .submit(&page, "identify", json!({"identifier": MARY}))
        .await;
    let page = browser.choose(&page, "Password").await;
    let page = browser.submit(&page, "recover", json!({})).await;
    assert_eq!(page.step(), "authenticator-verification-data");
}

#[tokio::test]
async fn two_proofs_are_asked_where_the_app_asks_for_two() {
    let browser = with_mary("signup").await;
    let answer = browser
        .interact_with(&[("acr_values", "urn:okta:loa:2fa:any")])
        .await;
    let page = browser
        .introspect(
            answer.json["interaction_handle"]
                .as_str()
                .expect("a handle"),
        )
        .await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(page.step(), "authenticator-verification-data");
    let id = page.json().pointer("/authenticators/value/0/id").cloned();
    let page = browser
        .submit(
            &page,
            "authenticator-verification-data",
            json!({"authenticator": {"id": id, "methodType": "email"}}),
        )
        .await;
    let page = browser.code(&page).await;
    let tokens = browser.tokens(&page).await;
    assert_eq!(
        claims(tokens.json["id_token"].as_str().expect("an ID token"))["acr"],
        "urn:okta:loa:2fa:any"
    );
}

#[tokio::test]
async fn a_link_works_in_the_middle_of_a_sign_in() {
    let browser = with_mary("mfa-email").await;
    let interaction = browser.interact().await;
    let page = browser.introspect(&interaction).await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let id = page.json().pointer("/authenticators/value/0/id").cloned();
    let first_tab = browser
        .submit(
            &page,
            "authenticator-verification-data",
            json!({"authenticator": {"id": id, "methodType": "email"}}),
        )
        .await;
    let mail = browser.last();
    browser
        .get(
            mail.link
                .as_deref()
                .and_then(|link| link.strip_prefix(support::ORG))
                .expect("a link"),
        )
        .await;
    let second_tab = browser.introspect(&interaction).await;
    assert!(browser.passcode(&second_tab, &mail.code).await.is_done());
    browser.org.clock().forward(Duration::from_secs(120));
    let told = browser.submit(&first_tab, "poll", json!({})).await;
    assert_eq!(told.said(), ["idx.transferred.to.new.tab"]);
}

#[tokio::test]
async fn two_proofs_of_somebody_with_one_are_told_to_be_impossible() {
    let browser = with_mary("password-only").await;
    for (asked, possible) in [
        ("urn:okta:loa:2fa:any", false),
        ("urn:okta:loa:2fa:any:ifpossible", true),
    ] {
        let answer = browser.interact_with(&[("acr_values", asked)]).await;
        let page = browser
            .introspect(
                answer.json["interaction_handle"]
                    .as_str()
                    .expect("a handle"),
            )
            .await;
        let page = browser.sign_in(&page, MARY, PASSWORD).await;
        assert_eq!(page.is_done(), possible, "{asked}");
        if !possible {
            assert_eq!(
                (page.status(), page.said()),
                (403, vec!["oie.assurance.unsatisfiable".to_owned()])
            );
            assert_eq!(page.step(), "identify");
        }
    }
}
