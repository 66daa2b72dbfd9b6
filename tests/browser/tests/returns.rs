//! Getting back in, going on, and what a profile asks for: unlock, a password that ages, a second tab, an address that is
//! taken, every kind of field, many other services.

use browser_tests::{Config, Page, Scene, Script, Tab, Visit, Window, scripted, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA, NUMBER, Stop};

const NEW: &str = "Engine-Nr-2-1851";

/// Ada's account is locked by one wrong password; she asks to have it unlocked by mail.
async fn asks_to_unlock(visit: &Visit) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    visit.expect(browser_tests::Failure::Status(401));
    walk::signs_in(visit, ADA.email, "Wrong-1843").await;
    visit.refused("identify").await;
    visit.press("Unlock account").await;
    visit
        .at("select-authenticator-unlock-account", "Unlock account")
        .await;
    visit.has_address("/unlock").await;
    assert_eq!(visit.value("identifier").await, ADA.email, "typed once");
    visit.screenshot("j46-unlock").await;
    visit.choose("Email").await;
    visit.press("Continue").await;
    visit
        .at("challenge-authenticator", "Enter verification code")
        .await;
}

async fn is_unlocked(visit: &Visit) {
    visit.at("terminal", "Account unlocked!").await;
    visit.reads("unlocked!").await;
    visit.press("Back to sign in").await;
    visit.at("identify", "Sign In").await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
    Stop::Home.met(visit).await;
}

#[test]
fn j46_a_locked_account_is_opened_by_a_code() {
    let scene = Scene::new().policy("unlock").window(Window::PHONE);
    visit("j46", scene, async |visit| {
        asks_to_unlock(visit).await;
        let code = visit.code_for(ADA.email).await;
        visit.fill("Enter code", &code).await;
        is_unlocked(visit).await;
    });
}

#[test]
fn j47_a_locked_account_is_opened_by_the_link() {
    visit("j47", Scene::new().policy("unlock"), async |visit| {
        asks_to_unlock(visit).await;
        let first = visit.tab().await;
        let link = visit.link_for(ADA.email).await;
        visit.opens_tab().await;
        visit.go(&link).await;
        visit.at("terminal", "Account unlocked!").await;
        let second = visit.tab().await;
        visit.looks_at(&first).await;
        visit.reaches("terminal").await;
        visit.looks_at(&second).await;
        is_unlocked(visit).await;
    });
}

#[test]
fn j48_a_locked_account_is_opened_by_sms_without_a_question_of_the_way() {
    visit("j48", Scene::new().policy("unlock"), async |visit| {
        let person = json!({"email": ADA.email, "firstName": ADA.first, "lastName": ADA.last,
            "password": ADA.password, "phone": NUMBER});
        visit.console_of_the_org("POST", "people", &person).await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.expect(browser_tests::Failure::Status(401));
        walk::signs_in(visit, ADA.email, "Wrong-1843").await;
        visit.refused("identify").await;
        visit.press("Unlock account").await;
        visit
            .at("select-authenticator-unlock-account", "Unlock account")
            .await;
        visit.choose("Phone").await;
        visit.press("Continue").await;
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        let sent = visit.sent().pop().expect("an SMS");
        assert_eq!((sent.channel, sent.to.as_str()), ("sms", NUMBER));
        walk::types_a_wrong_code(
            visit,
            "challenge-authenticator",
            walk::other_than(&sent.code),
        )
        .await;
        visit.fill("Enter code", &sent.code).await;
        visit.press("Next").await;
        is_unlocked(visit).await;
    });
}

/// Ada waits for the code of her mail, and opens its link in another tab, which asks whether it was she.
async fn is_asked(visit: &Visit) -> (Tab, Tab) {
    visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
    let switch = json!({"emailConsent": true});
    visit.console_of_the_org("POST", "client", &switch).await;
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    walk::signs_in(visit, ADA.email, ADA.password).await;
    visit
        .at("authenticator-verification-data", "Verify with email")
        .await;
    visit.press("Send the code").await;
    visit
        .at("challenge-authenticator", "Enter verification code")
        .await;
    let first = visit.tab().await;
    let link = visit.link_for(ADA.email).await;
    visit.opens_tab().await;
    visit.go(&link).await;
    visit.at("email-challenge-consent", "Was this you?").await;
    (first, visit.tab().await)
}

#[test]
fn k12_who_says_yes_goes_on_in_the_first_tab() {
    visit("k12-yes", Scene::new().policy("mfa-email"), async |visit| {
        let (first, _) = is_asked(visit).await;
        visit.screenshot("k12").await;
        visit.press("Yes, it was me").await;
        visit.at("terminal", "Go back to where you started").await;
        visit.looks_at(&first).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k12_who_says_no_ends_both() {
    visit("k12-no", Scene::new().policy("mfa-email"), async |visit| {
        let (first, _) = is_asked(visit).await;
        visit.press("No, not me").await;
        visit.at("terminal", "Sign-in stopped").await;
        visit.looks_at(&first).await;
        visit.at("terminal", "Sign-in stopped").await;
        visit.press("Start again").await;
        visit.at("identify", "Sign In").await;
    });
}

#[test]
fn k20_a_password_that_expires_soon_is_changed_or_left() {
    visit("k20", Scene::new().policy("password-age"), async |visit| {
        let person = json!({"email": ADA.email, "firstName": ADA.first, "lastName": ADA.last, "password": ADA.password, "passwordAgeDays": 87});
        visit.console_of_the_org("POST", "people", &person).await;
        for leave in [true, false] {
            visit.open("/login").await;
            visit.at("identify", "Sign In").await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            visit
                .at(
                    "reenroll-authenticator-warning",
                    "Your password expires soon",
                )
                .await;
            visit.reads("Days left: 3").await;
            if leave {
                visit.screenshot("k20").await;
                visit.press("Remind me later").await;
            } else {
                for label in ["New password", "Re-enter new password"] {
                    visit.fill(label, NEW).await;
                }
                visit.press("Submit").await;
            }
            Stop::Home.met(visit).await;
            walk::signs_out(visit).await;
        }
    });
}

#[test]
fn k10_what_went_on_in_another_tab_is_taken_back() {
    visit("k10-back", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let first = visit.tab().await;
        let link = visit.link_for(ADA.email).await;
        visit.opens_tab().await;
        visit.go(&link).await;
        Stop::ThirdList.met(visit).await;
        visit.looks_at(&first).await;
        visit.at("terminal", "This went on in another tab").await;
        visit.press("Go on here").await;
        Stop::ThirdList.met(visit).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k10_what_was_finished_in_another_tab_leads_to_sign_in_with_the_name() {
    visit("k10-over", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let first = visit.tab().await;
        let link = visit.link_for(ADA.email).await;
        visit.opens_tab().await;
        visit.go(&link).await;
        Stop::ThirdList.met(visit).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        visit.looks_at(&first).await;
        visit.at("terminal", "This went on in another tab").await;
        visit.expect(browser_tests::Failure::Status(401));
        visit.press("Go on here").await;
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.value("identifier").await, ADA.email);
        visit.fill("Password", ADA.password).await;
        visit.press("Next").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k26_whose_address_is_taken_signs_in_with_it() {
    visit("k26", Scene::new().policy("signup"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/register").await;
        Stop::SignUp.met(visit).await;
        Stop::SignUp.fill(visit).await;
        visit.expect(browser_tests::Failure::Status(400));
        visit.press("Sign Up").await;
        let errors = visit.refused("enroll-profile").await;
        assert!(
            errors.at("userProfile.email").contains("already"),
            "{errors:?}"
        );
        visit.screenshot("k26").await;
        visit.press("Sign In").await;
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.value("identifier").await, ADA.email);
        visit.fill("Password", ADA.password).await;
        visit.press("Next").await;
        Stop::Home.met(visit).await;
    });
}

/// A first page with these remediations.
fn page(remediations: &Value) -> String {
    json!({"version": "1.0.0", "stateHandle": "02.id.a", "remediation": {"type": "array", "value": remediations}})
        .to_string()
}

/// An org whose first page is this one, and that takes everything.
async fn org(remediations: impl Fn(&str) -> Value + Send + 'static) -> Script {
    let script = Script::new(|_, _| (200, String::new())).await;
    let origin = script.origin().to_owned();
    script.says(move |path, _| {
        if path.ends_with("/interact") {
            (200, json!({"interaction_handle": "ih"}).to_string())
        } else {
            (200, page(&remediations(&origin)))
        }
    });
    script
}

#[test]
fn many_services_have_marks_and_stand_behind_one_press() {
    let kinds = [
        ("GOOGLE", "Google"),
        ("MICROSOFT", "Microsoft"),
        ("APPLE", "Apple"),
        ("FACEBOOK", "Facebook"),
        ("LINKEDIN", "LinkedIn"),
        ("OIDC", "Acme Workforce"),
        ("SAML2", "Harbor"),
        ("X509", "your smart card"),
    ];
    let first = move |origin: &str| {
        let mut all = vec![
            json!({"rel": ["create-form"], "name": "identify", "href": format!("{origin}/idp/idx/identify"), "method": "POST",
            "value": [{"name": "identifier", "label": "Username", "required": true}]}),
        ];
        all.extend(kinds.iter().map(|(kind, name)| {
            json!({"name": "redirect-idp", "type": kind, "idp": {"id": kind, "name": name}, "href": format!("{origin}/sso/idps/{kind}"), "method": "GET"})
        }));
        Value::Array(all)
    };
    let story = async |page: &Page, _: &Script| {
        page.open("/login").await;
        page.at("identify", "Sign In").await;
        page.screenshot("services").await;
        let seen = "[...document.querySelectorAll('.button[data-mark]')].filter((one) => one.checkVisibility()).map((one) => one.innerText.trim())";
        let shown = page.evaluate(seen).await;
        let shown: Vec<String> = serde_json::from_value(shown).expect("labels");
        let wanted = |count: usize| -> Vec<String> {
            let names = kinds.iter().take(count);
            names
                .map(|(_, name)| format!("Continue with {name}"))
                .collect()
        };
        assert_eq!(shown, wanted(6), "in the org's order");
        page.evaluate("document.querySelector('.more > summary').click()")
            .await;
        let shown = page.evaluate(seen).await;
        let shown: Vec<String> = serde_json::from_value(shown).expect("labels");
        assert_eq!(shown, wanted(8));
        page.check().await;
        page.screenshot("services-all").await;
    };
    scripted("services", &json!({}), org(first), story);
}

#[test]
fn k28_each_kind_of_attribute_has_its_control() {
    let display =
        |kind: &Value| json!([{"label": "display", "value": {"type": "object", "value": kind}}]);
    let choices = json!([{"label": "Red", "value": "r"}, {"label": "Green", "value": "g"}]);
    let field = |name: &str, label: &str, kind: &Value| json!({"name": name, "label": label, "options": display(kind)});
    let attributes = json!([
        {"name": "secondEmail", "label": "Second email"},
        field("birthday", "Birthday", &json!({"inputType": "text", "format": "date"})),
        {"name": "age", "label": "Age", "type": "number"},
        field("about", "About you", &json!({"inputType": "textarea"})),
        field("countryCode", "Country", &json!({"inputType": "text", "format": "country-code"})),
        field("colour", "Colour", &json!({"inputType": "select", "options": choices.clone()})),
        field("shade", "Shade", &json!({"inputType": "radio", "options": choices})),
        {"name": "news", "label": "Send me news", "type": "boolean", "options": display(&json!({"inputType": "checkbox"}))},
    ]);
    let first = move |origin: &str| {
        let href = |path: &str| format!("{origin}/idp/idx/{path}");
        json!([
            {"rel": ["create-form"], "name": "profile-update", "href": href("enroll/new"), "method": "POST",
             "value": [{"name": "userProfile", "form": {"value": attributes}}]},
            {"rel": ["create-form"], "name": "skip", "href": href("skip"), "method": "POST", "value": []},
        ])
    };
    let story = async |page: &Page, org: &Script| {
        page.open("/login").await;
        page.at("profile-update", "One more step").await;
        page.screenshot("attributes").await;
        assert!(page.buttons().await.contains(&"Not now".to_owned()));
        let kind = async |name: &str| page.input(&format!("userProfile.{name}")).await.kind;
        assert_eq!(kind("birthday").await, "date");
        assert_eq!(kind("about").await, "textarea");
        let name = "document.querySelector('[name=\"userProfile.countryCode\"] option[value=DE]').innerText";
        assert_eq!(page.evaluate(name).await, "Germany");
        // A date is typed as the person's language has it.
        let day = "(() => { const day = document.getElementsByName('userProfile.birthday')[0]; day.value = '2000-02-29'; \
                   day.dispatchEvent(new Event('input', { bubbles: true })); })()";
        page.evaluate(day).await;
        page.fill_name("userProfile.age", "25").await;
        page.fill_name("userProfile.about", "Two\nlines").await;
        page.select("userProfile.countryCode", "DE").await;
        page.select("userProfile.colour", "g").await;
        page.choose("Red").await;
        page.press("Continue").await;
        let sent = page
            .until("the profile", async || {
                org.sent_to("/enroll/new")
                    .first()
                    .map(browser_tests::Sent::json)
            })
            .await;
        let profile = &sent["userProfile"];
        assert_eq!(profile["birthday"], "2000-02-29");
        assert_eq!(profile["age"], "25");
        assert_eq!(profile["about"], "Two\nlines");
        assert_eq!(profile["countryCode"], "DE");
        assert_eq!(
            (&profile["colour"], &profile["shade"]),
            (&json!("g"), &json!("r"))
        );
        assert_eq!(profile["news"], false, "a box that is not ticked says no");
        assert!(
            profile.get("secondEmail").is_none(),
            "what is empty is left out"
        );
    };
    scripted("k28", &json!({}), org(first), story);
}

#[test]
fn the_orgs_own_page_is_a_link_where_it_is_wanted() {
    let scene = Scene::new()
        .config(Config::with("hostedSignIn", "true"))
        .window(Window::PHONE.dark());
    visit("hosted-link", scene, async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.screenshot("hosted-link").await;
    });
}
