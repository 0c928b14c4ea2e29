//! How campaigns ended, as users report it, and how a model's predictions compare with that.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{ModelRef, TaskId};

/// Outcomes from which on the track record of a model shows rates. With fewer, they would mostly be chance.
pub const OUTCOMES_NEEDED: u64 = 50;
/// Bins of equal width into which a track record divides the probabilities.
pub const CALIBRATION_BINS: u8 = 10;

/// How a campaign ended, as reported by the owner of its task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OutcomeView {
    /// Whether the campaign reached its goal.
    pub reached: bool,
    /// What it raised, in US dollars with cents; absent if not reported.
    pub raised_usd: Option<f64>,
    /// When it was reported.
    pub reported_at: DateTime<Utc>,
}

/// Everything that was reported about the campaign of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OutcomesView {
    /// The task.
    pub task_id: TaskId,
    /// The reports, newest first: the first one is current, the others were corrected.
    pub outcomes: Vec<OutcomeView>,
}

/// What became of the lines of a file of outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReportedView {
    /// Lines that reported or corrected an outcome.
    pub reported: u64,
    /// Lines that repeated the current outcome.
    pub unchanged: u64,
    /// Lines without an outcome.
    pub skipped: u64,
}

/// A task whose campaign has ended without a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct UnreportedView {
    /// The task.
    pub task_id: TaskId,
    /// The title of the campaign.
    pub name: String,
    /// When funding started.
    pub launched_at: NaiveDate,
    /// When funding ended.
    pub deadline: NaiveDate,
    /// The goal in US dollars.
    pub usd_goal: f64,
}

/// How the predictions of a model compare with the reported outcomes. Each task counts once, with its current outcome
/// and the probability that its user paid for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TrackRecordView {
    /// The model.
    pub model: ModelRef,
    /// The number of predictions.
    pub predictions: u64,
    /// Predictions with a reported outcome.
    pub reported: u64,
    /// Predictions without an outcome whose deadline has passed.
    pub unreported: u64,
    /// Predictions without an outcome whose deadline has not passed.
    pub running: u64,
    /// [`OUTCOMES_NEEDED`].
    pub needed: u64,
    /// Absent while fewer outcomes than needed are reported.
    pub calibration: Option<CalibrationView>,
}

/// Probabilities against outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CalibrationView {
    /// The mean squared difference between probability and outcome (1 or 0): 0 is perfect.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub brier_score: f64,
    /// The share of the reported campaigns that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub base_rate: f64,
    /// The Brier score of predicting the base rate for every campaign.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub base_rate_brier_score: f64,
    /// The bins, ascending.
    pub bins: Vec<CalibrationBin>,
}

/// The campaigns whose probability is in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CalibrationBin {
    /// The lowest probability.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub from: f64,
    /// The end of the bin; only the last bin includes it.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub to: f64,
    /// The number of outcomes.
    pub outcomes: u64,
    /// The mean probability; absent if the bin has so few outcomes that it would reveal single predictions.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub mean_probability: Option<f64>,
    /// The share that reached their goal, 0 to 1; absent if there are no outcomes.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: Option<f64>,
}

/// How the inputs and the calibration of a model change over time, for the operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct DriftView {
    /// The model.
    pub model: ModelRef,
    /// The inputs by month of prediction, in UTC, oldest first.
    pub inputs: Vec<InputDrift>,
    /// The calibration by month of launch, oldest first.
    pub calibration: Vec<CalibrationDrift>,
}

/// The inputs of one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct InputDrift {
    /// The month of the predictions, such as `2026-11`.
    pub month: String,
    /// The number of predictions.
    pub predictions: u64,
    /// Their mean probability.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub mean_probability: f64,
    /// Predictions that were compared with the training data. Results of early versions were not.
    pub assessed: u64,
    /// Of these, predictions with at least one field far from the training data.
    pub out_of_distribution: u64,
    /// `out_of_distribution / assessed`; absent if none was assessed.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub out_of_distribution_share: Option<f64>,
}

/// The reported outcomes of the campaigns launched in one month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CalibrationDrift {
    /// The month of launch, such as `2026-11`.
    pub month: String,
    /// The number of outcomes.
    pub outcomes: u64,
    /// The mean probability of these campaigns.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub mean_probability: f64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
    /// The mean squared difference between probability and outcome.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub brier_score: f64,
}
