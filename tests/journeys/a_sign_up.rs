//! Somebody makes an account.

use super::*;

const LIST: &str = "select-authenticator-enroll[Email, Password]";
const BY_MAIL: &str = "enroll-authenticator(email)";
const BY_PASSWORD: &str = "enroll-authenticator(password)";
const THEN_PASSWORD: &str = "select-authenticator-enroll[Password]";
const PHONE_IF_WANTED: &str = "select-authenticator-enroll[Phone]+skip";
const ADA_LOVELACE: &str = "Ada Lovelace";

/// Email by its code, then the password: up to the phone, which is optional.
async fn up_to_the_phone(ada: &Visitor) {
    ada.chooses("Email").await;
    types_the_code(ada, ADA).await;
    ada.sets_password(PASSWORD).await;
}

fn up_to_the_phone_steps() -> Vec<&'static str> {
    vec![
        UP,
        LIST,
        BY_MAIL,
        THEN_PASSWORD,
        BY_PASSWORD,
        PHONE_IF_WANTED,
    ]
}

#[tokio::test]
async fn j01_email_and_password_without_a_phone() {
    let ada = Visitor::of("signup");
    ada.signs_up(ADA).await;
    up_to_the_phone(&ada).await;
    ada.presses("Skip").await;
    went(
        &ada,
        &[up_to_the_phone_steps(), vec!["skip", HOME]].concat(),
    );
    assert_eq!(set_up(&ada, ADA), ["okta_email", "okta_password"]);
    done(&ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j02_with_a_phone_by_sms() {
    let ada = Visitor::of("signup");
    ada.signs_up(ADA).await;
    up_to_the_phone(&ada).await;
    ada.chooses("Phone").await;
    ada.sends(&[
        ("authenticator.phoneNumber", "0151 123 456 78"),
        ("country", "DE"),
    ])
    .await;
    types_the_code(&ada, PHONE).await;
    let phone = [
        "authenticator-enrollment-data(phone)+skip",
        "enroll-authenticator(phone)+skip",
        HOME,
    ];
    went(&ada, &[up_to_the_phone_steps(), phone.to_vec()].concat());
    let people = ada.org().people();
    assert_eq!(people[0].phone.as_deref(), Some(PHONE));
    assert_eq!(
        set_up(&ada, ADA),
        ["okta_email", "okta_password", "phone_number"]
    );
    done(&ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j03_an_address_that_is_none_is_told_at_its_field_and_the_rest_is_kept() {
    let ada = Visitor::of("signup");
    ada.signs_up("3.14e2").await;
    assert_eq!(
        ada.problems(),
        [
            "userProfile.email: 'Email' must be in the form of an email address",
            "userProfile.email: Provided value for property 'Email' does not match required pattern"
        ]
    );
    ada.sends(&[
        ("userProfile.firstName", "Ada"),
        ("userProfile.lastName", "Lovelace"),
        ("userProfile.email", ADA),
    ])
    .await;
    went(&ada, &[UP, "enroll-profile", LIST]);
}

#[tokio::test]
async fn j04_a_number_that_is_none_leaves_the_page_and_skip() {
    let ada = Visitor::of("signup");
    ada.signs_up(ADA).await;
    up_to_the_phone(&ada).await;
    ada.chooses("Phone").await;
    ada.sends(&[
        ("authenticator.methodType", "sms"),
        ("authenticator.phoneNumber", "incorrectnumber"),
        ("country", "DE"),
    ])
    .await;
    assert!(
        ada.problems().join(" ").contains("Invalid Phone Number."),
        "{:?}",
        ada.problems()
    );
    assert!(ada.sees_button("Skip"));
    ada.sends(&[
        ("authenticator.phoneNumber", "0151 123 456 78"),
        ("country", "DE"),
    ])
    .await;
    types_the_code(&ada, PHONE).await;
    let phone = [
        "authenticator-enrollment-data(phone)+skip",
        "authenticator-enrollment-data(phone)+skip",
        "enroll-authenticator(phone)+skip",
        HOME,
    ];
    went(&ada, &[up_to_the_phone_steps(), phone.to_vec()].concat());
    done(&ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j05_the_link_in_the_mail_goes_on_in_its_own_tab() {
    let ada = Visitor::of("signup");
    ada.signs_up(ADA).await;
    ada.chooses("Email").await;
    let first = ada.tab();
    assert!(first.polling().is_some(), "the first tab asks by itself");
    ada.opens_the_link_for(ADA).await;
    went(
        &ada,
        &[UP, LIST, BY_MAIL, "introspect", BY_MAIL, THEN_PASSWORD],
    );
    // The first tab learns it.
    let second = ada.turns_to(first);
    ada.waits_for_a_poll().await;
    assert_eq!(ada.step(), "terminal");
    assert!(
        said(&ada).to_lowercase().contains("tab"),
        "it went on elsewhere: {}",
        said(&ada)
    );
    assert!(!ada.page().others.is_empty(), "and there is a way on here");
    ada.turns_to(second);
    ada.forgets_the_trail();
    ada.sets_password(PASSWORD).await;
    ada.presses("Skip").await;
    went(&ada, &[BY_PASSWORD, PHONE_IF_WANTED, "skip", HOME]);
    done(&ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j06_without_a_password() {
    let ada = Visitor::of("password-optional");
    ada.signs_up(ADA).await;
    types_the_code(&ada, ADA).await;
    ada.presses("Skip").await;
    went(
        &ada,
        &[
            UP,
            BY_MAIL,
            "select-authenticator-enroll[Password]+skip",
            "skip",
            HOME,
        ],
    );
    assert_eq!(set_up(&ada, ADA), ["okta_email"]);
    done(&ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j07_with_a_password_though_it_is_optional() {
    let ada = Visitor::of("password-optional");
    ada.signs_up(ADA).await;
    types_the_code(&ada, ADA).await;
    ada.sets_password(PASSWORD).await;
    went(
        &ada,
        &[
            UP,
            BY_MAIL,
            "select-authenticator-enroll[Password]+skip",
            "enroll-authenticator(password)+skip",
            HOME,
        ],
    );
    done(&ada, ADA, ADA_LOVELACE).await;
    ada.comes_to(Purpose::SignIn).await;
    ada.sends(&[("identifier", ADA)]).await;
    ada.chooses("Password").await;
    ada.sends(&[(CODE, PASSWORD)]).await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
}

#[tokio::test]
async fn j08_one_more_field_is_asked_and_stored() {
    let ada = Visitor::of("custom-attribute");
    ada.signs_up(ADA).await;
    let problems = ada.problems();
    assert!(
        matches!(problems.as_slice(), [one] if one.starts_with("userProfile.customAttribute: ")),
        "{problems:?}"
    );
    ada.sends(&[
        ("userProfile.firstName", "Ada"),
        ("userProfile.lastName", "Lovelace"),
        ("userProfile.email", ADA),
        ("userProfile.customAttribute", "random value"),
    ])
    .await;
    up_to_the_phone(&ada).await;
    ada.presses("Skip").await;
    went(
        &ada,
        &[
            vec![UP, "enroll-profile"],
            up_to_the_phone_steps().split_off(1),
            vec!["skip", HOME],
        ]
        .concat(),
    );
    let people = ada.org().people();
    assert_eq!(people[0].attributes["customAttribute"], "random value");
    done(&ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j09_the_link_of_an_admin_begins_at_the_list() {
    let stella = Visitor::of("activation");
    let person = json!({"email": MARY, "firstName": "Stella", "lastName": "Holm", "staged": true});
    console(&stella, "people", person).await;
    let made = console(&stella, "activation", json!({"email": MARY})).await;
    stella.returns(made["link"].as_str().expect("a link")).await;
    stella.chooses("Email").await;
    types_the_code(&stella, MARY).await;
    stella.sets_password(NEW).await;
    stella.presses("Skip").await;
    went(
        &stella,
        &[
            "interact → introspect",
            LIST,
            BY_MAIL,
            THEN_PASSWORD,
            BY_PASSWORD,
            PHONE_IF_WANTED,
            "skip",
            HOME,
        ],
    );
    assert!(!stella.org().people()[0].staged);
    done(&stella, MARY, "Stella Holm").await;
}

#[tokio::test]
async fn j10_j11_a_question_of_the_list_or_of_ones_own() {
    for (ways, sent) in [
        (
            [
                ("credentials", "0"),
                ("credentials.questionKey", "disliked_food"),
            ],
            json!({"questionKey": "disliked_food", "answer": "Okta"}),
        ),
        (
            [("credentials", "custom"), ("credentials.question", "Atko")],
            json!({"questionKey": "custom", "question": "Atko", "answer": "Okta"}),
        ),
    ] {
        let ada = Visitor::of("question");
        ada.signs_up(ADA).await;
        ada.sets_password(PASSWORD).await;
        ada.chooses("Security Question").await;
        ada.sends(&[&ways[..], &[("credentials.answer", "Okta")]].concat())
            .await;
        went(
            &ada,
            &[
                UP,
                "select-authenticator-enroll[Password, Security Question]",
                BY_PASSWORD,
                "select-authenticator-enroll[Security Question]",
                "enroll-authenticator(question)",
                HOME,
            ],
        );
        let requests = ada.org().requests();
        let answers = requests.iter().rev();
        let mut answers = answers.filter(|request| request.path.ends_with("/challenge/answer"));
        assert_eq!(
            answers.next().expect("an answer").json()["credentials"],
            sent
        );
        assert_eq!(set_up(&ada, ADA), ["okta_password", "security_question"]);
        done(&ada, ADA, ADA_LOVELACE).await;
    }
}

#[tokio::test]
async fn j12_an_authenticator_app() {
    let ada = Visitor::of("totp");
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Google Authenticator").await;
    ada.sends(&[(CODE, &totp_of(&ada))]).await;
    went(
        &ada,
        &[
            UP,
            "select-authenticator-enroll[Google Authenticator, Password]",
            BY_PASSWORD,
            "select-authenticator-enroll[Google Authenticator]",
            "enroll-authenticator(totp)",
            HOME,
        ],
    );
    assert_eq!(set_up(&ada, ADA), ["google_otp", "okta_password"]);
    done(&ada, ADA, ADA_LOVELACE).await;
}

/// Somebody new, at the picture of Okta Verify.
async fn at_the_picture() -> Visitor {
    let ada = Visitor::of("okta-verify");
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Okta Verify").await;
    ada
}

async fn is_set_up(ada: &Visitor, ways: &[&str]) {
    ada.console("POST", "/console/devices/scan", json!({"email": ADA}))
        .await;
    ada.waits_for_a_poll().await;
    let steps = [
        UP,
        "select-authenticator-enroll[Okta Verify, Password]",
        BY_PASSWORD,
        "select-authenticator-enroll[Okta Verify]",
        "enroll-poll",
    ];
    went(ada, &[&steps[..], ways, &[HOME]].concat());
    assert_eq!(set_up(ada, ADA), ["okta_password", "okta_verify"]);
    done(ada, ADA, ADA_LOVELACE).await;
}

#[tokio::test]
async fn j13_okta_verify_by_its_picture() {
    is_set_up(&at_the_picture().await, &[]).await;
}

#[tokio::test]
async fn j14_j15_okta_verify_by_a_link() {
    for (channel, name, to, words) in LINKS {
        let ada = at_the_picture().await;
        takes_the_link(&ada, channel, name, to, words).await;
        is_set_up(&ada, &BY_LINK).await;
    }
}

#[tokio::test]
async fn j16_a_security_key() {
    let ada = Visitor::of("webauthn");
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses(KEY).await;
    assert_eq!(ada.page().inputs().count(), 0, "no text boxes");
    ada.performs("Set up", &mut Key::new(1)).await;
    went(
        &ada,
        &[
            UP,
            "select-authenticator-enroll[Password, Security Key or Biometric]",
            BY_PASSWORD,
            "select-authenticator-enroll[Security Key or Biometric]",
            "enroll-authenticator(webauthn)",
            HOME,
        ],
    );
    done(&ada, ADA, ADA_LOVELACE).await;
}
