//! The campaign: 21 fields that Kickstarter knows and four that only its creator knows, as text on arrival and as typed
//! values after the check.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Maximum funding period, in days: Kickstarter's limit.
pub const DURATION_MAX_DAYS: u32 = 60;
/// What Kickstarter proposes, in days.
const DEFAULT_DURATION_DAYS: i64 = 30;
/// From this age on, in days, a draft counts as prepared.
const FRESH_DRAFT_DAYS: i64 = 7;

/// A checked campaign. Fields have their wire names. It is stored as JSON with the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ssr", derive(sea_orm::FromJsonQueryResult))]
pub struct Campaign {
    /// ISO 3166 code of the creator's country in upper case, or `Other`.
    pub country: String,
    /// Code of the currency of the goal.
    pub currency: String,
    /// Whether the campaign had a pre-launch page; `None` if unknown.
    pub prelaunch_activated: Option<bool>,
    /// Whether Kickstarter picked it as a "Project We Love"; `None` if not yet decided or unknown.
    pub staff_pick: Option<bool>,
    /// US dollars per unit of the currency at launch; `None` if unknown.
    pub static_usd_rate: Option<f64>,
    /// US dollars per unit of the currency today; `None` if unknown.
    pub fx_rate: Option<f64>,
    /// When the draft was created.
    pub created_at: NaiveDate,
    /// When funding starts.
    pub launched_at: NaiveDate,
    /// When funding ends.
    pub deadline: NaiveDate,
    /// The title.
    pub name: String,
    /// The one-line summary under the title.
    pub blurb: String,
    /// The goal in US dollars.
    pub usd_goal: f64,
    /// The city; `None` if unknown.
    pub name_city: Option<String>,
    /// The state or region; `None` if unknown.
    pub region: Option<String>,
    /// The kind of location, such as a town; `None` if unknown.
    #[serde(rename = "type")]
    pub location_type: Option<String>,
    /// Kickstarter's flag of that name; `None` if unknown.
    pub ppohasaction: Option<bool>,
    /// The category.
    pub analytics_name: String,
    /// The position of the category in its parent's list.
    pub position: Option<u32>,
    /// The parent of the category.
    pub parent_name: String,
    /// Whether the creator has launched a campaign before; `None` if unknown.
    pub is_not_first_project: Option<bool>,
    /// Whether the page has a video.
    pub has_video: bool,
    /// How many campaigns the creator has launched before; `None` if unknown.
    #[serde(default)]
    pub earlier_projects: Option<u32>,
    /// How many of these reached their goal; `None` if unknown.
    #[serde(default)]
    pub earlier_successes: Option<u32>,
    /// The number of reward tiers; `None` if unknown.
    #[serde(default)]
    pub reward_tiers: Option<u32>,
    /// The median price of the reward tiers, in US dollars; `None` if unknown.
    #[serde(default)]
    pub median_reward_usd: Option<f64>,
}

impl Campaign {
    /// Days of funding, at least 1.
    pub fn duration_days(&self) -> i64 {
        (self.deadline - self.launched_at).num_days()
    }

    /// Days between the draft and the launch, at least 0.
    pub fn preparation_days(&self) -> i64 {
        (self.launched_at - self.created_at).num_days()
    }

    /// Whether the duration is what Kickstarter proposes.
    pub fn has_default_duration(&self) -> bool {
        self.duration_days() == DEFAULT_DURATION_DAYS
    }

    /// Whether the duration is the longest that Kickstarter allows. A change to or from daylight saving time can take a
    /// day away.
    pub fn has_longest_duration(&self) -> bool {
        self.duration_days() >= i64::from(DURATION_MAX_DAYS) - 1
    }

    /// How many days younger than a week the draft is at launch; 0 if it is not.
    pub fn fresh_draft_days(&self) -> i64 {
        (FRESH_DRAFT_DAYS - self.preparation_days()).max(0)
    }
}

/// Defines [`CampaignInput`] from pairs of a field and its name in JSON and forms.
macro_rules! campaign_input {
    ($($(#[$attribute:meta])* $field:ident = $name:literal),+ $(,)?) => {
        /// The same fields as they arrive: text, blank or absent if unknown.
        ///
        /// [`CampaignInput::check`] turns it into a [`Campaign`].
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        #[expect(
            missing_docs,
            reason = "each field is described at the field of `Campaign` of its name"
        )]
        pub struct CampaignInput {
            $($(#[$attribute])* #[serde(rename = $name)] pub $field: String,)+
        }

        impl CampaignInput {
            /// The names of the fields in JSON and forms, in the order of the API.
            pub const FIELDS: [&str; 25] = [$($name),+];

            /// The field with this wire name, for setting it.
            pub fn field_mut(&mut self, name: &str) -> Option<&mut String> {
                Some(match name {
                    $($name => &mut self.$field,)+
                    _ => return None,
                })
            }
        }
    };
}

campaign_input!(
    country = "country",
    currency = "currency",
    prelaunch_activated = "prelaunch_activated",
    staff_pick = "staff_pick",
    static_usd_rate = "static_usd_rate",
    fx_rate = "fx_rate",
    created_at = "created_at",
    launched_at = "launched_at",
    deadline = "deadline",
    name = "name",
    blurb = "blurb",
    usd_goal = "usd_goal",
    name_city = "name_city",
    region = "region",
    location_type = "type",
    ppohasaction = "ppohasaction",
    analytics_name = "analytics_name",
    position = "position",
    parent_name = "parent_name",
    is_not_first_project = "is_not_first_project",
    has_video = "has_video",
    #[serde(skip_serializing_if = "String::is_empty")]
    earlier_projects = "earlier_projects",
    #[serde(skip_serializing_if = "String::is_empty")]
    earlier_successes = "earlier_successes",
    #[serde(skip_serializing_if = "String::is_empty")]
    reward_tiers = "reward_tiers",
    #[serde(skip_serializing_if = "String::is_empty")]
    median_reward_usd = "median_reward_usd",
);

impl CampaignInput {
    /// The wire names of the fields that Kickstarter does not publish. Files and requests that lack them are complete.
    pub const CREATOR_FIELDS: [&str; 4] = [
        "earlier_projects",
        "earlier_successes",
        "reward_tiers",
        "median_reward_usd",
    ];

    /// The wire names of the fields that are stored with the task but not used by the models of this version.
    pub const NOT_SCORED: [&str; 7] = [
        "prelaunch_activated",
        "static_usd_rate",
        "fx_rate",
        "name_city",
        "type",
        "ppohasaction",
        "position",
    ];
}

impl From<&Campaign> for CampaignInput {
    fn from(campaign: &Campaign) -> Self {
        fn text<T: ToString>(value: Option<T>) -> String {
            value.map(|it| it.to_string()).unwrap_or_default()
        }
        Self {
            country: campaign.country.clone(),
            currency: campaign.currency.clone(),
            prelaunch_activated: text(campaign.prelaunch_activated),
            staff_pick: text(campaign.staff_pick),
            static_usd_rate: text(campaign.static_usd_rate),
            fx_rate: text(campaign.fx_rate),
            created_at: campaign.created_at.to_string(),
            launched_at: campaign.launched_at.to_string(),
            deadline: campaign.deadline.to_string(),
            name: campaign.name.clone(),
            blurb: campaign.blurb.clone(),
            usd_goal: campaign.usd_goal.to_string(),
            name_city: campaign.name_city.clone().unwrap_or_default(),
            region: campaign.region.clone().unwrap_or_default(),
            location_type: campaign.location_type.clone().unwrap_or_default(),
            ppohasaction: text(campaign.ppohasaction),
            analytics_name: campaign.analytics_name.clone(),
            position: text(campaign.position),
            parent_name: campaign.parent_name.clone(),
            is_not_first_project: text(campaign.is_not_first_project),
            has_video: campaign.has_video.to_string(),
            earlier_projects: text(campaign.earlier_projects),
            earlier_successes: text(campaign.earlier_successes),
            reward_tiers: text(campaign.reward_tiers),
            median_reward_usd: text(campaign.median_reward_usd),
        }
    }
}
