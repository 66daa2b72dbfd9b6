//! Sign In as nearly every org asks for it: what `index.html` shows before the app is there (`cargo xtask build` writes it).
//!
//! It is made of an answer by the same code that makes the app's own page, and so cannot say something else.

use super::{Card, card};
use crate::config::Config;
use crate::flow::{Event, Flow, Way};
use crate::http::HttpResponse;
use crate::idx::Transaction;
use crate::secret::Secret;

/// A name, a password, a way back in and a way to an account; nothing that only some orgs ask for.
const ANSWER: &str = include_str!("first.json");

/// The page. None only if this crate cannot read the answer that it brings along, which a test rules out.
pub fn first() -> Option<Card> {
    let issuer = r#"{"issuer":"https://example.okta.com","clientId":"first"}"#;
    let config = Config::parse(issuer, "https://app.example/").ok()?;
    let answer = HttpResponse {
        status: 200,
        body: Secret::new(ANSWER),
        ..HttpResponse::default()
    };
    let mut flow = Flow::default();
    let progress = Transaction::receive(&answer).ok()?;
    flow.apply(Event::Answered(Way::Pressed, Ok(progress)));
    Some(card(&flow, &config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_page_is_sign_in() {
        let card = first().expect("the answer can be read");
        assert_eq!(
            (card.step.as_str(), card.heading.as_str()),
            ("identify", "Sign In")
        );
        let names: Vec<&str> = card.inputs().map(|input| input.name.as_str()).collect();
        assert_eq!(names, ["identifier", "credentials.passcode"]);
        let links: Vec<Option<&str>> = card
            .links
            .iter()
            .map(|link| link.address.as_deref())
            .collect();
        assert_eq!(links, [Some("recover"), Some("register")]);
    }
}
