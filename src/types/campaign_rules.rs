//! The validation rules of a campaign, shared by the browser and the server.

use chrono::NaiveDate;

use super::field_checker::Checker;
use super::{Campaign, CampaignInput, DURATION_MAX_DAYS, FieldErrors, Violation};

/// Maximum length of the title, in characters; Kickstarter allows 60.
pub const NAME_MAX_CHARS: u32 = 100;
/// Maximum length of the summary, in characters; Kickstarter allows 135.
pub const BLURB_MAX_CHARS: u32 = 200;
/// Maximum funding period of a past campaign, in days: Kickstarter's limit was 90 days until 2011, and differences
/// between time zones can add up to two.
pub const PAST_DURATION_MAX_DAYS: u32 = 92;
/// Maximum length of a city, a region and a kind of location, in characters.
pub const PLACE_MAX_CHARS: u32 = 100;
/// Most earlier campaigns of a creator.
pub const EARLIER_PROJECTS_MAX: u32 = 1000;
/// Most reward tiers.
pub const REWARD_TIERS_MAX: u32 = 1000;
/// Smallest median price of the reward tiers, in US dollars.
pub const REWARD_MIN_USD: f64 = 0.01;
/// Largest median price of the reward tiers, in US dollars.
pub const REWARD_MAX_USD: f64 = 10_000.0;

impl CampaignInput {
    /// Checks every field and derives optional ones: rates from the currency, `parent_name` and `position` from the
    /// category, `created_at` from `today` or, if earlier, the launch.
    ///
    /// # Errors
    /// Every violation, by the wire name of its field.
    pub fn check(&self, today: NaiveDate) -> Result<Campaign, FieldErrors> {
        self.check_lasting(today, DURATION_MAX_DAYS)
    }

    /// Like [`CampaignInput::check`], with another maximum funding period, in days.
    ///
    /// # Errors
    /// Every violation, by the wire name of its field.
    pub fn check_lasting(&self, today: NaiveDate, max_days: u32) -> Result<Campaign, FieldErrors> {
        let mut checker = Checker::default();
        let campaign = self.read(today, max_days, &mut checker);
        checker.finish(campaign)
    }

    fn read(&self, today: NaiveDate, max_days: u32, checker: &mut Checker) -> Option<Campaign> {
        let country = checker.country(&self.country);
        let currency = checker.currency(&self.currency);
        let static_usd_rate = checker.rate("static_usd_rate", &self.static_usd_rate);
        let fx_rate = checker.rate("fx_rate", &self.fx_rate);
        let dates = self.dates(today, max_days, checker);
        let name = checker.required_text("name", &self.name, NAME_MAX_CHARS);
        let blurb = checker.text("blurb", &self.blurb, BLURB_MAX_CHARS);
        let usd_goal = checker.goal(&self.usd_goal);
        let category = checker.category(&self.analytics_name, &self.parent_name);
        let position = checker.position(&self.position);
        let prelaunch_activated = checker.flag("prelaunch_activated", &self.prelaunch_activated);
        let staff_pick = checker.flag("staff_pick", &self.staff_pick);
        let ppohasaction = checker.flag("ppohasaction", &self.ppohasaction);
        let is_not_first_project = checker.flag("is_not_first_project", &self.is_not_first_project);
        let has_video = checker.flag("has_video", &self.has_video);
        let name_city = checker.text("name_city", &self.name_city, PLACE_MAX_CHARS);
        let region = checker.text("region", &self.region, PLACE_MAX_CHARS);
        let location_type = checker.text("type", &self.location_type, PLACE_MAX_CHARS);

        let earlier = self.earlier_projects(is_not_first_project, checker);
        let reward_tiers =
            checker.whole_number("reward_tiers", &self.reward_tiers, 1, REWARD_TIERS_MAX);
        let median_reward_usd = checker.optional_number(
            "median_reward_usd",
            &self.median_reward_usd,
            REWARD_MIN_USD,
            REWARD_MAX_USD,
        );

        let currency = currency?;
        let category = category?;
        let (created_at, launched_at, deadline) = dates?;
        Some(Campaign {
            country: country?,
            currency: currency.code.to_owned(),
            prelaunch_activated,
            staff_pick,
            static_usd_rate: static_usd_rate.or(Some(currency.static_usd_rate)),
            fx_rate: fx_rate.or(Some(currency.fx_rate)),
            created_at,
            launched_at,
            deadline,
            name: name?,
            blurb: blurb.unwrap_or_default(),
            usd_goal: usd_goal?,
            name_city,
            region,
            location_type,
            ppohasaction,
            analytics_name: category.name.to_owned(),
            position: position.or(category.position),
            parent_name: category.parent.to_owned(),
            is_not_first_project: is_not_first_project.or(earlier.0.map(|projects| projects > 0)),
            has_video: has_video.unwrap_or(false),
            earlier_projects: earlier.0,
            earlier_successes: earlier.1,
            reward_tiers,
            median_reward_usd,
        })
    }

    /// Earlier projects and successes, which must not contradict each other or `is_not_first_project`.
    fn earlier_projects(
        &self,
        is_not_first: Option<bool>,
        checker: &mut Checker,
    ) -> (Option<u32>, Option<u32>) {
        let lowest = u32::from(is_not_first == Some(true));
        let highest = if is_not_first == Some(false) {
            0
        } else {
            EARLIER_PROJECTS_MAX
        };
        let projects =
            checker.whole_number("earlier_projects", &self.earlier_projects, lowest, highest);
        let successes = checker.whole_number(
            "earlier_successes",
            &self.earlier_successes,
            0,
            projects.unwrap_or(highest),
        );
        (projects, successes)
    }

    /// Draft, launch and deadline.
    fn dates(
        &self,
        today: NaiveDate,
        max_days: u32,
        checker: &mut Checker,
    ) -> Option<(NaiveDate, NaiveDate, NaiveDate)> {
        let launched_at = checker.required_date("launched_at", &self.launched_at);
        let deadline = checker.required_date("deadline", &self.deadline);
        let created_at = if self.created_at.trim().is_empty() {
            launched_at.map(|launched_at| launched_at.min(today))
        } else {
            checker.required_date("created_at", &self.created_at)
        };
        if let (Some(created_at), Some(launched_at)) = (created_at, launched_at)
            && launched_at < created_at
        {
            let other = "created_at".to_owned();
            checker.fail("launched_at", Violation::Before { other });
        }
        if let (Some(launched_at), Some(deadline)) = (launched_at, deadline) {
            let days = (deadline - launched_at).num_days();
            let other = "launched_at".to_owned();
            if days < 1 {
                checker.fail("deadline", Violation::NotAfter { other });
            } else if days > i64::from(max_days) {
                checker.fail("deadline", Violation::TooLongAfter { other, max_days });
            }
        }
        Some((created_at?, launched_at?, deadline?))
    }
}

/// An example campaign that launches two weeks after `today`.
pub fn campaign_example(today: NaiveDate) -> CampaignInput {
    let launched_at = today + chrono::Days::new(14);
    let deadline = launched_at + chrono::Days::new(30);
    CampaignInput {
        country: "US".to_owned(),
        currency: "USD".to_owned(),
        created_at: today.to_string(),
        launched_at: launched_at.to_string(),
        deadline: deadline.to_string(),
        name: "Little Lanterns: a cooperative board game".to_owned(),
        blurb: "Guide the lantern keepers home before dawn. A calm game for two to four players, \
                forty minutes, made of wood and recycled card."
            .to_owned(),
        usd_goal: "8000".to_owned(),
        name_city: "Portland".to_owned(),
        region: "OR".to_owned(),
        location_type: "Town".to_owned(),
        analytics_name: "Tabletop Games".to_owned(),
        parent_name: "Games".to_owned(),
        is_not_first_project: "false".to_owned(),
        has_video: "true".to_owned(),
        ..CampaignInput::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::test_support::sample;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()
    }

    fn broken(field: &str, value: &str) -> FieldErrors {
        let mut input = sample();
        *input.field_mut(field).unwrap() = value.to_owned();
        input.check(today()).expect_err(value)
    }

    #[test]
    fn the_sample_is_accepted_as_it_is() {
        let campaign = sample().check(today()).unwrap();
        assert_eq!(campaign.parent_name, "Dance");
        assert_eq!(campaign.ppohasaction, Some(false));
        assert_eq!(campaign.duration_days(), 21);
        assert_eq!(campaign.preparation_days(), 15);
    }

    #[test]
    fn the_example_is_accepted_and_derives_the_rest() {
        let campaign = campaign_example(today()).check(today()).unwrap();
        assert_eq!(campaign.static_usd_rate, Some(1.0));
        assert_eq!(campaign.created_at, today());
        assert!(campaign.position.is_some());
    }

    #[test]
    fn every_broken_rule_names_its_field() {
        for (field, value) in [
            ("country", ""),
            ("country", "Narnia"),
            ("currency", "XYZ"),
            ("prelaunch_activated", "maybe"),
            ("staff_pick", "2"),
            ("static_usd_rate", "-1"),
            ("fx_rate", "one"),
            ("created_at", "15/01/2024"),
            ("launched_at", "2024-02-30"),
            ("launched_at", "2024-01-14"),
            ("deadline", "2024-01-30"),
            ("deadline", "2024-03-31"),
            ("deadline", "12024-03-31"),
            ("name", "  "),
            ("name", &"x".repeat(101)),
            ("blurb", &"x".repeat(201)),
            ("usd_goal", ""),
            ("usd_goal", "0"),
            ("usd_goal", "-5"),
            ("usd_goal", "inf"),
            ("usd_goal", "NaN"),
            ("usd_goal", "1e300"),
            ("name_city", &"x".repeat(101)),
            ("analytics_name", "Danse"),
            ("position", "1.5"),
            ("position", "5.0.0"),
            ("position", "101"),
            ("parent_name", "Games"),
        ] {
            let errors = broken(field, value);
            assert_eq!(
                errors.keys().collect::<Vec<_>>(),
                [field],
                "{field}={value}: {errors:?}"
            );
        }
    }

    #[test]
    fn a_campaign_that_has_run_may_have_been_longer_than_a_plan() {
        let mut input = sample();
        for (deadline, is_plan, is_past) in [
            ("2024-03-30", true, true),
            ("2024-03-31", false, true),
            ("2024-05-01", false, true),
            ("2024-05-02", false, false),
        ] {
            deadline.clone_into(&mut input.deadline);
            assert_eq!(input.check(today()).is_ok(), is_plan, "{deadline}");
            let past = input.check_lasting(today(), PAST_DURATION_MAX_DAYS);
            assert_eq!(past.is_ok(), is_past, "{deadline}");
        }
    }

    #[test]
    fn several_broken_rules_are_all_told_at_once() {
        let errors = CampaignInput::default().check(today()).unwrap_err();
        for field in [
            "country",
            "currency",
            "launched_at",
            "deadline",
            "name",
            "usd_goal",
            "analytics_name",
        ] {
            assert_eq!(errors[field], Violation::Required, "{field}");
        }
    }

    #[test]
    fn a_category_of_several_parents_follows_the_parent() {
        let mut input = sample();
        input.analytics_name = "comedy".to_owned();
        input.parent_name = "Music".to_owned();
        assert_eq!(input.check(today()).unwrap().parent_name, "Music");
        input.parent_name.clear();
        assert_eq!(input.check(today()).unwrap().parent_name, "Film & Video");
    }

    #[test]
    fn what_was_checked_reads_back_as_the_same_campaign() {
        let campaign = sample().check(today()).unwrap();
        assert_eq!(CampaignInput::from(&campaign).check(today()), Ok(campaign));
    }
}
