//! The two ends of the flow: interact, and what the tokens are and do (protocol 1).

use std::time::Duration;

use crate::support;
use crate::support::{APP, Answer, Browser, ISSUER, ORG, PASSWORD, Page, claims};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use org::TokenFault;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::signature::Verifier;
use rsa::{BigUint, RsaPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MARY: &str = "mary@acme.test";

async fn with_mary() -> Browser {
    let browser = Browser::new("password-only");
    browser
        .org
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    browser
}

async fn signed_in(browser: &Browser) -> Page {
    let page = browser.start().await;
    browser.sign_in(&page, MARY, PASSWORD).await
}

fn member(answer: &Answer, name: &str) -> String {
    answer.json[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {}", answer.text))
        .to_owned()
}

fn error(answer: &Answer) -> (u16, String) {
    assert!(
        answer.json["error_description"].is_string(),
        "{}",
        answer.text
    );
    (answer.status.as_u16(), member(answer, "error"))
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// Whether the signature is that of the published key.
async fn is_signed(browser: &Browser, token: &str) -> bool {
    let keys = browser.get(&format!("{ISSUER}/v1/keys")).await.json;
    let key = &keys["keys"][0];
    let number = |name: &str| {
        BigUint::from_bytes_be(
            &BASE64
                .decode(key[name].as_str().expect("a number"))
                .expect("base64"),
        )
    };
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let header: Value = serde_json::from_slice(
        &BASE64
            .decode(signed.split('.').next().expect("a header"))
            .expect("base64"),
    )
    .expect("JSON");
    assert_eq!(
        (&header["kid"], &header["alg"]),
        (&key["kid"], &json!("RS256"))
    );
    let public = RsaPublicKey::new(number("n"), number("e")).expect("a key");
    let signature = Signature::try_from(BASE64.decode(signature).expect("base64").as_slice())
        .expect("a signature");
    VerifyingKey::<Sha256>::new(public)
        .verify(signed.as_bytes(), &signature)
        .is_ok()
}

#[tokio::test]
async fn interact_refuses_each_thing_by_its_name() {
    let browser = with_mary().await;
    for (changed, status, code) in [
        (vec![("client_id", "someone-else")], 401, "invalid_client"),
        (vec![("client_id", "")], 401, "invalid_client"),
        (
            vec![("redirect_uri", "http://localhost:8080/elsewhere")],
            400,
            "invalid_request",
        ),
        (
            vec![(
                "redirect_uri",
                "http://localhost:8080.evil.test/login/callback",
            )],
            400,
            "invalid_request",
        ),
        (vec![("redirect_uri", "")], 400, "invalid_request"),
        (vec![("code_challenge", "")], 400, "invalid_request"),
        (vec![("code_challenge", "short")], 400, "invalid_request"),
        (
            vec![("code_challenge_method", "plain")],
            400,
            "invalid_request",
        ),
        (vec![("state", "")], 400, "invalid_request"),
        (vec![("scope", "openid everything")], 400, "invalid_scope"),
        (vec![("scope", "")], 400, "invalid_scope"),
        (vec![("max_age", "-1")], 400, "invalid_request"),
        (vec![("max_age", "2147483648")], 400, "invalid_request"),
        (vec![("activation_token", "x")], 400, "invalid_request"),
        (vec![("recovery_token", "x")], 400, "invalid_request"),
        (
            vec![("acr_values", "urn:okta:loa:9fa")],
            403,
            "access_denied",
        ),
        (
            vec![("state", "one"), ("state", "two")],
            400,
            "invalid_request",
        ),
    ] {
        let answer = browser.interact_with(&changed).await;
        assert_eq!(error(&answer), refused(status, code), "{changed:?}");
    }
    browser
        .post("/console/client", &json!({"interactionCode": false}))
        .await;
    assert_eq!(
        error(&browser.interact_with(&[]).await),
        refused(400, "unauthorized_client")
    );
    browser
        .post("/console/client", &json!({"interactionCode": true}))
        .await;
    assert_eq!(browser.interact_with(&[]).await.status, 200);
}

#[tokio::test]
async fn the_tokens_say_what_they_must_and_are_signed() {
    let browser = with_mary().await;
    let answer = browser.tokens(&signed_in(&browser).await).await;
    assert_eq!(answer.json["scope"], support::SCOPE);
    let (id_token, access_token) = (member(&answer, "id_token"), member(&answer, "access_token"));
    assert!(is_signed(&browser, &id_token).await && is_signed(&browser, &access_token).await);

    let id = claims(&id_token);
    assert_eq!(
        id["exp"].as_u64(),
        id["iat"].as_u64().map(|issued| issued + 3600)
    );
    assert!(id["sub"].as_str().is_some_and(|sub| sub.starts_with("00u")));
    assert!(id["jti"].as_str().is_some_and(|jti| jti.starts_with("ID.")));
    assert_eq!(
        (&id["ver"], &id["nonce"], &id["amr"]),
        (&json!(1), &json!("the-nonce"), &json!(["pwd"]))
    );
    assert_eq!(
        id["at_hash"],
        BASE64.encode(&Sha256::digest(&access_token)[..16])
    );
    assert!(id["auth_time"].as_u64() <= id["iat"].as_u64());

    let access = claims(&access_token);
    assert_eq!(
        (&access["aud"], &access["cid"], &access["sub"]),
        (&json!("api://default"), &json!("vestibule"), &json!(MARY))
    );
    assert_eq!(
        (&access["iss"], &access["uid"]),
        (&json!(format!("{ORG}/oauth2/default")), &id["sub"])
    );
    assert_eq!(
        access["scp"],
        json!(["openid", "profile", "email", "offline_access"])
    );
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_given() {
    let browser = with_mary().await;
    let answer = browser
        .interact_with(&[("scope", "openid"), ("nonce", "")])
        .await;
    let page = browser
        .introspect(&member(&answer, "interaction_handle"))
        .await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let answer = browser.tokens(&page).await;
    assert!(answer.json.get("refresh_token").is_none());
    let id = claims(&member(&answer, "id_token"));
    assert!(id.get("nonce").is_none() && id.get("email").is_none() && id.get("name").is_none());
    let info = browser.userinfo(&member(&answer, "access_token")).await;
    assert_eq!(info.json, json!({"sub": id["sub"]}));

    let answer = browser.interact_with(&[("scope", "profile")]).await;
    let page = browser
        .introspect(&member(&answer, "interaction_handle"))
        .await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    let answer = browser.tokens(&page).await;
    assert!(answer.json.get("id_token").is_none());
    let info = browser.userinfo(&member(&answer, "access_token")).await;
    assert_eq!(info.status, 403);
    assert!(
        info.headers["www-authenticate"]
            .to_str()
            .expect("text")
            .contains("insufficient_scope")
    );
}

#[tokio::test]
async fn a_code_is_taken_once_and_a_second_taker_ends_what_the_first_got() {
    let browser = with_mary().await;
    let page = signed_in(&browser).await;
    let first = browser.tokens(&page).await;
    assert_eq!(
        browser
            .userinfo(&member(&first, "access_token"))
            .await
            .status,
        200
    );
    assert_eq!(
        error(&browser.tokens(&page).await),
        refused(400, "invalid_grant")
    );
    assert_eq!(
        browser
            .userinfo(&member(&first, "access_token"))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_code_lives_for_a_minute() {
    let browser = with_mary().await;
    let page = signed_in(&browser).await;
    browser.org.clock().forward(Duration::from_secs(60));
    assert_eq!(
        error(&browser.tokens(&page).await),
        refused(400, "invalid_grant")
    );
}

#[tokio::test]
async fn the_exchange_refuses_each_thing_by_its_name() {
    let browser = with_mary().await;
    let other = "another-verifier-that-is-long-enough-to-be-one-01";
    for (changed, status, expected) in [
        (vec![("code_verifier", other)], 400, "invalid_grant"),
        (vec![("code_verifier", "")], 400, "invalid_request"),
        (
            vec![("redirect_uri", "http://localhost:8080/elsewhere")],
            400,
            "invalid_grant",
        ),
        (vec![("client_id", "someone-else")], 401, "invalid_client"),
        (
            vec![("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (vec![("grant_type", "")], 400, "invalid_request"),
        (vec![("interaction_code", "made-up")], 400, "invalid_grant"),
    ] {
        let page = signed_in(&browser).await;
        let code = page.interaction_code();
        let mut fields = changed.clone();
        if !changed.iter().any(|(name, _)| *name == "interaction_code") {
            fields.push(("interaction_code", &code));
        }
        assert_eq!(
            error(&browser.token_with(&fields).await),
            refused(status, expected),
            "{changed:?}"
        );
    }
}

#[tokio::test]
async fn the_redirect_uri_may_be_left_out_and_a_spent_code_stays_spent() {
    let browser = with_mary().await;
    let page = signed_in(&browser).await;
    let code = page.interaction_code();
    let answer = browser
        .token_with(&[("interaction_code", &code), ("redirect_uri", "")])
        .await;
    assert_eq!(answer.status, 200);

    let page = signed_in(&browser).await;
    let code = page.interaction_code();
    let other = "another-verifier-that-is-long-enough-to-be-one-01";
    assert_eq!(
        browser
            .token_with(&[("interaction_code", &code), ("code_verifier", other)])
            .await
            .status,
        400
    );
    assert_eq!(
        error(&browser.tokens(&page).await),
        refused(400, "invalid_grant"),
        "no second guess at the verifier"
    );
}

#[tokio::test]
async fn a_code_belongs_to_its_server_and_a_call_to_a_trusted_page() {
    let browser = with_mary().await;
    let page = signed_in(&browser).await;
    let code = page.interaction_code();
    let fields = [
        ("grant_type", "interaction_code"),
        ("client_id", "vestibule"),
        ("code_verifier", support::VERIFIER),
        ("interaction_code", code.as_str()),
    ];
    assert_eq!(
        error(&browser.form("/oauth2/v1/token", &fields).await),
        refused(400, "invalid_request")
    );

    let request = Request::post(format!("{ISSUER}/v1/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "http://evil.test");
    let body = format!(
        "grant_type=interaction_code&client_id=vestibule&interaction_code=x&code_verifier={}",
        support::VERIFIER
    );
    let answer = browser
        .send(request.body(Body::from(body)).expect("a request"))
        .await;
    assert_eq!(error(&answer), refused(400, "invalid_request"));
}

#[tokio::test]
async fn the_orgs_own_server_issues_too() {
    let browser = with_mary().await;
    let challenge = support::challenge();
    let callback = format!("{APP}/login/callback");
    let fields = [
        ("client_id", "vestibule"),
        ("scope", "openid"),
        ("redirect_uri", callback.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("state", "s"),
    ];
    let answer = browser.form("/oauth2/v1/interact", &fields).await;
    let page = browser
        .introspect(&member(&answer, "interaction_handle"))
        .await;
    let page = browser.sign_in(&page, MARY, PASSWORD).await;
    assert_eq!(
        page.json().pointer("/successWithInteractionCode/href"),
        Some(&json!(format!("{ORG}/oauth2/v1/token")))
    );
    let code = page.interaction_code();
    let fields = [
        ("grant_type", "interaction_code"),
        ("client_id", "vestibule"),
        ("code_verifier", support::VERIFIER),
        ("interaction_code", code.as_str()),
    ];
    let answer = browser.form("/oauth2/v1/token", &fields).await;
    assert_eq!(claims(&member(&answer, "id_token"))["iss"], ORG);
}

#[tokio::test]
async fn refresh_tokens_rotate_with_a_grace_of_30_seconds_and_reuse_ends_all() {
    let browser = with_mary().await;
    let first = browser.tokens(&signed_in(&browser).await).await;
    let old = member(&first, "refresh_token");
    let second = browser.refresh(&old).await;
    assert_eq!(second.status, 200);
    let new = member(&second, "refresh_token");
    assert_ne!(new, old);
    assert!(claims(&member(&second, "id_token")).get("nonce").is_none());
    assert_eq!(
        claims(&member(&second, "id_token"))["auth_time"],
        claims(&member(&first, "id_token"))["auth_time"]
    );

    browser.org.clock().forward(Duration::from_secs(29));
    let late = browser.refresh(&old).await;
    assert_eq!(
        (late.status, member(&late, "refresh_token")),
        (StatusCode::OK, new.clone()),
        "within the grace"
    );

    browser.org.clock().forward(Duration::from_secs(1));
    assert_eq!(
        error(&browser.refresh(&old).await),
        refused(400, "invalid_grant")
    );
    assert_eq!(
        error(&browser.refresh(&new).await),
        refused(400, "invalid_grant"),
        "the family is dead"
    );
    assert_eq!(
        browser
            .userinfo(&member(&second, "access_token"))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn a_refresh_asks_for_the_same_or_less_and_not_after_a_week() {
    let browser = with_mary().await;
    let first = browser.tokens(&signed_in(&browser).await).await;
    let token = member(&first, "refresh_token");
    let with_scope = |scope: &'static str, token: String| {
        let browser = browser.clone();
        async move {
            let fields = [
                ("grant_type", "refresh_token"),
                ("client_id", "vestibule"),
                ("refresh_token", token.as_str()),
                ("scope", scope),
            ];
            browser.form(&format!("{ISSUER}/v1/token"), &fields).await
        }
    };
    assert_eq!(
        error(&with_scope("openid all", token.clone()).await),
        refused(400, "invalid_scope")
    );
    let less = with_scope("openid", token).await;
    assert_eq!(less.json["scope"], "openid");
    browser
        .org
        .clock()
        .forward(Duration::from_secs(7 * 24 * 3600));
    assert_eq!(
        error(&browser.refresh(&member(&less, "refresh_token")).await),
        refused(400, "invalid_grant")
    );
    assert_eq!(
        error(&browser.refresh("made-up").await),
        refused(400, "invalid_grant")
    );
}

#[tokio::test]
async fn a_client_without_the_refresh_grant_gets_none() {
    let browser = with_mary().await;
    browser
        .post("/console/client", &json!({"refreshToken": false}))
        .await;
    let answer = browser.tokens(&signed_in(&browser).await).await;
    assert!(answer.status == 200 && answer.json.get("refresh_token").is_none());
    assert_eq!(
        error(&browser.refresh("x").await),
        refused(400, "unauthorized_client")
    );
}

#[tokio::test]
async fn userinfo_tells_the_claims_to_a_living_token_only() {
    let browser = with_mary().await;
    let answer = browser.tokens(&signed_in(&browser).await).await;
    let token = member(&answer, "access_token");
    let info = browser.userinfo(&token).await.json;
    assert_eq!(
        (&info["sub"], &info["email"], &info["name"]),
        (
            &claims(&member(&answer, "id_token"))["sub"],
            &json!(MARY),
            &json!("Mary Holm")
        )
    );
    browser.org.clock().forward(Duration::from_secs(3600));
    let old = browser.userinfo(&token).await;
    assert_eq!(old.status, 401);
    assert!(
        old.headers["www-authenticate"]
            .to_str()
            .expect("text")
            .contains("invalid_token")
    );
    assert_eq!(browser.userinfo("made-up").await.status, 401);
    assert_eq!(
        browser.get(&format!("{ISSUER}/v1/userinfo")).await.status,
        401
    );
}

#[tokio::test]
async fn revoked_tokens_are_dead_whoever_names_the_client_how() {
    let browser = with_mary().await;
    let revoke = format!("{ISSUER}/v1/revoke");
    let answer = browser.tokens(&signed_in(&browser).await).await;
    let (access, refresh) = (
        member(&answer, "access_token"),
        member(&answer, "refresh_token"),
    );

    // Okta's JavaScript client names itself by Basic without a colon.
    let request = Request::post(&revoke)
        .header("content-type", "application/x-www-form-urlencoded")
        .header(
            "authorization",
            format!("Basic {}", STANDARD.encode("vestibule")),
        );
    let done = browser
        .send(
            request
                .body(Body::from(format!(
                    "token={access}&token_type_hint=access_token"
                )))
                .expect("a request"),
        )
        .await;
    assert_eq!((done.status.as_u16(), done.text.as_str()), (200, ""));
    assert_eq!(browser.userinfo(&access).await.status, 401);
    let renewed = browser.refresh(&refresh).await;
    assert_eq!(renewed.status, 200, "the refresh token lives on");

    let refresh = member(&renewed, "refresh_token");
    let fields = [
        ("token", refresh.as_str()),
        ("token_type_hint", "refresh_token"),
        ("client_id", "vestibule"),
    ];
    assert_eq!(browser.form(&revoke, &fields).await.status, 200);
    assert_eq!(browser.refresh(&refresh).await.status, 400);
    assert_eq!(
        browser
            .userinfo(&member(&renewed, "access_token"))
            .await
            .status,
        401,
        "and takes its access tokens along"
    );
    assert_eq!(
        browser
            .form(&revoke, &[("token", "made-up"), ("client_id", "vestibule")])
            .await
            .status,
        200
    );
    assert_eq!(
        error(
            &browser
                .form(&revoke, &[("token", "x"), ("client_id", "nobody")])
                .await
        ),
        refused(401, "invalid_client")
    );
}

#[tokio::test]
async fn introspection_tells_the_living_from_the_dead() {
    let browser = with_mary().await;
    let answer = browser.tokens(&signed_in(&browser).await).await;
    let introspect = |token: String| {
        let browser = browser.clone();
        async move {
            browser
                .form(
                    &format!("{ISSUER}/v1/introspect"),
                    &[("token", &token), ("client_id", "vestibule")],
                )
                .await
                .json
        }
    };
    let access = introspect(member(&answer, "access_token")).await;
    assert_eq!(
        (&access["active"], &access["username"]),
        (&json!(true), &json!(MARY))
    );
    assert_eq!(
        introspect(member(&answer, "refresh_token")).await["active"],
        true
    );
    assert_eq!(
        introspect("made-up".to_owned()).await,
        json!({"active": false})
    );
    browser.org.clock().forward(Duration::from_secs(3600));
    assert_eq!(
        introspect(member(&answer, "access_token")).await,
        json!({"active": false})
    );
}

#[tokio::test]
async fn discovery_is_at_both_places_of_both_servers() {
    let browser = Browser::new("seed");
    for (start, issuer) in [("", ORG.to_owned()), (ISSUER, format!("{ORG}{ISSUER}"))] {
        for name in ["openid-configuration", "oauth-authorization-server"] {
            let document = browser
                .get(&format!("{start}/.well-known/{name}"))
                .await
                .json;
            assert_eq!(document["issuer"], issuer);
            assert_eq!(
                document["code_challenge_methods_supported"],
                json!(["S256"])
            );
            for member in [
                "token_endpoint",
                "userinfo_endpoint",
                "jwks_uri",
                "revocation_endpoint",
                "introspection_endpoint",
                "end_session_endpoint",
                "authorization_endpoint",
            ] {
                let path = document[member]
                    .as_str()
                    .and_then(|url| url.strip_prefix(ORG))
                    .expect("an address of the org");
                assert_ne!(browser.get(path).await.status, 404, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn logout_leads_to_a_registered_address_only() {
    let browser = with_mary().await;
    let answer = browser.tokens(&signed_in(&browser).await).await;
    let hint = member(&answer, "id_token");
    let logout = |query: String| {
        let browser = browser.clone();
        async move { browser.get(&format!("{ISSUER}/v1/logout?{query}")).await }
    };
    let back = logout(format!(
        "id_token_hint={hint}&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F&state=a%26b"
    ))
    .await;
    assert_eq!(
        (back.status.as_u16(), back.headers["location"].to_str().ok()),
        (302, Some("http://localhost:8080/?state=a%26b"))
    );
    let elsewhere = logout(format!(
        "id_token_hint={hint}&post_logout_redirect_uri=http%3A%2F%2Fevil.test%2F"
    ))
    .await;
    assert_eq!(elsewhere.status, 400);
    assert_eq!(
        logout(
            "id_token_hint=x.y.z&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2F"
                .to_owned()
        )
        .await
        .status,
        400
    );
    assert_eq!(logout(format!("id_token_hint={hint}")).await.status, 200);
    assert_eq!(
        browser
            .get(&format!("{ISSUER}/v1/authorize?client_id=vestibule"))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn tokens_can_be_made_wrong_in_each_way() {
    let browser = with_mary().await;
    for (kind, fault) in [
        ("signature", TokenFault::Signature),
        ("issuer", TokenFault::Issuer),
        ("audience", TokenFault::Audience),
        ("nonce", TokenFault::Nonce),
        ("expired", TokenFault::Expired),
    ] {
        assert_eq!(
            browser
                .post("/console/token-fault", &json!({"kind": kind}))
                .await
                .status,
            204
        );
        let answer = browser.tokens(&signed_in(&browser).await).await;
        let token = member(&answer, "id_token");
        let id = claims(&token);
        let issued = id["iat"].as_u64().expect("a time");
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970")
            .as_secs();
        let wrong = [
            (TokenFault::Signature, !is_signed(&browser, &token).await),
            (TokenFault::Issuer, id["iss"] != format!("{ORG}{ISSUER}")),
            (TokenFault::Audience, id["aud"] != "vestibule"),
            (TokenFault::Nonce, id["nonce"] != "the-nonce"),
            (TokenFault::Expired, issued + 3600 <= now - 3500),
        ];
        for (other, is_wrong) in wrong {
            assert_eq!(is_wrong, other == fault, "{kind}: {other:?}");
        }
    }
    browser
        .post("/console/token-fault", &json!({"kind": "none"}))
        .await;
    let answer = browser.tokens(&signed_in(&browser).await).await;
    assert!(is_signed(&browser, &member(&answer, "id_token")).await);
    assert_eq!(
        browser
            .post("/console/token-fault", &json!({"kind": "tired"}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn a_clock_moved_forward_leaves_the_tokens_believable() {
    let browser = with_mary().await;
    browser.org.clock().forward(Duration::from_secs(24 * 3600));
    let answer = browser.tokens(&signed_in(&browser).await).await;
    let issued = claims(&member(&answer, "id_token"))["iat"]
        .as_u64()
        .expect("a time");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    assert!(issued.abs_diff(now) < 60);
}
