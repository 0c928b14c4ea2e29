//! Tests of the JSON that clients depend on: each value is written as documented, and read back.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BalancePoint, Change, Credits, OutOfDistribution, Violation};

fn assert_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(serde_json::from_str::<T>(json).unwrap(), *value);
    // What the client parses with.
    assert_eq!(compact_json::from_str::<T>(json).unwrap(), *value);
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn warnings_are_tagged_with_their_code() {
    assert_json(
        &OutOfDistribution::OutOfRange {
            field: "usd_goal".to_owned(),
            measure: "goal_usd".to_owned(),
            value: 3e6,
            min: 100.0,
            max: 2.5e5,
        },
        r#"{"code":"out_of_range","field":"usd_goal","measure":"goal_usd","value":3000000.0,"min":100.0,"max":250000.0}"#,
    );
    assert_json(
        &OutOfDistribution::Unknown {
            field: "country".to_owned(),
            value: "Atlantis".to_owned(),
        },
        r#"{"code":"unknown","field":"country","value":"Atlantis"}"#,
    );
    assert_json(
        &OutOfDistribution::SparseData {
            field: "country".to_owned(),
            campaigns: 7,
        },
        r#"{"code":"thin","field":"country","campaigns":7}"#,
    );
}

#[test]
fn changes_are_tagged_with_their_code() {
    let (launched_at, deadline) = (day("2026-11-23"), day("2026-12-23"));
    assert_json(
        &Change::LowerGoal { usd_goal: 5000.0 },
        r#"{"code":"lower_goal","usd_goal":5000.0}"#,
    );
    assert_json(
        &Change::ChangeDuration { days: 30, deadline },
        r#"{"code":"change_duration","days":30,"deadline":"2026-12-23"}"#,
    );
    assert_json(
        &Change::ChangeWeekday {
            created_at: day("2026-11-01"),
            launched_at,
            deadline,
        },
        r#"{"code":"change_weekday","created_at":"2026-11-01","launched_at":"2026-11-23","deadline":"2026-12-23"}"#,
    );
    assert_json(
        &Change::PrepareLonger {
            days: 60,
            created_at: day("2026-09-24"),
        },
        r#"{"code":"prepare_longer","days":60,"created_at":"2026-09-24"}"#,
    );
    assert_json(
        &Change::MoveLaunch {
            launched_at,
            deadline,
        },
        r#"{"code":"move_launch","launched_at":"2026-11-23","deadline":"2026-12-23"}"#,
    );
    assert_json(
        &Change::AddVideo { has_video: true },
        r#"{"code":"add_video","has_video":true}"#,
    );
}

#[test]
fn violations_are_tagged_with_their_code() {
    assert_json(&Violation::NotANumber, r#"{"code":"not_a_number"}"#);
    assert_json(
        &Violation::out_of_range(0.01, 1e9),
        r#"{"code":"out_of_range","min":0.01,"max":1000000000.0}"#,
    );
    assert_json(
        &Violation::TooLongAfter {
            other: "launched_at".to_owned(),
            max_days: 60,
        },
        r#"{"code":"too_long_after","other":"launched_at","max_days":60}"#,
    );
}

#[test]
fn incomplete_or_unknown_variants_are_refused() {
    for json in [
        r#"{"code":"add_video"}"#,
        r#"{"code":"fly","has_video":true}"#,
    ] {
        assert!(serde_json::from_str::<Change>(json).is_err(), "{json}");
    }
    for json in [
        r#"{"code":"unknown","field":"country","value":7}"#,
        r#"{"code":"thin","field":"country"}"#,
    ] {
        assert!(
            serde_json::from_str::<OutOfDistribution>(json).is_err(),
            "{json}"
        );
    }
}

#[test]
fn times_are_written_in_utc() {
    let at = "2026-11-23T10:11:12.5Z".parse().unwrap();
    let amount = Credits(7);
    assert_json(
        &BalancePoint { at, amount },
        r#"{"at":"2026-11-23T10:11:12.500Z","amount":7}"#,
    );
}

proptest! {
    #[test]
    fn times_are_read_as_they_were_written(seconds in 0_i64..4_102_444_800, nanos in 0_u32..1_000_000_000) {
        let at = DateTime::from_timestamp(seconds, nanos).unwrap();
        let point = BalancePoint { at, amount: Credits(1) };
        let json = serde_json::to_string(&point).unwrap();
        prop_assert_eq!(serde_json::from_str::<BalancePoint>(&json).unwrap(), point);
    }
}
