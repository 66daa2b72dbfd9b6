//! Ways in and out that leave the page: other services, the org's own page, links with tokens, a device's code.

use browser_tests::{Config, Failure, Scene, Visit, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA, Stop};

const SERVICE: &str = "Continue with Okta OIDC IDP";

/// To the other service, up to its page.
async fn goes_there(visit: &Visit) {
    visit.press(SERVICE).await;
    visit.reads("This is another service").await;
}

fn goes_on() -> String {
    format!("Go on as {} {} ({})", ADA.first, ADA.last, ADA.email)
}

/// Nothing of the way back is left in the address bar, and nothing of the transaction in storage.
async fn left_nothing(visit: &Visit) {
    let url = visit.evaluate("location.href").await;
    assert!(!url.to_string().contains('?'), "{url}");
    let kept = visit.storage().await;
    assert!(kept.local.is_empty(), "{kept:?}");
    assert!(
        kept.session
            .keys()
            .all(|name| !name.contains("transaction")),
        "{kept:?}"
    );
}

#[test]
fn j49_another_service_says_who_she_is() {
    visit("j49", Scene::new().policy("social"), async |visit| {
        walk::comes_with_an_account(visit).await;
        visit.screenshot("j49-sign-in").await;
        goes_there(visit).await;
        visit.press(&goes_on()).await;
        Stop::Home.met(visit).await;
        visit.has_address("/").await;
        left_nothing(visit).await;
        visit.reads(ADA.email).await;
    });
}

#[test]
fn j50_the_page_around_hears_who_came_back_from_another_service() {
    visit("j50", Scene::new().policy("social"), async |visit| {
        visit.runs_first(crate::door::LISTENER).await;
        walk::comes_with_an_account(visit).await;
        goes_there(visit).await;
        visit.press(&goes_on()).await;
        Stop::Home.met(visit).await;
        let told = visit.evaluate("window.told").await;
        let told = told.as_array().cloned().unwrap_or_default();
        let came = told.iter().find(|event| event[0] == "signed-in");
        assert_eq!(
            came.map(|event| &event[1]["email"]),
            Some(&json!(ADA.email))
        );
    });
}

#[test]
fn j51_after_the_other_service_a_second_factor_is_asked_for() {
    visit("j51", Scene::new().policy("social"), async |visit| {
        let person = json!({"email": ADA.email, "firstName": ADA.first, "lastName": ADA.last, "password": ADA.password, "groups": ["Staff"]});
        visit.console_of_the_org("POST", "people", &person).await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        goes_there(visit).await;
        visit.press(&goes_on()).await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
        // What is open outlives a reload.
        visit.reload().await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
        visit.press("Send the code").await;
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        let code = visit.code_for(ADA.email).await;
        visit.fill("Enter code", &code).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k29_a_change_of_mind_leads_back_to_all_the_ways() {
    visit("k29-deny", Scene::new().policy("social"), async |visit| {
        walk::comes_with_an_account(visit).await;
        for way in ["Deny", "Fail"] {
            goes_there(visit).await;
            if way == "Fail" {
                visit.expect(Failure::Status(400));
            }
            visit.press(way).await;
            visit.reaches("identify").await;
            let errors = visit.refused("identify").await;
            assert!(errors.says("choose another way"), "{way}: {errors:?}");
            visit.has_address("/login").await;
        }
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn k05_back_from_the_other_service_leads_to_sign_in() {
    visit(
        "k05-service",
        Scene::new().policy("social"),
        async |visit| {
            walk::comes_with_an_account(visit).await;
            goes_there(visit).await;
            visit.back().await;
            visit.at("identify", "Sign In").await;
            visit.forward().await;
            visit.reads("This is another service").await;
            visit.back().await;
            visit.at("identify", "Sign In").await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            Stop::Home.met(visit).await;
        },
    );
}

#[test]
fn k29_the_only_service_is_gone_to_once_and_never_again() {
    visit("k29-only", Scene::new().policy("social"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit
            .console_of_the_org("POST", "client", &json!({"onlyIdp": true}))
            .await;
        visit.open("/login").await;
        visit.reads("This is another service").await;
        visit.back().await;
        visit.at("redirect-idp", "Sign In").await;
        visit.screenshot("k29-only").await;
        visit.reload().await;
        visit.at("redirect-idp", "Sign In").await;
        goes_there(visit).await;
        visit.press("Deny").await;
        let errors = visit.refused("redirect-idp").await;
        assert!(errors.says("choose another way"), "{errors:?}");
        goes_there(visit).await;
        visit.press(&goes_on()).await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn j24_signs_in_on_the_orgs_own_page() {
    let scene = Scene::new()
        .policy("password-only")
        .config(Config::with("hostedSignIn", "true"));
    visit("j24", scene, async |visit| {
        walk::comes_with_an_account(visit).await;
        walk::goes_to_the_orgs_page(visit).await;
        walk::signs_in_on_the_orgs_page(visit).await;
        Stop::Home.met(visit).await;
        left_nothing(visit).await;
        // Signing out ends the org's session as well, and comes back.
        visit.press("Sign out").await;
        visit
            .until("the org's end of the session", async || {
                let asked = visit.requests().await;
                asked
                    .iter()
                    .any(|asked| asked.url.contains("/v1/logout?"))
                    .then_some(())
            })
            .await;
        walk::is_nobody(visit).await;
    });
}

#[test]
fn k18_a_device_is_signed_in_by_its_code() {
    let scene = Scene::new()
        .policy("device-code")
        .config(Config::with("deviceActivation", "true"));
    visit("k18", scene, async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        let form = "client_id=vestibule&scope=openid";
        let device = visit
            .org_answers(
                "POST",
                "/oauth2/default/v1/device/authorize",
                "application/x-www-form-urlencoded",
                form,
            )
            .await;
        let code = device["user_code"].as_str().expect("a code").to_owned();
        // Whoever opens the app's own address comes by way of the org's.
        visit.open("/activate").await;
        visit
            .at("user-code", "Enter the code from your device")
            .await;
        visit.has_address("/activate").await;
        let url = visit.evaluate("location.href").await;
        assert!(!url.to_string().contains("stateToken"), "{url}");
        visit.screenshot("k18-code").await;
        visit.fill_name("userCode", &code.to_lowercase()).await;
        visit.reload().await;
        visit
            .at("user-code", "Enter the code from your device")
            .await;
        visit
            .fill_name("userCode", &code.replace('-', "").to_lowercase())
            .await;
        visit.press("Continue").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit.at("terminal", "Device activated").await;
        let kept = visit.storage().await;
        assert!(kept.session.is_empty() && kept.local.is_empty(), "{kept:?}");
    });
}

#[test]
fn j09_the_link_of_an_activation_mail_begins_where_the_form_ends() {
    visit("j09", Scene::new().policy("activation"), async |visit| {
        let person = json!({"email": ADA.email, "firstName": ADA.first, "lastName": ADA.last, "staged": true});
        visit.console_of_the_org("POST", "people", &person).await;
        let made = visit
            .console_of_the_org("POST", "activation", &json!({"email": ADA.email}))
            .await;
        let link = made["link"].as_str().expect("a link").to_owned();
        visit.go(&link).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        let token = made["token"].as_str().expect("a token");
        let url = visit.evaluate("location.href").await;
        assert!(!url.to_string().contains(token), "{url}");
        let log = visit.console().await;
        assert!(log.iter().all(|line| !line.contains(token)), "{log:?}");
    });
}

#[test]
fn j09_where_a_browser_may_not_use_the_link_it_says_so() {
    visit(
        "j09-public",
        Scene::new().policy("activation"),
        async |visit| {
            visit
                .console_of_the_org("POST", "client", &json!({"activationToken": false}))
                .await;
            let person = json!({"email": ADA.email, "firstName": ADA.first, "lastName": ADA.last, "staged": true});
            visit.console_of_the_org("POST", "people", &person).await;
            let made = visit
                .console_of_the_org("POST", "activation", &json!({"email": ADA.email}))
                .await;
            visit.expect(Failure::Status(400));
            visit.go(made["link"].as_str().expect("a link")).await;
            visit.at("terminal", "This link cannot be used").await;
            visit.screenshot("j09-public").await;
            visit.press("Start again").await;
            visit.at("identify", "Sign In").await;
        },
    );
}

#[test]
fn k21_a_link_to_recover_and_the_same_once_more() {
    visit("k21", Scene::new().policy("password-only"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        let made = visit
            .console_of_the_org("POST", "recovery", &json!({"email": ADA.email}))
            .await;
        let link = made["link"].as_str().expect("a link").to_owned();
        visit.go(&link).await;
        visit.at("reset-authenticator", "Reset password").await;
        for label in ["New password", "Re-enter new password"] {
            visit.fill(label, "Engine-Nr-2-1851").await;
        }
        visit.press("Submit").await;
        Stop::Home.met(visit).await;
        walk::signs_out(visit).await;
        visit.expect(Failure::Status(400));
        visit.go(&link).await;
        visit
            .at("terminal", "This link cannot be used any more")
            .await;
        visit.press("Ask for a new link").await;
        visit.at("identify-recovery", "Reset your password").await;
    });
}

#[test]
fn k17_each_scope_is_a_box() {
    let scopes = r#"["openid","email","profile","plan.read","plan.read.all"]"#;
    let scene = Scene::new()
        .policy("consent-by-scope")
        .config(Config::with("scopes", scopes));
    visit("k17", scene, async |visit| {
        walk::comes_with_an_account(visit).await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit.at("granular-consent", "Allow access?").await;
        visit.screenshot("k17").await;
        visit.press("Allow").await;
        Stop::Home.met(visit).await;
        let posted: Vec<Value> = visit
            .posts_to("/idp/idx/consent")
            .await
            .iter()
            .filter_map(|post| post.sent("/optedScopes/plan.read"))
            .collect();
        assert_eq!(posted.len(), 1, "names stay whole");
    });
}
