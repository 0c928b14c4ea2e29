//! What a user may change in a paid campaign: the requests for "what if" and the bounds of advice, as text on arrival
//! and after the check.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::field_checker::Checker;
use super::{
    Campaign, CampaignInput, ChangeBounds, FieldErrors, GOAL_MAX_USD, NumberFormat, Violation,
};

/// Maximum number of days between the bounds of the launch.
const LAUNCH_WINDOW_MAX_DAYS: u32 = 366;

impl CampaignInput {
    /// The fields that may differ from the paid campaign: those that a creator can still choose.
    pub const PLANNED: [&str; 8] = [
        "usd_goal",
        "created_at",
        "launched_at",
        "deadline",
        "has_video",
        "staff_pick",
        "reward_tiers",
        "median_reward_usd",
    ];

    /// The campaign `paid` with the fields of `self` changed, checked by the same rules. Blank fields stay as they
    /// are.
    ///
    /// # Errors
    /// Every violation, and every field that must not change, by wire name.
    pub fn check_changed(&self, paid: &Campaign) -> Result<Campaign, FieldErrors> {
        let mut given = self.clone();
        let mut plan = Self::from(paid);
        let mut errors = FieldErrors::new();
        for field in Self::FIELDS {
            let text = given.field_mut(field).map(std::mem::take);
            let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            if Self::PLANNED.contains(&field) {
                plan.set(field, text);
            } else if !is_repeated(paid, field, text) {
                errors.insert(field.to_owned(), stays());
            }
        }
        // No date is blank, so `check` does not use its `today`.
        match plan.check(paid.launched_at) {
            Ok(campaign) if errors.is_empty() => Ok(campaign),
            checked => {
                errors.extend(checked.err().unwrap_or_default());
                Err(errors)
            }
        }
    }

    fn set(&mut self, field: &str, text: String) {
        if let Some(value) = self.field_mut(field) {
            *value = text;
        }
    }
}

/// Whether a field repeats the paid value, in any notation.
fn is_repeated(paid: &Campaign, field: &str, text: String) -> bool {
    let mut repeated = CampaignInput::from(paid);
    repeated.set(field, text);
    repeated.check(paid.launched_at).as_ref() == Ok(paid)
}

fn stays() -> Violation {
    Violation::Rejected {
        reason: format!(
            "cannot be changed after payment; only these fields can: {}",
            CampaignInput::PLANNED.join(", ")
        ),
    }
}

/// The user's bounds of advice as they arrive: text, blank for the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    missing_docs,
    reason = "each field is described at the field of `ChangeBounds` of its name"
)]
pub struct ChangeBoundsInput {
    pub goal_min_usd: String,
    pub launch_earliest: String,
    pub launch_latest: String,
    /// The language of the number format in the form; blank for plain numbers.
    pub number_format: String,
}

impl ChangeBoundsInput {
    /// Checks every bound; blank bounds have their defaults.
    ///
    /// # Errors
    /// Every violation, by the name of its field.
    pub fn check(&self, default: ChangeBounds) -> Result<ChangeBounds, FieldErrors> {
        let mut checker = Checker::default();
        let is_given = |text: &str| !text.trim().is_empty();
        let mut bounds = default;
        if is_given(&self.goal_min_usd) {
            let plain = match NumberFormat::of_language(&self.number_format) {
                Some(format) => format.read_sum(&self.goal_min_usd),
                None => Ok(self.goal_min_usd.clone()),
            };
            match plain {
                Ok(plain) => {
                    let least = checker.number("goal_min_usd", &plain, 0.0, GOAL_MAX_USD);
                    bounds.goal_min_usd = least.unwrap_or_default();
                }
                Err(violation) => checker.fail("goal_min_usd", violation),
            }
        }
        let window = TimeDelta::days(LAUNCH_WINDOW_MAX_DAYS.into());
        if is_given(&self.launch_earliest) {
            let earliest = checker.required_date("launch_earliest", &self.launch_earliest);
            let earliest = earliest.unwrap_or_default();
            bounds.launch_earliest = earliest;
            bounds.launch_latest = default.launch_latest.clamp(earliest, earliest + window);
        }
        if is_given(&self.launch_latest) {
            let latest = checker.required_date("launch_latest", &self.launch_latest);
            let latest = latest.unwrap_or_default();
            bounds.launch_latest = latest;
            if !is_given(&self.launch_earliest) {
                bounds.launch_earliest = default.launch_earliest.clamp(latest - window, latest);
            }
        }
        let other = "launch_earliest".to_owned();
        let days = (bounds.launch_latest - bounds.launch_earliest).num_days();
        if checker.errors.is_empty() && days < 0 {
            checker.fail("launch_latest", Violation::Before { other });
        } else if checker.errors.is_empty() && days > i64::from(LAUNCH_WINDOW_MAX_DAYS) {
            let max_days = LAUNCH_WINDOW_MAX_DAYS;
            checker.fail("launch_latest", Violation::TooLongAfter { other, max_days });
        }
        checker.finish(Some(bounds))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::types::campaign_example;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn paid() -> Campaign {
        let today = day("2026-03-01");
        campaign_example(today).check(today).unwrap()
    }

    fn changed(field: &str, value: &str) -> Result<Campaign, FieldErrors> {
        let mut changes = CampaignInput::default();
        *changes.field_mut(field).unwrap() = value.to_owned();
        changes.check_changed(&paid())
    }

    #[test]
    fn nothing_changed_is_the_campaign_that_was_paid_for() {
        assert_eq!(CampaignInput::default().check_changed(&paid()), Ok(paid()));
        assert_eq!(
            CampaignInput::from(&paid()).check_changed(&paid()),
            Ok(paid())
        );
    }

    #[test]
    fn what_is_planned_may_change_by_the_same_rules() {
        assert_eq!(
            changed("has_video", "false").map(|it| it.has_video),
            Ok(false)
        );
        assert_eq!(
            changed("deadline", "2026-03-20").map(|it| it.duration_days()),
            Ok(5)
        );
        for (field, value) in [
            ("usd_goal", "-1"),
            ("deadline", "2026-12-31"),
            ("staff_pick", "?"),
        ] {
            let errors = changed(field, value).unwrap_err();
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field]);
        }
    }

    #[test]
    fn what_was_paid_for_may_be_repeated_and_not_changed() {
        assert_eq!(changed("country", "us"), Ok(paid()));
        for (field, value) in [
            ("country", "GB"),
            ("currency", "EUR"),
            ("name", "Another"),
            ("analytics_name", "Playing Cards"),
            ("is_not_first_project", "true"),
            ("prelaunch_activated", "true"),
        ] {
            let errors = changed(field, value).unwrap_err();
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field]);
        }
    }

    fn bounds(goal: &str, earliest: &str, latest: &str) -> Result<ChangeBounds, FieldErrors> {
        let default = ChangeBounds {
            goal_min_usd: 500.0,
            launch_earliest: day("2026-03-01"),
            launch_latest: day("2026-09-01"),
        };
        let input = ChangeBoundsInput {
            number_format: String::new(),
            goal_min_usd: goal.to_owned(),
            launch_earliest: earliest.to_owned(),
            launch_latest: latest.to_owned(),
        };
        input.check(default)
    }

    #[test]
    fn a_blank_bound_is_the_default_and_never_contradicts_the_other() {
        assert_eq!(
            bounds("", "", "").unwrap().goal_min_usd.to_bits(),
            500_f64.to_bits()
        );
        let late = bounds("", "2026-12-01", "").unwrap();
        assert_eq!(late.launch_latest, day("2026-12-01"));
        let early = bounds("", "", "2026-02-01").unwrap();
        assert_eq!(early.launch_earliest, day("2026-02-01"));
        let much_earlier = bounds("", "2025-01-01", "").unwrap();
        assert_eq!(much_earlier.launch_latest, day("2026-01-02"));
        let much_later = bounds("", "", "2028-01-02").unwrap();
        assert_eq!(much_later.launch_earliest, day("2027-01-01"));
    }

    #[test]
    fn every_broken_bound_is_named() {
        for (given, field) in [
            (["x", "", ""], "goal_min_usd"),
            (["-1", "", ""], "goal_min_usd"),
            (["", "soon", ""], "launch_earliest"),
            (["", "", "2026-02-30"], "launch_latest"),
            (["", "2026-05-01", "2026-04-30"], "launch_latest"),
            (["", "2026-01-01", "2027-05-01"], "launch_latest"),
        ] {
            let errors = bounds(given[0], given[1], given[2]).unwrap_err();
            assert_eq!(errors.keys().collect::<Vec<_>>(), [field]);
        }
    }
}
