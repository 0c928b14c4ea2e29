//! Why: what each group of inputs adds to the probability, as a table with waterfall bars.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::{format, labels};
use crate::types::{Campaign, Effect, Explanation, Factor};

/// Effects below half a percentage point are combined.
const SMALL: f64 = 0.005;

/// From the average campaign to this one, factor by factor.
#[component]
pub fn Why(
    /// The campaign.
    campaign: Campaign,
    /// The Shapley values.
    explanation: Explanation,
) -> impl IntoView {
    let locale = use_locale();
    let steps = steps(locale, &campaign, &explanation);
    let rows: Vec<_> = steps.into_iter().map(|it| row(locale, it)).collect();
    view! {
        <section class="card" aria-labelledby="why-title">
            <h2 id="why-title">{tr!(locale, why.title)}</h2>
            <p>{tr!(locale, why.text)}</p>
            <table class="table waterfall">
                <caption class="visually-hidden">{tr!(locale, why.title)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{tr!(locale, why.column_factor)}</th>
                        <th scope="col" class="number">
                            {tr!(locale, why.column_effect)}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {total(locale, tr!(locale, why.base), explanation.base)}
                    {rows}
                    {total(locale, tr!(locale, why.result), explanation.probability)}
                </tbody>
            </table>
            <p class="quiet">
                {tr!(locale, why.note, count = format::whole_number(locale, explanation.background.into()))}
            </p>
        </section>
    }
}

/// What one factor adds, in words.
pub struct Step {
    /// The factor.
    pub label: String,
    /// The campaign's value of it; empty if there is none.
    pub given: String,
    /// The probability before.
    pub from: f64,
    /// The probability with it.
    pub to: f64,
}

/// The effects, one after the other, from the average campaign to this one. Small ones are combined into the last step.
pub fn steps(locale: Locale, campaign: &Campaign, explanation: &Explanation) -> Vec<Step> {
    let (strong, small): (Vec<Effect>, Vec<Effect>) = explanation
        .effects
        .iter()
        .partition(|effect| effect.value.abs() >= SMALL);
    let mut reached = explanation.base;
    let mut steps = Vec::new();
    let mut add = |label: &str, given: String, value: f64| {
        let from = reached;
        reached += value;
        steps.push(Step {
            label: label.to_owned(),
            given,
            from,
            to: reached,
        });
    };
    for effect in &strong {
        let given = what_is_given(locale, effect.factor, campaign);
        add(factor(locale, effect.factor), given, effect.value);
    }
    if !small.is_empty() {
        let rest: f64 = small.iter().map(|effect| effect.value).sum();
        add(tr!(locale, why.rest), String::new(), rest);
    }
    steps
}

/// A row with the probability reached so far.
fn total(locale: Locale, label: &'static str, share: f64) -> AnyView {
    view! {
        <tr class="waterfall-total">
            <th scope="row">{label} {bar(0.0, share, "waterfall-level")}</th>
            <td class="number">{format::percent(locale, share)}</td>
        </tr>
    }
    .into_any()
}

/// A row of one factor: from one probability to the next.
fn row(locale: Locale, step: Step) -> AnyView {
    let Step {
        label,
        given,
        from,
        to,
    } = step;
    let class = if to >= from {
        "waterfall-gain"
    } else {
        "waterfall-loss"
    };
    let given = (!given.is_empty()).then(|| view! { <span class="quiet">" "{given}</span> });
    view! {
        <tr>
            <th scope="row">{label} {given} {bar(from.min(to), from.max(to), class)}</th>
            <td class=format!("number {class}")>{format::points(locale, to - from)}</td>
        </tr>
    }
    .into_any()
}

fn bar(from: f64, to: f64, class: &'static str) -> AnyView {
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    view! {
        <svg class="waterfall-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="waterfall-track" width="100" height="6"></rect>
            <rect class=class x=percent(from) width=percent(to - from) height="6"></rect>
        </svg>
    }
    .into_any()
}

pub fn factor(locale: Locale, factor: Factor) -> &'static str {
    match factor {
        Factor::Goal => tr!(locale, why.goal),
        Factor::Duration => tr!(locale, why.duration),
        Factor::Timing => tr!(locale, why.timing),
        Factor::Preparation => tr!(locale, why.preparation),
        Factor::Category => tr!(locale, why.category),
        Factor::Text => tr!(locale, why.words),
        Factor::Video => tr!(locale, why.video),
        Factor::Place => tr!(locale, why.place),
        Factor::StaffPick => tr!(locale, why.staff_pick),
        Factor::Creator => tr!(locale, why.creator),
        Factor::Rewards => tr!(locale, why.rewards),
        Factor::Habits => tr!(locale, why.habits),
    }
}

/// What is known of the creator's earlier campaigns.
fn creator(locale: Locale, campaign: &Campaign) -> String {
    match (campaign.earlier_projects, campaign.is_not_first_project) {
        (Some(0), _) | (_, Some(false)) => tr!(locale, why.first_project).to_owned(),
        (Some(projects), _) => tr!(locale, why.earlier_projects, count = i64::from(projects)),
        (None, Some(true)) => tr!(locale, why.returning).to_owned(),
        (None, None) => String::new(),
    }
}

/// The habits that a campaign shows.
fn habits(locale: Locale, campaign: &Campaign) -> String {
    let shown = [
        (
            campaign.has_default_duration(),
            tr!(locale, why.default_duration),
        ),
        (
            campaign.has_longest_duration(),
            tr!(locale, why.longest_duration),
        ),
        (
            campaign.fresh_draft_days() > 0,
            tr!(locale, why.fresh_draft),
        ),
    ];
    let shown = shown.into_iter().filter(|(is_shown, _)| *is_shown);
    shown.map(|(_, words)| words).collect::<Vec<_>>().join(", ")
}

/// The campaign's value of a factor, in a word or two.
pub fn what_is_given(locale: Locale, factor: Factor, campaign: &Campaign) -> String {
    match factor {
        Factor::Goal => format::usd(locale, campaign.usd_goal),
        Factor::Duration => tr!(locale, task.duration, count = campaign.duration_days()),
        Factor::Timing => labels::day(locale, campaign.launched_at),
        Factor::Preparation => tr!(locale, task.duration, count = campaign.preparation_days()),
        Factor::Category => campaign.analytics_name.clone(),
        Factor::Video => labels::yes_or_no(locale, campaign.has_video).to_owned(),
        Factor::Place => format!("{}, {}", campaign.country, campaign.currency),
        Factor::StaffPick => labels::yes_or_no(locale, campaign.staff_pick).to_owned(),
        Factor::Habits => habits(locale, campaign),
        Factor::Creator => creator(locale, campaign),
        Factor::Rewards => campaign
            .reward_tiers
            .map(|tiers| format::count(locale, tiers.into()))
            .unwrap_or_default(),
        Factor::Text => String::new(),
    }
}
