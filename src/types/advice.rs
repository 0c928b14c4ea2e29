//! What to change: suggestions with their gains and the evidence for them. These types are also the stored format.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The few changes with the largest gains. Similar campaigns did better with them, which does not prove that the
/// change is the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct RatedChange {
    /// The change.
    pub change: Change,
    /// The probability with the change.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
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

/// How campaigns of the same category or parent category did with and without a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ChangeEvidence {
    /// With the change.
    pub with: MatchedRate,
    /// Without it, as the campaign is planned.
    pub without: MatchedRate,
    /// Whether they are of the same category; else they are of the same parent category.
    #[serde(default)]
    pub of_category: bool,
    /// Their goals are at least this, in US dollars; absent if the range is open, or the goal is what changes.
    pub goal_from_usd: Option<f64>,
    /// Their goals are below this, in US dollars.
    pub goal_below_usd: Option<f64>,
}

/// The success rate of campaigns with one value, or range of values, of the changed field.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MatchedRate {
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
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
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Combination {
    /// The changes. If several set a deadline, it is the same.
    pub changes: Vec<Change>,
    /// The dates of the campaign with all changes; absent in advice stored before they were.
    #[serde(default)]
    pub dates: Option<PlanDates>,
    /// The probability with all changes.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
    /// The increase of the probability.
    pub gain: f64,
}

/// The dates of a changed campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PlanDates {
    /// When funding starts.
    pub launched_at: NaiveDate,
    /// When funding ends.
    pub deadline: NaiveDate,
}
