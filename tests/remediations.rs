//! Every remediation that an org can send becomes a page, and what is done there becomes the right request.
//!
//! One fixture each in `tests/fixtures`, by the remediation's name, and one test each of the same name. Where authenticators
//! differ in what they ask, the authenticator stands behind it: what each sends is from the protocol reference, section 4.3.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::judge::{self, Control};
use crate::support::recording::{ORG, Recording};
use serde_json::{Value, json};
use vestibule::flow::{Event, Flow};
use vestibule::http::HttpRequest;
use vestibule::idx::{Answers, Form};
use vestibule::oauth::Purpose;
use vestibule::pages::{self, Button, Card, Press};
use vestibule::secret::Secret;

/// What a remediation comes to.
enum Comes {
    /// A form: its controls, what is put into them, where it goes and what goes there.
    Form(
        &'static [(&'static str, Control)],
        &'static [(&'static str, &'static str)],
        &'static str,
        Value,
    ),
    /// A button that sends it at once.
    Button(&'static str, Value),
    /// It is asked every so many milliseconds, without anybody pressing anything.
    Poll(u32, &'static str, Value),
    /// A button that leads to somebody else's page.
    Visit(&'static str),
    /// What the browser itself has to do: these fields go out as it brings them.
    Ceremony(&'static [&'static str], &'static str, Value),
    /// Nothing that these pages can do: they say why, and there is another way.
    NotHere(&'static str),
}

use Comes::{Ceremony, NotHere, Poll, Visit};
use Control::{Choice, Flag, Secret as Unseen, Text};

macro_rules! remediations {
    ($($test:ident $name:literal => $comes:expr,)*) => {
        $(#[test] fn $test() { met($name, include_str!(concat!("fixtures/", $name, ".json")), $comes); })*

        #[test]
        fn each_fixture_has_its_test() {
            let tested: BTreeSet<String> = [$($name),*].map(str::to_owned).into();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
            let there: BTreeSet<String> = fs::read_dir(folder)
                .expect("the fixtures are there")
                .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
                .collect();
            assert_eq!(there, tested);
        }
    };
}

remediations! {
    identify "identify" => Comes::Form(
        &[("identifier", Text), ("credentials.passcode", Unseen), ("rememberMe", Flag)],
        &[("identifier", " mia@acme.test "), ("credentials.passcode", "Sommer-2031"), ("rememberMe", "true")],
        "identify",
        json!({"identifier": "mia@acme.test", "credentials": {"passcode": "Sommer-2031"}, "rememberMe": true}),
    ),
    select_identify "select-identify" => Comes::Button("identify/select", json!({})),
    identify_recovery "identify-recovery" => Comes::Form(
        &[("identifier", Text)],
        &[("identifier", "mia@acme.test")],
        "identify",
        json!({"identifier": "mia@acme.test"}),
    ),
    select_enroll_profile "select-enroll-profile" => Comes::Button("enroll", json!({})),
    enroll_profile "enroll-profile" => Comes::Form(
        &[
            ("userProfile.firstName", Text),
            ("userProfile.lastName", Text),
            ("userProfile.email", Text),
            ("userProfile.berth", Choice),
            ("userProfile.newsletter", Flag),
        ],
        &[
            ("userProfile.firstName", "Mia"),
            ("userProfile.lastName", "Lenz"),
            ("userProfile.email", "mia@acme.test"),
            ("userProfile.berth", "south"),
        ],
        "enroll/new",
        json!({"userProfile": {
            "firstName": "Mia", "lastName": "Lenz", "email": "mia@acme.test", "berth": "south", "newsletter": false,
        }}),
    ),
    profile_update "profile-update" => Comes::Form(
        &[("userProfile.secondEmail", Text), ("userProfile.boatName", Text)],
        &[("userProfile.secondEmail", "m@lenz.test"), ("userProfile.boatName", "Kaboodle")],
        "enroll/new",
        json!({"userProfile": {"secondEmail": "m@lenz.test", "boatName": "Kaboodle"}}),
    ),
    select_authenticator_enroll "select-authenticator-enroll" => Comes::Form(
        &[("authenticator", Choice)],
        &[("authenticator", "autPh7zRw4")],
        "credential/enroll",
        json!({"authenticator": {"id": "autPh7zRw4"}}),
    ),
    authenticator_enrollment_data "authenticator-enrollment-data" => Comes::Form(
        &[("authenticator.methodType", Choice), ("authenticator.phoneNumber", Text)],
        &[("authenticator.methodType", "voice"), ("authenticator.phoneNumber", "+1 415 555 2671"), ("extension", "89")],
        "credential/enroll",
        json!({"authenticator": {"id": "autPh7zRw4", "methodType": "voice", "phoneNumber": "+14155552671x89"}}),
    ),
    enroll_authenticator "enroll-authenticator" => Comes::Form(
        &[("credentials.passcode", Unseen)],
        &[("credentials.passcode", "Hafen-Licht-77"), ("confirm", "Hafen-Licht-77")],
        "challenge/answer",
        json!({"credentials": {"passcode": "Hafen-Licht-77"}}),
    ),
    enroll_authenticator_webauthn "enroll-authenticator-webauthn" => Ceremony(
        &[
            "credentials.clientData",
            "credentials.attestation",
            "credentials.transports",
            "credentials.clientExtensions",
        ],
        "challenge/answer",
        json!({"credentials": {
            "clientData": "made", "attestation": "made", "transports": "made", "clientExtensions": "made",
        }}),
    ),
    challenge_authenticator_webauthn "challenge-authenticator-webauthn" => Ceremony(
        &["credentials.authenticatorData", "credentials.clientData", "credentials.signatureData"],
        "challenge/answer",
        json!({"credentials": {"authenticatorData": "made", "clientData": "made", "signatureData": "made"}}),
    ),
    enroll_authenticator_promotion "enroll-authenticator-promotion" => Ceremony(
        &["credentials.clientData", "credentials.attestation"],
        "credential/enroll",
        json!({"credentials": {"clientData": "made", "attestation": "made"}}),
    ),
    select_enrollment_channel "select-enrollment-channel" => Comes::Form(
        &[("authenticator.channel", Choice)],
        &[("authenticator.channel", "email")],
        "credential/enroll",
        json!({"authenticator": {"id": "autOv3kLd8", "channel": "email"}}),
    ),
    enrollment_channel_data "enrollment-channel-data" => Comes::Form(
        &[("phoneNumber", Text)],
        &[("phoneNumber", "+4915112345678")],
        "challenge/send",
        json!({"phoneNumber": "+4915112345678"}),
    ),
    enroll_poll "enroll-poll" => Poll(3000, "challenge/poll", json!({})),
    select_authenticator_authenticate "select-authenticator-authenticate" => Comes::Form(
        &[("authenticator", Choice)],
        &[("authenticator", "autEm5tQc2")],
        "challenge",
        json!({"authenticator": {"id": "autEm5tQc2", "methodType": "email"}}),
    ),
    authenticator_verification_data "authenticator-verification-data" => Comes::Form(
        &[("authenticator.methodType", Choice)],
        &[("authenticator.methodType", "sms")],
        "challenge",
        json!({"authenticator": {"id": "autPh7zRw4", "enrollmentId": "pae8Jf3Lm0", "methodType": "sms"}}),
    ),
    challenge_authenticator "challenge-authenticator" => Comes::Form(
        &[("credentials.passcode", Text)],
        &[("credentials.passcode", "604 213")],
        "challenge/answer",
        json!({"credentials": {"passcode": "604213"}}),
    ),
    challenge_poll "challenge-poll" => Poll(2500, "challenge/poll", json!({})),
    resend "resend" => Comes::Form(
        &[],
        &[],
        "challenge",
        json!({"authenticator": {"id": "autOv3kLd8", "methodType": "push"}}),
    ),
    poll "poll" => Poll(2000, "poll", json!({})),
    reset_authenticator "reset-authenticator" => Comes::Form(
        &[("credentials.passcode", Unseen), ("credentials.revokeSessions", Flag)],
        &[
            ("credentials.passcode", "Winter-Licht-32"),
            ("confirm", "Winter-Licht-32"),
            ("credentials.revokeSessions", "true"),
        ],
        "challenge/answer",
        json!({"credentials": {"passcode": "Winter-Licht-32", "revokeSessions": true}}),
    ),
    reenroll_authenticator "reenroll-authenticator" => Comes::Form(
        &[("credentials.passcode", Unseen)],
        &[("credentials.passcode", "Winter-Licht-32"), ("confirm", "Winter-Licht-32")],
        "challenge/answer",
        json!({"credentials": {"passcode": "Winter-Licht-32"}}),
    ),
    reenroll_authenticator_warning "reenroll-authenticator-warning" => Comes::Form(
        &[("credentials.passcode", Unseen)],
        &[("credentials.passcode", "Winter-Licht-32"), ("confirm", "Winter-Licht-32")],
        "challenge/answer",
        json!({"credentials": {"passcode": "Winter-Licht-32"}}),
    ),
    reenroll_custom_password_expiry "reenroll-custom-password-expiry" => Visit("https://passwords.acme.test/change"),
    reenroll_custom_password_expiry_warning "reenroll-custom-password-expiry-warning" =>
        Visit("https://passwords.acme.test/change"),
    skip "skip" => Comes::Button("skip", json!({})),
    unlock_account "unlock-account" => Comes::Button("unlock-account", json!({})),
    select_authenticator_unlock_account "select-authenticator-unlock-account" => Comes::Form(
        &[("identifier", Text), ("authenticator", Choice)],
        &[("identifier", "mia"), ("authenticator", "autEm5tQc2")],
        "challenge",
        json!({"identifier": "mia", "authenticator": {"id": "autEm5tQc2", "methodType": "email"}}),
    ),
    redirect_idp "redirect-idp" => Visit("https://id.acme.test/sso/idps/0oaHarbor11?stateToken=02.id"),
    piv_idp "piv-idp" => Visit("https://mtls.acme.test/sso/idps/mtlsidp?stateToken=02.id"),
    redirect_idverify "redirect-idverify" =>
        Visit("https://id.acme.test/idp/identity-verification?stateToken=02.id"),
    request_activation_email "request-activation-email" => Comes::Form(&[], &[], "request-activation", json!({})),
    consent "consent" => Comes::Form(&[], &[], "consent", json!({"consent": true})),
    granular_consent "granular-consent" => Comes::Form(
        &[("optedScopes.boats.read", Flag), ("optedScopes.boats.sail", Flag)],
        &[("optedScopes.boats.sail", "true")],
        "consent",
        json!({"consent": true, "optedScopes": {"openid": true, "boats.read": false, "boats.sail": true}}),
    ),
    admin_consent "admin-consent" => Comes::Form(&[], &[], "consent", json!({"consent": true})),
    email_challenge_consent "email-challenge-consent" => Comes::Form(&[], &[], "consent", json!({"consent": true})),
    user_code "user-code" => Comes::Form(
        &[("userCode", Text)],
        &[("userCode", "ABCD-WXYZ")],
        "device/activate",
        json!({"userCode": "ABCD-WXYZ"}),
    ),
    keep_me_signed_in "keep-me-signed-in" => Comes::Form(
        &[],
        &[],
        "keep-me-signed-in",
        json!({"keepMeSignedIn": true}),
    ),
    device_assurance_grace_period "device-assurance-grace-period" => Comes::Form(&[], &[], "skip", json!({})),
    device_challenge_poll "device-challenge-poll" => Poll(2000, "authenticators/poll", json!({})),
    launch_authenticator "launch-authenticator" => Comes::Button("authenticators/okta-verify/launch", json!({})),
    launch_nfc_authenticator "launch-nfc-authenticator" => Comes::Button("authenticators/nfc/launch", json!({})),
    launch_webauthn_authenticator "launch-webauthn-authenticator" =>
        Comes::Button("authenticators/webauthn/launch", json!({})),
    enroll_webauthn_residentkey "enroll-webauthn-residentkey" =>
        Comes::Button("authenticators/webauthn/enrollresidentkey", json!({})),
    launch_passkeys_authenticator "launch-passkeys-authenticator" => Ceremony(
        &["credentials.authenticatorData", "credentials.clientData", "credentials.signatureData"],
        "challenge/answer/webauthn-autofillui",
        json!({"credentials": {"authenticatorData": "made", "clientData": "made", "signatureData": "made"}}),
    ),
    challenge_webauthn_autofillui_authenticator "challenge-webauthn-autofillui-authenticator" => Ceremony(
        &["credentials.authenticatorData", "credentials.clientData", "credentials.signatureData"],
        "challenge/answer/webauthn-autofillui",
        json!({"credentials": {"authenticatorData": "made", "clientData": "made", "signatureData": "made"}}),
    ),
    device_apple_sso_extension "device-apple-sso-extension" => Comes::Form(
        &[],
        &[],
        "authenticators/sso_extension/transactions/ft4Demo/verify",
        json!({}),
    ),
    cancel_transaction "cancel-transaction" => Comes::Form(
        &[],
        &[],
        "authenticators/sso_extension/transactions/ft4Demo/verify/cancel",
        json!({"reason": "Sso extension is absent"}),
    ),
    success_redirect "success-redirect" => Visit("https://id.acme.test/login/token/redirect?stateToken=02.id"),
    failure_redirect "failure-redirect" => Visit("https://app.acme.test/callback?error=access_denied"),
    enroll_rsa "enroll-authenticator-rsa" => Comes::Form(
        &[("credentials.clientData", Text), ("credentials.passcode", Text)],
        &[("credentials.clientData", "mia"), ("credentials.passcode", "81936205")],
        "challenge/answer",
        json!({"credentials": {
            "id": "autRs6kPw2", "methodType": "otp", "clientData": "mia", "passcode": "81936205",
        }}),
    ),
    challenge_rsa "challenge-authenticator-rsa" => code("81936205"),
    enroll_on_prem "enroll-authenticator-on-prem" => Comes::Form(
        &[("credentials.clientData", Text), ("credentials.passcode", Text)],
        &[("credentials.clientData", "mia.lenz"), ("credentials.passcode", "tide-4417")],
        "challenge/answer",
        json!({"credentials": {
            "id": "autRs6kPw2", "methodType": "otp", "clientData": "mia.lenz", "passcode": "tide-4417",
        }}),
    ),
    challenge_on_prem_waits_for_the_next_code "challenge-authenticator-on-prem" => code("tide-4417"),
    enroll_symantec_vip "enroll-authenticator-symantec-vip" => Comes::Form(
        &[("credentials.credentialId", Text), ("credentials.passcode", Text), ("credentials.nextPasscode", Text)],
        &[
            ("credentials.credentialId", "VSMT12345678"),
            ("credentials.passcode", "604 213"),
            ("credentials.nextPasscode", "771-204"),
        ],
        "challenge/answer",
        json!({"credentials": {"credentialId": "VSMT12345678", "passcode": "604213", "nextPasscode": "771204"}}),
    ),
    challenge_symantec_vip "challenge-authenticator-symantec-vip" => code("604213"),
    enroll_yubikey "enroll-authenticator-yubikey" => unseen("cccccckdvvultrfktfgcvhcnktrguugbjnhggkrnnvkn"),
    challenge_yubikey "challenge-authenticator-yubikey" => unseen("cccccckdvvultrfktfgcvhcnktrguugbjnhggkrnnvkn"),
    challenge_custom_otp "challenge-authenticator-custom-otp" => code("604213"),
    enroll_custom_otp_is_for_admins "select-authenticator-enroll-custom-otp" => Comes::Form(
        &[("authenticator", Choice)],
        &[("authenticator", "autEm5tQc2")],
        "credential/enroll",
        json!({"authenticator": {"id": "autEm5tQc2", "methodType": "email"}}),
    ),
    challenge_custom_app "challenge-poll-custom-app" => Poll(4000, "challenge/poll", json!({})),
    enroll_duo "enroll-authenticator-duo" => NotHere("a frame of another company"),
    challenge_duo "challenge-authenticator-duo" => NotHere("a frame of another company"),
    enroll_idp "redirect-idp-enroll" => Visit("https://id.acme.test/sso/idps/0oaHarbor11?stateToken=02.id"),
    challenge_idp_again_after_a_failure "redirect-idp-challenge" =>
        Visit("https://id.acme.test/sso/idps/0oaHarbor11?stateToken=02.id"),
    enroll_smart_card "redirect-idp-enroll-smart-card" =>
        Visit("https://mtls.acme.test/sso/idps/mtlsidp?stateToken=02.id"),
    challenge_smart_card "redirect-idp-challenge-smart-card" =>
        Visit("https://mtls.acme.test/sso/idps/mtlsidp?stateToken=02.id"),
    challenge_tac "challenge-authenticator-tac" => unseen("4QX7-9MLP"),
    enroll_google "enroll-authenticator-google" => code("604213"),
    challenge_google "challenge-authenticator-google" => code("604213"),
    challenge_okta_verify_by_code "challenge-authenticator-okta-verify" => Comes::Form(
        &[("credentials.totp", Text)],
        &[("credentials.totp", "204 816")],
        "challenge/answer",
        json!({"credentials": {"totp": "204816"}}),
    ),
    enroll_nfc "enroll-poll-nfc" => Poll(4000, "authenticators/poll", json!({})),
    enroll_nfc_pin "enroll-authenticator-nfc" => unseen("481516"),
    challenge_nfc_pin "challenge-authenticator-nfc" => unseen("481516"),
    enroll_security_question "enroll-authenticator-security-question" => Comes::Form(
        &[
            ("credentials", Choice),
            ("credentials.questionKey", Choice),
            ("credentials.answer", Unseen),
            ("credentials.question", Text),
            ("credentials.answer", Unseen),
        ],
        &[
            ("credentials", "custom"),
            ("credentials.question", "Who taught me to sail?"),
            ("credentials.answer", "Frau Holm"),
        ],
        "challenge/answer",
        json!({"credentials": {
            "questionKey": "custom", "question": "Who taught me to sail?", "answer": "Frau Holm",
        }}),
    ),
    challenge_security_question "challenge-authenticator-security-question" => Comes::Form(
        &[("credentials.answer", Unseen)],
        &[("credentials.answer", "turnips")],
        "challenge/answer",
        json!({"credentials": {"questionKey": "disliked_food", "answer": "turnips"}}),
    ),
    select_rare "select-authenticator-authenticate-rare" => Comes::Form(
        &[("authenticator", Choice)],
        &[("authenticator", "autSc5dGh9")],
        "challenge",
        json!({"authenticator": {"id": "autSc5dGh9", "methodType": "cert"}}),
    ),
    development "DEVELOPMENT" => Comes::Form(&[("note", Text)], &[("note", "turnip")], "identify", json!({"note": "turnip"})),
}

/// A code that may be seen while it is typed.
fn code(typed: &'static str) -> Comes {
    passcode(&[("credentials.passcode", Text)], typed)
}

/// One that may not.
fn unseen(typed: &'static str) -> Comes {
    passcode(&[("credentials.passcode", Unseen)], typed)
}

fn passcode(control: &'static [(&'static str, Control)], typed: &'static str) -> Comes {
    let filled = Box::leak(Box::new([("credentials.passcode", typed)]));
    let body = json!({"credentials": {"passcode": typed}});
    Comes::Form(control, filled, "challenge/answer", body)
}

/// A fixture on the screen.
struct Screen {
    flow: Flow,
    /// Where the remediation stands in the response.
    at: usize,
}

impl Screen {
    fn new(name: &str, body: &str) -> Self {
        let mut flow = Flow::default();
        flow.apply(Event::Starting(Purpose::SignIn));
        judge::after(&mut flow, body, 200);
        let transaction = flow.transaction().expect("a transaction");
        let at = transaction
            .remediations
            .iter()
            .position(|remediation| {
                // What stands behind it tells one authenticator's from another's.
                let rest = name.strip_prefix(remediation.form.name.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            })
            .expect("the remediation of that name");
        Self { flow, at }
    }

    fn card(&self) -> Card {
        pages::card(&self.flow, &judge::config())
    }

    fn form(&self) -> Form {
        let transaction = self.flow.transaction().expect("a transaction");
        transaction.remediations[self.at].form.clone()
    }

    fn buttons(&self) -> Vec<Button> {
        let Card { others, links, .. } = self.card();
        others.into_iter().chain(links).collect()
    }

    /// The button on the first page that does this.
    fn button(&self, press: &Press) -> Button {
        let buttons = self.buttons();
        let found = buttons.iter().find(|button| button.press == *press);
        found
            .cloned()
            .unwrap_or_else(|| panic!("no button does {press:?}; there are {buttons:?}"))
    }

    /// The page of the remediation itself, by the button that leads to it if it is not the first one.
    fn opened(mut self) -> Self {
        let transaction = self.flow.transaction().expect("a transaction");
        let form = &transaction.remediations[self.at].form;
        let first = self
            .flow
            .shown()
            .is_some_and(|(_, shown)| shown.form == *form);
        if !first {
            self.button(&Press::Show(self.at));
            self.flow.apply(Event::Shown(self.at));
        }
        self
    }

    fn request(&self, answers: &Answers) -> HttpRequest {
        let handle = self
            .flow
            .transaction()
            .and_then(|transaction| transaction.handle.clone());
        self.form()
            .request(ORG, handle.as_ref(), answers)
            .expect("it can be sent")
    }
}

/// What goes out, besides the newest handle, goes to that path of the org.
fn goes(screen: &Screen, answers: &Answers, path: &str, body: &Value, recording: &Recording) {
    let request = screen.request(answers);
    assert_eq!(request.url, [ORG, "/idp/idx/", path].concat());
    assert_eq!(request.content_type, Some("application/json"));
    let sent = request
        .body
        .as_ref()
        .map(Secret::expose)
        .unwrap_or_default();
    let mut sent: Value = serde_json::from_str(sent).expect("an object");
    let members = sent.as_object_mut().expect("an object");
    assert_eq!(
        members
            .remove("stateHandle")
            .as_ref()
            .and_then(Value::as_str),
        recording.handle(),
        "the newest handle"
    );
    assert_eq!(sent, *body);
}

fn met(name: &str, text: &str, comes: Comes) {
    let verdict = judge::judge(text);
    assert!(verdict.faults.is_empty(), "{:#?}", verdict.faults);
    let recording = Recording::new(text);
    let screen = Screen::new(name, text);
    assert!(!screen.card().heading.trim().is_empty(), "a heading");
    assert!(!screen.buttons().is_empty(), "a way on or back");
    match comes {
        Comes::Form(controls, filled, path, body) => {
            let screen = screen.opened();
            let card = screen.card();
            assert_eq!(card.step, screen.form().name);
            let found = judge::controls_of(&card);
            let found: Vec<(&str, Control)> = found
                .iter()
                .map(|(name, control)| (name.as_str(), *control))
                .collect();
            assert_eq!(found, controls);
            let label = card.submit.clone().unwrap_or_default();
            assert!(!label.trim().is_empty(), "a button that sends it");
            let typed = |name: &str| {
                let filled = filled.iter().find(|(filled, _)| *filled == name);
                filled.map(|(_, value)| Secret::new(*value))
            };
            let checked = pages::check(&card, &typed)
                .unwrap_or_else(|found| panic!("what was filled in is refused: {found:?}"));
            goes(&screen, &checked.answers, path, &body, &recording);
        }
        Comes::Button(path, body) => {
            let button = screen.button(&Press::Send(screen.at));
            assert!(!button.label.trim().is_empty(), "a label");
            goes(&screen, &Answers::new(), path, &body, &recording);
        }
        Poll(every, path, body) => {
            let screen = screen.opened();
            let (form, interval) = screen.flow.polling().expect("it is asked again");
            assert_eq!((&form.name, interval), (&screen.form().name, every));
            goes(&screen, &Answers::new(), path, &body, &recording);
        }
        Visit(href) => {
            let button = screen.button(&Press::Leave(href.to_owned()));
            assert!(!button.label.trim().is_empty(), "a label");
        }
        NotHere(why) => {
            let card = screen.opened().card();
            assert!(card.intro.join(" ").contains(why), "{:?}", card.intro);
            assert!(card.parts.is_empty() && card.submit.is_none(), "{card:?}");
            assert!(
                card.others
                    .iter()
                    .chain(&card.links)
                    .any(|button| matches!(button.press, Press::Show(_))),
                "another way"
            );
        }
        Ceremony(fields, path, body) => {
            let perform = Press::Perform(screen.at);
            let label = screen.button(&perform).label;
            assert!(!label.trim().is_empty(), "a label");
            // On a page of its own there is that button, and nothing to type.
            let mut alone = Screen::new(name, text);
            alone.flow.apply(Event::Shown(screen.at));
            let card = alone.card();
            assert_eq!(card.step, alone.form().name);
            assert!(card.parts.is_empty() && card.submit.is_none(), "{card:?}");
            let primary: Vec<_> = card.others.iter().filter(|button| button.primary).collect();
            assert!(
                matches!(primary.as_slice(), [button] if button.press == perform),
                "{primary:?}"
            );
            // The browser brings more than this form lists, and that stays here.
            let extra = ["credentials.userVerified", "credentials.attachment"];
            let answers = fields
                .iter()
                .chain(&extra)
                .fold(Answers::new(), |answers, field| {
                    answers.with(*field, "made")
                });
            goes(&screen, &answers, path, &body, &recording);
        }
    }
}
