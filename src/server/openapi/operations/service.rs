//! Events, health, and the document itself.

use axum::http::StatusCode;
use serde_json::json;

use super::common::example;
use crate::server::openapi::fields::Field;
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Content, Group, Operation};
use crate::types::AppError;

/// The path of the document.
pub const PATH: &str = "/api/openapi.json";

const EVENTS: &str =
    "event: resync\ndata: {}\nid: e1d626a1a33a4167c894b65f9b97c42f\nretry: 5712\n\n";

pub(super) fn all() -> Vec<Operation> {
    let all = [events(), live(), ready(), document()];
    all.into_iter()
        .map(|it| it.within(Group::Service))
        .collect()
}

fn events() -> Operation {
    let position = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
    let since = Field::new(
        "since",
        position,
        "The `id` of the last event, if the client cannot send `Last-Event-ID`.",
    );
    Operation::get("events", "/events")
        .about(
            "`balance`, `transaction`, `task` and `batch` carry the JSON of their types. The tasks of a batch are not sent: \
             `batch` counts them, at most once a second. `resync` means that changes may have been missed: read again what \
             you show. `heartbeat` is sent every 10 seconds.",
        )
        .takes([since.in_query()])
        .header(headers::LAST_EVENT_ID)
        .answers(
            StatusCode::OK,
            "The stream, which does not end by itself.",
            Content::Text("text/event-stream", EVENTS),
        )
        .fails([AppError::TooManyRequests { retry_after_s: 30 }])
}

fn live() -> Operation {
    Operation::get("health_live", "/health/live").answers(
        StatusCode::OK,
        "It does.",
        Content::Untyped(r#"{"status":"live"}"#),
    )
}

fn ready() -> Operation {
    let not_ready = Content::Untyped(r#"{"status":"not ready","reason":"no model is live"}"#);
    Operation::get("health_ready", "/health/ready")
        .about("For load balancers. Lists live models that the process cannot load.")
        .answers(
            StatusCode::OK,
            "It can.",
            Content::Untyped(example!("ready")),
        )
        .answers(StatusCode::SERVICE_UNAVAILABLE, "It cannot.", not_ready)
}

fn document() -> Operation {
    let example = r#"{"openapi":"3.1.0","info":{"title":"Pledgecast","version":"1"},"paths":{}}"#;
    Operation::get("openapi", PATH)
        .header(headers::IF_NONE_MATCH)
        .answers(
            StatusCode::OK,
            "The OpenAPI document.",
            Content::Untyped(example),
        )
}
