//! What we say in place of the org's own messages: each of its keys that says what happened gets a sentence that also says
//! what to do.
//!
//! A key that is not here keeps the org's words. So do, on purpose, the texts that an administrator can write, those that
//! name a field or a person in words of the org's choice, and the lists about a device's health, whose parts belong
//! together. A page that goes no further gets its heading from the key too.

type Table = &'static [(&'static str, &'static str)];

/// Sorted by key. `{0}` is the first of the message's parameters.
#[rustfmt::skip]
const TEXTS: Table = &[
    ("E0000009", "Something went wrong at the sign-in service. Try again in a minute."),
    ("E0000010", "The sign-in service cannot answer at the moment. Try again in a few minutes."),
    ("E0000020", "The sign-in service could not read what was sent. Start again. If that does not help, contact support."),
    ("api.authenticator.error.nfc.pin_incorrect", "That PIN is not right. Type it again."),
    ("api.authenticator.error.nfc.sign_in_to_use", "Sign in another way to finish setting up your NFC device."),
    ("api.authn.error.PASSCODE_INVALID", "Invalid code. Try again."),
    ("api.authn.poll.error.push_rejected", "You said no to this sign-in on your phone. If that was a mistake, send the notification again."),
    ("api.factors.error.sms.invalid_phone", "Invalid Phone Number."),
    ("api.users.auth.error.POST_PASSWORD_UPDATE_AUTH_FAILURE", "Your password was changed, but you are not signed in yet. Sign in with the new password."),
    ("app.ldap.password.reset.failed", "The directory did not take this password. Choose another one."),
    ("authfactor.challenge.question_factor.answer_invalid", "That is not the answer we have. Check the spelling and try again."),
    ("authfactor.challenge.soft_token.invalid_passcode", "That is not the code we expected. Type the one that the app shows now."),
    ("authfactor.challenge.soft_token.used_passcode", "This code was used already. Wait until the app shows the next one, then type that."),
    ("authfactor.challenge.suspended_factor", "There were too many tries this way. Wait a few minutes, or choose another way."),
    ("authfactor.webauthn.error.assertion_validation_failure", "This security key or passkey does not belong to your account. Use another one, or choose another way to sign in."),
    ("core.system.transaction_resource_not_found", "You took longer than this page can wait. Start again."),
    ("enroll.hotp.restricted", "Only an administrator can set this up for you. Contact them, or choose something else."),
    ("error.expired.session", "This page was open for too long. Start again."),
    ("error.password.required", "Enter your password."),
    ("error.username.required", "Enter your username."),
    ("errors.E0000004", "Authentication failed"),
    ("errors.E0000035", "The password of this account cannot be changed here. Contact support."),
    ("errors.E0000069", "Your account is locked. Unlock it, or contact support."),
    ("errors.E0000113", "Your PIN was right. Wait until the token shows the next code, then type that one."),
    ("errors.E0000119", "Your account is locked. Unlock it, or contact support."),
    ("errors.E0000150", "Too many text messages were sent to you. Wait a while before you ask for another, or choose another way."),
    ("errors.E0000151", "You were called too many times. Wait a while before you ask for another call, or choose another way."),
    ("errors.E0000207", "The username or password is not right. Check both and try again."),
    ("idx.activating.inactive.user", "This account is suspended, so it cannot be activated. Contact support."),
    ("idx.device.activated", "Your device is signed in. You can close this page and go on there."),
    ("idx.device.not.activated.consent.denied", "You did not allow it, so the device is not signed in. To allow it after all, start again on the device."),
    ("idx.device.not.activated.internal.error", "Something went wrong, so the device is not signed in. Start again on the device."),
    ("idx.email.verification.required", "We sent you an email. Open it and follow the link to finish."),
    ("idx.enter.otp.in.original.tab", "Type the code in the tab, or on the device, where you started."),
    ("idx.error.code.user_not_assigned", "Your account may not use this app. Ask an administrator for access."),
    ("idx.error.registration.unavailable", "New accounts cannot be made here at the moment. If you have one, sign in."),
    ("idx.error.server.safe.mode.enrollment.unavailable", "Nothing new can be set up while the service is being maintained. Try again later."),
    ("idx.error.user.not.assigned.to.app", "Your account may not use this app. Ask an administrator for access, or sign in with another account."),
    ("idx.expired.activation.token", "The link in your activation email has expired. Ask for a new one."),
    ("idx.identity.provider.auth.error", "Signing in with the other service did not work. Try again, or choose another way to sign in."),
    ("idx.invalid.device.code", "This code is not known, or it has expired. Look for a new one on your device."),
    ("idx.invalid.forgot.password.token", "This link has expired, or it was used already. Ask for a new password again."),
    ("idx.invalid.reset.password.token", "This link has expired, or it was used already. Ask for a new password again."),
    ("idx.missing.activation.token", "This link is not complete, or it was used already. If your account is active, sign in. If not, contact support."),
    ("idx.operation.cancelled.by.user", "You said that it was not you, so nobody was signed in. If you did not start this, change your password."),
    ("idx.operation.cancelled.on.other.device", "It was stopped on the other device, so nobody was signed in here. If that was a mistake, start again."),
    ("idx.password.expiring.message", "Your password will expire soon. After that you will need a new one before you can sign in to {0}."),
    ("idx.recovery.completed", "Your new password is set. Sign in with it."),
    ("idx.request.activation.email", "If we know your account, a new activation link is on its way. Look in your email."),
    ("idx.reset.password.activating.user", "This account is not active yet, so its password cannot be reset. Finish activating it, or contact support."),
    ("idx.return.error", "Something went wrong with this link. Go back to where you started and ask for a new email."),
    ("idx.return.link.expired", "Links in these emails work for a short time only. Go back to where you started and ask for a new email."),
    ("idx.return.stale", "It was used already, or a newer one was sent. Open the newest email, or go back to where you started and ask for another."),
    ("idx.return.to.original.tab", "Go on in the tab, or on the device, where you started. You can close this page."),
    ("idx.session.expired", "This page was open for too long, so it was ended to keep your account safe. Start again."),
    ("idx.transferred.to.new.tab", "Go on there. You can close this one."),
    ("incorrectPassword", "That is not the right password. Try again."),
    ("oie.assurance.unsatisfiable", "{0} asks for more proof than your account can give. Contact support."),
    ("oie.authenticator.app.method.push.enroll.enable.biometrics", "Your organization asks for fingerprint or face. Check that your device has it, add your account again, and turn it on when the app asks."),
    ("oie.authenticator.app.method.push.force.upgrade.number_challenge", "Your Okta Verify is too old for this. Update it, then try again."),
    ("oie.authenticator.app.method.push.verify.enable.biometrics", "We have your answer, but your organization asks for fingerprint or face. Turn it on for your account in Okta Verify, then try again."),
    ("oie.authenticator.app.non_fips_compliant_enrollment_app_update_required", "Your Okta Verify is too old for your organization. Update it, then try again."),
    ("oie.authenticator.app.non_fips_compliant_enrollment_device_incompatible", "Your organization does not allow Okta Verify on this device. Use another device, or contact support."),
    ("oie.authenticator.custom_app.method.push.verify.enable.biometrics", "We have your answer, but your organization asks for fingerprint or face. Turn it on for your account in the app, then try again."),
    ("oie.authenticator.duo.method.duo.verification_failed", "Duo did not confirm that it is you. Try again, or choose another way."),
    ("oie.authenticator.duo.method.duo.verification_timeout", "Nothing came back from Duo. Try again, or choose another way."),
    ("oie.authenticator.enroll.error.fail", "Setting this up did not work. Try again, or choose something else."),
    ("oie.authenticator.oktaverify.method.fastpass.verify.enable.biometrics.desktop", "We have your answer, but your organization asks for fingerprint or face. Turn it on for your account in Okta Verify, then try again."),
    ("oie.authenticator.oktaverify.method.fastpass.verify.enable.biometrics.mobile", "We have your answer, but your organization asks for fingerprint or face. Update Okta Verify, turn it on for your account there, then try again."),
    ("oie.authenticator.oktaverify.method.fastpass.verify.enable.biometrics.windows", "We have your answer, but your organization asks for Windows Hello. Turn it on for your account in Okta Verify, then try again."),
    ("oie.authenticator.oktaverify.method.totp.verify.enable.biometrics", "Your organization asks for fingerprint or face. Turn it on for your account in Okta Verify, then type a new code."),
    ("oie.authenticator.verify.error.fail", "We could not confirm that it is you. Try again, or choose another way."),
    ("oie.forgot.password.is.not.enabled", "Passwords cannot be reset here. Contact support."),
    ("oie.registration.is.not.enabled", "New accounts cannot be made here. If you have one, sign in. If not, contact support."),
    ("oie.selfservice.reset.password.not.allowed", "You cannot reset your password yourself at this time. Contact support."),
    ("oie.selfservice.unlock_user.challenge.failed.permissions", "You cannot unlock this account yourself. Contact support."),
    ("oie.selfservice.unlock_user.failed.message", "We could not unlock your account at this time. Try again later, or contact support."),
    ("oie.selfservice.unlock_user.landing.to.app.success.message", "Your account is unlocked. Prove that it is you to go on."),
    ("oie.selfservice.user.unlock.not.allowed", "You cannot unlock your account yourself. Contact support."),
    ("oie.tooManyRequests", "There were too many tries. Wait a minute, then try again."),
    ("password.common", "Too many people use this password. Choose one that is harder to guess."),
    ("password.passwordRequirementsNotMet", "{0}"),
    ("registration.error.generic", "We could not make your account. Contact support."),
    ("registration.error.notUniqueWithinOrg", "There is an account with this {0} already. Sign in, or use another one."),
    ("registration.error.request.not.completed", "We could not finish this. Try again later."),
    ("security.access_denied", "Your organization does not allow this sign-in. Contact support if you need access."),
    ("securityQuestion.answer.tooShort.arg", "Type an answer with at least {0} characters."),
    ("tagsNotAllowed", "Leave out the signs < and >."),
    ("tooManyRequests", "There were too many tries. Wait a minute, then try again."),
];

/// Headings of pages that go no further. Sorted by key.
#[rustfmt::skip]
const TITLES: Table = &[
    ("api.users.auth.error.POST_PASSWORD_UPDATE_AUTH_FAILURE", "Your password was changed"),
    ("core.auth.factor.signedNonce.error.invalidDevice", "This device cannot be used"),
    ("core.system.transaction_resource_not_found", "Your time is up"),
    ("idx.activating.inactive.user", "This account is suspended"),
    ("idx.device.activated", "Device activated"),
    ("idx.device.not.activated.consent.denied", "Device not activated"),
    ("idx.device.not.activated.internal.error", "Device not activated"),
    ("idx.email.verification.required", "Check your email"),
    ("idx.enter.otp.in.original.tab", "Enter the code where you started"),
    ("idx.error.code.user_not_assigned", "You have no access to this app"),
    ("idx.error.server.safe.mode.enrollment.unavailable", "Set-up is closed for now"),
    ("idx.expired.activation.token", "This link has expired"),
    ("idx.identity.provider.auth.error", "Signing in did not work"),
    ("idx.invalid.device.code", "This code did not work"),
    ("idx.invalid.forgot.password.token", "This link cannot be used any more"),
    ("idx.invalid.reset.password.token", "This link cannot be used any more"),
    ("idx.missing.activation.token", "This link cannot be used"),
    ("idx.operation.cancelled.by.user", "Sign-in stopped"),
    ("idx.operation.cancelled.on.other.device", "Sign-in stopped"),
    ("idx.recovery.completed", "Password reset"),
    ("idx.request.activation.email", "Check your email"),
    ("idx.reset.password.activating.user", "This account is not active yet"),
    ("idx.return.error", "This link did not work"),
    ("idx.return.link.expired", "This link has expired"),
    ("idx.return.stale", "This link cannot be used any more"),
    ("idx.return.to.original.tab", "Go back to where you started"),
    ("idx.session.expired", "Your session has expired"),
    ("idx.transferred.to.new.tab", "This went on in another tab"),
    ("oie.assurance.unsatisfiable", "You have no access to this app"),
    ("oie.forgot.password.is.not.enabled", "Passwords cannot be reset here"),
    ("oie.registration.is.not.enabled", "New accounts cannot be made here"),
    ("oie.selfservice.reset.password.not.allowed", "Passwords cannot be reset here"),
    ("oie.selfservice.unlock_user.challenge.failed.permissions", "Account not unlocked"),
    ("oie.selfservice.unlock_user.failed.message", "Account not unlocked"),
    ("oie.selfservice.unlock_user.landing.to.app.success.message", "Account unlocked!"),
    ("oie.selfservice.unlock_user.success.message", "Account unlocked!"),
    ("oie.selfservice.user.unlock.not.allowed", "Account not unlocked"),
    ("oie.tooManyRequests", "Too many tries"),
    ("registration.error.generic", "Your account was not made"),
    ("registration.error.request.not.completed", "Your account was not made"),
    ("security.access_denied", "Access denied"),
    ("security.access_denied_custom_message", "Access denied"),
    ("tooManyRequests", "Too many tries"),
];

/// Our text for a message of the org's, its parameters still as `{0}`. `None` says: show the org's own.
pub fn text(key: &str) -> Option<&'static str> {
    find(TEXTS, key)
}

/// The heading of a page that has nothing but this message.
pub fn title(key: &str) -> Option<&'static str> {
    find(TITLES, key)
}

/// Our sentence for a message of the org's. `None`, if there is none or one of its parameters is missing or empty, says:
/// show the org's own.
pub fn sentence(key: &str, params: &[String]) -> Option<String> {
    let (sentence, whole) = put_in(text(key)?, params);
    whole.then_some(sentence)
}

/// A template with its parameters put in for `{0}`, `{1}` and so on. Nothing stands for one that is missing.
pub fn fill(template: &str, params: &[String]) -> String {
    put_in(template, params).0
}

fn find(table: Table, key: &str) -> Option<&'static str> {
    let place = table
        .binary_search_by(|(known, _)| (*known).cmp(key))
        .ok()?;
    table.get(place).map(|(_, text)| *text)
}

/// The filled template, and whether no parameter was missing or empty.
fn put_in(template: &str, params: &[String]) -> (String, bool) {
    let mut filled = String::new();
    let mut whole = true;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after
            .split_once('}')
            .map(|(number, after)| (number.parse::<usize>(), after))
        {
            Some((Ok(number), after)) => {
                let param = params.get(number).map_or("", |param| param.trim());
                whole &= !param.is_empty();
                filled.push_str(param);
                rest = after;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    (filled, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that orgs are known to send and that we say in our own words.
    const OURS: &[&str] = &[
        "E0000009",
        "E0000010",
        "E0000020",
        "api.authenticator.error.nfc.pin_incorrect",
        "api.authenticator.error.nfc.sign_in_to_use",
        "api.authn.error.PASSCODE_INVALID",
        "api.authn.poll.error.push_rejected",
        "api.factors.error.sms.invalid_phone",
        "api.users.auth.error.POST_PASSWORD_UPDATE_AUTH_FAILURE",
        "app.ldap.password.reset.failed",
        "authfactor.challenge.question_factor.answer_invalid",
        "authfactor.challenge.soft_token.invalid_passcode",
        "authfactor.challenge.soft_token.used_passcode",
        "authfactor.challenge.suspended_factor",
        "authfactor.webauthn.error.assertion_validation_failure",
        "core.system.transaction_resource_not_found",
        "enroll.hotp.restricted",
        "error.expired.session",
        "error.password.required",
        "error.username.required",
        "errors.E0000004",
        "errors.E0000035",
        "errors.E0000113",
        "errors.E0000150",
        "errors.E0000151",
        "errors.E0000207",
        "idx.activating.inactive.user",
        "idx.device.activated",
        "idx.device.not.activated.consent.denied",
        "idx.device.not.activated.internal.error",
        "idx.email.verification.required",
        "idx.enter.otp.in.original.tab",
        "idx.error.code.user_not_assigned",
        "idx.error.registration.unavailable",
        "idx.error.server.safe.mode.enrollment.unavailable",
        "idx.error.user.not.assigned.to.app",
        "idx.expired.activation.token",
        "idx.identity.provider.auth.error",
        "idx.invalid.device.code",
        "idx.invalid.forgot.password.token",
        "idx.invalid.reset.password.token",
        "idx.missing.activation.token",
        "idx.operation.cancelled.by.user",
        "idx.operation.cancelled.on.other.device",
        "idx.password.expiring.message",
        "idx.recovery.completed",
        "idx.request.activation.email",
        "idx.reset.password.activating.user",
        "idx.return.error",
        "idx.return.link.expired",
        "idx.return.stale",
        "idx.return.to.original.tab",
        "idx.session.expired",
        "idx.transferred.to.new.tab",
        "incorrectPassword",
        "oie.assurance.unsatisfiable",
        "oie.authenticator.app.method.push.enroll.enable.biometrics",
        "oie.authenticator.app.method.push.force.upgrade.number_challenge",
        "oie.authenticator.app.method.push.verify.enable.biometrics",
        "oie.authenticator.app.non_fips_compliant_enrollment_app_update_required",
        "oie.authenticator.app.non_fips_compliant_enrollment_device_incompatible",
        "oie.authenticator.custom_app.method.push.verify.enable.biometrics",
        "oie.authenticator.duo.method.duo.verification_failed",
        "oie.authenticator.duo.method.duo.verification_timeout",
        "oie.authenticator.enroll.error.fail",
        "oie.authenticator.oktaverify.method.fastpass.verify.enable.biometrics.desktop",
        "oie.authenticator.oktaverify.method.fastpass.verify.enable.biometrics.mobile",
        "oie.authenticator.oktaverify.method.fastpass.verify.enable.biometrics.windows",
        "oie.authenticator.oktaverify.method.totp.verify.enable.biometrics",
        "oie.authenticator.verify.error.fail",
        "oie.forgot.password.is.not.enabled",
        "oie.registration.is.not.enabled",
        "oie.selfservice.reset.password.not.allowed",
        "oie.selfservice.unlock_user.challenge.failed.permissions",
        "oie.selfservice.unlock_user.failed.message",
        "oie.selfservice.unlock_user.landing.to.app.success.message",
        "oie.selfservice.user.unlock.not.allowed",
        "oie.tooManyRequests",
        "password.common",
        "password.passwordRequirementsNotMet",
        "registration.error.generic",
        "registration.error.notUniqueWithinOrg",
        "registration.error.request.not.completed",
        "security.access_denied",
        "securityQuestion.answer.tooShort.arg",
        "tagsNotAllowed",
        "tooManyRequests",
    ];

    /// Those whose text is left to the org.
    const THE_ORGS: &[&str] = &[
        "core.auth.factor.signedNonce.error.invalidDevice",
        "device.assurance.custom.remediation.ANDROID.Okta:DeviceAssurance.Jailbreak",
        "device.assurance.custom.remediation.idx.error.code.access_denied.device_assurance.remediation.android.upgrade_os_version",
        "idx.device_assurance.grace_period.warning.title.due_by_date",
        "idx.error.code.access_denied.device_assurance.remediation.additional_help_custom",
        "idx.error.code.access_denied.device_assurance.remediation.additional_help_default",
        "idx.error.code.access_denied.device_assurance.remediation.android.device_disk_encrypted",
        "idx.error.code.access_denied.device_assurance.remediation.android.upgrade_os_version",
        "idx.error.code.access_denied.device_assurance.remediation.android.use_biometric_lock_screen",
        "idx.error.code.access_denied.device_assurance.remediation.android.use_lock_screen",
        "idx.error.code.access_denied.device_assurance.remediation.android.zero.trust.android_device_policy_app_required",
        "idx.error.code.access_denied.device_assurance.remediation.android.zero.trust.android_device_policy_app_required_manual_install",
        "idx.error.code.access_denied.device_assurance.remediation.explanation_multiple_rules",
        "idx.error.code.access_denied.device_assurance.remediation.explanation_one_rule",
        "idx.error.code.access_denied.device_assurance.remediation.option_index",
        "idx.error.code.access_denied.device_assurance.remediation.title",
        "idx.unknown.user",
        "oie.selfservice.unlock_user.success.message",
        "registration.error.doesNotMatchPattern",
        "registration.error.invalidLoginEmail",
        "security.access_denied_custom_message",
    ];

    /// These stand as the org writes them: people look them up, and support knows them.
    const AS_THE_ORG_HAS_THEM: &[(&str, &str)] = &[
        (
            "api.authn.error.PASSCODE_INVALID",
            "Invalid code. Try again.",
        ),
        (
            "api.factors.error.sms.invalid_phone",
            "Invalid Phone Number.",
        ),
        ("errors.E0000004", "Authentication failed"),
    ];

    #[test]
    fn the_tables_are_sorted_and_have_each_key_once() {
        for table in [TEXTS, TITLES] {
            for pair in table.windows(2) {
                assert!(pair[0].0 < pair[1].0, "{} {}", pair[0].0, pair[1].0);
            }
        }
    }

    #[test]
    fn every_known_key_has_its_place() {
        for key in OURS {
            assert!(text(key).is_some(), "{key}");
        }
        for key in THE_ORGS {
            assert_eq!(text(key), None, "{key}");
        }
        for key in ["", "zzz", "E", "idx", "idx.session.expired.", "\u{e9}"] {
            assert_eq!((text(key), title(key)), (None, None));
        }
    }

    #[test]
    fn the_words_are_plain() {
        for (key, text) in TEXTS.iter().chain(TITLES) {
            if AS_THE_ORG_HAS_THEM.contains(&(key, text)) {
                continue;
            }
            let small = text.to_lowercase();
            for word in [
                "invalid",
                "please",
                "oops",
                "sorry",
                "error",
                "authenticat",
                "enrol",
                "  ",
            ] {
                assert!(!small.contains(word), "{key}: {text}");
            }
            assert!(
                text.starts_with(|c: char| c.is_uppercase() || c == '{'),
                "{key}: {text}"
            );
        }
        for (key, text) in TEXTS
            .iter()
            .filter(|entry| !AS_THE_ORG_HAS_THEM.contains(entry))
        {
            assert!(text.ends_with(['.', '}']), "{key}: {text}");
        }
        for (key, title) in TITLES {
            assert!(!title.ends_with('.') && title.len() < 40, "{key}: {title}");
        }
    }

    #[test]
    fn words_that_stay_the_orgs() {
        for (key, words) in AS_THE_ORG_HAS_THEM {
            assert_eq!(sentence(key, &[]).as_deref(), Some(*words));
        }
    }

    #[test]
    fn parameters_are_put_in_or_the_org_speaks() {
        let params = |params: &[&str]| {
            params
                .iter()
                .map(|param| (*param).to_owned())
                .collect::<Vec<_>>()
        };
        let taken = "registration.error.notUniqueWithinOrg";
        assert_eq!(
            sentence(taken, &params(&["Email"])).as_deref(),
            Some("There is an account with this Email already. Sign in, or use another one.")
        );
        assert_eq!(sentence(taken, &[]), None);
        assert_eq!(sentence(taken, &params(&[" "])), None);
        assert_eq!(sentence("unheard.of", &params(&["Email"])), None);
        let unmet = "password.passwordRequirementsNotMet";
        assert_eq!(
            sentence(unmet, &params(&["At least {1} {0}."])).as_deref(),
            Some("At least {1} {0}.")
        );
        assert_eq!(
            sentence("password.common", &params(&[""])).as_deref(),
            text("password.common")
        );
        assert_eq!(fill("{1}-{0}-{1}", &params(&["a", "b"])), "b-a-b");
        assert_eq!(fill("{2}{0", &params(&["a"])), "{0");
        assert_eq!(fill("{}{x}{-1}{{0}}", &params(&["a"])), "{}{x}{-1}{a}");
        assert_eq!(
            fill("{99999999999999999999}", &params(&["a"])),
            "{99999999999999999999}"
        );
        assert_eq!(fill("", &[]), "");
    }

    #[test]
    fn headings() {
        assert_eq!(
            title("oie.selfservice.unlock_user.success.message"),
            Some("Account unlocked!")
        );
        assert_eq!(
            title("idx.session.expired"),
            Some("Your session has expired")
        );
        assert_eq!(title("password.common"), None);
    }
}
