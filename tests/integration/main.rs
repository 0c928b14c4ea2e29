//! The service as its users and its operator meet it: the real binary as processes, a real database,
//! HTTP. Nothing here calls into the crate.
//!
//! Each behaviour is held on SQLite and on PostgreSQL; `cargo xtask test` brings the latter. What a
//! single function does is tested beside that function; what a browser does, in `end2end`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what is wrong by panicking"
)]

/// Makes two tests of each function: `sqlite::name` and `postgres::name`.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                Box::pin(super::$name($crate::support::Engine::Sqlite)).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                Box::pin(super::$name($crate::support::Engine::Postgres)).await;
            })+
        }
    };
}

mod accounts;
mod architecture;
mod backup;
mod campaign_fields;
mod command_line;
mod contention;
mod cookies;
mod crash;
mod data_folder;
mod database_guards;
mod disconnects;
mod disk;
mod events;
mod filters;
mod forms;
mod frozen_database;
mod histories;
mod idempotency;
mod insight;
mod insight_storage;
mod intake;
mod large_models;
mod limits;
mod list_limits;
mod login_limits;
mod model_checks;
mod model_upgrades;
mod models;
mod money;
mod onnx_file;
mod outage;
mod page_account;
mod pages;
mod poison;
mod predictions;
mod preferences;
mod privacy;
mod proxies;
mod queue;
mod queue_crashes;
mod queue_place;
mod redirects;
mod request_bodies;
mod safety;
mod score;
mod sharing;
mod slow_clients;
mod startup;
mod support;
mod text_inputs;
