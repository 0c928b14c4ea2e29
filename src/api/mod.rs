//! The server functions: the HTTP API and, from the pages, plain calls. Thin: read the request, ask a
//! service, answer.
//!
//! Every argument arrives as text, so that a value of the wrong kind is answered by an error that names
//! its field; the rules are in [`crate::types`] and in the services.
#![expect(
    missing_docs,
    reason = "`#[server]` makes a public struct of the arguments of each function"
)]

mod auth;
mod balance;
mod history;
mod insights;
mod models;
mod position;
mod predictions;
#[cfg(feature = "ssr")]
mod request;
mod sharing;

pub use auth::*;
pub use balance::*;
pub use history::*;
pub use insights::*;
pub use models::*;
pub use position::page_position;
pub use predictions::*;
pub use sharing::*;
