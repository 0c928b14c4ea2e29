//! The ledger as a history, with the running balance.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::list_item::{EmptyState, ListItem};
use super::pager::ListUrl;
use super::{Money, Time, labels};
use crate::api::list_transactions;
use crate::client::live::on_transaction;
use crate::client::{Locale, tr};
use crate::types::{AppError, Page, TransactionFilterInput, TransactionKind, TransactionView};

impl ListItem for TransactionView {
    const PATH: &'static str = "/transactions";
    const FILE: &'static str = "/api/transactions.csv";
    const FILTERS: &'static [&'static str] = &["kind", "from", "to"];

    fn id(&self) -> i64 {
        self.id.0
    }

    fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    fn fetch(
        list_url: ListUrl,
        rows: usize,
    ) -> impl Future<Output = Result<Page<Self>, AppError>> + Send {
        let filter = TransactionFilterInput {
            kind: list_url.get("kind"),
            from: list_url.get("from"),
            to: list_url.get("to"),
        };
        list_transactions(rows.to_string(), list_url.cursor, filter)
    }

    fn on_change(apply: impl Fn(Self) + 'static) {
        on_transaction(apply);
    }

    fn choices(locale: Locale) -> Vec<(&'static str, &'static str)> {
        let kinds = TransactionKind::ALL.iter();
        kinds
            .map(|it| (labels::kind(locale, *it), it.as_str()))
            .collect()
    }

    fn more_filters(locale: Locale) -> &'static str {
        tr!(locale, history.more_transactions)
    }

    fn pending_text(locale: Locale, count: i64) -> String {
        tr!(locale, history.new_transactions, count = count)
    }

    fn caption(locale: Locale) -> &'static str {
        tr!(locale, transactions.title)
    }

    fn head(locale: Locale, _with_tools: bool) -> AnyView {
        view! {
            <th scope="col">{tr!(locale, transactions.column_kind)}</th>
            <th scope="col" class="wide-only">{tr!(locale, transactions.column_description)}</th>
            <th scope="col" class="number">{tr!(locale, transactions.column_amount)}</th>
            <th scope="col" class="number">{tr!(locale, transactions.column_balance)}</th>
            <th scope="col" class="wide-only column-time">{tr!(locale, transactions.column_time)}</th>
        }
        .into_any()
    }

    fn cells(self, locale: Locale, _with_tools: bool) -> AnyView {
        let what = match self.task_id {
            Some(id) => {
                let title = self.task_title;
                let title = title
                    .unwrap_or_else(|| tr!(locale, transactions.task_link, id = id.to_string()));
                view! {
                    <a href=format!("/tasks/{id}")>
                        <bdi>{title}</bdi>
                    </a>
                }
                .into_any()
            }
            None => labels::stored_text(locale, &self.description)
                .to_owned()
                .into_any(),
        };
        view! {
            <th scope="row" class="whole-words">
                {labels::kind(locale, self.kind)}
                <span class="narrow-only quiet">
                    <Time at=self.created_at />
                </span>
            </th>
            <td class="wide-only">{what}</td>
            <td class="number">
                <Money credits=self.amount signed=true bare=true />
            </td>
            <td class="number">
                <Money credits=self.balance_after bare=true />
            </td>
            <td class="wide-only">
                <Time at=self.created_at />
            </td>
        }
        .into_any()
    }

    fn empty_state(locale: Locale, is_filtered: bool) -> EmptyState {
        let (title, text) = if is_filtered {
            let title = tr!(locale, transactions.empty_filter);
            (title, tr!(locale, transactions.empty_filter_text))
        } else {
            let title = tr!(locale, transactions.empty_title);
            (title, tr!(locale, transactions.empty_text))
        };
        (title, text, None)
    }
}
