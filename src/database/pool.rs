//! Connection pools that test connections that may be broken before handing them out, and single statements on them.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sea_orm::sqlx::{self, Connection as _, PgPool, SqlitePool};
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement,
};
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Live, Observer};
use super::error_kind::counted;
use super::health::Health;
use super::own_task::in_own_task;

/// How long a caller waits for a connection before the database counts as unavailable.
const POSTGRES_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// The same on SQLite, where all writers of the process queue for one connection.
const SQLITE_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
/// A connection that was idle for longer is tested before it is used, because the server may have been restarted.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(1);
/// Time limit for that test.
const TEST_TIMEOUT: Duration = Duration::from_secs(2);

/// A pool of one of the two databases; cheap to clone. Each of its statements is a transaction of its own and runs to
/// its end even if the caller goes away, so that no connection returns to the pool in the middle of a statement.
#[derive(Clone)]
pub struct Pool {
    inner: Inner,
    health: Arc<Health>,
    /// The client-side deadline of each statement.
    deadline: Duration,
    observer: Option<Observer>,
}

#[derive(Clone)]
enum Inner {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

impl Pool {
    pub(super) async fn postgres(
        options: PgConnectOptions,
        max_connections: u32,
        deadline: Duration,
    ) -> Result<Self, DbErr> {
        let pools = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(POSTGRES_ACQUIRE_TIMEOUT);
        Self::connect(pools, options, Inner::Postgres, deadline).await
    }

    pub(super) async fn sqlite(
        options: SqliteConnectOptions,
        max_connections: u32,
        deadline: Duration,
    ) -> Result<Self, DbErr> {
        let pools = SqlitePoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(SQLITE_ACQUIRE_TIMEOUT);
        Self::connect(pools, options, Inner::Sqlite, deadline).await
    }

    async fn connect<DB: sqlx::Database>(
        pools: PoolOptions<DB>,
        options: <DB::Connection as sqlx::Connection>::Options,
        inner: fn(sqlx::Pool<DB>) -> Inner,
        deadline: Duration,
    ) -> Result<Self, DbErr> {
        let health = Arc::new(Health::default());
        let pool = tested(pools, &health).connect_with(options).await;
        Ok(Self {
            inner: inner(pool.map_err(from_sqlx)?),
            health,
            deadline,
            observer: None,
        })
    }

    pub(super) fn backend(&self) -> DatabaseBackend {
        match self.inner {
            Inner::Postgres(_) => DatabaseBackend::Postgres,
            Inner::Sqlite(_) => DatabaseBackend::Sqlite,
        }
    }

    pub(super) fn observed(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    pub(super) const fn as_postgres(&self) -> Option<&PgPool> {
        match &self.inner {
            Inner::Postgres(pool) => Some(pool),
            Inner::Sqlite(_) => None,
        }
    }

    /// The number of connections, and of those that nobody uses.
    pub fn size(&self) -> (u32, u32) {
        let (open, idle) = match &self.inner {
            Inner::Postgres(pool) => (pool.size(), pool.num_idle()),
            Inner::Sqlite(pool) => (pool.size(), pool.num_idle()),
        };
        (open, u32::try_from(idle).unwrap_or(open))
    }

    pub(super) async fn close(&self) {
        match &self.inner {
            Inner::Postgres(pool) => pool.close().await,
            Inner::Sqlite(pool) => pool.close().await,
        }
    }

    /// Takes a connection. Dropping it closes it; [`Connection::release`] returns it to the pool.
    pub(super) async fn acquire(&self) -> Result<Connection, DbErr> {
        let live = match &self.inner {
            Inner::Postgres(pool) => pool.acquire().await.map(Live::Postgres),
            Inner::Sqlite(pool) => pool.acquire().await.map(Live::Sqlite),
        };
        Ok(Connection::new(
            live.map_err(|error| counted(from_sqlx(error)))?,
            Arc::clone(&self.health),
            self.deadline,
            self.observer.clone(),
        ))
    }

    /// Takes a connection for a caller who may go away while waiting for it. Then nothing begins, and others get the
    /// connection.
    pub(super) async fn acquire_for(
        &self,
        caller: &CancellationToken,
    ) -> Result<Connection, DbErr> {
        let connection = self.acquire().await?;
        if caller.is_cancelled() {
            connection.release();
            return Err(DbErr::Custom("the caller has gone".to_owned()));
        }
        Ok(connection)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl for<'a> FnOnce(&'a mut Connection) -> BoxFuture<'a, Result<T, DbErr>>
        + Send
        + 'static,
    ) -> Result<T, DbErr> {
        let pool = self.clone();
        in_own_task(|caller| async move {
            let mut connection = pool.acquire_for(&caller).await?;
            let done = work(&mut connection).await;
            connection.release();
            done
        })
        .await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(|connection| Box::pin(connection.execute(statement)))
            .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = sql.to_owned();
        self.run(|connection| Box::pin(async move { connection.execute_unprepared(&sql).await }))
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(|connection| Box::pin(connection.query_one(statement)))
            .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(|connection| Box::pin(connection.query_all(statement)))
            .await
    }
}

/// Replaces sqlx's test before each use, which has no deadline and costs a round trip. Only connections that were idle
/// are tested, and those older than the last failure are not used again.
fn tested<DB: sqlx::Database>(options: PoolOptions<DB>, health: &Arc<Health>) -> PoolOptions<DB> {
    let health = Arc::clone(health);
    options
        .test_before_acquire(false)
        .before_acquire(move |connection, metadata| {
            let health = Arc::clone(&health);
            Box::pin(async move { Ok(is_usable::<DB>(connection, &metadata, &health).await) })
        })
}

async fn is_usable<DB: sqlx::Database>(
    connection: &mut DB::Connection,
    metadata: &PoolConnectionMetadata,
    health: &Health,
) -> bool {
    if !health.is_trusted(metadata.age) {
        return false;
    }
    if metadata.idle_for < TEST_AFTER_IDLE {
        return true;
    }
    let is_usable = matches!(
        tokio::time::timeout(TEST_TIMEOUT, connection.ping()).await,
        Ok(Ok(()))
    );
    if !is_usable {
        health.distrust_open_connections();
    }
    is_usable
}

/// Converts an sqlx error to a sea-orm error, so that all errors are classified in one place.
pub(super) fn from_sqlx(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        other => DbErr::Conn(RuntimeErr::SqlxError(other.into())),
    }
}
