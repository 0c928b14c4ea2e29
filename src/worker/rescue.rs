//! Takes back what dead workers had claimed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::database::Transaction;
use crate::queue::{self, Change, Signals};
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
        let rescue = Rescue {
            signals: self.signals.clone(),
            max_attempts: self.options.max_attempts,
            now: self.clock.now(),
        };
        self.database
            .transaction("rescue", rescue, |transaction, rescue| {
                Box::pin(rescue.write(transaction))
            })
            .await
    }
}

struct Rescue {
    signals: Signals,
    max_attempts: i32,
    now: DateTime<Utc>,
}

impl Rescue {
    async fn write(&self, transaction: &Transaction) -> Result<usize, DbErr> {
        let now = self.now;
        let expired = queue::take_expired(transaction, now).await?;
        if expired.is_empty() {
            return Ok(0);
        }
        let rescued = expired.len();
        let mut changes = Vec::with_capacity(rescued);
        let mut releases = Vec::new();
        let mut wake = false;
        for expired in expired {
            let task = expired.task;
            let (user, id) = (UserId(task.user_id), TaskId(task.id));
            if task.attempts >= self.max_attempts {
                let reason = KnownText::WorkLost.as_str();
                if queue::fail(transaction, &expired.lease, id, reason, now).await? {
                    releases.push((user, Credits(task.price)));
                }
            } else {
                wake |= queue::requeue(transaction, &expired.lease, id).await?;
            }
            changes.push(Change::task_of(user, id));
        }
        // Balance rows by user, after all task rows.
        releases.sort_by_key(|(user, _)| *user);
        for (user, price) in releases {
            ledger::release(transaction, user, price, now).await?;
        }
        self.signals
            .publish_on_commit(transaction, wake, changes)
            .await?;
        tracing::warn!(tasks = rescued, "took back tasks of workers that are gone");
        Ok(rescued)
    }
}
