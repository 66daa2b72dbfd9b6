//! Links that anybody can send, and what a start must not lose on the way.

use browser_tests::{Config, Failure, Scene, Visit, visit};
use org::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::walk::{self, ADA, Stop};

const EVE: &str = "eve@example.com";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

fn activates(policy: &'static str) -> Scene {
    Scene::new()
        .policy(policy)
        .config(Config::with("deviceActivation", "true"))
}

/// The state handle of a transaction that Eve began for the same app.
async fn eve_begins(visit: &Visit) -> String {
    // A challenge whose verifier the page would have to know (RFC 7636, appendix B).
    let begin = format!(
        "client_id=vestibule&scope=openid%20email&redirect_uri={}/login/callback&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=eve&nonce=eve",
        visit.origin()
    );
    let begun = visit
        .org_answers("POST", "/oauth2/default/v1/interact", FORM, &begin)
        .await;
    let handle = json!({"interactionHandle": begun["interaction_handle"]});
    let first = visit
        .org_answers("POST", "/idp/idx/introspect", JSON, &handle.to_string())
        .await;
    first["stateHandle"].as_str().expect("a handle").to_owned()
}

async fn is_refused(visit: &Visit, link: &str) {
    visit.open(link).await;
    visit.at("error", "No device was signed in").await;
    let url = visit.evaluate("location.href").await.to_string();
    assert!(!url.contains("stateToken"), "{url}");
    let kept = visit.storage().await;
    assert!(kept.session.is_empty() && kept.local.is_empty(), "{kept:?}");
}

#[test]
fn a_link_to_sign_a_device_in_takes_no_transaction_of_somebody_elses() {
    visit("activate-theirs", activates("mfa-any"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        let handle = eve_begins(visit).await;
        let link = format!("/activate?stateToken={handle}");
        is_refused(visit, &link).await;
        visit.screenshot("activate-theirs").await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        assert_eq!(
            visit.posts_to("/v1/interact").await.len(),
            1,
            "a sign-in of her own"
        );
    });
}

#[test]
fn a_link_to_sign_a_device_in_signs_nobody_in_here() {
    visit(
        "activate-signs-in",
        activates("password-only"),
        async |visit| {
            visit.has_account(EVE, "Eve", "Holm", ADA.password);
            let handle = eve_begins(visit).await;
            let identify = json!({"stateHandle": handle, "identifier": EVE,
            "credentials": {"passcode": ADA.password}});
            let done = visit
                .org_answers("POST", "/idp/idx/identify", JSON, &identify.to_string())
                .await;
            let handle = done["stateHandle"].as_str().unwrap_or(&handle).to_owned();
            is_refused(visit, &format!("/activate?stateToken={handle}")).await;
            assert!(
                visit.posts_to("/v1/token").await.is_empty(),
                "no code is exchanged"
            );
            visit.open("/").await;
            visit.at("home", "Welcome").await;
        },
    );
}

#[test]
fn where_no_device_is_to_be_signed_in_there_is_no_such_page() {
    visit(
        "activate-off",
        Scene::new().policy("device-code"),
        async |visit| {
            for link in [
                "/activate?stateToken=theirs",
                "/activate",
                "/activate?user_code=ABCDWXYZ",
            ] {
                visit.open(link).await;
                visit.at("error", "There is no such page").await;
                assert_eq!(visit.org_was_asked("/idp/idx/introspect"), 0, "{link}");
                let url = visit.evaluate("location.href").await.to_string();
                assert!(!url.contains("stateToken"), "{url}");
            }
        },
    );
}

#[test]
fn a_link_to_sign_a_device_in_can_be_tried_again_when_the_org_is_back() {
    visit("activate-again", activates("device-code"), async |visit| {
        visit.arm(Fault::once("/idp/idx/introspect", FaultKind::ServerError));
        visit.expect(Failure::Status(500));
        visit.open("/activate").await;
        visit.reaches("error").await;
        let kept = visit.storage().await;
        assert!(
            kept.session.is_empty(),
            "nothing is known of the link yet: {kept:?}"
        );
        visit.press("Try again").await;
        visit
            .at("user-code", "Enter the code from your device")
            .await;
        visit.reads("A device asks to be signed in as you").await;
        visit.screenshot("activate").await;
    });
}

/// The newest request to start.
async fn start(visit: &Visit) -> String {
    let starts = visit.posts_to("/v1/interact").await;
    starts
        .last()
        .map(|start| start.body.clone())
        .unwrap_or_default()
}

const ASKED: [&str; 2] = ["acr_values=urn%3Aokta%3Aloa%3A2fa%3Aany", "max_age=60"];

#[test]
fn every_way_that_starts_again_asks_for_what_the_address_asked() {
    let scene = Scene::new()
        .policy("mfa-email")
        .config(Config::with("hostedSignIn", "true"));
    visit("asked-again", scene, async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit
            .open(&format!(
                "/login?acr_values=urn:okta:loa:2fa:any&max_age=60&login_hint={}",
                ADA.email
            ))
            .await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
        // After a reload as well.
        visit.reload().await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
        let before = visit.posts_to("/v1/interact").await.len();
        visit.press("Back to sign in").await;
        visit.at("identify", "Sign In").await;
        let starts = visit.posts_to("/v1/interact").await;
        assert!(starts.len() > before, "it starts again");
        let body = start(visit).await;
        assert!(ASKED.iter().all(|part| body.contains(part)), "{body}");
        // The org's own page is asked for the same.
        walk::goes_to_the_orgs_page(visit).await;
        let asked = visit.requests().await;
        let there = asked
            .iter()
            .rev()
            .find(|asked| asked.url.contains("/v1/authorize?"));
        let there = there.map(|asked| asked.url.clone()).unwrap_or_default();
        assert!(ASKED.iter().all(|part| there.contains(part)), "{there}");
        assert!(there.contains("login_hint=ada"), "{there}");
    });
}

#[test]
fn a_resource_that_wants_the_person_again_still_wants_two_factors() {
    let config = Config::With(vec![
        ("resource", json!("{org}/api/me?max_age=60")),
        ("acrValues", json!("urn:okta:loa:2fa:any:ifpossible")),
    ]);
    let scene = Scene::new().policy("password-only").config(config);
    visit("step-up-keeps", scene, async |visit| {
        crate::renewal::signs_in(visit, 3600).await;
        visit.press("What your access token opens").await;
        visit.at("home", "What your access token opens").await;
        visit.reads(ADA.email).await;
        visit.later(std::time::Duration::from_secs(120));
        visit.expect(Failure::Status(401));
        visit.press("Ask again").await;
        visit.at("identify", "Sign In").await;
        let body = start(visit).await;
        assert!(
            body.contains("max_age=60") && body.contains("2fa"),
            "{body}"
        );
    });
}

#[test]
fn the_only_provider_is_not_gone_to_in_a_circle() {
    visit(
        "only-provider",
        Scene::new().policy("social"),
        async |visit| {
            visit
                .console_of_the_org("POST", "client", &json!({"onlyIdp": true}))
                .await;
            visit.open("/login").await;
            visit.reads("This is another service").await;
            visit.expect(Failure::Status(400));
            visit.press("Fail").await;
            let errors = visit.refused("redirect-idp").await;
            assert!(errors.says("choose another way"), "{errors:?}");
            visit.screenshot("only-provider").await;
            // A service that sends people straight back, without a word.
            for _ in 0..4 {
                visit.open("/login?login_hint=ada").await;
                visit
                    .until("one page or the other", async || {
                        let text = visit.text().await;
                        (text.contains("This is another service") || text.contains("Sign In"))
                            .then_some(())
                    })
                    .await;
            }
            visit.at("redirect-idp", "Sign In").await;
        },
    );
}

#[test]
fn a_link_asks_before_it_takes_the_place_of_a_session() {
    visit(
        "link-asks",
        Scene::new().policy("password-only"),
        async |visit| {
            crate::renewal::signs_in(visit, 3600).await;
            visit.has_account(EVE, "Eve", "Holm", ADA.password);
            let made = visit
                .console_of_the_org("POST", "recovery", &json!({"email": EVE}))
                .await;
            let link = made["link"].as_str().expect("a link").to_owned();
            let starts = visit.posts_to("/v1/interact").await.len();
            visit.go(&link).await;
            visit.at("terminal", "Go on with this link?").await;
            visit.reads(ADA.email).await;
            visit.screenshot("link-asks").await;
            visit.check().await;
            assert_eq!(
                visit.posts_to("/v1/interact").await.len(),
                starts,
                "nothing has begun"
            );
            let url: Value = visit.evaluate("location.href").await;
            assert!(!url.to_string().contains("token"), "{url}");
            visit.press("Stay signed in").await;
            Stop::Home.met(visit).await;
            visit.go(&link).await;
            visit.at("terminal", "Go on with this link?").await;
            visit.press("Go on with the link").await;
            visit.at("reset-authenticator", "Reset password").await;
            visit
                .reads(&format!("This link is for the account {EVE}."))
                .await;
            visit.screenshot("link-whose").await;
            for label in ["New password", "Re-enter new password"] {
                visit.fill(label, "Engine-Nr-2-1851").await;
            }
            visit.press("Submit").await;
            visit.at("home", "Hello, Eve Holm").await;
        },
    );
}
