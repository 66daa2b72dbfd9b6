//! Somebody who visits the app, without a browser: the flow, the pages' content and the simulated org, in memory.

#![allow(dead_code, unreachable_pub, reason = "each story uses a part of it")]

pub mod abroad;

pub mod key;

pub mod traced;

pub mod trail;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use org::{Dropped, Org, Settings};
use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use vestibule::config::Config;
use vestibule::flow::{
    self, Address, Ended, Entered, Event, Failure, Flow, Memory, Phase, Session, Way, World,
};
use vestibule::http::{HttpRequest, HttpResponse, Transport, Unreachable};
use vestibule::idx::{Answers, Progress};
use vestibule::oauth::{Asked, Attempt, Claims, Key, ProofKey, Purpose, Route, Tokens};
use vestibule::pages::{self, Action, Card, Part, Press};
use vestibule::secret::Secret;

pub const ORG: &str = "http://localhost:8081";
pub const APP: &str = "http://localhost:8080";

/// The org as the world outside.
pub struct Near {
    org: Org,
    online: Cell<bool>,
    /// Everything that went over the wire.
    exchange: RefCell<Vec<(HttpRequest, HttpResponse)>>,
    /// By how many seconds its clock is ahead of the time.
    off: Cell<i64>,
    /// What it proves itself with.
    proves: p256::ecdsa::SigningKey,
    /// What its keys are called.
    keys: RefCell<BTreeSet<String>>,
    /// The org's cookies, by name.
    jar: RefCell<Vec<(String, String)>>,
}

impl Near {
    /// What the browser says of itself to the org, where it may.
    fn cookies(&self) -> String {
        let jar = self.jar.borrow();
        let pairs = jar.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Takes the cookies of an answer; an empty one is gone.
    fn takes(&self, headers: &axum::http::HeaderMap) {
        let mut jar = self.jar.borrow_mut();
        for set in headers.get_all("set-cookie") {
            let pair = set.to_str().unwrap_or_default();
            let pair = pair.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                jar.retain(|(known, _)| known != name);
                if !value.is_empty() {
                    jar.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
}

impl Transport for Near {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        if !self.online.get() {
            return Err(Unreachable::Network);
        }
        let asked = request.clone();
        let mut builder = Request::builder()
            .method(request.method.name())
            .uri(
                request
                    .url
                    .strip_prefix(ORG)
                    .expect("a request goes to the org and nowhere else"),
            )
            .header("host", "localhost:8081")
            .header("origin", APP)
            .header("accept", request.accept);
        let known = self.cookies();
        if request.cookies && !known.is_empty() {
            builder = builder.header("cookie", known);
        }
        if let Some(kind) = request.content_type {
            builder = builder.header("content-type", kind);
        }
        if let Some(authorization) = &request.authorization {
            builder = builder.header("authorization", authorization.expose());
        }
        if let Some(proof) = &request.proof {
            builder = builder.header("dpop", proof.expose());
        }
        let body = request
            .body
            .map(|body| body.expose().to_owned())
            .unwrap_or_default();
        let sent = builder
            .body(Body::from(body))
            .expect("the request is well-formed");
        let answer = self
            .org
            .router()
            .oneshot(sent)
            .await
            .expect("a router answers");
        if answer.extensions().get::<Dropped>().is_some() {
            return Err(Unreachable::Network);
        }
        if request.cookies {
            self.takes(answer.headers());
        }
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let (request_id, retry_after) = (header("x-okta-request-id"), header("retry-after"));
        let date = header("date").and_then(|date| httpdate::parse_http_date(&date).ok());
        let date = date.and_then(|date| Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs()));
        let (nonce, challenge) = (header("dpop-nonce"), header("www-authenticate"));
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), usize::MAX)
            .await
            .map_err(|_| Unreachable::Network)?;
        let answer = HttpResponse {
            status,
            request_id,
            retry_after: retry_after.and_then(|seconds| seconds.parse().ok()),
            date,
            nonce,
            challenge,
            body: Secret::new(String::from_utf8_lossy(&body)),
        };
        self.exchange.borrow_mut().push((asked, answer.clone()));
        Ok(answer)
    }
}

impl World for Near {
    async fn sha256(&self, bytes: &[u8]) -> Result<[u8; 32], Failure> {
        Ok(Sha256::digest(bytes).into())
    }

    async fn verifies(&self, key: &Key, signed: &[u8], signature: &[u8]) -> Result<bool, Failure> {
        Ok(verifies(key, signed, signature))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), Failure> {
        getrandom::fill(bytes).map_err(|_| Failure::Insecure)
    }

    async fn proof_key(&self, name: &str) -> Result<ProofKey, Failure> {
        self.keys.borrow_mut().insert(name.to_owned());
        let point = self.proves.verifying_key().to_encoded_point(false);
        let part = |part: Option<&p256::FieldBytes>| {
            Base64UrlUnpadded::encode_string(part.map_or(&[][..], |part| part.as_slice()))
        };
        Ok(ProofKey {
            x: part(point.x()),
            y: part(point.y()),
        })
    }

    async fn signs(&self, _: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let signature: p256::ecdsa::Signature = self.proves.sign(bytes);
        Ok(signature.to_bytes().to_vec())
    }

    async fn forget_proof_key(&self, name: &str) {
        self.keys.borrow_mut().remove(name);
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        now.saturating_add_signed(self.off.get().saturating_mul(1000))
    }
}

/// Whether an RSA signature with SHA-256 is right.
pub fn verifies(key: &Key, signed: &[u8], signature: &[u8]) -> bool {
    let number = |text: &str| {
        Base64UrlUnpadded::decode_vec(text).map(|bytes| rsa::BigUint::from_bytes_be(&bytes))
    };
    let (Ok(n), Ok(e)) = (number(&key.n), number(&key.e)) else {
        return false;
    };
    let Ok(key) = rsa::RsaPublicKey::new(n, e) else {
        return false;
    };
    let scheme = rsa::Pkcs1v15Sign::new::<Sha256>();
    key.verify(scheme, &Sha256::digest(signed), signature)
        .is_ok()
}

/// A key pair of one's own.
fn a_key() -> p256::ecdsa::SigningKey {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the machine has chance");
    p256::ecdsa::SigningKey::from_slice(&bytes).expect("nearly every number is a key")
}

/// A visitor.
pub struct Visitor {
    world: Near,
    config: Config,
    flow: RefCell<Flow>,
    /// What the tab's storage holds: all that outlives a reload.
    stored: RefCell<Option<String>>,
    tokens: RefCell<Option<Tokens>>,
    /// The steps so far, and how much of the exchange they cover.
    trail: RefCell<Vec<String>>,
    traced: Cell<usize>,
    memory: Memory,
}

impl Visitor {
    /// Somebody in front of an org of that policy.
    pub fn of(policy: &str) -> Self {
        Self::with(
            policy,
            r#"{"issuer":"http://localhost:8081/oauth2/default","clientId":"vestibule"}"#,
        )
    }

    /// The same with a configuration of one's own.
    pub fn with(policy: &str, config: &str) -> Self {
        let settings = Settings::new(ORG, APP)
            .policy(policy)
            .expect("the org knows the policy");
        Self {
            world: Near {
                org: Org::new(settings),
                online: Cell::new(true),
                exchange: RefCell::default(),
                proves: a_key(),
                keys: RefCell::default(),
                off: Cell::new(0),
                jar: RefCell::new(Vec::new()),
            },
            config: Config::parse(config, &format!("{APP}/")).expect("the configuration is right"),
            flow: RefCell::new(Flow::default()),
            stored: RefCell::new(None),
            tokens: RefCell::new(None),
            trail: RefCell::default(),
            traced: Cell::new(0),
            memory: Memory::default(),
        }
    }

    pub fn org(&self) -> &Org {
        &self.world.org
    }

    /// Everything that went over the wire so far, oldest first.
    pub fn exchange(&self) -> Vec<(HttpRequest, HttpResponse)> {
        self.world.exchange.borrow().clone()
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn goes_offline(&self, offline: bool) {
        self.world.online.set(!offline);
    }

    /// Comes to sign in, to sign up, and so on.
    pub async fn comes_to(&self, purpose: Purpose) {
        self.flow.borrow_mut().apply(Event::Starting(purpose));
        let entered = flow::start(
            &self.world,
            &self.config,
            purpose,
            Route::Here,
            &Asked::default(),
        )
        .await;
        self.entered(entered).await;
    }

    /// Loads the page anew: what is not stored is lost.
    pub async fn reloads(&self) {
        let stored = self
            .stored
            .borrow()
            .clone()
            .expect("a transaction is stored");
        let attempt = Attempt::read(&stored).expect("what is stored is whole");
        *self.flow.borrow_mut() = Flow::default();
        self.flow
            .borrow_mut()
            .apply(Event::Starting(attempt.purpose));
        let entered = flow::enter(&self.world, &self.config, attempt).await;
        self.entered(entered).await;
    }

    /// Types this without sending it, and loads the page anew.
    pub async fn types_and_reloads(&self, controls: &[(&str, &str)]) {
        let raw = |name: &str| {
            let typed = controls.iter().find(|(known, _)| *known == name);
            typed.map(|(_, value)| Secret::new(*value))
        };
        let draft = pages::draft(&self.page(), &raw);
        let stored = self.stored.borrow().clone();
        let mut attempt = stored
            .as_deref()
            .and_then(Attempt::read)
            .expect("a transaction is stored");
        attempt.kept = draft;
        let kept = attempt.kept.clone();
        *self.stored.borrow_mut() = Some(attempt.write());
        self.reloads().await;
        self.flow.borrow_mut().apply(Event::Kept(kept));
    }

    async fn entered(&self, entered: Result<Entered, Failure>) {
        self.notes_the_start();
        match entered {
            Ok(Entered { attempt, progress }) => {
                self.flow.borrow_mut().apply(Event::ByLink(attempt.by_link));
                *self.stored.borrow_mut() = Some(attempt.write());
                self.finish(Way::Pressed, Ok(progress)).await;
            }
            Err(failure) => {
                self.flow
                    .borrow_mut()
                    .apply(Event::Answered(Way::Pressed, Err(failure)));
                self.notes_the_page();
            }
        }
    }

    /// Fills in the form and presses its button. Controls that are not named keep what they begin with.
    pub async fn sends(&self, controls: &[(&str, &str)]) {
        let card = self.page();
        let begins = beginnings(&card.parts);
        let raw = |name: &str| {
            let typed = controls
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned());
            let kept = || self.flow.borrow().kept(name).map(str::to_owned);
            let begin = || {
                begins
                    .iter()
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value.clone())
            };
            typed.or_else(kept).or_else(begin).map(Secret::new)
        };
        let checked = match pages::check(&card, &raw) {
            Ok(checked) => checked,
            Err(found) => {
                self.flow.borrow_mut().apply(Event::Refused(found));
                return self.notes_the_page();
            }
        };
        self.flow.borrow_mut().apply(Event::Kept(checked.kept));
        let form = self
            .flow
            .borrow()
            .shown()
            .map(|(_, shown)| shown.form.clone())
            .expect("there is a form");
        self.send(&form, &checked.answers, Way::Pressed).await;
    }

    /// Sends the form on the page with one answer, as a script of somebody else would that shares the page.
    pub async fn answers(&self, path: &str, text: &str) {
        let form = self
            .flow
            .borrow()
            .shown()
            .map(|(_, shown)| shown.form.clone());
        let form = form.expect("there is a form");
        self.send(&form, &Answers::new().with(path, text), Way::Pressed)
            .await;
    }

    /// Chooses the authenticator of that name and presses Next.
    pub async fn chooses(&self, label: &str) {
        let value = self.page().parts.iter().find_map(|part| match part {
            Part::Radios { name, options, .. } if name == "authenticator" => options
                .iter()
                .find(|option| option.label == label)
                .map(|option| option.value.clone()),
            _ => None,
        });
        let value = value.unwrap_or_else(|| panic!("no {label} on {:?}", self.page()));
        self.sends(&[("authenticator", &value)]).await;
    }

    /// Presses a button or a link.
    pub async fn presses(&self, label: &str) {
        let card = self.page();
        let button = card
            .others
            .iter()
            .chain(&card.links)
            .find(|button| button.label == label);
        let press = button
            .unwrap_or_else(|| panic!("no {label} on {card:?}"))
            .press
            .clone();
        self.does(press).await;
    }

    /// Presses the button that lets the browser ask for a key.
    pub async fn performs(&self, label: &str, key: &mut key::Key) {
        let card = self.page();
        let button = card.others.iter().find(|button| button.label == label);
        let Some(Press::Perform(at)) = button.map(|button| button.press.clone()) else {
            panic!("no {label} for a key on {card:?}")
        };
        let (form, answers) = {
            let flow = self.flow.borrow();
            let transaction = flow.transaction().expect("a transaction");
            let asked = &transaction.remediations[at];
            let ceremony = asked.ceremony.as_ref().expect("a ceremony");
            (asked.form.clone(), key.performs(ceremony))
        };
        self.send(&form, &answers, Way::Pressed).await;
    }

    /// Asks for a new code.
    pub async fn asks_for_a_new_code(&self) {
        assert!(self.page().resend, "the page can send a new code");
        self.does(Press::Act(Action::Resend)).await;
    }

    async fn does(&self, press: Press) {
        let form = {
            let flow = self.flow.borrow();
            let transaction = flow.transaction();
            match &press {
                Press::Send(at) => transaction
                    .and_then(|found| found.remediations.get(*at))
                    .map(|found| found.form.clone()),
                Press::Act(Action::Resend) => transaction.and_then(|found| found.resend.clone()),
                Press::Act(Action::Recover) => transaction.and_then(|found| found.recover.clone()),
                _ => None,
            }
        };
        if let Press::Answer(path, value) = &press {
            let shown = self
                .flow
                .borrow()
                .shown()
                .map(|(_, shown)| shown.form.clone());
            let answers = Answers::new().with(path.as_str(), value.as_str());
            return self
                .send(&shown.expect("there is a form"), &answers, Way::Pressed)
                .await;
        }
        match (press, form) {
            (press, Some(form)) => {
                if form.name == "skip" {
                    self.notes("skip".to_owned());
                }
                let way = if press == Press::Act(Action::Resend) {
                    Way::Resent
                } else {
                    Way::Pressed
                };
                self.send(&form, &Answers::new(), way).await;
            }
            (Press::Show(at), None) => {
                self.flow.borrow_mut().apply(Event::Shown(at));
                self.notes_the_page();
            }
            (Press::Start(purpose), None) => self.comes_to(purpose).await,
            (Press::Again, None) => {
                let purpose = self.flow.borrow().purpose;
                self.comes_to(purpose).await;
            }
            (press, None) => panic!("{press:?} is a browser's business"),
        }
    }

    /// Lets the page ask once whether something happened elsewhere.
    pub async fn waits_for_a_poll(&self) {
        let (form, handle) = {
            let flow = self.flow.borrow();
            let (form, _) = flow.polling().expect("the page polls");
            (
                form.clone(),
                flow.transaction()
                    .and_then(|transaction| transaction.handle.clone()),
            )
        };
        let progress = flow::answer(
            &self.world,
            &self.config,
            handle.as_ref(),
            &form,
            &Answers::new(),
        )
        .await
        .expect("the org answers");
        match progress {
            granted @ Progress::Granted(_) => self.finish(Way::Pressed, Ok(granted)).await,
            progress => self.flow.borrow_mut().apply(Event::Polled(progress)),
        }
    }

    async fn send(&self, form: &vestibule::idx::Form, answers: &Answers, way: Way) {
        let handle = self
            .flow
            .borrow()
            .transaction()
            .and_then(|transaction| transaction.handle.clone());
        self.flow.borrow_mut().apply(Event::Sent);
        let answer = flow::answer(&self.world, &self.config, handle.as_ref(), form, answers).await;
        self.finish(way, answer).await;
    }

    async fn finish(&self, way: Way, answer: Result<Progress, Failure>) {
        self.ends(way, answer).await;
        self.notes_the_page();
    }

    async fn ends(&self, way: Way, answer: Result<Progress, Failure>) {
        let code = match answer {
            Ok(Progress::Granted(code)) => code,
            answer => return self.flow.borrow_mut().apply(Event::Answered(way, answer)),
        };
        let attempt = self
            .stored
            .borrow_mut()
            .take()
            .and_then(|text| Attempt::read(&text))
            .expect("an attempt is stored");
        match flow::exchange(&self.world, &self.config, &self.memory, &attempt, &code).await {
            Ok((tokens, claims)) => {
                let ahead = tokens.ahead;
                *self.tokens.borrow_mut() = Some(tokens);
                self.flow
                    .borrow_mut()
                    .apply(Event::Arrived(Some(Session { claims, ahead })));
            }
            Err(failure) => self.flow.borrow_mut().apply(Event::Failed(failure)),
        }
    }

    /// Comes to the first page of all, as nobody.
    pub fn is_home(&self) {
        self.flow.borrow_mut().apply(Event::Arrived(None));
    }

    /// The access token, where somebody is signed in.
    pub fn access_token(&self) -> Option<Secret> {
        self.tokens
            .borrow()
            .as_ref()
            .map(|tokens| tokens.access.clone())
    }

    /// The tokens, where somebody is signed in.
    pub fn tokens(&self) -> Option<Tokens> {
        self.tokens.borrow().clone()
    }

    /// Puts other tokens in their place.
    pub fn has(&self, tokens: Tokens) {
        *self.tokens.borrow_mut() = Some(tokens);
    }

    /// Renews the tokens.
    pub async fn renews(&self) -> Result<Claims, Failure> {
        let before = self.tokens().expect("somebody is signed in");
        let (tokens, claims) =
            flow::renew(&self.world, &self.config, &self.memory, &before).await?;
        *self.tokens.borrow_mut() = Some(tokens);
        Ok(claims)
    }

    /// Asks something with the access token.
    pub async fn fetches(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let tokens = self.tokens().expect("somebody is signed in");
        flow::authorized(&self.world, &self.config, &self.memory, &tokens, request).await
    }

    /// Will prove nothing any more with the key that these tokens are bound to.
    pub async fn forgets_the_key_of(&self, tokens: &Tokens) {
        flow::forget_key(&self.world, &self.config, tokens).await;
    }

    /// How many keys to prove anything with this browser has.
    pub fn keys(&self) -> usize {
        self.world.keys.borrow().len()
    }

    /// The clock of the device is so many seconds ahead.
    pub fn clock_is_off(&self, seconds: i64) {
        self.world.off.set(seconds);
    }

    /// Signs out.
    pub async fn signs_out(&self) {
        let tokens = self
            .tokens
            .borrow_mut()
            .take()
            .expect("somebody is signed in");
        self.flow.borrow_mut().apply(Event::Ended(Ended::SignedOut));
        flow::revoke(&self.world, &self.config, &tokens).await;
    }

    /// The page.
    pub fn page(&self) -> Card {
        pages::card(&self.flow.borrow(), &self.config)
    }

    /// The remediation on the page.
    pub fn step(&self) -> String {
        self.page().step
    }

    /// The address of the page.
    pub fn address(&self) -> String {
        self.flow
            .borrow()
            .address()
            .as_ref()
            .map(Address::path)
            .unwrap_or_default()
    }

    /// What going back (or forward) to an address means: `Ok` shows a step of the same answer, `Err` sends a press, `None`
    /// is a step that is over.
    pub fn travels_to(&self, path: &str) -> Option<Result<String, String>> {
        let flow = self.flow.borrow();
        let transaction = flow.transaction().expect("a transaction is under way");
        let name = |at: usize| {
            transaction
                .remediations
                .get(at)
                .map(|found| found.form.name.clone())
                .unwrap_or_default()
        };
        flow::navigate(transaction, &Address::parse(path)).map(|way| way.map(name).map_err(name))
    }

    /// The labels of the authenticators to choose from.
    pub fn choices(&self) -> Vec<String> {
        let parts = self.page().parts;
        let options = parts.iter().find_map(|part| match part {
            Part::Radios { name, options, .. } if name == "authenticator" => Some(options),
            _ => None,
        });
        options
            .map(|options| options.iter().map(|option| option.label.clone()).collect())
            .unwrap_or_default()
    }

    /// Whether there is a button or link of that name.
    pub fn sees_button(&self, label: &str) -> bool {
        let card = self.page();
        card.others
            .iter()
            .chain(&card.links)
            .any(|button| button.label == label)
    }

    /// What is wrong, as `path: words`, or the words alone.
    pub fn problems(&self) -> Vec<String> {
        let line = |problem: pages::Problem| match problem.path {
            Some(path) => format!("{path}: {}", problem.words),
            None => problem.words,
        };
        pages::problems(&self.flow.borrow())
            .into_iter()
            .map(line)
            .collect()
    }

    /// What else is said.
    pub fn notices(&self) -> Vec<String> {
        pages::notices(&self.flow.borrow())
            .into_iter()
            .map(|notice| notice.words)
            .collect()
    }

    /// What a control begins with.
    pub fn kept(&self, path: &str) -> Option<String> {
        self.flow.borrow().kept(path).map(str::to_owned)
    }

    /// Whether somebody is signed in, and who.
    pub fn signed_in_as(&self) -> Option<String> {
        match &self.flow.borrow().phase {
            Phase::Home(Some(session)) => session.claims.text("email").map(str::to_owned),
            _ => None,
        }
    }

    /// Why no step could be had.
    pub fn failure(&self) -> Option<Failure> {
        match &self.flow.borrow().phase {
            Phase::Failed(failure) => Some(failure.clone()),
            _ => None,
        }
    }

    /// Whether the page asks the org again and again.
    pub fn polls(&self) -> bool {
        self.flow.borrow().polling().is_some()
    }

    /// What the org's console answers.
    pub async fn console(
        &self,
        method: &str,
        path: &str,
        body: serde_json::Value,
    ) -> serde_json::Value {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost:8081")
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("the request is well-formed");
        let answer = self
            .org()
            .router()
            .oneshot(request)
            .await
            .expect("a router answers");
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), usize::MAX)
            .await
            .expect("an answer");
        assert!(
            status.is_success(),
            "{path}: {status} {}",
            String::from_utf8_lossy(&bytes)
        );
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// The code of the newest message to somebody.
    pub fn code_for(&self, to: &str) -> String {
        let inbox = self.org().inbox();
        let mail = inbox.iter().rev().find(|mail| mail.to == to);
        mail.unwrap_or_else(|| panic!("nothing came for {to}"))
            .code
            .clone()
    }

    /// Another browser at the same org: it shares nothing with this one.
    pub fn beside(&self) -> Self {
        Self {
            world: Near {
                org: self.org().clone(),
                online: Cell::new(true),
                exchange: RefCell::default(),
                proves: a_key(),
                keys: RefCell::default(),
                off: Cell::new(0),
                jar: RefCell::new(Vec::new()),
            },
            config: self.config.clone(),
            flow: RefCell::new(Flow::default()),
            stored: RefCell::new(None),
            tokens: RefCell::new(None),
            traced: Cell::new(0),
            trail: RefCell::default(),
            memory: Memory::default(),
        }
    }

    /// Becomes the copy of a tab: what that one stores, and the page that it shows.
    pub async fn takes_over(&self, other: &Self) {
        *self.stored.borrow_mut() = other.stored.borrow().clone();
        self.reloads().await;
    }

    /// How many messages somebody has.
    pub fn messages_for(&self, to: &str) -> usize {
        self.org()
            .inbox()
            .iter()
            .filter(|mail| mail.to == to)
            .count()
    }

    /// Whether anything of the transaction is left in storage.
    pub fn has_something_stored(&self) -> bool {
        self.stored.borrow().is_some()
    }

    /// The transaction that a reload would take up.
    pub fn stored_attempt(&self) -> Option<Attempt> {
        Attempt::read(self.stored.borrow().as_deref()?)
    }

    /// Up to the list of authenticators.
    pub async fn signs_up(&self, email: &str) {
        self.comes_to(Purpose::SignUp).await;
        self.sends(&[
            ("userProfile.firstName", "Ada"),
            ("userProfile.lastName", "Lovelace"),
            ("userProfile.email", email),
        ])
        .await;
    }

    /// Through the list to a password.
    pub async fn sets_password(&self, password: &str) {
        self.chooses("Password").await;
        self.sends(&[("credentials.passcode", password), ("confirm", password)])
            .await;
    }
}

/// What a page's controls hold before anybody touches them.
fn beginnings(parts: &[Part]) -> Vec<(String, String)> {
    parts
        .iter()
        .filter_map(|part| match part {
            Part::Input(input) => Some((input.name.clone(), input.value.clone()?)),
            Part::Radios { name, chosen, .. } | Part::Select { name, chosen, .. } => {
                Some((name.clone(), chosen.clone()?))
            }
            Part::Phone { .. } => Some(("country".to_owned(), "US".to_owned())),
            _ => None,
        })
        .collect()
}
