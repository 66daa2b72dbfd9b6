//! The server, asked as a browser would.

use std::{
    fs,
    path::{Path, PathBuf},
};

use axum::{
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
};
use tower::ServiceExt;
use xtask::serve::Site;

/// A small built app, in a folder of its own that goes when the test ends.
struct Dist(PathBuf);

impl Dist {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("site-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("icons")).expect("the folder is ours");
        for (file, text) in [
            ("index.html", "<!doctype html><title>Vestibule</title>"),
            ("index.html.br", "squeezed"),
            (
                "config.json",
                r#"{"issuer":"https://example.okta.com/oauth2/default"}"#,
            ),
            ("boot-bb758395b6720dcb.js", "start()"),
            ("app-bb758395b6720dcb_bg.wasm", "\0asm"),
            ("icons/phone.svg", "<svg/>"),
        ] {
            fs::write(path.join(file), text).expect("the folder is ours");
        }
        Self(path)
    }

    fn site(&self) -> Site {
        Site::new(&self.0)
    }
}

impl Drop for Dist {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn get(site: Site, path: &str) -> Response<Body> {
    ask(
        site,
        Request::get(path)
            .body(Body::empty())
            .expect("the request is well formed"),
    )
    .await
}

async fn ask(site: Site, request: Request<Body>) -> Response<Body> {
    site.router()
        .oneshot(request)
        .await
        .expect("a router always answers")
}

async fn text(response: Response<Body>) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("the body is short");
    String::from_utf8(bytes.to_vec()).expect("the body is text")
}

fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("none")
}

#[tokio::test]
async fn every_address_of_the_app_is_the_one_page() {
    let dist = Dist::new("fallback");
    for path in ["/", "/sign-in", "/sign-up/phone?x=1", "/sign-in/"] {
        let response = get(dist.site(), path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(
            header(&response, "content-type"),
            "text/html; charset=utf-8"
        );
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert!(text(response).await.contains("Vestibule"));
    }
}

#[tokio::test]
async fn a_missing_file_is_missing() {
    let dist = Dist::new("missing");
    for path in [
        "/gone.js",
        "/icons/gone.svg",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/.git/config",
    ] {
        assert_eq!(
            get(dist.site(), path).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let dist = Dist::new("headers");
    for path in [
        "/",
        "/gone.js",
        "/config.json",
        "/app-bb758395b6720dcb_bg.wasm",
    ] {
        let response = get(dist.site(), path).await;
        assert!(
            header(&response, "content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "referrer-policy"), "no-referrer");
        assert_eq!(
            header(&response, "cross-origin-opener-policy"),
            "same-origin"
        );
    }
}

#[tokio::test]
async fn the_app_may_reach_the_org_of_its_configuration() {
    let dist = Dist::new("org");
    let connect = |response: &Response<Body>| {
        let policy = header(response, "content-security-policy").to_owned();
        policy
            .split("; ")
            .find(|part| part.starts_with("connect-src"))
            .map(str::to_owned)
    };
    let response = get(dist.site(), "/").await;
    assert_eq!(
        connect(&response).as_deref(),
        Some("connect-src 'self' https://example.okta.com")
    );
    let site = dist
        .site()
        .config(r#"{"issuer":"http://localhost:8081/oauth2/default"}"#);
    assert_eq!(
        connect(&get(site, "/").await).as_deref(),
        Some("connect-src 'self' http://localhost:8081")
    );
    let site = dist.site().org("http://localhost:9999");
    assert_eq!(
        connect(&get(site, "/").await).as_deref(),
        Some("connect-src 'self' http://localhost:9999")
    );
    let site = dist.site().config(r#"{"fastpass":true}"#);
    assert_eq!(
        connect(&get(site.org("http://localhost:9999"), "/").await).as_deref(),
        Some("connect-src 'self' http://localhost:9999 http://localhost:* http://127.0.0.1:*")
    );
}

#[tokio::test]
async fn a_given_configuration_takes_the_place_of_the_file() {
    let dist = Dist::new("config");
    let response = get(dist.site().config(r#"{"clientId":"test"}"#), "/config.json").await;
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert_eq!(text(response).await, r#"{"clientId":"test"}"#);
}

#[tokio::test]
async fn a_compressed_sibling_goes_to_those_who_take_it() {
    let dist = Dist::new("compressed");
    let asking = |encodings: &str| {
        Request::get("/sign-in")
            .header("accept-encoding", encodings)
            .body(Body::empty())
            .expect("it is well formed")
    };
    let squeezed = ask(dist.site(), asking("gzip, br")).await;
    assert_eq!(header(&squeezed, "content-encoding"), "br");
    assert_eq!(
        header(&squeezed, "content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(header(&squeezed, "vary"), "accept-encoding");
    assert_eq!(text(squeezed).await, "squeezed");
    assert_eq!(
        header(&ask(dist.site(), asking("gzip")).await, "content-encoding"),
        "none"
    );
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let dist = Dist::new("conditional");
    let first = get(dist.site(), "/boot-bb758395b6720dcb.js").await;
    assert_eq!(
        header(&first, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    let request = Request::get("/boot-bb758395b6720dcb.js")
        .header(
            "if-none-match",
            format!("\"other\", W/{}", header(&first, "etag")),
        )
        .body(Body::empty())
        .expect("it is well formed");
    let again = ask(dist.site(), request).await;
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
}

#[tokio::test]
async fn only_reading_is_answered() {
    let dist = Dist::new("methods");
    let request = |method: &str| {
        Request::builder()
            .method(method)
            .uri("/")
            .body(Body::empty())
            .expect("it is well formed")
    };
    assert_eq!(
        ask(dist.site(), request("HEAD")).await.status(),
        StatusCode::OK
    );
    let refused = ask(dist.site(), request("POST")).await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&refused, "allow"), "GET, HEAD");
}

#[tokio::test]
async fn an_app_built_for_a_folder_lives_there_alone() {
    let dist = Dist::new("base");
    let site = || dist.site().base("/auth/");
    assert_eq!(get(site(), "/auth/sign-in").await.status(), StatusCode::OK);
    assert_eq!(
        get(site(), "/auth/icons/phone.svg").await.status(),
        StatusCode::OK
    );
    assert_eq!(
        get(site(), "/sign-in").await.status(),
        StatusCode::NOT_FOUND
    );
    let bare = get(site(), "/auth").await;
    assert_eq!(bare.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(header(&bare, "location"), "/auth/");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_folder_is_not_followed() {
    let dist = Dist::new("link");
    std::os::unix::fs::symlink(env!("CARGO_MANIFEST_PATH"), dist.0.join("out.txt"))
        .expect("the folder is ours");
    assert_eq!(
        get(dist.site(), "/out.txt").await.status(),
        StatusCode::NOT_FOUND
    );
}
