//! The interval of a probability: a table in the model's manifest.
//!
//! Training makes and tests this table; see `docs/model-card.md`.

use serde::{Deserialize, Serialize};

/// Intervals at some probabilities; values between them are interpolated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntervalTable {
    /// The share of groups of similar campaigns whose true rate was inside the interval, in tests.
    pub coverage: f64,
    /// How the table was made and tested.
    pub method: String,
    /// The points, by increasing probability.
    pub points: Vec<IntervalPoint>,
}

/// The interval at one probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IntervalPoint {
    /// The probability.
    pub probability: f64,
    /// Lower end, at most the probability.
    pub low: f64,
    /// Upper end, at least the probability.
    pub high: f64,
}

impl IntervalTable {
    /// The interval of a probability; always contains the probability.
    pub fn interval(&self, probability: f64) -> (f64, f64) {
        let after = self
            .points
            .partition_point(|point| point.probability < probability);
        let (low, high) = match (
            after.checked_sub(1).and_then(|it| self.points.get(it)),
            self.points.get(after),
        ) {
            (Some(left), Some(right)) => {
                let share =
                    (probability - left.probability) / (right.probability - left.probability);
                (
                    left.low + share * (right.low - left.low),
                    left.high + share * (right.high - left.high),
                )
            }
            (Some(end), None) | (None, Some(end)) => (end.low, end.high),
            (None, None) => (0.0, 1.0),
        };
        (low.clamp(0.0, probability), high.clamp(probability, 1.0))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.points.is_empty() {
            return Err("`intervals` has no points".to_owned());
        }
        let ordered = |point: &IntervalPoint| {
            0.0 <= point.low
                && point.low <= point.probability
                && point.probability <= point.high
                && point.high <= 1.0
        };
        if !self.points.iter().all(ordered) {
            return Err(
                "each of `intervals` must have 0 <= low <= probability <= high <= 1".to_owned(),
            );
        }
        let rising = |pair: &[IntervalPoint]| pair[0].probability < pair[1].probability;
        if !self.points.windows(2).all(rising) {
            return Err("`intervals` must be ordered by increasing probability".to_owned());
        }
        Ok(())
    }
}
