//! Writes the OpenAPI document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::{Field, Place};
use super::headers;
use super::operation::{Answer, Body, Content, Group, Operation};
use super::schemas::{self, PROBLEM, reference};
use crate::client::Locale;
use crate::components::api_words;
use crate::server::access::{self, Access};
use crate::server::problem::{EdgeProblem, PROBLEM_JSON_TYPE};
use crate::services::sessions::SESSION_COOKIE;
use crate::types::{AppError, FieldErrors};

/// The version of the API, which changes as `docs/api.md` says.
const VERSION: &str = "1.2.0";
const ABOUT: &str = "Predicts whether a Kickstarter campaign will reach its goal. Errors are problem details (RFC 9457). \
                     Times are RFC 3339 in UTC, money is a whole number of credits. Requests may be JSON or forms; in JSON, \
                     null is the same as an absent field. See `docs/api.md` for the conventions.";
/// The names of the security schemes.
const SESSION: &str = "session";
const API_KEY: &str = "api_key";
const REQUEST_ID: &str = "2c1160c4-3cad-4324-8a07-ce8b89b2f8ee";
/// What an error of a status means.
const MEANINGS: [(u16, &str); 13] = [
    (400, "The request could not be read."),
    (
        401,
        "Not signed in, no valid API key, or wrong credentials.",
    ),
    (
        402,
        "Not enough credits, or a cap of the API key is reached.",
    ),
    (
        403,
        "Not allowed, a scope of the API key is missing, or sent from another site.",
    ),
    (404, "Not found, or another user's."),
    (408, "The body arrived too slowly."),
    (409, "Not possible in the current state."),
    (413, "The body is too large."),
    (414, "The path and the query are too long."),
    (
        422,
        "Some fields are invalid, or the idempotency key was used for another request.",
    ),
    (429, "Too many requests."),
    (431, "The headers are too large."),
    (503, "Temporarily unavailable."),
];

/// The document.
pub fn write(operations: &[Operation]) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths
            .entry(operation.path)
            .or_insert_with(|| Value::Object(Map::new()));
        let method = if operation.is_post { "post" } else { "get" };
        path[method] = describe(operation);
    }
    let tags = Group::ALL.map(|group| {
        json!({ "name": group.tag(), "description": api_words::group(Locale::en, group.tag()) })
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Pledgecast",
            "version": VERSION,
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": components(operations),
            "responses": common_responses(),
            "headers": headers::of_responses(),
            "parameters": headers::of_requests(),
            "securitySchemes": schemes(),
        },
    })
}

/// How a request says who sends it.
fn schemes() -> Value {
    let session = "The cookie that `/api/auth/register` and `/api/auth/login` set. Over https its name begins with `__Host-`.";
    let key = "An API key. The scope that an operation needs is listed with it.";
    json!({
        SESSION: { "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": session },
        API_KEY: { "type": "http", "scheme": "bearer", "bearerFormat": "pc_…", "description": key },
    })
}

/// The schemes that an operation accepts. An empty one is a request that does not say who sends it.
fn security(access: Access) -> Value {
    match access {
        Access::Open | Access::BrowserOnly => json!([]),
        Access::SessionOnly => json!([{ SESSION: [] }]),
        Access::Anybody => json!([{}, { API_KEY: [] }]),
        Access::Needs(scope) => json!([{ SESSION: [] }, { API_KEY: [scope] }]),
    }
}

fn components(operations: &[Operation]) -> Value {
    let types = schemas::of(operations).into_iter();
    let mut all: Map<String, Value> = types.map(|(name, schema)| (name, schema.json)).collect();
    for body in operations.iter().filter_map(|it| it.body.as_ref()) {
        all.insert(body.name().to_owned(), body.schema());
    }
    Value::Object(all)
}

fn describe(operation: &Operation) -> Value {
    let mut description = json!({
        "operationId": operation.id,
        "summary": api_words::operation(Locale::en, operation.id),
        "tags": [operation.group.tag()],
        "security": security(operation.access()),
        "responses": responses(operation),
    });
    if !operation.about.is_empty() {
        description["description"] = json!(operation.about);
    }
    let names = operation.headers.iter();
    let headers = names.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .map(parameter)
        .chain(headers)
        .collect();
    if !parameters.is_empty() {
        description["parameters"] = json!(parameters);
    }
    if let Some(body) = &operation.body {
        description["requestBody"] = request_body(body);
    }
    description
}

fn parameter(field: &Field) -> Value {
    let place = if field.place == Place::Path {
        "path"
    } else {
        "query"
    };
    let mut parameter = json!({
        "name": field.name,
        "in": place,
        "description": field.about,
        "required": field.is_required,
        "schema": field.schema,
    });
    if !field.example.is_null() {
        parameter["example"] = field.example.clone();
    }
    parameter
}

fn request_body(body: &Body) -> Value {
    let fields = body.fields();
    let given = fields.iter().filter(|field| !field.example.is_null());
    let example: Map<_, _> = given
        .map(|field| (field.name.to_owned(), field.example.clone()))
        .collect();
    let mut content = json!({
        "application/json": { "schema": reference(body.name()), "example": example },
    });
    if let Body::JsonOrFile(_, _, files) = body {
        for (media, example) in *files {
            content[*media] = json!({ "schema": { "type": "string" }, "example": example });
        }
    }
    let is_required = fields.iter().any(|field| field.is_required);
    json!({ "required": is_required, "content": content })
}

fn responses(operation: &Operation) -> Value {
    let mut all = Map::new();
    for answer in &operation.answers {
        all.insert(answer.status.as_str().to_owned(), response(answer));
    }
    if operation.headers.contains(&headers::IF_NONE_MATCH) {
        let about = "Nothing has changed since the response with the tag that the request names.";
        let headers = header_references(&[headers::REQUEST_ID, headers::ETAG]);
        all.insert(
            "304".to_owned(),
            json!({ "description": about, "headers": headers }),
        );
    }
    for (status, examples) in examples_of(&errors_of(operation)) {
        let mut error = problem_response(status, &examples);
        if status == 429 && operation.is_limited() {
            for name in [headers::POLICY, headers::LEFT] {
                error["headers"][name] = header_reference(name);
            }
        }
        all.insert(status.to_string(), error);
    }
    for (status, _) in common_errors(operation.is_post) {
        let common = json!({ "$ref": format!("#/components/responses/Problem{status}") });
        match all.get_mut(&status.to_string()) {
            None => {
                all.insert(status.to_string(), common);
            }
            // The status has another response, too.
            Some(own) => own["content"][PROBLEM_JSON_TYPE]["schema"] = reference(PROBLEM),
        }
    }
    Value::Object(all)
}

/// The errors of an operation besides the common ones.
pub fn errors_of(operation: &Operation) -> Vec<AppError> {
    let mut errors = operation.errors.clone();
    match operation.access() {
        Access::Open | Access::BrowserOnly => {}
        Access::SessionOnly => errors.push(AppError::Unauthorized),
        Access::Anybody => errors.push(invalid_key()),
        Access::Needs(scope) => {
            errors.extend([
                AppError::Unauthorized,
                invalid_key(),
                AppError::MissingScope(scope),
            ]);
        }
    }
    if access::needs_reauthentication(operation.path) {
        errors.push(AppError::ReauthenticationRequired);
    }
    // One example names all fields.
    let mut fields = FieldErrors::new();
    errors.retain(|error| match error {
        AppError::Invalid(of) => {
            fields.extend(of.clone());
            false
        }
        _ => true,
    });
    if !fields.is_empty() {
        errors.push(AppError::Invalid(fields));
    }
    errors
}

fn invalid_key() -> AppError {
    AppError::InvalidKey("there is no such API key".to_owned())
}

/// Examples by status and by the code of the error.
fn examples_of(errors: &[AppError]) -> BTreeMap<u16, BTreeMap<String, Value>> {
    let mut by_status: BTreeMap<u16, BTreeMap<String, Value>> = BTreeMap::new();
    for error in errors {
        let mut example = serde_json::to_value(error).unwrap_or_default();
        example["request_id"] = json!(REQUEST_ID);
        let examples = by_status.entry(error.status()).or_default();
        examples.insert(code_of(&example), example);
    }
    by_status
}

fn code_of(problem: &Value) -> String {
    let kind = problem["type"].as_str().unwrap_or_default();
    kind.rsplit('/').next().unwrap_or_default().to_owned()
}

fn problem_response(status: u16, examples: &BTreeMap<String, Value>) -> Value {
    let mut names = vec![headers::REQUEST_ID];
    if examples.values().any(|it| it["retry_after_s"].is_u64()) {
        names.push(headers::RETRY_AFTER);
    }
    let examples = examples
        .iter()
        .map(|(code, value)| (code.clone(), json!({ "value": value })));
    let meaning = MEANINGS.iter().find(|(it, _)| *it == status);
    json!({
        "description": meaning.map_or("Something went wrong in the service.", |it| it.1),
        "headers": header_references(&names),
        "content": { PROBLEM_JSON_TYPE: {
            "schema": reference(PROBLEM),
            "examples": Value::Object(examples.collect()),
        } },
    })
}

/// The errors that every operation can return, as examples by status.
fn common_errors(is_post: bool) -> BTreeMap<u16, Vec<Value>> {
    let mut errors = vec![
        AppError::Malformed("the query string could not be read".to_owned()),
        AppError::Internal,
        AppError::unavailable("the database is not available", 2),
    ];
    let mut edges = vec![EdgeProblem::URI_TOO_LONG, EdgeProblem::HEADERS_TOO_LARGE];
    if is_post {
        edges.push(EdgeProblem::TOO_SLOW);
        errors.extend([
            AppError::Forbidden("the request came from another site".to_owned()),
            AppError::TooLarge { max_bytes: 65_536 },
        ]);
    }
    let mut all: BTreeMap<u16, Vec<Value>> = BTreeMap::new();
    for error in errors {
        let mut example = serde_json::to_value(&error).unwrap_or_default();
        example["request_id"] = json!(REQUEST_ID);
        all.entry(error.status()).or_default().push(example);
    }
    for edge in edges {
        let example = edge.json(Some(REQUEST_ID));
        all.entry(edge.status.as_u16()).or_default().push(example);
    }
    all
}

fn common_responses() -> Value {
    let entry = |(status, examples): (u16, Vec<Value>)| {
        let examples = examples.into_iter().map(|it| (code_of(&it), it)).collect();
        (
            format!("Problem{status}"),
            problem_response(status, &examples),
        )
    };
    Value::Object(common_errors(true).into_iter().map(entry).collect())
}

fn header_reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn header_references(names: &[&str]) -> Value {
    let headers = names
        .iter()
        .map(|name| ((*name).to_owned(), header_reference(name)));
    Value::Object(headers.collect())
}

fn response(answer: &Answer) -> Value {
    let mut response = json!({
        "description": answer.about,
        "headers": header_references(&answer.headers),
    });
    let parsed = |example: &str| serde_json::from_str::<Value>(example).unwrap_or_default();
    let (media, schema, example) = match &answer.content {
        Content::Json(of, example) => ("application/json", reference(&of.name), parsed(example)),
        Content::JsonList(of, example) => {
            let list = json!({ "type": "array", "items": reference(&of.name) });
            ("application/json", list, parsed(example))
        }
        Content::JsonOrNull(of, example) => {
            let schema = json!({ "oneOf": [reference(&of.name), { "type": "null" }] });
            ("application/json", schema, parsed(example))
        }
        Content::Untyped(example) => (
            "application/json",
            json!({ "type": "object" }),
            parsed(example),
        ),
        Content::Null => ("application/json", json!({ "type": "null" }), Value::Null),
        Content::Text(media, example) => (*media, json!({ "type": "string" }), json!(example)),
        Content::Bytes(media) => (*media, json!({}), Value::Null),
    };
    let mut content = json!({ "schema": schema });
    if !example.is_null() {
        content["example"] = example;
    }
    response["content"] = json!({ media: content });
    response
}
