//! The server functions: the HTTP API, which pages call as functions. Each one reads the request, calls one service and
//! returns the result.
//!
//! Every argument arrives as text, so that an invalid value becomes an error that names its field. The rules are in
//! [`crate::types`] and in the services.
#![expect(
    missing_docs,
    reason = "`#[server]` makes a public struct of the arguments of each function"
)]

mod api_keys;
mod auth;
mod balance;
mod batches;
mod emails;
mod example;
#[cfg(feature = "ssr")]
mod headers;
mod history;
mod insights;
mod models;
mod outcomes;
mod position;
mod predictions;
#[cfg(feature = "ssr")]
mod request;
mod second_factor;
mod sharing;
mod webhooks;

pub use api_keys::*;
pub use auth::*;
pub use balance::*;
pub use batches::*;
pub use emails::*;
pub use example::*;
#[cfg(feature = "ssr")]
pub use headers::{IDEMPOTENCY_KEY, REPLAYED, WAIT_MAX, idempotency_key_of, preferred_wait};
pub use history::*;
pub use insights::*;
pub use models::*;
pub use outcomes::*;
pub use position::page_position;
pub use predictions::*;
pub use second_factor::*;
pub use sharing::*;
pub use webhooks::*;
