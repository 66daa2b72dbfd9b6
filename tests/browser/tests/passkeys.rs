//! Security keys and passkeys, with Chromium's virtual authenticators.

mod recorded;
