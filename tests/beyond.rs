//! What real people meet beside the straight ways: wrong codes, several tabs, other brands, other factors, odd orgs.

use std::time::Duration;

use crate::visitor::Visitor;
use serde_json::{Value, json};
use vestibule::config::Config;
use vestibule::flow::Failure;
use vestibule::oauth::Purpose;
use vestibule::pages::Part;

const MARY: &str = "mary@acme.test";
const NINA: &str = "nina@acme.test";
const PASSWORD: &str = "Sommer-2031";

async fn with_mary(policy: &str, more: Value) -> Visitor {
    let mary = Visitor::of(policy);
    let mut person =
        json!({"email": MARY, "firstName": "Mary", "lastName": "Holm", "password": PASSWORD});
    if let (Value::Object(person), Value::Object(more)) = (&mut person, more) {
        person.extend(more);
    }
    mary.console("POST", "/console/people", person).await;
    mary
}

async fn signs_in(visitor: &Visitor, name: &str) {
    visitor.comes_to(Purpose::SignIn).await;
    visitor
        .sends(&[("identifier", name), ("credentials.passcode", PASSWORD)])
        .await;
}

/// Up to the page for the code of a mail.
async fn up_to_the_code(mary: &Visitor) {
    signs_in(mary, MARY).await;
    assert_eq!(mary.step(), "authenticator-verification-data");
    mary.sends(&[]).await;
    assert_eq!(mary.step(), "challenge-authenticator");
}

/// A code that is not this one.
fn other_than(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

#[tokio::test]
async fn k07_three_wrong_codes_and_then_the_right_one() {
    let mary = with_mary("mfa-email", json!({})).await;
    up_to_the_code(&mary).await;
    let code = mary.code_for(MARY);
    for _ in 0..3 {
        mary.sends(&[("credentials.passcode", other_than(&code))])
            .await;
        assert_eq!(
            mary.problems(),
            ["credentials.passcode: Invalid code. Try again."]
        );
        assert!(mary.page().resend, "a new code is at hand");
    }
    mary.sends(&[("credentials.passcode", &code)]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k07_five_wrong_codes_wait_and_ten_need_a_new_one() {
    let mary = with_mary("mfa-email", json!({})).await;
    up_to_the_code(&mary).await;
    let code = mary.code_for(MARY);
    for round in 0..2 {
        for _ in 0..5 {
            mary.sends(&[("credentials.passcode", other_than(&code))])
                .await;
        }
        let said = mary.problems().join(" ");
        assert!(
            said.to_lowercase().contains("too many") || round == 1,
            "{said}"
        );
        assert_eq!(mary.step(), "challenge-authenticator", "the form is kept");
        mary.org().clock().forward(Duration::from_secs(31));
    }
    mary.sends(&[("credentials.passcode", &code)]).await;
    assert_eq!(mary.signed_in_as(), None, "the code is dead");
    mary.asks_for_a_new_code().await;
    mary.sends(&[("credentials.passcode", &mary.code_for(MARY))])
        .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k10_two_sign_ups_side_by_side_stay_apart() {
    let ada = Visitor::of("signup");
    ada.signs_up("ada@example.com").await;
    let first = ada.choices();
    // The same person in another tab: another transaction of the same org.
    let other = ada.beside();
    other.signs_up("eve@example.com").await;
    assert_eq!((ada.choices(), other.choices()), (first.clone(), first));
    ada.sets_password(PASSWORD).await;
    assert_eq!(ada.choices(), ["Email"]);
    assert_eq!(other.choices(), ["Email", "Password"]);
}

#[tokio::test]
async fn k10_an_older_copy_of_a_tab_catches_up() {
    let ada = Visitor::of("signup");
    ada.signs_up("ada@example.com").await;
    let copy = ada.beside();
    copy.takes_over(&ada).await;
    ada.sets_password(PASSWORD).await;
    assert_eq!(ada.choices(), ["Email"]);
    copy.chooses("Password").await;
    assert_eq!(
        copy.choices(),
        ["Email"],
        "a stale press is answered with the page that is now"
    );
    assert_eq!(
        copy.problems(),
        Vec::<String>::new(),
        "she did nothing wrong"
    );
    let notices = copy.notices().join(" ");
    assert!(notices.contains("where it stands now"), "{notices}");
}

#[tokio::test]
async fn k11_a_link_in_another_browser_shows_its_code_and_signs_nobody_in_there() {
    let mary = with_mary("mfa-email", json!({})).await;
    up_to_the_code(&mary).await;
    let elsewhere = mary.beside();
    let link = mary.link_for(MARY);
    let there = mary.gets(&link).await;
    let back = there.location.expect("the link leads to the app");
    elsewhere.returns(&back).await;
    let code = elsewhere
        .page()
        .parts
        .into_iter()
        .find_map(|part| match part {
            Part::Code(code) => Some(code),
            _ => None,
        });
    assert_eq!(elsewhere.signed_in_as(), None);
    let code = code.expect("the code is shown, large");
    mary.sends(&[("credentials.passcode", &code)]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k12_a_link_that_was_used_leads_nowhere_and_nobody_is_signed_in() {
    let mary = with_mary("mfa-email", json!({})).await;
    up_to_the_code(&mary).await;
    let link = mary.link_for(MARY);
    mary.sends(&[("credentials.passcode", &mary.code_for(MARY))])
        .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    let there = mary.gets(&link).await;
    assert_eq!((there.status, there.location), (410, None));
}

#[tokio::test]
async fn k14_every_method_verifies_and_the_last_one_used_is_on_top() {
    let nina = Visitor::of("mfa-any");
    nina.console("POST", "/console/people/presets", json!({}))
        .await;
    signs_in(&nina, NINA).await;
    assert_eq!(nina.step(), "select-authenticator-authenticate");

    nina.chooses("Security Question").await;
    let question = nina.page();
    assert!(question.heading.contains("Question") || !question.intro.is_empty());
    let wrong = [("credentials.answer", "nope nope")];
    nina.sends(&wrong).await;
    assert_eq!(nina.step(), "challenge-authenticator");
    assert!(!nina.problems().is_empty());
    nina.presses("Verify with something else").await;
    assert_eq!(nina.step(), "select-authenticator-authenticate");
    assert_eq!(
        nina.problems(),
        Vec::<String>::new(),
        "it is told where it was"
    );

    nina.chooses("Google Authenticator").await;
    let path = format!("/console/totp?email={NINA}");
    let shown = nina.console("GET", &path, json!({})).await;
    let code = shown["code"].as_str().expect("a code");
    nina.sends(&[("credentials.passcode", code)]).await;
    assert_eq!(nina.step(), "keep-me-signed-in");

    signs_in(&nina, NINA).await;
    let choices = nina.choices();
    assert_eq!(
        choices.first().map(String::as_str),
        Some("Google Authenticator"),
        "{choices:?}"
    );
    nina.chooses("Email").await;
    nina.sends(&[]).await;
    nina.sends(&[("credentials.passcode", &nina.code_for(NINA))])
        .await;
    assert_eq!(nina.step(), "keep-me-signed-in");
}

#[tokio::test]
async fn k19_a_temporary_code_and_then_a_new_phone() {
    let tess = with_mary("help-desk", json!({"phone": "+4915112345678"})).await;
    let gone = json!({"email": MARY, "authenticator": "phone_number"});
    tess.console("POST", "/console/help-desk/remove", gone)
        .await;
    let given = tess
        .console(
            "POST",
            "/console/help-desk/code",
            json!({"email": MARY, "minutes": 60}),
        )
        .await;
    let code = given["code"].as_str().expect("a code").to_owned();
    assert_eq!(code.chars().count(), 16);
    signs_in(&tess, MARY).await;
    assert_eq!(tess.step(), "challenge-authenticator");
    tess.sends(&[("credentials.passcode", &code)]).await;
    assert_eq!(tess.choices(), ["Phone"]);
    tess.chooses("Phone").await;
    tess.sends(&[
        ("authenticator.phoneNumber", "(0160) 555 6677"),
        ("country", "DE"),
    ])
    .await;
    tess.sends(&[("credentials.passcode", &tess.code_for("+491605556677"))])
        .await;
    assert_eq!(tess.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k23_too_many_requests_say_how_long_and_keep_what_was_typed() {
    for kind in ["429-classic", "429-classic-bare", "429-ion"] {
        let mary = with_mary("mfa-email", json!({})).await;
        mary.comes_to(Purpose::SignIn).await;
        let fault = json!({"path": "/idp/idx/identify", "kind": kind, "retryAfterSeconds": 20});
        mary.console("POST", "/console/faults", fault).await;
        mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
            .await;
        let said = mary.problems().join(" ").to_lowercase();
        assert!(
            said.contains("too many") || said.contains("wait"),
            "{kind}: {said}"
        );
        assert_eq!(mary.step(), "identify");
        assert_eq!(mary.kept("identifier").as_deref(), Some(MARY));
        mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
            .await;
        assert_eq!(mary.step(), "authenticator-verification-data", "{kind}");
    }
}

#[tokio::test]
async fn k23_too_many_requests_at_the_start_and_at_the_tokens() {
    let mary = with_mary("password-only", json!({})).await;
    let fault = json!({"path": "/oauth2/default/v1/interact", "kind": "429-classic"});
    mary.console("POST", "/console/faults", fault).await;
    mary.comes_to(Purpose::SignIn).await;
    assert!(mary.failure().is_some());
    mary.comes_to(Purpose::SignIn).await;
    let fault = json!({"path": "/oauth2/default/v1/token", "kind": "429-classic"});
    mary.console("POST", "/console/faults", fault).await;
    mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
        .await;
    assert!(matches!(mary.failure(), Some(Failure::Exchange(_))));
    assert!(!mary.has_something_stored(), "the code is spent");
    signs_in(&mary, MARY).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[test]
fn k25_one_deployment_serves_two_brands_by_their_host_names() {
    let text = r#"{"issuer":"https://one.okta.com/oauth2/default","clientId":"one","brand":{"name":"One"},
        "hosts":{"two.example:8443":{"issuer":"https://two.okta.com/oauth2/default","clientId":"two","brand":{"name":"Two"}}}}"#;
    let at = |root: &str| Config::parse(text, root).expect("a right configuration");
    let (one, two) = (
        at("https://one.example/"),
        at("https://two.example:8443/auth/"),
    );
    assert_eq!(
        (one.org(), one.client_id.as_str(), one.brand.name.as_deref()),
        ("https://one.okta.com", "one", Some("One"))
    );
    assert_eq!(
        (two.org(), two.client_id.as_str(), two.brand.name.as_deref()),
        ("https://two.okta.com", "two", Some("Two"))
    );
    assert_eq!(
        two.redirect_uri,
        "https://two.example:8443/auth/login/callback"
    );
    assert_eq!(at("https://two.example/").client_id, "one", "another port");
}

#[tokio::test]
async fn k25_each_brand_has_people_of_its_own() {
    let config = r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"signup",
        "hosts":{"localhost:8080":{"clientId":"brands"}}}"#;
    let ada = Visitor::with("signup", config);
    ada.signs_up("ada@example.com").await;
    let code = ada.code_for("ada@example.com");
    ada.sends(&[("credentials.passcode", &code)]).await;
    ada.presses("Skip").await;
    assert_eq!(ada.signed_in_as().as_deref(), Some("ada@example.com"));
    let people = ada
        .console("GET", "/console/people?client=brands", json!({}))
        .await;
    assert_eq!(people[0]["email"], "ada@example.com");
    let others = ada
        .console("GET", "/console/people?client=signup", json!({}))
        .await;
    assert_eq!(others, json!([]));
}

#[tokio::test]
async fn k28_questions_at_a_sign_in_each_with_its_control() {
    let mary = with_mary("custom-attribute", json!({})).await;
    signs_in(&mary, MARY).await;
    assert_eq!(mary.step(), "enroll-profile");
    let parts = mary.page().parts;
    let has = |name: &str, fits: fn(&Part) -> bool| {
        parts
            .iter()
            .any(|part| part_name(part) == Some(name) && fits(part))
    };
    assert!(has("userProfile.country", |part| matches!(
        part,
        Part::Select { required: true, .. } | Part::Radios { required: true, .. }
    )));
    assert!(has("userProfile.newsletter", |part| matches!(
        part,
        Part::Check { .. }
    )));
    assert!(has("userProfile.age", |part| matches!(
        part,
        Part::Input(_)
    )));
    mary.sends(&[("userProfile.country", "AT"), ("userProfile.age", "30")])
        .await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
    let person = mary.org().people().into_iter().next().expect("Mary");
    assert_eq!(person.attributes["country"], "AT");
    assert_eq!(
        person.attributes["newsletter"], false,
        "a box that is not ticked is sent"
    );
}

fn part_name(part: &Part) -> Option<&str> {
    match part {
        Part::Input(input) => Some(&input.name),
        Part::Select { name, .. } | Part::Radios { name, .. } | Part::Check { name, .. } => {
            Some(name)
        }
        _ => None,
    }
}

/// A page without a dead end: something to press, or a clear end.
fn has_a_way_on(visitor: &Visitor) {
    let page = visitor.page();
    assert!(
        page.submit.is_some() || !page.others.is_empty() || !page.links.is_empty(),
        "{page:?}"
    );
    assert!(!page.heading.is_empty());
}

#[tokio::test]
async fn k30_a_step_that_no_client_knows_is_a_form() {
    let mary = with_mary("password-only", json!({})).await;
    mary.console("POST", "/console/client", json!({"oddRemediation": true}))
        .await;
    signs_in(&mary, MARY).await;
    assert_eq!(mary.step(), "tell-favorite-shade");
    has_a_way_on(&mary);
    assert!(!mary.page().parts.is_empty());
}

#[tokio::test]
async fn k30_a_field_that_no_client_knows_does_not_stand_in_the_way() {
    let mary = with_mary("password-only", json!({})).await;
    mary.console("POST", "/console/client", json!({"oddField": true}))
        .await;
    signs_in(&mary, MARY).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}

#[tokio::test]
async fn k30_duo_cannot_run_here_and_says_so() {
    let mary = with_mary("odd", json!({})).await;
    signs_in(&mary, MARY).await;
    has_a_way_on(&mary);
    assert_eq!(mary.choices(), ["Duo Security"]);
    mary.chooses("Duo Security").await;
    assert_eq!(mary.step(), "enroll-authenticator");
    let page = mary.page();
    assert!(
        page.intro.join(" ").contains("a frame of another company"),
        "not that the browser cannot do it: {page:?}"
    );
    has_a_way_on(&mary);
}

#[tokio::test]
async fn k30_who_is_not_let_in_reads_why_with_links() {
    let mary = with_mary("odd", json!({"groups": ["Visitors"]})).await;
    signs_in(&mary, MARY).await;
    mary.chooses("Duo Security").await;
    let pressed = json!({"email": MARY, "answer": "approve"});
    let signed = mary.console("POST", "/console/duo", pressed).await;
    let signed = signed["signatureData"].as_str().expect("a signature");
    mary.answers("credentials.signatureData", signed).await;
    let page = mary.page();
    assert_eq!(page.step, "terminal");
    let text = format!("{page:?}");
    assert!(
        text.contains("Visitors have no access to this app."),
        "{text}"
    );
    assert!(
        text.contains("https://help.acme.test/invitations"),
        "{text}"
    );
    has_a_way_on(&mary);
}

#[tokio::test]
async fn k30_who_is_not_assigned_can_try_another_account() {
    let mary = with_mary("password-only", json!({"assigned": false})).await;
    signs_in(&mary, MARY).await;
    assert_eq!(mary.step(), "identify");
    assert!(!mary.problems().is_empty());
}

#[tokio::test]
async fn k30_an_org_in_maintenance_is_waited_for() {
    let mary = with_mary("password-only", json!({})).await;
    mary.console("POST", "/console/client", json!({"maintenance": "waiting"}))
        .await;
    mary.comes_to(Purpose::SignIn).await;
    assert_eq!(mary.step(), "poll");
    assert!(mary.polls());
    has_a_way_on(&mary);
    mary.console("POST", "/console/client", json!({"maintenance": "off"}))
        .await;
    mary.waits_for_a_poll().await;
    assert_eq!(mary.step(), "identify");
}

#[tokio::test]
async fn k30_half_an_answer_leaves_the_step() {
    let mary = with_mary("mfa-email", json!({})).await;
    up_to_the_code(&mary).await;
    let fault = json!({"path": "/idp/idx/challenge/answer", "kind": "cut"});
    mary.console("POST", "/console/faults", fault).await;
    let code = mary.code_for(MARY);
    mary.sends(&[("credentials.passcode", other_than(&code))])
        .await;
    assert_eq!(mary.step(), "challenge-authenticator");
    assert!(!mary.problems().is_empty());
    mary.sends(&[("credentials.passcode", &code)]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}
