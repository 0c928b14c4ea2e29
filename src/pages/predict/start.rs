//! The initial values of the form: those submitted without JavaScript, the example, or defaults.

use chrono::{Days, NaiveDate};

use crate::types::{CampaignInput, campaign_example};

/// Name of the query parameter that asks for the example.
pub const EXAMPLE: &str = "example";
/// Name of the query parameter that keeps the defaults of the fields that the URL does not give.
pub const DEFAULTS: &str = "defaults";
/// The form with the example in it, for browsers without JavaScript too.
pub const EXAMPLE_URL: &str = "/predict?example=1";

const DAYS_TO_LAUNCH: u64 = 30;
const DAYS_OF_FUNDING: u64 = 30;

/// The initial values. `query` returns the value that the URL has for a name.
pub fn first_values(query: impl Fn(&str) -> Option<String>, today: NaiveDate) -> CampaignInput {
    let mut input = if query(EXAMPLE).is_some() {
        campaign_example(today)
    } else {
        defaults(today)
    };
    let is_given = |name: &&str| query(name).is_some();
    if query(DEFAULTS).is_none() && CampaignInput::FIELDS.iter().any(is_given) {
        input = CampaignInput::default();
    }
    for name in CampaignInput::FIELDS {
        if let (Some(field), Some(value)) = (input.field_mut(name), query(name)) {
            *field = value;
        }
    }
    input
}

fn defaults(today: NaiveDate) -> CampaignInput {
    let launched_at = today + Days::new(DAYS_TO_LAUNCH);
    let deadline = launched_at + Days::new(DAYS_OF_FUNDING);
    CampaignInput {
        country: "US".to_owned(),
        currency: "USD".to_owned(),
        launched_at: launched_at.to_string(),
        deadline: deadline.to_string(),
        has_video: "false".to_owned(),
        ..CampaignInput::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
    }

    #[test]
    fn the_defaults_lack_only_what_the_user_must_enter() {
        let errors = first_values(|_| None, today()).check(today()).unwrap_err();
        let fields: Vec<_> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["analytics_name", "name", "usd_goal"]);
    }

    #[test]
    fn the_example_is_valid() {
        let values = first_values(|name| (name == EXAMPLE).then(|| "1".to_owned()), today());
        assert!(values.check(today()).is_ok());
    }

    #[test]
    fn submitted_values_are_shown_without_defaults() {
        let values = first_values(
            |name| (name == "usd_goal").then(|| "12x".to_owned()),
            today(),
        );
        assert_eq!(values.usd_goal, "12x");
        assert_eq!(values.country, "");
    }

    #[test]
    fn a_link_may_give_some_values_and_keep_the_defaults_of_the_others() {
        let given = |name: &str| match name {
            "usd_goal" => Some("8000".to_owned()),
            DEFAULTS => Some("1".to_owned()),
            _ => None,
        };
        let values = first_values(given, today());
        assert_eq!(values.usd_goal, "8000");
        assert_eq!(values.country, "US");
        assert_eq!(values.launched_at, "2026-12-23");
    }
}
