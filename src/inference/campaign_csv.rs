//! Reading campaigns from a CSV file in the wire format: a header of field names, one campaign a record.
//!
//! Columns may stand in any order; a column that is absent counts as blank, one that is no field of a
//! campaign is ignored.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use csv::StringRecord;

use crate::types::{Campaign, CampaignInput, FieldErrors};

/// Why a file cannot be read as campaigns at all.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// Reading or writing failed.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Writing failed.
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
    /// Fields that every campaign needs have no column.
    #[error("the header lacks {}", .0.join(", "))]
    MissingColumns(Vec<String>),
    /// A field has two columns.
    #[error("the header names {0} twice")]
    DoubleColumn(String),
    /// Writing the output would destroy the input.
    #[error("input and output are the same file")]
    SameFile,
}

/// Why one record is no campaign.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecordError {
    /// Fields break their rules.
    #[error("{}", describe(.0))]
    Rules(FieldErrors),
    /// Another number of values than the header has.
    #[error("has {found} values where the header has {expected}")]
    Width {
        /// Values of the record.
        found: usize,
        /// Values of the header.
        expected: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
}

/// What became of the campaigns of a file.
#[derive(Debug, Default, PartialEq)]
pub struct CsvReport {
    /// How many were done.
    pub done: u64,
    /// The lines that were not, each with its reason.
    pub failed: Vec<(u64, RecordError)>,
}

impl CsvReport {
    pub(super) fn add(&mut self, line: u64, outcome: Result<(), RecordError>) {
        match outcome {
            Ok(()) => self.done += 1,
            Err(reason) => self.failed.push((line, reason)),
        }
    }
}

/// Opens a file to read and another to write.
pub(super) fn open_pair(
    input: &Path,
    output: &Path,
) -> Result<(BufReader<File>, BufWriter<File>), CsvError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause| CsvError::Open { path, cause }
    };
    let source = File::open(input).map_err(at(input))?;
    if output.exists() && input.canonicalize()? == output.canonicalize()? {
        return Err(CsvError::SameFile);
    }
    Ok((
        BufReader::new(source),
        BufWriter::new(File::create(output).map_err(at(output))?),
    ))
}

fn describe(errors: &FieldErrors) -> String {
    let parts: Vec<_> = errors
        .iter()
        .map(|(field, violation)| format!("{field} {violation}"))
        .collect();
    parts.join("; ")
}

/// One record of the file.
#[derive(Debug)]
pub struct CampaignRecord {
    /// The line on which it begins; the header is line 1.
    pub line: u64,
    /// Its number, from 1.
    pub number: u64,
    /// Its values as they stand in the file; empty where they are not text.
    pub values: StringRecord,
    /// The campaign, checked.
    pub campaign: Result<Campaign, RecordError>,
}

/// Reads a CSV file record by record.
pub struct CampaignReader<R> {
    reader: csv::Reader<R>,
    header: StringRecord,
    fields: Vec<(usize, &'static str)>,
    today: NaiveDate,
    number: u64,
}

impl<R: Read> CampaignReader<R> {
    /// Reads the header. `today` stands in for a blank `created_at`, as [`CampaignInput::check`] says.
    ///
    /// # Errors
    /// Where the header cannot be read, lacks a field that every campaign needs, or names one twice.
    pub fn new(source: R, today: NaiveDate) -> Result<Self, CsvError> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source);
        let header = reader.headers()?.clone();
        let fields = find_columns(&header)?;
        let missing: Vec<String> = required_fields(today)
            .filter(|field| !fields.iter().any(|(_, name)| name == field))
            .collect();
        if !missing.is_empty() {
            return Err(CsvError::MissingColumns(missing));
        }
        Ok(Self {
            reader,
            header,
            fields,
            today,
            number: 0,
        })
    }

    /// The header as it stands in the file.
    pub const fn header(&self) -> &StringRecord {
        &self.header
    }

    fn check(&self, values: &StringRecord) -> Result<Campaign, RecordError> {
        if values.len() != self.header.len() {
            return Err(RecordError::Width {
                found: values.len(),
                expected: self.header.len(),
            });
        }
        let mut input = CampaignInput::default();
        for (column, name) in &self.fields {
            if let (Some(field), Some(value)) = (input.field_mut(name), values.get(*column)) {
                value.clone_into(field);
            }
        }
        input.check(self.today).map_err(RecordError::Rules)
    }
}

impl<R: Read> Iterator for CampaignReader<R> {
    type Item = Result<CampaignRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut values = StringRecord::new();
        let line = self.reader.position().line();
        let outcome = self.reader.read_record(&mut values);
        self.number += 1;
        let (line, campaign) = match outcome {
            Ok(false) => return None,
            Ok(true) => {
                let line = values.position().map_or(line, csv::Position::line);
                (line, self.check(&values))
            }
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { pos, .. } => {
                    let line = pos.as_ref().map_or(line, csv::Position::line);
                    values.clear();
                    (line, Err(RecordError::NotText))
                }
                _ => return Some(Err(error.into())),
            },
        };
        Some(Ok(CampaignRecord {
            line,
            number: self.number,
            values,
            campaign,
        }))
    }
}

fn find_columns(header: &StringRecord) -> Result<Vec<(usize, &'static str)>, CsvError> {
    let mut fields: Vec<(usize, &'static str)> = Vec::new();
    for (column, name) in header.iter().enumerate() {
        let Some(field) = CampaignInput::FIELDS
            .into_iter()
            .find(|field| *field == name.trim())
        else {
            continue;
        };
        if fields.iter().any(|(_, earlier)| *earlier == field) {
            return Err(CsvError::DoubleColumn(field.to_owned()));
        }
        fields.push((column, field));
    }
    Ok(fields)
}

/// The fields that may not be blank: those that a blank campaign is faulted for.
fn required_fields(today: NaiveDate) -> impl Iterator<Item = String> {
    CampaignInput::default()
        .check(today)
        .err()
        .into_iter()
        .flat_map(FieldErrors::into_keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::{sample, today, wire_csv};

    fn read(text: &[u8]) -> Result<Vec<CampaignRecord>, CsvError> {
        CampaignReader::new(text, today())?.collect()
    }

    #[test]
    fn a_campaign_reads_back_from_the_wire_format() {
        let records = read(wire_csv(&[sample(), sample()]).as_bytes()).unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].campaign, Ok(sample()));
        assert_eq!((records[1].line, records[1].number), (3, 2));
    }

    #[test]
    fn the_order_of_columns_and_unknown_columns_change_nothing() {
        let text = "note,has_video,name,blurb,usd_goal,currency,country,deadline,launched_at,created_at,analytics_name\n\
                    hello,true,A name,,500,EUR,DE,2025-02-01,2025-01-10,2025-01-01,Jazz\n";
        let records = read(text.as_bytes()).unwrap();
        let campaign = records[0].campaign.as_ref().unwrap();
        assert_eq!(campaign.parent_name, "Music");
        assert!(campaign.has_video);
    }

    #[test]
    fn a_bad_record_is_told_by_line_and_the_others_are_still_read() {
        let mut text = wire_csv(&[sample()]).into_bytes();
        text.extend_from_slice(b"US,USD\n\xff\xfe,USD\n");
        text.extend_from_slice(wire_csv(&[sample()]).lines().nth(1).unwrap().as_bytes());
        let records = read(&text).unwrap();
        assert_eq!(records.len(), 4);
        let (width, bytes) = (&records[1], &records[2]);
        assert_eq!(width.line, 3);
        assert_eq!(
            width.campaign,
            Err(RecordError::Width {
                found: 2,
                expected: 21
            })
        );
        assert_eq!(
            (bytes.line, &bytes.campaign),
            (4, &Err(RecordError::NotText))
        );
        assert!(records[3].campaign.is_ok());
    }

    #[test]
    fn a_broken_rule_is_told_with_its_field() {
        let mut campaign = sample();
        campaign.usd_goal = -5.0;
        let records = read(wire_csv(&[campaign]).as_bytes()).unwrap();
        let error = records[0].campaign.as_ref().unwrap_err().to_string();
        assert!(error.starts_with("usd_goal must be between"), "{error}");
    }

    #[test]
    fn a_header_without_what_every_campaign_needs_is_refused() {
        let error = read(b"country,currency,name\nUS,USD,x\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the header lacks analytics_name, deadline, launched_at, usd_goal"
        );
        let error = read(b"country,country\n").unwrap_err();
        assert_eq!(error.to_string(), "the header names country twice");
    }
}
