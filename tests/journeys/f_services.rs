//! Other identity providers.

use super::*;

const SERVICE: &str = "Continue with Okta OIDC IDP";

/// There, where she says yes, and back.
async fn by_the_service(who: &Visitor) -> String {
    who.comes_to(Purpose::SignIn).await;
    let yes = json!({"action": "approve", "email": MARY});
    let back = who.at_the_service(&who.way_to(SERVICE), yes).await;
    who.returns(&back).await;
    back
}

#[tokio::test]
async fn j49_the_service_says_who_she_is() {
    let mary = mary("social");
    let back = by_the_service(&mary).await;
    assert!(
        back.contains("interaction_code=") && back.contains("state="),
        "{back}"
    );
    went(&mary, &[IN, HOME]);
    done(&mary, MARY, "Mary Holm").await;
}

#[tokio::test]
async fn j51_the_service_is_not_enough() {
    let nina = mary_with("social", json!({"groups": ["Staff"]})).await;
    let back = by_the_service(&nina).await;
    assert!(back.contains("error=interaction_required"), "{back}");
    assert!(nina.problems().is_empty(), "that is no failure");
    nina.sends(&[]).await;
    types_the_code(&nina, MARY).await;
    went(
        &nina,
        &[
            IN,
            "introspect",
            "authenticator-verification-data(email)",
            "challenge-authenticator(email)",
            HOME,
        ],
    );
    done(&nina, MARY, "Mary Holm").await;
}
