//! The reference that the page `/docs` shows.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::document::errors_of;
use super::fields::{Field, Place};
use super::operation::{Answer, Body, Content, Group, Operation};
use super::schemas::{self, TypeSchema};
use crate::server::access::Access;
use crate::types::{
    ApiField, ApiGroup, ApiOperation, ApiReference, ApiResponse, ApiType, AppError, Kind, Scope,
};

/// How a command sends the key that the guide has set.
const WITH_KEY: &str = r#" --header "authorization: Bearer $key""#;
/// Longer sets of words are not listed.
const WORDS_MAX: usize = 16;

/// The reference of operations.
pub fn of(operations: &[Operation]) -> ApiReference {
    let groups = Group::ALL.map(|group| {
        let of_group = operations.iter().filter(|it| it.group == group);
        ApiGroup {
            tag: group.tag(),
            operations: of_group.map(operation).collect(),
        }
    });
    let types = schemas::of(operations).into_iter();
    ApiReference {
        groups: groups.into(),
        types: types.map(|(name, schema)| type_of(name, &schema)).collect(),
    }
}

fn operation(operation: &Operation) -> ApiOperation {
    let in_body = operation.body.iter().flat_map(Body::fields);
    let fields = operation.parameters.iter().chain(in_body);
    let mut responses: Vec<_> = operation.answers.iter().map(response).collect();
    responses.extend(errors(errors_of(operation)));
    ApiOperation {
        id: operation.id,
        method: if operation.is_post { "POST" } else { "GET" },
        path: operation.path,
        about: operation.about,
        scope: scope_of(operation).map(Scope::as_str),
        is_for_operators: operation.is_for_operators,
        fields: fields.map(field).collect(),
        headers: operation.headers.clone(),
        responses,
        command: command(operation),
    }
}

fn scope_of(operation: &Operation) -> Option<Scope> {
    match operation.access() {
        Access::Needs(scope) => Some(scope),
        Access::Open | Access::Anybody | Access::SessionOnly | Access::BrowserOnly => None,
    }
}

fn field(field: &Field) -> ApiField {
    ApiField {
        name: field.name.to_owned(),
        kind: kind(&field.schema),
        is_required: field.is_required,
        about: field.about.clone(),
    }
}

fn response(answer: &Answer) -> ApiResponse {
    let named = |before: &str, name: &str, after: &str| Kind {
        words: format!("{before}{name}{after}"),
        type_name: Some(name.to_owned()),
    };
    let plain = |words: &str| Kind {
        words: words.to_owned(),
        type_name: None,
    };
    let (kind, example) = match &answer.content {
        Content::Json(of, example) => (named("", &of.name, ""), *example),
        Content::JsonList(of, example) => (named("array of ", &of.name, ""), *example),
        Content::JsonOrNull(of, example) => (named("", &of.name, " or null"), *example),
        Content::Untyped(example) => (plain("object"), *example),
        Content::Null => (plain("null"), ""),
        Content::Text(media, example) => (plain(media), *example),
        Content::Bytes(media) => (plain(media), ""),
    };
    ApiResponse {
        status: answer.status.as_u16(),
        about: answer.about.to_owned(),
        kind: Some(kind),
        example,
    }
}

/// The errors by status, with their codes.
fn errors(mut errors: Vec<AppError>) -> Vec<ApiResponse> {
    errors.sort_by_key(AppError::status);
    let mut responses: Vec<ApiResponse> = Vec::new();
    for error in errors {
        let problem = serde_json::to_value(&error).unwrap_or_default();
        let kind = problem["type"].as_str().unwrap_or_default();
        match responses.last_mut() {
            Some(last) if last.status == error.status() => {
                if !last.about.contains(kind) {
                    let _ = write!(last.about, ", {kind}");
                }
            }
            _ => responses.push(ApiResponse {
                status: error.status(),
                about: kind.to_owned(),
                kind: None,
                example: "",
            }),
        }
    }
    responses
}

fn type_of(name: String, schema: &TypeSchema) -> ApiType {
    let json = &schema.json;
    let required = json["required"].as_array();
    let fields = schema.order.iter().map(|field| {
        let property = &json["properties"][field];
        ApiField {
            name: field.clone(),
            kind: kind(property),
            is_required: required.is_some_and(|it| it.iter().any(|it| it == field)),
            about: about(property),
        }
    });
    ApiType {
        fields: fields.collect(),
        variants: variants(json),
        about: text(&json["description"]),
        name,
    }
}

/// The values or the variants of a type that is not an object.
fn variants(json: &Value) -> Vec<String> {
    if let Some(words) = json["enum"].as_array() {
        return words.iter().map(text).collect();
    }
    let all = json["oneOf"]
        .as_array()
        .or_else(|| json["allOf"].as_array());
    let Some(all) = all else {
        let is_object = json["properties"].is_object();
        return if is_object {
            Vec::new()
        } else {
            vec![kind(json).words]
        };
    };
    all.iter().map(variant).collect()
}

fn variant(json: &Value) -> String {
    let Some(properties) = json["properties"].as_object() else {
        return kind(json).words;
    };
    let fields = properties.iter().map(|(name, property)| {
        let kind = kind(property).words;
        format!("{name}: {kind}")
    });
    let fields: Vec<_> = fields.collect();
    let about = text(&json["description"]);
    format!("{{ {} }} {about}", fields.join(", "))
}

/// The description of a property; that of a value that may be null is one level below.
fn about(property: &Value) -> String {
    let parts = property["oneOf"].as_array().into_iter().flatten();
    let mut all = std::iter::once(property).chain(parts);
    let found = all.find_map(|it| it["description"].as_str());
    found.unwrap_or_default().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What a schema allows, in words.
fn kind(schema: &Value) -> Kind {
    let mut type_name = None;
    let words = in_words(schema, &mut type_name);
    Kind { words, type_name }
}

fn in_words(schema: &Value, type_name: &mut Option<String>) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.rsplit('/').next().unwrap_or_default();
        *type_name = Some(name.to_owned());
        return name.to_owned();
    }
    if let Some(words) = schema["enum"].as_array() {
        let count = words.len();
        let words: Vec<_> = words.iter().take(WORDS_MAX).map(text).collect();
        let more = if count > WORDS_MAX { ", …" } else { "" };
        return format!("one of {}{more}", words.join(", "));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[key].as_array() {
            let parts: Vec<_> = parts.iter().map(|it| in_words(it, type_name)).collect();
            return parts.join(if key == "allOf" { " and " } else { " or " });
        }
    }
    if schema["items"].is_object() {
        return format!("array of {}", in_words(&schema["items"], type_name));
    }
    if schema["additionalProperties"].is_object() {
        let of = in_words(&schema["additionalProperties"], type_name);
        return format!("object of {of}");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        name => text(name),
    };
    format!("{name}{}", limits(schema))
}

/// The format and the bounds of a value.
fn limits(schema: &Value) -> String {
    let mut limits = String::new();
    match schema["format"].as_str() {
        // Formats of numbers say nothing about JSON.
        Some(format) if !["double", "int32", "int64"].contains(&format) => {
            let _ = write!(limits, ", {format}");
        }
        _ => {}
    }
    let largest = schema["maximum"].as_i64() == Some(i64::MAX);
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(min), Value::Number(max)) if !largest => {
            let _ = write!(limits, ", {} to {}", short(min), short(max));
        }
        (Value::Number(min), _) => {
            let _ = write!(limits, ", at least {}", short(min));
        }
        _ => {}
    }
    if let Some(max) = schema["maxLength"].as_u64() {
        let _ = match schema["minLength"].as_u64() {
            Some(min) => write!(limits, ", {min} to {max} characters"),
            None => write!(limits, ", at most {max} characters"),
        };
    }
    limits
}

/// A number without the decimals that it does not need.
fn short(number: &Number) -> String {
    number.to_string().trim_end_matches(".0").to_owned()
}

/// A command that sends the example of a request.
fn command(operation: &Operation) -> String {
    let mut command = String::from("curl");
    command.push_str(match operation.id {
        "register" | "login" => " --cookie-jar jar",
        "logout" => " --cookie jar --cookie-jar jar",
        "get_current_api_key" => WITH_KEY,
        _ if scope_of(operation).is_some() => WITH_KEY,
        _ => "",
    });
    match &operation.body {
        Some(Body::JsonOrFile(_, _, files)) => {
            let media = files.first().map_or("text/csv", |(media, _)| media);
            let _ = write!(
                command,
                " --header 'content-type: {media}' --data-binary @file"
            );
        }
        Some(Body::Json(_, fields) | Body::Nested(_, fields)) => {
            let _ = write!(
                command,
                " --json '{}'",
                body_text(fields).replace('\'', r"'\''")
            );
        }
        None if operation.is_post => command.push_str(" --request POST"),
        None => {}
    }
    if operation.path == "/events" {
        command.push_str(" --no-buffer");
    }
    let is_file = operation
        .answers
        .iter()
        .any(|answer| matches!(answer.content, Content::Bytes(_)));
    if is_file {
        command.push_str(" --remote-name");
    }
    let _ = write!(command, " \"$site{}\"", address(operation));
    command
}

/// The JSON of an example, in the order of the fields.
fn body_text(fields: &[Field]) -> String {
    let given = fields.iter().filter(|field| !field.example.is_null());
    let lines: Vec<_> = given
        .map(|field| format!("  \"{}\": {}", field.name, field.example))
        .collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// The path and the query of an example.
fn address(operation: &Operation) -> String {
    let mut path = operation.path.to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    for field in &operation.parameters {
        let values = match &field.example {
            Value::Array(values) => values.as_slice(),
            Value::Null => &[],
            value => std::slice::from_ref(value),
        };
        for value in values {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            if field.place == Place::Path {
                let value = value.replace(' ', "%20");
                path = path.replace(&format!("{{{}}}", field.name), &value);
            } else {
                query.append_pair(field.name, &value);
            }
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path
    } else {
        format!("{path}?{query}")
    }
}
