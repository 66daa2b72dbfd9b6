//! The first second: the form of Sign In stands there before the app does, and becomes the app's.

use browser_tests::{Config, Failure, Rest, Scene, Script, Visit, Window, scripted, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA, Stop};

/// The page's main part as HTML that does not depend on the order of attributes, without what is empty and what changes.
const SHAPE: &str = r#"(() => {
  const shape = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const names = node.getAttributeNames().filter((name) => name !== "data-step").sort();
    const open = [node.localName, ...names.map((name) => `${name}="${node.getAttribute(name)}"`)].join(" ");
    return `<${open}>${[...node.childNodes].map(shape).join("")}</${node.localName}>`;
  };
  return shape(document.querySelector("main"));
})()"#;

/// Whether the button that sends the form looks the same when it only says that it is busy.
const SAYS_ONLY: &str = r#"(() => {
  const button = document.querySelector("[type=submit]");
  const look = () => ["", "::before", "::after"].map((part) => {
    const style = getComputedStyle(button, part);
    return [...style].map((name) => style.getPropertyValue(name)).join();
  }).join();
  const before = look();
  button.setAttribute("aria-disabled", "true");
  const after = look();
  button.removeAttribute("aria-disabled");
  return before === after;
})()"#;

/// Keeps how far the page has jumped, from its very beginning.
const JUMPS: &str = r#"new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries()
    // A logo that comes pushes its own name aside, and nothing else.
    .filter((entry) => !entry.sources.length || entry.sources.some(({ node }) => !node?.closest?.(".brand") && !node?.parentElement?.closest(".brand")))
    .map(({ value, sources }) => `${value} ${sources.map(({ node }) => node?.outerHTML ?? node?.data)}`)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done([]), 300);
})"#;

async fn stands_there(visit: &Visit) {
    visit
        .until("the form", async || {
            (visit.inputs().await.len() == 2).then_some(())
        })
        .await;
    assert_eq!(visit.step().await, "loading", "the app is not there yet");
}

#[test]
fn the_form_is_there_before_the_app_and_is_the_apps_own() {
    visit("first-form", Scene::new().held(), async |visit| {
        visit.open("/login").await;
        stands_there(visit).await;
        assert_eq!(visit.title().await, "Sign In");
        let inputs = visit.inputs().await;
        let of = |name: &str| {
            inputs
                .iter()
                .find(|input| input.name == name)
                .unwrap_or_else(|| panic!("{name} is there"))
        };
        let (name, password) = (of("identifier"), of("credentials.passcode"));
        assert_eq!(
            (name.label.as_str(), name.autocomplete.as_str()),
            ("Username", "username")
        );
        assert_eq!((name.inputmode.as_str(), name.required), ("email", true));
        assert_eq!(
            (password.label.as_str(), password.autocomplete.as_str()),
            ("Password", "current-password")
        );
        assert_eq!(password.kind, "password");
        let before = visit.evaluate(SHAPE).await;
        visit.check().await;
        visit.screenshot("first-form").await;

        visit.lets_the_app_come();
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.evaluate(SHAPE).await, before, "both draw one page");
        assert_eq!(visit.title().await, "Sign In");
    });
}

#[test]
fn what_is_typed_before_the_app_is_there_stays_with_its_focus_and_selection() {
    visit("first-typed", Scene::new().held(), async |visit| {
        visit.open("/login").await;
        stands_there(visit).await;
        visit.fill("Username", "ada@example.com").await;
        visit.fill("Password", "half a pass").await;
        let select = "(window.box = document.getElementById('credentials.passcode'), box.setSelectionRange(2, 6), \
                      window.blurs = 0, box.addEventListener('blur', () => window.blurs++), null)";
        visit.evaluate(select).await;
        visit.lets_the_app_come();
        visit.reaches("identify").await;
        assert_eq!(visit.value("identifier").await, "ada@example.com");
        assert_eq!(visit.value("credentials.passcode").await, "half a pass");
        visit.settles().await;
        assert_eq!(visit.focused().await, "input credentials.passcode");
        let kept = visit
            .evaluate("[box.isConnected, box.selectionStart, box.selectionEnd, window.blurs]")
            .await;
        assert_eq!(
            kept,
            json!([true, 2, 6, 0]),
            "it is the same box, and never lost the focus"
        );
        visit.check().await;
        // The app minds it from now on.
        visit.press("Show the password: Password").await;
        assert_eq!(visit.input("credentials.passcode").await.kind, "text");
    });
}

#[test]
fn what_is_pressed_before_the_app_is_there_is_done_once_it_is() {
    visit("first-pressed", Scene::new().held(), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        stands_there(visit).await;
        visit.fill("Username", ADA.email).await;
        visit.fill("Password", ADA.password).await;
        visit.press("Show the password: Password").await;
        assert_eq!(
            visit.evaluate(SAYS_ONLY).await,
            true,
            "a short wait is not drawn"
        );
        visit.press("Next").await;
        assert!(visit.is_busy().await, "the button says that it is at it");
        visit.press("Next").await;
        visit
            .until("a button that looks busy", async || {
                visit.looks_busy().await.then_some(())
            })
            .await;
        visit.screenshot("first-pressed").await;
        let sent = sent_ahead(visit).await;
        assert_eq!(
            [&sent["identifier"], &sent["credentials"]["passcode"]],
            [ADA.email, ADA.password]
        );
        visit.lets_the_app_come();
        goes_on(visit).await;
        assert_eq!(visit.posts_to("/idp/idx/identify").await.len(), 1, "once");
    });
}

/// What goes out before the app is there.
async fn sent_ahead(visit: &Visit) -> Value {
    let sent = visit
        .until("the form on its way", async || {
            visit.posts_to("/idp/idx/identify").await.pop()
        })
        .await;
    assert_eq!(visit.step().await, "loading", "the app is not there yet");
    serde_json::from_str(&sent.body).unwrap_or_else(|error| panic!("{}: {error}", sent.body))
}

#[test]
fn what_is_sent_before_the_app_is_there_is_what_the_app_would_send() {
    // What JSON and blanks could tell apart.
    let passwords = [r#"Sömmer "2031" \ \u{1}/ 東京 "#, "plain-Password-1"];
    for (policy, named) in [("seed", false), ("password-optional", true)] {
        for password in passwords {
            let scene = Scene::new().policy(policy).held();
            visit("first-sent-ahead", scene, async |visit| {
                visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
                visit.open("/login").await;
                stands_there(visit).await;
                visit
                    .fill("Username", &[" ", ADA.email, "  "].concat())
                    .await;
                visit.fill("Password", password).await;
                visit.press("Next").await;
                let ahead = sent_ahead(visit).await;
                let (name, word) = (&ahead["identifier"], &ahead["credentials"]);
                assert_eq!(name, ADA.email);
                if named {
                    assert_eq!(*word, Value::Null, "nobody asks for it");
                    visit.lets_the_app_come();
                    goes_on(visit).await;
                } else {
                    assert_eq!(*word, json!({ "passcode": password }));
                    // What counts is what stood there when it was pressed.
                    visit.fill("Password", "typed since").await;
                    visit.expect(Failure::Status(401));
                    visit.lets_the_app_come();
                    visit.refused("identify").await;
                    assert_eq!(visit.value("credentials.passcode").await, "");
                    visit.expect(Failure::Status(401));
                    walk::signs_in(visit, ADA.email, password).await;
                    visit
                        .until("the app's own", async || {
                            (visit.posts_to("/idp/idx/identify").await.len() == 2).then_some(())
                        })
                        .await;
                    let own = visit.posts_to("/idp/idx/identify").await.pop();
                    let own = own.map(|own| own.body).unwrap_or_default();
                    let own: Value = serde_json::from_str(&own).unwrap_or_default();
                    let but_the_handle = |body: &Value| {
                        let mut body = body.clone();
                        body["stateHandle"] = Value::Bool(body["stateHandle"].is_string());
                        body
                    };
                    assert_eq!(but_the_handle(&own), but_the_handle(&ahead));
                    visit.refused("identify").await;
                    return;
                }
                let sent = visit.posts_to("/idp/idx/identify").await;
                assert_eq!(sent.len(), 1, "the app takes that answer");
            });
        }
    }
}

#[test]
fn what_the_form_does_not_hold_is_left_to_the_app() {
    visit("first-not-sent", Scene::new().held(), async |visit| {
        visit.open("/login").await;
        stands_there(visit).await;
        visit.fill("Username", ADA.email).await;
        visit.press("Next").await;
        visit
            .until("what is asked ahead", async || {
                (visit.posts().await.len() == 2).then_some(())
            })
            .await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(visit.posts_to("/idp/idx/identify").await, []);
        visit.lets_the_app_come();
        let errors = visit.refused("identify").await;
        assert_eq!(errors.at("credentials.passcode"), "Enter your password.");
    });
}

#[test]
fn what_is_pressed_while_the_org_begins_with_another_step_is_not_sent() {
    let step = |origin: &str, name: &str, at: &str, fields: Value| {
        json!({"rel": ["create-form"], "name": name, "href": format!("{origin}/idp/idx/{at}"), "method": "POST",
            "produces": "application/ion+json; okta-version=1.0.0", "accepts": "application/json; okta-version=1.0.0",
            "value": fields})
    };
    let handle = json!({"name": "stateHandle", "required": true, "value": "sh", "visible": false, "mutable": false});
    let identifier = json!({"name": "identifier", "label": "Username"});
    let first = json!({"name": "secret", "label": "Company code", "required": true});
    let org = async {
        let org = Script::new(|_, _| (404, String::new())).await;
        let other = step(
            org.origin(),
            "company-code",
            "company",
            json!([handle, first]),
        );
        let identify = step(
            org.origin(),
            "identify",
            "identify",
            json!([identifier, handle]),
        );
        let begins = json!({"version": "1.0.0", "stateHandle": "sh", "intent": "LOGIN",
            "remediation": {"type": "array", "value": [other, identify]}});
        org.says(move |path, _| match path {
            _ if path.ends_with("/v1/interact") => {
                (200, json!({"interaction_handle": "ih"}).to_string())
            }
            _ => (200, begins.to_string()),
        });
        org
    };
    scripted("first-other", &json!({}), org, async |page, org| {
        page.runs_first(
            r#"addEventListener("DOMContentLoaded", () => {
              document.getElementById("identifier").value = "ada@example.com";
              document.querySelector("[type=submit]").click();
              window.early = document.querySelector("main").dataset.step;
            })"#,
        )
        .await;
        page.open("/login").await;
        page.reaches("company-code").await;
        assert_eq!(
            page.evaluate("early").await,
            "loading",
            "it was pressed before"
        );
        page.reads("Company code").await;
        assert_eq!(org.sent_to("/idp/idx/identify"), []);
    });
}

#[test]
fn what_is_pressed_before_the_app_is_there_and_refused_is_told_on_the_form() {
    visit("first-refused", Scene::new().held(), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        stands_there(visit).await;
        walk::signs_in(visit, ADA.email, "not-the-password").await;
        visit.expect(Failure::Status(401));
        visit.lets_the_app_come();
        let errors = visit.refused("identify").await;
        assert!(!errors.summary.is_empty());
        assert_eq!(visit.posts_to("/idp/idx/identify").await.len(), 1, "once");
        assert!(!visit.is_busy().await, "it can be pressed again");
        assert!(!visit.looks_busy().await, "and looks so");
        assert_eq!(visit.value("identifier").await, ADA.email);
        // The form is the app's from now on.
        walk::signs_in(visit, ADA.email, ADA.password).await;
        visit
            .until("the next page", async || is_further(visit).await)
            .await;
        assert_eq!(visit.posts_to("/idp/idx/identify").await.len(), 2);
    });
}

/// Notes whether a page is drawn that asks for the name alone.
const DRAWN: &str = "window.drawn = false, new MutationObserver(() => { \
    window.drawn ||= document.getElementById('heading')?.textContent === 'Sign In' \
        && !document.getElementById('credentials.passcode'); \
    }).observe(document.body, { childList: true, subtree: true, attributes: true })";

#[test]
fn what_is_pressed_before_the_app_is_there_leads_on_without_a_page_in_between() {
    let scene = Scene::new().policy("password-optional").held();
    visit("first-pressed-name", scene, async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        stands_there(visit).await;
        visit.evaluate(DRAWN).await;
        visit.fill("Username", ADA.email).await;
        visit.press("Next").await;
        visit.lets_the_app_come();
        goes_on(visit).await;
        assert_eq!(visit.evaluate("window.drawn").await, false);
        visit.settles().await;
        let focused = visit.focused().await;
        assert!(focused.starts_with("h1 "), "{focused}");
    });
}

#[test]
fn an_empty_form_that_is_sent_before_the_app_is_there_is_told_so() {
    visit("first-empty", Scene::new().held(), async |visit| {
        visit.open("/login").await;
        stands_there(visit).await;
        visit.press("Next").await;
        visit.lets_the_app_come();
        let errors = visit.refused("identify").await;
        assert_eq!(errors.at("identifier"), "Enter your username.");
    });
}

#[test]
fn an_org_that_asks_for_the_name_first_keeps_the_name() {
    let scene = Scene::new().policy("password-optional").held();
    visit(
        "first-name",
        scene.window(Window::WIDE.moving()),
        async |visit| {
            visit.open("/login").await;
            stands_there(visit).await;
            visit.fill("Username", "ada@example.com").await;
            visit.lets_the_app_come();
            visit.reaches("identify").await;
            visit.settles().await;
            assert_eq!(visit.value("identifier").await, "ada@example.com");
            assert_eq!(visit.focused().await, "input identifier");
            assert_eq!(
                visit.inputs().await.len(),
                1,
                "nobody asks for the password yet"
            );
            assert_eq!(
                visit.evaluate(JUMPS).await,
                json!([]),
                "what is below comes up gently"
            );
            visit.check().await;
        },
    );
}

#[test]
fn the_form_stands_at_the_address_of_sign_in_only() {
    for path in [
        "/",
        "/register",
        "/recover",
        "/login/callback",
        "/nowhere",
        "/login?recovery_token=x",
    ] {
        visit("first-elsewhere", Scene::new().held(), async |visit| {
            visit.open(path).await;
            assert_eq!(visit.inputs().await, [], "{path}");
            assert!(!visit.text().await.contains("Sign In"), "{path}");
            if path.contains("token") {
                return;
            }
            visit.lets_the_app_come();
            visit
                .until("the page", async || {
                    (!matches!(visit.step().await.as_str(), "" | "loading")).then_some(())
                })
                .await;
            visit.check().await;
        });
    }
}

#[test]
fn somebody_signed_in_meets_no_form() {
    visit("first-signed-in", Scene::new(), async |visit| {
        walk::makes_account(visit).await;
        let watch = "new MutationObserver(() => { const main = document.querySelector('main'); \
                     if (main?.querySelector('form') && !main.hidden) window.flashed = true; }) \
                     .observe(document, { subtree: true, childList: true, attributes: true })";
        visit.runs_first(watch).await;
        visit.open("/login").await;
        Stop::Home.met(visit).await;
        assert_eq!(visit.evaluate("window.flashed ?? null").await, Value::Null);
    });
}

/// The start of a sign-in as the org gets it, without what chance says.
async fn started(visit: &Visit) -> Vec<Value> {
    let posts = visit.posts().await;
    posts
        .iter()
        .map(|post| {
            let fields: Vec<String> = post
                .body
                .split('&')
                .map(|field| match field.split_once('=') {
                    Some((name @ ("code_challenge" | "state" | "nonce"), value)) => {
                        format!("{name}={}", value.len())
                    }
                    _ if post.body.starts_with('{') => "a handle".to_owned(),
                    _ => field.to_owned(),
                })
                .collect();
            json!([
                post.method,
                post.url.replace(visit.org_origin(), ""),
                fields,
                post.types
            ])
        })
        .collect()
}

#[test]
fn what_is_asked_ahead_is_what_the_app_would_ask() {
    let members = [
        Config::Right,
        Config::with("scopes", r#"["openid","email"]"#),
        Config::with("cookies", "true"),
        Config::With(vec![
            ("acrValues", json!("urn:okta:loa:1fa:any")),
            ("maxAge", json!(300)),
        ]),
        Config::with("brand", r#"{"name":"Acme"}"#),
    ];
    for config in members {
        visit(
            "first-ahead",
            Scene::new().config(config.clone()).held(),
            async |visit| {
                // Two posts are out before the app is there.
                visit.open("/login").await;
                visit
                    .until("what is asked ahead", async || {
                        (visit.posts().await.len() == 2).then_some(())
                    })
                    .await;
                let ahead = started(visit).await;
                visit.lets_the_app_come();
                visit.reaches("identify").await;
                assert_eq!(
                    visit.posts().await.len(),
                    2,
                    "the app took them over: {config:?}"
                );
                // A query makes boot.js leave it to the app. A page that is left keeps what stands in it, and the next one of
                // its tab may hear of that late: with its storage emptied, it would still find the transaction and resume it.
                visit.takes_another_tab().await;
                visit.open("/login?x=1").await;
                visit
                    .until("the app's own start", async || {
                        (visit.posts_to("/v1/interact").await.len() == 2).then_some(())
                    })
                    .await;
                visit.reaches("identify").await;
                let all = started(visit).await;
                assert_eq!(&all[all.len() - 2..], &ahead[..], "{config:?}");
            },
        );
    }
}

#[test]
fn nothing_is_asked_ahead_where_the_configuration_is_not_the_usual_one() {
    for (member, value) in [
        ("unknown", json!(1)),
        ("debug", json!(true)),
        ("clientId", json!("your-client-id")),
        ("clientId", Value::Null),
        ("redirectUri", json!(7)),
        ("scopes", json!(["email"])),
        ("brand", json!("Acme")),
        ("maxAge", json!("soon")),
        ("issuer", json!("https://your-org.okta.com/oauth2/default")),
        ("issuer", json!("http://elsewhere.example/oauth2/default")),
        ("issuer", json!("https://user@elsewhere.example/")),
    ] {
        let config = Config::With(vec![(member, value)]);
        visit(
            "first-not-ahead",
            Scene::new().config(config).held(),
            async |visit| {
                visit.open("/login").await;
                stands_there(visit).await;
                visit
                    .until("the configuration", async || {
                        let requests = visit.requests().await;
                        requests
                            .iter()
                            .any(|request| request.url.ends_with("/config.json"))
                            .then_some(())
                    })
                    .await;
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                assert_eq!(visit.posts().await, [], "{member}");
            },
        );
    }
}

#[test]
fn a_browser_without_webassembly_is_offered_the_orgs_own_page() {
    visit("first-without", Scene::new(), async |visit| {
        visit.runs_first("delete globalThis.WebAssembly").await;
        visit.open("/login").await;
        visit.reads("Sign-in is not possible right now").await;
        visit.reads("Go to the org's own sign-in page").await;
        assert_eq!(visit.inputs().await, []);
        visit.screenshot("first-without").await;
        visit.press("Go to the org's own sign-in page").await;
        visit
            .until("the org's page", async || {
                let at = visit.evaluate("location.origin").await;
                (at == visit.org_origin()).then_some(())
            })
            .await;
    });
}

#[test]
fn a_deployment_that_was_never_set_up_leads_nowhere() {
    let placeholder = Config::with("clientId", r#""your-client-id""#);
    visit(
        "first-without-org",
        Scene::new().config(placeholder),
        async |visit| {
            visit.runs_first("delete globalThis.WebAssembly").await;
            visit.open("/login").await;
            visit.reads("Sign-in is not possible right now").await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            let link = "document.querySelector('#without a').hidden";
            assert_eq!(visit.evaluate(link).await, true);
        },
    );
}

#[test]
fn a_browser_without_webassembly_that_comes_back_is_told_where_it_is() {
    visit("first-back", Scene::new(), async |visit| {
        visit.runs_first("delete globalThis.WebAssembly").await;
        visit.open("/login/callback?code=abc&state=def").await;
        visit
            .reads("The org has let you in, but this browser cannot show what comes next.")
            .await;
        visit.has_address("/login/callback").await;
        let leads = visit
            .evaluate("document.querySelector('#without a').href")
            .await;
        assert_eq!(leads, json!(format!("{}/", visit.org_origin())));
        assert!(
            visit.posts().await.is_empty(),
            "nothing is asked with the code"
        );
        let kept = visit.storage().await;
        assert!(kept.session.is_empty() && kept.local.is_empty(), "{kept:?}");
    });
}

#[test]
fn nothing_jumps_when_the_app_comes() {
    let brand = r##"{"name":"Acme Shop","logo":"icons/lock.svg","accent":"#e8590c","background":"#fffaf0","radius":8,
        "links":{"terms":"/terms","help":"/help"}}"##;
    for (name, window) in [
        ("wide", Window::WIDE),
        ("wide-dark", Window::WIDE.dark()),
        ("phone", Window::PHONE),
        ("phone-dark", Window::PHONE.dark()),
    ] {
        let scene = Scene::new().config(Config::with("brand", brand));
        visit("first-jumps", scene.window(window).held(), async |visit| {
            visit.open("/login").await;
            stands_there(visit).await;
            visit.screenshot(&format!("first-{name}-before")).await;
            visit.lets_the_app_come();
            visit.reaches("identify").await;
            visit.settles().await;
            visit.screenshot(&format!("first-{name}-after")).await;
            assert_eq!(visit.evaluate(JUMPS).await, json!([]), "nothing jumps");
        });
    }
}

/// Whether the page is one that comes after Sign In.
async fn is_further(visit: &Visit) -> Option<()> {
    let step = visit.step().await;
    (!matches!(step.as_str(), "loading" | "identify")).then_some(())
}

async fn goes_on(visit: &Visit) {
    visit
        .until("the next page", async || is_further(visit).await)
        .await;
    let sent = visit.posts_to("/idp/idx/identify").await;
    assert_eq!(sent.len(), 1, "once");
    assert_eq!(sent[0].sent("/identifier"), Some(json!(ADA.email)));
    visit.check().await;
}

#[test]
fn the_form_works_while_what_later_pages_need_is_on_its_way() {
    let scene = Scene::new().rest(Rest::Waits);
    visit("first-rest-late", scene, async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.press("Next").await;
        let errors = visit.refused("identify").await;
        assert_eq!(errors.at("identifier"), "Enter your username.");
        visit.fill("Username", ADA.email).await;
        visit.fill("Password", ADA.password).await;
        visit.press("Show the password: Password").await;
        visit.press("Next").await;
        visit
            .until("the org's answer", async || {
                (visit.org_was_asked("/idp/idx/identify") == 1).then_some(())
            })
            .await;
        assert!(visit.is_busy().await, "the button says that it is at it");
        visit.lets_the_rest_come();
        goes_on(visit).await;
    });
}

#[test]
fn a_link_waits_for_what_its_page_needs() {
    let scene = Scene::new().rest(Rest::Waits);
    visit("first-rest-link", scene, async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.press("Sign Up").await;
        visit.lets_the_rest_come();
        visit.at("enroll-profile", "Sign Up").await;
    });
}

#[test]
fn what_later_pages_need_cannot_be_had_and_is_tried_again() {
    let scene = Scene::new().rest(Rest::Fails);
    visit("first-rest-fails", scene, async |visit| {
        visit.expect(Failure::Status(503));
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.fill("Username", ADA.email).await;
        visit.fill("Password", ADA.password).await;
        for _ in 0..2 {
            visit.expect(Failure::Status(503));
            visit.press("Next").await;
            let errors = visit.refused("identify").await;
            assert!(errors.says("cannot be reached"), "{errors:?}");
        }
        visit.screenshot("first-rest-fails").await;
        visit.lets_the_rest_come();
        visit.fill("Password", ADA.password).await;
        visit.press("Next").await;
        goes_on(visit).await;
    });
}

#[test]
fn the_same_button_is_pressed_again_once_what_its_page_needs_is_there() {
    let scene = Scene::new().rest(Rest::Fails);
    visit("first-rest-again", scene, async |visit| {
        visit.expect(Failure::Status(503));
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.expect(Failure::Status(503));
        visit.press("Sign Up").await;
        visit.reads("cannot be reached").await;
        visit.lets_the_rest_come();
        visit.press("Try again").await;
        visit.at("enroll-profile", "Sign Up").await;
    });
}

#[test]
fn an_org_that_begins_with_another_page_waits_for_what_that_needs() {
    let scene = Scene::new().policy("social").rest(Rest::Waits);
    visit("first-rest-org", scene, async |visit| {
        visit
            .console_of_the_org("POST", "client", &json!({"onlyIdp": true}))
            .await;
        visit.open("/login").await;
        visit
            .until("the org's answer", async || {
                let asked = visit.posts_to("/idp/idx/introspect").await;
                (!asked.is_empty()).then_some(())
            })
            .await;
        stands_there(visit).await;
        visit.lets_the_rest_come();
        visit.reads("This is another service").await;
    });
}

#[test]
fn at_any_other_address_the_app_begins_whole_or_says_that_it_cannot() {
    let scene = Scene::new().rest(Rest::Fails);
    visit("first-rest-elsewhere", scene, async |visit| {
        visit.open("/register").await;
        visit
            .reads("This page could not start. Load it again")
            .await;
        visit.lets_the_rest_come();
        visit.reload().await;
        visit.reaches("enroll-profile").await;
    });
}

#[test]
fn a_page_whose_rest_a_new_version_has_taken_away_is_loaded_again_once() {
    let scene = Scene::new().rest(Rest::Gone);
    visit("first-rest-gone", scene, async |visit| {
        visit.expect(Failure::Status(404));
        visit.expect(Failure::Start);
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        visit.open("/login").await;
        visit
            .until("the second try", async || {
                let kind = "performance.getEntriesByType('navigation')[0].type";
                (visit.evaluate(kind).await == "reload").then_some(())
            })
            .await;
        // What is gone for good is told, or left to whoever presses something: it depends on how far the first try came.
        visit
            .until("the form, or what became of it", async || {
                let form = visit.step().await == "identify";
                (form || visit.heading().await == "Sign-in is not possible right now").then_some(())
            })
            .await;
        visit.evaluate("window.same = true").await;
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        let same = visit.evaluate("window.same ?? null").await;
        assert_eq!(same, true, "it is not loaded once more");
        visit.lets_the_rest_come();
        visit.reload().await;
        visit.at("identify", "Sign In").await;
        visit.fill("Username", ADA.email).await;
        visit.fill("Password", ADA.password).await;
        visit.press("Next").await;
        goes_on(visit).await;
    });
}

#[test]
fn whoever_comes_back_while_the_rest_is_away_is_let_in_by_loading_again() {
    let scene = Scene::new()
        .policy("password-only")
        .config(Config::with("hostedSignIn", "true"));
    visit("first-rest-callback", scene, async |visit| {
        walk::comes_with_an_account(visit).await;
        walk::goes_to_the_orgs_page(visit).await;
        visit.forgets_its_cache().await;
        visit.the_rest(Rest::Fails);
        visit.expect(Failure::Status(503));
        visit.expect(Failure::Start);
        walk::signs_in_on_the_orgs_page(visit).await;
        visit
            .reads("This page could not start. Load it again")
            .await;
        visit.lets_the_rest_come();
        visit.reload().await;
        Stop::Home.met(visit).await;
    });
}

#[test]
fn what_a_browser_without_webassembly_asks_for_is_what_the_app_holds_the_answer_to() {
    let config = Config::With(vec![
        ("maxAge", json!(300)),
        ("acrValues", json!("urn:okta:loa:1fa:any")),
    ]);
    let scene = Scene::new().policy("password-only").config(config);
    visit("first-without-wishes", scene, async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        // The browser that comes back has it.
        let lacks = "if (location.pathname === '/login') delete globalThis.WebAssembly";
        visit.expect(Failure::Start);
        visit.runs_first(lacks).await;
        visit.open("/login").await;
        visit.reads("Go to the org's own sign-in page").await;
        let stay = "addEventListener('click', (event) => event.preventDefault(), { once: true })";
        visit.evaluate(stay).await;
        visit.press("Go to the org's own sign-in page").await;
        let kept = visit.storage().await.session;
        assert_eq!(kept.len(), 1, "{kept:?}");
        let attempt = kept.values().next().map_or("", String::as_str);
        let attempt: Value = serde_json::from_str(attempt).expect("it is JSON");
        assert_eq!(
            (&attempt["maxAge"], &attempt["acr"]),
            (&json!("300"), &json!("urn:okta:loa:1fa:any"))
        );
        visit.press("Go to the org's own sign-in page").await;
        walk::signs_in_on_the_orgs_page(visit).await;
        Stop::Home.met(visit).await;
    });
}
