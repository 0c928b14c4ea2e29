//! Queued tasks that no worker could take for too long, because none can load their model.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait as _, DatabaseBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};

use super::{has_status, time};
use crate::database::{Database, Transaction, is_among};
use crate::entities::task;
use crate::types::{ModelId, TaskId, TaskStatus};

/// Results that are looked at for models that some worker can run.
const LATEST_RESULTS: i64 = 1000;

/// Tasks of these models that were queued longer ago than `max_wait`: a page of their ids, in the order of the ids,
/// after one that was seen.
///
/// # Errors
/// Where the database is unavailable.
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

/// Locks those of these tasks that are queued, in the order of their ids; those that another process has locked are
/// skipped.
///
/// # Errors
/// Where the database is unavailable.
pub async fn lock_queued(
    transaction: &Transaction,
    tasks: &[TaskId],
) -> Result<Vec<task::Model>, DbErr> {
    task::Entity::find()
        .filter(is_among(
            transaction.get_database_backend(),
            task::Column::Id,
            tasks.iter().map(|task| task.0),
        ))
        .filter(has_status(TaskStatus::Queued))
        .order_by_asc(task::Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(transaction)
        .await
}

/// Marks a queued task as failed; `false` where it is no longer queued. The caller releases the hold.
///
/// # Errors
/// Where the database is unavailable.
pub async fn fail_queued(
    transaction: &Transaction,
    task: TaskId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let failed = task::Entity::update_many()
        .col_expr(
            task::Column::Status,
            Expr::value(TaskStatus::Failed.as_str()),
        )
        .col_expr(task::Column::FinishedAt, Expr::value(now))
        .col_expr(task::Column::Error, Expr::value(reason))
        .filter(task::Column::Id.eq(task.0))
        .filter(has_status(TaskStatus::Queued))
        .exec(transaction)
        .await?;
    Ok(failed.rows_affected == 1)
}

/// Models that some worker can run: those of tasks that are running, or of the latest results within `max_wait`.
///
/// # Errors
/// Where the database is unavailable.
pub async fn models_in_service(
    database: &Database,
    max_wait: Duration,
    clock: DateTime<Utc>,
) -> Result<HashSet<ModelId>, DbErr> {
    let backend = database.backend();
    let max_wait_ms = max_wait.num_milliseconds();
    let (since, value) = match backend {
        DatabaseBackend::Postgres => (
            format!("{} - $1 * interval '1 millisecond'", time::POSTGRES_NOW),
            max_wait_ms.into(),
        ),
        _ => ("$1".to_owned(), (clock - max_wait).into()),
    };
    let sql = format!(
        "SELECT model_id FROM task WHERE status = 'running' UNION \
         SELECT task.model_id FROM task_result JOIN task ON task.id = task_result.task_id \
         WHERE task_result.id > (SELECT COALESCE(MAX(id), 0) FROM task_result) - {LATEST_RESULTS} \
         AND task_result.created_at > {since}"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [value]);
    let rows = database.read().query_all_raw(statement).await?;
    rows.into_iter()
        .map(|row| row.try_get("", "model_id").map(ModelId))
        .collect()
}
