//! The Open Inference Protocol, version 2.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::common::{busy, conflict, example, total_cap_reached};
use crate::server::inference_paths::ROOT;
use crate::server::openapi::fields::{Field, campaign};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::services::open_inference::{
    DATATYPES, InferResponse, ModelMetadata, ROWS_MAX, ServerMetadata,
};
use crate::types::{AppError, Credits, Violation};

pub(super) fn all() -> Vec<Operation> {
    let all = [
        server(),
        live(),
        ready(),
        model("inference_model", "/v2/models/{name}"),
        model_ready("inference_model_ready", "/v2/models/{name}/ready"),
        infer("infer", "InferRequest", "/v2/models/{name}/infer"),
        model(
            "inference_model_version",
            "/v2/models/{name}/versions/{version}",
        )
        .takes([version()]),
        model_ready(
            "inference_model_version_ready",
            "/v2/models/{name}/versions/{version}/ready",
        )
        .takes([version()]),
        infer(
            "infer_with_version",
            "InferWithVersionRequest",
            "/v2/models/{name}/versions/{version}/infer",
        )
        .takes([version()]),
    ];
    let in_group = all.into_iter().map(|it| it.within(Group::Inference));
    in_group.collect()
}

fn name() -> Field {
    let text = json!({ "type": "string", "minLength": 1 });
    let field = Field::new("name", text, "The name of the model.");
    field.in_path().such_as("Campaign Outlook")
}

fn version() -> Field {
    let text = json!({ "type": "string", "minLength": 1 });
    let field = Field::new("version", text, "The version of the model.");
    field.in_path().such_as("2.0.0")
}

fn server() -> Operation {
    Operation::get("inference_server", ROOT)
        .returns::<ServerMetadata>("The server.", example!("inference_server"))
}

fn live() -> Operation {
    let live = Content::Untyped(r#"{"live":true}"#);
    Operation::get("inference_live", "/v2/health/live").answers(StatusCode::OK, "It does.", live)
}

fn ready() -> Operation {
    let [ready, not_ready] = [r#"{"ready":true}"#, r#"{"ready":false}"#].map(Content::Untyped);
    Operation::get("inference_ready", "/v2/health/ready")
        .answers(StatusCode::OK, "It can.", ready)
        .answers(StatusCode::SERVICE_UNAVAILABLE, "It cannot.", not_ready)
}

fn model(id: &'static str, path: &'static str) -> Operation {
    Operation::get(id, path)
        .about(
            "Its inputs are the fields of a campaign. Those that are not required may be left out. The price is that of a \
             row. Errors have the member `error`, as the protocol says.",
        )
        .takes([name()])
        .returns::<ModelMetadata>("The model.", example!("inference_model"))
        .fails([AppError::NotFound])
}

fn model_ready(id: &'static str, path: &'static str) -> Operation {
    let ready = Content::Untyped(r#"{"name":"Campaign Outlook","ready":true}"#);
    Operation::get(id, path)
        .takes([name()])
        .answers(StatusCode::OK, "It can.", ready)
        .fails([AppError::NotFound])
}

/// A tensor with a value of the sample.
fn tensor(field: &Field) -> Value {
    let datatype = match &field.example {
        Value::Bool(_) => "BOOL",
        Value::Number(number) if number.is_f64() => "FP64",
        Value::Number(_) => "INT64",
        _ => "BYTES",
    };
    json!({ "name": field.name, "shape": [1], "datatype": datatype, "data": [field.example] })
}

fn infer(id: &'static str, body: &'static str, path: &'static str) -> Operation {
    let fields = campaign();
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let required = fields.iter().filter(|field| field.is_required);
    let example: Vec<Value> = required.map(tensor).collect();
    let input = json!({
        "type": "object",
        "required": ["name", "shape", "datatype", "data"],
        "properties": {
            "name": { "type": "string", "enum": names, "description": "The name of a field of a campaign." },
            "shape": {
                "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": ROWS_MAX }, "minItems": 1,
                "description": "The number of rows; further dimensions are 1.",
            },
            "datatype": { "type": "string", "enum": DATATYPES, "description": "The type of the elements." },
            "data": {
                "type": "array", "items": {}, "minItems": 1, "description": "The elements, flat or nested.",
            },
        },
    });
    let inputs = json!({ "type": "array", "minItems": 1, "items": input });
    let output = json!({
        "type": "object",
        "required": ["name"],
        "properties": { "name": { "type": "string", "description": "The name of an output." } },
    });
    let parameters = json!({
        "type": "object",
        "properties": { "max_total": {
            "type": ["integer", "null"],
            "description": "The highest total that you agree to, in credits. If it has risen, nothing is bought.",
        } },
    });
    let fields = vec![
        Field::new(
            "id",
            json!({ "type": "string" }),
            "A name of the request, which the response repeats.",
        )
        .such_as("lantern-1"),
        Field::new(
            "parameters",
            parameters,
            "What the protocol has no names for.",
        )
        .such_as(json!({ "max_total": 10 })),
        Field::new(
            "inputs",
            inputs,
            "A tensor for each field, all with the same number of rows.",
        )
        .required()
        .such_as(example),
        Field::new(
            "outputs",
            json!({ "type": "array", "items": output }),
            "The outputs to return; all if absent.",
        ),
    ];
    Operation::post(id, path)
        .about(
            "Buys a prediction for each row, at most 1,000, and waits for the results: 60 seconds, or as `Prefer: wait=N` says. \
             The rows are a batch, which is held and charged like any other. A request that is repeated with the same \
             `Idempotency-Key` returns what the first one bought; without a key, each request buys. Errors name rows from \
             0, such as `usd_goal[2]`. If results are not ready in time, the response is 503.",
        )
        .takes([name()])
        .header(headers::KEY)
        .header(headers::PREFER)
        .body(Body::Nested(body, fields))
        .returns::<InferResponse>("The results.", example!("infer"))
        .sends(headers::REPLAYED)
        .refuses("usd_goal[2]", Violation::out_of_range(0.01, 1e9))
        .fails([
            AppError::KeyReused,
            AppError::InsufficientCredits {
                needed: Credits(30),
                available: Credits(20),
            },
            total_cap_reached(Credits(290), Credits(30)),
            AppError::NotFound,
            conflict("1 of 3 predictions have no result and were not charged"),
            AppError::PriceChanged { price: Credits(36) },
            AppError::TooLarge {
                max_bytes: 4_194_304,
            },
            AppError::TooManyOpen { limit: 20_000 },
            busy(),
        ])
}
