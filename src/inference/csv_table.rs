//! Reads a CSV file with a header: finds the known columns by their names, in any order, and returns the records with
//! their lines.
//!
//! A column with another name is ignored. Records whose cells are all blank are skipped: spreadsheets leave them at the
//! end.

use std::io::Read;

use csv::StringRecord;

use super::csv_dialect::{self, Decoded, Dialect};
use super::csv_errors::{CsvError, RecordError};
use super::csv_records::{RawRecord, RecordReader};

/// Each costs a second read of what follows it. A file with more is not a CSV, or has another dialect.
const UNCLOSED_QUOTES_MAX: u32 = 1_000;

/// One record of the file.
#[derive(Debug)]
pub struct TableRecord {
    /// The line on which the record begins, or on which its unclosed quote opens; the first is line 1.
    pub line: u64,
    /// The number of the record, from 1.
    pub number: u64,
    /// The values as in the file; empty if they are not UTF-8.
    pub values: StringRecord,
    /// Why the record is not one value for each column, if so.
    pub fault: Option<RecordError>,
}

/// Reads a CSV file record by record.
pub struct CsvTable<R> {
    records: RecordReader<Decoded<R>>,
    dialect: Dialect,
    header: StringRecord,
    columns: Vec<(usize, &'static str)>,
    number: u64,
    unclosed_quotes: u32,
}

impl<R: Read> CsvTable<R> {
    /// Reads the header, which may name the columns in `known` and must name those in `required`.
    ///
    /// # Errors
    /// If the header cannot be read, lacks a required column, or names a known one twice.
    pub fn new(
        source: R,
        known: &[&'static str],
        required: impl IntoIterator<Item = String>,
    ) -> Result<Self, CsvError> {
        let (source, has_mark) = csv_dialect::decode(source)?;
        let mut records = RecordReader::new(source);
        let dialect = csv_dialect::detect(&mut records, has_mark, known)?;
        let header = match records.next_record()? {
            None => StringRecord::new(),
            Some(record) => match text_of(record) {
                (record, Ok(header)) if record.fault.is_none() => header,
                (_, Ok(_)) => return Err(CsvError::BrokenHeader),
                (_, Err(_)) => return Err(CsvError::HeaderNotText),
            },
        };
        let columns = find_columns(&header, known)?;
        let missing: Vec<String> = required
            .into_iter()
            .filter(|field| !columns.iter().any(|(_, name)| name == field))
            .collect();
        if !missing.is_empty() {
            return Err(CsvError::MissingColumns {
                missing,
                columns: header.len(),
            });
        }
        Ok(Self {
            records,
            dialect,
            header,
            columns,
            number: 0,
            unclosed_quotes: 0,
        })
    }

    /// The header as in the file.
    pub const fn header(&self) -> &StringRecord {
        &self.header
    }

    /// How the file is formatted.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The known columns of the file with their values in a record.
    pub fn cells<'a>(
        &'a self,
        values: &'a StringRecord,
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        let cells = self.columns.iter();
        cells.filter_map(|(column, name)| Some((*name, values.get(*column)?)))
    }

    /// The next record that is not blank.
    ///
    /// # Errors
    /// If reading fails, or if so many quotes are not closed that the file cannot be a CSV.
    pub fn next_record(&mut self) -> Result<Option<TableRecord>, CsvError> {
        loop {
            let Some(record) = self.records.next_record()? else {
                return Ok(None);
            };
            self.number += 1;
            if record.fault.is_none() && record.fields.iter().all(is_blank) {
                continue;
            }
            if record.fault == Some(RecordError::UnclosedQuote) {
                self.unclosed_quotes += 1;
                if self.unclosed_quotes > UNCLOSED_QUOTES_MAX {
                    return Err(CsvError::UnclosedQuotes { line: record.line });
                }
            }
            return Ok(Some(self.check(record)));
        }
    }

    fn check(&self, record: RawRecord) -> TableRecord {
        let (record, values) = text_of(record);
        let fault = match (record.fault, &values) {
            (Some(fault), _) => Some(fault),
            (None, Ok(values)) if values.len() != self.header.len() => Some(RecordError::Width {
                found: values.len(),
                expected: self.header.len(),
            }),
            (None, Ok(_)) => None,
            (None, Err(error)) => Some(error.clone()),
        };
        TableRecord {
            line: record.line,
            number: self.number,
            values: values.unwrap_or_default(),
            fault,
        }
    }
}

/// Decodes the fields as UTF-8.
fn text_of(mut record: RawRecord) -> (RawRecord, Result<StringRecord, RecordError>) {
    let fields = std::mem::take(&mut record.fields);
    let text = StringRecord::from_byte_record(fields);
    (record, text.map_err(|_| RecordError::NotText))
}

fn is_blank(cell: &[u8]) -> bool {
    std::str::from_utf8(cell).is_ok_and(|cell| cell.trim().is_empty())
}

fn find_columns(
    header: &StringRecord,
    known: &[&'static str],
) -> Result<Vec<(usize, &'static str)>, CsvError> {
    let mut columns: Vec<(usize, &'static str)> = Vec::new();
    for (column, name) in header.iter().enumerate() {
        let Some(field) = known.iter().find(|field| **field == name.trim()) else {
            continue;
        };
        if columns.iter().any(|(_, earlier)| earlier == field) {
            return Err(CsvError::DoubleColumn((*field).to_owned()));
        }
        columns.push((column, field));
    }
    Ok(columns)
}
