//! The rows of a history, in the groups that they came in. A group is what the browser leaves out of its layout
//! while it is off the screen, and what is drawn only as long as the screen is not too far.

use std::iter;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::list_item::ListItem;

/// New rows join the first group as long as it has fewer.
const ROOM: usize = 100;
/// How many groups above and below the one on the screen are drawn. Without an end to it, the page would be busy
/// for 150 ms when ten thousand rows make way for those of another filter.
const OVERSCAN: usize = 10;

/// A row on the screen; its data may change.
#[derive(Clone)]
pub struct Row<T> {
    /// The id of its entry.
    pub id: i64,
    /// Its data.
    pub entry: ArcRwSignal<T>,
}

impl<T: ListItem> From<T> for Row<T> {
    fn from(entry: T) -> Self {
        Self {
            id: entry.id(),
            entry: ArcRwSignal::new(entry),
        }
    }
}

/// Some rows that follow one another.
#[derive(Clone)]
pub struct Group<T> {
    /// No other group has had it.
    pub key: u32,
    /// Newest first.
    pub rows: ArcRwSignal<Vec<Row<T>>>,
    /// Whether its rows are to be drawn. There is room for them otherwise.
    pub is_near: ArcRwSignal<bool>,
}

impl<T: ListItem> Group<T> {
    fn new(entries: impl IntoIterator<Item = T>) -> Self {
        static KEYS: AtomicU32 = AtomicU32::new(0);
        Self {
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            rows: ArcRwSignal::new(entries.into_iter().map(Row::from).collect()),
            is_near: ArcRwSignal::new(true),
        }
    }
}

/// All rows of a history that are there, newest first. No group is empty.
#[derive(Clone)]
pub struct Groups<T>(Vec<Group<T>>);

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: ListItem> Groups<T> {
    /// The groups.
    pub fn all(&self) -> &[Group<T>] {
        &self.0
    }

    /// How many rows there are; who asks is told when that changes.
    pub fn count(&self) -> usize {
        let counts = self.0.iter().map(|group| group.rows.with(Vec::len));
        counts.sum()
    }

    /// The ids of all rows.
    pub fn ids(&self) -> Vec<i64> {
        let mut ids = Vec::new();
        for group in &self.0 {
            let add = |rows: &Vec<Row<T>>| ids.extend(rows.iter().map(|row| row.id));
            group.rows.with_untracked(add);
        }
        ids
    }

    /// The id of the newest row.
    pub fn newest(&self) -> Option<i64> {
        let first = self.0.first()?;
        first
            .rows
            .with_untracked(|rows| rows.first().map(|row| row.id))
    }

    /// The data of a row.
    pub fn entry(&self, id: i64) -> Option<ArcRwSignal<T>> {
        let entry_in = |rows: &Vec<Row<T>>| {
            let row = rows.iter().find(|row| row.id == id);
            row.map(|row| row.entry.clone())
        };
        self.0
            .iter()
            .find_map(|group| group.rows.with_untracked(entry_in))
    }

    /// Adds older rows below.
    pub fn append(&mut self, older: Vec<T>) {
        if !older.is_empty() {
            self.0.push(Group::new(older));
        }
    }

    /// Adds newer rows above.
    pub fn put_on_top(&mut self, newer: Vec<T>) {
        if newer.is_empty() {
            return;
        }
        let first = self.0.first();
        match first.filter(|first| first.rows.with_untracked(Vec::len) < ROOM) {
            Some(first) => first.rows.update(|rows| {
                rows.splice(0..0, newer.into_iter().map(Row::from));
            }),
            None => self.0.insert(0, Group::new(newer)),
        }
    }

    /// Takes rows out.
    pub fn remove(&mut self, ids: &[i64]) {
        let is_leaving = |row: &Row<T>| ids.contains(&row.id);
        self.0.retain(|group| {
            if group
                .rows
                .with_untracked(|rows| rows.iter().any(is_leaving))
            {
                group
                    .rows
                    .update(|rows| rows.retain(|row| !is_leaving(row)));
            }
            group.rows.with_untracked(|rows| !rows.is_empty())
        });
    }

    /// Begins anew with the groups around the one at `at`, so that the first of them are drawn soon.
    pub fn begin_at(&mut self, at: usize) {
        for (number, group) in iter::zip(0.., &mut self.0) {
            // What was drawn by the one before is none of the new signal's business.
            group.is_near = ArcRwSignal::new(at.abs_diff(number) <= 1);
        }
    }

    /// What is to be drawn or taken away next where the group at `at` is on the screen, the nearest first: its
    /// `is_near`, and what that should be.
    pub fn next_change(&self, at: usize) -> Option<(ArcRwSignal<bool>, bool)> {
        let changes = iter::zip(0.., &self.0).filter_map(|(number, group)| {
            let distance = at.abs_diff(number);
            let is_near = distance <= OVERSCAN;
            let is_right = group.is_near.get_untracked() == is_near;
            (!is_right).then_some((distance, group, is_near))
        });
        let (_, group, is_near) = changes.min_by_key(|(distance, ..)| *distance)?;
        Some((group.is_near.clone(), is_near))
    }

    /// Has all drawn.
    pub fn draw_all(&self) {
        for group in &self.0 {
            group.is_near.set(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Credits, TransactionId, TransactionKind, TransactionView};

    fn line(id: i64) -> TransactionView {
        TransactionView {
            id: TransactionId(id),
            kind: TransactionKind::TopUp,
            amount: Credits(1),
            balance_before: Credits(0),
            balance_after: Credits(1),
            description: String::new(),
            task_id: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    /// As many groups as there are lists of ids.
    fn groups(lists: &[&[i64]]) -> Groups<TransactionView> {
        let mut groups = Groups::default();
        for list in lists {
            groups.append(list.iter().copied().map(line).collect());
        }
        groups
    }

    #[test]
    fn rows_of_all_groups_are_known() {
        let groups = groups(&[&[9, 8], &[], &[7]]);
        assert_eq!(groups.all().len(), 2);
        assert_eq!(groups.ids(), [9, 8, 7]);
        assert_eq!(groups.newest(), Some(9));
        assert_eq!(groups.count(), 3);
        let seven = groups.entry(7).map(|entry| entry.get_untracked().id.0);
        assert_eq!(seven, Some(7));
        assert!(groups.entry(6).is_none());
    }

    #[test]
    fn new_rows_join_the_first_group_until_it_is_full() {
        let mut groups = groups(&[&[2, 1]]);
        groups.put_on_top((3..=102).rev().map(line).collect());
        assert_eq!(groups.all().len(), 1);
        groups.put_on_top(vec![line(103)]);
        assert_eq!(groups.all().len(), 2);
        assert_eq!(groups.newest(), Some(103));
        assert_eq!(groups.ids(), (1..=103).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_group_whose_rows_have_left_goes_with_them() {
        let mut groups = groups(&[&[9, 8], &[7, 6], &[5]]);
        let keys = |groups: &Groups<_>| groups.all().iter().map(|it| it.key).collect::<Vec<_>>();
        let before = keys(&groups);
        groups.remove(&[9, 7, 6]);
        assert_eq!(groups.ids(), [8, 5]);
        assert_eq!(keys(&groups), [before[0], before[2]]);
    }

    #[test]
    fn groups_near_the_screen_are_drawn_the_nearest_first_and_those_far_from_it_taken_away() {
        let lists: Vec<[i64; 1]> = (0..30).rev().map(|id| [id]).collect();
        let lists: Vec<&[i64]> = lists.iter().map(AsRef::as_ref).collect();
        let mut groups = groups(&lists);
        let drawn = |groups: &Groups<_>| {
            let all = iter::zip(0.., groups.all());
            let near = all.filter(|(_, group)| group.is_near.get_untracked());
            near.map(|(number, _)| number).collect::<Vec<usize>>()
        };
        groups.begin_at(0);
        assert_eq!(drawn(&groups), [0, 1]);
        let turn_to = |at: usize| {
            let mut changes = 0;
            while let Some((is_near, wanted)) = groups.next_change(at) {
                is_near.set(wanted);
                changes += 1;
            }
            (changes, drawn(&groups))
        };
        assert_eq!(turn_to(0), (9, (0..=10).collect()));
        assert_eq!(turn_to(15), (20, (5..=25).collect()));
        assert_eq!(turn_to(29), (18, (19..30).collect()));
        groups.draw_all();
        assert_eq!(drawn(&groups), (0..30).collect::<Vec<_>>());
        groups.begin_at(20);
        assert_eq!(drawn(&groups), [19, 20, 21]);
        groups.next_change(20).unwrap().0.set(true);
        assert!(drawn(&groups).contains(&18) || drawn(&groups).contains(&22));
    }
}
