//! The pages on which something is set up (protocol 5.1, steps 4 to 10).

use serde_json::{Value, json};

use super::factor;
use super::form::Form;
use super::journey;
use super::page::{Page, user};
use super::visit::Visit;
use crate::authenticator::{Authenticator, phone_methods};
use crate::clock::iso;
use crate::message;
use crate::password;
use crate::state::Maintenance;
use crate::transaction::{Step, Wait};

/// What can be set up.
pub(crate) fn select(page: &mut Page, visit: &Visit<'_>, skip: bool) {
    if visit.switches.maintenance == Maintenance::ReadOnly {
        page.say(message::no_set_up());
        leave(page, skip);
        return user(page, visit);
    }
    list(page, visit);
    leave(page, skip);
    user(page, visit);
}

/// Which number, and SMS or a call.
pub(crate) fn phone_number(page: &mut Page, visit: &Visit<'_>, skip: bool) {
    let phone = Authenticator::Phone;
    let fields = json!([
        {"name": "id", "required": true, "value": phone.id(), "mutable": false},
        {"name": "methodType", "type": "string", "required": true, "options": phone_methods()},
        {"name": "phoneNumber", "label": "Phone number", "required": true}
    ]);
    page.form(
        Form::new("authenticator-enrollment-data", "credential/enroll")
            .relates_to("$.currentAuthenticator")
            .field(json!({"name": "authenticator", "label": "Phone", "form": {"value": fields}})),
    );
    page.object("currentAuthenticator", phone.object());
    list(page, visit);
    leave(page, skip);
    user(page, visit);
}

/// The password to be, or the code.
pub(crate) fn enroll(page: &mut Page, visit: &Visit<'_>, authenticator: Authenticator, skip: bool) {
    if authenticator == Authenticator::OktaVerify {
        return okta_verify(page, visit, skip);
    }
    page.form(
        Form::new("enroll-authenticator", "challenge/answer")
            .relates_to("$.currentAuthenticator")
            .field(factor::enroll_fields(authenticator)),
    );
    let bare = described(visit, authenticator);
    let mut current = bare.clone();
    code_actions(page, authenticator, &mut current);
    page.object("currentAuthenticator", current);
    list(page, visit);
    page.object("enrollmentAuthenticator", bare);
    leave(page, skip);
    user(page, visit);
}

/// The address that a device has to open, or where it goes.
pub(crate) fn okta_verify(page: &mut Page, visit: &Visit<'_>, skip: bool) {
    let bare = Authenticator::OktaVerify.object();
    let mut current = bare.clone();
    current["contextualData"] = factor::okta_verify::context(visit);
    if matches!(visit.transaction.step, Step::EnrollmentChannel { .. }) {
        page.form(factor::okta_verify::where_form(visit));
    } else {
        page.form(factor::okta_verify::poll_form());
        if let Some(resend) = factor::okta_verify::resend(page, visit) {
            current["resend"] = resend;
        }
    }
    page.form(factor::okta_verify::channel_form(visit));
    page.object("currentAuthenticator", current);
    list(page, visit);
    page.object("enrollmentAuthenticator", bare);
    leave(page, skip);
    user(page, visit);
}

/// A passkey for somebody who typed a password (protocol 4.1).
pub(crate) fn promote(page: &mut Page, visit: &Visit<'_>) {
    let key = Authenticator::WebAuthn;
    page.form(
        Form::new("enroll-authenticator-promotion", "credential/enroll")
            .relates_to("$.currentAuthenticator")
            .field(factor::enroll_fields(key)),
    );
    page.object("currentAuthenticator", described(visit, key));
    page.array("authenticators", vec![key.object()]);
    page.array("authenticatorEnrollments", done(visit));
    page.object("enrollmentAuthenticator", key.object());
    leave(page, true);
    user(page, visit);
}

/// The authenticator with what its page needs to know: the rules of a password, the way that a code went.
fn described(visit: &Visit<'_>, authenticator: Authenticator) -> Value {
    let mut object = authenticator.object();
    match authenticator {
        Authenticator::Password => object["settings"] = password::settings(),
        Authenticator::Phone => {
            if let Some(challenge) = &visit.transaction.challenge {
                object["methods"] = json!([{"type": challenge.channel.method()}]);
            }
        }
        Authenticator::Question => object["contextualData"] = factor::question::context(),
        Authenticator::Duo => object["contextualData"] = factor::duo::context(visit),
        Authenticator::GoogleOtp => object["contextualData"] = factor::totp::context(visit),
        Authenticator::WebAuthn => {
            object["contextualData"] = factor::webauthn::activation(visit);
        }
        _ => {}
    }
    object
}

/// Send again, and for a mail also the question whether its link was opened.
pub(crate) fn code_actions(page: &mut Page, authenticator: Authenticator, current: &mut Value) {
    if !matches!(authenticator, Authenticator::Email | Authenticator::Phone) {
        return;
    }
    current["resend"] = page.action("challenge/resend", Form::new("resend", "challenge/resend"));
    if authenticator == Authenticator::Email {
        let poll = Form::new("poll", "challenge/poll").refresh(4000);
        current["poll"] = page.action("challenge/poll", poll);
        current["contextualData"] = json!({"useEmailMagicLink": true});
    }
}

/// The form to choose with, what there is to choose, and what is done.
fn list(page: &mut Page, visit: &Visit<'_>) {
    let Some(account) = visit.account() else {
        return;
    };
    let open = journey::open(visit.policy(), visit.transaction, account)
        .map(|open| open.list)
        .unwrap_or_default();
    let options: Vec<Value> = open
        .iter()
        .enumerate()
        .map(|(index, one)| {
            let fields = match one {
                Authenticator::OktaVerify => factor::okta_verify::enroll_option(visit),
                _ => one.option_fields(true),
            };
            json!({"label": one.name(), "value": {"form": {"value": fields}},
                "relatesTo": format!("$.authenticators.value[{index}]")})
        })
        .collect();
    page.form(
        Form::new("select-authenticator-enroll", "credential/enroll")
            .field(json!({"name": "authenticator", "type": "object", "options": options})),
    );
    let offered = open.iter().map(|one| {
        let mut object = one.object();
        if let Some(due) = visit
            .transaction
            .due
            .filter(|due| due.authenticator == *one)
        {
            object["gracePeriod"] = match due.wait {
                Wait::Skips(left) => json!({"type": "BY_SKIP_COUNT", "remainingSkips": left}),
                Wait::Until(date) => {
                    let date = iso(visit.settings.clock.told(date));
                    json!({"type": "BY_DATE_TIME", "expiry": date})
                }
            };
        }
        object
    });
    page.array("authenticators", offered.collect());
    page.array("authenticatorEnrollments", done(visit));
}

/// What somebody has set up.
fn done(visit: &Visit<'_>) -> Vec<Value> {
    let Some(account) = visit.account() else {
        return Vec::new();
    };
    let done = account.authenticators().into_iter().flat_map(|one| {
        if one == Authenticator::WebAuthn {
            return factor::webauthn::enrollments(account);
        }
        let mut object = one.object();
        object["id"] = json!(account.enrollment_id(one));
        vec![object]
    });
    done.collect()
}

fn leave(page: &mut Page, skip: bool) {
    if skip {
        page.form(Form::new("skip", "skip"));
    }
}
