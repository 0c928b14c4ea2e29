//! Pledgecast: tells whether a Kickstarter campaign will reach its goal, as a paid service.
//!
//! Both halves are this crate: the feature `ssr` builds the server, `hydrate` the browser half.
//! `docs/architecture.md` says what lives where, `docs/glossary.md` what the words mean.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod commands;
pub mod components;
#[cfg(feature = "ssr")]
pub mod database;
#[cfg(feature = "ssr")]
pub mod entities;
#[cfg(feature = "ssr")]
pub mod inference;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod queue;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod services;
pub mod types;
#[cfg(feature = "ssr")]
pub mod worker;

include!(concat!(env!("OUT_DIR"), "/i18n.rs"));

/// Makes the server's HTML live; the page's script calls it once the module is loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
