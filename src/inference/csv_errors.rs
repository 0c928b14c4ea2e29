//! What can be wrong with a CSV file of campaigns, as a whole and with one record, and who is told of it.

use std::fmt;
use std::path::PathBuf;

use super::csv_dialect::NotText;
use crate::types::FieldErrors;

/// Why a file cannot be read as campaigns at all.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// Writing a record failed.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A file cannot be opened or made.
    #[error("{}: {cause}", .path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It is no text of a known encoding.
    #[error(transparent)]
    NotText(#[from] NotText),
    /// The header has bytes that are not UTF-8.
    #[error("the header is not UTF-8 text; save the file as UTF-8")]
    HeaderNotText,
    /// The header is no record.
    #[error("the header has an unclosed quote or is too long")]
    BrokenHeader,
    /// Fields that every campaign needs have no column.
    #[error("the header is missing {}{}", .missing.join(", "), hint(*.columns))]
    MissingColumns {
        /// The fields.
        missing: Vec<String>,
        /// How many columns there are.
        columns: usize,
    },
    /// A field has two columns.
    #[error("the header names {0} twice")]
    DoubleColumn(String),
    /// Writing the output would destroy the input.
    #[error("input and output are the same file")]
    SameFile,
    /// Too much is wrong to go on.
    #[error("too many unclosed quotes, the last one on line {line}; is this a CSV file?")]
    UnclosedQuotes {
        /// Where the last one opens.
        line: u64,
    },
    /// Whoever asked for it does not want it any more.
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

/// Why one record is no campaign.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecordError {
    /// Fields break their rules.
    #[error("{}", describe(.0))]
    Rules(FieldErrors),
    /// Another number of values than the header has.
    #[error("has {found} values, but the header has {expected}")]
    Width {
        /// Values of the record.
        found: usize,
        /// Values of the header.
        expected: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
    /// A quote that is never closed, or something behind the one that closes it.
    #[error("has a quote that is not closed before a separator or the end of a line")]
    UnclosedQuote,
    /// More than a record may have.
    #[error("is longer than {max_bytes} bytes")]
    TooLong {
        /// Most bytes.
        max_bytes: usize,
    },
}

fn describe(errors: &FieldErrors) -> String {
    let parts: Vec<_> = errors
        .iter()
        .map(|(field, violation)| format!("{field} {violation}"))
        .collect();
    parts.join("; ")
}

/// What is odd about a campaign that is scored all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordWarning {
    /// Longer than a plan may be.
    #[error("lasts {days} days, longer than Kickstarter allows today")]
    LongerThanPlans {
        /// How many days.
        days: i64,
    },
    /// A country that is not known.
    #[error("unknown country {0:?}, scored as Other")]
    UnknownCountry(String),
}

/// Something to say about a line.
#[derive(Debug, PartialEq)]
pub enum LineNote<'a> {
    /// It is no campaign.
    LeftOut(&'a RecordError),
    /// It is an odd one.
    Warning(&'a RecordWarning),
}

impl fmt::Display for LineNote<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut(error) => error.fmt(formatter),
            Self::Warning(warning) => write!(formatter, "warning: {warning}"),
        }
    }
}

/// Who asked for a file to be worked on.
pub trait Observer {
    /// Is told of a line as soon as it is read.
    fn note(&mut self, line: u64, note: LineNote<'_>);

    /// Whether the rest is not wanted any more; asked now and then.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// What became of the campaigns of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvReport {
    /// How many were done.
    pub done: u64,
    /// How many lines were not.
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
        match error {
            None => self.done += 1,
            Some(error) => {
                self.left_out += 1;
                observer.note(line, LineNote::LeftOut(error));
                return;
            }
        }
        for warning in warnings {
            observer.note(line, LineNote::Warning(warning));
        }
    }
}
