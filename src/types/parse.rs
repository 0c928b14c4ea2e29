//! Parses the values of a request from text: ids, cursors, limits, numbers, dates and words of a closed set.

use std::fmt::Display;
use std::num::{IntErrorKind, ParseIntError};
use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate};

use super::public_id::row_id;
use super::{AppError, Violation};

/// Items per page if the request sets no limit.
pub const PAGE_LIMIT_DEFAULT: u32 = 20;
/// Maximum number of items per page.
pub const PAGE_LIMIT_MAX: u32 = 100;

/// Parses the limit of a page, 1 to [`PAGE_LIMIT_MAX`]; blank means [`PAGE_LIMIT_DEFAULT`].
///
/// # Errors
/// [`AppError::Invalid`] naming `limit`.
pub fn parse_page_limit(text: &str) -> Result<u32, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(PAGE_LIMIT_DEFAULT);
    }
    match text.parse::<u32>() {
        Ok(limit) if (1..=PAGE_LIMIT_MAX).contains(&limit) => Ok(limit),
        _ => Err(AppError::invalid(
            "limit",
            Violation::out_of_range(1.0, f64::from(PAGE_LIMIT_MAX)),
        )),
    }
}

/// Parses the `next` of an earlier page to the row of its last item; `None` if the text is blank.
///
/// # Errors
/// [`AppError::Invalid`] naming `cursor`.
pub fn parse_cursor(text: &str) -> Result<Option<i64>, AppError> {
    let row = parse_id::<i64>("cursor", text).map(|cursor| cursor.map(row_id));
    row.map_err(|_| AppError::invalid("cursor", Violation::NotACursor))
}

/// Parses the `id` of a request.
///
/// # Errors
/// [`AppError::Invalid`] naming `id` if the text is blank or not a positive whole number.
pub fn parse_required_id<T: From<i64>>(text: &str) -> Result<T, AppError> {
    let id = parse_id("id", text)?;
    id.ok_or_else(|| AppError::invalid("id", Violation::Required))
}

/// Parses an id; `None` if the text is blank.
///
/// # Errors
/// [`AppError::Invalid`] naming `field` if the text is not a positive whole number.
pub fn parse_id<T: From<i64>>(field: &str, text: &str) -> Result<Option<T>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match parse_integer(text) {
        Ok(id) if id > 0 => Ok(Some(id.into())),
        _ => Err(AppError::invalid(field, Violation::NotAnId)),
    }
}

/// Parses a whole number within a range.
///
/// # Errors
/// [`AppError::Invalid`] naming `field`, also if the text is blank.
#[expect(
    clippy::cast_precision_loss,
    reason = "the bounds are only shown, and small"
)]
pub fn parse_whole(field: &str, text: &str, range: RangeInclusive<i64>) -> Result<i64, AppError> {
    let violation = match parse_integer(text.trim()) {
        Ok(number) if range.contains(&number) => return Ok(number),
        Err(error) if *error.kind() == IntErrorKind::Empty => Violation::Required,
        Err(error) if *error.kind() == IntErrorKind::InvalidDigit => Violation::NotAWholeNumber,
        // The other errors mean that the number is too large for an i64.
        _ => Violation::out_of_range(*range.start() as f64, *range.end() as f64),
    };
    Err(AppError::invalid(field, violation))
}

/// Parses an integer. A fraction of zero and an exponent are allowed: in JSON Schema, `7.0` is the integer 7, and some
/// programs write it so.
fn parse_integer(text: &str) -> Result<i64, ParseIntError> {
    // Integers up to here are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    text.parse().or_else(|error| match parse_number(text) {
        Some(number) if number.fract() == 0.0 && number.abs() <= EXACT => {
            format!("{number:.0}").parse()
        }
        _ => Err(error),
    })
}

/// Parses a decimal number: digits, a sign, a point, an exponent.
pub fn parse_number(text: &str) -> Option<f64> {
    // Rust also parses `inf`, `infinity` and `nan`.
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.parse().ok().filter(|_| text.bytes().all(is_part))
}

/// Parses a date such as `2026-11-23`, or the date in UTC of an RFC 3339 time.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    // chrono also accepts years with a sign, spaces between the parts, and the minus sign of typographers.
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_plain && !text.starts_with('-') {
        return text.parse().ok();
    }
    let time = DateTime::parse_from_rfc3339(text).ok();
    time.filter(|_| text.is_ascii())
        .map(|time| time.naive_utc().date())
}

/// Parses one word of a closed set; `None` if the text is blank.
///
/// # Errors
/// [`Violation::NotOneOf`] with the words of `all`.
pub fn parse_choice<T: Copy + Display>(text: &str, all: &[T]) -> Result<Option<T>, Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match all.iter().find(|word| word.to_string() == text) {
        Some(word) => Ok(Some(*word)),
        None => Err(Violation::not_one_of(all)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::TaskStatus;

    proptest! {
        #[test]
        fn cursors_round_trip_and_other_texts_are_refused(id in 1..=1_i64 << 48, text in "\\PC{0,24}") {
            prop_assert_eq!(parse_cursor(&id.to_string()), Ok(Some(id)));
            match parse_cursor(&text) {
                Ok(None) => prop_assert!(text.trim().is_empty()),
                // More than any id.
                Ok(Some(0)) => {}
                Ok(Some(id)) => prop_assert_eq!(parse_integer(text.trim()), Ok(id)),
                Err(error) => {
                    prop_assert_eq!(error, AppError::invalid("cursor", Violation::NotACursor));
                }
            }
        }
    }

    #[test]
    fn a_page_limit_is_bounded_and_has_a_default() {
        assert_eq!(parse_page_limit(""), Ok(PAGE_LIMIT_DEFAULT));
        assert_eq!(parse_page_limit(" 100 "), Ok(100));
        for bad in ["0", "101", "-1", "ten", "1.5"] {
            assert!(parse_page_limit(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_integer_may_have_a_fraction_of_zero() {
        for text in ["7", "7.0", "7e0", "0.7e1", " 7.00 "] {
            assert_eq!(parse_required_id(text), Ok(7_i64), "{text}");
            assert_eq!(parse_whole("amount", text, 1..=9), Ok(7), "{text}");
        }
        for text in ["7.5", "7,0", "1e300", "-7.0", "0.0", ""] {
            assert!(parse_required_id::<i64>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_whole_number_is_read_within_its_range() {
        let parse = |text| parse_whole("amount", text, 1..=1_000_000);
        assert_eq!(parse(" 1 "), Ok(1));
        assert_eq!(parse("1000000"), Ok(1_000_000));
        let outside = Violation::out_of_range(1.0, 1_000_000.0);
        for (text, violation) in [
            ("", Violation::Required),
            (" ", Violation::Required),
            ("0", outside.clone()),
            ("1000001", outside.clone()),
            ("-5", outside.clone()),
            ("99999999999999999999", outside.clone()),
            ("-99999999999999999999", outside),
            ("1.5", Violation::NotAWholeNumber),
            ("abc", Violation::NotAWholeNumber),
            ("-", Violation::NotAWholeNumber),
        ] {
            assert_eq!(
                parse(text),
                Err(AppError::invalid("amount", violation)),
                "{text}"
            );
        }
    }

    #[test]
    fn decimal_numbers_are_read_and_no_other_words() {
        for (text, number) in [
            ("10000", 1e4),
            ("-0.5", -0.5),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("1e3", 1e3),
            ("2.5E-3", 0.0025),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(parse_number(text), Some(number), "{text}");
        }
        for text in [
            "", " 1", "1,5", "0x10", "inf", "NaN", ".", "e5", "1e", "--1", "1-", "١",
        ] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_read_alone_or_from_a_time_in_utc() {
        for (text, date) in [
            ("2026-11-23", "2026-11-23"),
            ("2026-11-23T10:11:12Z", "2026-11-23"),
            ("2026-11-23t10:11:12z", "2026-11-23"),
            ("2026-11-23 10:11:12.5Z", "2026-11-23"),
            ("2026-11-23T23:59:60.123456789012Z", "2026-11-23"),
            ("2026-11-23T00:30:00+01:00", "2026-11-22"),
            ("2026-11-23T23:30:00-01:00", "2026-11-24"),
            ("2026-12-31T23:30:00-00:30", "2027-01-01"),
        ] {
            let read = parse_date(text).map(|it| it.to_string());
            assert_eq!(read.as_deref(), Some(date), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "day",
            "2026-13-01",
            "2026-02-30",
            "2026-1",
            "2026-01-01-01",
            "-2026-01-01",
            "2026-01-0x",
            "2026-11-23T10:11Z",
            "2026-11-23T10:11:12",
            "2026-11-23T24:00:00Z",
            "2026-11-23T10:61:00Z",
            "2026-11-23T10:11:61Z",
            "2026-11-23T10:11:12.Z",
            "2026-11-23T10:11:12+1:00",
            "2026-11-23T10:11:12+01:00:00",
            "2026-11-23T10:11:12Z ",
            "2026-02-30T10:11:12Z",
            "2026-11-23x10:11:12Z",
            "2026 - 11 - 23",
            "2026- 1- 5",
            "2026-11-23T10:11:12\u{2212}01:00",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_wrong_word_is_told_which_ones_are_allowed() {
        let refused = parse_choice("done", TaskStatus::ALL).unwrap_err();
        assert!(refused.to_string().contains("queued"));
    }
}
