//! Enter verification code; and the page before it, on which a person agrees that one is sent.

use super::card::{Button, Card, Icon, Part, Press};
use super::generic;
use super::phone_number::methods;
use super::words::{self, fill};
use crate::flow::Flow;
use crate::idx::{Authenticator, Control, Kind, Remediation, Step, Transaction};
use crate::phone;
use crate::text::Text;

/// Whether the form asks for one code and nothing else.
pub(super) fn fits(remediation: &Remediation) -> bool {
    matches!(remediation.form.shown().as_slice(), [field] if field.control == Control::Text)
}

/// The code, where it was sent, a new one, and another way.
pub(super) fn page(transaction: &Transaction, remediation: &Remediation, flow: &Flow) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::EnterCode);
    let Some(about) = &remediation.about else {
        return card;
    };
    let enrolling = remediation.step == Step::EnrollAuthenticator;
    let voice = match kept(flow, "authenticator.methodType") {
        Some(method) => method == "voice",
        None => about.methods == ["voice"],
    };
    card.icon = Some(match about.kind {
        Kind::Phone => Icon::Phone,
        Kind::Email => Icon::Key,
        _ => Icon::Device,
    });
    card.intro.push(sentence(transaction, about, flow, voice));
    if about.kind == Kind::Phone {
        let number = about.address.clone().or_else(|| {
            kept(flow, "authenticator.phoneNumber").map(|number| phone::pretty(&number).number)
        });
        card.intro
            .extend(number.map(|number| fill(Text::SentTo, &[&number])));
    }
    if about.kind == Kind::Totp && enrolling {
        generic::context(&mut card, &about.context);
    }
    for field in remediation.form.shown() {
        let mut input = words::code(field);
        // A call brings nothing that a browser could fill in.
        if voice {
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

fn sentence(transaction: &Transaction, about: &Authenticator, flow: &Flow, voice: bool) -> String {
    match about.kind {
        Kind::Email => {
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
            fill(
                if about.link {
                    Text::SentEmailLink
                } else {
                    Text::SentEmail
                },
                &[&address],
            )
        }
        Kind::Phone => if voice { Text::SentCall } else { Text::SentSms }
            .words()
            .to_owned(),
        _ => Text::CodeFromApp.words().to_owned(),
    }
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
        .and_then(|about| about.address.clone())
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
