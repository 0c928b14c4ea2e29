//! Tests of the launch planner's fields: defaults, notations, ranges.

use proptest::prelude::*;

use super::*;
use crate::types::launch_plan::LaunchPlan;

const ENGLISH: NumberFormat = NumberFormat::English;

fn input(fields: &[(&str, &str)]) -> PlannerInput {
    let given = |name: &str| {
        let mut fields = fields.iter();
        fields.find_map(|(it, text)| (*it == name).then(|| (*text).to_owned()))
    };
    PlannerInput::read(given, ".")
}

fn checked(fields: &[(&str, &str)]) -> Result<Assumptions, FieldErrors> {
    input(fields).check(ENGLISH)
}

#[test]
fn a_goal_is_enough() {
    let assumptions = checked(&[("goal", "$8,000")]).unwrap();
    assert_eq!(assumptions.goal, Cents(800_000));
    assert_eq!(assumptions.average_pledge, TypicalPledge::of("").median);
    assert!(assumptions.is_typical_pledge);
    assert_eq!(assumptions.payment_fixed, Cents(20));
    assert_eq!(assumptions.social.rates, SOCIAL_RATES);
    assert_eq!(assumptions.subscribers.people, 0);
}

#[test]
fn the_defaults_are_the_expected_rates_in_either_notation() {
    for (format, decimal) in [(ENGLISH, "."), (NumberFormat::Russian, ",")] {
        let given = |name: &str| (name == "goal").then(|| "8000".to_owned());
        let input = PlannerInput::read(given, decimal);
        let assumptions = input.check(format).unwrap();
        assert_eq!(assumptions.subscribers.rates, SUBSCRIBER_RATES);
        assert_eq!(assumptions.followers.rates, FOLLOWER_RATES);
        assert_eq!(assumptions.social.rates, SOCIAL_RATES);
    }
}

#[test]
fn the_average_pledge_of_the_category_is_used_for_dollars_only() {
    let goal = ("goal", "8000");
    let games = checked(&[goal, ("category", "games")]).unwrap();
    assert_eq!(
        (games.parent, games.average_pledge),
        ("Games", Cents(6_100))
    );
    let errors = checked(&[goal, ("currency", "EUR")]).unwrap_err();
    assert_eq!(errors["average_pledge"], Violation::Required);
    let euros = [goal, ("currency", "eur"), ("average_pledge", "40,50")];
    let euros = checked(&euros).unwrap();
    assert_eq!(
        (euros.currency, euros.average_pledge),
        ("EUR", Cents(4_050))
    );
    assert!(!euros.is_typical_pledge);
}

#[test]
fn a_rate_outside_the_published_range_widens_it() {
    for (typed, rates) in [
        ("0.3", [30, 30, 1_000]),
        ("7", [100, 700, 1_000]),
        ("12,5 %", [100, 1_250, 1_250]),
        ("0", [0, 0, 1_000]),
        ("100%", [100, 10_000, 10_000]),
    ] {
        let fields = [("goal", "8000"), ("subscriber_rate", typed)];
        let assumptions = checked(&fields).unwrap();
        assert_eq!(assumptions.subscribers.rates, rates.map(Rate), "{typed}");
    }
}

#[test]
fn every_broken_rule_names_its_field() {
    for (name, text) in [
        ("goal", ""),
        ("goal", "much"),
        ("goal", "0"),
        ("goal", "-5"),
        ("goal", "10.000"),
        ("goal", "1e11"),
        ("goal", "NaN"),
        ("currency", ""),
        ("currency", "XYZ"),
        ("category", "Nonsense"),
        ("category", "Tabletop Games"),
        ("average_pledge", "0.5"),
        ("average_pledge", "1000001"),
        ("subscribers", "-1"),
        ("subscribers", "1.5"),
        ("subscribers", "1.500"),
        ("subscribers", "100000001"),
        ("subscriber_rate", ""),
        ("subscriber_rate", "101"),
        ("subscriber_rate", "-1"),
        ("followers", "many"),
        ("follower_rate", "x"),
        ("social_followers", "1e9"),
        ("social_rate", "5 of 10"),
        ("early_share", "100.01"),
        ("platform_fee", " "),
        ("payment_fee", "%"),
        ("payment_fixed", ""),
        ("payment_fixed", "1001"),
        ("uncollected", "200"),
        ("backer_cost", "-0.01"),
    ] {
        let mut fields = vec![(name, text)];
        if name != "goal" {
            fields.push(("goal", "8000"));
        }
        let errors = checked(&fields).unwrap_err();
        assert_eq!(errors.keys().collect::<Vec<_>>(), [name], "{name}={text}");
    }
}

#[test]
fn numbers_of_another_language_become_plain() {
    let mut input = input(&[
        ("goal", "1,000"),
        ("subscriber_rate", "7,5%"),
        ("followers", "1 500"),
        ("average_pledge", "10.000"),
    ]);
    input.make_plain(ENGLISH);
    assert_eq!(input.get("goal"), "1000");
    assert_eq!(input.get("subscriber_rate"), "7.5");
    assert_eq!(input.get("followers"), "1500");
    assert_eq!(input.get("average_pledge"), "10.000");
    assert_eq!(input.get("currency"), "USD");
    assert_eq!(input.get("nothing"), "");
}

proptest! {
    #[test]
    fn any_text_is_refused_or_gives_a_plan(
        texts in prop::collection::vec("([0-9]{1,13}([.,][0-9]{1,3})?|[0-9.,% $eE+-]{0,12}|\\PC{0,8})", FIELDS.len()),
        are_words_left in any::<bool>(),
    ) {
        let given = |name: &str| {
            let index = PlannerInput::NAMES.iter().position(|it| *it == name)?;
            let is_left = are_words_left && FIELDS[index].2 == Kind::Word;
            (!is_left).then(|| texts[index].clone())
        };
        for format in [ENGLISH, NumberFormat::Russian] {
            let mut input = PlannerInput::read(given, ".");
            if let Ok(assumptions) = input.check(format) {
                prop_assert!(LaunchPlan::of(&assumptions).backers_needed > 0);
            }
            input.make_plain(format);
        }
    }
}
