//! The page for the developer: the exchange so far, without a value in it, and only where it was asked for.

use browser_tests::{Config, Scene, visit};

use crate::walk::{self, ADA, Stop};

#[test]
fn a_developer_sees_the_exchange_and_no_value_of_it() {
    let scene = Scene::new().config(Config::with("debug", "true"));
    visit("developer", scene, async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        visit.fill_name("credentials.passcode", "12").await;
        visit.press("For developers").await;
        visit.at("debug", "The exchange so far").await;
        let trace = visit.text().await;
        for told in [
            "POST /idp/idx/enroll/new",
            "\"enroll-authenticator\"",
            "stateHandle:text",
            "came 200",
        ] {
            assert!(trace.contains(told), "{told:?} is not in {trace}");
        }
        // It goes along into the clipboard as it stands.
        visit
            .evaluate("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
            .await;
        visit.press("Copy").await;
        visit.reads("It is copied.").await;
        let copied = visit.evaluate("window.copied").await;
        let copied = copied.as_str().unwrap_or_default().to_owned();
        assert!(copied.contains("POST /idp/idx/enroll/new"), "{copied}");
        visit.press("Go on where I was").await;
        visit.reaches("enroll-authenticator").await;
        let code = visit.code_for(ADA.email).await;
        visit.fill_name("credentials.passcode", &code).await;
        visit.reaches("select-authenticator-enroll").await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;

        visit.press("For developers").await;
        visit.reaches("debug").await;
        let trace = visit.text().await;
        assert!(trace.contains("POST /oauth2/default/v1/token"), "{trace}");
        let secrets = visit.secrets().await;
        assert!(secrets.len() > 5, "{secrets:?}");
        for secret in secrets.iter().chain([&ADA.email.to_owned()]) {
            assert!(
                !trace.contains(secret.as_str()) && !copied.contains(secret.as_str()),
                "{secret:?}"
            );
        }
        visit.press("Go on where I was").await;
        visit.reaches("home").await;
        // Its address is one of the app; what a reload forgets is gone.
        visit.open("/debug").await;
        visit.at("debug", "The exchange so far").await;
        visit.press("Go on where I was").await;
        visit.reaches("home").await;
    });
}

#[test]
fn nobody_else_meets_it() {
    visit("no-developer", Scene::new(), async |visit| {
        visit.open("/debug").await;
        visit.at("error", "There is no such page").await;
        assert!(
            !visit
                .buttons()
                .await
                .iter()
                .any(|button| button == "For developers")
        );
    });
}
