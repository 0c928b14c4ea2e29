//! Beside the answer: how campaigns like this one did, and where it is unlike any.

use leptos::prelude::*;

use crate::client::Locale;
use crate::client::tr;
use crate::client::use_locale;
use crate::components::Icon;
use crate::components::format;
use crate::components::labels;
use crate::types::{BaseRateView, NeighboursView, OutOfDistribution, ResultContext};

/// Rates of campaigns that have ended, and warnings.
#[component]
pub fn Context(
    /// What was settled with the score.
    context: ResultContext,
) -> impl IntoView {
    let l = use_locale();
    let neighbours = context.neighbours.map(|it| {
        let quartiles = it
            .goal_quartiles_usd
            .map(|goal| format::usd(l, goal.round()));
        let [quarter, half, three_quarters] = quartiles;
        view! {
            <p>{neighbours_text(l, &it)}</p>
            <p class="quiet">
                {tr!(
                    l, context.neighbour_goals, quarter = quarter, half = half, three_quarters = three_quarters
                )}
            </p>
        }
    });
    let warnings = (!context.unlike.is_empty()).then(|| {
        let lines = context.unlike.iter().map(|it| {
            view! { <li>{unlike_text(l, it)}</li> }
        });
        view! {
            <div class="notice">
                <Icon name="alert" />
                <div>
                    <h3 class="notice-title">{tr!(l, context.unlike_title)}</h3>
                    <ul>{lines.collect_view()}</ul>
                </div>
            </div>
        }
    });
    let population = labels::stored_text(l, &context.population);
    view! {
        {warnings}
        <section class="card" aria-labelledby="context-title">
            <h2 id="context-title">{tr!(l, context.title)}</h2>
            <p>{base_rate_text(l, &context.base_rate)}</p>
            {neighbours}
            <p class="quiet">{tr!(l, context.population, population = population)}</p>
        </section>
    }
}

/// The words for a category, its parent, or all of them.
fn circle(l: Locale, parent: Option<&String>, category: Option<&String>) -> String {
    match (parent, category) {
        (Some(parent), Some(category)) if parent != category => format!("{parent} › {category}"),
        (Some(parent), _) => parent.clone(),
        (None, _) => tr!(l, context.all_categories).to_owned(),
    }
}

fn base_rate_text(l: Locale, rate: &BaseRateView) -> String {
    tr!(
        l,
        context.base_rate,
        category = circle(l, rate.parent.as_ref(), rate.category.as_ref()),
        rate = format::percent(l, rate.success_rate),
        campaigns = format::count(l, rate.campaigns)
    )
}

fn neighbours_text(l: Locale, it: &NeighboursView) -> String {
    tr!(
        l,
        context.neighbours,
        category = circle(l, it.parent.as_ref(), it.category.as_ref()),
        goal = format::usd_range(l, it.goal_from_usd, it.goal_below_usd),
        days = days_range(l, it.duration_from_days, it.duration_below_days),
        rate = format::percent(l, it.success_rate),
        campaigns = format::count(l, it.campaigns)
    )
}

/// Days from the first on and below the second, as a person says it.
fn days_range(l: Locale, from: Option<u32>, below: Option<u32>) -> String {
    match (from, below.map(|days| days.saturating_sub(1))) {
        (Some(from), Some(to)) if from == to => tr!(l, task.duration, count = i64::from(from)),
        (Some(from), Some(to)) => tr!(l, context.days_between, from = from, to = to),
        (Some(from), None) => tr!(l, context.days_from, from = from),
        (None, Some(to)) => tr!(l, context.days_to, to = to),
        (None, None) => tr!(l, context.days_any).to_owned(),
    }
}

fn unlike_text(l: Locale, unlike: &OutOfDistribution) -> String {
    let field = labels::field(l, unlike.field());
    match unlike {
        OutOfDistribution::OutOfRange {
            value, min, max, ..
        } => tr!(
            l,
            context.out_of_range,
            field = field,
            value = format::rounded(l, *value),
            min = format::rounded(l, *min),
            max = format::rounded(l, *max)
        ),
        OutOfDistribution::Unknown { value, .. } => {
            tr!(l, context.unknown, field = field, value = value)
        }
        OutOfDistribution::SparseData { campaigns, .. } => tr!(
            l,
            context.thin,
            field = field,
            campaigns = format::count(l, *campaigns)
        ),
    }
}
