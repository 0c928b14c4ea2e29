//! The database schema for SQLite and PostgreSQL: one migration per table and per later change. Migrations insert no
//! rows and never drop data.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m01_users;
mod m02_balance;
mod m03_model;
mod m04_task;
mod m05_task_result;
mod m06_transactions;
mod m07_insight;
mod m08_room_for_updates;
mod m09_shared_result;
mod m10_login_failures;
mod m12_queue_order;
mod m13_task_retry;
mod m14_outcome_additive;
mod m15_api_key;
mod m16_webhook_additive;
mod m17_id_key;
mod m18_batch;
mod m19_email_form;
mod m20_email_additive;
mod m21_session;
mod m22_second_factor;
mod m23_invitation_additive;
mod status;

pub use status::{SchemaStatus, schema_status};

/// Suffix of the names of migrations that do not break older programs: new tables, optional columns, indexes. Older
/// programs keep running, and start, on a schema with such migrations. They refuse to start if the schema has any
/// other migration that they do not know.
pub const ADDITIVE: &str = "_additive";

/// Applies the migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m01_users::Migration),
            Box::new(m02_balance::Migration),
            Box::new(m03_model::Migration),
            Box::new(m04_task::Migration),
            Box::new(m05_task_result::Migration),
            Box::new(m06_transactions::Migration),
            Box::new(m07_insight::Migration),
            Box::new(m08_room_for_updates::Migration),
            Box::new(m09_shared_result::Migration),
            Box::new(m10_login_failures::Migration),
            Box::new(m12_queue_order::Migration),
            Box::new(m13_task_retry::Migration),
            Box::new(m14_outcome_additive::Migration),
            Box::new(m15_api_key::Migration),
            Box::new(m16_webhook_additive::Migration),
            Box::new(m17_id_key::Migration),
            Box::new(m18_batch::Migration),
            Box::new(m19_email_form::Migration),
            Box::new(m20_email_additive::Migration),
            Box::new(m21_session::Migration),
            Box::new(m22_second_factor::Migration),
            Box::new(m23_invitation_additive::Migration),
        ]
    }
}
