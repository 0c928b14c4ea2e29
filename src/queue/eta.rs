//! What a queued task can expect: how many stand before it, and how fast the latest ones were done.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, QueryResult, Statement, Value};

use super::round::CURRENT;
use super::time::POSTGRES_NOW;
use crate::database::Database;
use crate::entities::{task, task_result};

/// When a task went into the queue and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Into the queue.
    pub queued_at: DateTime<Utc>,
    /// Out of it.
    pub finished_at: DateTime<Utc>,
}

/// Where a queued task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Tasks that will be claimed before it.
    pub ahead: u32,
    /// The current round.
    pub round: i64,
    /// When a worker last claimed anything; within about a second.
    pub claimed_at: Option<DateTime<Utc>>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Where a queued task stands. What is ahead is counted up to `max`: a walk along the index of the queue.
///
/// # Errors
/// Where the database is unavailable.
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

/// The time, and since when the task that will be claimed next has waited; none where nothing is queued.
///
/// # Errors
/// Where the database is unavailable.
pub async fn waiting_since(
    database: &Database,
    clock: DateTime<Utc>,
) -> Result<(DateTime<Utc>, Option<DateTime<Utc>>), DbErr> {
    let sql = "SELECT (SELECT queued_at FROM task WHERE status = 'queued' ORDER BY round, id LIMIT 1) AS queued_at";
    let (row, now) = with_now(database, sql.to_owned(), Vec::new(), clock).await?;
    Ok((now, row.try_get("", "queued_at")?))
}

/// The one row of a SELECT without FROM, and the time.
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
    let row = row.ok_or_else(|| DbErr::RecordNotFound("a row without a table".to_owned()))?;
    let now = if is_postgres {
        row.try_get("", "now")?
    } else {
        clock
    };
    Ok((row, now))
}

/// Whether a result is among the newest, by its id.
pub(super) fn is_among_newest_results(count: u64) -> Expr {
    let id = Expr::col((task_result::Entity, task_result::Column::Id));
    let newest = Query::select()
        .expr(Expr::cust("COALESCE(MAX(id), 0)"))
        .from(task_result::Entity)
        .to_owned();
    id.gt(Expr::SubQuery(None, Box::new(newest.into())).sub(count.cast_signed()))
}

/// The latest tasks that were done, of all users, newest first: the results of the newest ids, as many as `limit` or
/// fewer, by their primary key and no index over times.
///
/// # Errors
/// Where the database is unavailable.
pub async fn latest_done(database: &Database, limit: u64) -> Result<Vec<Done>, DbErr> {
    let latest = Query::select()
        .column((task::Entity, task::Column::QueuedAt))
        .column((task_result::Entity, task_result::Column::CreatedAt))
        .from(task_result::Entity)
        .inner_join(
            task::Entity,
            Expr::col((task::Entity, task::Column::Id))
                .equals((task_result::Entity, task_result::Column::TaskId)),
        )
        .and_where(is_among_newest_results(limit))
        .order_by((task_result::Entity, task_result::Column::Id), Order::Desc)
        // PostgreSQL does not know how few they are.
        .limit(limit)
        .to_owned();
    let rows = database.read().query_all(&latest).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Done {
                queued_at: row.try_get("", "queued_at")?,
                finished_at: row.try_get("", "created_at")?,
            })
        })
        .collect()
}
