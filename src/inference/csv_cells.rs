//! Converts cells as spreadsheets, pandas and public dumps write them to the format that the rules of a campaign
//! accept. An ambiguous cell is refused; an unknown one is passed on for the rules to report.

use chrono::{DateTime, Datelike as _, NaiveDate};

use crate::types::{TypedNumber, Violation, parse_date, parse_number};

const TRUE: [&str; 9] = ["true", "1", "on", "yes", "t", "y", "1.0", "истина", "да"];
const FALSE: [&str; 9] = ["false", "0", "off", "no", "f", "n", "0.0", "ложь", "нет"];
/// What programs write for a missing value.
const MISSING: [&str; 8] = ["nan", "none", "null", "nat", "<na>", "n/a", "#n/a", "\\n"];
/// An earlier year was written with two digits, so its century is unknown.
const YEAR_MIN: i32 = 1000;
/// Separators of digit groups, in addition to the point and the comma.
const GROUP_MARKS: [char; 6] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '’'];

/// Converts a cell to the text of a field of [`crate::types::CampaignInput`] or [`crate::types::OutcomeInput`].
///
/// # Errors
/// If the cell is ambiguous.
pub fn read_cell(field: &str, text: &str, is_comma_separated: bool) -> Result<String, Violation> {
    let is_missing = MISSING.contains(&text.trim().to_lowercase().as_str());
    let cell = if is_missing { "" } else { text.trim() };
    Ok(match field {
        "created_at" | "launched_at" | "deadline" => day(cell)?,
        "prelaunch_activated"
        | "staff_pick"
        | "ppohasaction"
        | "is_not_first_project"
        | "has_video"
        | "reached" => flag(cell),
        "usd_goal" | "raised_usd" | "median_reward_usd" => sum(cell, is_comma_separated)?,
        "static_usd_rate" | "fx_rate" | "position" | "earlier_projects" | "earlier_successes"
        | "reward_tiers" => number(cell),
        // Spreadsheets write whole numbers as `5.0`.
        "task_id" => cell.strip_suffix(".0").unwrap_or(cell).to_owned(),
        _ => text.to_owned(),
    })
}

fn flag(text: &str) -> String {
    let lower = text.to_lowercase().replace(',', ".");
    if TRUE.contains(&lower.as_str()) {
        "true".to_owned()
    } else if FALSE.contains(&lower.as_str()) {
        "false".to_owned()
    } else {
        text.to_owned()
    }
}

fn day(text: &str) -> Result<String, Violation> {
    if parse_date(text).is_some() {
        return Ok(text.to_owned());
    }
    if let Some(day) = day_of_unix_time(text) {
        return Ok(day.to_string());
    }
    let date = without_clock(text).unwrap_or(text).replace('-', "/");
    let read = |form| {
        let day = NaiveDate::parse_from_str(&date, form).ok();
        day.filter(|day| day.year() >= YEAR_MIN)
    };
    let mut forms = ["%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y"].into_iter();
    let day = match [read("%d/%m/%Y"), read("%m/%d/%Y")] {
        [Some(day_first), Some(month_first)] if day_first != month_first => {
            return Err(Violation::Rejected {
                reason: format!(
                    "could be day and month or month and day; write {day_first} or {month_first} instead"
                ),
            });
        }
        [day_first, month_first] => day_first.or(month_first).or_else(|| forms.find_map(read)),
    };
    Ok(day.map_or_else(|| text.to_owned(), |day| day.to_string()))
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

/// A sum. In a comma-separated file a point is a decimal point. In a spreadsheet's file, `10.000` can be ten thousand
/// or ten, depending on the country.
fn sum(text: &str, is_comma_separated: bool) -> Result<String, Violation> {
    if let Some(typed) = split(text)
        && let Some(mark) = typed.ambiguous_mark()
        && !(is_comma_separated && mark == '.')
    {
        return Err(ambiguous(&typed));
    }
    Ok(number(text))
}

fn ambiguous(number: &TypedNumber) -> Violation {
    let read = |decimal| number.plain(decimal).unwrap_or_default();
    let (grouped, decimals) = (read(None), read(number.decimal()));
    let decimals = decimals.trim_end_matches('0').trim_end_matches('.');
    Violation::Rejected {
        reason: format!("could be {grouped} or {decimals}; write one of these"),
    }
}

/// A number with a decimal point or comma, and optional separators between groups of three digits.
fn number(text: &str) -> String {
    if parse_number(text).is_some() {
        return text.to_owned();
    }
    let plain = split(text).and_then(|number| number.plain(number.decimal()));
    plain.unwrap_or_else(|| text.to_owned())
}

/// `None` if there are characters that spreadsheets do not write in numbers.
fn split(text: &str) -> Option<TypedNumber> {
    let is_known =
        |it: char| it.is_ascii_digit() || "+-.,".contains(it) || GROUP_MARKS.contains(&it);
    TypedNumber::split(text).filter(|_| text.chars().all(is_known))
}

#[cfg(test)]
mod tests;
