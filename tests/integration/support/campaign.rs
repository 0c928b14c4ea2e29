//! The sample campaign, in the encodings in which it may arrive.

use serde_json::{Value, json};

/// The 21 fields with native types.
pub fn sample() -> Value {
    json!({
        "country": "US",
        "currency": "USD",
        "prelaunch_activated": false,
        "staff_pick": true,
        "static_usd_rate": 1.00,
        "fx_rate": 1.00,
        "created_at": "2024-01-15",
        "launched_at": "2024-01-30",
        "deadline": "2024-02-20",
        "name": "BIG PROJECT TODAY",
        "blurb": "Some text about presentation big world new big world",
        "usd_goal": 10000,
        "name_city": "New York",
        "region": "NY",
        "type": "town",
        "ppohasaction": "False",
        "analytics_name": "Dance",
        "position": 5,
        "parent_name": "Dance",
        "is_not_first_project": true,
        "has_video": true,
    })
}

/// The body of a paid request for the sample.
pub fn predict_body(key: &str) -> Value {
    let mut body = sample();
    body["idempotency_key"] = json!(key);
    body
}

/// The fields of a JSON object as a plain form sends them, with booleans as `True` and `False`.
pub fn form_of(body: &Value) -> Vec<(String, String)> {
    let fields = body.as_object().unwrap().iter();
    fields
        .map(|(name, value)| {
            let text = match value {
                Value::Bool(true) => "True".to_owned(),
                Value::Bool(false) => "False".to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            (name.clone(), text)
        })
        .collect()
}
