//! One run through sign-in, sign-up or recovery: what was asked, what was proved, where it stands.

use std::time::{Duration, SystemTime};

use crate::authenticator::Authenticator;
use crate::challenge::{Challenge, Tries};
use crate::okta_verify::{Push, Setup};
use crate::people::{Account, People};
use crate::random;
use crate::totp::SharedSecret;
use crate::webauthn::{Assertion, Creation};

/// A transaction ends when nothing happened in it for so long.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
/// An interaction handle can be introspected for so long (protocol 1.2).
pub(crate) const INTERACTION: Duration = Duration::from_secs(60 * 60);
/// An interaction code has to be used within so long (protocol 1.4).
pub(crate) const CODE: Duration = Duration::from_secs(60);
/// A handle that was replaced still answers for so long (protocol 5.11).
const REPLACED: Duration = Duration::from_secs(60);

/// What the app asked of `interact` (protocol 1.2).
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) server: Server,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: String,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
    pub(crate) acr_values: Option<String>,
    pub(crate) login_hint: Option<String>,
    /// So many seconds ago the person may have signed in.
    pub(crate) max_age: Option<u64>,
    /// What asked, as far as it tells.
    pub(crate) agent: Agent,
}

/// A browser and what it runs on, in the words of the wire (protocol 3.1, `client`).
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) browser: &'static str,
    pub(crate) os: &'static str,
}

impl Agent {
    /// Reads the header `User-Agent`. Edge and Chrome name the browsers that they descend from, so the order matters.
    pub(crate) fn read(header: &str) -> Self {
        const BROWSERS: [(&str, &str); 4] = [
            ("Edg", "EDGE"),
            ("Firefox", "FIREFOX"),
            ("Chrome", "CHROME"),
            ("Safari", "SAFARI"),
        ];
        const SYSTEMS: [(&str, &str); 5] = [
            ("Android", "Android"),
            ("iPhone", "iOS"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac OS X"),
            ("Linux", "Linux"),
        ];
        let find = |known: &[(&str, &'static str)]| {
            let found = known.iter().find(|(mark, _)| header.contains(mark));
            found.map_or("UNKNOWN", |(_, name)| *name)
        };
        Self {
            browser: find(&BROWSERS),
            os: find(&SYSTEMS),
        }
    }
}

/// Which authorization server was asked (protocol 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Org,
    Default,
}

/// The page that a transaction shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first page.
    Identify,
    /// The first page of getting back in, for somebody not yet named.
    IdentifyRecovery,
    /// The registration form.
    EnrollProfile,
    /// What can be set up; `skip` where it may also be left.
    SelectEnroll { skip: bool },
    /// The number of the phone to be set up.
    EnrollmentData { skip: bool },
    /// The password to be, or the code that proves an address or a number.
    Enroll {
        authenticator: Authenticator,
        skip: bool,
    },
    /// Where the address to set Okta Verify up with goes.
    EnrollmentChannel { skip: bool },
    /// Which of several proofs to give.
    SelectVerify,
    /// May a code be sent, and how.
    VerificationData { authenticator: Authenticator },
    /// The password, or the code that was sent.
    Challenge { authenticator: Authenticator },
    /// A device was asked; once it ended without a yes, it may be asked again.
    Push { ended: bool },
    /// The new password of somebody who forgot theirs.
    Reset,
    /// A passkey, offered to somebody who typed a password.
    Promote,
    /// The link to a new account came too late, and another can be asked for.
    ActivationExpired,
    /// Whose account is locked, where the name comes first.
    UnlockIdentify,
    /// Whose account is locked, if that is not known, and what to open it with.
    SelectUnlock,
    /// A new password in the place of one that is too old, or soon will be; then it may be left for later.
    Reenroll { skip: bool },
    /// The questions asked at a sign-in.
    ProfileUpdate,
    /// Whether this browser is to be remembered.
    KeepMeSignedIn,
    /// A question that no client has heard of.
    Shade,
    /// What the app may have.
    Consent,
    /// The code that a device without a keyboard shows.
    UserCode,
    /// The page says how it ended, and nothing is left to fill in.
    Ended(Ending),
    /// The interaction code is there to be taken.
    Done { code: String },
}

/// What an identity provider said about somebody.
#[derive(Clone, Debug)]
pub(crate) struct Vouched {
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

/// What an authenticator's page has handed out and the person has yet to prove that they hold.
#[derive(Clone, Debug)]
pub(crate) enum Pending {
    /// The secret of an authenticator app.
    Otp(SharedSecret),
    /// The challenge that a new key has to sign.
    NewKey(Creation),
    /// The challenge that a known key has to sign.
    Key(Assertion),
    /// The address to set Okta Verify up with.
    Setup(Setup),
    /// A question to a device.
    Push(Push),
    /// A question to Duo.
    Duo(crate::duo::Request),
}

/// What has to be set up, and how long that can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) authenticator: Authenticator,
    pub(crate) wait: Wait,
    /// It cannot wait any longer.
    pub(crate) now: bool,
}

/// How long something can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Skips(u32),
    Until(SystemTime),
}

/// How a transaction ended without an interaction code. [`crate::message::ending`] has the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The person does not let the app have what it asks for.
    ConsentRefused,
    /// The policy does not let them in.
    Denied,
    /// Nothing can be set up while the org is in maintenance.
    NothingToSetUp,
    /// A device was let in.
    DeviceActivated,
    /// The person does not let the device in.
    DeviceRefused,
    /// The device's code is wrong, old or used.
    DeviceUnknown,
    /// Somebody said in the mail's link that it was not them.
    CancelledElsewhere,
    /// The identity provider could not say who it was.
    IdpFailed,
    /// The account is open again.
    Unlocked,
    /// The account cannot be opened that way.
    UnlockNotPermitted,
    /// The password is new, and the person is to sign in with it.
    Recovered,
    /// The link to a new password was used or is too old.
    RecoveryLinkDead,
    /// The link to a new account was used.
    ActivationLinkUsed,
    /// Another link to a new account is on its way.
    ActivationRequested,
    /// Whoever has not finished their account has no password to forget.
    NotActive,
}

/// What a transaction is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The app asked for it by `interact`.
    App,
    /// The app sent the browser to the org's own page (RFC 6749, 4.1).
    Hosted,
    /// Somebody wants to let a device in, and may have typed its code.
    Device { user_code: Option<String> },
}

/// The tab that a mail's link opened, where it is asked if that was meant.
pub(crate) struct Aside {
    pub(crate) handle: String,
    pub(crate) answer: Option<bool>,
}

/// A handle that still leads somewhere, though a newer one exists.
struct Earlier {
    handle: String,
    replaced: SystemTime,
    /// The flow went on in the tab of a mail's link, so this tab has to say so.
    transferred: bool,
}

/// What a handle means to its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handle {
    Current,
    /// Replaced a moment ago: a second press, or an answer that was lost.
    Stale,
    Transferred,
    /// Of the tab beside, that a mail's link opened.
    Aside,
}

/// The last request that led to a new page: should it come again, that page is the answer.
pub(crate) struct Advance {
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) at: SystemTime,
}

pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) asked: Asked,
    pub(crate) purpose: Purpose,
    pub(crate) step: Step,
    /// What was typed as the name.
    pub(crate) identifier: Option<String>,
    /// Whose transaction it is, once that is known and they are people of the org.
    pub(crate) person: Option<String>,
    /// Somebody who is signing up and has not set up what is required.
    pub(crate) draft: Option<Account>,
    pub(crate) signing_up: bool,
    pub(crate) recovering: bool,
    pub(crate) unlocking: bool,
    /// Somebody whom nobody knows, treated like anybody where that must not show.
    pub(crate) stranger: Option<Account>,
    /// The address of a sign-up belongs to somebody else already, and that must not show.
    pub(crate) taken: bool,
    /// The link in a mail that began it.
    pub(crate) link: Option<String>,
    /// A password that will soon be too old is left as it is for now.
    pub(crate) later: bool,
    /// Something had to be set up here, so the optional ones are offered too.
    pub(crate) enrolled: bool,
    pub(crate) proofs: Vec<Authenticator>,
    /// How each was proved, for `amr`.
    pub(crate) methods: Vec<&'static str>,
    pub(crate) challenge: Option<Challenge>,
    /// The tokens of links that were used or replaced.
    pub(crate) dead_links: Vec<String>,
    pub(crate) aside: Option<Aside>,
    /// What is being set up, before it was proved.
    pub(crate) pending: Option<Pending>,
    /// Wrong codes of an app and wrong answers to a question.
    pub(crate) tries: Tries,
    pub(crate) resends: Vec<(&'static str, SystemTime)>,
    pub(crate) skipped: bool,
    /// What has to be set up by a deadline.
    pub(crate) due: Option<Due>,
    /// That was put off for now.
    pub(crate) postponed: bool,
    /// A passkey was offered, and made or declined.
    pub(crate) promoted: bool,
    /// The request at hand brought a passkey that is not taken.
    pub(crate) passkey_refused: bool,
    /// The person lets the app have what it asks for.
    pub(crate) consented: bool,
    /// The question that no client has heard of was answered.
    pub(crate) shaded: bool,
    /// Names this transaction to an identity provider's round trip.
    pub(crate) trip: String,
    /// Somebody wants to start over, so no session counts here.
    pub(crate) alone: bool,
    /// How much the org's session brought, and when that was proved.
    pub(crate) from_session: Option<(usize, SystemTime)>,
    /// This browser need not ask for a second proof.
    pub(crate) remembered: bool,
    /// Whether the browser is to be remembered, as far as the person has said.
    pub(crate) remember: Option<bool>,
    /// That question was asked on a page of its own.
    pub(crate) remember_asked: bool,
    /// What the identity provider said, once it did.
    pub(crate) vouched: Option<Vouched>,
    pub(crate) last_advance: Option<Advance>,
    pub(crate) expires: SystemTime,
    interaction_handle: String,
    interaction_expires: SystemTime,
    handle: String,
    earlier: Vec<Earlier>,
}

impl Transaction {
    pub(crate) fn new(asked: Asked, now: SystemTime) -> Self {
        Self {
            id: random::token(12),
            identifier: asked.login_hint.clone(),
            asked,
            purpose: Purpose::App,
            step: Step::Identify,
            person: None,
            draft: None,
            signing_up: false,
            recovering: false,
            unlocking: false,
            stranger: None,
            taken: false,
            link: None,
            later: false,
            enrolled: false,
            proofs: Vec::new(),
            methods: Vec::new(),
            challenge: None,
            dead_links: Vec::new(),
            aside: None,
            pending: None,
            tries: Tries::default(),
            resends: Vec::new(),
            skipped: false,
            due: None,
            postponed: false,
            promoted: false,
            passkey_refused: false,
            consented: false,
            shaded: false,
            trip: random::token(24),
            alone: false,
            from_session: None,
            remembered: false,
            remember: None,
            remember_asked: false,
            vouched: None,
            last_advance: None,
            expires: now + IDLE,
            interaction_handle: random::token(32),
            interaction_expires: now + INTERACTION,
            handle: new_handle(),
            earlier: Vec::new(),
        }
    }

    pub(crate) fn handle(&self) -> &str {
        &self.handle
    }

    pub(crate) fn interaction_handle(&self) -> &str {
        &self.interaction_handle
    }

    pub(crate) fn is_for(&self, interaction_handle: &str, now: SystemTime) -> bool {
        self.interaction_handle == interaction_handle && now < self.interaction_expires
    }

    pub(crate) fn knows(&self, handle: &str, now: SystemTime) -> Option<Handle> {
        if self.handle == handle {
            return Some(Handle::Current);
        }
        if self
            .aside
            .as_ref()
            .is_some_and(|aside| aside.handle == handle)
        {
            return Some(Handle::Aside);
        }
        let earlier = self
            .earlier
            .iter()
            .find(|earlier| earlier.handle == handle)?;
        match earlier.transferred {
            true => Some(Handle::Transferred),
            false => (now < earlier.replaced + REPLACED).then_some(Handle::Stale),
        }
    }

    /// Takes a new state handle; the old one answers as the new one for a while.
    pub(crate) fn rotate(&mut self, now: SystemTime) {
        self.replace(now, false);
    }

    /// Hands the flow to the tab that a mail's link opened.
    pub(crate) fn transfer(&mut self, now: SystemTime) {
        self.replace(now, true);
    }

    fn replace(&mut self, now: SystemTime, transferred: bool) {
        let handle = std::mem::replace(&mut self.handle, new_handle());
        self.earlier
            .retain(|earlier| earlier.transferred || now < earlier.replaced + REPLACED);
        self.earlier.push(Earlier {
            handle,
            replaced: now,
            transferred,
        });
    }

    /// Activity moves the end of the transaction.
    pub(crate) fn touch(&mut self, now: SystemTime) {
        self.expires = now + IDLE;
    }

    /// Starts over: the same request of the same app, nothing proved.
    pub(crate) fn restart(&mut self, now: SystemTime) {
        let fresh = Self::new(self.asked.clone(), now);
        let handle = std::mem::replace(&mut self.handle, fresh.handle.clone());
        let mut earlier = std::mem::take(&mut self.earlier);
        earlier.push(Earlier {
            handle,
            replaced: now,
            transferred: false,
        });
        *self = Self {
            id: std::mem::take(&mut self.id),
            step: match self.purpose {
                Purpose::App | Purpose::Hosted => Step::Identify,
                Purpose::Device { .. } => Step::UserCode,
            },
            purpose: self.purpose.clone(),
            alone: true,
            interaction_handle: std::mem::take(&mut self.interaction_handle),
            interaction_expires: self.interaction_expires,
            earlier,
            ..fresh
        };
    }

    /// Who this is about: somebody signing up, or one of the org's people.
    pub(crate) fn account<'a>(&'a self, people: &'a People) -> Option<&'a Account> {
        self.draft
            .as_ref()
            .or(self.stranger.as_ref())
            .or_else(|| self.person.as_deref().and_then(|id| people.get(id)))
    }

    pub(crate) fn account_mut<'a>(&'a mut self, people: &'a mut People) -> Option<&'a mut Account> {
        match self.draft.as_mut().or(self.stranger.as_mut()) {
            Some(account) => Some(account),
            None => self.person.as_deref().and_then(|id| people.get_mut(id)),
        }
    }

    /// Nobody is known to be here.
    pub(crate) fn forget_name(&mut self) {
        self.person = None;
        self.stranger = None;
    }

    /// What was proved counts for something else than what comes now.
    pub(crate) fn forget_proofs(&mut self) {
        self.drop_pending();
        self.proofs.clear();
        self.methods.clear();
    }

    /// Shows how it ended.
    pub(crate) fn end(&mut self, ending: Ending) {
        self.drop_pending();
        self.step = Step::Ended(ending);
    }

    /// The code that was sent is worth nothing any more, and neither is its link.
    pub(crate) fn drop_challenge(&mut self) {
        let dropped = self.challenge.take().map(|challenge| challenge.token);
        self.dead_links.extend(dropped);
    }

    /// Opens the tab beside.
    pub(crate) fn open_aside(&mut self) -> &str {
        let aside = Aside {
            handle: new_handle(),
            answer: None,
        };
        &self.aside.insert(aside).handle
    }

    /// Forgets what was sent and what was handed out: another page comes.
    pub(crate) fn drop_pending(&mut self) {
        self.drop_challenge();
        self.pending = None;
    }

    pub(crate) fn prove(&mut self, authenticator: Authenticator, method: &'static str) {
        if !self.proofs.contains(&authenticator) {
            self.proofs.push(authenticator);
        }
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }
}

fn new_handle() -> String {
    format!("02.id.{}", random::token(24))
}
