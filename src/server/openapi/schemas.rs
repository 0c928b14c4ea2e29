//! The schemas of the types in responses.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema as _, ToSchema as _};

use super::operation::{Content, Operation};
use crate::types::ProblemDetails;

/// The name of the schema of errors.
pub const PROBLEM: &str = "ProblemDetails";

/// The name of the schema of a field's errors, and of the rules that it contains.
const FIELD_PROBLEM: &str = "FieldProblem";
const VIOLATION: &str = "Violation";

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
    flatten_field_problem(&mut schemas);
    schemas
}

/// Makes one object of a broken rule and its sentence, with the parameters of all rules as optional members. Many
/// generators of clients cannot combine an object with one of several.
fn flatten_field_problem(schemas: &mut BTreeMap<String, TypeSchema>) {
    let rules = schemas.remove(VIOLATION);
    let rules = rules.map(|it| it.json["oneOf"].clone());
    let rules = rules.as_ref().and_then(Value::as_array);
    let (mut codes, mut properties) = (Vec::new(), Map::new());
    for (name, parameter) in rules.into_iter().flatten().flat_map(properties_of) {
        if name == "code" {
            codes.extend(parameter["enum"].as_array().into_iter().flatten().cloned());
            continue;
        }
        let merged = properties
            .entry(name.clone())
            .or_insert_with(|| parameter.clone());
        if merged["type"] != parameter["type"] {
            // The limits of numbers and of days have the same names.
            *merged = json!({ "type": ["number", "string"], "description": "The limit." });
        }
    }
    let Some(problem) = schemas.get_mut(FIELD_PROBLEM) else {
        return;
    };
    problem.order = properties.keys().cloned().collect();
    for (name, about, schema) in [
        (
            "detail",
            "The broken rule as a sentence.",
            json!({ "type": "string" }),
        ),
        (
            "code",
            "The broken rule.",
            json!({ "type": "string", "enum": codes }),
        ),
    ] {
        let mut schema = schema;
        schema["description"] = json!(about);
        properties.insert(name.to_owned(), schema);
        problem.order.insert(0, name.to_owned());
    }
    problem.json = json!({
        "type": "object",
        "description": "One broken rule of one field, with the parameters of the rule.",
        "properties": properties,
        "required": ["code", "detail"],
    });
}

fn properties_of(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
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
