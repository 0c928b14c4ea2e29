//! A history as a page shows it: its rows, what waits to come in, and the way to older ones.

use leptos::prelude::*;

use super::comeback::{Comeback, Left};
use super::errors::error_text;
use super::feed::{Entry, Feed, List, Row};
use super::live::{on_task, on_transaction};
use super::pager::Place;
use super::task_list::{TaskCells, TaskHead};
use super::transaction_list::{TransactionCells, TransactionHead};
use super::{Empty, Icon, browser, format, tr, use_locale, use_session};
use crate::types::Page;

/// The rows of a history that begin with a page.
#[component]
pub fn History(
    /// Which.
    list: List,
    /// Where in it.
    place: Place,
    /// The page there.
    page: Page<Entry>,
) -> impl IntoView {
    let feed = Feed::new(list, place.clone(), page);
    come_back(feed);
    follow(list, feed);
    let older = place.clone();
    let older = move || {
        let next = feed.next.get()?;
        let url = older.at(next);
        Some(view! { <Older feed url /> })
    };
    let newest = (!place.cursor.is_empty()).then(|| {
        let l = use_locale();
        view! {
            <a class="button" href=place.at(String::new())>
                {tr!(l, pager.newest)}
            </a>
        }
    });
    view! {
        <div
            class="history-rows"
            // Around what waits too: whoever goes there to let it in must not let it in by leaving.
            on:pointerenter=move |_| feed.set_pointer(true)
            on:pointerleave=move |_| feed.set_pointer(false)
        >
            <Waiting list feed />
            <Rows list feed is_filtered=place.is_filtered() />
        </div>
        <div class="history-foot">
            <Progress feed />
            <div class="pager">{newest} {older}</div>
        </div>
    }
}

/// Goes on where the browser's button leads back to, and remembers the place for the next time.
fn come_back(feed: Feed) {
    let Some(comeback) = use_context::<Comeback>() else {
        return;
    };
    let url = browser::path_and_query();
    if let Some(left) = comeback.take(&url) {
        feed.resume(left);
    }
    let scrolled = Comeback::follow_scrolling(url.clone());
    on_cleanup(move || {
        comeback.keep(Left {
            url,
            scrolled: scrolled.try_get_value().unwrap_or_default(),
            rows: feed.rows.try_get_untracked().unwrap_or_default(),
            next: feed.next.try_get_untracked().flatten(),
        });
    });
}

/// Takes live changes over, and reads the newest page again where some may have been missed.
fn follow(list: List, feed: Feed) {
    match list {
        List::Tasks => on_task(move |task| feed.take(Entry::Task(task))),
        List::Transactions => on_transaction(move |line| feed.take(Entry::Transaction(line))),
    }
    let session = use_session();
    Effect::new(move |before: Option<u32>| {
        let version = session.version();
        if before.is_some_and(|before| before != version) {
            feed.refresh();
        }
        version
    });
}

/// Says how many rows wait, and lets them in. It keeps its height, so that nothing moves when it has
/// something to say.
#[component]
fn Waiting(
    /// Of which history.
    list: List,
    /// Its rows.
    feed: Feed,
) -> impl IntoView {
    let l = use_locale();
    let words = move || {
        let count = i64::try_from(feed.waiting.with(Vec::len)).unwrap_or(i64::MAX);
        (count > 0).then(|| {
            let words = match list {
                List::Tasks => tr!(l, history.new_tasks, count = count),
                List::Transactions => tr!(l, history.new_transactions, count = count),
            };
            view! {
                <button type="button" class="chip" on:click=move |_| feed.let_in()>
                    {words}
                </button>
            }
        })
    };
    view! {
        <div class="waiting with-script" role="status">
            {words}
        </div>
    }
}

#[component]
fn Rows(
    /// Of which history.
    list: List,
    /// Its rows.
    feed: Feed,
    /// Whether there may be more without the filter.
    is_filtered: bool,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| feed.rows.with(Vec::is_empty));
    move || {
        if is_empty.get() {
            return nothing(list, is_filtered, feed.next.get().is_some());
        }
        let table = view! { <Table list feed /> };
        match list {
            List::Tasks => view! { <Comparing>{table}</Comparing> }.into_any(),
            List::Transactions => table.into_any(),
        }
    }
}

/// In place of rows.
fn nothing(list: List, is_filtered: bool, has_more: bool) -> AnyView {
    let l = use_locale();
    let (title, text) = match (list, is_filtered, has_more) {
        (_, _, true) => (tr!(l, history.not_yet), tr!(l, history.not_yet_text)),
        (List::Tasks, true, _) => (tr!(l, tasks.empty_filter), tr!(l, tasks.empty_filter_text)),
        (List::Tasks, false, _) => (tr!(l, tasks.empty_title), tr!(l, tasks.empty_text)),
        (List::Transactions, true, _) => (
            tr!(l, transactions.empty_filter),
            tr!(l, transactions.empty_filter_text),
        ),
        (List::Transactions, false, _) => (
            tr!(l, transactions.empty_title),
            tr!(l, transactions.empty_text),
        ),
    };
    let action =
        (list == List::Tasks && !is_filtered).then(|| ("/predict", tr!(l, tasks.empty_action)));
    view! { <Empty title text action /> }.into_any()
}

#[component]
fn Table(
    /// Of which history.
    list: List,
    /// Its rows.
    feed: Feed,
) -> impl IntoView {
    let l = use_locale();
    let (caption, head) = match list {
        List::Tasks => (
            tr!(l, tasks.title),
            view! { <TaskHead with_tools=true /> }.into_any(),
        ),
        List::Transactions => (
            tr!(l, transactions.title),
            view! { <TransactionHead /> }.into_any(),
        ),
    };
    view! {
        <table
            class="table"
            on:focusin=move |_| feed.set_focus(true)
            on:focusout=move |_| feed.set_focus(false)
        >
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>{head}</tr>
            </thead>
            <tbody>
                <For each=move || feed.rows.get() key=|row| row.id children=row_view />
            </tbody>
        </table>
    }
}

fn row_view(row: Row) -> AnyView {
    let entry = row.entry;
    let cells = move || match entry.get() {
        Entry::Task(task) => view! { <TaskCells task with_tools=true /> }.into_any(),
        Entry::Transaction(line) => view! { <TransactionCells line /> }.into_any(),
    };
    view! { <tr>{cells}</tr> }.into_any()
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

/// The way to older rows: a link that leads to them, and once the page is live brings them here.
#[component]
fn Older(
    /// The rows.
    feed: Feed,
    /// The URL of the older page.
    url: String,
) -> impl IntoView {
    let l = use_locale();
    view! {
        <a
            class="button"
            href=url
            rel="next"
            aria-busy=move || feed.loading.get().then_some("true")
            on:click=move |event| {
                let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
                if is_plain {
                    event.prevent_default();
                    feed.load_older();
                }
            }
        >
            {tr!(l, pager.older)}
            <Icon name="arrow" />
        </a>
    }
}

/// How many rows there are, read aloud as more come.
#[component]
fn Progress(
    /// The rows.
    feed: Feed,
) -> impl IntoView {
    let l = use_locale();
    let words = move || {
        if let Some(error) = feed.error.get() {
            return error_text(l, &error);
        }
        if feed.loading.get() {
            return tr!(l, app.loading).to_owned();
        }
        let count = i64::try_from(feed.rows.with(Vec::len)).unwrap_or(i64::MAX);
        if count == 0 {
            return String::new();
        }
        let number = format::whole_number(l, count);
        if feed.next.with(Option::is_some) {
            tr!(l, history.shown, count = count, number = number)
        } else {
            tr!(l, history.shown_all, count = count, number = number)
        }
    };
    view! {
        <p class="quiet history-progress" role="status">
            {words}
        </p>
    }
}
