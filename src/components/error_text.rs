//! Errors in words.

use super::{format, labels};
use crate::client::{Locale, tr};
use crate::types::{AppError, Violation};

/// A broken rule, as the person at the field reads it.
pub fn violation_text(l: Locale, violation: &Violation) -> String {
    match violation {
        Violation::Required => tr!(l, violation.required).to_owned(),
        Violation::NotANumber => tr!(l, violation.number).to_owned(),
        Violation::AmbiguousNumber => tr!(l, violation.ambiguous_number).to_owned(),
        Violation::NotAWholeNumber => tr!(l, violation.whole_number).to_owned(),
        Violation::NotADate => tr!(l, violation.date).to_owned(),
        Violation::NotABoolean => tr!(l, violation.boolean).to_owned(),
        Violation::NotAnId => tr!(l, violation.id).to_owned(),
        Violation::NotAnEmail => tr!(l, violation.email).to_owned(),
        Violation::NotACursor => tr!(l, violation.cursor).to_owned(),
        Violation::TooShort { min } => tr!(l, violation.too_short, min = *min),
        Violation::TooLong { max } => tr!(l, violation.too_long, max = *max),
        Violation::TooManyWords { max } => tr!(l, violation.too_many_words, max = *max),
        Violation::NothingVisible => tr!(l, violation.nothing_visible).to_owned(),
        Violation::OutOfRange { min, max } => tr!(
            l,
            violation.out_of_range,
            min = format::plain_number(l, *min),
            max = format::plain_number(l, *max)
        ),
        Violation::NotOneOf { .. } => tr!(l, violation.one_of).to_owned(),
        Violation::DateOutOfRange { min, max } => {
            tr!(
                l,
                violation.date_range,
                min = min.clone(),
                max = max.clone()
            )
        }
        Violation::Before { other } => {
            tr!(
                l,
                violation.before,
                other = labels::field(l, other).to_owned()
            )
        }
        Violation::NotAfter { other } => {
            tr!(
                l,
                violation.not_after,
                other = labels::field(l, other).to_owned()
            )
        }
        Violation::TooLongAfter { other, max_days } => tr!(
            l,
            violation.too_long_after,
            other = labels::field(l, other).to_owned(),
            days = *max_days
        ),
        Violation::Wrong => tr!(l, violation.wrong).to_owned(),
        Violation::Rejected { reason } => reason.clone(),
    }
}

/// An error, as the person who asked reads it.
pub fn error_text(l: Locale, error: &AppError) -> String {
    match error {
        AppError::Malformed(_) | AppError::WrongMethod => tr!(l, error.malformed).to_owned(),
        AppError::Invalid(_) => tr!(l, error.invalid).to_owned(),
        AppError::KeyReused => tr!(l, error.key_reused).to_owned(),
        AppError::Unauthorized => tr!(l, error.unauthorized).to_owned(),
        AppError::BadCredentials => tr!(l, error.bad_credentials).to_owned(),
        AppError::InsufficientCredits { needed, available } => tr!(
            l,
            error.insufficient,
            needed = format::credits(l, *needed),
            available = format::credits(l, *available)
        ),
        AppError::Forbidden(_) => tr!(l, error.forbidden).to_owned(),
        AppError::WrongAddress { public_url } => {
            tr!(l, error.wrong_address, url = public_url.clone())
        }
        AppError::NotFound => tr!(l, error.not_found).to_owned(),
        AppError::Conflict(_) => tr!(l, error.conflict).to_owned(),
        AppError::PriceChanged { price } => {
            tr!(l, error.price_changed, price = format::credits(l, *price))
        }
        AppError::OtherAccount => tr!(l, error.other_account).to_owned(),
        AppError::TooLarge { .. } => tr!(l, error.too_large).to_owned(),
        AppError::TooManyRequests { retry_after_s } => {
            tr!(l, error.too_many, seconds = *retry_after_s)
        }
        AppError::TooManyOpen { limit } => tr!(l, error.too_many_open, limit = *limit),
        AppError::Unavailable { retry_after_s, .. } => {
            tr!(l, error.unavailable, seconds = *retry_after_s)
        }
        AppError::Unreachable => tr!(l, error.unreachable).to_owned(),
        AppError::Internal => tr!(l, error.internal).to_owned(),
    }
}
