//! The harness itself: it finds what is there, and it complains when it should.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use browser_tests::{Failure, Key, Page, Window, look_at};
use tokio::net::TcpListener;

const GOOD: &str = r##"<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">
<title>Sign Up</title><style nonce="harness">
:root { color-scheme: light dark } body { background: Canvas; color: CanvasText } .again { position: absolute; clip-path: inset(50%); width: 1px; height: 1px }
</style><link rel="icon" href="data:,"></head><body><main data-step="enroll-profile">
<h1 tabindex="-1">Sign Up</h1><form action="/sent" novalidate>
<p><label for="first">First name</label> <input id="first" name="userProfile.firstName" autocomplete="given-name" required></p>
<p><label for="middle">Middle name (optional)</label> <input id="middle" name="userProfile.middleName" value="old"></p>
<fieldset><legend>Hear from us</legend>
<label><input type="radio" name="userProfile.news" value="y"> Yes</label>
<label><input type="radio" name="userProfile.news" value="n" checked> No</label></fieldset>
<p><button>Sign Up</button> <a href="/other">Sign In</a></p></form></main>
<script nonce="harness">
document.querySelector("h1").focus();
let presses = 0;
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  document.querySelector("h1").textContent = `Pressed ${++presses}`;
  fetch("/heard", { method: "POST", body: JSON.stringify({ userProfile: { firstName: "Ada" } }) });
});
</script></body></html>"##;

const POLICY: &str = "default-src 'none'; script-src 'nonce-harness'; style-src 'nonce-harness'; img-src data:; \
                      connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/// The good page, with something else in place of one part of it.
fn spoiled(part: &str, by: &str) -> String {
    assert!(GOOD.contains(part), "{part}");
    GOOD.replace(part, by)
}

async fn serve(page: String) -> String {
    let headers = [(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    )];
    let shown = move || {
        let (headers, page) = (headers.clone(), page.clone());
        async move { (headers, Html(page)).into_response() }
    };
    let site = Router::new()
        .route("/", get(shown))
        .route("/heard", axum::routing::post(|| async { "heard" }))
        .route(
            "/other",
            get(|| async {
                (
                    [(HeaderName::from_static("x-other"), "1")],
                    Html("<title>Other</title><main data-step=home><h1>Other</h1></main>"),
                )
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    tokio::spawn(async move { axum::serve(listener, site).await });
    format!("http://localhost:{port}")
}

fn page(name: &str, page: String, story: impl AsyncFnOnce(&Page)) {
    look_at(name, &Window::WIDE, serve(page), async |page| {
        page.open("/").await;
        story(page).await;
    });
}

/// The page has a problem that says this.
async fn complains_of(page: &Page, words: &str) {
    let problems = page.problems().await;
    assert!(
        problems.iter().any(|problem| problem.contains(words)),
        "nothing about {words:?} among {problems:#?}"
    );
}

#[test]
fn finds_fills_and_presses_by_label() {
    page("harness", GOOD.to_owned(), async |page| {
        page.at("enroll-profile", "Sign Up").await;
        assert_eq!(page.title().await, "Sign Up");
        page.has_address("/").await;
        assert_eq!(page.focused().await, "h1 Sign Up");
        page.fill("First name", "Ada").await;
        page.fill("Middle name", "King").await;
        assert_eq!(page.value("userProfile.firstName").await, "Ada");
        assert_eq!(page.value("userProfile.middleName").await, "King");
        page.fill_name("userProfile.middleName", "").await;
        assert_eq!(page.value("userProfile.middleName").await, "");
        page.choose("Yes").await;
        let chosen: Vec<_> = page
            .choices()
            .await
            .into_iter()
            .filter(|choice| choice.checked)
            .collect();
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].label, "Yes");
        assert_eq!(page.buttons().await, ["Sign Up", "Sign In"]);
        assert!(page.input("userProfile.firstName").await.required);
        page.press_twice_fast("Sign Up").await;
        page.reads("Pressed 2").await;
        let heard: Vec<_> = page
            .requests()
            .await
            .into_iter()
            .filter(|request| request.method == "POST")
            .collect();
        assert_eq!(heard.len(), 2);
        assert_eq!(heard[0].sent("/userProfile/firstName"), Some("Ada".into()));
        assert!(page.storage().await.session.is_empty());
        page.press("Sign In").await;
        page.reaches("home").await;
        page.back().await;
        page.reaches("enroll-profile").await;
        page.forward().await;
        page.reaches("home").await;
    });
}

#[test]
fn walks_by_keyboard() {
    page("keyboard", GOOD.to_owned(), async |page| {
        page.tab_to("First name").await;
        page.keys("Ada").await;
        page.tab_to("No").await;
        page.key(Key::Left).await;
        assert_eq!(page.focused_name().await.as_deref(), Some("Yes"));
        page.tab_to("Sign Up").await;
        page.key(Key::Enter).await;
        page.reads("Pressed 1").await;
        page.keys(" ").await;
        page.reads("Pressed 2").await;
        assert_eq!(page.value("userProfile.firstName").await, "Ada");
    });
}

#[test]
fn sees_dark_colours_and_other_languages() {
    let window = Window::PHONE.dark().reading("de-CH,de");
    look_at("window", &window, serve(GOOD.to_owned()), async |page| {
        page.open("/").await;
        page.check().await;
        let seen = page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language]").await;
        assert_eq!(seen, serde_json::json!([360, true, "de-CH"]));
    });
}

#[test]
fn complains_of_what_axe_finds() {
    let page_without_label = spoiled("<label for=\"first\">First name</label>", "First name");
    page("axe", page_without_label, async |page| {
        complains_of(page, "axe-core: label:").await;
        complains_of(page, "the input \"userProfile.firstName\" has no label").await;
    });
}

#[test]
fn complains_of_weak_colours_in_either_scheme() {
    let weak = "@media (prefers-color-scheme: dark) { p { color: #333 } } .again";
    page("colours", spoiled(".again", weak), async |page| {
        complains_of(page, "(in dark colours)").await;
    });
}

#[test]
fn a_page_that_was_right_is_looked_at_again_once_anything_of_it_is_another() {
    page("again", GOOD.to_owned(), async |page| {
        for _ in 0..2 {
            page.check().await;
        }
        // Each in a way of its own, none of which the document's text tells but the second.
        let weak = "document.styleSheets[0].insertRule('p { background: #fff; color: #ddd }')";
        page.evaluate(weak).await;
        complains_of(page, "axe-core: color-contrast:").await;
        page.evaluate("document.styleSheets[0].deleteRule(0)").await;
        page.check().await;
        page.evaluate("document.querySelector('label').remove()")
            .await;
        complains_of(page, "axe-core: label:").await;
    });
    // What only who is there meets: the focus, and the colours of whoever has another system.
    let focused = spoiled(
        ".again",
        "input:focus { background: #fff; color: #eee } .again",
    );
    page("again-focus", focused, async |page| {
        page.check().await;
        page.fill("First name", "Ada").await;
        complains_of(page, "axe-core: color-contrast:").await;
    });
    let wide = spoiled(".again", "input { width: 400px } .again");
    for _ in 0..2 {
        page("again-wide", wide.clone(), async |page| {
            complains_of(page, "scrolls sideways at 320 pixels").await;
        });
    }
}

#[test]
fn complains_of_what_the_policy_refuses() {
    page(
        "policy",
        spoiled(
            "<h1 ",
            "<img alt='' src='https://elsewhere.invalid/x.png'><h1 ",
        ),
        async |page| {
            complains_of(page, "refused by the page's policy: img-src").await;
        },
    );
    let sink = spoiled(
        "let presses",
        "try { document.querySelector('p').innerHTML = '<b>x</b>' } catch {} let presses",
    );
    page("trusted-types", sink, async |page| {
        complains_of(
            page,
            "refused by the page's policy: require-trusted-types-for",
        )
        .await;
    });
}

#[test]
fn complains_of_the_console() {
    page(
        "console",
        spoiled("let presses", "console.warn('look here'); let presses"),
        async |page| {
            complains_of(page, "look here").await;
            page.check().await;
        },
    );
}

#[test]
fn complains_of_failed_requests_that_nobody_wanted() {
    page(
        "missing",
        spoiled("let presses", "fetch('/nowhere'); let presses"),
        async |page| {
            page.until("the answer", async || {
                page.console()
                    .await
                    .iter()
                    .any(|line| line.contains("404"))
                    .then_some(())
            })
            .await;
            page.reload().await;
            page.until("the answer", async || {
                (page.console().await.len() > 1).then_some(())
            })
            .await;
        },
    );
    page(
        "unwanted",
        spoiled(
            "let presses",
            "fetch('/nowhere').then(() => { document.title = 'Done' }); let presses",
        ),
        async |page| {
            page.until("the answer", async || {
                (page.title().await == "Done").then_some(())
            })
            .await;
            complains_of(page, "status of 404").await;
            page.expect(Failure::Status(404));
            page.reload().await;
            page.until("the answer", async || {
                (page.title().await == "Done").then_some(())
            })
            .await;
            page.check().await;
        },
    );
}

#[test]
fn complains_of_the_shape() {
    page(
        "step",
        spoiled(" data-step=\"enroll-profile\"", ""),
        async |page| {
            complains_of(page, "main has no data-step").await;
        },
    );
    page(
        "headings",
        spoiled("<form", "<h1>Again</h1><form"),
        async |page| {
            complains_of(page, "one heading of the first level").await;
        },
    );
    page(
        "names",
        spoiled("userProfile.firstName\" auto", "firstName\" auto"),
        async |page| {
            complains_of(page, "the input name \"firstName\" is no path").await;
        },
    );
    page(
        "width",
        spoiled("<form", "<p><span class=wide>wide</span></p><form").replace(
            ".again",
            ".wide { display: inline-block; width: 400px } .again",
        ),
        async |page| {
            complains_of(page, "scrolls sideways at 320 pixels").await;
        },
    );
}

#[test]
#[should_panic(expected = "the page is not as every page must be")]
fn a_check_that_fails_ends_the_story() {
    page(
        "check",
        spoiled("<title>Sign Up</title>", "<title></title>"),
        async |page| page.check().await,
    );
}
