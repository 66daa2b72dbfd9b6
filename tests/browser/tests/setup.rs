//! A deployment that is not set up: whoever runs it learns which setting is wrong.

use browser_tests::{Config, Failure, Fault, FaultKind, Scene, TokenFault, Visit, visit};

use crate::walk::{self, ADA, Stop};

async fn explains(visit: &Visit, words: &[&str]) {
    visit.reaches("error").await;
    visit.check().await;
    let page = visit.text().await;
    for words in words {
        assert!(page.contains(words), "{words:?} in {page}");
    }
}

fn config_is_wrong(name: &str, config: Config, words: &[&str]) {
    visit(
        &format!("config-{name}"),
        Scene::new().config(config.clone()),
        async |visit| {
            if matches!(config, Config::Missing) {
                visit.expect(Failure::Status(404));
            }
            visit.open("/login").await;
            explains(visit, words).await;
            assert!(visit.posts().await.is_empty(), "nobody is asked");
        },
    );
}

#[test]
fn a_config_that_is_missing_or_wrong_names_the_member() {
    config_is_wrong(
        "missing",
        Config::Missing,
        &["no config.json", "issuer", "clientId"],
    );
    config_is_wrong(
        "html",
        Config::text("<!doctype html>"),
        &["not a JSON object"],
    );
    config_is_wrong(
        "issuer",
        Config::text(r#"{"clientId":"vestibule"}"#),
        &["the member issuer"],
    );
    config_is_wrong(
        "issuer-relative",
        Config::text(r#"{"issuer":"/oauth2/default","clientId":"vestibule"}"#),
        &["the member issuer"],
    );
}

#[test]
fn a_config_with_one_member_wrong_names_that_member() {
    config_is_wrong(
        "client",
        Config::with("clientId", "null"),
        &["the member clientId"],
    );
    config_is_wrong(
        "redirect",
        Config::with("redirectUri", "7"),
        &["the member redirectUri"],
    );
    config_is_wrong(
        "scopes",
        Config::with("scopes", r#"["profile"]"#),
        &["the member scopes"],
    );
    config_is_wrong(
        "brand",
        Config::with("brand", r#""Acme""#),
        &["the member brand"],
    );
}

#[test]
fn a_brand_has_its_name_on_every_page() {
    let config = Config::with("brand", r#"{"name":"Acme Shop"}"#);
    visit("brand", Scene::new().config(config), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        assert!(
            visit.title().await.contains("Acme Shop"),
            "{}",
            visit.title().await
        );
    });
}

/// The org refuses to start. The page names the setting for whoever runs this, with the number of the request.
async fn is_refused(visit: &Visit, status: u16, words: &[&str]) {
    visit.expect(Failure::Status(status));
    visit.open("/login").await;
    explains(visit, words).await;
    assert!(
        visit.text().await.contains("Request ID"),
        "{}",
        visit.text().await
    );
}

#[test]
fn an_unknown_client_is_explained() {
    let config = Config::with("clientId", r#""0oa-unknown""#);
    visit(
        "unknown-client",
        Scene::new().config(config),
        async |visit| {
            is_refused(visit, 401, &["clientId"]).await;
        },
    );
}

#[test]
fn a_redirect_uri_that_is_not_registered_is_explained() {
    let config = Config::with(
        "redirectUri",
        r#""https://elsewhere.example/login/callback""#,
    );
    visit(
        "unknown-redirect",
        Scene::new().config(config),
        async |visit| {
            is_refused(
                visit,
                400,
                &["redirect URI", "https://elsewhere.example/login/callback"],
            )
            .await;
        },
    );
}

#[test]
fn a_grant_that_is_off_is_explained() {
    visit("grant", Scene::new(), async |visit| {
        let fault = Fault::once("/oauth2/default/v1/interact", FaultKind::OAuth);
        visit.arm(Fault {
            error: Some("unauthorized_client".to_owned()),
            ..fault
        });
        is_refused(visit, 400, &["Interaction Code"]).await;
    });
}

#[test]
fn a_scope_that_is_not_allowed_is_explained() {
    let config = Config::with("scopes", r#"["openid","profile","email","bank.read"]"#);
    visit("scope", Scene::new().config(config), async |visit| {
        is_refused(visit, 400, &["scope"]).await;
    });
}

fn is_not_signed_in(name: &str, fault: TokenFault) {
    visit(&format!("token-{name}"), Scene::new(), async |visit| {
        walk::to(visit, Stop::ThirdList).await;
        visit.arm_tokens(fault);
        visit.press("Skip").await;
        explains(visit, &["You are not signed in", "Start again"]).await;
        let kept = visit.storage().await;
        assert!(
            kept.session.is_empty() && kept.local.is_empty(),
            "nothing is stored: {kept:?}"
        );
        assert!(!visit.text().await.contains(ADA.email));
        visit.open("/").await;
        walk::is_nobody(visit).await;
    });
}

#[test]
fn an_id_token_with_a_bad_signature_signs_nobody_in() {
    is_not_signed_in("signature", TokenFault::Signature);
}

#[test]
fn an_id_token_of_another_issuer_signs_nobody_in() {
    is_not_signed_in("issuer", TokenFault::Issuer);
}

#[test]
fn an_id_token_for_another_client_signs_nobody_in() {
    is_not_signed_in("audience", TokenFault::Audience);
}

#[test]
fn an_id_token_with_another_nonce_signs_nobody_in() {
    is_not_signed_in("nonce", TokenFault::Nonce);
}

#[test]
fn an_expired_id_token_signs_nobody_in() {
    is_not_signed_in("expired", TokenFault::Expired);
}

#[test]
fn a_code_that_the_org_does_not_exchange_signs_nobody_in() {
    visit("exchange", Scene::new(), async |visit| {
        walk::to(visit, Stop::ThirdList).await;
        let fault = Fault::once("/oauth2/default/v1/token", FaultKind::OAuth);
        visit.arm(Fault {
            error: Some("invalid_grant".to_owned()),
            ..fault
        });
        visit.expect(Failure::Status(400));
        visit.press("Skip").await;
        visit.reaches("error").await;
        visit.check().await;
        assert!(
            visit
                .storage()
                .await
                .session
                .values()
                .all(|value| !value.contains("eyJ"))
        );
        visit.press("Start again").await;
        visit
            .until("a form", async || {
                (!visit.inputs().await.is_empty()).then_some(())
            })
            .await;
    });
}
