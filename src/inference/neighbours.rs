//! Aggregates of the training data in a manifest: counts by category, duration and goal, and by month. Rows of the data
//! cannot be recovered from them.
//!
//! `insight/` turns them into what users see.

use serde::{Deserialize, Serialize};

const CATEGORIES_MAX: usize = 1000;

/// Counts by category, duration and goal, and by month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    /// The categories. Cells refer to them by index, from 0.
    pub categories: Vec<CategoryName>,
    /// Increasing edges of goals in US dollars. k edges make k + 1 bins; an edge belongs to the bin above it.
    pub goal_edges_usd: Vec<f64>,
    /// Increasing edges of durations in days; bins as for goals.
    pub duration_edges_days: Vec<u32>,
    /// The cells with at least one campaign.
    pub cells: Vec<Cell>,
    /// Counts of each parent category by month of launch.
    pub months: Vec<MonthRate>,
}

/// A category and its parent, as campaigns name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryName {
    /// The parent category.
    pub parent: String,
    /// The category.
    pub name: String,
}

/// The campaigns of one category, one duration bin and one goal bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "CellParts", into = "CellParts")]
pub struct Cell {
    /// The index in [`Neighbours::categories`].
    pub category: usize,
    /// The index of the duration bin.
    pub duration_bin: usize,
    /// The index of the goal bin.
    pub goal_bin: usize,
    /// Number of campaigns.
    pub campaigns: u64,
    /// Number of campaigns that succeeded.
    pub successes: u64,
}

/// A serialized cell. It has no field names, because each model file contains thousands of cells.
type CellParts = (usize, usize, usize, u64, u64);

/// The campaigns of one parent category launched in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthRate {
    /// The parent category.
    pub parent: String,
    /// The month of launch, such as `2024-01`.
    pub month: String,
    /// Number of campaigns.
    pub campaigns: u64,
    /// Number of campaigns that succeeded.
    pub successes: u64,
}

impl Neighbours {
    /// The bin of a goal in US dollars.
    pub fn goal_bin(&self, goal_usd: f64) -> usize {
        self.goal_edges_usd
            .partition_point(|edge| *edge <= goal_usd)
    }

    /// The bin of a duration in days.
    pub fn duration_bin(&self, days: u32) -> usize {
        self.duration_edges_days
            .partition_point(|edge| *edge <= days)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.categories.len() > CATEGORIES_MAX {
            return Err(format!(
                "`neighbours.categories` has more than {CATEGORIES_MAX} categories"
            ));
        }
        let goals = self.goal_edges_usd.as_slice();
        let positive = goals.iter().all(|edge| edge.is_finite() && *edge > 0.0);
        if !positive || !goals.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err("`neighbours.goal_edges_usd` must be positive and increasing".to_owned());
        }
        if !self
            .duration_edges_days
            .windows(2)
            .all(|pair| pair[0] < pair[1])
        {
            return Err("`neighbours.duration_edges_days` must be increasing".to_owned());
        }
        for (at, cell) in self.cells.iter().enumerate() {
            self.check_cell(cell)
                .map_err(|reason| format!("`neighbours.cells[{at}]` {reason}"))?;
        }
        match self.months.iter().position(|it| !it.is_valid()) {
            Some(at) => Err(format!(
                "`neighbours.months[{at}]` must have a month such as 2024-01, and at most as many successes as campaigns"
            )),
            None => Ok(()),
        }
    }

    fn check_cell(&self, cell: &Cell) -> Result<(), &'static str> {
        if cell.category >= self.categories.len() {
            return Err("names a category that is not there");
        }
        if cell.duration_bin > self.duration_edges_days.len() {
            return Err("names a duration bin that is not there");
        }
        if cell.goal_bin > self.goal_edges_usd.len() {
            return Err("names a goal bin that is not there");
        }
        if cell.campaigns == 0 || cell.successes > cell.campaigns {
            return Err("must have campaigns, and at most as many successes");
        }
        Ok(())
    }
}

/// The ends of a bin: its lowest value and the first value above it. A missing end is open.
pub fn bin_ends<T: Copy>(edges: &[T], bin: usize) -> (Option<T>, Option<T>) {
    let low = bin.checked_sub(1).and_then(|edge| edges.get(edge));
    (low.copied(), edges.get(bin).copied())
}

impl MonthRate {
    fn is_valid(&self) -> bool {
        let month = match self.month.as_bytes() {
            [y @ .., b'-', tens, ones] if y.len() == 4 && y.iter().all(u8::is_ascii_digit) => {
                matches!((tens, ones), (b'0', b'1'..=b'9') | (b'1', b'0'..=b'2'))
            }
            _ => false,
        };
        month && self.successes <= self.campaigns
    }
}

impl From<CellParts> for Cell {
    fn from((category, duration_bin, goal_bin, campaigns, successes): CellParts) -> Self {
        Self {
            category,
            duration_bin,
            goal_bin,
            campaigns,
            successes,
        }
    }
}

impl From<Cell> for CellParts {
    fn from(cell: Cell) -> Self {
        (
            cell.category,
            cell.duration_bin,
            cell.goal_bin,
            cell.campaigns,
            cell.successes,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neighbours() -> Neighbours {
        serde_json::from_str(
            r#"{
                "categories": [{"parent": "Dance", "name": "Performances"}],
                "goal_edges_usd": [1000.0, 2000.0],
                "duration_edges_days": [15, 30],
                "cells": [[0, 2, 1, 12, 7]],
                "months": [{"parent": "Dance", "month": "2024-12", "campaigns": 12, "successes": 7}]
            }"#,
        )
        .unwrap()
    }

    fn assert_refused(expected: &str, change: impl FnOnce(&mut Neighbours)) {
        let mut changed = neighbours();
        change(&mut changed);
        let reason = changed.check().unwrap_err();
        assert!(reason.contains(expected), "{expected}: {reason}");
    }

    #[test]
    fn a_cell_is_written_as_five_numbers_and_reads_back() {
        let cell = neighbours().cells[0];
        assert_eq!(cell.goal_bin, 1);
        let text = serde_json::to_string(&cell).unwrap();
        assert_eq!(text, "[0,2,1,12,7]");
        assert_eq!(serde_json::from_str::<Cell>(&text).unwrap(), cell);
    }

    #[test]
    fn an_edge_belongs_to_the_bin_above_it() {
        let neighbours = neighbours();
        let goals = [999.0, 1000.0, 1999.0, 2000.0, 1e9].map(|it| neighbours.goal_bin(it));
        assert_eq!(goals, [0, 1, 1, 2, 2]);
        let days = [1, 15, 29, 30, 60].map(|it| neighbours.duration_bin(it));
        assert_eq!(days, [0, 1, 1, 2, 2]);
    }

    #[test]
    fn inconsistent_aggregates_are_refused_with_their_location() {
        assert_eq!(neighbours().check(), Ok(()));
        let name = neighbours().categories[0].clone();
        assert_refused("categories` has more than 1000", |it| {
            it.categories = vec![name; CATEGORIES_MAX + 1];
        });
        assert_refused("goal_edges_usd` must be positive and increasing", |it| {
            it.goal_edges_usd.reverse();
        });
        assert_refused("goal_edges_usd` must be positive and increasing", |it| {
            it.goal_edges_usd[0] = 0.0;
        });
        assert_refused("duration_edges_days` must be increasing", |it| {
            it.duration_edges_days.push(30);
        });
        assert_refused("cells[0]` names a category", |it| it.cells[0].category = 1);
        assert_refused("cells[0]` names a duration bin", |it| {
            it.cells[0].duration_bin = 3;
        });
        assert_refused("cells[0]` names a goal bin", |it| it.cells[0].goal_bin = 3);
        assert_refused("cells[0]` must have campaigns", |it| {
            it.cells[0].successes = 13;
        });
        assert_refused("cells[0]` must have campaigns", |it| {
            it.cells[0] = (0, 0, 0, 0, 0).into();
        });
        assert_refused("months[0]` must have a month", |it| {
            "2024-13".clone_into(&mut it.months[0].month);
        });
        assert_refused("months[0]` must have a month", |it| {
            it.months[0].successes = 99;
        });
    }
}
