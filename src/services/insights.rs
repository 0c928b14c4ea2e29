//! Looking into a paid result: why, what if, what to change; and what the models know of all campaigns.
//!
//! An insight is computed by the process that is asked for it, on its own inference threads, which every
//! process that serves has, with workers or without. It is stored once, so a crash before that only
//! means that the next asking computes it anew. It is made by the very model of the result, retired or not.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use super::predictions::required_id;
use super::rate_limit::RateLimit;
use super::{Catalog, LoadError, LoadedModels};
use crate::database::Database;
use crate::entities::{task, task_result};
use crate::inference::insight::{Insight, advise, assess, default_bounds, explore};
use crate::inference::{InferenceError, InferencePool, PredictError, Predictor, Priority};
use crate::types::{
    Advice, AppError, CampaignInput, ChangeBounds, ChangeBoundsInput, ExploreView, InsightView,
    ModelId, ModelRef, TaskId, TaskStatus, UserId, Verdict, WhatIfView,
};

const BUSY_RETRY_S: u64 = 5;
/// Insights that are computed side by side without waiting for each other's tasks.
const LOCKS: usize = 64;

/// How insights are computed.
#[derive(Clone, Copy, Debug)]
pub struct InsightOptions {
    /// Longest wait for an answer of the inference threads.
    pub timeout: Duration,
    /// Questions a minute that each user may ask about changed campaigns.
    pub questions_per_minute: std::num::NonZeroU32,
}

/// Looks into results.
pub struct Insights {
    database: Database,
    catalog: Arc<Catalog>,
    models: Arc<LoadedModels>,
    pool: InferencePool,
    timeout: Duration,
    questions: RateLimit,
    /// Askers of one task wait for each other here, so that the first computes for all.
    locks: [Mutex<()>; LOCKS],
}

/// A succeeded task with its result.
struct Paid {
    task: task::Model,
    result: task_result::Model,
}

impl Insights {
    /// On one database, with the models and the threads of this process.
    pub fn new(
        database: Database,
        catalog: Arc<Catalog>,
        models: Arc<LoadedModels>,
        pool: InferencePool,
        options: InsightOptions,
    ) -> Self {
        Self {
            database,
            catalog,
            models,
            pool,
            timeout: options.timeout,
            questions: RateLimit::per_minute(options.questions_per_minute),
            locks: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// The insight of a user's task: computed and stored at the first call, read at all others.
    ///
    /// # Errors
    /// 422 naming `id`; 404, also for somebody else's; 409 where the task has no result, or where this program
    /// cannot run its model any more; 503 where the inference threads are busy.
    pub async fn insight(&self, user: UserId, id: &str) -> Result<InsightView, AppError> {
        let id = required_id(id)?;
        let paid = self.paid(user, id).await?;
        if let Some(view) = self.stored(&paid).await? {
            return Ok(view);
        }
        let _turn = self.turn_of(id).await;
        let paid = self.paid(user, id).await?;
        if let Some(view) = self.stored(&paid).await? {
            return Ok(view);
        }
        let insight = self.compute(&paid).await?;
        task_result::Entity::store_insight(
            self.database.write(),
            id,
            &insight.explanation,
            &insight.curves,
            &insight.advice,
        )
        .await?;
        // Another process may have been first: everybody is told what is stored.
        let paid = self.paid(user, id).await?;
        self.stored(&paid).await?.ok_or(AppError::Internal)
    }

    async fn turn_of(&self, id: TaskId) -> MutexGuard<'_, ()> {
        let lock = usize::try_from(id.0).unwrap_or_default() % LOCKS;
        self.locks[lock].lock().await
    }

    async fn compute(&self, paid: &Paid) -> Result<Insight, AppError> {
        let campaign = paid.task.input.0.clone();
        let probability = paid.result.probability;
        let bounds = default_bounds(&campaign, paid.task.queued_at.date_naive());
        self.ask(paid, move |model| {
            Insight::compute(model, &campaign, probability, bounds)
        })
        .await
    }

    /// What the model of a user's result says of the campaign with some fields changed. Blank fields are as
    /// they were paid for; only those that [`CampaignInput::PLANNED`] names may differ. Costs no credits.
    ///
    /// # Errors
    /// 422 naming `id` or the fields; 404; 409; 429 where the user asks too often; 503.
    pub async fn what_if(
        &self,
        user: UserId,
        id: &str,
        changes: &CampaignInput,
    ) -> Result<WhatIfView, AppError> {
        let id = required_id(id)?;
        self.questions.count(&user)?;
        let paid = self.paid(user, id).await?;
        let campaign = changes
            .check_changed(&paid.task.input.0)
            .map_err(AppError::Invalid)?;
        let assessed = self
            .ask(&paid, move |model| assess(model, &[campaign]))
            .await?;
        let assessment = assessed.into_iter().next().ok_or(AppError::Internal)?;
        let prediction = assessment.prediction;
        Ok(WhatIfView {
            probability: prediction.probability,
            verdict: Verdict::of_probability(prediction.probability),
            interval_low: prediction.interval_low,
            interval_high: prediction.interval_high,
            unlike: assessment.context.unlike,
        })
    }

    /// What to change within the asker's own bounds; those left blank are the default ones. Costs no credits.
    ///
    /// # Errors
    /// 422 naming `id` or a bound; 404; 409; 429 where the user asks too often; 503.
    pub async fn advice(
        &self,
        user: UserId,
        id: &str,
        bounds: &ChangeBoundsInput,
    ) -> Result<Advice, AppError> {
        let id = required_id(id)?;
        self.questions.count(&user)?;
        let paid = self.paid(user, id).await?;
        let campaign = paid.task.input.0.clone();
        let default = default_bounds(&campaign, paid.task.queued_at.date_naive());
        let bounds: ChangeBounds = bounds.check(default).map_err(AppError::Invalid)?;
        let probability = paid.result.probability;
        self.ask(&paid, move |model| {
            advise(model, &campaign, probability, bounds)
        })
        .await
    }

    /// How campaigns did, from the default model's data; for all to see.
    ///
    /// # Errors
    /// 404 where no model is live; 409 where this program cannot run the default one.
    pub async fn explore(&self) -> Result<ExploreView, AppError> {
        let model = self.catalog.live_model(None).await?;
        let predictor = self.load(ModelId(model.id)).await?;
        let model = ModelRef {
            id: ModelId(model.id),
            name: model.name,
            version: model.version,
        };
        Ok(explore(predictor.manifest(), model))
    }

    /// A user's task with its result.
    async fn paid(&self, user: UserId, id: TaskId) -> Result<Paid, AppError> {
        let task = task::Entity::of_user(user, id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        if task.status != TaskStatus::Succeeded.as_str() {
            return Err(AppError::Conflict(format!(
                "only a succeeded task can be explained; this one is {}",
                task.status
            )));
        }
        let result = task_result::Entity::of_task(id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::Internal)?;
        Ok(Paid { task, result })
    }

    async fn stored(&self, paid: &Paid) -> Result<Option<InsightView>, AppError> {
        let Some((explanation, curves, advice)) = paid.result.insight()? else {
            return Ok(None);
        };
        let model = self.catalog.model_ref(ModelId(paid.task.model_id)).await?;
        Ok(Some(InsightView {
            task_id: TaskId(paid.task.id),
            model,
            explanation,
            curves,
            advice,
        }))
    }

    async fn load(&self, model: ModelId) -> Result<Arc<dyn Predictor>, AppError> {
        // The failure is in the log already.
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

    /// Asks the model of a result, after all scores that wait.
    async fn ask<T: Send + 'static>(
        &self,
        paid: &Paid,
        work: impl FnOnce(&dyn Predictor) -> Result<T, PredictError> + Send + 'static,
    ) -> Result<T, AppError> {
        let predictor = self.load(ModelId(paid.task.model_id)).await?;
        let result = self
            .pool
            .run(Priority::Background, predictor, self.timeout, work)
            .await;
        match result {
            Ok(output) => Ok(output.value),
            Err(
                error @ (InferenceError::TooSlow(_)
                | InferenceError::Stuck
                | InferenceError::Stopped),
            ) => {
                tracing::warn!(task = paid.task.id, %error, "a result could not be looked into");
                Err(AppError::Unavailable {
                    reason: "all models are busy".to_owned(),
                    retry_after_s: BUSY_RETRY_S,
                })
            }
            Err(error) => {
                tracing::error!(task = paid.task.id, %error, "a result could not be looked into");
                Err(AppError::Internal)
            }
        }
    }
}
