//! Rounds let users take turns. In each round a user has one task, so a user with ten thousand queued tasks delays
//! another user's single task by one (start-time fair queueing; the current round is the virtual time).
//!
//! A task goes into the round after its user's last open task, or into the current round if the user has none. Workers
//! claim by round and id. The current round is one after the highest that workers have claimed from; they store it
//! once a second. If it lags behind, new tasks only come earlier.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

use super::IS_OPEN;
use super::time::POSTGRES_NOW;
use crate::database::Database;

/// The current round, as an SQL expression.
pub(super) const CURRENT: &str = "COALESCE((SELECT queue_state.round FROM queue_state), 0)";

/// The common table `queue_now` with the current round and time, for [`super::INSERT_AFFORDABLE`].
pub fn queue_now() -> String {
    format!("queue_now AS MATERIALIZED (SELECT {POSTGRES_NOW} AS now, {CURRENT} AS round)")
}

/// The round of a task that returns to the queue. It keeps its round unless that is before the current one, where
/// claims no longer look (see [`super::ScanStart`]).
pub(super) fn of_returned() -> Expr {
    Expr::cust(format!(
        "CASE WHEN round < {CURRENT} THEN {CURRENT} ELSE round END"
    ))
}

/// The earliest round of a user's next task, as SQL over the columns of `balance`: the one after the last open task,
/// or 0 if none is open. A user without a hold can have open tasks only if a model is free; only then does the query
/// look for them.
pub fn next_round() -> String {
    format!(
        "CASE WHEN balance.held > 0 OR ((SELECT MIN(model.price) FROM model) = 0 \
         AND EXISTS (SELECT 1 FROM task WHERE task.user_id = balance.user_id AND {IS_OPEN})) \
         THEN balance.next_round ELSE 0 END"
    )
}

/// The round after those of a user's next `tasks` tasks, as SQL over the columns of `balance` before they change.
pub fn after_next(tasks: i64) -> Expr {
    let next = next_round();
    Expr::cust(format!(
        "{tasks} + CASE WHEN {next} > {CURRENT} THEN {next} ELSE {CURRENT} END"
    ))
}

/// The current round.
///
/// # Errors
/// If the database is unavailable.
pub async fn current_round(database: &Database) -> Result<i64, DbErr> {
    let sql = format!("SELECT {CURRENT} AS round");
    let statement = Statement::from_string(database.backend(), sql);
    let row = database.read().query_one_raw(statement).await?;
    row.map_or(Ok(0), |row| row.try_get("", "round"))
}

/// Stores that workers have claimed all tasks before this round. Returns the current round, which another process may
/// have advanced further.
///
/// # Errors
/// If the database is unavailable.
pub async fn advance_round(
    database: &Database,
    round: i64,
    clock: DateTime<Utc>,
) -> Result<i64, DbErr> {
    let backend = database.backend();
    let (now, values) = match backend {
        DatabaseBackend::Postgres => (POSTGRES_NOW, vec![round.into()]),
        _ => ("$2", vec![round.into(), clock.into()]),
    };
    let sql = format!(
        "INSERT INTO queue_state (id, round, claimed_at) VALUES (1, $1, {now}) ON CONFLICT (id) DO UPDATE SET \
         round = CASE WHEN excluded.round > queue_state.round THEN excluded.round ELSE queue_state.round END, \
         claimed_at = excluded.claimed_at RETURNING round"
    );
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let row = database.write().query_one_raw(statement).await?;
    row.map_or(Ok(round), |row| row.try_get("", "round"))
}
