//! Okta Verify on the wire (protocol 4.3.6).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::authenticator::{Authenticator, Channel};
use crate::idx::form::{Form, credentials};
use crate::idx::journey;
use crate::idx::page::Page;
use crate::idx::prove;
use crate::idx::visit::{Answer, Visit, text};
use crate::message;
use crate::okta_verify::{Outcome, Push, Setup, SetupChannel};
use crate::people::is_email;
use crate::phone;
use crate::totp::Verdict;
use crate::transaction::{Pending, Step};

/// How often a page that waits for a device asks, in milliseconds.
const REFRESH: u32 = 4000;

/// Its form inside `select-authenticator-enroll`.
pub(crate) fn enroll_option(visit: &Visit<'_>) -> Value {
    json!([
        {"name": "id", "required": true, "value": Authenticator::OktaVerify.id(), "mutable": false},
        {"name": "channel", "type": "string", "required": false, "options": channels(visit)}
    ])
}

/// The ways that a device can be asked.
pub(crate) fn methods() -> Value {
    json!([{"label": "Get a push notification", "value": "push"}, {"label": "Enter a code", "value": "totp"}])
}

fn channels(visit: &Visit<'_>) -> Value {
    let channels = visit.policy().okta_verify.channels.iter();
    channels
        .map(|channel| json!({"label": channel.label(), "value": channel.name()}))
        .collect()
}

/// The form to take another way with.
pub(crate) fn channel_form(visit: &Visit<'_>) -> Form {
    let fields = json!([
        {"name": "id", "required": true, "value": Authenticator::OktaVerify.id(), "mutable": false, "visible": false},
        {"name": "channel", "type": "string", "required": true, "options": channels(visit)}
    ]);
    Form::new("select-enrollment-channel", "credential/enroll").field(
        json!({"name": "authenticator", "type": "object", "label": "Okta Verify", "value": {"form": {"value": fields}}}),
    )
}

/// The form that asks where the address goes.
pub(crate) fn where_form(visit: &Visit<'_>) -> Form {
    let field = match setup(visit).map(|setup| setup.channel) {
        Some(SetupChannel::Email) => json!({"name": "email", "label": "Email", "required": true}),
        _ => json!({"name": "phoneNumber", "label": "Phone number", "required": true}),
    };
    Form::new("enrollment-channel-data", "challenge/send").field(field)
}

/// The form that asks whether the device is there.
pub(crate) fn poll_form() -> Form {
    Form::new("enroll-poll", "challenge/poll")
        .relates_to("$.currentAuthenticator")
        .refresh(REFRESH)
}

fn setup<'a>(visit: &'a Visit<'_>) -> Option<&'a Setup> {
    match &visit.transaction.pending {
        Some(Pending::Setup(setup)) => Some(setup),
        _ => None,
    }
}

/// What the page needs to know about the way that was taken, as `contextualData`.
pub(crate) fn context(visit: &Visit<'_>) -> Value {
    let Some(setup) = setup(visit) else {
        return Value::Null;
    };
    let mut context = json!({"selectedChannel": setup.channel.name()});
    match setup.channel {
        SetupChannel::QrCode => {
            context["qrcode"] =
                json!({"method": "embedded", "href": setup.picture, "type": "image/png"});
        }
        SetupChannel::Email if setup.to.is_some() => context["email"] = json!(setup.to),
        SetupChannel::Sms if setup.to.is_some() => context["phoneNumber"] = json!(setup.to),
        SetupChannel::SameDevice => {
            context["samedevice"] = json!({
                "orgUrl": visit.settings.origin, "downloadHref": format!("{}/console", visit.settings.origin),
                "platform": "ANDROID", "setupOVUrl": setup.address(), "securityLevel": "ANY"
            });
        }
        SetupChannel::Email | SetupChannel::Sms => {}
    }
    context
}

/// The action to send the address once more, where it was sent.
pub(crate) fn resend(page: &mut Page, visit: &Visit<'_>) -> Option<Value> {
    let setup = setup(visit)?;
    let to = setup.to.as_ref()?;
    let name = match setup.channel {
        SetupChannel::Email => "email",
        _ => "phone",
    };
    let again = Form::new("resend", "challenge/resend").field(
        json!({"name": name, "required": true, "value": to, "visible": false, "mutable": false}),
    );
    Some(page.action("challenge/resend", again))
}

/// Begins to set it up, by the way that was named or by the policy's first.
pub(crate) fn begin(visit: &mut Visit<'_>, body: &Value, skip: bool) -> Answer {
    let channels = &visit.policy().okta_verify.channels;
    let chosen = match text(body, "/authenticator/channel") {
        Some(named) => channels.iter().find(|channel| channel.name() == named),
        None => channels.first(),
    };
    let Some(channel) = chosen.copied() else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let setup = Setup::new(channel, &visit.settings.origin, visit.now);
    visit.transaction.drop_pending();
    visit.transaction.pending = Some(Pending::Setup(setup));
    visit.transaction.step = if channel.asks_where() {
        Step::EnrollmentChannel { skip }
    } else {
        enrolling(skip)
    };
    // Of two ways taken in turn, the first may be wanted again: that is no repetition.
    visit.transaction.last_advance = None;
    Answer::page()
}

fn enrolling(skip: bool) -> Step {
    Step::Enroll {
        authenticator: Authenticator::OktaVerify,
        skip,
    }
}

/// `challenge/send`: where the address goes.
pub(crate) fn send(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let Step::EnrollmentChannel { skip } = visit.transaction.step else {
        return Answer::says(StatusCode::BAD_REQUEST, message::bad_request());
    };
    let by_mail = setup(visit).is_some_and(|setup| setup.channel == SetupChannel::Email);
    let field = if by_mail { "email" } else { "phoneNumber" };
    let to = text(body, &format!("/{field}"))
        .map(str::trim)
        .filter(|to| !to.is_empty());
    let Some(to) = to else {
        return Answer::note(StatusCode::BAD_REQUEST, field, message::missing());
    };
    if by_mail && !is_email(to) {
        return Answer::note(StatusCode::BAD_REQUEST, field, message::no_email("Email"));
    }
    if !by_mail && !phone::takes(Channel::Sms, to) {
        return Answer::says(StatusCode::BAD_REQUEST, message::invalid_phone());
    }
    if let Some(Pending::Setup(setup)) = &mut visit.transaction.pending {
        setup.to = Some(to.to_owned());
    }
    send_address(visit);
    visit.transaction.step = enrolling(skip);
    Answer::page()
}

fn send_address(visit: &mut Visit<'_>) {
    let Some((channel, to, address)) = setup(visit).and_then(|setup| {
        let channel = match setup.channel {
            SetupChannel::Email => Channel::Email,
            _ => Channel::Sms,
        };
        Some((channel, setup.to.clone()?, setup.address()))
    }) else {
        return;
    };
    let at = visit.settings.clock.told(visit.now);
    visit.inbox.setup(channel, &to, &address, at);
}

/// `challenge/resend` on one of its pages; `None` on another's.
pub(crate) fn send_again(visit: &mut Visit<'_>) -> Option<Answer> {
    let what = match (&visit.transaction.step, setup(visit)) {
        (Step::Push { ended: false }, _) => "push",
        (_, Some(setup)) if setup.to.is_some() => setup.channel.name(),
        _ => return None,
    };
    if let Some(wait) = prove::too_often(visit, what) {
        return Some(Answer::wait(wait));
    }
    if what == "push" {
        push(visit);
    } else {
        send_address(visit);
    }
    Some(Answer::page())
}

/// `challenge`: a push or a code.
pub(crate) fn choose(visit: &mut Visit<'_>, body: &Value, asked: bool) -> Answer {
    remember(visit, body.pointer("/authenticator/autoChallenge"));
    match text(body, "/authenticator/methodType") {
        Some("push") => push(visit),
        Some("totp") => {
            visit.transaction.drop_pending();
            visit.transaction.step = Step::Challenge {
                authenticator: Authenticator::OktaVerify,
            };
        }
        _ if asked => {
            return Answer::note(
                StatusCode::BAD_REQUEST,
                "authenticator.methodType",
                message::missing(),
            );
        }
        _ => ask(visit),
    }
    Answer::page()
}

/// The page that asks how, or at once a push for those who want it so.
pub(crate) fn ask(visit: &mut Visit<'_>) {
    if auto_challenge(visit) {
        return push(visit);
    }
    visit.transaction.drop_pending();
    visit.transaction.step = Step::VerificationData {
        authenticator: Authenticator::OktaVerify,
    };
}

fn push(visit: &mut Visit<'_>) {
    let push = Push::new(visit.policy().okta_verify.number, visit.now);
    visit.transaction.drop_pending();
    visit.transaction.pending = Some(Pending::Push(push));
    visit.transaction.step = Step::Push { ended: false };
}

/// Whether pushes go out without being asked for.
pub(crate) fn auto_challenge(visit: &Visit<'_>) -> bool {
    let device = visit.account().and_then(|account| account.device.as_ref());
    device.is_some_and(|device| device.auto_challenge)
}

fn remember(visit: &mut Visit<'_>, wanted: Option<&Value>) {
    let device = visit
        .account_mut()
        .and_then(|account| account.device.as_mut());
    if let (Some(device), Some(wanted)) = (device, wanted.and_then(Value::as_bool)) {
        device.auto_challenge = wanted;
    }
}

/// The field that says so.
pub(crate) fn auto_challenge_field(visit: &Visit<'_>) -> Value {
    json!({"name": "autoChallenge", "type": "boolean", "label": "Send push automatically", "required": false,
        "value": auto_challenge(visit)})
}

/// The page that waits for an answer, or the one that says that there is none to be had.
pub(crate) fn push_page(page: &mut Page, visit: &Visit<'_>, ended: bool) {
    let authenticator = Authenticator::OktaVerify;
    let mut current = authenticator.object();
    current["methods"] = json!([{"type": "push"}]);
    if ended {
        let fields = json!([
            {"name": "id", "required": true, "value": authenticator.id(), "mutable": false},
            {"name": "methodType", "label": "Get a push notification", "required": true, "value": "push", "mutable": false}
        ]);
        page.form(
            Form::new("resend", "challenge")
                .relates_to("$.currentAuthenticator")
                .field(
                    json!({"name": "authenticator", "type": "object", "label": "Okta Verify",
                    "value": {"form": {"value": fields}}}),
                ),
        );
    } else {
        page.form(
            Form::new("challenge-poll", "challenge/poll")
                .relates_to("$.currentAuthenticator")
                .refresh(REFRESH)
                .field(auto_challenge_field(visit)),
        );
        current["resend"] =
            page.action("challenge/resend", Form::new("resend", "challenge/resend"));
        if let Some(Pending::Push(Push {
            numbers: Some(numbers),
            ..
        })) = &visit.transaction.pending
        {
            current["contextualData"] = json!({"correctAnswer": numbers.right});
        }
    }
    page.object("currentAuthenticator", current);
}

/// `challenge/poll` on one of its pages: what the device did meanwhile.
pub(crate) fn poll(visit: &mut Visit<'_>, body: &Value) -> Answer {
    let answer = match visit.transaction.step {
        Step::Enroll {
            authenticator: Authenticator::OktaVerify,
            ..
        } => set_up(visit),
        Step::Push { ended: false } => {
            remember(visit, body.get("autoChallenge"));
            answered(visit)
        }
        _ => None,
    };
    match answer {
        // Another page came by itself, so no request led to it.
        Some(answer) => {
            visit.transaction.last_advance = None;
            answer
        }
        None => Answer::page(),
    }
}

fn set_up(visit: &mut Visit<'_>) -> Option<Answer> {
    let device = setup(visit)?.device.clone()?;
    let now = visit.now;
    if let Some(account) = visit.account_mut() {
        account.device = Some(device);
        account.updated = now;
    }
    visit.transaction.prove(Authenticator::OktaVerify, "swk");
    Some(journey::advance(visit))
}

fn answered(visit: &mut Visit<'_>) -> Option<Answer> {
    let outcome = match &visit.transaction.pending {
        Some(Pending::Push(push)) => push.outcome(visit.now),
        _ => Outcome::Ended,
    };
    let said = match outcome {
        Outcome::Waiting => return None,
        Outcome::Approved => {
            visit.transaction.prove(Authenticator::OktaVerify, "swk");
            return Some(prove::verified(visit));
        }
        Outcome::Rejected => message::push_rejected(),
        Outcome::Ended => message::push_ended(),
    };
    visit.transaction.drop_pending();
    visit.transaction.step = Step::Push { ended: true };
    Some(Answer::says(StatusCode::BAD_REQUEST, said))
}

/// The field for a code of the device: `totp`, not `passcode`.
pub(crate) fn code_field() -> Value {
    credentials(json!([{"name": "totp", "label": "Enter code", "required": true}]))
}

pub(crate) fn verify(visit: &mut Visit<'_>, body: &Value) -> Answer {
    const FIELD: &str = "credentials.totp";
    let Some(code) = text(body, "/credentials/totp") else {
        return Answer::note(StatusCode::BAD_REQUEST, FIELD, message::missing());
    };
    let times = visit.times();
    let device = visit
        .account_mut()
        .and_then(|account| account.device.as_mut());
    let verdict = device.map_or(Verdict::Wrong, |device| device.codes.takes(code, times));
    let right = verdict == Verdict::Right;
    if let Some(paused) = visit.transaction.tries.count(right, visit.now) {
        return Answer::wait(paused);
    }
    let said = match verdict {
        Verdict::Right => {
            visit.transaction.prove(Authenticator::OktaVerify, "otp");
            return prove::verified(visit);
        }
        Verdict::Wrong => message::wrong_code(),
        Verdict::Used => message::used_code(),
    };
    Answer::note(StatusCode::UNAUTHORIZED, FIELD, said)
}
