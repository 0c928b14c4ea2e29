//! Workers: claim tasks, run their models, settle. Any number of processes may do so at the same time.
//!
//! A worker may die at any time. Its claimed tasks are reaped when their lease expires. A task that was tried before
//! may be the cause, so it is claimed, predicted and settled alone, and cannot take others down with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use crate::entities::task;
use crate::inference::InferencePool;
use crate::queue::{self, Change, Lease, Notifier};
use crate::services::background::restart_on_panic;
use crate::services::{Clock, LoadedModels};
use crate::types::{ModelId, TaskId};

mod claims;
mod predict;
mod reap;
mod retry;
mod settle;
#[cfg(test)]
mod tests;

pub use settle::{Attempt, Attempts};

const AFTER_ERROR: Duration = Duration::from_secs(1);
/// How often to check for models to load again. Each model has its own retry time.
const RELOAD_EVERY: Duration = Duration::from_secs(1);

/// The configuration of a worker.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// Claim loops of this process.
    pub loops: usize,
    /// Maximum number of tasks per claim.
    pub batch: u64,
    /// How long a claim is valid without being renewed.
    pub lease: Duration,
    /// Attempts before a task fails.
    pub max_attempts: i32,
    /// Time limit for the inference of one claim's tasks of one model.
    pub inference_timeout: Duration,
    /// How often an idle worker looks for tasks without a notification.
    pub poll: Duration,
    /// How long a task may wait for a worker that can load its model before it fails.
    pub max_wait: Duration,
}

/// The worker of one process.
pub struct Worker {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    models: Arc<LoadedModels>,
    pool: InferencePool,
    options: WorkerOptions,
    claims: claims::Claims,
    /// Whether the next tasks in the queue were tried before.
    isolate_retries: AtomicBool,
}

impl Worker {
    /// Creates a worker; [`Worker::run`] starts it.
    pub fn new(
        database: Database,
        notifier: Notifier,
        clock: Arc<dyn Clock>,
        models: Arc<LoadedModels>,
        pool: InferencePool,
        options: WorkerOptions,
    ) -> Self {
        Self {
            database,
            notifier,
            clock,
            models,
            pool,
            options,
            claims: claims::Claims::default(),
            isolate_retries: AtomicBool::new(false),
        }
    }

    /// Works until stopped, then finishes the current tasks and returns.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut loops = tokio::task::JoinSet::new();
        for _ in 0..self.options.loops {
            let (worker, token) = (Arc::clone(&self), stop.clone());
            loops.spawn(restart_on_panic(stop.clone(), move || {
                Arc::clone(&worker).claim_loop(token.clone())
            }));
        }
        if self.options.loops > 0 {
            let (worker, token) = (Arc::clone(&self), stop.clone());
            loops.spawn(restart_on_panic(stop.clone(), move || {
                Arc::clone(&worker).reap_loop(token.clone())
            }));
            let token = stop.clone();
            loops.spawn(restart_on_panic(stop, move || {
                Arc::clone(&self).reload_loop(token.clone())
            }));
        }
        loops.join_all().await;
    }

    async fn claim_loop(self: Arc<Self>, stop: CancellationToken) {
        let mut wakeups = self.notifier.wakeups();
        while !stop.is_cancelled() {
            // Marked as seen before looking, so that a task queued from here on ends the wait below.
            wakeups.borrow_and_update();
            let pause = match self.work_once().await {
                // The process is about to exit.
                _ if self.pool.is_stuck() => AFTER_ERROR,
                Ok(0) => self.claims.pause(self.options.poll),
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "cannot claim or settle tasks");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                _ = wakeups.changed() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Claims a batch, runs the models and settles. Returns the number of claimed tasks.
    ///
    /// # Errors
    /// If the database returns an error. Claimed tasks return to the queue when their lease expires.
    pub async fn work_once(&self) -> Result<usize, DbErr> {
        if self.pool.is_stuck() {
            return Ok(0);
        }
        let lease_for = to_chrono(self.options.lease)?;
        let limit = if self.isolate_retries.load(Ordering::Relaxed) {
            1
        } else {
            self.options.batch
        };
        let (lease, tasks) = self.claim(limit, lease_for).await?;
        let (tasks, others) = split_retries(tasks);
        let was_tried = |task: &task::Model| task.attempts > 1;
        let isolate_retries =
            tasks.first().is_some_and(was_tried) || others.first().is_some_and(was_tried);
        self.isolate_retries
            .store(isolate_retries, Ordering::Relaxed);
        if tasks.is_empty() {
            self.sync_round().await;
            return Ok(0);
        }
        self.claims.note_claimed(&tasks);
        if !others.is_empty() {
            self.release(&lease, &others).await?;
        }
        let claimed = tasks.len();
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        // Before the work, which may take so long that other processes would conclude that nobody claims tasks.
        self.sync_round().await;
        let work = async {
            let attempts = self.predict_all(tasks).await;
            self.settle(&lease, attempts).await
        };
        let renewing = self.keep_renewing(&lease, &ids, lease_for);
        tokio::select! {
            settled = work => settled?,
            never = renewing => match never {},
        }
        Ok(claimed)
    }

    /// Returns tasks to the queue that were claimed together with a task that must run alone, or with others.
    async fn release(&self, lease: &Lease, tasks: &[task::Model]) -> Result<(), DbErr> {
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        let changes: BTreeSet<Change> = tasks.iter().map(Change::of).collect();
        let changes: Vec<Change> = changes.into_iter().collect();
        let input = (self.notifier.clone(), lease.clone(), ids, changes);
        self.database
            .transaction(
                "release",
                input,
                |transaction, (notifier, lease, ids, changes)| {
                    Box::pin(async move {
                        queue::release(transaction, lease, ids).await?;
                        notifier
                            .publish_on_commit(transaction, true, changes.clone())
                            .await
                    })
                },
            )
            .await
    }

    /// Runs the model of each task.
    async fn predict_all(&self, tasks: Vec<task::Model>) -> Attempts {
        let mut by_model = BTreeMap::<ModelId, Vec<task::Model>>::new();
        for task in tasks {
            by_model.entry(task.model_id).or_default().push(task);
        }
        let mut attempts = Attempts::new();
        for (model, tasks) in by_model {
            attempts.extend(self.predict_batch(model, tasks).await);
        }
        attempts
    }

    /// Retries models that could not be loaded.
    async fn reload_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(RELOAD_EVERY) => {}
                () = stop.cancelled() => return,
            }
            if self.models.retry_failed().await {
                // Tasks of the model may be anywhere in the queue.
                self.claims.reset();
            }
        }
    }

    async fn keep_renewing(
        &self,
        lease: &Lease,
        tasks: &[TaskId],
        lease_for: chrono::Duration,
    ) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(self.options.lease / 3).await;
            let clock = self.clock.now();
            let renewed = queue::renew(&self.database, lease, tasks, clock, lease_for).await;
            if let Err(error) = renewed {
                tracing::warn!(%error, "cannot renew a lease");
            }
        }
    }
}

fn to_chrono(duration: Duration) -> Result<chrono::Duration, DbErr> {
    chrono::Duration::from_std(duration).map_err(|error| DbErr::Custom(error.to_string()))
}

/// Splits a claim into tasks to process now and tasks to release. Tasks in their first attempt run together; a task
/// that was tried before runs alone.
fn split_retries(mut tasks: Vec<task::Model>) -> (Vec<task::Model>, Vec<task::Model>) {
    let first_tries = tasks.iter().take_while(|task| task.attempts == 1).count();
    let others = tasks.split_off(first_tries.max(1).min(tasks.len()));
    (tasks, others)
}
