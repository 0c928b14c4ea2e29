//! What to change: the few things that a planner can still change, ranked by gain.
//!
//! Never suggested: what cannot be changed (category, place, creator), what is not the planner's choice (staff pick),
//! and texts, of which a model sees little more than the length. For each kind of change, the option with the least
//! effort is chosen that brings most of the kind's possible gain, because the best point of a curve is rarely worth the
//! effort. A change never gains by turning a habit of the creator into another (see [`crate::inference::keep_habits`]).
//!
//! A suggestion changes only the goal, the duration, the weekday, the preparation or the video. It is made if similar
//! campaigns did better with the change, and if the whole interval of its gain is above zero. The combination has the
//! dates of the whole plan.

use chrono::{NaiveDate, TimeDelta};

use super::WIDTH_OF_INTERVAL;
use super::change_evidence::{Support, lever_of, support};
use super::variants::{
    has_allowed_dates, score_variants, with_all_dates_moved, with_duration, with_goal, with_launch,
};
use super::what_if::{round_goal, weekdays_around};
use crate::inference::{Manifest, PredictError, Predictor};
use crate::types::{
    Advice, Campaign, Change, ChangeBounds, Combination, DURATION_MAX_DAYS, PlanDates, RatedChange,
};

/// Smaller gains are not reported: one percentage point.
const GAIN_MIN: f64 = 0.01;
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
/// Additional preparation to try, in weeks: whole weeks keep the weekday of the launch.
const MORE_WEEKS: [i64; 10] = [1, 2, 3, 4, 6, 8, 10, 12, 16, 24];

/// The bounds if the user sets none: at least half of the goal, and a launch from `today` (or the planned launch, if
/// that is earlier) to half a year after the planned launch.
pub fn default_bounds(campaign: &Campaign, today: NaiveDate) -> ChangeBounds {
    ChangeBounds {
        goal_min_usd: round_goal(campaign.usd_goal * GOAL_FLOOR),
        launch_earliest: campaign.launched_at.min(today.max(campaign.created_at)),
        launch_latest: campaign.launched_at + TimeDelta::days(LAUNCH_REACH_DAYS),
    }
}

/// Finds the changes with the largest gains. `probability` is the model's score of the unchanged campaign.
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
        other_weekdays(campaign, &bounds),
        longer_preparations(campaign, &bounds),
        video(campaign),
    ];
    let mut changes = Vec::new();
    for options in kinds {
        changes.extend(choose(predictor, campaign, probability, options)?);
    }
    changes.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    let combination = combine(predictor, campaign, probability, &bounds, &changes)?;
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

/// The other weekdays, each on its day nearest to the planned launch.
fn other_weekdays(campaign: &Campaign, bounds: &ChangeBounds) -> Vec<Choice> {
    let moved = weekdays_around(campaign.launched_at).into_iter();
    let moved = moved
        .filter(|day| *day != campaign.launched_at)
        .filter(|day| (bounds.launch_earliest..=bounds.launch_latest).contains(day))
        .map(|day| with_all_dates_moved(campaign, day))
        .filter(has_allowed_dates);
    moved
        .map(|moved| Choice {
            change: Change::ChangeWeekday {
                created_at: moved.created_at,
                launched_at: moved.launched_at,
                deadline: moved.deadline,
            },
            effort: days_between((moved.launched_at - campaign.launched_at).num_days(), 0),
        })
        .collect()
}

/// More weeks of preparation, as far as the latest launch allows.
fn longer_preparations(campaign: &Campaign, bounds: &ChangeBounds) -> Vec<Choice> {
    let options = MORE_WEEKS.into_iter().filter_map(|weeks| {
        let added = TimeDelta::weeks(weeks);
        let prepared = Campaign {
            created_at: campaign.created_at - added,
            ..campaign.clone()
        };
        let is_possible = campaign.launched_at + added <= bounds.launch_latest
            && has_allowed_dates(&with_launch(campaign, campaign.launched_at + added))
            && has_allowed_dates(&prepared);
        is_possible.then(|| Choice {
            change: Change::PrepareLonger {
                days: u32::try_from(prepared.preparation_days()).unwrap_or_default(),
                created_at: prepared.created_at,
            },
            effort: days_between(added.num_days(), 0),
        })
    });
    options.collect()
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

/// The campaign with only this change: what its score is about.
fn apply(campaign: &Campaign, change: &Change) -> Campaign {
    match *change {
        Change::LowerGoal { usd_goal } => with_goal(campaign, usd_goal),
        Change::ChangeDuration { days, .. } => with_duration(campaign, days),
        Change::ChangeWeekday { launched_at, .. } => with_all_dates_moved(campaign, launched_at),
        Change::PrepareLonger { created_at, .. } => Campaign {
            created_at,
            ..campaign.clone()
        },
        Change::MoveLaunch { launched_at, .. } => with_launch(campaign, launched_at),
        Change::AddVideo { has_video } => Campaign {
            has_video,
            ..campaign.clone()
        },
    }
}

/// The plan with one more change: the draft has its date, so more preparation moves the launch.
fn add_to_plan(plan: &Campaign, campaign: &Campaign, change: &Change) -> Campaign {
    let moved = match *change {
        Change::ChangeWeekday { launched_at, .. } => launched_at - campaign.launched_at,
        Change::PrepareLonger { created_at, .. } => campaign.created_at - created_at,
        _ => return apply(plan, change),
    };
    with_launch(plan, plan.launched_at + moved)
}

/// The suggested option of one kind, if any is worth it. An option that the training data does not support is none.
fn choose(
    predictor: &dyn Predictor,
    campaign: &Campaign,
    probability: f64,
    options: Vec<Choice>,
) -> Result<Option<RatedChange>, PredictError> {
    let manifest = predictor.manifest();
    let options = options.into_iter().filter_map(|choice| {
        match support(manifest, campaign, &choice.change) {
            Support::Unknown => Some((choice, None)),
            Support::None => None,
            Support::Found(evidence) => Some((choice, Some(evidence))),
        }
    });
    let options: Vec<_> = options.collect();
    let changed: Vec<Campaign> = options
        .iter()
        .map(|(choice, _)| apply(campaign, &choice.change))
        .collect();
    let scores = score_variants(predictor, campaign, &changed)?;
    let rated: Vec<_> = options
        .into_iter()
        .zip(scores)
        .filter_map(|((choice, evidence), score)| {
            let gain = score - probability;
            let gain_interval = interval_of_gain(manifest, &choice.change, probability, gain)?;
            let rated = RatedChange {
                change: choice.change,
                probability: score,
                gain,
                gain_interval: Some(gain_interval),
                evidence,
            };
            (gain >= GAIN_MIN && gain_interval[0] > 0.0).then_some((choice.effort, rated))
        })
        .collect();
    let best = rated
        .iter()
        .map(|(_, rated)| rated.gain)
        .fold(0.0, f64::max);
    let enough = rated
        .into_iter()
        .filter(|(_, rated)| rated.gain >= best * ENOUGH_OF_GAIN);
    let chosen = enough.min_by(|(a, _), (b, _)| a.total_cmp(b));
    Ok(chosen.map(|(_, rated)| rated))
}

/// The 90 % interval of a gain; `None` if its uncertainty is not known.
fn interval_of_gain(
    manifest: &Manifest,
    change: &Change,
    probability: f64,
    gain: f64,
) -> Option<[f64; 2]> {
    let error = manifest.gain_errors.get(&lever_of(change)?)?.of(gain);
    let reach = WIDTH_OF_INTERVAL * error;
    let ends = [gain - reach, gain + reach];
    Some(ends.map(|end| end.clamp(-probability, 1.0 - probability)))
}

/// Combines the changes, the largest gain first, and keeps those that still add a gain.
fn combine(
    predictor: &dyn Predictor,
    campaign: &Campaign,
    probability: f64,
    bounds: &ChangeBounds,
    ranked: &[RatedChange],
) -> Result<Option<Combination>, PredictError> {
    let (mut plan, mut reached) = (campaign.clone(), probability);
    let mut kept = Vec::new();
    for rated in ranked {
        let with_other = add_to_plan(&plan, campaign, &rated.change);
        let is_possible = with_other.launched_at == campaign.launched_at
            || (bounds.launch_earliest..=bounds.launch_latest).contains(&with_other.launched_at);
        if !is_possible || !has_allowed_dates(&with_other) {
            continue;
        }
        let score = score_variants(predictor, campaign, std::slice::from_ref(&with_other))?[0];
        if score - reached >= GAIN_MIN {
            (plan, reached) = (with_other, score);
            kept.push(rated.change);
        }
    }
    let best_alone = ranked.first().map_or(0.0, |rated| rated.gain);
    if kept.len() < 2 || reached - probability < best_alone + GAIN_MIN {
        return Ok(None);
    }
    let changes = kept.into_iter().map(|change| in_plan(change, &plan));
    Ok(Some(Combination {
        changes: changes.collect(),
        dates: Some(PlanDates {
            launched_at: plan.launched_at,
            deadline: plan.deadline,
        }),
        probability: reached,
        gain: reached - probability,
    }))
}

/// The same change with the dates that result from all changes together.
fn in_plan(change: Change, plan: &Campaign) -> Change {
    let (launched_at, deadline) = (plan.launched_at, plan.deadline);
    match change {
        Change::ChangeDuration { days, .. } => Change::ChangeDuration { days, deadline },
        Change::ChangeWeekday { .. } => Change::ChangeWeekday {
            created_at: plan.created_at,
            launched_at,
            deadline,
        },
        Change::PrepareLonger { .. } => Change::PrepareLonger {
            days: u32::try_from(plan.preparation_days()).unwrap_or_default(),
            created_at: plan.created_at,
        },
        other => other,
    }
}
