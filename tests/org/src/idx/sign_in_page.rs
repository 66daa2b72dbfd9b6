//! The pages on which somebody says who they are and proves it (protocol 5.2, 5.3).

use serde_json::{Value, json};

use super::enroll_page::code_actions;
use super::factor;
use super::form::{Form, credentials};
use super::journey;
use super::odd;
use super::page::{Page, user};
use super::unlock;
use super::visit::Visit;
use crate::authenticator::{Authenticator, phone_methods};
use crate::mask;
use crate::message;
use crate::password;
use crate::state::Maintenance;

/// The first page.
pub(crate) fn identify(page: &mut Page, visit: &Visit<'_>) {
    if visit.switches.maintenance == Maintenance::Waiting {
        return page.form(Form::new("poll", "poll").refresh(2000));
    }
    if visit.switches.only_idp && !visit.policy().idps.is_empty() {
        return providers(page, visit);
    }
    let mut form = Form::new("identify", "identify").field(identifier(visit));
    if !visit.policy().identifier_first {
        form = form.field(credentials(
            json!([{"name": "passcode", "label": "Password", "secret": true}]),
        ));
        let mut password = json!({});
        password["recover"] = page.action("recover", Form::new("recover", "recover"));
        merge(&mut password, Authenticator::Password.object());
        page.object("currentAuthenticator", password);
    }
    if visit.policy().remember_me {
        form = form
            .field(json!({"name": "rememberMe", "type": "boolean", "label": "Keep me signed in"}));
    }
    if visit.switches.odd_field {
        form = form.field(odd::field());
    }
    let passkey = factor::webauthn::first_page(page, visit);
    // A client has to go back to the name by itself when its passkey was refused (protocol T47).
    let at = match visit.transaction.passkey_refused {
        true => passkey.len(),
        false => 0,
    };
    page.forms.extend(passkey);
    page.forms.insert(at, form);
    providers(page, visit);
    sign_up(page, visit);
    unlock::offer(page, visit);
}

/// The other services that can say who somebody is (protocol 5.6).
fn providers(page: &mut Page, visit: &Visit<'_>) {
    let asked = &visit.transaction.asked;
    let base = asked.server.base();
    for idp in &visit.policy().idps {
        let query = [
            ("client_id", asked.client_id.as_str()),
            (
                "request_uri",
                &format!("urn:okta:{}:{}", visit.transaction.trip, idp.id),
            ),
        ];
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        let href = format!("{}{base}/v1/authorize?{query}", visit.settings.origin);
        let about = json!({"type": idp.kind, "idp": {"id": idp.id, "name": idp.name}});
        page.form(Form::redirect("redirect-idp", href, about));
    }
}

/// Who forgot their password.
pub(crate) fn identify_recovery(page: &mut Page, visit: &Visit<'_>) {
    page.form(Form::new("identify-recovery", "identify").field(identifier(visit)));
    sign_up(page, visit);
}

/// Which proof to give.
pub(crate) fn select(page: &mut Page, visit: &Visit<'_>) {
    ways(page, visit);
}

/// What else there is to prove it with, and who it is.
fn ways(page: &mut Page, visit: &Visit<'_>) {
    list(page, visit);
    recovered(page, visit);
    user(page, visit);
}

/// May a code be sent, and how.
pub(crate) fn verification_data(page: &mut Page, visit: &Visit<'_>, authenticator: Authenticator) {
    let methods = match authenticator {
        Authenticator::Phone => phone_methods(),
        Authenticator::OktaVerify => factor::okta_verify::methods(),
        other => json!([{"label": other.name(), "value": other.kind()}]),
    };
    let mut fields = vec![
        json!({"name": "id", "required": true, "value": authenticator.id(), "mutable": false}),
        json!({"name": "methodType", "type": "string", "required": true, "options": methods}),
    ];
    if authenticator == Authenticator::OktaVerify {
        fields.push(factor::okta_verify::auto_challenge_field(visit));
    }
    page.form(
        Form::new("authenticator-verification-data", "challenge")
            .relates_to("$.currentAuthenticatorEnrollment")
            .field(json!({"name": "authenticator", "label": authenticator.name(), "form": {"value": fields}})),
    );
    page.object(
        "currentAuthenticatorEnrollment",
        enrollment(visit, authenticator),
    );
    ways(page, visit);
}

/// The password, or the code that was sent.
pub(crate) fn challenge(page: &mut Page, visit: &Visit<'_>, authenticator: Authenticator) {
    let form = Form::new("challenge-authenticator", "challenge/answer")
        .field(factor::challenge_fields(visit, authenticator));
    if authenticator == Authenticator::WebAuthn {
        // Any of several keys may sign, so none of them is the current one.
        page.form(form.relates_to("$.currentAuthenticator"));
        let mut current = authenticator.object();
        current["contextualData"] = factor::webauthn::challenge(visit);
        page.object("currentAuthenticator", current);
        return ways(page, visit);
    }
    page.form(form.relates_to("$.currentAuthenticatorEnrollment"));
    let mut current = enrollment(visit, authenticator);
    code_actions(page, authenticator, &mut current);
    match (authenticator, &visit.transaction.challenge) {
        (Authenticator::Password, _) => {
            current["recover"] = page.action("recover", Form::new("recover", "recover"));
        }
        (Authenticator::Phone, Some(challenge)) => {
            current["methods"] = json!([{"type": challenge.channel.method()}]);
        }
        (Authenticator::OktaVerify, _) => current["methods"] = json!([{"type": "totp"}]),
        (Authenticator::Duo, _) => current["contextualData"] = factor::duo::context(visit),
        (Authenticator::Question, _) => {
            let asked = factor::question::profile(visit);
            current["contextualData"] = json!({"enrolledQuestion": asked});
            current["profile"] = asked;
        }
        _ => {}
    }
    page.object("currentAuthenticatorEnrollment", current);
    ways(page, visit);
}

/// A new password in the place of one that is too old, or soon will be (protocol 5.5).
pub(crate) fn reenroll(page: &mut Page, visit: &Visit<'_>, skip: bool) {
    let name = if skip {
        "reenroll-authenticator-warning"
    } else {
        "reenroll-authenticator"
    };
    page.form(
        Form::new(name, "challenge/answer")
            .relates_to("$.currentAuthenticator")
            .field(credentials(json!([
                {"name": "passcode", "label": "New password", "secret": true}
            ]))),
    );
    let mut password = Authenticator::Password.object();
    password["settings"] = password::settings();
    if skip {
        let left = visit
            .account()
            .and_then(|account| journey::days_left(visit.policy(), account, visit.now));
        password["settings"]["daysToExpiry"] = json!(left);
        page.form(Form::new("skip", "skip"));
        page.say(message::password_expiring(&visit.policy().app.label));
    }
    page.object("currentAuthenticator", password.clone());
    page.object("enrollmentAuthenticator", password);
    page.array("authenticators", Vec::new());
    page.array(
        "authenticatorEnrollments",
        vec![enrollment(visit, Authenticator::Password)],
    );
    user(page, visit);
}

/// A device was asked.
pub(crate) fn push(page: &mut Page, visit: &Visit<'_>, ended: bool) {
    factor::okta_verify::push_page(page, visit, ended);
    ways(page, visit);
}

/// The new password of somebody who forgot theirs.
pub(crate) fn reset(page: &mut Page, visit: &Visit<'_>) {
    page.form(
        Form::new("reset-authenticator", "challenge/answer").relates_to("$.currentAuthenticator").field(credentials(json!([
            {"name": "passcode", "label": "New password", "secret": true},
            {"name": "revokeSessions", "type": "boolean", "label": "Sign me out of all other devices"}
        ]))),
    );
    let mut password = Authenticator::Password.object();
    password["settings"] = password::settings();
    page.object("currentAuthenticator", password.clone());
    page.array("authenticators", vec![Authenticator::Password.object()]);
    page.array("authenticatorEnrollments", Vec::new());
    page.object("recoveryAuthenticator", password);
    user(page, visit);
}

pub(crate) fn identifier(visit: &Visit<'_>) -> Value {
    let mut field = json!({"name": "identifier", "label": "Username", "required": true});
    if let Some(typed) = &visit.transaction.identifier {
        field["value"] = json!(typed);
    }
    field
}

/// No form, no registration (protocol 5.1, step 2).
fn sign_up(page: &mut Page, visit: &Visit<'_>) {
    if visit.switches.registration {
        page.form(Form::new("select-enroll-profile", "enroll"));
    }
}

/// In a recovery, what is being recovered.
fn recovered(page: &mut Page, visit: &Visit<'_>) {
    if visit.transaction.recovering {
        page.object("recoveryAuthenticator", Authenticator::Password.object());
    }
}

/// The form to choose with, and what there is to choose.
fn list(page: &mut Page, visit: &Visit<'_>) {
    let Some(account) = visit.account() else {
        return;
    };
    let candidates = journey::verifiable(visit.policy(), visit.transaction, account);
    let mut options: Vec<Value> = Vec::new();
    let mut enrollments: Vec<Value> = Vec::new();
    for (index, one) in candidates.iter().enumerate() {
        // One of several keys is not told apart here.
        let (path, set_up) = match one {
            Authenticator::WebAuthn => (
                format!("$.authenticators.value[{index}]"),
                factor::webauthn::enrollments(account),
            ),
            one => (
                format!("$.authenticatorEnrollments.value[{}]", enrollments.len()),
                vec![enrollment(visit, *one)],
            ),
        };
        enrollments.extend(set_up);
        options.push(
            json!({"label": one.name(), "value": {"form": {"value": one.option_fields(false)}},
                "relatesTo": path}),
        );
    }
    page.form(
        Form::new("select-authenticator-authenticate", "challenge")
            .field(json!({"name": "authenticator", "type": "object", "options": options})),
    );
    page.array(
        "authenticators",
        candidates.iter().map(|one| one.object()).collect(),
    );
    page.array("authenticatorEnrollments", enrollments);
}

/// What somebody set up. Before they proved anything it tells no id and no address (protocol 3.7).
fn enrollment(visit: &Visit<'_>, authenticator: Authenticator) -> Value {
    let mut object = authenticator.object();
    let known = visit
        .account()
        .filter(|_| !visit.transaction.proofs.is_empty());
    match known {
        None => {
            if let Some(members) = object.as_object_mut() {
                members.shift_remove("id");
            }
        }
        Some(account) => {
            object["id"] = json!(account.enrollment_id(authenticator));
            if let (Authenticator::OktaVerify, Some(device)) = (authenticator, &account.device) {
                object["profile"] = json!({"deviceName": device.name});
            }
            match (authenticator, &account.phone) {
                (Authenticator::Email, _) => {
                    object["profile"] = json!({"email": mask::email(&account.email)})
                }
                (Authenticator::Phone, Some(number)) => {
                    object["profile"] = json!({"phoneNumber": mask::phone(number)});
                }
                _ => {}
            }
        }
    }
    object
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}
