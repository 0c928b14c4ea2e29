//! The findings of a subject, in Markdown.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// Text, and whether an aim was missed.
#[derive(Default)]
pub struct Report {
    text: String,
    missed: bool,
}

impl Report {
    /// Adds a line of text or of a table.
    pub fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Adds the head of a table, whose first column is text and whose other columns are numbers.
    pub fn head(&mut self, columns: &[&str]) {
        self.line("");
        self.row(columns);
        let mut rule = String::from("|---|");
        rule.push_str(&"---:|".repeat(columns.len() - 1));
        self.line(rule);
    }

    /// Adds a row of a table.
    pub fn row(&mut self, cells: &[impl AsRef<str>]) {
        let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
        self.line(format!("| {} |", cells.join(" | ")));
    }

    /// Adds an aim and whether it was met.
    pub fn aim(&mut self, aim: &str, is_met: bool) {
        self.missed |= !is_met;
        self.line("");
        self.line(format!(
            "Aim: {aim}: **{}**.",
            if is_met { "met" } else { "missed" }
        ));
    }

    /// Whether every aim was met.
    pub fn is_kept(&self) -> bool {
        !self.missed
    }
}

impl Display for Report {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

/// Durations, sorted.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn of(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "nothing was measured");
        times.sort();
        Self(times)
    }

    /// The smallest time that `percent` of all do not exceed, in milliseconds.
    pub fn percentile_ms(&self, percent: usize) -> f64 {
        let index = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0[index].as_secs_f64() * 1e3
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// The median (the upper one of an even number).
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
