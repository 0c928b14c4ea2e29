//! What every response and every change of state is guarded by: the origin check and the security headers.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Method, Response};
use axum::middleware::Next;

use super::problem;
use super::public_url::{Source, source_of};
use super::router::AppState;
use crate::types::AppError;

/// Headers of every response. Pages set their own content policy, with their nonce.
pub const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // A form without JavaScript may need the Referer, so it must be sent to ourselves.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Marks the refusal of a request that another site has sent: no page is shown for it.
#[derive(Clone, Copy, Debug)]
pub struct SentByAnotherSite;

/// Refuses changes of state that did not come from this service.
pub async fn csrf_check(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let public_url = state.public_url.as_ref();
    let source = if safe {
        Source::Own
    } else {
        source_of(request.headers(), public_url)
    };
    let id = problem::request_id(request.headers());
    match (source, public_url) {
        (Source::Own, _) => next.run(request).await,
        (Source::OtherAddress, Some(url)) => {
            let public_url = url.text();
            problem::respond(&AppError::WrongAddress { public_url }, id.as_deref())
        }
        _ => {
            let error = AppError::Forbidden("the request came from another site".to_owned());
            let mut response = problem::respond(&error, id.as_deref());
            response.extensions_mut().insert(SentByAnotherSite);
            response
        }
    }
}

/// Adds the headers that every response has.
pub async fn add_security_headers(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    for (name, value) in SECURITY_HEADERS {
        set(name, value);
    }
    if state.https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// The content policy of a page whose scripts carry `nonce`.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
