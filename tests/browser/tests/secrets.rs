//! What stays in the browser, and what never gets anywhere it can be read.

use browser_tests::{Scene, visit};

use crate::walk::{self, ADA, Stop};

#[test]
fn after_the_flow_only_tokens_are_kept_and_only_in_this_tab() {
    visit("storage", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let during = visit.storage().await;
        let shared: Vec<_> = during.local.keys().collect();
        assert!(
            matches!(shared[..], [name] if name.starts_with("vestibule.shared|")),
            "another tab can go on by the mail's link: {shared:?}"
        );
        assert_eq!(during.cookies, "");
        let kept = format!("{during:?}");
        for secret in [ADA.password, &visit.code_for(ADA.email).await] {
            assert!(!kept.contains(secret), "{secret:?} is kept");
        }

        Stop::EmailCode.pass(visit).await;
        let after = visit.storage().await;
        assert!(after.local.is_empty(), "no longer than the code's page");
        visit.press("Skip").await;
        Stop::Home.met(visit).await;

        let after = visit.storage().await;
        assert!(after.local.is_empty(), "{after:?}");
        assert_eq!(after.cookies, "");
        assert_eq!(
            after.session.len(),
            1,
            "the tokens and nothing else: {:?}",
            after.session.keys()
        );
        let kept = format!("{:?}", after.session);
        assert!(kept.contains("eyJ"), "the tokens are there");
        for request in visit.posts().await {
            if let Some(verifier) = request
                .body
                .split('&')
                .find_map(|pair| pair.strip_prefix("code_verifier="))
            {
                assert!(!kept.contains(verifier), "the verifier is gone");
            }
            if let Some(handle) = request.sent("/interactionHandle") {
                assert!(
                    !kept.contains(handle.as_str().unwrap_or("no handle")),
                    "the handle is gone"
                );
            }
        }
        assert!(
            !visit.text().await.contains("eyJ"),
            "no raw token on the page"
        );
    });
}

#[test]
fn nothing_secret_shows_in_the_console_or_the_address_bar() {
    visit("console-secrets", Scene::new(), async |visit| {
        visit.open("/register").await;
        for stop in Stop::ALL {
            stop.met(visit).await;
            assert!(
                !visit.address().await.contains(['?', '#']),
                "a plain address at {stop:?}"
            );
            if stop != Stop::Home {
                stop.answer(visit).await;
            }
        }
        // That none of them is told is looked at after every story.
        let secrets = visit.secrets().await;
        assert!(secrets.len() > 5, "{secrets:?}");
    });
}
