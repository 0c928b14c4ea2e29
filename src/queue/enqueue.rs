//! Into the queue.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QuerySelect, Set,
};

use crate::entities::task::Input;
use crate::entities::{Database, task};
use crate::types::{Credits, TaskStatus, UserId};

/// A task to be queued.
pub struct NewTask {
    /// Who pays.
    pub user: UserId,
    /// The id of the model that is asked.
    pub model: i64,
    /// The price, held already.
    pub price: Credits,
    /// What is asked.
    pub input: Input,
    /// The client's key.
    pub key: String,
    /// The hash of the request under the key.
    pub hash: String,
}

/// Queues a task whose price is held.
///
/// # Errors
/// A violation of the unique key where the user has used the idempotency key before.
pub async fn enqueue(
    transaction: &DatabaseTransaction,
    new: NewTask,
    now: DateTime<Utc>,
) -> Result<task::Model, DbErr> {
    task::ActiveModel {
        user_id: Set(new.user.0),
        model_id: Set(new.model),
        input: Set(new.input),
        status: Set(TaskStatus::Queued.as_str().to_owned()),
        price: Set(new.price.0),
        attempts: Set(0),
        idempotency_key: Set(new.key),
        request_hash: Set(new.hash),
        queued_at: Set(now),
        ..Default::default()
    }
    .insert(transaction)
    .await
}

/// Whether `max_queued` tasks or more are queued. One look at the index, no count of all.
///
/// # Errors
/// Where the database is away.
pub async fn is_full(database: &Database, max_queued: u64) -> Result<bool, DbErr> {
    let nth: Option<i64> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(task::Column::Status.eq(TaskStatus::Queued.as_str()))
        .offset(max_queued.saturating_sub(1))
        .limit(1)
        .into_tuple()
        .one(database.read())
        .await?;
    Ok(max_queued == 0 || nth.is_some())
}
