//! The page that a transaction shows, as JSON (protocol 3.1, 5.11).

use serde_json::{Map, Value, json};

use super::form::Form;
use super::visit::{Answer, Visit};
use super::{
    consent, enroll_page, links, odd, profile_page, session, sign_in_page, unlock, user_code,
};
use crate::clock::iso;
use crate::message::{self, Message};
use crate::transaction::Step;

/// A page in the making: forms in order, then what they relate to.
pub(crate) struct Page {
    origin: String,
    state_handle: String,
    pub(crate) forms: Vec<Form>,
    actions: Vec<&'static str>,
    members: Map<String, Value>,
    /// What the page is for (protocol 3.1).
    pub(crate) intent: &'static str,
    /// What the page itself says, whatever led to it.
    says: Vec<Message>,
}

impl Page {
    /// A page without forms: one that says that there is nothing left to do.
    pub(crate) fn blank(origin: &str, state_handle: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            state_handle: state_handle.to_owned(),
            forms: Vec::new(),
            actions: Vec::new(),
            members: Map::new(),
            intent: "LOGIN",
            says: Vec::new(),
        }
    }

    /// The page of the current step.
    pub(crate) fn of(visit: &Visit<'_>) -> Self {
        let mut page = Self::blank(&visit.settings.origin, visit.transaction.handle());
        match visit.transaction.step.clone() {
            Step::Identify => sign_in_page::identify(&mut page, visit),
            Step::IdentifyRecovery => sign_in_page::identify_recovery(&mut page, visit),
            Step::EnrollProfile => profile_page::enroll(&mut page, visit),
            Step::ProfileUpdate => profile_page::update(&mut page, visit),
            Step::SelectEnroll { skip } => enroll_page::select(&mut page, visit, skip),
            Step::EnrollmentData { skip } => enroll_page::phone_number(&mut page, visit, skip),
            Step::Enroll {
                authenticator,
                skip,
            } => enroll_page::enroll(&mut page, visit, authenticator, skip),
            Step::EnrollmentChannel { skip } => enroll_page::okta_verify(&mut page, visit, skip),
            Step::SelectVerify => sign_in_page::select(&mut page, visit),
            Step::VerificationData { authenticator } => {
                sign_in_page::verification_data(&mut page, visit, authenticator)
            }
            Step::Challenge { authenticator } => {
                sign_in_page::challenge(&mut page, visit, authenticator)
            }
            Step::Push { ended } => sign_in_page::push(&mut page, visit, ended),
            Step::Promote => enroll_page::promote(&mut page, visit),
            Step::Reset => sign_in_page::reset(&mut page, visit),
            Step::Reenroll { skip } => sign_in_page::reenroll(&mut page, visit, skip),
            Step::ActivationExpired => links::expired_page(&mut page, visit),
            Step::UnlockIdentify => unlock::identify_page(&mut page, visit),
            Step::SelectUnlock => unlock::select_page(&mut page, visit),
            Step::KeepMeSignedIn => session::keep_page(&mut page, visit),
            Step::Shade => odd::page(&mut page, visit),
            Step::Consent => consent::page(&mut page, visit),
            Step::UserCode => user_code::page(&mut page, visit),
            Step::Ended(_) => {}
            Step::Done { code } => success(&mut page, visit, &code),
        }
        page
    }

    pub(crate) fn say(&mut self, message: Message) {
        self.says.push(message);
    }

    pub(crate) fn form(&mut self, form: Form) {
        self.forms.push(form);
    }

    /// An action inside a member (protocol 3.5).
    pub(crate) fn action(&mut self, path: &'static str, form: Form) -> Value {
        self.actions.push(path);
        form.json(&self.origin, &self.state_handle)
    }

    pub(crate) fn object(&mut self, name: &str, value: Value) {
        self.members
            .insert(name.to_owned(), json!({"type": "object", "value": value}));
    }

    pub(crate) fn array(&mut self, name: &str, value: Vec<Value>) {
        self.members
            .insert(name.to_owned(), json!({"type": "array", "value": value}));
    }

    /// Whether the page has a form or an action that is posted there.
    pub(crate) fn offers(&self, path: &str) -> bool {
        path == "cancel"
            || self.actions.contains(&path)
            || self.forms.iter().any(|form| form.is_at(path))
    }

    /// The body of the answer.
    pub(crate) fn json(mut self, visit: &Visit<'_>, answer: &Answer) -> Value {
        let mut messages = self.says;
        messages.extend(answer.messages.iter().cloned());
        let mut fields: Vec<&str> = answer
            .notes
            .iter()
            .map(|(field, _)| field.as_str())
            .collect();
        fields.dedup();
        for field in fields {
            let notes: Vec<_> = answer
                .notes
                .iter()
                .filter(|(at, _)| at == field)
                .map(|(_, note)| note.clone())
                .collect();
            // A note on a field that this page does not have must not be lost.
            if !self
                .forms
                .first_mut()
                .is_some_and(|form| form.annotate(field, &notes))
            {
                messages.extend(notes);
            }
        }
        let mut body = json!({
            "version": "1.0.0", "stateHandle": self.state_handle,
            "expiresAt": iso(visit.settings.clock.told(visit.transaction.expires)), "intent": self.intent
        });
        if !messages.is_empty() {
            body["messages"] = message::list(&messages);
        }
        if !self.forms.is_empty() {
            let forms: Vec<_> = self
                .forms
                .into_iter()
                .map(|form| form.json(&self.origin, &self.state_handle))
                .collect();
            body["remediation"] = json!({"type": "array", "value": forms});
        }
        for (name, value) in self.members {
            body[name] = value;
        }
        body["cancel"] = Form::new("cancel", "cancel").json(&self.origin, &self.state_handle);
        body["app"] = json!({"type": "object", "value": app(visit)});
        body
    }
}

/// The app, with its links as far as the policy knows them.
fn app(visit: &Visit<'_>) -> Value {
    let known = &visit.policy().app;
    let id = &visit.transaction.asked.client_id;
    let mut app = json!({"name": "oidc_client", "label": known.label, "id": id});
    for (name, href) in [
        ("logo", &known.logo),
        ("termsOfService", &known.terms_of_service),
        ("privacyPolicy", &known.privacy_policy),
        ("clientUri", &known.client_uri),
    ] {
        if let Some(href) = href {
            app[name] = json!({"href": href});
        }
    }
    app
}

/// Who it is: no `id` and no names before anything was proved (protocol 3.1).
pub(crate) fn user(page: &mut Page, visit: &Visit<'_>) {
    let Some(account) = visit.account() else {
        return;
    };
    let mut user = json!({"identifier": account.email});
    // Where nobody is to learn who has an account, the name stays as it was typed.
    if let Some(typed) = visit
        .transaction
        .identifier
        .as_ref()
        .filter(|_| visit.policy().private)
    {
        user["identifier"] = json!(typed);
    }
    if visit.transaction.signing_up || !visit.transaction.proofs.is_empty() {
        user = json!({"id": account.id, "identifier": account.email, "profile": {
            "firstName": account.first_name, "lastName": account.last_name,
            "timeZone": "America/Los_Angeles", "locale": "en_US"
        }});
    }
    page.object("user", user);
}

/// The end of the embedded flow (protocol 3.9).
fn success(page: &mut Page, visit: &Visit<'_>, code: &str) {
    user(page, visit);
    let asked = &visit.transaction.asked;
    let base = format!("{}{}", page.origin, asked.server.base());
    page.members.insert(
        "successWithInteractionCode".to_owned(),
        json!({
            "rel": ["create-form"], "name": "issue", "href": format!("{base}/v1/token"), "method": "POST",
            "value": [
                {"name": "grant_type", "required": true, "value": "interaction_code"},
                {"name": "interaction_code", "required": true, "value": code},
                {"name": "client_id", "required": true, "value": asked.client_id},
                {"name": "code_verifier", "required": true}
            ],
            "accepts": "application/x-www-form-urlencoded"
        }),
    );
}
