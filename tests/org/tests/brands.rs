//! Two brands: another name, other links, other people, and with two processes another issuer (scenario K25).

use crate::support;
use crate::support::{APP, Browser};
use org::{Org, Settings};
use serde_json::json;

#[tokio::test]
async fn k25_each_brand_has_its_name_its_links_and_its_people() {
    let browser = Browser::new("signup");
    let one = browser.start().await;
    let two = browser.start_as("brands").await;
    let app = |page: &support::Page| page.json()["app"]["value"].clone();
    assert_eq!(
        (&app(&one)["label"], &app(&two)["label"]),
        (&json!("Vestibule"), &json!("Harbor Lights"))
    );
    assert_eq!(app(&one).get("termsOfService"), None);
    assert_eq!(
        app(&two)["termsOfService"]["href"],
        "https://harbor.example/terms"
    );

    let mary = json!({"client": "brands"});
    browser.person("mary@acme.test", mary).await;
    let known = browser
        .submit(&two, "identify", json!({"identifier": "mary@acme.test"}))
        .await;
    assert_eq!(known.options(), ["Email", "Password"]);
    assert!(
        browser.org.people().is_empty(),
        "she is nobody to the first brand"
    );
}

#[tokio::test]
async fn k25_two_orgs_have_two_issuers_and_their_cookies_never_meet() {
    let org = |port: &str| Org::new(Settings::new(format!("http://localhost:{port}"), APP));
    for port in ["8081", "8082"] {
        let browser = Browser::of(org(port)).with_cookies();
        let found = browser
            .get("/oauth2/default/.well-known/openid-configuration")
            .await;
        assert_eq!(
            found.json["issuer"],
            format!("http://localhost:{port}/oauth2/default")
        );
        browser.person("mary@acme.test", json!({})).await;
        let page = browser.start().await;
        let body = json!({"stateHandle": page.handle(), "identifier": "mary@acme.test",
            "credentials": {"passcode": support::PASSWORD}});
        browser.post("/idp/idx/identify", &body).await;
        let names: Vec<_> = browser.cookies().into_keys().collect();
        assert_eq!(names, [format!("sid-{port}")]);
    }
}
