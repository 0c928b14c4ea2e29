//! The result: a gauge, the verdict, and what the probability means.

use leptos::prelude::*;

use crate::client::{tr, use_locale};
use crate::components::score::Gauge;
use crate::components::{format, labels};
use crate::types::ResultView;

/// The result of a task.
#[component]
pub fn Answer(
    /// The result.
    result: ResultView,
) -> impl IntoView {
    let locale = use_locale();
    let (low, high) = (result.interval_low, result.interval_high);
    let meaning = tr!(
        locale,
        task.meaning,
        count = format::percents(result.probability)
    );
    let interval = tr!(
        locale,
        task.interval,
        low = format::percent(locale, low),
        high = format::percent(locale, high)
    );
    let alike = result.context.as_ref().map(|context| {
        let neighbours = context.neighbours.as_ref();
        neighbours.map_or(context.base_rate.success_rate, |it| it.success_rate)
    });
    let beside = alike.map(|rate| {
        let words = tr!(locale, task.alike, rate = format::percent(locale, rate));
        view! {
            <p class="alike">
                <span class="alike-mark" aria-hidden="true"></span>
                {words}
            </p>
        }
    });
    view! {
        <h2 class=format!("verdict verdict-{}", result.verdict)>
            {labels::verdict(locale, result.verdict)}
        </h2>
        <figure class="answer">
            <Gauge probability=result.probability low high base=alike />
            <figcaption>{tr!(locale, task.probability)}</figcaption>
            {beside}
        </figure>
        <p class="meaning">{meaning}</p>
        <p class="quiet">{interval} ". " {tr!(locale, task.interval_note)}</p>
    }
}
