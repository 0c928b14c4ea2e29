//! The rows of a history, in the groups that they came in. A group is what the browser leaves out of its layout
//! while it is off the screen: of ten thousand rows it watches two hundred groups.

use std::iter;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::listed::Listed;

/// New rows join the first group as long as it has fewer.
const ROOM: usize = 100;

/// A row on the screen; its data may change.
#[derive(Clone)]
pub struct Row<T> {
    /// The id of its entry.
    pub id: i64,
    /// Its data.
    pub entry: ArcRwSignal<T>,
}

impl<T: Listed> From<T> for Row<T> {
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
    /// False while its rows are still to be drawn; there is room for them until then.
    pub is_drawn: ArcRwSignal<bool>,
}

impl<T: Listed> Group<T> {
    fn new(entries: impl IntoIterator<Item = T>) -> Self {
        static KEYS: AtomicU32 = AtomicU32::new(0);
        Self {
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            rows: ArcRwSignal::new(entries.into_iter().map(Row::from).collect()),
            is_drawn: ArcRwSignal::new(true),
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

impl<T: Listed> Groups<T> {
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

    /// The same rows, to be drawn anew group by group. The groups around the one at `near` are drawn at once; the
    /// others are given back, the nearest last.
    pub fn draw_near(&mut self, near: usize) -> Vec<Group<T>> {
        let mut later = Vec::new();
        for (at, group) in iter::zip(0.., &mut self.0) {
            let distance = near.abs_diff(at);
            // What a group that is left for good still waits for is not this one's business.
            group.is_drawn = ArcRwSignal::new(distance <= 1);
            if distance > 1 {
                later.push((distance, group.clone()));
            }
        }
        later.sort_by_key(|(distance, _)| std::cmp::Reverse(*distance));
        later.into_iter().map(|(_, group)| group).collect()
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
    fn groups_far_from_where_one_was_are_drawn_later_the_nearest_first() {
        let mut groups = groups(&[&[9], &[8], &[7], &[6], &[5]]);
        let mut later = groups.draw_near(1);
        let is_drawn: Vec<bool> = groups
            .all()
            .iter()
            .map(|it| it.is_drawn.get_untracked())
            .collect();
        assert_eq!(is_drawn, [true, true, true, false, false]);
        let next = later.pop().unwrap();
        assert_eq!(next.key, groups.all()[3].key);
        next.is_drawn.set(true);
        assert!(groups.all()[3].is_drawn.get_untracked());
        assert_eq!(later.len(), 1);
    }
}
