//! Keeps a session: its tokens in their one place, renewed in time by one tab for all, until it is over.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::pace;
use super::word::{self, Word};
use crate::browser::tabs::{Channel, Lock};
use crate::browser::timer::{self, Timer};
use crate::browser::{self, Browser, Storage, place, spawn};
use crate::config::{Config, Keeping};
use crate::flow::{self, Ended, Failure, Memory, OrgSession, Session, World as _};
use crate::http::{HttpRequest, HttpResponse, Unreachable};
use crate::leptos::forever;
use crate::oauth::{self, Challenge, Claims, IdToken, TokenError, Tokens};
use crate::secret::Secret;

const TOKENS: &str = "tokens";
/// What the org is to give back with somebody who was signed out because nobody was there.
pub(crate) const IDLE: &str = "idle";
/// So many seconds before its end an access token is no longer given out.
const SLACK: u64 = 5;
/// A tab waits so long for another one that renews: longer than a request may take. Milliseconds.
const TURN: u32 = 20_000;
/// So long for all that a renewal may take: a turn, the answers, and two requests.
const RENEWAL: u32 = 60_000;
/// So long for others to say that they have newer tokens.
const ANSWERS: u32 = 200;
/// So long for one that said it has some on their way.
const PROMISE: u64 = 15_000;
/// So long until another tab sees to a renewal that nothing is heard of.
const SILENCE: u64 = 6_000;
/// No timer runs for longer: a device may sleep meanwhile.
const LONGEST: u64 = 600_000;

/// Keeps the session of a deployment.
#[derive(Clone, Copy)]
pub(crate) struct Keeper(&'static State);

/// What comes of a session by itself.
pub(crate) enum News {
    /// Its tokens were renewed, here or in another tab.
    Renewed(Session),
    /// It is over, and this becomes of the org's own.
    Ended(Ended, OrgSession),
}

/// How far a renewal of this tab's is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    None,
    Asking,
    Sending,
}

struct State {
    config: &'static Config,
    storage: &'static Storage,
    memory: Memory,
    tokens: RefCell<Option<Tokens>>,
    /// This tab's name among the others.
    id: String,
    stage: Cell<Stage>,
    renewing: Cell<bool>,
    /// Another tab said that it renews: until then, in milliseconds since 1970.
    promised: Cell<u64>,
    /// Who waits for something to happen to the session.
    wakers: RefCell<Vec<Waker>>,
    failed: Cell<u32>,
    /// Why the last renewal came to nothing.
    failure: RefCell<Option<Failure>>,
    /// When the tokens are due for renewal, or at their end: milliseconds since 1970.
    due: Cell<u64>,
    /// Another tab was about to renew and may be gone: whether somebody looks does not matter.
    orphaned: Cell<bool>,
    timer: RefCell<Option<Timer>>,
    /// Where the org ends its own session, which may live on after this one.
    org_ends: RefCell<Option<Secret>>,
    /// The channel of the session with that secret: its tabs alone have it.
    channel: RefCell<Option<(Secret, Channel)>>,
    /// The channel that every page of the origin can hear.
    open: RefCell<Option<Channel>>,
    ear: &'static dyn Fn(News),
    /// Somebody did something in another tab, at that time.
    active: &'static dyn Fn(u64),
}

impl Keeper {
    /// A keeper for a deployment. It finds what an earlier page of this tab left. `ear` hears what comes of the session by
    /// itself, `active` that the person did something in another tab.
    pub(crate) fn new(
        config: &'static Config,
        storage: &'static Storage,
        ear: &'static dyn Fn(News),
        active: &'static dyn Fn(u64),
    ) -> Self {
        let mut id = [0; 16];
        // Without chance two tabs may have one name, and one of them waits for nothing.
        let _ = Browser.random(&mut id);
        let keeper = Self(forever(State {
            config,
            storage,
            memory: Memory::default(),
            tokens: RefCell::new(None),
            id: oauth::name_of(&id),
            stage: Cell::new(Stage::None),
            renewing: Cell::new(false),
            promised: Cell::new(0),
            wakers: RefCell::default(),
            failed: Cell::new(0),
            failure: RefCell::new(None),
            due: Cell::new(0),
            orphaned: Cell::new(false),
            timer: RefCell::new(None),
            org_ends: RefCell::new(None),
            channel: RefCell::new(None),
            open: RefCell::new(None),
            ear,
            active,
        }));
        // Where there are tokens the app begins whole.
        if let Some(text) = storage.get(TOKENS).filter(|_| browser::is_whole()) {
            keeper.find(&Secret::new(text));
        }
        keeper
    }

    /// Hears the other tabs from now on: without tokens there is nothing that they could say.
    #[inline(never)]
    fn listen(self) {
        let state = self.0;
        if state.open.borrow().is_none() {
            let name = word::open_channel(&state.config.namespace());
            let ear = move |text| spawn(async move { self.hears_of_the_end(text).await });
            state.open.replace(Channel::open(&name, Box::new(ear)));
        }
        let silent = self.current().filter(|tokens| !self.speaks_as(tokens));
        let Some(Tokens { secret, .. }) = silent else {
            return;
        };
        // What another session had is not heard any more.
        state.channel.replace(None);
        spawn(async move {
            let name = word::channel(&Browser, &secret).await;
            // Meanwhile it may be another session, or open.
            let silent = self.current().filter(|tokens| !self.speaks_as(tokens));
            let silent = silent.is_some_and(|tokens| tokens.secret == secret);
            if let Some(name) = name.filter(|_| silent) {
                let channel = Channel::open(&name, Box::new(move |text| self.heard(&text)));
                state
                    .channel
                    .replace(channel.map(|channel| (secret, channel)));
                self.wake();
            }
        });
    }

    /// Whether the channel of their session is open.
    fn speaks_as(self, tokens: &Tokens) -> bool {
        let channel = self.0.channel.borrow();
        channel
            .as_ref()
            .is_some_and(|(secret, _)| *secret == tokens.secret)
    }

    /// Takes up what an earlier page of this tab left.
    #[inline(never)]
    fn find(self, text: &Secret) {
        match Tokens::stored(text.expose()) {
            Some(tokens) if tokens.refresh.is_some() || tokens.left(now()) > 0 => {
                self.0.memory.measured(tokens.ahead);
                self.0.tokens.replace(Some(tokens));
                self.listen();
                self.schedule();
            }
            ended => {
                self.0.storage.remove(TOKENS);
                self.forget_key(ended);
            }
        }
    }

    /// Whether there is anything to keep.
    fn keeps(self) -> bool {
        self.0.tokens.borrow().is_some()
    }

    /// What is known of the authorization server.
    pub(crate) fn memory(self) -> &'static Memory {
        &self.0.memory
    }

    /// Who is signed in, if the access token is still good.
    pub(crate) fn session(self) -> Option<Session> {
        let tokens = self.0.tokens.borrow();
        session(tokens.as_ref().filter(|tokens| tokens.left(now()) > 0)?)
    }

    /// Whether the access token's end has come and it can be renewed.
    pub(crate) fn lapsed(self) -> bool {
        let tokens = self.0.tokens.borrow();
        let renewable = |tokens: &&Tokens| tokens.refresh.is_some();
        let tokens = tokens.as_ref().filter(renewable);
        tokens.is_some_and(|tokens| tokens.left(now()) == 0)
    }

    /// Somebody has signed in. What they had before is ended at the org; where it is the same person, the other tabs of
    /// that session go on with what is new.
    pub(crate) fn begin(self, mut tokens: Tokens, claims: &Claims) {
        let config = self.0.config;
        if config.dpop {
            // Each sign-in makes a key, and a tab that was closed has left its own.
            spawn(browser::sweep_proof_keys(config.namespace()));
        }
        let before = self.0.tokens.take();
        let Some(before) = before else {
            return self.keep(tokens);
        };
        let person = IdToken::stored(&before.id);
        let same = person.is_some_and(|person| person.text("sub") == claims.text("sub"));
        tokens.hosted |= before.hosted;
        if same {
            tokens.session.clone_from(&before.session);
            tokens.secret.clone_from(&before.secret);
            tokens.turn = before.turn.saturating_add(1);
        }
        self.keep(tokens);
        if same {
            self.tell_renewed();
        }
        self.discard(before);
    }

    /// Nobody wants these tokens any more.
    pub(crate) fn discard(self, tokens: Tokens) {
        spawn(async move {
            self.bury(tokens).await;
        });
    }

    /// Makes tokens worthless at the org, and forgets the key that they were bound to. Says whether the org answered.
    async fn bury(self, tokens: Tokens) -> bool {
        let revoked = flow::revoke(&Browser, self.0.config, &tokens);
        self.forget_key(Some(tokens.clone()));
        revoked.await
    }

    /// Nothing is signed any more with the key that these were bound to.
    fn forget_key(self, tokens: Option<Tokens>) {
        if let Some(tokens) = tokens {
            spawn(async move { flow::forget_key(&Browser, self.0.config, &tokens).await });
        }
    }

    /// The tokens have come to their end, and nothing renews them.
    fn lapse(self) {
        let ended = self.end(Ended::Lapsed);
        self.forget_key(ended);
    }

    /// The tokens, with an access token that is good, renewed if it has to be.
    ///
    /// # Errors
    /// [`Failure::Lapsed`] if nobody is signed in any more; another one if the tokens cannot be renewed just now.
    pub(crate) async fn tokens(self) -> Result<Tokens, Failure> {
        let tokens = self.current().ok_or(Failure::Lapsed)?;
        let left = tokens.left(now());
        if left > SLACK || (left > 0 && tokens.refresh.is_none()) {
            return Ok(tokens);
        }
        match self.renew(&tokens).await {
            Err(_) if tokens.left(now()) > 0 && self.current().is_some() => Ok(tokens),
            Err(failure) => Err(failure),
            Ok(()) => self.current().ok_or(Failure::Lapsed),
        }
    }

    /// Sends a request with the access token, and once more with a newer one where it is refused.
    ///
    /// # Errors
    /// As [`Keeper::tokens`], and [`Failure::Unreachable`] if no answer comes.
    pub(crate) async fn fetch(self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let State { config, memory, .. } = self.0;
        let tokens = self.tokens().await?;
        let send = |tokens: Tokens, request| async move {
            flow::authorized(&Browser, config, memory, &tokens, request).await
        };
        let answer = send(tokens.clone(), request.clone()).await?;
        let challenge = answer.challenge.as_deref().map(Challenge::read);
        let wants_more = challenge.is_some_and(|challenge| challenge.wants_more());
        if answer.status != 401 || wants_more || tokens.refresh.is_none() {
            return Ok(answer);
        }
        self.renew(&tokens).await?;
        // Somebody else may have signed in meanwhile: it was no request of theirs.
        let same = |now: &Tokens| now.session == tokens.session;
        let tokens = self.current().filter(same).ok_or(Failure::Lapsed)?;
        send(tokens, request).await
    }

    /// Renews the tokens, unless that is done already. One at a time, here and in all tabs.
    ///
    /// # Errors
    /// [`Failure::Lapsed`] if the session is over; another one if it may yet be renewed.
    pub(crate) async fn renew(self, before: &Tokens) -> Result<(), Failure> {
        let state = self.0;
        if !state.renewing.get() && !self.changed(before) {
            if before.refresh.is_none() {
                self.lapse();
                return Err(Failure::Lapsed);
            }
            state.renewing.set(true);
            state.failure.replace(None);
            let before = before.clone();
            // Whoever asked may not wait for it; it goes on all the same.
            spawn(async move {
                let renewed = self.take_turn(&before).await;
                state.stage.set(Stage::None);
                state.renewing.set(false);
                if let Err(failure) = renewed {
                    // What is over is not due again.
                    if self.keeps() {
                        state.failed.set(state.failed.get().saturating_add(1));
                        self.due_in(pace::again(state.failed.get(), failure.retry_after()));
                    }
                    state.failure.replace(Some(failure));
                }
                self.wake();
            });
        }
        self.until(RENEWAL, || !state.renewing.get()).await;
        if self.changed(before) {
            return self.current().map(|_| ()).ok_or(Failure::Lapsed);
        }
        let failure = state.failure.borrow().clone();
        Err(failure.unwrap_or(Failure::Unreachable(Unreachable::TimedOut)))
    }

    async fn take_turn(self, before: &Tokens) -> Result<(), Failure> {
        let state = self.0;
        // Where there are no locks, what the tabs tell each other must do.
        let _lock = match word::lock(&Browser, &before.secret).await {
            Some(name) => Lock::hold(&name, TURN).await,
            None => None,
        };
        if !self.changed(before) {
            // A page that has just come up may not speak yet.
            self.until(ANSWERS, || self.speaks_as(before)).await;
            state.stage.set(Stage::Asking);
            let from = state.id.clone();
            let turn = before.turn;
            self.asks(before, Word::Ask { from, turn }).await;
        }
        if self.changed(before) {
            return self.current().map(|_| ()).ok_or(Failure::Lapsed);
        }
        state.stage.set(Stage::Sending);
        self.say(Word::Renewing);
        let renewed = flow::renew(&Browser, state.config, &state.memory, before).await;
        if self.changed(before) {
            // Signed out meanwhile, or in again: what came is nobody's.
            if let Ok((tokens, _)) = renewed {
                flow::revoke(&Browser, state.config, &tokens).await;
            }
            return self.current().map(|_| ()).ok_or(Failure::Lapsed);
        }
        match renewed {
            Ok((tokens, _)) => {
                self.keep(tokens);
                self.tell_renewed();
                self.hear_renewed();
                Ok(())
            }
            Err(failure @ (Failure::Lapsed | Failure::Token(_))) => {
                // Whoever has newer ones says so.
                self.asks(before, Word::Ended { turn: before.turn }).await;
                if self.changed(before) {
                    return self.current().map(|_| ()).ok_or(Failure::Lapsed);
                }
                if let Some(ended) = self.end(Ended::Lapsed) {
                    self.discard(ended);
                }
                Err(failure)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Says something that other tabs answer who have newer tokens, and waits for these.
    async fn asks(self, before: &Tokens, word: Word) {
        let state = self.0;
        state.promised.set(0);
        let latest = timer::now().saturating_add(u64::from(TURN));
        self.say(word);
        self.until(ANSWERS, || self.changed(before)).await;
        loop {
            let until = state.promised.get().min(latest);
            let left = until.saturating_sub(timer::now());
            if left == 0 || self.changed(before) {
                break;
            }
            let left = u32::try_from(left).unwrap_or(TURN);
            let broken = || state.promised.get() == 0;
            self.until(left, || self.changed(before) || broken()).await;
        }
    }

    /// The session is over here: nothing of it is left, and the page hears of it. Returns what there was.
    pub(crate) fn end(self, why: Ended) -> Option<Tokens> {
        self.end_with(why, OrgSession::None)
    }

    fn end_with(self, why: Ended, org: OrgSession) -> Option<Tokens> {
        let ended = self.0.tokens.take();
        self.0.channel.replace(None);
        self.0.storage.remove(TOKENS);
        self.0.timer.replace(None);
        self.0.failed.set(0);
        browser::let_go_of_proof_key();
        self.wake();
        if ended.is_some() {
            (self.0.ear)(News::Ended(why, org));
        }
        ended
    }

    /// Signs the person out: here, in every tab, and at the org, as far as that can be reached. What becomes of the org's own
    /// session the page hears at once. Where the browser is to go and end it, says whether the org answered.
    pub(crate) async fn sign_out(self, why: Ended) -> Option<bool> {
        let config = self.0.config;
        let tokens = self.current()?;
        let org = match () {
            () if config.post_logout_redirect_uri.is_some() => OrgSession::Ending,
            // It knows this browser, and nobody would come back from there.
            () if config.cookies || config.hosted_sign_in || tokens.hosted => OrgSession::LivesOn,
            () => OrgSession::None,
        };
        let state = (why == Ended::Idle).then_some(IDLE);
        let ends = (org != OrgSession::None).then(|| oauth::logout(config, &tokens.id, state));
        self.0.org_ends.replace(ends);
        self.say(Word::SignedOut);
        let tokens = self.end_with(why, org)?;
        // Nobody was in this session's tabs; of the person's other ones that says nothing.
        if why != Ended::Idle {
            let tokens = tokens.clone();
            spawn(async move { self.tell_the_end(&tokens).await });
        }
        let answered = self.bury(tokens).await;
        (org == OrgSession::Ending).then_some(answered)
    }

    /// Where the browser is to go to end the org's own session, if the org is there: a browser that finds nobody is at a page
    /// of its own, from which nothing leads on. What became of a revocation says nothing of that, unless it was answered.
    pub(crate) async fn way_to_end_at_the_org(self, answered: bool) -> Option<Secret> {
        let there = answered || browser::answers(&self.0.config.endpoint("/v1/keys")).await;
        self.0.org_ends.borrow().clone().filter(|_| there)
    }

    /// Somebody looks at the page again: what was due meanwhile is done at once.
    pub(crate) fn look(self) {
        if self.keeps() {
            self.tick();
        }
    }

    /// When somebody was last seen to do something, as far as that is known: milliseconds since 1970.
    pub(crate) fn seen(self) -> u64 {
        let tokens = self.0.tokens.borrow();
        tokens.as_ref().map_or(0, |tokens| tokens.seen)
    }

    /// The person does something here, and the other tabs hear of it.
    pub(crate) fn sees(self, at: u64) {
        if let Some(tokens) = self.0.tokens.borrow_mut().as_mut() {
            tokens.seen = at;
        }
        self.store();
        self.say(Word::Active { at });
    }

    fn current(self) -> Option<Tokens> {
        self.0.tokens.borrow().clone()
    }

    /// Whether the tokens are no longer these.
    fn changed(self, before: &Tokens) -> bool {
        let now = self.0.tokens.borrow();
        now.as_ref().is_none_or(|now| now.access != before.access)
    }

    fn keep(self, mut tokens: Tokens) {
        self.0.failed.set(0);
        self.0.org_ends.replace(None);
        tokens.seen = tokens.seen.max(self.seen());
        self.0.tokens.replace(Some(tokens));
        self.listen();
        self.store();
        self.schedule();
        self.wake();
    }

    fn store(self) {
        if self.0.config.storage == Keeping::Memory {
            return;
        }
        let text = self.0.tokens.borrow().as_ref().map(Tokens::write);
        if let Some(text) = text.map(Secret::new) {
            self.0.storage.set(TOKENS, text.expose());
        }
    }

    fn hear_renewed(self) {
        let session = self.0.tokens.borrow().as_ref().and_then(session);
        if let Some(session) = session {
            (self.0.ear)(News::Renewed(session));
        }
    }

    /// Nobody shares a session that is in one page's memory alone.
    fn tell_renewed(self) {
        if self.0.config.storage == Keeping::Memory {
            return;
        }
        let told = self.0.tokens.borrow().as_ref().map(Tokens::tell);
        if let Some(told) = told {
            self.say(Word::Renewed(told));
        }
    }

    /// Tells the other tabs of the session.
    fn say(self, word: Word) {
        if let Some((_, channel)) = self.0.channel.borrow().as_ref() {
            channel.say(word.write().expose());
        }
    }

    /// Another tab of the session says something.
    #[inline(never)]
    fn heard(self, text: &str) {
        let state = self.0;
        let Some(tokens) = self.current().filter(|tokens| self.speaks_as(tokens)) else {
            return;
        };
        let Some(word) = Word::read(text, tokens.turn, timer::now()) else {
            return;
        };
        match word {
            // Their tokens are these: who signed out has them revoked.
            Word::SignedOut => {
                self.end(Ended::Elsewhere);
            }
            Word::Active { at } => (state.active)(at),
            Word::Ask { from, turn } => {
                if tokens.turn > turn {
                    self.tell_renewed();
                } else if match state.stage.get() {
                    Stage::Sending => true,
                    Stage::Asking => state.id < from,
                    Stage::None => false,
                } {
                    self.say(Word::Wait { to: from });
                }
            }
            Word::Wait { to } => {
                if to == state.id {
                    state.promised.set(timer::now() + PROMISE);
                    self.wake();
                }
            }
            Word::Renewing => {
                // Who has failed at it already keeps to the pauses between the tries.
                if state.stage.get() == Stage::None && state.failed.get() == 0 {
                    state.orphaned.set(true);
                    self.due_in(SILENCE + 8 * u64::from(chance()));
                }
            }
            Word::Renewed(told) => {
                if tokens.heard(&told).is_some() {
                    spawn(async move { self.takes(tokens, told).await });
                }
            }
            Word::Ended { turn } => {
                if tokens.turn > turn {
                    self.tell_renewed();
                } else {
                    self.lapse();
                }
            }
        }
    }

    /// Takes the newer tokens that another tab tells of, if they are to be believed.
    async fn takes(self, before: Tokens, told: Secret) {
        let state = self.0;
        // Who is about to renew waits for what comes of it.
        state.promised.set(timer::now() + PROMISE);
        let heard = flow::heard(&Browser, state.config, &state.memory, &before, &told).await;
        state.promised.set(0);
        let newer = |tokens: &Tokens| {
            let now = state.tokens.borrow();
            now.as_ref()
                .is_some_and(|now| now.secret == tokens.secret && now.turn < tokens.turn)
        };
        match heard {
            Ok((tokens, _)) => {
                if newer(&tokens) {
                    self.keep(tokens);
                    self.hear_renewed();
                }
            }
            // Nothing shows whose the access token is, or it cannot be seen now: the org gives it here too, if it is asked at
            // once.
            Err(
                Failure::Token(TokenError::AccessTokenHash)
                | Failure::Unreachable(_)
                | Failure::Start(_),
            ) => {
                if !self.changed(&before) {
                    state.orphaned.set(true);
                    self.due_in(pace::again(1, None));
                }
            }
            // It is nobody's.
            Err(_) => {}
        }
        self.wake();
    }

    /// Tells all tabs of this browser that the person has signed out.
    async fn tell_the_end(self, tokens: &Tokens) {
        let claims = IdToken::stored(&tokens.id);
        let Some(sub) = claims.as_ref().and_then(|claims| claims.text("sub")) else {
            return;
        };
        let said = word::signed_out(&Browser, &self.0.config.namespace(), sub).await;
        if let (Some(channel), Some(said)) = (self.0.open.borrow().as_ref(), said) {
            channel.say(&said);
        }
    }

    /// Somebody has signed out, in some tab of this browser.
    async fn hears_of_the_end(self, text: String) {
        let Some(tokens) = self.current() else { return };
        let claims = IdToken::stored(&tokens.id);
        let Some(sub) = claims.as_ref().and_then(|claims| claims.text("sub")) else {
            return;
        };
        let namespace = self.0.config.namespace();
        let theirs = word::is_signed_out(&Browser, &namespace, sub, &text).await;
        let still = |now: &Tokens| now.secret == tokens.secret;
        if theirs && self.current().is_some_and(|now| still(&now)) {
            // The tabs of the session that was signed out of have heard it before: this one is another one's.
            if let Some(tokens) = self.end(Ended::Elsewhere) {
                self.discard(tokens);
            }
        }
    }

    fn schedule(self) {
        let tokens = self.0.tokens.borrow();
        let Some(tokens) = tokens.as_ref() else {
            return;
        };
        self.0.orphaned.set(false);
        let left = tokens.left(now());
        self.due_in(match tokens.refresh {
            Some(_) => pace::ahead(left, chance()),
            None => left.saturating_mul(1000),
        });
    }

    fn due_in(self, milliseconds: u64) {
        self.0.due.set(timer::now().saturating_add(milliseconds));
        self.arm();
    }

    fn arm(self) {
        let left = self.0.due.get().saturating_sub(timer::now());
        let left = u32::try_from(left.min(LONGEST)).unwrap_or(u32::MAX);
        self.0
            .timer
            .replace(Timer::after(left, move || self.tick()));
    }

    #[inline(never)]
    fn tick(self) {
        let Some(tokens) = self.current() else { return };
        if timer::now() < self.0.due.get() {
            return self.arm();
        }
        if tokens.refresh.is_none() {
            return self.lapse();
        }
        // Nobody looks: it is done once somebody does. What another tab was about to do cannot wait.
        if place::hidden() && !self.0.orphaned.get() {
            return;
        }
        spawn(async move {
            // What goes wrong has set the time for the next try.
            let _ = self.renew(&tokens).await;
        });
    }

    /// Waits until something is so, for at most so many milliseconds, and says whether it is.
    async fn until(self, patience: u32, done: impl Fn() -> bool) -> bool {
        let late = Rc::new(Cell::new(false));
        let _timer = Timer::after(patience, {
            let late = Rc::clone(&late);
            move || {
                late.set(true);
                self.wake();
            }
        });
        poll_fn(|context| {
            if done() {
                return Poll::Ready(true);
            }
            if late.get() {
                return Poll::Ready(false);
            }
            self.0.wakers.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn wake(self) {
        let wakers = self.0.wakers.take();
        wakers.into_iter().for_each(Waker::wake);
    }
}

fn session(tokens: &Tokens) -> Option<Session> {
    Some(Session {
        claims: IdToken::stored(&tokens.id)?,
        ahead: tokens.ahead,
    })
}

/// Seconds since 1970.
fn now() -> u64 {
    timer::now() / 1000
}

fn chance() -> u8 {
    let mut byte = [0];
    let _ = Browser.random(&mut byte);
    let [byte] = byte;
    byte
}
