//! Success by category, goal and month, from the aggregates in a model's manifest.

use std::collections::BTreeMap;

use super::neighbours::share;
use crate::inference::Manifest;
use crate::types::{CategoryRate, ExploreView, GoalRate, LaunchMonthRate, ModelRef};

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
        categories: categories(manifest),
        goals: goals(manifest),
        months: months(manifest),
    }
}

fn categories(manifest: &Manifest) -> Vec<CategoryRate> {
    let rates = manifest.base_rates.iter();
    rates
        .map(|rate| CategoryRate {
            parent: rate.parent.clone(),
            category: rate.category.clone(),
            campaigns: rate.campaigns,
            success_rate: rate.success_rate,
            median_goal_usd: rate.median_goal_usd,
        })
        .collect()
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
        let bin = usize::try_from(cell.goal_bin).unwrap_or(usize::MAX);
        let category = usize::try_from(cell.category).ok();
        let category = category.and_then(|at| neighbours.categories.get(at));
        add(&mut counts, (None, bin), more);
        add(
            &mut counts,
            (category.map(|it| it.parent.clone()), bin),
            more,
        );
    }
    let edges = &neighbours.goal_edges_usd;
    let rates = counts.into_iter();
    rates
        .map(|((parent, bin), (campaigns, successes))| GoalRate {
            parent,
            goal_from_usd: bin.checked_sub(1).and_then(|edge| edges.get(edge).copied()),
            goal_below_usd: edges.get(bin).copied(),
            campaigns,
            success_rate: share(successes, campaigns),
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
