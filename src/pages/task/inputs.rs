//! The campaign of a task, and the facts of the task: price, model, times.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::{Day, Money, StatusBadge, Time, TrackRecordLink, format, labels};
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
    let model = tr!(
        locale,
        task.model_name,
        name = task.model.name,
        version = task.model.version
    );
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

/// The inputs of a campaign.
#[component]
pub fn CampaignInputs(
    /// The campaign.
    campaign: Campaign,
) -> impl IntoView {
    let locale = use_locale();
    let days = campaign.duration_days();
    let duration = tr!(locale, task.duration, count = days);
    let category = if campaign.parent_name == campaign.analytics_name {
        campaign.analytics_name.clone()
    } else {
        format!("{} › {}", campaign.parent_name, campaign.analytics_name)
    };
    let place = place(locale, &campaign);
    let count = |name: &'static str, value: Option<u32>| {
        value.map(|value| {
            view! { <Fact term=labels::field(locale, name)>{format::count(locale, value.into())}</Fact> }
        })
    };
    view! {
        <section class="card" aria-labelledby="asked-title">
            <h2 id="asked-title">{tr!(locale, task.asked)}</h2>
            <dl class="facts facts-wide">
                <Fact term=tr!(locale, field.name)>
                    <bdi>{campaign.name}</bdi>
                </Fact>
                <Fact term=tr!(locale, field.blurb)>
                    <bdi>{campaign.blurb}</bdi>
                </Fact>
                <Fact term=tr!(locale, field.analytics_name)>{category}</Fact>
                <Fact term=tr!(locale, field.usd_goal)>{format::usd(locale, campaign.usd_goal)}</Fact>
                <Fact term=tr!(locale, field.currency)>{campaign.currency}</Fact>
                <Fact term=tr!(locale, field.launched_at)>
                    <Day day=campaign.launched_at />
                </Fact>
                <Fact term=tr!(locale, field.deadline)>
                    <Day day=campaign.deadline />
                    " ("
                    {duration}
                    ")"
                </Fact>
                <Fact term=tr!(locale, predict.place)>
                    <bdi>{place}</bdi>
                </Fact>
                <Fact term=tr!(locale, field.is_not_first_project)>
                    {labels::yes_or_no(locale, campaign.is_not_first_project)}
                </Fact>
                {count("earlier_projects", campaign.earlier_projects)}
                {count("earlier_successes", campaign.earlier_successes)}
                {count("reward_tiers", campaign.reward_tiers)}
                {campaign
                    .median_reward_usd
                    .map(|price| {
                        view! {
                            <Fact term=tr!(
                                locale, field.median_reward_usd
                            )>{format::usd(locale, price)}</Fact>
                        }
                    })}
                <Fact term=tr!(locale, field.has_video)>{labels::yes_or_no(locale, campaign.has_video)}</Fact>
                <Fact term=tr!(locale, field.prelaunch_activated)>
                    {labels::yes_or_no(locale, campaign.prelaunch_activated)}
                </Fact>
                <Fact term=tr!(locale, field.staff_pick)>{labels::yes_or_no(locale, campaign.staff_pick)}</Fact>
            </dl>
        </section>
    }
}
