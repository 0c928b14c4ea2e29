//! SQLite databases for unit tests.

use std::time::Duration;

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseConnection, DbErr};
use tempfile::TempDir;

use super::{Database, DatabaseOptions};

/// A database with all tables, in a folder that is deleted when dropped.
///
/// # Panics
/// If the database cannot be created.
pub async fn migrated() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let options = DatabaseOptions {
        url: format!("sqlite://{}", folder.path().join("a.db").display()),
        max_connections: 1,
    };
    let migrations = Database::connect_for_migrations(&options).await.unwrap();
    Migrator::up(&migrations, None).await.unwrap();
    let database = Database::connect(&options).await.unwrap();
    (folder, database)
}

/// A connection that does not wait for locks.
///
/// # Panics
/// If the database cannot be opened.
pub async fn open(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .map_sqlx_sqlite_opts(|options| options.busy_timeout(Duration::ZERO));
    sea_orm::Database::connect(options).await.unwrap()
}

/// The error when a second connection wants to write.
///
/// # Panics
/// If the database cannot be opened, or there is no error.
pub async fn busy_error() -> DbErr {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("a.db").display());
    let (holder, other) = (open(&url).await, open(&url).await);
    let begin = "BEGIN IMMEDIATE";
    holder.execute_unprepared(begin).await.unwrap();
    other.execute_unprepared(begin).await.unwrap_err()
}
