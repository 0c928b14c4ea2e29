//! Insights into a paid result: why, what if, what to change. Also the rates of all campaigns in the training data.
//!
//! The process that receives the request computes the insight on its own inference threads, which every serving
//! process has, with or without workers. The insight is stored once. After a crash before that, the next request
//! computes it again. It always comes from the model of the result, even if that is retired.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use super::model_runs::ModelRuns;
use super::rate_limit::RateLimit;
use super::{Catalog, own_tasks};
use crate::database::Database;
use crate::entities::{task, task_result};
use crate::inference::insight::{Insight, advise, calendar, default_bounds, explore};
use crate::inference::{PredictError, Predictor};
use crate::types::{
    Advice, AppError, CalendarView, CampaignInput, ChangeBounds, ChangeBoundsInput, ExploreView,
    InsightView, TaskId, UserId, Violation, WhatIfView, categories_by_parent,
};

/// Locks that requests for tasks share: requests for different tasks rarely wait for each other.
const LOCKS: usize = 64;

/// Computes insights and stores them.
pub struct Insights {
    database: Database,
    catalog: Arc<Catalog>,
    runs: Arc<ModelRuns>,
    questions: RateLimit,
    /// Requests for the same task wait for each other, so that the first computes the insight for all.
    locks: [Mutex<()>; LOCKS],
}

/// A succeeded task with its result.
struct Paid {
    task: task::Model,
    result: task_result::Model,
}

impl Insights {
    /// Each user may send `questions_per_minute` requests about changed campaigns.
    pub fn new(
        database: Database,
        catalog: Arc<Catalog>,
        runs: Arc<ModelRuns>,
        questions_per_minute: NonZeroU32,
    ) -> Self {
        Self {
            database,
            catalog,
            runs,
            questions: RateLimit::per_minute("changed-campaigns", questions_per_minute),
            locks: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// The insight of a user's task: computed and stored on the first call, read on later ones.
    ///
    /// # Errors
    /// 404, also for another user's task; 409 if the task has no result, or if this program
    /// can no longer run its model; 503 if the inference threads are busy.
    pub async fn insight(&self, user: UserId, id: TaskId) -> Result<InsightView, AppError> {
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
            insight.explanation,
            insight.curves,
            insight.advice,
        )
        .await?;
        // Another process may have been first. All requests return what is stored.
        let paid = self.paid(user, id).await?;
        self.stored(&paid).await?.ok_or(AppError::Internal)
    }

    async fn turn_of(&self, id: TaskId) -> MutexGuard<'_, ()> {
        let lock = usize::try_from(id.0).unwrap_or_default() % LOCKS;
        self.locks[lock].lock().await
    }

    async fn compute(&self, paid: &Paid) -> Result<Insight, AppError> {
        let campaign = paid.task.input.clone();
        let probability = paid.result.probability;
        let bounds = default_bounds(&campaign, paid.task.queued_at.date_naive());
        self.run_model(paid, move |model| {
            Insight::compute(model, &campaign, probability, bounds)
        })
        .await
    }

    /// What the model of a user's result predicts for the campaign with some fields changed. Blank fields keep their
    /// paid values; only the fields in [`CampaignInput::PLANNED`] may differ. Costs no credits.
    ///
    /// # Errors
    /// 422 naming fields; 404; 409; 429 if the user sends too many requests; 503.
    pub async fn what_if(
        &self,
        user: UserId,
        id: TaskId,
        changes: &CampaignInput,
    ) -> Result<WhatIfView, AppError> {
        self.questions.count(&user)?;
        let paid = self.paid(user, id).await?;
        let own = paid.task.input.clone();
        let variant = changes.check_changed(&own).map_err(AppError::Invalid)?;
        self.runs
            .score(paid.task.model_id, Some(paid.task.id), own, variant)
            .await
    }

    /// What to change within the user's bounds. Blank bounds have their defaults. Costs no credits.
    ///
    /// # Errors
    /// 422 naming a bound; 404; 409; 429 if the user sends too many requests; 503.
    pub async fn advice(
        &self,
        user: UserId,
        id: TaskId,
        bounds: &ChangeBoundsInput,
    ) -> Result<Advice, AppError> {
        self.questions.count(&user)?;
        let paid = self.paid(user, id).await?;
        let campaign = paid.task.input.clone();
        let default = default_bounds(&campaign, paid.task.queued_at.date_naive());
        let bounds: ChangeBounds = bounds.check(default).map_err(AppError::Invalid)?;
        let probability = paid.result.probability;
        self.run_model(&paid, move |model| {
            advise(model, &campaign, probability, bounds)
        })
        .await
    }

    /// How campaigns did, from the default model's data. Public.
    ///
    /// # Errors
    /// 404 if no model is live; 409 if this program cannot run the default one.
    pub async fn explore(&self) -> Result<ExploreView, AppError> {
        let model = self.catalog.live_model(None).await?;
        let predictor = self.runs.load(model.id).await?;
        Ok(explore(predictor.manifest(), model.model_ref()))
    }

    /// How campaigns did by month and weekday of launch, from the default model's data: of a category, or of its parent
    /// if that has too few. Blank names stand for all. Public.
    ///
    /// # Errors
    /// 422 for an unknown category; 404 if no model is live; 409 if this program cannot run the default one.
    pub async fn calendar(&self, parent: &str, category: &str) -> Result<CalendarView, AppError> {
        let named = |name: &str| Some(name.trim().to_owned()).filter(|it| !it.is_empty());
        let (parent, category) = (named(parent), named(category));
        check_category(parent.as_deref(), category.as_deref())?;
        let model = self.catalog.live_model(None).await?;
        let predictor = self.runs.load(model.id).await?;
        let manifest = predictor.manifest();
        Ok(calendar(manifest, parent.as_deref(), category.as_deref()))
    }

    /// A user's task with its result.
    async fn paid(&self, user: UserId, id: TaskId) -> Result<Paid, AppError> {
        let needed = "be explained";
        let task = own_tasks::find_succeeded(&self.database, user, id, needed).await?;
        let result = task_result::Entity::of_task(id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::Internal)?;
        Ok(Paid { task, result })
    }

    async fn stored(&self, paid: &Paid) -> Result<Option<InsightView>, AppError> {
        let result = &paid.result;
        let (Some(explanation), Some(curves), Some(advice)) =
            (&result.explanation, &result.curves, &result.advice)
        else {
            return Ok(None);
        };
        let model = self.catalog.model_ref(paid.task.model_id).await?;
        Ok(Some(InsightView {
            task_id: paid.task.id,
            model,
            explanation: explanation.clone(),
            curves: curves.clone(),
            advice: advice.clone(),
        }))
    }

    /// Runs the model of a result, after all waiting scores.
    async fn run_model<T: Send + 'static>(
        &self,
        paid: &Paid,
        work: impl FnOnce(&dyn Predictor) -> Result<T, PredictError> + Send + 'static,
    ) -> Result<T, AppError> {
        let output = self
            .runs
            .run(paid.task.model_id, Some(paid.task.id), work)
            .await?;
        Ok(output.value)
    }
}

/// Whether the form offers these categories.
fn check_category(parent: Option<&str>, category: Option<&str>) -> Result<(), AppError> {
    let parents = categories_by_parent();
    let group = parents.iter().find(|(name, _)| Some(*name) == parent);
    if parent.is_some() && group.is_none() {
        let allowed = parents.iter().map(|(name, _)| *name);
        return Err(AppError::invalid("parent", Violation::not_one_of(allowed)));
    }
    if parent.is_none() && category.is_some() {
        return Err(AppError::invalid("parent", Violation::Required));
    }
    let categories = group.into_iter().flat_map(|(_, categories)| categories);
    let names: Vec<&str> = categories.map(|it| it.name).collect();
    if category.is_some_and(|category| !names.contains(&category)) {
        return Err(AppError::invalid("category", Violation::not_one_of(names)));
    }
    Ok(())
}
