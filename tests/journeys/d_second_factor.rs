//! A second factor at the sign-in.

use super::*;

const BEFORE_MAIL: &str = "authenticator-verification-data(email)";
const MAIL: &str = "challenge-authenticator(email)";
const BEFORE_PHONE: &str = "authenticator-verification-data(phone)";
const SMS: &str = "challenge-authenticator(phone)";
const MARY_HOLM: &str = "Mary Holm";

/// Password right, mail on its way.
async fn waits_for_the_mail() -> Visitor {
    let mary = mary("mfa-email");
    signs_in(&mary).await;
    mary.sends(&[]).await;
    mary
}

#[tokio::test]
async fn j28_a_wrong_code_and_then_the_right_one() {
    let mary = waits_for_the_mail().await;
    let said = mary.tab().said;
    mary.sends(&[(CODE, "000000")]).await;
    assert_eq!(mary.problems(), [INVALID]);
    assert!(mary.tab().said > said, "it is announced");
    types_the_code(&mary, MARY).await;
    went(&mary, &[IN, BEFORE_MAIL, MAIL, MAIL, HOME]);
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j29_the_right_code_at_once() {
    let mary = waits_for_the_mail().await;
    types_the_code(&mary, MARY).await;
    went(&mary, &[IN, BEFORE_MAIL, MAIL, HOME]);
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j30_the_link_of_the_mail() {
    let mary = waits_for_the_mail().await;
    mary.opens_the_link_for(MARY).await;
    went(&mary, &[IN, BEFORE_MAIL, MAIL, "introspect", MAIL, HOME]);
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j31_j32_j33_a_question_of_the_list_or_of_ones_own() {
    for ways in [
        [
            ("credentials", "0"),
            ("credentials.questionKey", "disliked_food"),
        ],
        [("credentials", "custom"), ("credentials.question", "Atko")],
    ] {
        let mary = mary("question");
        signs_in(&mary).await;
        mary.chooses("Security Question").await;
        mary.sends(&[&ways[..], &[("credentials.answer", "Okta")]].concat())
            .await;
        went(
            &mary,
            &[
                IN,
                "select-authenticator-enroll[Security Question]",
                "enroll-authenticator(question)",
                HOME,
            ],
        );
        assert_eq!(set_up(&mary, MARY), ["okta_password", "security_question"]);
        done(&mary, MARY, MARY_HOLM).await;
    }
}

/// Password right, on to the number.
async fn comes_to_the_number() -> Visitor {
    let mary = mary("phone");
    signs_in(&mary).await;
    mary.chooses("Phone").await;
    mary
}

async fn gives_the_number(mary: &Visitor) {
    mary.sends(&[
        ("authenticator.phoneNumber", "0151 12345678"),
        ("country", "DE"),
    ])
    .await;
    types_the_code(mary, PHONE).await;
}

const NUMBER: &str = "authenticator-enrollment-data(phone)";

#[tokio::test]
async fn j34_a_phone_is_set_up() {
    let mary = comes_to_the_number().await;
    gives_the_number(&mary).await;
    went(
        &mary,
        &[
            IN,
            "select-authenticator-enroll[Phone]",
            NUMBER,
            "enroll-authenticator(phone)",
            HOME,
        ],
    );
    assert_eq!(set_up(&mary, MARY), ["okta_password", "phone_number"]);
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j35_a_wrong_code_of_an_sms_and_then_the_right_one() {
    let mary = mary_with("phone", json!({"phone": PHONE})).await;
    signs_in(&mary).await;
    mary.sends(&[("authenticator.methodType", "sms")]).await;
    mary.sends(&[(CODE, "000000")]).await;
    assert_eq!(mary.problems(), [INVALID]);
    types_the_code(&mary, PHONE).await;
    went(&mary, &[IN, BEFORE_PHONE, SMS, SMS, HOME]);
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j36_a_number_that_is_none() {
    let mary = comes_to_the_number().await;
    mary.sends(&[
        ("authenticator.phoneNumber", "incorrectnumber"),
        ("country", "DE"),
    ])
    .await;
    assert!(
        mary.problems().join(" ").contains("Invalid Phone Number."),
        "{:?}",
        mary.problems()
    );
    gives_the_number(&mary).await;
    went(
        &mary,
        &[
            IN,
            "select-authenticator-enroll[Phone]",
            NUMBER,
            NUMBER,
            "enroll-authenticator(phone)",
            HOME,
        ],
    );
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j37_the_code_of_an_sms() {
    let mary = mary_with("phone", json!({"phone": PHONE})).await;
    signs_in(&mary).await;
    mary.sends(&[("authenticator.methodType", "sms")]).await;
    types_the_code(&mary, PHONE).await;
    went(&mary, &[IN, BEFORE_PHONE, SMS, HOME]);
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j38_a_security_key_is_set_up() {
    let mary = mary("webauthn");
    signs_in(&mary).await;
    mary.chooses(KEY).await;
    mary.performs("Set up", &mut Key::new(1)).await;
    went(
        &mary,
        &[
            IN,
            "select-authenticator-enroll[Security Key or Biometric]",
            "enroll-authenticator(webauthn)",
            HOME,
        ],
    );
    done(&mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j39_j40_an_app_is_set_up_and_then_asked_without_a_list() {
    let mary = mary("totp");
    signs_in(&mary).await;
    mary.chooses("Google Authenticator").await;
    let used = totp_of(&mary);
    mary.sends(&[(CODE, &used)]).await;
    went(
        &mary,
        &[
            IN,
            "select-authenticator-enroll[Google Authenticator]",
            "enroll-authenticator(totp)",
            HOME,
        ],
    );
    done(&mary, MARY, MARY_HOLM).await;
    mary.forgets_the_trail();
    signs_in(&mary).await;
    mary.sends(&[(CODE, &used)]).await;
    let problems = mary.problems();
    assert!(
        matches!(problems.as_slice(), [one] if one.contains("used already")),
        "{problems:?}"
    );
    mary.org().clock().forward(Duration::from_secs(31));
    let path = format!("/console/totp?email={MARY}");
    let shown = mary.console("GET", &path, Value::Null).await;
    mary.sends(&[(CODE, shown["code"].as_str().expect("a code"))])
        .await;
    let asked = "challenge-authenticator(totp)";
    went(&mary, &[IN, asked, asked, HOME]);
    done(&mary, MARY, MARY_HOLM).await;
}

async fn at_the_picture() -> Visitor {
    let mary = mary("okta-verify");
    signs_in(&mary).await;
    mary.chooses("Okta Verify").await;
    mary
}

async fn is_set_up(mary: &Visitor, ways: &[&str]) {
    mary.console("POST", "/console/devices/scan", json!({"email": MARY}))
        .await;
    mary.waits_for_a_poll().await;
    let steps = [
        IN,
        "select-authenticator-enroll[Okta Verify]",
        "enroll-poll",
    ];
    went(mary, &[&steps[..], ways, &[HOME]].concat());
    done(mary, MARY, MARY_HOLM).await;
}

#[tokio::test]
async fn j41_okta_verify_by_its_picture() {
    is_set_up(&at_the_picture().await, &[]).await;
}

#[tokio::test]
async fn j42_j43_okta_verify_by_a_link() {
    for (channel, name, to, words) in LINKS {
        let mary = at_the_picture().await;
        takes_the_link(&mary, channel, name, to, words).await;
        is_set_up(&mary, &BY_LINK).await;
    }
}
