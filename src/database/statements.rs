//! Single statements, each in its own transaction.

use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
};
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::connection::Connection;
use super::pool::Pool;

/// Runs each statement on its own connection and to its end, even if the caller goes away, so that no connection
/// returns to the pool in the middle of a statement.
#[derive(Clone)]
pub struct Statements {
    pool: Pool,
}

impl Statements {
    pub(super) const fn new(pool: Pool) -> Self {
        Self { pool }
    }

    pub(super) const fn pool(&self) -> &Pool {
        &self.pool
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl for<'a> FnOnce(&'a mut Connection) -> BoxFuture<'a, Result<T, DbErr>>
        + Send
        + 'static,
    ) -> Result<T, DbErr> {
        let pool = self.pool.clone();
        let (sender, receiver) = oneshot::channel();
        let task = async move {
            let mut connection = match pool.acquire().await {
                Ok(connection) => connection,
                Err(error) => {
                    // A send error here or below means that the caller has gone.
                    let _ = sender.send(Err(error));
                    return;
                }
            };
            // The caller may have gone while waiting for a connection.
            if !sender.is_closed() {
                let _ = sender.send(work(&mut connection).await);
            }
            connection.release();
        };
        tokio::spawn(task.in_current_span());
        receiver.await.unwrap_or_else(|_| {
            let reason = "the task that ran a statement ended early";
            Err(DbErr::Conn(RuntimeErr::Internal(reason.to_owned())))
        })
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Statements {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.pool.backend()
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
