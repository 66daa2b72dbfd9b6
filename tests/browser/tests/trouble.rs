//! An org that does not answer as it should: a sentence, the step stays with what was typed, and a button to try again.

use std::time::Duration;

use browser_tests::{Failure, Fault, FaultKind, Page, Scene, Script, Visit, scripted, visit};
use serde_json::{Value, json};

use crate::walk::{self, ADA, Stop};

/// Where the profile goes.
const PROFILE: &str = "/idp/idx/enroll/new";

/// What may go wrong with one answer, what Chromium logs of it, and words of the sentence that people get.
const TROUBLES: [(&str, FaultKind, Option<Failure>, &str); 9] = [
    (
        "server-error",
        FaultKind::ServerError,
        Some(Failure::Status(500)),
        "not answering properly",
    ),
    (
        "server-error-ion",
        FaultKind::ServerErrorIon,
        Some(Failure::Status(500)),
        "",
    ),
    (
        "too-many-bare",
        FaultKind::TooManyClassicBare,
        Some(Failure::Status(429)),
        "too many tries",
    ),
    (
        "too-many-ion",
        FaultKind::TooManyIon,
        Some(Failure::Status(429)),
        "too many",
    ),
    ("empty", FaultKind::Empty, None, "not answering properly"),
    (
        "html",
        FaultKind::Html,
        Some(Failure::Status(502)),
        "not answering properly",
    ),
    ("cut", FaultKind::Cut, None, "not answering properly"),
    (
        "dropped-before",
        FaultKind::DropBefore,
        Some(Failure::Network),
        "cannot be reached",
    ),
    (
        "dropped-after",
        FaultKind::DropAfter,
        Some(Failure::Network),
        "cannot be reached",
    ),
];

/// The page says this, keeps what was typed, and offers another try.
async fn stays_with_a_sentence(visit: &Visit, words: &str) {
    visit
        .until(&format!("a sentence about {words:?}"), async || {
            let alerts = visit.alerts().await.join(" ").to_lowercase();
            (!alerts.is_empty() && alerts.contains(&words.to_lowercase())).then_some(())
        })
        .await;
    assert_eq!(visit.step().await, "enroll-profile", "the step stays");
    assert_eq!(visit.value("userProfile.firstName").await, ADA.first);
    assert_eq!(visit.value("userProfile.lastName").await, ADA.last);
    assert_eq!(visit.value("userProfile.email").await, ADA.email);
    visit.check().await;
}

fn meets(name: &str) {
    let (_, kind, logged, words) = *TROUBLES
        .iter()
        .find(|(known, ..)| *known == name)
        .expect("a known trouble");
    visit(name, Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        // Chromium itself asks once more when a connection that it had used before breaks.
        let breaks = matches!(kind, FaultKind::DropBefore | FaultKind::DropAfter);
        let times = if breaks { 2 } else { 1 };
        visit.arm(Fault {
            times,
            ..Fault::once(PROFILE, kind)
        });
        if let Some(failure) = logged {
            visit.expect(failure);
        }
        visit.press("Sign Up").await;
        stays_with_a_sentence(visit, words).await;
        visit.press("Try again").await;
        Stop::FirstList.met(visit).await;
        assert_eq!(
            visit.posts_to(PROFILE).await.len(),
            2,
            "one failed, one by the button"
        );
    });
}

macro_rules! troubles {
    ($($test:ident = $name:literal,)*) => {
        $(#[test] fn $test() { meets($name); })*

        #[test]
        fn every_trouble_is_met() {
            let met = [$($name),*];
            assert!(TROUBLES.iter().all(|(name, ..)| met.contains(name)));
        }
    };
}

troubles! {
    the_org_answers_500 = "server-error",
    the_org_answers_500_in_its_own_words = "server-error-ion",
    the_org_answers_429_without_a_time = "too-many-bare",
    the_org_answers_429_in_its_own_words = "too-many-ion",
    the_org_answers_nothing = "empty",
    a_proxy_answers_with_a_page = "html",
    the_answer_is_cut_off = "cut",
    the_line_breaks_before_it_is_done = "dropped-before",
    the_line_breaks_after_it_is_done = "dropped-after",
}

#[test]
fn the_org_answers_429_and_says_how_long() {
    visit("too-many-timed", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        let fault = Fault::once(PROFILE, FaultKind::TooManyClassic);
        visit.arm(Fault {
            retry_after_seconds: Some(40),
            ..fault
        });
        visit.expect(Failure::Status(429));
        visit.press("Sign Up").await;
        stays_with_a_sentence(visit, "seconds").await;
        let said = visit.text().await;
        let seconds = said
            .split_whitespace()
            .filter_map(|word| word.parse::<u32>().ok())
            .max();
        assert!(
            seconds.is_some_and(|seconds| (30..=40).contains(&seconds)),
            "{said}"
        );
    });
}

#[test]
fn k24_the_network_is_gone_and_comes_back() {
    visit("offline", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        visit.offline(true).await;
        visit.expect(Failure::Network);
        visit.press("Sign Up").await;
        stays_with_a_sentence(visit, "cannot be reached").await;
        visit.offline(false).await;
        assert_eq!(visit.org_was_asked(PROFILE), 0, "nothing is sent by itself");
        visit.press("Try again").await;
        Stop::FirstList.met(visit).await;
        assert_eq!(visit.org_was_asked(PROFILE), 1);
    });
}

#[test]
fn k24_a_slow_org_is_waited_for_and_pressed_once() {
    visit("slow", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        let fault = Fault::once(PROFILE, FaultKind::Slow);
        visit.arm(Fault {
            millis: 15_000,
            ..fault
        });
        visit.press("Sign Up").await;
        visit
            .until("a busy button", async || {
                visit.is_busy().await.then_some(())
            })
            .await;
        assert!(
            visit.focused().await.starts_with("button"),
            "a busy button keeps its focus"
        );
        visit.press("Sign Up").await;
        visit
            .until("a button that looks busy", async || {
                visit.looks_busy().await.then_some(())
            })
            .await;
        visit.screenshot("slow-busy").await;
        visit.reads("longer than usual").await;
        visit.check().await;
        assert_eq!(visit.value("userProfile.email").await, ADA.email);
        // It comes in the end, or the page gives up and offers another try; either way the account is made once.
        let end = visit
            .until("the end of the wait", async || {
                let again = visit.buttons().await.contains(&"Try again".to_owned());
                (again || visit.step().await == Stop::FirstList.step()).then_some(again)
            })
            .await;
        if end {
            stays_with_a_sentence(visit, "in time").await;
            visit.press("Try again").await;
        }
        Stop::FirstList.met(visit).await;
        assert!(visit.org_was_asked(PROFILE) <= 2);
    });
}

#[test]
fn a_slow_org_need_not_be_waited_for() {
    visit("slow-stopped", Scene::new(), async |visit| {
        walk::to(visit, Stop::SignUp).await;
        Stop::SignUp.fill(visit).await;
        let fault = Fault::once(PROFILE, FaultKind::Slow);
        visit.arm(Fault {
            millis: 15_000,
            ..fault
        });
        visit.press("Sign Up").await;
        visit.press("Stop waiting").await;
        visit
            .until("the form at rest", async || {
                (!visit.is_busy().await).then_some(())
            })
            .await;
        assert!(!visit.looks_busy().await, "it can be pressed again");
        assert_eq!(visit.value("userProfile.email").await, ADA.email);
        visit.check().await;
        // The org had it: what comes now is the page it stands at.
        visit.press("Sign Up").await;
        Stop::FirstList.met(visit).await;
        // It was asked where it stands, and what it had already was not sent a second time.
        assert_eq!(visit.posts_to(PROFILE).await.len(), 1);
    });
}

#[test]
fn an_org_that_cannot_be_reached_at_the_start_has_a_page_with_another_try() {
    visit("unreachable", Scene::new(), async |visit| {
        visit.arm(Fault {
            ..Fault::once("/oauth2/default/v1/interact", FaultKind::DropBefore)
        });
        visit.expect(Failure::Network);
        visit.open("/login").await;
        visit.reaches("error").await;
        visit.check().await;
        assert!(
            visit.text().await.contains("cannot be reached"),
            "{}",
            visit.text().await
        );
        visit.press("Try again").await;
        visit.at("identify", "Sign In").await;
    });
}

#[test]
fn a_poll_that_fails_says_nothing() {
    visit("poll", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        visit.arm(Fault::once(
            "/idp/idx/challenge/poll",
            FaultKind::ServerError,
        ));
        visit
            .until("the failed poll", async || {
                visit
                    .console()
                    .await
                    .iter()
                    .any(|line| line.contains("status of 500"))
                    .then_some(())
            })
            .await;
        assert_eq!(visit.alerts().await, Vec::<String>::new());
        let before = visit.posts_to("/idp/idx/challenge/poll").await.len();
        visit
            .until("the next poll", async || {
                (visit.posts_to("/idp/idx/challenge/poll").await.len() > before).then_some(())
            })
            .await;
        visit.expect(Failure::Status(500));
        Stop::EmailCode.pass(visit).await;
    });
}

#[test]
fn k08_an_expired_transaction_starts_again_and_keeps_the_address() {
    visit("k08", Scene::new(), async |visit| {
        walk::to(visit, Stop::Password).await;
        visit.fill("New password", ADA.password).await;
        visit.fill("Re-enter new password", ADA.password).await;
        visit.later(Duration::from_secs(2 * 60 * 60));
        visit.expect(Failure::Status(401));
        visit.press("Submit").await;
        starts_again(visit).await;
        Stop::SignUp.met(visit).await;
        assert_eq!(
            visit.value("userProfile.email").await,
            ADA.email,
            "the address is kept"
        );
        for stop in Stop::ALL {
            if stop != Stop::Home {
                stop.pass(visit).await;
            }
        }
    });
}

#[test]
fn k08_a_reload_after_the_end_of_the_transaction_says_so() {
    visit("k08-reload", Scene::new(), async |visit| {
        walk::to(visit, Stop::SecondList).await;
        visit.later(Duration::from_secs(2 * 60 * 60));
        visit.expect(Failure::Status(401));
        visit.reload().await;
        starts_again(visit).await;
        Stop::SignUp.met(visit).await;
        assert_eq!(
            visit.value("userProfile.email").await,
            ADA.email,
            "the address is kept"
        );
    });
}

#[test]
fn k08_a_poll_notices_the_end_by_itself() {
    visit("k08-poll", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        visit.later(Duration::from_secs(2 * 60 * 60));
        visit.expect(Failure::Status(401));
        starts_again(visit).await;
        Stop::SignUp.met(visit).await;
    });
}

/// There is a sentence and one button, which is pressed.
async fn starts_again(visit: &Visit) {
    visit
        .until("the button to start again", async || {
            visit
                .buttons()
                .await
                .contains(&"Start again".to_owned())
                .then_some(())
        })
        .await;
    visit.check().await;
    assert!(visit.inputs().await.is_empty(), "no form is left");
    visit.press("Start again").await;
}

/// A page that asks for a name, with so many bytes in its label.
fn asks(org: &str, bytes: usize) -> (u16, String) {
    // Signs of two bytes: where a piece of the answer ends, one of them may be cut in two.
    let label = "ü".repeat(bytes / 2);
    let body = json!({"version": "1.0.0", "stateHandle": "02.id.long", "remediation": {"type": "array", "value": [
        {"rel": ["create-form"], "name": "identify", "method": "POST", "href": format!("{org}/idp/idx/identify"),
         "value": [{"name": "identifier", "label": "Username", "required": true}]}]},
        "app": {"type": "object", "value": {"label": label}}});
    (200, body.to_string())
}

/// An org whose pages have so many bytes.
async fn long_winded(first: usize, second: usize) -> Script {
    let org = Script::new(|_, _| (500, String::new())).await;
    let origin = org.origin().to_owned();
    org.says(move |path, _| match path {
        _ if path.ends_with("/v1/interact") => {
            (200, json!({"interaction_handle": "ih"}).to_string())
        }
        "/idp/idx/introspect" => asks(&origin, first),
        _ => asks(&origin, second),
    });
    org
}

#[test]
fn an_answer_that_is_too_long_for_one_is_none() {
    // Before the app is there boot.js reads it, at other addresses the app.
    for (name, address) in [("early", "/login"), ("later", "/recover")] {
        let more = json!({});
        let story = async |page: &Page, org: &Script| {
            page.open(address).await;
            page.reaches("error").await;
            page.reads("not answering properly").await;
            page.check().await;
            assert_eq!(org.sent_to("/idp/idx/introspect").len(), 1);
        };
        scripted(
            &format!("too-long-{name}"),
            &more,
            long_winded(2_100_000, 0),
            story,
        );
    }
}

#[test]
fn an_answer_that_is_nearly_too_long_is_one_and_the_step_stays_where_the_next_is_too_long() {
    let none: Value = json!({});
    scripted(
        "nearly-too-long",
        &none,
        long_winded(1_900_000, 2_100_000),
        async |page, org| {
            page.open("/login").await;
            page.at("identify", "Sign In").await;
            page.fill("Username", "ada").await;
            page.press("Next").await;
            page.until("a sentence", async || {
                let alerts = page.alerts().await.join(" ");
                alerts.contains("not answering properly").then_some(())
            })
            .await;
            assert_eq!(page.step().await, "identify");
            assert_eq!(page.value("identifier").await, "ada");
            assert_eq!(org.sent_to("/idp/idx/identify").len(), 1);
        },
    );
}
