//! Signs out whom nobody has seen for a while, and asks before.

use std::cell::{Cell, RefCell};

use super::pace;
use crate::browser::place;
use crate::browser::timer::{self, Timer};
use crate::leptos::forever;

/// Tabs that were asleep hear so late of what was done in others: milliseconds.
const HEARING: u32 = 500;
/// So often, at most, the other tabs hear that somebody is there: milliseconds.
const TELL: u64 = 5_000;

/// Watches whether anybody is there, by the time of day: a device that sleeps counts no time of its own.
#[derive(Clone, Copy)]
pub(crate) struct Idle(&'static State);

/// What the watch finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Somebody is there, after they had been asked.
    Present,
    /// Nobody has been for long: they are signed out at that time, in milliseconds since 1970.
    Warned(u64),
    /// Nobody has been for too long.
    Gone,
}

struct State {
    /// Milliseconds.
    limit: u64,
    seen: Cell<u64>,
    told: Cell<u64>,
    warned: Cell<bool>,
    /// The time was up long before anybody looked, and the other tabs had their say.
    heard: Cell<bool>,
    timer: RefCell<Option<Timer>>,
    then: &'static dyn Fn(Finding),
    tell: &'static dyn Fn(u64),
}

impl Idle {
    /// A watch that lets nobody be away for longer than so many minutes. It rests until [`Idle::begin`]. `tell` tells the
    /// other tabs that somebody is here.
    pub(crate) fn new(
        minutes: u32,
        then: &'static dyn Fn(Finding),
        tell: &'static dyn Fn(u64),
    ) -> Self {
        let idle = Self(forever(State {
            limit: u64::from(minutes) * 60_000,
            seen: Cell::new(0),
            told: Cell::new(0),
            warned: Cell::new(false),
            heard: Cell::new(false),
            timer: RefCell::new(None),
            then,
            tell,
        }));
        place::on_activity(move || idle.sees());
        idle
    }

    /// Somebody is signed in, and was last seen then, in milliseconds since 1970; 0 if they have just come.
    pub(crate) fn begin(self, seen: u64) {
        let now = timer::now();
        // A clock that was set back, or whoever wrote it: nobody was there later than now.
        let seen = if seen == 0 { now } else { seen.min(now) };
        self.0.seen.set(seen);
        if seen.saturating_add(self.0.limit) > timer::now() {
            self.is_seen();
        }
        self.check();
    }

    /// Nobody is signed in.
    pub(crate) fn rest(self) {
        self.0.timer.replace(None);
        self.0.warned.set(false);
        self.0.heard.set(false);
    }

    /// Somebody did something in another tab, at that time.
    pub(crate) fn elsewhere(self, at: u64) {
        let state = self.0;
        if state.timer.borrow().is_none() || at <= state.seen.get() {
            return;
        }
        state.seen.set(at);
        state.heard.set(false);
        if state.seen.get().saturating_add(state.limit) > timer::now() && state.warned.take() {
            (state.then)(Finding::Present);
        }
        self.check();
    }

    /// The person says that they are there, if it is not too late.
    pub(crate) fn stays(self) {
        let state = self.0;
        if timer::now() < state.seen.get().saturating_add(state.limit) {
            if state.warned.take() {
                (state.then)(Finding::Present);
            }
            self.is_seen();
        }
        self.check();
    }

    fn is_seen(self) {
        let now = timer::now();
        self.0.seen.set(now);
        self.0.told.set(now);
        self.0.heard.set(false);
        (self.0.tell)(now);
    }

    /// Looks at the time now.
    pub(crate) fn look(self) {
        if self.0.timer.borrow().is_some() {
            self.check();
        }
    }

    /// Somebody does something here. Once they were asked, only the answer counts.
    fn sees(self) {
        let state = self.0;
        if state.warned.get() || state.timer.borrow().is_none() {
            return;
        }
        let now = timer::now();
        // The pointer that wakes a device is no proof that its owner is there in time.
        if now >= state.seen.get().saturating_add(state.limit) {
            return self.check();
        }
        if now.saturating_sub(state.told.get()) > TELL {
            self.is_seen();
        } else {
            state.seen.set(now);
        }
    }

    fn check(self) {
        let state = self.0;
        let end = state.seen.get().saturating_add(state.limit);
        let warn = end.saturating_sub(pace::warning(state.limit));
        let now = timer::now();
        let next = if now >= end {
            let late = now > end.saturating_add(2_000);
            if late && !state.heard.replace(true) {
                let timer = Timer::after(HEARING, move || self.check());
                state.timer.replace(timer);
                return;
            }
            self.rest();
            return (state.then)(Finding::Gone);
        } else if now >= warn {
            if !state.warned.replace(true) {
                (state.then)(Finding::Warned(end));
            }
            end
        } else {
            warn
        };
        let left = u32::try_from(next.saturating_sub(now)).unwrap_or(u32::MAX);
        state
            .timer
            .replace(Timer::after(left, move || self.check()));
    }
}
