//! What if: curves over the values that a planner can choose. Each point is the model's own score of a changed
//! campaign, with the habits of the unchanged one.

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::variants::{
    has_allowed_dates, score_variants, with_all_dates_moved, with_duration, with_goal,
    with_preparation,
};
use crate::inference::{Bounds, PredictError, Predictor};
use crate::types::{
    Campaign, Curves, DURATION_MAX_DAYS, DaysPoint, GOAL_MAX_USD, GOAL_MIN_USD, GoalPoint,
    LaunchPoint, StaffPickScores, Switch,
};

/// Number of points of the goal curve.
const GOALS: u8 = 25;
/// How far the goal curve extends to either side, as a factor.
const GOAL_REACH: f64 = 10.0;
/// Significant digits of goals that the user did not enter.
const GOAL_DIGITS: i32 = 3;
/// Points of the preparation curve, in days.
const PREPARATIONS: [u32; 16] = [
    0, 1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 540, 730,
];

/// Computes all curves of a campaign.
///
/// # Errors
/// Those of [`Predictor::score`].
pub(super) fn curves(
    predictor: &dyn Predictor,
    campaign: &Campaign,
) -> Result<Curves, PredictError> {
    let bounds = predictor.manifest().bounds.get("log_goal").copied();
    let goals = goals_around(campaign.usd_goal, bounds);
    let goal = score_each(predictor, campaign, goals, |usd_goal| {
        with_goal(campaign, *usd_goal)
    })?;
    let durations = (1..=DURATION_MAX_DAYS).collect();
    let duration = score_each(predictor, campaign, durations, |days| {
        with_duration(campaign, *days)
    })?;
    let preparations = preparations_around(campaign);
    let preparation = score_each(predictor, campaign, preparations, |days| {
        with_preparation(campaign, *days)
    })?;
    let video = score_each(predictor, campaign, vec![true, false], |has_video| {
        Campaign {
            has_video: *has_video,
            ..campaign.clone()
        }
    })?;
    let picks = vec![Some(true), Some(false), None];
    let staff_pick = score_each(predictor, campaign, picks, |staff_pick| Campaign {
        staff_pick: *staff_pick,
        ..campaign.clone()
    })?;
    Ok(Curves {
        goal: goal
            .into_iter()
            .map(|(usd_goal, probability)| GoalPoint {
                usd_goal,
                probability,
            })
            .collect(),
        duration: days_points(duration),
        month: score_launches(predictor, campaign, months_from(campaign.launched_at))?,
        weekday: score_launches(predictor, campaign, weekdays_around(campaign.launched_at))?,
        preparation: days_points(preparation),
        video: Switch {
            on: video[0].1,
            off: video[1].1,
        },
        staff_pick: StaffPickScores {
            on: staff_pick[0].1,
            off: staff_pick[1].1,
            unknown: Some(staff_pick[2].1),
        },
    })
}

fn score_each<T>(
    predictor: &dyn Predictor,
    own: &Campaign,
    values: Vec<T>,
    change: impl Fn(&T) -> Campaign,
) -> Result<Vec<(T, f64)>, PredictError> {
    let campaigns: Vec<Campaign> = values.iter().map(change).collect();
    let scores = score_variants(predictor, own, &campaigns)?;
    Ok(values.into_iter().zip(scores).collect())
}

fn score_launches(
    predictor: &dyn Predictor,
    campaign: &Campaign,
    days: Vec<NaiveDate>,
) -> Result<Vec<LaunchPoint>, PredictError> {
    let mut campaigns: Vec<Campaign> = days
        .into_iter()
        .map(|day| with_all_dates_moved(campaign, day))
        .collect();
    campaigns.retain(has_allowed_dates);
    let scores = score_variants(predictor, campaign, &campaigns)?;
    let points = campaigns.into_iter().zip(scores);
    Ok(points
        .map(|(campaign, probability)| LaunchPoint {
            created_at: campaign.created_at,
            launched_at: campaign.launched_at,
            deadline: campaign.deadline,
            probability,
        })
        .collect())
}

fn days_points(scored: Vec<(u32, f64)>) -> Vec<DaysPoint> {
    let points = scored.into_iter();
    points
        .map(|(days, probability)| DaysPoint { days, probability })
        .collect()
}

/// Increasing goals, evenly spaced on a logarithmic scale, including the campaign's own. They stay within a factor of
/// [`GOAL_REACH`] and within the model's bounds, except for the campaign's own goal.
fn goals_around(own: f64, bounds: Option<Bounds>) -> Vec<f64> {
    let (low, high) = bounds.map_or((GOAL_MIN_USD, GOAL_MAX_USD), |it| {
        (
            it.low.exp().max(GOAL_MIN_USD),
            it.high.exp().min(GOAL_MAX_USD),
        )
    });
    let low = (own / GOAL_REACH).max(low).min(own);
    let high = (own * GOAL_REACH).min(high).max(own);
    let steps = f64::from(GOALS - 1);
    let width = (high / low).ln();
    let below = (steps * (own / low).ln() / width.max(f64::MIN_POSITIVE)).round();
    let goals = (0..GOALS).map(f64::from).map(|at| {
        if at < below {
            round_goal(low * (own / low).powf(at / below))
        } else if at > below {
            round_goal(own * (high / own).powf((at - below) / (steps - below)))
        } else {
            own
        }
    });
    // Rounding must neither exceed the ends nor produce duplicate points.
    let mut goals: Vec<f64> = goals.map(|goal| goal.clamp(low, high)).collect();
    goals.sort_by(f64::total_cmp);
    goals.dedup();
    goals
}

/// Rounds a goal to [`GOAL_DIGITS`] significant digits and to cents.
pub(super) fn round_goal(goal: f64) -> f64 {
    let unit = 10_f64.powf(goal.log10().floor() - f64::from(GOAL_DIGITS - 1));
    ((goal / unit).round() * unit * 100.0).round() / 100.0
}

/// The usual preparation times and the campaign's own.
fn preparations_around(campaign: &Campaign) -> Vec<u32> {
    let own = u32::try_from(campaign.preparation_days()).unwrap_or_default();
    let mut days: Vec<u32> = PREPARATIONS.into_iter().chain([own]).collect();
    days.sort_unstable();
    days.dedup();
    days.retain(|days| *days == own || has_allowed_dates(&with_preparation(campaign, *days)));
    days
}

/// One day in each of twelve months, starting with the launch: on the same weekday and near the same day of the month,
/// so that only the month differs.
fn months_from(launch: NaiveDate) -> Vec<NaiveDate> {
    let months = (0..12).filter_map(|later| {
        let month = launch.month0() + later;
        let year = launch.year() + i32::from(month >= 12);
        let middle = NaiveDate::from_ymd_opt(year, month % 12 + 1, launch.day().clamp(4, 25))?;
        Some(if later == 0 {
            launch
        } else {
            on_weekday(middle, launch.weekday().num_days_from_monday())
        })
    });
    months.collect()
}

/// One day for each weekday from Monday on, as close to the launch as possible and in the same month.
pub(super) fn weekdays_around(launch: NaiveDate) -> Vec<NaiveDate> {
    (0..7)
        .map(|weekday| {
            let day = on_weekday(launch, weekday);
            if day.month() == launch.month() {
                day
            } else if day > launch {
                day - TimeDelta::days(7)
            } else {
                day + TimeDelta::days(7)
            }
        })
        .collect()
}

/// The day with the given weekday (0 is Monday) that is at most three days away.
fn on_weekday(day: NaiveDate, weekday: u32) -> NaiveDate {
    let ahead = i64::from((weekday + 7 - day.weekday().num_days_from_monday()) % 7);
    day + TimeDelta::days(if ahead > 3 { ahead - 7 } else { ahead })
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use proptest::prelude::*;

    use super::*;
    use crate::inference::insight::test_support::{probability_of_variant, shipped_model};
    use crate::inference::test_support::sample;

    fn close(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-6, "{left} and {right}");
    }

    #[test]
    fn each_point_is_the_score_of_the_campaign_that_it_names() {
        let sample = sample();
        let curves = curves(shipped_model(), &sample).unwrap();
        for point in &curves.goal {
            close(
                point.probability,
                probability_of_variant(&sample, &with_goal(&sample, point.usd_goal)),
            );
        }
        for point in &curves.duration {
            close(
                point.probability,
                probability_of_variant(&sample, &with_duration(&sample, point.days)),
            );
        }
        for point in &curves.preparation {
            close(
                point.probability,
                probability_of_variant(&sample, &with_preparation(&sample, point.days)),
            );
        }
        for point in curves.month.iter().chain(&curves.weekday) {
            let moved = Campaign {
                created_at: point.created_at,
                launched_at: point.launched_at,
                deadline: point.deadline,
                ..sample.clone()
            };
            close(point.probability, probability_of_variant(&sample, &moved));
        }
        let has_video = |has_video| {
            probability_of_variant(
                &sample,
                &Campaign {
                    has_video,
                    ..sample.clone()
                },
            )
        };
        close(curves.video.on, has_video(true));
        close(curves.video.off, has_video(false));
        let picked = |staff_pick| {
            probability_of_variant(
                &sample,
                &Campaign {
                    staff_pick,
                    ..sample.clone()
                },
            )
        };
        close(curves.staff_pick.on, picked(Some(true)));
        close(curves.staff_pick.off, picked(Some(false)));
        close(curves.staff_pick.unknown.unwrap(), picked(None));
    }

    #[test]
    fn every_curve_contains_the_unchanged_campaign() {
        let sample = sample();
        let curves = curves(shipped_model(), &sample).unwrap();
        assert!(
            curves
                .goal
                .iter()
                .any(|it| it.usd_goal.to_bits() == sample.usd_goal.to_bits())
        );
        assert!(
            curves
                .duration
                .iter()
                .any(|it| i64::from(it.days) == sample.duration_days())
        );
        assert!(
            curves
                .preparation
                .iter()
                .any(|it| i64::from(it.days) == sample.preparation_days())
        );
        for launches in [&curves.month, &curves.weekday] {
            assert!(
                launches
                    .iter()
                    .any(|it| it.launched_at == sample.launched_at)
            );
        }
        assert_eq!((curves.goal.len(), curves.duration.len()), (25, 60));
        assert_eq!((curves.month.len(), curves.weekday.len()), (12, 7));
    }

    #[test]
    fn a_goal_is_rounded_to_three_digits() {
        for (goal, expected) in [(12_345.0, 12_300.0), (0.123_4, 0.12), (99_999.0, 100_000.0)] {
            close(round_goal(goal), expected);
        }
    }

    proptest! {
        #[test]
        fn goals_increase_stay_within_bounds_and_include_the_own(own in -4.0_f64..20.0) {
            let own = own.exp().clamp(GOAL_MIN_USD, GOAL_MAX_USD);
            let bounds = Bounds { low: 0.16, high: 13.9 };
            let goals = goals_around(own, Some(bounds));
            prop_assert!(goals.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(goals.contains(&own));
            let low = bounds.low.exp().min(own);
            let high = bounds.high.exp().max(own);
            prop_assert!(goals.iter().all(|goal| (low..=high).contains(goal)));
            prop_assert!(goals.len() >= 10 || own < bounds.low.exp() * 1.1 || own > 5e8, "{:?}", goals);
        }

        #[test]
        fn months_keep_the_weekday_and_weekdays_keep_the_month(day in 0_u32..3000) {
            let launch = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + TimeDelta::days(day.into());
            let months = months_from(launch);
            prop_assert_eq!(months[0], launch);
            for (later, day) in (0..).zip(&months) {
                prop_assert_eq!(day.month0(), (launch.month0() + later) % 12);
                prop_assert_eq!(day.weekday(), launch.weekday());
                prop_assert!(*day >= launch);
            }
            let weekdays = weekdays_around(launch);
            for (number, day) in (0..7).zip(&weekdays) {
                prop_assert_eq!(day.weekday(), Weekday::try_from(number).unwrap());
                prop_assert_eq!((day.year(), day.month()), (launch.year(), launch.month()));
                prop_assert!((*day - launch).num_days().abs() <= 6);
            }
        }
    }
}
