//! The context of a result: how similar campaigns did, and in what this one is unlike all others.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::{Icon, format, labels};
use crate::types::{BaseRateView, NeighboursView, OutOfDistribution, ResultContext};

/// Rates of campaigns that have ended, and warnings.
#[component]
pub fn Context(
    /// The context, stored with the result.
    context: ResultContext,
) -> impl IntoView {
    let locale = use_locale();
    let population = population_text(locale, &context);
    let neighbours = context.neighbours.map(|it| {
        view! {
            <p>{neighbours_text(locale, &it)}</p>
            <p class="quiet">{goals_text(locale, &it)}</p>
        }
    });
    let warnings = (!context.unlike.is_empty()).then(|| {
        let lines = context.unlike.iter().map(|it| {
            view! { <li>{unlike_text(locale, it)}</li> }
        });
        view! {
            <div class="notice">
                <Icon name="alert" />
                <div>
                    <h3 class="notice-title">{tr!(locale, context.unlike_title)}</h3>
                    <ul>{lines.collect_view()}</ul>
                </div>
            </div>
        }
    });
    view! {
        {warnings}
        <section class="card" aria-labelledby="context-title">
            <h2 id="context-title">{tr!(locale, context.title)}</h2>
            <p>{base_rate_text(locale, &context.base_rate)}</p>
            {neighbours}
            <p class="quiet">{population}</p>
        </section>
    }
}

/// A context in sentences.
pub struct ContextTexts {
    /// How similar campaigns did.
    pub rates: Vec<String>,
    /// In what the campaign is unlike all others.
    pub warnings: Vec<String>,
    /// Which campaigns the rates are about.
    pub population: String,
}

/// The sentences of a context.
pub fn context_texts(locale: Locale, context: &ResultContext) -> ContextTexts {
    let mut rates = vec![base_rate_text(locale, &context.base_rate)];
    if let Some(neighbours) = &context.neighbours {
        rates.push(neighbours_text(locale, neighbours));
        rates.push(goals_text(locale, neighbours));
    }
    let unlike = context.unlike.iter();
    ContextTexts {
        rates,
        warnings: unlike.map(|it| unlike_text(locale, it)).collect(),
        population: population_text(locale, context),
    }
}

/// The text for a category, its parent, or all categories.
pub fn circle(locale: Locale, parent: Option<&String>, category: Option<&String>) -> String {
    match (parent, category) {
        (Some(parent), Some(category)) if parent != category => format!("{parent} › {category}"),
        (Some(parent), _) => parent.clone(),
        (None, _) => tr!(locale, context.all_categories).to_owned(),
    }
}

fn base_rate_text(locale: Locale, rate: &BaseRateView) -> String {
    tr!(
        locale,
        context.base_rate,
        category = circle(locale, rate.parent.as_ref(), rate.category.as_ref()),
        rate = format::percent(locale, rate.success_rate),
        campaigns = format::count(locale, rate.campaigns)
    )
}

/// What similar campaigns have in common: category, goal and duration.
pub fn similar_group(locale: Locale, it: &NeighboursView) -> String {
    tr!(
        locale,
        context.group,
        category = circle(locale, it.parent.as_ref(), it.category.as_ref()),
        goal = format::usd_range(locale, it.goal_from_usd, it.goal_below_usd),
        days = format::days_range(
            locale,
            it.duration_from_days.map(f64::from),
            it.duration_below_days.map(f64::from)
        )
    )
}

fn neighbours_text(locale: Locale, it: &NeighboursView) -> String {
    tr!(
        locale,
        context.neighbours,
        group = similar_group(locale, it),
        rate = format::percent(locale, it.success_rate),
        campaigns = format::count(locale, it.campaigns)
    )
}

/// The goals of similar campaigns.
fn goals_text(locale: Locale, it: &NeighboursView) -> String {
    let quartiles = it
        .goal_quartiles_usd
        .map(|goal| format::usd(locale, goal.round()));
    let [quarter, half, three_quarters] = quartiles;
    tr!(
        locale,
        context.neighbour_goals,
        quarter = quarter,
        half = half,
        three_quarters = three_quarters
    )
}

fn population_text(locale: Locale, context: &ResultContext) -> String {
    let population = labels::stored_text(locale, &context.population);
    tr!(
        locale,
        context.population,
        population = population.to_owned()
    )
}

fn unlike_text(locale: Locale, unlike: &OutOfDistribution) -> String {
    let field = labels::field(locale, unlike.field());
    match unlike {
        OutOfDistribution::OutOfRange {
            value, min, max, ..
        } => tr!(
            locale,
            context.out_of_range,
            field = field,
            value = format::rounded(locale, *value),
            min = format::rounded(locale, *min),
            max = format::rounded(locale, *max)
        ),
        OutOfDistribution::Unknown { value, .. } => {
            tr!(locale, context.unknown, field = field, value = value)
        }
        OutOfDistribution::SparseData { campaigns, .. } => tr!(
            locale,
            context.thin,
            field = field,
            campaigns = format::count(locale, *campaigns)
        ),
    }
}
