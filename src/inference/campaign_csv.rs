//! Reads campaigns from a CSV file in the wire format: a header of field names, one campaign per record.
//!
//! Columns may be in any order. A missing column counts as blank; a column that is not a field of a campaign is
//! ignored. Records whose cells are all blank are skipped: spreadsheets leave them at the end.

use std::io::Read;

use chrono::NaiveDate;
use csv::StringRecord;

use super::csv_cells::read_cell;
use super::csv_dialect::{self, Decoded, Dialect};
use super::csv_errors::{CsvError, RecordError, RecordWarning};
use super::csv_records::{RawRecord, RecordReader};
use crate::types::{
    COUNTRIES, Campaign, CampaignInput, DURATION_MAX_DAYS, FieldErrors, PAST_DURATION_MAX_DAYS,
    UNKNOWN_COUNTRY,
};

/// Each costs a second read of what follows it. A file with more is not a CSV, or has another dialect.
const UNCLOSED_QUOTES_MAX: u32 = 1_000;

/// Which rules campaigns must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// The rules for a plan, as in the form.
    Plan,
    /// The rules for campaigns that have ended: they may have lasted longer, and the country may be unknown.
    Past,
}

/// One record of the file.
#[derive(Debug)]
pub struct CampaignRecord {
    /// The line on which the record begins, or on which its unclosed quote opens; the first is line 1.
    pub line: u64,
    /// The number of the record, from 1.
    pub number: u64,
    /// The values as in the file; empty if they are not UTF-8.
    pub values: StringRecord,
    /// The checked campaign.
    pub campaign: Result<Campaign, RecordError>,
    /// Oddities of a valid campaign.
    pub warnings: Vec<RecordWarning>,
}

/// Reads a CSV file record by record.
pub struct CampaignReader<R> {
    records: RecordReader<Decoded<R>>,
    dialect: Dialect,
    header: StringRecord,
    fields: Vec<(usize, &'static str)>,
    rules: Rules,
    today: NaiveDate,
    number: u64,
    unclosed_quotes: u32,
}

impl<R: Read> CampaignReader<R> {
    /// Reads the header. `today` replaces a blank `created_at`, as in [`CampaignInput::check`].
    ///
    /// # Errors
    /// If the header cannot be read, lacks a required field, or names one twice.
    pub fn new(source: R, today: NaiveDate, rules: Rules) -> Result<Self, CsvError> {
        let (source, has_mark) = csv_dialect::decode(source)?;
        let mut records = RecordReader::new(source);
        let dialect = csv_dialect::detect(&mut records, has_mark)?;
        let header = match records.next_record()? {
            None => StringRecord::new(),
            Some(record) => match text_of(record) {
                (record, Ok(header)) if record.fault.is_none() => header,
                (_, Ok(_)) => return Err(CsvError::BrokenHeader),
                (_, Err(_)) => return Err(CsvError::HeaderNotText),
            },
        };
        let fields = find_columns(&header)?;
        let missing: Vec<String> = required_fields(today)
            .filter(|field| !fields.iter().any(|(_, name)| name == field))
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
            fields,
            rules,
            today,
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

    fn next_campaign(&mut self) -> Result<Option<CampaignRecord>, CsvError> {
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

    fn check(&self, record: RawRecord) -> CampaignRecord {
        let (record, values) = text_of(record);
        let mut warnings = Vec::new();
        let campaign = match (record.fault, &values) {
            (Some(fault), _) => Err(fault),
            (None, Ok(values)) => self.check_values(values, &mut warnings),
            (None, Err(error)) => Err(error.clone()),
        };
        CampaignRecord {
            line: record.line,
            number: self.number,
            values: values.unwrap_or_default(),
            campaign,
            warnings,
        }
    }

    fn check_values(
        &self,
        values: &StringRecord,
        warnings: &mut Vec<RecordWarning>,
    ) -> Result<Campaign, RecordError> {
        if values.len() != self.header.len() {
            return Err(RecordError::Width {
                found: values.len(),
                expected: self.header.len(),
            });
        }
        let (mut input, unclear) = self.read_cells(values);
        if self.rules == Rules::Past {
            warnings.extend(accept_country(&mut input));
        }
        let max_days = match self.rules {
            Rules::Plan => DURATION_MAX_DAYS,
            Rules::Past => PAST_DURATION_MAX_DAYS,
        };
        let campaign = match input.check_lasting(self.today, max_days) {
            Ok(campaign) if unclear.is_empty() => campaign,
            checked => {
                // An ambiguous cell was left blank; its own error replaces the error for a blank field.
                let mut errors = checked.err().unwrap_or_default();
                errors.extend(unclear);
                return Err(RecordError::Rules(errors));
            }
        };
        let days = campaign.duration_days();
        if days > i64::from(DURATION_MAX_DAYS) {
            warnings.push(RecordWarning::LongerThanPlans { days });
        }
        Ok(campaign)
    }

    fn read_cells(&self, values: &StringRecord) -> (CampaignInput, FieldErrors) {
        let mut input = CampaignInput::default();
        let mut unclear = FieldErrors::new();
        for (column, name) in &self.fields {
            let (Some(field), Some(value)) = (input.field_mut(name), values.get(*column)) else {
                continue;
            };
            match read_cell(name, value, self.dialect.is_comma_separated()) {
                Ok(text) => *field = text,
                Err(violation) => {
                    unclear.insert((*name).to_owned(), violation);
                }
            }
        }
        (input, unclear)
    }
}

impl<R: Read> Iterator for CampaignReader<R> {
    type Item = Result<CampaignRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_campaign().transpose()
    }
}

/// Public dumps contain countries that never existed, such as `N,0"`. The model can score an unknown country.
fn accept_country(input: &mut CampaignInput) -> Option<RecordWarning> {
    let country = input.country.trim();
    let is_known = COUNTRIES
        .iter()
        .any(|code| code.eq_ignore_ascii_case(country));
    if country.is_empty() || is_known {
        return None;
    }
    let country = country.to_owned();
    UNKNOWN_COUNTRY.clone_into(&mut input.country);
    Some(RecordWarning::UnknownCountry(country))
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

/// The fields that may not be blank: those for which a blank campaign has an error.
fn required_fields(today: NaiveDate) -> impl Iterator<Item = String> {
    CampaignInput::default()
        .check(today)
        .err()
        .into_iter()
        .flat_map(FieldErrors::into_keys)
}

#[cfg(test)]
mod tests;
