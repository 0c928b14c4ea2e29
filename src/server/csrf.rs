//! The origin check of requests that change state.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, Response};
use axum::middleware::Next;
use axum::response::IntoResponse as _;

use super::problem::Problem;
use super::public_url::{Source, source_of};
use super::state::AppState;
use crate::services::UsedKey;
use crate::types::AppError;

/// Marks the refusal of a cross-site request: no page is rendered for it.
#[derive(Clone, Copy, Debug)]
pub struct SentByAnotherSite;

/// Refuses cross-site requests that change state. Browsers do not add API keys to requests of other sites, so a request
/// with a key is accepted from anywhere.
pub async fn csrf_check(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let safe = request.extensions().get::<UsedKey>().is_some()
        || matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        );
    let public_url = state.public_url.as_ref();
    let source = if safe {
        Source::Own
    } else {
        source_of(request.headers(), public_url)
    };
    match (source, public_url) {
        (Source::Own, _) => next.run(request).await,
        (Source::OtherAddress, Some(url)) => {
            let public_url = url.text();
            Problem::App(AppError::WrongAddress { public_url }).into_response()
        }
        _ => {
            let error = AppError::Forbidden("the request came from another site".to_owned());
            let mut response = Problem::App(error).into_response();
            response.extensions_mut().insert(SentByAnotherSite);
            response
        }
    }
}
