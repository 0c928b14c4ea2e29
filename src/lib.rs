//! Pledgecast: tells whether a Kickstarter campaign will reach its goal, as a paid service.
//!
//! Both halves are this crate: the feature `ssr` builds the server, `hydrate` the browser half.
//! `docs/architecture.md` is the map.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
pub mod entities;
pub mod types;
