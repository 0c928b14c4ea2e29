//! `ETag` and `If-None-Match` for what the API returns: a client that has it already is spared the download.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use sha2::{Digest as _, Sha256};

use super::headers::{is_known, text_of};
use super::problem::Problem;
use crate::types::{AppError, hex};

/// Bytes of the hash in a tag.
const TAG_BYTES: usize = 16;
/// A client without a cookie is a program, which may store the response but must check it before each use. A browser
/// must not store it, because it would outlive the session.
const CHECKED: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Adds the tag of each JSON response to a GET under `/api/`. Responds 304 if the client names it.
pub async fn answer_known(request: Request, next: Next) -> Response<Body> {
    if *request.method() != Method::GET || !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let known = text_of(request.headers(), header::IF_NONE_MATCH).map(ToOwned::to_owned);
    let is_browser = request.headers().contains_key(header::COOKIE);
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || !is_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body of a server function is in memory already. Files, which are not, are not JSON.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Problem::from(AppError::Internal).into_response();
    };
    let tag = format!("\"{}\"", hex(&Sha256::digest(&bytes)[..TAG_BYTES]));
    // Weak, because compression changes the bytes.
    if let Ok(value) = HeaderValue::from_str(&format!("W/{tag}")) {
        parts.headers.insert(header::ETAG, value);
    }
    if !is_browser {
        parts.headers.insert(header::CACHE_CONTROL, CHECKED);
    }
    if !known.is_some_and(|known| is_known(&known, &tag)) {
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

fn is_json(headers: &HeaderMap) -> bool {
    text_of(headers, header::CONTENT_TYPE).is_some_and(|it| it.starts_with("application/json"))
}
