//! Somebody makes an account: every way through the guide's own org, and the wrong turns.

use std::time::Duration;

use crate::visitor::Visitor;
use vestibule::flow::Failure;
use vestibule::oauth::{Purpose, Setting, TokenError};

const ADA: &str = "ada@example.com";
const PASSWORD: &str = "Sommer-2031";

/// Up to the last list, on which the phone is optional.
async fn up_to_the_optional_phone(ada: &Visitor) {
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Email").await;
    ada.sends(&[("credentials.passcode", &ada.code_for(ADA))])
        .await;
}

/// Up to the page that asks for the code in the mail.
async fn up_to_the_code(ada: &Visitor) {
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Email").await;
    assert_eq!(ada.step(), "enroll-authenticator");
}

#[tokio::test]
async fn k01_the_walk_with_skip() {
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignIn).await;
    assert_eq!(
        (ada.page().heading.as_str(), ada.address().as_str()),
        ("Sign In", "login")
    );
    ada.presses("Sign Up").await;
    assert_eq!(
        (ada.page().heading.as_str(), ada.address().as_str()),
        ("Sign Up", "register")
    );
    ada.sends(&[
        ("userProfile.firstName", "Ada"),
        ("userProfile.lastName", "Lovelace"),
        ("userProfile.email", ADA),
    ])
    .await;
    assert_eq!(
        (ada.page().heading.as_str(), ada.address().as_str()),
        ("Choose an authenticator", "select-authenticator")
    );
    assert_eq!(ada.choices(), ["Password"]);
    assert!(!ada.sees_button("Skip"));
    ada.chooses("Password").await;
    assert_eq!(
        (ada.page().heading.as_str(), ada.address().as_str()),
        ("Set password", "enroll-authenticator/okta_password")
    );
    ada.sends(&[("credentials.passcode", PASSWORD), ("confirm", PASSWORD)])
        .await;
    assert_eq!(ada.choices(), ["Email", "Phone"]);
    assert!(!ada.sees_button("Skip"));
    ada.chooses("Email").await;
    assert_eq!(
        (ada.page().heading.as_str(), ada.address().as_str()),
        ("Enter verification code", "enroll-authenticator/okta_email")
    );
    assert!(ada.page().intro.iter().any(|words| words.contains(ADA)));
    ada.sends(&[("credentials.passcode", &ada.code_for(ADA))])
        .await;
    assert_eq!(ada.choices(), ["Phone"]);
    ada.presses("Skip").await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
    assert!(!ada.has_something_stored());
}

#[tokio::test]
async fn k02_the_walk_with_an_sms() {
    let ada = Visitor::of("seed");
    up_to_the_optional_phone(&ada).await;
    ada.chooses("Phone").await;
    assert_eq!(
        (ada.page().heading.as_str(), ada.address().as_str()),
        (
            "What is your phone number?",
            "enroll-authenticator/phone_number/enrollment-data"
        )
    );
    assert!(ada.sees_button("Skip"));
    ada.sends(&[
        ("authenticator.phoneNumber", "(0151) 123-456 78"),
        ("country", "DE"),
    ])
    .await;
    let page = ada.page();
    assert_eq!(
        page.intro.first().map(String::as_str),
        Some(
            "An SMS was sent to your phone with a verification code. Enter the code in the box below to continue."
        )
    );
    assert!(
        page.intro
            .iter()
            .any(|words| words.contains("+49 151 123 456 78")),
        "{:?}",
        page.intro
    );
    ada.sends(&[("credentials.passcode", &ada.code_for("+4915112345678"))])
        .await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
}

#[tokio::test]
async fn k03_phone_by_voice_with_an_extension() {
    let ada = Visitor::of("seed");
    ada.signs_up(ADA).await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Phone").await;
    ada.sends(&[
        ("authenticator.methodType", "voice"),
        ("authenticator.phoneNumber", "555 123 4567"),
        ("country", "US"),
        ("extension", "12"),
    ])
    .await;
    let page = ada.page();
    assert!(
        page.intro
            .iter()
            .any(|words| words.contains("calling your phone")),
        "{:?}",
        page.intro
    );
    assert_eq!(
        page.inputs().next().map(|input| input.autocomplete),
        Some("off")
    );
    ada.sends(&[("credentials.passcode", &ada.code_for("+15551234567x12"))])
        .await;
    assert_eq!(ada.choices(), ["Email"]);
    ada.presses("Skip").await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
}

#[tokio::test]
async fn the_loop_closes() {
    let ada = Visitor::of("seed");
    up_to_the_optional_phone(&ada).await;
    ada.presses("Skip").await;
    ada.signs_out().await;
    assert_eq!(ada.signed_in_as(), None);
    assert_eq!(ada.org().count("POST", "/oauth2/default/v1/revoke"), 1);
    ada.comes_to(Purpose::SignIn).await;
    ada.sends(&[("identifier", ADA), ("credentials.passcode", "Winter-2031")])
        .await;
    assert_eq!(
        (ada.step().as_str(), ada.problems()),
        ("identify", vec!["Authentication failed".to_owned()])
    );
    ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
        .await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
}

#[tokio::test]
async fn k04_a_reload_brings_each_step_back_and_sends_nothing_again() {
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignUp).await;
    ada.reloads().await;
    assert_eq!(ada.step(), "enroll-profile");
    up_to_the_code(&ada).await;
    ada.reloads().await;
    assert_eq!(
        (ada.step().as_str(), ada.address().as_str()),
        ("enroll-authenticator", "enroll-authenticator/okta_email")
    );
    assert_eq!(ada.messages_for(ADA), 1);
    ada.sends(&[("credentials.passcode", &ada.code_for(ADA))])
        .await;
    ada.reloads().await;
    assert_eq!(ada.choices(), ["Phone"]);
    ada.chooses("Phone").await;
    ada.reloads().await;
    assert_eq!(ada.step(), "authenticator-enrollment-data");
    ada.sends(&[("authenticator.phoneNumber", "+49 151 12345678")])
        .await;
    ada.reloads().await;
    assert_eq!(ada.address(), "enroll-authenticator/phone_number");
    assert_eq!(ada.messages_for("+4915112345678"), 1);
}

#[tokio::test]
async fn k04_what_was_typed_and_not_sent_is_back_after_a_reload_unless_it_is_secret() {
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignUp).await;
    ada.types_and_reloads(&[("userProfile.firstName", "Ada"), ("userProfile.email", "")])
        .await;
    assert_eq!(ada.kept("userProfile.firstName").as_deref(), Some("Ada"));
    up_to_the_optional_phone(&ada).await;
    ada.chooses("Phone").await;
    let typed = [
        ("authenticator.methodType", "voice"),
        ("country", "DE"),
        ("authenticator.phoneNumber", "0151 123"),
        ("extension", "12"),
    ];
    ada.types_and_reloads(&typed).await;
    for (name, text) in typed {
        assert_eq!(ada.kept(name).as_deref(), Some(text), "{name}");
    }
    let secrets = Visitor::of("seed");
    secrets.comes_to(Purpose::SignIn).await;
    let typed = [("identifier", ADA), ("credentials.passcode", PASSWORD)];
    secrets.types_and_reloads(&typed).await;
    assert_eq!(secrets.kept("identifier").as_deref(), Some(ADA));
    assert_eq!(secrets.kept("credentials.passcode"), None);
}

#[tokio::test]
async fn k05_going_back_shows_what_the_org_still_offers_and_nothing_else() {
    let ok = |name: &str| Some(Ok(name.to_owned()));
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignUp).await;
    assert_eq!(
        ada.travels_to("login"),
        Some(Err("select-identify".to_owned()))
    );
    assert_eq!(ada.travels_to("register"), ok("enroll-profile"));
    up_to_the_code(&ada).await;
    assert_eq!(
        ada.travels_to("select-authenticator"),
        ok("select-authenticator-enroll")
    );
    assert_eq!(
        ada.travels_to("enroll-authenticator/okta_email"),
        ok("enroll-authenticator")
    );
    for over in ["register", "login", "enroll-authenticator/okta_password"] {
        assert_eq!(ada.travels_to(over), None, "{over}");
    }
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_is_sent() {
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignUp).await;
    let before = ada.org().requests().len();
    ada.sends(&[
        ("userProfile.firstName", " "),
        ("userProfile.lastName", "Lovelace"),
        ("userProfile.email", "3.14e2"),
    ])
    .await;
    assert_eq!(
        ada.problems(),
        [
            "userProfile.firstName: Enter your first name.",
            "userProfile.email: 'Email' must be in the form of an email address",
            "userProfile.email: Provided value for property 'Email' does not match required pattern"
        ]
    );
    assert_eq!(ada.org().requests().len(), before);
}

#[tokio::test]
async fn k26_an_address_that_is_taken_is_said_at_its_field() {
    let ada = Visitor::of("seed");
    ada.org()
        .add_person(ADA, "Ada", "First", Some(PASSWORD))
        .expect("the address is free");
    ada.signs_up(ADA).await;
    assert_eq!(ada.step(), "enroll-profile");
    let problems = ada.problems();
    assert!(
        matches!(problems.as_slice(), [one] if one.starts_with("userProfile.email: ")),
        "{problems:?}"
    );
    assert_eq!(ada.kept("userProfile.firstName").as_deref(), Some("Ada"));
    ada.sends(&[("userProfile.email", "ada2@example.com")])
        .await;
    assert_eq!(ada.step(), "select-authenticator-enroll");
}

#[tokio::test]
async fn k26_a_password_that_breaks_a_rule_is_refused_here_and_a_common_one_there() {
    let ada = Visitor::of("seed");
    ada.signs_up(ADA).await;
    ada.chooses("Password").await;
    let before = ada.org().requests().len();
    ada.sends(&[("credentials.passcode", "sommer"), ("confirm", "sommer")])
        .await;
    assert_eq!(
        ada.problems(),
        [
            "credentials.passcode: The password needs at least 8 characters.",
            "credentials.passcode: The password needs an uppercase letter.",
            "credentials.passcode: The password needs a number."
        ]
    );
    ada.sends(&[
        ("credentials.passcode", PASSWORD),
        ("confirm", "Sommer-2032"),
    ])
    .await;
    assert_eq!(
        ada.problems(),
        ["confirm: The two passwords are not the same. Enter the same password twice."]
    );
    assert_eq!(ada.org().requests().len(), before, "nothing was sent");
    ada.sends(&[
        ("credentials.passcode", "Password1"),
        ("confirm", "Password1"),
    ])
    .await;
    let problems = ada.problems();
    assert!(
        matches!(problems.as_slice(), [one] if one.starts_with("credentials.passcode: ")),
        "{problems:?}"
    );
    assert_eq!(ada.org().requests().len(), before + 1);
}

#[tokio::test]
async fn a_wrong_code_is_said_each_time_and_spaces_are_forgiven() {
    let ada = Visitor::of("seed");
    up_to_the_code(&ada).await;
    for _ in 0..3 {
        ada.sends(&[("credentials.passcode", "000000")]).await;
        assert_eq!(
            ada.problems(),
            ["credentials.passcode: Invalid code. Try again."]
        );
        assert!(ada.page().resend);
    }
    let code = ada.code_for(ADA);
    let (one, other) = code.split_at(3);
    ada.sends(&[("credentials.passcode", &format!(" {one} - {other} "))])
        .await;
    assert_eq!(ada.choices(), ["Phone"]);
}

#[tokio::test]
async fn k06_a_code_that_is_too_old_is_refused_and_a_new_one_works() {
    let ada = Visitor::of("seed");
    up_to_the_code(&ada).await;
    let old = ada.code_for(ADA);
    ada.org().clock().forward(Duration::from_secs(301));
    ada.sends(&[("credentials.passcode", &old)]).await;
    assert_eq!(
        ada.problems(),
        ["credentials.passcode: Invalid code. Try again."]
    );
    ada.asks_for_a_new_code().await;
    assert_eq!(
        ada.notices(),
        ["A new code is on its way. The one before no longer works."]
    );
    assert_eq!(ada.problems(), [""; 0]);
    ada.sends(&[("credentials.passcode", &ada.code_for(ADA))])
        .await;
    assert_eq!(ada.choices(), ["Phone"]);
}

#[tokio::test]
async fn k06_a_new_code_too_often_has_to_wait() {
    let ada = Visitor::of("seed");
    up_to_the_code(&ada).await;
    ada.asks_for_a_new_code().await;
    ada.asks_for_a_new_code().await;
    ada.asks_for_a_new_code().await;
    assert_eq!(ada.step(), "enroll-authenticator");
    assert_eq!(ada.problems().len(), 1, "{:?}", ada.problems());
    assert!(ada.notices().is_empty());
}

#[tokio::test]
async fn a_poll_leaves_what_was_said_alone() {
    let ada = Visitor::of("seed");
    up_to_the_code(&ada).await;
    ada.sends(&[("credentials.passcode", "000000")]).await;
    let before = ada.page();
    ada.waits_for_a_poll().await;
    assert_eq!(ada.page(), before);
    assert_eq!(
        ada.problems(),
        ["credentials.passcode: Invalid code. Try again."]
    );
}

#[tokio::test]
async fn a_number_that_cannot_be_is_said_here_and_one_that_is_refused_there() {
    let ada = Visitor::of("seed");
    up_to_the_optional_phone(&ada).await;
    ada.chooses("Phone").await;
    let before = ada.org().requests().len();
    ada.sends(&[("authenticator.phoneNumber", "12"), ("country", "DE")])
        .await;
    assert!(
        matches!(ada.problems().as_slice(), [one] if one.starts_with("authenticator.phoneNumber: "))
    );
    assert_eq!(ada.org().requests().len(), before);
    ada.sends(&[
        ("authenticator.phoneNumber", "+1 999 555 0100"),
        ("country", "DE"),
    ])
    .await;
    assert_eq!(ada.problems(), ["Invalid Phone Number."]);
    assert!(ada.sees_button("Skip"));
}

#[tokio::test]
async fn k09_another_number_after_a_typing_error() {
    let ada = Visitor::of("seed");
    up_to_the_optional_phone(&ada).await;
    ada.chooses("Phone").await;
    ada.sends(&[("authenticator.phoneNumber", "+49 151 12345678")])
        .await;
    let wrong = ada.code_for("+4915112345678");
    ada.presses("Change the number").await;
    ada.chooses("Phone").await;
    assert_eq!(ada.step(), "authenticator-enrollment-data");
    ada.sends(&[("authenticator.phoneNumber", "+49 151 87654321")])
        .await;
    ada.sends(&[("credentials.passcode", &wrong)]).await;
    assert_eq!(
        ada.problems(),
        ["credentials.passcode: Invalid code. Try again."]
    );
    ada.sends(&[("credentials.passcode", &ada.code_for("+4915187654321"))])
        .await;
    assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
}

#[tokio::test]
async fn k08_an_expired_transaction_starts_again_with_the_address_kept() {
    let ada = Visitor::of("seed");
    up_to_the_code(&ada).await;
    ada.org().clock().forward(Duration::from_secs(3 * 3600));
    ada.sends(&[("credentials.passcode", "123456")]).await;
    assert_eq!(
        (ada.step().as_str(), ada.page().heading.as_str()),
        ("terminal", "Your session has expired")
    );
    ada.presses("Start again").await;
    assert_eq!(ada.step(), "enroll-profile");
    assert_eq!(ada.kept("userProfile.email").as_deref(), Some(ADA));
}

#[tokio::test]
async fn k24_an_org_that_cannot_be_reached_leaves_the_step() {
    let ada = Visitor::of("seed");
    ada.comes_to(Purpose::SignIn).await;
    ada.goes_offline(true);
    ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
        .await;
    assert_eq!(ada.step(), "identify");
    assert_eq!(
        ada.problems(),
        ["The sign-in service cannot be reached. Check your connection, then try again."]
    );
    assert_eq!(ada.kept("identifier").as_deref(), Some(ADA));
    ada.goes_offline(false);
    ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
        .await;
    assert_eq!(
        ada.problems(),
        [format!(
            "identifier: There is no account with the Username {ADA}."
        )]
    );
}

#[tokio::test]
async fn k24_what_did_not_come_through_is_said_though_a_poll_does() {
    let ada = Visitor::of("seed");
    up_to_the_code(&ada).await;
    ada.goes_offline(true);
    ada.sends(&[("credentials.passcode", &ada.code_for(ADA))])
        .await;
    ada.goes_offline(false);
    ada.waits_for_a_poll().await;
    assert_eq!(
        ada.problems(),
        ["The sign-in service cannot be reached. Check your connection, then try again."]
    );
}

#[tokio::test]
async fn k24_answers_that_are_no_step_leave_the_step() {
    use org::{Fault, FaultKind};
    for (kind, words) in [
        (
            FaultKind::ServerError,
            "The sign-in service is not answering properly. Try again in a minute.",
        ),
        (
            FaultKind::Empty,
            "The sign-in service is not answering properly. Try again in a minute.",
        ),
        (
            FaultKind::Html,
            "The sign-in service is not answering properly. Try again in a minute.",
        ),
        (
            FaultKind::Cut,
            "The sign-in service is not answering properly. Try again in a minute.",
        ),
        (
            FaultKind::DropBefore,
            "The sign-in service cannot be reached. Check your connection, then try again.",
        ),
    ] {
        let ada = Visitor::of("seed");
        ada.comes_to(Purpose::SignIn).await;
        ada.org().arm(Fault::once("/idp/idx/identify", kind));
        ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
            .await;
        assert_eq!(
            (ada.step().as_str(), ada.problems()),
            ("identify", vec![words.to_owned()])
        );
    }
}

#[tokio::test]
async fn an_interact_that_is_refused_names_the_setting() {
    for (config, setting) in [
        (
            r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"nobody"}"#,
            Setting::ClientId,
        ),
        (
            r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule","redirectUri":"http://localhost:8080/elsewhere"}"#,
            Setting::RedirectUri,
        ),
        (
            r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule","scopes":["openid","nonsense"]}"#,
            Setting::Scopes,
        ),
    ] {
        let ada = Visitor::with("seed", config);
        ada.comes_to(Purpose::SignIn).await;
        assert_eq!(ada.step(), "error");
        assert!(ada.page().request_id.is_some());
        assert!(ada.sees_button("Try again"));
        match ada.failure() {
            Some(Failure::Start(refusal)) => assert_eq!(refusal.setting, Some(setting)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_token_that_is_wrong_signs_nobody_in() {
    use org::TokenFault;
    for (fault, error) in [
        (TokenFault::Signature, TokenError::Signature),
        (TokenFault::Issuer, TokenError::Issuer),
        (TokenFault::Audience, TokenError::Audience),
        (TokenFault::Nonce, TokenError::Nonce),
        (TokenFault::Expired, TokenError::Expired),
    ] {
        let ada = Visitor::of("password-only");
        ada.org()
            .add_person(ADA, "Ada", "Lovelace", Some(PASSWORD))
            .expect("the address is free");
        ada.org().break_tokens(Some(fault));
        ada.comes_to(Purpose::SignIn).await;
        ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
            .await;
        assert_eq!(
            (ada.step().as_str(), ada.failure()),
            ("error", Some(Failure::Token(error)))
        );
        assert_eq!(ada.signed_in_as(), None);
        assert!(!ada.has_something_stored());
        ada.org().break_tokens(None);
        ada.presses("Start again").await;
        ada.sends(&[("identifier", ADA), ("credentials.passcode", PASSWORD)])
            .await;
        assert_eq!(ada.signed_in_as().as_deref(), Some(ADA));
    }
}
