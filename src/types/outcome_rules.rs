//! The validation rules of reported outcomes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::field_checker::Checker;
use super::{Campaign, FieldErrors, NumberFormat, Violation};

/// The largest sum that can be reported, in US dollars.
pub const RAISED_MAX_USD: f64 = 1e10;
/// The currency in which a sum can be compared with the goal exactly.
const EXACT_CURRENCY: &str = "USD";
/// In other currencies, Kickstarter compares the amounts in that currency. The goal was converted with one exchange rate
/// and the sum with another, so they may differ by one part in this number without a contradiction.
const EXCHANGE_LEEWAY: i64 = 10;

/// An outcome as it arrives: text, blank if unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutcomeInput {
    /// Whether the campaign reached its goal: `true` or `false`.
    pub reached: String,
    /// What it raised, in US dollars.
    pub raised_usd: String,
}

/// A parsed outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedOutcome {
    /// Whether the campaign reached its goal.
    pub reached: bool,
    /// What it raised, in US cents; `None` if unknown.
    pub raised_usd_cents: Option<i64>,
}

impl OutcomeInput {
    /// Whether nothing is reported.
    pub fn is_blank(&self) -> bool {
        self.reached.trim().is_empty() && self.raised_usd.trim().is_empty()
    }

    /// Converts the sum of a form to a plain number.
    ///
    /// # Errors
    /// The violation, by field, if the sum is ambiguous.
    pub fn read_typed(&mut self, format: NumberFormat) -> Result<(), FieldErrors> {
        let raised = format.read_sum(&self.raised_usd);
        self.raised_usd = raised
            .map_err(|violation| FieldErrors::from([("raised_usd".to_owned(), violation)]))?;
        Ok(())
    }

    /// Parses the values. A sum is rounded to cents.
    ///
    /// # Errors
    /// Every violation, by field.
    pub fn parse(&self) -> Result<ReportedOutcome, FieldErrors> {
        let mut checker = Checker::default();
        if self.reached.trim().is_empty() {
            checker.fail("reached", Violation::Required);
        }
        let reached = checker.flag("reached", &self.reached);
        let raised = match self.raised_usd.trim() {
            "" => None,
            raised => checker.number("raised_usd", raised, 0.0, RAISED_MAX_USD),
        };
        let outcome = reached.map(|reached| ReportedOutcome {
            reached,
            raised_usd_cents: raised.map(cents),
        });
        checker.finish(outcome)
    }
}

impl ReportedOutcome {
    /// Compares an outcome with its campaign. Kickstarter is all or nothing: a campaign that reached its goal raised at
    /// least the goal. It may do so on any day from its launch on, but fails only at its deadline.
    ///
    /// # Errors
    /// Every violation, by field.
    pub fn check(&self, campaign: &Campaign, today: NaiveDate) -> Result<(), FieldErrors> {
        let mut checker = Checker::default();
        let (other, date) = if self.reached {
            ("launched_at", campaign.launched_at)
        } else {
            ("deadline", campaign.deadline)
        };
        if today < date {
            let other = other.to_owned();
            checker.fail("reached", Violation::TooEarly { other, date });
        }
        if let Some(raised) = self.raised_usd_cents {
            let goal_usd = campaign.usd_goal;
            let goal = cents(goal_usd);
            let leeway = if campaign.currency == EXACT_CURRENCY {
                0
            } else {
                goal / EXCHANGE_LEEWAY
            };
            if self.reached && raised < goal - leeway {
                checker.fail("raised_usd", Violation::BelowGoal { goal_usd });
            } else if !self.reached && raised >= goal + leeway {
                checker.fail("raised_usd", Violation::NotBelowGoal { goal_usd });
            }
        }
        checker.finish(Some(()))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "sums and goals are at most ten thousand million dollars"
)]
fn cents(usd: f64) -> i64 {
    (usd * 100.0).round() as i64
}

/// The name of a field on one line of a file, in errors: `line 7: reached`; without a field, of the whole line.
pub fn line_field(line: u64, field: Option<&str>) -> String {
    match field {
        Some(field) => format!("line {line}: {field}"),
        None => format!("line {line}"),
    }
}

/// The line and the field of a name that [`line_field`] made; `None` for other names.
pub fn split_line_field(name: &str) -> Option<(u64, Option<&str>)> {
    let rest = name.strip_prefix("line ")?;
    let (line, field) = match rest.split_once(": ") {
        Some((line, field)) => (line, Some(field)),
        None => (rest, None),
    };
    Some((line.parse().ok()?, field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::test_support::sample;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Goal 10,000 US dollars, from 2024-01-30 to 2024-02-20.
    fn campaign(currency: &str) -> Campaign {
        let mut input = sample();
        currency.clone_into(&mut input.currency);
        input.check(day("2024-03-01")).unwrap()
    }

    fn parse(reached: &str, raised: &str) -> Result<ReportedOutcome, FieldErrors> {
        let input = OutcomeInput {
            reached: reached.to_owned(),
            raised_usd: raised.to_owned(),
        };
        input.parse()
    }

    fn check(currency: &str, reached: &str, raised: &str, today: &str) -> FieldErrors {
        let outcome = parse(reached, raised).unwrap();
        let checked = outcome.check(&campaign(currency), day(today));
        checked.err().unwrap_or_default()
    }

    #[test]
    fn an_outcome_is_parsed_to_cents() {
        for (raised, cents) in [
            ("", None),
            (" ", None),
            ("0", Some(0)),
            ("12000", Some(1_200_000)),
            ("12000.5", Some(1_200_050)),
            ("12000.994", Some(1_200_099)),
            ("0.29", Some(29)),
            ("1e10", Some(1_000_000_000_000)),
        ] {
            let outcome = parse("true", raised).unwrap();
            assert_eq!(outcome.raised_usd_cents, cents, "{raised}");
            assert!(outcome.reached);
        }
        assert!(!parse("false", "").unwrap().reached);
    }

    #[test]
    fn every_invalid_value_names_its_field() {
        for (reached, raised, fields) in [
            ("", "", &["reached"][..]),
            ("", "5", &["reached"]),
            ("maybe", "much", &["raised_usd", "reached"]),
            ("true", "-1", &["raised_usd"]),
            ("true", "1e11", &["raised_usd"]),
            ("true", "inf", &["raised_usd"]),
            ("true", "NaN", &["raised_usd"]),
        ] {
            let errors = parse(reached, raised).unwrap_err();
            let names: Vec<&str> = errors.keys().map(String::as_str).collect();
            assert_eq!(names, fields, "{reached} {raised}");
        }
    }

    #[test]
    fn the_sum_agrees_with_whether_the_goal_was_reached() {
        for (reached, raised, is_valid) in [
            ("true", "10000", true),
            ("true", "9999.99", false),
            ("true", "0", false),
            ("true", "", true),
            ("false", "9999.99", true),
            ("false", "10000", false),
            ("false", "0", true),
            ("false", "", true),
        ] {
            let errors = check("USD", reached, raised, "2024-02-20");
            assert_eq!(
                errors.is_empty(),
                is_valid,
                "{reached} {raised}: {errors:?}"
            );
            assert!(errors.keys().all(|field| field == "raised_usd"));
        }
    }

    #[test]
    fn exchange_rates_leave_some_leeway() {
        for (reached, raised, is_valid) in [
            ("true", "9000", true),
            ("true", "8999.99", false),
            ("false", "10999.99", true),
            ("false", "11000", false),
        ] {
            let errors = check("EUR", reached, raised, "2024-02-20");
            assert_eq!(
                errors.is_empty(),
                is_valid,
                "{reached} {raised}: {errors:?}"
            );
        }
    }

    #[test]
    fn a_campaign_fails_at_its_deadline_and_succeeds_from_its_launch_on() {
        let early = |other: &str, date: &str| {
            let (other, date) = (other.to_owned(), day(date));
            FieldErrors::from([("reached".to_owned(), Violation::TooEarly { other, date })])
        };
        assert_eq!(
            check("USD", "false", "", "2024-02-19"),
            early("deadline", "2024-02-20")
        );
        assert!(check("USD", "false", "", "2024-02-20").is_empty());
        assert_eq!(
            check("USD", "true", "", "2024-01-29"),
            early("launched_at", "2024-01-30")
        );
        assert!(check("USD", "true", "", "2024-01-30").is_empty());
    }

    #[test]
    fn a_sum_is_read_in_the_notation_of_the_form() {
        let mut input = OutcomeInput {
            reached: "true".to_owned(),
            raised_usd: "12 000,50".to_owned(),
        };
        input.read_typed(NumberFormat::Russian).unwrap();
        assert_eq!(input.raised_usd, "12000.50");
        input.raised_usd = "12.000".to_owned();
        let errors = input.read_typed(NumberFormat::Russian).unwrap_err();
        assert_eq!(errors["raised_usd"], Violation::AmbiguousNumber);
    }

    #[test]
    fn the_name_of_a_line_is_read_back() {
        for field in [None, Some("reached")] {
            let name = line_field(12, field);
            assert_eq!(split_line_field(&name), Some((12, field)));
        }
        for other in ["reached", "line", "line x", "file"] {
            assert_eq!(split_line_field(other), None, "{other}");
        }
    }
}
