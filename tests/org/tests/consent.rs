//! Consent, and devices that are let in by a code (protocol 4.1, RFC 8628).

use std::time::Duration;

use crate::support::{Answer, Browser, ISSUER, PASSWORD, Page};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn with_mary(policy: &str) -> Browser {
    let browser = Browser::new(policy);
    browser
        .org
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    browser
}

async fn asked(policy: &str, scope: &str) -> (Browser, Page) {
    let browser = with_mary(policy).await;
    let answer = browser.interact_with(&[("scope", scope)]).await;
    let handle = answer.json["interaction_handle"]
        .as_str()
        .expect("a handle");
    let page = browser.introspect(handle).await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    (browser, page)
}

#[tokio::test]
async fn who_agrees_is_signed_in_with_what_was_asked() {
    let (browser, page) = asked("consent", "openid profile email").await;
    assert_eq!(page.steps(), ["consent"]);
    let scopes = page.json().pointer("/remediation/value/0/scopes");
    let names: Vec<&Value> = scopes
        .and_then(Value::as_array)
        .expect("scopes")
        .iter()
        .map(|scope| &scope["name"])
        .collect();
    assert_eq!(names, ["profile", "email"]);
    let asks = page.json().pointer("/authentication/value/issuer/uri");
    assert_eq!(asks, Some(&json!("http://localhost:8081/oauth2/default")));
    let nothing = browser.submit(&page, "consent", json!({})).await;
    assert_eq!((nothing.status(), nothing.steps().len()), (400, 1));
    let done = browser
        .submit(&page, "consent", json!({"consent": true}))
        .await;
    let tokens = browser.tokens(&done).await;
    assert_eq!(tokens.json["scope"], "openid profile email");
}

#[tokio::test]
async fn who_refuses_ends_and_is_not_signed_in() {
    let (browser, page) = asked("consent", "openid email").await;
    let end = browser
        .submit(&page, "consent", json!({"consent": false}))
        .await;
    assert_eq!(
        (end.status(), end.said(), end.steps().len()),
        (403, vec!["security.access_denied".to_owned()], 0)
    );
    let again = browser.submit(&end, "cancel", json!({})).await;
    assert_eq!(again.steps()[0], "identify");
}

#[tokio::test]
async fn a_scope_that_is_left_out_is_not_granted_and_dots_are_part_of_names() {
    let scope = "openid profile plan.read plan.read.all offline_access";
    let (browser, page) = asked("consent-by-scope", scope).await;
    assert_eq!(page.steps(), ["granular-consent"]);
    let opted =
        json!({"openid": false, "profile": true, "plan.read": true, "plan.read.all": false});
    let done = browser
        .submit(
            &page,
            "granular-consent",
            json!({"consent": true, "optedScopes": opted}),
        )
        .await;
    let tokens = browser.tokens(&done).await;
    assert_eq!(
        tokens.json["scope"],
        "openid profile plan.read offline_access"
    );
}

struct Device {
    browser: Browser,
    device_code: String,
    user_code: String,
}

impl Device {
    async fn new(policy: &str) -> Self {
        let browser = with_mary(policy).await;
        let fields = [
            ("client_id", "vestibule"),
            ("scope", "openid email offline_access"),
        ];
        let codes = browser
            .form(&format!("{ISSUER}/v1/device/authorize"), &fields)
            .await;
        let text = |name: &str| codes.json[name].as_str().expect("a code").to_owned();
        let (device_code, user_code) = (text("device_code"), text("user_code"));
        assert_eq!(user_code.len(), 9);
        Self {
            browser,
            device_code,
            user_code,
        }
    }

    async fn poll(&self) -> Answer {
        let fields = [
            ("grant_type", GRANT),
            ("client_id", "vestibule"),
            ("device_code", self.device_code.as_str()),
        ];
        let answer = self
            .browser
            .form(&format!("{ISSUER}/v1/token"), &fields)
            .await;
        self.browser.org.clock().forward(Duration::from_secs(6));
        answer
    }

    /// The page that the org's `/activate` leads to.
    async fn activate(&self, query: &str) -> Page {
        let answer = self.browser.get(&format!("/activate{query}")).await;
        let location = answer.headers["location"].to_str().expect("an address");
        let token = location
            .strip_prefix("http://localhost:8080/activate?stateToken=")
            .expect("the app's page");
        Page(
            self.browser
                .post("/idp/idx/introspect", &json!({"stateToken": token}))
                .await,
        )
    }
}

#[tokio::test]
async fn a_device_gets_its_tokens_when_its_owner_typed_the_code() {
    let device = Device::new("device-code").await;
    assert_eq!(device.poll().await.json["error"], "authorization_pending");
    let page = device.activate("").await;
    assert_eq!(page.steps(), ["user-code"]);
    let wrong = json!({"userCode": "AAAA-AAAA"});
    let wrong = device.browser.submit(&page, "user-code", wrong).await;
    assert_eq!(
        (wrong.status(), wrong.said(), wrong.steps().len()),
        (401, vec!["api.authn.error.PASSCODE_INVALID".to_owned()], 1)
    );
    let typed = json!({"userCode": device.user_code.to_lowercase()});
    let page = device.browser.submit(&page, "user-code", typed).await;
    assert_eq!(page.steps()[0], "identify");
    let end = device.browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        (end.status(), end.said(), end.steps().len()),
        (200, vec!["idx.device.activated".to_owned()], 0)
    );
    let tokens = device.poll().await;
    assert_eq!(tokens.json["scope"], "openid email offline_access");
    assert_eq!(device.poll().await.json["error"], "invalid_grant");
}

#[tokio::test]
async fn the_code_in_the_address_is_filled_in() {
    let device = Device::new("device-code").await;
    let page = device
        .activate(&format!("?user_code={}", device.user_code))
        .await;
    let value = page.json().pointer("/remediation/value/0/value/0/value");
    assert_eq!(value, Some(&json!(device.user_code.replace('-', ""))));
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_slowed_down_and_an_old_code_ends() {
    let device = Device::new("device-code").await;
    let page = device.activate("").await;
    let fields = [
        ("grant_type", GRANT),
        ("client_id", "vestibule"),
        ("device_code", device.device_code.as_str()),
    ];
    let path = format!("{ISSUER}/v1/token");
    device.browser.form(&path, &fields).await;
    let soon = device.browser.form(&path, &fields).await;
    assert_eq!(soon.json["error"], "slow_down");
    device.browser.org.clock().forward(Duration::from_secs(601));
    assert_eq!(device.poll().await.json["error"], "expired_token");
    let typed = json!({"userCode": device.user_code});
    let end = device.browser.submit(&page, "user-code", typed).await;
    assert_eq!(
        (end.said(), end.steps().len()),
        (vec!["idx.invalid.device.code".to_owned()], 0)
    );
}

#[tokio::test]
async fn an_owner_can_refuse() {
    let device = Device::new("consent").await;
    let page = device.activate("").await;
    let typed = json!({"userCode": device.user_code});
    let page = device.browser.submit(&page, "user-code", typed).await;
    let page = device.browser.sign_in(&page, MARY, PASSWORD).await;
    let no = json!({"consent": false});
    let end = device.browser.submit(&page, "consent", no).await;
    assert_eq!(
        end.said(),
        ["idx.device.not.activated.consent.denied".to_owned()]
    );
    assert_eq!(device.poll().await.json["error"], "access_denied");
}
