//! Something that has to be set up sooner or later: who is asked when, and for how long it can wait.

use std::time::{Duration, SystemTime};

use crate::people::{Account, Grace};
use crate::policy::Deadline;
use crate::state::DeadlineMode;
use crate::transaction::{Due, Wait};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What this person has to set up. Their time begins when they are asked first.
pub(crate) fn due(
    deadline: Deadline,
    mode: DeadlineMode,
    account: &mut Account,
    now: SystemTime,
) -> Option<Due> {
    if account.has(deadline.authenticator) {
        return None;
    }
    let fresh = Grace {
        skips: deadline.skips,
        until: now + DAY * u32::try_from(deadline.days).unwrap_or(u32::MAX),
    };
    let (wait, is_now) = match mode {
        DeadlineMode::Off => return None,
        DeadlineMode::Skips => {
            let grace = account.grace.get_or_insert(fresh);
            (Wait::Skips(grace.skips), grace.skips == 0)
        }
        DeadlineMode::Date => {
            let grace = account.grace.get_or_insert(fresh);
            (Wait::Until(grace.until), now >= grace.until)
        }
    };
    Some(Due {
        authenticator: deadline.authenticator,
        wait,
        now: is_now,
    })
}

/// Somebody puts it off once more.
pub(crate) fn put_off(account: &mut Account, mode: DeadlineMode) {
    if let Some(grace) = &mut account.grace
        && mode == DeadlineMode::Skips
    {
        grace.skips = grace.skips.saturating_sub(1);
    }
}
