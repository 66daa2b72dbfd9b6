//! What no client can be ready for, and what this one cannot do: never the end of the road.

use std::sync::{Arc, Mutex, PoisonError};

use browser_tests::{Failure, Fault, FaultKind, Key, Page, Scene, Script, Visit, scripted, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA, Stop};

async fn switch(visit: &Visit, switches: Value) {
    visit.console_of_the_org("POST", "client", &switches).await;
}

#[test]
fn k30_maintenance_somebody_not_assigned_and_a_step_that_nobody_knows() {
    visit("k30", Scene::new().policy("password-only"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        let eve = json!({"email": "eve@example.com", "firstName": "Eve", "lastName": "Holm",
            "password": ADA.password, "assigned": false});
        visit.console_of_the_org("POST", "people", &eve).await;
        // The org is being looked after: the page waits, says so, and goes on by itself.
        switch(visit, json!({"maintenance": "waiting"})).await;
        visit.open("/login").await;
        visit.reaches("poll").await;
        visit.check().await;
        visit.screenshot("k30-maintenance").await;
        assert!(!visit.buttons().await.is_empty(), "there is a way out");
        switch(
            visit,
            json!({"maintenance": "off", "oddField": true, "oddRemediation": true}),
        )
        .await;
        visit.at("identify", "Sign In").await;

        // Who may not use this app can try another account.
        visit.expect(Failure::Status(400));
        visit.expect(Failure::Status(403));
        walk::signs_in(visit, "eve@example.com", ADA.password).await;
        let errors = visit.refused("identify").await;
        assert!(
            errors.says("Your account may not use this app"),
            "{errors:?}"
        );
        assert_eq!(visit.value("credentials.passcode").await, "");
        // A field of a type that nobody knows stands in nobody's way.
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit.at("tell-favorite-shade", "Tell favorite shade").await;
        visit.screenshot("k30-unknown-step").await;
        let asked = visit.inputs().await;
        assert!(!asked.is_empty() && asked.iter().all(|input| !input.label.is_empty()));
        let before = visit.posts().await.len();
        for input in &asked {
            match input.kind.as_str() {
                "checkbox" => {}
                "radio" => visit.choose(&input.label).await,
                "select-one" => {
                    let script = format!(
                        "document.getElementsByName('{}')[0].selectedIndex = 1",
                        input.name
                    );
                    visit.evaluate(&script).await;
                }
                _ => visit.fill_name(&input.name, "teal").await,
            }
        }
        // Half an answer: the step stays, with what was typed, and can be sent again.
        visit.arm(Fault::once("/idp/idx/", FaultKind::Cut));
        visit.press("Continue").await;
        let errors = visit.refused("tell-favorite-shade").await;
        assert!(errors.says("not answering properly"), "{errors:?}");
        visit.press("Try again").await;
        Stop::Home.met(visit).await;
        assert!(visit.posts().await.len() > before + 1);
    });
}

/// What Duo's frame would send, which these pages do not load.
async fn duo_answers(visit: &Visit) {
    let press = json!({"email": ADA.email, "answer": "approve"});
    let signed = visit.console_of_the_org("POST", "duo", &press).await;
    let handle = visit.posts().await.into_iter().rev();
    let handle = handle.filter_map(|post| post.sent("/stateHandle")).next();
    let body = json!({"stateHandle": handle, "credentials": signed});
    let send = format!(
        "fetch('{}/idp/idx/challenge/answer', {{ method: 'POST', credentials: 'omit', \
         headers: {{ 'content-type': 'application/json' }}, body: JSON.stringify({body}) }}).then(() => null)",
        visit.org_origin()
    );
    visit.expect(Failure::Status(403));
    visit.evaluate(&send).await;
    visit
        .until("the org to have it", async || {
            (visit.org_was_asked("/idp/idx/challenge/answer") > 0).then_some(())
        })
        .await;
}

#[test]
fn k30_duo_cannot_run_here_and_who_is_not_let_in_reads_why() {
    visit("k30-duo", Scene::new().policy("odd"), async |visit| {
        let guest = json!({"email": ADA.email, "firstName": ADA.first, "lastName": ADA.last,
            "password": ADA.password, "groups": ["Visitors"]});
        visit.console_of_the_org("POST", "people", &guest).await;
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        walk::takes(visit, "Duo Security").await;
        visit.at("enroll-authenticator", "Duo Security").await;
        visit
            .reads("nothing of anybody else runs beside your password")
            .await;
        visit.screenshot("k30-duo").await;
        let buttons = visit.buttons().await.join("|");
        assert!(
            buttons.contains("Sign in on the page of localhost"),
            "the org's own page can: {buttons}"
        );
        assert!(buttons.contains("Back to sign in"), "{buttons}");

        duo_answers(visit).await;
        visit.expect(Failure::Status(403));
        visit.reload().await;
        visit.reaches("terminal").await;
        visit
            .reads("Visitors have no access to this app. Ask your host to invite you.")
            .await;
        visit.check().await;
        visit.screenshot("k30-denied").await;
        let links = visit
            .evaluate("[...document.querySelectorAll('main a[href^=https]')].map((one) => [one.innerText.trim(), one.href])")
            .await;
        assert_eq!(
            links,
            json!([
                ["How to be invited", "https://help.acme.test/invitations"],
                ["Who is your host?", "https://help.acme.test/hosts"]
            ])
        );
        visit.press("Start again").await;
        visit.at("identify", "Sign In").await;
    });
}

#[test]
fn k30_an_authenticator_that_no_client_has_heard_of_is_a_form() {
    visit(
        "k30-hologram",
        Scene::new().policy("odd-factor"),
        async |visit| {
            walk::comes_with_an_account(visit).await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            visit
                .at("select-authenticator-enroll", "Choose an authenticator")
                .await;
            let name = visit.choice_labels().await.remove(0);
            walk::takes(visit, &name).await;
            visit.reaches("enroll-authenticator").await;
            visit.check().await;
            visit.screenshot("k30-hologram").await;
            let submit = "document.querySelector('form button:not([type=button])').innerText";
            let button = visit
                .evaluate(submit)
                .await
                .as_str()
                .expect("a button")
                .to_owned();
            visit.fill("Reading on the hologram", "blue").await;
            visit.press(&button).await;
            Stop::Home.met(visit).await;

            walk::comes_again(visit).await;
            walk::signs_in(visit, ADA.email, ADA.password).await;
            visit.reaches("challenge-authenticator").await;
            visit.check().await;
            let button = visit
                .evaluate(submit)
                .await
                .as_str()
                .expect("a button")
                .to_owned();
            visit.expect(Failure::Status(401));
            visit.fill("Reading on the hologram", "green").await;
            visit.press(&button).await;
            visit.refused("challenge-authenticator").await;
            visit.fill("Reading on the hologram", "blue").await;
            visit.press(&button).await;
            Stop::Home.met(visit).await;
        },
    );
}

const CHALLENGE: &str = include_str!("../../fixtures/challenge-authenticator.json");
const END: &str = r#"{"version":"1.0.0","messages":{"type":"array","value":[{"message":"That is all.","class":"INFO"}]}}"#;

/// A page that asks for what a token shows, or sets it up with these fields.
fn token(org: &str, key: &str, name: &str, step: &str, fields: &Value) -> String {
    let text = CHALLENGE.replace("https://id.acme.test", org);
    let mut page: Value = serde_json::from_str(&text).expect("JSON");
    page["messages"] = Value::Null;
    let form = &mut page["remediation"]["value"][0];
    form["name"] = json!(step);
    form["relatesTo"] = json!(["$.currentAuthenticator"]);
    form["value"][0]["form"]["value"] = fields.clone();
    let kind = if key == "symantec_vip" {
        "app"
    } else {
        "security_key"
    };
    page["currentAuthenticatorEnrollment"] = Value::Null;
    page["currentAuthenticator"] = json!({"type": "object", "value": {"type": kind, "key": key,
        "id": "autToken", "displayName": name, "methods": [{"type": "otp"}]}});
    page.to_string()
}

/// What somebody does with a token, and what the org gets of it.
struct Token {
    key: &'static str,
    name: &'static str,
    step: &'static str,
    fields: Value,
    says: &'static str,
    typed: &'static [(&'static str, &'static str)],
    sent: Value,
}

fn tokens() -> Vec<Token> {
    let code =
        json!([{"name": "passcode", "label": "Enter code", "required": true, "secret": true}]);
    let plain = json!([{"name": "passcode", "label": "Enter code", "required": true}]);
    let three = json!([{"name": "credentialId", "label": "Credential ID", "required": true},
        {"name": "passcode", "label": "Security code 1", "required": true},
        {"name": "nextPasscode", "label": "Security code 2", "required": true}]);
    vec![
        Token {
            key: "yubikey_token",
            name: "YubiKey",
            step: "challenge-authenticator",
            fields: code.clone(),
            says: "it types the code for you",
            // It presses Enter itself.
            typed: &[(
                "credentials.passcode",
                "ccccccjlkjhgtrnrbvcllbkjfdrntkkeihlcnefcifrb\n",
            )],
            sent: json!({"passcode": "ccccccjlkjhgtrnrbvcllbkjfdrntkkeihlcnefcifrb"}),
        },
        Token {
            key: "rsa_token",
            name: "RSA SecurID",
            step: "challenge-authenticator",
            fields: code,
            says: "RSA SecurID",
            // A PIN with a letter and a sign stands before the code.
            typed: &[("credentials.passcode", "Pin-7!123456")],
            sent: json!({"passcode": "Pin-7!123456"}),
        },
        Token {
            key: "custom_otp",
            name: "Atko Custom OTP",
            step: "challenge-authenticator",
            fields: plain,
            says: "Atko Custom OTP",
            typed: &[("credentials.passcode", " 123 456 ")],
            sent: json!({"passcode": "123456"}),
        },
        Token {
            key: "symantec_vip",
            name: "Symantec VIP",
            step: "enroll-authenticator",
            fields: three,
            says: "and then the next one",
            typed: &[
                ("credentials.credentialId", "VSST1234"),
                ("credentials.passcode", "111111"),
                ("credentials.nextPasscode", "222222"),
            ],
            sent: json!({"credentialId": "VSST1234", "passcode": "111111", "nextPasscode": "222222"}),
        },
    ]
}

#[test]
fn what_hardware_tokens_type_goes_out_as_they_typed_it() {
    let body: Arc<Mutex<String>> = Arc::default();
    let said = body.clone();
    let org = async move {
        Script::new(move |path, _| match path {
            _ if path.ends_with("/v1/interact") => {
                (200, json!({"interaction_handle": "ih"}).to_string())
            }
            "/idp/idx/introspect" => (
                200,
                said.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            ),
            _ => (200, END.to_owned()),
        })
        .await
    };
    scripted(
        "tokens",
        &json!({}),
        org,
        async |page: &Page, org: &Script| {
            for (count, token) in tokens().into_iter().enumerate() {
                *body.lock().unwrap_or_else(PoisonError::into_inner) = self::token(
                    org.origin(),
                    token.key,
                    token.name,
                    token.step,
                    &token.fields,
                );
                page.open("/login").await;
                page.reaches(token.step).await;
                page.reads(token.says).await;
                page.check().await;
                page.screenshot(&format!("token-{}", token.key)).await;
                for (name, text) in token.typed {
                    match text.strip_suffix('\n') {
                        Some(text) => {
                            let waits = page.focused().await;
                            assert_eq!(
                                waits,
                                format!("input {name}"),
                                "it types where the focus is"
                            );
                            page.keys(text).await;
                            page.key(Key::Enter).await;
                        }
                        None => page.fill_name(name, text).await,
                    }
                }
                if !token.typed[0].1.ends_with('\n') {
                    page.press("Submit").await;
                }
                let sent = page
                    .until(token.name, async || {
                        org.sent_to("/challenge/answer").get(count).cloned()
                    })
                    .await;
                assert_eq!(sent.json()["credentials"], token.sent, "{}", token.key);
                page.at("terminal", "This is as far as it goes").await;
                assert!(!page.address().await.contains('?'));
                let told = page.console().await.join("\n") + &format!("{:?}", page.storage().await);
                assert!(
                    !token
                        .sent
                        .as_object()
                        .into_iter()
                        .flatten()
                        .any(|(_, secret)| {
                            secret.as_str().is_some_and(|secret| told.contains(secret))
                        })
                );
            }
        },
    );
}
