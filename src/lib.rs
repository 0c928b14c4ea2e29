//! Pledgecast: tells whether a Kickstarter campaign will reach its goal, as a paid service.
//!
//! Both halves are this crate: the feature `ssr` builds the server, `hydrate` the browser half.
//! `docs/architecture.md` is the map.
#![recursion_limit = "512"]

pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod entities;
#[cfg(feature = "ssr")]
pub mod inference;
#[cfg(feature = "ssr")]
pub mod queue;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod services;
pub mod types;
#[cfg(feature = "ssr")]
pub mod worker;
