//! Enter verification code; and the page before it, on which a person agrees that one is sent.

use super::card::{Button, Card, CodeKind, Icon, Part, Press};
use super::generic;
use super::phone_number::methods;
use super::words::{self, fill};
use crate::flow::Flow;
use crate::http;
use crate::idx::{Authenticator, Control, Field, Hint, Kind, Remediation, Step, Transaction};
use crate::phone;
use crate::text::Text;

/// How long a code is where the org does not say (protocol reference, 4.3).
const LENGTH: u32 = 6;

/// Whether the form asks for one code and nothing else, or for all that a token of somebody else's has to tell.
pub(super) fn fits(remediation: &Remediation, kind: Kind) -> bool {
    let shown = remediation.form.shown();
    let texts = shown.iter().all(|field| field.control == Control::Text);
    match kind {
        Kind::Email | Kind::Phone | Kind::Totp | Kind::OktaVerify => shown.len() == 1 && texts,
        Kind::Other => texts && shown.iter().any(|field| is_code(field)),
        Kind::Password | Kind::Question | Kind::WebAuthn => false,
    }
}

fn is_code(field: &Field) -> bool {
    matches!(
        field.path.as_str(),
        "credentials.passcode" | "credentials.nextPasscode" | "credentials.totp"
    )
}

/// The code, where it was sent, a new one, and another way.
#[inline(never)]
pub(super) fn page(transaction: &Transaction, remediation: &Remediation, flow: &Flow) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::EnterCode);
    let Some(about) = &remediation.about else {
        return card;
    };
    let enrolling = remediation.step == Step::EnrollAuthenticator;
    let sent = matches!(about.kind, Kind::Email | Kind::Phone);
    let voice = match kept(flow, "authenticator.methodType") {
        Some(method) => method == "voice",
        None => about.methods == ["voice"],
    };
    card.icon = Some(match about.kind {
        Kind::Phone => Icon::Phone,
        Kind::Email => Icon::Key,
        _ => Icon::Device,
    });
    if enrolling && !sent {
        card.heading = fill(Text::SetUpNamed, &[&words::name(about, "")]);
    }
    card.intro
        .push(sentence(transaction, about, flow, voice, enrolling));
    if about.kind == Kind::Phone {
        let number = words::where_to(about).or_else(|| {
            kept(flow, "authenticator.phoneNumber").map(|number| phone::pretty(&number).number)
        });
        card.intro
            .extend(number.map(|number| fill(Text::SentTo, &[&number])));
    }
    if enrolling && about.kind == Kind::Totp {
        app(&mut card, transaction, remediation, about);
    }
    for field in remediation.form.shown() {
        let mut input = if is_code(field) {
            words::code(field, made_of(about, field))
        } else {
            words::input(field)
        };
        if sent || about.kind != Kind::Other {
            input.label = Text::Code.words().to_owned();
            input.whole = input.whole.or(field.max_length.is_none().then_some(LENGTH));
        }
        // A call brings nothing that a browser could fill in.
        if voice && about.kind == Kind::Phone {
            input.autocomplete = "off";
        }
        card.parts.push(Part::Input(input));
    }
    card.submit = Some(
        if about.kind == Kind::Phone {
            Text::Next
        } else {
            Text::Submit
        }
        .words()
        .to_owned(),
    );
    card.resend = transaction.resend.is_some();
    if about.kind == Kind::Phone
        && enrolling
        && let Some(at) = transaction.position(Step::SelectAuthenticatorEnroll)
    {
        // The list leads back to the number: choosing the phone there asks for it anew.
        card.links
            .push(Button::new(Text::ChangeNumber.words(), Press::Show(at)));
    }
    card
}

/// What a code of that authenticator is made of (protocol reference, 4.3.7).
fn made_of(about: &Authenticator, field: &Field) -> CodeKind {
    match about.key.as_str() {
        "yubikey_token" => CodeKind::Touch,
        "symantec_vip" | "custom_otp" => CodeKind::Digits,
        // A PIN before the code, the signs of a temporary code, and what nobody knows yet.
        _ if about.kind == Kind::Other => CodeKind::Signs,
        _ if field.hint == Some(Hint::Alphanumeric) => CodeKind::Letters,
        _ => CodeKind::Digits,
    }
}

/// The picture to scan, its key in words, and the way for somebody who reads this on the device that has the app.
fn app(
    card: &mut Card,
    transaction: &Transaction,
    remediation: &Remediation,
    about: &Authenticator,
) {
    generic::picture(card, &about.context);
    let Some(key) = about.context.text("sharedSecret") else {
        return;
    };
    card.parts
        .push(Part::Note(Text::KeyForApp.words().to_owned()));
    card.parts.push(Part::Key(key.to_owned()));
    let issuer = http::host(&remediation.form.href);
    let mut address = "otpauth://totp/".to_owned();
    http::encode(issuer, &mut address);
    if let Some(name) = &transaction.identifier {
        address.push(':');
        http::encode(name, &mut address);
    }
    address.push_str("?secret=");
    http::encode(key, &mut address);
    address.push_str("&issuer=");
    http::encode(issuer, &mut address);
    card.links
        .push(Button::new(Text::OpenInApp.words(), Press::Leave(address)));
}

fn sentence(
    transaction: &Transaction,
    about: &Authenticator,
    flow: &Flow,
    voice: bool,
    enrolling: bool,
) -> String {
    let text = match (about.kind, about.key.as_str()) {
        (Kind::Email, _) => {
            let address = about
                .address
                .clone()
                .or_else(|| {
                    transaction
                        .identifier
                        .clone()
                        .filter(|name| name.contains('@'))
                })
                .or_else(|| kept(flow, "userProfile.email"))
                .unwrap_or_else(|| Text::EmailUnknown.words().to_owned());
            return fill(
                if about.link {
                    Text::SentEmailLink
                } else {
                    Text::SentEmail
                },
                &[&address],
            );
        }
        (Kind::Phone, _) if voice => Text::SentCall,
        (Kind::Phone, _) => Text::SentSms,
        (Kind::Totp, _) if enrolling => Text::ScanForCode,
        (_, "tac") => Text::CodeFromDesk,
        (_, "yubikey_token") => Text::TouchKey,
        (_, "symantec_vip") if enrolling => Text::TwoCodes,
        _ => Text::CodeFromApp,
    };
    fill(text, &[&words::name(about, "")])
}

fn kept(flow: &Flow, path: &str) -> Option<String> {
    flow.kept
        .iter()
        .rev()
        .find(|(known, _)| known == path)
        .map(|(_, text)| text.clone())
}

/// Where a code may go, before it is sent.
pub(super) fn ask(remediation: &Remediation) -> Card {
    let phone = remediation
        .about
        .as_ref()
        .is_some_and(|about| about.kind == Kind::Phone);
    let mut card = Card::new(
        &remediation.form.name,
        if phone {
            Text::VerifyPhone
        } else {
            Text::VerifyEmail
        },
    );
    card.icon = Some(if phone { Icon::Phone } else { Icon::Mail });
    let address = remediation
        .about
        .as_ref()
        .and_then(words::where_to)
        .unwrap_or_else(|| {
            if phone {
                Text::PhoneUnknown
            } else {
                Text::EmailUnknown
            }
            .words()
            .to_owned()
        });
    card.intro.push(fill(
        if phone {
            Text::VerifyPhoneIntro
        } else {
            Text::VerifyEmailIntro
        },
        &[&address],
    ));
    for field in remediation.form.shown() {
        card.parts.push(match &field.control {
            Control::Choice { options, .. } if field.path.ends_with("methodType") => {
                methods(field, options)
            }
            _ => generic::part(field),
        });
    }
    card.submit = Some(Text::SendCode.words().to_owned());
    card
}
