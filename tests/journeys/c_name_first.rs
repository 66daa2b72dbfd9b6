//! The name first, then whatever the org asks. A choice that has but one method carries it, so the mail goes out at once:
//! who chose email is not asked once more whether one may be sent.

use super::*;

const LIST: &str = "select-authenticator-authenticate[Email, Password]";
const MAIL: &str = "challenge-authenticator(email)";

/// Up to the list.
async fn says_who_she_is() -> Visitor {
    let mary = mary("password-optional");
    mary.comes_to(Purpose::SignIn).await;
    mary.sends(&[("identifier", MARY)]).await;
    mary
}

#[tokio::test]
async fn j25_by_the_code_of_a_mail() {
    let mary = says_who_she_is().await;
    mary.chooses("Email").await;
    types_the_code(&mary, MARY).await;
    went(&mary, &[IN, LIST, MAIL, HOME]);
    done(&mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j26_by_the_link_of_a_mail() {
    let mary = says_who_she_is().await;
    mary.chooses("Email").await;
    assert!(mary.tab().polling().is_some());
    mary.opens_the_link_for(MARY).await;
    went(&mary, &[IN, LIST, MAIL, "introspect", MAIL, HOME]);
    done(&mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j27_by_the_password_with_the_name_where_a_password_manager_looks() {
    let mary = says_who_she_is().await;
    mary.chooses("Password").await;
    let known = mary.tab();
    let known = known.transaction().and_then(|step| step.identifier.clone());
    assert_eq!(
        known.as_deref(),
        Some(MARY),
        "the page can name her to a password manager"
    );
    mary.sends(&[(CODE, PASSWORD)]).await;
    went(
        &mary,
        &[IN, LIST, "challenge-authenticator(password)", HOME],
    );
    done(&mary, MARY, "Mary Holm").await;
}
