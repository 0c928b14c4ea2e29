//! Pledgecast predicts whether a Kickstarter campaign will reach its goal, as a paid service.
//!
//! This crate builds two artefacts: the feature `ssr` builds the server, `hydrate` builds the client bundle. See
//! `docs/architecture.md` for what lives where and `docs/glossary.md` for terms.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
pub mod client;
#[cfg(feature = "ssr")]
pub mod commands;
pub mod components;
#[cfg(feature = "ssr")]
pub mod database;
#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
pub mod entities;
#[cfg(feature = "ssr")]
pub mod inference;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod metrics;
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

/// Hydrates the page. Called by the page's script once the WebAssembly module has loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
