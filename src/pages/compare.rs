//! Two results side by side: the inputs, the results, and why.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use super::task::insight::why::factor;
use super::task::task_at;
use crate::api::get_insight;
use crate::client::data::Data;
use crate::client::{Locale, tr, use_locale};
use crate::components::page_title::PageTitle;
use crate::components::query::{query_url, values_of};
use crate::components::score::ScoreBar;
use crate::components::task_list::{COMPARED, REPORT_PATH};
use crate::components::{Empty, Loaded, SignedInOnly, format, labels};
use crate::pages::chunk::page_chunk;
use crate::types::{
    AppError, Campaign, CampaignInput, Effect, Explanation, Factor, ResultView, TaskId,
    parse_number,
};

/// One of the two results.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Side {
    id: TaskId,
    campaign: Campaign,
    model: String,
    result: ResultView,
    /// Absent if the models were too busy to explain it.
    explanation: Option<Explanation>,
}

/// A line of the table.
struct Line {
    label: String,
    values: [String; 2],
}

page_chunk!(compare, ComparePage);

/// The page that compares two results; its URL names them.
#[component]
pub fn ComparePage() -> impl IntoView {
    let locale = use_locale();
    let query = use_location().search;
    let ids = Memo::new(move |_| query.with(|query| values_of(query, COMPARED)));
    let sides = Data::new(move || sides(ids.get()));
    let report = move || query_url(REPORT_PATH, ids.get().into_iter().map(|id| (COMPARED, id)));
    view! {
        <PageTitle page=tr!(locale, compare.title) />
        <SignedInOnly />
        <p class="crumbs">
            <a href="/tasks">{tr!(locale, task.back)}</a>
        </p>
        <div class="page-head">
            <h1>{tr!(locale, compare.title)}</h1>
            <div class="buttons">
                <a class="button" href=report>
                    {tr!(locale, report.link)}
                </a>
            </div>
        </div>
        <Loaded resource=sides lines=12 show=move |sides| compared(locale, sides) />
    }
}

/// Both results; `None` if the URL does not name two tasks with results.
async fn sides(ids: Vec<String>) -> Result<Option<(Side, Side)>, AppError> {
    let [a, b] = &ids[..] else {
        return Ok(None);
    };
    if a == b {
        return Ok(None);
    }
    let (Some(a), Some(b)) = (side(a).await?, side(b).await?) else {
        return Ok(None);
    };
    Ok(Some((a, b)))
}

async fn side(id: &str) -> Result<Option<Side>, AppError> {
    let task = task_at(Some(id.to_owned())).await?;
    let Some(result) = task.result else {
        return Ok(None);
    };
    let insight = get_insight(id.to_owned()).await.ok();
    Ok(Some(Side {
        id: task.id,
        campaign: task.campaign,
        model: format!("{} {}", task.model.name, task.model.version),
        result,
        explanation: insight.map(|insight| insight.explanation),
    }))
}

fn compared(locale: Locale, sides: Option<(Side, Side)>) -> AnyView {
    let Some((a, b)) = sides else {
        return view! {
            <div class="card">
                <Empty
                    title=tr!(locale, compare.pick)
                    text=tr!(locale, compare.pick_text)
                    action=Some(("/tasks?status=succeeded", tr!(locale, task.back)))
                />
            </div>
        }
        .into_any();
    };
    let answers = answers(locale, &a.result, &b.result, [&a.model, &b.model]);
    let inputs = inputs(locale, &a.campaign, &b.campaign);
    let reasons = match (&a.explanation, &b.explanation) {
        (Some(a), Some(b)) => reasons(locale, a, b),
        _ => Vec::new(),
    };
    let heads = [&a, &b].map(|side| {
        view! {
            <th scope="col">
                <a href=format!("/tasks/{}", side.id)>
                    <bdi>{side.campaign.name.clone()}</bdi>
                </a>
            </th>
        }
        .into_any()
    });
    let bars = [&a, &b].map(|side| {
        let (probability, verdict) = (side.result.probability, side.result.verdict);
        view! {
            <td>
                <ScoreBar probability verdict />
            </td>
        }
        .into_any()
    });
    view! {
        <section class="card">
            <table class="table compared">
                <caption class="visually-hidden">{tr!(locale, compare.title)}</caption>
                <thead>
                    <tr>
                        <td></td>
                        {heads.into_iter().collect::<Vec<_>>()}
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">{tr!(locale, tasks.column_result)}</th>
                        {bars.into_iter().collect::<Vec<_>>()}
                    </tr>
                    {rows(locale, answers)}
                </tbody>
                {part(locale, tr!(locale, compare.reasons), reasons)}
                {part(locale, tr!(locale, compare.inputs), inputs)}
            </table>
            <p class="quiet">{tr!(locale, compare.note)}</p>
        </section>
    }
    .into_any()
}

/// A part of the table with a title; nothing if it has no lines.
fn part(locale: Locale, title: &'static str, lines: Vec<Line>) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let part = view! {
        <tbody>
            <tr>
                <th scope="rowgroup" colspan="3" class="compared-part">
                    {title}
                </th>
            </tr>
            {rows(locale, lines)}
        </tbody>
    };
    Some(part.into_any())
}

fn rows(locale: Locale, lines: Vec<Line>) -> Vec<AnyView> {
    let row = |line: Line| {
        let [a, b] = line.values;
        let differs = a != b;
        let mark = differs.then(|| {
            view! {
                <span class="differs" aria-hidden="true">
                    "≠"
                </span>
                <span class="visually-hidden">{tr!(locale, compare.differs)}</span>
            }
        });
        view! {
            <tr class=differs.then_some("compared-differs")>
                <th scope="row">{line.label} {mark}</th>
                <td>
                    <bdi>{a}</bdi>
                </td>
                <td>
                    <bdi>{b}</bdi>
                </td>
            </tr>
        }
        .into_any()
    };
    lines.into_iter().map(row).collect()
}

fn answers(locale: Locale, a: &ResultView, b: &ResultView, models: [&String; 2]) -> Vec<Line> {
    let of = |label: &str, value: &dyn Fn(&ResultView) -> String| Line {
        label: label.to_owned(),
        values: [value(a), value(b)],
    };
    let rate = |it: &ResultView| {
        let context = it.context.as_ref();
        let rate = context.map(|context| format::percent(locale, context.base_rate.success_rate));
        rate.unwrap_or_else(|| tr!(locale, choice.unknown).to_owned())
    };
    vec![
        of(tr!(locale, field.verdict), &|it| {
            labels::verdict(locale, it.verdict).to_owned()
        }),
        of(tr!(locale, compare.interval), &|it| {
            let (low, high) = (it.interval_low, it.interval_high);
            tr!(
                locale,
                task.range,
                low = format::percent(locale, low),
                high = format::percent(locale, high)
            )
        }),
        of(tr!(locale, compare.base_rate), &rate),
        Line {
            label: tr!(locale, task.model).to_owned(),
            values: models.map(Clone::clone),
        },
    ]
}

/// What each group of inputs adds, the strongest effects first.
fn reasons(locale: Locale, a: &Explanation, b: &Explanation) -> Vec<Line> {
    let value = |of: &Explanation, factor: Factor| {
        let effect = of.effects.iter().find(|it| it.factor == factor);
        effect.map_or(0.0, |it| it.value)
    };
    let strength = |factor: Factor| value(a, factor).abs().max(value(b, factor).abs());
    let mut factors: Vec<Factor> = Vec::new();
    for Effect { factor, .. } in &a.effects {
        let place = factors.partition_point(|it| strength(*it) >= strength(*factor));
        factors.insert(place, *factor);
    }
    let lines = factors.into_iter().map(|it| Line {
        label: factor(locale, it).to_owned(),
        values: [value(a, it), value(b, it)].map(|value| format::points(locale, value)),
    });
    let mut lines: Vec<Line> = lines.collect();
    lines.insert(
        0,
        Line {
            label: tr!(locale, why.base).to_owned(),
            values: [a.base, b.base].map(|base| format::percent(locale, base)),
        },
    );
    lines
}

/// The inputs, without those that neither campaign has.
fn inputs(locale: Locale, a: &Campaign, b: &Campaign) -> Vec<Line> {
    let (mut a, mut b) = (CampaignInput::from(a), CampaignInput::from(b));
    let lines = CampaignInput::FIELDS.iter().map(|name| {
        let read = |of: &mut CampaignInput| {
            let value = of.field_mut(name).map(std::mem::take);
            as_read(locale, name, value.unwrap_or_default())
        };
        Line {
            label: labels::field(locale, name).to_owned(),
            values: [read(&mut a), read(&mut b)],
        }
    });
    lines
        .filter(|line| line.values.iter().any(|value| !value.is_empty()))
        .collect()
}

/// A value as users read it.
fn as_read(locale: Locale, name: &str, value: String) -> String {
    match (name, value.as_str()) {
        (
            "has_video"
            | "is_not_first_project"
            | "ppohasaction"
            | "prelaunch_activated"
            | "staff_pick",
            flag,
        ) => flag.parse().map_or(value, |flag: bool| {
            labels::yes_or_no(locale, flag).to_owned()
        }),
        ("usd_goal" | "median_reward_usd", goal) => {
            parse_number(goal).map_or(value, |goal| format::usd(locale, goal))
        }
        ("created_at" | "launched_at" | "deadline", day) => {
            day.parse().map_or(value, |day| labels::day(locale, day))
        }
        ("country", code) => labels::named_codes(tr!(locale, list.countries))
            .find(|(it, _)| *it == code)
            .map_or(value, |(_, name)| name.to_owned()),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::campaign_example;

    #[test]
    fn fields_are_formatted_and_those_that_both_lack_are_left_out() {
        let today = "2026-11-23".parse().unwrap();
        let a = campaign_example(today).check(today).unwrap();
        let mut b = a.clone();
        b.usd_goal = 1234.0;
        let lines = inputs(Locale::en, &a, &b);
        let differing: Vec<_> = lines
            .iter()
            .filter(|line| line.values[0] != line.values[1])
            .collect();
        assert_eq!(differing.len(), 1);
        assert_eq!(differing[0].values[1], "$1,234");
        assert!(lines.iter().all(|line| line.values[0] != "true"));
    }

    #[test]
    fn only_flags_are_read_as_yes_or_no() {
        let read = |name| as_read(Locale::en, name, "true".to_owned());
        assert_eq!(read("has_video"), "Yes");
        assert_eq!(read("name"), "true");
    }
}
