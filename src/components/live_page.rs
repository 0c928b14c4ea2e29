//! One page of a history, kept up to date by live changes.
//!
//! A changed row is updated in place. New rows, and rows that no longer match the filter, wait while the pointer or
//! the focus is in the list, so that nothing moves under a user who is about to click.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::list_item::{ListItem, PAGE_ROWS};
use super::pager::ListUrl;
use crate::types::Page;

/// A row on the screen.
#[derive(Clone)]
pub struct Row<T> {
    /// Never used twice. With the id of the item, Leptos would keep the rows of an earlier page that has the same items,
    /// and those no longer change. The signal is no key either: its hash varies (`reactive_graph` 0.2.16).
    pub key: u32,
    /// What the row shows.
    pub item: ArcRwSignal<T>,
}

impl<T: ListItem> Row<T> {
    fn new(item: T) -> Self {
        static KEYS: AtomicU32 = AtomicU32::new(0);
        Self {
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            item: ArcRwSignal::new(item),
        }
    }

    fn id(&self) -> i64 {
        self.item.with_untracked(T::id)
    }
}

/// The rows at one URL of a history.
pub struct LivePage<T> {
    list_url: StoredValue<ListUrl>,
    /// The page with all changes so far.
    latest: RwSignal<Page<T>>,
    /// The part of it that is on the screen.
    pub shown: RwSignal<Page<Row<T>>>,
    has_pointer: StoredValue<bool>,
    has_focus: StoredValue<bool>,
    is_refreshing: StoredValue<bool>,
    /// Something has changed since the latest request for the page was sent.
    is_stale: StoredValue<bool>,
}

impl<T> Clone for LivePage<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LivePage<T> {}

impl<T: ListItem> LivePage<T> {
    /// Shows a page that was loaded from this URL.
    pub fn new(list_url: ListUrl, page: Page<T>) -> Self {
        let shown = Page {
            items: page.items.iter().cloned().map(Row::new).collect(),
            next: page.next.clone(),
        };
        Self {
            list_url: StoredValue::new(list_url),
            latest: RwSignal::new(page),
            shown: RwSignal::new(shown),
            has_pointer: StoredValue::new(false),
            has_focus: StoredValue::new(false),
            is_refreshing: StoredValue::new(false),
            is_stale: StoredValue::new(false),
        }
    }

    /// The pointer has entered or left the list.
    pub fn set_pointer(self, is_in: bool) {
        self.has_pointer.set_value(is_in);
        self.update_screen();
    }

    /// The focus has entered or left the list.
    pub fn set_focus(self, is_in: bool) {
        self.has_focus.set_value(is_in);
        self.update_screen();
    }

    /// How many new rows wait.
    pub fn count_pending(self) -> usize {
        self.shown
            .with(|shown| self.latest.with(|latest| count_newer(latest, &shown.items)))
    }

    /// Shows all changes, even while the list is in use.
    pub fn apply_pending(self) {
        self.latest.with_untracked(|latest| {
            self.shown.update(|shown| show_rows(shown, latest));
        });
    }

    fn update_screen(self) {
        if self.has_pointer.get_value() || self.has_focus.get_value() {
            self.latest.with_untracked(|latest| {
                self.shown
                    .with_untracked(|shown| update_rows(&shown.items, latest));
            });
        } else {
            self.apply_pending();
        }
    }

    /// Applies a live change.
    pub fn apply(self, item: T) {
        let (is_first, is_filtered) = self
            .list_url
            .with_value(|url| (url.cursor.is_empty(), url.is_filtered()));
        self.latest.update(|page| {
            merge(page, item, is_first && !is_filtered, PAGE_ROWS);
        });
        self.update_screen();
        // Only the server knows what matches a filter. The response to a pending request may be older than this change.
        if is_filtered || self.is_refreshing.get_value() {
            self.refresh();
        }
    }

    /// Loads the page again.
    pub fn refresh(self) {
        self.is_stale.set_value(true);
        if self.is_refreshing.get_value() {
            return;
        }
        self.is_refreshing.set_value(true);
        let list_url = self.list_url.get_value();
        spawn_local(async move {
            // Another page may be shown meanwhile. Then this one is disposed, and the methods `try_…` do nothing.
            while self.is_stale.try_update_value(std::mem::take) == Some(true) {
                // After an error, the page is loaded again when the event stream is back.
                if let Ok(page) = T::fetch(list_url.clone(), PAGE_ROWS).await
                    && self.latest.try_set(page).is_none()
                {
                    self.update_screen();
                }
            }
            self.is_refreshing.try_set_value(false);
        });
    }
}

/// Puts a new or changed item into a page. New items belong to it only if it `accepts_new` ones.
pub fn merge<T: ListItem>(page: &mut Page<T>, item: T, accepts_new: bool, limit: usize) {
    let items = &mut page.items;
    if let Some(known) = items.iter_mut().find(|it| it.id() == item.id()) {
        *known = item;
        return;
    }
    let at = items.partition_point(|it| it.created_at() > item.created_at());
    if accepts_new && (at < items.len() || page.next.is_none()) {
        items.insert(at, item);
        page.truncate(limit, T::id);
    }
}

/// How many items at the top of a page are newer than all rows.
fn count_newer<T: ListItem>(page: &Page<T>, rows: &[Row<T>]) -> usize {
    let newest = rows
        .first()
        .map(|row| row.item.with_untracked(T::created_at));
    let is_new = |item: &&T| {
        newest.is_none_or(|newest| item.created_at() >= newest)
            && rows.iter().all(|row| row.id() != item.id())
    };
    page.items.iter().take_while(is_new).count()
}

/// Updates the rows that are there.
fn update_rows<T: ListItem>(rows: &[Row<T>], latest: &Page<T>) {
    for row in rows {
        let id = row.id();
        if let Some(item) = latest.items.iter().find(|it| it.id() == id)
            && row.item.with_untracked(|known| known != item)
        {
            row.item.set(item.clone());
        }
    }
}

/// Adds and removes rows, so that they are those of the page.
fn show_rows<T: ListItem>(shown: &mut Page<Row<T>>, latest: &Page<T>) {
    update_rows(&shown.items, latest);
    let row_of = |item: &T| {
        let known = shown.items.iter().find(|row| row.id() == item.id());
        known.cloned().unwrap_or_else(|| Row::new(item.clone()))
    };
    shown.items = latest.items.iter().map(row_of).collect();
    shown.next.clone_from(&latest.next);
}

#[cfg(test)]
mod tests;
