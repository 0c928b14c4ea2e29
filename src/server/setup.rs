//! From the configuration to a database of the right schema, services and workers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use migration::{Migrator, MigratorTrait as _};

use super::config::{DatabaseArgs, WorkerArgs};
use crate::entities::{Database, DatabaseOptions};
use crate::inference::InferencePool;
use crate::queue::Signals;
use crate::services::{Clock, LoadedModels, SystemClock};
use crate::worker::{Worker, WorkerOptions};

const SQLITE_FILE: &str = "pledgecast.db";
const POLL: Duration = Duration::from_secs(5);

/// Connects, and brings the schema up to date; nothing is ever dropped.
///
/// # Errors
/// Where the data folder cannot be made, or the database not be reached or migrated.
pub async fn database(args: &DatabaseArgs) -> anyhow::Result<Database> {
    std::fs::create_dir_all(&args.data_dir)
        .with_context(|| format!("making the data folder {}", args.data_dir.display()))?;
    let url = args
        .database_url
        .clone()
        .unwrap_or_else(|| format!("sqlite://{}", args.data_dir.join(SQLITE_FILE).display()));
    let options = DatabaseOptions {
        url,
        max_connections: args.database_connections,
    };
    let database = Database::connect(&options)
        .await
        .context("opening the database")?;
    migrate(&database).await.context("migrating the database")?;
    Ok(database)
}

/// Two processes that start at once do not migrate side by side: on PostgreSQL an advisory lock sees to it,
/// on SQLite there is one process.
async fn migrate(database: &Database) -> anyhow::Result<()> {
    const MIGRATION_LOCK: i64 = 0x706c_6564_6765;
    if database.backend() != sea_orm::DatabaseBackend::Postgres {
        Migrator::up(database.write(), None).await?;
        return Ok(());
    }
    let pool = database.write().get_postgres_connection_pool();
    let mut guard = pool.acquire().await?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *guard)
        .await?;
    let migrated = Migrator::up(database.write(), None).await;
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *guard)
        .await?;
    Ok(migrated?)
}

/// The machine's clock, as the services take it.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The inference threads of this process.
///
/// # Errors
/// Where the system refuses them.
pub fn pool(args: &WorkerArgs) -> anyhow::Result<InferencePool> {
    InferencePool::start(args.threads()).context("starting the inference threads")
}

/// The worker of this process.
pub fn worker(
    args: &WorkerArgs,
    database: &Database,
    signals: &Signals,
    models: &Arc<LoadedModels>,
    pool: InferencePool,
) -> Arc<Worker> {
    let options = WorkerOptions {
        loops: usize::from(args.workers),
        batch: args.batch,
        lease: args.lease(),
        max_attempts: args.max_attempts,
        inference_timeout: args.inference_timeout(),
        poll: POLL,
    };
    Arc::new(Worker::new(
        database.clone(),
        signals.clone(),
        clock(),
        Arc::clone(models),
        pool,
        options,
    ))
}
