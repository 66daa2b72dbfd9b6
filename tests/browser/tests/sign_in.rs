//! Signing in, being refused, and signing out.

use browser_tests::{Failure, Fault, FaultKind, Scene, visit};

use crate::walk::{self, ADA, Stop};

#[test]
fn j22_a_wrong_password_keeps_the_name_and_empties_the_password() {
    visit("j22", Scene::new(), async |visit| {
        walk::makes_account(visit).await;
        walk::signs_out(visit).await;
        walk::goes_to_sign_in(visit).await;
        for _ in 0..2 {
            visit.expect(Failure::Status(401));
            walk::signs_in(visit, ADA.email, "Wrong-1843").await;
            let errors = visit.refused("identify").await;
            assert!(!errors.summary.is_empty(), "{errors:?}");
            assert_eq!(visit.value("identifier").await, ADA.email);
            assert_eq!(visit.value("credentials.passcode").await, "");
        }
        visit.fill("Password", ADA.password).await;
        visit.press("Next").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn j21_a_name_that_nobody_has_is_told_and_sign_up_is_offered() {
    visit("j21", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, "Mory", ADA.password).await;
        let said = "There is no account with the Username Mory.";
        visit.reads(said).await;
        assert!(
            visit
                .alerts()
                .await
                .iter()
                .any(|alert| alert.contains(said)),
            "it is announced"
        );
        visit.check().await;
        assert_eq!(visit.value("identifier").await, "Mory");
        assert_eq!(visit.value("credentials.passcode").await, "");
        visit.press("Sign Up").await;
        Stop::SignUp.met(visit).await;
    });
}

#[test]
fn an_empty_sign_in_is_told_field_by_field_before_anything_is_sent() {
    visit("empty-sign-in", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.press("Next").await;
        let errors = visit.refused("identify").await;
        assert_eq!(errors.at("identifier"), "Enter your username.");
        assert_eq!(errors.at("credentials.passcode"), "Enter your password.");
        assert_eq!(visit.posts_to("/idp/idx/identify").await, []);
    });
}

#[test]
fn j19_after_signing_out_the_tokens_are_dead() {
    visit("j19", Scene::new(), async |visit| {
        walk::makes_account(visit).await;
        let kept = visit.storage().await;
        assert!(!kept.session.is_empty(), "tokens are kept in this tab");
        visit.reload().await;
        Stop::Home.met(visit).await;
        walk::signs_out(visit).await;
        let revoked = visit.posts_to("/v1/revoke").await;
        assert!(!revoked.is_empty(), "the tokens were revoked");
        let kept = visit.storage().await;
        assert!(
            !format!("{kept:?}").contains("eyJ"),
            "no token is left: {kept:?}"
        );
        visit.reload().await;
        walk::is_nobody(visit).await;
        visit.back().await;
        visit.settles().await;
        assert!(
            !visit.text().await.contains(ADA.email),
            "Back does not show her again"
        );
    });
}

#[test]
fn somebody_is_signed_out_here_whatever_the_org_says_to_it() {
    let revoke = "/oauth2/default/v1/revoke";
    for (name, kind, logged) in [
        ("500", FaultKind::ServerError, Failure::Status(500)),
        ("dropped", FaultKind::DropBefore, Failure::Network),
        ("html", FaultKind::Html, Failure::Status(502)),
    ] {
        visit(&format!("sign-out-{name}"), Scene::new(), async |visit| {
            walk::makes_account(visit).await;
            visit.arm(Fault {
                times: 4,
                ..Fault::once(revoke, kind)
            });
            visit.expect(logged);
            walk::signs_out(visit).await;
            visit.reads("You are signed out.").await;
            let kept = visit.storage().await;
            assert!(
                kept.session.is_empty() && kept.local.is_empty(),
                "nothing is left: {kept:?}"
            );
            visit
                .until("the org to be told", async || {
                    (!visit.posts_to("/v1/revoke").await.is_empty()).then_some(())
                })
                .await;
            visit.expect(logged);
            visit.reload().await;
            walk::is_nobody(visit).await;
        });
    }
}
