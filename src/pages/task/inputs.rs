//! What was asked, and the facts of the request: price, model, times.

use leptos::prelude::*;

use crate::client::Locale;
use crate::client::tr;
use crate::client::use_locale;
use crate::components::Day;
use crate::components::Money;
use crate::components::StatusBadge;
use crate::components::Time;
use crate::components::format;
use crate::components::labels;
use crate::types::{Campaign, TaskView};

/// A term and its value, side by side.
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
    let l = use_locale();
    let model = tr!(
        l,
        task.model_name,
        name = task.model.name,
        version = task.model.version
    );
    let started = task
        .started_at
        .map(|at| view! { <Fact term=tr!(l, task.started_at)><Time at /></Fact> });
    let finished = task
        .finished_at
        .map(|at| view! { <Fact term=tr!(l, task.finished_at)><Time at /></Fact> });
    let inference = task.result.map(|result| {
        let words = tr!(
            l,
            task.milliseconds,
            value = format::milliseconds(l, result.inference_us)
        );
        view! { <Fact term=tr!(l, task.inference)>{words}</Fact> }
    });
    view! {
        <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">{tr!(l, task.facts)}</h2>
            <dl class="facts">
                <Fact term=tr!(l, task.status)>
                    <StatusBadge status=task.status />
                </Fact>
                <Fact term=tr!(l, task.price)>
                    <Money credits=task.price />
                </Fact>
                <Fact term=tr!(l, task.model)>{model}</Fact>
                <Fact term=tr!(l, task.queued_at)>
                    <Time at=task.queued_at />
                </Fact>
                {started}
                {finished}
                {inference}
            </dl>
        </section>
    }
}

fn yes_or_no(l: Locale, answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => tr!(l, choice.yes),
        Some(false) => tr!(l, choice.no),
        None => tr!(l, choice.unknown),
    }
}

/// City, region and country, as far as they are known.
fn place(l: Locale, campaign: &Campaign) -> String {
    let country = labels::named_codes(tr!(l, list.countries))
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

/// The campaign as it was described.
#[component]
pub fn CampaignInputs(
    /// The campaign.
    campaign: Campaign,
) -> impl IntoView {
    let l = use_locale();
    let days = campaign.duration_days();
    let duration = tr!(l, task.duration, count = days);
    let category = if campaign.parent_name == campaign.analytics_name {
        campaign.analytics_name.clone()
    } else {
        format!("{} › {}", campaign.parent_name, campaign.analytics_name)
    };
    let place = place(l, &campaign);
    view! {
        <section class="card" aria-labelledby="asked-title">
            <h2 id="asked-title">{tr!(l, task.asked)}</h2>
            <dl class="facts facts-wide">
                <Fact term=tr!(l, field.name)>
                    <bdi>{campaign.name}</bdi>
                </Fact>
                <Fact term=tr!(l, field.blurb)>
                    <bdi>{campaign.blurb}</bdi>
                </Fact>
                <Fact term=tr!(l, field.analytics_name)>{category}</Fact>
                <Fact term=tr!(l, field.usd_goal)>{format::usd(l, campaign.usd_goal)}</Fact>
                <Fact term=tr!(l, field.currency)>{campaign.currency}</Fact>
                <Fact term=tr!(l, field.launched_at)>
                    <Day day=campaign.launched_at />
                </Fact>
                <Fact term=tr!(l, field.deadline)>
                    <Day day=campaign.deadline />
                    " ("
                    {duration}
                    ")"
                </Fact>
                <Fact term=tr!(l, predict.place)>
                    <bdi>{place}</bdi>
                </Fact>
                <Fact term=tr!(l, field.is_not_first_project)>
                    {yes_or_no(l, campaign.is_not_first_project)}
                </Fact>
                <Fact term=tr!(l, field.has_video)>{yes_or_no(l, Some(campaign.has_video))}</Fact>
                <Fact term=tr!(l, field.prelaunch_activated)>
                    {yes_or_no(l, campaign.prelaunch_activated)}
                </Fact>
                <Fact term=tr!(l, field.staff_pick)>{yes_or_no(l, Some(campaign.staff_pick))}</Fact>
            </dl>
        </section>
    }
}
