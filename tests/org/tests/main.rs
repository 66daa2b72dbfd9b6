//! What the org does, one file each. One program for all of them: it is linked once, and its tests run beside each other
//! whatever file they are in.

mod activation;
mod authorize;
mod brands;
mod codes;
mod consent;
mod console;
mod console_page;
mod devices;
mod dpop;
mod factors;
mod help_desk;
mod mail_links;
mod oauth;
mod odd;
mod passkeys;
mod password_age;
mod passwordless;
mod port;
mod presets;
mod private;
mod profile;
mod providers;
mod recovery;
mod sessions;
mod sign_in;
mod support;
mod transaction;
mod unlock;
mod walk;
