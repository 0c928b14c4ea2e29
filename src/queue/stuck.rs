//! Queued tasks that no worker could take for too long, because none can load their model.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{has_status, time};
use crate::database::{Database, Transaction, is_among};
use crate::entities::task;
use crate::types::{ModelId, TaskId, TaskStatus};

/// Tasks of these models that were queued longer ago than `max_wait`: a page of their ids, in the order of the ids,
/// after one that was seen.
///
/// # Errors
/// Where the database is away.
pub async fn list_stuck(
    database: &Database,
    models: &[ModelId],
    max_wait: Duration,
    after: TaskId,
    limit: u64,
    clock: DateTime<Utc>,
) -> Result<Vec<TaskId>, DbErr> {
    let backend = database.backend();
    let queued_before = time::from_now(backend, clock, -max_wait);
    let ids: Vec<i64> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(Expr::cust("status = 'queued'"))
        .filter(is_among(
            backend,
            task::Column::ModelId,
            models.iter().map(|model| model.0),
        ))
        .filter(Expr::col(task::Column::QueuedAt).lt(queued_before))
        .filter(task::Column::Id.gt(after.0))
        .order_by_asc(task::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(database.read())
        .await?;
    Ok(ids.into_iter().map(TaskId).collect())
}

/// Marks a queued task as failed; `None` where it is no longer queued. The caller releases the hold.
///
/// # Errors
/// Where the database is away.
pub async fn fail_stuck(
    transaction: &Transaction,
    task: TaskId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Option<task::Model>, DbErr> {
    let failed = task::Entity::update_many()
        .col_expr(
            task::Column::Status,
            Expr::value(TaskStatus::Failed.as_str()),
        )
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, Expr::value(reason))
        .filter(task::Column::Id.eq(task.0))
        .filter(has_status(TaskStatus::Queued))
        .exec_with_returning(transaction)
        .await?;
    Ok(failed.into_iter().next())
}
