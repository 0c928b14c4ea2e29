//! Queued tasks that no worker could take for too long, because none can load their model.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::eta::is_among_newest_results;
use super::{has_status, time};
use crate::database::{Database, Transaction, is_among};
use crate::entities::{task, task_result};
use crate::types::{ModelId, TaskId, TaskStatus};

/// Number of results in which to look for models that some worker can run.
const LATEST_RESULTS: u64 = 1000;

/// Lists tasks of these models that were queued longer ago than `max_wait`: a page of their ids, in order, starting
/// after the given id.
///
/// # Errors
/// If the database is unavailable.
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
    task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(Expr::cust("status = 'queued'"))
        .filter(is_among(
            backend,
            task::Column::ModelId,
            models.iter().copied(),
        ))
        .filter(Expr::col(task::Column::QueuedAt).lt(queued_before))
        .filter(task::Column::Id.gt(after))
        .order_by_asc(task::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(database.read())
        .await
}

/// Locks those of these tasks that are queued, in the order of their ids. Tasks that another process has locked are
/// skipped.
///
/// # Errors
/// If the database is unavailable.
pub async fn lock_queued(
    transaction: &Transaction,
    tasks: &[TaskId],
) -> Result<Vec<task::Model>, DbErr> {
    task::Entity::find()
        .filter(is_among(
            transaction.get_database_backend(),
            task::Column::Id,
            tasks.iter().copied(),
        ))
        .filter(has_status(TaskStatus::Queued))
        .order_by_asc(task::Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(transaction)
        .await
}

/// Marks a queued task as failed; `false` if it is no longer queued. The caller releases the hold.
///
/// # Errors
/// If the database is unavailable.
pub async fn fail_queued(
    transaction: &Transaction,
    task: TaskId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let failed = task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(TaskStatus::Failed))
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, Expr::value(reason))
        .filter(task::Column::Id.eq(task))
        .filter(has_status(TaskStatus::Queued))
        .exec(transaction)
        .await?;
    Ok(failed.rows_affected == 1)
}

/// Models that some worker can run: those of running tasks and of the latest results within `max_wait`.
///
/// # Errors
/// If the database is unavailable.
pub async fn models_in_service(
    database: &Database,
    max_wait: Duration,
    clock: DateTime<Utc>,
) -> Result<HashSet<ModelId>, DbErr> {
    let since = time::from_now(database.backend(), clock, -max_wait);
    let finished = Query::select()
        .column((task::Entity, task::Column::ModelId))
        .from(task_result::Entity)
        .inner_join(
            task::Entity,
            Expr::col((task::Entity, task::Column::Id))
                .equals((task_result::Entity, task_result::Column::TaskId)),
        )
        .and_where(Expr::cust(is_among_newest_results(LATEST_RESULTS)))
        .and_where(Expr::col((task_result::Entity, task_result::Column::CreatedAt)).gt(since))
        .to_owned();
    let in_service = Query::select()
        .column(task::Column::ModelId)
        .from(task::Entity)
        .and_where(Expr::cust("status = 'running'"))
        .union(UnionType::Distinct, finished)
        .to_owned();
    let rows = database.read().query_all(&in_service).await?;
    rows.into_iter()
        .map(|row| row.try_get("", "model_id").map(ModelId))
        .collect()
}
