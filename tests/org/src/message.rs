//! What the org says to a person: the keys of protocol 6.1 with their English texts.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::policy::Denial;
use crate::transaction::Ending;

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    text: String,
    class: &'static str,
    key: Option<&'static str>,
    params: Vec<String>,
    /// Where to read on: each with a label and an address.
    links: Vec<Value>,
}

impl Message {
    fn new(class: &'static str, key: &'static str, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            class,
            key: Some(key),
            params: Vec::new(),
            links: Vec::new(),
        }
    }

    /// One that the reference knows no key for.
    fn keyless(text: &str) -> Self {
        Self {
            key: None,
            ..Self::error("", text)
        }
    }

    fn error(key: &'static str, text: impl Into<String>) -> Self {
        Self::new("ERROR", key, text)
    }

    fn about(mut self, param: impl Into<String>) -> Self {
        self.params.push(param.into());
        self
    }

    /// The English text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A member of `messages` (protocol 3.6).
    pub(crate) fn json(&self) -> Value {
        let mut message = json!({"message": self.text, "class": self.class});
        if let Some(key) = self.key {
            message["i18n"] = json!({"key": key, "params": self.params});
        }
        if !self.links.is_empty() {
            message["links"] = json!(self.links);
        }
        message
    }
}

/// The `messages` member, at the top or at a field.
pub(crate) fn list(messages: &[Message]) -> Value {
    json!({"type": "array", "value": messages.iter().map(Message::json).collect::<Vec<_>>()})
}

/// A required field was left empty. The reference knows no key for it, so there is none.
pub(crate) fn missing() -> Message {
    Message::keyless("This field cannot be left blank")
}

/// What the last page says.
pub(crate) fn ending(ending: Ending) -> (StatusCode, Message) {
    let info = |key, text| (StatusCode::OK, Message::new("INFO", key, text));
    let error = |status, key, text| (status, Message::error(key, text));
    match ending {
        Ending::NothingToSetUp => (StatusCode::OK, no_set_up()),
        Ending::Denied | Ending::ConsentRefused => error(
            StatusCode::FORBIDDEN,
            "security.access_denied",
            "You do not have permission to perform the requested action.",
        ),
        Ending::DeviceActivated => info(
            "idx.device.activated",
            "Follow the instructions on your device for next steps",
        ),
        Ending::DeviceRefused => info(
            "idx.device.not.activated.consent.denied",
            "Your device cannot be activated because you did not allow access",
        ),
        Ending::DeviceUnknown => error(
            StatusCode::BAD_REQUEST,
            "idx.invalid.device.code",
            "Invalid or expired code. Start over on your device and request a new code.",
        ),
        Ending::Unlocked => info(
            "oie.selfservice.unlock_user.success.message",
            "Your account is now unlocked!",
        ),
        Ending::UnlockNotPermitted => error(
            StatusCode::FORBIDDEN,
            "oie.selfservice.unlock_user.challenge.failed.permissions",
            "You do not have permission to perform the requested action",
        ),
        Ending::Recovered => info(
            "idx.recovery.completed",
            "Your password is new. Sign in with it now.",
        ),
        Ending::RecoveryLinkDead => error(
            StatusCode::BAD_REQUEST,
            "idx.invalid.forgot.password.token",
            "The link to a new password is no longer valid.",
        ),
        Ending::ActivationLinkUsed => error(
            StatusCode::BAD_REQUEST,
            "idx.missing.activation.token",
            "Your account activation link is invalid or was used already.",
        ),
        Ending::ActivationRequested => info(
            "idx.request.activation.email",
            "If your account is found, a new activation link is on its way to your email.",
        ),
        Ending::NotActive => error(
            StatusCode::FORBIDDEN,
            "idx.reset.password.activating.user",
            "Your account is not active yet, so its password cannot be reset.",
        ),
        Ending::CancelledElsewhere => error(
            StatusCode::OK,
            "idx.operation.cancelled.on.other.device",
            "Operation cancelled on other device.",
        ),
        Ending::IdpFailed => error(
            StatusCode::BAD_REQUEST,
            "idx.identity.provider.auth.error",
            "Unable to authenticate with the identity provider. Try again, or choose another way to sign in.",
        ),
    }
}

pub(crate) fn bad_request() -> Message {
    Message::error("E0000020", "Bad request.")
}

pub(crate) fn internal_error() -> Message {
    Message::error("E0000009", "Internal Server Error")
}

pub(crate) fn too_many_requests() -> Message {
    Message::error("tooManyRequests", "Too many requests")
}

pub(crate) fn session_expired() -> Message {
    Message::error("idx.session.expired", "The session has expired.")
}

pub(crate) fn authentication_failed() -> Message {
    Message::error("errors.E0000004", "Authentication failed")
}

pub(crate) fn incorrect_password() -> Message {
    Message::error("incorrectPassword", "Password is incorrect")
}

pub(crate) fn unknown_user(login: &str) -> Message {
    let text = format!("There is no account with the Username {login}.");
    Message::new("WARNING", "idx.unknown.user", text)
}

pub(crate) fn unsatisfiable(app: &str) -> Message {
    let text = format!(
        "Set up of the required authenticators is not possible for {app}. Contact your administrator."
    );
    Message::error("oie.assurance.unsatisfiable", text).about(app)
}

pub(crate) fn wrong_code() -> Message {
    Message::error(
        "api.authn.error.PASSCODE_INVALID",
        "Invalid code. Try again.",
    )
}

pub(crate) fn used_code() -> Message {
    let text = "Each code can only be used once. Please wait for a new code and try again.";
    Message::error("authfactor.challenge.soft_token.used_passcode", text)
}

pub(crate) fn no_key_signed() -> Message {
    let text = "None of the WebAuthn authenticators the user has enrolled for was able to validate the assertion";
    Message::error(
        "authfactor.webauthn.error.assertion_validation_failure",
        text,
    )
}

/// The reference knows no key for it, so there is none.
pub(crate) fn key_not_made() -> Message {
    Message::keyless("The security key or biometric authenticator could not be set up")
}

pub(crate) fn duo_failed() -> Message {
    Message::error(
        "oie.authenticator.duo.method.duo.verification_failed",
        "We were unable to verify with Duo. Try again.",
    )
}

pub(crate) fn duo_timed_out() -> Message {
    Message::error(
        "oie.authenticator.duo.method.duo.verification_timeout",
        "We were unable to verify with Duo. Try again.",
    )
}

pub(crate) fn no_set_up() -> Message {
    Message::error(
        "idx.error.server.safe.mode.enrollment.unavailable",
        "Set up is temporarily unavailable due to server maintenance. Try again later.",
    )
}

pub(crate) fn not_assigned() -> Message {
    Message::error(
        "idx.error.user.not.assigned.to.app",
        "User is not assigned to this application.",
    )
}

/// What an admin wrote for those whom the policy does not let in, with links.
pub(crate) fn denied(denial: &Denial) -> Message {
    let message = Message::error(
        "security.access_denied_custom_message",
        denial.message.as_str(),
    );
    let links = denial.links.iter();
    Message {
        links: links
            .map(|link| json!({"label": link.label, "url": link.url}))
            .collect(),
        ..message
    }
}

pub(crate) fn push_rejected() -> Message {
    Message::error(
        "api.authn.poll.error.push_rejected",
        "You have chosen to reject this login.",
    )
}

/// The reference knows no key for it that comes with a form, so there is none.
pub(crate) fn push_ended() -> Message {
    Message::keyless("Nobody answered the push notification in time.")
}

pub(crate) fn wrong_answer() -> Message {
    let text = "Your answer doesn't match our records. Please try again.";
    Message::error("authfactor.challenge.question_factor.answer_invalid", text)
}

pub(crate) fn answer_too_short() -> Message {
    let least = crate::question::MIN_ANSWER.to_string();
    let text =
        format!("The security question answer must be at least {least} characters in length");
    Message::error("securityQuestion.answer.tooShort.arg", text).about(least)
}

/// The reference knows no key for it, so there is none.
pub(crate) fn answer_in_question() -> Message {
    Message::keyless("The security question answer must not be part of the question")
}

pub(crate) fn no_tags() -> Message {
    Message::error(
        "tagsNotAllowed",
        "HTML tags are not allowed in the question",
    )
}

pub(crate) fn invalid_phone() -> Message {
    Message::error(
        "api.factors.error.sms.invalid_phone",
        "Invalid Phone Number.",
    )
}

pub(crate) fn password_requirements(requirements: &str) -> Message {
    Message::error("password.passwordRequirementsNotMet", requirements).about(requirements)
}

pub(crate) fn password_common() -> Message {
    let text = "This password was found in a list of commonly used passwords. Please try another password.";
    Message::error("password.common", text).about("")
}

pub(crate) fn not_unique(label: &str) -> Message {
    let text = format!("A user with this {label} already exists");
    Message::error("registration.error.notUniqueWithinOrg", text).about(label)
}

pub(crate) fn no_email(label: &str) -> Message {
    let text = format!("'{label}' must be in the form of an email address");
    Message::error("registration.error.invalidLoginEmail", text).about(label)
}

pub(crate) fn no_match(label: &str) -> Message {
    let text = format!("Provided value for property '{label}' does not match required pattern");
    Message::error("registration.error.doesNotMatchPattern", text).about(label)
}

pub(crate) fn registration_unavailable() -> Message {
    Message::error(
        "idx.error.registration.unavailable",
        "Registration is not available at this time.",
    )
}

pub(crate) fn went_to_another_tab() -> Message {
    Message::new(
        "INFO",
        "idx.transferred.to.new.tab",
        "The flow was continued in a new tab.",
    )
}

pub(crate) fn password_expiring(org: &str) -> Message {
    let text = format!(
        "When your password expires, you will have to change your password before you can login to your {org} account."
    );
    Message::new("INFO", "idx.password.expiring.message", text).about(org)
}

/// Said by a page whose status is 200: the page is there to be gone on with.
pub(crate) fn activation_expired() -> Message {
    let text =
        "Your account activation link is no longer valid. Request a new activation email below.";
    Message::error("idx.expired.activation.token", text)
}

pub(crate) fn enter_code_in_original_tab() -> Message {
    let text = "Enter the OTP in your original browser or device.";
    Message::new("INFO", "idx.enter.otp.in.original.tab", text)
}

pub(crate) fn return_to_original_tab() -> Message {
    let text = "Please return to the original tab.";
    Message::new("INFO", "idx.return.to.original.tab", text)
}

pub(crate) fn cancelled_by_user() -> Message {
    Message::error(
        "idx.operation.cancelled.by.user",
        "Operation cancelled by user.",
    )
}

pub(crate) fn link_expired() -> Message {
    let text =
        "This email link has expired. To resend it, return to the screen where you requested it.";
    Message::new("INFO", "idx.return.link.expired", text)
}

pub(crate) fn link_stale() -> Message {
    let text = "This email link is out of date: it was used, or a newer one took its place. Return to the screen where you \
                requested it.";
    Message::new("INFO", "idx.return.stale", text)
}

pub(crate) fn link_error() -> Message {
    let text = "This email link cannot be processed. Return to the screen where you requested it.";
    Message::error("idx.return.error", text)
}
