//! Broken rules by field, as they cross the wire.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Weakness;

/// What is wrong, by the name of the field on the wire.
pub type FieldErrors = BTreeMap<String, Violation>;

/// One broken rule of one field. `Display` is the English text of the API; pages translate the variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
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
    /// Not a URL that the service calls.
    #[error("must be a URL such as https://example.org/events, without a user name")]
    NotAUrl,
    /// A URL within a network that is not public.
    #[error("must be reachable from the internet; private and local addresses are not called")]
    NotPublic,
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
    /// An outcome before the day from which it can be known.
    #[error("cannot be reported before {other}, which is {date}")]
    TooEarly {
        /// The field of the campaign with that day.
        other: String,
        /// The day.
        date: NaiveDate,
    },
    /// A sum below the goal of a campaign that reached it.
    #[error("must be at least the goal of {goal_usd} US dollars, because the campaign reached it")]
    BelowGoal {
        /// The goal in US dollars.
        goal_usd: f64,
    },
    /// A sum that covers the goal of a campaign that missed it.
    #[error("must be less than the goal of {goal_usd} US dollars, because the campaign missed it")]
    NotBelowGoal {
        /// The goal in US dollars.
        goal_usd: f64,
    },
    /// Not the id of a task of the user that has a result.
    #[error("must be the ID of one of your tasks that succeeded")]
    NoResult,
    /// Not the id of an API key of the user.
    #[error("must be the ID of one of your API keys")]
    NoApiKey,
    /// A task that an earlier line of the file names, too.
    #[error("is already on line {line}")]
    Repeated {
        /// The earlier line.
        line: u64,
    },
    /// A password that is among the first that attackers try.
    #[error("is easy to guess {}; use a few unrelated words", because.describe())]
    EasyToGuess {
        /// Why.
        because: Weakness,
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

impl Violation {
    /// A number outside `min..=max`.
    pub const fn out_of_range(min: f64, max: f64) -> Self {
        Self::OutOfRange { min, max }
    }

    /// None of these words.
    pub fn not_one_of(allowed: impl IntoIterator<Item: ToString>) -> Self {
        let allowed = allowed.into_iter().map(|word| word.to_string()).collect();
        Self::NotOneOf { allowed }
    }

    /// A value with a reason of its own.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected {
            reason: reason.into(),
        }
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
            Violation::NotAUrl,
            Violation::NotPublic,
            Violation::NoApiKey,
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
            Violation::TooEarly {
                other: other(),
                date: "2026-12-23".parse().unwrap(),
            },
            Violation::BelowGoal { goal_usd: 8000.5 },
            Violation::NotBelowGoal { goal_usd: 1e9 },
            Violation::NoResult,
            Violation::Repeated { line: 7 },
            Violation::EasyToGuess {
                because: Weakness::CommonPassword,
            },
            Violation::Wrong,
            Violation::Rejected {
                reason: "too large a model".to_owned(),
            },
        ];
        for violation in all {
            let error = AppError::invalid("launched_at", violation);
            let json = serde_json::to_string(&error).unwrap();
            let read: AppError = compact_json::from_str(&json).unwrap();
            assert_eq!(read, error, "{json}");
        }
    }
}
