//! Converts cells as spreadsheets, pandas and public dumps write them to the format that the rules of a campaign
//! accept. An ambiguous cell is refused; an unknown one is passed on for the rules to report.

use chrono::{DateTime, NaiveDate};

use crate::types::{Violation, parse_date, parse_number};

const TRUE: [&str; 9] = ["true", "1", "on", "yes", "t", "y", "1.0", "истина", "да"];
const FALSE: [&str; 9] = ["false", "0", "off", "no", "f", "n", "0.0", "ложь", "нет"];
/// What programs write for a missing value.
const MISSING: [&str; 8] = ["nan", "none", "null", "nat", "<na>", "n/a", "#n/a", "\\n"];
/// Separators of digit groups, in addition to the point and the comma.
const GROUP_MARKS: [char; 6] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '’'];

/// Converts a cell to the text of a field of [`crate::types::CampaignInput`].
///
/// # Errors
/// If the cell is ambiguous.
pub(super) fn read_cell(
    field: &str,
    text: &str,
    is_comma_separated: bool,
) -> Result<String, Violation> {
    let read = match field {
        "created_at" | "launched_at" | "deadline" => day,
        "prelaunch_activated"
        | "staff_pick"
        | "ppohasaction"
        | "is_not_first_project"
        | "has_video" => flag,
        "usd_goal" if is_comma_separated => goal,
        "usd_goal" => spreadsheet_goal,
        "static_usd_rate" | "fx_rate" | "position" => number,
        _ => return Ok(text.to_owned()),
    };
    let trimmed = text.trim();
    if MISSING.contains(&trimmed.to_lowercase().as_str()) {
        return Ok(String::new());
    }
    read(trimmed)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature that all kinds of cells share"
)]
fn flag(text: &str) -> Result<String, Violation> {
    let lower = text.to_lowercase().replace(',', ".");
    Ok(if TRUE.contains(&lower.as_str()) {
        "true".to_owned()
    } else if FALSE.contains(&lower.as_str()) {
        "false".to_owned()
    } else {
        text.to_owned()
    })
}

fn day(text: &str) -> Result<String, Violation> {
    if parse_date(text).is_some() {
        return Ok(text.to_owned());
    }
    if let Some(day) = day_of_unix_time(text) {
        return Ok(day.to_string());
    }
    let date = without_clock(text).unwrap_or(text);
    match numbers_of(date) {
        Some((_, [first, second, third])) if first > 999 => {
            Ok(from_parts(text, first, second, third))
        }
        Some(('.', [day, month, year])) if year > 999 => Ok(from_parts(text, year, month, day)),
        Some(('/' | '-', [first, second, year])) if year > 999 => {
            slashed_day(text, first, second, year)
        }
        _ => Ok(text.to_owned()),
    }
}

/// A date whose first two numbers are day and month, or month and day.
fn slashed_day(text: &str, first: u32, second: u32, year: u32) -> Result<String, Violation> {
    if first != second && (1..=12).contains(&first) && (1..=12).contains(&second) {
        return Err(Violation::Rejected {
            reason: format!(
                "could be day and month or month and day; write {} or {} instead",
                from_parts(text, year, second, first),
                from_parts(text, year, first, second)
            ),
        });
    }
    let (month, day) = if second > 12 {
        (first, second)
    } else {
        (second, first)
    };
    Ok(from_parts(text, year, month, day))
}

/// The day in the wire format, or `text` if there is no such day.
fn from_parts(text: &str, year: u32, month: u32, day: u32) -> String {
    let year = i32::try_from(year).ok();
    let date = year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    date.map_or_else(|| text.to_owned(), |date| date.to_string())
}

/// Three numbers separated by the same character.
fn numbers_of(date: &str) -> Option<(char, [u32; 3])> {
    let mark = date.chars().find(|it| !it.is_ascii_digit())?;
    let mut parts = date.split(mark).map(|part| {
        let is_digits = !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        is_digits.then(|| part.parse().ok()).flatten()
    });
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some((mark, numbers))
}

/// A Unix time in seconds or milliseconds, as databases and JSON dumps write it.
fn day_of_unix_time(text: &str) -> Option<NaiveDate> {
    let digits = text.trim_end_matches('0').strip_suffix('.').unwrap_or(text);
    let number: i64 = digits.parse().ok().filter(|number| *number > 0)?;
    let time = match digits.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        12 | 13 => DateTime::from_timestamp_millis(number),
        _ => None,
    };
    time.map(|time| time.date_naive())
}

/// The date in front of a time of day without a zone, which is taken as UTC.
fn without_clock(text: &str) -> Option<&str> {
    let (date, clock) = text.split_once(['T', ' '])?;
    let clock = clock.trim();
    let clock = clock.strip_suffix(" UTC").unwrap_or(clock);
    let halves = [" AM", " PM", " am", " pm"];
    let clock = halves
        .iter()
        .find_map(|half| clock.strip_suffix(half))
        .unwrap_or(clock);
    // Validates the time by parsing it together with a valid day.
    let (hours, rest) = clock.split_once(':')?;
    let seconds = if rest.contains(':') { "" } else { ":00" };
    let whole = format!("2024-01-02T{hours:0>2}:{rest}{seconds}Z");
    parse_date(&whole).map(|_| date)
}

/// A goal in a comma-separated file, where a point is a decimal point.
fn goal(text: &str) -> Result<String, Violation> {
    if parse_number(text).is_some() {
        return Ok(text.to_owned());
    }
    if is_one_group(text, ',') {
        return Err(ambiguous(text));
    }
    number(text)
}

/// A goal in a spreadsheet's file, where `10.000` can be ten thousand or ten, depending on the country.
fn spreadsheet_goal(text: &str) -> Result<String, Violation> {
    if is_one_group(text, '.') || is_one_group(text, ',') {
        return Err(ambiguous(text));
    }
    number(text)
}

fn ambiguous(text: &str) -> Violation {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let decimals = text.replace(',', ".");
    let decimals = decimals.trim_end_matches('0').trim_end_matches('.');
    Violation::Rejected {
        reason: format!("could be {digits} or {decimals}; write one of these"),
    }
}

/// Whether `text` is up to three digits, a mark and three digits.
fn is_one_group(text: &str, mark: char) -> bool {
    text.split_once(mark).is_some_and(|(before, after)| {
        is_grouped(before, mark) && after.len() == 3 && is_digits(after)
    })
}

/// A number with a decimal point or comma, and optional separators between groups of three digits.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature that all kinds of cells share"
)]
fn number(text: &str) -> Result<String, Violation> {
    if parse_number(text).is_some() {
        return Ok(text.to_owned());
    }
    let plain = plain_number(text).filter(|plain| parse_number(plain).is_some());
    Ok(plain.unwrap_or_else(|| text.to_owned()))
}

fn plain_number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (&text[..1], digits),
        None => ("", text),
    };
    let decimal = match (digits.rfind('.'), digits.rfind(',')) {
        (Some(point), Some(comma)) => Some(point.max(comma)),
        (one, other) => one.or(other),
    };
    // A mark that occurs twice separates groups.
    let decimal = decimal.filter(|at| digits.matches(&digits[*at..=*at]).count() == 1);
    let (whole, rest) = decimal.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..]));
    let mark = whole.chars().find(|it| !it.is_ascii_digit());
    let is_mark = |mark| ".,".contains(mark) || GROUP_MARKS.contains(&mark);
    if mark.is_some_and(|mark| !is_mark(mark) || !is_grouped(whole, mark)) {
        return None;
    }
    if !rest.is_empty() && !is_digits(rest) {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    Some(format!("{sign}{whole}.{rest}"))
}

/// Whether `whole` consists of groups of three digits, the first of one to three, separated by `mark`.
fn is_grouped(whole: &str, mark: char) -> bool {
    let mut groups = whole.split(mark);
    let is_first = groups.next().is_some_and(|first| {
        (1..=3).contains(&first.len()) && is_digits(first) && !first.starts_with('0')
    });
    is_first && groups.all(|group| group.len() == 3 && is_digits(group))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests;
