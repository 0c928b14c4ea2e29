//! Filters of the histories: text on arrival, checked values for the database.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::field_checker::Checker;
use super::{AppError, NAME_MAX_CHARS, TaskStatus, TransactionKind, Verdict, Violation};

/// Maximum number of words of a search. Each is searched for in each title.
pub const SEARCH_MAX_WORDS: u32 = 8;
/// Length of a day such as `2026-11-02`.
const DAY_LENGTH: usize = 10;

/// The filter of a list of tasks as it arrives. Blank fields match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskFilterInput {
    /// A [`TaskStatus`].
    pub status: String,
    /// A [`Verdict`].
    pub verdict: String,
    /// Words that the title must contain, in any case and order: at most 8.
    pub search: String,
    /// The first day of submission, in UTC or with the offset at its start: `2026-11-02+10:00`.
    pub from: String,
    /// The last day of submission, in UTC or with the offset at its end.
    pub to: String,
}

/// The filter of a list of transactions as it arrives. Blank fields match everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TransactionFilterInput {
    /// A [`TransactionKind`].
    pub kind: String,
    /// The first day, in UTC or with the offset at its start: `2026-11-02+10:00`.
    pub from: String,
    /// The last day, in UTC or with the offset at its end.
    pub to: String,
}

/// A checked filter of tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Only tasks with this status.
    pub status: Option<TaskStatus>,
    /// Only tasks whose result has this verdict.
    pub verdict: Option<Verdict>,
    /// Only tasks whose title contains all of these words.
    pub words: Vec<String>,
    /// Only tasks submitted in this time range.
    pub time: TimeRange,
}

/// A checked filter of transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// Only lines of this kind.
    pub kind: Option<TransactionKind>,
    /// Only lines written in this time range.
    pub time: TimeRange,
}

/// A range of times. A missing end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// The start, inclusive.
    pub from: Option<DateTime<Utc>>,
    /// The end, exclusive.
    pub before: Option<DateTime<Utc>>,
}

impl TimeRange {
    /// Whether both ends are open.
    pub const fn is_open(self) -> bool {
        self.from.is_none() && self.before.is_none()
    }
}

impl TaskFilter {
    /// Whether an index yields exactly the matching rows. Otherwise rows must be scanned.
    pub const fn is_by_index(&self) -> bool {
        self.verdict.is_none() && self.words.is_empty() && self.time.is_open()
    }
}

impl TaskFilterInput {
    /// Checks every field.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming every invalid field.
    pub fn check(&self) -> Result<TaskFilter, AppError> {
        let mut checker = Checker::default();
        let filter = TaskFilter {
            status: checker.choice("status", &self.status, TaskStatus::ALL),
            verdict: checker.choice("verdict", &self.verdict, Verdict::ALL),
            words: words(&mut checker, &self.search),
            time: days(&mut checker, &self.from, &self.to),
        };
        checker.finish(Some(filter)).map_err(AppError::Invalid)
    }
}

impl TransactionFilterInput {
    /// Checks every field.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming every invalid field.
    pub fn check(&self) -> Result<TransactionFilter, AppError> {
        let mut checker = Checker::default();
        let filter = TransactionFilter {
            kind: checker.choice("kind", &self.kind, TransactionKind::ALL),
            time: days(&mut checker, &self.from, &self.to),
        };
        checker.finish(Some(filter)).map_err(AppError::Invalid)
    }
}

/// The words of a search.
pub(super) fn words(checker: &mut Checker, search: &str) -> Vec<String> {
    let text = checker.text("search", search, NAME_MAX_CHARS);
    let text = text.unwrap_or_default();
    let words: Vec<String> = text.split_whitespace().map(ToOwned::to_owned).collect();
    if words.len() > SEARCH_MAX_WORDS as usize {
        let max = SEARCH_MAX_WORDS;
        checker.fail("search", Violation::TooManyWords { max });
    }
    words
}

/// A range of whole days, both included. Each day starts and ends at midnight in its offset. The two offsets differ if
/// the clocks change in between.
fn days(checker: &mut Checker, from: &str, to: &str) -> TimeRange {
    let from = midnight(checker, "from", from);
    let before = midnight(checker, "to", to).map(|to| to + TimeDelta::days(1));
    if let (Some(from), Some(before)) = (from, before)
        && before <= from
    {
        let other = "from".to_owned();
        checker.fail("to", Violation::Before { other });
    }
    TimeRange { from, before }
}

/// The start of a day, in UTC or with the offset after the day: `2026-11-02+10:00`.
fn midnight(checker: &mut Checker, field: &str, text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let (day, offset) = match text.split_at_checked(DAY_LENGTH) {
        Some((day, offset)) if offset.starts_with(['+', '-']) => (day, offset),
        _ => (text, "Z"),
    };
    let day = checker.required_date(field, day)?;
    match DateTime::parse_from_rfc3339(&format!("{day}T00:00:00{offset}")) {
        Ok(midnight) => Some(midnight.to_utc()),
        Err(_) => checker.refuse(field, Violation::NotADate),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_filter_is_taken_or_told_by_its_fields(
            fields in prop::collection::vec("\\PC{0,12}", 5),
        ) {
            let [status, verdict, search, from, to] = fields.try_into().unwrap();
            let filter = TaskFilterInput { status, verdict, search, from, to };
            match filter.check() {
                Ok(checked) => prop_assert!(checked.words.len() <= SEARCH_MAX_WORDS as usize),
                Err(AppError::Invalid(errors)) => {
                    let names = ["status", "verdict", "search", "from", "to"];
                    prop_assert!(!errors.is_empty());
                    prop_assert!(errors.keys().all(|name| names.contains(&name.as_str())));
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn a_blank_filter_lets_all_pass() {
        assert_eq!(
            TaskFilterInput::default().check(),
            Ok(TaskFilter::default())
        );
        assert_eq!(
            TransactionFilterInput::default().check(),
            Ok(TransactionFilter::default())
        );
    }

    #[test]
    fn both_days_of_a_range_belong_to_it() {
        let filter = TransactionFilterInput {
            from: "2026-11-01".to_owned(),
            to: "2026-11-01".to_owned(),
            ..TransactionFilterInput::default()
        };
        let time = filter.check().unwrap().time;
        let length = time.before.unwrap() - time.from.unwrap();
        assert_eq!(length.num_hours(), 24);
    }

    fn range(from: &str, to: &str) -> Option<[String; 2]> {
        let filter = TransactionFilterInput {
            from: from.to_owned(),
            to: to.to_owned(),
            ..TransactionFilterInput::default()
        };
        let time = filter.check().ok()?.time;
        Some([time.from?, time.before?].map(|at| at.to_rfc3339()))
    }

    #[test]
    fn a_day_with_an_offset_is_that_of_the_local_time() {
        let expected = ["2026-11-01T14:00:00+00:00", "2026-11-02T14:00:00+00:00"];
        let ahead = range("2026-11-02+10:00", "2026-11-02+10:00");
        assert_eq!(ahead, Some(expected.map(ToOwned::to_owned)));
        let expected = ["2026-11-02T03:30:00+00:00", "2026-11-03T03:30:00+00:00"];
        let behind = range("2026-11-02-03:30", "2026-11-02-03:30");
        assert_eq!(behind, Some(expected.map(ToOwned::to_owned)));
        // Clocks went back in the following night.
        let expected = ["2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"];
        let long = range("2026-10-25+02:00", "2026-10-25+01:00");
        assert_eq!(long, Some(expected.map(ToOwned::to_owned)));
    }

    #[test]
    fn an_offset_that_is_none_is_refused() {
        for bad in [
            "+1:00", "+24:00", "+10:60", "+1000", "+aa:00", "+", "-+1:00", "+10:00Z",
        ] {
            let day = format!("2026-11-02{bad}");
            assert_eq!(range(&day, "2026-11-03"), None, "{bad}");
            assert_eq!(range("2026-11-01", &day), None, "{bad}");
        }
    }

    #[test]
    fn every_field_that_breaks_a_rule_is_named() {
        let filter = TaskFilterInput {
            status: "done".to_owned(),
            verdict: "maybe".to_owned(),
            search: "x".repeat(101),
            from: "yesterday".to_owned(),
            to: "1900-01-01".to_owned(),
        };
        let Err(AppError::Invalid(errors)) = filter.check() else {
            panic!("accepted")
        };
        let fields: Vec<_> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["from", "search", "status", "to", "verdict"]);
    }

    #[test]
    fn a_range_does_not_end_before_it_begins() {
        let filter = TransactionFilterInput {
            from: "2026-11-02".to_owned(),
            to: "2026-11-01".to_owned(),
            ..TransactionFilterInput::default()
        };
        let Err(AppError::Invalid(errors)) = filter.check() else {
            panic!("accepted")
        };
        assert!(matches!(errors["to"], Violation::Before { .. }));
    }

    #[test]
    fn a_search_is_made_of_words() {
        let filter = TaskFilterInput {
            search: "  Lamp   of\tdriftwood ".to_owned(),
            ..TaskFilterInput::default()
        };
        assert_eq!(filter.check().unwrap().words, ["Lamp", "of", "driftwood"]);
    }

    #[test]
    fn a_search_has_a_bounded_number_of_words() {
        let of_words = |count: usize| TaskFilterInput {
            search: vec!["a"; count].join("  "),
            ..TaskFilterInput::default()
        };
        assert!(of_words(8).check().is_ok());
        let refused = AppError::invalid("search", Violation::TooManyWords { max: 8 });
        assert_eq!(of_words(9).check(), Err(refused));
    }
}
