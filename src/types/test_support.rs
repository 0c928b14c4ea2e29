//! Test data shared by several modules.

use super::CampaignInput;

/// The sample campaign of the README, as it arrives.
pub fn sample() -> CampaignInput {
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
    input
}
