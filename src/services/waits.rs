//! Requests that wait for the results of a task or a batch.
//!
//! A waiting request holds no connection to the database: it reads again when the notifier reports a change, and sometimes
//! in between, because a notification may be lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::in_use::{KeyedLimit, KeyedPermit};
use super::{Batches, Predictions};
use crate::queue::{Changes, Notifier, Subscription};
use crate::types::{AppError, BatchId, TaskId, TaskView, UserId};

/// How long a lost notification can delay a result.
const RECHECK: Duration = Duration::from_secs(5);

/// Waits for results.
pub struct Waits {
    notifier: Notifier,
    predictions: Arc<Predictions>,
    per_user: KeyedLimit<UserId>,
}

/// The right of a user to wait.
pub(super) struct Waiting {
    /// Begins before anything is read, so that no change is missed in between.
    changes: Subscription,
    user: UserId,
    _permit: KeyedPermit<UserId>,
}

impl Waits {
    /// Each user may have `per_user` requests waiting.
    pub fn new(notifier: Notifier, predictions: Arc<Predictions>, per_user: usize) -> Self {
        Self {
            notifier,
            predictions,
            per_user: KeyedLimit::new(per_user),
        }
    }

    /// Begins to wait; `None` if the user has too many requests waiting.
    pub(super) fn enter(&self, user: UserId) -> Option<Waiting> {
        let permit = self.per_user.try_acquire(user)?;
        Some(Waiting {
            changes: self.notifier.subscribe(user),
            user,
            _permit: permit,
        })
    }

    /// Waits until the task is final, at most for `limit`, and not longer than until `stop`. Returns the task as it is
    /// then; `None` if the user has too many requests waiting.
    ///
    /// # Errors
    /// 404, also for another user's task; 503 if the database is unavailable.
    pub async fn until_final(
        &self,
        user: UserId,
        id: TaskId,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<Option<TaskView>, AppError> {
        let Some(waiting) = self.enter(user) else {
            return Ok(None);
        };
        let end = End::new(limit, stop);
        loop {
            let task = self.predictions.find(user, id).await?;
            if task.status.is_final() || end.is_reached() {
                return Ok(Some(task));
            }
            let batch = task.batch_id;
            let concerns = |changes: &Changes| {
                changes.tasks.contains(&id)
                    || batch.is_some_and(|batch| changes.batches.contains(&batch))
            };
            end.or(waiting.change(concerns)).await;
        }
    }
}

impl Waiting {
    /// Waits until no task of the user's batch is open, at most for `limit`, and not longer than until `stop`. Returns
    /// whether none is.
    ///
    /// # Errors
    /// 404, also for another user's batch; 503 if the database is unavailable.
    pub(super) async fn until_finished(
        &self,
        batches: &Batches,
        id: BatchId,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<bool, AppError> {
        let end = End::new(limit, stop);
        loop {
            let is_finished = batches.is_finished(self.user, id).await?;
            if is_finished || end.is_reached() {
                return Ok(is_finished);
            }
            end.or(self.change(|changes| changes.batches.contains(&id)))
                .await;
        }
    }

    /// Waits until there may be such a change.
    async fn change(&self, concerns: impl Fn(&Changes) -> bool) {
        loop {
            let changes = self.changes.next().await;
            if changes.is_incomplete || concerns(&changes) {
                return;
            }
        }
    }
}

/// When to stop waiting.
struct End<'a> {
    deadline: Instant,
    stop: &'a CancellationToken,
}

impl<'a> End<'a> {
    fn new(limit: Duration, stop: &'a CancellationToken) -> Self {
        Self {
            deadline: Instant::now() + limit,
            stop,
        }
    }

    fn is_reached(&self) -> bool {
        self.stop.is_cancelled() || Instant::now() >= self.deadline
    }

    /// Waits for a change, which may not be reported, or for the end.
    async fn or(&self, change: impl Future<Output = ()>) {
        tokio::select! {
            () = change => {}
            () = sleep_until(self.deadline.min(Instant::now() + RECHECK)) => {}
            () = self.stop.cancelled() => {}
        }
    }
}
