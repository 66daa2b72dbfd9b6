//! Home: who is signed in, or the two ways in.

use super::card::{Button, Card, Icon, Part, Press};
use super::words::fill;
use crate::flow::Session;
use crate::json::Value;
use crate::oauth::Purpose;
use crate::text::Text;

/// Home.
pub(super) fn page(session: Option<&Session>, signed_out: bool) -> Card {
    let mut card = Card::new("home", Text::Welcome);
    let Some(session) = session else {
        if signed_out {
            card.icon = Some(Icon::Check);
            card.heading = Text::SignedOut.words().to_owned();
        }
        card.intro.push(Text::HomeIntro.words().to_owned());
        card.others
            .push(Button::new(Text::SignIn.words(), Press::Start(Purpose::SignIn)).primary());
        card.others.push(Button::new(
            Text::SignUp.words(),
            Press::Start(Purpose::SignUp),
        ));
        return card;
    };
    let first = session
        .claims
        .text("given_name")
        .or_else(|| session.claims.text("name"));
    if let Some(name) = first {
        card.heading = fill(Text::WelcomeName, &[name]);
    }
    card.icon = Some(Icon::Check);
    card.intro.push(Text::SignedInAs.words().to_owned());
    card.parts.push(Part::Claims(claims(session)));
    card.others
        .push(Button::new(Text::SignOut.words(), Press::SignOut).primary());
    card
}

/// The profile's claims in plain words. What only programs read (ids, hashes, times of tokens) is left out.
fn claims(session: &Session) -> Vec<(String, String)> {
    let known = [
        ("name", Text::ClaimName),
        ("email", Text::ClaimEmail),
        ("email_verified", Text::ClaimEmailVerified),
        ("preferred_username", Text::ClaimUsername),
        ("given_name", Text::ClaimGivenName),
        ("middle_name", Text::ClaimMiddleName),
        ("family_name", Text::ClaimFamilyName),
        ("nickname", Text::ClaimNickname),
        ("phone_number", Text::ClaimPhone),
        ("locale", Text::ClaimLocale),
        ("zoneinfo", Text::ClaimZoneinfo),
        ("groups", Text::ClaimGroups),
    ];
    known
        .into_iter()
        .filter(|(name, _)| {
            *name != "preferred_username"
                || session.claims.text(name) != session.claims.text("email")
        })
        .filter_map(|(name, label)| {
            let value = session
                .claims
                .all()
                .iter()
                .find(|(claim, _)| claim == name)
                .map(|(_, value)| value)?;
            let words = match value {
                Value::Bool(true) => Text::Yes.words().to_owned(),
                Value::Bool(false) => Text::No.words().to_owned(),
                Value::Array(_) => session.claims.list(name).join(", "),
                other => other.scalar(),
            };
            (!words.is_empty()).then(|| (label.words().to_owned(), words))
        })
        .collect()
}
