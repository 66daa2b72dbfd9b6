//! The state, and how each event moves it.

use super::{Address, Failure};
use crate::http::{self, Unreachable};
use crate::idx::{Control, Field, Message, Progress, Remediation, Step, Transaction, UNREAD};
use crate::oauth::{Claims, Purpose};
use crate::text;

/// The control in which a new password is typed again. Not sent.
pub const AGAIN: &str = "confirm";

/// All that is on the screen and behind it.
#[derive(Clone)]
pub struct Flow {
    /// Where it stands.
    pub phase: Phase,
    /// A request is out: buttons rest.
    pub busy: bool,
    /// The request has been out for longer than people expect.
    pub slow: bool,
    /// Why the last request brought no step.
    pub failure: Option<Failure>,
    /// What was found wrong before anything was sent.
    pub found: Vec<Found>,
    /// Goes up whenever something is said anew, so that the same words are announced again.
    pub said: u32,
    /// Goes up whenever passwords and codes on the page are to be emptied.
    pub wipes: u32,
    /// What the person typed that is no secret, by path: a page that asks for it again has it already.
    pub kept: Vec<(String, String)>,
    /// What the person came for.
    pub purpose: Purpose,
    /// When the last code was sent: milliseconds since 1970. The button for a new one rests a while.
    pub sent_at: Option<u64>,
    /// For so many milliseconds the page has been asking whether something happened elsewhere.
    pub waited: u32,
    /// So many times in a row the org has refused what was sent from this page.
    pub tries: u32,
    /// A new code was sent on request: worth saying.
    pub resent: bool,
    /// On which of its remediations the newest response was shown first: what it refuses as a whole is told there.
    pub told: usize,
    /// The transaction had gone on elsewhere when something was sent: worth saying.
    pub moved: bool,
    /// Nobody has done anything for a while: when they are signed out, in milliseconds since 1970.
    pub idle_until: Option<u64>,
    /// Why somebody who was signed in is so no longer, just now.
    pub ended: Option<Ended>,
    /// What becomes of the org's own session meanwhile.
    pub org_session: OrgSession,
    /// The browser asks the person for a key just now.
    pub performing: bool,
    /// A mail's link began the transaction: each page says whose account it is.
    pub by_link: bool,
}

/// Where a flow stands.
#[derive(Clone, PartialEq)]
pub enum Phase {
    /// The first answer is awaited.
    Loading,
    /// Nobody is under way.
    Home(Option<Session>),
    /// A page of the app behind the door, for somebody who is signed in.
    Inside {
        /// Who.
        session: Session,
        /// Which of the app's pages.
        at: usize,
        /// What it is called.
        title: &'static str,
    },
    /// The org asks for something.
    Step {
        /// The newest response.
        transaction: Box<Transaction>,
        /// Which of its remediations is on the screen.
        shown: usize,
    },
    /// The org asks for nothing more.
    Stopped(Box<Transaction>),
    /// No step could be had at all.
    Failed(Failure),
    /// Somebody went back to a step that is over. The transaction waits.
    Astray {
        /// The newest response.
        transaction: Box<Transaction>,
        /// Which of its remediations was on the screen.
        shown: usize,
    },
    /// A mail's link was opened where the transaction is not: the code it carries is to be typed there.
    Carried(String),
    /// An address that this app has not.
    Unknown,
    /// Somebody who is signed in opened a mail's link: it would take the place of their session.
    LinkOpened(Session),
    /// A developer looks at the exchange so far.
    Traced {
        /// The exchange.
        trace: String,
        /// What waits.
        before: Box<Phase>,
    },
}

/// Somebody is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// What the ID token says of them.
    pub claims: Claims,
    /// By how many seconds the org's clock is ahead of this device's; negative if it is behind.
    pub ahead: i64,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The person wanted it so, here.
    SignedOut,
    /// They wanted it so in another tab.
    Elsewhere,
    /// The tokens are no longer good, and nothing renews them.
    Lapsed,
    /// Nobody did anything for as long as the deployment allows.
    Idle,
}

/// What becomes of the org's own session in this browser when somebody is signed out here: by it the next person at the
/// browser would be signed in without a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrgSession {
    /// There is none that is known of.
    #[default]
    None,
    /// The browser is about to end it.
    Ending,
    /// It may live on.
    LivesOn,
}

/// Something found wrong in a form before it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The control's name.
    pub path: String,
    /// What to do about it.
    pub words: String,
}

/// Which way a request went out: decides what its answer means for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The page's own form, or a button beside it.
    Pressed,
    /// A new code was asked for.
    Resent,
    /// The page told by itself that no app answers on this device.
    Reported,
}

/// What happens to a flow.
pub enum Event {
    /// A transaction is started or brought back.
    Starting(Purpose),
    /// A request goes out.
    Sent,
    /// It is out for long.
    Lasting,
    /// The browser asks the person for a key.
    Performing,
    /// The person no longer waits for it.
    Abandoned,
    /// Its answer.
    Answered(Way, Result<Progress, Failure>),
    /// A poll's answer.
    Polled(Progress),
    /// The page is to wait on.
    Waiting,
    /// Another remediation of the same response is shown.
    Shown(usize),
    /// Something was found wrong before sending.
    Refused(Vec<Found>),
    /// What was typed that is no secret.
    Kept(Vec<(String, String)>),
    /// Home, with or without a session.
    Arrived(Option<Session>),
    /// A session is over.
    Ended(Ended),
    /// What becomes of the org's own.
    OrgSession(OrgSession),
    /// A page of the app behind the door.
    Inside {
        /// Who is signed in.
        session: Session,
        /// Which of the app's pages.
        at: usize,
        /// What it is called.
        title: &'static str,
    },
    /// Nobody has done anything for a while and is signed out at that time, or somebody is there after all.
    Idle(Option<u64>),
    /// The session's tokens were renewed: it is the same person's.
    Renewed(Session),
    /// No step can be had.
    Failed(Failure),
    /// Somebody went back to a step that is over.
    WentAstray,
    /// Back from astray.
    Returned,
    /// A mail's link was opened where the transaction is not.
    Carried(String),
    /// An address that this app has not.
    Lost,
    /// Somebody who is signed in opened a mail's link.
    LinkOpened(Session),
    /// Whether a mail's link began the transaction.
    ByLink(bool),
    /// A developer looks at the exchange so far.
    Traced(String),
}

/// A page asks for so many milliseconds whether something happened elsewhere, as long as an org keeps a transaction in
/// which nothing happens. Then the person is asked.
const PATIENCE: u32 = 30 * 60 * 1000;

impl Default for Flow {
    fn default() -> Self {
        Self {
            phase: Phase::Loading,
            busy: false,
            slow: false,
            failure: None,
            found: Vec::new(),
            said: 0,
            wipes: 0,
            kept: Vec::new(),
            purpose: Purpose::SignIn,
            sent_at: None,
            waited: 0,
            tries: 0,
            resent: false,
            told: 0,
            moved: false,
            idle_until: None,
            ended: None,
            org_session: OrgSession::None,
            performing: false,
            by_link: false,
        }
    }
}

impl Flow {
    /// Moves on.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Starting(purpose) => {
                *self = Self {
                    kept: std::mem::take(&mut self.kept),
                    purpose,
                    busy: true,
                    said: self.said,
                    idle_until: self.idle_until,
                    ..Self::default()
                };
            }
            Event::Sent => {
                self.rest();
                self.busy = true;
            }
            Event::Lasting => self.slow = self.busy,
            Event::Performing => {
                self.quiet();
                self.performing = true;
            }
            Event::Abandoned => {
                self.rest();
                if self.phase == Phase::Loading {
                    self.phase = Phase::Failed(Failure::Unreachable(Unreachable::Aborted));
                }
            }
            Event::Answered(way, answer) => {
                self.rest();
                match answer {
                    Ok(progress) => self.received(way, progress),
                    Err(failure) => self.failed(failure),
                }
            }
            Event::Polled(progress) => self.polled(progress),
            Event::Waiting => {
                self.waited = 0;
                self.failure = None;
            }
            Event::Shown(at) => {
                if let Phase::Step { transaction, shown } | Phase::Astray { transaction, shown } =
                    &self.phase
                    && at < transaction.remediations.len()
                {
                    let moved = *shown != at || matches!(self.phase, Phase::Astray { .. });
                    if moved {
                        let transaction = transaction.clone();
                        self.quiet();
                        self.phase = Phase::Step {
                            transaction,
                            shown: at,
                        };
                    }
                }
            }
            Event::Refused(found) => {
                self.quiet();
                if found
                    .iter()
                    .any(|found| found.path == AGAIN || found.path.starts_with("credentials."))
                {
                    self.wipes = self.wipes.wrapping_add(1);
                }
                self.found = found;
                self.said = self.said.wrapping_add(1);
            }
            Event::Kept(typed) => {
                for (path, text) in typed {
                    self.kept.retain(|(known, _)| *known != path);
                    self.kept.push((path, text));
                }
            }
            Event::Arrived(session) => {
                *self = Self {
                    phase: Phase::Home(session),
                    ..Self::default()
                }
            }
            Event::Inside { session, at, title } => {
                *self = Self {
                    phase: Phase::Inside { session, at, title },
                    ..Self::default()
                }
            }
            Event::Idle(until) => self.idle_until = until,
            Event::Renewed(renewed) => {
                if let Phase::Home(Some(session))
                | Phase::Inside { session, .. }
                | Phase::LinkOpened(session) = &mut self.phase
                {
                    *session = renewed;
                }
            }
            Event::Ended(why) => {
                *self = Self {
                    phase: Phase::Home(None),
                    ended: Some(why),
                    said: 1,
                    ..Self::default()
                };
            }
            Event::OrgSession(becomes) => self.org_session = becomes,
            Event::Failed(failure) => {
                self.rest();
                self.quiet();
                self.phase = Phase::Failed(failure);
            }
            Event::WentAstray => {
                if let Phase::Step { transaction, shown } = &self.phase {
                    let (transaction, shown) = (transaction.clone(), *shown);
                    self.quiet();
                    self.phase = Phase::Astray { transaction, shown };
                }
            }
            Event::Traced(trace) => {
                let before = std::mem::replace(&mut self.phase, Phase::Loading);
                self.phase = Phase::Traced {
                    trace,
                    before: Box::new(before),
                };
            }
            Event::Returned => {
                if let Phase::Traced { before, .. } = &self.phase {
                    self.phase = Phase::clone(before);
                    return;
                }
                if let Phase::Astray { transaction, shown } = &self.phase {
                    self.phase = Phase::Step {
                        transaction: transaction.clone(),
                        shown: *shown,
                    };
                }
            }
            Event::Carried(code) => {
                *self = Self {
                    phase: Phase::Carried(code),
                    ..Self::default()
                }
            }
            Event::Lost => {
                *self = Self {
                    phase: Phase::Unknown,
                    ..Self::default()
                }
            }
            Event::LinkOpened(session) => {
                *self = Self {
                    phase: Phase::LinkOpened(session),
                    ..Self::default()
                }
            }
            Event::ByLink(by_link) => self.by_link = by_link,
        }
    }

    /// The response and the remediation on the screen.
    pub fn shown(&self) -> Option<(&Transaction, &Remediation)> {
        match &self.phase {
            Phase::Step { transaction, shown } => {
                Some((transaction, transaction.remediations.get(*shown)?))
            }
            _ => None,
        }
    }

    /// The newest response, if a transaction is under way.
    pub fn transaction(&self) -> Option<&Transaction> {
        match &self.phase {
            Phase::Step { transaction, .. }
            | Phase::Astray { transaction, .. }
            | Phase::Stopped(transaction) => Some(transaction),
            _ => None,
        }
    }

    /// Who is signed in, where a page is theirs.
    pub fn session(&self) -> Option<&Session> {
        match &self.phase {
            Phase::Home(session) => session.as_ref(),
            Phase::Inside { session, .. } | Phase::LinkOpened(session) => Some(session),
            Phase::Traced { before, .. } => match &**before {
                Phase::Home(session) => session.as_ref(),
                Phase::Inside { session, .. } | Phase::LinkOpened(session) => Some(session),
                _ => None,
            },
            _ => None,
        }
    }

    /// The address that the page has.
    pub fn address(&self) -> Option<Address> {
        match &self.phase {
            Phase::Home(_) => Some(Address::Home),
            Phase::Step { .. } => self
                .shown()
                .map(|(_, remediation)| Address::of(remediation)),
            _ => None,
        }
    }

    /// What a control of that name begins with.
    pub fn kept(&self, path: &str) -> Option<&str> {
        let find = |path: &str| {
            self.kept
                .iter()
                .rev()
                .find(|(known, _)| known == path)
                .map(|(_, text)| text.as_str())
        };
        let typed = |path: &str| find(path).filter(|text| !text.is_empty());
        match path {
            // One address serves signing up, signing in and getting back in.
            "identifier" => typed("identifier").or_else(|| find("userProfile.email")),
            "userProfile.email" => typed("userProfile.email")
                .or_else(|| find("identifier").filter(|typed| typed.contains('@'))),
            other => find(other),
        }
    }

    /// Where the only way leads, if that is another service and there is nothing to say about it: who comes back from there
    /// without success is told why, and goes again by a press. An address that is not
    /// the embedded flow's own (protocol reference, 5.6) does not come back here: it waits for a press.
    pub fn only_way(&self) -> Option<&str> {
        let (transaction, shown) = self.shown()?;
        let only = transaction.remediations.len() == 1
            && matches!(shown.step, Step::RedirectIdp | Step::PivIdp)
            && transaction.messages.is_empty()
            && shown.messages.is_empty()
            && self.failure.is_none();
        (only && text::has(&shown.form.href, "/v1/authorize?") && http::navigable(&shown.form.href))
            .then_some(shown.form.href.as_str())
    }

    /// The form to ask again and again while this page is open, and the milliseconds in between.
    pub fn polling(&self) -> Option<(&crate::idx::Form, u32)> {
        let (transaction, remediation) = self.shown()?;
        if remediation.selects() || self.waited > PATIENCE {
            return None;
        }
        let form = if remediation.polls() {
            Some(&remediation.form)
        } else {
            transaction.poll.as_ref()
        }?;
        Some((form, form.refresh.unwrap_or(4000).clamp(500, 60_000)))
    }

    fn rest(&mut self) {
        self.busy = false;
        self.slow = false;
        self.performing = false;
    }

    /// Nothing is wrong any more.
    fn quiet(&mut self) {
        self.failure = None;
        self.found.clear();
        self.resent = false;
        self.moved = false;
        self.ended = None;
        self.org_session = OrgSession::None;
        self.performing = false;
    }

    fn failed(&mut self, failure: Failure) {
        self.quiet();
        self.said = self.said.wrapping_add(1);
        match self.phase {
            // The step stays, with what was typed.
            Phase::Step { .. } => self.failure = Some(failure),
            _ => self.phase = Phase::Failed(failure),
        }
    }

    fn received(&mut self, way: Way, progress: Progress) {
        self.quiet();
        self.said = self.said.wrapping_add(1);
        match progress {
            Progress::Asked(mut transaction) => {
                // What was sent was for a page that is over. The one that is now is no error of the person's.
                let unread = |message: &Message| message.is(UNREAD);
                self.moved = transaction.messages.iter().any(unread)
                    && self.shown().is_some_and(|(before, _)| {
                        !quieted(before).looks_like(&quieted(&transaction))
                    });
                if self.moved {
                    transaction.messages.retain(|message| !unread(message));
                }
                let refused = refuses(&transaction);
                self.resent = way == Way::Resent && !refused;
                if refused && way == Way::Pressed {
                    self.wipes = self.wipes.wrapping_add(1);
                }
                let shown = self.place(&transaction);
                let again = self
                    .shown()
                    .zip(transaction.remediations.get(shown))
                    .is_some_and(|((_, before), now)| {
                        before.form.name == now.form.name && key(before) == key(now)
                    });
                self.tries = if refused && again { self.tries + 1 } else { 0 };
                self.waited = 0;
                let before = self
                    .transaction()
                    .and_then(|before| before.challenge.as_ref());
                // An org that waits on for an app that is not there would wait for ever.
                if way == Way::Reported && before == transaction.challenge.as_ref() {
                    self.failure = before.map(|_| Failure::NoApp);
                }
                self.told = shown;
                self.phase = Phase::Step {
                    transaction: Box::new(transaction),
                    shown,
                };
            }
            Progress::Stopped(stopped) if stopped.passes() => {
                let failure = Failure::Passing {
                    messages: stopped.messages,
                    retry_after: stopped.retry_after,
                    request_id: stopped.request_id,
                };
                match &mut self.phase {
                    Phase::Step { transaction, .. } => {
                        transaction.handle = stopped.handle.or_else(|| transaction.handle.take());
                        self.failure = Some(failure);
                    }
                    _ => self.phase = Phase::Failed(failure),
                }
            }
            Progress::Stopped(transaction) => self.phase = Phase::Stopped(Box::new(transaction)),
            // Until the code is exchanged the page rests.
            Progress::Granted(_) => self.busy = true,
        }
    }

    fn polled(&mut self, progress: Progress) {
        match progress {
            Progress::Asked(newer) => {
                let (Phase::Step { transaction, .. } | Phase::Astray { transaction, .. }) =
                    &mut self.phase
                else {
                    return;
                };
                // The page stays as it is, with the half-typed code; only the handle and the times are newer. What a
                // refusal said stays too: a poll's answer does not repeat it.
                // What it says anew, of the device for one, has to be said.
                let news = !newer.messages.is_empty()
                    && newer.messages != transaction.messages
                    && !newer.limited();
                if !news
                    && newer.remediations.len() == transaction.remediations.len()
                    && quieted(&newer).looks_like(&quieted(transaction))
                {
                    transaction.handle = newer.handle;
                    for (known, newer) in
                        transaction.remediations.iter_mut().zip(&newer.remediations)
                    {
                        known.form.refresh = newer.form.refresh;
                    }
                    if let (Some(known), Some(newer)) = (&mut transaction.poll, &newer.poll) {
                        known.refresh = newer.refresh;
                    }
                    // A page that only waits said that nobody answers; somebody does.
                    let waits = self.shown().is_some_and(|(_, shown)| shown.polls());
                    let interval = self.polling().map_or(0, |(_, interval)| interval);
                    self.waited = self.waited.saturating_add(interval);
                    if waits && self.waited > PATIENCE {
                        return self.failed(Failure::Nobody);
                    }
                    let answered = |failure: &mut Failure| *failure != Failure::NoApp;
                    if waits && self.failure.take_if(answered).is_some() {
                        self.said = self.said.wrapping_add(1);
                    }
                    return;
                }
                self.received(Way::Pressed, Progress::Asked(newer));
            }
            // It is asked again in a while; the person need not know.
            Progress::Stopped(stopped) if stopped.passes() => {}
            other => self.received(Way::Pressed, other),
        }
    }

    /// What an answer would show.
    pub fn would_show<'a>(&self, answer: &'a Transaction) -> Option<&'a Remediation> {
        answer.remediations.get(self.place(answer))
    }

    /// Which remediation of an answer is shown: the same again if it was refused, else the foremost.
    fn place(&self, answer: &Transaction) -> usize {
        let again = self.shown().and_then(|(_, before)| {
            let at = answer.remediations.iter().position(|remediation| {
                remediation.form.name == before.form.name && key(remediation) == key(before)
            })?;
            refuses(answer).then_some(at)
        });
        // The form that asks who is locked out stands beside the one to sign in.
        let unlock = || {
            let at = answer.position(Step::UnlockAccount)?;
            let form = &answer.remediations.get(at)?.form;
            let came = self.purpose == Purpose::Unlock && self.phase == Phase::Loading;
            (came && !form.is_empty()).then_some(at)
        };
        // What is wrong with a form is said beside it.
        let marked = |at: &usize| {
            let found = answer.remediations.get(*at);
            found.is_some_and(|found| wrong(&found.form.fields))
        };
        let first = (0..answer.remediations.len()).find(marked);
        again
            .filter(|at| first.is_none() || marked(at))
            .or(first)
            .or_else(unlock)
            .unwrap_or_else(|| foremost(answer))
    }
}

fn key(remediation: &Remediation) -> Option<&str> {
    remediation.about.as_ref().map(|about| about.key.as_str())
}

/// The first remediation, unless it only stands beside the others.
fn foremost(transaction: &Transaction) -> usize {
    let aside = [
        Step::Skip,
        Step::SelectIdentify,
        Step::SelectEnrollProfile,
        Step::UnlockAccount,
        Step::RedirectIdp,
        Step::PivIdp,
        // After a passkey that was refused it may stand first all the same (protocol reference, T47).
        Step::PasskeyAutofill,
        Step::LaunchPasskeysAuthenticator,
        Step::LaunchWebauthnAuthenticator,
        Step::EnrollResidentKey,
    ];
    transaction
        .remediations
        .iter()
        .position(|remediation| {
            // A service that is itself the authenticator does not stand beside.
            let authenticates = remediation.form.navigates && remediation.about.is_some();
            authenticates || !aside.contains(&remediation.step)
        })
        .unwrap_or(0)
}

/// Whether an answer says that something is wrong.
fn refuses(transaction: &Transaction) -> bool {
    transaction.messages.iter().any(Message::refuses)
        || transaction
            .remediations
            .iter()
            .any(|remediation| wrong(&remediation.form.fields))
}

fn wrong(fields: &[Field]) -> bool {
    fields.iter().any(|field| {
        field.messages.iter().any(Message::refuses)
            || match &field.control {
                Control::Group(inner) => wrong(inner),
                Control::Variants(variants) => {
                    variants.iter().any(|variant| wrong(&variant.fields))
                }
                _ => false,
            }
    })
}

/// The same without what the org says in it.
fn quieted(transaction: &Transaction) -> Transaction {
    let mut quieted = transaction.clone();
    quieted.messages.clear();
    quieted
        .remediations
        .iter_mut()
        .for_each(|remediation| silence(&mut remediation.form.fields));
    quieted
}

fn silence(fields: &mut [Field]) {
    for field in fields {
        field.messages.clear();
        // A box that is sent with each poll comes back as it was sent.
        if field.control == Control::Flag {
            field.preset = None;
        }
        match &mut field.control {
            Control::Group(inner) => silence(inner),
            Control::Variants(variants) => variants
                .iter_mut()
                .for_each(|variant| silence(&mut variant.fields)),
            _ => {}
        }
    }
}
