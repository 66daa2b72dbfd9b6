//! Words for what the org names: labels by path, names of authenticators, `autocomplete`.

use super::card::{CodeKind, Input};
use crate::idx::{Authenticator, Field, Grace, Kind};
use crate::json::Value;
use crate::messages;
use crate::text::Text;

/// Fills the gaps of a text.
pub fn fill(text: Text, params: &[&str]) -> String {
    let params: Vec<String> = params.iter().map(|param| (*param).to_owned()).collect();
    messages::fill(text.words(), &params)
}

/// What a field is called: the catalogue's words for the paths it knows, else the org's.
pub(super) fn label(field: &Field) -> String {
    let known = match field.path.as_str() {
        _ if field.custom_label => None,
        "identifier" => Some(Text::Username),
        "credentials.passcode" if field.secret => Some(Text::Password),
        "userProfile.firstName" => Some(Text::FirstName),
        "userProfile.lastName" => Some(Text::LastName),
        "userProfile.email" => Some(Text::Email),
        "authenticator.phoneNumber" | "phoneNumber" => Some(Text::PhoneNumber),
        "authenticator.methodType" | "authenticator.channel" => Some(Text::WhichWay),
        "rememberMe" => Some(Text::RememberMe),
        "credentials.revokeSessions" => Some(Text::SignOutElsewhere),
        _ => None,
    };
    known.map_or_else(|| field.label.clone(), |text| text.words().to_owned())
}

/// What a way to set up an app is called; every other choice has the org's words.
pub(super) fn way(path: &str, value: &Value, label: &str) -> String {
    let known = match value.as_str() {
        _ if path != "authenticator.channel" => None,
        Some("qrcode") => Some(Text::QrCode),
        Some("email") => Some(Text::Email),
        Some("sms") => Some(Text::Sms),
        Some("samedevice") => Some(Text::ThisDevice),
        Some("devicebootstrap") => Some(Text::OtherDevice),
        _ => None,
    };
    known.map_or_else(|| label.to_owned(), |text| text.words().to_owned())
}

/// What an authenticator is called.
pub(super) fn name(about: &Authenticator, label: &str) -> String {
    match about.kind {
        Kind::Password => Text::Password.words().to_owned(),
        Kind::Email => Text::Email.words().to_owned(),
        _ if !label.is_empty() => label.to_owned(),
        kind => about.name.clone().unwrap_or_else(|| match kind {
            Kind::OktaVerify => "Okta Verify".to_owned(),
            Kind::Totp => Text::YourApp.words().to_owned(),
            _ => about.key.clone(),
        }),
    }
}

/// How long setting it up can still be put off.
pub(super) fn grace(about: &Authenticator) -> Option<String> {
    Some(match about.grace.as_ref()? {
        Grace::Skips(0) => return None,
        Grace::Skips(1) => Text::SkipOnce.words().to_owned(),
        Grace::Skips(left) => fill(Text::SkipsLeft, &[&left.to_string()]),
        Grace::Until(day) => fill(Text::SkipUntil, &[day]),
    })
}

fn missing(field: &Field, label: &str) -> String {
    match field.path.as_str() {
        "identifier" => Text::EnterUsername.words().to_owned(),
        "userProfile.firstName" => Text::EnterFirstName.words().to_owned(),
        "userProfile.lastName" => Text::EnterLastName.words().to_owned(),
        "userProfile.email" => Text::EnterEmail.words().to_owned(),
        "credentials.passcode" if field.secret => Text::EnterPassword.words().to_owned(),
        _ => fill(Text::EnterField, &[label]),
    }
}

/// `autocomplete`, `inputmode` and `type` of a field (HTML, section 4.10.18.7).
fn means(field: &Field) -> (&'static str, Option<&'static str>, &'static str) {
    if field.secret {
        let password = field.path.ends_with("passcode");
        return (
            if password { "current-password" } else { "off" },
            None,
            "password",
        );
    }
    let attribute = field
        .path
        .strip_prefix("userProfile.")
        .unwrap_or(&field.path);
    match attribute {
        "identifier" => ("username", Some("email"), "text"),
        "email" | "secondEmail" => ("email", Some("email"), "email"),
        "login" => ("username", None, "text"),
        "firstName" => ("given-name", None, "text"),
        "lastName" => ("family-name", None, "text"),
        "middleName" => ("additional-name", None, "text"),
        "nickName" => ("nickname", None, "text"),
        "displayName" => ("name", None, "text"),
        "honorificPrefix" => ("honorific-prefix", None, "text"),
        "honorificSuffix" => ("honorific-suffix", None, "text"),
        "title" => ("organization-title", None, "text"),
        "organization" => ("organization", None, "text"),
        "mobilePhone" | "primaryPhone" | "phoneNumber" | "authenticator.phoneNumber" => {
            ("tel", Some("tel"), "tel")
        }
        "streetAddress" => ("street-address", None, "text"),
        "city" => ("address-level2", None, "text"),
        "state" => ("address-level1", None, "text"),
        "zipCode" => ("postal-code", None, "text"),
        "countryCode" => ("country", None, "text"),
        "birthday" | "birthDate" => ("bday", None, "text"),
        "profileUrl" => ("url", Some("url"), "url"),
        _ => ("off", None, "text"),
    }
}

/// The text box of a field.
pub(super) fn input(field: &Field) -> Input {
    let label = label(field);
    let (autocomplete, mode, kind) = means(field);
    let proof = field
        .path
        .strip_prefix("credentials.")
        .is_some_and(|name| matches!(name, "passcode" | "totp" | "answer"));
    let code = proof && !field.secret && !field.path.ends_with("answer");
    Input {
        fleeting: field.secret || proof,
        missing: missing(field, &label),
        name: field.path.clone(),
        label,
        kind,
        autocomplete: if code { "one-time-code" } else { autocomplete },
        mode,
        required: field.required || field.secret,
        hint: field.description.clone(),
        value: field
            .preset
            .as_ref()
            .map(Value::scalar)
            .filter(|text| !text.is_empty() && !field.secret),
        least: field.min_length,
        most: field.max_length,
        code: None,
        whole: None,
    }
}

/// The box of a code.
pub(super) fn code(field: &Field, made_of: CodeKind) -> Input {
    Input {
        autocomplete: "one-time-code",
        label: field.label.clone(),
        mode: (made_of == CodeKind::Digits).then_some("numeric"),
        required: true,
        whole: field.max_length.filter(|most| {
            field.min_length == Some(*most)
                && matches!(made_of, CodeKind::Digits | CodeKind::Letters)
        }),
        code: Some(made_of),
        missing: Text::EnterTheCode.words().to_owned(),
        // The org says how long a code is; a code that was typed with spaces is still that long without them.
        least: None,
        most: None,
        fleeting: true,
        ..input(field)
    }
}

/// Where a code goes: the person's own name for it, and what the org shows of the address.
pub(super) fn where_to(about: &Authenticator) -> Option<String> {
    match (&about.nickname, &about.address) {
        (Some(name), Some(address)) => Some([name, " (", address, ")"].concat()),
        (name, address) => name.clone().or_else(|| address.clone()),
    }
}
