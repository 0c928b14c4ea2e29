//! Advice: the gains are real, the bounds are kept, and what cannot be changed is never suggested.

use chrono::{Datelike as _, NaiveDate, TimeDelta};
use proptest::prelude::*;

use crate::inference::Predictor;
use crate::inference::insight::test_support::{
    FakePredictor, probability_of, probability_of_variant, shipped_model,
};
use crate::inference::insight::{Insight, advise, default_bounds};
use crate::inference::test_support::sample;
use crate::types::{Advice, Campaign, Change, ChangeBounds, ChangeEvidence};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A plan with much to gain: a high goal, a long duration, no video.
fn ambitious() -> Campaign {
    Campaign {
        usd_goal: 60_000.0,
        deadline: day("2024-03-30"),
        has_video: false,
        staff_pick: None,
        is_not_first_project: None,
        analytics_name: "Product Design".to_owned(),
        parent_name: "Design".to_owned(),
        ..sample()
    }
}

/// Applies a change field by field, as a user of the API does.
fn set(campaign: &mut Campaign, change: &Change) {
    match *change {
        Change::LowerGoal { usd_goal } => campaign.usd_goal = usd_goal,
        Change::ChangeDuration { deadline, .. } => campaign.deadline = deadline,
        Change::ChangeWeekday {
            created_at,
            launched_at,
            deadline,
        } => {
            campaign.created_at = created_at;
            (campaign.launched_at, campaign.deadline) = (launched_at, deadline);
        }
        Change::PrepareLonger { created_at, .. } => campaign.created_at = created_at,
        Change::AddVideo { has_video } => campaign.has_video = has_video,
        Change::MoveLaunch { .. } => panic!("mixes several changes"),
    }
}

/// Which fields differ from the campaign, by lever.
fn levers_of(campaign: &Campaign, plan: &Campaign) -> Vec<&'static str> {
    let levers = [
        (
            "goal",
            plan.usd_goal.to_bits() != campaign.usd_goal.to_bits(),
        ),
        ("duration", plan.duration_days() != campaign.duration_days()),
        ("launch", plan.launched_at != campaign.launched_at),
        (
            "preparation",
            plan.preparation_days() != campaign.preparation_days(),
        ),
        ("video", plan.has_video != campaign.has_video),
    ];
    let changed = levers.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(lever, _)| lever).collect()
}

fn advice_of(campaign: &Campaign, bounds: ChangeBounds) -> Advice {
    advise(shipped_model(), campaign, probability_of(campaign), bounds).unwrap()
}

fn assert_is_valid(campaign: &Campaign, advice: &Advice) {
    let own = probability_of(campaign);
    let close = |left: f64, right: f64| (left - right).abs() < 1e-6;
    for rated in &advice.changes {
        let mut plan = campaign.clone();
        set(&mut plan, &rated.change);
        assert!(
            close(probability_of_variant(campaign, &plan), rated.probability),
            "{rated:?}"
        );
        assert!(close(rated.gain, rated.probability - own), "{rated:?}");
        assert!(rated.gain >= 0.01, "{rated:?}");
        assert_eq!(levers_of(campaign, &plan).len(), 1, "{rated:?}");
        let [low, high] = rated.gain_interval.unwrap();
        assert!(
            0.0 < low && low < rated.gain && rated.gain <= high,
            "{rated:?}"
        );
        assert!(own + high <= 1.0 + 1e-9, "{rated:?}");
        let ChangeEvidence { with, without, .. } = rated.evidence.unwrap();
        assert!(with.campaigns.min(without.campaigns) >= 10, "{rated:?}");
        assert!(with.success_rate > without.success_rate, "{rated:?}");
        if plan.created_at < campaign.created_at && plan.launched_at == campaign.launched_at {
            let later = campaign.created_at - plan.created_at;
            assert!(campaign.launched_at + later <= advice.bounds.launch_latest);
        }
        assert!(plan.usd_goal >= advice.bounds.goal_min_usd.min(campaign.usd_goal));
        assert!((1..=60).contains(&plan.duration_days()));
        if plan.launched_at != campaign.launched_at {
            assert!(plan.launched_at >= advice.bounds.launch_earliest);
            assert!(plan.launched_at <= advice.bounds.launch_latest);
            assert_eq!(plan.launched_at.month(), campaign.launched_at.month());
        }
    }
    assert!(advice.changes.len() <= 5);
    let pairs = advice.changes.windows(2);
    assert!(pairs.into_iter().all(|pair| pair[0].gain >= pair[1].gain));
    if let Some(combination) = &advice.combination {
        let mut plan = campaign.clone();
        for change in &combination.changes {
            set(&mut plan, change);
        }
        let dates = combination.dates.unwrap();
        plan.created_at = campaign.created_at;
        (plan.launched_at, plan.deadline) = (dates.launched_at, dates.deadline);
        assert!(combination.changes.len() >= 2);
        assert!(
            close(
                probability_of_variant(campaign, &plan),
                combination.probability
            ),
            "{combination:?}"
        );
        assert!(combination.gain >= advice.changes[0].gain + 0.01);
    }
}

#[test]
fn each_gain_is_the_difference_of_two_single_scores() {
    let campaign = ambitious();
    let advice = advice_of(&campaign, default_bounds(&campaign, day("2024-01-20")));
    assert!(advice.changes.len() >= 2, "{advice:?}");
    assert!(advice.combination.is_some(), "{advice:?}");
    assert_is_valid(&campaign, &advice);
}

#[test]
fn default_bounds_are_half_the_goal_and_half_a_year_after_the_planned_launch() {
    let bounds = default_bounds(&sample(), day("2024-01-20"));
    assert!((bounds.goal_min_usd - 5_000.0).abs() < 1e-9);
    assert_eq!(bounds.launch_earliest, day("2024-01-20"));
    assert_eq!(bounds.launch_latest, day("2024-07-28"));
    // For a launch in the past, the bounds begin at the launch.
    let over = default_bounds(&sample(), day("2026-11-23"));
    assert_eq!(over.launch_earliest, sample().launched_at);
}

#[test]
fn a_goal_at_its_lower_bound_is_not_changed() {
    let campaign = ambitious();
    let bounds = ChangeBounds {
        goal_min_usd: campaign.usd_goal,
        ..default_bounds(&campaign, day("2024-01-20"))
    };
    let advice = advice_of(&campaign, bounds);
    let lowers = |it: &Change| matches!(it, Change::LowerGoal { .. });
    assert!(!advice.changes.iter().any(|it| lowers(&it.change)));
    let mut combined = advice.combination.iter().flat_map(|it| &it.changes);
    assert!(!combined.any(lowers));
}

#[test]
fn a_constant_model_gives_no_advice() {
    let campaign = ambitious();
    let constant = FakePredictor::new(|_| 0.5);
    let bounds = default_bounds(&campaign, day("2024-01-20"));
    let advice = advise(&constant, &campaign, 0.5, bounds).unwrap();
    assert_eq!((advice.changes, advice.combination), (Vec::new(), None));
}

#[test]
fn the_least_effort_with_most_of_the_gain_is_chosen() {
    // Only a duration of less than 40 days matters.
    let model = FakePredictor::new(|row| if row[1] < 40.0 { 0.6 } else { 0.5 });
    let campaign = ambitious();
    let bounds = default_bounds(&campaign, day("2024-01-20"));
    let advice = advise(&model, &campaign, 0.5, bounds).unwrap();
    let changes: Vec<Change> = advice.changes.iter().map(|it| it.change).collect();
    let deadline = campaign.launched_at + TimeDelta::days(35);
    assert_eq!(changes, [Change::ChangeDuration { days: 35, deadline }]);
}

#[test]
fn an_insight_needs_a_bounded_number_of_scores() {
    let model = FakePredictor::new(|row| 0.9 - f64::from(row[0]) / 30.0);
    let campaign = ambitious();
    let predictions = model.predict(std::slice::from_ref(&campaign));
    let own = predictions.unwrap()[0].probability;
    let bounds = default_bounds(&campaign, day("2024-01-20"));
    let insight = Insight::compute(&model, &campaign, own, bounds).unwrap();
    assert!(model.rows_scored() <= 34_000, "{}", model.rows_scored());
    assert_eq!(insight.explanation.probability.to_bits(), own.to_bits());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn advice_keeps_its_bounds_for_any_plan(
        log_goal in 4.0_f64..13.0,
        duration in 1_i64..=60,
        preparation in 0_i64..400,
        has_video: bool,
        least in 0.0_f64..1.2,
        from in -100_i64..100,
        window in 0_i64..366,
    ) {
        let launched_at = day("2025-05-14");
        let campaign = Campaign {
            usd_goal: log_goal.exp().round(),
            created_at: launched_at - TimeDelta::days(preparation),
            launched_at,
            deadline: launched_at + TimeDelta::days(duration),
            has_video,
            staff_pick: None,
            ..sample()
        };
        let launch_earliest = launched_at + TimeDelta::days(from);
        let bounds = ChangeBounds {
            goal_min_usd: campaign.usd_goal * least,
            launch_earliest,
            launch_latest: launch_earliest + TimeDelta::days(window),
        };
        assert_is_valid(&campaign, &advice_of(&campaign, bounds));
    }
}
