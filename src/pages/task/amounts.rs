//! How much money a campaign raises, and from how many backers, if it reaches its goal.

use leptos::prelude::*;

use crate::client::{Locale, tr, use_locale};
use crate::components::{format, labels};
use crate::types::{AmountRange, AmountsView};

/// The ranges as a table, and what they mean.
#[component]
pub fn Amounts(
    /// The ranges.
    amounts: AmountsView,
    /// The probability that the goal is reached.
    probability: f64,
) -> impl IntoView {
    let locale = use_locale();
    let usd = move |usd: f64| format::usd(locale, format::two_digits(usd));
    let count = move |count: f64| format::plain_number(locale, format::two_digits(count));
    let AmountRange { low, mid, high } = amounts.raised_usd;
    let [text, failure, source] = amounts_texts(locale, &amounts, probability);
    view! {
        <section class="card" aria-labelledby="amounts-title">
            <h2 id="amounts-title">{tr!(locale, amounts.title)}</h2>
            <table class="table">
                <caption class="visually-hidden">{tr!(locale, amounts.title)}</caption>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col" class="number">
                            {tr!(locale, amounts.raised)}
                        </th>
                        <th scope="col" class="number">
                            {tr!(locale, amounts.backers)}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {row(tr!(locale, amounts.low), usd(low), count(amounts.backers.low))}
                    {row(tr!(locale, amounts.mid), usd(mid), count(amounts.backers.mid))}
                    {row(tr!(locale, amounts.high), usd(high), count(amounts.backers.high))}
                </tbody>
            </table>
            <p>{text}</p>
            <p>{failure}</p>
            <p class="quiet">{source}</p>
        </section>
    }
}

fn row(label: &'static str, raised: String, backers: String) -> AnyView {
    view! {
        <tr>
            <th scope="row">{label}</th>
            <td class="number">{raised}</td>
            <td class="number">{backers}</td>
        </tr>
    }
    .into_any()
}

/// What the ranges mean, the probability of failure, and where the ranges come from.
pub fn amounts_texts(locale: Locale, amounts: &AmountsView, probability: f64) -> [String; 3] {
    let AmountRange { low, mid, high } = amounts.raised_usd;
    let usd = |usd: f64| format::usd(locale, format::two_digits(usd));
    let text = tr!(
        locale,
        amounts.text,
        parent = amounts.parent.clone(),
        low = usd(low),
        mid = usd(mid),
        high = usd(high)
    );
    let failure = format::percent(locale, 1.0 - probability);
    let source = tr!(
        locale,
        amounts.population,
        campaigns = format::count(locale, amounts.campaigns),
        parent = amounts.parent.clone(),
        population = labels::stored_text(locale, &amounts.population)
    );
    [
        text,
        tr!(locale, amounts.failure, failure = failure),
        source,
    ]
}
