//! Success by category, goal, month and day of launch, from the aggregates in a model's manifest.

use std::collections::BTreeMap;

use super::neighbours::share;
use crate::inference::{Manifest, bin_ends};
use crate::types::{CalendarDay, CalendarView, ExploreView, GoalRate, LaunchMonthRate, ModelRef};

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

/// Success by month and weekday of launch: of a category, if there are enough campaigns, otherwise of its parent, and
/// without a parent of all categories.
pub fn calendar(manifest: &Manifest, parent: Option<&str>, category: Option<&str>) -> CalendarView {
    let tables = manifest.calendar.iter();
    let of_parent = tables.filter(|it| parent.is_none_or(|parent| it.parent == parent));
    let of_category = of_parent
        .clone()
        .find(|it| parent.is_some() && it.category.is_some() && it.category.as_deref() == category);
    let whole = of_parent.filter(|it| it.category.is_none());
    let mut counts: BTreeMap<(u32, u32), Counts> = BTreeMap::new();
    for table in of_category.map_or_else(|| whole.collect(), |it| vec![it]) {
        for (month, weekday, campaigns, successes) in &table.cells {
            let (all, good) = counts.entry((*month, *weekday)).or_default();
            *all += campaigns;
            *good += successes;
        }
    }
    let days = counts.into_iter();
    CalendarView {
        population: manifest.data.population.clone(),
        parent: parent.map(ToOwned::to_owned),
        category: of_category.and_then(|it| it.category.clone()),
        days: days
            .map(|((month, weekday), (campaigns, successes))| CalendarDay {
                month,
                weekday,
                campaigns,
                success_rate: share(successes, campaigns),
            })
            .collect(),
    }
}
