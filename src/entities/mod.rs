//! The sea-orm entities of the tables with their named queries.
//!
//! No rules here: what may happen is decided in the services.

pub mod balance;
pub mod history;
pub mod login_failure;
pub mod model;
mod position;
pub mod shared_result;
pub mod task;
pub mod task_result;
pub mod transactions;
pub mod users;

pub use position::Position;

/// Reads a word that a CHECK of the database keeps inside its closed set.
fn word<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, sea_orm::DbErr> {
    text.parse()
        .map_err(|_| sea_orm::DbErr::Custom(format!("{column} holds the unknown word {text}")))
}
