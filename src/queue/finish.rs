//! Ends a lease: the task succeeds, fails, is canceled or returns to the queue. Changes of leased tasks are fenced:
//! they apply only while the caller's lease is valid, and report whether they did.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Set, UpdateMany,
};

use super::{Lease, has_status, round, time};
use crate::database::{Transaction, insert_all, is_among};
use crate::entities::{task, task_result};
use crate::types::{Credits, ResultContext, TaskId, TaskStatus, UserId, Verdict};

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
    let rows: Vec<(i64, DateTime<Utc>)> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .expr_as(time::now(backend, clock), "now")
        .filter(is_among(
            backend,
            task::Column::Id,
            tasks.iter().map(|task| task.0),
        ))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(has_status(TaskStatus::Running))
        .order_by_asc(task::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    let now = rows.first().map(|(_, now)| *now);
    let ids = rows.into_iter().map(|(id, _)| TaskId(id));
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
    let updated = leave_lease(TaskStatus::Succeeded)
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, null())
        .filter(is_among(
            transaction.get_database_backend(),
            task::Column::Id,
            outcomes.iter().map(|(task, _)| task.0),
        ))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(has_status(TaskStatus::Running))
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
            verdict: Set(Verdict::of_probability(outcome.probability)),
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
    fenced(update, lease, task)
        .exec(transaction)
        .await
        .map(changed_one)
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
    let update = leave_lease(TaskStatus::Queued)
        .col_expr(task::Column::StartedAt, null())
        .col_expr(task::Column::Round, round::of_returned())
        .col_expr(task::Column::RetryAt, Expr::value(retry_at));
    fenced(update, lease, task)
        .exec(transaction)
        .await
        .map(changed_one)
}

/// A task that was canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canceled {
    /// The price that was held for it.
    pub price: Credits,
    /// When it was canceled.
    pub at: DateTime<Utc>,
}

/// Cancels a user's task while it is queued; `None` if it is not queued or not the user's. The caller releases the
/// hold.
///
/// # Errors
/// If the database is unavailable.
pub async fn cancel(
    transaction: &Transaction,
    user: UserId,
    task: TaskId,
    clock: DateTime<Utc>,
) -> Result<Option<Canceled>, DbErr> {
    let now = time::now(transaction.get_database_backend(), clock);
    let canceled = leave_lease(TaskStatus::Canceled)
        .col_expr(task::Column::FinishedAt, now)
        .filter(task::Column::Id.eq(task))
        .filter(task::Column::UserId.eq(user))
        .filter(has_status(TaskStatus::Queued))
        .exec_with_returning(transaction)
        .await?;
    Ok(canceled.first().map(|task| Canceled {
        price: Credits(task.price),
        at: task.finished_at.unwrap_or(clock),
    }))
}

fn leave_lease(status: TaskStatus) -> UpdateMany<task::Entity> {
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(status))
        .col_expr(task::Column::LeaseToken, null())
        .col_expr(task::Column::LeaseExpiresAt, null())
}

fn fenced(
    update: UpdateMany<task::Entity>,
    lease: &Lease,
    task: TaskId,
) -> UpdateMany<task::Entity> {
    update
        .filter(task::Column::Id.eq(task))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(has_status(TaskStatus::Running))
}

fn null() -> SimpleExpr {
    Expr::cust("NULL")
}

fn changed_one(result: sea_orm::UpdateResult) -> bool {
    result.rows_affected == 1
}
