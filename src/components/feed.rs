//! The rows of a history on the screen: a page from the server, older pages below it, live changes in it.
//!
//! A row that changes changes where it stands. Rows that are new, and rows that the filter no longer lets
//! pass, wait while the pointer or the focus is in the list, so that nothing moves away from under it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser;
use super::list_item::ListItem;
use super::pager::Place;
use super::rows::Groups;
use super::scroll_restoration::SavedList;
use crate::types::{AppError, Page};

/// Rows that come with one press of the button for older ones: a hundred made the page busy for 180 ms.
const OLDER: &str = "50";

/// The rows of one place in a history.
pub struct Feed<T> {
    place: StoredValue<Place>,
    /// What is shown.
    pub groups: RwSignal<Groups<T>>,
    /// What will come on top, newest first.
    pub waiting: RwSignal<Vec<T>>,
    /// Where the next older page begins, where there is one.
    pub next: RwSignal<Option<String>>,
    /// True while an older page is on its way.
    pub loading: RwSignal<bool>,
    /// Why the older page did not come.
    pub error: RwSignal<Option<AppError>>,
    /// Rows that no longer pass the filter.
    leaving: StoredValue<Vec<i64>>,
    /// More new rows than a page wait: what is shown will make way for them, and this is their next page.
    #[expect(
        clippy::option_option,
        reason = "the outer one tells whether, the inner one where to"
    )]
    replacing: StoredValue<Option<Option<String>>>,
    /// The group on the screen.
    at: StoredValue<usize>,
    /// True while groups are being drawn or taken away.
    drawing: StoredValue<bool>,
    pointer: StoredValue<bool>,
    focus: StoredValue<bool>,
    refreshing: StoredValue<bool>,
    refresh_again: StoredValue<bool>,
}

impl<T> Clone for Feed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Feed<T> {}

impl<T: ListItem> Feed<T> {
    /// Begins with a page.
    pub fn new(place: Place, page: Page<T>) -> Self {
        let mut groups = Groups::default();
        groups.append(page.items);
        Self::with(place, groups, page.next)
    }

    fn with(place: Place, groups: Groups<T>, next: Option<String>) -> Self {
        Self {
            place: StoredValue::new(place),
            groups: RwSignal::new(groups),
            waiting: RwSignal::new(Vec::new()),
            next: RwSignal::new(next),
            loading: RwSignal::new(false),
            error: RwSignal::new(None),
            leaving: StoredValue::new(Vec::new()),
            replacing: StoredValue::new(None),
            at: StoredValue::new(0),
            drawing: StoredValue::new(false),
            pointer: StoredValue::new(false),
            focus: StoredValue::new(false),
            refreshing: StoredValue::new(false),
            refresh_again: StoredValue::new(false),
        }
    }

    /// Goes on with what was shown before, with what the page brought that is newer.
    pub fn resume(place: Place, left: SavedList<T>, page: Page<T>) -> Self {
        let mut groups = left.groups;
        groups.begin_at(left.spot.group);
        let this = Self::with(place, groups, left.next);
        this.look_at(left.spot.group);
        this.merge(page);
        this
    }

    /// The pointer came into the list or left it.
    pub fn set_pointer(self, is_in: bool) {
        self.pointer.set_value(is_in);
        self.settle();
    }

    /// The focus came into the list or left it.
    pub fn set_focus(self, is_in: bool) {
        self.focus.set_value(is_in);
        self.settle();
    }

    fn settle(self) {
        let is_held = self.pointer.get_value() || self.focus.get_value();
        if !is_held {
            self.apply_pending();
        }
    }

    /// Lets in what waits, whoever is looking.
    pub fn apply_pending(self) {
        let waiting = self.waiting.try_update(std::mem::take).unwrap_or_default();
        let leaving = self
            .leaving
            .try_update_value(std::mem::take)
            .unwrap_or_default();
        let replacing = self.replacing.try_update_value(Option::take).flatten();
        if waiting.is_empty() && leaving.is_empty() {
            return;
        }
        self.groups.update(|groups| {
            if replacing.is_some() {
                *groups = Groups::default();
            }
            groups.remove(&leaving);
            groups.put_on_top(waiting);
        });
        if let Some(next) = replacing {
            self.next.set(next);
        }
    }

    /// Takes a live change over.
    pub fn take(self, entry: T) {
        let is_filtered = self.place.with_value(Place::is_filtered);
        if self.update(&entry) {
            if is_filtered {
                self.refresh();
            }
        } else if is_filtered {
            // Only the server knows whether it passes.
            self.refresh();
        } else {
            self.enqueue(entry);
            self.settle();
        }
    }

    /// Changes the row of an entry where there is one.
    fn update(self, entry: &T) -> bool {
        let shown = self
            .groups
            .with_untracked(|groups| groups.entry(entry.id()));
        let Some(shown) = shown else {
            return false;
        };
        if shown.with_untracked(|known| known != entry) {
            shown.set(entry.clone());
        }
        true
    }

    /// Keeps a new entry until it can come in. One that is older than the newest row belongs to another page.
    fn enqueue(self, entry: T) {
        let starts_at_top = self.place.with_value(|place| place.cursor.is_empty());
        let id = entry.id();
        let newest = self.groups.with_untracked(Groups::newest);
        if !starts_at_top || newest.is_some_and(|newest| newest > id) {
            return;
        }
        self.waiting.update(|waiting| {
            let at = waiting.partition_point(|it| it.id() > id);
            match waiting.get_mut(at).filter(|it| it.id() == id) {
                Some(known) => *known = entry,
                None => waiting.insert(at, entry),
            }
        });
    }

    /// Reads the newest page again: changes may have been missed.
    pub fn refresh(self) {
        if self.refreshing.get_value() {
            self.refresh_again.set_value(true);
            return;
        }
        self.refreshing.set_value(true);
        let place = self.place.get_value();
        spawn_local(async move {
            let cursor = place.cursor.clone();
            let page = T::fetch(place, cursor, "").await;
            // The place may have been left meanwhile.
            if self.refreshing.try_set_value(false).is_some() {
                return;
            }
            // What could not be read now is read when the connection is back.
            if let Ok(page) = page {
                self.merge(page);
            }
            if self.refresh_again.try_update_value(std::mem::take) == Some(true) {
                self.refresh();
            }
        });
    }

    fn merge(self, page: Page<T>) {
        let ids: Vec<i64> = page.items.iter().map(T::id).collect();
        let shown = self.groups.with_untracked(Groups::ids);
        let (leaving, is_gap) = compare(&shown, &ids, page.next.is_some());
        self.leaving.set_value(leaving);
        if is_gap {
            self.replacing.set_value(Some(page.next));
        }
        for entry in page.items.into_iter().rev() {
            if !self.update(&entry) {
                self.enqueue(entry);
            }
        }
        self.settle();
    }

    /// The group at `at` is on the screen now.
    pub fn look_at(self, at: usize) {
        self.at.set_value(at);
        if !self.drawing.get_value() {
            self.render_next();
        }
    }

    /// Draws groups and takes groups away, each on its own so that the page is never busy for long.
    fn render_next(self) {
        // The place may have been left meanwhile.
        let at = self.at.try_get_value().unwrap_or_default();
        let next = self
            .groups
            .try_with_untracked(|groups| groups.next_change(at))
            .flatten();
        self.drawing.try_set_value(next.is_some());
        if let Some((is_near, wanted)) = next {
            browser::after_ms(0, move || {
                is_near.set(wanted);
                self.render_next();
            });
        }
    }

    /// Has all groups drawn, as for a printer.
    pub fn draw_all(self) {
        self.groups.with_untracked(Groups::draw_all);
    }

    /// Appends the next older page.
    pub fn load_older(self) {
        let Some(cursor) = self.next.get_untracked() else {
            return;
        };
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        self.error.set(None);
        let place = self.place.get_value();
        spawn_local(async move {
            let page = T::fetch(place, cursor, OLDER).await;
            // The place may have been left meanwhile.
            if self.loading.try_set(false).is_some() {
                return;
            }
            match page {
                Ok(page) => {
                    self.groups.update(|groups| groups.append(page.items));
                    self.next.set(page.next);
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// Which shown rows are missing from a page that was read anew, and whether there are rows between it and
/// what is shown. Both lists are newest first; `has_more` tells that the page is not the end of the history.
fn compare(shown: &[i64], page: &[i64], has_more: bool) -> (Vec<i64>, bool) {
    let oldest = page.last().copied().filter(|_| has_more);
    let oldest = oldest.unwrap_or(i64::MIN);
    let is_gap = has_more && shown.first().is_some_and(|newest| *newest < oldest);
    let missing = shown
        .iter()
        .filter(|id| **id >= oldest && !page.contains(id));
    (missing.copied().collect(), is_gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_a_newer_page_lacks_leave_as_far_as_it_reaches() {
        assert_eq!(compare(&[9, 8, 7, 6], &[9, 7], true), (vec![8], false));
        assert_eq!(compare(&[9, 8, 7, 6], &[9, 7], false), (vec![8, 6], false));
        assert_eq!(compare(&[9, 8], &[], false), (vec![9, 8], false));
    }

    #[test]
    fn a_page_that_does_not_reach_what_is_shown_leaves_a_gap() {
        assert_eq!(compare(&[5, 4], &[9, 8], true), (Vec::new(), true));
        assert_eq!(compare(&[5, 4], &[9, 8, 5], true), (Vec::new(), false));
        assert_eq!(compare(&[], &[9, 8], true), (Vec::new(), false));
    }
}
