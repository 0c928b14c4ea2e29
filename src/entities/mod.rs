//! The sea-orm entities of the seven tables with their named queries, and the connection to the database.
//!
//! No rules here: what may happen is decided in the services.

pub mod balance;
pub mod database;
mod fault;
pub mod history;
mod many;
pub mod model;
mod position;
mod retry;
pub mod shared_result;
pub mod task;
pub mod task_result;
pub mod transactions;
pub mod users;

pub use database::{Database, DatabaseOptions};
pub use fault::{Fault, is_away};
pub use many::{array_of, insert_all, is_among};
pub use position::Position;
pub use retry::retry;

/// Reads a word that a CHECK of the database keeps inside its closed set.
fn word<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, sea_orm::DbErr> {
    text.parse()
        .map_err(|_| sea_orm::DbErr::Custom(format!("{column} holds the unknown word {text}")))
}
