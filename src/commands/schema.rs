//! The schema at the start of a command: migrated, or only checked.

use std::time::{Duration, Instant};

use anyhow::bail;
use migration::{Migrator, MigratorTrait as _, SchemaStatus, schema_status};
use sea_orm::sqlx::PgPool;
use sea_orm::{DatabaseConnection, TransactionTrait as _};

use crate::database::{DbErrorKind, postgres};

/// The advisory lock that keeps two processes from migrating PostgreSQL at the same time.
const MIGRATION_LOCK: i64 = 0x706c_6564_6765;
const LOCK_RETRY: Duration = Duration::from_millis(500);
/// How often the log repeats the reason for waiting.
const REPEAT_AFTER: Duration = Duration::from_secs(5);

/// Refuses a database whose schema this program cannot work with.
///
/// # Errors
/// What the operator must do; a `DbErr` if the database cannot be read.
pub async fn require(connection: &DatabaseConnection) -> anyhow::Result<()> {
    match schema_status(connection).await? {
        SchemaStatus::Current => Ok(()),
        SchemaStatus::Empty => {
            bail!("the database has no Pledgecast tables; run `pledgecast migrate` to create them")
        }
        SchemaStatus::Older { found, needed } => bail!(
            "the database has schema {found}, but this program needs {needed}; run `pledgecast migrate`"
        ),
        SchemaStatus::Newer { unknown, known } => Err(newer(&unknown, &known)),
    }
}

fn newer(unknown: &[String], known: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "the database was migrated by a newer program: it has {}, but this program only knows migrations up to {known}; \
         run the newer program",
        unknown.join(", ")
    )
}

/// Migrates the schema if it is out of date. `connection` must be a connection for migrations; `watched` are other
/// connections to PostgreSQL, used to find out which session blocks a migration.
///
/// # Errors
/// If a newer program has migrated the database, if a lock is still held by another session at `deadline`, or if a
/// migration fails.
pub async fn migrate(
    connection: &DatabaseConnection,
    watched: Option<&PgPool>,
    deadline: Instant,
) -> anyhow::Result<()> {
    if !is_behind(connection).await? {
        return Ok(());
    }
    match watched {
        Some(watched) => {
            // The lock belongs to the only connection of this pool and is released when the connection closes.
            take_lock(connection.get_postgres_connection_pool(), watched, deadline).await?;
            migrate_locked(connection, watched, deadline).await
        }
        None => migrate_sqlite(connection).await,
    }
}

/// In one transaction: if the process is killed halfway, the schema is unchanged.
async fn migrate_sqlite(connection: &DatabaseConnection) -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "no request shares this connection, and it is closed after the migrations"
    )]
    let transaction = connection.begin().await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await?;
    Ok(())
}

async fn is_behind(connection: &DatabaseConnection) -> anyhow::Result<bool> {
    match schema_status(connection).await? {
        SchemaStatus::Current => Ok(false),
        SchemaStatus::Empty | SchemaStatus::Older { .. } => Ok(true),
        SchemaStatus::Newer { unknown, known } => Err(newer(&unknown, &known)),
    }
}

async fn take_lock(own: &PgPool, watched: &PgPool, deadline: Instant) -> anyhow::Result<()> {
    let mut warned_at: Option<Instant> = None;
    loop {
        if postgres::try_lock(own, MIGRATION_LOCK).await? {
            return Ok(());
        }
        if warned_at.is_none_or(|at| at.elapsed() >= REPEAT_AFTER) || Instant::now() >= deadline {
            let holder = postgres::lock_holders(watched, MIGRATION_LOCK).await?;
            if Instant::now() >= deadline {
                bail!(
                    "the migration lock is still held by {holder}; if it is not another migration, end it with \
                     pg_terminate_backend. PLEDGECAST_DATABASE_WAIT_SECONDS sets how long to wait"
                );
            }
            tracing::warn!("waiting for the migration lock, which is held by {holder}");
            warned_at = Some(Instant::now());
        }
        tokio::time::sleep(LOCK_RETRY).await;
    }
}

/// Does nothing if another process has migrated the database in the meantime.
async fn migrate_locked(
    connection: &DatabaseConnection,
    watched: &PgPool,
    deadline: Instant,
) -> anyhow::Result<()> {
    while is_behind(connection).await? {
        let Err(error) = Migrator::up(connection, None).await else {
            return Ok(());
        };
        if DbErrorKind::of(&error) != DbErrorKind::Contention {
            return Err(error.into());
        }
        let holder = postgres::oldest_transaction(watched).await?;
        if Instant::now() >= deadline {
            bail!(
                "a migration needs a table that is in use: {error}; the oldest transaction belongs to {holder}"
            );
        }
        tracing::warn!(%error, "a migration waits for a table; the oldest transaction belongs to {holder}");
    }
    Ok(())
}
