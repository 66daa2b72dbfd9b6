//! Several tabs of one browser.

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

const LIST: &str = "select-authenticator-enroll";

async fn is_offered(visit: &Visit, labels: &[&str]) {
    visit.at(LIST, "Choose an authenticator").await;
    assert_eq!(visit.choice_labels().await, labels);
}

#[test]
fn k10_two_sign_ups_side_by_side_and_an_older_copy_that_catches_up() {
    visit("k10", Scene::new().policy("signup"), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.answer(visit).await;
        is_offered(visit, &["Email", "Password"]).await;
        let ada = visit.tab().await;

        // Somebody else signs up beside her.
        let eve = visit.opens_tab().await;
        visit.open("/register").await;
        Stop::SignUp.met(visit).await;
        assert_eq!(
            visit.value("userProfile.email").await,
            "",
            "it is another one"
        );
        visit.fill("First name", "Eve").await;
        visit.fill("Last name", "Holm").await;
        visit.fill("Email", "eve@example.com").await;
        visit.press("Sign Up").await;
        is_offered(visit, &["Email", "Password"]).await;
        walk::takes(visit, "Password").await;
        Stop::Password.met(visit).await;
        Stop::Password.answer(visit).await;
        is_offered(visit, &["Email"]).await;

        // The first one is where it was, and so is a copy of its tab, which has all that its storage had.
        visit.looks_at(&ada).await;
        is_offered(visit, &["Email", "Password"]).await;
        let kept = visit
            .evaluate("JSON.stringify({ ...sessionStorage })")
            .await;
        visit.opens_tab().await;
        visit.open("/").await;
        visit.reaches("home").await;
        let copy = format!("Object.assign(sessionStorage, JSON.parse({kept}))");
        visit.evaluate(&copy).await;
        visit.open("/select-authenticator").await;
        is_offered(visit, &["Email", "Password"]).await;
        let copy = visit.tab().await;
        walk::takes(visit, "Password").await;
        Stop::Password.met(visit).await;
        Stop::Password.answer(visit).await;
        is_offered(visit, &["Email"]).await;

        // What the older one sends now is for a page that is over: it is shown the one that is now, and nothing twice.
        visit.looks_at(&ada).await;
        is_offered(visit, &["Email", "Password"]).await;
        visit.expect(Failure::Status(400));
        walk::takes(visit, "Password").await;
        visit.reads("Here is where it stands now.").await;
        is_offered(visit, &["Email"]).await;
        assert_eq!(visit.errors().await.summary, Vec::<String>::new());
        walk::takes(visit, "Email").await;
        Stop::EmailCode.met(visit).await;
        Stop::EmailCode.fill(visit).await;
        is_offered(visit, &["Phone"]).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        assert_eq!(
            visit.posts_to("/idp/idx/enroll/new").await.len(),
            2,
            "two people"
        );

        // What was finished in one is over in the other, which says so and leads on.
        visit.looks_at(&copy).await;
        visit.expect(Failure::Status(401));
        visit.press("Next").await;
        visit.at("terminal", "Your session has expired").await;
        visit.press("Start again").await;
        Stop::SignUp.met(visit).await;
        assert_eq!(visit.value("userProfile.email").await, ADA.email);

        visit.looks_at(&eve).await;
        is_offered(visit, &["Email"]).await;
        walk::takes(visit, "Email").await;
        Stop::EmailCode.met(visit).await;
        visit
            .fill("Enter code", &visit.code_for("eve@example.com").await)
            .await;
        is_offered(visit, &["Phone"]).await;
        visit.press("Skip").await;
        visit.at("home", "Hello, Eve Holm").await;
    });
}
