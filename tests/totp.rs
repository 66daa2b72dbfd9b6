//! An authenticator app: its key scanned, typed, copied or opened, and its codes (journeys J12, J39, J40).

use std::time::Duration;

use crate::visitor::Visitor;
use vestibule::http::launchable;
use vestibule::oauth::Purpose;
use vestibule::pages::{Card, CodeKind, Part, Press};

const CODE: &str = "credentials.passcode";
const PASSWORD: &str = "Engine-No-1";
const MARY: &str = "mary@acme.test";

fn key(card: &Card) -> String {
    let key = card.parts.iter().find_map(|part| match part {
        Part::Key(key) => Some(key.clone()),
        _ => None,
    });
    key.expect("a key to copy")
}

/// What an app shows that was given this key.
fn shown(of: &Visitor, key: &str) -> String {
    let secret = totp_rs::Secret::Encoded(key.to_owned())
        .to_bytes()
        .expect("the key is base32");
    let app = totp_rs::TOTP::new(
        totp_rs::Algorithm::SHA1,
        6,
        1,
        30,
        secret,
        None,
        String::new(),
    )
    .expect("a key that is long enough");
    let now = of.org().clock().now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a time after 1970");
    app.generate(since.as_secs())
}

async fn mary() -> Visitor {
    let mary = Visitor::of("totp");
    mary.org()
        .add_person(MARY, "Mary", "Holm", Some(PASSWORD))
        .expect("a new person");
    signs_in(&mary).await;
    mary
}

async fn signs_in(mary: &Visitor) {
    mary.comes_to(Purpose::SignIn).await;
    mary.sends(&[("identifier", MARY), ("credentials.passcode", PASSWORD)])
        .await;
}

#[tokio::test]
async fn j12_the_picture_the_key_and_the_link_say_the_same() {
    let ada = Visitor::of("totp");
    ada.signs_up("ada@example.com").await;
    ada.sets_password(PASSWORD).await;
    ada.chooses("Google Authenticator").await;
    let card = ada.page();
    assert_eq!(card.heading, "Set up Google Authenticator");
    let key = key(&card);
    assert!(
        card.parts.iter().any(|part| matches!(
            part,
            Part::Image { source, alternative }
                if source.starts_with("data:image/") && alternative.contains(&key)
        )),
        "a picture with the key as its text"
    );
    let opens = card.links.iter().find_map(|link| match &link.press {
        Press::Leave(to) => Some(to.clone()),
        _ => None,
    });
    let opens = opens.expect("a link for somebody who reads this on the phone");
    assert!(launchable(&opens));
    assert_eq!(
        opens,
        format!(
            "otpauth://totp/localhost%3A8081:ada%40example.com?secret={key}&issuer=localhost%3A8081"
        )
    );
    let input = card.inputs().next().expect("a box for the code");
    assert_eq!(
        (input.code, input.whole, input.mode),
        (Some(CodeKind::Digits), Some(6), Some("numeric"))
    );
    ada.sends(&[(CODE, "000000")]).await;
    assert_eq!(
        ada.problems(),
        ["credentials.passcode: Invalid code. Try again."]
    );
    assert_eq!(ada.page().parts, card.parts, "the same key as before");
    let code = shown(&ada, &key);
    ada.sends(&[(CODE, &format!(" {} {}", &code[..3], &code[3..]))])
        .await;
    assert_eq!(ada.signed_in_as().as_deref(), Some("ada@example.com"));
}

#[tokio::test]
async fn j39_j40_an_app_is_set_up_at_a_sign_in_and_asked_at_the_next() {
    let mary = mary().await;
    assert_eq!(mary.choices(), ["Google Authenticator"]);
    mary.chooses("Google Authenticator").await;
    let key = key(&mary.page());
    let used = shown(&mary, &key);
    mary.sends(&[(CODE, &used)]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));

    signs_in(&mary).await;
    assert_eq!(mary.step(), "challenge-authenticator", "no list in between");
    let card = mary.page();
    assert_eq!(
        card.intro,
        ["Enter the code that Google Authenticator shows."]
    );
    assert!(!card.parts.iter().any(|part| matches!(part, Part::Key(_))));
    mary.sends(&[(CODE, &used)]).await;
    assert_eq!(
        mary.problems(),
        [
            "credentials.passcode: This code was used already. Wait until the app shows the next one, then type that."
        ]
    );
    mary.org().clock().forward(Duration::from_secs(31));
    mary.sends(&[(CODE, &shown(&mary, &key))]).await;
    assert_eq!(mary.signed_in_as().as_deref(), Some(MARY));
}
