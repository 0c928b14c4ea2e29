//! The rules that a manifest must satisfy.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::inference::{FEATURE_COUNT, IntervalPoint, Manifest, OnnxPredictor, Predictor};
use crate::types::CategoryRate;

fn manifest() -> Manifest {
    let bytes = include_bytes!("../../../tests/fixtures/second_model.onnx");
    OnnxPredictor::load(bytes).unwrap().manifest().clone()
}

fn assert_refused(expected: &str, change: impl FnOnce(&mut Manifest)) {
    let mut changed = manifest();
    change(&mut changed);
    let reason = changed.check().unwrap_err();
    assert!(reason.contains(expected), "{expected}: {reason}");
}

#[test]
fn every_broken_manifest_is_refused_with_the_reason() {
    assert_eq!(manifest().check(), Ok(()));
    assert_refused("`name` must have", |it| it.name.clear());
    assert_refused("`version` must have", |it| it.version = " 1".to_owned());
    assert_refused("`description`", |it| it.description = "x".repeat(1001));
    assert_refused("made for feature set 7", |it| it.feature_set = 7);
    assert_refused("names 23 features", |it| drop(it.features.pop()));
    assert_refused(
        "its feature 1 is `duration_days`, but this server computes `log_goal` there",
        |it| it.features.swap(0, 1),
    );
    assert_refused("lacks `country`", |it| drop(it.encodings.remove("country")));
    assert_refused("`planet`, which is not a label feature", |it| {
        drop(it.encodings.insert("planet".to_owned(), Vec::new()));
    });
    assert_refused("`EUR` twice under `currency`", |it| {
        let twice = vec!["EUR".to_owned(), "EUR".to_owned()];
        it.encodings.insert("currency".to_owned(), twice);
    });
    assert_refused("`bounds` lacks `log_goal`", |it| {
        it.bounds.remove("log_goal");
    });
    assert_refused("`log_goal` must be increasing", |it| {
        it.bounds.get_mut("log_goal").unwrap().low = 99.0;
    });
    assert_refused("no points", |it| it.intervals.points.clear());
    assert_refused("increasing probability", |it| it.intervals.points.reverse());
    assert_refused("low <= probability", |it| it.intervals.points[3].low = 0.9);
    assert_refused("`data.success_rate` must be between 0 and 1", |it| {
        it.data.success_rate = 1.5;
    });
    assert_refused("`base_rates[0].success_rate` must be between", |it| {
        it.base_rates.push(CategoryRate {
            parent: "Art".to_owned(),
            category: None,
            campaigns: 1,
            success_rate: -0.1,
            median_goal_usd: 500.0,
        });
    });
    assert_refused("`intervals.coverage` must be between 0 and 1", |it| {
        it.intervals.coverage = f64::NAN;
    });
    assert_refused("`auc` in `metrics`", |it| {
        it.metrics.staff_pick_unknown.auc = 91.0;
    });
    assert_refused("`background` must have 1 to 128 rows", |it| {
        it.background.clear();
    });
    assert_refused("`background` must have 1 to 128 rows", |it| {
        it.background = vec![it.background[0]; 129];
    });
    assert_refused("`background[0]` has an invalid `log_goal`", |it| {
        it.background[0][0] = f32::NAN;
    });
    assert_refused("`background[0]` has an invalid `parent`", |it| {
        it.background[0][FEATURE_COUNT - 4] = 0.5;
    });
    assert_refused("`background[0]` has an invalid `currency`", |it| {
        it.background[0][FEATURE_COUNT - 1] = 1000.0;
    });
    assert_refused("`neighbours.goal_edges_usd` must be", |it| {
        it.neighbours.goal_edges_usd.reverse();
    });
}

#[test]
fn an_interval_is_interpolated_between_its_points_and_contains_the_probability() {
    let mut table = manifest().intervals;
    table.points = [(0.2, 0.1, 0.4), (0.6, 0.5, 0.8)]
        .map(|(probability, low, high)| IntervalPoint {
            probability,
            low,
            high,
        })
        .to_vec();
    let (low, high) = table.interval(0.4);
    assert!((low - 0.3).abs() < 1e-12 && (high - 0.6).abs() < 1e-12);
    assert_eq!(table.interval(0.2), (0.1, 0.4));
    assert_eq!(table.interval(0.05), (0.05, 0.4));
    assert_eq!(table.interval(0.95), (0.5, 0.95));
}

#[test]
fn a_background_row_of_another_length_is_refused() {
    let mut short = JSON.clone();
    short["background"][0].as_array_mut().unwrap().pop();
    let error = serde_json::from_value::<Manifest>(short).unwrap_err();
    assert!(error.to_string().contains("length 23"), "{error}");
}

static JSON: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(manifest()).unwrap());

/// JSON pointers to the values in `value`; of each list, only the first two items.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(2) {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn other_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec![-1e300, -1.0, 0.0, 0.5, 1.0, 1e9, 1e300]).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_change_of_a_manifest_is_accepted_or_refused_with_a_reason(place in any::<prop::sample::Index>(), value in other_value()) {
        let mut found = Vec::new();
        places(&JSON, "", &mut found);
        let mut changed = JSON.clone();
        let place: &String = place.get(&found);
        *changed.pointer_mut(place).unwrap() = value;
        let manifest: Manifest = match serde_json::from_value(changed) {
            Ok(manifest) => manifest,
            Err(error) => {
                prop_assert!(!error.to_string().is_empty());
                return Ok(());
            }
        };
        match manifest.check() {
            Ok(()) => {
                let text = serde_json::to_string(&manifest).unwrap();
                prop_assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest);
            }
            Err(reason) => prop_assert!(!reason.is_empty()),
        }
    }
}
