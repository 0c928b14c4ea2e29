//! Adds tasks to the queue, and counts those in it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    Set, TryInsertResult,
};

use super::IS_OPEN;
use crate::database::Database;
use crate::entities::task;
use crate::types::{ApiKeyId, Campaign, Credits, ModelId, TaskId, TaskStatus, UserId};

/// A task to be queued.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The user who pays.
    pub user: UserId,
    /// The model.
    pub model: ModelId,
    /// The price that is held for the task.
    pub price: Credits,
    /// The input of the prediction.
    pub input: Campaign,
    /// The client's idempotency key.
    pub key: String,
    /// The hash of the request with that key.
    pub hash: String,
    /// The API key that the request came with.
    pub api_key: Option<ApiKeyId>,
}

/// The part of a PostgreSQL statement that queues the rows of a common table `affordable`. Its columns are those of
/// [`NewTask`]; `n`, their order; and `next_round`, the earliest round of the user's next task. It needs the common
/// table [`super::queue_now`]. Rows whose key was used before are skipped.
pub const INSERT_AFFORDABLE: &str = "INSERT INTO task \
    (user_id, model_id, input, status, price, attempts, idempotency_key, request_hash, queued_at, api_key_id, round) \
    SELECT user_id, model_id, input, 'queued', price, 0, key, hash, now, api_key_id, \
    GREATEST(queue_now.round, next_round) - 1 + ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY n) \
    FROM affordable CROSS JOIN queue_now ORDER BY n \
    ON CONFLICT (user_id, idempotency_key) DO NOTHING \
    RETURNING id, user_id, model_id, price, idempotency_key, request_hash, queued_at, round, api_key_id";

/// What the database assigned to a queued task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// The id of the task.
    pub id: TaskId,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// The round of the task.
    pub round: i64,
}

/// Queues a task whose price is already held. Returns `None` if the user has used the idempotency key before.
///
/// # Errors
/// If the database returns an error.
pub async fn enqueue(
    transaction: &impl ConnectionTrait,
    new: &NewTask,
    round: i64,
    now: DateTime<Utc>,
) -> Result<Option<Enqueued>, DbErr> {
    let row = task::ActiveModel {
        user_id: Set(new.user),
        model_id: Set(new.model),
        input: Set(new.input.clone()),
        status: Set(TaskStatus::Queued),
        price: Set(new.price.0),
        attempts: Set(0),
        idempotency_key: Set(new.key.clone()),
        request_hash: Set(new.hash.clone()),
        queued_at: Set(now),
        round: Set(round),
        api_key_id: Set(new.api_key),
        ..Default::default()
    };
    let inserted = task::Entity::insert(row)
        .on_conflict_do_nothing_on([task::Column::UserId, task::Column::IdempotencyKey])
        .exec(transaction)
        .await?;
    Ok(match inserted {
        TryInsertResult::Inserted(row) => Some(Enqueued {
            id: row.last_insert_id,
            queued_at: now,
            round,
        }),
        TryInsertResult::Conflicted | TryInsertResult::Empty => None,
    })
}

impl NewTask {
    /// The row of the queued task.
    pub fn into_task(self, enqueued: Enqueued) -> task::Model {
        task::Model {
            id: enqueued.id,
            user_id: self.user,
            model_id: self.model,
            input: self.input,
            status: TaskStatus::Queued,
            price: self.price.0,
            attempts: 0,
            lease_token: None,
            lease_expires_at: None,
            error: None,
            idempotency_key: self.key,
            request_hash: self.hash,
            queued_at: enqueued.queued_at,
            started_at: None,
            finished_at: None,
            round: enqueued.round,
            retry_at: None,
            api_key_id: self.api_key,
            batch_id: None,
            batch_line: None,
        }
    }
}

/// How many tasks of a user are queued or running; counts no further than `max`.
///
/// # Errors
/// If the database is unavailable.
pub async fn count_open(database: &Database, user: UserId, max: u64) -> Result<u64, DbErr> {
    task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::UserId.eq(user))
        .filter(Expr::cust(IS_OPEN))
        .limit(max)
        .count(database.read())
        .await
}

/// How many tasks are queued; counts no further than `max`. The status is a literal so that the planner can use the
/// partial index.
///
/// # Errors
/// If the database is unavailable.
pub async fn count_queued(database: &Database, max: u64) -> Result<u64, DbErr> {
    task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(Expr::cust("status = 'queued'"))
        .limit(max)
        .count(database.read())
        .await
}
