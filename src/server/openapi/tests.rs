//! The document agrees with the code: its examples are values of their types, and its references lead somewhere.

use std::collections::HashSet;

use serde_json::Value;

use super::operation::{Body, Content, Operation};
use super::{document, operations, reference};
use crate::client::Locale;
use crate::components::api_words;

#[test]
fn each_example_of_a_response_is_a_value_of_its_type() {
    for Operation { id, answers, .. } in operations::all() {
        for answer in answers {
            let (of, example) = match &answer.content {
                Content::Json(of, example)
                | Content::JsonList(of, example)
                | Content::JsonOrNull(of, example) => (of, example),
                Content::Untyped(example) => {
                    let parsed = serde_json::from_str::<Value>(example);
                    assert!(parsed.is_ok(), "{id}");
                    continue;
                }
                _ => continue,
            };
            let accepted = (of.accepts)(example);
            assert_eq!(accepted, Ok(()), "{id} {}", answer.status);
        }
    }
}

#[test]
fn operations_have_distinct_ids_and_words_in_each_language() {
    let mut seen = HashSet::new();
    for Operation { id, group, .. } in operations::all() {
        assert!(seen.insert(id), "{id}");
        for locale in [Locale::en, Locale::ru] {
            assert!(!api_words::operation(locale, id).is_empty(), "{id}");
            assert!(!api_words::group(locale, group.tag()).is_empty());
        }
    }
}

#[test]
fn every_required_field_has_an_example() {
    for operation in operations::all() {
        let in_body = operation.body.iter().flat_map(Body::fields);
        for field in operation.parameters.iter().chain(in_body) {
            let is_given = !field.example.is_null();
            assert!(
                is_given || !field.is_required,
                "{}: {}",
                operation.id,
                field.name
            );
        }
    }
}

/// Every reference in a part of the document.
fn references(value: &Value) -> HashSet<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            let below = members.values().flat_map(references);
            below.chain(own.map(ToOwned::to_owned)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => HashSet::new(),
    }
}

#[test]
fn every_reference_leads_to_a_component_and_every_schema_is_used() {
    let document = document::write(&operations::all());
    let used = references(&document);
    let is_missing = |target: &&String| document.pointer(target.trim_start_matches('#')).is_none();
    let missing: Vec<_> = used.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let is_unused = |name: &&String| !used.contains(&format!("#/components/schemas/{name}"));
    let unused: Vec<_> = schemas.keys().filter(is_unused).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn the_reference_shows_every_operation_once_with_a_command() {
    let reference = reference::of(&operations::all());
    let shown: Vec<_> = reference
        .groups
        .iter()
        .flat_map(|it| &it.operations)
        .collect();
    assert_eq!(shown.len(), operations::all().len());
    for operation in shown {
        assert!(operation.command.starts_with("curl "), "{}", operation.id);
        assert!(
            !operation.command.contains('{') || operation.method == "POST",
            "{}",
            operation.command
        );
        assert!(!operation.responses.is_empty());
    }
}

#[test]
fn schemas_keep_the_names_and_the_limits_of_the_code() {
    let document = document::write(&operations::all());
    let schemas = &document["components"]["schemas"];
    let status = &schemas["TaskStatus"]["enum"];
    assert_eq!(status[0], "queued", "{status}");
    assert_eq!(
        schemas["ResultView"]["properties"]["probability"]["maximum"],
        1
    );
    assert_eq!(
        schemas["PredictRequest"]["properties"]["usd_goal"]["minimum"],
        0.01
    );
    let rule = &schemas["FieldProblem"]["properties"];
    assert!(
        rule["code"]["enum"]
            .as_array()
            .unwrap()
            .contains(&Value::from("too_long"))
    );
    assert_eq!(rule["max_days"]["type"], "integer");
    let required = schemas["PredictRequest"]["required"].as_array().unwrap();
    assert!(required.contains(&Value::from("country")));
    let campaign = schemas["PredictRequest"]["properties"].as_object().unwrap();
    assert!(
        campaign
            .values()
            .all(|it| !it["description"].as_str().unwrap().is_empty())
    );
}
