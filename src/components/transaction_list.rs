//! Lines of the ledger as a table, with the running balance.

use leptos::prelude::*;

use super::{Money, Time, labels};
use crate::client::{tr, use_locale};
use crate::types::TransactionView;

/// The table of some lines.
#[component]
pub fn TransactionTable(
    /// The lines, newest first.
    transactions: Vec<TransactionView>,
    /// What the table is, for screen readers.
    caption: &'static str,
) -> impl IntoView {
    let rows: Vec<_> = transactions
        .into_iter()
        .map(|line| view! { <tr>{view! { <TransactionCells line /> }.into_any()}</tr> })
        .collect();
    view! {
        <table class="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>
                    <TransactionHead />
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// The headings of a table of lines.
#[component]
pub fn TransactionHead() -> impl IntoView {
    let locale = use_locale();
    view! {
        <th scope="col">{tr!(locale, transactions.column_kind)}</th>
        <th scope="col" class="wide-only">{tr!(locale, transactions.column_description)}</th>
        <th scope="col" class="number">{tr!(locale, transactions.column_amount)}</th>
        <th scope="col" class="number">{tr!(locale, transactions.column_balance)}</th>
        <th scope="col" class="wide-only column-time">{tr!(locale, transactions.column_time)}</th>
    }
}

/// The cells of a line.
#[component]
pub fn TransactionCells(
    /// The line.
    line: TransactionView,
) -> impl IntoView {
    let locale = use_locale();
    let what = match line.task_id {
        Some(id) => {
            view! { <a href=format!("/tasks/{id}")>{tr!(locale, transactions.task_link, id = id.0)}</a> }
                .into_any()
        }
        None => labels::stored_text(locale, &line.description)
            .to_owned()
            .into_any(),
    };
    view! {
            <th scope="row" class="whole-words">
                {labels::kind(locale, line.kind)}
                <span class="narrow-only quiet">
                    <Time at=line.created_at />
                </span>
            </th>
            <td class="wide-only">{what}</td>
            <td class="number">
                <Money credits=line.amount signed=true bare=true />
            </td>
            <td class="number">
                <Money credits=line.balance_after bare=true />
            </td>
            <td class="wide-only">
                <Time at=line.created_at />
            </td>
    }
}
