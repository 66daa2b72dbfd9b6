//! Too many requests, wherever they are told: words, how long, what was typed, and a way on.

use std::time::Duration;

use browser_tests::{Failure, Fault, FaultKind, Scene, Visit, visit};
use tokio::time::sleep;

use crate::walk::{self, ADA, Stop};

const LIMITED: Failure = Failure::Status(429);
const NAMED: &str = "/idp/idx/identify";

fn arm(visit: &Visit, path: &str, kind: FaultKind) {
    visit.arm(Fault {
        retry_after_seconds: Some(20),
        ..Fault::once(path, kind)
    });
    visit.expect(LIMITED);
}

#[test]
fn k23_too_many_requests_at_every_step_of_a_sign_in() {
    visit("k23", Scene::new().policy("mfa-any"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        // At the very start there is no page to stay at.
        arm(
            visit,
            "/oauth2/default/v1/interact",
            FaultKind::TooManyClassic,
        );
        visit.open("/login").await;
        visit.reaches("error").await;
        visit
            .reads("There were too many tries. Wait 20 seconds")
            .await;
        visit.check().await;
        visit.press("Try again").await;
        visit.at("identify", "Sign In").await;

        // With and without a time.
        for (kind, words) in [
            (
                FaultKind::TooManyClassic,
                "Wait 20 seconds, then try again.",
            ),
            (
                FaultKind::TooManyClassicBare,
                "Wait a minute, then try again.",
            ),
        ] {
            arm(visit, NAMED, kind);
            walk::signs_in(visit, ADA.email, ADA.password).await;
            visit.reads(words).await;
            visit.refused("identify").await;
            assert_eq!(
                visit.value("identifier").await,
                ADA.email,
                "the name is kept"
            );
        }
        let named = visit.posts_to(NAMED).await.len();
        assert_eq!(named, 2, "nothing goes out by itself");
        visit.press("Try again").await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
        visit.press("Send the code").await;
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;

        // A poll says nothing of it, and is silent for a minute.
        let polls = async || visit.posts_to("/idp/idx/challenge/poll").await.len();
        arm(visit, "/idp/idx/challenge/poll", FaultKind::TooManyIon);
        let before = polls().await;
        visit
            .until("the poll", async || (polls().await > before).then_some(()))
            .await;
        let limited = polls().await;
        sleep(Duration::from_secs(9)).await;
        assert_eq!(polls().await, limited, "nobody asks for a minute");
        assert_eq!(visit.errors().await.summary, Vec::<String>::new());

        // A code.
        let code = visit.code_for(ADA.email).await;
        arm(visit, "/idp/idx/challenge/answer", FaultKind::TooManyIon);
        visit.fill("Enter code", &code).await;
        let errors = visit.refused("challenge-authenticator").await;
        assert!(
            errors.summary.join(" ").to_lowercase().contains("too many"),
            "{errors:?}"
        );
        // The tokens: the code is spent, so one begins anew, with the name.
        visit.fill("Enter code", &code).await;
        visit.press("Submit").await;
        visit
            .at("keep-me-signed-in", "Stay signed in on this device?")
            .await;
        arm(visit, "/oauth2/default/v1/token", FaultKind::TooManyClassic);
        visit.press("No").await;
        visit.at("error", "You are not signed in").await;
        let kept = visit.storage().await;
        assert!(kept.session.is_empty(), "{kept:?}");
        visit.press("Start again").await;
        visit.at("identify", "Sign In").await;
        assert_eq!(
            visit.value("identifier").await,
            ADA.email,
            "the name is kept"
        );
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit
            .at("authenticator-verification-data", "Verify with email")
            .await;
        visit.press("Send the code").await;
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        let code = visit.next_code_for(ADA.email, &code).await;
        visit.fill("Enter code", &code).await;
        visit
            .at("keep-me-signed-in", "Stay signed in on this device?")
            .await;
        visit.press("No").await;
        Stop::Home.met(visit).await;
    });
}
