//! The features of a campaign: the only definition, used by the service and by training.
//!
//! The numbers and labels depend on the campaign alone. Each model's manifest defines how labels become numbers (see
//! [`super::Encoder`]).

use std::borrow::Cow;

use chrono::Datelike;

use crate::types::Campaign;

/// The version of this definition. Models made for another version are refused.
pub const FEATURE_SET: u32 = 2;

/// The features that are numbers, in the order of a model's input.
pub const NUMBER_FEATURES: [&str; 16] = [
    "log_goal",
    "duration_days",
    "log_preparation",
    "name_chars",
    "name_words",
    "blurb_chars",
    "blurb_words",
    "name_digit",
    "has_video",
    "staff_pick",
    "california",
    "launch_month",
    "launch_weekday",
    "default_duration",
    "longest_duration",
    "fresh_draft",
];

/// The features that are sums of a model's weights of words; they follow the numbers (see [`super::Wording`]).
pub const WORDING_FEATURES: [&str; 2] = ["name_wording", "blurb_wording"];

/// The features that are a model's offsets of optional inputs, on the logit; they follow the wording (see
/// [`super::Offsets`]).
pub const OFFSET_FEATURES: [&str; 2] = ["creator_offset", "rewards_offset"];

/// The features that tell something about the creator: a duration that is the default or the longest possible,
/// and a draft of a few days. Choosing another number of days does not change the creator, so "what if"
/// and advice keep their values (see [`keep_habits`]).
pub const HABIT_FEATURES: [&str; 3] = ["default_duration", "longest_duration", "fresh_draft"];

/// The feature that is 1 for yes, -1 for no and [`UNKNOWN`].
const KNOWN_OR_NOT: &str = "staff_pick";
const UNKNOWN: f32 = 0.0;

/// The features that are labels; they come last in a model's input.
pub const LABEL_FEATURES: [&str; 4] = ["parent", "category", "country", "currency"];

/// How many values a model's input has.
pub const FEATURE_COUNT: usize =
    NUMBER_FEATURES.len() + WORDING_FEATURES.len() + OFFSET_FEATURES.len() + LABEL_FEATURES.len();

/// The input of a model for one campaign, in the order of [`feature_names`], with labels as numbers.
pub type Row = [f32; FEATURE_COUNT];

/// The names of all features, in the order of a model's input.
pub fn feature_names() -> impl Iterator<Item = &'static str> {
    NUMBER_FEATURES
        .into_iter()
        .chain(WORDING_FEATURES)
        .chain(OFFSET_FEATURES)
        .chain(LABEL_FEATURES)
}

/// `row`, the input of a changed campaign, with the habits of `own`, the input of the original.
pub fn keep_habits(row: &mut Row, own: &Row) {
    for (at, name) in NUMBER_FEATURES.iter().enumerate() {
        if HABIT_FEATURES.contains(name) {
            row[at] = own[at];
        }
    }
}

/// `row`, with those features unknown that `own` leaves unknown.
pub fn leave_unknown(row: &Row, own: &Row) -> Row {
    let mut row = *row;
    for (at, name) in NUMBER_FEATURES.iter().enumerate() {
        if *name == KNOWN_OR_NOT && own[at] == UNKNOWN {
            row[at] = UNKNOWN;
        }
    }
    row
}

/// A campaign as a model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Features<'a> {
    /// The values of [`NUMBER_FEATURES`]; all finite.
    pub numbers: [f32; NUMBER_FEATURES.len()],
    /// The values of [`LABEL_FEATURES`].
    pub labels: [Cow<'a, str>; LABEL_FEATURES.len()],
}

impl<'a> Features<'a> {
    /// Computes the features of a campaign.
    pub fn of(campaign: &'a Campaign) -> Self {
        let name = TextShape::of(&campaign.name);
        let blurb = TextShape::of(&campaign.blurb);
        Self {
            numbers: [
                to_f32(campaign.usd_goal.max(f64::MIN_POSITIVE).ln()),
                count(campaign.duration_days()),
                to_f32((day_count(campaign.preparation_days()) + 1.0).ln()),
                name.chars,
                name.words,
                blurb.chars,
                blurb.words,
                flag(campaign.name.chars().any(|it| it.is_ascii_digit())),
                flag(campaign.has_video),
                known_flag(campaign.staff_pick),
                flag(is_california(campaign)),
                count(campaign.launched_at.month().into()),
                count(campaign.launched_at.weekday().num_days_from_monday().into()),
                flag(campaign.has_default_duration()),
                flag(campaign.has_longest_duration()),
                count(campaign.fresh_draft_days()),
            ],
            labels: [
                Cow::Borrowed(campaign.parent_name.as_str()),
                Cow::Owned(category_label(
                    &campaign.parent_name,
                    &campaign.analytics_name,
                )),
                Cow::Borrowed(campaign.country.as_str()),
                Cow::Borrowed(campaign.currency.as_str()),
            ],
        }
    }
}

/// The label of a category. The parent is part of it, because categories of different parents can have the same name.
pub fn category_label(parent: &str, category: &str) -> String {
    format!("{parent} / {category}")
}

/// The training data has only the lengths and word counts of texts, so a model sees only these.
struct TextShape {
    chars: f32,
    words: f32,
}

impl TextShape {
    fn of(text: &str) -> Self {
        Self {
            chars: length(text.trim().chars().count()),
            words: length(text.split_whitespace().count()),
        }
    }
}

/// The only region that the training data distinguishes.
fn is_california(campaign: &Campaign) -> bool {
    campaign.country == "US"
        && campaign.region.as_deref().is_some_and(|region| {
            region.eq_ignore_ascii_case("CA") || region.eq_ignore_ascii_case("California")
        })
}

fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}

/// 1 for yes, -1 for no, 0 if unknown.
fn known_flag(value: Option<bool>) -> f32 {
    value.map_or(UNKNOWN, |value| if value { 1.0 } else { -1.0 })
}

fn count(value: i64) -> f32 {
    to_f32(day_count(value))
}

fn length(value: usize) -> f32 {
    f32::from(u16::try_from(value).unwrap_or(u16::MAX))
}

fn day_count(days: i64) -> f64 {
    i32::try_from(days.max(0)).map_or(f64::from(i32::MAX), f64::from)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "models compute in f32; the values are small"
)]
pub(super) fn to_f32(value: f64) -> f32 {
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::test_support::sample;
    use crate::types::CampaignInput;

    fn number(campaign: &Campaign, name: &str) -> f32 {
        let index = NUMBER_FEATURES.iter().position(|it| *it == name).unwrap();
        Features::of(campaign).numbers[index]
    }

    fn close(value: f32, expected: f32) {
        assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
    }

    #[test]
    fn every_field_changes_a_feature_unless_listed_as_not_scored() {
        let other = [
            ("country", "GB"),
            ("currency", "EUR"),
            ("prelaunch_activated", "true"),
            ("staff_pick", "false"),
            ("static_usd_rate", "0.5"),
            ("fx_rate", "0.5"),
            ("created_at", "2024-01-02"),
            ("launched_at", "2024-02-05"),
            ("deadline", "2024-03-01"),
            ("name", "Another 1"),
            ("blurb", "Less"),
            ("usd_goal", "123"),
            ("name_city", "Elsewhere"),
            ("region", "CA"),
            ("type", "zip"),
            ("ppohasaction", "true"),
            ("analytics_name", "Performances"),
            ("position", "77"),
            ("has_video", "false"),
        ];
        // The parent cannot change alone: it follows from the category. Features do not contain what a model's offsets
        // depend on.
        let elsewhere = ["parent_name", "is_not_first_project"];
        let alone = CampaignInput::FIELDS
            .iter()
            .filter(|it| !elsewhere.contains(it) && !CampaignInput::CREATOR_FIELDS.contains(it));
        assert!(alone.eq(other.iter().map(|(field, _)| field)));
        let sample = sample();
        for (field, value) in other {
            let mut input = CampaignInput::from(&sample);
            value.clone_into(input.field_mut(field).unwrap());
            let changed = input.check(sample.launched_at).unwrap();
            assert_ne!(changed, sample, "{field}");
            let is_ignored = Features::of(&changed) == Features::of(&sample);
            let is_listed = CampaignInput::NOT_SCORED.contains(&field);
            assert_eq!(is_ignored, is_listed, "{field}");
        }
    }

    #[test]
    fn the_features_of_the_sample_are_as_computed_by_hand() {
        let sample = sample();
        close(number(&sample, "log_goal"), 10_000_f32.ln());
        close(number(&sample, "duration_days"), 21.0);
        close(number(&sample, "log_preparation"), 16_f32.ln());
        close(number(&sample, "name_chars"), 17.0);
        close(number(&sample, "name_words"), 3.0);
        close(number(&sample, "blurb_chars"), 52.0);
        close(number(&sample, "blurb_words"), 9.0);
        close(number(&sample, "name_digit"), 0.0);
        close(number(&sample, "launch_month"), 1.0);
        close(number(&sample, "launch_weekday"), 1.0);
        let labels = Features::of(&sample).labels;
        assert_eq!(labels, ["Dance", "Dance / Dance", "US", "USD"]);
    }

    #[test]
    fn california_counts_only_in_the_united_states() {
        let mut campaign = sample();
        for (country, region, expected) in [
            ("US", Some("CA"), 1.0),
            ("US", Some("california"), 1.0),
            ("US", Some("NY"), 0.0),
            ("US", None, 0.0),
            ("IT", Some("CA"), 0.0),
        ] {
            campaign.country = country.to_owned();
            campaign.region = region.map(ToOwned::to_owned);
            close(number(&campaign, "california"), expected);
        }
    }

    #[test]
    fn lengths_count_characters_and_not_bytes() {
        let mut campaign = sample();
        campaign.name = " Тёплый дом 2 ".to_owned();
        close(number(&campaign, "name_chars"), 12.0);
        close(number(&campaign, "name_words"), 3.0);
        close(number(&campaign, "name_digit"), 1.0);
    }

    #[test]
    fn fields_listed_as_unused_in_the_model_card_change_nothing() {
        let before = sample();
        let mut campaign = sample();
        campaign.position = Some(99);
        campaign.fx_rate = None;
        campaign.static_usd_rate = None;
        campaign.name_city = None;
        campaign.location_type = None;
        campaign.ppohasaction = Some(true);
        campaign.prelaunch_activated = Some(true);
        assert_eq!(Features::of(&before), Features::of(&campaign));
    }

    #[test]
    fn every_value_is_finite_at_the_limits_of_the_rules() {
        let mut campaign = sample();
        for goal in [0.01, 1e9, f64::MIN_POSITIVE] {
            campaign.usd_goal = goal;
            campaign.name = "x".repeat(100);
            campaign.created_at = chrono::NaiveDate::from_ymd_opt(2009, 1, 1).unwrap();
            assert!(
                Features::of(&campaign)
                    .numbers
                    .iter()
                    .all(|it| it.is_finite())
            );
        }
    }
}
