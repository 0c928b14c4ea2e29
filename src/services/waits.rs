//! Requests that wait for the result of a task.
//!
//! A waiting request holds no connection to the database: it reads the task when the notifier reports a change of it,
//! and sometimes in between, because a notification may be lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Predictions;
use super::in_use::KeyedLimit;
use crate::queue::{Changes, Notifier, Subscription};
use crate::types::{AppError, TaskId, TaskView, UserId};

/// How long a lost notification can delay a result.
const RECHECK: Duration = Duration::from_secs(5);

/// Waits for results.
pub struct Waits {
    notifier: Notifier,
    predictions: Arc<Predictions>,
    per_user: KeyedLimit<UserId>,
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
        let Some(_permit) = self.per_user.try_acquire(user) else {
            return Ok(None);
        };
        // Subscribes before the task is read, so that no change is missed in between.
        let changes = self.notifier.subscribe(user);
        let deadline = Instant::now() + limit;
        loop {
            let task = self.predictions.find(user, id).await?;
            if task.status.is_final() || stop.is_cancelled() || Instant::now() >= deadline {
                return Ok(Some(task));
            }
            tokio::select! {
                () = change_of(&changes, &task) => {}
                () = sleep_until(deadline.min(Instant::now() + RECHECK)) => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

/// Waits until the task may have changed.
async fn change_of(changes: &Subscription, task: &TaskView) {
    loop {
        let Changes {
            tasks,
            batches,
            is_incomplete,
        } = changes.next().await;
        let is_of_batch = task.batch_id.is_some_and(|batch| batches.contains(&batch));
        if is_incomplete || is_of_batch || tasks.contains(&task.id) {
            return;
        }
    }
}
