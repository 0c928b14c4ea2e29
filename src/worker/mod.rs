//! Workers: claim tasks, ask their models, settle. Any number of processes may do so at the same time.
//!
//! A worker may die at any instruction: what it had claimed comes back when its lease runs out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;

use crate::entities::{Database, task};
use crate::inference::InferencePool;
use crate::queue::{self, Lease, Signals};
use crate::services::{Clock, LoadedModels};
use crate::types::ModelId;

mod predict;
mod rescue;
mod settle;

pub use settle::{Verdict, Verdicts};

const AFTER_ERROR: Duration = Duration::from_secs(1);

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
}

/// The worker of one process.
pub struct Worker {
    database: Database,
    signals: Signals,
    clock: Arc<dyn Clock>,
    models: Arc<LoadedModels>,
    pool: InferencePool,
    options: WorkerOptions,
}

impl Worker {
    /// Sets a worker up; [`Worker::run`] starts it.
    pub fn new(
        database: Database,
        signals: Signals,
        clock: Arc<dyn Clock>,
        models: Arc<LoadedModels>,
        pool: InferencePool,
        options: WorkerOptions,
    ) -> Self {
        Self {
            database,
            signals,
            clock,
            models,
            pool,
            options,
        }
    }

    /// Works until stopped, then ends the work in hand and returns.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut loops = tokio::task::JoinSet::new();
        for _ in 0..self.options.loops {
            loops.spawn(Arc::clone(&self).claim_loop(stop.clone()));
        }
        if self.options.loops > 0 {
            loops.spawn(Arc::clone(&self).rescue_loop(stop.clone()));
        }
        while let Some(ended) = loops.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker loop died");
            }
        }
    }

    async fn claim_loop(self: Arc<Self>, stop: CancellationToken) {
        let mut wakes = self.signals.wakes();
        while !stop.is_cancelled() {
            // Marked as seen before looking: a task queued from here on wakes the wait below.
            wakes.borrow_and_update();
            let pause = match self.work_once().await {
                Ok(0) => self.options.poll,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "the worker could not claim or settle");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                _ = wakes.changed() => {}
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
        let lease_for = chrono::Duration::from_std(self.options.lease)
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        let (lease, tasks) = queue::claim(
            &self.database,
            self.options.batch,
            self.clock.now(),
            lease_for,
        )
        .await?;
        if tasks.is_empty() {
            return Ok(0);
        }
        let claimed = tasks.len();
        let verdicts = {
            let judging = self.judge(tasks);
            let renewing = self.keep_renewing(&lease, lease_for);
            tokio::select! {
                verdicts = judging => verdicts,
                never = renewing => match never {},
            }
        };
        self.settle(&lease, verdicts).await?;
        Ok(claimed)
    }

    /// Asks the model of each task.
    async fn judge(&self, tasks: Vec<task::Model>) -> Verdicts {
        let mut by_model = BTreeMap::<i64, Vec<task::Model>>::new();
        for task in tasks {
            by_model.entry(task.model_id).or_default().push(task);
        }
        let mut verdicts = Verdicts::new();
        for (model, tasks) in by_model {
            verdicts.extend(self.judge_by(ModelId(model), tasks).await);
        }
        verdicts
    }

    async fn keep_renewing(
        &self,
        lease: &Lease,
        lease_for: chrono::Duration,
    ) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(self.options.lease / 3).await;
            let now = self.clock.now();
            if let Err(error) = queue::renew(&self.database, lease, now, lease_for).await {
                tracing::warn!(%error, "a lease could not be renewed");
            }
        }
    }
}
