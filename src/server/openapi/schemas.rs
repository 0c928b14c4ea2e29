//! The schemas of the types in responses.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema as _, ToSchema as _};

use super::operation::{Content, Operation};
use crate::types::ProblemDetails;

/// The name of the schema of errors.
pub const PROBLEM: &str = "ProblemDetails";

/// A schema, and the order in which the code declares its properties, which JSON objects here do not keep.
pub struct TypeSchema {
    pub json: Value,
    pub order: Vec<String>,
}

/// The schemas of all types in the responses of operations, by name.
pub fn of(operations: &[Operation]) -> BTreeMap<String, TypeSchema> {
    let mut all = Vec::new();
    let answers = operations.iter().flat_map(|it| &it.answers);
    for answer in answers {
        if let Content::Json(of, _) | Content::JsonList(of, _) | Content::JsonOrNull(of, _) =
            &answer.content
        {
            (of.collect)(&mut all);
        }
    }
    all.push((PROBLEM.to_owned(), ProblemDetails::schema()));
    ProblemDetails::schemas(&mut all);
    let schemas = all.into_iter().map(|(name, schema)| {
        let order = order_of(&schema);
        let json = serde_json::to_value(schema).unwrap_or_default();
        (name, TypeSchema { json, order })
    });
    let mut schemas: BTreeMap<_, _> = schemas.collect();
    // The middleware that knows the ID adds it.
    if let Some(problem) = schemas.get_mut(PROBLEM) {
        let id = "The ID of the request, as in the header `X-Request-Id`.";
        problem.json["properties"]["request_id"] =
            json!({ "type": ["string", "null"], "description": id });
        problem.order.push("request_id".to_owned());
    }
    schemas
}

fn order_of(schema: &RefOr<Schema>) -> Vec<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// A reference to a schema.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
