//! Counts of the training data for what advice suggests: how campaigns with and without a change did, by day of launch,
//! and how uncertain a gain is. Rows of the data cannot be recovered from them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of change that advice suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lever {
    /// The goal.
    Goal,
    /// Days of funding.
    Duration,
    /// The weekday of the launch.
    Weekday,
    /// Days between draft and launch.
    Preparation,
    /// Whether there is a video.
    Video,
}

/// Counts by group of campaigns and goal band, for each value of the fields that advice changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The groups: parent categories, or categories as `Parent / Category`. Cells refer to them by index, from 0.
    #[serde(alias = "parents")]
    pub groups: Vec<String>,
    /// Increasing edges of the goal bands in US dollars. k edges make k + 1 bands; an edge belongs to the band above it.
    pub goal_edges_usd: Vec<f64>,
    /// Increasing edges of days of preparation; bins as for goals.
    pub preparation_edges_days: Vec<u32>,
    /// Increasing edges of days of funding; bins as for goals.
    pub duration_edges_days: Vec<u32>,
    /// By weekday of launch, 0 is Monday.
    pub weekday: Vec<EvidenceCell>,
    /// By bin of preparation.
    pub preparation: Vec<EvidenceCell>,
    /// By bin of duration.
    pub duration: Vec<EvidenceCell>,
    /// Without a video (0) and with one (1).
    pub video: Vec<EvidenceCell>,
}

/// Group, goal band, value, campaigns and successes. It has no field names, because there are thousands of cells.
pub type EvidenceCell = (usize, usize, u32, u64, u64);

/// A number of campaigns and how many of them succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of campaigns.
    pub campaigns: u64,
    /// Number of campaigns that succeeded.
    pub successes: u64,
}

/// The standard deviation of a gain g, both in probability: `floor + slope * |g|`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GainError {
    /// For a small gain.
    pub floor: f64,
    /// Per unit of gain.
    pub slope: f64,
}

/// Counts by month and weekday of launch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarCounts {
    /// The parent category.
    pub parent: String,
    /// The category; `None` for all of the parent.
    pub category: Option<String>,
    /// Month (1 to 12), weekday (0 is Monday), campaigns and successes.
    pub cells: Vec<(u32, u32, u64, u64)>,
}

impl Evidence {
    /// The band of a goal in US dollars.
    pub fn goal_band(&self, usd_goal: f64) -> usize {
        self.goal_edges_usd
            .partition_point(|edge| *edge <= usd_goal)
    }

    /// The campaigns of a group and goal band, or of all bands, whose value of a field is `value`; `None` if the group
    /// has no counts here. For [`Lever::Goal`], `value` is a goal band itself.
    pub fn counts(
        &self,
        lever: Lever,
        group: &str,
        band: Option<usize>,
        value: u32,
    ) -> Option<Counts> {
        let group = self.groups.iter().position(|it| it == group)?;
        let cells = match lever {
            // Every campaign is in one cell of each list.
            Lever::Goal | Lever::Video => &self.video,
            Lever::Duration => &self.duration,
            Lever::Weekday => &self.weekday,
            Lever::Preparation => &self.preparation,
        };
        let is_counted = |cell: &&EvidenceCell| match lever {
            Lever::Goal => u32::try_from(cell.1) == Ok(value),
            _ => cell.2 == value && band.is_none_or(|band| cell.1 == band),
        };
        let cells = cells.iter().filter(|cell| cell.0 == group);
        Some(
            cells
                .filter(is_counted)
                .fold(Counts::default(), |sum, it| sum.with(it.3, it.4)),
        )
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let is_increasing = self.goal_edges_usd.windows(2).all(|pair| pair[0] < pair[1]);
        let days = [&self.preparation_edges_days, &self.duration_edges_days];
        let are_increasing = days
            .iter()
            .all(|it| it.windows(2).all(|pair| pair[0] < pair[1]));
        if !is_increasing || !are_increasing {
            return Err("the edges of `evidence` must be increasing".to_owned());
        }
        let lists = BTreeMap::from([
            ("weekday", (&self.weekday, 7)),
            (
                "preparation",
                (&self.preparation, self.preparation_edges_days.len() + 1),
            ),
            (
                "duration",
                (&self.duration, self.duration_edges_days.len() + 1),
            ),
            ("video", (&self.video, 2)),
        ]);
        for (name, (cells, values)) in lists {
            let is_valid = |(group, band, value, campaigns, successes): &EvidenceCell| {
                *group < self.groups.len()
                    && *band <= self.goal_edges_usd.len()
                    && usize::try_from(*value).is_ok_and(|it| it < values)
                    && successes <= campaigns
            };
            if let Some(at) = cells.iter().position(|cell| !is_valid(cell)) {
                return Err(format!(
                    "`evidence.{name}[{at}]` must name a group, a band and a value that are there, and have at most as many successes as campaigns"
                ));
            }
        }
        Ok(())
    }
}

impl Counts {
    /// With more campaigns, some of which succeeded.
    #[must_use]
    pub fn with(self, campaigns: u64, successes: u64) -> Self {
        Self {
            campaigns: self.campaigns + campaigns,
            successes: self.successes + successes,
        }
    }

    /// The share of campaigns that succeeded, 0 to 1; 0 without campaigns.
    pub fn success_rate(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of campaigns are far below 2^52"
        )]
        let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
        share(self.successes, self.campaigns)
    }
}

impl GainError {
    /// The standard deviation of a gain.
    pub fn of(self, gain: f64) -> f64 {
        self.floor + self.slope * gain.abs()
    }

    pub(super) fn is_valid(&self) -> bool {
        [self.floor, self.slope]
            .iter()
            .all(|it| (0.0..=1.0).contains(it))
    }
}

impl CalendarCounts {
    pub(super) fn is_valid(&self) -> bool {
        let mut cells = self.cells.iter();
        cells.all(|(month, weekday, campaigns, successes)| {
            (1..=12).contains(month) && *weekday < 7 && successes <= campaigns
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        serde_json::from_str(
            r#"{
                "groups": ["Dance", "Games"],
                "goal_edges_usd": [1000.0, 5000.0],
                "preparation_edges_days": [7, 30],
                "duration_edges_days": [30],
                "weekday": [[1, 0, 6, 10, 2], [1, 1, 6, 40, 10]],
                "preparation": [],
                "duration": [[0, 2, 1, 8, 8]],
                "video": [[1, 1, 0, 7, 1], [1, 1, 1, 40, 20]]
            }"#,
        )
        .unwrap()
    }

    #[test]
    fn counts_are_those_of_group_band_and_value() {
        let evidence = evidence();
        let band = Some(evidence.goal_band(1000.0));
        let counts = |lever, group, band, value| {
            let found = evidence.counts(lever, group, band, value)?;
            Some((found.campaigns, found.successes))
        };
        assert_eq!(counts(Lever::Weekday, "Games", band, 6), Some((40, 10)));
        assert_eq!(counts(Lever::Weekday, "Games", None, 6), Some((50, 12)));
        assert_eq!(counts(Lever::Weekday, "Dance", band, 6), Some((0, 0)));
        assert_eq!(counts(Lever::Weekday, "Elsewhere", band, 6), None);
        assert_eq!(counts(Lever::Goal, "Games", None, 1), Some((47, 21)));
    }

    #[test]
    fn cells_that_name_nothing_are_refused() {
        assert_eq!(evidence().check(), Ok(()));
        for broken in [
            (2, 0, 0, 1, 1),
            (0, 3, 0, 1, 1),
            (0, 0, 7, 1, 1),
            (0, 0, 0, 1, 2),
        ] {
            let mut evidence = evidence();
            evidence.weekday.push(broken);
            assert!(
                evidence
                    .check()
                    .unwrap_err()
                    .contains("evidence.weekday[2]"),
                "{broken:?}"
            );
        }
        let mut evidence = evidence();
        evidence.preparation_edges_days.reverse();
        assert!(evidence.check().is_err());
    }
}
