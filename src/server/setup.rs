//! From the configuration to a database of the right schema, services and workers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};

use super::config::{DatabaseArgs, WorkerArgs};
use crate::database::{Database, DatabaseOptions, is_away};
use crate::inference::InferencePool;
use crate::queue::Signals;
use crate::services::{Clock, LoadedModels, SystemClock};
use crate::worker::{Worker, WorkerOptions};

const SQLITE_FILE: &str = "pledgecast.db";
const POLL: Duration = Duration::from_secs(5);
const DATABASE_RETRY: Duration = Duration::from_secs(1);

/// Connects, and brings the schema up to date; nothing is ever dropped. A database that cannot be reached is
/// waited for a while: it may be starting, too.
///
/// # Errors
/// Where the data folder cannot be made, or the database not be reached or migrated.
pub async fn database(args: &DatabaseArgs) -> anyhow::Result<Database> {
    std::fs::create_dir_all(&args.data_dir)
        .with_context(|| format!("making the data folder {}", args.data_dir.display()))?;
    let options = DatabaseOptions {
        url: database_url(args),
        max_connections: args.database_connections,
    };
    let deadline = Instant::now() + Duration::from_secs(args.database_wait_seconds);
    loop {
        match open(&options).await {
            Ok(database) => return Ok(database),
            Err(error) if is_away(&error) && Instant::now() < deadline => {
                tracing::warn!(%error, "the database cannot be reached; trying again");
                tokio::time::sleep(DATABASE_RETRY).await;
            }
            Err(error) => return Err(error).context("opening the database"),
        }
    }
}

/// The database that is configured, or SQLite in the data folder.
pub fn database_url(args: &DatabaseArgs) -> String {
    args.database_url
        .clone()
        .unwrap_or_else(|| format!("sqlite://{}", args.data_dir.join(SQLITE_FILE).display()))
}

async fn open(options: &DatabaseOptions) -> Result<Database, DbErr> {
    let migrations = Database::connect_for_migrations(options).await?;
    migrate(&migrations).await?;
    migrations.close().await?;
    Database::connect(options).await
}

/// Two processes that start at once do not migrate side by side: on PostgreSQL an advisory lock sees to it,
/// on SQLite there is one process.
async fn migrate(database: &DatabaseConnection) -> Result<(), DbErr> {
    const MIGRATION_LOCK: i64 = 0x706c_6564_6765;
    if database.get_database_backend() != sea_orm::DatabaseBackend::Postgres {
        return Migrator::up(database, None).await;
    }
    let away = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(error.into()));
    let pool = database.get_postgres_connection_pool();
    let mut guard = pool.acquire().await.map_err(away)?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *guard)
        .await
        .map_err(away)?;
    let migrated = Migrator::up(database, None).await;
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *guard)
        .await
        .map_err(away)?;
    migrated
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
        max_wait: args.max_wait(),
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
