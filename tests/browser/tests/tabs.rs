//! Several tabs of one browser.

use std::collections::BTreeSet;
use std::time::Duration;

use browser_tests::{Config, Failure, Scene, Visit, visit};
use serde_json::{Value, json};

use crate::renewal::{SEEN, all_have, doubles, kept, renewing, signs_in, until_renewed};
use crate::walk::{self, ADA, Stop};

const LIST: &str = "select-authenticator-enroll";

async fn is_offered(visit: &Visit, labels: &[&str]) {
    visit.at(LIST, "Choose an authenticator").await;
    assert_eq!(visit.choice_labels().await, labels);
}

#[test]
fn k10_two_sign_ups_side_by_side_and_an_older_copy_that_catches_up() {
    visit("k10", Scene::new().policy("signup"), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.answer(visit).await;
        is_offered(visit, &["Email", "Password"]).await;
        let ada = visit.tab().await;

        // Somebody else signs up beside her.
        let eve = visit.opens_tab().await;
        visit.open("/register").await;
        Stop::SignUp.met(visit).await;
        assert_eq!(
            visit.value("userProfile.email").await,
            "",
            "it is another one"
        );
        visit.fill("First name", "Eve").await;
        visit.fill("Last name", "Holm").await;
        visit.fill("Email", "eve@example.com").await;
        visit.press("Sign Up").await;
        is_offered(visit, &["Email", "Password"]).await;
        walk::takes(visit, "Password").await;
        Stop::Password.met(visit).await;
        Stop::Password.answer(visit).await;
        is_offered(visit, &["Email"]).await;

        // The first one is where it was, and so is a copy of its tab, which has all that its storage had.
        visit.looks_at(&ada).await;
        is_offered(visit, &["Email", "Password"]).await;
        let kept = visit
            .evaluate("JSON.stringify({ ...sessionStorage })")
            .await;
        visit.opens_tab().await;
        visit.open("/").await;
        visit.reaches("home").await;
        let copy = format!("Object.assign(sessionStorage, JSON.parse({kept}))");
        visit.evaluate(&copy).await;
        visit.open("/select-authenticator").await;
        is_offered(visit, &["Email", "Password"]).await;
        let copy = visit.tab().await;
        walk::takes(visit, "Password").await;
        Stop::Password.met(visit).await;
        Stop::Password.answer(visit).await;
        is_offered(visit, &["Email"]).await;

        // What the older one sends now is for a page that is over: it is shown the one that is now, and nothing twice.
        visit.looks_at(&ada).await;
        is_offered(visit, &["Email", "Password"]).await;
        visit.expect(Failure::Status(400));
        walk::takes(visit, "Password").await;
        visit.reads("Here is where it stands now.").await;
        is_offered(visit, &["Email"]).await;
        assert_eq!(visit.errors().await.summary, Vec::<String>::new());
        walk::takes(visit, "Email").await;
        Stop::EmailCode.met(visit).await;
        Stop::EmailCode.fill(visit).await;
        is_offered(visit, &["Phone"]).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        assert_eq!(
            visit.posts_to("/idp/idx/enroll/new").await.len(),
            2,
            "two people"
        );

        // What was finished in one is over in the other, which says so and leads on.
        visit.looks_at(&copy).await;
        visit.expect(Failure::Status(401));
        visit.press("Next").await;
        visit.at("terminal", "Your session has expired").await;
        visit.press("Start again").await;
        Stop::SignUp.met(visit).await;
        assert_eq!(visit.value("userProfile.email").await, ADA.email);

        visit.looks_at(&eve).await;
        is_offered(visit, &["Email"]).await;
        walk::takes(visit, "Email").await;
        Stop::EmailCode.met(visit).await;
        visit
            .fill("Enter code", &visit.code_for("eve@example.com").await)
            .await;
        is_offered(visit, &["Phone"]).await;
        visit.press("Skip").await;
        visit.at("home", "Hello, Eve Holm").await;
    });
}

/// The names of the locks that a page asks for.
const LOCKS: &str = "window.locked = []; { const { request } = LockManager.prototype; \
    LockManager.prototype.request = function (name, ...more) { window.locked.push(name); return request.call(this, name, ...more); }; }";

/// A page of the origin that has nothing of the app.
async fn is_at_a_page_of_no_app(visit: &Visit) {
    // A browser asks for its picture.
    visit.expect(Failure::Status(404));
    visit.open("/config.json").await;
}

/// Another app of the origin: it listens on every channel whose name it can guess, or can tell from the locks it sees, and
/// says what it likes on all of them.
struct Eavesdropper<'a> {
    visit: &'a Visit,
    tab: browser_tests::Tab,
}

impl<'a> Eavesdropper<'a> {
    /// In a tab of its own. These names it knows, or has seen.
    async fn of(visit: &'a Visit, names: &[String]) -> Self {
        let tab = visit.opens_tab().await;
        is_at_a_page_of_no_app(visit).await;
        visit.says("window.heard = []").await;
        visit.says("window.channels = []").await;
        let eavesdropper = Self { visit, tab };
        let namespace = format!("{}/oauth2/default|vestibule", visit.org_origin());
        let words = [
            "vestibule",
            "vestibule.tokens",
            "vestibule.session",
            "vestibule.renewal",
            "vestibule.signed-out",
        ];
        let guessed = words.iter().flat_map(|word| {
            let of = names.iter().flat_map(|name| {
                [
                    format!("{word}|{name}"),
                    format!("{word}|{namespace}|{name}"),
                ]
            });
            let plain = [(*word).to_owned(), format!("{word}|{namespace}")];
            plain.into_iter().chain(of).collect::<Vec<_>>()
        });
        let all: BTreeSet<String> = names.iter().cloned().chain(guessed).collect();
        let joins = format!(
            "{}.forEach((name) => {{ const channel = new BroadcastChannel(name); channels.push(channel); \
             channel.onmessage = ({{ data }}) => heard.push(`${{name}} ${{data}}`); }})",
            json!(all)
        );
        visit.says(&joins).await;
        eavesdropper
    }

    async fn heard(&self) -> Vec<String> {
        self.visit.looks_at(&self.tab).await;
        let heard = self.visit.says("heard").await;
        serde_json::from_value(heard).expect("texts")
    }

    /// Says this on every channel.
    async fn says(&self, word: &Value) {
        self.visit.looks_at(&self.tab).await;
        let says = format!(
            "channels.forEach((channel) => channel.postMessage({}))",
            json!(word.to_string())
        );
        self.visit.says(&says).await;
    }
}

async fn subject(visit: &Visit, tokens: &Value) -> String {
    let token = tokens["id_token"].as_str().expect("an ID token");
    let payload = token.split('.').nth(1).expect("a payload");
    let payload = payload.replace('-', "+").replace('_', "/");
    let sub = visit
        .evaluate(&format!("JSON.parse(atob({})).sub", json!(payload)))
        .await;
    sub.as_str().expect("a subject").to_owned()
}

/// Tokens of somebody else in the place of these.
fn theirs(tokens: &Value, turn: &str) -> Value {
    let mut theirs = tokens.clone();
    theirs["access_token"] = json!("theirs");
    theirs["refresh_token"] = json!("theirs");
    theirs["turn"] = json!(turn);
    theirs["expires_at"] = json!("99999999999");
    json!({"word": "renewed", "session": tokens["session"], "tokens": theirs.to_string()})
}

#[test]
fn another_app_on_the_origin_hears_no_token_and_moves_nothing() {
    visit("eavesdropper", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        visit.runs_first(LOCKS).await;
        signs_in(visit, 12).await;
        let first = visit.tab().await;
        let before = kept(visit).await;
        let copy = doubles(visit, SEEN).await;
        let tabs = [first, copy];

        // It knows how the session is called, which is no secret, and waits for two renewals.
        let session = before["session"].as_str().expect("a name").to_owned();
        let other = Eavesdropper::of(visit, std::slice::from_ref(&session)).await;
        visit.looks_at(&tabs[0]).await;
        let mut now = before.clone();
        for _ in 0..2 {
            now = until_renewed(visit, &now).await;
            all_have(visit, &tabs, &now).await;
        }
        assert_eq!(other.heard().await, Vec::<String>::new());

        // The names of the locks are there for all to see: they lead nowhere.
        visit.looks_at(&tabs[0]).await;
        let locks = visit.evaluate("window.locked").await;
        let mut locks: Vec<String> = serde_json::from_value(locks).expect("names");
        locks.dedup();
        assert_eq!(locks.len(), 1, "one for the session: {locks:?}");
        for open in ["session", "secret", "access_token", "refresh_token"] {
            let open = before[open].as_str().expect("it is kept");
            assert!(!locks[0].contains(open), "{locks:?}");
        }
        let (_, hash) = locks[0].split_once('|').expect("a hash");
        let names = [session.clone(), hash.to_owned(), locks[0].clone()];
        let other = Eavesdropper::of(visit, &names).await;

        // It asks, and forges.
        let turn = "18446744073709551615";
        let sub = subject(visit, &before).await;
        for word in [
            json!({"word": "ask", "session": session, "from": "!", "turn": "0"}),
            theirs(&before, "99"),
            theirs(&before, turn),
            json!({"word": "ended", "session": session, "turn": turn}),
            json!({"word": "signed-out", "session": session, "sub": sub}),
        ] {
            other.says(&word).await;
        }
        visit.looks_at(&tabs[0]).await;
        let now = kept(visit).await;
        let now = until_renewed(visit, &now).await;
        assert_ne!(now["access_token"], "theirs");
        all_have(visit, &tabs, &now).await;
        assert_eq!(other.heard().await, Vec::<String>::new());

        // That somebody signed out all may hear, and not who.
        visit.looks_at(&tabs[0]).await;
        walk::signs_out(visit).await;
        visit.looks_at(&tabs[1]).await;
        visit.reads("You signed out in another tab.").await;
        let heard = other.heard().await;
        assert_eq!(heard.len(), 1, "{heard:?}");
        for text in &heard {
            assert!(text.contains(r#"{"word":"signed-out","#), "{text}");
            assert!(!text.contains("eyJ") && !text.contains(&sub), "{text}");
        }
        visit.looks_at(&tabs[0]).await;
    });
}

#[test]
fn another_app_on_the_origin_keeps_nobody_signed_in_who_is_away() {
    let scene = Scene::new()
        .policy("password-only")
        .config(Config::with("idleMinutes", "5"));
    visit("eavesdropper-idle", scene, async |visit| {
        signs_in(visit, 3600).await;
        let first = visit.tab().await;
        let session = kept(visit).await["session"].as_str().map(str::to_owned);
        let other = Eavesdropper::of(visit, session.as_slice()).await;
        let word = json!({"word": "active", "session": session, "at": "9999999999999"});
        other.says(&word).await;
        visit.looks_at(&first).await;
        visit.browser_later(Duration::from_secs(301)).await;
        visit
            .evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            .await;
        visit.reads("Nobody did anything here for a while.").await;
        walk::is_nobody(visit).await;
    });
}

/// What a page of the session says on its channel: the harness knows the secret, as only the session's tabs do.
async fn says_among_the_tabs(visit: &Visit, tokens: &Value, word: &Value) {
    let secret = tokens["secret"].as_str().expect("the session has one");
    let whole = json!(["vestibule.session", secret]).to_string();
    let says = format!(
        "crypto.subtle.digest('SHA-256', new TextEncoder().encode({})).then((hash) => {{ \
           const name = btoa(String.fromCharCode(...new Uint8Array(hash))).replace(/\\+/g, '-').replace(/\\//g, '_').replace('=', ''); \
           const channel = new BroadcastChannel(`vestibule.session|${{name}}`); \
           channel.onmessage = ({{ data }}) => (window.answered = data); \
           channel.postMessage({}); }})",
        json!(whole),
        json!(word.to_string())
    );
    visit.says(&says).await;
}

#[test]
fn what_a_tab_of_the_session_says_is_verified_too() {
    visit("heard-and-verified", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        signs_in(visit, 3600).await;
        let before = kept(visit).await;
        let first = visit.tab().await;
        let page = visit.opens_tab().await;
        is_at_a_page_of_no_app(visit).await;
        for turn in ["1", "2", "18446744073709551615"] {
            says_among_the_tabs(visit, &before, &theirs(&before, turn)).await;
        }
        let ended = json!({"word": "ended", "turn": "18446744073709551615"});
        says_among_the_tabs(visit, &before, &ended).await;
        visit.looks_at(&first).await;
        // The ID token says nothing of that access token: the tab asks the org for one of its own instead.
        let now = until_renewed(visit, &before).await;
        assert_ne!(now["access_token"], "theirs");
        assert_ne!(now["refresh_token"], "theirs");
        assert_eq!(now["turn"], "1");
        Stop::Home.met(visit).await;
        // That it is the right channel is shown by an answer.
        visit.looks_at(&page).await;
        let ask = json!({"word": "ask", "from": "!", "turn": "0"});
        says_among_the_tabs(visit, &before, &ask).await;
        visit
            .until("an answer", async || {
                let answer = visit.says("window.answered ?? ''").await;
                answer.as_str()?.contains("renewed").then_some(())
            })
            .await;
        let answer = visit.says("window.answered").await.to_string();
        let secret = before["secret"].as_str().expect("the session has one");
        assert!(!answer.contains(secret), "it is never said");
        visit.looks_at(&first).await;
    });
}

#[test]
fn who_signs_in_again_in_one_tab_goes_on_in_the_other() {
    visit("again-in-one-tab", renewing(), async |visit| {
        signs_in(visit, 3600).await;
        let first = visit.tab().await;
        let before = kept(visit).await;
        let copy = doubles(visit, "").await;
        visit.later(Duration::from_secs(120));
        visit.open("/login?max_age=60").await;
        visit.at("identify", "Sign In").await;
        walk::signs_in(visit, ADA.email, ADA.password).await;
        Stop::Home.met(visit).await;
        let now = kept(visit).await;
        assert_ne!(now["access_token"], before["access_token"]);
        all_have(visit, &[first, copy], &now).await;
    });
}

#[test]
fn tabs_that_the_version_before_has_left_find_each_other() {
    visit("upgraded", renewing(), async |visit| {
        visit.runs_first(SEEN).await;
        signs_in(visit, 12).await;
        let first = visit.tab().await;
        let copy = doubles(visit, SEEN).await;
        let tabs = [first, copy];
        let before = kept(visit).await;
        let mut old = before.clone();
        old.as_object_mut().map(|members| members.remove("secret"));
        let put = format!(
            "Object.keys(sessionStorage).forEach((key) => {{ sessionStorage[key] = {} }})",
            json!(old.to_string())
        );
        for tab in &tabs {
            visit.looks_at(tab).await;
            visit.evaluate(&put).await;
            visit.reload().await;
            Stop::Home.met(visit).await;
        }
        let mut now = kept(visit).await;
        for _ in 0..2 {
            now = until_renewed(visit, &now).await;
            all_have(visit, &tabs, &now).await;
        }
        assert!(now["secret"].is_string(), "it is kept from now on");
    });
}
