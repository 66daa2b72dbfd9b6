//! What the browser is asked for, and what is sent of its answer: with an org that says what a recording says.

use std::time::Duration;

use browser_tests::{Credential, Device, Page, Script, Sent, scripted};
use serde_json::{Value, json};
use tokio::time::sleep;

const ENROL: &str = include_str!("../../../fixtures/enroll-authenticator-webauthn.json");
const VERIFY: &str = include_str!("../../../fixtures/challenge-authenticator-webauthn.json");
const PROMOTION: &str = include_str!("../../../fixtures/enroll-authenticator-promotion.json");
const LIST: &str =
    include_str!("../../../fixtures/challenge-webauthn-autofillui-authenticator.json");
const PICK: &str = include_str!("../../../fixtures/launch-passkeys-authenticator.json");

/// Tells a story of the app at an org that begins with this page and ends after it.
fn met(name: &str, body: Value, story: impl AsyncFnOnce(&Page, &Script)) {
    let org = async {
        let org = Script::new(|_, _| (404, String::new())).await;
        let body = body
            .to_string()
            .replace("https://id.acme.test", org.origin());
        org.says(move |path, _| match path {
            "/idp/idx/introspect" => (200, body.clone()),
            _ if path.ends_with("/v1/interact") => {
                (200, json!({ "interaction_handle": "ih" }).to_string())
            }
            _ => (200, END.to_owned()),
        });
        org
    };
    scripted(name, &json!({}), org, story);
}

const END: &str = r#"{"version":"1.0.0","messages":{"type":"array","value":[{"message":"That is all.","class":"INFO"}]}}"#;

/// What was sent of the page.
fn answers(org: &Script) -> Vec<Sent> {
    let mut sent = org.sent();
    sent.retain(|sent| !sent.path.ends_with("/interact") && !sent.path.ends_with("/introspect"));
    sent
}

/// A recording for this machine's site: what it says of another would be refused by the browser.
fn here(body: &str) -> Value {
    let mut root: Value = serde_json::from_str(body).expect("JSON");
    for holder in ["currentAuthenticator", "webauthnAutofillUIChallenge"] {
        let Some(value) = root
            .get_mut(holder)
            .and_then(|holder| holder.get_mut("value"))
        else {
            continue;
        };
        let context = match value.get("contextualData") {
            Some(_) => &mut value["contextualData"],
            None => value,
        };
        if let Some(data) = context.get_mut("activationData") {
            data["rp"]["id"] = json!("localhost");
        }
        if let Some(data) = context.get_mut("challengeData") {
            data["rpId"] = json!("localhost");
        }
    }
    root
}

async fn sent(page: &Page, org: &Script) -> (Sent, Value) {
    let sent = page
        .until("a request", async || answers(org).into_iter().next())
        .await;
    let body = sent.json();
    (sent, body)
}

/// The client data that was sent, read in the browser: it is ordinary base64 with padding.
async fn client_data(page: &Page, body: &Value) -> Value {
    let text = page
        .evaluate(&format!("atob({})", body["credentials"]["clientData"]))
        .await;
    serde_json::from_str(text.as_str().unwrap_or_default()).expect("JSON")
}

fn members(body: &Value) -> Vec<&str> {
    let members = body["credentials"].as_object().expect("an object");
    let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_new_key_is_made_by_one_press_and_sent_as_the_form_lists_it() {
    met("key-made", here(ENROL), async |page, org| {
        let device = page.plugs_in(Device::KEY).await;
        page.open("/login").await;
        page.at("enroll-authenticator", "Set up Security Key or Biometric")
            .await;
        assert_eq!(page.inputs().await, [], "there is nothing to type");
        sleep(Duration::from_millis(300)).await;
        assert_eq!(
            page.credentials(&device).await,
            [],
            "nothing begins by itself"
        );
        page.press("Set up").await;
        let (request, body) = sent(page, org).await;
        assert_eq!(request.path, "/idp/idx/challenge/answer");
        assert_eq!(
            members(&body),
            [
                "attestation",
                "clientData",
                "clientExtensions",
                "transports"
            ]
        );
        assert_eq!(body["credentials"]["transports"], r#"["usb"]"#);
        assert_eq!(body["credentials"]["clientExtensions"], "{}");
        let data = client_data(page, &body).await;
        assert_eq!(data["type"], "webauthn.create");
        assert_eq!(data["challenge"], "cDZyMkwwVnQ");
        assert_eq!(data["origin"], page.origin());
        let made = page.credentials(&device).await;
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].site, "localhost");
        page.settles().await;
        page.check().await;
    });
}

#[test]
fn a_key_proves_who_its_owner_is_whichever_of_them_is_at_hand() {
    met("key-used", here(VERIFY), async |page, org| {
        let device = page.plugs_in(Device::KEY).await;
        page.keeps(&device, &credential("Qmx1ZS1rZXktMDAwMg=="))
            .await;
        page.open("/login").await;
        page.at(
            "challenge-authenticator",
            "Verify with Security Key or Biometric",
        )
        .await;
        assert_eq!(page.inputs().await, []);
        page.press("Verify").await;
        let (_, body) = sent(page, org).await;
        assert_eq!(
            members(&body),
            ["authenticatorData", "clientData", "signatureData"]
        );
        let data = client_data(page, &body).await;
        assert_eq!(data["type"], "webauthn.get");
        assert_eq!(data["challenge"], "cDZyMkwwVnQ");
        let used = page.credentials(&device).await;
        assert!(used[0].uses > 0, "{used:?}");
    });
}

#[test]
fn a_key_that_is_set_up_already_is_told_from_a_new_one() {
    met("key-known", here(ENROL), async |page, org| {
        let device = page.plugs_in(Device::KEY).await;
        page.keeps(&device, &credential("Qmx1ZS1rZXktMDAwMg=="))
            .await;
        page.open("/login").await;
        page.reaches("enroll-authenticator").await;
        page.press("Set up").await;
        let errors = page.refused("enroll-authenticator").await;
        assert!(errors.says("already set up"), "{errors:?}");
        assert!(answers(org).is_empty(), "nothing is sent");
        page.unplugs(&device).await;
        page.plugs_in(Device::KEY).await;
        page.press("Try again").await;
        sent(page, org).await;
    });
}

#[test]
fn a_key_of_another_site_is_no_use_here_and_there_are_other_ways() {
    let body = serde_json::from_str(VERIFY).expect("JSON");
    met("key-elsewhere", body, async |page, org| {
        page.plugs_in(Device::KEY).await;
        page.open("/login").await;
        page.reaches("challenge-authenticator").await;
        page.press("Verify").await;
        let errors = page.refused("challenge-authenticator").await;
        assert!(errors.says("another web address"), "{errors:?}");
        let buttons = page.buttons().await;
        assert!(!buttons.iter().any(|button| button == "Try again"));
        assert!(answers(org).is_empty());
        page.press("Verify with something else").await;
        page.reaches("select-authenticator-authenticate").await;
        page.check().await;
    });
}

#[test]
fn a_browser_without_webauthn_says_so_and_there_are_other_ways() {
    met("key-unable", here(ENROL), async |page, org| {
        page.open("/login").await;
        page.reaches("enroll-authenticator").await;
        page.evaluate("!Object.defineProperty(navigator, 'credentials', { value: undefined })")
            .await;
        page.press("Set up").await;
        let errors = page.refused("enroll-authenticator").await;
        assert!(errors.says("This browser or device cannot"), "{errors:?}");
        assert!(answers(org).is_empty());
        page.press("Choose another authenticator").await;
        page.reaches("select-authenticator-enroll").await;
    });
}

#[test]
fn what_the_org_left_out_is_told_on_a_page_with_other_ways() {
    let mut body = here(ENROL);
    body["currentAuthenticator"]["value"]["contextualData"]["activationData"]["challenge"] =
        json!("");
    met("key-broken", body, async |page, _| {
        page.open("/login").await;
        page.at("enroll-authenticator", "Set up Security Key or Biometric")
            .await;
        page.reads("This browser or device cannot").await;
        page.press("Choose another authenticator").await;
        page.reaches("select-authenticator-enroll").await;
    });
}

#[test]
fn who_is_not_recognised_can_try_again() {
    met("key-stranger", here(PICK), async |page, org| {
        let device = page.plugs_in(Device::INTERNAL).await;
        page.keeps(&device, &passkey()).await;
        page.recognises(&device, false).await;
        page.open("/login").await;
        page.at("identify", "Sign In").await;
        page.press("Sign in with a passkey").await;
        let errors = page.refused("identify").await;
        assert!(errors.says("it was cancelled"), "{errors:?}");
        assert!(answers(org).is_empty());
        page.recognises(&device, true).await;
        page.press("Try again").await;
        let (request, body) = sent(page, org).await;
        assert_eq!(
            request.path,
            "/idp/idx/challenge/answer/webauthn-autofillui"
        );
        assert_eq!(
            members(&body),
            [
                "authenticatorData",
                "clientData",
                "signatureData",
                "userHandle"
            ]
        );
        assert_eq!(body["credentials"]["userHandle"], "MDB1TWlhNGY3cw==");
    });
}

#[test]
fn a_page_that_is_left_takes_its_dialog_along() {
    met("key-left", here(VERIFY), async |page, org| {
        let device = page.plugs_in(Device::KEY.absent()).await;
        page.keeps(&device, &credential("Qmx1ZS1rZXktMDAwMg=="))
            .await;
        page.open("/login").await;
        page.reaches("challenge-authenticator").await;
        page.press("Verify").await;
        page.reads("Your browser asks you now.").await;
        page.check().await;
        // The same press again opens no second one.
        page.press("Verify").await;
        page.press("Verify with something else").await;
        page.at(
            "select-authenticator-authenticate",
            "Choose an authenticator",
        )
        .await;
        page.touches(&device, true).await;
        sleep(Duration::from_millis(500)).await;
        assert!(answers(org).is_empty(), "nobody waits for that any more");
        assert_eq!(page.errors().await.summary, Vec::<String>::new());
        page.press("Go back").await;
        page.reaches("challenge-authenticator").await;
        page.press("Verify").await;
        sent(page, org).await;
    });
}

#[test]
fn a_passkey_is_picked_where_the_name_is_typed() {
    met("passkey-listed", here(LIST), async |page, org| {
        let device = page.plugs_in(Device::INTERNAL).await;
        page.keeps(&device, &passkey()).await;
        page.open("/login").await;
        // Chromium's virtual authenticator picks the one that is there.
        let (request, body) = sent(page, org).await;
        assert_eq!(
            request.path,
            "/idp/idx/challenge/answer/webauthn-autofillui"
        );
        assert_eq!(body["credentials"]["userHandle"], "MDB1TWlhNGY3cw==");
        let data = client_data(page, &body).await;
        assert_eq!(data["challenge"], "S2F5YWs0Mg");
    });
}

#[test]
fn a_list_that_nobody_picks_from_is_in_nobodys_way() {
    met("passkey-unlisted", here(LIST), async |page, org| {
        page.plugs_in(Device::INTERNAL).await;
        page.open("/login").await;
        page.at("identify", "Sign In").await;
        let name = page.input("identifier").await;
        assert_eq!(name.autocomplete, "username webauthn");
        page.press("Sign in with a passkey").await;
        let errors = page.refused("identify").await;
        assert!(errors.says("it was cancelled"), "{errors:?}");
        page.fill("Username", "mia@acme.test").await;
        page.press("Next").await;
        let (request, body) = sent(page, org).await;
        assert_eq!(request.path, "/idp/idx/identify");
        assert_eq!(body["identifier"], "mia@acme.test");
    });
}

#[test]
fn a_browser_without_a_list_shows_the_plain_page() {
    met("passkey-no-list", here(LIST), async |page, org| {
        let device = page.plugs_in(Device::INTERNAL).await;
        page.open("/").await;
        page.settles().await;
        page.evaluate("delete PublicKeyCredential.isConditionalMediationAvailable")
            .await;
        page.keeps(&device, &passkey()).await;
        page.press("Sign In").await;
        page.at("identify", "Sign In").await;
        sleep(Duration::from_millis(500)).await;
        assert!(answers(org).is_empty(), "nothing is picked by itself");
        page.press("Sign in with a passkey").await;
        let (_, body) = sent(page, org).await;
        assert_eq!(body["credentials"]["userHandle"], "MDB1TWlhNGY3cw==");
    });
}

#[test]
fn a_passkey_that_is_offered_can_wait() {
    met("passkey-later", here(PROMOTION), async |page, org| {
        page.open("/login").await;
        page.at("enroll-authenticator-promotion", "Create a passkey")
            .await;
        page.press("Not now").await;
        let (request, _) = sent(page, org).await;
        assert_eq!(request.path, "/idp/idx/skip");
    });
}

fn credential(id: &str) -> Credential {
    Credential {
        id: id.to_owned(),
        resident: false,
        site: "localhost".to_owned(),
        user: String::new(),
        uses: 0,
    }
}

/// Mia's.
fn passkey() -> Credential {
    Credential {
        resident: true,
        user: "MDB1TWlhNGY3cw==".to_owned(),
        ..credential("bWlhcy1wYXNza2V5")
    }
}
