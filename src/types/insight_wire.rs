//! Insights as they are read: flat, for the reason that `violation.rs` gives.

use chrono::NaiveDate;
use serde::Deserialize;

use super::violation::Bound;
use super::wire_time::read_day_if_any;
use super::{Change, OutOfDistribution};

#[derive(Deserialize)]
pub struct RawOutOfDistribution {
    code: String,
    field: String,
    measure: Option<String>,
    value: Option<Bound>,
    min: Option<f64>,
    max: Option<f64>,
    campaigns: Option<u64>,
}

impl TryFrom<RawOutOfDistribution> for OutOfDistribution {
    type Error = &'static str;

    fn try_from(written: RawOutOfDistribution) -> Result<Self, Self::Error> {
        let read = match (written.code.as_str(), written.value) {
            ("out_of_range", Some(Bound::Number(value))) => {
                let bounds = written.min.zip(written.max).zip(written.measure);
                bounds.map(|((min, max), measure)| Self::OutOfRange {
                    field: written.field,
                    measure,
                    value,
                    min,
                    max,
                })
            }
            ("unknown", Some(Bound::Text(value))) => Some(Self::Unknown {
                field: written.field,
                value,
            }),
            ("thin", None) => written.campaigns.map(|campaigns| Self::SparseData {
                field: written.field,
                campaigns,
            }),
            _ => None,
        };
        read.ok_or("not a way to be unlike")
    }
}

#[derive(Deserialize)]
pub struct RawChange {
    code: String,
    usd_goal: Option<f64>,
    days: Option<u32>,
    #[serde(default, deserialize_with = "read_day_if_any")]
    launched_at: Option<NaiveDate>,
    #[serde(default, deserialize_with = "read_day_if_any")]
    deadline: Option<NaiveDate>,
    has_video: Option<bool>,
}

impl TryFrom<RawChange> for Change {
    type Error = &'static str;

    fn try_from(written: RawChange) -> Result<Self, Self::Error> {
        let deadline = written.deadline;
        let read = match written.code.as_str() {
            "lower_goal" => written
                .usd_goal
                .map(|usd_goal| Self::LowerGoal { usd_goal }),
            "change_duration" => {
                let both = written.days.zip(deadline);
                both.map(|(days, deadline)| Self::ChangeDuration { days, deadline })
            }
            "move_launch" => {
                let both = written.launched_at.zip(deadline);
                both.map(|(launched_at, deadline)| Self::MoveLaunch {
                    launched_at,
                    deadline,
                })
            }
            "add_video" => written
                .has_video
                .map(|has_video| Self::AddVideo { has_video }),
            _ => None,
        };
        read.ok_or("not a change")
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::super::wire_time::day;
    use super::*;

    fn is_read_as_written<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> bool {
        let json = serde_json::to_string(value).unwrap();
        serde_json::from_str::<T>(&json).unwrap() == *value
    }

    #[test]
    fn all_are_read_as_they_are_written() {
        let field = "usd_goal".to_owned();
        for unlike in [
            OutOfDistribution::OutOfRange {
                field: field.clone(),
                measure: "goal_usd".to_owned(),
                value: 3e6,
                min: 100.0,
                max: 2.5e5,
            },
            OutOfDistribution::Unknown {
                field: field.clone(),
                value: "Atlantis".to_owned(),
            },
            OutOfDistribution::SparseData {
                field,
                campaigns: 7,
            },
        ] {
            assert!(is_read_as_written(&unlike), "{unlike:?}");
        }
        let (launched_at, deadline) = (day("2026-11-23").unwrap(), day("2026-12-23").unwrap());
        for change in [
            Change::LowerGoal { usd_goal: 5000.0 },
            Change::ChangeDuration { days: 30, deadline },
            Change::MoveLaunch {
                launched_at,
                deadline,
            },
            Change::AddVideo { has_video: true },
        ] {
            assert!(is_read_as_written(&change), "{change:?}");
        }
    }

    #[test]
    fn what_is_not_whole_is_refused() {
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
}
