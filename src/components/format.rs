//! Numbers and times as text. Pure functions; what needs a browser is in [`crate::client::browser`].

use chrono::{DateTime, SecondsFormat, Utc};

use crate::client::{Locale, tr};
use crate::types::{Cents, Credits, Rate};

/// `2026-11-23 11:40 UTC`.
pub fn utc_time(at: DateTime<Utc>) -> String {
    let text = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// A whole number with thousands separators of the language.
pub fn whole_number(locale: Locale, number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let group = tr!(locale, number.group);
    let mut text = String::with_capacity(digits.len() + 8);
    if number < 0 {
        text.push('\u{2212}');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}

/// A sum of credits in words: `1 credit`, `1,000 credits`.
pub fn credits(locale: Locale, credits: Credits) -> String {
    let number = whole_number(locale, credits.0);
    tr!(locale, number.credits, count = credits.0, number = number)
}

/// A number of backers in words: `1 backer`, `1,000 backers`.
pub fn backers(locale: Locale, backers: i64) -> String {
    let number = whole_number(locale, backers);
    tr!(locale, number.backers, count = backers, number = number)
}

/// A share between 0 and 1 as whole percents, from 0 to 100.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=100 before"
)]
pub fn percents(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 100.0).round() as u8
}

/// A share between 0 and 1 in words: `63%`.
pub fn percent(locale: Locale, share: f64) -> String {
    tr!(locale, number.percent, value = percents(share))
}

/// A sum of US dollars with thousands separators, and with cents if there are any.
pub fn usd(locale: Locale, dollars: f64) -> String {
    money(locale, "USD", Cents::of_units(dollars))
}

/// A sum in a currency, with thousands separators, and with cents if there are any: `$1,234.50`, `1,234 EUR`.
pub fn money(locale: Locale, currency: &str, sum: Cents) -> String {
    let Cents(cents) = sum;
    let mut value = whole_number(locale, (cents / 100).abs());
    if cents % 100 != 0 {
        value = format!(
            "{value}{}{:02}",
            tr!(locale, number.decimal),
            (cents % 100).abs()
        );
    }
    let words = match currency {
        "USD" => tr!(locale, number.usd, value = value),
        code => format!("{value}\u{a0}{code}"),
    };
    let sign = if cents < 0 { "\u{2212}" } else { "" };
    format!("{sign}{words}")
}

/// A rate with all its decimals: `0.5%`.
#[expect(clippy::cast_precision_loss, reason = "at most 10,000")]
pub fn rate(locale: Locale, rate: Rate) -> String {
    let percent = plain_number(locale, rate.0 as f64 / 100.0);
    tr!(locale, number.percent, value = percent)
}

/// An estimate with two significant digits: the rest would look more precise than it is.
pub fn two_digits(number: f64) -> f64 {
    if number < 10.0 {
        return number.round();
    }
    let unit = 10_f64.powf(number.log10().floor() - 1.0);
    (number / unit).round() * unit
}

/// A count with thousands separators.
pub fn count(locale: Locale, count: u64) -> String {
    whole_number(locale, i64::try_from(count).unwrap_or(i64::MAX))
}

/// A difference of two shares in percentage points: `+12 points`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a difference of shares is between -1 and 1"
)]
pub fn points(locale: Locale, difference: f64) -> String {
    let points = (difference * 100.0).round() as i64;
    let sign = if points > 0 { "+" } else { "" };
    let value = format!("{sign}{}", whole_number(locale, points));
    tr!(locale, number.points, count = points.abs(), value = value)
}

/// US dollars from the first amount up to but excluding the second. A missing end is open.
pub fn usd_range(locale: Locale, from: Option<f64>, below: Option<f64>) -> String {
    match (from, below) {
        (Some(from), Some(below)) => tr!(
            locale,
            number.usd_between,
            from = usd(locale, from.round()),
            below = usd(locale, below.round())
        ),
        (Some(from), None) => tr!(locale, number.usd_from, from = usd(locale, from.round())),
        (None, Some(below)) => tr!(locale, number.usd_below, below = usd(locale, below.round())),
        (None, None) => tr!(locale, number.usd_any).to_owned(),
    }
}

/// Whole days from the first number up to but excluding the second. A missing end is open.
#[expect(clippy::cast_possible_truncation, reason = "days of campaigns are few")]
pub fn days_range(locale: Locale, from: Option<f64>, below: Option<f64>) -> String {
    let (from, to) = (from.map(|it| it as i64), below.map(|it| it as i64 - 1));
    match (from, to) {
        (Some(from), Some(to)) if from == to => tr!(locale, task.duration, count = from),
        (Some(from), Some(to)) => tr!(locale, context.days_between, from = from, to = to),
        (Some(from), None) => tr!(locale, context.days_from, from = from),
        (None, Some(to)) => tr!(locale, context.days_to, to = to),
        (None, None) => tr!(locale, context.days_any).to_owned(),
    }
}

/// A rounded measure: whole, or with one decimal if it is below 10.
pub fn rounded(locale: Locale, number: f64) -> String {
    if number.abs() >= 10.0 {
        plain_number(locale, number.round())
    } else {
        plain_number(locale, (number * 10.0).round() / 10.0)
    }
}

/// A number with thousands separators and all its decimals.
#[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
pub fn plain_number(locale: Locale, number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        whole_number(locale, number as i64)
    } else {
        number.to_string().replace('.', tr!(locale, number.decimal))
    }
}

/// Microseconds as milliseconds with one decimal.
pub fn milliseconds(locale: Locale, us: i64) -> String {
    let tenths = us.max(0) / 100;
    format!(
        "{}{}{}",
        tenths / 10,
        tr!(locale, number.decimal),
        tenths % 10
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_thousands_separators_and_a_true_minus_sign() {
        assert_eq!(whole_number(Locale::en, 0), "0");
        assert_eq!(whole_number(Locale::en, 999), "999");
        assert_eq!(whole_number(Locale::en, 1_000), "1,000");
        assert_eq!(whole_number(Locale::en, -1_234_567), "\u{2212}1,234,567");
    }

    #[test]
    fn credits_have_plurals() {
        assert_eq!(credits(Locale::en, Credits(1)), "1 credit");
        assert_eq!(credits(Locale::en, Credits(0)), "0 credits");
        assert_eq!(credits(Locale::en, Credits(12_000)), "12,000 credits");
    }

    #[test]
    fn russian_has_its_own_plurals_and_separators() {
        let locale = Locale::ru;
        for (number, words) in [
            (1, "1\u{a0}кредит"),
            (2, "2\u{a0}кредита"),
            (5, "5\u{a0}кредитов"),
            (11, "11\u{a0}кредитов"),
            (21, "21\u{a0}кредит"),
            (104, "104\u{a0}кредита"),
            (12_000, "12\u{a0}000\u{a0}кредитов"),
        ] {
            assert_eq!(credits(locale, Credits(number)), words);
        }
        assert_eq!(usd(locale, 1_234.5), "1\u{a0}234,50\u{a0}$");
        assert_eq!(percent(locale, 0.5), "50\u{a0}%");
        assert_eq!(plain_number(locale, 0.25), "0,25");
    }

    #[test]
    fn a_share_is_rounded_and_clamped() {
        assert_eq!(percents(0.625), 63);
        assert_eq!(percents(1.5), 100);
        assert_eq!(percents(-0.1), 0);
        assert_eq!(percent(Locale::en, 0.5), "50%");
    }

    #[test]
    fn dollars_show_cents_only_if_there_are_any() {
        assert_eq!(usd(Locale::en, 8000.0), "$8,000");
        assert_eq!(usd(Locale::en, 0.5), "$0.50");
        assert_eq!(usd(Locale::en, 1_234.567), "$1,234.57");
    }

    #[test]
    fn a_sum_has_its_currency_and_a_true_minus_sign() {
        for (locale, currency, cents, words) in [
            (Locale::en, "USD", 123_450, "$1,234.50"),
            (Locale::en, "USD", -50, "\u{2212}$0.50"),
            (Locale::en, "EUR", 123_400, "1,234\u{a0}EUR"),
            (Locale::ru, "EUR", 5, "0,05\u{a0}EUR"),
            (Locale::ru, "USD", -100, "\u{2212}1\u{a0}$"),
        ] {
            assert_eq!(money(locale, currency, Cents(cents)), words);
        }
    }

    #[test]
    fn a_rate_has_all_its_decimals() {
        assert_eq!(rate(Locale::en, Rate(50)), "0.5%");
        assert_eq!(rate(Locale::en, Rate(10_000)), "100%");
        assert_eq!(rate(Locale::ru, Rate(1_225)), "12,25\u{a0}%");
    }

    #[test]
    fn bounds_are_written_in_full() {
        assert_eq!(plain_number(Locale::en, 1e9), "1,000,000,000");
        assert_eq!(plain_number(Locale::en, 0.01), "0.01");
    }

    #[test]
    fn a_difference_of_shares_is_in_points_with_its_sign() {
        assert_eq!(points(Locale::en, 0.123), "+12 points");
        assert_eq!(points(Locale::en, -0.01), "\u{2212}1 point");
        assert_eq!(points(Locale::en, 0.001), "0 points");
    }

    #[test]
    fn a_range_of_dollars_may_be_open() {
        let locale = Locale::en;
        assert_eq!(
            usd_range(locale, Some(5000.0), Some(10_000.0)),
            "$5,000 to $10,000"
        );
        assert_eq!(usd_range(locale, None, Some(100.0)), "under $100");
        assert_eq!(usd_range(locale, Some(1e6), None), "$1,000,000 or more");
    }

    #[test]
    fn a_measure_is_rounded_by_its_size() {
        assert_eq!(rounded(Locale::en, 1234.56), "1,235");
        assert_eq!(rounded(Locale::en, 0.26), "0.3");
    }

    #[test]
    fn microseconds_are_truncated_to_tenths_of_a_millisecond() {
        assert_eq!(milliseconds(Locale::en, 1_234), "1.2");
        assert_eq!(milliseconds(Locale::ru, 40), "0,0");
    }

    #[test]
    fn a_time_includes_its_zone() {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!(utc_time(at), "2023-11-14 22:13 UTC");
    }
}
