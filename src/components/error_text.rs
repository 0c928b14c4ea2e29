//! Errors as text.

use super::{format, labels};
use crate::client::{Locale, tr};
use crate::types::{AppError, Violation, Weakness};

/// The text of a broken rule, for the user at the field.
pub fn violation_text(locale: Locale, violation: &Violation) -> String {
    match violation {
        Violation::Required => tr!(locale, violation.required).to_owned(),
        Violation::NotANumber => tr!(locale, violation.number).to_owned(),
        Violation::AmbiguousNumber => tr!(locale, violation.ambiguous_number).to_owned(),
        Violation::NotAWholeNumber => tr!(locale, violation.whole_number).to_owned(),
        Violation::NotADate => tr!(locale, violation.date).to_owned(),
        Violation::NotABoolean => tr!(locale, violation.boolean).to_owned(),
        Violation::NotAnId => tr!(locale, violation.id).to_owned(),
        Violation::NotAnEmail => tr!(locale, violation.email).to_owned(),
        Violation::NotAUrl => tr!(locale, violation.url).to_owned(),
        Violation::NoApiKey => tr!(locale, violation.no_api_key).to_owned(),
        Violation::NotPublic => tr!(locale, violation.not_public).to_owned(),
        Violation::NotACursor => tr!(locale, violation.cursor).to_owned(),
        Violation::TooShort { min } => tr!(locale, violation.too_short, min = *min),
        Violation::TooLong { max } => tr!(locale, violation.too_long, max = *max),
        Violation::TooManyWords { max } => tr!(locale, violation.too_many_words, max = *max),
        Violation::NothingVisible => tr!(locale, violation.nothing_visible).to_owned(),
        Violation::OutOfRange { min, max } => tr!(
            locale,
            violation.out_of_range,
            min = format::plain_number(locale, *min),
            max = format::plain_number(locale, *max)
        ),
        Violation::NotOneOf { .. } => tr!(locale, violation.one_of).to_owned(),
        Violation::DateOutOfRange { min, max } => {
            tr!(
                locale,
                violation.date_range,
                min = min.clone(),
                max = max.clone()
            )
        }
        Violation::Before { other } => {
            tr!(
                locale,
                violation.before,
                other = labels::field(locale, other).to_owned()
            )
        }
        Violation::NotAfter { other } => {
            tr!(
                locale,
                violation.not_after,
                other = labels::field(locale, other).to_owned()
            )
        }
        Violation::TooLongAfter { other, max_days } => tr!(
            locale,
            violation.too_long_after,
            other = labels::field(locale, other).to_owned(),
            days = *max_days
        ),
        Violation::TooEarly { other, date } => tr!(
            locale,
            violation.too_early,
            other = labels::field(locale, other).to_owned(),
            date = labels::day(locale, *date)
        ),
        Violation::BelowGoal { goal_usd } => tr!(
            locale,
            violation.below_goal,
            goal = format::usd(locale, *goal_usd)
        ),
        Violation::NotBelowGoal { goal_usd } => tr!(
            locale,
            violation.not_below_goal,
            goal = format::usd(locale, *goal_usd)
        ),
        Violation::NoResult => tr!(locale, violation.no_result).to_owned(),
        Violation::Repeated { line } => tr!(locale, violation.repeated, line = *line),
        Violation::EasyToGuess { because } => weakness_text(locale, *because).to_owned(),
        Violation::Wrong => tr!(locale, violation.wrong).to_owned(),
        Violation::Rejected { reason } => reason.clone(),
    }
}

fn weakness_text(locale: Locale, weakness: Weakness) -> &'static str {
    match weakness {
        Weakness::CommonPassword => tr!(locale, violation.easy_common_password),
        Weakness::CommonWords => tr!(locale, violation.easy_common_words),
        Weakness::Personal => tr!(locale, violation.easy_personal),
        Weakness::Repetition => tr!(locale, violation.easy_repetition),
        Weakness::Sequence => tr!(locale, violation.easy_sequence),
        Weakness::Date => tr!(locale, violation.easy_date),
    }
}

/// The text of an error, for the user who made the request.
pub fn error_text(locale: Locale, error: &AppError) -> String {
    match error {
        AppError::Malformed(_) | AppError::WrongMethod => tr!(locale, error.malformed).to_owned(),
        AppError::Invalid(_) => tr!(locale, error.invalid).to_owned(),
        AppError::KeyReused => tr!(locale, error.key_reused).to_owned(),
        AppError::Unauthorized | AppError::InvalidKey(_) => {
            tr!(locale, error.unauthorized).to_owned()
        }
        AppError::BadCredentials => tr!(locale, error.bad_credentials).to_owned(),
        AppError::SecondFactorRequired => tr!(locale, login_code.text).to_owned(),
        AppError::InsufficientCredits { needed, available } => tr!(
            locale,
            error.insufficient,
            needed = format::credits(locale, *needed),
            available = format::credits(locale, *available)
        ),
        // Pages send no API keys.
        AppError::Forbidden(_) | AppError::MissingScope(_) | AppError::CapReached(_) => {
            tr!(locale, error.forbidden).to_owned()
        }
        AppError::ReauthenticationRequired => tr!(locale, error.reauthentication).to_owned(),
        AppError::WrongAddress { public_url } => {
            tr!(locale, error.wrong_address, url = public_url.clone())
        }
        AppError::NotFound => tr!(locale, error.not_found).to_owned(),
        AppError::Conflict(_) => tr!(locale, error.conflict).to_owned(),
        AppError::PriceChanged { price } => {
            tr!(
                locale,
                error.price_changed,
                price = format::credits(locale, *price)
            )
        }
        AppError::OtherAccount => tr!(locale, error.other_account).to_owned(),
        AppError::TooLarge { .. } => tr!(locale, error.too_large).to_owned(),
        AppError::TooManyRequests { retry_after_s } => {
            tr!(locale, error.too_many, seconds = *retry_after_s)
        }
        AppError::TooManyOpen { limit } => tr!(locale, error.too_many_open, limit = *limit),
        AppError::Unavailable { retry_after_s, .. } => {
            tr!(locale, error.unavailable, seconds = *retry_after_s)
        }
        AppError::Unreachable => tr!(locale, error.unreachable).to_owned(),
        AppError::Internal => tr!(locale, error.internal).to_owned(),
    }
}
