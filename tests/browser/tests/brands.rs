//! One deployment under two names: another brand each, another org, and nothing of the one in the other.

use browser_tests::{Scene, visit};

use crate::walk::{self, ADA, Stop};

#[test]
fn k25_two_brands_know_nothing_of_each_other() {
    let scene = Scene::new()
        .policy("signup")
        .brand("harbor.localhost", "brands", "Harbor Lights");
    visit("k25", scene, async |visit| {
        let harbor = visit.brand();
        // On the one she is in the middle of a sign-up.
        visit.open("/register").await;
        Stop::SignUp.met(visit).await;
        assert_eq!(visit.title().await, "Sign Up – Acme Boats");
        visit.reads("Acme Boats").await;
        Stop::SignUp.answer(visit).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        let boats = visit.tab().await;
        let before = visit.storage().await;
        assert!(!before.session.is_empty(), "a transaction is under way");

        // On the other she is nobody, whatever is in the address.
        visit.opens_tab().await;
        let issuer = format!("issuer={0}&iss={0}", visit.org_origin());
        visit.go(&format!("{}/login?{issuer}", harbor.origin)).await;
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.title().await, "Sign In – Harbor Lights");
        let words = visit.text().await;
        assert!(
            words.contains("Harbor Lights") && !words.contains("Acme"),
            "{words}"
        );
        let names: Vec<_> = visit
            .inputs()
            .await
            .into_iter()
            .map(|one| one.name)
            .collect();
        assert_eq!(names, ["identifier"], "this org asks for the name first");
        assert_eq!(visit.value("identifier").await, "");
        visit.fill("Username", ADA.email).await;
        visit.press("Next").await;
        visit.reads("There is no account with the Username").await;
        visit.press("Sign Up").await;
        Stop::SignUp.met(visit).await;
        assert_eq!(visit.value("userProfile.firstName").await, "");
        visit.fill("First name", ADA.first).await;
        visit.fill("Last name", ADA.last).await;
        visit.fill("Email", ADA.email).await;
        visit.press("Sign Up").await;
        visit
            .at("enroll-authenticator", "Enter verification code")
            .await;
        assert!(visit.sent().is_empty(), "the first org sent nothing");
        let code = harbor.sent().pop().expect("a mail").code;
        visit.fill("Enter code", &code).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        assert_eq!(visit.title().await, "Hello, Ada Byron – Harbor Lights");
        let there = visit.storage().await;
        assert!(there.local.is_empty(), "{there:?}");
        assert!(
            there
                .session
                .keys()
                .all(|name| name.contains(&harbor.org_origin)),
            "{:?}",
            there.session.keys()
        );
        assert_eq!(harbor.people(), [ADA.email]);

        // The first brand is as it was: not signed in, and still in the middle.
        visit.looks_at(&boats).await;
        assert_eq!(visit.storage().await.session, before.session);
        visit.reload().await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        walk::takes(visit, "Email").await;
        Stop::EmailCode.met(visit).await;
        Stop::EmailCode.fill(visit).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        walk::takes(visit, "Password").await;
        Stop::Password.met(visit).await;
        Stop::Password.answer(visit).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        assert_eq!(visit.title().await, "Hello, Ada Byron – Acme Boats");

        // Who signs out of the one is still signed in to the other.
        walk::signs_out(visit).await;
        let harbor_home = format!("{}/", harbor.origin);
        visit.opens_tab().await;
        visit.go(&harbor_home).await;
        walk::is_nobody(visit).await;
        walk::goes_to_sign_in(visit).await;
        visit.fill("Username", ADA.email).await;
        visit.press("Next").await;
        if walk::leaves(visit, "identify").await == "authenticator-verification-data" {
            visit.press("Send the code").await;
        }
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        let code = harbor.sent().pop().expect("a mail").code;
        visit.fill("Enter code", &code).await;
        Stop::Home.met(visit).await;

        // Each name spoke with its own org, and its page could with no other.
        let name = harbor.origin.trim_start_matches("http://");
        for (page, own, other) in [
            (
                visit.fetched("/login").await,
                visit.org_origin(),
                harbor.org_origin.as_str(),
            ),
            (
                visit.fetched_under(name, "/login").await,
                &harbor.org_origin,
                visit.org_origin(),
            ),
        ] {
            let policy = page.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains(own) && !policy.contains(other), "{policy}");
        }
        let asked = visit.requests().await;
        assert!(
            asked
                .iter()
                .any(|one| one.url.starts_with(&harbor.org_origin))
        );
        assert!(
            asked
                .iter()
                .any(|one| one.url.starts_with(visit.org_origin()))
        );
        for one in asked.iter().filter(|one| one.method == "POST") {
            let twice = one
                .body
                .contains(&harbor.origin.replace(':', "%3A").replace('/', "%2F"));
            if twice {
                assert!(one.url.starts_with(&harbor.org_origin), "{}", one.url);
            }
        }
    });
}
