//! Pages that nobody sees, drawn while there is nothing else to do.
//!
//! V8 compiles a function of WebAssembly when it is first called, on the thread that calls it. Whoever goes on from the form of
//! Sign In would wait for everything that reads an answer and draws the page after it: a fifth of the time from the press to
//! the next page on a slow processor (docs/bench.md). So it is called once before. Nothing is sent or stored, and nothing of
//! it comes into the document.

use super::{Card, card};
use crate::config::Config;
use crate::flow::{Event, Flow, Way};
use crate::http::HttpResponse;
use crate::idx::Transaction;
use crate::secret::Secret;

/// As an org might answer to a name: a choice, then a code.
const ANSWER: &str = r#"{"stateHandle":"","remediation":{"value":[
{"name":"select-authenticator-authenticate","value":[{"name":"authenticator","options":[{"label":"","value":{"form":{"value":[{"name":"id"}]}},"relatesTo":"$.currentAuthenticator"}]}]},
{"name":"challenge-authenticator","relatesTo":["$.currentAuthenticator"],"value":[{"name":"credentials","form":{"value":[{"name":"passcode"}]}}]}]},
"currentAuthenticator":{"value":{"type":"email","resend":{"name":"resend"}}}}"#;

/// One page after the other, by its number.
#[inline(never)]
pub fn rehearsal(number: usize, config: &Config) -> Option<Card> {
    let answer = HttpResponse {
        body: Secret::new(ANSWER),
        ..HttpResponse::default()
    };
    let answer = Transaction::receive(&answer).ok()?;
    let mut flow = Flow::default();
    flow.apply(Event::Answered(Way::Pressed, Ok(answer)));
    flow.transaction()?.remediations.get(number)?;
    flow.apply(Event::Shown(number));
    Some(card(&flow, config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Part;

    #[test]
    fn what_is_rehearsed_is_a_choice_and_a_code() {
        let config = r#"{"issuer":"https://id.acme.test","clientId":"a"}"#;
        let config = Config::parse(config, "https://app.acme.test/");
        let config = config.unwrap_or_else(|problem| panic!("{problem:?}"));
        let page = |number| rehearsal(number, &config).unwrap_or_else(|| panic!("{number}"));
        let (choice, code) = (page(0), page(1));
        assert_eq!(choice.step, "select-authenticator-authenticate");
        assert!(
            matches!(&choice.parts[..], [Part::Radios { .. }]),
            "{choice:?}"
        );
        assert_eq!(code.step, "challenge-authenticator");
        assert!(
            code.inputs()
                .any(|input| input.name == "credentials.passcode")
        );
        assert!(code.resend && code.submit.is_some());
        assert_eq!(rehearsal(2, &config), None);
    }
}
