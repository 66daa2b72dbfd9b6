//! Tokens bound to a key (RFC 9449), the resource behind them (RFC 9470), and keys and clocks that change.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::{APP, Answer, Browser, ISSUER, ORG, PASSWORD, VERIFIER, claims};
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MARY: &str = "mary@acme.test";

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32].into()).expect("a key")
}

/// A proof as a client makes it; `changed` spoils it.
fn proof(key: &SigningKey, usual: Value, changed: &Value) -> String {
    let point = key.verifying_key().to_encoded_point(false);
    let (x, y) = (point.x().expect("x"), point.y().expect("y"));
    let mut header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": {
        "kty": "EC", "crv": "P-256", "x": BASE64.encode(x), "y": BASE64.encode(y)
    }});
    let mut claims = usual;
    for (name, value) in changed.as_object().into_iter().flatten() {
        match header.get_mut(name) {
            Some(member) => *member = value.clone(),
            None => claims[name] = value.clone(),
        }
    }
    let signed = format!(
        "{}.{}",
        BASE64.encode(header.to_string()),
        BASE64.encode(claims.to_string())
    );
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(signature.to_bytes()))
}

fn for_token(nonce: Option<&str>, id: &str) -> Value {
    let mut claims =
        json!({"htm": "POST", "htu": format!("{ORG}{ISSUER}/v1/token"), "iat": now(), "jti": id});
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    claims
}

fn for_me(nonce: &str, id: &str, token: &str) -> Value {
    let hash = BASE64.encode(Sha256::digest(token));
    json!({"htm": "GET", "htu": format!("{ORG}/api/me"), "iat": now(), "jti": id, "nonce": nonce, "ath": hash})
}

async fn token(browser: &Browser, code: &str, proof: &str) -> Answer {
    let body = format!(
        "grant_type=interaction_code&client_id=vestibule&code_verifier={VERIFIER}&interaction_code={code}"
    );
    send(browser, body, proof).await
}

async fn send(browser: &Browser, body: String, proof: &str) -> Answer {
    let request = Request::post(format!("{ISSUER}/v1/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", APP)
        .header("dpop", proof);
    browser
        .send(request.body(Body::from(body)).expect("a request"))
        .await
}

async fn me(browser: &Browser, authorization: &str, proof: Option<&str>, query: &str) -> Answer {
    let mut request =
        Request::get(format!("/api/me{query}")).header("authorization", authorization);
    if let Some(proof) = proof {
        request = request.header("dpop", proof);
    }
    browser
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

fn nonce(answer: &Answer) -> String {
    answer.headers["dpop-nonce"]
        .to_str()
        .expect("a nonce")
        .to_owned()
}

fn challenge(answer: &Answer) -> String {
    answer.headers["www-authenticate"]
        .to_str()
        .expect("a challenge")
        .to_owned()
}

async fn code(browser: &Browser) -> String {
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    page.interaction_code()
}

async fn with_mary() -> Browser {
    let browser = Browser::new("password-only");
    browser
        .org
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    browser
}

/// Mary with a bound token, and the nonce that goes with it.
async fn bound(browser: &Browser) -> (Answer, String) {
    let code = code(browser).await;
    let refused = token(
        browser,
        &code,
        &proof(&key(1), for_token(None, "1"), &json!({})),
    )
    .await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json["error"]),
        (400, &json!("use_dpop_nonce"))
    );
    let nonce = nonce(&refused);
    let sent = proof(&key(1), for_token(Some(&nonce), "2"), &json!({}));
    let tokens = token(browser, &code, &sent).await;
    assert_eq!(tokens.json["token_type"], "DPoP", "{}", tokens.text);
    (tokens, nonce)
}

fn access_token(tokens: &Answer) -> &str {
    tokens.json["access_token"]
        .as_str()
        .expect("an access token")
}

#[tokio::test]
async fn a_token_is_bound_after_the_dance_for_the_nonce() {
    let browser = with_mary().await;
    let (tokens, nonce) = bound(&browser).await;
    let access = access_token(&tokens);
    assert!(claims(access)["cnf"]["jkt"].is_string());

    let bearer = me(&browser, &format!("Bearer {access}"), None, "").await;
    assert_eq!(bearer.status, 401, "a bound token is no bearer token");
    let authorization = format!("DPoP {access}");
    assert_eq!(me(&browser, &authorization, None, "").await.status, 401);
    let sent = proof(&key(1), for_me(&nonce, "3", access), &json!({}));
    let answer = me(&browser, &authorization, Some(&sent), "").await;
    assert_eq!(answer.json["login"], MARY, "{}", answer.text);
    let again = me(&browser, &authorization, Some(&sent), "").await;
    assert_eq!(again.status, 401, "a proof is good once");
    let other = proof(&key(2), for_me(&nonce, "4", access), &json!({}));
    let other = me(&browser, &authorization, Some(&other), "").await;
    assert!(challenge(&other).starts_with("DPoP error=\"invalid_dpop_proof\""));
}

#[tokio::test]
async fn every_part_of_a_proof_is_looked_at() {
    let browser = with_mary().await;
    let (tokens, nonce) = bound(&browser).await;
    let access = access_token(&tokens).to_owned();
    let authorization = format!("DPoP {access}");
    for (at, (changed, error)) in [
        (json!({"typ": "JWT"}), "invalid_dpop_proof"),
        (json!({"alg": "none"}), "invalid_dpop_proof"),
        (json!({"jwk": {"kty": "EC"}}), "invalid_dpop_proof"),
        (json!({"htm": "POST"}), "invalid_dpop_proof"),
        (
            json!({"htu": format!("{ORG}/api/you")}),
            "invalid_dpop_proof",
        ),
        (json!({"iat": now() - 900}), "invalid_dpop_proof"),
        (json!({"iat": now() + 900}), "invalid_dpop_proof"),
        (json!({"ath": "x"}), "invalid_dpop_proof"),
        (json!({"jti": ""}), "invalid_dpop_proof"),
        (json!({"nonce": "x"}), "use_dpop_nonce"),
        (json!({"nonce": null}), "use_dpop_nonce"),
    ]
    .into_iter()
    .enumerate()
    {
        let usual = for_me(&nonce, &format!("n{at}"), &access);
        let sent = proof(&key(1), usual, &changed);
        let answer = me(&browser, &authorization, Some(&sent), "").await;
        assert!(
            challenge(&answer).contains(error) && answer.status == 401,
            "{changed}: {}",
            challenge(&answer)
        );
    }
    let whole = proof(&key(1), for_me(&nonce, "whole", &access), &json!({}));
    let cut = whole.get(..whole.len() - 4).expect("a longer text");
    assert_eq!(
        me(&browser, &authorization, Some(cut), "").await.status,
        401
    );
    assert_eq!(
        me(&browser, &authorization, Some("x"), "").await.status,
        401
    );
    assert_eq!(
        me(&browser, &authorization, Some(&whole), "").await.status,
        200
    );
}

#[tokio::test]
async fn a_refresh_token_is_good_with_its_key_alone_and_nonces_change() {
    let browser = with_mary().await;
    let (tokens, nonce_before) = bound(&browser).await;
    let refresh = tokens.json["refresh_token"].as_str().expect("a token");
    let body = format!("grant_type=refresh_token&client_id=vestibule&refresh_token={refresh}");
    let other = proof(&key(2), for_token(Some(&nonce_before), "a"), &json!({}));
    let refused = send(&browser, body.clone(), &other).await;
    assert_eq!(refused.json["error"], "invalid_grant");

    browser.post("/console/dpop-nonce", &json!({})).await;
    let old = proof(&key(1), for_token(Some(&nonce_before), "b"), &json!({}));
    let refused = send(&browser, body.clone(), &old).await;
    assert_eq!(refused.json["error"], "use_dpop_nonce");
    let fresh = proof(&key(1), for_token(Some(&nonce(&refused)), "c"), &json!({}));
    let renewed = send(&browser, body, &fresh).await;
    assert_eq!(renewed.json["token_type"], "DPoP", "{}", renewed.text);
}

#[tokio::test]
async fn an_org_can_leave_it_or_insist() {
    let browser = with_mary().await;
    browser
        .post("/console/client", &json!({"dpop": "off"}))
        .await;
    let ignored = proof(&key(1), for_token(None, "1"), &json!({}));
    let tokens = token(&browser, &code(&browser).await, &ignored).await;
    assert_eq!(tokens.json["token_type"], "Bearer");
    browser
        .post("/console/client", &json!({"dpop": "required"}))
        .await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let refused = browser.tokens(&page).await;
    assert_eq!(refused.json["error"], "invalid_dpop_proof");
}

#[tokio::test]
async fn a_resource_can_ask_for_more() {
    let browser = with_mary().await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let tokens = browser.tokens(&page).await;
    let authorization = format!("Bearer {}", access_token(&tokens));
    assert_eq!(
        me(&browser, &authorization, None, "").await.json["login"],
        MARY
    );
    let acr = me(
        &browser,
        &authorization,
        None,
        "?acr_values=urn:okta:loa:2fa:any",
    )
    .await;
    let said = challenge(&acr);
    assert!(
        acr.status == 401
            && said.contains("insufficient_user_authentication")
            && said.contains("acr_values=\"urn:okta:loa:2fa:any\""),
        "{said}"
    );
    assert_eq!(
        me(&browser, &authorization, None, "?max_age=60")
            .await
            .status,
        200
    );
    browser.org.clock().forward(Duration::from_secs(61));
    let old = me(&browser, &authorization, None, "?max_age=60").await;
    assert!(challenge(&old).contains("max_age=\"60\""));
    let nobody = me(&browser, "Bearer x", None, "").await;
    assert!(challenge(&nobody).contains("invalid_token"));
}

#[tokio::test]
async fn keys_rotate_and_the_told_time_can_be_off() {
    let browser = with_mary().await;
    let path = format!("{ISSUER}/v1/keys");
    let before = browser.get(&path).await.json;
    browser.post("/console/keys", &json!({})).await;
    let both = browser.get(&path).await.json;
    assert_eq!(both["keys"].as_array().map(Vec::len), Some(2));
    let after = browser
        .post("/console/keys", &json!({"forget": true}))
        .await;
    assert_eq!(after.json["keys"].as_array().map(Vec::len), Some(1));

    browser
        .post("/console/clock", &json!({"offSeconds": -86_400}))
        .await;
    let page = browser.start().await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let tokens = browser.tokens(&page).await;
    let told = claims(tokens.json["id_token"].as_str().expect("an ID token"));
    let issued = told["iat"].as_u64().expect("a time");
    assert!(issued.abs_diff(now() - 86_400) < 60);
    browser.post("/console/reset", &json!({})).await;
    assert_eq!(browser.get(&path).await.json, before);
}
