//! Days and moments as they are read off the wire, where they have one form each. What `chrono` reads are
//! the many forms that people write, by code that every page of the browser half would download.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
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

/// The day that somebody wrote: as on the wire, or as an RFC 3339 time, of which the day in UTC is meant.
pub fn written_day(text: &str) -> Option<NaiveDate> {
    day(text).or_else(|| day_of_time(text))
}

fn day_of_time(text: &str) -> Option<NaiveDate> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (clock, zone) = time.split_at(time.find(['Z', 'z', '+', '-'])?);
    let (clock, second) = clock.rsplit_once(':')?;
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|it| it.is_ascii_digit());
    if !is_fraction || two_digits(second)? > 60 {
        return None;
    }
    let east = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        ("+", offset) => minutes(offset)?,
        (_, offset) => -minutes(offset)?,
    };
    let days = (minutes(clock)? - east).div_euclid(MINUTES_OF_DAY);
    day(date)?.checked_add_signed(TimeDelta::days(days))
}

const MINUTES_OF_DAY: i64 = 24 * 60;

/// Hours and minutes such as `23:59`, in minutes.
fn minutes(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2)
        .then(|| number(text))
        .flatten()
        .map(i64::from)
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "\\PC{0,40}", digits in "[0-9:.TtZz +-]{0,40}") {
            for text in [&text, &digits] {
                if let Some(day) = day(text) {
                    prop_assert_eq!(super::day(&day.to_string()), Some(day));
                }
                let theirs = DateTime::parse_from_rfc3339(text).ok();
                if let Some(theirs) = theirs {
                    prop_assert_eq!(written_day(text), Some(theirs.naive_utc().date()), "{}", text);
                }
                moment(text);
            }
        }

        #[test]
        fn a_moment_reads_back_as_it_was_written(seconds in 0_i64..4_102_444_800, nanos in 0_u32..1_000_000_000) {
            let then = DateTime::from_timestamp(seconds, nanos).unwrap();
            let json = serde_json::to_string(&then).unwrap();
            prop_assert_eq!(moment(json.trim_matches('"')), Some(then));
            prop_assert_eq!(written_day(&then.to_rfc3339()), Some(then.date_naive()));
        }
    }

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
    fn the_day_of_a_written_time_is_the_one_in_utc() {
        for text in [
            "2026-11-23T10:11:12Z",
            "2026-11-23t10:11:12z",
            "2026-11-23 10:11:12.5Z",
            "2026-11-23T23:59:60.123456789012Z",
            "2026-11-23T00:30:00+01:00",
            "2026-11-23T23:30:00-01:00",
            "2026-12-31T23:30:00-00:30",
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
        ] {
            let theirs = DateTime::parse_from_rfc3339(text).ok();
            let theirs = theirs.map(|time| time.naive_utc().date());
            assert_eq!(written_day(text), theirs, "{text}");
        }
        assert_eq!(written_day("2026-11-23"), day("2026-11-23"));
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
