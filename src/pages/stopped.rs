//! Ends: what the org says where it asks for nothing more, what went wrong where there is no step, and the way on.

use super::card::{Button, Card, Icon, Part, Press};
use super::words::fill;
use crate::config::{Config, Member, Problem};
use crate::flow::{Denial, Failure, Session};
use crate::http::{self, Unreachable};
use crate::idx::{Class, Device, ELSEWHERE, Error, Transaction};
use crate::messages;
use crate::oauth::{Purpose, Refusal, Setting, TokenError};
use crate::text::Text;

/// The links of mails to recover a password that open nothing (protocol reference, 5.3).
const DEAD_LINKS: [&str; 2] = [
    "idx.invalid.forgot.password.token",
    "idx.invalid.reset.password.token",
];

/// The way to the org's own page.
pub(super) fn hosted(config: &Config) -> Button {
    let org = config.org();
    let name = org.rsplit('/').next().unwrap_or(org);
    Button::new(fill(Text::HostedSignIn, &[name]), Press::Hosted)
}

/// An end that the org chose.
pub(super) fn terminal(transaction: &Transaction) -> Card {
    let wrong = transaction
        .messages
        .iter()
        .any(|message| message.class == Class::Error);
    let mut card = Card::new(
        "terminal",
        if wrong {
            Text::StoppedErrorHeading
        } else {
            Text::StoppedHeading
        },
    );
    let title = transaction
        .messages
        .iter()
        .find_map(|message| messages::title(message.key.as_deref()?));
    if let Some(title) = title {
        card.heading = title.to_owned();
    }
    card.icon = Some(if wrong { Icon::Alert } else { Icon::Check });
    card.messages.clone_from(&transaction.messages);
    let code = transaction
        .current
        .as_ref()
        .and_then(|current| current.context.text("otp"));
    card.parts
        .extend(code.map(|code| Part::Code(code.to_owned())));
    if let Some(device) = &transaction.device {
        device_page(&mut card, device);
    } else if card.messages.is_empty() && code.is_none() {
        card.intro.push(Text::NothingSaid.words().to_owned());
    }
    if let Some(to) = transaction
        .redirect
        .as_ref()
        .filter(|to| http::navigable(to))
    {
        card.others
            .push(Button::new(Text::Continue.words(), Press::Leave(to.clone())).primary());
    }
    let says = |keys: &[&str]| {
        let mut messages = transaction.messages.iter();
        messages.any(|message| keys.iter().any(|key| message.is(key)))
    };
    if says(&ELSEWHERE) {
        card.others
            .push(Button::new(Text::GoOnHere.words(), Press::Resume).primary());
    }
    let (label, press) = match () {
        () if says(&["idx.session.expired"]) => (Text::StartAgain, Press::Again),
        () if says(&DEAD_LINKS) => (Text::AskAnew, Press::Start(Purpose::Recover)),
        () if wrong => (Text::StartAgain, Press::Start(Purpose::SignIn)),
        () => (Text::BackToSignIn, Press::Start(Purpose::SignIn)),
    };
    card.others
        .push(Button::new(label.words(), press).primary());
    card.request_id.clone_from(&transaction.request_id);
    card
}

/// A device that has to be managed first: who does that, and where one begins.
fn device_page(card: &mut Card, device: &Device) {
    card.heading = Text::DeviceHeading.words().to_owned();
    card.icon = Some(Icon::Device);
    card.intro.push(Text::DeviceIntro.words().to_owned());
    let rows = [
        (Text::DeviceVendor, &device.vendor),
        (Text::DeviceSignIn, &device.sign_in),
        (Text::DeviceBegin, &device.begin),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(label, value)| Some((label.words().to_owned(), value.clone()?)))
        .collect();
    card.parts.push(Part::Claims(rows));
    let to = [&device.begin, &device.sign_in]
        .into_iter()
        .flatten()
        .find(|to| http::navigable(to));
    card.others.extend(
        to.map(|to| Button::new(Text::Continue.words(), Press::Leave(to.clone())).primary()),
    );
}

/// Somebody went back to a step that is over.
pub(super) fn astray() -> Card {
    let mut card = Card::new("terminal", Text::AstrayHeading);
    card.intro.push(Text::Astray.words().to_owned());
    card.others
        .push(Button::new(Text::GoOn.words(), Press::Return).primary());
    card.others
        .push(Button::new(Text::StartAgain.words(), Press::Again));
    card
}

/// A mail's link, opened where the transaction is not.
pub(super) fn carried(code: &str) -> Card {
    let mut card = Card::new("terminal", Text::CarriedHeading);
    card.icon = Some(Icon::Mail);
    card.intro.push(Text::Carried.words().to_owned());
    card.parts.push(Part::Code(code.to_owned()));
    card.intro.push(Text::CarriedWarning.words().to_owned());
    card.links
        .push(Button::new(Text::BackToStart.words(), Press::Home));
    card
}

/// Somebody who is signed in opened a mail's link, which is of a transaction of its own.
pub(super) fn link_opened(session: &Session) -> Card {
    let mut card = Card::new("terminal", Text::LinkHeading);
    card.icon = Some(Icon::Mail);
    let name = ["email", "preferred_username", "name"];
    let name = name.iter().find_map(|name| session.claims.text(name));
    card.intro
        .extend(name.map(|name| fill(Text::LinkSignedIn, &[name])));
    card.intro.push(Text::LinkGivesUp.words().to_owned());
    card.others
        .push(Button::new(Text::LinkStay.words(), Press::Home).primary());
    card.others
        .push(Button::new(Text::LinkGoOn.words(), Press::FollowLink));
    card
}

/// Whose account it is that a mail's link leads to: the link may be somebody else's.
pub(super) fn whose(transaction: &Transaction) -> String {
    match &transaction.identifier {
        Some(name) => fill(Text::LinkWhose, &[name]),
        None => Text::LinkUnknown.words().to_owned(),
    }
}

/// The exchange so far, for a developer.
pub(super) fn traced(trace: &str) -> Card {
    let mut card = Card::new("debug", Text::Trace);
    card.intro.push(Text::TraceIntro.words().to_owned());
    card.parts.push(Part::Trace(trace.to_owned()));
    card.others
        .push(Button::new(Text::GoOn.words(), Press::Return).primary());
    card
}

/// An address that this app has not.
pub(super) fn unknown() -> Card {
    let mut card = Card::new("error", Text::UnknownPage);
    card.icon = Some(Icon::Alert);
    card.intro.push(Text::UnknownPageWords.words().to_owned());
    card.others
        .push(Button::new(Text::BackToStart.words(), Press::Home).primary());
    card
}

/// No step could be had.
pub(super) fn failed(failure: &Failure, config: &Config) -> Card {
    let mut card = Card::new("error", Text::ErrorHeading);
    card.icon = Some(Icon::Alert);
    let mut label = Text::TryAgain;
    // What failed after the org was through with somebody needs no second account, only a sign-in.
    let mut press = Press::Resume;
    match failure {
        // An address or a resource asked for it, or the configuration.
        Failure::Start(Refusal {
            setting: Some(Setting::AcrValues),
            error,
            ..
        }) if !config.asks_for("acr_values") => {
            card.step = "terminal".to_owned();
            card.heading = Text::TokenHeading.words().to_owned();
            card.intro.push(Text::AcrRefused.words().to_owned());
            card.intro.extend(org_says(error));
            label = Text::StartAgain;
            press = Press::Start(Purpose::SignIn);
        }
        Failure::Start(Refusal {
            setting: Some(setting),
            error,
            ..
        })
        | Failure::Exchange(Refusal {
            setting: Some(setting @ Setting::Dpop),
            error,
            ..
        }) => {
            set_up(&mut card, *setting, config);
            card.intro.extend(org_says(error));
            if matches!(setting, Setting::Grant | Setting::Policy) {
                card.links.push(hosted(config));
            }
        }
        Failure::Unreachable(Unreachable::Network) => {
            card.intro.push(sentence(failure));
            card.intro.push(fill(
                Text::SettingOrigin,
                &[http::origin(&config.redirect_uri)],
            ));
        }
        Failure::Token(TokenError::Unbound) => {
            set_up(&mut card, Setting::Dpop, config);
            label = Text::StartAgain;
            press = Press::Start(Purpose::SignIn);
        }
        Failure::Token(_) | Failure::Exchange(_) | Failure::ForeignCallback => {
            card.heading = Text::TokenHeading.words().to_owned();
            card.intro.push(sentence(failure));
            label = Text::StartAgain;
            press = Press::Start(Purpose::SignIn);
        }
        Failure::NoActivation | Failure::ActivationSignsIn => {
            card.heading = Text::ActivationHeading.words().to_owned();
            card.intro.push(sentence(failure));
            label = Text::SignIn;
            press = Press::Start(Purpose::SignIn);
        }
        // The org's own answer, which it gives no step with.
        Failure::Passing { .. } => {
            card.step = "terminal".to_owned();
            card.intro.push(sentence(failure));
        }
        _ => card.intro.push(sentence(failure)),
    }
    card.others
        .push(Button::new(label.words(), press).primary());
    card.links
        .push(Button::new(Text::BackToStart.words(), Press::Home));
    card.request_id = failure.request_id().map(str::to_owned);
    card
}

/// The org's own words of a refusal.
fn org_says(error: &Error) -> Option<String> {
    let Error::OAuth { code, description } = error else {
        return None;
    };
    let said = if description.is_empty() {
        code
    } else {
        description
    };
    Some(fill(Text::OrgSays, &[said]))
}

/// `config.json` cannot be used: there is no flow yet, and no [`Config`].
pub fn unconfigured(problem: &Problem) -> Card {
    let mut card = Card::new("error", Text::SetupHeading);
    card.icon = Some(Icon::Alert);
    card.others
        .push(Button::new(Text::TryAgain.words(), Press::Reload).primary());
    if *problem == Problem::Unreachable {
        card.heading = Text::ErrorHeading.words().to_owned();
        card.intro.push(Text::Offline.words().to_owned());
        return card;
    }
    card.intro.push(Text::SetupForPeople.words().to_owned());
    card.intro.push(Text::SetupForAdmin.words().to_owned());
    card.intro.push(config_problem(problem));
    card
}

/// What is wrong with `config.json`, in a sentence.
pub fn config_problem(problem: &Problem) -> String {
    let what = match problem {
        Problem::Unreachable => Text::Offline.words(),
        Problem::Missing => Text::ConfigMissing.words(),
        Problem::Unreadable => Text::ConfigUnreadable.words(),
        Problem::Member(Member::Issuer) => Text::ConfigIssuer.words(),
        Problem::Member(Member::ClientId) => Text::ConfigClientId.words(),
        Problem::Member(Member::RedirectUri) => Text::ConfigRedirectUri.words(),
        Problem::Member(Member::Scopes) => Text::ConfigScopes.words(),
        Problem::Member(Member::Brand) => Text::ConfigBrand.words(),
        Problem::Member(Member::Other(member)) => return fill(Text::ConfigOther, &[member]),
    };
    what.to_owned()
}

/// What is wrong with a deployment.
fn set_up(card: &mut Card, setting: Setting, config: &Config) {
    card.heading = Text::SetupHeading.words().to_owned();
    card.intro.push(Text::SetupForPeople.words().to_owned());
    card.intro.push(Text::SetupForAdmin.words().to_owned());
    card.intro.push(advice(setting, config));
}

fn advice(setting: Setting, config: &Config) -> String {
    match setting {
        Setting::ClientId => Text::SettingClientId.words().to_owned(),
        Setting::Grant => Text::SettingGrant.words().to_owned(),
        Setting::Scopes => Text::SettingScopes.words().to_owned(),
        Setting::RedirectUri => fill(Text::SettingRedirectUri, &[&config.redirect_uri]),
        Setting::Policy => Text::SettingPolicy.words().to_owned(),
        Setting::AcrValues => Text::SettingAcrValues.words().to_owned(),
        Setting::Dpop => Text::SettingDpop.words().to_owned(),
    }
}

/// Why a request brought no step, in one sentence.
pub(super) fn sentence(failure: &Failure) -> String {
    let text = match failure {
        Failure::Unreachable(Unreachable::TimedOut | Unreachable::Aborted) => Text::TimedOut,
        Failure::Unreachable(_) => Text::Offline,
        Failure::Idx {
            error: Error::OAuth { .. } | Error::Foreign,
            ..
        } => Text::Refused,
        Failure::Idx {
            error,
            status,
            retry_after,
            ..
        } => return limited(error, *status, *retry_after),
        Failure::Passing {
            retry_after: Some(seconds),
            ..
        } => {
            return fill(Text::BusyFor, &[&seconds.to_string()]);
        }
        Failure::Passing { messages, .. } => {
            return messages
                .iter()
                .map(super::said)
                .collect::<Vec<_>>()
                .join(" ");
        }
        Failure::Start(refusal) => {
            return limited(&refusal.error, refusal.status, refusal.retry_after);
        }
        Failure::Exchange(_) => Text::CodeSpent,
        Failure::Token(_) => Text::TokenRefused,
        Failure::Lapsed => Text::SessionOver,
        Failure::StepUp => Text::ProveAgain,
        Failure::Insecure => Text::Insecure,
        Failure::NoApp => Text::NoApp,
        Failure::Nobody => Text::Nobody,
        Failure::Ceremony(denial) => match denial {
            Denial::Declined => Text::KeyDeclined,
            Denial::Known => Text::KeyKnown,
            Denial::Site => Text::KeySite,
            Denial::Unable => Text::KeyUnable,
        },
        Failure::NoActivation => Text::NoActivation,
        Failure::ActivationSignsIn => Text::ActivationSignsIn,
        Failure::ForeignCallback => Text::ForeignCallback,
        Failure::Callback { .. } => Text::CallbackFailed,
    };
    text.words().to_owned()
}

fn limited(error: &Error, status: u16, retry_after: Option<u32>) -> String {
    let limit = status == 429 || matches!(error, Error::Api { code, .. } if code == "E0000047");
    match retry_after {
        _ if !limit => Text::Unwell.words().to_owned(),
        Some(seconds) => fill(Text::BusyFor, &[&seconds.to_string()]),
        None => Text::Busy.words().to_owned(),
    }
}
