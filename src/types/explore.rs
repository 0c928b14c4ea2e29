//! Success by category, goal and month: what the Explore page and `GET /api/explore` show to all.

use serde::{Deserialize, Serialize};

use super::ModelRef;

/// How the campaigns of a model's training data did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExploreView {
    /// The model whose data it is.
    pub model: ModelRef,
    /// Whose campaigns these are: to be said wherever a rate is shown.
    pub population: String,
    /// First month of launch, such as `2024-01`.
    pub first_month: String,
    /// Last month of launch.
    pub last_month: String,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that reached their goal, 0 to 1.
    pub success_rate: f64,
    /// By category; a line without a category is the whole parent's.
    pub categories: Vec<CategoryRate>,
    /// By goal, for all categories and for each parent, rising.
    pub goals: Vec<GoalRate>,
    /// By month of launch, for all categories and for each parent, in order.
    pub months: Vec<LaunchMonthRate>,
}

/// How the campaigns of a category did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CategoryRate {
    /// The parent category.
    pub parent: String,
    /// The category; absent for all of the parent.
    pub category: Option<String>,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that reached their goal, 0 to 1.
    pub success_rate: f64,
    /// Half of their goals are below this, in US dollars.
    pub median_goal_usd: f64,
}

/// How the campaigns of a goal band did. An absent end is open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalRate {
    /// The parent category; absent for all categories.
    pub parent: Option<String>,
    /// The goal, in US dollars, is at least this.
    pub goal_from_usd: Option<f64>,
    /// The goal, in US dollars, is below this.
    pub goal_below_usd: Option<f64>,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that reached their goal, 0 to 1.
    pub success_rate: f64,
}

/// How the campaigns of a month did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchMonthRate {
    /// The parent category; absent for all categories.
    pub parent: Option<String>,
    /// The month of launch, such as `2024-01`.
    pub month: String,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that reached their goal, 0 to 1.
    pub success_rate: f64,
}
