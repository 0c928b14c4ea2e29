//! The two histories and their items. The item is a type parameter of all components up to the page, so that the page
//! of one history does not load the code of the other.

use leptos::prelude::*;

use super::pager::ListUrl;
use super::task_list::{TaskCells, TaskHead};
use super::transaction_list::{TransactionCells, TransactionHead};
use crate::api::{list_tasks, list_transactions};
use crate::client::data::Wire;
use crate::client::live::{on_task, on_transaction};
use crate::client::{Locale, tr, use_locale};
use crate::types::{
    AppError, Page, TaskFilterInput, TaskView, TransactionFilterInput, TransactionView,
};

/// Rows on a page of a history.
pub const PAGE_ROWS: usize = 50;

/// A history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Tasks.
    Tasks,
    /// Transactions.
    Transactions,
}

impl List {
    /// The path of its page.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Tasks => "/tasks",
            Self::Transactions => "/transactions",
        }
    }

    /// The path of its CSV download.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Tasks => "/api/tasks.csv",
            Self::Transactions => "/api/transactions.csv",
        }
    }

    /// The wire names of its filters.
    pub const fn filters(self) -> &'static [&'static str] {
        match self {
            Self::Tasks => &["status", "verdict", "search", "from", "to"],
            Self::Transactions => &["kind", "from", "to"],
        }
    }
}

/// Title, text and action of [`Empty`](super::Empty).
pub type EmptyState = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// The item in one row of a history.
pub trait ListItem: Wire + PartialEq {
    /// Its history.
    const LIST: List;

    /// Newer items have greater ids.
    fn id(&self) -> i64;

    /// Loads the page at a URL.
    ///
    /// # Errors
    /// Those of the API.
    fn fetch(list_url: ListUrl) -> impl Future<Output = Result<Page<Self>, AppError>> + Send;

    /// Calls `apply` with each item that is created or changed from now on.
    fn on_change(apply: impl Fn(Self) + 'static);

    /// The label of the button that shows `count` new rows.
    fn pending_text(locale: Locale, count: i64) -> String;

    /// The caption of the table, for screen readers.
    fn caption(locale: Locale) -> &'static str;

    /// The headings of the table.
    fn head() -> AnyView;

    /// The cells of a row.
    fn cells(self) -> AnyView;

    /// Wraps the table, for example in a form.
    fn wrap_table(table: AnyView) -> AnyView {
        table
    }

    /// What to show if there are no rows.
    fn empty_state(locale: Locale, is_filtered: bool) -> EmptyState;
}

impl ListItem for TaskView {
    const LIST: List = List::Tasks;

    fn id(&self) -> i64 {
        self.id.0
    }

    fn fetch(list_url: ListUrl) -> impl Future<Output = Result<Page<Self>, AppError>> + Send {
        let filter = TaskFilterInput {
            status: list_url.get("status"),
            verdict: list_url.get("verdict"),
            search: list_url.get("search"),
            from: list_url.get("from"),
            to: list_url.get("to"),
        };
        list_tasks(PAGE_ROWS.to_string(), list_url.cursor, filter)
    }

    fn on_change(apply: impl Fn(Self) + 'static) {
        on_task(apply);
    }

    fn pending_text(locale: Locale, count: i64) -> String {
        tr!(locale, history.new_tasks, count = count)
    }

    fn caption(locale: Locale) -> &'static str {
        tr!(locale, tasks.title)
    }

    fn head() -> AnyView {
        view! { <TaskHead with_tools=true /> }.into_any()
    }

    fn cells(self) -> AnyView {
        view! { <TaskCells task=self with_tools=true /> }.into_any()
    }

    fn wrap_table(table: AnyView) -> AnyView {
        view! { <Comparing>{table}</Comparing> }.into_any()
    }

    fn empty_state(locale: Locale, is_filtered: bool) -> EmptyState {
        if is_filtered {
            let (title, text) = (
                tr!(locale, tasks.empty_filter),
                tr!(locale, tasks.empty_filter_text),
            );
            return (title, text, None);
        }
        let action = ("/predict", tr!(locale, tasks.empty_action));
        let (title, text) = (
            tr!(locale, tasks.empty_title),
            tr!(locale, tasks.empty_text),
        );
        (title, text, Some(action))
    }
}

impl ListItem for TransactionView {
    const LIST: List = List::Transactions;

    fn id(&self) -> i64 {
        self.id.0
    }

    fn fetch(list_url: ListUrl) -> impl Future<Output = Result<Page<Self>, AppError>> + Send {
        let filter = TransactionFilterInput {
            kind: list_url.get("kind"),
            from: list_url.get("from"),
            to: list_url.get("to"),
        };
        list_transactions(PAGE_ROWS.to_string(), list_url.cursor, filter)
    }

    fn on_change(apply: impl Fn(Self) + 'static) {
        on_transaction(apply);
    }

    fn pending_text(locale: Locale, count: i64) -> String {
        tr!(locale, history.new_transactions, count = count)
    }

    fn caption(locale: Locale) -> &'static str {
        tr!(locale, transactions.title)
    }

    fn head() -> AnyView {
        view! { <TransactionHead /> }.into_any()
    }

    fn cells(self) -> AnyView {
        view! { <TransactionCells line=self /> }.into_any()
    }

    fn empty_state(locale: Locale, is_filtered: bool) -> EmptyState {
        if is_filtered {
            let title = tr!(locale, transactions.empty_filter);
            return (title, tr!(locale, transactions.empty_filter_text), None);
        }
        let title = tr!(locale, transactions.empty_title);
        (title, tr!(locale, transactions.empty_text), None)
    }
}

/// A GET form around the table. Its checkboxes select two results to compare.
#[component]
fn Comparing(
    /// The rows.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <form method="get" action=super::COMPARE_PATH class="comparing">
            {children()}
            <p class="comparing-foot">
                <button type="submit" class="button">
                    {tr!(locale, compare.submit)}
                </button>
                <span class="quiet">{tr!(locale, compare.how)}</span>
            </p>
        </form>
    }
}
