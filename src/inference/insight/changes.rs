//! What to change: the few things that a planner can still do otherwise, ranked by what they gain.
//!
//! Never suggested: what cannot be changed (category, place, who makes it), what is not the planner's
//! to choose (staff pick), and texts, of which a model sees little more than the length. Within one kind
//! of change the least effort is taken that brings most of what the kind can bring, because the very
//! best point of a curve is rarely worth going to its end.

use chrono::{NaiveDate, TimeDelta};

use super::variants::{has_allowed_dates, score_all, with_duration, with_goal, with_launch};
use super::what_if::round_goal;
use crate::inference::{PredictError, Predictor};
use crate::types::{
    Advice, Campaign, Change, ChangeBounds, Combination, DURATION_MAX_DAYS, RatedChange,
};

/// A smaller gain is not worth telling: one percentage point.
const GAIN_MIN: f64 = 0.01;
/// Most changes that are told.
const CHANGES_MAX: usize = 5;
/// The part of a kind's largest gain that its suggestion must bring.
const ENOUGH_OF_GAIN: f64 = 0.8;
/// Where nobody said how low the goal may go: to this part of it.
const GOAL_FLOOR: f64 = 0.5;
/// Where nobody said how late the launch may be: so many days after the planned one.
const LAUNCH_REACH_DAYS: i64 = 180;
/// Lower goals that are tried, as parts of the planned one.
const GOAL_PARTS: [f64; 10] = [0.9, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];
/// Durations that are tried, in days.
const DURATIONS: [u32; 9] = [14, 21, 25, 28, 30, 35, 40, 45, DURATION_MAX_DAYS];

/// The bounds where the asker sets none: at least half of the goal, and a launch from `today` (or as
/// planned, where that is earlier) to half a year after the planned one.
pub fn default_bounds(campaign: &Campaign, today: NaiveDate) -> ChangeBounds {
    ChangeBounds {
        goal_min_usd: round_goal(campaign.usd_goal * GOAL_FLOOR),
        launch_earliest: campaign.launched_at.min(today.max(campaign.created_at)),
        launch_latest: campaign.launched_at + TimeDelta::days(LAUNCH_REACH_DAYS),
    }
}

/// Finds the changes that gain most, given what the model says of the campaign as it is. The cost grows
/// with the days between the bounds of the launch.
///
/// # Errors
/// As [`Predictor::score`].
pub fn advise(
    predictor: &dyn Predictor,
    campaign: &Campaign,
    probability: f64,
    bounds: ChangeBounds,
) -> Result<Advice, PredictError> {
    let kinds = [
        lower_goals(predictor, campaign, bounds.goal_min_usd),
        other_durations(campaign),
        other_launches(campaign, &bounds),
        video(campaign),
    ];
    let mut changes = Vec::new();
    for options in kinds {
        changes.extend(choose(predictor, campaign, probability, &options)?);
    }
    changes.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    changes.truncate(CHANGES_MAX);
    let combination = combine(predictor, campaign, probability, &changes)?;
    Ok(Advice {
        bounds,
        changes,
        combination,
    })
}

/// One way of making a change, with how far it goes from the plan; comparable within its kind.
struct Choice {
    change: Change,
    effort: f64,
}

fn lower_goals(predictor: &dyn Predictor, campaign: &Campaign, goal_min_usd: f64) -> Vec<Choice> {
    let known = predictor.manifest().bounds.get("log_goal");
    let lowest = known.map_or(goal_min_usd, |it| goal_min_usd.max(it.low.exp()));
    let goals = GOAL_PARTS
        .into_iter()
        .map(|part| round_goal(campaign.usd_goal * part))
        .chain([lowest]);
    goals
        .filter(|goal| (lowest..campaign.usd_goal).contains(goal))
        .map(|usd_goal| Choice {
            change: Change::LowerGoal { usd_goal },
            effort: campaign.usd_goal / usd_goal,
        })
        .collect()
}

fn other_durations(campaign: &Campaign) -> Vec<Choice> {
    let own = campaign.duration_days();
    let durations = DURATIONS.into_iter().filter(|days| i64::from(*days) != own);
    durations
        .map(|days| Choice {
            change: Change::ChangeDuration {
                days,
                deadline: with_duration(campaign, days).deadline,
            },
            effort: days_between(i64::from(days), own),
        })
        .collect()
}

fn other_launches(campaign: &Campaign, bounds: &ChangeBounds) -> Vec<Choice> {
    let days = bounds.launch_earliest.iter_days();
    let launches = days
        .take_while(|day| *day <= bounds.launch_latest)
        .filter(|day| *day != campaign.launched_at)
        .map(|day| with_launch(campaign, day))
        .filter(has_allowed_dates);
    launches
        .map(|moved| Choice {
            change: Change::MoveLaunch {
                launched_at: moved.launched_at,
                deadline: moved.deadline,
            },
            effort: days_between((moved.launched_at - campaign.launched_at).num_days(), 0),
        })
        .collect()
}

fn video(campaign: &Campaign) -> Vec<Choice> {
    let missing = (!campaign.has_video).then_some(Choice {
        change: Change::AddVideo { has_video: true },
        effort: 0.0,
    });
    missing.into_iter().collect()
}

fn days_between(left: i64, right: i64) -> f64 {
    u32::try_from((left - right).abs()).map_or(f64::MAX, f64::from)
}

/// The campaign after a change. Only the duration of a moved launch is taken from the campaign, so that
/// changes of both can follow each other.
fn apply(campaign: &Campaign, change: &Change) -> Campaign {
    match *change {
        Change::LowerGoal { usd_goal } => with_goal(campaign, usd_goal),
        Change::ChangeDuration { days, .. } => with_duration(campaign, days),
        Change::MoveLaunch { launched_at, .. } => with_launch(campaign, launched_at),
        Change::AddVideo { has_video } => Campaign {
            has_video,
            ..campaign.clone()
        },
    }
}

/// The option of one kind that is suggested, where any is worth it.
fn choose(
    predictor: &dyn Predictor,
    campaign: &Campaign,
    probability: f64,
    options: &[Choice],
) -> Result<Option<RatedChange>, PredictError> {
    let changed: Vec<Campaign> = options
        .iter()
        .map(|it| apply(campaign, &it.change))
        .collect();
    let scores = score_all(predictor, &changed)?;
    let best = scores.iter().copied().fold(0.0, f64::max) - probability;
    let wanted = (best * ENOUGH_OF_GAIN).max(GAIN_MIN);
    let chosen = options
        .iter()
        .zip(scores)
        .filter(|(_, score)| score - probability >= wanted)
        .min_by(|(a, _), (b, _)| a.effort.total_cmp(&b.effort));
    Ok(chosen.map(|(option, score)| RatedChange {
        change: option.change,
        probability: score,
        gain: score - probability,
    }))
}

/// Adds the changes one by one, the largest gain first, and keeps those that add a gain to what is there.
fn combine(
    predictor: &dyn Predictor,
    campaign: &Campaign,
    probability: f64,
    ranked: &[RatedChange],
) -> Result<Option<Combination>, PredictError> {
    let Some((first, others)) = ranked.split_first() else {
        return Ok(None);
    };
    let mut plan = apply(campaign, &first.change);
    let mut reached = first.probability;
    let mut kept = vec![first.change];
    for other in others {
        let with_other = apply(&plan, &other.change);
        let score = score_all(predictor, std::slice::from_ref(&with_other))?[0];
        if score - reached >= GAIN_MIN {
            (plan, reached) = (with_other, score);
            kept.push(other.change);
        }
    }
    let changes = kept.into_iter().map(|it| with_deadline(it, plan.deadline));
    Ok((changes.len() > 1).then(|| Combination {
        changes: changes.collect(),
        probability: reached,
        gain: reached - probability,
    }))
}

/// The same change with the deadline that all changes together lead to.
fn with_deadline(change: Change, deadline: NaiveDate) -> Change {
    match change {
        Change::ChangeDuration { days, .. } => Change::ChangeDuration { days, deadline },
        Change::MoveLaunch { launched_at, .. } => Change::MoveLaunch {
            launched_at,
            deadline,
        },
        other => other,
    }
}
