//! Runs the model for a batch of tasks, and for each task alone if the batch fails.

use std::sync::Arc;

use super::Worker;
use super::settle::{Attempt, Attempts};
use crate::entities::task;
use crate::inference::insight::{Assessment, assess};
use crate::inference::{InferenceError, Output, Predictor, Priority};
use crate::queue::Outcome;
use crate::types::{Campaign, ModelId, SystemMessage};

impl Worker {
    pub(super) async fn predict_batch(&self, model: ModelId, tasks: Vec<task::Model>) -> Attempts {
        // The failure is already logged. From now on claims leave tasks of this model to other workers.
        let Ok(predictor) = self.models.get(model).await else {
            return all(tasks, &Attempt::NotStarted);
        };
        let error = match self.predict(&predictor, &tasks).await {
            Err(error) if tasks.len() > 1 && may_depend_on_campaign(&error) => error,
            result => return attempts_of(model, tasks, result),
        };
        tracing::warn!(%model, %error, "a batch failed; predicting each task alone");
        let mut attempts = Attempts::new();
        for task in tasks {
            let alone = self.predict(&predictor, std::slice::from_ref(&task)).await;
            // If the batch never returned, this task may be the reason why the thread is stuck. Its attempt counts,
            // and its next attempt runs alone.
            let result = alone.map_err(|alone_error| match (&error, alone_error) {
                (InferenceError::TooSlow(_), InferenceError::Stuck) => error.clone(),
                (_, other) => other,
            });
            attempts.extend(attempts_of(model, vec![task], result));
        }
        attempts
    }

    async fn predict(
        &self,
        predictor: &Arc<dyn Predictor>,
        tasks: &[task::Model],
    ) -> Result<Output<Vec<Assessment>>, InferenceError> {
        let campaigns: Vec<Campaign> = tasks.iter().map(|task| task.input.clone()).collect();
        let work = move |predictor: &dyn Predictor| assess(predictor, &campaigns);
        let timeout = self.options.inference_timeout;
        self.pool
            .run(Priority::Interactive, Arc::clone(predictor), timeout, work)
            .await
    }
}

/// The attempts of tasks that were predicted together.
fn attempts_of(
    model: ModelId,
    tasks: Vec<task::Model>,
    result: Result<Output<Vec<Assessment>>, InferenceError>,
) -> Attempts {
    let error = match result {
        Ok(output) => return succeed_all(tasks, output),
        Err(error) => error,
    };
    tracing::error!(%model, task = %tasks[0].id, %error, "a prediction failed");
    let attempt = match error {
        InferenceError::TooSlow(_) => Attempt::Failed(SystemMessage::ModelTooSlow),
        InferenceError::Failed(_) | InferenceError::Panicked => {
            Attempt::Failed(SystemMessage::ModelFailed)
        }
        InferenceError::Stuck | InferenceError::Stopped => Attempt::NotStarted,
    };
    all(tasks, &attempt)
}

fn succeed_all(tasks: Vec<task::Model>, output: Output<Vec<Assessment>>) -> Attempts {
    let each = u32::try_from(tasks.len()).unwrap_or(u32::MAX).max(1);
    let inference_us = i64::try_from((output.elapsed / each).as_micros()).unwrap_or(i64::MAX);
    let outcomes = output.value.into_iter().map(|assessment| Outcome {
        probability: assessment.prediction.probability,
        interval_low: assessment.prediction.interval_low,
        interval_high: assessment.prediction.interval_high,
        context: assessment.context,
        inference_us,
    });
    tasks
        .into_iter()
        .zip(outcomes.map(|outcome| Attempt::Succeeded(Box::new(outcome))))
        .collect()
}

/// Whether a campaign may have caused the error, so that the other tasks of the batch could succeed.
fn may_depend_on_campaign(error: &InferenceError) -> bool {
    !matches!(error, InferenceError::Stuck | InferenceError::Stopped)
}

fn all(tasks: Vec<task::Model>, attempt: &Attempt) -> Attempts {
    let tasks = tasks.into_iter();
    tasks.map(|task| (task, attempt.clone())).collect()
}
