//! What a history lists. Each kind is a type of its own all the way up to its page, so that the page of one
//! does not bring how the other is read and drawn.

use leptos::prelude::*;

use super::data::Wire;
use super::live::{on_task, on_transaction};
use super::pager::Place;
use super::task_list::{TaskCells, TaskHead};
use super::transaction_list::{TransactionCells, TransactionHead};
use super::{Locale, tr, use_locale};
use crate::api::{list_tasks, list_transactions};
use crate::types::{
    AppError, Page, TaskFilterInput, TaskView, TransactionFilterInput, TransactionView,
};

/// Which history.
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

    /// The path of its file.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Tasks => "/api/tasks.csv",
            Self::Transactions => "/api/transactions.csv",
        }
    }

    /// The classes of its table.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Tasks => "table rows rows-tasks",
            Self::Transactions => "table rows rows-transactions",
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

/// What [`Empty`](super::Empty) shows: its title, its text and its action.
pub type Nothing = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// What one row of a history shows.
pub trait ListItem: Wire + PartialEq {
    /// The history that lists it.
    const LIST: List;

    /// What it is told by; newer ones have greater ids.
    fn id(&self) -> i64;

    /// The page at a cursor.
    ///
    /// # Errors
    /// Those of the API.
    fn fetch(
        place: Place,
        cursor: String,
        limit: &str,
    ) -> impl Future<Output = Result<Page<Self>, AppError>> + Send;

    /// Calls `apply` with each one that is made or changes from now on.
    fn on_change(apply: impl Fn(Self) + 'static);

    /// How many new ones wait, in words.
    fn waiting(l: Locale, count: i64) -> String;

    /// What the table is, for screen readers.
    fn caption(l: Locale) -> &'static str;

    /// The headings of the table.
    fn head() -> AnyView;

    /// The cells of a row.
    fn cells(self) -> AnyView;

    /// What is around the table.
    fn around(table: AnyView) -> AnyView {
        table
    }

    /// In place of rows, where there are none.
    fn nothing(l: Locale, is_filtered: bool) -> Nothing;
}

impl ListItem for TaskView {
    const LIST: List = List::Tasks;

    fn id(&self) -> i64 {
        self.id.0
    }

    fn fetch(
        place: Place,
        cursor: String,
        limit: &str,
    ) -> impl Future<Output = Result<Page<Self>, AppError>> + Send {
        let filter = TaskFilterInput {
            status: place.get("status"),
            verdict: place.get("verdict"),
            search: place.get("search"),
            from: place.get("from"),
            to: place.get("to"),
        };
        list_tasks(limit.to_owned(), cursor, filter)
    }

    fn on_change(apply: impl Fn(Self) + 'static) {
        on_task(apply);
    }

    fn waiting(l: Locale, count: i64) -> String {
        tr!(l, history.new_tasks, count = count)
    }

    fn caption(l: Locale) -> &'static str {
        tr!(l, tasks.title)
    }

    fn head() -> AnyView {
        view! { <TaskHead with_tools=true /> }.into_any()
    }

    fn cells(self) -> AnyView {
        view! { <TaskCells task=self with_tools=true /> }.into_any()
    }

    fn around(table: AnyView) -> AnyView {
        view! { <Comparing>{table}</Comparing> }.into_any()
    }

    fn nothing(l: Locale, is_filtered: bool) -> Nothing {
        if is_filtered {
            let (title, text) = (tr!(l, tasks.empty_filter), tr!(l, tasks.empty_filter_text));
            return (title, text, None);
        }
        let action = ("/predict", tr!(l, tasks.empty_action));
        let (title, text) = (tr!(l, tasks.empty_title), tr!(l, tasks.empty_text));
        (title, text, Some(action))
    }
}

impl ListItem for TransactionView {
    const LIST: List = List::Transactions;

    fn id(&self) -> i64 {
        self.id.0
    }

    fn fetch(
        place: Place,
        cursor: String,
        limit: &str,
    ) -> impl Future<Output = Result<Page<Self>, AppError>> + Send {
        let filter = TransactionFilterInput {
            kind: place.get("kind"),
            from: place.get("from"),
            to: place.get("to"),
        };
        list_transactions(limit.to_owned(), cursor, filter)
    }

    fn on_change(apply: impl Fn(Self) + 'static) {
        on_transaction(apply);
    }

    fn waiting(l: Locale, count: i64) -> String {
        tr!(l, history.new_transactions, count = count)
    }

    fn caption(l: Locale) -> &'static str {
        tr!(l, transactions.title)
    }

    fn head() -> AnyView {
        view! { <TransactionHead /> }.into_any()
    }

    fn cells(self) -> AnyView {
        view! { <TransactionCells line=self /> }.into_any()
    }

    fn nothing(l: Locale, is_filtered: bool) -> Nothing {
        if is_filtered {
            let title = tr!(l, transactions.empty_filter);
            return (title, tr!(l, transactions.empty_filter_text), None);
        }
        let title = tr!(l, transactions.empty_title);
        (title, tr!(l, transactions.empty_text), None)
    }
}

/// Two results are picked in the rows and sent by a form of plain GET.
#[component]
fn Comparing(
    /// The rows.
    children: Children,
) -> impl IntoView {
    let l = use_locale();
    view! {
        <form method="get" action=super::COMPARE_PATH class="comparing">
            {children()}
            <p class="comparing-foot">
                <button type="submit" class="button">
                    {tr!(l, compare.submit)}
                </button>
                <span class="quiet">{tr!(l, compare.how)}</span>
            </p>
        </form>
    }
}
