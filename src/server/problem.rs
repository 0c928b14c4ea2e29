//! Errors on the wire: problem details (RFC 9457) with the right status and the request id.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;

use crate::types::AppError;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// What Leptos marks the error of a server function with.
const SERVER_FN_ERROR: &str = "serverfnerror";
const ERROR_MAX_BYTES: usize = 256 * 1024;
pub(super) const REQUEST_ID: &str = "x-request-id";

/// Gives the errors of the API their form and status: those of server functions, which all leave Leptos as
/// 500, and methods that a path does not answer. Redirects of forms without JavaScript carry their error in
/// the URL and pass as they are.
pub async fn shape_errors(request: Request, next: Next) -> Response<Body> {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let id = request_id(request.headers());
    let mut response = next.run(request).await;
    let status = response.status();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        // The router adds `Allow` to it on the way out.
        return respond(&AppError::WrongMethod, id.as_deref());
    }
    if !status.is_redirection() && response.headers().contains_key(SERVER_FN_ERROR) {
        response = shape(response, id.as_deref()).await;
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn shape(response: Response<Body>, id: Option<&str>) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let error = match to_bytes(body, ERROR_MAX_BYTES).await {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or(AppError::Internal),
        Err(_) => AppError::Internal,
    };
    let mut shaped = respond(&error, id);
    if let Some(path) = parts.headers.get(SERVER_FN_ERROR) {
        shaped.headers_mut().insert(SERVER_FN_ERROR, path.clone());
    }
    shaped
}

/// An error as a response.
pub fn respond(error: &AppError, request_id: Option<&str>) -> Response<Body> {
    let mut problem = serde_json::to_value(error).unwrap_or_default();
    if let (Some(problem), Some(id)) = (problem.as_object_mut(), request_id) {
        problem.insert("request_id".to_owned(), id.into());
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, problem.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = error.retry_after_s() {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The id of a request, as the outermost layer set it.
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    headers
        .get(REQUEST_ID)?
        .to_str()
        .ok()
        .map(ToOwned::to_owned)
}
