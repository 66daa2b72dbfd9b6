//! The console as a page: without a script, pressed by a browser that only knows forms.

use crate::support::{Answer, Browser, PASSWORD};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

const MARY: &str = "mary@acme.test";

/// Posts a form of the page and follows to the page after it.
async fn press(browser: &Browser, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.form("/console", fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let target = answer.headers["location"].to_str().expect("an address");
    browser.get(target).await
}

/// The value of a hidden field in the first form with this button.
fn hidden(html: &str, button: &str, name: &str) -> String {
    let end = html
        .find(&format!("<button>{button}</button>"))
        .unwrap_or_else(|| panic!("no {button} in {html}"));
    let start = html[..end].rfind("<form").expect("a form");
    let marker = format!("name=\"{name}\" value=\"");
    let form = &html[start..end];
    let value = form.find(&marker).expect("the field") + marker.len();
    form[value..]
        .split('"')
        .next()
        .expect("a value")
        .replace("&amp;", "&")
}

async fn with_mary(device: Option<&str>) -> Browser {
    let browser = Browser::new("okta-verify");
    let mary =
        json!({"email": MARY, "firstName": "M<b>ary", "password": PASSWORD, "device": device});
    assert_eq!(browser.console("people", mary).await.status, 201);
    browser
}

#[tokio::test]
async fn the_page_runs_nothing_and_posts_to_itself_only() {
    let browser = with_mary(None).await;
    let page = browser.get("/console").await;
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
    assert!(!page.text.contains("<script") && !page.text.contains("<b>"));
    assert!(page.text.contains("M&lt;b&gt;ary"));
    assert!(browser.get("/").await.text.contains("href=\"/console\""));
    assert_eq!(browser.get("/console?client=none").await.status, 400);
    let said = browser.get("/console?said=%3Cb%3Ehello").await;
    assert!(said.text.contains("&lt;b&gt;hello"));
}

#[tokio::test]
async fn every_control_has_a_label() {
    let browser = with_mary(Some("Pixel")).await;
    let html =
        browser.get("/console?client=help-desk").await.text + &browser.get("/console").await.text;
    let controls = html
        .split('<')
        .filter(|tag| tag.starts_with("input") || tag.starts_with("select"))
        .filter(|tag| !tag.contains("type=\"hidden\""));
    let mut seen = 0;
    for control in controls {
        let id = control
            .split("id=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_else(|| panic!("no id in {control}"));
        assert!(html.contains(&format!("<label for=\"{id}\">")), "{id}");
        seen += 1;
    }
    assert!(seen >= 10);
}

#[tokio::test]
async fn a_phone_scans_and_answers_on_the_page() {
    let browser = with_mary(None).await;
    let start = browser.start().await;
    let page = browser.sign_in(&start, MARY, PASSWORD).await;
    let page = browser.choose(&page, "Okta Verify").await;
    let shown = browser.get("/console").await.text;
    let address = hidden(&shown, "Scan with a phone", "address");
    let after = press(&browser, &[("action", "scan"), ("address", &address)]).await;
    assert!(
        after
            .text
            .contains("Okta Verify is set up for mary@acme.test.")
    );
    let done = browser.submit(&page, "enroll-poll", json!({})).await;
    assert!(done.is_done());

    let start = browser.start().await;
    let page = browser.sign_in(&start, MARY, PASSWORD).await;
    let list = page.form("authenticator-verification-data").expect("data");
    let id = list.pointer("/value/0/form/value/0/value").cloned();
    let push = json!({"authenticator": {"id": id, "methodType": "push"}});
    let page = browser
        .submit(&page, "authenticator-verification-data", push)
        .await;
    let number = page
        .json()
        .pointer("/currentAuthenticator/value/contextualData/correctAnswer")
        .and_then(|number| number.as_str())
        .expect("a number")
        .to_owned();
    let shown = browser.get("/console").await.text;
    assert_eq!(hidden(&shown, &number, "answer"), "number");
    let email = hidden(&shown, &number, "email");
    let fields = [
        ("action", "push"),
        ("email", email.as_str()),
        ("answer", "number"),
        ("number", number.as_str()),
    ];
    let after = press(&browser, &fields).await;
    assert!(after.text.contains("The sign-in is approved."));
    let again = press(&browser, &fields).await;
    assert!(
        again.text.contains("No push waits"),
        "a press too many is told"
    );
    assert!(
        browser
            .submit(&page, "challenge-poll", json!({}))
            .await
            .is_done()
    );
}

#[tokio::test]
async fn the_help_desk_the_clock_and_the_faults_are_pressed() {
    let browser = Browser::new("help-desk");
    press(&browser, &[("action", "presets")]).await;
    assert!(!browser.org.people().is_empty());
    let shown = browser.get("/console").await.text;
    assert!(shown.contains("<p>Temporary code</p>") && shown.contains("<p>Locked.</p>"));
    let nina = "nina@acme.test";
    let fields = [
        ("action", "remove"),
        ("email", nina),
        ("authenticator", "phone_number"),
    ];
    assert!(
        press(&browser, &fields)
            .await
            .text
            .contains("It is removed.")
    );
    let given = press(
        &browser,
        &[("action", "code"), ("email", nina), ("minutes", "15")],
    )
    .await;
    assert!(given.text.contains("The code is "));
    let refused = press(
        &browser,
        &[("action", "code"), ("email", nina), ("minutes", "5")],
    )
    .await;
    assert!(refused.text.contains("10 to 720 minutes"));
    press(
        &browser,
        &[("action", "unlock"), ("email", "lotte@acme.test")],
    )
    .await;
    assert!(browser.org.people().iter().all(|person| !person.locked));

    press(&browser, &[("action", "clock"), ("seconds", "60")]).await;
    assert_eq!(browser.org.clock().ahead().as_secs(), 60);
    let armed = press(
        &browser,
        &[("action", "fault"), ("path", "/idp/idx/"), ("kind", "500")],
    )
    .await;
    assert!(armed.text.contains("500 at /idp/idx/"));
    press(&browser, &[("action", "disarm")]).await;
    let page = browser.start().await;
    assert_eq!(page.status(), 200);
    for bad in [
        &[("action", "dance")][..],
        &[],
        &[("action", "clock"), ("seconds", "soon")],
        &[("action", "person"), ("email", "nobody")],
    ] {
        let after = press(&browser, bad).await;
        assert!(after.text.contains("role=\"status\""), "{bad:?}");
    }
    let person = [
        ("action", "person"),
        ("email", "ann@acme.test"),
        ("client", "totp"),
    ];
    press(&browser, &person).await;
    let people = browser.get("/console/people?client=totp").await.json;
    assert_eq!(people[0]["email"], "ann@acme.test");
    let get = Request::get("/console?client=totp").body(Body::empty());
    let shown = browser.send(get.expect("a request")).await;
    assert!(shown.text.contains("<option selected>totp</option>"));
}
