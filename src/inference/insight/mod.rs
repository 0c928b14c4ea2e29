//! Everything that accompanies a probability: how similar campaigns did, why, what if, what to change.
//!
//! [`assess`] is cheap and part of each score. [`Insight::compute`] needs thousands of scores and runs on request.
//! Everything here is computed from a campaign, a model and its manifest; permissions and storage are handled
//! elsewhere.

mod changes;
mod explore;
mod groups;
mod neighbours;
mod out_of_distribution;
mod shapley;
#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
mod variants;
mod what_if;

pub use changes::{advise, default_bounds};
pub use explore::explore;

use neighbours::Region;

use super::{PredictError, Prediction, Predictor};
use crate::types::{Advice, Campaign, ChangeBounds, Curves, Explanation, ResultContext};

/// A model's prediction for one campaign, and how similar campaigns did.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The probability, and its interval, widened if the campaign is unlike the training data.
    pub prediction: Prediction,
    /// How similar campaigns did.
    pub context: ResultContext,
}

/// Scores campaigns and adds the context of each score.
///
/// # Errors
/// Those of [`Predictor::score`].
pub fn assess(
    predictor: &dyn Predictor,
    campaigns: &[Campaign],
) -> Result<Vec<Assessment>, PredictError> {
    let manifest = predictor.manifest();
    let predictions = predictor.predict(campaigns)?;
    if predictions.len() != campaigns.len() {
        return Err(PredictError::Run("it returned too few rows".to_owned()));
    }
    let assessed = campaigns.iter().zip(predictions);
    Ok(assessed
        .map(|(campaign, prediction)| {
            let region = Region::around(manifest, campaign);
            let unlike = out_of_distribution::find(manifest, campaign, &region);
            let tested = (prediction.interval_low, prediction.interval_high);
            let (interval_low, interval_high) = out_of_distribution::widen(tested, &unlike);
            Assessment {
                prediction: Prediction {
                    interval_low,
                    interval_high,
                    ..prediction
                },
                context: ResultContext {
                    population: manifest.data.population.clone(),
                    base_rate: neighbours::base_rate(manifest, campaign),
                    neighbours: region.alike(),
                    unlike,
                },
            }
        })
        .collect())
}

/// Why, what if and what to change.
#[derive(Clone, Debug, PartialEq)]
pub struct Insight {
    /// Why the probability is what it is.
    pub explanation: Explanation,
    /// What the probability would be after changes.
    pub curves: Curves,
    /// What to change.
    pub advice: Advice,
}

impl Insight {
    /// Explains the `probability` that the model gave for a campaign.
    ///
    /// # Errors
    /// Those of [`Predictor::score`].
    pub fn compute(
        predictor: &dyn Predictor,
        campaign: &Campaign,
        probability: f64,
        bounds: ChangeBounds,
    ) -> Result<Self, PredictError> {
        let row = predictor.encode(campaign);
        Ok(Self {
            explanation: shapley::explain(predictor, &row, probability)?,
            curves: what_if::curves(predictor, campaign)?,
            advice: advise(predictor, campaign, probability, bounds)?,
        })
    }
}
