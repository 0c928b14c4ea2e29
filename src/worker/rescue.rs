//! Takes back what dead workers had claimed.

use std::sync::Arc;

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::entities::retry;
use crate::queue::{self, Change};
use crate::services::ledger;
use crate::types::{Credits, KnownText, TaskId, UserId};

impl Worker {
    pub(super) async fn rescue_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.rescue_once().await {
                tracing::warn!(%error, "expired leases could not be looked for");
            }
            tokio::select! {
                () = tokio::time::sleep(self.options.lease / 2) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Queues tasks whose lease has run out again, or fails them when their tries are used up.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn rescue_once(&self) -> Result<usize, DbErr> {
        retry("rescue", || self.try_rescue()).await
    }

    async fn try_rescue(&self) -> Result<usize, DbErr> {
        let now = self.clock.now();
        let transaction = self.database.begin().await?;
        let expired = queue::take_expired(&transaction, now).await?;
        if expired.is_empty() {
            transaction.rollback().await?;
            return Ok(0);
        }
        let rescued = expired.len();
        let mut changes = Vec::with_capacity(rescued);
        let mut releases = Vec::new();
        let mut wake = false;
        for expired in expired {
            let task = expired.task;
            let (user, id) = (UserId(task.user_id), TaskId(task.id));
            if task.attempts >= self.options.max_attempts {
                let reason = KnownText::WorkLost.as_str();
                if queue::fail(&transaction, &expired.lease, id, reason, now).await? {
                    releases.push((user, Credits(task.price)));
                }
            } else {
                wake |= queue::requeue(&transaction, &expired.lease, id).await?;
            }
            changes.push(Change::task_of(user, id));
        }
        // Balance rows by user, after all task rows.
        releases.sort_by_key(|(user, _)| *user);
        for (user, price) in releases {
            ledger::release(&transaction, user, price, now).await?;
        }
        self.signals.commit(transaction, wake, &changes).await?;
        tracing::warn!(tasks = rescued, "took back tasks of workers that are gone");
        Ok(rescued)
    }
}
