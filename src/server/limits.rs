//! Limits of every request: URI length, time, panics.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use futures::FutureExt as _;
use leptos::server_fn::ServerFn as _;

use super::inference_paths::waits_for_results;
use super::problem::{EdgeProblem, Problem};
use crate::api::{GetTask, Predict, WAIT_MAX, preferred_wait};
use crate::types::AppError;

/// The longest path and query. Hyper itself refuses more than 64 KiB.
const URI_MAX_BYTES: usize = 32 * 1024;
/// How long a request may take once its body has arrived.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const RETRY_S: u64 = 2;
/// The server functions that can wait for a result.
const WAITING: [&str; 2] = [Predict::PATH, GetTask::PATH];

/// Refuses a URI that is too long.
pub async fn limit_uri(request: Request, next: Next) -> Result<Response<Body>, Problem> {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, str::len);
    if length <= URI_MAX_BYTES {
        return Ok(next.run(request).await);
    }
    Err(Problem::Edge(&EdgeProblem::URI_TOO_LONG))
}

/// Applies the request timeout, to which the wait for results is added.
pub async fn limit_time(request: Request, next: Next) -> Result<Response<Body>, Problem> {
    let path = request.uri().path();
    let preferred = preferred_wait(request.headers());
    let wait = if waits_for_results(path) {
        preferred.unwrap_or(WAIT_MAX)
    } else {
        let wait = preferred.filter(|_| WAITING.contains(&path));
        wait.unwrap_or_default()
    };
    let limit = REQUEST_TIMEOUT + wait;
    Ok(within(limit, next.run(request)).await?)
}

/// Runs `work` with the request timeout.
///
/// # Errors
/// [`AppError::Unavailable`] on timeout.
pub async fn in_time<T>(work: impl Future<Output = T>) -> Result<T, AppError> {
    within(REQUEST_TIMEOUT, work).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, AppError> {
    let done = tokio::time::timeout(limit, work).await;
    done.map_err(|_| AppError::unavailable("the request took too long", RETRY_S))
}

/// Converts a panic to an internal error.
pub async fn catch_panics(request: Request, next: Next) -> Response<Body> {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(reason = reason_of(panic.as_ref()), "a request panicked");
            Problem::App(AppError::Internal).into_response()
        }
    }
}

fn reason_of(panic: &(dyn Any + Send)) -> Option<&str> {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
}
