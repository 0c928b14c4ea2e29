//! The reaper: returns tasks of dead workers to the queue, and fails tasks that no worker can take.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use super::retry::{longest_retry_delay, retry_delay};
use super::{Worker, to_chrono};
use crate::database::{DbErrorKind, Transaction};
use crate::entities::{batch, task};
use crate::metrics;
use crate::queue::{self, Change, Lease, Notifier};
use crate::services::ledger::{self, Hold, LockMode};
use crate::services::webhooks::outbox::{Event, Subscribers};
use crate::types::{ModelId, SystemMessage, TaskId};

/// Tasks per transaction.
const BATCH: u64 = 100;
/// A model that has failed for less time than this may still be loaded by this process.
const FAILED_FOR: Duration = Duration::from_mins(1);

impl Worker {
    pub(super) async fn reap_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.reap_once().await {
                tracing::warn!(%error, "cannot reap tasks");
            }
            tokio::select! {
                () = tokio::time::sleep(self.options.lease / 2) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Returns tasks with an expired lease to the queue, or fails them if their attempts are used up. Also fails tasks
    /// that waited too long for a model that neither this process nor any other can load. Returns the number of reaped
    /// tasks.
    ///
    /// # Errors
    /// If the database is unavailable. A single task that cannot be reaped is only logged.
    pub async fn reap_once(&self) -> Result<usize, DbErr> {
        let expired = self.reap_all(Reason::Expired, &[]).await?;
        if expired > 0 {
            metrics::tasks_reaped(expired);
            tracing::warn!(tasks = expired, "reaped tasks of workers that have gone");
        }
        let failed_for = FAILED_FOR.min(self.options.max_wait);
        let mut models = self.models.failed_for(failed_for);
        if models.is_empty() {
            return Ok(expired);
        }
        // Tasks of models that another worker can run are only waiting for their turn.
        let (max_wait, clock) = (to_chrono(self.options.max_wait)?, self.clock.now());
        let in_service = queue::models_in_service(&self.database, max_wait, clock).await?;
        models.retain(|model| !in_service.contains(model));
        let stuck = self.reap_all(Reason::Stuck, &models).await?;
        if stuck > 0 {
            tracing::warn!(
                tasks = stuck,
                "failed tasks that waited too long for a worker"
            );
        }
        Ok(expired + stuck)
    }

    async fn reap_all(&self, reason: Reason, models: &[ModelId]) -> Result<usize, DbErr> {
        let max_wait = to_chrono(self.options.max_wait)?;
        let mut reaped = 0;
        let mut after = TaskId(0);
        loop {
            let (database, clock) = (&self.database, self.clock.now());
            let page = match reason {
                Reason::Expired => queue::list_expired(database, after, BATCH, clock).await?,
                Reason::Stuck => {
                    queue::list_stuck(database, models, max_wait, after, BATCH, clock).await?
                }
            };
            let Some(last) = page.last() else {
                return Ok(reaped);
            };
            after = *last;
            reaped += self.reap_page(reason, page).await?;
        }
    }

    /// Reaps tasks together. If the database rejects that, reaps each task alone, so that one bad task does not block
    /// the others.
    async fn reap_page(&self, reason: Reason, tasks: Vec<TaskId>) -> Result<usize, DbErr> {
        match self.reap(reason, tasks.clone()).await {
            Err(error) if DbErrorKind::of(&error) == DbErrorKind::Refused => {
                tracing::warn!(%error, tasks = tasks.len(), "cannot reap a batch; reaping each task alone");
            }
            reaped => return reaped,
        }
        let mut reaped = 0;
        for task in tasks {
            match self.reap(reason, vec![task]).await {
                Ok(count) => reaped += count,
                Err(error) if DbErrorKind::of(&error) == DbErrorKind::Refused => {
                    tracing::error!(%task, %error, "a task cannot be reaped; run `pledgecast audit`");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(reaped)
    }

    async fn reap(&self, reason: Reason, tasks: Vec<TaskId>) -> Result<usize, DbErr> {
        if reason == Reason::Expired {
            self.claims.note_retry(longest_retry_delay(1));
        }
        let reap = Reap {
            notifier: self.notifier.clone(),
            max_attempts: self.options.max_attempts,
            clock: self.clock.now(),
            tasks,
        };
        self.database
            .transaction("reap", reap, move |transaction, reap| {
                reap.write(transaction, reason)
            })
            .await
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// The lease has expired.
    Expired,
    /// The task waited too long for a worker.
    Stuck,
}

/// Tasks to reap. Tasks of users with locked balances are left for the next run, so that they do not block the others.
struct Reap {
    notifier: Notifier,
    max_attempts: i32,
    clock: DateTime<Utc>,
    tasks: Vec<TaskId>,
}

/// What a transaction has done so far.
#[derive(Default)]
struct Done {
    changes: BTreeSet<Change>,
    /// The number of reaped tasks.
    tasks: usize,
    releases: Vec<Hold>,
    /// Tasks that have failed, and why.
    failed: Vec<(task::Model, SystemMessage)>,
    is_any_queued: bool,
}

impl Reap {
    fn write<'a>(
        &'a self,
        transaction: &'a Transaction,
        reason: Reason,
    ) -> BoxFuture<'a, Result<usize, DbErr>> {
        Box::pin(async move {
            let now = queue::read_now(transaction, self.clock).await?;
            let done = match reason {
                Reason::Expired => self.write_expired(transaction, now).await?,
                Reason::Stuck => self.write_stuck(transaction, now).await?,
            };
            // Balance rows by user, after all task rows: see "Lock order" in `docs/architecture.md`.
            ledger::release_all(transaction, done.releases, now).await?;
            let batches = done.failed.iter().filter_map(|(task, _)| task.batch_id);
            let finished = queue::finish_batches(transaction, batches.collect(), now).await?;
            self.tell_webhooks(transaction, &done.failed, &finished, now)
                .await?;
            let changes = done.changes.into_iter().collect();
            self.notifier
                .publish_on_commit(transaction, done.is_any_queued, changes)
                .await?;
            Ok(done.tasks)
        })
    }

    async fn write_expired(
        &self,
        transaction: &Transaction,
        now: DateTime<Utc>,
    ) -> Result<Done, DbErr> {
        let mut done = Done::default();
        let expired = queue::lock_expired(transaction, &self.tasks, self.clock).await?;
        let is_used_up = |task: &task::Model| task.attempts >= self.max_attempts;
        let used_up = expired.iter().filter(|task| is_used_up(task));
        let users = used_up.map(|task| task.user_id);
        let balances = ledger::lock_balances(transaction, users, LockMode::SkipLocked).await?;
        for task in &expired {
            let (lease, user, id) = (Lease::of(task), task.user_id, task.id);
            if !is_used_up(task) {
                let retry_at = now + retry_delay(task.attempts);
                done.is_any_queued |= queue::requeue(transaction, &lease, id, retry_at).await?;
            } else if balances.contains(user) {
                let reason = SystemMessage::WorkLost;
                if queue::fail(transaction, &lease, id, reason.as_str(), now).await? {
                    done.releases.push(Hold::of(task));
                    done.failed.push((task.clone(), reason));
                }
            } else {
                continue;
            }
            done.changes.insert(Change::of(task));
            done.tasks += 1;
        }
        Ok(done)
    }

    async fn write_stuck(
        &self,
        transaction: &Transaction,
        now: DateTime<Utc>,
    ) -> Result<Done, DbErr> {
        let mut done = Done::default();
        // A task that is no longer queued was taken by a worker or canceled by its user.
        let queued = queue::lock_queued(transaction, &self.tasks).await?;
        let users = queued.iter().map(|task| task.user_id);
        let balances = ledger::lock_balances(transaction, users, LockMode::SkipLocked).await?;
        for task in queued {
            let (user, id) = (task.user_id, task.id);
            let reason = SystemMessage::NoCapableWorker;
            if balances.contains(user)
                && queue::fail_queued(transaction, id, reason.as_str(), now).await?
            {
                done.releases.push(Hold::of(&task));
                done.changes.insert(Change::of(&task));
                done.tasks += 1;
                done.failed.push((task, reason));
            }
        }
        Ok(done)
    }

    /// Queues the events of tasks that have failed, and of batches that are finished.
    async fn tell_webhooks(
        &self,
        transaction: &Transaction,
        failed: &[(task::Model, SystemMessage)],
        finished: &[batch::Model],
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let users = failed.iter().map(|(task, _)| task.user_id);
        let subscribers = Subscribers::find(transaction, users).await?;
        if subscribers.is_empty() {
            return Ok(());
        }
        let events = failed.iter().filter(|(task, _)| task.batch_id.is_none());
        let events = events.map(|(task, reason)| Event::task_failed(task, reason.as_str(), now));
        let batches = finished.iter().map(Event::batch_finished);
        let events: Vec<_> = events.chain(batches).collect();
        subscribers
            .tell(transaction, &self.notifier, events, self.clock)
            .await
    }
}
