//! The manifest: what a model says of itself, carried as JSON inside its ONNX file.
//!
//! It sits in `metadata_props` under [`MANIFEST_KEY`], so that one file with one checksum is the whole
//! model. [`Manifest::check`] tells whether this binary can serve it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::features::{FEATURE_SET, LABEL_FEATURES, NUMBER_FEATURES, feature_names};
use super::intervals::IntervalTable;
use super::neighbours::Neighbours;

/// The key of the manifest in an ONNX file's `metadata_props`.
pub const MANIFEST_KEY: &str = "pledgecast";

const NAME_MAX_CHARS: usize = 60;
const DESCRIPTION_MAX_CHARS: usize = 1000;
const LABELS_MAX: usize = 10_000;
const BACKGROUND_MAX: usize = 128;

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The model's name, the same for all its versions.
    pub name: String,
    /// The version; together with the name it is unique.
    pub version: String,
    /// What it is, for people.
    pub description: String,
    /// Which definition of features it was made for.
    pub feature_set: u32,
    /// The features in the order of its input.
    pub features: Vec<String>,
    /// For each label feature the labels it tells apart: the first is number 1, any other label is 0.
    pub encodings: BTreeMap<String, Vec<String>>,
    /// For each number feature where the training data lies; the model itself stays within them.
    pub bounds: BTreeMap<String, Bounds>,
    /// Features with which the score never rises, all else equal.
    pub never_rises_with: Vec<String>,
    /// How scores were made into probabilities.
    pub calibration: String,
    /// The interval of a probability.
    pub intervals: IntervalTable,
    /// What it was trained on.
    pub data: TrainingData,
    /// How good it is on campaigns later than those it was trained on.
    pub metrics: Metrics,
    /// How the campaigns of the training data did, for base rates.
    pub base_rates: Vec<BaseRate>,
    /// What campaigns are like: a sample of features, in the order of [`Self::features`], labels as their
    /// numbers. Explanations are told against it.
    pub background: Vec<Vec<f64>>,
    /// How campaigns did by category, duration and goal; and by month.
    pub neighbours: Neighbours,
}

/// Where nearly all of the training data lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
}

/// What a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingData {
    /// Whose campaigns these are: to be said wherever a rate is shown.
    pub population: String,
    /// First month of launch, such as `2024-01`.
    pub first_month: String,
    /// Last month of launch.
    pub last_month: String,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that succeeded.
    pub success_rate: f64,
}

/// How good a model is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Which campaigns were judged, and by a model trained on which.
    pub split: String,
    /// Every campaign with the staff pick it has.
    pub staff_pick_as_given: Scores,
    /// Every campaign with staff pick set to false, as a planner has it.
    pub staff_pick_false: Scores,
}

/// The usual scores of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Area under the ROC curve.
    pub auc: f64,
    /// Share of right answers at one half.
    pub accuracy: f64,
    /// Mean logarithmic loss.
    pub log_loss: f64,
    /// Brier score.
    pub brier: f64,
    /// Expected calibration error over ten bins.
    pub ece: f64,
    /// How many campaigns were judged.
    pub n: u64,
}

/// How the campaigns of a category did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaseRate {
    /// The parent category.
    pub parent: String,
    /// The category; `None` for all of the parent.
    pub category: Option<String>,
    /// How many campaigns.
    pub campaigns: u64,
    /// The share of them that succeeded.
    pub success_rate: f64,
    /// The median goal in US dollars.
    pub median_goal_usd: f64,
}

impl Manifest {
    /// Tells whether this binary can serve a model of this manifest.
    ///
    /// # Errors
    /// What does not fit, for the operator.
    pub fn check(&self) -> Result<(), String> {
        self.check_texts()?;
        self.check_features()?;
        self.check_encodings()?;
        self.check_bounds()?;
        self.intervals.check()?;
        self.metrics.staff_pick_as_given.check()?;
        self.metrics.staff_pick_false.check()?;
        self.check_background()?;
        self.neighbours.check()
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
        for name in NUMBER_FEATURES {
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

    fn check_background(&self) -> Result<(), String> {
        if !(1..=BACKGROUND_MAX).contains(&self.background.len()) {
            return Err(format!("`background` must have 1 to {BACKGROUND_MAX} rows"));
        }
        for (at, row) in self.background.iter().enumerate() {
            if row.len() != self.features.len() {
                return Err(format!(
                    "`background[{at}]` must have {} numbers",
                    self.features.len()
                ));
            }
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

/// Whether it is 0 or the number of one of so many labels.
fn is_label_number(value: f64, labels: usize) -> bool {
    let highest = u32::try_from(labels).unwrap_or(u32::MAX);
    value.fract() == 0.0 && (0.0..=f64::from(highest)).contains(&value)
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
            if !(0.0..=1.0).contains(&value) {
                return Err(format!("`{name}` in `metrics` must be between 0 and 1"));
            }
        }
        Ok(())
    }
}
