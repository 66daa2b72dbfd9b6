//! "Forgot your password?", from the link on the Sign In page to signed in with the new one.

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

const NEW: &str = "Engine-Nr-2-1851";

/// From the Sign In page to the code in the mail.
async fn asks_for_a_mail(visit: &Visit) {
    visit.open("/login").await;
    visit.at("identify", "Sign In").await;
    visit.press("Forgot your password?").await;
    visit.at("identify-recovery", "Reset your password").await;
    visit.has_address("/recover").await;
    visit.fill("Username", ADA.email).await;
    visit.press("Next").await;
    visit
        .at("authenticator-verification-data", "Verify with email")
        .await;
    assert!(visit.sent().is_empty(), "nothing is sent before a yes");
    visit.press("Send the code").await;
    visit
        .at("challenge-authenticator", "Enter verification code")
        .await;
    visit
        .has_address("/challenge-authenticator/okta_email")
        .await;
}

/// From the page of the new password to Home.
async fn sets_the_new_password(visit: &Visit) {
    visit.at("reset-authenticator", "Reset password").await;
    visit.has_address("/reset-password").await;
    visit.fill("New password", NEW).await;
    visit.fill("Re-enter new password", "Engine-Nr-1").await;
    visit.press("Submit").await;
    let errors = visit.refused("reset-authenticator").await;
    assert!(
        errors.says("The two passwords are not the same"),
        "{errors:?}"
    );
    for label in ["New password", "Re-enter new password"] {
        visit.fill(label, NEW).await;
    }
    visit.press("Submit").await;
    Stop::Home.met(visit).await;
}

fn recovers(name: &str, policy: &'static str) {
    visit(name, Scene::new().policy(policy), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        asks_for_a_mail(visit).await;
        visit.expect(Failure::Status(401));
        let code = visit.code_for(ADA.email).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        visit.fill("Enter code", wrong).await;
        visit.refused("challenge-authenticator").await;
        visit.fill("Enter code", &code).await;
        visit.press("Submit").await;
        sets_the_new_password(visit).await;

        walk::signs_out(visit).await;
        walk::goes_to_sign_in(visit).await;
        visit.expect(Failure::Status(401));
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit.refused("identify").await;
        visit.fill("Password", NEW).await;
        visit.press("Next").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn j44_a_new_password_by_mail_where_it_is_all_one_needs() {
    recovers("j44-password-only", "password-only");
}

#[test]
fn j44_a_new_password_by_mail_in_the_org_of_the_walk() {
    recovers("j44-seed", "seed");
}

#[test]
fn j44_the_link_in_the_mail_leads_to_the_new_password() {
    visit(
        "j44-link",
        Scene::new().policy("password-only"),
        async |visit| {
            visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
            asks_for_a_mail(visit).await;
            let first = visit.tab().await;
            let link = visit.link_for(ADA.email).await;
            visit.opens_tab().await;
            visit.go(&link).await;
            sets_the_new_password(visit).await;
            visit.looks_at(&first).await;
            visit.at("terminal", "This went on in another tab").await;
        },
    );
}

#[test]
fn j45_an_address_that_nobody_has_stays_and_can_be_put_right() {
    visit("j45", Scene::new().policy("password-only"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/recover").await;
        visit.at("identify-recovery", "Reset your password").await;
        visit.fill("Username", "eve@example.com").await;
        visit.press("Next").await;
        visit
            .reads("There is no account with the Username eve@example.com.")
            .await;
        assert_eq!(visit.step().await, "identify-recovery");
        assert_eq!(visit.value("identifier").await, "eve@example.com");
        visit.check().await;
        assert!(visit.sent().is_empty());
        visit.fill("Username", ADA.email).await;
        visit.press("Next").await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
    });
}

#[test]
fn the_address_of_the_recovery_opened_cold_leads_to_it() {
    visit("cold-recover", Scene::new(), async |visit| {
        visit.open("/recover").await;
        visit.at("identify-recovery", "Reset your password").await;
        visit.has_address("/recover").await;
        visit.press("Back to sign in").await;
        visit.at("identify", "Sign In").await;
    });
}
