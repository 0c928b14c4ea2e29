//! The security headers of every response, and the content security policy of pages.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Response};
use axum::middleware::Next;

use super::state::AppState;

/// Headers of every response. Pages set their own content security policy, with a nonce.
pub const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Forms without JavaScript may need the Referer, so browsers must send it to this site.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Marks a response that pages of other sites may show in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Embeddable;

/// Adds the security headers that the response does not set itself.
pub async fn add_security_headers(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let mut response = next.run(request).await;
    let is_embeddable = response.extensions_mut().remove::<Embeddable>().is_some();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    for (name, value) in SECURITY_HEADERS {
        if !(is_embeddable && name == header::X_FRAME_OPTIONS) {
            set(name, value);
        }
    }
    if state.https() {
        let policy = if state.hsts_subdomains {
            "max-age=31536000; includeSubDomains"
        } else {
            "max-age=31536000"
        };
        set(header::STRICT_TRANSPORT_SECURITY, policy);
    }
    response
}

/// The content security policy of a page whose scripts carry `nonce`.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
