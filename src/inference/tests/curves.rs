//! The curves of the shipped model are believable to a planner, over 500 synthetic campaigns.

use super::shipped_model::MADE_UP;
use crate::inference::insight::test_support::{probability_of, score_variants_of, shipped_model};
use crate::inference::insight::{Insight, default_bounds};
use crate::types::{Campaign, Curves};

const CAMPAIGNS: usize = 500;
/// The largest step from one day to the next.
const STEP_MAX: f64 = 0.02;
/// Every cliff used to be below this many days of preparation.
const PREPARATION_DAYS: u32 = 120;

fn campaigns() -> impl Iterator<Item = &'static Campaign> {
    MADE_UP.0.iter().step_by(2).take(CAMPAIGNS)
}

fn largest_step(scores: &[f64]) -> f64 {
    let steps = scores.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    steps.fold(0.0, f64::max)
}

fn with_days(campaign: &Campaign, days: u32) -> Campaign {
    Campaign {
        deadline: campaign.launched_at + chrono::Days::new(days.into()),
        ..campaign.clone()
    }
}

fn with_preparation(campaign: &Campaign, days: u32) -> Campaign {
    Campaign {
        created_at: campaign.launched_at - chrono::Days::new(days.into()),
        ..campaign.clone()
    }
}

#[test]
fn no_day_of_funding_changes_a_curve_by_more_than_two_points() {
    for campaign in campaigns() {
        let variants: Vec<_> = (1..=60).map(|days| with_days(campaign, days)).collect();
        let scores = score_variants_of(campaign, &variants);
        assert!(
            largest_step(&scores) <= STEP_MAX,
            "{scores:?} of {campaign:?}"
        );
    }
}

#[test]
fn no_day_of_preparation_changes_a_curve_by_more_than_two_points() {
    for campaign in campaigns() {
        let days = 0..=PREPARATION_DAYS;
        let variants: Vec<_> = days.map(|days| with_preparation(campaign, days)).collect();
        let scores = score_variants_of(campaign, &variants);
        assert!(
            largest_step(&scores) <= STEP_MAX,
            "{scores:?} of {campaign:?}"
        );
    }
}

#[test]
fn a_goal_a_quarter_higher_always_scores_lower_to_four_digits() {
    let goals = std::iter::successors(Some(500.0), |goal| Some(goal * 1.25));
    let goals: Vec<f64> = goals.take_while(|goal| *goal <= 200_000.0).collect();
    for campaign in campaigns() {
        let variants = goals.iter().map(|usd_goal| Campaign {
            usd_goal: *usd_goal,
            ..campaign.clone()
        });
        let scores = score_variants_of(campaign, &variants.collect::<Vec<_>>());
        for pair in scores.windows(2) {
            assert!(pair[0] - pair[1] > 1e-4, "{scores:?} of {campaign:?}");
        }
    }
}

#[test]
fn what_a_curve_says_of_a_campaign_is_its_score() {
    for campaign in campaigns().take(20) {
        let own = probability_of(campaign);
        let bounds = default_bounds(campaign, campaign.created_at);
        let Curves { duration, .. } = Insight::compute(shipped_model(), campaign, own, bounds)
            .unwrap()
            .curves;
        let point = duration
            .iter()
            .find(|it| i64::from(it.days) == campaign.duration_days());
        assert!((point.unwrap().probability - own).abs() < 1e-6);
    }
}

/// "31 days instead of 30" must not turn a creator who kept the default into one who chose.
#[test]
fn a_curve_keeps_the_habits_of_the_campaign() {
    let mut raised = 0;
    for campaign in campaigns() {
        let default = with_days(campaign, 30);
        let chosen = with_days(campaign, 31);
        let kept = score_variants_of(&default, std::slice::from_ref(&chosen))[0];
        assert!((kept - probability_of(&default)).abs() <= STEP_MAX);
        raised += usize::from(probability_of(&chosen) > kept);
    }
    assert!(
        raised > CAMPAIGNS / 2,
        "the default says something about creators: {raised}"
    );
}
