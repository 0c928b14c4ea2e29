//! How campaigns of the training data did with and without a change: the same parent category, and the same goal band
//! unless the goal is what changes.

use chrono::Datelike as _;

use crate::inference::{Counts, Evidence, Lever, Manifest, Neighbours, bin_ends};
use crate::types::{Campaign, Change, ChangeEvidence, MatchedRate};

/// With fewer campaigns on either side, rates do not contradict a change.
const COMPARABLE: u64 = 10;

/// The kind of change; `None` for one that advice does not suggest any more.
pub(super) fn lever_of(change: &Change) -> Option<Lever> {
    Some(match change {
        Change::LowerGoal { .. } => Lever::Goal,
        Change::ChangeDuration { .. } => Lever::Duration,
        Change::ChangeWeekday { .. } => Lever::Weekday,
        Change::PrepareLonger { .. } => Lever::Preparation,
        Change::AddVideo { .. } => Lever::Video,
        Change::MoveLaunch { .. } => return None,
    })
}

/// The rates with and without a change; `None` if both are the same group of campaigns, or nothing is counted.
pub(super) fn of(
    manifest: &Manifest,
    campaign: &Campaign,
    change: &Change,
) -> Option<ChangeEvidence> {
    let evidence = manifest.evidence.as_ref()?;
    if let Change::LowerGoal { usd_goal } = change {
        return of_goals(&manifest.neighbours, campaign, *usd_goal);
    }
    let lever = lever_of(change)?;
    let with = value_with(evidence, change)?;
    let without = value_without(evidence, campaign, lever)?;
    if with == without {
        return None;
    }
    let band = evidence.goal_band(campaign.usd_goal);
    let rate = |value: u32| {
        let counts = evidence.counts(lever, &campaign.parent_name, band, value)?;
        Some(matched(counts, ends_of(evidence, lever, value)))
    };
    let (goal_from_usd, goal_below_usd) = bin_ends(&evidence.goal_edges_usd, band);
    Some(ChangeEvidence {
        with: rate(with)?,
        without: rate(without)?,
        goal_from_usd,
        goal_below_usd,
    })
}

/// Whether campaigns with the change did worse.
pub(super) fn is_contradicted(evidence: &ChangeEvidence) -> bool {
    let ChangeEvidence { with, without, .. } = evidence;
    with.campaigns.min(without.campaigns) >= COMPARABLE && with.success_rate < without.success_rate
}

fn of_goals(neighbours: &Neighbours, campaign: &Campaign, usd_goal: f64) -> Option<ChangeEvidence> {
    let (with, without) = (
        neighbours.goal_bin(usd_goal),
        neighbours.goal_bin(campaign.usd_goal),
    );
    if with == without {
        return None;
    }
    let rate = |bin: usize| {
        let of_parent = |category: usize| {
            let category = neighbours.categories.get(category);
            category.is_some_and(|it| it.parent == campaign.parent_name)
        };
        let cells = neighbours.cells.iter();
        let cells = cells.filter(|cell| cell.goal_bin == bin && of_parent(cell.category));
        let counts = cells.fold(Counts::default(), |total, cell| Counts {
            campaigns: total.campaigns + cell.campaigns,
            successes: total.successes + cell.successes,
        });
        matched(counts, bin_ends(&neighbours.goal_edges_usd, bin))
    };
    Some(ChangeEvidence {
        with: rate(with),
        without: rate(without),
        goal_from_usd: None,
        goal_below_usd: None,
    })
}

fn matched(counts: Counts, (from, below): (Option<f64>, Option<f64>)) -> MatchedRate {
    MatchedRate {
        campaigns: counts.campaigns,
        success_rate: counts.success_rate(),
        from,
        below,
    }
}

fn value_with(evidence: &Evidence, change: &Change) -> Option<u32> {
    Some(match *change {
        Change::ChangeDuration { days, .. } => bin_of(&evidence.duration_edges_days, days),
        Change::PrepareLonger { days, .. } => bin_of(&evidence.preparation_edges_days, days),
        Change::ChangeWeekday { launched_at, .. } => launched_at.weekday().num_days_from_monday(),
        Change::AddVideo { has_video } => u32::from(has_video),
        Change::LowerGoal { .. } | Change::MoveLaunch { .. } => return None,
    })
}

fn value_without(evidence: &Evidence, campaign: &Campaign, lever: Lever) -> Option<u32> {
    let days = |days: i64| u32::try_from(days).unwrap_or_default();
    Some(match lever {
        Lever::Duration => bin_of(
            &evidence.duration_edges_days,
            days(campaign.duration_days()),
        ),
        Lever::Preparation => bin_of(
            &evidence.preparation_edges_days,
            days(campaign.preparation_days()),
        ),
        Lever::Weekday => campaign.launched_at.weekday().num_days_from_monday(),
        Lever::Video => u32::from(campaign.has_video),
        Lever::Goal => return None,
    })
}

fn ends_of(evidence: &Evidence, lever: Lever, value: u32) -> (Option<f64>, Option<f64>) {
    let edges = match lever {
        Lever::Duration => &evidence.duration_edges_days,
        Lever::Preparation => &evidence.preparation_edges_days,
        Lever::Weekday | Lever::Video | Lever::Goal => return (None, None),
    };
    let bin = usize::try_from(value).unwrap_or(usize::MAX);
    let (from, below) = bin_ends(edges, bin);
    (from.map(f64::from), below.map(f64::from))
}

fn bin_of(edges: &[u32], days: u32) -> u32 {
    let bin = edges.partition_point(|edge| *edge <= days);
    u32::try_from(bin).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(campaigns: u64, success_rate: f64) -> MatchedRate {
        MatchedRate {
            campaigns,
            success_rate,
            from: None,
            below: None,
        }
    }

    #[test]
    fn only_enough_campaigns_that_did_worse_contradict_a_change() {
        for (with, without, expected) in [
            (rate(60, 0.7), rate(60, 0.8), true),
            (rate(60, 0.8), rate(60, 0.7), false),
            (rate(10, 0.7), rate(500, 0.8), true),
            (rate(9, 0.0), rate(500, 0.8), false),
            (rate(500, 0.7), rate(9, 0.8), false),
        ] {
            let evidence = ChangeEvidence {
                with,
                without,
                goal_from_usd: None,
                goal_below_usd: None,
            };
            assert_eq!(is_contradicted(&evidence), expected, "{evidence:?}");
        }
    }
}
