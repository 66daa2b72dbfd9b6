//! A transaction as its newest response shows it.

use super::{
    Authenticator, Challenge, Class, Error, Field, Form, ION, Message, Remediation, Step, wire,
};
use crate::http::{HttpRequest, HttpResponse, Method};
use crate::idx::Control;
use crate::json::{self, Value};
use crate::secret::Secret;

/// The request that starts a transaction or brings it back, by its interaction handle or by a state token of the org's own
/// pages (protocol reference, 2.1).
pub fn introspect(origin: &str, handle: &Secret, state_token: bool) -> HttpRequest {
    let name = if state_token {
        "stateToken"
    } else {
        "interactionHandle"
    };
    let member = (name.to_owned(), Value::String(handle.expose().to_owned()));
    let mut body = String::new();
    Value::Object(vec![member]).write(&mut body);
    HttpRequest {
        method: Method::Post,
        accept: ION.to_owned(),
        content_type: Some(ION),
        body: Some(Secret::new(body)),
        ..HttpRequest::get([origin, "/idp/idx/introspect"].concat())
    }
}

/// What an answer leads to.
pub enum Progress {
    /// The org asks for something.
    Asked(Transaction),
    /// The person is through: the interaction code, to be exchanged within 60 seconds.
    Granted(Secret),
    /// Nothing is left to do here. The messages say why.
    Stopped(Transaction),
}

/// The newest response of a transaction.
#[derive(Clone, PartialEq)]
pub struct Transaction {
    /// Opens this transaction, and only until the next response.
    pub handle: Option<Secret>,
    /// What may be done next, the first one foremost. Empty at an end.
    pub remediations: Vec<Remediation>,
    /// What the org says to the person, not about a field.
    pub messages: Vec<Message>,
    /// Leaves the transaction. This app starts another one instead, as embedded clients do (protocol reference, T31).
    pub cancel: Option<Form>,
    /// Sends the code again.
    pub resend: Option<Form>,
    /// Asks whether something happened elsewhere.
    pub poll: Option<Form>,
    /// Goes to the recovery of a password.
    pub recover: Option<Form>,
    /// The authenticator at hand.
    pub current: Option<Authenticator>,
    /// What the person has set up already.
    pub enrolled: Vec<Authenticator>,
    /// The app that is signed in to.
    pub app: App,
    /// Who it is about, as typed (`user.identifier`), and what is known of them.
    pub identifier: Option<String>,
    /// First and last name.
    pub names: Vec<(String, String)>,
    /// Where to go instead: the hosted flow's end.
    pub redirect: Option<String>,
    /// `X-Okta-Request-Id` of the response.
    pub request_id: Option<String>,
    /// What an app on the device shall answer.
    pub challenge: Option<Challenge>,
    /// How a device is brought under the org's management: names and values, and where.
    pub device: Option<Device>,
    /// Seconds to wait, where the response says that there were too many requests and for how long.
    pub retry_after: Option<u32>,
}

/// How a device is brought under the org's management (protocol reference, 3.8).
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Who manages it.
    pub vendor: Option<String>,
    /// Where to sign in on the device.
    pub sign_in: Option<String>,
    /// Where to begin.
    pub begin: Option<String>,
}

/// The app that is signed in to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct App {
    /// Its name in the org.
    pub label: Option<String>,
}

impl Transaction {
    /// Reads an answer. An org says "wrong code" with status 400 or 401 and the same remediation again, so the status
    /// decides nothing; only a body that is no IDX response is an error (protocol reference, 2.6 and 6.2).
    ///
    /// # Errors
    /// [`Error`] names what else the body is.
    pub fn receive(response: &HttpResponse) -> Result<Progress, Error> {
        let root = json::parse(response.body.expose()).ok_or(Error::Unreadable)?;
        let known = [
            "version",
            "remediation",
            "messages",
            "successWithInteractionCode",
            "success",
            "failure",
            "deviceEnrollment",
        ];
        if !known.iter().any(|member| root.get(member).is_some()) {
            return Err(refusal(&root));
        }
        if let Some(code) = interaction_code(&root) {
            return Ok(Progress::Granted(code));
        }
        let mut transaction = Self::read(&root, response.request_id.clone());
        transaction.retry_after = response.retry_after;
        Ok(if transaction.remediations.is_empty() {
            Progress::Stopped(transaction)
        } else {
            Progress::Asked(transaction)
        })
    }

    fn read(root: &Value, request_id: Option<String>) -> Self {
        let remediations: Vec<Remediation> = wire::list(root.get("remediation"))
            .iter()
            .filter_map(|raw| Remediation::read(raw, root))
            .collect();
        let holders: Vec<&Value> = [
            "currentAuthenticator",
            "currentAuthenticatorEnrollment",
            "authenticatorChallenge",
        ]
        .iter()
        .filter_map(|member| wire::object(root.get(member)))
        .collect();
        let action = |name: &str| {
            holders
                .iter()
                .find_map(|holder| Form::read(holder.get(name)?, root))
        };
        let current = holders
            .iter()
            .find_map(|holder| Authenticator::read(holder));
        let user = wire::object(root.get("user"));
        let profile = user.and_then(|user| wire::object(user.get("profile")));
        let redirect = ["success", "failure"]
            .iter()
            .find_map(|name| wire::text(wire::object(root.get(name))?, "href"));
        let mut transaction = Self {
            handle: root
                .text("stateHandle")
                .or_else(|| form_handle(root))
                .map(Secret::new),
            messages: said(root),
            cancel: root.get("cancel").and_then(|raw| Form::read(raw, root)),
            resend: action("resend"),
            poll: action("poll"),
            recover: action("recover"),
            current,
            enrolled: wire::list(root.get("authenticatorEnrollments"))
                .iter()
                .filter_map(Authenticator::read)
                .collect(),
            app: App {
                label: wire::object(root.get("app")).and_then(|app| wire::text(app, "label")),
            },
            identifier: user.and_then(|user| wire::text(user, "identifier")),
            names: ["firstName", "lastName"]
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), wire::text(profile?, name)?)))
                .collect(),
            redirect,
            request_id,
            retry_after: None,
            challenge: Challenge::read(root, &holders),
            device: wire::object(root.get("deviceEnrollment")).map(|device| Device {
                vendor: wire::text(device, "vendor"),
                sign_in: wire::text(device, "signInUrl"),
                begin: wire::text(device, "enrollmentLink"),
            }),
            remediations,
        };
        transaction.complete();
        transaction
    }

    /// An end that the org told otherwise than by a page: what it means by its key, and the org's own words.
    pub fn ended(key: &str, words: &str, request_id: Option<String>) -> Self {
        let mut end = Self::read(&Value::Null, request_id);
        end.messages.push(Message::ours(Class::Error, key, words));
        end
    }

    /// An end that goes on at an address of the org's.
    pub fn away(url: String) -> Self {
        let mut end = Self::read(&Value::Null, None);
        end.redirect = Some(url);
        end
    }

    /// A challenge that does not say what it is about is about the authenticator at hand.
    fn complete(&mut self) {
        for remediation in &mut self.remediations {
            let asks = matches!(
                remediation.step,
                Step::ChallengeAuthenticator
                    | Step::EnrollAuthenticator
                    | Step::ResetAuthenticator
                    | Step::ReenrollAuthenticator
                    | Step::ReenrollAuthenticatorWarning
                    | Step::AuthenticatorEnrollmentData
                    | Step::AuthenticatorVerificationData
                    | Step::ChallengePoll
                    | Step::EnrollPoll
            );
            if asks && remediation.about.is_none() {
                remediation.about.clone_from(&self.current);
            }
        }
    }

    /// The place of the first remediation of that kind.
    pub fn position(&self, step: Step) -> Option<usize> {
        self.remediations
            .iter()
            .position(|remediation| remediation.step == step)
    }

    /// The first remediation of that kind.
    pub fn find(&self, step: Step) -> Option<&Remediation> {
        self.remediations
            .iter()
            .find(|remediation| remediation.step == step)
    }

    /// Whether a message of that key is in the response, at the top or on a field.
    pub fn says(&self, key: &str) -> bool {
        fn on(fields: &[Field], key: &str) -> bool {
            fields.iter().any(|field| {
                field.messages.iter().any(|message| message.is(key))
                    || match &field.control {
                        Control::Group(inner) => on(inner, key),
                        Control::Variants(variants) => {
                            variants.iter().any(|variant| on(&variant.fields, key))
                        }
                        _ => false,
                    }
            })
        }
        self.messages.iter().any(|message| message.is(key))
            || self
                .remediations
                .iter()
                .any(|remediation| on(&remediation.form.fields, key))
    }

    /// Whether the org was asked too often.
    pub fn limited(&self) -> bool {
        let limits = ["tooManyRequests", "oie.tooManyRequests"];
        let mut messages = self.messages.iter();
        messages.any(|message| limits.iter().any(|key| message.is(key)))
    }

    /// Whether an end is none: the org is busy or unwell, and the same request may succeed in a while.
    pub fn passes(&self) -> bool {
        let passing = [
            "tooManyRequests",
            "oie.tooManyRequests",
            "E0000009",
            "errors.E0000150",
            "errors.E0000151",
        ];
        self.remediations.is_empty()
            && self
                .messages
                .iter()
                .any(|message| passing.iter().any(|key| message.is(key)))
    }

    /// Whether a person would see no difference: a poll's answer that only moves the expiry, the interval or the handle
    /// (protocol reference, 6.3).
    pub fn looks_like(&self, other: &Self) -> bool {
        let still = |transaction: &Self| {
            let mut still = transaction.clone();
            still.handle = None;
            still.request_id = None;
            still.retry_after = None;
            let forms = still
                .remediations
                .iter_mut()
                .map(|remediation| &mut remediation.form);
            forms
                .chain(still.poll.as_mut())
                .for_each(|form| form.refresh = None);
            still
        };
        still(self) == still(other)
    }
}

/// What the org says anywhere but on its remediations.
fn said(root: &Value) -> Vec<Message> {
    let mut found = Message::all(root);
    for (name, member) in root.members() {
        if name != "remediation" && name != "messages" {
            Message::within(member, &mut found);
        }
    }
    found
}

fn form_handle(root: &Value) -> Option<&str> {
    wire::list(root.get("remediation")).iter().find_map(|form| {
        let fields = form.get("value").map_or(&[][..], Value::items);
        fields
            .iter()
            .find(|field| field.text("name") == Some("stateHandle"))?
            .text("value")
    })
}

fn interaction_code(root: &Value) -> Option<Secret> {
    let fields = root
        .get("successWithInteractionCode")?
        .get("value")?
        .items();
    let code = fields
        .iter()
        .find(|field| field.text("name") == Some("interaction_code"))?;
    code.text("value")
        .filter(|code| !code.is_empty())
        .map(Secret::new)
}

/// Which of the other bodies it is (protocol reference, 1.3).
fn refusal(root: &Value) -> Error {
    if let Some(code) = wire::text(root, "error") {
        return Error::OAuth {
            code,
            description: wire::text(root, "error_description").unwrap_or_default(),
        };
    }
    match wire::text(root, "errorCode") {
        Some(code) => Error::Api {
            code,
            summary: wire::text(root, "errorSummary").unwrap_or_default(),
        },
        None => Error::Unreadable,
    }
}

/// Reads a body that is no IDX response: the authorization server's endpoints use it too.
pub(crate) fn read_refusal(body: &str) -> Error {
    json::parse(body).map_or(Error::Unreadable, |root| refusal(&root))
}
