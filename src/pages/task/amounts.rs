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
    let text = tr!(
        locale,
        amounts.text,
        parent = amounts.parent.clone(),
        low = usd(low),
        mid = usd(mid),
        high = usd(high)
    );
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
            <p>
                {tr!(
                    locale, amounts.failure, failure = format::percent(locale, 1.0 - probability)
                )}
            </p>
            <p class="quiet">{source(locale, &amounts)}</p>
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

fn source(locale: Locale, amounts: &AmountsView) -> String {
    tr!(
        locale,
        amounts.population,
        campaigns = format::count(locale, amounts.campaigns),
        parent = amounts.parent.clone(),
        population = labels::stored_text(locale, &amounts.population)
    )
}
