//! What if: a slider for each value that can be changed, with real scores. The server renders this card;
//! [`super::sliders`] makes it interactive.

use leptos::prelude::*;

use super::slider_specs::{SliderSpec, slider_specs};
use crate::client::{Locale, tr, use_locale};
use crate::components::format;
use crate::types::{Campaign, Curves, TaskId};

/// The sliders, in the positions of the campaign.
#[component]
pub fn WhatIfCard(
    /// The task whose model computes the answers; none for the public example.
    task: Option<TaskId>,
    /// The campaign.
    campaign: Campaign,
    /// The probability of the campaign without changes.
    probability: f64,
    /// The scores.
    curves: Curves,
) -> impl IntoView {
    let locale = use_locale();
    let specs = slider_specs(locale, &campaign, &curves);
    let sliders: Vec<_> = specs.into_iter().map(|spec| slider(locale, spec)).collect();
    let answer = tr!(
        locale,
        what_if.unchanged,
        probability = format::percent(locale, probability)
    );
    view! {
        <section
            class="card what-if"
            aria-labelledby="what-if-title"
            data-task=task.map(|task| task.to_string())
            data-probability=probability.to_string()
            data-created-at=campaign.created_at.to_string()
            data-launched-at=campaign.launched_at.to_string()
            data-deadline=campaign.deadline.to_string()
        >
            <h2 id="what-if-title">{tr!(locale, what_if.title)}</h2>
            <p>{tr!(locale, what_if.text)}</p>
            <p class="what-if-answer" aria-live="polite">
                {answer}
            </p>
            {sliders}
            <p class="with-script">
                <button type="button" class="button">
                    {tr!(locale, what_if.reset)}
                </button>
            </p>
            <p class="quiet">{tr!(locale, what_if.note)}</p>
        </section>
    }
}

/// One slider with its curve, whose values are also in a table.
fn slider(locale: Locale, spec: SliderSpec) -> AnyView {
    let points = polyline(&spec);
    let last = spec.positions.len().saturating_sub(1);
    let mark = share(spec.own, last);
    let words = spec.positions.get(spec.own).map(|it| {
        let probability = format::percent(locale, it.probability);
        position_words(locale, &it.words, &probability)
    });
    let rows = spec.positions.into_iter().map(|it| {
        let probability = it.probability.to_string();
        view! {
            <tr data-setting=it.setting data-probability=probability>
                <th scope="row">{it.words}</th>
                <td class="number">{format::percent(locale, it.probability)}</td>
            </tr>
        }
    });
    let id = format!("slider-{}", spec.kind.as_str());
    view! {
        <div class="slider">
            <div class="slider-head">
                <label for=id.clone()>{spec.label}</label>
                <output for=id.clone()>{words.clone()}</output>
            </div>
            <svg class="curve" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
                <polyline class="curve-line" points=points></polyline>
                <line class="curve-mark" x1=mark.clone() x2=mark y1="0" y2="30"></line>
            </svg>
            <input
                type="range"
                class="with-script"
                id=id
                name=spec.kind.as_str()
                min="0"
                max=last.to_string()
                value=spec.own.to_string()
                aria-valuetext=words
            />
            <details class="curve-values">
                <summary>{tr!(locale, what_if.values, slider = spec.label)}</summary>
                <table class="table">
                    <caption class="visually-hidden">{spec.label}</caption>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </details>
        </div>
    }
    .into_any()
}

/// A position and its score.
pub fn position_words(locale: Locale, words: &str, probability: &str) -> String {
    tr!(
        locale,
        what_if.position,
        position = words,
        probability = probability
    )
}

/// How far along `position` is, from 0 to 100.
pub fn share(position: usize, last: usize) -> String {
    let percent = (position * 1000).checked_div(last).unwrap_or(500);
    format!("{}.{}", percent / 10, percent % 10)
}

fn polyline(spec: &SliderSpec) -> String {
    let last = spec.positions.len().saturating_sub(1);
    let points = spec.positions.iter().enumerate().map(|(index, position)| {
        let height = (1.0 - position.probability) * 30.0;
        format!("{},{height:.1}", share(index, last))
    });
    points.collect::<Vec<_>>().join(" ")
}
