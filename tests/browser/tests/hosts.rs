//! The app behind the servers of others, with the files that a build writes for them.

use browser_tests::{Fetched, Host, Scene, Visit, visit};

use crate::walk::{self, ADA};

#[test]
fn nginx_at_the_root() {
    behind("nginx-root", Host::Nginx, "/");
}

#[test]
fn nginx_below_a_folder() {
    behind("nginx-folder", Host::Nginx, "/auth/");
}

#[test]
fn caddy_at_the_root() {
    behind("caddy-root", Host::Caddy, "/");
}

#[test]
fn caddy_below_a_folder() {
    behind("caddy-folder", Host::Caddy, "/auth/");
}

/// Ada makes her account. Every page on the way is checked as every page is: nothing in the console, no violation of the
/// policy, which comes from the server's own file.
fn behind(name: &str, host: Host, base: &'static str) {
    visit(name, Scene::new().host(host, base), async |visit| {
        walk::makes_account(visit).await;
        assert!(visit.person(ADA.email).is_some());
        says_how_long(visit).await;
    });
}

#[test]
fn nginx_tells_each_name_of_its_own_org() {
    by_name("nginx-names", Host::Nginx, "/");
}

#[test]
fn caddy_tells_each_name_of_its_own_org() {
    by_name("caddy-names", Host::Caddy, "/auth/");
}

/// Where a server has several brands, the page of each may reach its own org, and does.
fn by_name(name: &str, host: Host, base: &'static str) {
    let scene = Scene::new()
        .host(host, base)
        .brand("harbor.localhost", "seed", "Harbor Lights");
    visit(name, scene, async |visit| {
        let harbor = visit.brand();
        let name = harbor.origin.trim_start_matches("http://");
        let policy = async |page: Fetched| {
            let policy = page.header("content-security-policy");
            policy.unwrap_or_default().to_owned()
        };
        let (one, other) = (visit.org_origin(), &harbor.org_origin);
        for path in ["/login", "/config.json"] {
            let common = policy(visit.fetched(path).await).await;
            assert!(common.contains(one) && !common.contains(other), "{common}");
            let own = policy(visit.fetched_under(name, path).await).await;
            assert!(own.contains(other) && !own.contains(one), "{own}");
        }
        let transport = visit.fetched("/login").await;
        assert_eq!(transport.header("strict-transport-security"), None);
        visit.go(&format!("{}{base}login", harbor.origin)).await;
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.title().await, "Sign In – Harbor Lights");
    });
}

/// What the browser may keep, what it asks anew, and what is not there.
async fn says_how_long(visit: &Visit) {
    let page = visit.fetched("/").await;
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("trusted-types 'none'"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let wasm = page
        .text
        .split(['"', ' ', '=', '>'])
        .find(|part| part.ends_with("_bg.wasm"))
        .and_then(|path| path.rsplit('/').next())
        .expect("the page names its program");
    let wasm = visit.fetched(&format!("/{wasm}")).await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    assert_eq!(
        wasm.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert!(matches!(
        wasm.header("content-encoding"),
        Some("br" | "gzip")
    ));
    let config = visit.fetched("/config.json").await;
    assert_eq!(
        (config.status, config.header("cache-control")),
        (200, Some("no-cache"))
    );
    assert_eq!(visit.fetched("/login").await.status, 200);
    let missing = visit.fetched("/vestibule-0000000000000000.js").await;
    assert_eq!(missing.status, 404, "a file that is gone is no page");
}
