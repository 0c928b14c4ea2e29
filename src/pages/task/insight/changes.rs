//! What to change: the changes that gain most, and a link to the form with them filled in.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::field_faults::FieldFaults;
use crate::components::number_format::NumberFormatInput;
use crate::components::query::{query_url, use_query};
use crate::components::{Field, FormErrors, Icon, format, labels};
use crate::pages::task::context::circle;
use crate::types::{
    Advice, AppError, Campaign, CampaignInput, Change, ChangeBounds, ChangeEvidence, MatchedRate,
    PlanDates,
};

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
    let dates = advice.combination.as_ref().and_then(|it| it.dates);
    let items = advice.changes.iter().map(|it| {
        view! {
            <li>
                <span class="change-words">{words(locale, &campaign, it.change)}</span>
                <span class="change-gain">{format::points(locale, it.gain)}</span>
                <span class="quiet">
                    {reached(locale, it.probability, probability)}
                    {it.gain_interval.map(|interval| gain_range(locale, interval))}
                </span>
                {it
                    .evidence
                    .map(|evidence| {
                        let words = evidence_words(locale, &campaign, it.change, &evidence);
                        view! { <span class="quiet change-evidence">{words}</span> }
                    })}
            </li>
        }
    });
    let combination = advice.combination.as_ref().map(|it| {
        let dates = it.dates.map(|dates| plan_dates(locale, dates));
        view! {
            <p class="change-together">
                <strong>{tr!(locale, changes.together)}</strong>
                " "
                {reached(locale, it.probability, probability)}
                {dates.map(|dates| format!(", {dates}"))}
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
                        <a class="button button-main" href=form_url(&campaign, &best, dates)>
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
        let range = it
            .gain_interval
            .map(|interval| gain_range(locale, interval));
        let evidence = it
            .evidence
            .as_ref()
            .map(|evidence| evidence_words(locale, campaign, it.change, evidence));
        let (range, evidence) = (range.unwrap_or_default(), evidence.unwrap_or_default());
        format!("{words}: {gain}, {reached}{range}. {evidence}")
            .trim_end()
            .to_owned()
    });
    let together = advice.combination.iter().map(|it| {
        let reached = reached(locale, it.probability, probability);
        let dates = it.dates.map(|dates| plan_dates(locale, dates));
        let dates = dates.map_or_else(String::new, |dates| format!(", {dates}"));
        format!("{} {reached}{dates}", tr!(locale, changes.together))
    });
    single.chain(together).collect()
}

/// The dates of the plan with all changes.
fn plan_dates(locale: Locale, dates: PlanDates) -> String {
    tr!(
        locale,
        changes.plan_dates,
        launch = labels::weekday_and_day(locale, dates.launched_at),
        deadline = labels::day(locale, dates.deadline)
    )
}

fn reached(locale: Locale, probability: f64, before: f64) -> String {
    tr!(
        locale,
        changes.reached,
        probability = format::percent(locale, probability),
        before = format::percent(locale, before)
    )
}

/// The interval of a gain, after the score that it leads to.
fn gain_range(locale: Locale, [low, high]: [f64; 2]) -> String {
    let low = format::points(locale, low);
    let high = format::points(locale, high);
    format!(
        " ({})",
        tr!(locale, changes.gain_range, low = low, high = high)
    )
}

/// How similar campaigns did with and without the change.
fn evidence_words(
    locale: Locale,
    campaign: &Campaign,
    change: Change,
    evidence: &ChangeEvidence,
) -> String {
    let rate = |rate: &MatchedRate, value: String| {
        tr!(
            locale,
            changes.matched,
            value = value,
            rate = format::percent(locale, rate.success_rate),
            campaigns = format::count(locale, rate.campaigns)
        )
    };
    let ChangeEvidence { with, without, .. } = evidence;
    let (value_with, value_without) = compared(locale, campaign, change, evidence);
    let category = evidence.of_category.then_some(&campaign.analytics_name);
    let category = circle(locale, Some(&campaign.parent_name), category);
    let group = match (evidence.goal_from_usd, evidence.goal_below_usd) {
        (None, None) => category,
        (from, below) => format!("{category}, {}", format::usd_range(locale, from, below)),
    };
    let words = tr!(
        locale,
        changes.evidence,
        group = group,
        with = rate(with, value_with),
        without = rate(without, value_without)
    );
    if evidence.is_thin() {
        format!("{words} {}.", tr!(locale, changes.thin))
    } else {
        words
    }
}

/// What distinguishes the campaigns with the change from those without it.
fn compared(
    locale: Locale,
    campaign: &Campaign,
    change: Change,
    evidence: &ChangeEvidence,
) -> (String, String) {
    let range = |rate: &MatchedRate| match change {
        Change::LowerGoal { .. } => format::usd_range(locale, rate.from, rate.below),
        _ => format::days_range(locale, rate.from, rate.below),
    };
    let weekday = |day| labels::weekday(locale, day).to_owned();
    match change {
        Change::ChangeWeekday { launched_at, .. } => {
            (weekday(launched_at), weekday(campaign.launched_at))
        }
        Change::AddVideo { .. } => (
            tr!(locale, changes.with_video).to_owned(),
            tr!(locale, changes.without_video).to_owned(),
        ),
        _ => (range(&evidence.with), range(&evidence.without)),
    }
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
        Change::ChangeWeekday { launched_at, .. } => tr!(
            locale,
            changes.launch,
            day = labels::weekday_and_day(locale, launched_at),
            before = labels::weekday_and_day(locale, campaign.launched_at)
        ),
        Change::PrepareLonger { days, .. } => tr!(
            locale,
            changes.prepare,
            days = tr!(locale, task.duration, count = i64::from(days)),
            before = tr!(locale, task.duration, count = campaign.preparation_days())
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

/// The URL of the form, filled with a campaign after some changes, with these dates if they are given. Without them, a
/// longer preparation keeps the draft and moves the launch.
pub fn form_url(campaign: &Campaign, changes: &[Change], dates: Option<PlanDates>) -> String {
    let mut input = CampaignInput::from(campaign);
    let mut launch = None;
    for change in changes {
        match *change {
            Change::LowerGoal { usd_goal } => input.usd_goal = usd_goal.to_string(),
            Change::ChangeDuration { deadline, .. } => input.deadline = deadline.to_string(),
            Change::ChangeWeekday {
                launched_at,
                deadline,
                ..
            }
            | Change::MoveLaunch {
                launched_at,
                deadline,
            } => launch = Some((launched_at, deadline)),
            Change::PrepareLonger { created_at, .. } => {
                let later = campaign.created_at - created_at;
                launch = Some((campaign.launched_at + later, campaign.deadline + later));
            }
            Change::AddVideo { has_video } => input.has_video = has_video.to_string(),
        }
    }
    if let Some((launched_at, deadline)) = dates.map(|it| (it.launched_at, it.deadline)).or(launch)
    {
        input.launched_at = launched_at.to_string();
        input.deadline = deadline.to_string();
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
        let url = form_url(&campaign, &[Change::LowerGoal { usd_goal: 4321.0 }], None);
        assert!(url.starts_with("/predict?country=US&"), "{url}");
        assert!(url.contains("&usd_goal=4321&"), "{url}");
        assert!(url.contains("&name=Little%20Lanterns"), "{url}");
    }

    #[test]
    fn a_longer_preparation_moves_the_launch_and_not_the_draft() {
        let today: chrono::NaiveDate = "2026-11-23".parse().unwrap();
        let campaign = campaign_example(today).check(today).unwrap();
        let longer = Change::PrepareLonger {
            days: 28,
            created_at: today - chrono::Days::new(14),
        };
        let url = form_url(&campaign, &[longer], None);
        assert!(
            url.contains("&created_at=2026-11-23&launched_at=2026-12-21&"),
            "{url}"
        );
    }
}
