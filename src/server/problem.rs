//! Errors on the wire: problem details (RFC 9457) with the right status and the request id.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::headers::text_of;
use super::inference_paths::is_inference_path;
use crate::metrics;
use crate::types::AppError;

pub(super) const PROBLEM_JSON_TYPE: &str = "application/problem+json";
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static(PROBLEM_JSON_TYPE);
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// What Leptos marks the error of a server function with.
const SERVER_FN_ERROR: &str = "serverfnerror";
const ERROR_MAX_BYTES: usize = 256 * 1024;
pub(super) const REQUEST_ID: &str = "x-request-id";

/// An error of the connection or of HTTP itself, which no page ever has to explain.
#[derive(Clone, Copy, Debug)]
pub struct EdgeProblem {
    /// The HTTP status.
    pub status: StatusCode,
    code: &'static str,
    title: &'static str,
    /// What is wrong, and what is allowed.
    pub detail: &'static str,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u64>,
}

impl EdgeProblem {
    /// There are as many connections as there may be.
    pub const TOO_MANY_CONNECTIONS: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "too_many_connections",
        title: "Too many connections",
        detail: "too many connections are open; try again in 2 seconds",
        retry_after_s: Some(2),
    };
    /// What arrived is no HTTP request.
    pub const NOT_HTTP: Self = Self {
        status: StatusCode::BAD_REQUEST,
        code: "not_http",
        title: "The request could not be read",
        detail: "the request is not valid HTTP/1.1",
        retry_after_s: None,
    };
    /// The path and the query are too long.
    pub const URI_TOO_LONG: Self = Self {
        status: StatusCode::URI_TOO_LONG,
        code: "uri_too_long",
        title: "The address is too long",
        detail: "the path and query may have at most 32768 bytes; send longer input in a POST body",
        retry_after_s: None,
    };
    /// The headers are too large, or too many.
    pub const HEADERS_TOO_LARGE: Self = Self {
        status: StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        code: "headers_too_large",
        title: "The headers are too large",
        detail: "a request may have at most 100 headers, and 128 KiB before its body",
        retry_after_s: None,
    };
    /// The body arrived too slowly.
    pub const TOO_SLOW: Self = Self {
        status: StatusCode::REQUEST_TIMEOUT,
        code: "request_timeout",
        title: "The request took too long",
        detail: "the body of the request arrived too slowly",
        retry_after_s: None,
    };

    /// The problem details.
    pub fn json(&self, request_id: Option<&str>) -> Value {
        json!({
            "type": format!("/problems/{}", self.code),
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
            "request_id": request_id,
        })
    }
}

/// Why a request failed. It leaves a handler or a middleware as a response without a body, which [`write_problems`]
/// adds.
#[derive(Clone, Debug)]
pub enum Problem {
    /// An error of the service.
    App(AppError),
    /// An error of the connection or of HTTP itself.
    Edge(&'static EdgeProblem),
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let (status, retry_after_s) = match &self {
            Self::App(error) => {
                let status = StatusCode::from_u16(error.status());
                let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, error.retry_after_s())
            }
            Self::Edge(problem) => (problem.status, problem.retry_after_s),
        };
        let mut response = status.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge() {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl Problem {
    /// How to authenticate (RFC 6750), in a response that refuses a request for lack of it.
    fn challenge(&self) -> Option<HeaderValue> {
        match self {
            Self::App(AppError::InvalidKey(_)) => Some(HeaderValue::from_static(
                "Bearer realm=\"Pledgecast\", error=\"invalid_token\"",
            )),
            Self::App(AppError::MissingScope(scope)) => HeaderValue::from_str(&format!(
                "Bearer realm=\"Pledgecast\", error=\"insufficient_scope\", scope=\"{scope}\""
            ))
            .ok(),
            Self::App(
                AppError::Unauthorized | AppError::BadCredentials | AppError::SecondFactorRequired,
            ) => Some(HeaderValue::from_static("Bearer realm=\"Pledgecast\"")),
            _ => None,
        }
    }
}

/// Writes the problem details of each [`Problem`], with the id of the request. Clients of the Open Inference Protocol look
/// for the member `error`.
pub async fn write_problems(request: Request, next: Next) -> Response<Body> {
    let has_error_member = is_inference_path(request.uri().path());
    let id = text_of(request.headers(), REQUEST_ID).map(ToOwned::to_owned);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let mut details = match problem {
            Problem::App(error) => {
                metrics::problem(error.code());
                log_refusal(&error);
                let mut details = serde_json::to_value(error).unwrap_or_default();
                details["request_id"] = json!(id);
                details
            }
            Problem::Edge(problem) => {
                metrics::problem(problem.code);
                problem.json(id.as_deref())
            }
        };
        if has_error_member {
            details["error"] = details["detail"].clone();
        }
        *response.body_mut() = Body::from(details.to_string());
    }
    response
}

/// Logs what may be an attempt to get around the rules. Rate limits have one line per request, so they are quieter.
fn log_refusal(error: &AppError) {
    let code = error.code();
    match error.status() {
        _ if matches!(error, AppError::InvalidKey(_)) => tracing::info!(code, "refused"),
        403 => tracing::info!(code, "refused"),
        429 => tracing::debug!(code, "refused"),
        _ => {}
    }
}

/// Gives the errors of the API their form and status: those of server functions, which all leave Leptos as
/// 500, and methods that a path does not answer.
pub async fn error_responses(request: Request, next: Next) -> Response<Body> {
    let path = request.uri().path();
    if !path.starts_with("/api/") && !is_inference_path(path) {
        return next.run(request).await;
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        // The router adds `Allow` to it on the way out.
        return Problem::App(AppError::WrongMethod).into_response();
    }
    if let Some(path) = response.headers_mut().remove(SERVER_FN_ERROR) {
        let error = match to_bytes(response.into_body(), ERROR_MAX_BYTES).await {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or(AppError::Internal),
            Err(_) => AppError::Internal,
        };
        response = Problem::App(error).into_response();
        response.headers_mut().insert(SERVER_FN_ERROR, path);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, NO_STORE);
    response
}
