//! What to change: the changes that gain most, and a link to the form with them filled in.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::field_faults::FieldFaults;
use crate::components::number_format::NumberFormatInput;
use crate::components::query::{query_url, use_query};
use crate::components::{Field, FormErrors, Icon, format, labels};
use crate::types::{Advice, AppError, Campaign, CampaignInput, Change, ChangeBounds};

/// The changes, the largest gain first.
#[component]
pub fn Changes(
    /// The campaign.
    campaign: Campaign,
    /// The probability of the campaign without changes.
    probability: f64,
    /// The changes.
    advice: Advice,
    /// Why the user's bounds were refused.
    refusal: Option<AppError>,
    /// Whether the visitor owns the campaign, and may set bounds and open the form with the changes.
    is_own: bool,
) -> impl IntoView {
    let locale = use_locale();
    let is_empty = advice.changes.is_empty();
    let best: Vec<Change> = match &advice.combination {
        Some(combination) => combination.changes.clone(),
        None => advice.changes.iter().take(1).map(|it| it.change).collect(),
    };
    let items = advice.changes.iter().map(|it| {
        view! {
            <li>
                <span class="change-words">{words(locale, &campaign, it.change)}</span>
                <span class="change-gain">{format::points(locale, it.gain)}</span>
                <span class="quiet">{reached(locale, it.probability, probability)}</span>
            </li>
        }
    });
    let combination = advice.combination.as_ref().map(|it| {
        view! {
            <p class="change-together">
                <strong>{tr!(locale, changes.together)}</strong>
                " "
                {reached(locale, it.probability, probability)}
            </p>
        }
    });
    let list = view! {
        <ol class="change-list">{items.collect_view()}</ol>
        {combination}
        {is_own
            .then(|| {
                view! {
                    <p>
                        <a class="button button-main" href=form_url(&campaign, &best)>
                            {tr!(locale, changes.open_form)}
                            <Icon name="arrow" />
                        </a>
                    </p>
                }
            })}
    };
    view! {
        <section class="card" aria-labelledby="changes-title">
            <h2 id="changes-title">{tr!(locale, changes.title)}</h2>
            {is_empty.then(|| view! { <p>{tr!(locale, changes.none)}</p> })}
            {(!is_empty).then_some(list)}
            <p class="quiet">{tr!(locale, changes.no_proof)}</p>
            <p class="quiet">
                {tr!(
                    locale, changes.bounds, goal = format::usd(locale, advice.bounds.goal_min_usd), earliest = labels::day(locale, advice.bounds.launch_earliest), latest = labels::day(locale, advice.bounds.launch_latest)
                )}
            </p>
            {is_own.then(|| view! { <Bounds bounds=advice.bounds refusal /> })}
        </section>
    }
}

/// A GET form: the bounds are in the URL, so that reloading and browsers without JavaScript both work.
#[component]
fn Bounds(
    /// The current bounds.
    bounds: ChangeBounds,
    /// Why the user's bounds were refused.
    refusal: Option<AppError>,
) -> impl IntoView {
    let locale = use_locale();
    let is_refused = refusal.is_some();
    FieldFaults::provide_of(move || refusal.clone());
    let query = use_query();
    let value = |name: &str, bound: String| {
        let given = untrack(|| query(name)).unwrap_or_default();
        if given.is_empty() { bound } else { given }
    };
    view! {
        <details open=is_refused>
            <summary>{tr!(locale, changes.set_bounds)}</summary>
            <form method="get" action="#changes-title" class="form" novalidate>
                <FormErrors />
                <NumberFormatInput />
                <Field
                    name="goal_min_usd"
                    inputmode="decimal"
                    optional=true
                    value=value("goal_min_usd", bounds.goal_min_usd.to_string())
                />
                <Field
                    name="launch_earliest"
                    kind="date"
                    optional=true
                    value=value("launch_earliest", bounds.launch_earliest.to_string())
                />
                <Field
                    name="launch_latest"
                    kind="date"
                    optional=true
                    value=value("launch_latest", bounds.launch_latest.to_string())
                />
                <button type="submit" class="button">
                    {tr!(locale, changes.apply)}
                </button>
            </form>
        </details>
    }
}

/// The changes in sentences, the largest gain first, and then all of them together if that gains more.
pub fn change_texts(
    locale: Locale,
    campaign: &Campaign,
    probability: f64,
    advice: &Advice,
) -> Vec<String> {
    let single = advice.changes.iter().map(|it| {
        let (words, gain) = (
            words(locale, campaign, it.change),
            format::points(locale, it.gain),
        );
        let reached = reached(locale, it.probability, probability);
        format!("{words}: {gain} ({reached})")
    });
    let together = advice.combination.iter().map(|it| {
        let reached = reached(locale, it.probability, probability);
        format!("{} {reached}", tr!(locale, changes.together))
    });
    single.chain(together).collect()
}

fn reached(locale: Locale, probability: f64, before: f64) -> String {
    tr!(
        locale,
        changes.reached,
        probability = format::percent(locale, probability),
        before = format::percent(locale, before)
    )
}

fn words(locale: Locale, campaign: &Campaign, change: Change) -> String {
    match change {
        Change::LowerGoal { usd_goal } => tr!(
            locale,
            changes.lower_goal,
            goal = format::usd(locale, usd_goal),
            before = format::usd(locale, campaign.usd_goal)
        ),
        Change::ChangeDuration { days, .. } => tr!(
            locale,
            changes.duration,
            days = tr!(locale, task.duration, count = i64::from(days)),
            before = tr!(locale, task.duration, count = campaign.duration_days())
        ),
        Change::MoveLaunch { launched_at, .. } => tr!(
            locale,
            changes.launch,
            day = labels::day(locale, launched_at),
            before = labels::day(locale, campaign.launched_at)
        ),
        Change::AddVideo { .. } => tr!(locale, changes.video).to_owned(),
    }
}

/// The URL of the form, filled with a campaign after some changes.
pub fn form_url(campaign: &Campaign, changes: &[Change]) -> String {
    let mut input = CampaignInput::from(campaign);
    for change in changes {
        match *change {
            Change::LowerGoal { usd_goal } => input.usd_goal = usd_goal.to_string(),
            Change::ChangeDuration { deadline, .. } => input.deadline = deadline.to_string(),
            Change::MoveLaunch {
                launched_at,
                deadline,
            } => {
                input.launched_at = launched_at.to_string();
                input.deadline = deadline.to_string();
            }
            Change::AddVideo { has_video } => input.has_video = has_video.to_string(),
        }
    }
    let fields = CampaignInput::FIELDS.iter().map(|name| {
        let value = input.field_mut(name).map(|value| value.clone());
        (*name, value.unwrap_or_default())
    });
    query_url("/predict", fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::campaign_example;

    #[test]
    fn the_form_opens_with_the_campaign_and_its_changes() {
        let today = "2026-11-23".parse().unwrap();
        let campaign = campaign_example(today).check(today).unwrap();
        let url = form_url(&campaign, &[Change::LowerGoal { usd_goal: 4321.0 }]);
        assert!(url.starts_with("/predict?country=US&"), "{url}");
        assert!(url.contains("&usd_goal=4321&"), "{url}");
        assert!(url.contains("&name=Little%20Lanterns"), "{url}");
    }
}
