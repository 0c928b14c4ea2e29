//! What a queued task can expect: how many stand before it, and how fast the latest ones were done.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::database::Database;
use crate::entities::{task, task_result};
use crate::types::TaskId;

/// When a task went into the queue and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Into the queue.
    pub queued_at: DateTime<Utc>,
    /// Out of it.
    pub finished_at: DateTime<Utc>,
}

/// How many tasks will be claimed before this one, counted up to `max`: a walk along the index of the queue.
///
/// # Errors
/// Where the database is away.
pub async fn count_ahead(database: &Database, task: TaskId, max: u32) -> Result<u32, DbErr> {
    let ahead = Query::select()
        .column(task::Column::Id)
        .from(task::Entity)
        .and_where(Expr::cust("status = 'queued'"))
        .and_where(task::Column::Id.lt(task.0))
        .limit(max.into())
        .to_owned();
    let count = Query::select()
        .expr_as(Expr::cust("COUNT(*)"), "ahead")
        .from_subquery(ahead, "queued")
        .to_owned();
    let row = database.read().query_one(&count).await?;
    let count: i64 = row
        .map(|row| row.try_get("", "ahead"))
        .transpose()?
        .unwrap_or_default();
    Ok(u32::try_from(count).unwrap_or(max))
}

/// Since when the task that will be claimed next has waited; none where nothing is queued.
///
/// # Errors
/// Where the database is away.
pub async fn waiting_since(database: &Database) -> Result<Option<DateTime<Utc>>, DbErr> {
    task::Entity::find()
        .select_only()
        .column(task::Column::QueuedAt)
        .filter(Expr::cust("status = 'queued'"))
        .order_by_asc(task::Column::Id)
        .limit(1)
        .into_tuple()
        .one(database.read())
        .await
}

/// The latest tasks that were done, of all users, newest first: the newest rows of the results by their
/// primary key, and no index over times.
///
/// # Errors
/// Where the database is away.
pub async fn latest_done(database: &Database, limit: u64) -> Result<Vec<Done>, DbErr> {
    let latest = Query::select()
        .column((task::Entity, task::Column::QueuedAt))
        .column((task_result::Entity, task_result::Column::CreatedAt))
        .from(task_result::Entity)
        .inner_join(
            task::Entity,
            Expr::col((task::Entity, task::Column::Id))
                .equals((task_result::Entity, task_result::Column::TaskId)),
        )
        .order_by((task_result::Entity, task_result::Column::Id), Order::Desc)
        .limit(limit)
        .to_owned();
    let rows = database.read().query_all(&latest).await?;
    rows.into_iter()
        .map(|row| {
            Ok(Done {
                queued_at: row.try_get("", "queued_at")?,
                finished_at: row.try_get("", "created_at")?,
            })
        })
        .collect()
}
