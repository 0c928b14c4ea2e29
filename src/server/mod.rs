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
mod events;
mod export;
mod guard;
mod health;
mod listener;
pub mod model_command;
mod preferences;
mod problem;
mod router;
mod serve;
mod setup;
mod streams;
mod styleguide;
mod telemetry;
mod way_back;
