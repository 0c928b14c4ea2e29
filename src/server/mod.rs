//! The program around the services: configuration, HTTP, the commands of the operator.
//!
//! Nothing here decides anything about accounts, credits or tasks.

mod assets;
mod backup;
mod body;
mod client;
pub mod commands;
pub mod config;
mod cookie_key;
mod csv_command;
mod data_dir;
mod events;
mod export;
mod guard;
mod health;
mod listen_address;
mod listener;
pub mod model_command;
mod postgres;
mod preferences;
mod problem;
mod router;
mod schema;
mod serve;
mod setup;
mod stop;
mod streams;
mod styleguide;
mod telemetry;
mod way_back;
