//! What comes with a paid result: its context, the reasons for it, curves over what can be changed, and
//! the changes worth making. These are also the forms in which it is stored.
//!
//! Codes and parameters only; the words are in the locale files.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::insight_wire::{RawChange, RawOutOfDistribution};
use super::wire_time::read_day;
use super::{ModelRef, TaskId, Verdict};

/// How campaigns like this one did, and where it is unlike any; settled with the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultContext {
    /// Whose campaigns all rates here are of: to be said wherever one is shown.
    pub population: String,
    /// How the category did.
    pub base_rate: BaseRateView,
    /// How campaigns alike did; absent where the model knows of none.
    pub neighbours: Option<NeighboursView>,
    /// Where the campaign is unlike what the model was trained on.
    pub unlike: Vec<OutOfDistribution>,
}

/// The success rate of the smallest known circle around a campaign's category.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaseRateView {
    /// The parent category; absent where the rate is of all campaigns.
    pub parent: Option<String>,
    /// The category; absent where the rate is of the whole parent.
    pub category: Option<String>,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that reached their goal, 0 to 1.
    pub success_rate: f64,
}

/// Campaigns alike: those of a category, a goal band and a duration band. An absent end is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeighboursView {
    /// The parent category; absent where they are of all categories.
    pub parent: Option<String>,
    /// The category; absent where they are of the whole parent.
    pub category: Option<String>,
    /// The goal, in US dollars, is at least this.
    pub goal_from_usd: Option<f64>,
    /// The goal, in US dollars, is below this.
    pub goal_below_usd: Option<f64>,
    /// The duration is at least this many days.
    pub duration_from_days: Option<u32>,
    /// The duration is less than this many days.
    pub duration_below_days: Option<u32>,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that reached their goal, 0 to 1.
    pub success_rate: f64,
    /// A quarter, half and three quarters of their goals are below these, in US dollars.
    pub goal_quartiles_usd: [f64; 3],
}

/// One way in which a campaign is unlike those that a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "code",
    rename_all = "snake_case",
    try_from = "RawOutOfDistribution"
)]
pub enum OutOfDistribution {
    /// A measure lies outside the range that nearly all of them have.
    OutOfRange {
        /// The wire name of the field.
        field: String,
        /// What of the field, with its unit, such as `goal_usd` or `name_chars`.
        measure: String,
        /// What the campaign has.
        value: f64,
        /// Lowest usual value.
        min: f64,
        /// Highest usual value.
        max: f64,
    },
    /// A word that the model does not know, such as a rare country.
    Unknown {
        /// The wire name of the field.
        field: String,
        /// The word.
        value: String,
    },
    /// There were few with this combination.
    #[serde(rename = "thin")]
    SparseData {
        /// The wire name of the field that makes it rare.
        field: String,
        /// How many there were.
        campaigns: u64,
    },
}

impl OutOfDistribution {
    /// The wire name of the field.
    pub fn field(&self) -> &str {
        match self {
            Self::OutOfRange { field, .. }
            | Self::Unknown { field, .. }
            | Self::SparseData { field, .. } => field,
        }
    }
}

/// Everything that is computed when a result is first looked into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InsightView {
    /// The task of the result.
    pub task_id: TaskId,
    /// The model that made the result and this.
    pub model: ModelRef,
    /// Why the probability is what it is.
    pub explanation: Explanation,
    /// What it would be.
    pub curves: Curves,
    /// What to change, within the bounds that are the default.
    pub advice: Advice,
}

/// A group of inputs that is explained as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// The goal.
    Goal,
    /// Days of funding.
    Duration,
    /// When it launches.
    Timing,
    /// Days between the draft and the launch.
    Preparation,
    /// What it is about.
    Category,
    /// The title and the summary.
    Text,
    /// Whether the page has a video.
    Video,
    /// Where it is from, and its currency.
    Place,
    /// Whether Kickstarter chose it as a project it loves.
    StaffPick,
    /// Who makes it.
    Creator,
}

impl Factor {
    /// Every factor.
    pub const ALL: [Self; 10] = [
        Self::Goal,
        Self::Duration,
        Self::Timing,
        Self::Preparation,
        Self::Category,
        Self::Text,
        Self::Video,
        Self::Place,
        Self::StaffPick,
        Self::Creator,
    ];
}

/// Shapley values: `base` and all effects add up to `probability`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The mean probability of the campaigns that this one is compared with.
    pub base: f64,
    /// How many campaigns it is compared with.
    pub background: u32,
    /// The probability of the result.
    pub probability: f64,
    /// What each factor adds, the strongest first.
    pub effects: Vec<Effect>,
}

/// What one factor adds to the probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The factor.
    pub factor: Factor,
    /// What it adds, between -1 and 1.
    pub value: f64,
}

/// Real scores of the campaign with one thing changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// Over the goal, rising on a logarithmic scale; the campaign's own goal is among them.
    pub goal: Vec<GoalPoint>,
    /// Over the days of funding, 1 to 60: the deadline moves.
    pub duration: Vec<DaysPoint>,
    /// A launch in each of twelve months from the campaign's own on, on the same weekday.
    pub month: Vec<LaunchPoint>,
    /// A launch on each weekday from Monday on, as near as can be in the same month.
    pub weekday: Vec<LaunchPoint>,
    /// Over the days between draft and launch, rising: the draft's date moves.
    pub preparation: Vec<DaysPoint>,
    /// With and without a video.
    pub video: Switch,
    /// With and without being a project that Kickstarter loves.
    pub staff_pick: Switch,
}

/// The score at another goal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalPoint {
    /// The goal in US dollars.
    pub usd_goal: f64,
    /// The probability.
    pub probability: f64,
}

/// The score at another number of days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaysPoint {
    /// The days.
    pub days: u32,
    /// The probability.
    pub probability: f64,
}

/// The score at another launch: all three dates move by the same days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchPoint {
    /// When the draft is begun.
    #[serde(deserialize_with = "read_day")]
    pub created_at: NaiveDate,
    /// When funding begins.
    #[serde(deserialize_with = "read_day")]
    pub launched_at: NaiveDate,
    /// When funding ends.
    #[serde(deserialize_with = "read_day")]
    pub deadline: NaiveDate,
    /// The probability.
    pub probability: f64,
}

/// The scores of both positions of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// The probability with it.
    pub on: f64,
    /// The probability without it.
    pub off: f64,
}

/// The few changes that gain most. Campaigns like that did better; it is no proof that the change
/// causes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// Within what was looked.
    pub bounds: ChangeBounds,
    /// The changes, each alone, the largest gain first.
    pub changes: Vec<RatedChange>,
    /// The best of them together, where that gains more than any alone.
    pub combination: Option<Combination>,
}

/// What may be suggested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeBounds {
    /// Never a goal below this, in US dollars.
    pub goal_min_usd: f64,
    /// Never a launch before this day.
    #[serde(deserialize_with = "read_day")]
    pub launch_earliest: NaiveDate,
    /// Never a launch after this day.
    #[serde(deserialize_with = "read_day")]
    pub launch_latest: NaiveDate,
}

/// One thing to do otherwise. Parameters have the wire names of the fields to be set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", try_from = "RawChange")]
pub enum Change {
    /// Ask for less.
    LowerGoal {
        /// The goal in US dollars.
        usd_goal: f64,
    },
    /// Collect for more or fewer days.
    ChangeDuration {
        /// The days of funding.
        days: u32,
        /// When funding ends.
        deadline: NaiveDate,
    },
    /// Launch on another day; the draft stays, so the preparation changes with it.
    MoveLaunch {
        /// When funding begins.
        launched_at: NaiveDate,
        /// When funding ends.
        deadline: NaiveDate,
    },
    /// Make a video.
    AddVideo {
        /// Always true.
        has_video: bool,
    },
}

/// A change and what the model says of the campaign with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatedChange {
    /// What to do.
    pub change: Change,
    /// The probability then.
    pub probability: f64,
    /// How much more that is.
    pub gain: f64,
}

/// Several changes at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Combination {
    /// What to do; where several name a deadline, it is the same.
    pub changes: Vec<Change>,
    /// The probability then.
    pub probability: f64,
    /// How much more that is.
    pub gain: f64,
}

/// What the model of a result says of the campaign with some fields changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhatIfView {
    /// Probability that the changed campaign reaches its goal, 0 to 1.
    pub probability: f64,
    /// The probability in one word.
    pub verdict: Verdict,
    /// Lower end of the probability's interval, 0 to 1.
    pub interval_low: f64,
    /// Upper end of the probability's interval, 0 to 1.
    pub interval_high: f64,
    /// Where the changed campaign is unlike what the model was trained on.
    pub unlike: Vec<OutOfDistribution>,
}
