//! Bodies of POSTs: bounded in size and time, and JSON and multipart made into the one form that server functions
//! read.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, Method, Response};
use axum::middleware::Next;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE;
use form_urlencoded::Serializer;
use futures::StreamExt as _;
use leptos::server_fn::ServerFn as _;
use serde_json::Value;
use tokio::time::Instant;

use super::admission::{end_connection, takes_body};
use super::forms::SentForm;
use super::min_rate::MinRate;
use super::problem::{self, EdgeProblem};
use super::router::AppState;
use crate::api::CreateModel;
use crate::components::preferences::URL as PREFERENCES_URL;
use crate::services::SignedIn;
use crate::types::AppError;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const BODY_MAX_BYTES: usize = 64 * 1024;
/// A model file of 8 MiB in base64, with its escapes.
const MODEL_BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
/// After a body that took longer the session is looked at again.
const SESSION_MAX_AGE: Duration = Duration::from_secs(1);

/// Why there is no body.
#[derive(Debug)]
enum Unreadable {
    TooLarge,
    TooSlow,
    BrokenOff,
}

/// Makes every body of a POST a bounded URL-encoded form. The framework's own limit of 2 MB is lifted behind it: it is
/// smaller than a model.
pub async fn normalize_body(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let path = request.uri().path();
    let is_read =
        *request.method() == Method::POST && (takes_body(path) || path == PREFERENCES_URL);
    if !is_read {
        return next.run(request).await;
    }
    let id = problem::request_id(request.headers());
    let max_bytes = if path == CreateModel::PATH {
        MODEL_BODY_MAX_BYTES
    } else {
        BODY_MAX_BYTES
    };
    let (mut parts, body) = request.into_parts();
    let begun = Instant::now();
    let bytes = match read(body, &parts.headers, max_bytes, state.body_rate).await {
        Ok(bytes) => bytes,
        Err(reason) => return refuse(&reason, max_bytes, id.as_deref()),
    };
    if begun.elapsed() > SESSION_MAX_AGE {
        // It may have ended meanwhile.
        parts.extensions.remove::<SignedIn>();
    }
    let form = match form_of(&parts.headers, bytes).await {
        Ok(form) => form,
        Err(error) => return problem::respond(&error, id.as_deref()),
    };
    if let Some(sent) = parts.extensions.get::<SentForm>() {
        sent.keep(&form);
    }
    let mut request = Request::from_parts(parts, Body::from(form));
    DefaultBodyLimit::disable().apply(&mut request);
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, FORM);
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    next.run(request).await
}

/// Reads a body that is neither too large nor too slow.
async fn read(
    body: Body,
    headers: &HeaderMap,
    max_bytes: usize,
    rate: MinRate,
) -> Result<Bytes, Unreadable> {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > max_bytes) {
        return Err(Unreadable::TooLarge);
    }
    let begun = Instant::now();
    let mut received = Vec::new();
    let mut parts = body.into_data_stream();
    loop {
        let bytes = u64::try_from(received.len()).unwrap_or(u64::MAX);
        let part = tokio::time::timeout_at(rate.deadline(begun, bytes), parts.next())
            .await
            .map_err(|_| Unreadable::TooSlow)?;
        let Some(part) = part else {
            return Ok(received.into());
        };
        let part = part.map_err(|_| Unreadable::BrokenOff)?;
        if received.len() + part.len() > max_bytes {
            return Err(Unreadable::TooLarge);
        }
        received.extend_from_slice(&part);
    }
}

/// The rest of the body is thrown away while the connection is closed.
fn refuse(reason: &Unreadable, max_bytes: usize, request_id: Option<&str>) -> Response<Body> {
    let mut response = match reason {
        Unreadable::TooLarge => {
            let max_bytes = u64::try_from(max_bytes).unwrap_or(u64::MAX);
            problem::respond(&AppError::TooLarge { max_bytes }, request_id)
        }
        Unreadable::TooSlow => EdgeProblem::TOO_SLOW.respond(request_id),
        Unreadable::BrokenOff => {
            problem::respond(&malformed("the body ended too early"), request_id)
        }
    };
    end_connection(&mut response);
    response
}

async fn form_of(headers: &HeaderMap, bytes: Bytes) -> Result<String, AppError> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        form_of_multipart(headers, bytes).await
    } else if kind.starts_with("application/json") {
        form_of_json(&bytes)
    } else if kind.starts_with("application/x-www-form-urlencoded") || bytes.is_empty() {
        String::from_utf8(bytes.into()).map_err(|_| malformed("the body must be UTF-8"))
    } else {
        Err(malformed(
            "the body must be application/json, application/x-www-form-urlencoded or multipart/form-data",
        ))
    }
}

/// Fields of a JSON object as text. `null` is the same as an absent field.
fn form_of_json(bytes: &[u8]) -> Result<String, AppError> {
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| malformed(&format!("the body is not JSON: {error}")))?;
    let Value::Object(fields) = value else {
        return Err(malformed("the body must be a JSON object"));
    };
    let mut form = Serializer::new(String::new());
    for (name, value) in &fields {
        match value {
            Value::Null => continue,
            Value::String(text) => form.append_pair(name, text),
            Value::Bool(_) | Value::Number(_) => form.append_pair(name, &value.to_string()),
            Value::Array(_) | Value::Object(_) => {
                return Err(malformed(&format!(
                    "{name} must be a string, a number, true, false or null"
                )));
            }
        };
    }
    Ok(form.finish())
}

/// Text fields as they are, files in base64.
async fn form_of_multipart(headers: &HeaderMap, bytes: Bytes) -> Result<String, AppError> {
    let mut request = Request::new(Body::from(bytes));
    *request.headers_mut() = headers.clone();
    DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart = Multipart::from_request(request, &())
        .await
        .map_err(|error| malformed(&error.body_text()))?;
    let mut fields = Vec::new();
    loop {
        let field = multipart.next_field().await;
        let Some(field) = field.map_err(|error| malformed(&error.body_text()))? else {
            return Ok(Serializer::new(String::new()).extend_pairs(fields).finish());
        };
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let value = field
            .bytes()
            .await
            .map_err(|error| malformed(&error.body_text()))?;
        let text = if is_file {
            BASE64_URL_SAFE.encode(&value)
        } else {
            String::from_utf8(value.into())
                .map_err(|_| malformed(&format!("{name} must be UTF-8")))?
        };
        fields.push((name, text));
    }
}

fn malformed(reason: &str) -> AppError {
    AppError::Malformed(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    /// A JSON value of a bounded depth.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<i32>().prop_map(|it| json!(f64::from(it) / 8.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 6, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-z]{0,3}", inner, 0..3)
                    .prop_map(|it| it.into_iter().collect::<Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_form_or_malformed(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Err(error) = form_of_json(&bytes) {
                prop_assert_eq!(error.status(), 400);
            }
        }

        #[test]
        fn any_body_of_any_kind_is_a_form_or_malformed(
            kind in prop::sample::select(vec![
                "", "application/json", "application/x-www-form-urlencoded", "text/plain",
                "multipart/form-data", "multipart/form-data; boundary=b",
            ]),
            parts in prop::collection::vec(prop::sample::select(vec![
                "--b", "--", "\r\n", "Content-Disposition: form-data; name=\"a\"", "; filename=\"f\"", "a=b&c", "%", "\u{0}", "é",
            ]), 0..12),
        ) {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
            let form = futures::executor::block_on(form_of(&headers, parts.concat().into()));
            if let Err(error) = form {
                prop_assert_eq!(error.status(), 400);
            }
        }

        #[test]
        fn a_flat_object_is_a_form_of_the_same_fields_and_any_other_is_told_by_its_field(
            fields in prop::collection::btree_map(any::<String>(), value(), 0..5),
        ) {
            let object: Map<String, Value> = fields.clone().into_iter().collect();
            let is_nested = |value: &Value| value.is_array() || value.is_object();
            match form_of_json(Value::from(object).to_string().as_bytes()) {
                Ok(form) => {
                    prop_assert!(!fields.values().any(is_nested));
                    let read: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes())
                        .into_owned()
                        .collect();
                    let expected: Vec<(String, String)> = fields
                        .into_iter()
                        .filter(|(_, value)| !value.is_null())
                        .map(|(name, value)| match value {
                            Value::String(text) => (name, text),
                            other => (name, other.to_string()),
                        })
                        .collect();
                    prop_assert_eq!(read, expected);
                }
                Err(AppError::Malformed(reason)) => {
                    let is_named = |(name, value): (&String, &Value)| is_nested(value) && reason.starts_with(name.as_str());
                    prop_assert!(fields.iter().any(is_named), "{reason}");
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn json_fields_become_form_fields() {
        let form = form_of_json(br#"{"a":"x y","b":1.50,"c":true,"d":null,"e":10000}"#).unwrap();
        assert_eq!(form, "a=x+y&b=1.5&c=true&e=10000");
    }

    #[test]
    fn json_that_is_no_flat_object_is_refused() {
        for bad in ["[]", "1", "{", r#"{"a":[1]}"#, r#"{"a":{}}"#] {
            assert!(form_of_json(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
