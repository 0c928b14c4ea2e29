//! Transactions. [`Database::transaction`] is the only way to open one that writes.
//!
//! Each runs from its begin to its commit in a task of its own. No request owns a transaction that it could drop
//! half-way: with sqlx 0.9 a connection whose BEGIN was sent but not yet answered would go back to the pool with an
//! open transaction, and the statements of other requests would run inside of it and be rolled back later.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::connection::Connection;
use super::{Database, retry};

/// How long a statement of a snapshot may take: those who ask for one read whole tables.
const SNAPSHOT_DEADLINE: Duration = Duration::from_hours(1);

/// An open transaction, for the statements of one attempt.
pub struct Transaction {
    connection: tokio::sync::Mutex<Connection>,
    backend: DatabaseBackend,
    after_commit: Mutex<Vec<Callback>>,
}

type Callback = Box<dyn FnOnce() + Send>;

impl Database {
    /// Runs `work` on `input` in a transaction that writes, and commits it. Where `work` fails, everything is rolled
    /// back. On SQLite the transaction takes the write lock at once, so that it never fails half-way for want of it.
    ///
    /// Where the database broke the transaction off for the sake of others, all of it is tried again (see
    /// [`retry`]), so `work` must decide only by what it reads inside. Once begun it runs to its end also where
    /// the caller goes away. `name` is for the log.
    ///
    /// # Errors
    /// That of `work`, of the commit, or of the connection. After a connection error during the commit it is not
    /// known whether the transaction was committed, and it is not tried again.
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
        let pool = self.write().pool().clone();
        in_own_task(|caller| async move {
            let first = pool.acquire().await?;
            if caller.is_cancelled() {
                // Nothing was begun, and others need the connection.
                first.release();
                return Err(DbErr::Custom("the caller has gone".to_owned()));
            }
            let mut first = Some(first);
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
    /// That of `work` or of the connection.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T, DbErr>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a Transaction) -> BoxFuture<'a, Result<T, DbErr>> + Send + 'static,
    {
        let pool = self.read().pool().clone();
        // SQLite's transactions are snapshots by themselves.
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
            // Not put back: its deadline is another one.
            drop(transaction);
            result
        })
        .await
    }
}

/// Runs `work` to its end in a task of its own. The token that it receives is canceled when the caller has gone.
async fn in_own_task<T, F>(work: impl FnOnce(CancellationToken) -> F) -> Result<T, DbErr>
where
    T: Send + 'static,
    F: Future<Output = Result<T, DbErr>> + Send + 'static,
{
    let caller = CancellationToken::new();
    let task = tokio::spawn(work(caller.clone()).in_current_span());
    let _cancel_when_dropped = caller.drop_guard();
    task.await.unwrap_or_else(|error| {
        // A panic has closed the connection, which rolls back.
        let reason = format!("the task of a transaction ended early: {error}");
        Err(DbErr::Custom(reason))
    })
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

    /// Has `callback` called once the transaction is committed, and never otherwise.
    pub fn after_commit(&self, callback: impl FnOnce() + Send + 'static) {
        self.callbacks().push(Box::new(callback));
    }

    fn callbacks(&self) -> std::sync::MutexGuard<'_, Vec<Callback>> {
        self.after_commit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits or rolls back. A connection on which that fails is closed, which rolls back as well.
    async fn finish<T>(self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        let callbacks = std::mem::take(&mut *self.callbacks());
        let mut connection = self.connection.into_inner();
        // PostgreSQL answers the COMMIT of a transaction in which a statement failed by a silent rollback.
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
                    // Such as after a full disk, where SQLite has rolled back by itself.
                    Err(error) => {
                        tracing::debug!(%error, "closing a connection in place of a rollback");
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
