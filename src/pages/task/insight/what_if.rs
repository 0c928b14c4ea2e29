//! What if: a slider for each thing that can be changed, over real scores. One change is answered by its
//! curve, several by the result's own model.

use leptos::prelude::*;

use super::knobs::{Kind, Knob, knobs, plan};
use crate::components::data::value_of;
use crate::components::form::Sending;
use crate::components::pager::query;
use crate::components::{Locale, browser, format, tr, use_locale};
use crate::types::{AppError, Campaign, CampaignInput, Curves, TaskId, WhatIfView};

/// A slider rests this long before the server is asked.
const REST_MS: u64 = 250;

/// Where every knob stands, in the order of the knobs.
type Chosen = RwSignal<Vec<usize>>;

/// The sliders and what they come to.
#[component]
pub fn WhatIfCard(
    /// The task whose model is asked.
    task: TaskId,
    /// What was asked.
    campaign: Campaign,
    /// The probability of it as it was asked.
    probability: f64,
    /// The scores.
    curves: Curves,
    /// Asks about several changes at once.
    ask: Sending,
) -> impl IntoView {
    let l = use_locale();
    let knobs = StoredValue::new(knobs(l, &campaign, &curves));
    let own = knobs.with_value(|knobs| knobs.iter().map(|it| it.own).collect::<Vec<_>>());
    let chosen: Chosen = RwSignal::new(own.clone());
    let answer = Signal::derive(move || answer_of(knobs, chosen, probability, ask));
    ask_when_at_rest(task, campaign, knobs, chosen, ask);
    let sliders = (0..own.len()).map(|index| view! { <Slider index knobs chosen /> });
    view! {
        <section class="card what-if" aria-labelledby="what-if-title">
            <h2 id="what-if-title">{tr!(l, what_if.title)}</h2>
            <p>{tr!(l, what_if.text)}</p>
            <p class="what-if-answer" aria-live="polite">
                {move || words(l, answer.get(), probability)}
            </p>
            {sliders.collect_view()}
            <p class="with-script">
                <button type="button" class="button" on:click=move |_| chosen.set(own.clone())>
                    {tr!(l, what_if.reset)}
                </button>
            </p>
            <p class="quiet">{tr!(l, what_if.note)}</p>
        </section>
    }
}

/// What is known of the chosen positions.
#[derive(Clone, PartialEq)]
enum Answer {
    Unchanged,
    Known(f64),
    Asking,
    Refused(AppError),
}

fn changed(knobs: &[Knob], chosen: &[usize]) -> Vec<usize> {
    let is_changed = |index: &usize| chosen.get(*index) != Some(&knobs[*index].own);
    (0..knobs.len()).filter(is_changed).collect()
}

fn answer_of(
    knobs: StoredValue<Vec<Knob>>,
    chosen: Chosen,
    probability: f64,
    ask: Sending,
) -> Answer {
    let chosen = chosen.get();
    knobs.with_value(|knobs| match changed(knobs, &chosen).as_slice() {
        [] => Answer::Unchanged,
        [one] => {
            let position = knobs[*one].positions.get(chosen[*one]);
            Answer::Known(position.map_or(probability, |it| it.probability))
        }
        _ => match ask.answer().map(value_of::<WhatIfView>) {
            Some(Ok(answer)) => Answer::Known(answer.probability),
            Some(Err(error)) => Answer::Refused(error),
            None => Answer::Asking,
        },
    })
}

fn words(l: Locale, answer: Answer, before: f64) -> String {
    match answer {
        Answer::Unchanged => tr!(
            l,
            what_if.unchanged,
            probability = format::percent(l, before)
        ),
        Answer::Known(probability) => tr!(
            l,
            what_if.answer,
            probability = format::percent(l, probability),
            points = format::points(l, probability - before)
        ),
        Answer::Asking => tr!(l, what_if.asking).to_owned(),
        Answer::Refused(AppError::TooManyRequests { .. }) => tr!(l, what_if.too_often).to_owned(),
        Answer::Refused(_) => tr!(l, what_if.refused).to_owned(),
    }
}

/// Asks the server about two changes or more, once the sliders rest.
fn ask_when_at_rest(
    task: TaskId,
    campaign: Campaign,
    knobs: StoredValue<Vec<Knob>>,
    chosen: Chosen,
    ask: Sending,
) {
    let dispatch = move |positions: &[usize]| {
        knobs.with_value(|knobs| {
            let turned: Vec<(Kind, _)> = changed(knobs, positions)
                .into_iter()
                .map(|index| {
                    let knob = &knobs[index];
                    (knob.kind, knob.positions[positions[index]].clone())
                })
                .collect();
            let mut changes = plan(&campaign, &turned);
            let id = ("id", task.to_string());
            let fields = CampaignInput::FIELDS
                .into_iter()
                .filter_map(|name| Some((name, changes.field_mut(name)?.clone())));
            ask.send(query(std::iter::once(id).chain(fields)));
        });
    };
    let dispatch = StoredValue::new(dispatch);
    Effect::new(move |_| {
        let positions = chosen.get();
        if knobs.with_value(|knobs| changed(knobs, &positions).len()) < 2 {
            return;
        }
        ask.clear();
        browser::after_ms(REST_MS, move || {
            if chosen.try_get_untracked().as_ref() == Some(&positions) {
                dispatch.with_value(|dispatch| dispatch(&positions));
            }
        });
    });
}

/// One slider over its curve; its values stand in a table too.
#[component]
fn Slider(
    /// Which knob.
    index: usize,
    /// All knobs.
    knobs: StoredValue<Vec<Knob>>,
    /// Where they stand.
    chosen: Chosen,
) -> impl IntoView {
    let l = use_locale();
    let (label, kind, own, count) = knobs.with_value(|knobs| {
        let knob = &knobs[index];
        (knob.label, knob.kind, knob.own, knob.positions.len())
    });
    let points = knobs.with_value(|knobs| polyline(&knobs[index]));
    let rows = knobs.with_value(|knobs| {
        let row = |position: &super::knobs::Position| {
            view! {
                <tr>
                    <th scope="row">{position.words.clone()}</th>
                    <td class="number">{format::percent(l, position.probability)}</td>
                </tr>
            }
        };
        knobs[index].positions.iter().map(row).collect_view()
    });
    let at = move || chosen.with(|chosen| chosen.get(index).copied().unwrap_or(own));
    let words = move || {
        knobs.with_value(|knobs| {
            let position = knobs[index].positions.get(at());
            position.map(|it| position_words(l, &it.words, it.probability))
        })
    };
    let turn = move |event| {
        let Some((_, value)) = browser::changed_control(&event) else {
            return;
        };
        let Ok(position) = value.parse::<usize>() else {
            return;
        };
        chosen.update(|chosen| {
            chosen[index] = position;
            // Both move the launch: the one that was turned last holds.
            knobs.with_value(|knobs| {
                for (other, knob) in knobs.iter().enumerate() {
                    if is_launch(kind) && is_launch(knob.kind) && other != index {
                        chosen[other] = knob.own;
                    }
                }
            });
        });
    };
    let id = format!("knob-{index}");
    let last = count.saturating_sub(1);
    view! {
        <div class="knob">
            <div class="knob-head">
                <label for=id.clone()>{label}</label>
                <output for=id.clone()>{words}</output>
            </div>
            <svg class="curve" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
                <polyline class="curve-line" points=points></polyline>
                <line
                    class="curve-mark"
                    x1=move || share(at(), last)
                    x2=move || share(at(), last)
                    y1="0"
                    y2="30"
                ></line>
            </svg>
            <input
                type="range"
                class="with-script"
                id=id
                name=format!("knob-{index}")
                min="0"
                max=last.to_string()
                value=own.to_string()
                prop:value=move || at().to_string()
                aria-valuetext=words
                on:input=turn
            />
            <details class="curve-values">
                <summary>{tr!(l, what_if.values, knob = label)}</summary>
                <table class="table">
                    <caption class="visually-hidden">{label}</caption>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </div>
    }
}

fn is_launch(kind: Kind) -> bool {
    matches!(kind, Kind::Month | Kind::Weekday)
}

fn position_words(l: Locale, words: &str, probability: f64) -> String {
    tr!(
        l,
        what_if.position,
        position = words,
        probability = format::percent(l, probability)
    )
}

/// How far along `position` is, from 0 to 100.
fn share(position: usize, last: usize) -> String {
    let percent = (position * 1000).checked_div(last).unwrap_or(500);
    format!("{}.{}", percent / 10, percent % 10)
}

fn polyline(knob: &Knob) -> String {
    let last = knob.positions.len().saturating_sub(1);
    let points = knob.positions.iter().enumerate().map(|(index, position)| {
        let height = (1.0 - position.probability) * 30.0;
        format!("{},{}", share(index, last), format::tenths(height))
    });
    points.collect::<Vec<_>>().join(" ")
}
