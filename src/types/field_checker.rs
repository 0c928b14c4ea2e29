//! Parses the fields of a campaign one by one and collects their violations.

use chrono::NaiveDate;

use super::reference::{COUNTRIES, CURRENCIES, find_category, find_currency};
use super::{
    CATEGORIES, Category, Currency, FieldErrors, Violation, parse_date, parse_number,
    text_violation,
};

/// Largest goal, in US dollars.
pub const GOAL_MAX_USD: f64 = 1e9;
const GOAL_MIN_USD: f64 = 0.01;
const RATE_MAX: f64 = 1e4;
const POSITION_MAX: u32 = 100;
const FIRST_DAY: &str = "2009-01-01";
const LAST_DAY: &str = "2099-12-31";

/// Collects violations: the first of each field.
#[derive(Default)]
pub(super) struct Checker {
    pub(super) errors: FieldErrors,
}

impl Checker {
    pub(super) fn fail(&mut self, field: &str, violation: Violation) {
        self.errors.entry(field.to_owned()).or_insert(violation);
    }

    pub(super) fn text(
        &mut self,
        field: &str,
        text: &str,
        max: u32,
        required: bool,
    ) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            if required {
                self.fail(field, Violation::Required);
            }
            return None;
        }
        if let Some(violation) = text_violation(text, max) {
            self.fail(field, violation);
            return None;
        }
        Some(text.to_owned())
    }

    pub(super) fn flag(&mut self, field: &str, text: &str) -> Option<bool> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" => None,
            "true" | "1" | "on" | "yes" => Some(true),
            "false" | "0" | "off" | "no" => Some(false),
            _ => {
                self.fail(field, Violation::NotABoolean);
                None
            }
        }
    }

    pub(super) fn number(&mut self, field: &str, text: &str, min: f64, max: f64) -> Option<f64> {
        match parse_number(text.trim()) {
            Some(number) if (min..=max).contains(&number) => Some(number),
            Some(_) => {
                self.fail(field, Violation::out_of_range(min, max));
                None
            }
            None => {
                self.fail(field, Violation::NotANumber);
                None
            }
        }
    }

    pub(super) fn goal(&mut self, text: &str) -> Option<f64> {
        if text.trim().is_empty() {
            self.fail("usd_goal", Violation::Required);
            return None;
        }
        self.number("usd_goal", text, GOAL_MIN_USD, GOAL_MAX_USD)
    }

    /// In Kickstarter's data a rate of 0 means unknown.
    pub(super) fn rate(&mut self, field: &str, text: &str) -> Option<f64> {
        if text.trim().is_empty() {
            return None;
        }
        self.number(field, text, 0.0, RATE_MAX)
            .filter(|rate| *rate > 0.0)
    }

    pub(super) fn position(&mut self, text: &str) -> Option<u32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        // Spreadsheets write whole numbers as `5.0`.
        match text.trim_end_matches(".0").parse::<u32>() {
            Ok(position) if position <= POSITION_MAX => Some(position),
            Ok(_) => {
                self.fail(
                    "position",
                    Violation::out_of_range(0.0, f64::from(POSITION_MAX)),
                );
                None
            }
            Err(_) => {
                self.fail("position", Violation::NotAWholeNumber);
                None
            }
        }
    }

    pub(super) fn required_date(&mut self, field: &str, text: &str) -> Option<NaiveDate> {
        let text = text.trim();
        if text.is_empty() {
            self.fail(field, Violation::Required);
            return None;
        }
        let Some(date) = parse_date(text) else {
            self.fail(field, Violation::NotADate);
            return None;
        };
        // ISO dates of four-digit years sort as text.
        let iso = date.to_string();
        if iso.len() != FIRST_DAY.len() || iso.as_str() < FIRST_DAY || iso.as_str() > LAST_DAY {
            self.fail(
                field,
                Violation::DateOutOfRange {
                    min: FIRST_DAY.to_owned(),
                    max: LAST_DAY.to_owned(),
                },
            );
            return None;
        }
        Some(date)
    }

    pub(super) fn country(&mut self, text: &str) -> Option<String> {
        let text = text.trim();
        if text.is_empty() {
            self.fail("country", Violation::Required);
            return None;
        }
        let known = COUNTRIES
            .iter()
            .find(|code| code.eq_ignore_ascii_case(text));
        if known.is_none() {
            self.fail(
                "country",
                Violation::NotOneOf {
                    allowed: COUNTRIES.iter().map(ToString::to_string).collect(),
                },
            );
        }
        known.map(ToString::to_string)
    }

    pub(super) fn currency(&mut self, text: &str) -> Option<&'static Currency> {
        let text = text.trim();
        if text.is_empty() {
            self.fail("currency", Violation::Required);
            return None;
        }
        let known = find_currency(text);
        if known.is_none() {
            self.fail(
                "currency",
                Violation::NotOneOf {
                    allowed: CURRENCIES.iter().map(|it| it.code.to_owned()).collect(),
                },
            );
        }
        known
    }

    /// Some category names exist under several parents. The parent, if given, decides.
    pub(super) fn category(&mut self, name: &str, parent: &str) -> Option<&'static Category> {
        let (name, parent) = (name.trim(), parent.trim());
        if name.is_empty() {
            self.fail("analytics_name", Violation::Required);
            return None;
        }
        let Some(by_name) = find_category(name, None) else {
            self.fail(
                "analytics_name",
                Violation::NotOneOf {
                    allowed: distinct(CATEGORIES.iter().map(|it| it.name)),
                },
            );
            return None;
        };
        // In scraped data the parent may also be the category itself, or unknown.
        if parent.is_empty() || parent.eq_ignore_ascii_case(name) || parent == "(unknown)" {
            return Some(by_name);
        }
        let found = find_category(name, Some(parent));
        if found.is_none() {
            let allowed = CATEGORIES
                .iter()
                .filter(|it| it.name == by_name.name)
                .map(|it| it.parent);
            self.fail(
                "parent_name",
                Violation::NotOneOf {
                    allowed: distinct(allowed),
                },
            );
        }
        found
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        if let Err(place) = distinct.binary_search_by(|it| it.as_str().cmp(name)) {
            distinct.insert(place, name.to_owned());
        }
    }
    distinct
}
