//! Cells from real files, and how each is read.

use proptest::prelude::*;

use super::*;

fn read(field: &str, text: &str) -> String {
    read_cell(field, text, false).unwrap()
}

#[test]
fn days_are_read_in_the_formats_of_pandas_dumps_and_spreadsheets() {
    for text in [
        "2024-01-30",
        "2024-01-30 00:00:00",
        "2024-01-30T12:00:00",
        "2024-01-30T12:00:00.000000",
        "2024-01-30 12:00",
        "2024-01-30 00:00:00+00:00",
        "2024-01-30 23:59:59 UTC",
        "2024-01-30T23:59:59Z",
        "1706572800",
        "1706572800.0",
        "1706572800000",
        "30.01.2024",
        "30.1.2024 9:30",
        "30.01.2024 12:00:00",
        "01/30/2024",
        "30/01/2024",
        "1/30/2024 12:00:00 AM",
        "2024/01/30",
        "2024.01.30",
        " 2024-01-30 ",
    ] {
        let day = read("launched_at", text);
        assert_eq!(
            parse_date(&day),
            NaiveDate::from_ymd_opt(2024, 1, 30),
            "{text}: {day}"
        );
    }
    assert_eq!(read("deadline", "05/05/2024"), "2024-05-05");
}

#[test]
fn invalid_days_are_left_to_the_rules() {
    for text in [
        "soon",
        "30.02.2024",
        "13/13/2024",
        "30.01.24",
        "2024-01-30 25:00:00",
        "2024-01-30 noon",
        "17065728",
        "-1706572800",
        "1706572800.5",
        "1/2",
        "1/2/3/2024",
        "2024-01",
        "٣٠.٠١.٢٠٢٤",
        "99999999999999999999",
    ] {
        assert_eq!(read("launched_at", text), text);
        assert_eq!(parse_date(text), None);
    }
}

#[test]
fn an_ambiguous_day_is_refused_with_both_readings() {
    let error = read_cell("deadline", "03/04/2024", true)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("2024-04-03") && error.contains("2024-03-04"),
        "{error}"
    );
}

#[test]
fn flags_are_read_in_common_spellings() {
    for text in ["1.0", "t", "Y", "TRUE", "ИСТИНА", "Да", "1", "1,0"] {
        assert_eq!(read("has_video", text), "true", "{text}");
    }
    for text in ["0.0", "F", "n", "False", "ЛОЖЬ", "нет"] {
        assert_eq!(read("staff_pick", text), "false", "{text}");
    }
    assert_eq!(read("has_video", "NaN"), "");
    assert_eq!(read("has_video", "maybe"), "maybe");
}

#[test]
fn numbers_are_read_with_a_decimal_point_or_comma() {
    for (text, number) in [
        ("10000", 1e4),
        ("10000.5", 1e4 + 0.5),
        ("10000,50", 1e4 + 0.5),
        ("10 000,50", 1e4 + 0.5),
        ("10\u{a0}000", 1e4),
        ("10.000,50", 1e4 + 0.5),
        ("10,000.50", 1e4 + 0.5),
        ("1.000.000", 1e6),
        ("1,000,000", 1e6),
        ("0,125", 0.125),
        ("1'000'000.5", 1e6 + 0.5),
        ("-5,5", -5.5),
        ("1e4", 1e4),
    ] {
        for is_comma_separated in [true, false] {
            let plain = read_cell("usd_goal", text, is_comma_separated).unwrap();
            assert_eq!(parse_number(&plain), Some(number), "{text}: {plain}");
        }
    }
    assert_eq!(read("fx_rate", "1,125"), "1.125");
    assert_eq!(read("position", "5,0"), "5.0");
}

#[test]
fn an_ambiguous_goal_is_refused_with_both_readings() {
    let error = |text, is_comma_separated| {
        let read = read_cell("usd_goal", text, is_comma_separated);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        error("1,000", true),
        "could be 1000 or 1; write one of these"
    );
    assert_eq!(
        error("10.250", false),
        "could be 10250 or 10.25; write one of these"
    );
    // If commas separate fields, a point is a decimal point.
    assert_eq!(
        read_cell("usd_goal", "10.250", true).as_deref(),
        Ok("10.250")
    );
}

#[test]
fn invalid_numbers_are_left_to_the_rules() {
    for text in [
        "ten",
        "$8,000",
        "1.00.000",
        "1,00,000",
        "1 0000",
        "01.000.000",
        "1..5",
        ",",
        "1,2,3",
        "１００",
    ] {
        assert_eq!(read("usd_goal", text), text);
        assert_eq!(parse_number(text), None, "{text}");
    }
}

#[test]
fn texts_are_not_changed() {
    for text in ["None", "1,5", " 30.01.2024", "t"] {
        assert_eq!(read("name", text), text);
    }
}

proptest! {
    #[test]
    fn no_cell_causes_a_panic(text in "\\PC{0,24}", digits in "[0-9.,/: T'+-]{0,20}") {
        for field in crate::types::CampaignInput::FIELDS {
            for text in [&text, &digits] {
                for is_comma_separated in [true, false] {
                    let _ = read_cell(field, text, is_comma_separated);
                }
            }
        }
    }

    #[test]
    fn every_day_is_read_back_in_every_format(days in 0_i64..33_000, seconds in 0_i64..86_400) {
        let start = NaiveDate::from_ymd_opt(2009, 1, 1).unwrap();
        let day = start + chrono::TimeDelta::days(days);
        let time = day.and_time(chrono::NaiveTime::MIN) + chrono::TimeDelta::seconds(seconds);
        for form in ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y", "%Y/%m/%d", "%s"] {
            let text = time.format(form).to_string();
            let text = if form == "%s" { time.and_utc().timestamp().to_string() } else { text };
            let read = read_cell("deadline", &text, true).unwrap();
            prop_assert_eq!(parse_date(&read), Some(day), "{}", text);
        }
    }

    #[test]
    fn a_number_keeps_its_value_with_any_grouping(cents in 0_u64..100_000_000_000) {
        let (whole, rest) = (cents / 100, cents % 100);
        let digits = whole.to_string();
        let group = |mark: &str| {
            let mut text = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    text.push_str(mark);
                }
                text.push(digit);
            }
            text
        };
        let expected: f64 = format!("{whole}.{rest:02}").parse().unwrap();
        for (mark, decimal) in [("", "."), ("", ","), (".", ","), (",", "."), (" ", ","), ("\u{202f}", ",")] {
            let text = format!("{}{decimal}{rest:02}", group(mark));
            let plain = read_cell("usd_goal", &text, false).unwrap();
            prop_assert_eq!(parse_number(&plain), Some(expected), "{}", text);
        }
    }
}
