//! The app in a frame of another page, where the host sends no header that forbids it. Nobody can be made to press anything
//! there that they do not see: there is nothing but a link that opens the page on its own.

use axum::Router;
use axum::response::Html;
use browser_tests::{Failure, Scene, Visit, listen, visit};

/// A page of somebody else that has this address in a frame. Tells its own.
async fn around(address: &str) -> String {
    let page = format!(
        "<!doctype html><html lang=en><title>Win a boat</title><link rel=icon href=data:,>\
         <main><h1>Win a boat</h1><iframe title=Boat src=\"{address}\" width=600 height=600></iframe></main>"
    );
    let site = Router::new().fallback(async move || Html(page.clone()));
    let (origin, listeners) = listen().await;
    for listener in listeners {
        let site = site.clone();
        tokio::spawn(async move { axum::serve(listener, site).await });
    }
    origin
}

/// What the page in the frame asked for by itself, and not by what stands in its head.
async fn asked(visit: &Visit) -> Vec<String> {
    let asked = "performance.getEntriesByType('resource').filter((one) => !/^(link|script|css)$/.test(one.initiatorType)) \
                 .map((one) => one.name)";
    serde_json::from_value(visit.evaluate(asked).await).expect("a list of addresses")
}

/// There is the link, and nothing else.
async fn has_a_link_alone(visit: &Visit) {
    visit.reaches("framed").await;
    visit
        .reads("Inside another page you cannot see whose page you type into.")
        .await;
    assert_eq!(visit.heading().await, "Open this page on its own");
    assert_eq!(visit.title().await, "Open this page on its own");
    assert_eq!(visit.buttons().await, ["Open it in a new tab"]);
    let controls = visit.evaluate("document.querySelectorAll('form, input, button').length");
    assert_eq!(
        controls.await,
        0,
        "nothing can be filled in or sent, seen or not"
    );
    // What stands in the head is fetched all the same, and nothing is done with it.
    visit.expect(Failure::Unused);
    visit.check().await;
    assert_eq!(asked(visit).await, Vec::<String>::new());
    let kept = visit.storage().await;
    assert!(kept.session.is_empty() && kept.local.is_empty(), "{kept:?}");
    assert!(visit.posts().await.is_empty(), "nobody is asked");
}

#[test]
fn in_a_frame_there_is_a_link_that_opens_the_page_on_its_own() {
    visit("framed", Scene::new().without_headers(), async |visit| {
        let framing = around(&format!("{}/login?login_hint=ada", visit.origin())).await;
        visit.go(&framing).await;
        let tab = visit.tab().await;
        visit.looks_into_the_frame().await;
        has_a_link_alone(visit).await;
        visit.screenshot("framed").await;

        visit.press("Open it in a new tab").await;
        let opened = visit
            .until("a new tab", async || {
                visit.tabs().await.into_iter().find(|one| *one != tab)
            })
            .await;
        visit.looks_at(&opened).await;
        // The browser says so a while after.
        visit.expect(Failure::Unused);
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.value("identifier").await, "ada");
        assert_eq!(visit.evaluate("window.opener === null").await, true);
        let parts = visit.evaluate("document.querySelectorAll('#framed').length");
        assert_eq!(parts.await, 0, "of the link nothing is left");
    });
}

#[test]
fn in_a_frame_there_is_no_doctor_and_no_page_of_the_session() {
    visit(
        "framed-others",
        Scene::new().without_headers(),
        async |visit| {
            for path in [
                "/doctor",
                "/",
                "/recover",
                "/login/callback?state=x&otp=123456",
            ] {
                let framing = around(&format!("{}{path}", visit.origin())).await;
                visit.go(&framing).await;
                visit.looks_into_the_frame().await;
                has_a_link_alone(visit).await;
            }
        },
    );
}

#[test]
fn a_page_of_the_same_origin_may_not_frame_it_either() {
    let page = "<!doctype html><html lang=en><title>Ours</title><link rel=icon href=data:,><iframe title=Door src=/login></iframe>";
    let scene = Scene::new().file("around.html", page);
    visit("framed-own", scene.without_headers(), async |visit| {
        visit.go(&format!("{}/around.html", visit.origin())).await;
        visit.looks_into_the_frame().await;
        has_a_link_alone(visit).await;
    });
}
