//! Detects where a campaign is unlike the training data, and widens its interval.

use super::neighbours::{Circle, NEAR, Region};
use crate::inference::{Features, LABEL_FEATURES, Manifest, NUMBER_FEATURES};
use crate::types::{Campaign, OutOfDistribution};

/// How a feature is reported: wire field, name of the measure with its unit, and conversion from the feature to the
/// measure.
type Measure = (&'static str, &'static str, &'static str, fn(f64) -> f64);

/// The features that can be outside the range of the training data; flags, months and weekdays cannot.
const MEASURES: [Measure; 7] = [
    ("log_goal", "usd_goal", "goal_usd", f64::exp),
    ("duration_days", "deadline", "duration_days", same),
    (
        "log_preparation",
        "created_at",
        "preparation_days",
        f64::exp_m1,
    ),
    ("name_chars", "name", "name_chars", same),
    ("name_words", "name", "name_words", same),
    ("blurb_chars", "blurb", "blurb_chars", same),
    ("blurb_words", "blurb", "blurb_words", same),
];

/// The model computes in f32, so a value this close to a bound counts as on it.
const ON_THE_BOUND: f64 = 1e-5;
/// A category, or a goal or duration within its parent, with fewer campaigns has sparse data.
const THIN: u64 = 20;

fn same(value: f64) -> f64 {
    value
}

/// Every way in which a campaign is unlike the training data; at most one per field, the most important one.
pub(super) fn find(
    manifest: &Manifest,
    campaign: &Campaign,
    region: &Region,
) -> Vec<OutOfDistribution> {
    let mut found = out_of_range(manifest, campaign);
    found.extend(unknown_words(manifest, campaign));
    found.extend(thin_regions(region));
    let mut fields = std::collections::BTreeSet::new();
    found.retain(|unlike| fields.insert(unlike.field().to_owned()));
    found
}

fn out_of_range(manifest: &Manifest, campaign: &Campaign) -> Vec<OutOfDistribution> {
    let features = Features::of(campaign);
    let numbers = NUMBER_FEATURES.iter().zip(features.numbers);
    let outside = numbers.filter_map(|(feature, value)| {
        let (_, field, measure, convert) = MEASURES.iter().find(|it| it.0 == *feature)?;
        let bounds = manifest.bounds.get(*feature)?;
        let value = f64::from(value);
        let inside = (bounds.low - ON_THE_BOUND)..=(bounds.high + ON_THE_BOUND);
        (!inside.contains(&value)).then(|| OutOfDistribution::OutOfRange {
            field: (*field).to_owned(),
            measure: (*measure).to_owned(),
            value: convert(value),
            min: convert(bounds.low),
            max: convert(bounds.high),
        })
    });
    outside.collect()
}

fn unknown_words(manifest: &Manifest, campaign: &Campaign) -> Vec<OutOfDistribution> {
    let features = Features::of(campaign);
    let words = LABEL_FEATURES.iter().zip(&features.labels);
    let unknown = words.filter(|(feature, label)| {
        let known = manifest.encodings.get(**feature);
        known.is_some_and(|known| !known.iter().any(|it| it == label.as_ref()))
    });
    let found = unknown.filter_map(|(feature, _)| {
        let (field, value) = match *feature {
            "parent" => ("parent_name", &campaign.parent_name),
            "category" => ("analytics_name", &campaign.analytics_name),
            "country" => ("country", &campaign.country),
            "currency" => ("currency", &campaign.currency),
            _ => return None,
        };
        Some(OutOfDistribution::Unknown {
            field: field.to_owned(),
            value: value.clone(),
        })
    });
    found.collect()
}

fn thin_regions(region: &Region) -> Vec<OutOfDistribution> {
    if !region.is_known() {
        return Vec::new();
    }
    let counted = [
        ("analytics_name", (Circle::Category, None, false)),
        ("usd_goal", (Circle::Parent, NEAR, false)),
        ("deadline", (Circle::Parent, None, true)),
    ];
    let counted = counted.map(|(field, step)| (field, region.campaigns(step)));
    let thin = counted
        .into_iter()
        .filter(|(_, campaigns)| *campaigns < THIN);
    thin.map(|(field, campaigns)| OutOfDistribution::SparseData {
        field: field.to_owned(),
        campaigns,
    })
    .collect()
}

/// Moves both ends of an interval outwards: for each way in which the campaign is unlike the training data, by a share
/// of the remaining distance to 0 and to 1. The share is an allowance: coverage cannot be tested without data.
pub(super) fn widen((low, high): (f64, f64), unlike: &[OutOfDistribution]) -> (f64, f64) {
    let keeps: f64 = unlike.iter().map(|it| 1.0 - allowance(it)).product();
    (low * keeps, 1.0 - (1.0 - high) * keeps)
}

fn allowance(unlike: &OutOfDistribution) -> f64 {
    match unlike {
        OutOfDistribution::OutOfRange { .. } => 0.25,
        OutOfDistribution::Unknown { .. } => 0.15,
        OutOfDistribution::SparseData { .. } => 0.1,
    }
}
