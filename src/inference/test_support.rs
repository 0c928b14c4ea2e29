//! What the tests of this module share: the service's sample and campaigns as a CSV file.

use chrono::NaiveDate;

use crate::types::{Campaign, CampaignInput, test_support};

/// The day on which tests take place.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()
}

/// The sample of the design, checked.
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
