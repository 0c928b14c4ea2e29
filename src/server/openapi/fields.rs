//! The fields of requests: their schemas follow from the constants that the validation uses.

use serde_json::{Map, Value, json};
use utoipa::PartialSchema as _;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::services::idempotency::KEY_MAX_CHARS;
use crate::types::{
    BLURB_MAX_CHARS, CATEGORIES, COUNTRIES, CURRENCIES, Campaign, CampaignInput,
    EARLIER_PROJECTS_MAX, EMAIL_MAX_CHARS, GOAL_MAX_USD, GOAL_MIN_USD, NAME_MAX_CHARS,
    PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, PLACE_MAX_CHARS, POSITION_MAX, RATE_MAX, REWARD_MAX_USD,
    REWARD_MIN_USD, REWARD_TIERS_MAX,
};

/// A day in one of the years that campaigns may be in.
const DAY: &str = "20(09|[1-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
/// The offset of a time zone.
const OFFSET: &str = "[+-]([01][0-9]|2[0-3]):[0-5][0-9]";
/// A character that is no control character, except for white space.
const PLAIN: &str = r"[^\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]";
/// A character that can be seen by itself.
const VISIBLE: &str = r"[^\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff]";

/// Where a value is in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Body,
    Query,
    Path,
}

/// A value of a request.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub place: Place,
    pub is_required: bool,
    /// The schema, without null.
    pub schema: Value,
    pub about: String,
    /// Its value in the example of the request; null if it is left out there.
    pub example: Value,
}

impl Field {
    /// An optional value in the body.
    pub fn new(name: &'static str, schema: Value, about: &str) -> Self {
        Self {
            name,
            place: Place::Body,
            is_required: false,
            schema,
            about: about.to_owned(),
            example: Value::Null,
        }
    }

    /// Makes it required.
    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// Moves it to the query.
    pub fn in_query(mut self) -> Self {
        self.place = Place::Query;
        self
    }

    /// Moves it to the path.
    pub fn in_path(mut self) -> Self {
        self.place = Place::Path;
        self.required()
    }

    /// Its value in the example.
    pub fn such_as(mut self, example: impl Into<Value>) -> Self {
        self.example = example.into();
        self
    }

    /// The schema of a property: in a body, null is the same as an absent field.
    pub fn property(&self) -> Value {
        let mut schema = if self.is_required {
            self.schema.clone()
        } else {
            or_null(&self.schema)
        };
        schema["description"] = json!(self.about);
        schema
    }
}

fn or_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(kind) = schema.get("type").cloned() {
        schema["type"] = json!([kind, "null"]);
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}

/// The schema of a JSON object with these fields.
pub fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|it| (it.name.to_owned(), it.property()))
        .collect();
    let required: Vec<_> = fields
        .iter()
        .filter(|it| it.is_required)
        .map(|it| it.name)
        .collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

pub fn text(min: u32, max: u32) -> Value {
    json!({ "type": "string", "minLength": min, "maxLength": max })
}

/// A text without control characters, which may be blank.
pub fn plain_text(max: u32) -> Value {
    json!({ "type": "string", "maxLength": max, "pattern": format!("^{PLAIN}*$") })
}

/// A text with something that can be seen.
pub fn visible_text(max: u32) -> Value {
    let pattern = format!("^{PLAIN}*{VISIBLE}{PLAIN}*$");
    json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": pattern })
}

pub fn number(min: f64, max: f64) -> Value {
    json!({ "type": "number", "minimum": min, "maximum": max })
}

pub fn whole(min: i64, max: i64) -> Value {
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

pub fn flag() -> Value {
    json!({ "type": "boolean" })
}

pub fn one_of<T: ToString>(words: &[T]) -> Value {
    let mut words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.sort();
    words.dedup();
    json!({ "type": "string", "enum": words })
}

/// A day in one of the years that campaigns may be in.
pub fn day() -> Value {
    json!({ "type": "string", "format": "date", "pattern": format!("^{DAY}$") })
}

pub fn email() -> Value {
    json!({ "type": "string", "format": "email", "maxLength": EMAIL_MAX_CHARS })
}

pub fn id() -> Value {
    whole(1, i64::MAX)
}

/// The tasks, batches, keys, webhooks and deliveries of all examples. A test replaces them by those that it has created.
pub const TASK_ID: i64 = 84_301_927_465_120;
pub const BATCH_ID: i64 = 47_120_938_465_571;
pub const DRAFT_ID: i64 = 208_374_651_029_384;
pub const API_KEY_ID: i64 = 7_203_948_571_625;
pub const WEBHOOK_ID: i64 = 39_485_710_293_847;
pub const DELIVERY_ID: i64 = 161_029_384_756_102;
pub const SESSION_ID: i64 = 95_610_283_747_213;

/// The required `id` of something.
pub fn id_of(what: &str, example: i64) -> Field {
    let field = Field::new("id", id(), &format!("The ID of the {what}."));
    field.required().such_as(example)
}

/// The task of a request.
pub fn task_id() -> Field {
    id_of("task", TASK_ID)
}

/// The model of a request.
pub fn model_id() -> Field {
    id_of("model", 1).in_query()
}

/// The model to predict with.
pub fn chosen_model() -> Field {
    let about = "The model to predict with; the default model if absent.";
    Field::new("model_id", id(), about)
}

/// The key of a paid request.
pub fn idempotency_key(example: &str) -> Field {
    let about = "A key that the client makes for this request, such as a UUID. A repeated request with the same key \
                 returns what the first one created. Required, unless the header `Idempotency-Key` is sent.";
    let max = KEY_MAX_CHARS;
    let schema =
        json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": "^[!-~]+$" });
    Field::new("idempotency_key", schema, about).such_as(example)
}

/// The parameters of a page of a list.
pub fn paging() -> [Field; 2] {
    let limit = format!("Items per page; {PAGE_LIMIT_DEFAULT} if absent.");
    let cursor = "The `next` of the page before.";
    let pattern = "^([1-9][0-9]{0,17})?$";
    [
        Field::new("limit", whole(1, PAGE_LIMIT_MAX.into()), &limit)
            .in_query()
            .such_as(20),
        Field::new(
            "cursor",
            json!({ "type": "string", "pattern": pattern }),
            cursor,
        )
        .in_query(),
    ]
}

/// The days of a filter.
pub fn days() -> [Field; 2] {
    let from = "The first day, in UTC or with the offset at its start: `2026-11-02+10:00`.";
    let to = "The last day, in UTC or with the offset at its end.";
    let day = json!({ "type": "string", "pattern": format!("^({DAY}({OFFSET})?)?$") });
    [
        Field::new("from", day.clone(), from).in_query(),
        Field::new("to", day, to).in_query(),
    ]
}

/// The 25 fields of a campaign, with the sample as their example.
pub fn campaign() -> Vec<Field> {
    let sample = sample();
    let required = [
        "country",
        "currency",
        "launched_at",
        "deadline",
        "name",
        "usd_goal",
        "analytics_name",
    ];
    let fields = CampaignInput::FIELDS.into_iter().map(|name| {
        let mut field = Field::new(name, schema_of(name), &about(name));
        field.is_required = required.contains(&name);
        field.such_as(sample.get(name).cloned().unwrap_or_default())
    });
    fields.collect()
}

/// The fields of a campaign that may change after payment; the goal is changed in the example.
pub fn changes() -> Vec<Field> {
    let fields = CampaignInput::PLANNED.into_iter().map(|name| {
        let field = Field::new(name, schema_of(name), &about(name));
        match name {
            "usd_goal" => field.such_as(5000),
            _ => field,
        }
    });
    fields.collect()
}

fn schema_of(name: &str) -> Value {
    match name {
        "country" => one_of(COUNTRIES),
        "currency" => {
            let codes: Vec<_> = CURRENCIES.iter().map(|it| it.code).collect();
            one_of(&codes)
        }
        "static_usd_rate" | "fx_rate" => number(0.0, RATE_MAX),
        "created_at" | "launched_at" | "deadline" => day(),
        "name" => visible_text(NAME_MAX_CHARS),
        "blurb" => plain_text(BLURB_MAX_CHARS),
        "usd_goal" => number(GOAL_MIN_USD, GOAL_MAX_USD),
        "name_city" | "region" | "type" => plain_text(PLACE_MAX_CHARS),
        "analytics_name" => {
            let names: Vec<_> = CATEGORIES.iter().map(|it| it.name).collect();
            one_of(&names)
        }
        "parent_name" => {
            let names: Vec<_> = CATEGORIES.iter().map(|it| it.parent).collect();
            one_of(&names)
        }
        "position" => whole(0, POSITION_MAX.into()),
        "earlier_projects" | "earlier_successes" => whole(0, EARLIER_PROJECTS_MAX.into()),
        "reward_tiers" => whole(1, REWARD_TIERS_MAX.into()),
        "median_reward_usd" => number(REWARD_MIN_USD, REWARD_MAX_USD),
        _ => flag(),
    }
}

/// What the documentation of [`Campaign`] says about a field.
pub fn about(name: &str) -> String {
    let RefOr::T(Schema::Object(campaign)) = Campaign::schema() else {
        return String::new();
    };
    let field = campaign.properties.get(name);
    let text = field.and_then(|field| serde_json::to_value(field).ok());
    let text = text.and_then(|it| it["description"].as_str().map(ToOwned::to_owned));
    let text = text.unwrap_or_default();
    // In a request, what is not known is left out.
    match text.split_once("; `None`") {
        Some((about, _)) => format!("{about}."),
        None => text,
    }
}

fn sample() -> Value {
    json!({
        "country": "US", "currency": "USD", "prelaunch_activated": false, "staff_pick": true,
        "static_usd_rate": 1.0, "fx_rate": 1.0,
        "created_at": "2024-01-15", "launched_at": "2024-01-30", "deadline": "2024-02-20",
        "name": "BIG PROJECT TODAY", "blurb": "Some text about presentation big world new big world",
        "usd_goal": 10000, "name_city": "New York", "region": "NY", "type": "town", "ppohasaction": false,
        "analytics_name": "Dance", "position": 5, "parent_name": "Dance",
        "is_not_first_project": true, "has_video": true,
    })
}
