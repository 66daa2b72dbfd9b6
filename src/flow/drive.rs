//! One request at a time through the world outside: start, resume, answer, poll.

use std::future::Future;

use super::{Address, Failure, Flow};
use crate::config::Config;
use crate::http::{HttpRequest, HttpResponse, Method, Transport};
use crate::idx::{
    self, Answers, Challenge, Class, Form, Message, Progress, Reach, Step, Stop, Transaction,
};
use crate::json::Value;
use crate::oauth::{Asked, Attempt, Key, ProofKey, Purpose, Refusal, Route};
use crate::secret::Secret;

/// The world outside: the network, the clock, chance and arithmetic that the platform does better.
pub trait World: Transport {
    /// SHA-256 of some bytes.
    ///
    /// # Errors
    /// [`Failure::Insecure`] where the platform has no cryptography.
    fn sha256(&self, bytes: &[u8]) -> impl Future<Output = Result<[u8; 32], Failure>>;
    /// Whether an RSASSA-PKCS1-v1_5 SHA-256 signature is right.
    ///
    /// # Errors
    /// [`Failure::Insecure`] where the platform has no cryptography.
    fn verifies(
        &self,
        key: &Key,
        signed: &[u8],
        signature: &[u8],
    ) -> impl Future<Output = Result<bool, Failure>>;
    /// Bytes from the cryptographic random generator.
    ///
    /// # Errors
    /// [`Failure::Insecure`] where there is none.
    fn random(&self, bytes: &mut [u8]) -> Result<(), Failure>;
    /// The public half of the key pair of that name, which is made where there is none yet. The private half never leaves
    /// the platform.
    ///
    /// # Errors
    /// [`Failure::Insecure`] where the platform has no cryptography.
    fn proof_key(&self, name: &str) -> impl Future<Output = Result<ProofKey, Failure>>;
    /// Signs with the private half of that key pair: ECDSA on P-256 with SHA-256, 64 bytes (RFC 7518, section 3.4).
    ///
    /// # Errors
    /// [`Failure::Insecure`] where there is no such key.
    fn signs(&self, name: &str, bytes: &[u8]) -> impl Future<Output = Result<Vec<u8>, Failure>>;
    /// Forgets that key pair: nothing is to be signed with it any more.
    fn forget_proof_key(&self, name: &str) -> impl Future<Output = ()>;
    /// Milliseconds since 1970.
    fn now(&self) -> u64;
}

/// How long an app on the device may take once it has the challenge: it may ask for a finger first. Milliseconds.
const DELIBERATION: u32 = 300_000;

/// Looks for an app on this device and gives it the challenge, port by port (protocol reference, 4.3.6). What is asked
/// carries nothing of the browser's, and goes nowhere but to this device.
///
/// # Errors
/// [`Stop`] is what the org is to be told.
pub async fn probe(world: &impl World, challenge: &Challenge) -> Result<(), Stop> {
    let mut body = String::new();
    let text = challenge.text("challengeRequest").to_owned();
    Value::Object(vec![("challengeRequest".to_owned(), Value::String(text))]).write(&mut body);
    for place in challenge.places() {
        let probe = HttpRequest::get([&place, "/probe"].concat());
        let there = status(world, challenge.patience(), probe).await;
        if let Some(200..300) = there {
            let give = HttpRequest {
                method: Method::Post,
                content_type: Some("application/json"),
                body: Some(Secret::new(body.as_str())),
                ..HttpRequest::get([&place, "/challenge"].concat())
            };
            match status(world, DELIBERATION, give).await {
                Some(200..300) => return Ok(()),
                // The app of somebody else who uses this device.
                Some(503) => {}
                status => return Err(Stop::Refused(status)),
            }
        }
    }
    Err(Stop::Unreachable)
}

async fn status(world: &impl World, patience: u32, request: HttpRequest) -> Option<u16> {
    let request = HttpRequest {
        patience,
        ..request
    };
    world.send(request).await.ok().map(|answer| answer.status)
}

/// What a page does without anybody pressing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Looks for an app on this device.
    Probe,
    /// Tells the org that there is none.
    Report,
    /// Sends its form: only an extension of the platform's, or the lack of one, answers it.
    Send,
}

/// What the page on the screen does by itself, once, and what tells that from what others do. `probing` says whether this
/// deployment lets it look at the device's ports.
pub fn alone(flow: &Flow, probing: bool) -> Option<(String, Deed)> {
    let (transaction, shown) = flow.shown()?;
    let form = &shown.form;
    let challenge = transaction.challenge.as_ref();
    let reach = challenge.map(|challenge| challenge.reach);
    let deed = match (shown.step, reach) {
        (Step::DeviceChallengePoll | Step::ChallengePoll, Some(Reach::Loopback)) if probing => {
            Deed::Probe
        }
        (
            Step::DeviceChallengePoll | Step::ChallengePoll,
            Some(Reach::Loopback | Reach::Browser),
        ) => Deed::Report,
        (Step::AppleSsoExtension | Step::CancelTransaction, _)
            if form.is_empty() && !form.navigates =>
        {
            Deed::Send
        }
        _ => return None,
    };
    let request = challenge.map_or("", |challenge| challenge.text("challengeRequest"));
    Some(([form.href.as_str(), request].concat(), deed))
}

/// A transaction that was started or brought back.
pub struct Entered {
    /// What is to be stored of it.
    pub attempt: Attempt,
    /// Its current page.
    pub progress: Progress,
}

/// Starts a transaction: interact, introspect, and on to what the person came for where the org offers it. By [`Route::Hosted`] nothing is sent: it stops with the address of the org's own
/// page to go to.
///
/// # Errors
/// [`Failure`] names which of the calls failed.
pub async fn start(
    world: &impl World,
    config: &Config,
    purpose: Purpose,
    route: Route,
    asked: &Asked,
) -> Result<Entered, Failure> {
    let mut random = [0; Attempt::RANDOM];
    world.random(&mut random)?;
    let mut attempt = Attempt::new(purpose, &random);
    attempt.route = route;
    let digest = world.sha256(attempt.verifier.expose().as_bytes()).await?;
    let mut request = attempt.start(config, &digest, asked);
    if route == Route::Hosted {
        let progress = Progress::Stopped(Transaction::away(request.url));
        return Ok(Entered { attempt, progress });
    }
    request.cookies = cookies(config, purpose);
    let answer = world.send(request).await?;
    match Attempt::interaction_handle(&answer) {
        Ok(handle) => attempt.handle = Some(handle),
        Err(refusal) => {
            let progress = match end_of(&refusal, asked) {
                Some(progress) => progress,
                None if attempt.acr.is_some() => {
                    return Err(Failure::Start(refusal.of_an_assurance()));
                }
                None => return Err(Failure::Start(refusal)),
            };
            return Ok(Entered { attempt, progress });
        }
    }
    enter(world, config, attempt).await
}

/// Whether a start knows the browser: only where somebody comes to sign in. Who makes an account or has lost the way in is
/// not the one whom the org remembers (protocol reference, T23).
fn cookies(config: &Config, purpose: Purpose) -> bool {
    config.cookies && purpose == Purpose::SignIn
}

/// The end that a refusal to start means: a mail's link that opens nothing, or an assurance that nobody can give (protocol
/// reference, 1.3, 5.3 and 5.9).
fn end_of(refusal: &Refusal, asked: &Asked) -> Option<Progress> {
    let idx::Error::OAuth { code, description } = &refusal.error else {
        return None;
    };
    let wished = |name: &str| asked.wish(name).is_some();
    let key = match code.as_str() {
        "invalid_request" if wished("activation_token") => "idx.missing.activation.token",
        "invalid_request" if wished("recovery_token") => "idx.invalid.forgot.password.token",
        "unmet_authentication_requirements" => "oie.assurance.unsatisfiable",
        _ => return None,
    };
    let id = refusal.request_id.clone();
    Some(Progress::Stopped(Transaction::ended(key, description, id)))
}

/// Takes up a device's activation by the state token in the address (protocol reference, 4.1, `user-code`). Anybody can send
/// somebody such an address, with the token of a transaction of their own (RFC 9700, section 4.7): so this goes on only where
/// the org asks for a device's code first. `code` is what the address names as that code.
///
/// # Errors
/// [`Failure::NoActivation`] if the token is of another transaction, or of none any more. [`Failure`] if the org cannot be
/// asked.
pub async fn activate(
    world: &impl World,
    config: &Config,
    token: Secret,
    code: Option<String>,
) -> Result<Entered, Failure> {
    let mut random = [0; Attempt::RANDOM];
    world.random(&mut random)?;
    let mut attempt = Attempt::of_state_token(token, &random);
    let code = code.map(|code| ("userCode".to_owned(), code));
    attempt.kept.extend(code);
    let entered = enter(world, config, attempt).await?;
    match entered.progress {
        Progress::Asked(ref transaction) if begins_with_a_code(transaction) => Ok(entered),
        // The org is busy or unwell: that says nothing of the token.
        Progress::Stopped(end) if end.passes() => Err(Failure::Passing {
            messages: end.messages,
            retry_after: end.retry_after,
            request_id: end.request_id,
        }),
        _ => Err(Failure::NoActivation),
    }
}

/// Whether the foremost thing that the org asks for is a device's code.
fn begins_with_a_code(transaction: &Transaction) -> bool {
    let first = transaction.remediations.first();
    first.is_some_and(|first| first.step == Step::UserCode)
}

/// Brings a transaction back by its interaction handle, and on to what the person came for if it stands at its beginning.
///
/// # Errors
/// [`Failure`] if the org cannot be asked.
pub async fn enter(
    world: &impl World,
    config: &Config,
    attempt: Attempt,
) -> Result<Entered, Failure> {
    let handle = attempt.handle.clone().unwrap_or_default();
    let mut request = idx::introspect(config.org(), &handle, attempt.route == Route::StateToken);
    request.cookies = cookies(config, attempt.purpose);
    let progress = receive(world.send(request).await?)?;
    let progress = match (progress, attempt.purpose) {
        (Progress::Asked(transaction), purpose) if purpose != Purpose::SignIn => {
            onward(world, config, transaction, purpose).await?
        }
        (progress, _) => progress,
    };
    Ok(Entered { attempt, progress })
}

/// From the first page to the one that a purpose means. Where the org has no such page, the first one says so.
async fn onward(
    world: &impl World,
    config: &Config,
    mut transaction: Transaction,
    purpose: Purpose,
) -> Result<Progress, Failure> {
    let Some(first) = transaction.find(Step::Identify) else {
        return Ok(Progress::Asked(transaction));
    };
    // Where the name comes first, the way to recover comes after it (protocol reference, 5.3).
    let name_first = first.form.field("credentials.passcode").is_none();
    let of = |step: Step| transaction.find(step).map(|found| &found.form);
    let (form, missing) = match purpose {
        Purpose::SignIn => (None, None),
        Purpose::SignUp => (
            of(Step::SelectEnrollProfile),
            Some("oie.registration.is.not.enabled"),
        ),
        Purpose::Unlock => (
            of(Step::UnlockAccount),
            Some("oie.selfservice.user.unlock.not.allowed"),
        ),
        Purpose::Recover => (
            transaction.recover.as_ref(),
            Some("oie.forgot.password.is.not.enabled").filter(|_| !name_first),
        ),
    };
    if let (None, Some(key)) = (form, missing) {
        transaction
            .messages
            .push(Message::ours(Class::Warning, key, ""));
        return Ok(Progress::Asked(transaction));
    }
    match form {
        Some(form) if form.is_empty() => {
            answer(
                world,
                config,
                transaction.handle.as_ref(),
                form,
                &Answers::new(),
            )
            .await
        }
        _ => Ok(Progress::Asked(transaction)),
    }
}

/// Sends a form with what the person answered.
///
/// # Errors
/// [`Failure`] if the answer is no step of a transaction.
pub async fn answer(
    world: &impl Transport,
    config: &Config,
    handle: Option<&Secret>,
    form: &Form,
    answers: &Answers,
) -> Result<Progress, Failure> {
    let mut request = form
        .request(config.org(), handle, answers)
        .map_err(|error| Failure::Idx {
            error,
            status: 0,
            request_id: None,
            retry_after: None,
        })?;
    request.cookies = config.cookies;
    receive(world.send(request).await?)
}

fn receive(response: HttpResponse) -> Result<Progress, Failure> {
    Transaction::receive(&response).map_err(|error| Failure::Idx {
        error,
        status: response.status,
        request_id: response.request_id.clone(),
        retry_after: response.retry_after,
    })
}

/// The step of a transaction that a mail's link answers, and the answer (protocol reference, 5.7).
pub fn carry<'a>(transaction: &'a Transaction, code: &str) -> Option<(&'a Form, Answers)> {
    let asked = transaction.remediations.iter().find(|remediation| {
        matches!(
            remediation.step,
            Step::ChallengeAuthenticator | Step::EnrollAuthenticator
        ) && remediation
            .about
            .as_ref()
            .is_some_and(|about| about.kind == idx::Kind::Email)
    })?;
    let field = asked.form.shown().into_iter().next()?;
    Some((&asked.form, Answers::new().with(field.path.clone(), code)))
}

/// Where an opened address leads within a transaction: which remediation is shown, or which one is sent to get there.
pub fn navigate(transaction: &Transaction, address: &Address) -> Option<Result<usize, usize>> {
    address
        .within(transaction)
        .map(Ok)
        .or_else(|| address.towards(transaction).map(Err))
}
