//! Ends a lease: the task succeeds, fails, is canceled or returns to the queue. Changes of leased tasks are fenced:
//! they apply only while the caller's lease is valid, and report whether they did.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Set, UpdateMany,
};

use super::lease::{is_held, leave_lease, null, return_to_queue};
use super::{Lease, has_status, time};
use crate::database::{Transaction, insert_all};
use crate::entities::{task, task_result};
use crate::types::{ResultContext, TaskId, TaskStatus, UserId, Verdict};

/// What the model returned for one task.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Probability, 0 to 1.
    pub probability: f64,
    /// Lower end of the interval, 0 to 1.
    pub interval_low: f64,
    /// Upper end of the interval, 0 to 1.
    pub interval_high: f64,
    /// How similar campaigns did.
    pub context: ResultContext,
    /// How long the model took, in microseconds.
    pub inference_us: i64,
}

/// Locks the tasks of a claim whose lease is still valid, in the order of their ids. Returns their ids and the current
/// time; `None` if there are none.
///
/// # Errors
/// If the database is unavailable.
pub async fn lock_leased(
    transaction: &Transaction,
    lease: &Lease,
    tasks: &[TaskId],
    clock: DateTime<Utc>,
) -> Result<Option<(HashSet<TaskId>, DateTime<Utc>)>, DbErr> {
    let backend = transaction.get_database_backend();
    let rows: Vec<(TaskId, DateTime<Utc>)> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .expr_as(time::now(backend, clock), "now")
        .filter(is_held(backend, lease, tasks.iter().copied()))
        .order_by_asc(task::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let now = rows.first().map(|(_, now)| *now);
    let ids = rows.into_iter().map(|(id, _)| id);
    Ok(now.map(|now| (ids.collect(), now)))
}

/// Marks tasks that [`lock_leased`] has locked as succeeded and writes their results.
///
/// # Errors
/// If the database is unavailable; [`DbErr::RecordNotUpdated`] if a task was not locked.
pub async fn succeed_all(
    transaction: &Transaction,
    lease: &Lease,
    outcomes: Vec<(TaskId, Outcome)>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let backend = transaction.get_database_backend();
    let ids = outcomes.iter().map(|(task, _)| *task);
    let updated = leave_lease(TaskStatus::Succeeded)
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, null())
        .filter(is_held(backend, lease, ids))
        .exec(transaction)
        .await?;
    if updated.rows_affected != outcomes.len() as u64 {
        return Err(DbErr::RecordNotUpdated);
    }
    let mut results = Vec::with_capacity(outcomes.len());
    for (task, outcome) in outcomes {
        results.push(task_result::ActiveModel {
            task_id: Set(task),
            probability: Set(outcome.probability),
            verdict: Set(Verdict::of(
                outcome.probability,
                outcome.interval_low,
                outcome.interval_high,
            )),
            interval_low: Set(outcome.interval_low),
            interval_high: Set(outcome.interval_high),
            inference_us: Set(outcome.inference_us),
            context: Set(Some(outcome.context)),
            created_at: Set(now),
            ..Default::default()
        });
    }
    insert_all(transaction, results).await
}

/// Marks a task as failed; `false` if the lease was lost. The caller releases the hold.
///
/// # Errors
/// If the database is unavailable.
pub async fn fail(
    transaction: &Transaction,
    lease: &Lease,
    task: TaskId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = leave_lease(TaskStatus::Failed)
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, Expr::value(reason));
    update_leased(transaction, lease, task, update).await
}

/// Returns a task to the queue for another attempt, not before `retry_at`; `false` if the lease was lost.
///
/// # Errors
/// If the database is unavailable.
pub async fn requeue(
    transaction: &Transaction,
    lease: &Lease,
    task: TaskId,
    retry_at: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = return_to_queue().col_expr(task::Column::RetryAt, Expr::value(retry_at));
    update_leased(transaction, lease, task, update).await
}

/// Changes a task; `false` if the lease was lost.
async fn update_leased(
    transaction: &Transaction,
    lease: &Lease,
    task: TaskId,
    update: UpdateMany<task::Entity>,
) -> Result<bool, DbErr> {
    let backend = transaction.get_database_backend();
    let updated = update.filter(is_held(backend, lease, [task]));
    Ok(updated.exec(transaction).await?.rows_affected == 1)
}

/// Cancels a user's task while it is queued and returns it; `None` if it is not queued or not the user's. The caller
/// releases the hold.
///
/// # Errors
/// If the database is unavailable.
pub async fn cancel(
    transaction: &Transaction,
    user: UserId,
    task: TaskId,
    clock: DateTime<Utc>,
) -> Result<Option<task::Model>, DbErr> {
    let now = time::now(transaction.get_database_backend(), clock);
    let canceled = leave_lease(TaskStatus::Canceled)
        .col_expr(task::Column::FinishedAt, now)
        .filter(task::Column::Id.eq(task))
        .filter(task::Column::UserId.eq(user))
        .filter(has_status(TaskStatus::Queued))
        .exec_with_returning(transaction)
        .await?;
    Ok(canceled.into_iter().next())
}
