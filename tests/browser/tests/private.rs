//! Where nobody is told who has an account: whoever tries somebody else's name meets what they would meet with any.

use browser_tests::{Failure, Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

/// Has no account, and a name as long as Ada's.
const ANA: &str = "ana@example.com";

/// What somebody sees, with every name of theirs left out.
async fn sees(visit: &Visit, name: &str, seen: &mut Vec<String>) {
    let step = visit.settles().await;
    visit.check().await;
    let text = visit.text().await.replace(name, "NAME");
    let title = visit.title().await;
    seen.push(format!(
        "{step} | {title} | {text} | {:?}",
        visit.buttons().await
    ));
}

/// Sends what stands in the form, and waits for what becomes of it.
async fn sends(visit: &Visit, button: &str) {
    let before = visit.posts().await.len();
    visit.expect(Failure::Status(400));
    visit.expect(Failure::Status(401));
    visit.press(button).await;
    visit
        .until("an answer", async || {
            (visit.posts().await.len() > before && !visit.is_busy().await).then_some(())
        })
        .await;
}

/// Everything that somebody meets who tries a name at an entrance, and every path that was asked.
async fn tries(visit: &Visit, entrance: &str, name: &str) -> Vec<String> {
    let mut seen = Vec::new();
    // Nothing of the try before is resumed.
    visit.takes_another_tab().await;
    let before = visit.posts().await.len();
    visit.open(entrance).await;
    visit.settles().await;
    sees(visit, name, &mut seen).await;
    visit.fill("Username", name).await;
    let way = visit.choice_labels().await.contains(&"Email".to_owned());
    if way {
        visit.choose("Email").await;
    }
    let unlocks = visit.step().await.ends_with("unlock-account");
    sends(visit, if unlocks { "Continue" } else { "Next" }).await;
    sees(visit, name, &mut seen).await;
    let asks = visit.heading().await == "Enter your password";
    if asks && entrance == "/recover" {
        sends(visit, "Forgot your password?").await;
        walk::leaves(visit, "challenge-authenticator").await;
        sees(visit, name, &mut seen).await;
    } else if asks {
        visit.fill("Password", "Wrong-1843").await;
        sends(visit, "Next").await;
        visit.refused("challenge-authenticator").await;
        sees(visit, name, &mut seen).await;
        // A mistake is told on its own page, and on no other.
        visit.press("Verify with something else").await;
        visit
            .at(
                "select-authenticator-authenticate",
                "Choose an authenticator",
            )
            .await;
        assert_eq!(visit.errors().await.summary, Vec::<String>::new());
        sees(visit, name, &mut seen).await;
        seen.extend(asked(visit, before).await);
        return seen;
    }
    if visit.step().await == "select-authenticator-unlock-account" {
        visit.choose("Email").await;
        sends(visit, "Continue").await;
    }
    if visit.settles().await == "authenticator-verification-data" {
        sees(visit, name, &mut seen).await;
        sends(visit, "Send the code").await;
    }
    visit
        .at("challenge-authenticator", "Enter verification code")
        .await;
    visit.fill("Enter code", "1234").await;
    let mut code = visit.text().await.replace(name, "NAME");
    code.truncate(code.find("You can have a new code").unwrap_or(code.len()));
    seen.push(code);
    visit.fill("Enter code", "000000").await;
    visit.expect(Failure::Status(401));
    visit
        .until("the refusal", async || {
            (!visit.errors().await.summary.is_empty()).then_some(())
        })
        .await;
    let errors = visit.refused("challenge-authenticator").await;
    seen.push(format!("{errors:?}"));
    seen.extend(asked(visit, before).await);
    seen
}

/// What the org was asked since then, but for what asks again and again.
async fn asked(visit: &Visit, before: usize) -> Vec<String> {
    let posts = visit.posts().await.into_iter().skip(before);
    let urls = posts.map(|post| post.url);
    urls.filter(|url| !url.ends_with("/poll")).collect()
}

#[test]
fn k27_a_name_that_nobody_has_meets_what_anybodys_meets() {
    visit("k27", Scene::new().policy("private"), async |visit| {
        visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
        for entrance in ["/login", "/recover", "/unlock"] {
            let known = tries(visit, entrance, ADA.email).await;
            let unknown = tries(visit, entrance, ANA).await;
            for (known, unknown) in known.iter().zip(&unknown) {
                assert_eq!(known, unknown, "{entrance}");
            }
            assert_eq!(known.len(), unknown.len(), "{entrance}");
        }
        assert!(visit.sent().iter().all(|mail| mail.to == ADA.email));
    });
}

#[test]
fn k27_who_signs_up_with_a_taken_address_waits_for_a_code_that_its_owner_does_not_get() {
    visit(
        "k27-sign-up",
        Scene::new().policy("private"),
        async |visit| {
            visit.has_account(ADA.email, ADA.first, ADA.last, ADA.password);
            let mut met = Vec::new();
            for email in [ANA, ADA.email] {
                let mut seen = Vec::new();
                walk::to(visit, Stop::SignUp).await;
                visit.fill("First name", ADA.first).await;
                visit.fill("Last name", ADA.last).await;
                visit.fill("Email", email).await;
                visit.press("Sign Up").await;
                visit
                    .at("select-authenticator-enroll", "Choose an authenticator")
                    .await;
                sees(visit, email, &mut seen).await;
                walk::takes(visit, "Email").await;
                visit
                    .at("enroll-authenticator", "Enter verification code")
                    .await;
                let text = visit.text().await.replace(email, "NAME");
                seen.push(
                    text.split("You can have a new code")
                        .next()
                        .unwrap_or("")
                        .to_owned(),
                );
                let mail = visit.sent().pop().expect("a mail");
                assert_eq!(
                    (mail.to.as_str(), mail.code.is_empty()),
                    (email, email == ADA.email)
                );
                walk::types_a_wrong_code(
                    visit,
                    "enroll-authenticator",
                    walk::other_than(&mail.code),
                )
                .await;
                visit.press("Back to sign in").await;
                visit.at("identify", "Sign In").await;
                met.push(seen);
            }
            assert_eq!(met[0], met[1]);
            assert_eq!(visit.person(ANA).map(|person| person.email), None);
        },
    );
}
