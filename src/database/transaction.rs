//! Transactions. [`Database::transaction`] is the only way to open one that writes.
//!
//! Each runs from BEGIN to COMMIT in its own task, so no request can drop a transaction halfway. With sqlx 0.9, a
//! connection whose BEGIN was sent but not yet answered would return to the pool with an open transaction. The
//! statements of other requests would then run inside it and be rolled back later.

use std::time::Duration;

use futures::future::BoxFuture;
use parking_lot::Mutex;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
};

use super::connection::Connection;
use super::{Database, in_own_task, retry};

/// Time limit for a statement of a snapshot, which may read whole tables.
const SNAPSHOT_DEADLINE: Duration = Duration::from_hours(1);

/// An open transaction, for the statements of one attempt.
pub struct Transaction {
    connection: tokio::sync::Mutex<Connection>,
    backend: DatabaseBackend,
    after_commit: Mutex<Vec<Callback>>,
}

type Callback = Box<dyn FnOnce() + Send>;

impl Database {
    /// Runs `work` on `input` in a transaction that writes, and commits it. If `work` fails, everything is rolled
    /// back. On SQLite the transaction takes the write lock at BEGIN, so that it cannot fail halfway for lack of the
    /// lock.
    ///
    /// On contention the whole transaction is retried (see [`retry`]), so `work` must decide only by what it reads
    /// inside it. Once begun, it runs to its end even if the caller goes away. `name` is for the log.
    ///
    /// # Errors
    /// Those of `work`, of the commit, or of the connection. After a connection error during the commit it is
    /// unknown whether the transaction was committed, and it is not retried.
    pub async fn transaction<I, T, F>(
        &self,
        name: &'static str,
        input: I,
        work: F,
    ) -> Result<T, DbErr>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Transaction, &'a I) -> BoxFuture<'a, Result<T, DbErr>>
            + Send
            + Sync
            + 'static,
    {
        let begin = match self.backend() {
            DatabaseBackend::Sqlite => "BEGIN IMMEDIATE",
            _ => "BEGIN",
        };
        let pool = self.write().clone();
        in_own_task(|caller| async move {
            let mut first = Some(pool.acquire_for(&caller).await?);
            retry(name, || {
                let first = first.take();
                let (pool, work, input) = (&pool, &work, &input);
                async move {
                    let connection = match first {
                        Some(connection) => connection,
                        None => pool.acquire().await?,
                    };
                    let transaction = Transaction::begin(connection, begin).await?;
                    let result = work(&transaction, input).await;
                    transaction.finish(result).await
                }
            })
            .await
        })
        .await
    }

    /// Runs `work`, which only reads, on one state of the whole database. Its statements may take up to an hour.
    ///
    /// # Errors
    /// Those of `work` or of the connection.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T, DbErr>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a Transaction) -> BoxFuture<'a, Result<T, DbErr>> + Send + 'static,
    {
        let pool = self.read().clone();
        // A transaction of SQLite is always a snapshot.
        let begin = match pool.backend() {
            DatabaseBackend::Sqlite => "BEGIN",
            _ => {
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = '1h'"
            }
        };
        in_own_task(|_caller| async move {
            let mut transaction = Transaction::begin(pool.acquire().await?, begin).await?;
            let connection = transaction.connection.get_mut();
            connection.set_deadline(SNAPSHOT_DEADLINE);
            let result = work(&transaction).await;
            // Not returned to the pool, because its deadline was changed.
            drop(transaction);
            result
        })
        .await
    }
}

impl Transaction {
    async fn begin(mut connection: Connection, begin: &str) -> Result<Self, DbErr> {
        connection.execute_unprepared(begin).await?;
        Ok(Self {
            backend: connection.backend(),
            connection: tokio::sync::Mutex::new(connection),
            after_commit: Mutex::default(),
        })
    }

    /// Calls `callback` once the transaction is committed, and never otherwise.
    pub fn after_commit(&self, callback: impl FnOnce() + Send + 'static) {
        self.after_commit.lock().push(Box::new(callback));
    }

    /// Commits or rolls back. If that fails, the connection is closed, which also rolls back.
    async fn finish<T>(self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        let callbacks = self.after_commit.into_inner();
        let mut connection = self.connection.into_inner();
        // If a statement has failed, PostgreSQL responds to COMMIT with a rollback and no error.
        let is_broken = connection.has_failed() && self.backend == DatabaseBackend::Postgres;
        let result = match result {
            Ok(_) if is_broken => {
                let reason = "a statement failed and its error was ignored".to_owned();
                Err(DbErr::Exec(RuntimeErr::Internal(reason)))
            }
            other => other,
        };
        match result {
            Ok(value) => {
                connection.execute_unprepared("COMMIT").await?;
                connection.release();
                for callback in callbacks {
                    callback();
                }
                Ok(value)
            }
            Err(error) => {
                match connection.execute_unprepared("ROLLBACK").await {
                    Ok(_) => connection.release(),
                    // For example after a full disk, when SQLite has already rolled back.
                    Err(error) => {
                        tracing::debug!(%error, "rollback failed; closing the connection");
                    }
                }
                Err(error)
            }
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.connection.lock().await.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.connection.lock().await.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.connection.lock().await.query_one(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.connection.lock().await.query_all(statement).await
    }
}
