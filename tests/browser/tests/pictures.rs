//! A picture of each page. The ones in the README are drawn anew with
//! `cargo test -p browser-tests --test stories -- --ignored pictures`.

use std::fs;

use browser_tests::{Scene, Visit, Window, visit};

use crate::walk::{self, ADA, Stop};

const PAGES: [(Stop, &str); 9] = [
    (Stop::SignUp, "2-sign-up"),
    (Stop::FirstList, "3-choose-password"),
    (Stop::Password, "4-set-password"),
    (Stop::SecondList, "5-choose-email-or-phone"),
    (Stop::EmailCode, "6-email-code"),
    (Stop::ThirdList, "7-choose-phone-or-skip"),
    (Stop::Number, "8-phone-number"),
    (Stop::PhoneCode, "9-sms-code"),
    (Stop::Home, "10-home"),
];

/// Every page of the walk, untouched, and one with mistakes.
async fn every_page(visit: &Visit, mut take: impl AsyncFnMut(&'static str)) {
    visit.open("/").await;
    walk::is_nobody(visit).await;
    take("0-welcome").await;
    walk::goes_to_sign_in(visit).await;
    take("1-sign-in").await;
    visit.press("Sign Up").await;
    for (stop, name) in PAGES {
        stop.met(visit).await;
        take(name).await;
        if stop == Stop::SignUp {
            visit.fill("Email", "3.14e2").await;
            visit.press("Sign Up").await;
            visit.refused("enroll-profile").await;
            take("2-sign-up-with-mistakes").await;
        }
        if stop != Stop::Home {
            stop.answer(visit).await;
        }
    }
    assert_eq!(
        visit
            .person(ADA.email)
            .map(|person| person.first_name)
            .as_deref(),
        Some(ADA.first)
    );
}

fn look(name: &str, window: Window) {
    visit(name, Scene::new().window(window), async |visit| {
        every_page(visit, async |page| {
            visit.screenshot(&format!("{name}-{page}")).await;
            // What is drawn above a heading fills its place.
            let small = "[...document.querySelectorAll('.card__icon')].some((icon) => \
                         !(icon.querySelector('svg > path')?.getBBox().width > 11))";
            assert_eq!(visit.evaluate(small).await, false, "the picture of {page}");
        })
        .await;
    });
}

#[test]
fn every_page_in_the_dark() {
    look("dark", Window::WIDE.dark());
}

#[test]
fn every_page_on_a_small_phone() {
    look("small", Window::PHONE);
}

#[test]
#[ignore = "draws the pictures of the README anew"]
fn pictures_of_the_readme() {
    visit(
        "pictures",
        Scene::new().window(Window::SQUARE),
        async |visit| {
            let folder = xtask::paths::root().join("docs/screenshots");
            fs::create_dir_all(&folder).expect("docs can be written");
            every_page(visit, async |page| {
                // Without the ring around the heading that has just got the focus, and with nothing under the mouse.
                visit.point_nowhere().await;
                visit.evaluate("document.activeElement?.blur()").await;
                fs::write(folder.join(format!("{page}.png")), visit.picture().await)
                    .expect("docs can be written");
            })
            .await;
        },
    );
}
