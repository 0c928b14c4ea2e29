//! Everything that accompanies a probability: how similar campaigns did, why, what if, what to change.
//!
//! [`assess`] is cheap and part of each score. [`Insight::compute`] needs thousands of scores and runs on request.
//! Everything here is computed from a campaign, a model and its manifest; permissions and storage are handled
//! elsewhere.

mod change_evidence;
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
pub use explore::{calendar, explore};

use neighbours::Region;

use super::{Manifest, PredictError, Prediction, Predictor, Row};
use crate::types::{Advice, Campaign, ChangeBounds, Curves, Explanation, ResultContext};

/// Standard deviations on either side of a 90 % interval.
const WIDTH_OF_INTERVAL: f64 = 1.645;

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
    let rows: Vec<Row> = campaigns.iter().map(|it| predictor.encode(it)).collect();
    assess_rows(predictor, campaigns, &rows)
}

/// Like [`assess`], for a variant of the campaign `own`, whose habits it keeps.
///
/// # Errors
/// Those of [`Predictor::score`].
pub fn assess_variant(
    predictor: &dyn Predictor,
    own: &Campaign,
    variant: &Campaign,
) -> Result<Assessment, PredictError> {
    let row = variants::encode_variant(predictor, &predictor.encode(own), variant);
    let assessed = assess_rows(predictor, std::slice::from_ref(variant), &[row])?;
    let mut assessed = assessed.into_iter();
    assessed.next().ok_or_else(too_few_rows)
}

fn too_few_rows() -> PredictError {
    PredictError::Run("it returned too few rows".to_owned())
}

fn assess_rows(
    predictor: &dyn Predictor,
    campaigns: &[Campaign],
    rows: &[Row],
) -> Result<Vec<Assessment>, PredictError> {
    let manifest = predictor.manifest();
    let predictions = predictor.predict_rows(rows)?;
    if predictions.len() != campaigns.len() {
        return Err(too_few_rows());
    }
    let assessed = campaigns.iter().zip(predictions);
    Ok(assessed
        .map(|(campaign, prediction)| {
            let region = Region::around(manifest, campaign);
            let unlike = out_of_distribution::find(manifest, campaign, &region);
            let tested = with_offsets(manifest, campaign, &prediction);
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
                    amounts: manifest.amounts.as_ref().and_then(|it| it.of(campaign)),
                },
            }
        })
        .collect())
}

/// The interval of a prediction, with the uncertainty of the offsets that it contains. Both are independent, so their
/// widths add up as squares, on the logit.
fn with_offsets(manifest: &Manifest, campaign: &Campaign, prediction: &Prediction) -> (f64, f64) {
    let (low, high) = (prediction.interval_low, prediction.interval_high);
    let error = WIDTH_OF_INTERVAL * manifest.offsets.error(campaign);
    let probability = prediction.probability;
    if error <= 0.0 || probability <= 0.0 || probability >= 1.0 {
        return (low, high);
    }
    let middle = logit(probability);
    let widened = |end: f64| (logit(end) - middle).hypot(error);
    (
        sigmoid(middle - widened(low)).min(low),
        sigmoid(middle + widened(high)).max(high),
    )
}

fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
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
