//! HTTP: routes, middleware, connections, events and files.
//!
//! There are no business rules here.

mod access;
mod admission;
pub mod assets;
mod badge;
mod bare_errors;
mod body;
mod client;
mod client_stream;
pub mod connections;
mod context;
mod crawlers;
mod csrf;
pub mod drawing;
mod etag;
mod events;
mod export;
mod forms;
mod headers;
pub mod health;
mod identity;
mod inference_paths;
mod key_auth;
mod limits;
pub mod listen_address;
pub mod metrics;
pub mod min_rate;
mod open_inference;
mod openapi;
mod preferences;
mod problem;
pub mod public_url;
mod quota;
mod reports;
pub mod router;
mod sample_file;
pub mod security_contact;
mod security_headers;
mod security_txt;
mod shared_files;
pub mod state;
mod styleguide;
pub mod trusted_proxies;

pub use openapi::about_field;
