//! Parses the fields of a campaign one by one and collects their violations.

use std::ops::RangeInclusive;

use chrono::{Datelike as _, NaiveDate};

use super::reference::{COUNTRIES, CURRENCIES, find_category, find_currency};
use super::{
    CATEGORIES, Category, Currency, FieldErrors, Violation, parse_choice, parse_date, parse_number,
    text_violation,
};

/// Largest goal, in US dollars.
pub const GOAL_MAX_USD: f64 = 1e9;
/// Smallest goal, in US dollars.
pub const GOAL_MIN_USD: f64 = 0.01;
/// The text of a yes-or-no field whose answer is not known; blank means the same.
pub const UNKNOWN: &str = "unknown";
/// The years that dates of campaigns may be in.
pub const CAMPAIGN_YEARS: RangeInclusive<i32> = 2009..=2099;
/// Largest exchange rate, in US dollars per unit.
pub const RATE_MAX: f64 = 1e4;
/// Last position in the list of a parent category.
pub const POSITION_MAX: u32 = 100;

/// Collects violations: the first of each field.
#[derive(Default)]
pub(super) struct Checker {
    pub(super) errors: FieldErrors,
}

impl Checker {
    pub(super) fn fail(&mut self, field: &str, violation: Violation) {
        self.errors.entry(field.to_owned()).or_insert(violation);
    }

    /// Fails a field that has no value.
    pub(super) fn refuse<T>(&mut self, field: &str, violation: Violation) -> Option<T> {
        self.fail(field, violation);
        None
    }

    /// The value if no field failed.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, FieldErrors> {
        let value = value.filter(|_| self.errors.is_empty());
        value.ok_or(self.errors)
    }

    /// The text without the white space around it; fails if it is blank.
    fn required<'a>(&mut self, field: &str, text: &'a str) -> Option<&'a str> {
        match text.trim() {
            "" => self.refuse(field, Violation::Required),
            text => Some(text),
        }
    }

    pub(super) fn required_text(&mut self, field: &str, text: &str, max: u32) -> Option<String> {
        let text = self.required(field, text)?;
        self.text(field, text, max)
    }

    pub(super) fn text(&mut self, field: &str, text: &str, max: u32) -> Option<String> {
        let text = text.trim();
        match text_violation(text, max) {
            Some(violation) => self.refuse(field, violation),
            None => (!text.is_empty()).then(|| text.to_owned()),
        }
    }

    pub(super) fn choice<T>(&mut self, field: &str, text: &str, all: &[T]) -> Option<T>
    where
        T: Copy + std::fmt::Display,
    {
        parse_choice(text, all).unwrap_or_else(|violation| self.refuse(field, violation))
    }

    pub(super) fn flag(&mut self, field: &str, text: &str) -> Option<bool> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" | UNKNOWN => None,
            "true" | "1" | "on" | "yes" => Some(true),
            "false" | "0" | "off" | "no" => Some(false),
            _ => self.refuse(field, Violation::NotABoolean),
        }
    }

    pub(super) fn number(&mut self, field: &str, text: &str, min: f64, max: f64) -> Option<f64> {
        match parse_number(text.trim()) {
            Some(number) if (min..=max).contains(&number) => Some(number),
            Some(_) => self.refuse(field, Violation::out_of_range(min, max)),
            None => self.refuse(field, Violation::NotANumber),
        }
    }

    pub(super) fn goal(&mut self, text: &str) -> Option<f64> {
        let text = self.required("usd_goal", text)?;
        self.number("usd_goal", text, GOAL_MIN_USD, GOAL_MAX_USD)
    }

    /// In Kickstarter's data a rate of 0 means unknown.
    pub(super) fn rate(&mut self, field: &str, text: &str) -> Option<f64> {
        self.optional_number(field, text, 0.0, RATE_MAX)
            .filter(|rate| *rate > 0.0)
    }

    pub(super) fn optional_number(
        &mut self,
        field: &str,
        text: &str,
        min: f64,
        max: f64,
    ) -> Option<f64> {
        if text.trim().is_empty() {
            return None;
        }
        self.number(field, text, min, max)
    }

    /// A whole number, if one is given.
    pub(super) fn whole_number(
        &mut self,
        field: &str,
        text: &str,
        min: u32,
        max: u32,
    ) -> Option<u32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        // Spreadsheets write whole numbers as `5.0`.
        match text.strip_suffix(".0").unwrap_or(text).parse::<u32>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            Ok(_) => self.refuse(field, Violation::out_of_range(min.into(), max.into())),
            Err(_) => self.refuse(field, Violation::NotAWholeNumber),
        }
    }

    pub(super) fn position(&mut self, text: &str) -> Option<u32> {
        self.whole_number("position", text, 0, POSITION_MAX)
    }

    pub(super) fn required_date(&mut self, field: &str, text: &str) -> Option<NaiveDate> {
        let text = self.required(field, text)?;
        let Some(date) = parse_date(text) else {
            return self.refuse(field, Violation::NotADate);
        };
        if CAMPAIGN_YEARS.contains(&date.year()) {
            return Some(date);
        }
        let min = format!("{}-01-01", CAMPAIGN_YEARS.start());
        let max = format!("{}-12-31", CAMPAIGN_YEARS.end());
        self.refuse(field, Violation::DateOutOfRange { min, max })
    }

    pub(super) fn country(&mut self, text: &str) -> Option<String> {
        let text = self.required("country", text)?;
        let mut codes = COUNTRIES.iter();
        match codes.find(|code| code.eq_ignore_ascii_case(text)) {
            Some(code) => Some((*code).to_owned()),
            None => self.refuse("country", Violation::not_one_of(COUNTRIES)),
        }
    }

    pub(super) fn currency(&mut self, text: &str) -> Option<&'static Currency> {
        let text = self.required("currency", text)?;
        find_currency(text).or_else(|| {
            let allowed = CURRENCIES.iter().map(|it| it.code);
            self.refuse("currency", Violation::not_one_of(allowed))
        })
    }

    /// Some category names exist under several parents. The parent, if given, decides.
    pub(super) fn category(&mut self, name: &str, parent: &str) -> Option<&'static Category> {
        let name = self.required("analytics_name", name)?;
        let parent = parent.trim();
        let Some(by_name) = find_category(name, None) else {
            let allowed = distinct(CATEGORIES.iter().map(|it| it.name));
            return self.refuse("analytics_name", Violation::not_one_of(allowed));
        };
        // In scraped data the parent may also be the category itself, or unknown.
        if parent.is_empty() || parent.eq_ignore_ascii_case(name) || parent == "(unknown)" {
            return Some(by_name);
        }
        find_category(name, Some(parent)).or_else(|| {
            let of_name = CATEGORIES.iter().filter(|it| it.name == by_name.name);
            let allowed = distinct(of_name.map(|it| it.parent));
            self.refuse("parent_name", Violation::not_one_of(allowed))
        })
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for name in names {
        if let Err(place) = distinct.binary_search(&name) {
            distinct.insert(place, name);
        }
    }
    distinct
}
