//! What comes with a paid result: its context, the explanation, curves over the fields that can change, and the most
//! useful changes. These types are also the stored format.
//!
//! They contain codes and parameters only; the words are in the locale files.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ModelRef, TaskId, Verdict};

/// How similar campaigns did, and which fields are outside the training data. Stored with the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sea_orm::FromJsonQueryResult))]
pub struct ResultContext {
    /// Which campaigns all rates here are about. Must be shown with every rate.
    pub population: String,
    /// The base rate of the category.
    pub base_rate: BaseRateView,
    /// How similar campaigns did; absent if there are none in the training data.
    pub neighbours: Option<NeighboursView>,
    /// The fields that are far from the training data.
    pub unlike: Vec<OutOfDistribution>,
    /// How much it raises if it reaches its goal; absent if that is not known for its category.
    #[serde(default)]
    pub amounts: Option<AmountsView>,
}

/// How much a campaign raises, and from how many backers, if it reaches its goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmountsView {
    /// Money raised, in US dollars.
    pub raised_usd: AmountRange,
    /// The number of backers.
    pub backers: AmountRange,
    /// The parent category of the funded campaigns behind the ranges.
    pub parent: String,
    /// The number of these campaigns.
    pub campaigns: u64,
    /// Where they come from. Must be shown with the ranges.
    pub population: String,
}

/// The range of four fifths of funded campaigns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmountRange {
    /// One in ten stays below.
    pub low: f64,
    /// Half stay below.
    pub mid: f64,
    /// One in ten exceeds this.
    pub high: f64,
}

/// The success rate of the campaign's category, or of the next larger group for which the model has a rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaseRateView {
    /// The parent category; absent if the rate covers all campaigns.
    pub parent: Option<String>,
    /// The category; absent if the rate covers the whole parent.
    pub category: Option<String>,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    pub success_rate: f64,
}

/// Similar campaigns: those with the same category, goal band and duration band. A missing end is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NeighboursView {
    /// The parent category; absent if they are from all categories.
    pub parent: Option<String>,
    /// The category; absent if they are from the whole parent.
    pub category: Option<String>,
    /// The goal, in US dollars, is at least this.
    pub goal_from_usd: Option<f64>,
    /// The goal, in US dollars, is below this.
    pub goal_below_usd: Option<f64>,
    /// The duration is at least this many days.
    pub duration_from_days: Option<u32>,
    /// The duration is less than this many days.
    pub duration_below_days: Option<u32>,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    pub success_rate: f64,
    /// The quartiles of their goals, in US dollars.
    pub goal_quartiles_usd: [f64; 3],
}

/// One way in which a campaign is outside the training data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OutOfDistribution {
    /// A value outside the range of nearly all training campaigns.
    OutOfRange {
        /// The wire name of the field.
        field: String,
        /// The measured property, with its unit, such as `goal_usd` or `name_chars`.
        measure: String,
        /// The value of the campaign.
        value: f64,
        /// The lowest usual value.
        min: f64,
        /// The highest usual value.
        max: f64,
    },
    /// A value that the model does not know, such as a rare country.
    Unknown {
        /// The wire name of the field.
        field: String,
        /// The unknown value.
        value: String,
    },
    /// There were few campaigns with this combination.
    #[serde(rename = "thin")]
    SparseData {
        /// The wire name of the field that makes it rare.
        field: String,
        /// The number of such campaigns.
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

/// Everything that is computed when the insight of a result is first requested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InsightView {
    /// The task of the result.
    pub task_id: TaskId,
    /// The model that made the result and the insight.
    pub model: ModelRef,
    /// Why the probability is what it is.
    pub explanation: Explanation,
    /// The score for each value of one field.
    pub curves: Curves,
    /// What to change, within the default bounds.
    pub advice: Advice,
}

words!(
    /// A group of inputs that is explained together.
    Factor {
        /// The goal.
        Goal = "goal",
        /// The number of days of funding.
        Duration = "duration",
        /// When it launches.
        Timing = "timing",
        /// Days between the draft and the launch.
        Preparation = "preparation",
        /// The category.
        Category = "category",
        /// The title and the summary.
        Text = "text",
        /// Whether the page has a video.
        Video = "video",
        /// The country and region, and the currency.
        Place = "place",
        /// Whether Kickstarter picked it as a "Project We Love".
        StaffPick = "staff_pick",
        /// The creator's earlier campaigns.
        Creator = "creator",
        /// The number of reward tiers and their price.
        Rewards = "rewards",
        /// What tells how carefully the campaign was prepared: whether it keeps the default of 30 days or the longest
        /// possible duration, and whether its draft is younger than a week.
        Habits = "habits",
    }
);

/// Shapley values: `base` plus all effects equals `probability`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sea_orm::FromJsonQueryResult))]
pub struct Explanation {
    /// The mean probability of the background sample.
    pub base: f64,
    /// The size of the background sample.
    pub background: u32,
    /// The probability of the result.
    pub probability: f64,
    /// The effect of each factor, the strongest first.
    pub effects: Vec<Effect>,
}

/// What one factor adds to the probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The factor.
    pub factor: Factor,
    /// The effect on the probability, between -1 and 1.
    pub value: f64,
}

/// Actual scores of the campaign with one thing changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sea_orm::FromJsonQueryResult))]
pub struct Curves {
    /// By goal, ascending on a logarithmic scale; includes the campaign's own goal.
    pub goal: Vec<GoalPoint>,
    /// By the number of days of funding, 1 to 60. The deadline moves.
    pub duration: Vec<DaysPoint>,
    /// A launch in each of twelve months, starting with the campaign's own, on the same weekday.
    pub month: Vec<LaunchPoint>,
    /// A launch on each weekday, starting with Monday, on the nearest date in the same month.
    pub weekday: Vec<LaunchPoint>,
    /// By the number of days between draft and launch, ascending. The date of the draft moves.
    pub preparation: Vec<DaysPoint>,
    /// With and without a video.
    pub video: Switch,
    /// With and without being picked by Kickstarter, and while that is unknown.
    pub staff_pick: StaffPickScores,
}

/// The score at another goal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalPoint {
    /// The goal in US dollars.
    pub usd_goal: f64,
    /// The probability.
    pub probability: f64,
}

/// The score with another number of days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DaysPoint {
    /// The number of days.
    pub days: u32,
    /// The probability.
    pub probability: f64,
}

/// The score with another launch. All three dates move by the same number of days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchPoint {
    /// When the draft is created.
    pub created_at: NaiveDate,
    /// When funding starts.
    pub launched_at: NaiveDate,
    /// When funding ends.
    pub deadline: NaiveDate,
    /// The probability.
    pub probability: f64,
}

/// The scores with a switch on and off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// The probability with it.
    pub on: f64,
    /// The probability without it.
    pub off: f64,
}

/// The scores by staff pick.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StaffPickScores {
    /// The probability if Kickstarter picks the campaign.
    pub on: f64,
    /// The probability if Kickstarter does not.
    pub off: f64,
    /// The probability while that is unknown; `None` in results of models that did not tell it from `off`.
    pub unknown: Option<f64>,
}

/// The few changes with the largest gains. Similar campaigns did better with them, which does not prove that the
/// change is the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sea_orm::FromJsonQueryResult))]
pub struct Advice {
    /// The bounds within which changes were searched.
    pub bounds: ChangeBounds,
    /// The changes, each alone, the largest gain first.
    pub changes: Vec<RatedChange>,
    /// The best combination of changes, if it gains more than any single change.
    pub combination: Option<Combination>,
}

/// The limits of what may be suggested.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeBounds {
    /// Never a goal below this, in US dollars.
    pub goal_min_usd: f64,
    /// Never a launch before this day.
    pub launch_earliest: NaiveDate,
    /// Never a launch after this day.
    pub launch_latest: NaiveDate,
}

/// One suggested change. Parameters have the wire names of the fields to change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Change {
    /// Lower the goal.
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
    /// Launch on another weekday, as close to the planned day as possible. All dates move together.
    ChangeWeekday {
        /// When the draft is created.
        created_at: NaiveDate,
        /// When funding starts.
        launched_at: NaiveDate,
        /// When funding ends.
        deadline: NaiveDate,
    },
    /// Prepare for longer before the launch.
    PrepareLonger {
        /// The days between draft and launch.
        days: u32,
        /// The draft, if the launch stays: what is scored, so that month and weekday stay the same.
        created_at: NaiveDate,
    },
    /// Launch on another day. Only in stored advice: it mixes the weekday, the month and the preparation.
    MoveLaunch {
        /// When funding starts.
        launched_at: NaiveDate,
        /// When funding ends.
        deadline: NaiveDate,
    },
    /// Add a video.
    AddVideo {
        /// Always true.
        has_video: bool,
    },
}

/// A change, and the score of the campaign with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatedChange {
    /// The change.
    pub change: Change,
    /// The probability with the change.
    pub probability: f64,
    /// The increase of the probability.
    pub gain: f64,
    /// The 90 % interval of the gain; absent in advice stored before it was computed.
    #[serde(default)]
    pub gain_interval: Option<[f64; 2]>,
    /// How similar campaigns did with and without the change; absent if they are not known.
    #[serde(default)]
    pub evidence: Option<ChangeEvidence>,
}

/// How campaigns of the same parent category did with and without a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeEvidence {
    /// With the change.
    pub with: MatchedRate,
    /// Without it, as the campaign is planned.
    pub without: MatchedRate,
    /// Their goals are at least this, in US dollars; absent if the range is open, or the goal is what changes.
    pub goal_from_usd: Option<f64>,
    /// Their goals are below this, in US dollars.
    pub goal_below_usd: Option<f64>,
}

/// The success rate of campaigns with one value, or range of values, of the changed field.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchedRate {
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    pub success_rate: f64,
    /// The value is at least this: dollars or days; absent if the range is open, or the value has no range.
    pub from: Option<f64>,
    /// The value is below this.
    pub below: Option<f64>,
}

impl ChangeEvidence {
    /// With fewer campaigns, a rate may be chance.
    pub const ENOUGH: u64 = 50;

    /// Whether there are too few campaigns on either side for a reliable comparison.
    pub const fn is_thin(&self) -> bool {
        self.with.campaigns < Self::ENOUGH || self.without.campaigns < Self::ENOUGH
    }
}

/// Several changes at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Combination {
    /// The changes. If several set a deadline, it is the same.
    pub changes: Vec<Change>,
    /// The dates of the campaign with all changes; absent in advice stored before they were.
    #[serde(default)]
    pub dates: Option<PlanDates>,
    /// The probability with all changes.
    pub probability: f64,
    /// The increase of the probability.
    pub gain: f64,
}

/// The dates of a changed campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDates {
    /// When funding starts.
    pub launched_at: NaiveDate,
    /// When funding ends.
    pub deadline: NaiveDate,
}

/// The score of a paid campaign with some fields changed.
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
    /// The fields of the changed campaign that are far from the training data.
    pub unlike: Vec<OutOfDistribution>,
}
