//! Nobody learns who has an account (scenario K27).

use crate::support::{Browser, PASSWORD, Page, profile};
use serde_json::{Value, json};

const MARY: &str = "mary@acme.test";
const NOBODY: &str = "nobody@acme.test";

async fn private() -> Browser {
    let browser = Browser::new("private");
    browser.person(MARY, json!({})).await;
    browser
}

/// What a page tells: everything but handles, times and the name that was typed.
fn told(page: &Page, name: &str) -> (u16, String) {
    let mut text = page.json().clone();
    for member in ["stateHandle", "expiresAt"] {
        text.as_object_mut().expect("an object").remove(member);
    }
    let text = text
        .to_string()
        .replace(&page.handle(), "")
        .replace(name, "NAME");
    (page.status(), text)
}

/// Two runs, with a name that is known and one that is not, through the same presses.
async fn same(presses: &[(&str, Value)]) -> [(Browser, Page); 2] {
    let (one, two) = (private().await, private().await);
    let mut known = one.start().await;
    let mut unknown = two.start().await;
    for (form, body) in presses {
        let body = |name: &str| {
            serde_json::from_str(&body.to_string().replace("NAME", name)).expect("JSON")
        };
        known = one.submit(&known, form, body(MARY)).await;
        unknown = two.submit(&unknown, form, body(NOBODY)).await;
        assert_eq!(told(&known, MARY), told(&unknown, NOBODY), "after {form}");
    }
    [(one, known), (two, unknown)]
}

fn code(passcode: &str) -> (&'static str, Value) {
    (
        "challenge-authenticator",
        json!({"credentials": {"passcode": passcode}}),
    )
}

#[tokio::test]
async fn k27_at_sign_in() {
    let name = ("identify", json!({"identifier": "NAME"}));
    let [(one, page), _] = same(&[name, code("Wrong-2031"), code("Wrong-2032")]).await;
    assert_eq!(page.said(), ["incorrectPassword"]);
    let page = one.passcode(&page, PASSWORD).await;
    assert_eq!(
        page.step(),
        "authenticator-verification-data",
        "the known one gets further"
    );
}

#[tokio::test]
async fn k27_in_a_recovery_with_a_code_that_is_never_right() {
    let mail = (
        "authenticator-verification-data",
        json!({"authenticator": {"methodType": "email", "id": "ID"}}),
    );
    let presses = [
        ("identify", json!({"identifier": "NAME"})),
        ("recover", json!({})),
        (
            mail.0,
            serde_json::from_str(&mail.1.to_string().replace("ID", "autEm4il0VestibuleOrg"))
                .expect("JSON"),
        ),
        code("000000"),
    ];
    let [(one, known), (two, _)] = same(&presses).await;
    assert!(two.org.inbox().is_empty(), "nobody gets a mail");
    let page = one.code(&known).await;
    assert_eq!(page.step(), "reset-authenticator");
}

#[tokio::test]
async fn k27_at_an_unlock() {
    let id = "autEm4il0VestibuleOrg";
    let presses = [
        ("unlock-account", json!({})),
        ("unlock-account", json!({"identifier": "NAME"})),
        (
            "select-authenticator-unlock-account",
            json!({"authenticator": {"id": id}}),
        ),
        code("000000"),
    ];
    let [(one, known), (two, _)] = same(&presses).await;
    assert!(two.org.inbox().is_empty());
    let page = one.code(&known).await;
    assert_eq!(page.said(), ["oie.selfservice.unlock_user.success.message"]);
}

#[tokio::test]
async fn k27_at_sign_up_only_the_owner_learns_it_by_mail() {
    let (one, two) = (private().await, private().await);
    let mut pages = Vec::new();
    for (browser, address) in [(&one, MARY), (&two, NOBODY)] {
        let page = browser.start().await;
        let page = browser
            .submit(&page, "select-enroll-profile", json!({}))
            .await;
        let page = browser
            .submit(&page, "enroll-profile", profile(address))
            .await;
        assert_eq!(page.options(), ["Email", "Password"]);
        let page = browser.choose(&page, "Email").await;
        let wrong = browser.passcode(&page, "000000").await;
        assert_eq!(wrong.status(), 401);
        let mut text = wrong
            .json()
            .to_string()
            .replace(&wrong.handle(), "")
            .replace(address, "NAME");
        let id = wrong.json()["user"]["value"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        text = text.replace(&id, "ID");
        let end = wrong.json()["expiresAt"]
            .as_str()
            .expect("a time")
            .to_owned();
        pages.push(text.replace(&end, ""));
    }
    assert_eq!(pages[0], pages[1]);
    let mail = one.last();
    assert_eq!((mail.to.as_str(), mail.code.as_str()), (MARY, ""));
    assert_eq!(mail.subject.as_deref(), Some("You have an account already"));
    assert_eq!(two.last().code.len(), 6);
    assert_eq!(one.org.people().len(), 1);
}
