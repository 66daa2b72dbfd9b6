//! What may be done next.

use super::{Answers, Authenticator, Ceremony, Class, Form, Link, Message, wire};
use crate::json::Value;

/// The box that asks whether to remember the browser (protocol reference, 4.1, `identify`).
pub const REMEMBER: &str = "rememberMe";

/// Something an org lets the person do next (protocol reference, 4.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Remediation {
    /// Which one it is.
    pub step: Step,
    /// What it wants to know, and where it goes.
    pub form: Form,
    /// The authenticator it is about.
    pub about: Option<Authenticator>,
    /// The identity provider it leads to.
    pub provider: Option<Provider>,
    /// What the org says about this one alone.
    pub messages: Vec<Message>,
    /// What an app asks for, or who asked: names and values.
    pub details: Vec<(String, String)>,
    /// Where a password that is managed elsewhere is changed.
    pub elsewhere: Option<Link>,
    /// What the browser itself has to do, where only that fills in the form.
    pub ceremony: Option<Ceremony>,
}

/// An identity provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// Its name in the org.
    pub name: Option<String>,
    /// `GOOGLE`, `OIDC`, `SAML2`, `X509` and so on.
    pub kind: String,
}

macro_rules! steps {
    ($($(#[$doc:meta])* $step:ident = $name:literal,)*) => {
        /// The remediations this app knows by name. Every other is [`Step::Other`] and keeps its name in its form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Step {
            $(#[doc = concat!("`", $name, "`")] $step,)*
            /// One that is newer than this app.
            Other,
        }

        impl Step {
            /// The step of that name.
            pub fn named(name: &str) -> Self {
                match name {
                    $($name => Self::$step,)*
                    _ => Self::Other,
                }
            }
        }
    };
}

steps! {
    Identify = "identify",
    SelectIdentify = "select-identify",
    IdentifyRecovery = "identify-recovery",
    SelectEnrollProfile = "select-enroll-profile",
    EnrollProfile = "enroll-profile",
    ProfileUpdate = "profile-update",
    SelectAuthenticatorEnroll = "select-authenticator-enroll",
    AuthenticatorEnrollmentData = "authenticator-enrollment-data",
    EnrollAuthenticator = "enroll-authenticator",
    EnrollPoll = "enroll-poll",
    SelectEnrollmentChannel = "select-enrollment-channel",
    EnrollmentChannelData = "enrollment-channel-data",
    SelectAuthenticatorAuthenticate = "select-authenticator-authenticate",
    AuthenticatorVerificationData = "authenticator-verification-data",
    ChallengeAuthenticator = "challenge-authenticator",
    ChallengePoll = "challenge-poll",
    ResetAuthenticator = "reset-authenticator",
    ReenrollAuthenticator = "reenroll-authenticator",
    ReenrollAuthenticatorWarning = "reenroll-authenticator-warning",
    SelectAuthenticatorUnlockAccount = "select-authenticator-unlock-account",
    UnlockAccount = "unlock-account",
    Skip = "skip",
    Poll = "poll",
    Resend = "resend",
    RedirectIdp = "redirect-idp",
    Consent = "consent",
    GranularConsent = "granular-consent",
    AdminConsent = "admin-consent",
    EmailChallengeConsent = "email-challenge-consent",
    KeepMeSignedIn = "keep-me-signed-in",
    UserCode = "user-code",
    LaunchAuthenticator = "launch-authenticator",
    LaunchNfcAuthenticator = "launch-nfc-authenticator",
    LaunchWebauthnAuthenticator = "launch-webauthn-authenticator",
    LaunchPasskeysAuthenticator = "launch-passkeys-authenticator",
    PasskeyAutofill = "challenge-webauthn-autofillui-authenticator",
    EnrollResidentKey = "enroll-webauthn-residentkey",
    EnrollPromotion = "enroll-authenticator-promotion",
    DeviceChallengePoll = "device-challenge-poll",
    DeviceAssuranceGracePeriod = "device-assurance-grace-period",
    RequestActivationEmail = "request-activation-email",
    CustomPasswordExpiry = "reenroll-custom-password-expiry",
    CustomPasswordExpiryWarning = "reenroll-custom-password-expiry-warning",
    AppleSsoExtension = "device-apple-sso-extension",
    CancelTransaction = "cancel-transaction",
    RedirectIdverify = "redirect-idverify",
    PivIdp = "piv-idp",
}

impl Remediation {
    pub(super) fn read(raw: &Value, root: &Value) -> Option<Self> {
        let mut form = Form::read(raw, root)?;
        // Who is locked out is asked once, for all.
        let step = Step::named(&form.name);
        if step == Step::SelectAuthenticatorUnlockAccount {
            form.take_first_methods();
        }
        if step == Step::SelectAuthenticatorAuthenticate {
            form.split();
        }
        let about = wire::related(root, raw).and_then(Authenticator::read);
        let provider = raw.get("idp").map(|idp| Provider {
            name: wire::text(idp, "name"),
            kind: raw.text("type").unwrap_or_default().to_owned(),
        });
        let detail = |raw: &Value| {
            let value = ["value", "desc"]
                .iter()
                .find_map(|name| wire::text(raw, name))
                .unwrap_or_default();
            Some((
                wire::text(raw, "label").or_else(|| wire::text(raw, "name"))?,
                value,
            ))
        };
        let listed = ["scopes", "requestInfo"]
            .iter()
            .flat_map(|name| wire::list(raw.get(name)));
        Some(Self {
            step,
            details: listed.filter_map(detail).collect(),
            elsewhere: wire::text(raw, "customExpiredPasswordURL").map(|url| Link {
                label: wire::text(raw, "customExpiredPasswordName").unwrap_or_else(|| url.clone()),
                url,
            }),
            ceremony: Ceremony::read(&form, raw, root),
            form,
            about,
            provider,
            messages: told(raw),
        })
    }

    /// What goes along with it when it is pressed beside another form. Whether to remember the browser, as the box on that
    /// form stands, is told to the app on the device too (protocol reference, 4.1, `launch-authenticator`).
    pub fn along(&self, remember: Option<bool>) -> Answers {
        let mut answers = Answers::new();
        if let Some(yes) = remember.filter(|_| self.step == Step::LaunchAuthenticator) {
            answers.also(REMEMBER, Value::Bool(yes));
        }
        answers
    }

    /// Whether a person chooses among authenticators here.
    pub fn selects(&self) -> bool {
        matches!(
            self.step,
            Step::SelectAuthenticatorEnroll
                | Step::SelectAuthenticatorAuthenticate
                | Step::SelectAuthenticatorUnlockAccount
        )
    }

    /// Whether this asks the org again and again until something happened elsewhere (protocol reference, 6.3).
    pub fn polls(&self) -> bool {
        self.form.name == "poll" || self.form.name.ends_with("-poll")
    }
}

/// What the org says about all of a form; and what there is to know about a field, which is no problem of it.
fn told(raw: &Value) -> Vec<Message> {
    let mut told = Message::all(raw);
    let mut within = Vec::new();
    Message::within(raw.get("value").unwrap_or(&Value::Null), &mut within);
    within.retain(|message| message.class == Class::Info && !told.contains(message));
    told.append(&mut within);
    told
}
