//! Bodies of POST requests: bounded in size and time, and converted from JSON, multipart or a file to the URL-encoded form
//! that server functions parse.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, Response};
use axum::middleware::Next;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE;
use form_urlencoded::Serializer;
use futures::StreamExt as _;
use leptos::server_fn::ServerFn as _;
use serde_json::Value;
use tokio::time::Instant;

use super::access::is_for_anybody;
use super::admission::{BodyWasRead, takes_body};
use super::forms::SentForm;
use super::headers::text_of;
use super::min_rate::MinRate;
use super::problem::{EdgeProblem, Problem};
use super::state::AppState;
use crate::api::{CreateBatch, CreateModel, ReportOutcomes};
use crate::components::preferences::URL as PREFERENCES_URL;
use crate::services::SignedIn;
use crate::services::in_use::KeyedPermit;
use crate::types::{AppError, UserId};

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");
const BODY_MAX_BYTES: usize = 64 * 1024;
/// For requests without a session. The largest form is a login: an address of 254 characters and a password of 200,
/// each up to 12 bytes when encoded, and the page to return to, with a search of 100 characters that is encoded three
/// times, up to 28 bytes each. Together that is 8.2 KB.
const ANONYMOUS_BODY_MAX_BYTES: usize = 16 * 1024;
/// A model file of 8 MiB in base64, URL-encoded.
const MODEL_BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
/// 10,000 lines with titles and dates, as in the template for outcomes.
const OUTCOMES_BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
/// 10,000 campaigns with all fields as JSON Lines, in which every letter may be escaped.
const BATCH_BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
/// 1,000 rows of all fields, in which every letter may be escaped.
pub(super) const INFER_BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
const LARGE_BODIES_RETRY_S: u64 = 2;
/// The argument that contains the file of a request.
const FILE_FIELD: &str = "file";
/// Media types of files that are a body as they are.
const FILES: [&str; 5] = [
    "text/csv",
    "application/jsonl",
    "application/x-jsonl",
    "application/x-ndjson",
    "application/ndjson",
];
/// If the body took longer, the session is checked again.
const SESSION_MAX_AGE: Duration = Duration::from_secs(1);

/// Converts every POST body to a URL-encoded form of limited size. Disables axum's own limit of 2 MB, which is smaller
/// than a model.
pub async fn normalize_body(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response<Body>, Problem> {
    let path = request.uri().path();
    let takes_body = takes_body(path) || path == PREFERENCES_URL;
    if *request.method() != Method::POST || !takes_body {
        return Ok(next.run(request).await);
    }
    let max_bytes = if path == CreateModel::PATH {
        MODEL_BODY_MAX_BYTES
    } else if path == ReportOutcomes::PATH {
        OUTCOMES_BODY_MAX_BYTES
    } else if path == CreateBatch::PATH {
        BATCH_BODY_MAX_BYTES
    } else if path == PREFERENCES_URL || is_for_anybody(path) {
        ANONYMOUS_BODY_MAX_BYTES
    } else {
        BODY_MAX_BYTES
    };
    // Kept until the response, because the form has the body once more.
    let _permit = if max_bytes > BODY_MAX_BYTES {
        Some(permit_for_large(&state, request.extensions())?)
    } else {
        None
    };
    let begun = Instant::now();
    let (mut parts, bytes) = read_whole(request, max_bytes, state.body_rate).await?;
    if begun.elapsed() > SESSION_MAX_AGE {
        // The session or the API key may have ended in the meantime.
        parts.extensions.remove::<SignedIn>();
    }
    let form = form_of(&parts.headers, parts.uri.query(), bytes).await?;
    if let Some(sent) = parts.extensions.get::<SentForm>() {
        sent.keep(&form);
    }
    let mut request = Request::from_parts(parts, Body::from(form));
    DefaultBodyLimit::disable().apply(&mut request);
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, FORM);
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    Ok(next.run(request).await)
}

/// Without a limit, the bodies of one user could fill the memory of the process.
fn permit_for_large(
    state: &AppState,
    extensions: &Extensions,
) -> Result<KeyedPermit<UserId>, AppError> {
    // Requests with large bodies need a session or a key, which was checked before.
    let SignedIn(user) = extensions.get().ok_or(AppError::Internal)?;
    let permit = state.large_bodies.try_acquire(user.id);
    permit.ok_or(AppError::TooManyRequests {
        retry_after_s: LARGE_BODIES_RETRY_S,
    })
}

/// Reads the body of a request. It is at most `max_bytes` long and arrives at least at `rate`.
///
/// # Errors
/// 413; 408 if it arrives too slowly; 400 if it ends too early.
pub(super) async fn read_whole(
    request: Request,
    max_bytes: usize,
    rate: MinRate,
) -> Result<(Parts, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = read(body, &parts.headers, max_bytes, rate).await?;
    if let Some(was_read) = parts.extensions.get::<BodyWasRead>() {
        was_read.set();
    }
    Ok((parts, bytes))
}

/// Reads a body that is at most `max_bytes` long and arrives at least at `rate`.
async fn read(
    body: Body,
    headers: &HeaderMap,
    max_bytes: usize,
    rate: MinRate,
) -> Result<Bytes, Problem> {
    let too_large = || AppError::TooLarge {
        max_bytes: u64::try_from(max_bytes).unwrap_or(u64::MAX),
    };
    let length = text_of(headers, CONTENT_LENGTH).and_then(|it| it.parse::<usize>().ok());
    if length.is_some_and(|length| length > max_bytes) {
        return Err(too_large().into());
    }
    let begun = Instant::now();
    let mut received = Vec::new();
    let mut parts = body.into_data_stream();
    loop {
        let bytes = u64::try_from(received.len()).unwrap_or(u64::MAX);
        let part = tokio::time::timeout_at(rate.deadline(begun, bytes), parts.next())
            .await
            .map_err(|_| Problem::Edge(&EdgeProblem::TOO_SLOW))?;
        let Some(part) = part else {
            return Ok(received.into());
        };
        let part = part.map_err(|_| malformed("the body ended too early"))?;
        if received.len() + part.len() > max_bytes {
            return Err(too_large().into());
        }
        received.extend_from_slice(&part);
    }
}

async fn form_of(
    headers: &HeaderMap,
    query: Option<&str>,
    bytes: Bytes,
) -> Result<String, AppError> {
    let kind = text_of(headers, CONTENT_TYPE).unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        form_of_multipart(headers, bytes).await
    } else if FILES.iter().any(|file| kind.starts_with(file)) {
        Ok(form_of_file(query, &bytes))
    } else if kind.starts_with("application/json") {
        form_of_json(&bytes)
    } else if kind.starts_with("application/x-www-form-urlencoded") || bytes.is_empty() {
        String::from_utf8(bytes.into()).map_err(|_| malformed("the body must be UTF-8"))
    } else {
        Err(malformed(
            "the body must be application/json, application/x-www-form-urlencoded, multipart/form-data, text/csv or application/jsonl",
        ))
    }
}

/// Passes a file on like an uploaded one, because it is not necessarily UTF-8. The other arguments are in the query.
fn form_of_file(query: Option<&str>, bytes: &Bytes) -> String {
    let mut form = Serializer::new(String::new());
    let arguments = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    form.extend_pairs(arguments.filter(|(name, _)| name != FILE_FIELD));
    form.append_pair(FILE_FIELD, &BASE64_URL_SAFE.encode(bytes));
    form.finish()
}

/// Converts a flat JSON object to a form. `null` is the same as an absent field.
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

/// Converts multipart to a form: text fields unchanged, files in base64, with their names in another field.
async fn form_of_multipart(headers: &HeaderMap, bytes: Bytes) -> Result<String, AppError> {
    let mut request = Request::new(Body::from(bytes));
    *request.headers_mut() = headers.clone();
    DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart = Multipart::from_request(request, &())
        .await
        .map_err(|error| malformed(&error.body_text()))?;
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut file_names = Vec::new();
    loop {
        let field = multipart.next_field().await;
        let Some(field) = field.map_err(|error| malformed(&error.body_text()))? else {
            // A name that the request gives itself takes precedence.
            file_names.retain(|(name, _)| !fields.iter().any(|(it, _)| it == name));
            let mut form = Serializer::new(String::new());
            return Ok(form.extend_pairs(fields).extend_pairs(file_names).finish());
        };
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(ToOwned::to_owned);
        let is_file = file_name.is_some();
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
        if let Some(file_name) = file_name {
            file_names.push((format!("{name}_name"), file_name));
        }
        fields.push((name, text));
    }
}

fn malformed(reason: &str) -> AppError {
    AppError::Malformed(reason.to_owned())
}

#[cfg(test)]
mod tests;
