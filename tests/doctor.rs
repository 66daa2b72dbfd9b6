//! The doctor from a terminal, against an org on a port: every fault that the org's console can switch on is named, with
//! where it is set right.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::routing::get;
use org::{Org, Settings};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' {org}; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const WASM: &str = "application/wasm";
const PAGE: &str = "<!doctype html><html><link as=fetch crossorigin href=/a_bg.wasm rel=preload>\
                    <script type=module src=/boot.js data-later=/later.wasm></script>";

/// An app's server, an org, and the `config.json` that joins them.
struct Deployment {
    org: Org,
    issuer: String,
    app: String,
    file: PathBuf,
}

async fn port() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it has an address").port();
    (listener, format!("http://localhost:{port}"))
}

impl Deployment {
    /// One in which everything is right, but that `policy` stands in the page's header and the two parts of the
    /// WebAssembly have these types.
    async fn with(name: &str, policy: &str, [first, second]: [&'static str; 2]) -> Self {
        let (org_listener, origin) = port().await;
        let (app_listener, app) = port().await;
        let org = Org::new(Settings::new(&origin, &app));
        tokio::spawn(org.clone().serve(org_listener));
        let policy = policy.replace("{org}", &origin);
        let page = move || async move {
            let headers = [
                (header::CONTENT_TYPE, "text/html".to_owned()),
                (header::CONTENT_SECURITY_POLICY, policy),
            ];
            (headers, PAGE)
        };
        let site = Router::new()
            .route(
                "/a_bg.wasm",
                get(move || async move { ([(header::CONTENT_TYPE, first)], "") }),
            )
            .route(
                "/later.wasm",
                get(move || async move { ([(header::CONTENT_TYPE, second)], "") }),
            )
            .fallback(get(page));
        tokio::spawn(async move { axum::serve(app_listener, site).await });
        let file = std::env::temp_dir().join(format!(
            "vestibule-doctor-{name}-{}.json",
            std::process::id()
        ));
        let deployment = Self {
            org,
            issuer: format!("{origin}/oauth2/default"),
            app,
            file,
        };
        deployment.config(json!({}));
        deployment
    }

    async fn new(name: &str) -> Self {
        Self::with(name, POLICY, [WASM; 2]).await
    }

    /// Writes `config.json`, with these members in place of the right ones.
    fn config(&self, other: Value) {
        let mut config = json!({ "issuer": self.issuer, "clientId": "vestibule" });
        for (member, value) in other.as_object().into_iter().flatten() {
            config[member] = value.clone();
        }
        fs::write(&self.file, config.to_string()).expect("the file is ours");
    }

    async fn console(&self, path: &str, body: Value) {
        let request = Request::post(format!("/console/{path}"))
            .body(Body::from(body.to_string()))
            .expect("a request");
        let Ok(answer) = self.org.router().oneshot(request).await;
        assert!(answer.status().is_success());
    }

    /// What the doctor prints, and whether it found everything right.
    async fn examined(&self) -> (String, bool) {
        let (file, app) = (self.file.clone(), self.app.clone());
        let looking = move || {
            Command::new(env!("CARGO_BIN_EXE_doctor"))
                .args([file.as_os_str(), app.as_ref()])
                .output()
                .expect("the doctor starts")
        };
        let looked = tokio::task::spawn_blocking(looking).await.expect("it ends");
        let said = String::from_utf8_lossy(&looked.stdout).into_owned();
        (said, looked.status.success())
    }

    /// The doctor finds one thing wrong: this one, and it says these words about it.
    async fn ails(&self, about: &str, words: &[&str]) {
        let (said, well) = self.examined().await;
        assert!(!well, "{said}");
        assert_eq!(said.matches("\nWrong: ").count(), 1, "{said}");
        let (_, finding) = said
            .split_once(&format!("\nWrong: {about}\n"))
            .unwrap_or_else(|| panic!("{about} in {said}"));
        let finding = finding.split("\n\n").next().unwrap_or_default();
        for part in ["How it was seen: ", "Where it is set right: "]
            .iter()
            .chain(words)
        {
            assert!(finding.contains(part), "{part:?} in {finding}");
        }
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_wrong_where_everything_is_right_and_all_that_was_started_is_one_interact() {
    let deployment = Deployment::new("well").await;
    let (said, well) = deployment.examined().await;
    assert!(well, "{said}");
    assert!(said.starts_with("Nothing is wrong"), "{said}");
    let posts = deployment.org.requests().into_iter();
    let posts: Vec<_> = posts.filter(|request| request.method == "POST").collect();
    assert_eq!(posts.len(), 1, "{posts:?}");
    assert!(posts[0].path.ends_with("/v1/interact"));
    assert!(deployment.org.inbox().is_empty());
}

/// What each switch of the org's makes the doctor say; the same in a browser.
const FAULTS: &str = include_str!("support/doctor.json");

#[derive(serde::Deserialize)]
struct Fault {
    switch: Value,
    about: String,
    words: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn each_switch_of_the_org_is_named_with_its_place_in_the_console() {
    let deployment = Deployment::new("switches").await;
    let faults = serde_json::from_str::<Vec<Fault>>(FAULTS).expect("a list of faults");
    let origin = Fault {
        switch: json!({"trustedOrigin": false}),
        about: "Trusted origin (CORS)".to_owned(),
        words: vec!["Trusted Origins".to_owned(), deployment.app.clone()],
    };
    for fault in faults.into_iter().chain([origin]) {
        deployment.console("client", fault.switch).await;
        let words: Vec<&str> = fault.words.iter().map(String::as_str).collect();
        deployment.ails(&fault.about, &words).await;
        deployment.console("reset", json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_named() {
    let deployment = Deployment::new("clock").await;
    let off = json!({"offSeconds": -86_400});
    deployment.console("clock", off).await;
    deployment
        .ails("Clock", &["864", "set by the network"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_the_configuration_is_named() {
    let deployment = Deployment::new("config").await;
    for (config, about, words) in [
        (
            json!({"clientId": "0oa-unknown"}),
            "Client ID",
            ["invalid_client", "Client Credentials"],
        ),
        (
            json!({"scopes": ["openid", "plan.write"]}),
            "Scopes",
            ["a scope: plan.write", "your server, Scopes"],
        ),
        (
            json!({"issuer": format!("{}s", deployment.issuer)}),
            "Issuer",
            ["404", "Issuer URI"],
        ),
        (
            json!({"issuer": "nothing"}),
            "config.json",
            ["the member issuer", "nothing has to be built"],
        ),
    ] {
        deployment.config(config);
        deployment.ails(about, &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_lacks_is_named() {
    let bars = "connect-src 'self'; frame-ancestors 'none'";
    let bars = Deployment::with("policy", bars, [WASM; 2]).await;
    bars.ails("Content security policy", &["connect-src is: 'self'"])
        .await;
    assert!(
        bars.org.requests().is_empty(),
        "what no page asks is not asked"
    );
    let wasm = Deployment::with("wasm", POLICY, ["text/plain", WASM]).await;
    wasm.ails("WebAssembly", &["/a_bg.wasm", "text/plain"])
        .await;
    let later = Deployment::with("later", POLICY, [WASM, "text/html"]).await;
    later
        .ails("WebAssembly", &["/later.wasm", "text/html"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_lets_others_frame_the_page_is_named() {
    let policy = POLICY.replace("frame-ancestors 'none'; ", "");
    let framed = Deployment::with("frames", &policy, [WASM; 2]).await;
    framed
        .ails("Frames", &["say of frames: nothing", "cargo xtask build"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_others_may_share_is_named() {
    let mut deployment = Deployment::new("folder").await;
    deployment.app.push_str("/auth");
    let (said, _) = deployment.examined().await;
    let (_, finding) = said
        .split_once("\nNot known: An origin of its own\n")
        .unwrap_or_else(|| panic!("{said}"));
    assert!(finding.contains("can read the tokens"), "{finding}");
}
