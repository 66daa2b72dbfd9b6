//! Home, in and out.

use super::*;
use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt as _;
use vestibule::flow::Failure;

/// What the org answers to somebody with this token.
async fn whose(mary: &Visitor, token: &Secret) -> u16 {
    let request = Request::builder()
        .uri("/oauth2/default/v1/userinfo")
        .header("host", "localhost:8081")
        .header("authorization", format!("Bearer {}", token.expose()))
        .body(Body::empty())
        .expect("a request");
    let answer = mary.org().router().oneshot(request).await;
    answer.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn j17_home_asks_nobody_before_a_choice() {
    let nobody = Visitor::of("password-only");
    nobody.is_home();
    assert_eq!(nobody.step(), HOME);
    assert!(nobody.sees_button("Sign In") && nobody.sees_button("Sign Up"));
    assert!(!nobody.sees_button("Sign out"));
    assert!(nobody.org().requests().is_empty(), "no call to the org");
}

#[tokio::test]
async fn j18_home_shows_whom_it_knows() {
    let mary = mary("password-only");
    signs_in(&mary).await;
    went(&mary, &[IN, HOME]);
    let page = format!("{:?}", mary.page());
    assert!(page.contains(MARY), "{page}");
    assert!(mary.sees_button("Sign out"));
    done(&mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j19_signing_out_kills_the_tokens_and_forgets_her_also_when_the_org_fails() {
    for fails in [false, true] {
        let mary = mary("password-only");
        signs_in(&mary).await;
        let access = mary.access_token().expect("a token");
        assert_eq!(whose(&mary, &access).await, 200);
        if fails {
            mary.goes_offline(true);
        }
        mary.signs_out().await;
        assert!(mary.sees_button("Sign In") && mary.signed_in_as().is_none());
        assert!(mary.access_token().is_none());
        if !fails {
            assert_eq!(whose(&mary, &access).await, 401);
        }
    }
}

#[tokio::test]
async fn j20_name_and_password() {
    let mary = mary("password-only");
    signs_in(&mary).await;
    went(&mary, &[IN, HOME]);
    done(&mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j21_a_name_that_nobody_has() {
    let mory = Visitor::of("password-only");
    mory.comes_to(Purpose::SignIn).await;
    mory.sends(&[("identifier", "Mory"), (CODE, PASSWORD)])
        .await;
    went(&mory, &[IN, "identify"]);
    assert_eq!(
        mory.problems(),
        ["identifier: There is no account with the Username Mory."]
    );
    assert_eq!(mory.kept("identifier").as_deref(), Some("Mory"));
    assert!(mory.sees_button("Sign Up"));
}

#[tokio::test]
async fn j22_a_wrong_password_keeps_the_name_alone() {
    let mary = mary("password-only");
    mary.comes_to(Purpose::SignIn).await;
    let wipes = mary.tab().wipes;
    mary.sends(&[("identifier", MARY), (CODE, "Winter-2031")])
        .await;
    went(&mary, &[IN, "identify"]);
    assert_eq!(mary.problems(), ["Authentication failed"]);
    assert_eq!(mary.kept("identifier").as_deref(), Some(MARY));
    assert_eq!(mary.kept(CODE), None, "a password is not kept");
    assert!(mary.tab().wipes > wipes, "the page empties it");
    mary.sends(&[("identifier", MARY), (CODE, PASSWORD)]).await;
    done(&mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j24_a_way_back_from_the_orgs_page_that_nobody_waits_for() {
    let mary = mary("password-only");
    mary.returns(&format!("{APP}/login/callback?code=theirs&state=theirs"))
        .await;
    assert_eq!(mary.failure(), Some(Failure::ForeignCallback));
    assert!(mary.signed_in_as().is_none() && mary.access_token().is_none());
}
