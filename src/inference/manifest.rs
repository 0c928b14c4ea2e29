//! The manifest: a model's description of itself, as JSON inside its ONNX file.
//!
//! It is stored in `metadata_props` under [`MANIFEST_KEY`], so that a model is one file with one checksum.
//! [`Manifest::check`] decides whether this program can serve the model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::amounts::Amounts;
use super::evidence::{CalendarCounts, Evidence, GainError, Lever};
use super::features::{
    FEATURE_SET, LABEL_FEATURES, NUMBER_FEATURES, Row, WORDING_FEATURES, feature_names,
};
use super::intervals::IntervalTable;
use super::neighbours::Neighbours;
use super::offsets::Offsets;
use super::wording::Wording;
use crate::types::CategoryRate;

/// The key of the manifest in an ONNX file's `metadata_props`.
pub const MANIFEST_KEY: &str = "pledgecast";

const NAME_MAX_CHARS: usize = 60;
const DESCRIPTION_MAX_CHARS: usize = 1000;
const LABELS_MAX: usize = 10_000;
const BACKGROUND_MAX: usize = 128;

/// A model's description of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The model's name, the same for all its versions.
    pub name: String,
    /// The version; together with the name it is unique.
    pub version: String,
    /// A description for users.
    pub description: String,
    /// The version of the feature definition that the model was made for.
    pub feature_set: u32,
    /// The features, in the order of the model's input.
    pub features: Vec<String>,
    /// The known labels of each label feature: the first is number 1; unknown labels are 0.
    pub encodings: BTreeMap<String, Vec<String>>,
    /// Weights of words of names and blurbs.
    pub wording: Wording,
    /// Offsets of optional inputs that the training data lacks.
    #[serde(default)]
    pub offsets: Offsets,
    /// The range of the training data for each number and wording feature; campaigns outside of it are out of distribution.
    pub bounds: BTreeMap<String, Bounds>,
    /// Features that never raise the score when they increase and everything else stays equal.
    pub never_rises_with: Vec<String>,
    /// How scores were calibrated to probabilities.
    pub calibration: String,
    /// The interval of a probability.
    pub intervals: IntervalTable,
    /// The data that the model was trained on.
    pub data: TrainingData,
    /// How good the model is on campaigns later than its training data.
    pub metrics: Metrics,
    /// Success rates of the campaigns in the training data, for base rates.
    pub base_rates: Vec<CategoryRate>,
    /// A sample of typical campaigns as rows of features, in the order of [`Self::features`], with labels as their
    /// numbers. Explanations use it as the reference.
    pub background: Vec<Row>,
    /// Counts by category, duration and goal, and by month.
    pub neighbours: Neighbours,
    /// Counts with and without each change that advice suggests; `None` if they are not known.
    #[serde(default)]
    pub evidence: Option<Evidence>,
    /// The same for categories that have enough campaigns.
    #[serde(default)]
    pub category_evidence: Option<Evidence>,
    /// How uncertain the gain of each kind of change is. A kind that is not listed is never suggested.
    #[serde(default)]
    pub gain_errors: BTreeMap<Lever, GainError>,
    /// Counts by month and weekday of launch, for each parent category and for large categories.
    #[serde(default)]
    pub calendar: Vec<CalendarCounts>,
    /// How much funded campaigns raise; `None` if that is not known.
    #[serde(default)]
    pub amounts: Option<Amounts>,
}

/// The range that contains nearly all of the training data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
}

/// The data that a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingData {
    /// The population that the campaigns come from; must be shown with every rate.
    pub population: String,
    /// First month of launch, such as `2024-01`.
    pub first_month: String,
    /// Last month of launch.
    pub last_month: String,
    /// Number of campaigns.
    pub campaigns: u64,
    /// The share of campaigns that succeeded.
    pub success_rate: f64,
}

/// The quality of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Which campaigns were used for the evaluation, and which for training.
    pub split: String,
    /// With each campaign's own staff pick.
    pub staff_pick_as_given: Scores,
    /// With the staff pick unknown, as for a planned campaign.
    pub staff_pick_unknown: Scores,
}

/// The usual metrics of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Share of correct answers at a threshold of 0.5.
    pub accuracy: f64,
    /// Mean logarithmic loss.
    pub log_loss: f64,
    /// Brier score.
    pub brier: f64,
    /// Expected calibration error over fifteen bins with the same number of campaigns.
    pub ece: f64,
    /// Number of campaigns evaluated.
    pub n: u64,
}

impl Manifest {
    /// Checks whether this program can serve a model with this manifest.
    ///
    /// # Errors
    /// What does not match, for the operator.
    pub fn check(&self) -> Result<(), String> {
        self.check_texts()?;
        self.check_features()?;
        self.check_encodings()?;
        self.check_bounds()?;
        if !self.wording.is_finite() {
            return Err("`wording` has a weight that is not a number".to_owned());
        }
        self.intervals.check()?;
        self.check_shares()?;
        self.metrics.staff_pick_as_given.check()?;
        self.metrics.staff_pick_unknown.check()?;
        self.check_background()?;
        self.neighbours.check()?;
        self.offsets.check()?;
        for evidence in [&self.evidence, &self.category_evidence] {
            evidence.as_ref().map_or(Ok(()), Evidence::check)?;
        }
        if !self.gain_errors.values().all(GainError::is_valid) {
            return Err(
                "each of `gain_errors` must have `floor` and `slope` from 0 to 1".to_owned(),
            );
        }
        if !self.calendar.iter().all(CalendarCounts::is_valid) {
            return Err("`calendar` must have months 1 to 12, weekdays 0 to 6, and at most as many successes as campaigns".to_owned());
        }
        self.amounts.as_ref().map_or(Ok(()), Amounts::check)
    }

    fn check_texts(&self) -> Result<(), String> {
        for (field, text) in [("name", &self.name), ("version", &self.version)] {
            let length = text.chars().count();
            if text.trim() != text || !(1..=NAME_MAX_CHARS).contains(&length) {
                return Err(format!(
                    "`{field}` must have 1 to {NAME_MAX_CHARS} characters, without leading or trailing spaces"
                ));
            }
        }
        if self.description.chars().count() > DESCRIPTION_MAX_CHARS {
            return Err(format!(
                "`description` must have at most {DESCRIPTION_MAX_CHARS} characters"
            ));
        }
        Ok(())
    }

    fn check_features(&self) -> Result<(), String> {
        if self.feature_set != FEATURE_SET {
            return Err(format!(
                "it was made for feature set {}, but this server computes feature set {FEATURE_SET}",
                self.feature_set
            ));
        }
        let computed: Vec<&str> = feature_names().collect();
        if self.features.len() != computed.len() {
            return Err(format!(
                "it names {} features, but this server computes {}",
                self.features.len(),
                computed.len()
            ));
        }
        for (at, (named, computed)) in self.features.iter().zip(computed).enumerate() {
            if named != computed {
                return Err(format!(
                    "its feature {} is `{named}`, but this server computes `{computed}` there",
                    at + 1
                ));
            }
        }
        Ok(())
    }

    fn check_encodings(&self) -> Result<(), String> {
        for name in LABEL_FEATURES {
            let labels = self
                .encodings
                .get(name)
                .ok_or_else(|| format!("`encodings` lacks `{name}`"))?;
            if labels.len() > LABELS_MAX {
                return Err(format!(
                    "`encodings` has more than {LABELS_MAX} labels under `{name}`"
                ));
            }
            let mut sorted: Vec<&String> = labels.iter().collect();
            sorted.sort();
            if let Some([twice, _]) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(format!("`encodings` has `{twice}` twice under `{name}`"));
            }
        }
        match self
            .encodings
            .keys()
            .find(|name| !LABEL_FEATURES.contains(&name.as_str()))
        {
            Some(name) => Err(format!(
                "`encodings` has `{name}`, which is not a label feature"
            )),
            None => Ok(()),
        }
    }

    fn check_bounds(&self) -> Result<(), String> {
        for name in NUMBER_FEATURES.into_iter().chain(WORDING_FEATURES) {
            let bounds = self
                .bounds
                .get(name)
                .ok_or_else(|| format!("`bounds` lacks `{name}`"))?;
            if bounds
                .low
                .partial_cmp(&bounds.high)
                .is_none_or(std::cmp::Ordering::is_gt)
            {
                return Err(format!("`bounds` of `{name}` must be increasing"));
            }
        }
        Ok(())
    }

    fn check_shares(&self) -> Result<(), String> {
        check_share("`data.success_rate`", self.data.success_rate)?;
        check_share("`intervals.coverage`", self.intervals.coverage)?;
        for (at, rate) in self.base_rates.iter().enumerate() {
            check_share(
                &format!("`base_rates[{at}].success_rate`"),
                rate.success_rate,
            )?;
        }
        Ok(())
    }

    fn check_background(&self) -> Result<(), String> {
        if !(1..=BACKGROUND_MAX).contains(&self.background.len()) {
            return Err(format!("`background` must have 1 to {BACKGROUND_MAX} rows"));
        }
        for (at, row) in self.background.iter().enumerate() {
            for (feature, value) in self.features.iter().zip(row) {
                let fits = match self.encodings.get(feature) {
                    Some(labels) => is_label_number(*value, labels.len()),
                    None => value.is_finite(),
                };
                if !fits {
                    return Err(format!("`background[{at}]` has an invalid `{feature}`"));
                }
            }
        }
        Ok(())
    }
}

fn check_share(name: &str, value: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(format!("{name} must be between 0 and 1"))
    }
}

/// Whether `value` is 0 or the number of one of `labels` labels.
fn is_label_number(value: f32, labels: usize) -> bool {
    let highest = u16::try_from(labels).unwrap_or(u16::MAX);
    value.fract() == 0.0 && (0.0..=f32::from(highest)).contains(&value)
}

impl Scores {
    fn check(&self) -> Result<(), String> {
        let shares = [
            ("auc", self.auc),
            ("accuracy", self.accuracy),
            ("brier", self.brier),
            ("ece", self.ece),
        ];
        for (name, value) in shares {
            check_share(&format!("`{name}` in `metrics`"), value)?;
        }
        Ok(())
    }
}
