//! Reload, Back, Forward and a nervous finger, at every page of the walk: nothing is done twice, nothing is lost.

use browser_tests::{Request, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

/// What asks the org where it stands, and changes nothing.
fn only_looks(request: &Request) -> bool {
    ["/idp/idx/introspect", "/idp/idx/challenge/poll"]
        .iter()
        .any(|path| request.url.ends_with(path))
}

/// What the page did to the org since `before`, apart from looking.
async fn done_since(visit: &Visit, before: usize) -> Vec<String> {
    let posts = visit.posts().await;
    posts
        .into_iter()
        .skip(before)
        .filter(|post| !only_looks(post))
        .map(|post| post.url)
        .collect()
}

#[test]
fn k04_a_reload_brings_every_page_back() {
    visit("k04", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        let before = visit.posts().await.len();
        visit.reload().await;
        visit.at("identify", "Sign In").await;
        visit.has_address("/login").await;
        assert_eq!(
            done_since(visit, before).await,
            Vec::<String>::new(),
            "the Sign In page comes back"
        );

        visit.press("Sign Up").await;
        for stop in Stop::ALL {
            stop.met(visit).await;
            let (before, mails) = (visit.posts().await.len(), visit.sent().len());
            let choices = visit.choice_labels().await;
            visit.reload().await;
            stop.met(visit).await;
            assert_eq!(
                visit.choice_labels().await,
                choices,
                "{stop:?} offers the same"
            );
            assert_eq!(
                done_since(visit, before).await,
                Vec::<String>::new(),
                "a reload of {stop:?} does nothing"
            );
            assert_eq!(
                visit.sent().len(),
                mails,
                "a reload of {stop:?} sends no code"
            );
            if stop != Stop::Home {
                stop.answer(visit).await;
            }
        }
    });
}

#[test]
fn k04_what_was_typed_and_not_sent_outlives_a_reload_unless_it_is_secret() {
    visit("k04-typed", Scene::new(), async |visit| {
        visit.open("/login").await;
        visit.at("identify", "Sign In").await;
        visit.fill("Username", ADA.email).await;
        visit.fill("Password", ADA.password).await;
        visit.reload().await;
        visit.at("identify", "Sign In").await;
        assert_eq!(visit.value("identifier").await, ADA.email);
        assert_eq!(visit.value("credentials.passcode").await, "");
        let kept = format!("{:?}", visit.storage().await);
        assert!(!kept.contains(ADA.password), "a password is nowhere");

        visit.press("Sign Up").await;
        Stop::SignUp.met(visit).await;
        visit.fill("First name", ADA.first).await;
        visit.reload().await;
        Stop::SignUp.met(visit).await;
        assert_eq!(visit.value("userProfile.firstName").await, ADA.first);
        assert_eq!(visit.value("userProfile.email").await, ADA.email);
        for stop in Stop::ALL {
            if stop == Stop::Number {
                break;
            }
            stop.pass(visit).await;
        }
        visit.choose("Voice call").await;
        visit.fill("Extension (optional)", "12").await;
        visit.select("country", "DE").await;
        visit.fill("Phone number", "0151 1234").await;
        visit.reload().await;
        Stop::Number.met(visit).await;
        for (name, value) in [
            ("country", "DE"),
            ("authenticator.phoneNumber", "0151 1234"),
            ("extension", "12"),
        ] {
            assert_eq!(visit.value(name).await, value);
        }
        let chosen = visit.choices().await.into_iter().find(|one| one.checked);
        assert_eq!(chosen.map(|one| one.label).as_deref(), Some("Voice call"));
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        let kept = visit.storage().await.session;
        assert_eq!(
            kept.len(),
            1,
            "the tokens and nothing else: {:?}",
            kept.keys()
        );
    });
}

#[test]
fn k05_back_and_forward_are_safe_at_every_page() {
    visit("k05", Scene::new(), async |visit| {
        visit.open("/").await;
        walk::is_nobody(visit).await;
        visit.press("Sign Up").await;
        for stop in Stop::ALL {
            stop.met(visit).await;
            let (before, mails) = (visit.posts().await.len(), visit.sent().len());
            visit.back().await;
            let step = visit.settles().await;
            visit.check().await;
            if stop == Stop::Home {
                assert_eq!(step, "home", "after the end there is no form any more");
            }
            visit.forward().await;
            stop.met(visit).await;
            assert_eq!(
                done_since(visit, before).await,
                Vec::<String>::new(),
                "Back and Forward at {stop:?} send nothing"
            );
            assert_eq!(
                visit.sent().len(),
                mails,
                "Back and Forward at {stop:?} send no code"
            );
            if stop != Stop::Home {
                stop.answer(visit).await;
            }
        }
        // However far she goes back through what is over, she is in, and sees no form and no empty page.
        for _ in 0..3 {
            visit.back().await;
            Stop::Home.met(visit).await;
            assert_eq!(visit.inputs().await, []);
        }
        assert_eq!(
            visit.posts_to("/idp/idx/enroll/new").await.len(),
            1,
            "one account"
        );
        assert_eq!(visit.posts_to("/v1/token").await.len(), 1, "one exchange");
    });
}

#[test]
fn k05_back_from_the_code_leads_to_the_list_and_on_by_another_way() {
    visit("k05-other-way", Scene::new(), async |visit| {
        walk::to(visit, Stop::EmailCode).await;
        visit.back().await;
        visit
            .at("select-authenticator-enroll", "Choose an authenticator")
            .await;
        assert_eq!(visit.choice_labels().await, ["Email", "Phone"]);
        visit.choose("Phone").await;
        visit.press("Next").await;
        Stop::Number.met(visit).await;
    });
}

#[test]
fn two_quick_presses_send_one_request() {
    visit("two-presses", Scene::new(), async |visit| {
        visit.open("/register").await;
        for stop in Stop::ALL {
            stop.met(visit).await;
            if stop == Stop::Home {
                break;
            }
            let before = if stop.sends_itself() {
                let before = visit.posts().await.len();
                stop.answer(visit).await;
                before
            } else {
                stop.fill(visit).await;
                let before = visit.posts().await.len();
                visit.press_twice_fast(stop.button()).await;
                before
            };
            let next = stop.next().expect("Home was last");
            next.met(visit).await;
            let done = done_since(visit, before).await;
            // The last press is followed by the exchange of the code.
            let sent: Vec<_> = done
                .iter()
                .filter(|url| url.contains("/idp/idx/"))
                .collect();
            assert_eq!(sent.len(), 1, "{stop:?} sent {done:?}");
        }
        assert_eq!(
            visit
                .sent()
                .iter()
                .filter(|mail| mail.to == ADA.email)
                .count(),
            1
        );
    });
}
