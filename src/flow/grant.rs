//! The authorization server: from a code to tokens, from tokens to newer ones, requests with them, and their end.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::Poll;

use super::{Failure, World};
use crate::config::Config;
use crate::http::{HttpRequest, HttpResponse, Transport};
use crate::oauth::{
    self, Attempt, Challenge, Claims, Expected, IdToken, Key, Proof, Refusal, Route, Server,
    Servers, Tie, TokenError, Tokens,
};
use crate::secret::Secret;

/// What is known of the authorization server from one request to the next, as long as the page lives.
#[derive(Default)]
pub struct Memory {
    /// Its public keys, as they were published last.
    keys: RefCell<String>,
    /// What proofs for it and for resources have to go by.
    servers: RefCell<Servers>,
    /// By how many seconds its clock is ahead of this device's.
    ahead: Cell<i64>,
}

impl Memory {
    /// Takes over what was measured in an earlier page.
    pub fn measured(&self, ahead: i64) {
        self.ahead.set(ahead);
    }
}

/// Exchanges the code for tokens and believes them only if everything about them is right (protocol reference, 1.4 and
/// 1.6).
///
/// # Errors
/// [`Failure::Exchange`] if the code is refused, [`Failure::Token`] if a token is wrong; then nothing may be stored.
/// [`Failure::ActivationSignsIn`] if the code came of a device's activation; then it is not sent.
pub async fn exchange(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    attempt: &Attempt,
    code: &Secret,
) -> Result<(Tokens, Claims), Failure> {
    // Who began such a transaction is not known, so nobody may be signed in by it (RFC 9700, section 4.7).
    if attempt.route == Route::StateToken {
        return Err(Failure::ActivationSignsIn);
    }
    let mut id = [0; 16];
    world.random(&mut id)?;
    let name = oauth::name_of(&id);
    let request = oauth::exchange(config, code, attempt);
    let answer = proven(world, config, memory, request, &name, None).await;
    let begun = match &answer {
        Ok(answer) => begin(world, config, memory, attempt, answer, name.clone()).await,
        Err(failure) => Err(failure.clone()),
    };
    if begun.is_err() {
        // The code is spent, so nobody will ever use what came for it.
        if let Ok(answer) = &answer {
            revoke_all(world, config, &oauth::given(answer.body.expose())).await;
        }
        if config.dpop {
            world.forget_proof_key(&key_name(config, &name)).await;
        }
    }
    begun
}

/// The session that an answer to the exchange begins, if it is to be believed. `name` is its name, and its key's.
async fn begin(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    attempt: &Attempt,
    answer: &HttpResponse,
    name: String,
) -> Result<(Tokens, Claims), Failure> {
    let mut secret = [0; 32];
    world.random(&mut secret)?;
    let mut tokens = match Tokens::read(answer.body.expose(), world.now() / 1000) {
        Some(tokens) => tokens.map_err(Failure::Token)?,
        None => return Err(Failure::Exchange(Refusal::read(answer))),
    };
    if tokens.bound {
        tokens.key.clone_from(&name);
    }
    tokens.session = name;
    tokens.secret = oauth::secret_of(&secret);
    tokens.hosted = attempt.route == Route::Hosted;
    let tie = Tie::SignIn {
        nonce: &attempt.nonce,
        acr: attempt.acr.as_deref(),
        max_age: attempt.max_age,
    };
    let claims = believe(world, config, memory, &mut tokens, answer.date, tie).await?;
    Ok((tokens, claims))
}

/// Renews tokens (protocol reference, 1.5). The refresh token that was sent may be worthless from then on, whether or not
/// the answer comes; for a short while the org gives it again.
///
/// # Errors
/// [`Failure::Lapsed`] if there is nothing to renew them with, or the org has ended it. [`Failure::Token`] if what came is
/// not of the same person and sign-in. Any other one may pass.
pub async fn renew(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    before: &Tokens,
) -> Result<(Tokens, Claims), Failure> {
    let known = IdToken::stored(&before.id).ok_or(Failure::Token(TokenError::Malformed))?;
    let request = oauth::refresh(config, before).ok_or(Failure::Lapsed)?;
    // What the answer is checked with is had before: it comes once.
    if memory.keys.borrow().is_empty() {
        publish(world, config, memory).await?;
    }
    let answer = proven(world, config, memory, request, &before.key, None).await?;
    let renewed = take_up(world, config, memory, before, &known, &answer).await;
    if matches!(renewed, Err(Failure::Token(_))) {
        revoke_all(world, config, &oauth::given(answer.body.expose())).await;
    }
    renewed
}

/// The newer tokens that an answer brings, if they are to be believed.
async fn take_up(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    before: &Tokens,
    known: &Claims,
    answer: &HttpResponse,
) -> Result<(Tokens, Claims), Failure> {
    let mut tokens = match before.renewed(answer.body.expose(), world.now() / 1000) {
        Some(tokens) => tokens.map_err(Failure::Token)?,
        None => {
            let refusal = Refusal::read(answer);
            return Err(match refusal.is_final() {
                true => Failure::Lapsed,
                false => Failure::Exchange(refusal),
            });
        }
    };
    if tokens.id == before.id {
        bound(config, &tokens)?;
        return Ok((tokens, known.clone()));
    }
    let tie = Tie::Renewal(known);
    let claims = believe(world, config, memory, &mut tokens, answer.date, tie).await?;
    Ok((tokens, claims))
}

/// Believes newer tokens that another tab of the session tells of, see [`Tokens::tell`], by what a renewal is believed by. The
/// access token has to be the one that the ID token names; a refresh token is signed by nobody.
///
/// # Errors
/// [`Failure::Token`] if they are not newer, not of the same person, or not to be believed:
/// [`TokenError::AccessTokenHash`] also where the org gave no new ID token, which could tell. Any other one may pass.
pub async fn heard(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    before: &Tokens,
    told: &Secret,
) -> Result<(Tokens, Claims), Failure> {
    let malformed = || Failure::Token(TokenError::Malformed);
    let known = IdToken::stored(&before.id).ok_or_else(malformed)?;
    let mut tokens = before.heard(told).ok_or_else(malformed)?;
    // By the org's clock as the other tab has measured it. A time at which the token is not good is none that it could have.
    let now = (world.now() / 1000).saturating_add_signed(tokens.ahead);
    let tie = Tie::Heard(&known);
    let claims = believe(world, config, memory, &mut tokens, Some(now), tie).await?;
    Ok((tokens, claims))
}

/// Sends a request of the app's own with the access token, as the token wants to be presented.
///
/// # Errors
/// [`Failure::Unreachable`] if no answer came, [`Failure::Insecure`] if there is no key to prove anything with.
pub async fn authorized(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    tokens: &Tokens,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    proven(world, config, memory, request, &tokens.key, Some(tokens)).await
}

/// Makes the tokens worthless at the org, both at once, and says whether the org answered. A failure changes nothing: the
/// session ends here anyway.
pub async fn revoke(world: &impl Transport, config: &Config, tokens: &Tokens) -> bool {
    revoke_all(world, config, &tokens.revocable()).await
}

/// Forgets the key that the tokens are bound to, if they are: they are of no use any more.
pub async fn forget_key(world: &impl World, config: &Config, tokens: &Tokens) {
    if tokens.bound {
        let name = key_name(config, &tokens.key);
        world.forget_proof_key(&name).await;
    }
}

/// What the world calls a key of this deployment.
fn key_name(config: &Config, key: &str) -> String {
    [&config.namespace(), "|", key].concat()
}

/// All of them are on their way before one is answered: a page that is closed meanwhile has sent them.
async fn revoke_all(
    world: &impl Transport,
    config: &Config,
    tokens: &[(Secret, &'static str)],
) -> bool {
    let send = |(token, hint): &(Secret, &str)| {
        let request = oauth::revoke(config, token, hint);
        Box::pin(world.send(request))
    };
    let mut sent: Vec<_> = tokens.iter().map(send).collect();
    let mut answered = false;
    poll_fn(|context| {
        sent.retain_mut(|sent| match sent.as_mut().poll(context) {
            Poll::Ready(answer) => {
                answered |= answer.is_ok();
                false
            }
            Poll::Pending => true,
        });
        match sent.is_empty() {
            true => Poll::Ready(answered),
            false => Poll::Pending,
        }
    })
    .await
}

async fn believe(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    tokens: &mut Tokens,
    date: Option<u64>,
    tie: Tie<'_>,
) -> Result<Claims, Failure> {
    bound(config, tokens)?;
    let token = IdToken::parse(&tokens.id).map_err(Failure::Token)?;
    let key = key(world, config, memory, &token.kid).await?;
    if !world
        .verifies(&key, token.signed.expose().as_bytes(), &token.signature)
        .await?
    {
        return Err(Failure::Token(TokenError::Signature));
    }
    // The org's time, as near as it can be had: what its answer says, or when it made the tokens.
    let made = || oauth::made_at(&tokens.access).or_else(|| token.made());
    let local = world.now() / 1000;
    let now = date.or_else(made).unwrap_or(local);
    tokens.ahead = apart(now, local);
    let access_digest = world.sha256(tokens.access.expose().as_bytes()).await?;
    let claims = token
        .believe(&Expected {
            issuer: &config.issuer,
            client_id: &config.client_id,
            tie,
            now,
            access_digest: &access_digest,
        })
        .map_err(Failure::Token)?;
    // Of tokens that are not believed nothing is learned.
    memory.ahead.set(tokens.ahead);
    Ok(claims)
}

/// The tokens are bound to this browser's key if that is what the deployment wants, and only then (RFC 9449, section 5).
fn bound(config: &Config, tokens: &Tokens) -> Result<(), Failure> {
    match tokens.bound == config.dpop {
        true => Ok(()),
        false => Err(Failure::Token(TokenError::Unbound)),
    }
}

/// The org's key of that id. One that is not known yet may be new, and one that is not published yet may be soon.
async fn key(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    id: &str,
) -> Result<Key, Failure> {
    for _ in 0..2 {
        let known = oauth::key(&memory.keys.borrow(), id);
        if let Some(key) = known {
            return Ok(key);
        }
        publish(world, config, memory).await?;
    }
    oauth::key(&memory.keys.borrow(), id).ok_or(Failure::Token(TokenError::UnknownKey))
}

/// Asks for the org's keys as they are now.
async fn publish(world: &impl World, config: &Config, memory: &Memory) -> Result<(), Failure> {
    let request = HttpRequest::get(config.endpoint("/v1/keys"));
    let answer = world.send(request).await?;
    // Busy or unwell: that says nothing of the keys.
    if answer.status != 200 {
        let refusal = Refusal::read(&answer);
        return Err(Failure::Start(Refusal {
            setting: None,
            ..refusal
        }));
    }
    memory.keys.replace(answer.body.expose().to_owned());
    Ok(())
}

/// Sends a request with a proof, where proofs are wanted, and once more where the server names a nonce or its clock shows
/// that this device's is wrong (RFC 9449, sections 8 and 9).
async fn proven(
    world: &impl World,
    config: &Config,
    memory: &Memory,
    mut request: HttpRequest,
    key: &str,
    tokens: Option<&Tokens>,
) -> Result<HttpResponse, Failure> {
    let mut digest = None;
    if let Some(tokens) = tokens {
        let header = [tokens.scheme(), " ", tokens.access.expose()].concat();
        request.authorization = Some(Secret::new(header));
        digest = Some(tokens.access.expose().as_bytes());
    }
    if !tokens.map_or(config.dpop, |tokens| tokens.bound) {
        return Ok(world.send(request).await?);
    }
    let digest = match digest {
        Some(token) => Some(world.sha256(token).await?),
        None => None,
    };
    let name = key_name(config, key);
    let key = world.proof_key(&name).await?;
    let mut again = true;
    loop {
        let mut id = [0; 16];
        world.random(&mut id)?;
        let server = memory.servers.borrow().of(&request.url);
        let ahead = server.ahead.unwrap_or(memory.ahead.get());
        let proof = Proof {
            key: &key,
            method: request.method.name(),
            url: &request.url,
            now: (world.now() / 1000).saturating_add_signed(ahead),
            id: &id,
            nonce: server.nonce.as_deref(),
            access_digest: digest.as_ref(),
        };
        let unsigned = proof.unsigned();
        let signature = world.signs(&name, unsigned.as_bytes()).await?;
        request.proof = Some(oauth::signed(&unsigned, &signature));
        let answer = world.send(request.clone()).await?;
        let shown = answer.date.map(|date| apart(date, world.now() / 1000));
        let error = refused_for(&answer);
        let named = error == "use_dpop_nonce" && answer.nonce.is_some();
        let late = error == "invalid_dpop_proof" || error == "invalid_token";
        let wrong_clock = late && shown.is_some_and(|shown| shown.abs_diff(ahead) > 60);
        let known = Server {
            nonce: answer.nonce.clone().or(server.nonce),
            ahead: shown.or(server.ahead),
        };
        memory.servers.borrow_mut().keep(&request.url, known);
        if !std::mem::take(&mut again) || !(named || wrong_clock) {
            return Ok(answer);
        }
    }
}

/// The code of a refusal: a resource says it in a header, an authorization server in the body.
fn refused_for(answer: &HttpResponse) -> String {
    if !matches!(answer.status, 400 | 401) {
        return String::new();
    }
    let challenge = answer.challenge.as_deref().map(Challenge::read);
    match challenge.filter(|challenge| !challenge.error.is_empty()) {
        Some(challenge) => challenge.error,
        None => Refusal::read(answer).code().to_owned(),
    }
}

/// By how many seconds one time is ahead of another.
fn apart(one: u64, other: u64) -> i64 {
    i64::try_from(one.abs_diff(other))
        .map(|apart| if one < other { -apart } else { apart })
        .unwrap_or_default()
}
