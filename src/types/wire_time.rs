//! Days and moments as they are read off the wire, where they have one form each. What `chrono` reads are
//! the many forms that people write, by code that every page of the browser half would download.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a day such as `2026-11-23`.
pub fn read_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    day(&text).ok_or_else(|| D::Error::custom("not a day"))
}

/// Reads a day or nothing.
pub fn read_day_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let read = text.map(|text| day(&text).ok_or_else(|| D::Error::custom("not a day")));
    read.transpose()
}

/// Reads a moment such as `2026-11-23T10:11:12.345Z`.
pub fn read_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    moment(&text).ok_or_else(|| D::Error::custom("not a moment"))
}

/// Reads a moment or nothing.
pub fn read_moment_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let read = text.map(|text| moment(&text).ok_or_else(|| D::Error::custom("not a moment")));
    read.transpose()
}

/// The day that a text such as `2026-11-23` says.
pub fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let year = i32::try_from(year).ok()?;
    let is_all = parts.next().is_none();
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| is_all)
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    let (date, time) = text.split_once('T')?;
    let time = time
        .strip_suffix('Z')
        .or_else(|| time.strip_suffix("+00:00"))?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let digits = u32::try_from(fraction.len()).ok()?;
    let nanos = number(fraction)?.checked_mul(10_u32.checked_pow(9_u32.checked_sub(digits)?)?)?;
    let mut parts = time.split(':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?;
    Some(day(date)?.and_time(time).and_utc())
}

/// Digits and nothing else.
fn number(text: &str) -> Option<u32> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_chrono_writes_is_read_as_it_was() {
        let start = moment("2024-02-28T23:59:59.000000001Z").unwrap();
        for step in 0..200_i64 {
            let then =
                start + TimeDelta::nanoseconds(step * step * 1_000_003_007) + TimeDelta::days(step);
            let json = serde_json::to_string(&then).unwrap();
            assert_eq!(moment(json.trim_matches('"')), Some(then), "{json}");
            let json = serde_json::to_string(&then.date_naive()).unwrap();
            assert_eq!(
                day(json.trim_matches('"')),
                Some(then.date_naive()),
                "{json}"
            );
        }
        let whole = moment("2026-11-23T10:11:12Z");
        assert_eq!(whole, "2026-11-23T10:11:12Z".parse().ok());
        assert_eq!(moment("2026-11-23T10:11:12+00:00"), whole);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "2026-13-01",
            "2026-02-30",
            "2026-1",
            "2026-01-01-01",
            "-2026-01-01",
            "2026-01-0x",
            "day",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
        for text in [
            "2026-11-23",
            "2026-11-23T10:11:12",
            "2026-11-23T10:11Z",
            "2026-11-23T25:11:12Z",
            "2026-11-23T10:11:12+03:00",
            "2026-11-23T10:11:12.1234567890Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
