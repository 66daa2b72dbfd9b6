//! The link in a mail: opened beside the page that waits, in another browser, or by somebody whom it does not concern.

use std::time::Duration;

use browser_tests::{Failure, Page, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

/// The page shows this code to be typed elsewhere, and nothing came of it but that.
async fn shows_the_code(page: &Page, code: &str) {
    page.at("terminal", "Enter this code where you began").await;
    page.has_address("/login/callback").await;
    let shown = page
        .evaluate(
            "(() => { const all = [...document.querySelectorAll('main *')]; \
             const code = all.find((one) => one.children.length === 0 && /^\\d{6}$/.test(one.innerText?.trim())); \
             return code && [code.innerText.trim(), parseFloat(getComputedStyle(code).fontSize)]; })()",
        )
        .await;
    assert_eq!(shown[0].as_str(), Some(code), "the code stands alone");
    assert!(
        shown[1].as_f64().is_some_and(|size| size >= 24.0),
        "the code is large: {shown}"
    );
    assert!(page.inputs().await.is_empty(), "nothing to fill in here");
    let kept = page.storage().await;
    assert!(
        kept.session.is_empty() && kept.local.is_empty() && kept.cookies.is_empty(),
        "nothing is stored: {kept:?}"
    );
}

/// Whether somebody got in to stay.
async fn is_signed_in(page: &Page) -> bool {
    let kept = page.storage().await.session;
    kept.values().any(|value| value.contains("eyJ"))
}

#[test]
fn a_link_opened_in_another_tab_goes_on_there() {
    visit("link-tab", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let first = visit.tab().await;
        let link = visit.link_for(ADA.email).await;

        visit.opens_tab().await;
        visit.go(&link).await;
        Stop::ThirdList.met(visit).await;
        let second = visit.tab().await;
        assert_ne!(first, second);

        visit.looks_at(&first).await;
        visit.at("terminal", "This went on in another tab").await;
        assert!(visit.inputs().await.is_empty(), "no form is left");
        assert!(!is_signed_in(visit).await);

        // Where the first tab got to is no trouble for the second one.
        visit.looks_at(&second).await;
        Stop::ThirdList.pass(visit).await;
        Stop::Number.pass(visit).await;
        Stop::PhoneCode.pass(visit).await;
        assert!(is_signed_in(visit).await);
        let kept = visit.storage().await;
        assert!(
            kept.local.is_empty(),
            "nothing is shared any more: {kept:?}"
        );
        assert_eq!(visit.posts_to("/idp/idx/enroll/new").await.len(), 1);

        visit.looks_at(&first).await;
        visit.press("Back to sign in").await;
        visit.at("identify", "Sign In").await;
    });
}

#[test]
fn what_is_shared_for_a_link_has_nothing_that_was_typed_and_an_end() {
    visit("link-shared", Scene::new(), async |visit| {
        // What others left here in their time goes, what they left just now does not, and what is no such thing is not ours.
        visit.open("/").await;
        visit.reaches("home").await;
        let theirs = |state: &str| format!("vestibule.shared|https://id.acme.test|0oa7|{state}");
        let (old, new) = (theirs("old"), theirs("new"));
        let keep = format!(
            "localStorage['{old}'] = (Date.now() - 31 * 60000) + '|{{}}'; localStorage['{new}'] = Date.now() + '|{{}}'; \
             localStorage['other|thing'] = 'theirs'"
        );
        visit.evaluate(&format!("(() => {{ {keep} }})()")).await;
        walk::to(visit, Stop::EmailCode).await;
        let shared = async || {
            let mut local = visit.storage().await.local;
            assert_eq!(local.remove("other|thing").as_deref(), Some("theirs"));
            local
        };
        let ours = visit
            .until("what is shared", async || {
                let mut local = shared().await;
                assert!(local.remove(&new).is_some(), "it may yet be used");
                assert!(local.remove(&old).is_none(), "its time is over");
                local.pop_first()
            })
            .await;
        for typed in [ADA.email, ADA.first, ADA.last] {
            assert!(!ours.1.contains(typed), "{typed} in {}", ours.1);
        }
        assert!(ours.0.contains(visit.org_origin()), "{}", ours.0);

        // The page asks the org on, and does not begin the half hour again.
        visit.browser_later(Duration::from_secs(29 * 60)).await;
        let asked = visit.posts_to("/poll").await.len();
        visit
            .until("another poll", async || {
                (visit.posts_to("/poll").await.len() > asked + 1).then_some(())
            })
            .await;
        assert!(shared().await.contains_key(&ours.0));
        visit.browser_later(Duration::from_secs(2 * 60)).await;
        visit
            .until("the end of it", async || {
                shared().await.is_empty().then_some(())
            })
            .await;
        // The page itself goes on.
        Stop::EmailCode.fill(visit).await;
        Stop::ThirdList.met(visit).await;
    });
}

#[test]
fn a_link_opened_in_the_tab_that_waits_goes_on() {
    visit("link-same-tab", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        visit.go(&visit.link_for(ADA.email).await).await;
        Stop::ThirdList.met(visit).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn a_link_opened_twice_says_so_and_harms_nothing() {
    visit("link-twice", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let link = visit.link_for(ADA.email).await;
        visit.opens_tab().await;
        visit.go(&link).await;
        Stop::ThirdList.met(visit).await;
        let second = visit.tab().await;
        visit.opens_tab().await;
        visit.go(&link).await;
        visit.expect(Failure::Status(410));
        visit.reads("This link does not work any more").await;
        visit.looks_at(&second).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn a_link_opened_in_another_browser_shows_its_code_to_be_typed_in_the_first() {
    visit("link-browser", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let link = visit.link_for(ADA.email).await;
        let code = visit.code_for(ADA.email).await;
        visit
            .in_another_browser("link-other-browser", async |there| {
                there.go(&link).await;
                shows_the_code(there, &code).await;
                let words = there.text().await;
                assert!(
                    words.contains("Give the code to nobody"),
                    "somebody who did not ask for it is warned: {words}"
                );
                let org_was_asked = there
                    .requests()
                    .await
                    .iter()
                    .any(|request| request.method == "POST");
                assert!(!org_was_asked, "it starts nothing");
                there.press("Back to the start").await;
                there.reaches("home").await;
            })
            .await;
        Stop::EmailCode.met(visit).await;
        visit.fill("Enter code", &code).await;
        Stop::ThirdList.met(visit).await;
    });
}

#[test]
fn a_link_of_somebody_elses_visit_does_not_touch_this_one() {
    visit("link-foreign", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        let first = visit.tab().await;
        let before = visit.posts_to("/idp/idx/challenge/answer").await.len();
        visit.opens_tab().await;
        for query in ["?state=foreign&otp=123456", "?otp=123456"] {
            visit.open(&format!("/login/callback{query}")).await;
            stays_apart(visit, "123456").await;
        }
        assert_eq!(
            visit.posts_to("/idp/idx/challenge/answer").await.len(),
            before,
            "a foreign code is not sent"
        );
        visit.looks_at(&first).await;
        Stop::EmailCode.pass(visit).await;
    });
}

/// The code is shown, and what another tab waits for is as it was.
async fn stays_apart(visit: &Visit, code: &str) {
    visit
        .at("terminal", "Enter this code where you began")
        .await;
    assert!(visit.text().await.contains(code));
    let kept = visit.storage().await;
    assert!(kept.session.is_empty(), "nothing is stored: {kept:?}");
    assert_eq!(kept.local.len(), 1, "the other tab's is still there");
}
