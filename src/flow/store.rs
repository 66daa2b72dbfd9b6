//! The reactive store over [`Flow`]: what a press does in this browser.

mod ceremony;

use std::cell::{Cell, OnceCell, RefCell};

use ceremony::Performance;

use super::{
    Address, Callback, Carried, Deed, Ended, Entered, Event, Failure, Flow, OrgSession, Phase,
    Session, WISHES, Way, drive,
};
use crate::browser::timer::{self, Timer};
use crate::browser::{self, Browser, Storage, focus, place, spawn};
use crate::config::Config;
use crate::http;
use crate::idx::{
    Answer, Answers, ELSEWHERE, Form, Kind, PROVIDER_FAILED, Progress, REMEMBER, Stop,
};
use crate::leptos::*;
use crate::oauth::{Asked, Attempt, Challenge, Purpose, Refusal, Route, Setting};
use crate::pages::{self, Action, Card, Press, Raw};
use crate::secret::Secret;
use crate::session::Page;
use crate::session::idle::{Finding, Idle};
use crate::session::keeper::{IDLE, Keeper, News};

const TRANSACTION: &str = "transaction";
/// How often this tab was sent on to the only identity provider without a press.
const SENT_ON: &str = "sent-on";
/// So often at most: a provider that sends people straight back would otherwise do so for ever.
const SENDS: u32 = 2;
/// After so many milliseconds a page says that it still waits.
const LASTING: u32 = 5_000;
/// After so many polls without an answer a page that only waits says why.
const MISSES: u32 = 4;
/// What a page does by itself it does after so many milliseconds: it can be read, and stopped.
const READING: u32 = 1_500;
/// So many things one page after the other may do by itself: two that lead to each other would go on for ever.
const DEEDS: u32 = 6;
/// After a poll that came too often (protocol reference, 6.3).
const PAUSE: u32 = 60_000;
/// The box on a page that waits for a push (protocol reference, 4.3.6).
const AUTO: &str = "autoChallenge";

/// The store. All of the app reads it, and presses go through it.
#[derive(Clone, Copy)]
pub struct FlowStore {
    flow: Shared<Flow>,
    inner: &'static Inner,
}

struct Inner {
    config: &'static Config,
    storage: &'static Storage,
    keeper: Keeper,
    /// Whether anybody is there, where a deployment wants to know.
    idle: Option<Idle>,
    /// What the app behind the door has.
    pages: &'static [Page],
    /// Where the person was going when they were asked who they are: from the origin's root on.
    back: RefCell<Option<String>>,
    /// What the address or a resource asked for: every start asks for it until somebody is signed in or goes home.
    asked: RefCell<Asked>,
    /// A mail's link that was opened while somebody is signed in, until they say that they want it.
    link: RefCell<Option<(Purpose, Asked)>>,
    /// Somebody has just come back from another service, and is not sent there again without a press.
    returned: Cell<bool>,
    /// The session's tokens could not be renewed, and the page says so.
    stranded: Cell<bool>,
    /// What resources wanted that the person was asked for: asked for once more by the same one it is not to be had.
    stepped: RefCell<Vec<(String, Challenge)>>,
    attempt: RefCell<Option<Attempt>>,
    /// Other tabs may find the attempt.
    shared: Cell<bool>,
    /// Goes up with each request of the person's; an older one's answer is nobody's.
    epoch: Cell<u32>,
    /// A poll is out, in that epoch. What the person sends waits for it: two requests on one state handle race (protocol reference, T55).
    polling: Cell<Option<u32>>,
    /// Polls in a row that had no answer.
    misses: Cell<u32>,
    waiting: RefCell<Option<Box<dyn FnOnce()>>>,
    poll: RefCell<Option<Timer>>,
    /// The time for the next poll came while nobody looked.
    due: Cell<bool>,
    lasting: RefCell<Option<Timer>>,
    /// What the page did by itself, and how often pages did since the person last pressed something.
    done: RefCell<String>,
    deeds: Cell<u32>,
    /// The press to repeat on "Try again"; none if it was the form.
    last: RefCell<Option<Press>>,
    /// The code of a mail's link, until the org has it.
    carried: RefCell<Option<Secret>>,
    /// The state token and the code of a link to sign a device in, while it is not known whether they are good.
    activation: RefCell<Option<(Secret, Option<String>)>>,
    /// Why somebody is back from another service, until a page says so.
    note: RefCell<Option<Failure>>,
    /// The person waits no longer for an answer: nobody knows where the transaction stands.
    adrift: Cell<bool>,
    /// What the browser asks the person for.
    performance: RefCell<Option<Performance>>,
    /// How many of these there were.
    performed: Cell<u32>,
    /// A passkey was picked from the browser's list in this transaction.
    listed: Cell<bool>,
}

impl FlowStore {
    /// A store for a deployment, and for the pages of the app behind the door. Nothing happens before [`FlowStore::open`].
    pub fn new(config: &'static Config, pages: &'static [Page]) -> Self {
        let storage: &'static Storage = forever(Storage::new(config.namespace()));
        if config.debug {
            browser::keep_trace();
        }
        // Who keeps the session and who watches speak to a store that is made of them.
        let this: &'static OnceCell<Self> = forever(OnceCell::new());
        let keeper = Keeper::new(
            config,
            storage,
            forever(move |news| {
                if let Some(store) = this.get() {
                    store.hears(news);
                }
            }),
            forever(move |at: u64| {
                if let Some(idle) = this.get().and_then(|store| store.inner.idle) {
                    idle.elsewhere(at);
                }
            }),
        );
        let idle = config.idle_minutes.map(|minutes| {
            let then = forever(move |finding| {
                if let Some(store) = this.get() {
                    store.finds(finding);
                }
            });
            Idle::new(minutes, then, forever(move |at: u64| keeper.sees(at)))
        });
        let inner = Inner {
            config,
            storage,
            keeper,
            idle,
            pages,
            back: RefCell::new(None),
            asked: RefCell::default(),
            link: RefCell::new(None),
            returned: Cell::new(false),
            stranded: Cell::new(false),
            stepped: RefCell::default(),
            attempt: RefCell::new(None),
            shared: Cell::new(false),
            epoch: Cell::new(0),
            polling: Cell::new(None),
            misses: Cell::new(0),
            waiting: RefCell::new(None),
            poll: RefCell::new(None),
            due: Cell::new(false),
            lasting: RefCell::new(None),
            done: RefCell::new(String::new()),
            deeds: Cell::new(0),
            last: RefCell::new(None),
            carried: RefCell::new(None),
            activation: RefCell::new(None),
            note: RefCell::new(None),
            adrift: Cell::new(false),
            performance: RefCell::new(None),
            performed: Cell::new(0),
            listed: Cell::new(false),
        };
        let store = Self {
            flow: Shared::new(Flow::default()),
            inner: forever(inner),
        };
        let _ = this.set(store);
        store
    }

    /// What other tabs left, and is over, goes.
    pub fn tidy(self) {
        self.inner.storage.prune(timer::now());
    }

    /// Who keeps the session.
    pub(crate) fn keeper(self) -> Keeper {
        self.inner.keeper
    }

    /// Reads the flow and takes part in its changes.
    pub fn with<T>(self, read: impl FnOnce(&Flow) -> T) -> T {
        read(&self.flow.read())
    }

    /// The page.
    pub fn card(self) -> Card {
        let inner = self.inner();
        self.with(|flow| {
            let mut card = pages::card(flow, inner.config);
            if matches!(flow.phase, Phase::Home(Some(_))) {
                let doors = inner.pages.iter().map(|page| (page.path, page.title));
                pages::add_doors(&mut card, doors);
            }
            card
        })
    }

    /// What a control of that name begins with.
    pub fn kept(self, path: &str) -> Option<String> {
        self.flow.read_untracked().kept(path).map(str::to_owned)
    }

    /// The person went back or forward.
    pub fn travelled(self) {
        self.once_whole(None, Self::open);
    }

    /// Does something once all of the app is there. Where the rest cannot be had, the page says so, and `again` is what its
    /// "Try again" presses.
    fn once_whole(self, again: Option<Press>, then: impl FnOnce(Self) + 'static) {
        if browser::is_whole() {
            return then(self);
        }
        let inner = self.inner();
        let epoch = inner.epoch.get();
        spawn(async move {
            let there = browser::whole().await;
            // Whoever did something else meanwhile wants that.
            if inner.epoch.get() != epoch {
                return;
            }
            match there {
                Ok(()) => then(self),
                Err(gone) => {
                    inner.lasting.replace(None);
                    inner.last.replace(again);
                    self.apply(Event::Answered(Way::Pressed, Err(gone.into())));
                }
            }
        });
    }

    /// Opens the page's own address.
    pub fn open(self) {
        let address = self.address();
        if address == Address::Debug && self.inner().config.debug {
            place::bare();
            if self.with_untracked(|flow| matches!(flow.phase, Phase::Loading)) {
                self.go_home();
            }
            return self.apply(Event::Traced(browser::trace()));
        }
        if self.with_untracked(|flow| matches!(flow.phase, Phase::Traced { .. })) {
            self.apply(Event::Returned);
        }
        let step = matches!(
            self.flow.read_untracked().phase,
            Phase::Step { .. } | Phase::Astray { .. }
        );
        // The form of Sign In is what the app can do before all of it is there, and nothing but that.
        let plain = address == Address::Login && !step && self.stored().is_none();
        if !plain && !browser::is_whole() {
            return self.once_whole(None, Self::open);
        }
        if step && self.flow.read_untracked().busy {
            // The answer that is awaited decides the page; its address follows.
            return;
        }
        if address == Address::Callback {
            return self.callback();
        }
        if self.inner().keeper.lapsed() && !step {
            return self.revive();
        }
        let parameter = |name: &str| place::parameter(name).filter(|value| !value.is_empty());
        let mut asked = Asked::default();
        let mut purpose = address.purpose();
        for (spelt, name, means) in WISHES {
            if let Some(value) = parameter(spelt) {
                purpose = means.unwrap_or(purpose);
                asked.wishes.push((name, Secret::new(value)));
            }
        }
        let (token, code) = (parameter("stateToken"), parameter("user_code"));
        if let Some(back) = parameter("return_to").and_then(|to| place::own(&to)) {
            self.inner().back.replace(Some(back));
        }
        let idle = parameter("state").is_some_and(|state| state == IDLE);
        let path = place::path();
        // A page of the app's own has its query to itself, but where it stands at the root.
        if let Some(at) = self.inner().page_at(&path)
            && (!path.is_empty() || asked.wishes.is_empty() && !idle)
        {
            return self.go_inside(at);
        }
        place::bare();
        let ours = self.stored().is_some();
        if address == Address::Activate {
            match self.inner().config.device_activation {
                true => return self.activate(token.map(Secret::new), code),
                // A transaction of this tab's may have its page here; a link begins nothing.
                false if token.is_some() || !(step || ours) => {
                    self.next_epoch();
                    return self.apply(Event::Lost);
                }
                false => {}
            }
        }
        if !asked.wishes.is_empty() {
            return match self.session().filter(|_| asked.by_link()) {
                // What the link leads to would take the place of the session: that is asked first.
                Some(session) => {
                    self.next_epoch();
                    self.inner().link.replace(Some((purpose, asked)));
                    self.apply(Event::LinkOpened(session));
                    self.watch_over();
                }
                None => self.start_with(purpose, asked, true),
            };
        }
        if let Some(session) = self.session() {
            self.next_epoch();
            return self.welcome(session, address != Address::Home);
        }
        match address {
            Address::Home => {
                self.go_home();
                if idle {
                    self.apply(Event::Ended(Ended::Idle));
                }
            }
            _ if step => self.travel(&address),
            Address::Unknown | Address::Debug => {
                self.next_epoch();
                self.apply(Event::Lost);
            }
            _ => match self.stored() {
                Some(attempt) => self.resume(attempt, address),
                None => self.start(purpose, Route::Here, true),
            },
        }
    }

    /// Starts with what an address or a resource asks for, and nothing of what was asked before.
    fn start_with(self, purpose: Purpose, asked: Asked, replace: bool) {
        self.inner().asked.replace(asked);
        self.start(purpose, Route::Here, replace);
    }

    /// A device is to be signed in by its code. The org gives out the state token for that on its own page (protocol
    /// reference, 4.1, `user-code`), so whoever comes without one is sent there.
    #[inline(never)]
    fn activate(self, token: Option<Secret>, code: Option<String>) {
        if let Some(token) = token {
            return self.begin_activation(token, code);
        }
        match self.stored() {
            Some(attempt) if attempt.route == Route::StateToken => {
                self.resume(attempt, Address::Activate);
            }
            _ => {
                let fields = code.as_deref().map(|code| ("user_code", code));
                let query = http::query(fields.as_slice());
                place::replace(&[self.inner().config.org(), "/activate?", &query].concat());
            }
        }
    }

    /// Goes on with a state token if it is that of a device's activation. Until that is known nothing of it is stored, and
    /// what this tab had stays.
    fn begin_activation(self, token: Secret, code: Option<String>) {
        let inner = self.inner();
        let epoch = self.next_epoch();
        inner
            .activation
            .replace(Some((token.clone(), code.clone())));
        self.apply(Event::Starting(Purpose::SignIn));
        self.watch();
        spawn(async move {
            let entered = drive::activate(&Browser, inner.config, token, code).await;
            if inner.epoch.get() != epoch {
                return;
            }
            match entered {
                Ok(entered) => {
                    inner.activation.replace(None);
                    self.forget();
                    self.apply(Event::Kept(entered.attempt.kept.clone()));
                    self.entered(Ok(entered), Some(Address::Activate), true)
                        .await;
                }
                Err(failure) => {
                    inner.lasting.replace(None);
                    if failure == Failure::NoActivation {
                        inner.activation.replace(None);
                    }
                    self.apply(Event::Failed(failure));
                }
            }
        });
    }

    /// The page's address. A redirect URI of one's own is the callback too.
    fn address(self) -> Address {
        let here = [place::origin(), place::root(), place::path()].concat();
        match self.inner().config.redirect_uri.split('?').next() == Some(here.as_str()) {
            true => Address::Callback,
            false => Address::parse(&place::path()),
        }
    }

    /// The transaction that this tab has.
    fn stored(self) -> Option<Attempt> {
        let text = self.inner().storage.get(TRANSACTION)?;
        let activates = self.inner().config.device_activation;
        Attempt::read(&text)
            .filter(|attempt| attempt.handle.is_some())
            .filter(|attempt| activates || attempt.route != Route::StateToken)
    }

    /// Home. A request that is out is nobody's any more; the transaction can be taken up again by its address.
    fn go_home(self) {
        let inner = self.inner();
        let stranded = inner.stranded.get();
        if inner.keeper.lapsed() && !stranded {
            return self.revive();
        }
        self.next_epoch();
        // It may yet be had.
        inner.stranded.set(stranded);
        let session = self.session();
        match inner.page_at("") {
            Some(at) if session.is_some() => self.go_inside(at),
            _ => {
                let present = session.is_some();
                self.apply(Event::Arrived(session));
                if present {
                    self.watch_over();
                }
            }
        }
    }

    /// A page of the app behind the door, for whoever is signed in. Whoever is not signs in first and comes back.
    #[inline(never)]
    fn go_inside(self, at: usize) {
        let inner = self.inner();
        let title = inner.pages.get(at).map_or("", |page| page.title);
        match self.session() {
            Some(session) => {
                self.next_epoch();
                self.apply(Event::Inside { session, at, title });
                self.watch_over();
            }
            None if inner.keeper.lapsed() => self.revive(),
            None => {
                inner.back.replace(Some(place::whole()));
                match self.stored() {
                    Some(attempt) => self.resume(attempt, Address::Login),
                    None => self.start_with(Purpose::SignIn, Asked::default(), true),
                }
            }
        }
    }

    /// Somebody is signed in: they go where they were going, or home. After signing in no step is left to go back to.
    #[inline(never)]
    fn welcome(self, session: Session, moves: bool) {
        let inner = self.inner();
        inner.asked.take();
        inner.returned.set(false);
        inner.storage.remove(SENT_ON);
        let back = inner.back.take().and_then(|back| place::own(&back));
        if let Some(back) = back {
            let path = place::under_root(&back);
            if let Some(at) = path.as_ref().and_then(|path| inner.page_at(path)) {
                place::show_whole(&back, true);
                return self.go_inside(at);
            }
            // A page of the host's own, and none of the ways in.
            if path.is_none_or(|path| Address::parse(&path) == Address::Unknown) {
                return place::replace(&[place::origin(), back].concat());
            }
        }
        if moves {
            place::show("", true);
        }
        match inner.page_at("") {
            Some(at) => self.go_inside(at),
            None => {
                self.apply(Event::Arrived(Some(session)));
                self.watch_over();
            }
        }
    }

    /// From now on somebody has to be there, where a deployment wants that.
    #[inline(never)]
    fn watch_over(self) {
        if let Some(idle) = self.inner().idle {
            idle.begin(self.inner().keeper.seen());
        }
    }

    /// The session's access token has come to its end, and can be renewed: then all is as it was.
    #[inline(never)]
    fn revive(self) {
        let inner = self.inner();
        let epoch = self.next_epoch();
        self.apply(Event::Starting(Purpose::SignIn));
        inner.stranded.set(true);
        self.watch();
        spawn(async move {
            let renewed = inner.keeper.tokens().await;
            if inner.epoch.get() != epoch {
                return;
            }
            inner.lasting.replace(None);
            match renewed {
                Ok(_) => self.open(),
                // Nothing of a code is spoiled: the org is busy or unwell.
                Err(Failure::Exchange(refusal)) => {
                    self.apply(Event::Failed(Failure::Start(Refusal {
                        setting: None,
                        ..refusal
                    })));
                }
                Err(failure) => self.apply(Event::Failed(failure)),
            }
        });
    }

    /// What comes of the session by itself.
    #[inline(never)]
    fn hears(self, news: News) {
        match news {
            // What could not be shown without good tokens can be now.
            News::Renewed(_) if self.inner().stranded.get() => self.open(),
            News::Renewed(session) => self.apply(Event::Renewed(session)),
            News::Ended(why, org) => {
                let inner = self.inner();
                if let Some(idle) = inner.idle {
                    idle.rest();
                }
                self.apply(Event::Idle(None));
                let shown = self.with_untracked(|flow| flow.session().is_some());
                let asked = matches!(why, Ended::SignedOut | Ended::Idle);
                if !shown && !asked && !inner.stranded.get() {
                    return;
                }
                // Whoever did not mean to go wants to be back where they were.
                let inside = inner.page_at(&place::path()).is_some();
                let back = (inside && why != Ended::SignedOut).then(place::whole);
                inner.back.replace(back);
                self.next_epoch();
                self.flow.update(|flow| {
                    flow.apply(Event::Ended(why));
                    flow.apply(Event::OrgSession(org));
                });
                place::show("", true);
            }
        }
    }

    /// Whether anybody is there.
    #[inline(never)]
    fn finds(self, finding: Finding) {
        match finding {
            Finding::Present => self.apply(Event::Idle(None)),
            Finding::Warned(until) => self.apply(Event::Idle(Some(until))),
            Finding::Gone => self.sign_out(Ended::Idle),
        }
    }

    /// Lets somebody sign in, and brings them back here.
    pub fn sign_in_here(self) {
        self.inner().back.replace(Some(place::whole()));
        self.start_with(Purpose::SignIn, Asked::default(), false);
    }

    /// A resource wants the person to prove more, or again: then they are asked, and come back here. `false` if it wants
    /// nothing, or the same as the last time: then it is not to be had this way.
    pub fn step_up(self, url: &str, wanted: Option<Challenge>) -> bool {
        let inner = self.inner();
        let asked = (url.to_owned(), wanted.clone().unwrap_or_default());
        let before = inner.stepped.borrow().contains(&asked);
        inner.stepped.borrow_mut().retain(|(known, _)| known != url);
        let Some(wanted) = wanted else { return false };
        inner.stepped.borrow_mut().push(asked);
        if before {
            return false;
        }
        inner.back.replace(Some(place::whole()));
        self.start_with(Purpose::SignIn, wanted.asked(), false);
        true
    }

    /// Sends what stands in the form on the page, if it can be right. `false` if it cannot, or is not sent.
    pub fn submit(self, raw: &impl Raw) -> bool {
        if self.flow.read_untracked().busy {
            return false;
        }
        let inner = self.inner();
        inner.deeds.set(0);
        self.is_present();
        let card = pages::card(&self.flow.read_untracked(), inner.config);
        match pages::check(&card, raw) {
            Ok(checked) => {
                let form = self.form();
                self.flow
                    .update_untracked(|flow| flow.apply(Event::Kept(checked.kept)));
                inner.last.replace(None);
                inner.carried.replace(None);
                let sends = form.is_some();
                if let Some(form) = form {
                    self.send(form, checked.answers, Way::Pressed);
                }
                sends
            }
            Err(found) => {
                self.apply(Event::Refused(found));
                false
            }
        }
    }

    /// The page is left, perhaps only to be loaded again: what stands in its form and is no secret stays with the
    /// transaction.
    pub fn leaving(self, raw: Option<&impl Raw>) {
        if let Some(raw) = raw {
            let draft = pages::draft(&self.card(), raw);
            self.flow
                .update_untracked(|flow| flow.apply(Event::Kept(draft)));
        }
        self.remember();
    }

    /// Does what a button says.
    pub fn press(self, press: Press) {
        let busy = self.flow.read_untracked().busy;
        if busy && !matches!(press, Press::Abandon | Press::Home | Press::Stay) {
            return;
        }
        self.inner().deeds.set(0);
        self.is_present();
        match press {
            // Who waits no longer does not wait for the rest of the app either.
            Press::Abandon => self.abandon(),
            Press::Reload => place::reload(),
            press => self.once_whole(Some(press.clone()), move |store| store.does(press)),
        }
    }

    /// Somebody presses something: what the page did by itself counts from the beginning.
    fn is_present(self) {
        let inner = self.inner();
        inner.returned.set(false);
        inner.storage.remove(SENT_ON);
    }

    fn abandon(self) {
        self.next_epoch();
        self.inner().adrift.set(true);
        self.apply(Event::Abandoned);
        self.settle(false);
    }

    #[inline(never)]
    fn does(self, press: Press) {
        match press {
            Press::Send(at) => {
                let along = self.with_untracked(|flow| {
                    let found = flow.transaction()?.remediations.get(at)?;
                    Some((found.form.clone(), found.along(focus::ticked(REMEMBER))))
                });
                if let Some((form, answers)) = along {
                    self.inner().last.replace(Some(press));
                    self.send(form, answers, Way::Pressed);
                }
            }
            Press::Show(at) => {
                self.apply(Event::Shown(at));
                self.settle(false);
            }
            Press::Act(Action::Stop) => {
                self.inner().last.replace(Some(press));
                self.report(Stop::Canceled);
            }
            Press::Act(action) => {
                let form = self
                    .flow
                    .read_untracked()
                    .transaction()
                    .and_then(|transaction| match action {
                        Action::Resend => transaction.resend.clone(),
                        Action::Recover => transaction.recover.clone(),
                        Action::Stop => None,
                    });
                if let Some(form) = form {
                    let way = if action == Action::Resend {
                        Way::Resent
                    } else {
                        Way::Pressed
                    };
                    self.inner().last.replace(Some(press));
                    self.send(form, Answers::new(), way);
                }
            }
            Press::Answer(path, value) => {
                if let Some(form) = self.form() {
                    self.inner()
                        .last
                        .replace(Some(Press::Answer(path.clone(), value.clone())));
                    self.send(form, Answers::new().with(path, value), Way::Pressed);
                }
            }
            Press::Start(purpose) => self.start(purpose, Route::Here, false),
            Press::FollowLink => {
                if let Some((purpose, asked)) = self.inner().link.take() {
                    self.start_with(purpose, asked, true);
                }
            }
            Press::Perform(at) => self.perform(at, false),
            Press::Again => {
                let purpose = self.flow.read_untracked().purpose;
                self.start(purpose, Route::Here, false);
            }
            Press::Retry => {
                let last = self.inner().last.borrow().clone();
                let carried = self.inner().carried.borrow().is_some();
                match last {
                    Some(last) => self.press(last),
                    None if carried => self.hand_over(),
                    // A page that only waits asks at once.
                    None => {
                        self.apply(Event::Waiting);
                        self.poll();
                    }
                }
            }
            Press::Abandon => self.abandon(),
            Press::Leave(url) => place::leave(&url),
            Press::Hosted => self.start(Purpose::SignIn, Route::Hosted, false),
            Press::SignOut => self.sign_out(Ended::SignedOut),
            Press::EndOrgSession => {
                self.apply(Event::OrgSession(OrgSession::Ending));
                spawn(async move { self.sign_out_of_org(false).await });
            }
            Press::Stay => {
                if let Some(idle) = self.inner().idle {
                    idle.stays();
                }
            }
            Press::Visit(path) => {
                if let Some(at) = self.inner().page_at(path) {
                    place::show(path, false);
                    self.go_inside(at);
                }
            }
            Press::Home => {
                self.inner().back.replace(None);
                self.inner().asked.take();
                self.inner().link.take();
                if !place::path().is_empty() {
                    place::show("", false);
                }
                self.go_home();
            }
            // The session could not be renewed, and may be now.
            Press::Resume if self.inner().keeper.lapsed() => self.open(),
            Press::Resume if self.inner().activation.borrow().is_some() => {
                if let Some((token, code)) = self.inner().activation.take() {
                    self.begin_activation(token, code);
                }
            }
            Press::Resume => {
                // What went on in another tab is taken back; if it is over, one signs in.
                let ended = self.with_untracked(|flow| matches!(flow.phase, Phase::Stopped(_)));
                let address = if ended {
                    Address::Login
                } else {
                    self.address()
                };
                match self.stored() {
                    Some(attempt) => self.resume(attempt, address),
                    None => {
                        let purpose = self.flow.read_untracked().purpose;
                        self.start(purpose, Route::Here, false);
                    }
                }
            }
            Press::Return => {
                self.apply(Event::Returned);
                self.settle(false);
            }
            Press::Reload => place::reload(),
            Press::Trace => self.apply(Event::Traced(browser::trace())),
        }
    }

    /// The form of a remediation of the newest response.
    fn form_at(self, at: usize) -> Option<Form> {
        self.with_untracked(|flow| Some(flow.transaction()?.remediations.get(at)?.form.clone()))
    }

    /// Whether "Try again" presses a button rather than sends the form.
    pub fn repeats(self) -> bool {
        let inner = self.inner();
        inner.last.borrow().is_some() || inner.carried.borrow().is_some()
    }

    /// A new transaction, with what the address or a resource asked for. An older one is forgotten. Its address takes the
    /// place of the one that led to it, or follows it.
    fn start(self, purpose: Purpose, route: Route, replace: bool) {
        let inner = self.inner();
        // The token of a mail's link works once; the rest holds for every start.
        let asked = inner.asked.take();
        inner.asked.replace(asked.lasting());
        if !asked.step_up {
            inner.stepped.borrow_mut().clear();
        }
        let epoch = self.next_epoch();
        self.forget();
        inner.activation.replace(None);
        let hint = asked.wish("login_hint");
        let hint = hint.map(|hint| ("identifier".to_owned(), hint.to_owned()));
        self.apply(Event::Kept(hint.into_iter().collect()));
        inner.listed.set(false);
        self.apply(Event::Starting(purpose));
        self.watch();
        spawn(async move {
            let there = match purpose {
                Purpose::SignIn => Ok(()),
                _ => browser::whole().await,
            };
            let entered = match there {
                Ok(()) => drive::start(&Browser, inner.config, purpose, route, &asked).await,
                Err(gone) => Err(gone.into()),
            };
            if inner.epoch.get() != epoch {
                return;
            }
            match entered {
                Ok(Entered {
                    attempt,
                    progress: Progress::Stopped(end),
                }) if route == Route::Hosted => {
                    self.keep(attempt);
                    place::leave(&end.redirect.unwrap_or_default());
                }
                entered => {
                    let entered = match self.needs_more(&entered) {
                        true => browser::whole().await.map_err(Failure::from).and(entered),
                        false => entered,
                    };
                    if inner.epoch.get() != epoch {
                        return;
                    }
                    self.entered(entered, None, replace).await;
                    self.take_the_only_way();
                }
            }
        });
    }

    /// Whether more of the app is needed than is there, for the page that a transaction begins with.
    fn needs_more(self, entered: &Result<Entered, Failure>) -> bool {
        let first = |progress: &Progress| match progress {
            Progress::Asked(transaction) => self
                .with_untracked(|flow| flow.would_show(transaction).is_some_and(pages::is_first)),
            _ => false,
        };
        !browser::is_whole()
            && entered
                .as_ref()
                .is_ok_and(|entered| !first(&entered.progress))
    }

    /// Goes to the other service where that is all one can do; never for somebody who comes back from there.
    ///
    /// A provider may send people back at once, over and over. So this is not done after a return, and only so many times
    /// without a press, counted in the tab's storage too.
    fn take_the_only_way(self) {
        let inner = self.inner();
        let Some(url) = self.with_untracked(|flow| flow.only_way().map(str::to_owned)) else {
            return;
        };
        let sent = inner.storage.get(SENT_ON);
        let sent: u32 = sent.and_then(|sent| sent.parse().ok()).unwrap_or(0);
        if inner.returned.get() || sent >= SENDS {
            // The next press begins to count anew.
            inner.returned.set(true);
            return;
        }
        inner
            .storage
            .set(SENT_ON, &sent.saturating_add(1).to_string());
        place::leave(&url);
    }

    /// The transaction that this tab left.
    #[inline(never)]
    fn resume(self, attempt: Attempt, address: Address) {
        let inner = self.inner();
        let epoch = self.next_epoch();
        let entrance = matches!(
            address,
            Address::Login | Address::Register | Address::Recover | Address::Unlock
        );
        let purpose = if entrance {
            address.purpose()
        } else {
            attempt.purpose
        };
        let attempt = Attempt { purpose, ..attempt };
        inner.shared.set(true);
        inner.asked.replace(attempt.asked());
        if inner.back.borrow().is_none() {
            inner.back.replace(attempt.back.clone());
        }
        self.apply(Event::Kept(attempt.kept.clone()));
        self.apply(Event::Starting(purpose));
        self.watch();
        spawn(async move {
            let entered = drive::enter(&Browser, inner.config, attempt).await;
            if inner.epoch.get() != epoch {
                return;
            }
            if let Ok(Entered {
                progress: Progress::Stopped(end),
                ..
            }) = &entered
                && !end.passes()
            {
                if end.messages.iter().any(|said| said.is(PROVIDER_FAILED)) {
                    let (code, description) = (String::new(), String::new());
                    let failure = Failure::Callback { code, description };
                    inner.note.replace(Some(failure));
                }
                // Somebody who opens an entrance, or comes back without success, does not care that a visit is over.
                if entrance || inner.note.borrow().is_some() {
                    return self.start(purpose, Route::Here, true);
                }
            }
            self.entered(entered, Some(address), true).await;
            self.hand_over();
        });
    }

    async fn entered(
        self,
        entered: Result<Entered, Failure>,
        address: Option<Address>,
        replace: bool,
    ) {
        match entered {
            Ok(Entered { attempt, progress }) => {
                let sent = attempt.sent.clone();
                self.apply(Event::ByLink(attempt.by_link));
                self.keep(attempt);
                self.finish(Way::Pressed, Ok(progress), replace).await;
                if let Some(address) = address {
                    self.arrive(&address);
                }
                self.count_from(sent);
                if let Some(failure) = self.inner().note.take() {
                    self.apply(Event::Answered(Way::Pressed, Err(failure)));
                }
            }
            // What is stored stays: it may be only the network that is away.
            Err(failure) => {
                let inner = self.inner();
                inner.lasting.replace(None);
                let refused = matches!(
                    &failure,
                    Failure::Start(refusal) if refusal.setting == Some(Setting::AcrValues)
                );
                // Asked for again it would be refused again. Who signs in without it goes nowhere that wants it.
                if refused {
                    inner.asked.take();
                    inner.back.take();
                }
                self.apply(Event::Answered(Way::Pressed, Err(failure)));
            }
        }
    }

    /// After a reload: the page that had the address, if the answer has it too.
    #[inline(never)]
    fn arrive(self, address: &Address) {
        let at = self
            .flow
            .read_untracked()
            .transaction()
            .and_then(|transaction| address.within(transaction));
        if let Some(at) = at {
            self.apply(Event::Shown(at));
            self.settle(true);
        }
    }

    /// The countdown goes on where it was.
    fn count_from(self, sent: Option<(String, u64)>) {
        let current = self.current_key();
        if let Some((key, at)) = sent.filter(|(key, _)| Some(key) == current.as_ref()) {
            self.sent(Some((key, at)));
        }
    }

    fn send(self, form: Form, answers: Answers, way: Way) {
        let inner = self.inner();
        if inner.adrift.get() && !browser::is_whole() {
            self.apply(Event::Sent);
            self.watch();
            return self.once_whole(None, move |store| store.send(form, answers, way));
        }
        let polling = inner.polling.get() == Some(inner.epoch.get());
        // After a wait that the person broke off the org may be further than the page: it is asked first.
        let astray = inner.adrift.take();
        if polling || astray {
            self.apply(Event::Sent);
            self.watch();
            inner
                .waiting
                .replace(Some(Box::new(move || self.send(form, answers, way))));
            if !polling {
                self.ask(None);
            }
            return;
        }
        let handle = self.handle();
        let epoch = self.next_epoch();
        let before = self.page_key();
        // It goes out before the page says so: what is out already does not wait for that.
        spawn(async move {
            let answer =
                drive::answer(&Browser, inner.config, handle.as_ref(), &form, &answers).await;
            drop(answers);
            // What may come of it is more than the form of Sign In.
            let there = browser::whole().await;
            if inner.epoch.get() != epoch {
                return;
            }
            let answer = there.map_err(Failure::from).and(answer);
            // Where there is one that cannot be shown, the org is further than the page.
            inner.adrift.set(!browser::is_whole());
            let went = answer.is_ok();
            if went {
                inner.carried.replace(None);
            }
            self.finish(way, answer, false).await;
            self.take_the_only_way();
            let now = self.current_key();
            let refused = self.with_untracked(|flow| !pages::problems(flow).is_empty());
            if went
                && !refused
                && now.is_some()
                && (way == Way::Resent || self.page_key() != before)
            {
                self.sent(now.map(|key| (key, timer::now())));
            }
        });
        self.apply(Event::Sent);
        self.watch();
    }

    /// What an answer means: a page, or the end and its exchange.
    async fn finish(self, way: Way, answer: Result<Progress, Failure>, replace: bool) {
        let inner = self.inner();
        match answer {
            Ok(Progress::Granted(code)) => self.exchange(&code).await,
            answer => {
                inner.lasting.replace(None);
                self.apply(Event::Answered(way, answer));
                self.forget_what_is_over();
                self.settle(replace);
            }
        }
    }

    async fn exchange(self, code: &Secret) {
        let inner = self.inner();
        let epoch = self.next_epoch();
        self.apply(Event::Sent);
        self.watch();
        let attempt = inner.attempt.borrow().clone();
        let exchanged = match &attempt {
            Some(attempt) => {
                let memory = inner.keeper.memory();
                super::exchange(&Browser, inner.config, memory, attempt, code).await
            }
            None => Err(Failure::ForeignCallback),
        };
        if inner.epoch.get() != epoch {
            // Whoever went elsewhere meanwhile has no use for what came.
            if let Ok((tokens, _)) = exchanged {
                inner.keeper.discard(tokens);
            }
            return;
        }
        // The code is spent, whatever came of it.
        self.forget();
        inner.lasting.replace(None);
        match exchanged {
            Ok((tokens, claims)) => {
                let ahead = tokens.ahead;
                inner.keeper.begin(tokens, &claims);
                if inner.back.borrow().is_none() {
                    inner.back.replace(attempt.and_then(|attempt| attempt.back));
                }
                self.welcome(Session { claims, ahead }, true);
            }
            Err(failure) => self.apply(Event::Failed(failure)),
        }
    }

    /// Somebody comes back from elsewhere (protocol reference, 1.11). The parameters leave the address bar at once.
    #[inline(never)]
    fn callback(self) {
        let inner = self.inner();
        let shared = || {
            inner
                .storage
                .taken(&place::parameter("state")?, timer::now())
        };
        let stored = inner.storage.get(TRANSACTION);
        let known = stored.into_iter().chain(shared());
        let known = known.filter_map(|text| Attempt::read(&text));
        let callback = Callback::read(&inner.config.issuer, &place::parameter, known);
        place::show(&Address::Callback.path(), true);
        inner.shared.set(true);
        let (attempt, carried) = match callback {
            Callback::Ours(attempt, carried) => {
                inner.asked.replace(attempt.asked());
                inner.returned.set(true);
                (*attempt, carried)
            }
            Callback::Bare if self.stored().is_some() => return self.press(Press::Resume),
            other => {
                self.next_epoch();
                return match (other, self.session()) {
                    (Callback::Foreign, _) | (Callback::Bare, None) => {
                        self.apply(Event::Failed(Failure::ForeignCallback));
                    }
                    (Callback::Code(otp), None) => self.apply(Event::Carried(otp)),
                    (_, session) => {
                        self.apply(Event::Arrived(session));
                        place::show("", true);
                    }
                };
            }
        };
        match carried {
            Carried::Grant(code) => {
                self.apply(Event::Starting(attempt.purpose));
                inner.attempt.replace(Some(attempt));
                return spawn(async move { self.exchange(&code).await });
            }
            Carried::Refusal(failure) => {
                inner.note.replace(Some(failure));
            }
            Carried::Otp(otp) => {
                inner.carried.replace(Some(otp));
            }
            Carried::Nothing => {}
        }
        if attempt.handle.is_some() {
            self.resume(attempt, Address::Callback);
        } else {
            self.start(Purpose::SignIn, Route::Here, true);
        }
    }

    /// Answers the step that a mail's link is for. Where the step is no longer that one, it is done already, and the page
    /// shows what is next.
    #[inline(never)]
    fn hand_over(self) {
        let inner = self.inner();
        let otp = inner.carried.borrow().clone();
        let Some(otp) = otp else { return };
        let answer = self.with_untracked(|flow| {
            let (form, answers) = drive::carry(flow.transaction()?, otp.expose())?;
            Some((form.clone(), answers))
        });
        inner.last.replace(None);
        match answer {
            Some((form, answers)) => self.send(form, answers, Way::Pressed),
            None => {
                inner.carried.replace(None);
            }
        }
    }

    /// Back and Forward within a transaction.
    #[inline(never)]
    fn travel(self, address: &Address) {
        let way = self
            .flow
            .read_untracked()
            .transaction()
            .and_then(|transaction| drive::navigate(transaction, address));
        match way {
            Some(Ok(at)) => {
                self.apply(Event::Shown(at));
                self.settle(true);
            }
            Some(Err(at)) => self.press(Press::Send(at)),
            None => {
                self.apply(Event::WentAstray);
                self.close();
            }
        }
    }

    /// The session ends here at once; the org is told behind the person's back, and the browser goes there to end the org's
    /// own session, where there is one.
    #[inline(never)]
    fn sign_out(self, why: Ended) {
        let inner = self.inner();
        self.forget();
        inner.back.replace(None);
        spawn(async move {
            if let Some(answered) = inner.keeper.sign_out(why).await {
                self.sign_out_of_org(answered).await;
            }
        });
    }

    /// The browser goes and ends the org's own session. Where the org is not there, the page says that it may live on.
    async fn sign_out_of_org(self, answered: bool) {
        let keeper = self.inner().keeper;
        let out = keeper.way_to_end_at_the_org(answered).await;
        // Somebody may have signed in meanwhile.
        if self.session().is_some() {
            return;
        }
        match out {
            Some(out) => place::replace(out.expose()),
            None if self.with_untracked(|flow| flow.org_session == OrgSession::Ending) => {
                self.apply(Event::OrgSession(OrgSession::LivesOn));
            }
            None => {}
        }
    }

    fn session(self) -> Option<Session> {
        self.inner().keeper.session()
    }

    /// After each answer: polling begins or ends; and when the page is on the screen, for it need not wait for that, the
    /// address follows the step, and what a reload needs is stored.
    fn settle(self, replace: bool) {
        self.attend();
        self.schedule(None);
        let before = place::path();
        let after = move || {
            self.share();
            self.remember();
            let address = self.flow.read_untracked().address();
            if let Some(address) = address.map(|address| address.path())
                && address != before
                // Whoever went elsewhere meanwhile is there.
                && place::path() == before
            {
                place::show(&address, replace);
            }
        };
        timer::later(timer::DRAWN, after);
    }

    /// What the page does by itself and has not done yet.
    fn next_deed(self) -> Option<(String, Deed)> {
        let inner = self.inner();
        let next = drive::alone(&self.flow.read_untracked(), inner.config.fastpass);
        let deeds = inner.deeds.get();
        next.filter(|(key, _)| deeds == 0 || deeds < DEEDS && *inner.done.borrow() != *key)
    }

    #[inline(never)]
    fn act(self, deed: Deed) {
        match deed {
            Deed::Send => {
                if let Some(form) = self.form() {
                    self.send(form, Answers::new(), Way::Pressed);
                }
            }
            Deed::Report => self.report(Stop::Unreachable),
            Deed::Probe => {
                let epoch = self.inner().epoch.get();
                let challenge = self.with_untracked(|flow| flow.transaction()?.challenge.clone());
                spawn(async move {
                    let Some(challenge) = challenge else { return };
                    let found = drive::probe(&Browser, &challenge).await;
                    match found {
                        _ if self.inner().epoch.get() != epoch => {}
                        // The org has it from the app by now.
                        Ok(()) => self.poll(),
                        Err(why) => self.report(why),
                    }
                });
                self.schedule(None);
            }
        }
    }

    /// The form on the page.
    fn form(self) -> Option<Form> {
        self.with_untracked(|flow| flow.shown().map(|(_, shown)| shown.form.clone()))
    }

    /// Tells the org that no app answers here. Where it does not take that, or knows nothing else, the page says so.
    #[inline(never)]
    fn report(self, why: Stop) {
        let form =
            self.with_untracked(|flow| flow.transaction()?.challenge.as_ref()?.cancel().cloned());
        match form {
            Some(form) => self.send(form, why.answers(), Way::Reported),
            None => self.apply(Event::Answered(Way::Pressed, Err(Failure::NoApp))),
        }
    }

    fn schedule(self, pause: Option<u32>) {
        let inner = self.inner();
        let poll = self.with_untracked(|flow| flow.polling().map(|(_, wait)| wait));
        let wait = match self.next_deed() {
            Some(_) => Some(READING),
            None => poll.map(|wait| pause.unwrap_or(wait)),
        };
        let timer = wait.and_then(|wait| Timer::after(wait, move || self.poll()));
        inner.poll.replace(timer);
    }

    fn poll(self) {
        let inner = self.inner();
        if !browser::is_whole() {
            return spawn(async move {
                match browser::whole().await {
                    Ok(()) => self.poll(),
                    Err(_) => self.schedule(None),
                }
            });
        }
        // Nobody looks: it is done once somebody does.
        let hidden = place::hidden();
        inner.due.set(hidden);
        if hidden {
            return;
        }
        if self.flow.read_untracked().busy {
            return self.schedule(None);
        }
        if let Some((key, deed)) = self.next_deed() {
            inner.done.replace(key);
            inner.deeds.set(inner.deeds.get() + 1);
            return self.act(deed);
        }
        let form = self.with_untracked(|flow| flow.polling().map(|(form, _)| form.clone()));
        if form.is_some() {
            self.ask(form);
        }
    }

    /// Somebody looks at the page again: what was due meanwhile is done at once.
    pub fn wake(self) {
        let inner = self.inner();
        if !browser::is_whole() {
            // Nobody is signed in yet, and nothing was due.
            return;
        }
        inner.keeper.look();
        if let Some(idle) = inner.idle {
            idle.look();
        }
        if inner.due.take() {
            self.poll();
        }
    }

    /// Asks the org where the transaction stands: by a poll, or by what brings it back.
    #[inline(never)]
    fn ask(self, poll: Option<Form>) {
        let inner = self.inner();
        let epoch = inner.epoch.get();
        if inner.polling.get() == Some(epoch) {
            return;
        }
        inner.polling.set(Some(epoch));
        let handle = self.handle();
        let attempt = inner.attempt.borrow().clone();
        spawn(async move {
            let answer = match (poll, attempt) {
                (Some(form), _) => {
                    let mut answers = Answers::new();
                    // Whether the next push goes out by itself is said with a poll.
                    if let Some(ticked) = focus::ticked(AUTO).filter(|_| form.field(AUTO).is_some())
                    {
                        answers.set(AUTO, Answer::Flag(ticked));
                    }
                    drive::answer(&Browser, inner.config, handle.as_ref(), &form, &answers).await
                }
                (None, Some(attempt)) => drive::enter(&Browser, inner.config, attempt)
                    .await
                    .map(|entered| entered.progress),
                (None, None) => return,
            };
            if inner.epoch.get() != epoch {
                return;
            }
            inner.polling.set(None);
            let waiting = inner.waiting.borrow_mut().take();
            let page = self.page_key();
            let mut pause = None;
            inner.misses.set(if answer.is_ok() {
                0
            } else {
                inner.misses.get().saturating_add(1)
            });
            match answer {
                Ok(progress @ Progress::Granted(_)) => {
                    return self.finish(Way::Pressed, Ok(progress), false).await;
                }
                Ok(progress) => {
                    if let Progress::Stopped(answer) | Progress::Asked(answer) = &progress
                        && (answer.passes() || answer.limited())
                    {
                        pause = Some(rest(answer.retry_after));
                    }
                    self.flow.update(|flow| flow.apply(Event::Polled(progress)));
                    if self.with_untracked(|flow| flow.failure.is_some()) {
                        inner.last.replace(None);
                    }
                    self.forget_what_is_over();
                }
                Err(failure) => {
                    let busy = matches!(&failure, Failure::Idx { status: 429, .. });
                    pause = busy.then(|| rest(failure.retry_after()));
                    // A page with something to fill in can do without; one that only waits must say why it does.
                    let only_waits = self.with_untracked(|flow| {
                        flow.shown().is_some_and(|(_, shown)| shown.polls())
                    });
                    if inner.misses.get() == MISSES && !busy && only_waits {
                        inner.last.replace(None);
                        self.apply(Event::Answered(Way::Pressed, Err(failure)));
                    }
                }
            }
            match waiting {
                // What the person sent meanwhile is for a page that is over if the poll brought another.
                Some(send) if self.page_key() == page => {
                    self.flow.update_untracked(|flow| flow.busy = false);
                    send();
                }
                waiting => {
                    if waiting.is_some() {
                        self.apply(Event::Abandoned);
                        inner.lasting.replace(None);
                    }
                    self.settle(false);
                    if pause.is_some() {
                        self.schedule(pause);
                    }
                }
            }
        });
    }

    fn handle(self) -> Option<Secret> {
        self.with_untracked(|flow| flow.transaction()?.handle.clone())
    }

    fn page_key(self) -> Option<(String, Option<String>)> {
        let flow = self.flow.read_untracked();
        let (_, shown) = flow.shown()?;
        Some((
            shown.form.name.clone(),
            shown.about.as_ref().map(|about| about.key.clone()),
        ))
    }

    /// The authenticator a code was sent for, while its page can send another.
    fn current_key(self) -> Option<String> {
        let flow = self.flow.read_untracked();
        let (transaction, _) = flow.shown()?;
        transaction
            .resend
            .as_ref()
            .and(transaction.current.as_ref())
            .map(|current| current.key.clone())
    }

    fn sent(self, sent: Option<(String, u64)>) {
        self.flow
            .update(|flow| flow.sent_at = sent.as_ref().map(|(_, at)| *at));
        if let Some(attempt) = self.inner().attempt.borrow_mut().as_mut() {
            attempt.sent = sent;
        }
        self.save();
    }

    /// Says after a while that the page still waits.
    fn watch(self) {
        self.inner()
            .lasting
            .replace(Timer::after(LASTING, move || self.apply(Event::Lasting)));
    }

    fn keep(self, mut attempt: Attempt) {
        let inner = self.inner();
        attempt.back.clone_from(&inner.back.borrow());
        inner.attempt.replace(Some(attempt));
        self.save();
    }

    /// Stores the attempt as it is now.
    fn save(self) {
        let inner = self.inner();
        if let Some(attempt) = inner.attempt.borrow().as_ref() {
            inner.storage.set(TRANSACTION, &attempt.write());
        }
    }

    /// What was typed outlives a reload with the transaction; and one that has no interaction handle comes back by its newest
    /// state handle.
    fn remember(self) {
        let handle = self.handle();
        if let Some(attempt) = self.inner().attempt.borrow_mut().as_mut() {
            attempt.kept.clone_from(&self.flow.read_untracked().kept);
            if attempt.route == Route::StateToken && handle.is_some() {
                attempt.handle = handle;
            }
        }
        self.save();
    }

    /// While a page waits for a mail's link, another tab may go on with the transaction.
    #[inline(never)]
    fn share(self) {
        let inner = self.inner();
        let mut attempt = inner.attempt.borrow_mut();
        // What no callback can take up is shared with nobody.
        let Some(attempt) = attempt
            .as_mut()
            .filter(|attempt| attempt.route != Route::StateToken)
        else {
            return;
        };
        let awaited = self.with_untracked(|flow| {
            let about = flow.shown().and_then(|(_, shown)| shown.about.as_ref());
            about.is_some_and(|about| about.kind == Kind::Email && about.link)
        });
        if awaited {
            inner.shared.set(true);
            let now = timer::now();
            let since = *attempt.shared.get_or_insert(now);
            let (state, text) = (attempt.state.expose(), attempt.write_for_others());
            inner.storage.share(state, &text, since, now);
        } else if inner.shared.take() {
            inner.storage.unshare(attempt.state.expose());
        }
    }

    /// Of an end nothing is kept, unless it went on in another tab: it can be taken back from there.
    fn forget_what_is_over(self) {
        let over = self.with_untracked(|flow| match &flow.phase {
            Phase::Stopped(end) => !end
                .messages
                .iter()
                .any(|said| ELSEWHERE.iter().any(|key| said.is(key))),
            _ => false,
        });
        if over {
            self.forget();
        }
    }

    fn forget(self) {
        let inner = self.inner();
        if inner.shared.take()
            && let Some(attempt) = inner.attempt.borrow().as_ref()
        {
            inner.storage.unshare(attempt.state.expose());
        }
        inner.storage.remove(TRANSACTION);
        inner.attempt.replace(None);
        inner.poll.replace(None);
    }

    fn next_epoch(self) -> u32 {
        let inner = self.inner();
        inner.epoch.set(inner.epoch.get().wrapping_add(1));
        inner.poll.replace(None);
        inner.waiting.replace(None);
        inner.due.set(false);
        inner.stranded.set(false);
        self.close();
        inner.epoch.get()
    }

    fn apply(self, event: Event) {
        self.flow.update(|flow| flow.apply(event));
    }

    fn with_untracked<T>(self, read: impl FnOnce(&Flow) -> T) -> T {
        read(&self.flow.read_untracked())
    }

    fn inner(self) -> &'static Inner {
        self.inner
    }
}

impl Inner {
    /// Which of the app's pages has that path under the app's root.
    fn page_at(&self, path: &str) -> Option<usize> {
        let path = path.trim_matches('/');
        self.pages.iter().position(|page| page.path == path)
    }
}

/// Milliseconds without a poll after one that came too often, longer if the org says so.
fn rest(seconds: Option<u32>) -> u32 {
    PAUSE.max(seconds.unwrap_or(0).saturating_mul(1000))
}
