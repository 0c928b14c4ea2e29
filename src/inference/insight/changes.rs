//! What to change: the few things that a planner can still change, ranked by gain.
//!
//! Never suggested: what cannot be changed (category, place, creator), what is not the planner's choice (staff pick),
//! and texts, of which a model sees little more than the length. For each kind of change, the option with the least
//! effort is chosen that brings most of the kind's possible gain, because the best point of a curve is rarely worth the
//! effort.

use chrono::{NaiveDate, TimeDelta};

use super::variants::{has_allowed_dates, score_all, with_duration, with_goal, with_launch};
use super::what_if::round_goal;
use crate::inference::{PredictError, Predictor};
use crate::types::{
    Advice, Campaign, Change, ChangeBounds, Combination, DURATION_MAX_DAYS, RatedChange,
};

/// Smaller gains are not reported: one percentage point.
const GAIN_MIN: f64 = 0.01;
/// Maximum number of changes.
const CHANGES_MAX: usize = 5;
/// The share of a kind's largest gain that its suggestion must bring.
const ENOUGH_OF_GAIN: f64 = 0.8;
/// The default lower bound of the goal, as a share of the planned goal.
const GOAL_FLOOR: f64 = 0.5;
/// The default latest launch, in days after the planned one.
const LAUNCH_REACH_DAYS: i64 = 180;
/// Lower goals to try, as shares of the planned goal.
const GOAL_PARTS: [f64; 10] = [0.9, 0.8, 0.75, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];
/// Durations to try, in days.
const DURATIONS: [u32; 9] = [14, 21, 25, 28, 30, 35, 40, 45, DURATION_MAX_DAYS];

/// The bounds if the user sets none: at least half of the goal, and a launch from `today` (or the planned launch, if
/// that is earlier) to half a year after the planned launch.
pub fn default_bounds(campaign: &Campaign, today: NaiveDate) -> ChangeBounds {
    ChangeBounds {
        goal_min_usd: round_goal(campaign.usd_goal * GOAL_FLOOR),
        launch_earliest: campaign.launched_at.min(today.max(campaign.created_at)),
        launch_latest: campaign.launched_at + TimeDelta::days(LAUNCH_REACH_DAYS),
    }
}

/// Finds the changes with the largest gains. `probability` is the model's score of the unchanged campaign. The cost
/// grows with the number of days between the launch bounds.
///
/// # Errors
/// Those of [`Predictor::score`].
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

/// One option for a change. The effort is comparable only within the same kind of change.
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

/// The campaign after a change. A moved launch keeps the duration of `campaign`, so that changes of both can be
/// combined.
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

/// The suggested option of one kind, if any is worth it.
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

/// Combines the changes, the largest gain first, and keeps those that still add a gain.
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

/// The same change with the deadline that results from all changes together.
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
