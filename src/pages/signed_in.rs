//! Home: who is signed in, or the two ways in.

use super::card::{Button, Card, Icon, LOADING, Part, Press};
use super::words::fill;
use crate::config::Config;
use crate::flow::{Ended, Flow, OrgSession, Session};
use crate::http;
use crate::json::Value;
use crate::oauth::{Purpose, SKEW};
use crate::text::Text;

/// Home, where nobody is signed in, or no longer.
pub(super) fn nobody(flow: &Flow, config: &Config) -> Card {
    // What comes next is the browser's way to the org, or a page that says why not.
    if flow.org_session == OrgSession::Ending {
        return Card::new(LOADING, Text::SigningOut);
    }
    let mut card = Card::new("home", Text::Welcome);
    if let Some(why) = flow.ended {
        let asked = why == Ended::SignedOut;
        card.icon = Some(if asked { Icon::Check } else { Icon::Alert });
        card.heading = Text::SignedOut.words().to_owned();
        let reason = match why {
            Ended::SignedOut => None,
            Ended::Elsewhere => Some(Text::SignedOutElsewhere),
            Ended::Lapsed => Some(Text::SessionOver),
            Ended::Idle => Some(Text::SignedOutIdle),
        };
        card.intro
            .extend(reason.map(|reason| reason.words().to_owned()));
    }
    let ways = [
        Button::new(Text::SignIn.words(), Press::Start(Purpose::SignIn)),
        Button::new(Text::SignUp.words(), Press::Start(Purpose::SignUp)),
    ];
    if flow.org_session == OrgSession::LivesOn {
        let org = [http::host(config.org())];
        card.icon = Some(Icon::Alert);
        card.heading = Text::SignedOutHere.words().to_owned();
        card.intro.push(fill(Text::OrgSessionLivesOn, &org));
        let end = fill(Text::EndOrgSession, &org);
        card.others
            .push(Button::new(end, Press::EndOrgSession).primary());
        card.others.extend(ways);
        return card;
    }
    card.intro.push(Text::HomeIntro.words().to_owned());
    let [sign_in, sign_up] = ways;
    card.others.extend([sign_in.primary(), sign_up]);
    card
}

/// Home, for somebody who is signed in.
pub(super) fn page(session: &Session) -> Card {
    let mut card = Card::new("home", Text::Welcome);
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

/// A page of the app behind the door: its name, its own part, and the ways out of it.
pub(super) fn inside(at: usize, title: &str) -> Card {
    let mut card = Card::new("home", Text::Welcome);
    card.heading = title.to_owned();
    card.parts.push(Part::Inside(at));
    card.links
        .push(Button::new(Text::BackToStart.words(), Press::Home));
    card.links
        .push(Button::new(Text::SignOut.words(), Press::SignOut));
    card
}

/// By how much a device's clock is wrong, in words, where that is more than its owner would take for right.
pub(super) fn clock(ahead: i64) -> Option<String> {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let apart = ahead.unsigned_abs();
    if apart <= SKEW {
        return None;
    }
    // To the nearest: the answer that told the time was on its way for a moment, and a day is not to become 23 hours by that.
    let about = |unit: u64| apart.saturating_add(unit / 2) / unit;
    let (count, one, many) = if apart < 2 * HOUR {
        (about(MINUTE), Text::Minute, Text::Minutes)
    } else if apart < 2 * DAY {
        (about(HOUR), Text::Hour, Text::Hours)
    } else {
        (about(DAY), Text::Day, Text::Days)
    };
    let unit = if count == 1 { one } else { many };
    // The org is ahead of a device that is behind.
    let words = if ahead > 0 {
        Text::ClockBehind
    } else {
        Text::ClockAhead
    };
    Some(fill(words, &[&fill(unit, &[&count.to_string()])]))
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
