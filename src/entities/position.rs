//! The values that every change of a user's data alters, read with one statement. Ledger lines are only added. Tasks
//! are added and change their status, and a task releases its hold when it becomes final.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, Statement};

use crate::types::UserId;

/// Maximum number of queued tasks that are counted. Beyond it, the held credits still reveal a change.
const QUEUED_MAX: u32 = 1000;

/// The values of one user.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Position {
    /// The user.
    pub user_id: UserId,
    /// Total credits.
    pub amount: i64,
    /// Credits that are held.
    pub held: i64,
    /// The id of the newest ledger line.
    pub newest_line: Option<i64>,
    /// The id of the newest task.
    pub newest_task: Option<i64>,
    /// The number of queued tasks, up to a limit.
    pub queued: i64,
    /// The ids of the running tasks, each with its number of attempts.
    pub running: Option<String>,
}

impl Position {
    /// Reads a user's position; `None` if there is no such user.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn find(
        connection: &impl ConnectionTrait,
        user: UserId,
    ) -> Result<Option<Self>, DbErr> {
        let backend = connection.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql(backend), [user.0.into()]);
        Self::find_by_statement(statement).one(connection).await
    }
}

fn sql(backend: DatabaseBackend) -> String {
    let (user, running) = match backend {
        DatabaseBackend::Postgres => ("$1", "string_agg(id || ':' || attempts, ',' ORDER BY id)"),
        _ => ("?", "group_concat(id || ':' || attempts, ',')"),
    };
    format!(
        "SELECT user_id, amount, held, \
         (SELECT max(id) FROM transactions WHERE user_id = balance.user_id) AS newest_line, \
         (SELECT max(id) FROM task WHERE user_id = balance.user_id) AS newest_task, \
         (SELECT count(*) FROM (SELECT id FROM task \
         WHERE user_id = balance.user_id AND status = 'queued' LIMIT {QUEUED_MAX}) AS queued) AS queued, \
         (SELECT {running} FROM (SELECT id, attempts FROM task \
         WHERE user_id = balance.user_id AND status = 'running' ORDER BY id) AS running) AS running \
         FROM balance WHERE user_id = {user}"
    )
}
