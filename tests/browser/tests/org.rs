//! The org's own pages in a browser that has other sites open.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use browser_tests::{Page, Window, look_at};
use org::{Org, Settings};
use tokio::net::TcpListener;

/// A server of this machine, at a port of its own.
async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    (listener, port)
}

/// What the page says in the end.
async fn says(page: &Page, words: &str) {
    page.until(words, async || {
        let text = page.says("document.body.innerText").await;
        text.as_str()
            .is_some_and(|text| text.contains(words))
            .then_some(())
    })
    .await;
}

#[test]
fn its_console_is_pressed_by_who_is_there_and_by_no_other_site() {
    let start = async {
        let (listener, port) = listen().await;
        let origin = format!("http://localhost:{port}");
        let org = Org::new(Settings::new(&origin, "http://localhost:8080"));
        tokio::spawn(org.serve(listener));
        origin
    };
    look_at("org-console", &Window::WIDE, start, async |page| {
        page.open("/console").await;
        page.press("Add the usual people").await;
        says(page, "mary@acme.test").await;
        let org = page.says("location.origin").await;
        let org = org.as_str().expect("an origin");

        // Below localhost each name is a site of its own, and all of them are this machine.
        let (listener, port) = listen().await;
        let evil = format!(
            "<!doctype html><title>Evil</title><form method=post action='{org}/console/reset'><button>Win</button></form>\
             <a href='{org}/inbox'>Look</a><img src='{org}/inbox.json' onerror='document.title=`No picture`'>"
        );
        let site = Router::new().route("/", get(|| async { Html(evil) }));
        tokio::spawn(async move { axum::serve(listener, site).await });
        let evil = format!("http://evil.localhost:{port}/");
        page.go(&evil).await;
        page.press("Win").await;
        says(page, "This is not for other sites.").await;

        // A link may lead there.
        page.go(&evil).await;
        page.press("Look").await;
        says(page, "Nothing was sent yet.").await;
        page.open("/console").await;
        says(page, "mary@acme.test").await;
    });
}
