//! Workers: claim tasks, ask their models, settle. Any number of processes may do so at the same time.
//!
//! A worker may die at any instruction: what it had claimed is reaped when its lease runs out. A task that
//! was tried before may be why it died, so such a task is claimed, asked and settled alone, and takes no
//! other with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use crate::database::Database;
use crate::entities::task;
use crate::inference::InferencePool;
use crate::queue::{self, Change, Lease, Notifier};
use crate::services::{Clock, LoadedModels};
use crate::types::{ModelId, TaskId, UserId};

mod claims;
mod predict;
mod reap;
mod retry;
mod settle;
#[cfg(test)]
mod tests;

pub use settle::{Attempt, Attempts};

const AFTER_ERROR: Duration = Duration::from_secs(1);
/// How often models that could not be loaded are looked at; each is tried again when its own time has come.
const RELOAD_EVERY: Duration = Duration::from_secs(1);

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// Claim loops of this process.
    pub loops: usize,
    /// Most tasks of one claim.
    pub batch: u64,
    /// How long a claim holds without being renewed.
    pub lease: Duration,
    /// Tries before a task fails.
    pub max_attempts: i32,
    /// Longest inference of one claim's tasks for one model.
    pub inference_timeout: Duration,
    /// How often an idle worker looks without having been woken.
    pub poll: Duration,
    /// How long a task waits for a worker that can load its model, before it fails.
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
    /// Whether tasks that were tried before stand first in the queue.
    isolate_retries: AtomicBool,
}

impl Worker {
    /// Sets a worker up; [`Worker::run`] starts it.
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

    /// Works until stopped, then ends the work in hand and returns.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut loops = tokio::task::JoinSet::new();
        for _ in 0..self.options.loops {
            let (worker, told) = (Arc::clone(&self), stop.clone());
            loops.spawn(keep_going(stop.clone(), move || {
                Arc::clone(&worker).claim_loop(told.clone())
            }));
        }
        if self.options.loops > 0 {
            let (worker, told) = (Arc::clone(&self), stop.clone());
            loops.spawn(keep_going(stop.clone(), move || {
                Arc::clone(&worker).reap_loop(told.clone())
            }));
            let told = stop.clone();
            loops.spawn(keep_going(stop, move || {
                Arc::clone(&self).reload_loop(told.clone())
            }));
        }
        loops.join_all().await;
    }

    async fn claim_loop(self: Arc<Self>, stop: CancellationToken) {
        let mut wakeups = self.notifier.wakeups();
        while !stop.is_cancelled() {
            // Marked as seen before looking: a task queued from here on wakes the wait below.
            wakeups.borrow_and_update();
            let pause = match self.work_once().await {
                // The process is about to exit.
                _ if self.pool.is_stuck() => AFTER_ERROR,
                Ok(0) => self.claims.pause(self.options.poll),
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "the worker could not claim or settle");
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

    /// Claims a batch, asks the models and settles; answers how many tasks were claimed.
    ///
    /// # Errors
    /// Where the database refuses; what was claimed comes back when its lease runs out.
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
        let ids: Vec<TaskId> = tasks.iter().map(|task| TaskId(task.id)).collect();
        // Before the work, which may take longer than others believe that somebody claims.
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

    /// Puts back what was claimed together with what must be worked on alone.
    async fn release(&self, lease: &Lease, tasks: &[task::Model]) -> Result<(), DbErr> {
        let ids: Vec<TaskId> = tasks.iter().map(|task| TaskId(task.id)).collect();
        let changes: Vec<Change> = tasks
            .iter()
            .map(|task| Change::task_of(UserId(task.user_id), TaskId(task.id)))
            .collect();
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

    /// Asks the model of each task.
    async fn predict_all(&self, tasks: Vec<task::Model>) -> Attempts {
        let mut by_model = BTreeMap::<i64, Vec<task::Model>>::new();
        for task in tasks {
            by_model.entry(task.model_id).or_default().push(task);
        }
        let mut attempts = Attempts::new();
        for (model, tasks) in by_model {
            attempts.extend(self.predict_batch(ModelId(model), tasks).await);
        }
        attempts
    }

    /// Tries models that could not be loaded again.
    async fn reload_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(RELOAD_EVERY) => {}
                () = stop.cancelled() => return,
            }
            if self.models.retry_failed().await {
                // Tasks of the model may wait anywhere in the queue.
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
                tracing::warn!(%error, "a lease could not be renewed");
            }
        }
    }
}

/// Runs a loop again where it dies of a fault of ours: the others cannot do without it.
async fn keep_going<F>(stop: CancellationToken, start: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(error) = tokio::spawn(start()).await {
        tracing::error!(%error, "a worker loop died; starting it again");
        tokio::select! {
            () = tokio::time::sleep(AFTER_ERROR) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn to_chrono(duration: Duration) -> Result<chrono::Duration, DbErr> {
    chrono::Duration::from_std(duration).map_err(|error| DbErr::Custom(error.to_string()))
}

/// From a claim, what may be worked on together, and the others: tasks at their first try go together, one
/// that was tried before goes alone.
fn split_retries(mut tasks: Vec<task::Model>) -> (Vec<task::Model>, Vec<task::Model>) {
    let first_tries = tasks.iter().take_while(|task| task.attempts == 1).count();
    let others = tasks.split_off(first_tries.max(1).min(tasks.len()));
    (tasks, others)
}
