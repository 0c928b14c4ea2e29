//! Success rates by category, goal, month and day of launch: the Explore page, `GET /api/explore` and
//! `GET /api/calendar`.

use serde::{Deserialize, Serialize};

use super::ModelRef;

/// How the campaigns of a model's training data did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ExploreView {
    /// The model whose training data it is.
    pub model: ModelRef,
    /// Which campaigns these are. Must be shown with every rate.
    pub population: String,
    /// The first month of launch, such as `2024-01`.
    pub first_month: String,
    /// The last month of launch.
    pub last_month: String,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
    /// By category. An entry without a category is for the whole parent.
    pub categories: Vec<CategoryRate>,
    /// By goal, ascending, for all categories and for each parent.
    pub goals: Vec<GoalRate>,
    /// By month of launch, in order, for all categories and for each parent.
    pub months: Vec<LaunchMonthRate>,
}

/// How the campaigns of a category did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CategoryRate {
    /// The parent category.
    pub parent: String,
    /// The category; absent for the whole parent.
    pub category: Option<String>,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
    /// The median goal in US dollars.
    pub median_goal_usd: f64,
}

/// How the campaigns of a goal band did. A missing end is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct GoalRate {
    /// The parent category; absent for all categories.
    pub parent: Option<String>,
    /// The goal, in US dollars, is at least this.
    pub goal_from_usd: Option<f64>,
    /// The goal, in US dollars, is below this.
    pub goal_below_usd: Option<f64>,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
}

/// How the campaigns of a launch month did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct LaunchMonthRate {
    /// The parent category; absent for all categories.
    pub parent: Option<String>,
    /// The month of launch, such as `2024-01`.
    pub month: String,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
}

/// How campaigns did by month and weekday of launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CalendarView {
    /// Which campaigns these are. Must be shown with every rate.
    pub population: String,
    /// The parent category; absent for all categories.
    pub parent: Option<String>,
    /// The category; absent for the whole parent, also if the category has too few campaigns.
    pub category: Option<String>,
    /// The days on which there were campaigns, by month and weekday.
    pub days: Vec<CalendarDay>,
}

/// The campaigns that launched in one month of the year on one weekday.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct CalendarDay {
    /// The month of the year, 1 to 12.
    pub month: u32,
    /// The weekday; 0 is Monday.
    pub weekday: u32,
    /// The number of campaigns.
    pub campaigns: u64,
    /// The share that reached their goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub success_rate: f64,
}
