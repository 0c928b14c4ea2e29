//! From tasks to attempts: asks a model about a batch, and about each task alone where the batch fails.

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
        // The failure is in the log already. Claims leave the model's tasks for other workers from now on.
        let Ok(predictor) = self.models.get(model).await else {
            return retry_later(tasks);
        };
        match self.predict(&predictor, &tasks).await {
            Ok(output) => succeed_all(tasks, output),
            Err(error) if tasks.len() == 1 || !is_of_a_campaign(&error) => {
                tracing::error!(%model, task = tasks[0].id, %error, "a prediction failed");
                refuse_all(tasks, &error)
            }
            Err(error) => {
                tracing::warn!(%model, %error, "a batch failed; asking for each task alone");
                let mut attempts = Attempts::new();
                for task in tasks {
                    let alone = self.predict(&predictor, std::slice::from_ref(&task)).await;
                    // This task may be why the thread is stuck: its attempt counts, and the next one runs alone.
                    let result = alone.map_err(|it| match it {
                        InferenceError::Stuck => error.clone(),
                        other => other,
                    });
                    attempts.extend(one(task, result));
                }
                attempts
            }
        }
    }

    async fn predict(
        &self,
        predictor: &Arc<dyn Predictor>,
        tasks: &[task::Model],
    ) -> Result<Output<Vec<Assessment>>, InferenceError> {
        let campaigns: Vec<Campaign> = tasks.iter().map(|task| task.input.0.clone()).collect();
        let work = move |predictor: &dyn Predictor| assess(predictor, &campaigns);
        let timeout = self.options.inference_timeout;
        self.pool
            .run(Priority::Interactive, Arc::clone(predictor), timeout, work)
            .await
    }
}

fn one(task: task::Model, result: Result<Output<Vec<Assessment>>, InferenceError>) -> Attempts {
    match result {
        Ok(output) => succeed_all(vec![task], output),
        Err(error) => {
            tracing::error!(task = task.id, %error, "a prediction failed");
            refuse_all(vec![task], &error)
        }
    }
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

/// Whether the model failed over a campaign, which others of its batch may have nothing to do with.
fn is_of_a_campaign(error: &InferenceError) -> bool {
    !matches!(error, InferenceError::Stuck | InferenceError::Stopped)
}

fn refuse_all(tasks: Vec<task::Model>, error: &InferenceError) -> Attempts {
    match error {
        InferenceError::TooSlow(_) => fail_all(tasks, SystemMessage::ModelTooSlow),
        InferenceError::Failed(_) | InferenceError::Panicked => {
            fail_all(tasks, SystemMessage::ModelFailed)
        }
        InferenceError::Stuck | InferenceError::Stopped => retry_later(tasks),
    }
}

fn retry_later(tasks: Vec<task::Model>) -> Attempts {
    tasks
        .into_iter()
        .map(|task| (task, Attempt::NotStarted))
        .collect()
}

fn fail_all(tasks: Vec<task::Model>, reason: SystemMessage) -> Attempts {
    tasks
        .into_iter()
        .map(|task| (task, Attempt::Failed(reason)))
        .collect()
}
