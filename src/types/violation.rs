//! Broken rules by field, as they cross the wire.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};

/// What is wrong, by the name of the field on the wire.
pub type FieldErrors = BTreeMap<String, Violation>;

/// One broken rule of one field. `Display` is the English text of the API; pages translate the variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", from = "RawViolation")]
pub enum Violation {
    /// Nothing was given.
    #[error("is required")]
    Required,
    /// Not readable as a number.
    #[error("must be a number")]
    NotANumber,
    /// A number that may mean a thousand times as much or as little.
    #[error("must be a number without thousands separators, such as 10000 or 10.5")]
    AmbiguousNumber,
    /// Not readable as a whole number.
    #[error("must be a whole number")]
    NotAWholeNumber,
    /// Not readable as a date.
    #[error("must be a date such as 2025-03-31, or an RFC 3339 time")]
    NotADate,
    /// Neither true nor false.
    #[error("must be true or false")]
    NotABoolean,
    /// Not an id.
    #[error("must be an ID: a positive whole number")]
    NotAnId,
    /// Not an e-mail address.
    #[error("must be an email address such as ada@example.org, at most 254 characters")]
    NotAnEmail,
    /// Not a cursor that an earlier page gave.
    #[error("must be the `next` value of an earlier page")]
    NotACursor,
    /// Fewer characters than allowed.
    #[error("must have at least {min} characters")]
    TooShort {
        /// Fewest characters.
        min: u32,
    },
    /// More characters than allowed.
    #[error("must have at most {max} characters")]
    TooLong {
        /// Most characters.
        max: u32,
    },
    /// More words than allowed.
    #[error("must have at most {max} words")]
    TooManyWords {
        /// Most words.
        max: u32,
    },
    /// Only characters that cannot be seen.
    #[error("must contain visible characters")]
    NothingVisible,
    /// A number outside its bounds.
    #[error("must be between {min} and {max}")]
    OutOfRange {
        /// Lowest allowed value.
        min: f64,
        /// Highest allowed value.
        max: f64,
    },
    /// None of the allowed words.
    #[error("must be one of: {}", allowed.join(", "))]
    NotOneOf {
        /// The allowed words.
        allowed: Vec<String>,
    },
    /// A date outside the years that make sense.
    #[error("must be between {min} and {max}")]
    DateOutOfRange {
        /// First allowed day.
        min: String,
        /// Last allowed day.
        max: String,
    },
    /// A date before another field's.
    #[error("must not be before {other}")]
    Before {
        /// The other field.
        other: String,
    },
    /// A date that is not after another field's.
    #[error("must be after {other}")]
    NotAfter {
        /// The other field.
        other: String,
    },
    /// A date too long after another field's.
    #[error("must be at most {max_days} days after {other}")]
    TooLongAfter {
        /// The other field.
        other: String,
        /// Most days between the two.
        max_days: u32,
    },
    /// Two passwords that should be equal are not, or the current one is wrong.
    #[error("is incorrect")]
    Wrong,
    /// Anything with a reason of its own, such as a model file that does not fit.
    #[error("{reason}")]
    Rejected {
        /// Why, in English.
        reason: String,
    },
}

/// A violation as it is read: flat, because serde reads a tagged enum through a copy of the JSON in memory,
/// whose code weighs more in the browser than all that it reads.
#[derive(Deserialize)]
struct RawViolation {
    code: String,
    min: Option<Bound>,
    max: Option<Bound>,
    max_days: Option<u32>,
    allowed: Option<Vec<String>>,
    other: Option<String>,
    reason: Option<String>,
}

/// A bound of a number or of a day.
pub(super) enum Bound {
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoundVisitor)
    }
}

struct BoundVisitor;

#[expect(
    clippy::cast_precision_loss,
    reason = "bounds are far below 2^53, and are written as floats anyway"
)]
impl Visitor<'_> for BoundVisitor {
    type Value = Bound;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number or a day")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Bound, E> {
        Ok(Bound::Number(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Bound, E> {
        Ok(Bound::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Bound, E> {
        Ok(Bound::Number(value as f64))
    }

    fn visit_str<E>(self, value: &str) -> Result<Bound, E> {
        Ok(Bound::Text(value.to_owned()))
    }
}

impl Bound {
    fn number(bound: Option<Self>) -> f64 {
        match bound {
            Some(Self::Number(number)) => number,
            _ => 0.0,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and counts of characters are small"
    )]
    fn count(bound: Option<Self>) -> u32 {
        Self::number(bound) as u32
    }

    fn text(bound: Option<Self>) -> String {
        match bound {
            Some(Self::Text(text)) => text,
            _ => String::new(),
        }
    }
}

impl From<RawViolation> for Violation {
    fn from(written: RawViolation) -> Self {
        let RawViolation { min, max, .. } = written;
        let other = written.other.unwrap_or_default();
        match written.code.as_str() {
            "required" => Self::Required,
            "not_a_number" => Self::NotANumber,
            "ambiguous_number" => Self::AmbiguousNumber,
            "not_a_whole_number" => Self::NotAWholeNumber,
            "not_a_date" => Self::NotADate,
            "not_a_boolean" => Self::NotABoolean,
            "not_an_id" => Self::NotAnId,
            "not_an_email" => Self::NotAnEmail,
            "not_a_cursor" => Self::NotACursor,
            "too_short" => Self::TooShort {
                min: Bound::count(min),
            },
            "too_long" => Self::TooLong {
                max: Bound::count(max),
            },
            "too_many_words" => Self::TooManyWords {
                max: Bound::count(max),
            },
            "nothing_visible" => Self::NothingVisible,
            "out_of_range" => Self::OutOfRange {
                min: Bound::number(min),
                max: Bound::number(max),
            },
            "not_one_of" => Self::NotOneOf {
                allowed: written.allowed.unwrap_or_default(),
            },
            "date_out_of_range" => Self::DateOutOfRange {
                min: Bound::text(min),
                max: Bound::text(max),
            },
            "before" => Self::Before { other },
            "not_after" => Self::NotAfter { other },
            "too_long_after" => Self::TooLongAfter {
                other,
                max_days: written.max_days.unwrap_or_default(),
            },
            "wrong" => Self::Wrong,
            _ => Self::Rejected {
                reason: written.reason.unwrap_or(written.code),
            },
        }
    }
}

impl Violation {
    /// A number outside `min..=max`.
    pub const fn out_of_range(min: f64, max: f64) -> Self {
        Self::OutOfRange { min, max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::AppError;

    #[test]
    fn every_violation_is_read_as_it_was_written() {
        let other = || "deadline".to_owned();
        let all = [
            Violation::Required,
            Violation::NotANumber,
            Violation::AmbiguousNumber,
            Violation::NotAWholeNumber,
            Violation::NotADate,
            Violation::NotABoolean,
            Violation::NotAnId,
            Violation::NotAnEmail,
            Violation::NotACursor,
            Violation::TooShort { min: 8 },
            Violation::TooLong { max: 60 },
            Violation::TooManyWords { max: 8 },
            Violation::NothingVisible,
            Violation::out_of_range(0.01, 1e9),
            Violation::out_of_range(-1.0, 100.0),
            Violation::NotOneOf {
                allowed: vec!["queued".to_owned()],
            },
            Violation::DateOutOfRange {
                min: "2009-01-01".to_owned(),
                max: "2099-12-31".to_owned(),
            },
            Violation::Before { other: other() },
            Violation::NotAfter { other: other() },
            Violation::TooLongAfter {
                other: other(),
                max_days: 60,
            },
            Violation::Wrong,
            Violation::Rejected {
                reason: "too large a model".to_owned(),
            },
        ];
        for violation in all {
            let error = AppError::invalid("launched_at", violation);
            let json = serde_json::to_string(&error).unwrap();
            let read: AppError = serde_json::from_str(&json).unwrap();
            assert_eq!(read, error, "{json}");
        }
    }
}
