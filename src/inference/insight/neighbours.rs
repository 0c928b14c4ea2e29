//! Similar campaigns and base rates, from the aggregates in the model's manifest.
//!
//! Similar campaigns have the same category and about the same goal and duration. If there are fewer than [`ENOUGH`],
//! the search is widened step by step in the order of [`STEPS`]: first what matters least to success, the category
//! last.

use std::collections::BTreeMap;

use crate::inference::{Cell, Manifest, Neighbours, bin_ends};
use crate::types::{BaseRateView, Campaign, CategoryRate, NeighboursView};

/// With fewer campaigns, a rate is not meaningful.
const ENOUGH: u64 = 50;

/// Which categories count as similar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Circle {
    Category,
    Parent,
    Everyone,
}

/// How far a goal may be from the campaign's own, in bins to either side; `None` for any distance.
type GoalReach = Option<usize>;

pub(super) const NEAR: GoalReach = Some(1);
const WIDE: GoalReach = Some(3);

/// Circle, goal reach, and whether the duration must be in the same bin.
type Step = (Circle, GoalReach, bool);

/// From the narrowest to the widest.
const STEPS: [Step; 9] = [
    (Circle::Category, NEAR, true),
    (Circle::Category, NEAR, false),
    (Circle::Category, WIDE, false),
    (Circle::Parent, NEAR, true),
    (Circle::Parent, NEAR, false),
    (Circle::Parent, WIDE, false),
    (Circle::Parent, None, false),
    (Circle::Everyone, NEAR, false),
    (Circle::Everyone, None, false),
];

/// The cells of the manifest that matter for one campaign. Created once per campaign, because it scans thousands of
/// cells, and few belong to the parent category.
pub(super) struct Region<'a> {
    campaign: &'a Campaign,
    neighbours: &'a Neighbours,
    goal_bin: usize,
    duration_bin: usize,
    /// The cells of the parent category, and whether each belongs to the category itself.
    cells: Vec<(bool, &'a Cell)>,
}

/// Counts over some cells, with the campaigns per goal bin.
#[derive(Default)]
struct Counts {
    campaigns: u64,
    successes: u64,
    by_goal: BTreeMap<usize, u64>,
}

impl<'a> Region<'a> {
    pub(super) fn around(manifest: &'a Manifest, campaign: &'a Campaign) -> Self {
        let neighbours = &manifest.neighbours;
        let circles: Vec<Circle> = neighbours
            .categories
            .iter()
            .map(|it| match it.parent == campaign.parent_name {
                true if it.name == campaign.analytics_name => Circle::Category,
                true => Circle::Parent,
                false => Circle::Everyone,
            })
            .collect();
        let circle_of = |cell: &Cell| circles.get(cell.category).copied();
        let cells = neighbours.cells.iter();
        let cells = cells.filter_map(|cell| match circle_of(cell)? {
            Circle::Category => Some((true, cell)),
            Circle::Parent => Some((false, cell)),
            Circle::Everyone => None,
        });
        let days = u32::try_from(campaign.duration_days()).unwrap_or_default();
        Self {
            campaign,
            neighbours,
            goal_bin: neighbours.goal_bin(campaign.usd_goal),
            duration_bin: neighbours.duration_bin(days),
            cells: cells.collect(),
        }
    }

    /// Whether the manifest has any counts.
    pub(super) fn is_known(&self) -> bool {
        !self.neighbours.cells.is_empty()
    }

    /// How many campaigns a step includes.
    pub(super) fn campaigns(&self, step: Step) -> u64 {
        self.count(step).campaigns
    }

    /// The similar campaigns; `None` if nothing is counted.
    pub(super) fn alike(&self) -> Option<NeighboursView> {
        let mut counted = STEPS.into_iter().map(|step| (step, self.count(step)));
        let (step, counts) = counted.find(|((circle, reach, _), counts)| {
            let is_last = (*circle, *reach) == (Circle::Everyone, None);
            counts.campaigns >= if is_last { 1 } else { ENOUGH }
        })?;
        Some(self.view(step, &counts))
    }

    fn count(&self, (circle, reach, same_duration): Step) -> Counts {
        let is_alike = |cell: &Cell| {
            reach.is_none_or(|reach| cell.goal_bin.abs_diff(self.goal_bin) <= reach)
                && (!same_duration || cell.duration_bin == self.duration_bin)
        };
        let mut total = Counts::default();
        let mut add = |cell: &Cell| {
            if is_alike(cell) {
                total.campaigns += cell.campaigns;
                total.successes += cell.successes;
                *total.by_goal.entry(cell.goal_bin).or_default() += cell.campaigns;
            }
        };
        if circle == Circle::Everyone {
            self.neighbours.cells.iter().for_each(add);
        } else {
            let of_parent = circle == Circle::Parent;
            let cells = self.cells.iter();
            let cells = cells.filter(|(of_category, _)| of_parent || *of_category);
            cells.for_each(|(_, cell)| add(cell));
        }
        total
    }

    fn view(&self, (circle, reach, same_duration): Step, counts: &Counts) -> NeighboursView {
        let goals = &self.neighbours.goal_edges_usd;
        let (goal_from_usd, goal_below_usd) = reach.map_or((None, None), |reach| {
            let (low, _) = bin_ends(goals, self.goal_bin.saturating_sub(reach));
            let (_, high) = bin_ends(goals, self.goal_bin + reach);
            (low, high)
        });
        let (duration_from_days, duration_below_days) = if same_duration {
            bin_ends(&self.neighbours.duration_edges_days, self.duration_bin)
        } else {
            (None, None)
        };
        NeighboursView {
            parent: (circle != Circle::Everyone).then(|| self.campaign.parent_name.clone()),
            category: (circle == Circle::Category).then(|| self.campaign.analytics_name.clone()),
            goal_from_usd,
            goal_below_usd,
            duration_from_days,
            duration_below_days,
            campaigns: counts.campaigns,
            success_rate: share(counts.successes, counts.campaigns),
            goal_quartiles_usd: [0.25, 0.5, 0.75].map(|part| quantile(goals, counts, part)),
        }
    }
}

/// The goal below which the share `part` of the campaigns lies, interpolated within its bin.
fn quantile(edges: &[f64], counts: &Counts, part: f64) -> f64 {
    let wanted = part * to_f64(counts.campaigns);
    let mut before = 0.0;
    for (bin, campaigns) in &counts.by_goal {
        let campaigns = to_f64(*campaigns);
        if before + campaigns >= wanted {
            let (low, high) = finite_ends(edges, *bin);
            return low * (high / low).powf((wanted - before) / campaigns);
        }
        before += campaigns;
    }
    before
}

/// The ends of a bin; an open bin is taken to span a factor of two.
fn finite_ends(edges: &[f64], bin: usize) -> (f64, f64) {
    match bin_ends(edges, bin) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low * 2.0),
        (None, Some(high)) => (high / 2.0, high),
        (None, None) => (1.0, 1.0),
    }
}

/// The success rate of the category, else of its parent, else of all campaigns.
pub(super) fn base_rate(manifest: &Manifest, campaign: &Campaign) -> BaseRateView {
    let of = |category: Option<&str>| {
        let mut rates = manifest.base_rates.iter();
        rates.find(|it| it.parent == campaign.parent_name && it.category.as_deref() == category)
    };
    let known = of(Some(&campaign.analytics_name)).or_else(|| of(None));
    known.map_or_else(
        || BaseRateView {
            parent: None,
            category: None,
            campaigns: manifest.data.campaigns,
            success_rate: manifest.data.success_rate,
        },
        |rate: &CategoryRate| BaseRateView {
            parent: Some(rate.parent.clone()),
            category: rate.category.clone(),
            campaigns: rate.campaigns,
            success_rate: rate.success_rate,
        },
    )
}

/// `part / all`; 0 if `all` is 0.
pub(super) fn share(part: u64, all: u64) -> f64 {
    let counts = crate::inference::Counts {
        campaigns: all,
        successes: part,
    };
    counts.success_rate()
}

fn to_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
