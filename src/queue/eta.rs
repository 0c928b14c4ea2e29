//! Data for estimating the wait of a queued task: the number of tasks before it, and how fast the latest ones were
//! done.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, QueryResult, Statement, Value,
};

use super::round::CURRENT;
use super::time::POSTGRES_NOW;
use crate::database::Database;
use crate::entities::task;

/// When a task was queued and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Done {
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it was done.
    pub finished_at: DateTime<Utc>,
}

/// The place of a task in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Tasks that will be claimed before it.
    pub ahead: u32,
    /// The current round.
    pub round: i64,
    /// When a worker last claimed anything; within about a second.
    pub claimed_at: Option<DateTime<Utc>>,
    /// The current time.
    pub now: DateTime<Utc>,
}

/// Finds the place of a task in the queue. Counts at most `max` tasks ahead, along the index of the queue.
///
/// # Errors
/// If the database is unavailable.
pub async fn position(
    database: &Database,
    task: &task::Model,
    max: u32,
    clock: DateTime<Utc>,
) -> Result<Position, DbErr> {
    let ahead = "SELECT COUNT(*) FROM (SELECT id FROM task WHERE status = 'queued' AND (round, id) < ($1, $2) LIMIT $3) \
                 AS before";
    let sql = format!(
        "SELECT ({ahead}) AS ahead, {CURRENT} AS round, (SELECT claimed_at FROM queue_state) AS claimed_at"
    );
    let values = [task.round.into(), task.id.into(), i64::from(max).into()];
    let (row, now) = with_now(database, sql, values.into(), clock).await?;
    let ahead: i64 = row.try_get("", "ahead")?;
    Ok(Position {
        ahead: u32::try_from(ahead).unwrap_or(max),
        round: row.try_get("", "round")?,
        claimed_at: row.try_get("", "claimed_at")?,
        now,
    })
}

/// The current time, and since when the task that will be claimed next has waited; `None` if nothing is queued.
///
/// # Errors
/// If the database is unavailable.
pub async fn waiting_since(
    database: &Database,
    clock: DateTime<Utc>,
) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), DbErr> {
    let sql = "SELECT (SELECT queued_at FROM task WHERE status = 'queued' ORDER BY round, id LIMIT 1) AS queued_at";
    let (row, now) = with_now(database, sql.to_owned(), Vec::new(), clock).await?;
    Ok((now, row.try_get("", "queued_at")?))
}

/// The queue as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Tasks that wait for a worker.
    pub queued: u64,
    /// Tasks that a worker has claimed.
    pub running: u64,
    /// How long the task that will be claimed next has waited; zero if nothing is queued.
    pub waited: std::time::Duration,
}

/// Counts the open tasks, along the partial indexes of their states.
///
/// # Errors
/// If the database is unavailable.
pub async fn summary(database: &Database, clock: DateTime<Utc>) -> Result<Summary, DbErr> {
    let sql = "SELECT (SELECT COUNT(*) FROM task WHERE status = 'queued') AS queued, \
               (SELECT COUNT(*) FROM task WHERE status = 'running') AS running, \
               (SELECT queued_at FROM task WHERE status = 'queued' ORDER BY round, id LIMIT 1) AS queued_at";
    let (row, now) = with_now(database, sql.to_owned(), Vec::new(), clock).await?;
    let count = |name: &str| -> Result<u64, DbErr> {
        let count: i64 = row.try_get("", name)?;
        Ok(count.unsigned_abs())
    };
    let queued_at: Option<DateTime<Utc>> = row.try_get("", "queued_at")?;
    let waited = queued_at.and_then(|at| (now - at).to_std().ok());
    Ok(Summary {
        queued: count("queued")?,
        running: count("running")?,
        waited: waited.unwrap_or_default(),
    })
}

/// The single row of a SELECT without FROM, and the current time.
async fn with_now(
    database: &Database,
    mut sql: String,
    values: Vec<Value>,
    clock: DateTime<Utc>,
) -> Result<(QueryResult, DateTime<Utc>), DbErr> {
    let backend = database.backend();
    let is_postgres = backend == DatabaseBackend::Postgres;
    if is_postgres {
        sql = format!("{sql}, {POSTGRES_NOW} AS now");
    }
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let row = database.read().query_one_raw(statement).await?;
    let row = row
        .ok_or_else(|| DbErr::RecordNotFound("a SELECT without FROM returned no row".to_owned()))?;
    let now = if is_postgres {
        row.try_get("", "now")?
    } else {
        clock
    };
    Ok((row, now))
}

/// Whether a row of `task_result` is among the newest `count`, by id, as SQL.
pub(super) fn is_among_newest_results(count: u64) -> String {
    format!("task_result.id > (SELECT COALESCE(MAX(id), 0) FROM task_result) - {count}")
}

/// The tasks of all users that were done last, newest first: at most `limit`. They are found by the newest ids of
/// results, which needs no index on times. LIMIT tells PostgreSQL that there are few rows, which it cannot infer.
///
/// # Errors
/// If the database is unavailable.
pub async fn latest_done(database: &Database, limit: u64) -> Result<Vec<Done>, DbErr> {
    let sql = format!(
        "SELECT task.queued_at AS queued_at, task_result.created_at AS finished_at FROM task_result \
         JOIN task ON task.id = task_result.task_id WHERE {is_newest} ORDER BY task_result.id DESC LIMIT {limit}",
        is_newest = is_among_newest_results(limit)
    );
    Done::find_by_statement(Statement::from_string(database.backend(), sql))
        .all(database.read())
        .await
}
