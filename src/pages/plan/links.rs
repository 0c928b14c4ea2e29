//! Links between the launch planner and the prediction.

use super::state::PATH;
use crate::components::query::query_url;
use crate::pages::predict::DEFAULTS;
use crate::types::{Assumptions, Campaign, Cents, UNKNOWN_CATEGORY};

/// The form of a prediction, filled with the goal and the category of a plan.
pub fn predict_url(assumptions: &Assumptions) -> String {
    let (currency, parent) = (assumptions.currency, assumptions.parent);
    // The form asks for US dollars, and the planner converts nothing.
    let goal = (currency == "USD").then(|| plain(assumptions.goal));
    let fields = [
        (DEFAULTS, "1".to_owned()),
        ("usd_goal", goal.unwrap_or_default()),
        ("currency", currency.to_owned()),
        // Each parent is a category too.
        ("analytics_name", parent.to_owned()),
        ("parent_name", parent.to_owned()),
    ];
    query_url("/predict", fields)
}

/// The planner, filled with the goal and the category of a campaign. Its goal is in US dollars, whatever the currency of
/// the campaign.
pub fn plan_url(campaign: &Campaign) -> String {
    let parent = match campaign.parent_name.as_str() {
        UNKNOWN_CATEGORY => "",
        parent => parent,
    };
    let fields = [
        ("goal", plain(Cents::of_units(campaign.usd_goal))),
        ("currency", "USD".to_owned()),
        ("category", parent.to_owned()),
    ];
    query_url(PATH, fields)
}

/// A sum as a plain number.
fn plain(sum: Cents) -> String {
    let (whole, cents) = (sum.0 / 100, sum.0 % 100);
    if cents == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{cents:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{CATEGORIES, NumberFormat, PlannerInput, campaign_example, find_category};

    fn assumptions(fields: &[(&str, &str)]) -> Assumptions {
        let given = |name: &str| {
            let mut fields = fields.iter();
            fields.find_map(|(it, text)| (*it == name).then(|| (*text).to_owned()))
        };
        let input = PlannerInput::read(given, ".");
        input.check(NumberFormat::English).unwrap()
    }

    #[test]
    fn a_plan_in_dollars_fills_the_form_and_another_one_leaves_the_goal_open() {
        let plan = assumptions(&[("goal", "8000.5"), ("category", "Film & Video")]);
        assert_eq!(
            predict_url(&plan),
            "/predict?defaults=1&usd_goal=8000.50&currency=USD\
             &analytics_name=Film%20%26%20Video&parent_name=Film%20%26%20Video"
        );
        let euros = [
            ("goal", "8000"),
            ("currency", "EUR"),
            ("average_pledge", "40"),
        ];
        assert_eq!(
            predict_url(&assumptions(&euros)),
            "/predict?defaults=1&currency=EUR"
        );
    }

    #[test]
    fn each_parent_is_a_category_too() {
        for category in CATEGORIES {
            let parent = category.parent;
            assert!(find_category(parent, Some(parent)).is_some(), "{parent}");
        }
    }

    #[test]
    fn a_campaign_fills_the_planner() {
        let today = "2026-11-23".parse().unwrap();
        let mut campaign = campaign_example(today).check(today).unwrap();
        "EUR".clone_into(&mut campaign.currency);
        assert_eq!(
            plan_url(&campaign),
            "/plan?goal=8000&currency=USD&category=Games"
        );
        UNKNOWN_CATEGORY.clone_into(&mut campaign.parent_name);
        campaign.usd_goal = 1234.567;
        assert_eq!(plan_url(&campaign), "/plan?goal=1234.57&currency=USD");
    }
}
