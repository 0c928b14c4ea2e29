//! The one error that crosses the wire: typed inside, problem details (RFC 9457) outside.

use std::collections::BTreeMap;
use std::fmt;

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Credits, JsonText};

/// What is wrong, by the name of the field on the wire.
pub type FieldErrors = BTreeMap<String, Violation>;

/// One broken rule of one field. `Display` is the English text of the API; pages translate the variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case", from = "WrittenViolation")]
pub enum Violation {
    /// Nothing was given.
    #[error("is required")]
    Required,
    /// Not readable as a number.
    #[error("must be a number")]
    NotANumber,
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
    #[error("must be an id: a positive whole number")]
    NotAnId,
    /// Not an e-mail address.
    #[error("must be an e-mail address such as ada@example.org, at most 254 characters")]
    NotAnEmail,
    /// Not a cursor that an earlier page gave.
    #[error("must be the `next` of an earlier page")]
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
    #[error("is not right")]
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
struct WrittenViolation {
    code: String,
    min: Option<Bound>,
    max: Option<Bound>,
    max_days: Option<u32>,
    allowed: Option<Vec<String>>,
    other: Option<String>,
    reason: Option<String>,
}

/// A bound of a number or of a day.
enum Bound {
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

impl From<WrittenViolation> for Violation {
    fn from(written: WrittenViolation) -> Self {
        let WrittenViolation { min, max, .. } = written;
        let other = written.other.unwrap_or_default();
        match written.code.as_str() {
            "required" => Self::Required,
            "not_a_number" => Self::NotANumber,
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

/// Why a request was not answered as asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(into = "Problem", from = "Problem")]
pub enum AppError {
    /// The request cannot be read at all.
    #[error("{0}")]
    Malformed(String),
    /// Fields break their rules.
    #[error("{}", describe_fields(.0))]
    Invalid(FieldErrors),
    /// The idempotency key was used before with another body.
    #[error(
        "idempotency_key was used before with another request; use a new key for a new request"
    )]
    KeyReused,
    /// Nobody is signed in, or the session has ended.
    #[error("sign in first")]
    Unauthorized,
    /// Unknown e-mail or wrong password; which of them is not told.
    #[error("the e-mail or the password is not right")]
    BadCredentials,
    /// The available credits do not cover the price.
    #[error("{needed} credits are needed and {available} are available; top up first")]
    InsufficientCredits {
        /// The price.
        needed: Credits,
        /// What is available.
        available: Credits,
    },
    /// Signed in, but not allowed; or sent from another site.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or it belongs to somebody else.
    #[error("not found")]
    NotFound,
    /// The path answers another HTTP method.
    #[error("this path answers another method only; the header Allow names it")]
    WrongMethod,
    /// The thing is in a state that does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// The request is larger than allowed.
    #[error("the request is larger than allowed: at most {max_bytes} bytes")]
    TooLarge {
        /// Most bytes of the body.
        max_bytes: u64,
    },
    /// Too many tries.
    #[error("too many tries; wait {retry_after_s} seconds")]
    TooManyRequests {
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// The service cannot take it now.
    #[error("{reason}; try again in {retry_after_s} seconds")]
    Unavailable {
        /// What is the matter, in English, without internals.
        reason: String,
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// The browser could not reach the server.
    #[error("the server cannot be reached")]
    Unreachable,
    /// A fault of the service; the cause is in its log under the request id.
    #[error("something went wrong on our side; the request id tells us what")]
    Internal,
}

impl AppError {
    /// One broken rule of one field.
    pub fn invalid(field: &str, violation: Violation) -> Self {
        Self::Invalid(FieldErrors::from([(field.to_owned(), violation)]))
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Unauthorized | Self::BadCredentials => 401,
            Self::InsufficientCredits { .. } => 402,
            Self::Forbidden(_) => 403,
            Self::NotFound => 404,
            Self::WrongMethod => 405,
            Self::Conflict(_) => 409,
            Self::TooLarge { .. } => 413,
            Self::Invalid(_) | Self::KeyReused => 422,
            Self::TooManyRequests { .. } => 429,
            Self::Internal => 500,
            Self::Unavailable { .. } | Self::Unreachable => 503,
        }
    }

    /// When to try again, in seconds, where waiting helps.
    pub const fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after_s } | Self::Unavailable { retry_after_s, .. } => {
                Some(*retry_after_s)
            }
            _ => None,
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Invalid(_) => "invalid",
            Self::KeyReused => "key_reused",
            Self::Unauthorized => "unauthorized",
            Self::BadCredentials => "bad_credentials",
            Self::InsufficientCredits { .. } => "insufficient_credits",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound => "not_found",
            Self::WrongMethod => "wrong_method",
            Self::Conflict(_) => "conflict",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::Unavailable { .. } => "unavailable",
            Self::Unreachable => "unreachable",
            Self::Internal => "internal",
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "The request cannot be read",
            Self::Invalid(_) => "Some fields are not right",
            Self::KeyReused => "The idempotency key was used before",
            Self::Unauthorized => "Not signed in",
            Self::BadCredentials => "Not signed in: wrong e-mail or password",
            Self::InsufficientCredits { .. } => "Not enough credits",
            Self::Forbidden(_) => "Not allowed",
            Self::NotFound => "Not found",
            Self::WrongMethod => "Another method is needed",
            Self::Conflict(_) => "Not possible now",
            Self::TooLarge { .. } => "Too large",
            Self::TooManyRequests { .. } => "Too many tries",
            Self::Unavailable { .. } | Self::Unreachable => "Not available now",
            Self::Internal => "Internal error",
        }
    }
}

fn describe_fields(errors: &FieldErrors) -> String {
    let lines: Vec<_> = errors
        .iter()
        .map(|(field, violation)| format!("{field} {violation}"))
        .collect();
    lines.join("; ")
}

impl FromServerFnError for AppError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(reason)
            | ServerFnErrorErr::MissingArg(reason)
            | ServerFnErrorErr::UnsupportedRequestMethod(reason) => Self::Malformed(reason),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Unreachable
            }
            _ => Self::Internal,
        }
    }
}

/// RFC 9457 problem details, with what each kind of error adds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<String, FieldProblem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    needed: Option<Credits>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    available: Option<Credits>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Violation")]
struct FieldProblem {
    #[serde(flatten)]
    violation: Violation,
    detail: String,
}

const PROBLEM_PREFIX: &str = "/problems/";

impl From<Violation> for FieldProblem {
    fn from(violation: Violation) -> Self {
        Self {
            violation,
            detail: String::new(),
        }
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let mut problem = Self {
            kind: format!("{PROBLEM_PREFIX}{}", error.code()),
            title: error.title().to_owned(),
            status: error.status(),
            detail: error.to_string(),
            errors: BTreeMap::new(),
            needed: None,
            available: None,
            max_bytes: None,
            retry_after_s: error.retry_after_s(),
        };
        match error {
            AppError::Invalid(errors) => {
                problem.errors = errors
                    .into_iter()
                    .map(|(field, violation)| {
                        let detail = format!("{field} {violation}");
                        (field, FieldProblem { violation, detail })
                    })
                    .collect();
            }
            AppError::InsufficientCredits { needed, available } => {
                problem.needed = Some(needed);
                problem.available = Some(available);
            }
            AppError::TooLarge { max_bytes } => problem.max_bytes = Some(max_bytes),
            AppError::Unavailable { reason, .. } => problem.detail = reason,
            _ => {}
        }
        problem
    }
}

impl From<Problem> for AppError {
    fn from(problem: Problem) -> Self {
        let retry_after_s = problem.retry_after_s.unwrap_or(1);
        match problem
            .kind
            .strip_prefix(PROBLEM_PREFIX)
            .unwrap_or_default()
        {
            "malformed" => Self::Malformed(problem.detail),
            "invalid" => Self::Invalid(
                problem
                    .errors
                    .into_iter()
                    .map(|(field, error)| (field, error.violation))
                    .collect(),
            ),
            "key_reused" => Self::KeyReused,
            "unauthorized" => Self::Unauthorized,
            "bad_credentials" => Self::BadCredentials,
            "insufficient_credits" => Self::InsufficientCredits {
                needed: problem.needed.unwrap_or_default(),
                available: problem.available.unwrap_or_default(),
            },
            "forbidden" => Self::Forbidden(problem.detail),
            "not_found" => Self::NotFound,
            "wrong_method" => Self::WrongMethod,
            "conflict" => Self::Conflict(problem.detail),
            "too_large" => Self::TooLarge {
                max_bytes: problem.max_bytes.unwrap_or_default(),
            },
            "too_many_requests" => Self::TooManyRequests { retry_after_s },
            "unavailable" => Self::Unavailable {
                reason: problem.detail,
                retry_after_s,
            },
            "unreachable" => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_violation_is_read_as_it_was_written() {
        let other = || "deadline".to_owned();
        let all = [
            Violation::Required,
            Violation::NotANumber,
            Violation::NotAWholeNumber,
            Violation::NotADate,
            Violation::NotABoolean,
            Violation::NotAnId,
            Violation::NotAnEmail,
            Violation::NotACursor,
            Violation::TooShort { min: 8 },
            Violation::TooLong { max: 60 },
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
