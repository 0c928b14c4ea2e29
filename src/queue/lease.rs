//! Leases: renewed while a worker works, released for tasks that it did not process, recovered after it has gone.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait as _, DatabaseBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, UpdateMany,
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
        .filter(is_held(backend, lease, tasks.iter().copied()))
        .exec(database.write())
        .await?;
    Ok(renewed.rows_affected)
}

/// Whether a task is one of these and is still held under the lease: the fence of every change by a worker.
pub(super) fn is_held(
    backend: DatabaseBackend,
    lease: &Lease,
    tasks: impl IntoIterator<Item = TaskId>,
) -> Condition {
    Condition::all()
        .add(is_among(backend, task::Column::Id, tasks))
        .add(task::Column::LeaseToken.eq(lease.token.as_str()))
        .add(has_status(TaskStatus::Running))
}

/// Gives tasks another status and ends their lease.
pub(super) fn leave_lease(status: TaskStatus) -> UpdateMany<task::Entity> {
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(status))
        .col_expr(task::Column::LeaseToken, null())
        .col_expr(task::Column::LeaseExpiresAt, null())
}

/// Returns tasks to the queue.
pub(super) fn return_to_queue() -> UpdateMany<task::Entity> {
    leave_lease(TaskStatus::Queued)
        .col_expr(task::Column::StartedAt, null())
        .col_expr(task::Column::Round, round::of_returned())
}

pub(super) fn null() -> Expr {
    Expr::cust("NULL")
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
    let backend = transaction.get_database_backend();
    let not_counted = Expr::col(task::Column::Attempts).sub(1);
    let released = return_to_queue()
        .col_expr(task::Column::Attempts, not_counted)
        .filter(is_held(backend, lease, tasks.iter().copied()))
        .exec(transaction)
        .await?;
    Ok(released.rows_affected)
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
    expired(database.backend(), clock)
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::Id.gt(after))
        .limit(limit)
        .into_tuple()
        .all(database.write())
        .await
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
) -> Result<Vec<task::Model>, DbErr> {
    let backend = transaction.get_database_backend();
    expired(backend, clock)
        .filter(is_among(backend, task::Column::Id, tasks.iter().copied()))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(transaction)
        .await
}
