//! The queue of webhook deliveries: the table `webhook_delivery`. It works like that of tasks, but is simpler: any order
//! will do, and one column is both the due time and the end of a lease. A claim moves it into the future, so the delivery
//! of a process that died becomes due again by itself.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, Order, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter, Set,
};
use uuid::Uuid;

use super::time;
use crate::database::{Database, Transaction, insert_all, is_selected};
use crate::entities::webhook_delivery::{self, ActiveModel, Column, Entity, Model};
use crate::types::{DeliveryStatus, WebhookId};

/// A literal, so that the planner can use the partial indexes.
const IS_PENDING: &str = "status = 'pending'";

/// A delivery to queue.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// The webhook.
    pub webhook: WebhookId,
    /// Identifies the event.
    pub message_id: String,
    /// The `type` of the payload.
    pub event: &'static str,
    /// The body of the requests.
    pub payload: String,
}

/// Queues deliveries, which are due at once. `now` is the database's time; see [`super::read_now`].
///
/// # Errors
/// If the database is unavailable.
pub async fn enqueue_deliveries(
    transaction: &Transaction,
    deliveries: Vec<NewDelivery>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = deliveries.into_iter().map(|new| ActiveModel {
        webhook_id: Set(new.webhook),
        message_id: Set(new.message_id),
        event: Set(new.event.to_owned()),
        payload: Set(new.payload),
        status: Set(DeliveryStatus::Pending),
        attempts: Set(0),
        resends: Set(0),
        queued_at: Set(now),
        next_attempt_at: Set(now),
        created_at: Set(now),
        ..Default::default()
    });
    insert_all(transaction, rows.collect()).await
}

/// Leases the delivery that is due first, except those to webhooks that are `busy`. The lease token is in the row.
///
/// # Errors
/// If the database is unavailable.
pub async fn claim_delivery(
    database: &Database,
    busy: &[WebhookId],
    lease_for: Duration,
    clock: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let backend = database.backend();
    let claimed = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::LeaseToken, Expr::value(Uuid::new_v4().to_string()))
        .col_expr(Column::AttemptedAt, time::now(backend, clock))
        .col_expr(
            Column::NextAttemptAt,
            time::from_now(backend, clock, lease_for),
        )
        .filter(is_first(backend, busy, clock))
        .filter(Expr::cust(IS_PENDING))
        .exec_with_returning(database.write())
        .await?;
    Ok(claimed.into_iter().next())
}

fn is_first(backend: DatabaseBackend, busy: &[WebhookId], clock: DateTime<Utc>) -> SimpleExpr {
    let first = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Expr::cust(IS_PENDING))
        .and_where(Expr::col(Column::NextAttemptAt).lte(time::now(backend, clock)))
        .and_where(Column::WebhookId.is_not_in(busy.iter().copied()))
        .order_by(Column::NextAttemptAt, Order::Asc)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    is_selected(backend, Column::Id, first)
}

/// Ends the lease of a claimed delivery: it becomes final, or pending until `retry_after`. Returns false if the lease was
/// lost; nothing has changed then.
///
/// # Errors
/// If the database is unavailable.
pub async fn finish_delivery(
    transaction: &Transaction,
    claimed: &Model,
    status: DeliveryStatus,
    retry_after: Duration,
    clock: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let backend = transaction.get_database_backend();
    let token = claimed.lease_token.clone().unwrap_or_default();
    let updated = Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::LeaseToken, super::lease::null())
        .col_expr(
            Column::NextAttemptAt,
            time::from_now(backend, clock, retry_after),
        )
        .filter(Column::Id.eq(claimed.id))
        .filter(Column::LeaseToken.eq(token))
        .filter(Expr::cust(IS_PENDING))
        .exec(transaction)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Cancels all pending deliveries to a webhook, also those that are being sent.
///
/// # Errors
/// If the database is unavailable.
pub async fn cancel_deliveries(transaction: &Transaction, webhook: WebhookId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Canceled))
        .col_expr(Column::LeaseToken, super::lease::null())
        .filter(Column::WebhookId.eq(webhook))
        .filter(Expr::cust(IS_PENDING))
        .exec(transaction)
        .await
        .map(drop)
}

/// Queues a final delivery again, with all its retries. Returns it; `None` if it is pending or was sent again `max` times.
///
/// # Errors
/// If the database is unavailable.
pub async fn requeue_delivery(
    transaction: &Transaction,
    delivery: &Model,
    max: i32,
    clock: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let now = time::now(transaction.get_database_backend(), clock);
    let updated = webhook_delivery::Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Pending))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::Resends, Expr::col(Column::Resends).add(1))
        .col_expr(Column::QueuedAt, now.clone())
        .col_expr(Column::NextAttemptAt, now)
        .filter(Column::Id.eq(delivery.id))
        .filter(Column::Status.ne(DeliveryStatus::Pending))
        .filter(Column::Resends.lt(max))
        .exec_with_returning(transaction)
        .await?;
    Ok(updated.into_iter().next())
}
