//! Shared by the tests of this module: the sample campaign, and campaigns as a CSV file.

use chrono::NaiveDate;

use super::csv_errors::{Observer, RecordError, RecordWarning};
use crate::types::{Campaign, CampaignInput, test_support};

/// An observer that records messages.
#[derive(Debug, Default, PartialEq)]
pub struct Notes {
    /// How many campaigns were processed, according to the report.
    pub done: u64,
    /// The skipped lines.
    pub left_out: Vec<u64>,
    /// The warnings, with their lines.
    pub warnings: Vec<(u64, String)>,
    /// Whether to stop.
    pub is_stopped: bool,
}

impl Observer for Notes {
    fn left_out(&mut self, line: u64, _error: &RecordError) {
        self.left_out.push(line);
    }

    fn warn(&mut self, line: u64, warning: &RecordWarning) {
        self.warnings.push((line, warning.to_string()));
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped
    }
}

/// The fixed current date of the tests.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()
}

/// The sample campaign of the README, checked.
pub fn sample() -> Campaign {
    test_support::sample().check(today()).unwrap()
}

/// Campaigns as a CSV file in the wire format.
pub fn wire_csv(campaigns: &[Campaign]) -> String {
    wire(campaigns.iter().map(CampaignInput::from))
}

/// The sample in the wire format with some of its values changed.
pub fn wire_with(changes: &[(&str, &str)]) -> String {
    let mut input = CampaignInput::from(&sample());
    for (field, value) in changes {
        *input.field_mut(field).unwrap() = (*value).to_owned();
    }
    wire([input])
}

fn wire(inputs: impl IntoIterator<Item = CampaignInput>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(CampaignInput::FIELDS).unwrap();
    for mut input in inputs {
        let values = CampaignInput::FIELDS.map(|field| input.field_mut(field).unwrap().clone());
        writer.write_record(values).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}
