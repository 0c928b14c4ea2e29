//! The campaign of a task, and the facts of the task: price, model, times.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::{Money, StatusBadge, Time, TrackRecordLink, format, labels};
use crate::types::{Campaign, TaskView};

/// A term and its value.
#[component]
fn Fact(
    /// The term.
    term: &'static str,
    /// The value.
    children: Children,
) -> impl IntoView {
    view! {
        <dt>{term}</dt>
        <dd>{children()}</dd>
    }
}

/// Price, model, status and times of a task.
#[component]
pub fn Facts(
    /// The task.
    task: TaskView,
) -> impl IntoView {
    let locale = use_locale();
    let model = labels::model(locale, &task.model);
    let started = task
        .started_at
        .map(|at| view! { <Fact term=tr!(locale, task.started_at)><Time at /></Fact> });
    let finished = task
        .finished_at
        .map(|at| view! { <Fact term=tr!(locale, task.finished_at)><Time at /></Fact> });
    let inference = task.result.map(|result| {
        let words = tr!(
            locale,
            task.milliseconds,
            value = format::milliseconds(locale, result.inference_us)
        );
        view! { <Fact term=tr!(locale, task.inference)>{words}</Fact> }
    });
    view! {
        <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">{tr!(locale, task.facts)}</h2>
            <dl class="facts">
                <Fact term=tr!(locale, task.price)>
                    <Money credits=task.price />
                </Fact>
                <Fact term=tr!(locale, task.model)>
                    {model} <br /> <TrackRecordLink model=task.model.id />
                </Fact>
                <Fact term=tr!(locale, task.queued_at)>
                    <Time at=task.queued_at />
                </Fact>
            </dl>
            <details>
                <summary>{tr!(locale, task.technical)}</summary>
                <dl class="facts">
                    <Fact term=tr!(locale, task.status)>
                        <StatusBadge status=task.status />
                    </Fact>
                    {started}
                    {finished}
                    {inference}
                </dl>
            </details>
        </section>
    }
}

/// City, region and country, as far as they are known.
fn place(locale: Locale, campaign: &Campaign) -> String {
    let country = labels::named_codes(tr!(locale, list.countries))
        .find(|(code, _)| *code == campaign.country)
        .map_or(campaign.country.as_str(), |(_, name)| name);
    [
        campaign.name_city.as_deref(),
        campaign.region.as_deref(),
        Some(country),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

/// The inputs of a campaign, with their names.
pub fn campaign_facts(locale: Locale, campaign: &Campaign) -> Vec<(&'static str, String)> {
    let duration = tr!(locale, task.duration, count = campaign.duration_days());
    let category = if campaign.parent_name == campaign.analytics_name {
        campaign.analytics_name.clone()
    } else {
        format!("{} › {}", campaign.parent_name, campaign.analytics_name)
    };
    let deadline = format!("{} ({duration})", labels::day(locale, campaign.deadline));
    let flag = |answer: Option<bool>| labels::yes_or_no(locale, answer).to_owned();
    let mut facts = vec![
        (tr!(locale, field.name), campaign.name.clone()),
        (tr!(locale, field.blurb), campaign.blurb.clone()),
        (tr!(locale, field.analytics_name), category),
        (
            tr!(locale, field.usd_goal),
            format::usd(locale, campaign.usd_goal),
        ),
        (tr!(locale, field.currency), campaign.currency.clone()),
        (
            tr!(locale, field.launched_at),
            labels::day(locale, campaign.launched_at),
        ),
        (tr!(locale, field.deadline), deadline),
        (tr!(locale, predict.place), place(locale, campaign)),
        (
            tr!(locale, field.is_not_first_project),
            flag(campaign.is_not_first_project),
        ),
        (
            tr!(locale, field.has_video),
            flag(campaign.has_video.into()),
        ),
        (
            tr!(locale, field.prelaunch_activated),
            flag(campaign.prelaunch_activated),
        ),
        (tr!(locale, field.staff_pick), flag(campaign.staff_pick)),
    ];
    let count = |value: Option<u32>| value.map(|value| format::count(locale, value.into()));
    let price = campaign.median_reward_usd;
    let known = [
        ("earlier_projects", count(campaign.earlier_projects)),
        ("earlier_successes", count(campaign.earlier_successes)),
        ("reward_tiers", count(campaign.reward_tiers)),
        (
            "median_reward_usd",
            price.map(|price| format::usd(locale, price)),
        ),
    ];
    let known = known.into_iter();
    facts.extend(known.filter_map(|(name, value)| Some((labels::field(locale, name), value?))));
    facts
}

/// The inputs of a campaign.
#[component]
pub fn CampaignInputs(
    /// The campaign.
    campaign: Campaign,
) -> impl IntoView {
    let locale = use_locale();
    let facts = campaign_facts(locale, &campaign);
    let facts = facts.into_iter().map(|(term, value)| {
        view! {
            <Fact term>
                <bdi>{value}</bdi>
            </Fact>
        }
    });
    view! {
        <section class="card" aria-labelledby="asked-title">
            <h2 id="asked-title">{tr!(locale, task.asked)}</h2>
            <dl class="facts facts-wide">{facts.collect_view()}</dl>
        </section>
    }
}
