//! How the predictions of a model compare with the reported outcomes: the public track record, and the drift of inputs
//! and calibration for the operator.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Catalog, Clock};
use crate::database::Database;
use crate::entities::track_record::{InputMonth, OutcomeBin, OutcomeMonth, PredictionCounts};
use crate::entities::users;
use crate::types::{
    AppError, CALIBRATION_BINS, CalibrationBin, CalibrationDrift, CalibrationView, DriftView,
    InputDrift, ModelId, ModelRef, ModelState, OUTCOMES_NEEDED, Role, TrackRecordView,
};

/// How long a track record is cached at least.
const FRESH_FOR: Duration = Duration::from_secs(5);
/// A track record that took long to compute is cached for this multiple of that time, so that visitors of a public page
/// cause a bounded load.
const FRESH_FACTOR: u32 = 20;
/// The mean probability of fewer outcomes in a bin would reveal single predictions.
const MEAN_FROM: u64 = 5;
const DRIFT_RETRY_S: u64 = 30;

/// Computes track records and drift.
pub struct TrackRecords {
    database: Database,
    clock: Arc<dyn Clock>,
    catalog: Arc<Catalog>,
    cache: Mutex<HashMap<ModelId, Cached>>,
    /// One request computes; others wait and then find its result in the cache.
    computing: tokio::sync::Mutex<()>,
    /// Drift reads all results of a model, so only one is computed at a time.
    drifting: Arc<tokio::sync::Mutex<()>>,
}

struct Cached {
    fresh_until: Instant,
    record: TrackRecordView,
}

impl TrackRecords {
    /// Uses one database.
    pub fn new(database: Database, clock: Arc<dyn Clock>, catalog: Arc<Catalog>) -> Self {
        Self {
            database,
            clock,
            catalog,
            cache: Mutex::default(),
            computing: tokio::sync::Mutex::default(),
            drifting: Arc::default(),
        }
    }

    /// The track record of a live or retired model. Public, and up to a few seconds old.
    ///
    /// # Errors
    /// 404 if there is no such model, or if it is a candidate.
    pub async fn track_record(&self, id: ModelId) -> Result<TrackRecordView, AppError> {
        if let Some(record) = self.cached(id) {
            return Ok(record);
        }
        let model = self.catalog.summary(id).await?;
        if model.state == ModelState::Candidate {
            return Err(AppError::NotFound);
        }
        let _turn = self.computing.lock().await;
        if let Some(record) = self.cached(id) {
            return Ok(record);
        }
        let begun = Instant::now();
        let record = self.compute(model.model_ref()).await?;
        let fresh_for = FRESH_FOR.max(begun.elapsed() * FRESH_FACTOR);
        let cached = Cached {
            fresh_until: Instant::now() + fresh_for,
            record: record.clone(),
        };
        self.cache.lock().insert(id, cached);
        Ok(record)
    }

    fn cached(&self, id: ModelId) -> Option<TrackRecordView> {
        let cache = self.cache.lock();
        let cached = cache.get(&id)?;
        let is_fresh = Instant::now() < cached.fresh_until;
        is_fresh.then(|| cached.record.clone())
    }

    async fn compute(&self, model: ModelRef) -> Result<TrackRecordView, AppError> {
        let id = model.id;
        let today = self.clock.now().date_naive();
        let counts = PredictionCounts::find(self.database.read(), id, today).await?;
        let bins = OutcomeBin::find_all(self.database.read(), id).await?;
        let [predictions, reported, running] =
            [counts.predictions, counts.reported, counts.running].map(count);
        Ok(TrackRecordView {
            model,
            predictions,
            reported,
            unreported: predictions.saturating_sub(reported + running),
            running,
            needed: OUTCOMES_NEEDED,
            calibration: calibration(&bins),
        })
    }

    /// How the inputs and the calibration of a model change over time (admin).
    ///
    /// # Errors
    /// 403; 404; 503 if another drift is being computed.
    pub async fn drift(&self, user: &users::Model, id: ModelId) -> Result<DriftView, AppError> {
        if user.role != Role::Admin {
            return Err(AppError::Forbidden(
                "only an admin can see the drift of a model".to_owned(),
            ));
        }
        self.drift_of(id).await
    }

    /// Like [`TrackRecords::drift`], for the command line.
    ///
    /// # Errors
    /// 404; 503 if another drift is being computed.
    pub async fn drift_of(&self, id: ModelId) -> Result<DriftView, AppError> {
        let model = self.catalog.summary(id).await?;
        let Ok(turn) = Arc::clone(&self.drifting).try_lock_owned() else {
            let reason = "the drift of a model is being computed";
            return Err(AppError::unavailable(reason, DRIFT_RETRY_S));
        };
        let (inputs, outcomes) = self
            .database
            .snapshot(move |transaction| {
                Box::pin(async move {
                    let inputs = InputMonth::find_all(transaction, id).await?;
                    let outcomes = OutcomeMonth::find_all(transaction, id).await?;
                    // Kept until here, because the snapshot is read to its end even if the request has timed out.
                    drop(turn);
                    Ok((inputs, outcomes))
                })
            })
            .await?;
        Ok(DriftView {
            model: model.model_ref(),
            inputs: inputs.into_iter().map(input_drift).collect(),
            calibration: outcomes.into_iter().map(calibration_drift).collect(),
        })
    }
}

/// The calibration; `None` if there are not enough outcomes.
fn calibration(found: &[OutcomeBin]) -> Option<CalibrationView> {
    let sum = |of: fn(&OutcomeBin) -> i64| found.iter().map(of).sum::<i64>();
    let (outcomes, reached) = (sum(|bin| bin.outcomes), sum(|bin| bin.reached));
    if count(outcomes) < OUTCOMES_NEEDED {
        return None;
    }
    let squared_error: f64 = found.iter().map(|bin| bin.squared_error_sum).sum();
    let base_rate = ratio(reached, outcomes);
    let bins = (0..CALIBRATION_BINS).map(|number| {
        let of_number = found.iter().find(|it| it.bin == i64::from(number));
        bin(number, of_number)
    });
    Some(CalibrationView {
        brier_score: squared_error / float(outcomes),
        base_rate,
        base_rate_brier_score: base_rate * (1.0 - base_rate),
        bins: bins.collect(),
    })
}

fn bin(number: u8, found: Option<&OutcomeBin>) -> CalibrationBin {
    let bound = |number: u8| f64::from(number) / f64::from(CALIBRATION_BINS);
    let outcomes = found.map_or(0, |bin| count(bin.outcomes));
    let mean = |bin: &OutcomeBin| bin.probability_sum / float(bin.outcomes);
    CalibrationBin {
        from: bound(number),
        to: bound(number + 1),
        outcomes,
        mean_probability: found.filter(|_| outcomes >= MEAN_FROM).map(mean),
        success_rate: found.map(|bin| ratio(bin.reached, bin.outcomes)),
    }
}

fn input_drift(month: InputMonth) -> InputDrift {
    let share = ratio(month.out_of_distribution, month.assessed);
    InputDrift {
        month: month.month,
        predictions: count(month.predictions),
        mean_probability: month.mean_probability,
        assessed: count(month.assessed),
        out_of_distribution: count(month.out_of_distribution),
        out_of_distribution_share: (month.assessed > 0).then_some(share),
    }
}

fn calibration_drift(month: OutcomeMonth) -> CalibrationDrift {
    CalibrationDrift {
        month: month.month,
        outcomes: count(month.outcomes),
        mean_probability: month.probability_sum / float(month.outcomes),
        success_rate: ratio(month.reached, month.outcomes),
        brier_score: month.squared_error_sum / float(month.outcomes),
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn ratio(part: i64, whole: i64) -> f64 {
    float(part) / float(whole)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn float(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bin: i64, outcomes: i64, reached: i64, probability: f64) -> OutcomeBin {
        let (hits, misses) = (float(reached), float(outcomes - reached));
        OutcomeBin {
            bin,
            outcomes,
            reached,
            probability_sum: probability * float(outcomes),
            squared_error_sum: hits * (1.0 - probability).powi(2) + misses * probability.powi(2),
        }
    }

    fn assert_near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn rates_are_shown_from_enough_outcomes_on() {
        assert_eq!(calibration(&[]), None);
        assert_eq!(
            calibration(&[found(3, 30, 10, 0.35), found(8, 19, 9, 0.85)]),
            None
        );
        assert!(calibration(&[found(3, 30, 10, 0.35), found(8, 20, 9, 0.85)]).is_some());
    }

    #[test]
    fn the_brier_score_is_compared_with_that_of_the_base_rate() {
        let view = calibration(&[found(2, 50, 10, 0.2), found(8, 50, 40, 0.8)]).unwrap();
        // Each bin: a fifth of the campaigns is off by 0.8, the others by 0.2.
        assert_near(view.brier_score, 0.2 * 0.64 + 0.8 * 0.04);
        assert_near(view.base_rate, 0.5);
        assert_near(view.base_rate_brier_score, 0.25);
    }

    #[test]
    fn all_bins_are_listed_and_small_ones_reveal_no_probability() {
        let view = calibration(&[found(0, 4, 0, 0.07), found(9, 60, 54, 0.93)]).unwrap();
        assert_eq!(view.bins.len(), 10);
        let (first, empty, last) = (view.bins[0], view.bins[1], view.bins[9]);
        assert_eq!((first.outcomes, first.mean_probability), (4, None));
        assert_eq!(first.success_rate, Some(0.0));
        assert_eq!((empty.outcomes, empty.success_rate), (0, None));
        assert_near(last.mean_probability.unwrap(), 0.93);
        assert_near(last.success_rate.unwrap(), 0.9);
        assert_near(last.from, 0.9);
        assert_near(last.to, 1.0);
    }

    #[test]
    fn a_share_of_no_assessed_inputs_is_unknown() {
        let month = |assessed, out_of_distribution| {
            input_drift(InputMonth {
                month: "2026-11".to_owned(),
                predictions: 8,
                mean_probability: 0.5,
                assessed,
                out_of_distribution,
            })
        };
        assert_eq!(month(0, 0).out_of_distribution_share, None);
        assert_eq!(month(8, 2).out_of_distribution_share, Some(0.25));
    }
}
