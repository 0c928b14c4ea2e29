//! How campaigns of the training data did with and without a change.
//!
//! Compared are campaigns of the same category and goal band if there are enough, else of the category with any goal, of
//! the parent category and goal band, or of the whole parent category. If the goal is what changes, its bands are
//! compared.

use chrono::Datelike as _;

use crate::inference::{Counts, Evidence, Lever, Manifest, Neighbours, bin_ends, category_label};
use crate::types::{Campaign, Change, ChangeEvidence, MatchedRate};

/// The fewest campaigns on either side for which a category is compared; else its parent category is.
const FEWEST_OF_CATEGORY: u64 = 25;
/// With fewer campaigns on either side in a whole parent category, nothing is known of a change.
const FEWEST: u64 = 10;
/// Campaigns with the change must have succeeded more often by this at least.
const DIFFERENCE_MIN: f64 = 0.01;

/// What the training data says of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Support {
    /// The model has no counts.
    Unknown,
    /// There are too few campaigns with the change, or they did no better.
    None,
    /// Campaigns with the change did better.
    Found(ChangeEvidence),
}

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

/// What the training data says of a change of a campaign.
pub(super) fn support(manifest: &Manifest, campaign: &Campaign, change: &Change) -> Support {
    let (Some(by_parent), Some(lever)) = (&manifest.evidence, lever_of(change)) else {
        return Support::Unknown;
    };
    let comparison = Comparison {
        campaign,
        change,
        lever,
        category: category_label(&campaign.parent_name, &campaign.analytics_name),
    };
    let by_category = manifest.category_evidence.as_ref();
    let found = match lever {
        Lever::Goal => comparison.of_goals(&manifest.neighbours, by_category),
        _ => comparison.of_values(by_parent, by_category),
    };
    found
        .filter(|it| it.with.success_rate - it.without.success_rate >= DIFFERENCE_MIN)
        .map_or(Support::None, Support::Found)
}

struct Comparison<'a> {
    campaign: &'a Campaign,
    change: &'a Change,
    lever: Lever,
    category: String,
}

impl Comparison<'_> {
    fn of_values(
        &self,
        by_parent: &Evidence,
        by_category: Option<&Evidence>,
    ) -> Option<ChangeEvidence> {
        let category = |of_band| self.of_group(by_category?, true, of_band, FEWEST_OF_CATEGORY);
        let parent = |of_band| self.of_group(by_parent, false, of_band, FEWEST);
        category(true)
            .or_else(|| category(false))
            .or_else(|| parent(true))
            .or_else(|| parent(false))
    }

    /// The evidence of one group; `None` if it has fewer campaigns than `fewest` on either side, or if the change stays
    /// within one range of values.
    fn of_group(
        &self,
        evidence: &Evidence,
        is_category: bool,
        of_band: bool,
        fewest: u64,
    ) -> Option<ChangeEvidence> {
        let group = if is_category {
            &self.category
        } else {
            &self.campaign.parent_name
        };
        let with = value_with(evidence, self.change)?;
        let without = value_without(evidence, self.campaign, self.lever)?;
        let band = of_band.then(|| evidence.goal_band(self.campaign.usd_goal));
        let rate = |value| {
            let counts = evidence.counts(self.lever, group, band, value)?;
            matched(counts, ends_of(evidence, self.lever, value), fewest)
        };
        let ends = band.map(|band| bin_ends(&evidence.goal_edges_usd, band));
        let (goal_from_usd, goal_below_usd) = ends.unwrap_or_default();
        (with != without).then_some(())?;
        Some(ChangeEvidence {
            with: rate(with)?,
            without: rate(without)?,
            of_category: is_category,
            goal_from_usd,
            goal_below_usd,
        })
    }

    fn of_goals(
        &self,
        neighbours: &Neighbours,
        by_category: Option<&Evidence>,
    ) -> Option<ChangeEvidence> {
        self.of_goal_bins(neighbours, true, FEWEST_OF_CATEGORY)
            .or_else(|| self.of_group(by_category?, true, false, FEWEST_OF_CATEGORY))
            .or_else(|| self.of_goal_bins(neighbours, false, FEWEST))
    }

    fn of_goal_bins(
        &self,
        neighbours: &Neighbours,
        is_category: bool,
        fewest: u64,
    ) -> Option<ChangeEvidence> {
        let Change::LowerGoal { usd_goal } = *self.change else {
            return None;
        };
        let [with, without] =
            [usd_goal, self.campaign.usd_goal].map(|goal| neighbours.goal_bin(goal));
        let is_counted = |category: usize| {
            let category = neighbours.categories.get(category);
            category.is_some_and(|it| {
                it.parent == self.campaign.parent_name
                    && (!is_category || it.name == self.campaign.analytics_name)
            })
        };
        let rate = |bin: usize| {
            let cells = neighbours.cells.iter();
            let cells = cells.filter(|cell| cell.goal_bin == bin && is_counted(cell.category));
            let counts = cells.fold(Counts::default(), |sum, it| {
                sum.with(it.campaigns, it.successes)
            });
            matched(counts, bin_ends(&neighbours.goal_edges_usd, bin), fewest)
        };
        (with != without).then_some(())?;
        Some(ChangeEvidence {
            with: rate(with)?,
            without: rate(without)?,
            of_category: is_category,
            goal_from_usd: None,
            goal_below_usd: None,
        })
    }
}

/// The rate of some campaigns; `None` if there are too few.
fn matched(
    counts: Counts,
    (from, below): (Option<f64>, Option<f64>),
    fewest: u64,
) -> Option<MatchedRate> {
    (counts.campaigns >= fewest).then(|| MatchedRate {
        campaigns: counts.campaigns,
        success_rate: counts.success_rate(),
        from,
        below,
    })
}

fn value_with(evidence: &Evidence, change: &Change) -> Option<u32> {
    Some(match *change {
        Change::ChangeDuration { days, .. } => bin_of(&evidence.duration_edges_days, days),
        Change::PrepareLonger { days, .. } => bin_of(&evidence.preparation_edges_days, days),
        Change::ChangeWeekday { launched_at, .. } => launched_at.weekday().num_days_from_monday(),
        Change::AddVideo { has_video } => u32::from(has_video),
        Change::LowerGoal { usd_goal } => u32::try_from(evidence.goal_band(usd_goal)).ok()?,
        Change::MoveLaunch { .. } => return None,
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
        Lever::Goal => u32::try_from(evidence.goal_band(campaign.usd_goal)).ok()?,
    })
}

fn ends_of(evidence: &Evidence, lever: Lever, value: u32) -> (Option<f64>, Option<f64>) {
    let bin = usize::try_from(value).unwrap_or(usize::MAX);
    let edges = match lever {
        Lever::Goal => return bin_ends(&evidence.goal_edges_usd, bin),
        Lever::Duration => &evidence.duration_edges_days,
        Lever::Preparation => &evidence.preparation_edges_days,
        Lever::Weekday | Lever::Video => return (None, None),
    };
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
    use crate::inference::Cell;
    use crate::inference::insight::test_support::{FakePredictor, shipped_model};
    use crate::inference::test_support::sample;
    use crate::inference::{CategoryName, Predictor as _};

    /// Counts with and without a video, each as campaigns and successes, in the band of the sample's goal and in others.
    fn counted(group: &str, own_band: [(u64, u64); 2], others: [(u64, u64); 2]) -> Evidence {
        let cell = |band, value, (campaigns, successes)| (0, band, value, campaigns, successes);
        let [with, without] = own_band;
        let [other_with, other_without] = others;
        Evidence {
            groups: vec![group.to_owned()],
            goal_edges_usd: vec![5_000.0],
            preparation_edges_days: vec![],
            duration_edges_days: vec![],
            weekday: vec![],
            preparation: vec![],
            duration: vec![],
            video: vec![
                cell(1, 1, with),
                cell(1, 0, without),
                cell(0, 1, other_with),
                cell(0, 0, other_without),
            ],
        }
    }

    fn support_of_video(category: Option<Evidence>, parent: Option<Evidence>) -> Support {
        let mut manifest = FakePredictor::new(|_| 0.5).manifest().clone();
        (manifest.category_evidence, manifest.evidence) = (category, parent);
        let campaign = Campaign {
            has_video: false,
            ..sample()
        };
        support(&manifest, &campaign, &Change::AddVideo { has_video: true })
    }

    #[test]
    fn the_closest_group_with_enough_campaigns_is_compared() {
        let sample = sample();
        let category = category_label(&sample.parent_name, &sample.analytics_name);
        let of_category = |own, others| Some(counted(&category, own, others));
        let of_parent = |own, others| Some(counted(&sample.parent_name, own, others));
        let (enough, few) = ([(25, 20), (25, 5)], [(24, 20), (24, 5)]);
        let found = |category, parent| match support_of_video(category, parent) {
            Support::Found(it) => Some((it.of_category, it.goal_from_usd, it.with.campaigns)),
            _ => None,
        };
        let parent = of_parent(enough, enough);
        assert_eq!(
            found(of_category(enough, enough), parent.clone()),
            Some((true, Some(5_000.0), 25))
        );
        assert_eq!(
            found(of_category(few, few), parent.clone()),
            Some((true, None, 48))
        );
        let none = [(0, 0), (0, 0)];
        assert_eq!(
            found(of_category(few, none), parent.clone()),
            Some((false, Some(5_000.0), 25))
        );
        assert_eq!(found(None, parent), Some((false, Some(5_000.0), 25)));
        let (too_few, rest) = ([(9, 9), (9, 0)], [(1, 1), (1, 0)]);
        assert_eq!(
            found(None, of_parent(too_few, rest)),
            Some((false, None, 10))
        );
        assert_eq!(
            support_of_video(None, of_parent(too_few, none)),
            Support::None
        );
        assert_eq!(support_of_video(None, None), Support::Unknown);
    }

    #[test]
    fn a_change_with_which_campaigns_did_no_better_has_no_support() {
        let parent = sample().parent_name;
        let none = [(0, 0), (0, 0)];
        for (own, is_supported) in [
            ([(100, 60), (100, 50)], true),
            ([(100, 50), (100, 50)], false),
            ([(100, 40), (100, 50)], false),
        ] {
            let support = support_of_video(None, Some(counted(&parent, own, none)));
            assert_eq!(
                matches!(support, Support::Found(_)),
                is_supported,
                "{own:?}"
            );
        }
    }

    #[test]
    fn a_lower_goal_is_compared_with_the_planned_one_within_the_category() {
        let campaign = Campaign {
            usd_goal: 10_000.0,
            ..sample()
        };
        let mut manifest = shipped_model().manifest().clone();
        let neighbours = &mut manifest.neighbours;
        neighbours.categories = vec![CategoryName {
            parent: campaign.parent_name.clone(),
            name: campaign.analytics_name.clone(),
        }];
        let cell = |goal: f64, successes| Cell {
            category: 0,
            duration_bin: 0,
            goal_bin: shipped_model().manifest().neighbours.goal_bin(goal),
            campaigns: 40,
            successes,
        };
        neighbours.cells = vec![cell(6_000.0, 30), cell(10_000.0, 20)];
        let lower = |usd_goal| support(&manifest, &campaign, &Change::LowerGoal { usd_goal });
        let Support::Found(found) = lower(6_000.0) else {
            panic!("{:?}", lower(6_000.0));
        };
        assert!(found.of_category);
        assert_eq!(
            (found.with.from, found.with.below),
            (Some(5_000.0), Some(7_000.0))
        );
        assert!((found.with.success_rate - 0.75).abs() < 1e-9);
        assert_eq!(lower(11_000.0), Support::None, "the same range");
        assert_eq!(lower(50.0), Support::None, "no campaigns");
    }
}
