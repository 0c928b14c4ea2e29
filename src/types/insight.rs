//! What comes with a paid result: its context, the explanation, curves over the fields that can change, and the most
//! useful changes. These types are also the stored format.
//!
//! They contain codes and parameters only; the words are in the locale files.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{Advice, ModelRef, TaskId, Verdict};

/// How similar campaigns did, and which fields are outside the training data. Stored with the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BaseRateView {
    /// The parent category; absent if the rate covers all campaigns.
    pub parent: Option<String>,
    /// The category; absent if the rate covers the whole parent.
    pub category: Option<String>,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
}

/// Similar campaigns: those with the same category, goal band and duration band. A missing end is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
    /// The quartiles of their goals, in US dollars.
    pub goal_quartiles_usd: [f64; 3],
}

/// One way in which a campaign is outside the training data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ssr", derive(sea_orm::FromJsonQueryResult))]
pub struct Explanation {
    /// The mean probability of the background sample.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub base: f64,
    /// The size of the background sample.
    pub background: u32,
    /// The probability of the result.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
    /// The effect of each factor, the strongest first.
    pub effects: Vec<Effect>,
}

/// What one factor adds to the probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Effect {
    /// The factor.
    pub factor: Factor,
    /// The effect on the probability, between -1 and 1.
    pub value: f64,
}

/// Actual scores of the campaign with one thing changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct GoalPoint {
    /// The goal in US dollars.
    pub usd_goal: f64,
    /// The probability.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
}

/// The score with another number of days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct DaysPoint {
    /// The number of days.
    pub days: u32,
    /// The probability.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
}

/// The score with another launch. All three dates move by the same number of days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct LaunchPoint {
    /// When the draft is created.
    pub created_at: NaiveDate,
    /// When funding starts.
    pub launched_at: NaiveDate,
    /// When funding ends.
    pub deadline: NaiveDate,
    /// The probability.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
}

/// The scores with a switch on and off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Switch {
    /// The probability with it.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub on: f64,
    /// The probability without it.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub off: f64,
}

/// The scores by staff pick.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct StaffPickScores {
    /// The probability if Kickstarter picks the campaign.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub on: f64,
    /// The probability if Kickstarter does not.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub off: f64,
    /// The probability while that is unknown; `None` in results of models that did not tell it from `off`.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub unknown: Option<f64>,
}

/// The score of a paid campaign with some fields changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct WhatIfView {
    /// Probability that the changed campaign reaches its goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
    /// The probability in one word.
    pub verdict: Verdict,
    /// Lower end of the probability's interval, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub interval_low: f64,
    /// Upper end of the probability's interval, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub interval_high: f64,
    /// The fields of the changed campaign that are far from the training data.
    pub unlike: Vec<OutOfDistribution>,
}
