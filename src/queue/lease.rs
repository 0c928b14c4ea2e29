//! Leases: renewed while a worker works, taken back when it has gone.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Lease;
use crate::database::{Database, Transaction, is_among};
use crate::entities::task;
use crate::types::{TaskId, TaskStatus};

/// Expired leases that are dealt with in one transaction.
const EXPIRED_BATCH: u64 = 100;

/// Renews every task that is still held under a lease; answers how many there are. The status is written out, so
/// that the partial index fits whatever the values are.
///
/// # Errors
/// Where the database is away.
pub async fn renew(
    database: &Database,
    lease: &Lease,
    now: DateTime<Utc>,
    lease_for: Duration,
) -> Result<u64, DbErr> {
    let renewed = task::Entity::update_many()
        .col_expr(task::Column::LeaseExpiresAt, Expr::value(now + lease_for))
        .filter(Expr::cust("status = 'running'"))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .exec(database.write())
        .await?;
    Ok(renewed.rows_affected)
}

/// Puts tasks that were claimed but not worked on back, as if they had not been claimed: the try does not
/// count. Answers how many were still held under the lease.
///
/// # Errors
/// Where the database is away.
pub async fn give_back(
    transaction: &Transaction,
    lease: &Lease,
    tasks: &[TaskId],
) -> Result<u64, DbErr> {
    let given_back = task::Entity::update_many()
        .col_expr(
            task::Column::Status,
            Expr::value(TaskStatus::Queued.as_str()),
        )
        .col_expr(
            task::Column::Attempts,
            Expr::col(task::Column::Attempts).sub(1),
        )
        .col_expr(task::Column::LeaseToken, Expr::cust("NULL"))
        .col_expr(task::Column::LeaseExpiresAt, Expr::cust("NULL"))
        .col_expr(task::Column::StartedAt, Expr::cust("NULL"))
        .filter(is_among(
            transaction.get_database_backend(),
            task::Column::Id,
            tasks.iter().map(|task| task.0),
        ))
        .filter(task::Column::LeaseToken.eq(lease.token.as_str()))
        .filter(task::Column::Status.eq(TaskStatus::Running.as_str()))
        .exec(transaction)
        .await?;
    Ok(given_back.rows_affected)
}

/// A running task whose worker has not renewed its lease.
#[derive(Clone, Debug)]
pub struct Expired {
    /// The task as it was found, locked for this transaction.
    pub task: task::Model,
    /// The lease that ran out.
    pub lease: Lease,
}

/// Finds and locks running tasks whose lease has run out, in the order of their ids.
///
/// # Errors
/// Where the database is away.
pub async fn take_expired(
    transaction: &Transaction,
    now: DateTime<Utc>,
) -> Result<Vec<Expired>, DbErr> {
    let tasks = task::Entity::find()
        .filter(Expr::cust("status = 'running'"))
        .filter(task::Column::LeaseExpiresAt.lt(now))
        .order_by_asc(task::Column::Id)
        .limit(EXPIRED_BATCH)
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
