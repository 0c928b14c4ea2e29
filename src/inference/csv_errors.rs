//! Errors and warnings of a CSV file and of its records, and how they are reported.

use std::path::PathBuf;

use crate::types::{FieldErrors, describe_fields};

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// Writing a record failed.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A file cannot be opened or created.
    #[error("{}: {cause}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The cause.
        cause: std::io::Error,
    },
    /// Zero bytes between the letters.
    #[error("the file looks like UTF-16 without a byte order mark; save it as UTF-8")]
    UnmarkedUtf16,
    /// A spreadsheet workbook, according to its first bytes.
    #[error("the file is a workbook of a spreadsheet program; save it as CSV")]
    Workbook,
    /// The header has bytes that are not UTF-8.
    #[error("the header is not UTF-8 text; save the file as UTF-8")]
    HeaderNotText,
    /// The header is not a valid record.
    #[error("the header has an unclosed quote or is too long")]
    BrokenHeader,
    /// Required fields have no column.
    #[error("the header is missing {}{}", .missing.join(", "), hint(*.columns))]
    MissingColumns {
        /// The fields.
        missing: Vec<String>,
        /// How many columns the header has.
        columns: usize,
    },
    /// A field has two columns.
    #[error("the header names {0} twice")]
    DoubleColumn(String),
    /// Writing the output would destroy the input.
    #[error("input and output are the same file")]
    SameFile,
    /// Too many unclosed quotes.
    #[error("too many unclosed quotes, the last one on line {line}; is this a CSV file?")]
    UnclosedQuotes {
        /// The line on which the last one opens.
        line: u64,
    },
    /// The command was stopped.
    #[error("stopped by a signal; nothing was written")]
    Stopped,
}

fn hint(columns: usize) -> &'static str {
    if columns > 1 {
        ""
    } else {
        "; columns must be separated by commas, semicolons or tabs"
    }
}

/// Why a record is not valid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecordError {
    /// Fields break rules.
    #[error("{}", describe_fields(.0))]
    Rules(FieldErrors),
    /// The number of values differs from that of the header.
    #[error("has {found} values, but the header has {expected}")]
    Width {
        /// The number of values in the record.
        found: usize,
        /// The number of values in the header.
        expected: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
    /// A quote is never closed, or its closing quote is not followed by a separator.
    #[error("has a quote that is not closed before a separator or the end of a line")]
    UnclosedQuote,
    /// A line of JSON Lines that is no object of plain values.
    #[error("must be a JSON object of texts, numbers, true, false and null: {0}")]
    NotAnObject(String),
    /// The record is too long.
    #[error("is longer than {max_bytes} bytes")]
    TooLong {
        /// The limit in bytes.
        max_bytes: usize,
    },
}

/// An oddity of a campaign that is scored nevertheless.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordWarning {
    /// Longer than the form allows.
    #[error("lasts {days} days, longer than Kickstarter allows today")]
    LongerThanPlans {
        /// The duration in days.
        days: i64,
    },
    /// An unknown country.
    #[error("unknown country {0:?}, scored as Other")]
    UnknownCountry(String),
}

/// Receives messages while a file is processed, and can stop it.
pub trait Observer {
    /// A line was skipped. Called as soon as the line has been read.
    fn left_out(&mut self, line: u64, error: &RecordError);

    /// A line was scored, but is odd.
    fn warn(&mut self, line: u64, warning: &RecordWarning);

    /// Whether to stop; checked between batches or records.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// How many campaigns of a file were processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvReport {
    /// Processed campaigns.
    pub done: u64,
    /// Skipped lines.
    pub left_out: u64,
}

impl CsvReport {
    pub(super) fn add(
        &mut self,
        observer: &mut dyn Observer,
        line: u64,
        error: Option<&RecordError>,
        warnings: &[RecordWarning],
    ) {
        if let Some(error) = error {
            self.left_out += 1;
            observer.left_out(line, error);
            return;
        }
        self.done += 1;
        for warning in warnings {
            observer.warn(line, warning);
        }
    }
}
