//! Out of a lease: done, failed or back in the queue. Each step is fenced: it changes a task only while the
//! caller's lease stands, and says whether it did.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Set, UpdateMany,
};

use super::Lease;
use crate::database::{Transaction, insert_all, is_among};
use crate::entities::{task, task_result};
use crate::types::{Credits, ResultContext, TaskId, TaskStatus, UserId, Verdict};

/// What the model said of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Probability, 0 to 1.
    pub probability: f64,
    /// Lower end of its interval, 0 to 1.
    pub interval_low: f64,
    /// Upper end of its interval, 0 to 1.
    pub interval_high: f64,
    /// How campaigns alike did.
    pub context: ResultContext,
    /// How long the model took, in microseconds.
    pub inference_us: i64,
}

/// Locks those of a claim's tasks whose lease still stands, in the order of their ids, and answers which.
///
/// # Errors
/// Where the database is away.
pub async fn lock_leased(
    transaction: &Transaction,
    lease: &Lease,
    tasks: &[TaskId],
) -> Result<HashSet<TaskId>, DbErr> {
    let ids: Vec<i64> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(is_among(
            transaction.get_database_backend(),
            task::Column::Id,
            tasks.iter().map(|task| task.0),
        ))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(task::Column::Status.eq(TaskStatus::Running.as_str()))
        .order_by_asc(task::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(transaction)
        .await?;
    Ok(ids.into_iter().map(TaskId).collect())
}

/// Marks tasks that [`lock_leased`] has locked as succeeded and writes their results.
///
/// # Errors
/// Where the database is away; [`DbErr::RecordNotUpdated`] where one was not locked.
pub async fn succeed_all(
    transaction: &Transaction,
    lease: &Lease,
    outcomes: Vec<(TaskId, Outcome)>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let updated = leave(TaskStatus::Succeeded)
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, null())
        .filter(is_among(
            transaction.get_database_backend(),
            task::Column::Id,
            outcomes.iter().map(|(task, _)| task.0),
        ))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(task::Column::Status.eq(TaskStatus::Running.as_str()))
        .exec(transaction)
        .await?;
    if updated.rows_affected != outcomes.len() as u64 {
        return Err(DbErr::RecordNotUpdated);
    }
    let mut results = Vec::with_capacity(outcomes.len());
    for (task, outcome) in outcomes {
        results.push(task_result::ActiveModel {
            task_id: Set(task.0),
            probability: Set(outcome.probability),
            verdict: Set(Verdict::of_probability(outcome.probability)
                .as_str()
                .to_owned()),
            interval_low: Set(outcome.interval_low),
            interval_high: Set(outcome.interval_high),
            inference_us: Set(outcome.inference_us),
            context: Set(Some(task_result::to_json(&outcome.context)?)),
            created_at: Set(now),
            ..Default::default()
        });
    }
    insert_all(transaction, results).await
}

/// Marks a task as failed; `false` where the lease was lost. The caller releases the hold.
///
/// # Errors
/// Where the database is away.
pub async fn fail(
    transaction: &Transaction,
    lease: &Lease,
    task: TaskId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = leave(TaskStatus::Failed)
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, Expr::value(reason));
    fenced(update, lease, task).exec(transaction).await.map(hit)
}

/// Puts a task back for another try; `false` where the lease was lost.
///
/// # Errors
/// Where the database is away.
pub async fn requeue(
    transaction: &Transaction,
    lease: &Lease,
    task: TaskId,
) -> Result<bool, DbErr> {
    let update = leave(TaskStatus::Queued).col_expr(task::Column::StartedAt, null());
    fenced(update, lease, task).exec(transaction).await.map(hit)
}

/// Cancels a user's task while it is queued, and answers its price; `None` where it is not queued or not
/// the user's. The caller releases the hold.
///
/// # Errors
/// Where the database is away.
pub async fn cancel(
    transaction: &Transaction,
    user: UserId,
    task: TaskId,
    now: DateTime<Utc>,
) -> Result<Option<Credits>, DbErr> {
    let canceled = leave(TaskStatus::Canceled)
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .filter(task::Column::Id.eq(task.0))
        .filter(task::Column::UserId.eq(user.0))
        .filter(task::Column::Status.eq(TaskStatus::Queued.as_str()))
        .exec_with_returning(transaction)
        .await?;
    Ok(canceled.first().map(|task| Credits(task.price)))
}

fn leave(status: TaskStatus) -> UpdateMany<task::Entity> {
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(status.as_str()))
        .col_expr(task::Column::LeaseToken, null())
        .col_expr(task::Column::LeaseExpiresAt, null())
}

fn fenced(
    update: UpdateMany<task::Entity>,
    lease: &Lease,
    task: TaskId,
) -> UpdateMany<task::Entity> {
    update
        .filter(task::Column::Id.eq(task.0))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(task::Column::Status.eq(TaskStatus::Running.as_str()))
}

fn null() -> SimpleExpr {
    Expr::cust("NULL")
}

fn hit(result: sea_orm::UpdateResult) -> bool {
    result.rows_affected == 1
}
