//! The program around the services: configuration, HTTP, the commands of the operator.
//!
//! Nothing here decides anything about accounts, credits or tasks.

mod admission;
mod assets;
mod backup;
mod bare_errors;
mod body;
mod client;
mod client_stream;
pub mod commands;
pub mod config;
mod connection_args;
mod connections;
mod cookie_key;
mod csv_command;
mod data_dir;
mod events;
mod export;
mod forms;
mod guard;
mod health;
mod keyed_limit;
mod limits;
mod listen_address;
mod min_rate;
pub mod model_command;
mod preferences;
mod problem;
pub mod public_url;
mod router;
mod schema;
mod serve;
mod setup;
mod stop;
mod styleguide;
mod telemetry;
mod trusted_proxies;
