//! Cancels what is left of a batch.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::Batches;
use crate::database::{Database, Transaction, in_own_task};
use crate::queue::{self, Change, Notifier};
use crate::services::ledger::{self, Hold};
use crate::services::webhooks::outbox::{Event, Subscribers};
use crate::types::{AppError, BatchId, BatchView, UserId};

/// Tasks per transaction, so that none blocks workers and other users for long.
const CANCELED_AT_ONCE: u64 = 500;

impl Batches {
    /// Cancels all queued tasks of a user's batch and releases their holds. Running tasks go on. A batch without queued tasks
    /// is returned as it is, so that a client may repeat a request whose response was lost.
    ///
    /// This goes on if the client disconnects.
    ///
    /// # Errors
    /// 404, also for another user's batch; 409 for a draft.
    pub async fn cancel(&self, user: UserId, id: BatchId) -> Result<BatchView, AppError> {
        let found = self.row(self.database.write(), user, id).await?;
        if found.started_at.is_none() {
            let reason = "a draft has no predictions to cancel; delete it instead";
            return Err(AppError::Conflict(reason.to_owned()));
        }
        let (database, notifier) = (self.database.clone(), self.notifier.clone());
        let clock = Arc::clone(&self.clock);
        in_own_task(|_caller| async move {
            let cancel = Cancel {
                notifier,
                user,
                batch: id,
            };
            while cancel.run(&database, clock.now()).await? > 0 {}
            Ok::<_, DbErr>(())
        })
        .await?;
        self.predictions.submits().invalidate_counts(user);
        self.find_written(user, id).await
    }
}

#[derive(Clone)]
struct Cancel {
    notifier: Notifier,
    user: UserId,
    batch: BatchId,
}

impl Cancel {
    /// Cancels some tasks; returns their number.
    async fn run(&self, database: &Database, clock: DateTime<Utc>) -> Result<usize, DbErr> {
        let input = (self.clone(), clock);
        database
            .transaction("cancel a batch", input, |transaction, (cancel, clock)| {
                Box::pin(cancel.write(transaction, *clock))
            })
            .await
    }

    async fn write(&self, transaction: &Transaction, clock: DateTime<Utc>) -> Result<usize, DbErr> {
        let Self {
            notifier,
            user,
            batch,
        } = self;
        let canceled = queue::cancel_queued(transaction, *batch, CANCELED_AT_ONCE, clock).await?;
        let Some(first) = canceled.first() else {
            return Ok(0);
        };
        let now = first.finished_at.unwrap_or(clock);
        let holds = canceled.iter().map(Hold::of).collect();
        ledger::release_all(transaction, holds, now).await?;
        let finished = queue::finish_batches(transaction, [*batch].into(), now).await?;
        if !finished.is_empty() {
            let subscribers = Subscribers::find(transaction, [*user]).await?;
            let events = finished.iter().map(Event::batch_finished);
            subscribers
                .tell(transaction, notifier, events, clock)
                .await?;
        }
        let changes = vec![Change::batch_of(*user, *batch)];
        notifier
            .publish_on_commit(transaction, false, changes)
            .await?;
        Ok(canceled.len())
    }
}
