//! Reads campaigns from a CSV file in the wire format: a header of field names, one campaign per record.
//!
//! Columns may be in any order. A missing column counts as blank; a column that is not a field of a campaign is
//! ignored, as in any [`CsvTable`].

use std::io::Read;

use chrono::NaiveDate;
use csv::StringRecord;

use super::csv_cells::read_cell;
use super::csv_dialect::Dialect;
use super::csv_errors::{CsvError, RecordError, RecordWarning};
use super::csv_table::{CsvTable, TableRecord};
use crate::types::{
    COUNTRIES, Campaign, CampaignInput, DURATION_MAX_DAYS, FieldErrors, PAST_DURATION_MAX_DAYS,
    UNKNOWN_COUNTRY,
};

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
    table: CsvTable<R>,
    rules: Rules,
    today: NaiveDate,
}

impl<R: Read> CampaignReader<R> {
    /// Reads the header. `today` replaces a blank `created_at`, as in [`CampaignInput::check`].
    ///
    /// # Errors
    /// If the header cannot be read, lacks a required field, or names one twice.
    pub fn new(source: R, today: NaiveDate, rules: Rules) -> Result<Self, CsvError> {
        Ok(Self {
            table: CsvTable::new(source, &CampaignInput::FIELDS, required_fields(today))?,
            rules,
            today,
        })
    }

    /// The header as in the file.
    pub const fn header(&self) -> &StringRecord {
        self.table.header()
    }

    /// How the file is formatted.
    pub const fn dialect(&self) -> Dialect {
        self.table.dialect()
    }

    fn check(&self, record: TableRecord) -> CampaignRecord {
        let mut warnings = Vec::new();
        let campaign = match record.fault {
            Some(fault) => Err(fault),
            None => self.check_values(&record.values, &mut warnings),
        };
        CampaignRecord {
            line: record.line,
            number: record.number,
            values: record.values,
            campaign,
            warnings,
        }
    }

    fn check_values(
        &self,
        values: &StringRecord,
        warnings: &mut Vec<RecordWarning>,
    ) -> Result<Campaign, RecordError> {
        let is_comma_separated = self.table.dialect().is_comma_separated();
        let cells = self.table.cells(values);
        let checked = check_cells(cells, is_comma_separated, self.today, self.rules);
        let (campaign, oddities) = checked?;
        warnings.extend(oddities);
        Ok(campaign)
    }
}

/// Checks the fields of a campaign, by their names.
pub(super) fn check_cells<'a>(
    cells: impl Iterator<Item = (&'static str, &'a str)>,
    is_comma_separated: bool,
    today: NaiveDate,
    rules: Rules,
) -> Result<(Campaign, Vec<RecordWarning>), RecordError> {
    let (mut input, unclear) = read_cells(cells, is_comma_separated);
    let mut warnings = Vec::new();
    if rules == Rules::Past {
        warnings.extend(accept_country(&mut input));
    }
    let max_days = match rules {
        Rules::Plan => DURATION_MAX_DAYS,
        Rules::Past => PAST_DURATION_MAX_DAYS,
    };
    let campaign = match input.check_lasting(today, max_days) {
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
    Ok((campaign, warnings))
}

fn read_cells<'a>(
    cells: impl Iterator<Item = (&'static str, &'a str)>,
    is_comma_separated: bool,
) -> (CampaignInput, FieldErrors) {
    let mut input = CampaignInput::default();
    let mut unclear = FieldErrors::new();
    for (name, value) in cells {
        let Some(field) = input.field_mut(name) else {
            continue;
        };
        match read_cell(name, value, is_comma_separated) {
            Ok(text) => *field = text,
            Err(violation) => {
                unclear.insert(name.to_owned(), violation);
            }
        }
    }
    (input, unclear)
}

impl<R: Read> Iterator for CampaignReader<R> {
    type Item = Result<CampaignRecord, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.table.next_record().transpose()?;
        Some(record.map(|record| self.check(record)))
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
