//! Ways into and out of a journey: other services, the org's own page, links with tokens, a device's code, consent.

use std::time::Duration;

use crate::visitor::Visitor;
use crate::visitor::abroad::parameter;
use serde_json::json;
use vestibule::flow::Failure;
use vestibule::oauth::Purpose;
use vestibule::pages::{Part, Press};

const MARY: &str = "mary@acme.test";
const PASSWORD: &str = "Sommer-2031";
const SERVICE: &str = "Continue with Okta OIDC IDP";
const ACTIVATES: &str = r#""deviceActivation":true"#;

fn of(policy: &str) -> Visitor {
    with_mary(Visitor::of(policy))
}

fn with_mary(visitor: Visitor) -> Visitor {
    let made = visitor
        .org()
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD));
    assert!(made.is_some(), "the org takes her");
    visitor
}

fn configured(policy: &str, members: &str) -> Visitor {
    with_mary(Visitor::with(
        policy,
        &format!(
            r#"{{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule",{members}}}"#
        ),
    ))
}

async fn signs_in(mary: &Visitor) {
    mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
        .await;
}

// Other services

#[tokio::test]
async fn j49_another_service_says_who_she_is() {
    let mary = of("social");
    mary.comes_to(Purpose::SignIn).await;
    assert_eq!(mary.services(), [SERVICE]);
    assert_eq!(mary.is_sent_to(), None, "there are other ways");
    let back = mary
        .at_the_service(
            &mary.way_to(SERVICE),
            json!({"action": "approve", "email": MARY}),
        )
        .await;
    mary.returns(&back).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    assert!(!mary.has_something_stored());
    // The same way back a second time belongs to nothing any more.
    mary.returns(&back).await;
    assert_eq!(mary.failure(), Some(Failure::ForeignCallback));
}

#[tokio::test]
async fn j51_after_the_other_service_a_second_factor_is_asked_for() {
    let nina = Visitor::of("social");
    let person = json!({"email": MARY, "firstName": "Nina", "lastName": "Holm", "password": PASSWORD, "groups": ["Staff"]});
    nina.posts("/console/people", "application/json", person.to_string())
        .await;
    nina.comes_to(Purpose::SignIn).await;
    let back = nina
        .at_the_service(
            &nina.way_to(SERVICE),
            json!({"action": "approve", "email": MARY}),
        )
        .await;
    assert!(back.contains("interaction_required"), "{back}");
    nina.returns(&back).await;
    assert!(nina.problems().is_empty(), "that is no failure");
    assert_eq!(
        nina.step(),
        "authenticator-verification-data",
        "it goes on with the saved handle"
    );
    nina.sends(&[]).await;
    nina.sends(&[("credentials.passcode", &nina.code_for(MARY))])
        .await;
    assert_eq!(nina.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k29_a_change_of_mind_leads_back_to_all_the_ways() {
    let mary = of("social");
    mary.comes_to(Purpose::SignIn).await;
    for action in ["deny", "fail"] {
        let back = mary
            .at_the_service(&mary.way_to(SERVICE), json!({"action": action}))
            .await;
        mary.returns(&back).await;
        assert_eq!(mary.step(), "identify", "{action}");
        let problems = mary.problems().join(" ");
        assert!(problems.contains("choose another way"), "{problems}");
        assert_eq!(mary.services(), [SERVICE], "{action}");
        assert!(mary.sees_button("Sign Up"), "{action}");
    }
    signs_in(&mary).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k29_a_foreign_way_back_signs_nobody_in() {
    let mary = of("social");
    mary.comes_to(Purpose::SignIn).await;
    let stored = mary.has_something_stored();
    for query in [
        "state=foreign&interaction_code=abc",
        "interaction_code=abc",
        "state=foreign&error=access_denied",
    ] {
        mary.opens(&format!("/login/callback?{query}")).await;
        assert_eq!(mary.failure(), Some(Failure::ForeignCallback), "{query}");
        assert_eq!(mary.has_something_stored(), stored, "{query}");
    }
}

#[tokio::test]
async fn k29_the_only_service_is_gone_to_once() {
    let mary = of("social");
    mary.posts(
        "/console/client",
        "application/json",
        json!({"onlyIdp": true}).to_string(),
    )
    .await;
    mary.comes_to(Purpose::SignIn).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("redirect-idp", "Sign In")
    );
    assert_eq!(mary.is_sent_to(), Some(mary.way_to(SERVICE)));
    let back = mary
        .at_the_service(&mary.way_to(SERVICE), json!({"action": "deny"}))
        .await;
    mary.returns(&back).await;
    assert_eq!(mary.services(), [SERVICE], "a page with a button");
    assert!(!mary.problems().is_empty());
}

#[tokio::test]
async fn k29_somebody_new_is_asked_for_what_is_missing() {
    let ivo = Visitor::of("social");
    ivo.comes_to(Purpose::SignIn).await;
    let back = ivo
        .at_the_service(
            &ivo.way_to(SERVICE),
            json!({"action": "approve", "email": "ivo@idp.test", "firstName": "Ivo"}),
        )
        .await;
    ivo.returns(&back).await;
    assert_eq!(ivo.step(), "enroll-profile");
    ivo.sends(&[
        ("userProfile.lastName", "Reed"),
        ("userProfile.firstName", "Ivo"),
        ("userProfile.email", "ivo@idp.test"),
    ])
    .await;
    assert_eq!(
        ivo.signed_in_as().as_deref(),
        Some("ivo@idp.test"),
        "{:?}",
        ivo.problems()
    );
}

// The org's own page

#[tokio::test]
async fn j24_signs_in_on_the_orgs_own_page() {
    let mary = configured("password-only", r#""hostedSignIn":true"#);
    mary.comes_to(Purpose::SignIn).await;
    assert!(mary.sees_button("Sign in on the page of localhost:8081"));
    let url = mary.goes_to_the_orgs_page().await;
    let (_, query) = url.split_once('?').expect("a query");
    assert_eq!(parameter(query, "response_type").as_deref(), Some("code"));
    assert_eq!(
        parameter(query, "code_challenge_method").as_deref(),
        Some("S256")
    );
    let page = mary.gets(&url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let hidden = |name: &str| {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = page.text.split_once(&start).expect("a hidden field");
        rest.split_once('"').expect("its end").0.to_owned()
    };
    let form = format!(
        "_form=identify&stateHandle={}&identifier={MARY}&credentials.passcode={PASSWORD}",
        hidden("stateHandle")
    );
    let sent = mary
        .posts("/signin", "application/x-www-form-urlencoded", form)
        .await;
    let back = sent.location.expect("back to the app");
    // The org says that it was the one who sent her back; another one's word is nobody's (RFC 9207).
    let issuer = "iss=http%3A%2F%2Flocalhost%3A8081%2Foauth2%2Fdefault";
    assert!(back.contains(issuer), "{back}");
    let theirs = back.replace(issuer, "iss=https%3A%2F%2Fevil.test");
    mary.returns(&theirs).await;
    assert_eq!(mary.failure(), Some(Failure::ForeignCallback));
    assert!(mary.signed_in_as().is_none());
    mary.returns(&back).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    mary.returns(&back).await;
    assert_eq!(
        mary.failure(),
        Some(Failure::ForeignCallback),
        "a code works once"
    );
}

#[tokio::test]
async fn j24_without_success_there_all_ways_are_open_here() {
    let mary = configured("password-only", r#""hostedSignIn":true"#);
    mary.comes_to(Purpose::SignIn).await;
    let url = mary.goes_to_the_orgs_page().await;
    let (_, query) = url.split_once('?').expect("a query");
    let state = parameter(query, "state").expect("a state");
    mary.opens(&format!(
        "/login/callback?state={state}&error=access_denied&error_description=Not+for+you."
    ))
    .await;
    assert_eq!(mary.step(), "identify");
    assert!(
        mary.problems()
            .join(" ")
            .contains("The org says: Not for you."),
        "{:?}",
        mary.problems()
    );
    signs_in(&mary).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn the_orgs_own_page_is_offered_where_it_is_wanted() {
    let mary = of("password-only");
    mary.comes_to(Purpose::SignIn).await;
    assert!(
        !mary
            .page()
            .links
            .iter()
            .any(|link| link.press == Press::Hosted)
    );
}

// Links with tokens

#[tokio::test]
async fn j09_a_link_that_a_browser_may_not_use_says_what_to_do() {
    let stella = Visitor::of("signup");
    for query in ["activation_token=dead", "activationToken=dead"] {
        stella.opens(&format!("/register?{query}")).await;
        assert_eq!(stella.step(), "terminal");
        assert_eq!(stella.page().heading, "This link cannot be used");
        assert!(stella.sees_button("Start again"));
        assert!(stella.page().request_id.is_some());
    }
    stella.presses("Start again").await;
    assert_eq!(stella.step(), "identify");
}

#[tokio::test]
async fn k21_a_dead_link_to_recover_has_one_button_to_ask_anew() {
    let mary = of("password-only");
    mary.opens("/recover?recovery_token=dead").await;
    assert_eq!(mary.step(), "terminal");
    assert_eq!(mary.page().heading, "This link cannot be used any more");
    assert_eq!(mary.page().others.len(), 1);
    mary.presses("Ask for a new link").await;
    assert_eq!(mary.step(), "identify-recovery");
}

#[tokio::test]
async fn a_hint_fills_in_the_name_and_an_assurance_is_asked_for_and_checked() {
    let mary = of("mfa-email");
    mary.opens(&format!(
        "/login?login_hint={MARY}&acr_values=urn:okta:loa:2fa:any&max_age=300"
    ))
    .await;
    let asked = mary.org().requests();
    let interact = asked
        .iter()
        .rev()
        .find(|asked| asked.path.ends_with("/interact"));
    let body = interact
        .map(|asked| asked.body.to_string())
        .unwrap_or_default();
    for part in ["login_hint", "acr_values", "max_age"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    signs_in(&mary).await;
    mary.sends(&[]).await;
    mary.sends(&[("credentials.passcode", &mary.code_for(MARY))])
        .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn what_the_configuration_asks_for_no_query_lowers() {
    let mary = configured(
        "password-only",
        r#""acrValues":"urn:okta:loa:2fa:any:ifpossible","maxAge":60"#,
    );
    mary.opens("/login?acr_values=urn:okta:loa:1fa:any&max_age=99999")
        .await;
    let asked = mary.org().requests();
    let interact = asked
        .iter()
        .rev()
        .find(|asked| asked.path.ends_with("/interact"));
    let body = interact
        .map(|asked| asked.body.to_string())
        .unwrap_or_default();
    assert!(
        body.contains("ifpossible") && !body.contains("1fa") && !body.contains("99999"),
        "{body}"
    );
    signs_in(&mary).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn an_assurance_that_she_cannot_give_is_told() {
    let mary = of("password-only");
    mary.opens("/login?acr_values=urn:okta:loa:2fa:any").await;
    signs_in(&mary).await;
    assert!(mary.signed_in_as().is_none());
    let said = [mary.problems(), vec![mary.page().heading]]
        .concat()
        .join(" ");
    assert!(
        said.contains("more proof than your account can give") || said.contains("no access"),
        "{said}"
    );
}

#[tokio::test]
async fn an_org_without_a_way_says_so() {
    let mary = of("password-only");
    mary.posts(
        "/console/client",
        "application/json",
        json!({"registration": false}).to_string(),
    )
    .await;
    mary.comes_to(Purpose::SignUp).await;
    assert_eq!(mary.step(), "identify");
    assert!(
        mary.notices()
            .join(" ")
            .contains("New accounts cannot be made here"),
        "{:?}",
        mary.notices()
    );
    mary.comes_to(Purpose::Unlock).await;
    assert!(
        mary.notices()
            .join(" ")
            .contains("cannot unlock your account yourself"),
        "{:?}",
        mary.notices()
    );
    mary.comes_to(Purpose::SignIn).await;
    assert!(mary.notices().is_empty());
}

// A device's code

async fn device(mary: &Visitor) -> (String, String) {
    let asked = mary
        .posts(
            "/oauth2/default/v1/device/authorize",
            "application/x-www-form-urlencoded",
            "client_id=vestibule&scope=openid".to_owned(),
        )
        .await;
    let asked: serde_json::Value = serde_json::from_str(&asked.text).expect("JSON");
    let code = asked["user_code"].as_str().expect("a code").to_owned();
    let there = mary
        .gets("/activate")
        .await
        .location
        .expect("on to the app");
    (code, there)
}

#[tokio::test]
async fn k18_a_device_is_signed_in_by_its_code() {
    let mary = configured("device-code", ACTIVATES);
    let (code, there) = device(&mary).await;
    mary.returns(&there).await;
    assert_eq!(
        (mary.step().as_str(), mary.address().as_str()),
        ("user-code", "activate")
    );
    mary.sends(&[("userCode", "ABCD-WXYZ")]).await;
    assert_eq!(
        (mary.step().as_str(), mary.problems().len()),
        ("user-code", 1),
        "a wrong one"
    );
    // As it is typed: small, with blanks, without the dash.
    mary.sends(&[(
        "userCode",
        &format!(" {} ", code.to_lowercase().replace('-', "")),
    )])
    .await;
    assert_eq!(mary.step(), "identify", "{:?}", mary.problems());
    signs_in(&mary).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "Device activated")
    );
    assert!(
        mary.signed_in_as().is_none(),
        "the device has the tokens, not this page"
    );
}

#[tokio::test]
async fn k18_a_code_that_is_too_old_ends_it() {
    let mary = configured("device-code", ACTIVATES);
    let (code, there) = device(&mary).await;
    mary.returns(&there).await;
    mary.org().clock().forward(Duration::from_secs(601));
    mary.sends(&[("userCode", &code)]).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "This code did not work")
    );
}

#[tokio::test]
async fn k18_a_state_token_is_no_way_to_plant_a_sign_in() {
    let mary = configured("device-code", ACTIVATES);
    let (_, there) = device(&mary).await;
    mary.returns(&there).await;
    // Even by its own state no callback may use such an attempt.
    let attempt = mary.stored_attempt().expect("an attempt is stored");
    let state = attempt.state.expose().to_owned();
    mary.opens(&format!(
        "/login/callback?state={state}&interaction_code=theirs"
    ))
    .await;
    assert_eq!(mary.failure(), Some(Failure::ForeignCallback));
}

// Consent

#[tokio::test]
async fn k17_what_the_app_may_have_is_asked() {
    let mary = configured("consent", r#""scopes":["openid","email","plan.read"]"#);
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("consent", "Allow access?")
    );
    mary.sends(&[]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k17_who_refuses_is_told_and_can_go_back() {
    let mary = configured("consent", r#""scopes":["openid","email","plan.read"]"#);
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    mary.presses("Do not allow").await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("terminal", "Access denied")
    );
    mary.presses("Start again").await;
    assert_eq!(mary.step(), "identify");
}

#[tokio::test]
async fn k17_each_scope_is_a_box_and_its_name_stays_whole() {
    let mary = configured(
        "consent-by-scope",
        r#""scopes":["openid","email","plan.read","plan.read.all"]"#,
    );
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    assert_eq!(mary.step(), "granular-consent");
    let boxes: Vec<String> = mary
        .page()
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Check { name, .. } => Some(name.clone()),
            _ => None,
        })
        .collect();
    assert!(
        boxes.contains(&"optedScopes.plan.read".to_owned()),
        "{boxes:?}"
    );
    assert!(
        !boxes.contains(&"optedScopes.openid".to_owned()),
        "what cannot be left out is no box"
    );
    mary.sends(&[
        ("optedScopes.email", "true"),
        ("optedScopes.plan.read", "true"),
    ])
    .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    let asked = mary.org().requests();
    let consent = asked
        .iter()
        .rev()
        .find(|asked| asked.path.ends_with("/consent"));
    let body: serde_json::Value =
        serde_json::from_str(&consent.expect("a consent").body.to_string()).expect("JSON");
    assert_eq!(body["optedScopes"]["plan.read"], true);
    assert_eq!(body["optedScopes"]["plan.read.all"], false);
}

// A browser that the org knows again

/// Signs in with two proofs, up to the question whether to stay signed in.
async fn proves_two_things(mary: &Visitor, remember: Option<&str>) {
    mary.comes_to(Purpose::SignIn).await;
    let mut typed = vec![("identifier", MARY), ("credentials.passcode", PASSWORD)];
    typed.extend(remember.map(|yes| ("rememberMe", yes)));
    mary.sends(&typed).await;
    mary.sends(&[]).await;
    mary.sends(&[("credentials.passcode", &mary.code_for(MARY))])
        .await;
}

/// What is asked after the password the day after.
async fn the_next_day(mary: &Visitor) -> String {
    mary.org().clock().forward(Duration::from_secs(24 * 3600));
    mary.comes_to(Purpose::SignIn).await;
    signs_in(mary).await;
    match mary.signed_in_as() {
        Some(_) => "nothing".to_owned(),
        None => mary.step(),
    }
}

#[tokio::test]
async fn k16_a_browser_that_is_kept_is_asked_for_one_thing() {
    let mary = configured("mfa-any", r#""cookies":true"#);
    proves_two_things(&mary, Some("true")).await;
    assert_eq!(
        (mary.step().as_str(), mary.page().heading.as_str()),
        ("keep-me-signed-in", "Stay signed in on this device?")
    );
    mary.sends(&[]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    assert_eq!(the_next_day(&mary).await, "nothing");
}

#[tokio::test]
async fn k16_who_says_no_or_sends_no_cookies_is_asked_again() {
    for (members, answer) in [(r#""cookies":true"#, "No"), (r#""cookies":false"#, "Yes")] {
        let mary = configured("mfa-any", members);
        proves_two_things(&mary, None).await;
        match answer {
            "No" => mary.presses("No").await,
            _ => mary.sends(&[]).await,
        }
        assert_eq!(mary.signed_in_as().as_deref(), Some(MARY), "{members}");
        assert_ne!(the_next_day(&mary).await, "nothing", "{members}");
    }
}

#[tokio::test]
async fn j19_signing_out_ends_the_orgs_session_too() {
    let mary = configured("password-only", r#""cookies":true"#);
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    mary.comes_to(Purpose::SignIn).await;
    assert_eq!(
        mary.signed_in_as().as_deref(),
        Some(MARY),
        "the session is taken up without a word"
    );
    let there = mary.signs_out_everywhere().await.expect("a way out");
    assert_eq!(there.location.as_deref(), Some("http://localhost:8080/"));
    mary.comes_to(Purpose::SignIn).await;
    assert_eq!(mary.step(), "identify", "nobody is signed in any more");
}

#[tokio::test]
async fn j19_without_cookies_there_is_nothing_more_to_end() {
    let mary = of("password-only");
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    assert!(mary.signs_out_everywhere().await.is_none());
}

#[tokio::test]
async fn who_comes_to_make_an_account_is_not_whom_the_org_remembers() {
    let mary = configured("signup", r#""cookies":true"#);
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    mary.comes_to(Purpose::SignUp).await;
    assert_eq!(mary.step(), "enroll-profile");
    mary.comes_to(Purpose::Recover).await;
    assert_eq!(mary.step(), "identify-recovery");
}

#[tokio::test]
async fn a_step_up_asks_only_for_what_is_missing() {
    let mary = configured("mfa-email", r#""cookies":true"#);
    mary.comes_to(Purpose::SignIn).await;
    signs_in(&mary).await;
    mary.sends(&[]).await;
    mary.sends(&[("credentials.passcode", &mary.code_for(MARY))])
        .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    mary.opens("/login?acr_values=urn:okta:loa:2fa:any&max_age=900")
        .await;
    assert_eq!(
        mary.signed_in_as().as_deref(),
        Some(MARY),
        "{}",
        mary.step()
    );
}

// An address that is taken

#[tokio::test]
async fn k26_whose_address_is_taken_signs_in_with_it() {
    let mary = of("signup");
    mary.comes_to(Purpose::SignUp).await;
    mary.sends(&[
        ("userProfile.firstName", "Mary"),
        ("userProfile.lastName", "Holm"),
        ("userProfile.email", MARY),
    ])
    .await;
    assert_eq!(mary.step(), "enroll-profile");
    assert!(
        mary.problems().join(" ").contains("already"),
        "{:?}",
        mary.problems()
    );
    mary.helps_itself().await;
    assert_eq!(mary.step(), "identify");
    assert_eq!(mary.kept("identifier").as_deref(), Some(MARY));
    signs_in(&mary).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}
