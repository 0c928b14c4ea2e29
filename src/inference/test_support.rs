//! What the tests of this module share: the service's sample and campaigns as a CSV file.

use chrono::NaiveDate;

use super::csv_errors::{LineNote, Observer};
use crate::types::{Campaign, CampaignInput, test_support};

/// What an observer was told.
#[derive(Debug, Default, PartialEq)]
pub struct Notes {
    /// How many campaigns were done, as the report says.
    pub done: u64,
    /// The lines that were left out.
    pub left_out: Vec<u64>,
    /// The lines with something odd, and what.
    pub warnings: Vec<(u64, String)>,
    /// Whether the rest is not wanted any more.
    pub is_stopped: bool,
}

impl Observer for Notes {
    fn note(&mut self, line: u64, note: LineNote<'_>) {
        match note {
            LineNote::LeftOut(_) => self.left_out.push(line),
            LineNote::Warning(warning) => self.warnings.push((line, warning.to_string())),
        }
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped
    }
}

/// The day on which tests take place.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()
}

/// The sample campaign of the README, checked.
pub fn sample() -> Campaign {
    test_support::sample().check(today()).unwrap()
}

/// Campaigns as a file in the wire format.
pub fn wire_csv(campaigns: &[Campaign]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(CampaignInput::FIELDS).unwrap();
    for campaign in campaigns {
        let mut input = CampaignInput::from(campaign);
        let values = CampaignInput::FIELDS.map(|field| input.field_mut(field).unwrap().clone());
        writer.write_record(values).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}
