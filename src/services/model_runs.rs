//! Runs models for insights, on the inference threads of this process and after all waiting scores.

use std::sync::Arc;
use std::time::Duration;

use super::{LoadError, LoadedModels};
use crate::inference::insight::assess_variant;
use crate::inference::{InferenceError, InferencePool, Output, PredictError, Predictor, Priority};
use crate::types::{AppError, Campaign, ModelId, TaskId, WhatIfView};

const BUSY_RETRY_S: u64 = 5;

/// The models and the inference threads of this process.
pub struct ModelRuns {
    models: Arc<LoadedModels>,
    pool: InferencePool,
    timeout: Duration,
}

impl ModelRuns {
    /// A run waits for the inference threads and takes at most `timeout` in all.
    pub fn new(models: Arc<LoadedModels>, pool: InferencePool, timeout: Duration) -> Self {
        Self {
            models,
            pool,
            timeout,
        }
    }

    /// The predictor of a model.
    ///
    /// # Errors
    /// 409 if this program cannot run it; 503 if the database is unavailable.
    pub async fn load(&self, model: ModelId) -> Result<Arc<dyn Predictor>, AppError> {
        // The failure is already logged.
        let loaded = self.models.get(model).await;
        loaded.map_err(|error| match &*error {
            LoadError::Incompatible(_) => AppError::Conflict(
                "the model was registered by another version of the program, but this version \
                 cannot run it"
                    .to_owned(),
            ),
            LoadError::Unread(error) => error.clone(),
            LoadError::BrokeOff(_) => AppError::Internal,
        })
    }

    /// Passes a model to `work`. `task` is the task that this is about, for the log.
    ///
    /// # Errors
    /// Those of [`ModelRuns::load`]; 503 if the inference threads are busy.
    pub async fn run<T: Send + 'static>(
        &self,
        model: ModelId,
        task: Option<TaskId>,
        work: impl FnOnce(&dyn Predictor) -> Result<T, PredictError> + Send + 'static,
    ) -> Result<Output<T>, AppError> {
        let predictor = self.load(model).await?;
        let result = self
            .pool
            .run(Priority::Background, predictor, self.timeout, work)
            .await;
        let task = task.map(i64::from);
        match result {
            Ok(output) => Ok(output),
            Err(
                error @ (InferenceError::TooSlow(_)
                | InferenceError::Stuck
                | InferenceError::Stopped),
            ) => {
                tracing::warn!(%model, task, %error, "cannot compute an insight");
                Err(AppError::unavailable("all models are busy", BUSY_RETRY_S))
            }
            Err(error) => {
                tracing::error!(%model, task, %error, "cannot compute an insight");
                Err(AppError::Internal)
            }
        }
    }

    /// What a model predicts for `variant`, which is the campaign `own` with some fields changed.
    ///
    /// # Errors
    /// Those of [`ModelRuns::run`].
    pub async fn score(
        &self,
        model: ModelId,
        task: Option<TaskId>,
        own: Campaign,
        variant: Campaign,
    ) -> Result<WhatIfView, AppError> {
        let output = self
            .run(model, task, move |model| {
                assess_variant(model, &own, &variant)
            })
            .await?;
        let assessment = output.value;
        let prediction = assessment.prediction;
        Ok(WhatIfView {
            probability: prediction.probability,
            verdict: prediction.verdict(),
            interval_low: prediction.interval_low,
            interval_high: prediction.interval_high,
            unlike: assessment.context.unlike,
        })
    }
}
