//! The connection: one pool on PostgreSQL; on SQLite one writer and several readers, so that writers wait
//! in a fair queue inside the process and not on the file's lock.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{
    ConnectOptions, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    IsolationLevel, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// How long SQLite waits for a lock of another process before it says that it is busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection before the database counts as away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// The same on SQLite, where all writers of the process stand in one line.
const SQLITE_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
const SQLITE_READERS: u32 = 8;
/// A process that stands still in the middle of a transaction keeps its locks no longer than this.
const IDLE_IN_TRANSACTION: &str = "10s";

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
            .map_sqlx_postgres_opts(|options| {
                options.options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)])
            })
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
        .acquire_timeout(SQLITE_ACQUIRE_TIMEOUT)
        .map_sqlx_sqlite_pool_opts(|options| {
            options.after_release(|connection, _| Box::pin(is_out_of_transaction(connection)))
        })
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

/// Whether a connection may go back to its pool. Where SQLite itself rolled a transaction back, because the
/// disk was full or failing, the driver still counts it as open, and would refuse to begin another for ever.
async fn is_out_of_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // After it the rollback of a dropped transaction has been tried.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait as _;

    use super::*;
    use crate::entities::Fault;

    async fn open(folder: &tempfile::TempDir) -> Database {
        let options = DatabaseOptions {
            url: format!("sqlite://{}", folder.path().join("a.db").display()),
            max_connections: 1,
        };
        Database::connect(&options).await.unwrap()
    }

    async fn pragma(connection: &DatabaseConnection, name: &str) -> String {
        let pool = connection.get_sqlite_connection_pool();
        let sql = sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
        sqlx::query_scalar(sql).fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn sqlite_keeps_what_it_has_answered_through_a_power_cut() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(&folder).await;
        for connection in [database.read(), database.write()] {
            assert_eq!(pragma(connection, "journal_mode").await, "wal");
            assert_eq!(pragma(connection, "synchronous").await, "2", "FULL");
            assert_eq!(pragma(connection, "foreign_keys").await, "1");
        }
    }

    #[tokio::test]
    async fn after_a_full_disk_transactions_begin_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(&folder).await;
        for sql in ["CREATE TABLE t (a TEXT)", "PRAGMA max_page_count = 4"] {
            database.write().execute_unprepared(sql).await.unwrap();
        }
        let transaction = database.begin().await.unwrap();
        let sql = "INSERT INTO t VALUES (printf('%.100000c', 'x'))";
        let error = transaction.execute_unprepared(sql).await.unwrap_err();
        assert_eq!(Fault::of(&error), Fault::Full, "{error}");
        drop(transaction);
        let transaction = database.begin().await.unwrap();
        transaction
            .execute_unprepared("INSERT INTO t VALUES ('x')")
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }
}
