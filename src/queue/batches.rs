//! The tasks of batches: queued together, canceled in groups, and counted.
//!
//! They are ordinary tasks otherwise. Every statement finds them by the unique index of batch and line.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Order, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};

use super::lease::leave_lease;
use super::{IS_OPEN, has_status, time};
use crate::database::{Database, Transaction, is_among, is_selected};
use crate::entities::{batch, task};
use crate::types::{ApiKeyId, BatchCounts, BatchId, Credits, ModelId, TaskStatus, UserId};

/// The tasks of a batch that is started.
#[derive(Clone, Copy, Debug)]
pub struct BatchTasks {
    /// The batch.
    pub batch: BatchId,
    /// The user who pays.
    pub user: UserId,
    /// The model.
    pub model: ModelId,
    /// The price that is held for each task.
    pub price: Credits,
    /// The API key that the request came with.
    pub api_key: Option<ApiKeyId>,
    /// The round of the first task; each further one is in the next round.
    pub first_round: i64,
}

/// Queues a task for each line of a draft whose price is already held, and deletes the lines. Returns the number of tasks.
///
/// The idempotency key of a task contains spaces, so no request can have the same one.
///
/// # Errors
/// If the database returns an error.
pub async fn enqueue_batch(
    transaction: &Transaction,
    tasks: BatchTasks,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let backend = transaction.get_database_backend();
    let sql = "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, request_hash, \
               queued_at, api_key_id, round, batch_id, batch_line) \
               SELECT $1, $2, input, 'queued', $3, 0, 'batch ' || batch_id || ' line ' || line, '', \
               $4, $5, $6 - 1 + ROW_NUMBER() OVER (ORDER BY line), batch_id, line \
               FROM batch_line WHERE batch_id = $7 ORDER BY line";
    let values = [
        tasks.user.0.into(),
        tasks.model.0.into(),
        tasks.price.0.into(),
        now.into(),
        tasks.api_key.map(|key| key.0).into(),
        tasks.first_round.into(),
        tasks.batch.0.into(),
    ];
    let inserted = transaction
        .execute_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    let delete = "DELETE FROM batch_line WHERE batch_id = $1";
    transaction
        .execute_raw(Statement::from_sql_and_values(
            backend,
            delete,
            [tasks.batch.0.into()],
        ))
        .await?;
    Ok(inserted.rows_affected())
}

/// Cancels at most `limit` queued tasks of a batch, from its end, where workers come last. Tasks that another transaction
/// has locked are skipped: a worker is claiming them. Returns the canceled tasks; the caller releases their holds.
///
/// # Errors
/// If the database is unavailable.
pub async fn cancel_queued(
    transaction: &Transaction,
    batch: BatchId,
    limit: u64,
    clock: DateTime<Utc>,
) -> Result<Vec<task::Model>, DbErr> {
    let backend = transaction.get_database_backend();
    let last = Query::select()
        .column(task::Column::Id)
        .from(task::Entity)
        .and_where(task::Column::BatchId.eq(batch))
        .and_where(has_status(TaskStatus::Queued))
        .order_by(task::Column::BatchLine, Order::Desc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    leave_lease(TaskStatus::Canceled)
        .col_expr(task::Column::FinishedAt, time::now(backend, clock))
        .filter(is_selected(backend, task::Column::Id, last))
        .filter(has_status(TaskStatus::Queued))
        .exec_with_returning(transaction)
        .await
}

/// Finishes those of these batches that have no open task any more, and returns them. Call this after tasks of the batches
/// have become final.
///
/// The caller has locked the balances of the users, under which every task becomes final. So of all transactions that end
/// tasks of a batch, exactly the last one finds that none is open. The search begins at the last line, which is
/// usually the last to become final.
///
/// # Errors
/// If the database is unavailable.
pub async fn finish_batches(
    transaction: &Transaction,
    batches: BTreeSet<BatchId>,
    now: DateTime<Utc>,
) -> Result<Vec<batch::Model>, DbErr> {
    if batches.is_empty() {
        return Ok(Vec::new());
    }
    let count = |status: TaskStatus| {
        Expr::cust(format!(
            "(SELECT COUNT(*) FROM task WHERE task.batch_id = batch.id AND task.status IS NOT DISTINCT FROM '{status}')"
        ))
    };
    let has_no_open_task = format!(
        "(SELECT task.id FROM task WHERE task.batch_id = batch.id AND {IS_OPEN} ORDER BY task.batch_line DESC LIMIT 1) \
         IS NULL"
    );
    let backend = transaction.get_database_backend();
    batch::Entity::update_many()
        .col_expr(batch::Column::FinishedAt, Expr::value(now))
        .col_expr(batch::Column::Succeeded, count(TaskStatus::Succeeded))
        .col_expr(batch::Column::Failed, count(TaskStatus::Failed))
        .col_expr(batch::Column::Canceled, count(TaskStatus::Canceled))
        .filter(is_among(backend, batch::Column::Id, batches))
        .filter(batch::Column::FinishedAt.is_null())
        .filter(Expr::cust(has_no_open_task))
        .exec_with_returning(transaction)
        .await
}

#[derive(FromQueryResult)]
struct StateCount {
    batch_id: BatchId,
    status: TaskStatus,
    tasks: i64,
}

/// Counts the tasks of batches by their state.
///
/// # Errors
/// If the database is unavailable.
pub async fn count_by_state(
    connection: &impl ConnectionTrait,
    batches: impl IntoIterator<Item = BatchId>,
) -> Result<HashMap<BatchId, BatchCounts>, DbErr> {
    let backend = connection.get_database_backend();
    let rows = task::Entity::find()
        .select_only()
        .column(task::Column::BatchId)
        .column(task::Column::Status)
        .expr_as(Expr::cust("COUNT(*)"), "tasks")
        .filter(is_among(backend, task::Column::BatchId, batches))
        .group_by(task::Column::BatchId)
        .group_by(task::Column::Status)
        .into_model::<StateCount>()
        .all(connection)
        .await?;
    let mut counts: HashMap<BatchId, BatchCounts> = HashMap::new();
    for row in rows {
        let counts = counts.entry(row.batch_id).or_default();
        let count = match row.status {
            TaskStatus::Queued => &mut counts.queued,
            TaskStatus::Running => &mut counts.running,
            TaskStatus::Succeeded => &mut counts.succeeded,
            TaskStatus::Failed => &mut counts.failed,
            TaskStatus::Canceled => &mut counts.canceled,
        };
        *count = u32::try_from(row.tasks).unwrap_or(u32::MAX);
    }
    Ok(counts)
}

/// The queued task of a batch with the last line, which workers will usually claim last.
///
/// # Errors
/// If the database is unavailable.
pub async fn last_queued(
    database: &Database,
    batch: BatchId,
) -> Result<Option<task::Model>, DbErr> {
    task::Entity::find()
        .filter(task::Column::BatchId.eq(batch))
        .filter(has_status(TaskStatus::Queued))
        .order_by_desc(task::Column::BatchLine)
        .one(database.read())
        .await
}
