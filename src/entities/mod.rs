//! The sea-orm entities of the tables with their named queries.
//!
//! Business rules are in the services.

pub mod api_key;
pub mod api_key_budget;
pub mod api_key_spend;
pub mod balance;
pub mod batch;
pub mod batch_line;
pub mod email;
pub mod history;
pub mod id_key;
pub mod invitation;
pub mod login_failure;
pub mod model;
pub mod outcome;
mod position;
pub mod recovery_code;
pub mod second_factor;
pub mod session;
pub mod shared_result;
pub mod task;
pub mod task_result;
pub mod track_record;
pub mod transactions;
pub mod users;
pub mod webhook;
pub mod webhook_attempt;
pub mod webhook_delivery;

pub use position::Position;

use sea_orm::{DeriveRelation, EnumIter};

/// The relations of every entity: none, because queries name the tables that they join.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
