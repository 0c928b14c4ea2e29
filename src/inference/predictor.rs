//! The interface of a model: probabilities of campaigns.

use super::features::Row;
use super::manifest::Manifest;
use crate::types::{Campaign, Verdict};

/// A loaded model. It may be used by several threads at the same time.
pub trait Predictor: Send + Sync {
    /// The model's description of itself.
    fn manifest(&self) -> &Manifest;

    /// The model's input for a campaign.
    fn encode(&self, campaign: &Campaign) -> Row;

    /// The probabilities of inputs, in their order.
    ///
    /// # Errors
    /// If the model fails, or returns something that is not a probability.
    fn score(&self, rows: &[Row]) -> Result<Vec<f64>, PredictError>;

    /// The predictions of campaigns, in their order.
    ///
    /// # Errors
    /// Those of [`Predictor::score`].
    fn predict(&self, campaigns: &[Campaign]) -> Result<Vec<Prediction>, PredictError> {
        let rows: Vec<Row> = campaigns.iter().map(|it| self.encode(it)).collect();
        self.predict_rows(&rows)
    }

    /// The predictions of inputs, in their order.
    ///
    /// # Errors
    /// Those of [`Predictor::score`].
    fn predict_rows(&self, rows: &[Row]) -> Result<Vec<Prediction>, PredictError> {
        let intervals = &self.manifest().intervals;
        let predictions = self.score(rows)?.into_iter().map(|probability| {
            let (interval_low, interval_high) = intervals.interval(probability);
            Prediction {
                probability,
                interval_low,
                interval_high,
            }
        });
        Ok(predictions.collect())
    }
}

/// A model's prediction for one campaign. All values are between 0 and 1, and low <= probability <= high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Probability that the campaign reaches its goal.
    pub probability: f64,
    /// Lower end of the probability's interval.
    pub interval_low: f64,
    /// Upper end of the probability's interval.
    pub interval_high: f64,
}

impl Prediction {
    /// The prediction in one word.
    pub fn verdict(&self) -> Verdict {
        Verdict::of(self.probability, self.interval_low, self.interval_high)
    }
}

/// Why a model returned no prediction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PredictError {
    /// The graph could not be computed.
    #[error("the model cannot be run: {0}")]
    Run(String),
    /// The output is not a number between 0 and 1.
    #[error("the model returned {0}, which is not a probability")]
    NotAProbability(String),
}
