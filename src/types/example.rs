//! The example for visitors: one campaign with everything that comes with a paid result.

use serde::{Deserialize, Serialize};

use super::{Advice, Campaign, Curves, Explanation, ModelRef, ResultView};

/// The example, as the default model sees it today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ExampleView {
    /// The campaign, which is invented. It launches in two weeks.
    pub campaign: Campaign,
    /// What the model returned.
    pub result: ResultView,
    /// The default model.
    pub model: ModelRef,
    /// Why the probability is what it is.
    pub explanation: Explanation,
    /// The score for each value of one field.
    pub curves: Curves,
    /// What to change, within the default bounds.
    pub advice: Advice,
}

/// The numbers of the example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ExampleSummary {
    /// The title of the campaign.
    pub name: String,
    /// Probability that the campaign reaches its goal, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub probability: f64,
    /// Lower end of the probability's interval, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub interval_low: f64,
    /// Upper end of the probability's interval, 0 to 1.
    #[cfg_attr(feature = "ssr", schema(minimum = 0.0, maximum = 1.0))]
    pub interval_high: f64,
}
