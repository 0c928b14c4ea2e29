//! Success by category, goal and month, from the aggregates in a model's manifest.

use std::collections::BTreeMap;

use super::neighbours::share;
use crate::inference::{Manifest, bin_ends};
use crate::types::{ExploreView, GoalRate, LaunchMonthRate, ModelRef};

/// Number of campaigns and of successes.
type Counts = (u64, u64);

/// The statistics of a model's training data.
pub fn explore(manifest: &Manifest, model: ModelRef) -> ExploreView {
    let data = &manifest.data;
    ExploreView {
        model,
        population: data.population.clone(),
        first_month: data.first_month.clone(),
        last_month: data.last_month.clone(),
        campaigns: data.campaigns,
        success_rate: data.success_rate,
        categories: manifest.base_rates.clone(),
        goals: goals(manifest),
        months: months(manifest),
    }
}

/// Adds counts for a key, where the first part is `None` for all categories.
fn add<K: Ord>(
    counts: &mut BTreeMap<(Option<String>, K), Counts>,
    key: (Option<String>, K),
    more: Counts,
) {
    let (campaigns, successes) = counts.entry(key).or_default();
    *campaigns += more.0;
    *successes += more.1;
}

fn goals(manifest: &Manifest) -> Vec<GoalRate> {
    let neighbours = &manifest.neighbours;
    let mut counts = BTreeMap::new();
    for cell in &neighbours.cells {
        let more = (cell.campaigns, cell.successes);
        let category = neighbours.categories.get(cell.category);
        let parent = category.map(|it| it.parent.clone());
        add(&mut counts, (None, cell.goal_bin), more);
        add(&mut counts, (parent, cell.goal_bin), more);
    }
    let edges = &neighbours.goal_edges_usd;
    let rates = counts.into_iter();
    rates
        .map(|((parent, bin), (campaigns, successes))| {
            let (goal_from_usd, goal_below_usd) = bin_ends(edges, bin);
            GoalRate {
                parent,
                goal_from_usd,
                goal_below_usd,
                campaigns,
                success_rate: share(successes, campaigns),
            }
        })
        .collect()
}

fn months(manifest: &Manifest) -> Vec<LaunchMonthRate> {
    let mut counts = BTreeMap::new();
    for rate in &manifest.neighbours.months {
        let more = (rate.campaigns, rate.successes);
        add(&mut counts, (None, &rate.month), more);
        add(&mut counts, (Some(rate.parent.clone()), &rate.month), more);
    }
    let rates = counts.into_iter();
    rates
        .map(
            |((parent, month), (campaigns, successes))| LaunchMonthRate {
                parent,
                month: month.clone(),
                campaigns,
                success_rate: share(successes, campaigns),
            },
        )
        .collect()
}
