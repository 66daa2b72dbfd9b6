//! What was granted: interaction codes, and the families of tokens that come of them (protocol 1.4, 1.5).

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::random;
use crate::transaction::{Asked, CODE};

/// A refresh token that nobody uses dies after so long.
const IDLE: Duration = Duration::from_secs(7 * 24 * 3600);

/// A device waits so long to be let in, and asks no more often than that.
pub(crate) const DEVICE: Duration = Duration::from_secs(600);
pub(crate) const DEVICE_INTERVAL: Duration = Duration::from_secs(5);

/// Who may have what, and how they proved to be themselves.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub(crate) asked: Asked,
    /// The person's id.
    pub(crate) person: String,
    /// `amr`
    pub(crate) methods: Vec<&'static str>,
    pub(crate) auth_time: SystemTime,
    /// By the org's own page, so that the code is one of `authorization_code` and not of `interaction_code`.
    pub(crate) hosted: bool,
    /// The thumbprint of the client's key, where the tokens are bound to one.
    pub(crate) bound_to: Option<String>,
}

struct Code {
    granted: Granted,
    expires: SystemTime,
    used: bool,
    family: Option<u64>,
}

/// All tokens that came of one sign-in.
struct Family {
    granted: Granted,
    refresh: Option<Refresh>,
    dead: bool,
}

struct Refresh {
    token: String,
    previous: Option<(String, SystemTime)>,
    used: SystemTime,
}

/// An access token's other half.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) family: u64,
    pub(crate) granted: Granted,
    pub(crate) scopes: Vec<String>,
    pub(crate) issued: SystemTime,
    pub(crate) life: Duration,
    revoked: bool,
}

impl Access {
    pub(crate) fn expires(&self) -> SystemTime {
        self.issued + self.life
    }
}

/// A refresh that was allowed.
pub(crate) struct Renewed {
    pub(crate) family: u64,
    pub(crate) granted: Granted,
    pub(crate) refresh: String,
}

/// A device that waits to be let in (RFC 8628).
struct Device {
    user_code: String,
    asked: Asked,
    expires: SystemTime,
    polled: Option<SystemTime>,
    interval: Duration,
    state: Waiting,
}

enum Waiting {
    ForPerson,
    LetIn(Box<Granted>),
    Refused,
    Served,
}

/// What a device is told when it asks for its tokens (RFC 8628, 3.5).
pub(crate) enum DeviceAnswer {
    Tokens(Box<Granted>),
    Pending,
    SlowDown,
    Denied,
    Expired,
    Unknown,
}

/// What a device shows and keeps.
pub(crate) struct DeviceCodes {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
}

#[derive(Default)]
pub(crate) struct Grants {
    devices: HashMap<String, Device>,
    codes: HashMap<String, Code>,
    families: HashMap<u64, Family>,
    access: HashMap<String, Access>,
    count: u64,
}

impl Grants {
    pub(crate) fn issue_code(&mut self, granted: Granted, now: SystemTime) -> String {
        let code = random::token(32);
        self.codes.insert(
            code.clone(),
            Code {
                granted,
                expires: now + CODE,
                used: false,
                family: None,
            },
        );
        code
    }

    /// Begins the wait of a device for a person.
    pub(crate) fn begin_device(&mut self, asked: Asked, now: SystemTime) -> DeviceCodes {
        let codes = DeviceCodes {
            device_code: random::token(32),
            user_code: random::letters(8),
        };
        let device = Device {
            user_code: codes.user_code.clone(),
            asked,
            expires: now + DEVICE,
            polled: None,
            interval: DEVICE_INTERVAL,
            state: Waiting::ForPerson,
        };
        self.devices.insert(codes.device_code.clone(), device);
        codes
    }

    fn device_of(&mut self, user_code: &str, now: SystemTime) -> Option<&mut Device> {
        let waits = |device: &&mut Device| {
            device.user_code == user_code
                && now < device.expires
                && matches!(device.state, Waiting::ForPerson)
        };
        self.devices.values_mut().find(waits)
    }

    /// Whether a device once showed this code.
    pub(crate) fn knew_device(&self, user_code: &str) -> bool {
        self.devices
            .values()
            .any(|device| device.user_code == user_code)
    }

    /// What the device of this code asked for, while it waits.
    pub(crate) fn asked_by_device(&mut self, user_code: &str, now: SystemTime) -> Option<Asked> {
        self.device_of(user_code, now)
            .map(|device| device.asked.clone())
    }

    /// Lets a device in. `false` if it does not wait any more.
    pub(crate) fn let_in(&mut self, user_code: &str, granted: Granted, now: SystemTime) -> bool {
        self.device_of(user_code, now)
            .map(|device| device.state = Waiting::LetIn(Box::new(granted)))
            .is_some()
    }

    pub(crate) fn refuse_device(&mut self, user_code: &str, now: SystemTime) {
        if let Some(device) = self.device_of(user_code, now) {
            device.state = Waiting::Refused;
        }
    }

    /// A device asks whether it was let in.
    pub(crate) fn poll_device(
        &mut self,
        code: &str,
        client: &str,
        now: SystemTime,
    ) -> DeviceAnswer {
        let Some(device) = self.devices.get_mut(code) else {
            return DeviceAnswer::Unknown;
        };
        if device.asked.client_id != client {
            return DeviceAnswer::Unknown;
        }
        let soon = device
            .polled
            .is_some_and(|polled| now < polled + device.interval);
        device.polled = Some(now);
        match std::mem::replace(&mut device.state, Waiting::Served) {
            Waiting::LetIn(granted) => return DeviceAnswer::Tokens(granted),
            Waiting::Served => return DeviceAnswer::Unknown,
            other => device.state = other,
        }
        match device.state {
            Waiting::Refused => DeviceAnswer::Denied,
            _ if now >= device.expires => DeviceAnswer::Expired,
            _ if soon => {
                device.interval += DEVICE_INTERVAL;
                DeviceAnswer::SlowDown
            }
            _ => DeviceAnswer::Pending,
        }
    }

    /// Whether the code can still be taken.
    pub(crate) fn code_waits(&self, code: &str, now: SystemTime) -> bool {
        self.codes
            .get(code)
            .is_some_and(|code| !code.used && now < code.expires)
    }

    /// Takes a code. It can be taken once: whoever comes second ends what the first one got.
    pub(crate) fn redeem(&mut self, code: &str, now: SystemTime) -> Option<Granted> {
        let known = self.codes.get_mut(code)?;
        if known.used {
            let family = known.family;
            family.into_iter().for_each(|family| self.end(family));
            return None;
        }
        known.used = true;
        (now < known.expires).then(|| known.granted.clone())
    }

    /// Begins a family of tokens for a code that was just taken.
    pub(crate) fn begin(
        &mut self,
        code: &str,
        granted: Granted,
        refreshes: bool,
        now: SystemTime,
    ) -> (u64, Option<String>) {
        self.count += 1;
        let refresh = refreshes.then(|| Refresh {
            token: random::token(32),
            previous: None,
            used: now,
        });
        let token = refresh.as_ref().map(|refresh| refresh.token.clone());
        self.families.insert(
            self.count,
            Family {
                granted,
                refresh,
                dead: false,
            },
        );
        if let Some(code) = self.codes.get_mut(code) {
            code.family = Some(self.count);
        }
        (self.count, token)
    }

    /// Whose refresh token this is, without using it.
    pub(crate) fn scopes_of_refresh(&self, token: &str) -> Option<&Granted> {
        self.families
            .values()
            .find(|family| family.holds(token))
            .map(|family| &family.granted)
    }

    /// Uses a refresh token. The one before works for a moment more; used later it ends the whole family.
    pub(crate) fn renew(
        &mut self,
        token: &str,
        grace: Duration,
        now: SystemTime,
    ) -> Option<Renewed> {
        let (id, family) = self
            .families
            .iter_mut()
            .find(|(_, family)| family.holds(token))?;
        let id = *id;
        let refresh = family.refresh.as_mut()?;
        if family.dead || now >= refresh.used + IDLE {
            return None;
        }
        if refresh.token == token {
            let next = random::token(32);
            let replaced = std::mem::replace(&mut refresh.token, next);
            refresh.previous = Some((replaced, now));
        } else if refresh
            .previous
            .as_ref()
            .is_none_or(|(_, replaced)| now >= *replaced + grace)
        {
            self.end(id);
            return None;
        }
        refresh.used = now;
        Some(Renewed {
            family: id,
            granted: family.granted.clone(),
            refresh: refresh.token.clone(),
        })
    }

    pub(crate) fn add_access(
        &mut self,
        token: &str,
        family: u64,
        granted: Granted,
        scopes: Vec<String>,
        life: Duration,
        now: SystemTime,
    ) {
        self.access.insert(
            token.to_owned(),
            Access {
                family,
                granted,
                scopes,
                issued: now,
                life,
                revoked: false,
            },
        );
    }

    /// What an access token stands for, while it does.
    pub(crate) fn access(&self, token: &str, now: SystemTime) -> Option<&Access> {
        let alive = |access: &&Access| {
            let family = self
                .families
                .get(&access.family)
                .is_some_and(|family| !family.dead);
            family && !access.revoked && now < access.expires()
        };
        self.access.get(token).filter(alive)
    }

    /// What a refresh token stands for, while it does.
    pub(crate) fn refresh(&self, token: &str, now: SystemTime) -> Option<&Granted> {
        let family = self
            .families
            .values()
            .find(|family| family.holds(token) && !family.dead)?;
        let current = family
            .refresh
            .as_ref()
            .filter(|refresh| refresh.token == token)?;
        (now < current.used + IDLE).then_some(&family.granted)
    }

    /// Ends a token; with a refresh token everything that came of the same sign-in. Unknown ones are nothing.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(access) = self.access.get_mut(token) {
            access.revoked = true;
        }
        let family = self
            .families
            .iter()
            .find(|(_, family)| family.holds(token))
            .map(|(id, _)| *id);
        family.into_iter().for_each(|family| self.end(family));
    }

    /// Signs a person out everywhere.
    pub(crate) fn end_all_of(&mut self, person: &str) {
        self.families
            .values_mut()
            .filter(|family| family.granted.person == person)
            .for_each(|family| family.dead = true);
    }

    fn end(&mut self, family: u64) {
        if let Some(family) = self.families.get_mut(&family) {
            family.dead = true;
        }
    }
}

impl Family {
    fn holds(&self, token: &str) -> bool {
        self.refresh.as_ref().is_some_and(|refresh| {
            refresh.token == token
                || refresh
                    .previous
                    .as_ref()
                    .is_some_and(|(previous, _)| previous == token)
        })
    }
}
