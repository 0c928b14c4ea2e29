//! One connection taken from a pool. It goes back only when its state is known: a connection that is dropped halfway
//! or misses a deadline is closed.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{self, AssertSqlSafe, Executor as _, Postgres, Sqlite};
use sea_orm::{
    DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, sea_query::Values,
};
use sea_query_sqlx::SqlxValues;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::error_kind::counted;
use super::health::Health;

/// Time limit for the round trip that shows that a connection is ready for its next user.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// Receives every statement; for tests that read query plans.
pub(super) type Observer = Arc<dyn Fn(&Statement) + Send + Sync>;

pub(super) enum Live {
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
}

/// A connection and the deadline of its statements.
pub(super) struct Connection {
    /// None once it is released or closed.
    live: Option<Live>,
    backend: DatabaseBackend,
    health: Arc<Health>,
    deadline: Duration,
    observer: Option<Observer>,
    has_failed: bool,
}

/// Runs a statement within its deadline, whichever database the connection belongs to. `$method` is the method of
/// sqlx's `Query`; `$convert` turns its result into that of sea-orm.
macro_rules! run {
    ($connection:ident, $statement:ident, $method:ident, $convert:expr) => {{
        let (deadline, query) = $connection.prepare($statement);
        match $connection.live()? {
            Live::Postgres(live) => {
                let query = query.bind::<Postgres>();
                let done = timeout(deadline, query.$method(&mut **live)).await;
                done.map(|done| done.map($convert))
            }
            Live::Sqlite(live) => {
                let query = query.bind::<Sqlite>();
                let done = timeout(deadline, query.$method(&mut **live)).await;
                done.map(|done| done.map($convert))
            }
        }
    }};
}

/// What became of a statement: a timeout, an error, or a result.
type Outcome<T> = Result<Result<T, sqlx::Error>, Elapsed>;

impl Connection {
    pub(super) fn new(
        live: Live,
        health: Arc<Health>,
        deadline: Duration,
        observer: Option<Observer>,
    ) -> Self {
        let backend = match live {
            Live::Postgres(_) => DatabaseBackend::Postgres,
            Live::Sqlite(_) => DatabaseBackend::Sqlite,
        };
        Self {
            live: Some(live),
            backend,
            health,
            deadline,
            observer,
            has_failed: false,
        }
    }

    pub(super) const fn backend(&self) -> DatabaseBackend {
        self.backend
    }

    /// Whether a statement has failed. PostgreSQL then rolls back any open transaction.
    pub(super) const fn has_failed(&self) -> bool {
        self.has_failed
    }

    pub(super) const fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = deadline;
    }

    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let outcome = run!(self, statement, execute, Into::into);
        self.check(outcome, DbErr::Exec)
    }

    pub(super) async fn query_all(
        &mut self,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let outcome: Outcome<Vec<QueryResult>> = run!(self, statement, fetch_all, |rows| {
            rows.into_iter().map(Into::into).collect()
        });
        self.check(outcome, DbErr::Query)
    }

    pub(super) async fn query_one(
        &mut self,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let outcome = run!(self, statement, fetch_optional, |row| row.map(Into::into));
        self.check(outcome, DbErr::Query)
    }

    /// Executes SQL without parameters; several statements may be separated by semicolons.
    pub(super) async fn execute_unprepared(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let deadline = self.deadline;
        let sql = AssertSqlSafe(sql.to_owned());
        let outcome: Outcome<ExecResult> = match self.live()? {
            Live::Postgres(live) => {
                let done = timeout(deadline, live.execute(sql)).await;
                done.map(|done| done.map(Into::into))
            }
            Live::Sqlite(live) => {
                let done = timeout(deadline, live.execute(sql)).await;
                done.map(|done| done.map(Into::into))
            }
        };
        self.check(outcome, DbErr::Exec)
    }

    /// Returns the connection to its pool, in the background, if one round trip shows that the server responds and
    /// nothing is left to read.
    pub(super) fn release(mut self) {
        let Some(live) = self.live.take() else {
            return;
        };
        let health = Arc::clone(&self.health);
        tokio::spawn(async move {
            let is_released = match live {
                Live::Postgres(mut live) => timeout(RELEASE_TIMEOUT, live.return_to_pool()).await,
                Live::Sqlite(mut live) => timeout(RELEASE_TIMEOUT, live.return_to_pool()).await,
            };
            if is_released.is_err() {
                health.distrust_open_connections();
            }
        });
    }

    fn prepare(&self, statement: Statement) -> (Duration, Query) {
        if let Some(observer) = &self.observer {
            observer(&statement);
        }
        let Statement { sql, values, .. } = statement;
        let values = values.unwrap_or(Values(Vec::new()));
        (self.deadline, Query { sql, values })
    }

    fn live(&mut self) -> Result<&mut Live, DbErr> {
        let closed = "the connection was closed after an earlier failure";
        let closed = || DbErr::Conn(RuntimeErr::Internal(closed.to_owned()));
        self.live.as_mut().ok_or_else(closed)
    }

    /// Closes the connection if its state is no longer known.
    fn check<T>(&mut self, outcome: Outcome<T>, kind: fn(RuntimeErr) -> DbErr) -> Result<T, DbErr> {
        let error = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error @ sqlx::Error::Database(_))) => {
                self.has_failed = true;
                return Err(counted(kind(RuntimeErr::SqlxError(error.into()))));
            }
            Ok(Err(error)) => kind(RuntimeErr::SqlxError(error.into())),
            Err(_elapsed) => {
                let seconds = self.deadline.as_secs();
                let reason = format!("the database did not answer within {seconds} s");
                DbErr::Conn(RuntimeErr::Internal(reason))
            }
        };
        self.has_failed = true;
        self.close();
        self.health.distrust_open_connections();
        Err(counted(error))
    }

    /// Closes the socket at once, without saying goodbye: that could wait for a server that does not respond. The
    /// server notices that the connection is closed and rolls back any open transaction.
    fn close(&mut self) {
        match self.live.take() {
            Some(Live::Postgres(live)) => drop(live.detach()),
            Some(Live::Sqlite(live)) => drop(live.detach()),
            None => {}
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// A statement that is not yet bound for one of the databases.
struct Query {
    sql: String,
    values: Values,
}

impl Query {
    fn bind<DB>(self) -> sqlx::query::Query<'static, DB, SqlxValues>
    where
        DB: sqlx::Database,
        SqlxValues: sqlx::IntoArguments<DB>,
    {
        // The SQL is written by sea-orm or in this crate; user input is only in the values.
        sqlx::query_with(AssertSqlSafe(self.sql), SqlxValues(self.values))
    }
}
