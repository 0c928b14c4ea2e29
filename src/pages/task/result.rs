//! The answer: a gauge, the verdict in words, and what the figure means.

use leptos::prelude::*;

use crate::client::tr;
use crate::client::use_locale;
use crate::components::format;
use crate::components::labels;
use crate::components::score::Gauge;
use crate::types::ResultView;

/// The answer of the model.
#[component]
pub fn Answer(
    /// What the model said.
    result: ResultView,
) -> impl IntoView {
    let l = use_locale();
    let (low, high) = (result.interval_low, result.interval_high);
    let meaning = tr!(
        l,
        task.meaning,
        count = format::percents(result.probability)
    );
    let interval = tr!(
        l,
        task.interval,
        low = format::percent(l, low),
        high = format::percent(l, high)
    );
    let alike = result.context.as_ref().map(|context| {
        let neighbours = context.neighbours.as_ref();
        neighbours.map_or(context.base_rate.success_rate, |it| it.success_rate)
    });
    let beside = alike.map(|rate| {
        let words = tr!(l, task.alike, rate = format::percent(l, rate));
        view! {
            <p class="alike">
                <span class="alike-mark" aria-hidden="true"></span>
                {words}
            </p>
        }
    });
    view! {
        <h2 class=format!("verdict verdict-{}", result.verdict)>
            {labels::verdict(l, result.verdict)}
        </h2>
        <figure class="answer">
            <Gauge probability=result.probability low high base=alike />
            <figcaption>{tr!(l, task.probability)}</figcaption>
            {beside}
        </figure>
        <p class="meaning">{meaning}</p>
        <p class="quiet">{interval} ". " {tr!(l, task.interval_note)}</p>
    }
}
