//! Leases: renewed while a worker works, released for tasks that it did not process, recovered after it has gone.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, DatabaseBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::{Lease, has_status, round, time};
use crate::database::{Database, Transaction, is_among};
use crate::entities::task;
use crate::types::{TaskId, TaskStatus};

/// Renews the lease of those tasks of a claim that are still held under it. Returns their number.
///
/// # Errors
/// If the database is unavailable.
pub async fn renew(
    database: &Database,
    lease: &Lease,
    tasks: &[TaskId],
    clock: DateTime<Utc>,
    lease_for: Duration,
) -> Result<u64, DbErr> {
    let backend = database.backend();
    let renewed = task::Entity::update_many()
        .col_expr(
            task::Column::LeaseExpiresAt,
            time::from_now(backend, clock, lease_for),
        )
        .filter(is_held(backend, lease, tasks))
        .exec(database.write())
        .await?;
    Ok(renewed.rows_affected)
}

fn is_held(backend: DatabaseBackend, lease: &Lease, tasks: &[TaskId]) -> Condition {
    let ids = tasks.iter().map(|task| task.0);
    Condition::all()
        .add(is_among(backend, task::Column::Id, ids))
        .add(task::Column::LeaseToken.eq(lease.token.as_str()))
        .add(has_status(TaskStatus::Running))
}

/// Returns tasks that were claimed but not processed to the queue as if they had not been claimed: the attempt does
/// not count. Returns how many were still held under the lease.
///
/// # Errors
/// If the database is unavailable.
pub async fn release(
    transaction: &Transaction,
    lease: &Lease,
    tasks: &[TaskId],
) -> Result<u64, DbErr> {
    if tasks.is_empty() {
        return Ok(0);
    }
    let released = task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(TaskStatus::Queued))
        .col_expr(
            task::Column::Attempts,
            Expr::col(task::Column::Attempts).sub(1),
        )
        .col_expr(task::Column::LeaseToken, Expr::cust("NULL"))
        .col_expr(task::Column::LeaseExpiresAt, Expr::cust("NULL"))
        .col_expr(task::Column::StartedAt, Expr::cust("NULL"))
        .col_expr(task::Column::Round, round::of_returned())
        .filter(is_held(transaction.get_database_backend(), lease, tasks))
        .exec(transaction)
        .await?;
    Ok(released.rows_affected)
}

/// A running task whose worker has not renewed its lease.
#[derive(Clone, Debug)]
pub struct Expired {
    /// The task, locked for this transaction.
    pub task: task::Model,
    /// The expired lease.
    pub lease: Lease,
}

fn expired(backend: DatabaseBackend, clock: DateTime<Utc>) -> Select<task::Entity> {
    task::Entity::find()
        .filter(Expr::cust("status = 'running'"))
        .filter(Expr::col(task::Column::LeaseExpiresAt).lt(time::now(backend, clock)))
        .order_by_asc(task::Column::Id)
}

/// Lists running tasks whose lease has expired: a page of their ids, in order, starting after the given id.
///
/// # Errors
/// If the database is unavailable.
pub async fn list_expired(
    database: &Database,
    after: TaskId,
    limit: u64,
    clock: DateTime<Utc>,
) -> Result<Vec<TaskId>, DbErr> {
    let ids: Vec<i64> = expired(database.backend(), clock)
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::Id.gt(after.0))
        .limit(limit)
        .into_tuple()
        .all(database.write())
        .await?;
    Ok(ids.into_iter().map(TaskId).collect())
}

/// Locks those of these tasks whose lease is still expired, in the order of their ids. Tasks that another process has
/// locked are skipped.
///
/// # Errors
/// If the database is unavailable.
pub async fn lock_expired(
    transaction: &Transaction,
    tasks: &[TaskId],
    clock: DateTime<Utc>,
) -> Result<Vec<Expired>, DbErr> {
    let backend = transaction.get_database_backend();
    let tasks = expired(backend, clock)
        .filter(is_among(
            backend,
            task::Column::Id,
            tasks.iter().map(|task| task.0),
        ))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(transaction)
        .await?;
    let expired = tasks.into_iter().map(|task| Expired {
        lease: Lease {
            token: task.lease_token.clone().unwrap_or_default(),
        },
        task,
    });
    Ok(expired.collect())
}
