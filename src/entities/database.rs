//! The connection: one pool on PostgreSQL; on SQLite one writer and several readers, so that writers wait
//! in a fair queue inside the process and not on the file's lock.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::types::AppError;

const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
const SQLITE_READERS: u32 = 8;
const RETRY_AFTER_S: u64 = 2;

/// Where the database is and how many connections it may have.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
    /// Most connections of this process to PostgreSQL.
    pub max_connections: u32,
}

/// A handle on the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Database {
    /// Connects; a SQLite file is made where there is none.
    ///
    /// # Errors
    /// Where the database cannot be reached or opened.
    pub async fn connect(options: &DatabaseOptions) -> Result<Self, DbErr> {
        if options.url.starts_with("sqlite:") {
            // The writer first: it makes the file and switches it to WAL.
            let write = sea_orm::Database::connect(sqlite_options(&options.url, 1)).await?;
            let read =
                sea_orm::Database::connect(sqlite_options(&options.url, SQLITE_READERS)).await?;
            return Ok(Self { read, write });
        }
        let mut connect = ConnectOptions::new(&options.url);
        connect
            .max_connections(options.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .sqlx_logging(false);
        let pool = sea_orm::Database::connect(connect).await?;
        Ok(Self {
            read: pool.clone(),
            write: pool,
        })
    }

    /// Has `watch` see every statement of this handle and its later clones: for tests that read query plans.
    #[must_use]
    pub fn watched(
        mut self,
        watch: impl Fn(&sea_orm::Statement) + Clone + Send + Sync + 'static,
    ) -> Self {
        let too = watch.clone();
        self.read
            .set_metric_callback(move |seen| too(seen.statement));
        self.write
            .set_metric_callback(move |seen| watch(seen.statement));
        self
    }

    /// For single statements that only read.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For single statements that write, and for migrations.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Which of the two databases it is.
    pub fn backend(&self) -> DatabaseBackend {
        self.write.get_database_backend()
    }

    /// Begins a transaction that will write. On SQLite it takes the write lock at once, so that it never
    /// fails half-way for want of it.
    ///
    /// # Errors
    /// Where no connection is to be had.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.write
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// Begins a transaction that reads one state of the whole database.
    ///
    /// # Errors
    /// Where no connection is to be had.
    pub async fn begin_snapshot(&self) -> Result<DatabaseTransaction, DbErr> {
        // SQLite's transactions are snapshots by themselves and know no levels.
        let isolation_level = match self.backend() {
            DatabaseBackend::Postgres => Some(IsolationLevel::RepeatableRead),
            _ => None,
        };
        self.read
            .begin_with_options(TransactionOptions {
                isolation_level,
                ..TransactionOptions::default()
            })
            .await
    }
}

fn sqlite_options(url: &str, connections: u32) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(connections)
        .acquire_timeout(BUSY_TIMEOUT)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // A commit that was answered survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
        });
    connect
}

impl From<DbErr> for AppError {
    /// Hides the cause, which goes to the log: a database that is away is 503, all else is 500.
    fn from(error: DbErr) -> Self {
        tracing::error!(%error, "the database refused");
        if is_away(&error) {
            Self::Unavailable {
                reason: "the database cannot be reached".to_owned(),
                retry_after_s: RETRY_AFTER_S,
            }
        } else {
            Self::Internal
        }
    }
}

/// Whether an error means that the database cannot be reached now, rather than that it refuses.
pub fn is_away(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error as Sqlx;
    let inner = match error {
        DbErr::ConnectionAcquire(_) => return true,
        DbErr::Conn(inner) | DbErr::Exec(inner) | DbErr::Query(inner) => inner,
        _ => return false,
    };
    let sea_orm::RuntimeErr::SqlxError(inner) = inner else {
        return matches!(error, DbErr::Conn(_));
    };
    match inner.as_ref() {
        Sqlx::Io(_) | Sqlx::PoolTimedOut | Sqlx::PoolClosed | Sqlx::WorkerCrashed => true,
        // 57P01..57P03: the server is shutting down or starting; 08…: the connection broke;
        // 53…: out of disk, memory or connections.
        Sqlx::Database(database) => database.code().is_some_and(|code| {
            code.starts_with("57P") || code.starts_with("08") || code.starts_with("53")
        }),
        _ => false,
    }
}
