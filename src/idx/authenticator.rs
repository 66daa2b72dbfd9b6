//! What a person proves with.

use super::wire;
use crate::json::Value;
use crate::password::Rules;

/// An authenticator that an org offers, or a person's enrollment of one (protocol reference, 3.7 and 4.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Authenticator {
    /// Which one it is.
    pub kind: Kind,
    /// Its key on the wire (`okta_email`), or its type where it has none. Part of this app's addresses.
    pub key: String,
    /// The org's name for it.
    pub name: Option<String>,
    /// The person's own name for this enrollment.
    pub nickname: Option<String>,
    /// Where codes go, masked as the org sees fit (`m***a@acme.test`, `+1 XXX-XXX-4477`).
    pub address: Option<String>,
    /// How it can be used: `sms`, `voice` and so on.
    pub methods: Vec<String>,
    /// The policy of a password.
    pub rules: Option<Rules>,
    /// Days until a password expires.
    pub days_left: Option<u32>,
    /// Whether the mail has a link beside its code. Old orgs do not say, and send one.
    pub link: bool,
    /// What else the step needs: a QR code, a challenge, a list of questions (protocol reference, 4.3).
    pub context: Value,
    /// Whether the org knows this very device as one of the person's.
    pub device_known: bool,
    /// The question of an enrolled security question.
    pub question: Option<String>,
    /// How long setting it up can still be put off.
    pub grace: Option<Grace>,
}

/// How long something that will be required can still be put off (protocol reference, 3.7).
#[derive(Clone, Debug, PartialEq)]
pub enum Grace {
    /// So many times more.
    Skips(u32),
    /// Until that day, as `2031-05-04`.
    Until(String),
}

/// The authenticators there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `okta_password`
    Password,
    /// `okta_email`
    Email,
    /// `phone_number`
    Phone,
    /// `security_question`
    Question,
    /// `webauthn`
    WebAuthn,
    /// `okta_verify`
    OktaVerify,
    /// `google_otp`
    Totp,
    /// Any other. Its name and its form still make a page.
    Other,
}

impl Authenticator {
    /// Reads what a path led to; `None` if it is no authenticator.
    pub(super) fn read(raw: &Value) -> Option<Self> {
        let key = wire::text(raw, "key").or_else(|| wire::text(raw, "type"))?;
        let profile = wire::object(raw.get("profile"));
        let context = wire::object(raw.get("contextualData"));
        let from_profile = |name: &str| profile.and_then(|profile| wire::text(profile, name));
        let settings = wire::object(raw.get("settings"));
        let kind = match key.as_str() {
            "okta_password" | "password" => Kind::Password,
            "okta_email" | "email" => Kind::Email,
            "phone_number" | "phone" => Kind::Phone,
            "security_question" => Kind::Question,
            "webauthn" => Kind::WebAuthn,
            "okta_verify" => Kind::OktaVerify,
            "google_otp" => Kind::Totp,
            _ => Kind::Other,
        };
        Some(Self {
            kind,
            key,
            name: wire::text(raw, "displayName"),
            nickname: wire::text(raw, "nickname")
                .or_else(|| from_profile("nickname"))
                .or_else(|| from_profile("deviceName")),
            address: from_profile("email").or_else(|| from_profile("phoneNumber")),
            methods: raw
                .get("methods")
                .map_or(&[][..], Value::items)
                .iter()
                .filter_map(|method| wire::text(method, "type"))
                .collect(),
            rules: settings.filter(|_| kind == Kind::Password).map(rules),
            days_left: settings
                .and_then(|settings| settings.get("daysToExpiry"))
                .and_then(Value::as_u32),
            link: context
                .and_then(|context| context.get("useEmailMagicLink"))
                .and_then(Value::as_bool)
                .unwrap_or(true),
            context: context.cloned().unwrap_or(Value::Null),
            device_known: raw
                .get("deviceKnown")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            question: from_profile("question"),
            grace: raw.get("gracePeriod").and_then(|grace| {
                let skips = grace.get("remainingSkips").and_then(Value::as_u32);
                let day = || grace.text("expiry")?.get(..10).map(str::to_owned);
                skips.map(Grace::Skips).or_else(|| day().map(Grace::Until))
            }),
        })
    }
}

/// The password policy (protocol reference, 4.3.1).
fn rules(settings: &Value) -> Rules {
    let complexity = settings.get("complexity").unwrap_or(&Value::Null);
    let age = settings.get("age").unwrap_or(&Value::Null);
    let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_u32).unwrap_or(0);
    let flag = |name: &str| {
        complexity
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    };
    let mut exclude_attributes: Vec<String> = complexity
        .get("excludeAttributes")
        .map_or(&[][..], Value::items)
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    for (excluded, name) in [
        ("excludeFirstName", "firstName"),
        ("excludeLastName", "lastName"),
    ] {
        if flag(excluded) && !exclude_attributes.iter().any(|known| known == name) {
            exclude_attributes.push(name.to_owned());
        }
    }
    Rules {
        min_length: number(complexity, "minLength"),
        max_length: complexity
            .get("maxLength")
            .and_then(Value::as_u32)
            .filter(|most| *most > 0),
        min_lower: number(complexity, "minLowerCase"),
        min_upper: number(complexity, "minUpperCase"),
        min_number: number(complexity, "minNumber"),
        min_symbol: number(complexity, "minSymbol"),
        exclude_username: flag("excludeUsername"),
        exclude_attributes,
        max_consecutive: complexity
            .get("maxConsecutiveRepeatingCharacters")
            .and_then(Value::as_u32)
            .filter(|most| *most > 0),
        ad: flag("useADComplexityRequirements"),
        history: number(age, "historyCount"),
        min_age_minutes: number(age, "minAgeMinutes"),
    }
}
