//! Any form at all: the right control for each field, and a way to every other remediation of the response.

use super::card::{Action, Button, Card, Choice, CodeKind, Icon, Input, Part, Press, Variant};
use super::passkey;
use super::words::{self, fill};
use crate::http;
use crate::idx::{
    Challenge, Control, Field, Hint, Kind, MOST, Reach, Remediation, Step, Transaction,
};
use crate::json::Value;
use crate::oauth::Purpose;
use crate::phone;
use crate::text::Text;

/// A page for a form that has none of its own.
#[inline(never)]
pub(super) fn page(transaction: &Transaction, remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::GenericHeading);
    let about = remediation
        .about
        .as_ref()
        .map(|about| words::name(about, about.name.as_deref().unwrap_or_default()));
    if let Some(heading) = name(remediation.step) {
        card.heading = heading.words().to_owned();
    } else if let Some(about) = about {
        card.icon = Some(Icon::Device);
        card.heading = match remediation.step {
            Step::EnrollPoll => fill(Text::SetUpNamed, &[&about]),
            Step::ChallengePoll | Step::Resend | Step::AuthenticatorVerificationData => {
                fill(Text::VerifyNamed, &[&about])
            }
            _ => about,
        };
    } else if remediation.step == Step::Other {
        card.heading = humanised(&remediation.form.name);
    }
    // RFC 8628, section 5.4: the link to this page may come from somebody else.
    if remediation.step == Step::UserCode {
        card.icon = Some(Icon::Device);
        card.intro.push(Text::DeviceCodeWarning.words().to_owned());
    }
    if let Some(about) = &remediation.about {
        card.intro
            .extend(about.question.clone().or_else(|| about.address.clone()));
        if remediation.step == Step::ChallengePoll && about.methods == ["push"] {
            let device = about.nickname.as_deref();
            card.intro.push(fill(
                Text::PushSent,
                &[device.unwrap_or(Text::YourDevice.words())],
            ));
        }
        context(&mut card, &about.context);
    }
    if let Some(challenge) = &transaction.challenge
        && remediation.polls()
    {
        device(&mut card, challenge);
    }
    if !remediation.details.is_empty() {
        card.parts.push(Part::Claims(remediation.details.clone()));
    }
    if let Some(to) = remediation
        .elsewhere
        .as_ref()
        .filter(|to| http::navigable(&to.url))
    {
        card.intro.push(Text::ManagedElsewhere.words().to_owned());
        card.others
            .push(Button::new(&to.label, Press::Leave(to.url.clone())).primary());
        return card;
    }
    if remediation.form.ceremonial() {
        let duo = remediation
            .about
            .as_ref()
            .is_some_and(|about| about.key == "duo");
        let why = if duo { Text::NotDuo } else { Text::NotHere };
        card.intro.push(why.words().to_owned());
        return card;
    }
    card.parts.extend(parts(remediation));
    if remediation.form.navigates {
        card.others.extend(
            leave(remediation).map(|press| Button::new(Text::Continue.words(), press).primary()),
        );
    } else if remediation.polls() {
        card.intro.push(Text::Waiting.words().to_owned());
    } else {
        let label = match remediation.step {
            Step::RequestActivationEmail => Text::NewActivation,
            Step::Resend => Text::SendAgain,
            _ => Text::Continue,
        };
        card.submit = Some(label.words().to_owned());
    }
    card.resend = transaction.resend.is_some();
    card
}

/// What a step is called, as a heading and as a link to it.
fn name(step: Step) -> Option<Text> {
    Some(match step {
        Step::SelectAuthenticatorUnlockAccount | Step::UnlockAccount => Text::UnlockAccount,
        Step::Skip => Text::Continue,
        Step::UserCode => Text::DeviceCode,
        Step::LaunchAuthenticator => Text::FastPass,
        Step::LaunchNfcAuthenticator => Text::Badge,
        Step::LaunchWebauthnAuthenticator
        | Step::LaunchPasskeysAuthenticator
        | Step::PasskeyAutofill => Text::Passkey,
        Step::EnrollResidentKey | Step::EnrollPromotion => Text::SetUpPasskey,
        Step::DeviceChallengePoll | Step::AppleSsoExtension => Text::LookingForApp,
        Step::DeviceAssuranceGracePeriod => Text::DeviceCheck,
        Step::RequestActivationEmail => Text::NewActivation,
        Step::CustomPasswordExpiry => Text::PasswordExpired,
        Step::CustomPasswordExpiryWarning => Text::PasswordExpiring,
        Step::CancelTransaction => Text::Cancel,
        Step::SelectEnrollmentChannel => Text::ChannelHeading,
        Step::EnrollmentChannelData => Text::LinkWhere,
        _ => return None,
    })
}

/// What a step shows beside its form: a picture to scan, a number to choose, where a link went (protocol reference, 4.3).
pub(super) fn context(card: &mut Card, context: &Value) {
    picture(card, context);
    let sent = [
        ("email", Text::LinkMailed),
        ("phoneNumber", Text::LinkTexted),
    ];
    for (name, words) in sent {
        card.intro
            .extend(context.text(name).map(|to| fill(words, &[to])));
    }
    if let Some(number) = context.text("correctAnswer") {
        card.intro.push(Text::PickNumber.words().to_owned());
        card.parts.push(Part::Code(number.to_owned()));
    }
    let inner = |member: &str, name: &str| {
        context
            .get(member)?
            .get("value")
            .or(context.get(member))?
            .text(name)
    };
    let opens = [
        context.text("setupNfcUrl"),
        inner("samedevice", "setupOVUrl"),
        inner("samedevice", "downloadHref"),
    ];
    let mut label = Text::OpenApp;
    for to in opens
        .into_iter()
        .flatten()
        .filter(|to| http::launchable(to) || http::navigable(to))
    {
        let open = Press::Leave(to.to_owned());
        card.others.push(Button::new(label.words(), open));
        label = Text::GetApp;
    }
}

/// The ways to an app on this device, and away from it.
fn device(card: &mut Card, challenge: &Challenge) {
    let (open, get) = (challenge.text("href"), challenge.text("downloadHref"));
    if challenge.reach == Reach::Link && (http::launchable(open) || http::navigable(open)) {
        let open = Press::Leave(open.to_owned());
        card.others
            .push(Button::new(Text::OpenApp.words(), open).primary());
    }
    if http::navigable(get) {
        let get = Press::Leave(get.to_owned());
        card.links.push(Button::new(Text::GetApp.words(), get));
    }
    if challenge.cancel().is_some() {
        let stop = Press::Act(Action::Stop);
        card.links.push(Button::new(Text::Cancel.words(), stop));
    }
}

/// A picture to scan.
pub(super) fn picture(card: &mut Card, context: &Value) {
    let picture = context
        .get("qrcode")
        .and_then(|code| code.text("href"))
        .filter(|href| href.starts_with("data:image/"));
    let key = context.text("sharedSecret");
    if picture.is_some() && key.is_none() {
        card.intro.push(Text::ScanToSetUp.words().to_owned());
    }
    card.parts.extend(picture.map(|source| Part::Image {
        source: source.to_owned(),
        alternative: match key {
            Some(key) => fill(Text::ScanWithApp, &[key]),
            None => Text::ScanPicture.words().to_owned(),
        },
    }));
}

/// `custom-thing` as words, where there is nothing better.
fn humanised(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| {
            std::iter::once(first.to_ascii_uppercase())
                .chain(letters)
                .collect()
        })
        .unwrap_or(words)
}

/// The controls of a form, in its order.
pub(super) fn parts(remediation: &Remediation) -> Vec<Part> {
    remediation.form.shown().into_iter().map(part).collect()
}

/// The control of a field.
pub(super) fn part(field: &Field) -> Part {
    let name = field.path.clone();
    match &field.control {
        Control::Flag => Part::Check {
            label: words::label(field),
            ticked: field
                .preset
                .as_ref()
                .and_then(Value::as_bool)
                .unwrap_or(false),
            name,
        },
        Control::Choice { options, radio } => choice(field, options, *radio),
        Control::Variants(variants) => choice_of_forms(field, variants),
        Control::Text if field.hint == Some(Hint::Country) => country(field),
        Control::Text if name == "phoneNumber" => Part::Phone { name, method: None },
        Control::Text | Control::Group(_) | Control::Fixed => Part::Input(text(field)),
    }
}

/// The control of a field with ways to choose from.
#[inline(never)]
fn choice(field: &Field, options: &[crate::idx::Choice], radio: bool) -> Part {
    let name = field.path.clone();
    let chosen = field
        .preset
        .as_ref()
        .map(Value::scalar)
        .filter(|chosen| !chosen.is_empty());
    let options: Vec<Choice> = options
        .iter()
        .map(|option| Choice {
            value: option.value.scalar(),
            label: words::way(&name, &option.value, &option.label),
            detail: None,
        })
        .collect();
    // How an app is used or set up has to be said, so the first way is chosen to begin with.
    let first = options
        .first()
        .filter(|_| name.starts_with("authenticator."));
    let chosen = chosen.or_else(|| first.map(|first| first.value.clone()));
    if radio && options.len() <= MOST {
        Part::Radios {
            name,
            legend: words::label(field),
            quiet: false,
            required: field.required,
            options,
            chosen,
        }
    } else {
        Part::Select {
            name,
            label: words::label(field),
            required: field.required,
            options,
            chosen,
            autocomplete: words::input(field).autocomplete,
        }
    }
}

/// The control of a field for a country.
#[inline(never)]
fn country(field: &Field) -> Part {
    let name = field.path.clone();
    Part::Select {
        name,
        label: words::label(field),
        required: field.required,
        // Their names are known to the browser.
        options: phone::countries()
            .map(|country| Choice {
                value: country.code.to_owned(),
                label: country.code.to_owned(),
                detail: None,
            })
            .collect(),
        chosen: field.preset.as_ref().map(Value::scalar),
        autocomplete: "country",
    }
}

fn text(field: &Field) -> Input {
    let mut input = words::input(field);
    match field.hint {
        Some(Hint::Date) => input.kind = "date",
        Some(Hint::Number) => input.mode = Some("numeric"),
        Some(Hint::Lines) => input.kind = "textarea",
        _ if field.path == "userCode" => input.code = Some(CodeKind::Device),
        _ => {}
    }
    input
}

/// Radio buttons; those that bring fields of their own show them when they are chosen.
pub(super) fn choice_of_forms(field: &Field, variants: &[crate::idx::Variant]) -> Part {
    let label = |variant: &crate::idx::Variant| {
        variant.about.as_ref().map_or_else(
            || variant.label.clone(),
            |about| words::name(about, &variant.label),
        )
    };
    let selects = field.path == "authenticator";
    let inner: Vec<Vec<Part>> = variants
        .iter()
        .map(|variant| asked(&variant.fields, selects))
        .collect();
    if inner.iter().all(Vec::is_empty) {
        return Part::Radios {
            name: field.path.clone(),
            legend: Text::AuthenticatorLegend.words().to_owned(),
            quiet: field.path == "authenticator",
            required: true,
            options: variants
                .iter()
                .map(|variant| Choice {
                    value: variant.id.clone(),
                    label: label(variant),
                    detail: variant.about.as_ref().and_then(|about| match variant.way {
                        true => Some(words::name(about, "")),
                        false => words::where_to(about).or_else(|| words::grace(about)),
                    }),
                })
                .collect(),
            chosen: variants.first().map(|variant| variant.id.clone()),
        };
    }
    Part::Variants {
        name: field.path.clone(),
        legend: words::label(field),
        variants: variants
            .iter()
            .zip(inner)
            .map(|(variant, parts)| Variant {
                value: variant.id.clone(),
                label: label(variant),
                parts,
            })
            .collect(),
    }
}

/// The fields of a variant that a person fills in now. Of an authenticator only what is required: for the rest the org
/// asks on a page of its own.
fn asked(fields: &[Field], selects: bool) -> Vec<Part> {
    fields
        .iter()
        .filter(|field| field.visible && !field.fixed() && (!selects || field.required))
        .map(part)
        .collect()
}

/// Buttons beside the foremost one: Skip, sending again, other services.
pub(super) fn beside(transaction: &Transaction, shown: &Remediation, card: &Card) -> Vec<Button> {
    let mut buttons = Vec::new();
    for (at, remediation) in transaction.remediations.iter().enumerate() {
        if std::ptr::eq(remediation, shown) || leads(card, at) {
            continue;
        }
        match remediation.step {
            Step::Skip => {
                let label = match shown.step {
                    Step::ReenrollAuthenticatorWarning | Step::CustomPasswordExpiryWarning => {
                        Text::RemindLater
                    }
                    Step::ProfileUpdate | Step::EnrollProfile | Step::EnrollPromotion => {
                        Text::NotNow
                    }
                    _ => Text::Skip,
                };
                buttons.push(Button::new(label.words(), Press::Send(at)));
            }
            Step::LaunchWebauthnAuthenticator => {
                buttons.push(Button::new(Text::Passkey.words(), reach(transaction, at)));
            }
            // Those in the browser's list can be picked by hand, too. One button is enough.
            _ if passkey::picks(remediation) => {
                let picks = |button: &Button| matches!(button.press, Press::Perform(_));
                if !buttons.iter().any(picks) {
                    buttons.push(Button::new(Text::Passkey.words(), Press::Perform(at)));
                }
            }
            Step::Resend => buttons.push(Button::new(Text::Resend.words(), reach(transaction, at))),
            _ => buttons.extend(provider(remediation)),
        }
    }
    buttons
}

/// The button of another service: its name in the org, else what kind of service it is, and its mark.
fn provider(remediation: &Remediation) -> Option<Button> {
    if !matches!(remediation.step, Step::RedirectIdp | Step::PivIdp) {
        return None;
    }
    let press = leave(remediation)?;
    let provider = remediation.provider.as_ref();
    let kind = provider.map_or("", |provider| &provider.kind);
    let name = provider.and_then(|provider| provider.name.as_deref());
    let name = name.map_or_else(
        || match kind {
            "X509" => Text::SmartCard.words().to_owned(),
            "" | "OIDC" | "SAML2" => Text::Organization.words().to_owned(),
            _ => humanised(&kind.to_ascii_lowercase()),
        },
        str::to_owned,
    );
    let mut button = Button::new(fill(Text::ContinueWith, &[&name]), press);
    button.mark = Some(kind.to_owned());
    Some(button)
}

/// Sign In where other services are the only ways; or the page before an authenticator of another service.
pub(super) fn elsewhere(remediation: &Remediation) -> Card {
    let mut card = Card::new(&remediation.form.name, Text::SignIn);
    if let Some(about) = &remediation.about {
        card.heading = words::name(about, about.name.as_deref().unwrap_or_default());
        card.icon = Some(Icon::Key);
    }
    card.intro.push(Text::SignInThere.words().to_owned());
    card.others
        .extend(provider(remediation).map(Button::primary));
    card
}

/// Links below: every other remediation of the response, so that none is out of reach, and a way out.
pub(super) fn ways(transaction: &Transaction, shown: &Remediation, card: &Card) -> Vec<Button> {
    let mut links: Vec<Button> = Vec::new();
    for (at, remediation) in transaction.remediations.iter().enumerate() {
        if std::ptr::eq(remediation, shown)
            || leads(card, at)
            || passkey::picks(remediation)
            || (remediation.form.navigates && leave(remediation).is_none())
        {
            continue;
        }
        let label = match remediation.step {
            Step::Skip | Step::Resend | Step::RedirectIdp | Step::PivIdp => continue,
            Step::SelectAuthenticatorEnroll => Text::AnotherAuthenticator.words().to_owned(),
            Step::SelectAuthenticatorAuthenticate => Text::VerifyOtherwise.words().to_owned(),
            Step::SelectIdentify | Step::Identify => Text::BackToSignIn.words().to_owned(),
            Step::SelectEnrollProfile => Text::SignUp.words().to_owned(),
            Step::UnlockAccount => Text::UnlockAccount.words().to_owned(),
            // From the list back to the page it was reached from.
            _ if shown.selects() && remediation.about.is_some() => Text::GoBack.words().to_owned(),
            step if name(step).is_some() => name(step).unwrap_or(Text::Continue).words().to_owned(),
            _ => match &remediation.about {
                Some(about) => words::name(about, about.name.as_deref().unwrap_or_default()),
                None => humanised(&remediation.form.name),
            },
        };
        links.push(Button::new(label, reach(transaction, at)));
    }
    let recovers = |button: &Button| button.press == Press::Act(Action::Recover);
    if transaction.recover.is_some()
        && !card.links.iter().any(recovers)
        && shown.step != Step::ResetAuthenticator
    {
        let password = shown
            .about
            .as_ref()
            .is_none_or(|about| about.kind == Kind::Password);
        let label = if password {
            Text::ForgotPassword
        } else {
            Text::AnotherWay
        };
        links.push(Button::new(label.words(), Press::Act(Action::Recover)));
    }
    // Where another service is the only way in, one is at sign-in already.
    let only = shown.about.is_none() && matches!(shown.step, Step::RedirectIdp | Step::PivIdp);
    let back = if only {
        Text::StartAgain
    } else {
        Text::BackToSignIn
    }
    .words();
    if shown.step != Step::Identify
        && !links
            .iter()
            .chain(&card.links)
            .any(|link| link.label == back)
    {
        links.push(Button::new(back, Press::Start(Purpose::SignIn)));
    }
    links
}

fn leads(card: &Card, at: usize) -> bool {
    card.others
        .iter()
        .chain(&card.links)
        .any(|button| {
            matches!(&button.press, Press::Send(to) | Press::Show(to) | Press::Perform(to) if *to == at)
        })
}

fn leave(remediation: &Remediation) -> Option<Press> {
    http::navigable(&remediation.form.href).then(|| Press::Leave(remediation.form.href.clone()))
}

/// How to get to another remediation: nothing to fill in, then it is sent; else its form is shown.
pub(super) fn reach(transaction: &Transaction, at: usize) -> Press {
    let Some(remediation) = transaction.remediations.get(at) else {
        return Press::Home;
    };
    if remediation.form.navigates {
        return leave(remediation).unwrap_or(Press::Show(at));
    }
    if remediation.form.is_empty() && !remediation.polls() && !remediation.form.ceremonial() {
        Press::Send(at)
    } else {
        Press::Show(at)
    }
}
