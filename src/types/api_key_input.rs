//! What arrives with requests about API keys, and its rules.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::field_checker::Checker;
use super::{
    ApiKeyId, AppError, CapPeriod, Caps, Credits, FieldErrors, Scope, Violation, parse_date,
    parse_id,
};

/// Maximum length of a label.
pub const LABEL_MAX_CHARS: u32 = 60;
/// The largest cap.
pub const CAP_MAX: u32 = 1_000_000_000;
/// The longest life of a key that expires, in days.
pub const EXPIRY_MAX_DAYS: u32 = 3_650;
/// Most days in a report of spending.
pub const SPEND_MAX_DAYS: u32 = 31;

/// A new key as it arrives: text, blank for the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiKeyInput {
    /// What the user calls it.
    pub label: String,
    /// Whether it has [`Scope::Read`].
    pub read: String,
    /// Whether it has [`Scope::Predict`].
    pub predict: String,
    /// Whether it has [`Scope::TopUp`].
    pub top_up: String,
    /// Whether it has [`Scope::Manage`].
    pub manage: String,
    /// Days until it expires; blank for never.
    pub expires_in_days: String,
    /// Credits that it may spend per day; blank for no cap. The same for the others.
    pub cap_day: String,
    /// Credits per week.
    pub cap_week: String,
    /// Credits per month.
    pub cap_month: String,
    /// Credits in total.
    pub cap_total: String,
}

/// A parsed new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// What the user calls it.
    pub label: String,
    /// What it may do; not empty.
    pub scopes: Vec<Scope>,
    /// Days until it expires.
    pub expires_in_days: Option<u32>,
    /// What it may spend.
    pub caps: Caps,
}

/// The name of the field with a cap.
pub const fn cap_field(period: CapPeriod) -> &'static str {
    match period {
        CapPeriod::Day => "cap_day",
        CapPeriod::Week => "cap_week",
        CapPeriod::Month => "cap_month",
        CapPeriod::Total => "cap_total",
    }
}

impl ApiKeyInput {
    /// Parses the values.
    ///
    /// # Errors
    /// Every violation, by field. A key without a scope is named by `scopes`.
    pub fn check(&self) -> Result<NewApiKey, FieldErrors> {
        let mut checker = Checker::default();
        let label = checker.required_text("label", &self.label, LABEL_MAX_CHARS);
        let mut scopes = Vec::new();
        for (scope, text) in [
            (Scope::Read, &self.read),
            (Scope::Predict, &self.predict),
            (Scope::TopUp, &self.top_up),
            (Scope::Manage, &self.manage),
        ] {
            if checker.flag(scope.as_str(), text) == Some(true) {
                scopes.push(scope);
            }
        }
        if scopes.is_empty() {
            checker.fail("scopes", Violation::Required);
        }
        let days = &self.expires_in_days;
        let expires_in_days = checker.whole_number("expires_in_days", days, 1, EXPIRY_MAX_DAYS);
        let mut caps = Caps::default();
        for (period, text) in [
            (CapPeriod::Day, &self.cap_day),
            (CapPeriod::Week, &self.cap_week),
            (CapPeriod::Month, &self.cap_month),
            (CapPeriod::Total, &self.cap_total),
        ] {
            let cap = checker.whole_number(cap_field(period), text, 1, CAP_MAX);
            caps.set(period, cap.map(|cap| Credits(cap.into())));
        }
        checker.finish(label.map(|label| NewApiKey {
            label,
            scopes,
            expires_in_days,
            caps,
        }))
    }
}

/// Which spending to report, as it arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiKeySpendInput {
    /// The key; blank for all.
    pub id: String,
    /// The first day, in UTC; blank for 30 days before the last.
    pub from: String,
    /// The last day, in UTC; blank for today.
    pub to: String,
}

impl ApiKeySpendInput {
    /// The key, and the first and the last day.
    ///
    /// # Errors
    /// 422 naming every field that is wrong.
    pub fn check(
        &self,
        today: NaiveDate,
    ) -> Result<(Option<ApiKeyId>, NaiveDate, NaiveDate), AppError> {
        let mut checker = Checker::default();
        let id = match parse_id("id", &self.id) {
            Ok(id) => id,
            Err(_) => checker.refuse("id", Violation::NotAnId),
        };
        let mut day = |field: &str, text: &str| match text.trim() {
            "" => None,
            text => parse_date(text).or_else(|| checker.refuse(field, Violation::NotADate)),
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        let to = to.unwrap_or(today);
        let earliest = to - Days::new(u64::from(SPEND_MAX_DAYS) - 1);
        let from = from.unwrap_or(earliest);
        let other = "from".to_owned();
        if from > to {
            checker.fail("to", Violation::Before { other });
        } else if from < earliest {
            let max_days = SPEND_MAX_DAYS - 1;
            checker.fail("to", Violation::TooLongAfter { other, max_days });
        }
        checker
            .finish(Some((id, from, to)))
            .map_err(AppError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> ApiKeyInput {
        ApiKeyInput {
            label: " My script ".to_owned(),
            read: "true".to_owned(),
            ..ApiKeyInput::default()
        }
    }

    #[test]
    fn a_key_has_a_label_and_a_scope_and_may_have_caps_and_an_end() {
        let plain = input().check().unwrap();
        assert_eq!(plain.label, "My script");
        assert_eq!(plain.scopes, [Scope::Read]);
        assert_eq!((plain.expires_in_days, plain.caps), (None, Caps::default()));
        let full = ApiKeyInput {
            top_up: "on".to_owned(),
            predict: "false".to_owned(),
            expires_in_days: "90".to_owned(),
            cap_week: "500".to_owned(),
            ..input()
        };
        let full = full.check().unwrap();
        assert_eq!(full.scopes, [Scope::Read, Scope::TopUp]);
        assert_eq!(full.expires_in_days, Some(90));
        assert_eq!(full.caps.week, Some(Credits(500)));
        assert_eq!(full.caps.day, None);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = ApiKeyInput {
            label: "\u{200b}".to_owned(),
            read: "perhaps".to_owned(),
            expires_in_days: "0".to_owned(),
            cap_day: "0".to_owned(),
            cap_month: "1.5".to_owned(),
            cap_total: "1000000001".to_owned(),
            ..ApiKeyInput::default()
        };
        let errors = wrong.check().unwrap_err();
        let names: Vec<&str> = errors.keys().map(String::as_str).collect();
        let expected = [
            "cap_day",
            "cap_month",
            "cap_total",
            "expires_in_days",
            "label",
            "read",
            "scopes",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn spending_is_reported_for_31_days_at_most() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2026-03-31");
        let check = |from: &str, to: &str| {
            let input = ApiKeySpendInput {
                id: String::new(),
                from: from.to_owned(),
                to: to.to_owned(),
            };
            input.check(today)
        };
        let all = Ok((None, day("2026-03-01"), today));
        assert_eq!(check("", ""), all);
        assert_eq!(check("2026-03-01", ""), all);
        let past = Ok((None, day("2026-01-02"), day("2026-02-01")));
        assert_eq!(check("", "2026-02-01"), past);
        for (from, to) in [("2026-02-28", ""), ("2026-04-01", ""), ("x", ""), ("", "y")] {
            assert!(check(from, to).is_err(), "{from} {to}");
        }
    }
}
