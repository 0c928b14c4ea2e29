//! How campaigns ended, as users report it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::TaskId;

/// How a campaign ended, as reported by the owner of its task.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
pub struct OutcomesView {
    /// The task.
    pub task_id: TaskId,
    /// The reports, newest first: the first one is current, the others were corrected.
    pub outcomes: Vec<OutcomeView>,
}

/// What became of the lines of a file of outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
