//! The example: the campaign that the form offers as an example, with everything that comes with a paid result, for
//! visitors without an account.
//!
//! The default model scores it like a paid campaign, once per day and process, however many visitors there are. Nothing
//! is stored or charged. The dates of the campaign move with the day, so that it is always still to be launched.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use parking_lot::Mutex;

use super::attempts::{Client, network_of};
use super::model_runs::ModelRuns;
use super::rate_limit::RateLimit;
use super::{Catalog, Clock};
use crate::database::in_own_task;
use crate::entities::model::Summary;
use crate::inference::insight::{Assessment, Insight, assess, default_bounds};
use crate::inference::{Output, PredictError, Predictor};
use crate::types::{
    AppError, Campaign, CampaignInput, ExampleSummary, ExampleView, ModelId, ResultView,
    WhatIfView, campaign_example,
};

/// How long an error is returned again before the next attempt to compute the example.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// How long the home page waits for the example, which is not its main content.
const SUMMARY_WAIT: Duration = Duration::from_secs(1);

/// Computes the example, keeps it in memory, and scores it with changes.
pub struct Example {
    catalog: Arc<Catalog>,
    clock: Arc<dyn Clock>,
    runs: Arc<ModelRuns>,
    questions: RateLimit,
    state: Mutex<State>,
    /// Held while the example is computed, so that this happens once at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    latest: Option<Computed>,
    /// The last attempt, if it failed.
    failed: Option<(Instant, AppError)>,
}

/// The example of one model and one day.
#[derive(Clone)]
struct Computed {
    model: ModelId,
    day: NaiveDate,
    view: Arc<ExampleView>,
}

impl Example {
    /// Each address may send `questions_per_minute` requests about the changed example.
    pub fn new(
        catalog: Arc<Catalog>,
        clock: Arc<dyn Clock>,
        runs: Arc<ModelRuns>,
        questions_per_minute: NonZeroU32,
    ) -> Self {
        Self {
            catalog,
            clock,
            runs,
            questions: RateLimit::per_minute("changed-example", questions_per_minute),
            state: Mutex::default(),
            turn: Arc::default(),
        }
    }

    /// The example of today. At the start of a day it is that of the day before until the new one is computed.
    ///
    /// # Errors
    /// 404 if no model is live; 409 if this program cannot run the default one; 503 if the inference threads are busy.
    pub async fn view(self: &Arc<Self>) -> Result<Arc<ExampleView>, AppError> {
        let model = self.catalog.offer(None).await?;
        let today = self.today();
        let latest = self.state.lock().latest.clone();
        match latest.filter(|latest| latest.model == model.id) {
            Some(latest) if latest.day == today => Ok(latest.view),
            Some(latest) => {
                self.refresh_in_background(model, today);
                Ok(latest.view)
            }
            None => {
                let this = Arc::clone(self);
                in_own_task(|_| async move { this.refresh(&model, today).await }).await
            }
        }
    }

    /// The numbers of the example; `None` if they are not there within a second, or if there is no example.
    pub async fn summary(self: &Arc<Self>) -> Option<ExampleSummary> {
        let view = tokio::time::timeout(SUMMARY_WAIT, self.view()).await;
        let view = view.ok()?.ok()?;
        Some(ExampleSummary {
            name: view.campaign.name.clone(),
            probability: view.result.probability,
            interval_low: view.result.interval_low,
            interval_high: view.result.interval_high,
        })
    }

    /// What the default model predicts for the example with some fields changed; see
    /// [`Insights::what_if`](super::Insights::what_if). Needs no account.
    ///
    /// # Errors
    /// 422 naming fields; 404; 409; 429 if the visitor's address sends too many requests; 503.
    pub async fn what_if(
        &self,
        visitor: &Client,
        changes: &CampaignInput,
    ) -> Result<WhatIfView, AppError> {
        self.questions.count(&network_of(visitor.address))?;
        let example = example_of(self.today())?;
        let campaign = changes.check_changed(&example).map_err(AppError::Invalid)?;
        let model = self.catalog.offer(None).await?;
        self.runs.score(model.id, None, example, campaign).await
    }

    fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }

    fn refresh_in_background(self: &Arc<Self>, model: Summary, day: NaiveDate) {
        // Otherwise it is already being computed.
        if let Ok(turn) = Arc::clone(&self.turn).try_lock_owned() {
            drop(turn);
            let this = Arc::clone(self);
            // An error is logged, and the next visitor tries again.
            tokio::spawn(async move { this.refresh(&model, day).await });
        }
    }

    async fn refresh(&self, model: &Summary, day: NaiveDate) -> Result<Arc<ExampleView>, AppError> {
        let _turn = self.turn.lock().await;
        // Another visitor may have waited for the same.
        if let Some(known) = self.state.lock().known(model.id, day) {
            return known;
        }
        let computed = self.compute(model, day).await;
        let mut state = self.state.lock();
        match computed {
            Ok(view) => {
                let view = Arc::new(view);
                state.failed = None;
                state.latest = Some(Computed {
                    model: model.id,
                    day,
                    view: Arc::clone(&view),
                });
                Ok(view)
            }
            Err(error) => {
                state.failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn compute(&self, model: &Summary, day: NaiveDate) -> Result<ExampleView, AppError> {
        let campaign = example_of(day)?;
        let scored = campaign.clone();
        let Output { value, elapsed } = self
            .runs
            .run(model.id, None, move |model| explain(model, &scored, day))
            .await?;
        let (assessment, insight) = value;
        let prediction = assessment.prediction;
        Ok(ExampleView {
            campaign,
            model: model.model_ref(),
            result: ResultView {
                probability: prediction.probability,
                verdict: prediction.verdict(),
                interval_low: prediction.interval_low,
                interval_high: prediction.interval_high,
                context: Some(assessment.context),
                inference_us: i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX),
                created_at: self.clock.now(),
            },
            explanation: insight.explanation,
            curves: insight.curves,
            advice: insight.advice,
        })
    }
}

impl State {
    /// What an earlier attempt led to; `None` if the example must be computed.
    fn known(&self, model: ModelId, day: NaiveDate) -> Option<Result<Arc<ExampleView>, AppError>> {
        let latest = self.latest.as_ref();
        if let Some(latest) = latest.filter(|it| it.model == model && it.day == day) {
            return Some(Ok(Arc::clone(&latest.view)));
        }
        let (at, error) = self.failed.as_ref()?;
        (at.elapsed() < RETRY_AFTER).then(|| Err(error.clone()))
    }
}

/// The example campaign of a day.
fn example_of(day: NaiveDate) -> Result<Campaign, AppError> {
    campaign_example(day).check(day).map_err(AppError::Invalid)
}

/// The score of a campaign, and the insight into it.
fn explain(
    model: &dyn Predictor,
    campaign: &Campaign,
    today: NaiveDate,
) -> Result<(Assessment, Insight), PredictError> {
    let assessed = assess(model, std::slice::from_ref(campaign))?;
    let assessment = assessed
        .into_iter()
        .next()
        .ok_or_else(|| PredictError::Run("it returned no row".to_owned()))?;
    let bounds = default_bounds(campaign, today);
    let probability = assessment.prediction.probability;
    let insight = Insight::compute(model, campaign, probability, bounds)?;
    Ok((assessment, insight))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::test_support::migrated;
    use crate::inference::{InferencePool, SHIPPED_MODEL};
    use crate::services::LoadedModels;
    use crate::services::clock::test_support::TestClock;

    async fn example(clock: Arc<TestClock>) -> (tempfile::TempDir, Arc<Example>) {
        let (folder, database) = migrated().await;
        let catalog = Arc::new(Catalog::new(database, clock.clone()));
        catalog.ensure_shipped_model(SHIPPED_MODEL).await.unwrap();
        let models = Arc::new(LoadedModels::new(Arc::clone(&catalog)));
        let pool = InferencePool::start(1).unwrap();
        let runs = ModelRuns::new(models, pool, Duration::from_mins(5));
        let many = NonZeroU32::new(100).unwrap();
        let example = Example::new(catalog, clock, Arc::new(runs), many);
        (folder, Arc::new(example))
    }

    #[tokio::test]
    async fn the_example_is_computed_once_a_day_and_nobody_waits_for_the_next() {
        let clock = TestClock::at("2026-11-29T23:59:00Z".parse().unwrap());
        let (_folder, example) = example(Arc::clone(&clock)).await;
        let (first, second) = tokio::join!(example.view(), example.view());
        let first = first.unwrap();
        assert!(Arc::ptr_eq(&first, &second.unwrap()));
        let launch = |view: &ExampleView| view.campaign.launched_at.to_string();
        assert_eq!(launch(&first), "2026-12-13");

        clock.advance(120);
        assert!(Arc::ptr_eq(&first, &example.view().await.unwrap()));
        let next = loop {
            let view = example.view().await.unwrap();
            if !Arc::ptr_eq(&first, &view) {
                break view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!(launch(&next), "2026-12-14");
    }

    #[tokio::test]
    async fn an_error_is_not_caused_again_by_each_visitor() {
        let clock = TestClock::at("2026-11-29T12:00:00Z".parse().unwrap());
        let (_folder, example) = example(clock).await;
        let busy = AppError::unavailable("all models are busy", 5);
        example.state.lock().failed = Some((Instant::now(), busy.clone()));
        assert_eq!(example.view().await.unwrap_err(), busy);
        assert_eq!(example.summary().await, None);
    }
}
