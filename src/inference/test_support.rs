//! What the tests of this module share: the service's sample and campaigns as a CSV file.

use chrono::NaiveDate;

use crate::types::{Campaign, CampaignInput};

/// The day on which tests take place.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()
}

/// The sample of the design, checked.
pub fn sample() -> Campaign {
    let mut input = CampaignInput::default();
    for (field, value) in [
        ("country", "US"),
        ("currency", "USD"),
        ("prelaunch_activated", "false"),
        ("staff_pick", "true"),
        ("static_usd_rate", "1.00"),
        ("fx_rate", "1.00"),
        ("created_at", "2024-01-15"),
        ("launched_at", "2024-01-30"),
        ("deadline", "2024-02-20"),
        ("name", "BIG PROJECT TODAY"),
        (
            "blurb",
            "Some text about presentation big world new big world",
        ),
        ("usd_goal", "10000"),
        ("name_city", "New York"),
        ("region", "NY"),
        ("type", "town"),
        ("ppohasaction", "False"),
        ("analytics_name", "Dance"),
        ("position", "5"),
        ("parent_name", "Dance"),
        ("is_not_first_project", "true"),
        ("has_video", "true"),
    ] {
        value.clone_into(input.field_mut(field).unwrap());
    }
    input.check(today()).unwrap()
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
