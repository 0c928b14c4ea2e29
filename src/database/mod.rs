//! Access to the database: pools, deadlines, transactions, error classification, bulk statements.
//!
//! Statements go through [`Database::read`] and [`Database::write`], one at a time, or through
//! [`Database::transaction`]. Each has a deadline in this process and a shorter limit on the server. A connection that
//! misses its deadline is closed and never used again.

mod bulk;
mod connection;
mod error_kind;
mod health;
mod own_task;
mod pool;
pub mod postgres;
mod retry;
pub mod sqlite_file;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPool};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{DatabaseBackend, DatabaseConnection, DbErr, RuntimeErr, Statement};

pub use bulk::{array_of, delete_in_batches, insert_all, is_among, is_selected};
use connection::Observer;
pub use error_kind::{DbErrorKind, conflict_if_taken};
pub use own_task::in_own_task;
pub use pool::Pool;
pub use retry::retry;
pub use transaction::Transaction;

/// How long SQLite waits for another process's lock before it reports that the file is busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const SQLITE_READERS: u32 = 8;
/// Time limit for a statement on SQLite; longer than [`BUSY_TIMEOUT`].
const SQLITE_DEADLINE: Duration = Duration::from_secs(30);
/// Time limit for a statement on PostgreSQL, as measured by this process. By then the server has reported a timeout of
/// its own, unless it is frozen or unreachable.
const POSTGRES_DEADLINE: Duration = Duration::from_secs(10);
/// Limits that PostgreSQL enforces. The last one bounds how long a process that stops in the middle of a transaction
/// can keep its locks.
const POSTGRES_LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "8s"),
    ("lock_timeout", "4s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// A migration may take any time, but waits for a table no longer than this, because all later statements on that
/// table queue behind it.
const MIGRATION_LIMITS: [(&str, &str); 2] = [("lock_timeout", "3s"), ("statement_timeout", "0")];

/// Where the database is and how many connections it may have.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
    /// Maximum number of connections of this process to PostgreSQL.
    pub max_connections: u32,
}

/// A handle to the database; cheap to clone. PostgreSQL has one pool. SQLite has one writer and several readers, so
/// that writers wait in a fair queue inside the process and not for the lock of the file.
#[derive(Clone)]
pub struct Database {
    read: Pool,
    write: Pool,
}

impl Database {
    /// Connects. A SQLite file is created if it does not exist.
    ///
    /// # Errors
    /// If the database cannot be reached or opened.
    pub async fn connect(options: &DatabaseOptions) -> Result<Self, DbErr> {
        if options.url.starts_with("sqlite:") {
            let sqlite = sqlite_options(&options.url)?;
            // The writer first: it creates the file and switches it to WAL.
            let write = Pool::sqlite(sqlite.clone(), 1, SQLITE_DEADLINE).await?;
            let read = Pool::sqlite(sqlite, SQLITE_READERS, SQLITE_DEADLINE).await?;
            return Ok(Self { read, write });
        }
        let postgres = postgres_options(&options.url)?
            .options(POSTGRES_LIMITS)
            .application_name("pledgecast");
        let pool = Pool::postgres(postgres, options.max_connections, POSTGRES_DEADLINE).await?;
        Ok(Self {
            read: pool.clone(),
            write: pool,
        })
    }

    /// A connection for migrations, which may rewrite whole tables. The caller closes it.
    ///
    /// # Errors
    /// If the database cannot be reached or opened.
    pub async fn connect_for_migrations(
        options: &DatabaseOptions,
    ) -> Result<DatabaseConnection, DbErr> {
        let mut connect = sea_orm::ConnectOptions::new(&options.url);
        connect
            .max_connections(1)
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(|options| {
                options
                    .options(MIGRATION_LIMITS)
                    .application_name("pledgecast migrate")
            })
            .map_sqlx_sqlite_opts(for_sqlite);
        sea_orm::Database::connect(connect).await
    }

    /// Makes `observer` receive every statement of this handle and its later clones. For tests that read query plans.
    #[must_use]
    pub fn observed(self, observer: impl Fn(&Statement) + Send + Sync + 'static) -> Self {
        let observer: Observer = Arc::new(observer);
        Self {
            read: self.read.observed(Arc::clone(&observer)),
            write: self.write.observed(observer),
        }
    }

    /// For single statements that only read.
    pub const fn read(&self) -> &Pool {
        &self.read
    }

    /// For single statements that write, and for reads that must see earlier writes.
    pub const fn write(&self) -> &Pool {
        &self.write
    }

    /// SQLite or PostgreSQL.
    pub fn backend(&self) -> DatabaseBackend {
        self.write.backend()
    }

    /// The name of each pool, with the number of its connections and of those that nobody uses.
    pub fn sizes(&self) -> Vec<(&'static str, (u32, u32))> {
        match self.backend() {
            DatabaseBackend::Sqlite => {
                vec![("read", self.read.size()), ("write", self.write.size())]
            }
            // One pool for both.
            _ => vec![("all", self.write.size())],
        }
    }

    /// Closes all connections once those in use are released.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }

    /// The pool of connections to PostgreSQL, for LISTEN; none on SQLite.
    pub const fn postgres_pool(&self) -> Option<&PgPool> {
        self.write.as_postgres()
    }
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, DbErr> {
    let options: PgConnectOptions = url.parse().map_err(bad_url)?;
    Ok(options.disable_statement_logging())
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, DbErr> {
    let options: SqliteConnectOptions = url.parse().map_err(bad_url)?;
    Ok(for_sqlite(options).disable_statement_logging())
}

fn for_sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    sqlite_file::limit_journal(options)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged commit survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

fn bad_url(error: sea_orm::sqlx::Error) -> DbErr {
    // The message leaves out the URL, which may contain a password.
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}

#[cfg(test)]
pub mod test_support;
#[cfg(test)]
mod tests;
