//! Vestibule: a front door for apps on Okta Identity Engine.
//!
//! It signs people up, signs them in and gets them back in, by driving the IDX API straight from the browser.
//!
//! One direction: `ui` and `app` draw what `pages` say; `pages` read `flow`; `flow` drives `idx` and `oauth`; these make
//! requests and read responses as plain values of `http` and `json`. `browser` is all of the platform: it sends, stores,
//! draws chance and verifies. `session` keeps what came of it for the app behind the door. `flow::store` and `app` join the
//! two halves.
//!
//! Deliberately absent: `idx` and `oauth` do no I/O, read no clock, draw no random number and know no Leptos; `pages` draw
//! nothing and send nothing; `ui` has no words of the protocol; no module but `browser`, `session`, `flow::store`,
//! `doctor::page`, `ui` and `app` knows that there is a browser, so that everything else is tested natively in milliseconds.

// One panic in WebAssembly is a dead page.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic
    )
)]

pub mod brand;
pub mod config;
pub mod doctor;
pub mod flow;
pub mod http;
pub mod idx;
pub mod json;
pub mod messages;
pub mod oauth;
pub mod pages;
pub mod password;
pub mod phone;
pub mod secret;
pub mod session;
pub mod text;
pub mod trace;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
mod example;
#[cfg(target_arch = "wasm32")]
pub mod leptos;
#[cfg(target_arch = "wasm32")]
pub mod ui;
