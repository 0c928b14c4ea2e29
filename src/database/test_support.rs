//! An empty SQLite database for unit tests.

use migration::{Migrator, MigratorTrait as _};
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
