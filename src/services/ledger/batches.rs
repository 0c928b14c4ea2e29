//! Starts batches: holds the price of all predictions at once and queues their tasks, in one database transaction.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::budgets::{Booking, book, refusal};
use super::postings::{LockMode, hold, lock_balances};
use crate::database::Transaction;
use crate::entities::{balance, batch, model};
use crate::queue::{self, BatchTasks, Change, Notifier};
use crate::types::{ApiKeyId, AppError, BatchId, Credits, ModelId, ModelState, UserId};

/// A request to start a batch.
#[derive(Clone, Debug)]
pub(crate) struct BatchStart {
    /// The user who pays.
    pub(crate) user: UserId,
    /// The API key that the request came with.
    pub(crate) api_key: Option<ApiKeyId>,
    /// Drafts that were uploaded at this time or before have expired.
    pub(crate) drafts_since: DateTime<Utc>,
    /// The highest total that the client agreed to.
    pub(crate) max_total: Option<Credits>,
    /// The client's idempotency key.
    pub(crate) key: String,
    /// The hash of the request with that key.
    pub(crate) hash: String,
}

/// What became of a start.
#[derive(Debug)]
pub(crate) enum StartOutcome {
    /// The price is held and the tasks are queued.
    Started,
    /// Nothing was done: this batch was started with the same idempotency key before.
    Earlier(Box<batch::Model>),
    /// Nothing was done.
    Refused(AppError),
}

/// Starts a batch from its draft. Everything is decided under the lock of the balance, so a user starts one batch at a time.
///
/// # Errors
/// If the database returns an error; nothing was done then.
pub(crate) async fn start_batch(
    transaction: &Transaction,
    notifier: &Notifier,
    (start, batch): (&BatchStart, BatchId),
    clock: DateTime<Utc>,
) -> Result<StartOutcome, DbErr> {
    let user = start.user;
    lock_balances(transaction, std::iter::once(user), LockMode::Block).await?;
    let now = queue::read_now(transaction, clock).await?;
    let earlier = batch::Entity::find_by_key(user, &start.key);
    if let Some(earlier) = earlier.one(transaction).await? {
        return Ok(StartOutcome::Earlier(Box::new(earlier)));
    }
    let draft = batch::Entity::of_user(user, batch, start.drafts_since);
    // Locked, because its user may delete it at the same time.
    let Some(draft) = draft.lock_exclusive().one(transaction).await? else {
        return Ok(StartOutcome::Refused(AppError::NotFound));
    };
    if draft.started_at.is_some() {
        let reason = "this batch was started already".to_owned();
        return Ok(StartOutcome::Refused(AppError::Conflict(reason)));
    }
    let Some(price) = live_price(transaction, draft.model_id).await? else {
        let reason = "the model of this batch is no longer on offer; upload the file again";
        let refusal = AppError::Conflict(reason.to_owned());
        return Ok(StartOutcome::Refused(refusal));
    };
    let lines = i64::from(draft.lines);
    let total = Credits(price.0.saturating_mul(lines));
    if start.max_total.is_some_and(|max| total > max) {
        let refusal = AppError::PriceChanged { price: total };
        return Ok(StartOutcome::Refused(refusal));
    }
    if let Some(key) = start.api_key
        && let Some(refusal) = refusal(transaction, key, total, now).await?
    {
        return Ok(StartOutcome::Refused(refusal));
    }
    let Some(first_round) = hold(transaction, user, total, lines, now).await? else {
        let available = available(transaction, user).await?;
        return Ok(StartOutcome::Refused(AppError::InsufficientCredits {
            needed: total,
            available,
        }));
    };
    mark_started(transaction, (start, batch), price, now).await?;
    let tasks = BatchTasks {
        batch: draft.id,
        user,
        model: draft.model_id,
        price,
        api_key: start.api_key,
        first_round,
    };
    let queued = queue::enqueue_batch(transaction, tasks, now).await?;
    if i64::try_from(queued) != Ok(lines) {
        return Err(DbErr::RecordNotUpdated);
    }
    if let Some(key) = start.api_key {
        let booking = Booking {
            key,
            model: draft.model_id,
            credits: total,
            predictions: lines,
            day: now.date_naive(),
        };
        book(transaction, booking).await?;
    }
    let changes = vec![Change::batch_of(user, draft.id)];
    notifier
        .publish_on_commit(transaction, true, changes)
        .await?;
    Ok(StartOutcome::Started)
}

/// The price of a model; `None` if it is not live.
async fn live_price(transaction: &Transaction, id: ModelId) -> Result<Option<Credits>, DbErr> {
    let price: Option<i64> = model::Entity::find_by_id(id)
        .select_only()
        .column(model::Column::Price)
        .filter(model::Column::State.eq(ModelState::Live))
        .into_tuple()
        .one(transaction)
        .await?;
    Ok(price.map(Credits))
}

async fn available(transaction: &Transaction, user: UserId) -> Result<Credits, DbErr> {
    let balance = balance::Entity::find_by_id(user).one(transaction).await?;
    Ok(balance.map_or(Credits(0), |it| Credits(it.amount - it.held)))
}

/// Makes a batch of the draft.
async fn mark_started(
    transaction: &Transaction,
    (start, batch): (&BatchStart, BatchId),
    price: Credits,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let started = batch::Entity::update_many()
        .col_expr(batch::Column::StartedAt, Expr::value(now))
        .col_expr(batch::Column::Price, Expr::value(price.0))
        .col_expr(batch::Column::ApiKeyId, Expr::value(start.api_key))
        .col_expr(
            batch::Column::IdempotencyKey,
            Expr::value(start.key.as_str()),
        )
        .col_expr(batch::Column::RequestHash, Expr::value(start.hash.as_str()))
        .filter(batch::Column::Id.eq(batch))
        .filter(batch::Column::StartedAt.is_null())
        .exec(transaction)
        .await?;
    if started.rows_affected == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}
