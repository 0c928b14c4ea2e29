//! The service as its users and its operator see it: real processes, a real database, HTTP. Nothing here calls into
//! the crate.
//!
//! Each behaviour is tested on SQLite and on PostgreSQL, which `cargo xtask test` starts. Single functions are tested
//! beside their code; behaviour in a browser is tested in `end2end`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

/// Generates two tests per function: `sqlite::name` and `postgres::name`.
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
mod api_guide;
mod api_key_caps;
mod api_key_guards;
mod api_key_management;
mod api_key_pages;
mod api_keys;
mod architecture;
mod backup;
mod badges;
mod batch_guards;
mod batch_limits;
mod batches;
mod campaign_fields;
mod client_batches;
mod client_command;
mod command_line;
mod contention;
mod conventions;
mod cookies;
mod crash;
mod data_folder;
mod database_guards;
mod database_tls;
mod disconnects;
mod disk;
mod email_links;
mod emails;
mod events;
mod example;
mod filters;
mod forms;
mod frozen_database;
mod histories;
mod idempotency;
mod import_cycles;
mod insight;
mod insight_storage;
mod intake;
mod key_ring;
mod large_models;
mod limits;
mod link_previews;
mod list_limits;
mod login_limits;
mod mail_settings;
mod metrics;
mod model_checks;
mod model_upgrades;
mod models;
mod money;
mod onnx_file;
mod open_inference;
mod openapi;
mod outage;
mod outcome_files;
mod outcomes;
mod page_account;
mod pages;
mod planner;
mod poison;
mod predictions;
mod preferences;
mod privacy;
mod proxies;
mod public_ids;
mod queue;
mod queue_crashes;
mod queue_place;
mod reauthentication;
mod redirects;
mod registration;
mod reports;
mod repository;
mod request_bodies;
mod safety;
mod score;
mod second_factor;
mod sessions;
mod sharing;
mod slow_clients;
mod startup;
mod support;
mod text_inputs;
mod track_record;
mod typed_forms;
mod webhook_deliveries;
mod webhook_of_key;
mod webhooks;
