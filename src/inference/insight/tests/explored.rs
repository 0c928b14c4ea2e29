//! The public aggregates add up.

use crate::inference::Predictor;
use crate::inference::insight::explore;
use crate::inference::insight::test_support::shipped_model;
use crate::types::{ExploreView, ModelId, ModelRef};

fn explored() -> ExploreView {
    let model = ModelRef {
        id: ModelId(1),
        name: "m".to_owned(),
        version: "1".to_owned(),
    };
    explore(shipped_model().manifest(), model)
}

#[test]
fn every_view_counts_the_same_campaigns() {
    let view = explored();
    let all = view.campaigns;
    assert_eq!(all, shipped_model().manifest().data.campaigns);
    for of_parents in [false, true] {
        let goals = view.goals.iter();
        let goals = goals.filter(|it| it.parent.is_some() == of_parents);
        assert_eq!(goals.map(|it| it.campaigns).sum::<u64>(), all);
        let months = view.months.iter();
        let months = months.filter(|it| it.parent.is_some() == of_parents);
        assert_eq!(months.map(|it| it.campaigns).sum::<u64>(), all);
    }
    let parents = view.categories.iter().filter(|it| it.category.is_none());
    assert_eq!(parents.map(|it| it.campaigns).sum::<u64>(), all);
}

#[test]
fn goals_and_months_are_ordered_and_rates_are_between_zero_and_one() {
    let view = explored();
    let goals: Vec<_> = view.goals.iter().filter(|it| it.parent.is_none()).collect();
    assert_eq!(goals[0].goal_from_usd, None);
    assert_eq!(goals[goals.len() - 1].goal_below_usd, None);
    let mut pairs = goals.windows(2);
    assert!(pairs.all(|pair| pair[0].goal_below_usd == pair[1].goal_from_usd));
    let months: Vec<_> = view
        .months
        .iter()
        .filter(|it| it.parent.is_none())
        .collect();
    let mut pairs = months.windows(2);
    assert!(pairs.all(|pair| pair[0].month < pair[1].month));
    assert_eq!(months[0].month, view.first_month);
    let goals = view.goals.iter().map(|it| it.success_rate);
    let months = view.months.iter().map(|it| it.success_rate);
    let categories = view.categories.iter().map(|it| it.success_rate);
    let mut rates = goals.chain(months).chain(categories);
    assert!(rates.all(|rate| (0.0..=1.0).contains(&rate)));
}
