//! The headers of requests and responses that the document describes.

use serde_json::{Value, json};

use crate::api::WAIT_MAX;

pub const REQUEST_ID: &str = "X-Request-Id";
pub const ETAG: &str = "ETag";
pub const LOCATION: &str = "Location";
pub const REPLAYED: &str = "Idempotent-Replayed";
pub const APPLIED: &str = "Preference-Applied";
pub const POLICY: &str = "RateLimit-Policy";
pub const LEFT: &str = "RateLimit";
pub const RETRY_AFTER: &str = "Retry-After";
pub const DISPOSITION: &str = "Content-Disposition";

pub const PREFER: &str = "Prefer";
pub const KEY: &str = "Idempotency-Key";
pub const IF_NONE_MATCH: &str = "If-None-Match";
pub const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The headers of responses, by name.
pub fn of_responses() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let all = [
        (
            REQUEST_ID,
            "The ID of the request. Quote it when you report an error.",
            json!({ "type": "string", "format": "uuid" }),
        ),
        (
            ETAG,
            "The tag of this version, for `If-None-Match`.",
            json!({ "type": "string", "pattern": "^W/\"[0-9a-f]{32}\"$" }),
        ),
        (
            LOCATION,
            "Where the created task is; in other responses, the page that shows the change.",
            json!({ "type": "string", "format": "uri-reference" }),
        ),
        (
            REPLAYED,
            "`true` if the request repeats an earlier one with the same idempotency key.",
            json!({ "type": "string", "const": "true" }),
        ),
        (
            APPLIED,
            "The wait that was applied, such as `wait=30`.",
            json!({ "type": "string", "pattern": "^wait=[0-9]+$" }),
        ),
        (
            POLICY,
            "The limit: its name, requests (`q`) and window in seconds (`w`).",
            text.clone(),
        ),
        (
            LEFT,
            "What is left: requests (`r`), and seconds until all are left again (`t`).",
            text.clone(),
        ),
        (
            RETRY_AFTER,
            "When to try again, in seconds.",
            json!({ "type": "integer", "minimum": 1 }),
        ),
        (DISPOSITION, "The name of the file.", text),
    ];
    let entry = |(name, about, schema): (&str, &str, Value)| {
        let header = json!({ "description": about, "schema": schema });
        (name.to_owned(), header)
    };
    Value::Object(all.into_iter().map(entry).collect())
}

/// The headers of requests, by name.
pub fn of_requests() -> Value {
    // Other values are ignored, as their standards require.
    let text = json!({ "type": "string" });
    let max = WAIT_MAX.as_secs();
    let prefer = format!(
        "`wait=N` waits up to N seconds, at most {max}, for the result (RFC 7240). Without it, the response comes at once."
    );
    let all = [
        (PREFER, prefer.as_str(), text.clone()),
        (
            KEY,
            "Instead of the field `idempotency_key`. If both are sent, they must be the same.",
            json!({ "type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!#-~]+$" }),
        ),
        (
            IF_NONE_MATCH,
            "The `ETag` of an earlier response. If nothing has changed since, the response is 304 without a body.",
            text.clone(),
        ),
        (
            LAST_EVENT_ID,
            "The `id` of the last event that was received.",
            text,
        ),
    ];
    let entry = |(name, about, schema): (&str, &str, Value)| {
        let header = json!({
            "name": name,
            "in": "header",
            "description": about,
            "required": false,
            "schema": schema,
        });
        (name.to_owned(), header)
    };
    Value::Object(all.into_iter().map(entry).collect())
}
