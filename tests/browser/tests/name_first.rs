//! Where the name comes first and a password is nothing that everybody has.

use browser_tests::{Scene, Visit, visit};

use crate::walk::{self, ADA, Stop};

fn name_first(name: &str, story: impl AsyncFnOnce(&Visit)) {
    visit(name, Scene::new().policy("password-optional"), story);
}

/// Ada signs up with her names and address; no list comes before the code of her mail.
async fn signs_up(visit: &Visit) {
    walk::to(visit, Stop::SignUp).await;
    Stop::SignUp.fill(visit).await;
    visit.press("Sign Up").await;
    Stop::EmailCode.met(visit).await;
    Stop::EmailCode.fill(visit).await;
    visit
        .at("select-authenticator-enroll", "Choose an authenticator")
        .await;
    assert_eq!(visit.choice_labels().await, ["Password"]);
}

/// Says who she is, and nothing else.
async fn says_who_she_is(visit: &Visit) {
    let names: Vec<_> = visit
        .inputs()
        .await
        .into_iter()
        .map(|input| input.name)
        .collect();
    assert_eq!(names, ["identifier"], "nothing but the name is asked for");
    visit.fill("Username", ADA.email).await;
    visit.press("Next").await;
}

const LIST: [&str; 2] = [
    "select-authenticator-authenticate",
    "Choose an authenticator",
];

#[test]
fn j06_j25_who_leaves_the_password_out_signs_in_by_mail() {
    name_first("j06", async |visit| {
        signs_up(visit).await;
        visit.press("Skip").await;
        Stop::Home.met(visit).await;
        let made = visit.person(ADA.email).expect("an account");
        assert_eq!(made.authenticators, ["okta_email"]);
        walk::comes_again(visit).await;
        says_who_she_is(visit).await;
        // With one way there is nothing to choose; before the mail goes out she is asked or she has chosen.
        let step = walk::leaves(visit, "identify").await;
        assert_ne!(step, LIST[0], "there is nothing to choose");
        if step == "authenticator-verification-data" {
            visit.press("Send the code").await;
        }
        visit
            .at("challenge-authenticator", "Enter verification code")
            .await;
        assert_eq!(visit.inputs().await[0].autocomplete, "one-time-code");
        let codes = visit.sent().len();
        assert_eq!(codes, 2, "one at sign-up, one now");
        visit
            .fill("Enter code", &visit.code_for(ADA.email).await)
            .await;
        Stop::Home.met(visit).await;
        assert_eq!(visit.posts_to("/idp/idx/enroll/new").await.len(), 1);
    });
}

#[test]
fn j07_j27_who_takes_a_password_signs_in_by_it_and_a_manager_knows_whose_it_is() {
    name_first("j07", async |visit| {
        signs_up(visit).await;
        walk::takes(visit, "Password").await;
        Stop::Password.met(visit).await;
        Stop::Password.answer(visit).await;
        Stop::Home.met(visit).await;
        let made = visit.person(ADA.email).expect("an account");
        assert_eq!(made.authenticators, ["okta_email", "okta_password"]);
        walk::comes_again(visit).await;
        says_who_she_is(visit).await;
        visit.at(LIST[0], LIST[1]).await;
        let mut ways = visit.choice_labels().await;
        ways.sort();
        assert_eq!(ways, ["Email", "Password"]);
        walk::takes(visit, "Password").await;
        visit
            .at("challenge-authenticator", "Enter your password")
            .await;
        assert_eq!(
            visit.input("credentials.passcode").await.autocomplete,
            "current-password"
        );
        // What a password manager reads stands in the same form, and is nobody's to see or to reach.
        let whose = "(() => { const [name] = document.querySelectorAll('[autocomplete=username]'); \
            return [name.value, name.form === document.getElementsByName('credentials.passcode')[0].form, \
            name.tabIndex, name.getBoundingClientRect().width < 3]; })()";
        let whose = visit.evaluate(whose).await;
        assert_eq!(whose, serde_json::json!([ADA.email, true, -1, true]));
        visit.fill("Password", ADA.password).await;
        visit.press("Next").await;
        Stop::Home.met(visit).await;
        let answer = visit.posts_to("/idp/idx/challenge/answer").await;
        let answer = answer.last().expect("an answer");
        assert_eq!(
            answer.sent("/identifier"),
            None,
            "what is only for the manager is not sent"
        );
        assert_eq!(visit.sent().len(), 1, "no code was asked for");
    });
}

#[test]
fn j25_j26_a_mail_is_answered_by_its_code_or_its_link() {
    name_first("j26", async |visit| {
        walk::comes_with_an_account(visit).await;
        for by_link in [true, false] {
            says_who_she_is(visit).await;
            visit.at(LIST[0], LIST[1]).await;
            walk::takes(visit, "Email").await;
            visit
                .at("challenge-authenticator", "Enter verification code")
                .await;
            if !by_link {
                let code = visit.code_for(ADA.email).await;
                let wrong = walk::other_than(&code);
                walk::types_a_wrong_code(visit, "challenge-authenticator", wrong).await;
                visit.fill("Enter code", &code).await;
                visit.press("Submit").await;
                return Stop::Home.met(visit).await;
            }
            let first = visit.tab().await;
            let link = visit.link_for(ADA.email).await;
            visit.opens_tab().await;
            visit.go(&link).await;
            Stop::Home.met(visit).await;
            visit.has_address("/").await;
            visit.looks_at(&first).await;
            visit.at("terminal", "This went on in another tab").await;
            visit.press("Back to sign in").await;
            visit.at("identify", "Sign In").await;
        }
    });
}
