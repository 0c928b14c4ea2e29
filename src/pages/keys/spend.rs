//! What keys have spent by day and model.

use leptos::prelude::*;

use crate::client::{tr, use_locale};
use crate::components::{Day, format};
use crate::types::ApiKeySpendView;

/// The table; a sentence if nothing was spent.
#[component]
pub fn SpendTable(
    /// The rows, newest first.
    rows: Vec<ApiKeySpendView>,
) -> impl IntoView {
    let locale = use_locale();
    if rows.is_empty() {
        return view! { <p>{tr!(locale, api_keys.spend_empty)}</p> }.into_any();
    }
    let rows = rows.into_iter().map(|row| {
        view! {
            <tr>
                <td>
                    <Day day=row.day />
                </td>
                <th scope="row">
                    <bdi>{row.label}</bdi>
                </th>
                <td class="wide-only">
                    <bdi>{format!("{} {}", row.model.name, row.model.version)}</bdi>
                </td>
                <td class="number">{format::count(locale, row.predictions)}</td>
                <td class="number">{format::whole_number(locale, row.credits.0)}</td>
            </tr>
        }
    });
    view! {
        <table class="table">
            <caption class="visually-hidden">{tr!(locale, api_keys.spend_title)}</caption>
            <thead>
                <tr>
                    <th scope="col">{tr!(locale, api_keys.column_day)}</th>
                    <th scope="col">{tr!(locale, api_keys.column_key)}</th>
                    <th scope="col" class="wide-only">
                        {tr!(locale, field.model_id)}
                    </th>
                    <th scope="col" class="number">
                        {tr!(locale, nav.tasks)}
                    </th>
                    <th scope="col" class="number">
                        {tr!(locale, api_keys.column_credits)}
                    </th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
