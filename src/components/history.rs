//! A history: its filters, its rows, new rows that wait, and links to older rows and to the newest.

use leptos::prelude::*;

use super::filter_bar::filter_bar;
use super::list_item::{ListItem, PAGE_ROWS};
use super::live_page::LivePage;
use super::pager::ListUrl;
use super::{Empty, Icon, Loaded, format};
use crate::client::data::Data;
use crate::client::scroll_position::keep_scroll_position;
use crate::client::{tr, use_locale, use_session};
use crate::types::Page;

/// A history, at the page that the URL names.
pub fn history_section<T: ListItem>() -> AnyView {
    let list_url = ListUrl::follow(T::PATH, T::FILTERS);
    // `History` applies live changes itself.
    let page = Data::new(move || T::fetch(list_url.get(), PAGE_ROWS));
    use_session().on_refresh(move || page.retry_failed());
    let show = move |page| {
        let list_url = list_url.get_untracked();
        view! { <History list_url page /> }.into_any()
    };
    view! {
        {filter_bar::<T>(list_url)}
        <div class="card">
            <Loaded resource=page lines=8 show />
        </div>
    }
    .into_any()
}

/// One page of a history.
#[component]
fn History<T: ListItem>(list_url: ListUrl, page: Page<T>) -> impl IntoView {
    let list = LivePage::new(list_url.clone(), page);
    follow_changes(list);
    keep_scroll_position();
    view! {
        <div
            class="history-rows"
            // The button for new rows is inside too, so that the pointer does not leave the list on its way there.
            on:pointerenter=move |_| list.set_pointer(true)
            on:pointerleave=move |_| list.set_pointer(false)
        >
            <PendingRows list />
            <Rows list list_url=list_url.clone() />
        </div>
        <div class="history-foot">
            <RowCount list is_first=list_url.cursor.is_empty() />
            <Pager list list_url />
        </div>
    }
}

/// Applies live changes, and loads the page again if some may have been missed.
fn follow_changes<T: ListItem>(list: LivePage<T>) {
    T::on_change(move |item| list.apply(item));
    use_session().on_refresh(move || list.refresh());
}

/// The button that shows the rows that wait. Its container is always there, so that nothing moves when it appears.
#[component]
fn PendingRows<T: ListItem>(list: LivePage<T>) -> impl IntoView {
    let locale = use_locale();
    let button = move || {
        let count = i64::try_from(list.count_pending()).unwrap_or(i64::MAX);
        (count > 0).then(|| {
            view! {
                <button type="button" class="chip" on:click=move |_| list.apply_pending()>
                    {T::pending_text(locale, count)}
                </button>
            }
        })
    };
    view! {
        <div class="pending-rows with-script" role="status">
            {button}
        </div>
    }
}

#[component]
fn Rows<T: ListItem>(list: LivePage<T>, list_url: ListUrl) -> impl IntoView {
    let locale = use_locale();
    let is_empty = Memo::new(move |_| list.shown.with(|page| page.items.is_empty()));
    move || {
        if !is_empty.get() {
            return T::wrap_table(locale, view! { <Table list /> }.into_any());
        }
        let (title, text, action) = if list.shown.with(|page| page.next.is_some()) {
            let (title, text) = (
                tr!(locale, history.not_yet),
                tr!(locale, history.not_yet_text),
            );
            (title, text, None)
        } else if list_url.cursor.is_empty() {
            T::empty_state(locale, list_url.is_filtered())
        } else {
            (
                tr!(locale, history.end),
                tr!(locale, history.end_text),
                None,
            )
        };
        view! { <Empty title text action /> }.into_any()
    }
}

#[component]
fn Table<T: ListItem>(list: LivePage<T>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <table
            class="table"
            on:focusin=move |_| list.set_focus(true)
            on:focusout=move |_| list.set_focus(false)
        >
            <caption class="visually-hidden">{T::caption(locale)}</caption>
            <thead>
                <tr>{T::head(locale, true)}</tr>
            </thead>
            <tbody>
                <For
                    each=move || list.shown.with(|page| page.items.clone())
                    key=|row| row.key
                    children=move |row| view! { <tr>{move || row.item.get().cells(locale, true)}</tr> }
                />
            </tbody>
        </table>
    }
}

/// How many rows there are; screen readers read it again when it changes.
#[component]
fn RowCount<T: ListItem>(list: LivePage<T>, is_first: bool) -> impl IntoView {
    let locale = use_locale();
    let text = move || {
        let (count, has_older) = list
            .shown
            .with(|page| (page.items.len(), page.next.is_some()));
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let number = format::whole_number(locale, count);
        if count > 0 && has_older {
            tr!(locale, history.shown, count = count, number = number)
        } else if count > 0 && is_first {
            tr!(locale, history.shown_all, count = count, number = number)
        } else {
            String::new()
        }
    };
    view! {
        <p class="quiet history-count" role="status">
            {text}
        </p>
    }
}

#[component]
fn Pager<T: ListItem>(list: LivePage<T>, list_url: ListUrl) -> impl IntoView {
    let locale = use_locale();
    let newest = (!list_url.cursor.is_empty()).then(|| {
        view! {
            // External: after Back and Forward, the router takes the newest page for the current one and keeps the URL.
            <a class="button" href=list_url.at(String::new()) rel="external">
                {tr!(locale, pager.newest)}
            </a>
        }
    });
    let older = move || {
        let cursor = list.shown.with(|page| page.next.clone())?;
        Some(view! {
            <a class="button" href=list_url.at(cursor) rel="next">
                {tr!(locale, pager.older)}
                <Icon name="arrow" />
            </a>
        })
    };
    view! { <div class="pager">{newest} {older}</div> }
}
